"""The place that knows Numba: it compiles the driver, the rules and the strategies, and keeps what it compiled.

Nothing is written twice: plain functions are rebuilt around compiled versions of what they call (`rebuilding.py`),
and the functions that open a book's arrays (`opening.py`) get those of `emitting.py` in their place. What was compiled
is kept in a folder named by the source of everything that went into it, so that old code is never served for new.
"""

import ast
import functools
import gc
import hashlib
import math
import os
import re
import shutil
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

import sim
from sim.engine.emitting import at_address, openers
from sim.engine.loop import (
    appraisal,
    bridging,
    counting,
    deal,
    delivery,
    happenings,
    party,
    queue,
    renewal,
    run,
    seat,
    sight,
    table,
    talks,
    truce,
)
from sim.engine.loop.laying_out import module_of
from sim.engine.loop.layout import Slot
from sim.engine.rebuilding import Rebuilder
from sim.strategies.module import StrategyModule

try:
    import numba
    from llvmlite import ir
    from numba.core import caching, cgutils, errors
    from numba.extending import intrinsic
except ImportError:  # a Python for which there is no Numba yet
    numba = None

SOURCES = ("terms.py", "rules/*.py", "engine/*.py", "engine/loop/*.py", "strategies/*.py", "scenario/case.py")
"""What goes into the compiled engine: a change in any of these makes a new cache."""
CACHE = "PARLEY_CACHE"
"""The environment variable that names the folder in which compiled code is kept."""
UNUSED_DAYS = 30
_KEPT = re.compile(r"[0-9a-f]{16}(?:-\d+-\d+)?")
"""Names of folders of compiled code, and of such that somebody was removing."""


class NotCompilable(Exception):
    """A case that cannot run compiled, and why; it can run on the Mesa engine."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


# Where compiled code is kept ----------------------------------------------------------------------------


@functools.cache
def fingerprint() -> str:
    """A hash of the source of every rule, of the driver and of the strategies, and of the compiler's version."""
    root = Path(sim.__path__[0])
    found = hashlib.sha256(f"{numba.__version__} {numpy.__version__} {sys.version}".encode())
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            found.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def cache_folder() -> Path | None:
    """Where compiled code is kept: `$PARLEY_CACHE`, else the user's cache folder; None where nothing can be written."""
    named, shared = os.environ.get(CACHE), os.environ.get("XDG_CACHE_HOME")
    home = Path(named) if named else Path(shared) / "parley" if shared else Path("~/.cache/parley")
    try:
        folder = home.expanduser() / fingerprint()
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            os.utime(folder)  # so that others see that it is in use
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK) else None


def forget_unused(folder: Path) -> None:
    """Remove what other versions kept beside a folder and nobody has used for UNUSED_DAYS.

    Another process may start at the same moment: what it would need is first taken away as a whole, and given back if
    it turns out to be in use; it finds either all or nothing, and compiles anew what it does not find.
    """
    oldest = time.time() - UNUSED_DAYS * 86_400
    for other in sorted(folder.parent.iterdir()):
        if other == folder or not _KEPT.fullmatch(other.name):
            continue
        gone = other.with_name(f"{other.name[:16]}-{os.getpid()}-{threading.get_ident()}")
        try:
            if other.lstat().st_mtime > oldest:
                continue
            other.rename(gone)
            if gone.lstat().st_mtime > oldest:
                gone.rename(other)
            else:
                shutil.rmtree(gone, ignore_errors=True)
        except OSError:  # somebody else removes it, or it is not ours to remove
            continue


