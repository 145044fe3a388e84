"""What a process does to itself before it runs a stranger's code: one layer after another, each where it can be had.

Only the standard library is imported here, since the process that does this is started without any other. What each
layer keeps from the code, and on which system it stands, is told in docs/reference/tournament.md.
"""

import builtins
import ctypes
import os
import platform
import struct
import sys
from collections.abc import Callable
from typing import Any

if sys.platform != "win32":
    import resource

LIMITS, NAMESPACES, ROOT, USER, FILTER, AUDIT = "limits", "namespaces", "root", "user", "filter", "audit"
LAYERS = (LIMITS, NAMESPACES, ROOT, USER, FILTER, AUDIT)
"""All of them, from the outermost."""

IMPORTABLE = (
    "__future__", "abc", "bisect", "cmath", "collections", "dataclasses", "decimal", "enum", "fractions", "functools",
    "heapq", "itertools", "math", "numbers", "operator", "statistics", "typing",
)  # fmt: skip
"""What a strategy may import besides the strategies themselves: nothing that knows chance, time or the system."""

_NEW_USER, _OTHER_SPACES = 0x10000000, 0x40000000 | 0x20000000 | 0x08000000 | 0x04000000  # net, pid, ipc, host name
_SET_PARENT_DEATH, _SET_FILTER, _SET_NO_NEW_PRIVILEGES, _KILL = 1, 22, 38, 9
_CAPABILITIES = 0x20080522
_ALLOWED_CALLS = {
    # read, write, mmap, mprotect, munmap, brk, rt_sigprocmask, rt_sigreturn, sched_yield, mremap, madvise, exit,
    # sigaltstack, futex, restart_syscall, clock_gettime, exit_group, membarrier
    "x86_64": (0xC000003E, (0, 1, 9, 10, 11, 12, 14, 15, 24, 25, 28, 60, 131, 202, 219, 228, 231, 324)),
    "aarch64": (0xC00000B7, (63, 64, 222, 226, 215, 214, 135, 139, 124, 216, 233, 93, 132, 98, 128, 113, 94, 283)),
}
"""By processor: its mark, and the numbers of the system calls that reckoning and answering need. No other is let
through: none that opens, connects, starts, signals or looks at anything."""
_HARMLESS_EVENTS = frozenset(
    [
        "compile", "exec", "import", "builtins.id", "code.__new__", "function.__new__", "marshal.loads",
        "object.__delattr__", "object.__getattr__", "object.__setattr__", "sys._getframe", "sys._getframemodulename",
        "sys.excepthook", "sys.unraisablehook",
    ]
)  # fmt: skip


def can_filter() -> bool:
    """Whether this system can refuse system calls here; without that, less protects."""
    return sys.platform == "linux" and sys.maxsize > 2**32 and platform.machine() in _ALLOWED_CALLS


def own_spaces() -> bool:
    """Leave for a network, a process tree and names of one's own; children born from now on are in that tree."""
    if sys.platform != "linux":
        return False
    library = _library()
    if os.geteuid() == 0 and library.unshare(_OTHER_SPACES) == 0:
        return True
    return bool(library.unshare(_NEW_USER | _OTHER_SPACES) == 0)


def own_root(folder: str) -> bool:
    """Make an empty folder the root of all files: nothing outside it has a path any more."""
    try:
        os.chroot(folder)
    except (OSError, AttributeError):
        return False
    os.chdir("/")
    return True


def limit(seconds: int, memory: int) -> bool:
    """Limit processor time (seconds), memory (bytes), and allow no file, no further process and few open files."""
    if sys.platform == "win32":
        return False
    wanted = [("CPU", seconds), ("AS", memory), ("FSIZE", 0), ("NOFILE", 16), ("CORE", 0), ("NPROC", 0)]
    for name, most in wanted:
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is not None:
            allowed = resource.getrlimit(kind)[1]
            within = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
            try:
                resource.setrlimit(kind, (within, within))
            except (OSError, ValueError):  # a system may know a limit and yet refuse to set it
                if name != "AS":
                    raise
    return True


def nobody() -> bool:
    """Become a user that owns nothing, alone under its number, if one is root; and give up every privilege."""
    if sys.platform == "win32":
        return False
    became = False
    if os.geteuid() == 0:
        number = 0x70000000 + os.getppid() % 0x1000000
        try:
            os.setgroups([])
            os.setresgid(number, number, number)
            os.setresuid(number, number, number)
            became = True
        except OSError:
            pass
    if sys.platform == "linux":
        library = _library()
        nothing = ctypes.create_string_buffer(struct.pack("=6I", *[0] * 6))
        library.capset(ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITIES, 0)), nothing)
        library.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return became


def die_with_parent() -> None:
    """Be killed when the process that started this one ends, where a system can promise that."""
    if sys.platform == "linux":
        _library().prctl(_SET_PARENT_DEATH, _KILL, 0, 0, 0)


def filter_calls() -> bool:
    """Let the system refuse every call but those of reckoning and answering, for good."""
    if not can_filter():
        return False
    mark, calls = _ALLOWED_CALLS[platform.machine()]
    refuse, allow = 0x00050000 | 1, 0x7FFF0000  # "not permitted", as a file without rights would say
    program = [(0x20, 0, 0, 4), (0x15, 1, 0, mark), (0x06, 0, 0, refuse), (0x20, 0, 0, 0)]
    program += [(0x15, len(calls) - place, 0, number) for place, number in enumerate(calls)]
    program += [(0x06, 0, 0, refuse), (0x06, 0, 0, allow)]
    text = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in program))
    whole = ctypes.create_string_buffer(struct.pack("@HP", len(program), ctypes.addressof(text)))
    library = _library()
    library.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(library.prctl(_SET_FILTER, 2, ctypes.c_void_p(ctypes.addressof(whole)), 0, 0) == 0)


def audit() -> bool:
    """Refuse within Python whatever is not reckoning. A second line only: who knows Python well gets around it."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _HARMLESS_EVENTS and not event.startswith("cpython."):
            raise PermissionError(f"a strategy may only reckon and answer, not use '{event}'")

    sys.addaudithook(hook)
    return True


def guard_imports(ours: str) -> None:
    """Let modules whose name begins with `ours` import only what is `IMPORTABLE`, and strategies."""
    real: Callable[..., Any] = builtins.__import__

    def guarded(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        if str((globals or {}).get("__name__", "")).startswith(ours):
            allowed = name.partition(".")[0] in IMPORTABLE or f"{name}.".startswith("sim.strategies.")
            if level or not allowed:
                raise ImportError(f"a strategy may not import '{name}', only {', '.join(IMPORTABLE)}")
        return real(name, globals, locals, fromlist, level)

    builtins.__import__ = guarded


def _library() -> Any:
    return ctypes.CDLL(None, use_errno=True)