@contextmanager
def _keeping(folder: Path | None) -> Iterator[bool]:
    """Let Numba keep what is compiled in a folder; whether it can is answered."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = "" if folder is None else str(folder)
    try:
        yield folder is not None
    finally:
        numba.config.CACHE_DIR = before


def _is_kept(folder: Path | None, name: str) -> bool:
    return folder is not None and any(folder.glob(f"**/*{name}*.nbi"))


# What compiled code is made of --------------------------------------------------------------------------


def _compiler(function: types.FunctionType, taken: tuple[Any, ...] | None = None) -> Any:
    """Compile a function of the engine when it is first called, without fast mathematics and without a wrapper."""
    return numba.njit(taken, no_cpython_wrapper=True, no_cfunc_wrapper=True, error_model="numpy")(function)


def _compiler_at_once(function: types.FunctionType) -> Any:
    """Compile a function of the driver that takes nothing but numbers at once, for the types that it names.

    Otherwise Numba would compile it again for every constant that it is called with.
    """
    hints = {name: hint for name, hint in function.__annotations__.items() if name != "return"}
    numbers = {int: numba.types.int64, bool: numba.types.boolean, float: numba.types.float64}
    if function.__module__.startswith("sim.engine.loop.") and set(hints.values()) <= set(numbers):
        return _compiler(function, tuple(numbers[hint] for hint in hints.values()))
    return _compiler(function)


def _strategy_compiler(function: types.FunctionType) -> Any:
    """Compile a function of a strategy: what Python would raise, it raises."""
    return numba.njit(no_cpython_wrapper=True)(function)


# The engine ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Engine:
    """The compiled engine."""

    run: Callable[[int, int, int], int]
    """Address of a book, number of the first replication, how many: returns how many were run. Other threads run on."""
    code: numpy.ndarray[Any, Any]
    """Addresses of the parts of it that are called by address: the book holds them."""


CROSSINGS: tuple[Callable[..., Any], ...] = (
    sight.value_of,
    counting.settle,
    party.endure,
    appraisal.take_stakes,
    appraisal.appraise,
    seat.demand,
    bridging.bridge,
    talks.note_blocked,
    talks.hold_day,
    truce.live_through_truce,
    delivery.attempt,
    queue.take_on,
    deal.end,
    deal.sign,
    deal.begin,
    deal.keep_truce,
    deal.live_through,
    renewal.renew,
    table.consider_opening,
    table.sit,
    happenings.happen,
    happenings.consider_act,
    run.start,
    run.close_books,
)
"""Functions that others call by address. Compiled by itself, each is compiled once, and not again into its callers."""


def _signature(function: Callable[..., Any]) -> Any:
    """The types of a function that is called by address, as its annotations say; a truth is a whole number there."""
    kinds = {int: numba.types.int64, bool: numba.types.int64, float: numba.types.float64, None: numba.types.void}
    hints = {name: kinds[kind] for name, kind in function.__annotations__.items()}
    return hints.pop("return")(*hints.values())


def _by_address(function: Callable[..., Any], place: int) -> Any:
    """Compiled call of a function whose address stands at a place of the book's code."""
    signature = _signature(function)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = cgutils.intp_t
        words = builder.inttoptr(arguments[0], whole.as_pointer())
        code = builder.load(builder.gep(words, [whole(2 * int(Slot.CODE))]))
        found = builder.load(builder.gep(builder.inttoptr(code, whole.as_pointer()), [whole(place)]))
        nothing = signature.return_type == numba.types.void
        answer = ir.VoidType() if nothing else context.get_value_type(signature.return_type)
        kind = ir.FunctionType(answer, [argument.type for argument in arguments])
        answered = builder.call(builder.inttoptr(found, kind.as_pointer()), arguments)
        return context.get_dummy_value() if nothing else answered

    names = ", ".join(function.__code__.co_varnames[: function.__code__.co_argcount])
    scope: dict[str, Any] = {"signature": signature, "generate": generate}
    # An intrinsic takes its arguments by name: the names of the function that it calls.
    exec(f"def call(typing_context, {names}):\n    return signature, generate", scope)
    return intrinsic(scope["call"])


@functools.cache
def compile_engine() -> Engine:
    """The loop over replications, compiled or found in the cache.

    Raises:
        NotCompilable: there is no Numba for this Python.
    """
    require_compiler()
    folder = cache_folder()
    kept = _is_kept(folder, run.run_replications.__name__)  # the last that is compiled
    if not kept:
        _say("Compiling the engine for this machine; this is done once and takes some seconds.")
        if folder is not None:
            forget_unused(folder)
    crossings = {function: _by_address(function, place) for place, function in enumerate(CROSSINGS)}
    rebuilder = Rebuilder(_compiler if kept else _compiler_at_once, openers() | crossings)
    with _keeping(folder) as keeps, _nothing_collected():
        code = [_entry(rebuilder, function, keeps) for function in CROSSINGS]
        loop = _entry(rebuilder, run.run_replications, keeps)
    _ALIVE.extend([*code, loop])
    return Engine(loop.ctypes, numpy.array([each.address for each in code], "i8"))


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Without looking for garbage: a compiler makes millions of small objects and keeps most of them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _entry(rebuilder: Rebuilder, function: Callable[..., Any], keeps: bool) -> Any:
    """Compile a function that is called by address, or find it in the cache."""
    compiler = numba.cfunc(_signature(function), cache=keeps, error_model="numpy")
    return _found_or_compiled(compiler, rebuilder.rebuilt(function), keeps)


def _found_or_compiled(compiler: Callable[..., Any], function: types.FunctionType, keeps: bool) -> Any:
    """A function from the cache or from the compiler; what is kept and cannot be loaded is compiled anew."""
    try:
        return compiler(function)
    except errors.NumbaError:
        raise
    except Exception:  # whatever a damaged file makes the reader of the cache raise
        if not keeps:
            raise
        caching.FunctionCache(function).flush()
        return compiler(function)


_ALIVE: list[Any] = []
"""Compiled functions whose address is in use."""


def require_compiler() -> None:
    """Make sure that there is a compiler.

    Raises:
        NotCompilable: there is none for this Python.
    """
    if numba is None:
        version = ".".join(str(part) for part in sys.version_info[:2])
        raise NotCompilable(f"the compiled engine needs the package 'numba', which is not there for Python {version}")


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


# Strategies ---------------------------------------------------------------------------------------------


def compile_strategies(strategies: Sequence[tuple[str, str]]) -> tuple[int, ...]:
    """The addresses of strategies, given by name and file, compiled or found in the cache.

    Raises:
        NotCompilable: one of them cannot be compiled: its file, the line and why.
    """
    require_compiler()
    return tuple(_compile_strategy(module_of(name, file)) for name, file in strategies)


@functools.cache
def _compile_strategy(module: StrategyModule) -> int:
    _refuse_powers(module)
    rebuilder = Rebuilder(_strategy_compiler, {})
    situation, numbers = at_address(len(module.parameters))
    demand = rebuilder.compiled(module.demand)
    entry = rebuilder.rebuilt(_answer, _DEMAND=demand, _SITUATION=situation, _NUMBERS=numbers)
    entry.__qualname__ = f"{module.name}_{module.digest}"
    try:
        with _keeping(cache_folder()) as keeps, warnings.catch_warnings():
            warnings.simplefilter("ignore", errors.NumbaWarning)  # what matters comes as an error
            kept = _found_or_compiled(numba.cfunc("float64(int64, int64)", cache=keeps), entry, keeps)
    except errors.NumbaError as error:
        raise NotCompilable(_explain(module, error)) from error
    _ALIVE.append(kept)
    return int(kept.address)


def _unknown(*given: Any) -> Any:
    """Stands in `_answer` for what is put there when it is rebuilt."""
    raise NotImplementedError(given)


_DEMAND = _SITUATION = _NUMBERS = _unknown


def _answer(situation: int, parameters: int) -> float:
    """What a strategy demands; not a number where it raises. What it calls is given when it is rebuilt."""
    try:
        return float(_DEMAND(_SITUATION(situation), _NUMBERS(parameters)))
    except Exception:
        return math.nan


def _refuse_powers(module: StrategyModule) -> None:
    """`**` is not computed alike by every compiler, and both engines must agree to the last bit."""
    for node in ast.walk(ast.parse(module.path.read_bytes())):
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Pow):
            raise NotCompilable(
                f"{module.path}:{node.lineno}: '**' may be rounded otherwise when compiled; write math.pow(x, y), or "
                "x * x for a square"
            )


def _explain(module: StrategyModule, error: Exception) -> str:
    """Where a strategy cannot be compiled, and why, in one line."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    places = re.findall(rf'{re.escape(module.path.name)}(?:", line |:| \()(\d+)', text)
    place = f"{module.path}:{places[0]}" if places else str(module.path)
    said = (" ".join(line.split()) for line in text.splitlines())
    why = next((line for line in said if line and not line.startswith(("Failed in", "During", "File", ">>>"))), "")
    return f"{place}: cannot be compiled: {why[:200]}"
