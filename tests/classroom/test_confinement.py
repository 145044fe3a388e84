"""Hostile and faulty strategies, for real: each is refused with a reason, and nothing of it is left."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sim.classroom.confinement import LARGEST_FILE, Confined, Limits
from sim.classroom.confining import AUDIT, FILTER, LAYERS, LIMITS, NAMESPACES, ROOT, USER
from sim.classroom.playing import strategy_of
from sim.strategies import own
from sim.strategies.asking import DemandFailed, StrategyFailed, ask
from sim.strategies.module import InvalidStrategy
from sim.strategies.probation import situations
from sim.strategies.situation import opening

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what protects elsewhere is less, and told in the docs")

QUICK = Limits(seconds=2, answer_seconds=1.0, memory=192 * 1024 * 1024)
NOW = opening(0.5, 0.1, 0.9, 0.3, 0.5)
REACH = "import typing\nsys = typing.sys\nos = sys.modules['os']\ndef libc(): return sys.modules['ctypes'].CDLL(None)\n"
"""How a stranger gets at the system without importing it."""
WITHOUT_FILTER = tuple(layer for layer in LAYERS if layer not in (FILTER, AUDIT))
ONLY_FILTER = (LIMITS, FILTER)
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a strategy file whose `demand` misbehaves only when it is really asked: at time 0.5 and top 0.9."""

    def write(text: str) -> Path:
        path = tmp_path / "theirs.py"
        path.write_text(text)
        return path

    return write


def misbehaving(deed: str) -> str:
    """A strategy that passes its trial and then does something else."""
    body = "".join(f"        {line}\n" for line in deed.splitlines())
    return f"{REACH}def demand(situation, parameters):\n    if situation.top == 0.9:\n{body}    return situation.top\n"


def failure(path: Path, limits: Limits = QUICK) -> str:
    """What is said when the strategy is asked; it must fail then, and not before."""
    with Confined(path, limits) as confined, pytest.raises(DemandFailed) as caught:
        confined.strategy.demand(NOW, ())
    return caught.value.what


def living_in(folder: str) -> list[int]:
    """Processes whose working folder is a folder, or was before it was removed."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and os.readlink(process / "cwd").startswith(folder):
                found.append(int(process.name))
        except OSError:
            pass
    return found


# What an honest strategy notices of it: nothing --------------------------------------------------------------

HONEST = """
from sim.strategies.situation import StrategyParameter
PARAMETERS = (StrategyParameter(name="share", low=0.1, middle=1 / 3, high=0.7, reason="some", least=0, most=1),)
REMEMBERS = False
def demand(situation, parameters):
    return situation.reservation + parameters[0] * (situation.top - situation.reservation) / 3.0
"""


def test_a_confined_strategy_answers_to_the_same_bits(write: Write) -> None:
    """Every situation of the trial gets the same answer, to the last bit, confined or not."""
    path = write(HONEST)
    free = own.load(path)
    with Confined(path) as confined:
        told = confined.strategy
        assert replace(told, demand=free.demand) == free
        for situation in situations():
            assert told.demand(situation, (0.3,)) == free.demand(situation, (0.3,))


def test_a_strategy_that_is_marked_is_asked_confined(write: Write) -> None:
    """Where exercises are marked such a process asks it: the same answers, and messages with the file's name alone."""
    path = write(HONEST)
    with strategy_of(path) as strategy:
        assert strategy.demand(NOW, (0.3,)) == own.load(path).demand(NOW, (0.3,))
    with pytest.raises(InvalidStrategy, match=r"^theirs.py:1:"), strategy_of(write("import os\n")):
        pass


def test_thousands_of_questions_are_answered_in_a_second(write: Write) -> None:
    """A thousand questions take less than a second, on a busy machine too."""
    with Confined(write(HONEST)) as confined:
        started = time.perf_counter()
        for _ in range(1000):
            confined.strategy.demand(NOW, (0.3,))
        assert time.perf_counter() - started < 1.0


def test_a_faulty_file_is_refused_with_its_line_as_anywhere(write: Write) -> None:
    """What the trial finds is told with the path and the line of the file, as when it is loaded unconfined."""
    for text in ("def demand(situation):\n    return 0.0\n", "x = 1 /\n", "\n1 / 0\n", "PARAMETERS = 3\n"):
        path = write(text)
        with pytest.raises(InvalidStrategy) as free:
            own.load(path)
        with pytest.raises(InvalidStrategy) as confined:
            Confined(path)
        assert str(confined.value) == str(free.value)


def test_what_goes_wrong_in_a_run_names_line_and_moment(write: Write) -> None:
    """The engine's message has the file, the line, what was raised and when."""
    path = write("def demand(situation, parameters):\n    return 1.0 / (situation.top - 0.9)\n")
    with Confined(path) as confined, pytest.raises(StrategyFailed) as caught:
        ask(confined.strategy, NOW, (), "exchange, day 3, round 2")
    assert str(caught.value) == (
        f"{path}:2: the strategy 'theirs' raised ZeroDivisionError: float division by zero (exchange, day 3, round 2)"
    )


def test_an_answer_that_is_no_finite_number_is_told(write: Write) -> None:
    """A word in place of a number is quoted, and infinity is not taken for an answer."""
    assert failure(write(misbehaving("return 'much'"))) == "returned 'much': expected a finite float"
    with Confined(write(misbehaving("return float('inf')"))) as confined, pytest.raises(StrategyFailed):
        ask(confined.strategy, NOW, (), "now")


# Deeds ------------------------------------------------------------------------------------------------------


def test_an_endless_loop_runs_out_of_processor_time(write: Write) -> None:
    """A loop is ended, by the clock on the wall or by the limit on processor time, whichever comes first."""
    path = write(misbehaving("while True: pass"))
    assert failure(path) == "did not answer within 1 seconds"
    assert failure(path, replace(QUICK, seconds=1, answer_seconds=9.0)) == "used more than 1 seconds of processor time"


def test_a_loop_while_the_file_is_read_is_ended_too(write: Write) -> None:
    """The limits hold from the first line of the file on."""
    with pytest.raises(InvalidStrategy, match="did not answer within 1 seconds"):
        Confined(write("while True: pass\n"), QUICK)


def test_a_memory_bomb_is_refused_its_memory(write: Write) -> None:
    """Asking for a gigabyte raises a MemoryError in the process that asks."""
    assert failure(write(misbehaving("return float(len(bytearray(1 << 30)))"))) == "raised MemoryError"


@pytest.mark.parametrize("layers", [LAYERS, WITHOUT_FILTER, ONLY_FILTER])
def test_no_process_can_be_started(write: Write, layers: tuple[str, ...]) -> None:
    """A fork bomb does not get its first fork, by the filter or by the limit."""
    if layers == WITHOUT_FILTER and os.geteuid() == 0:
        layers = (*layers, USER)
    said = failure(write(misbehaving("while True:\n    os.fork()")), replace(QUICK, layers=layers))
    assert said.startswith(("raised PermissionError", "raised BlockingIOError"))


def test_what_it_starts_ends_with_it(write: Write) -> None:
    """Even where starting is not kept from it: its children, in sessions of their own, end when it does."""
    sleep = "sys.modules['select'].select([], [], [], 9)"
    deed = f"for _ in range(5):\n    if os.fork() == 0:\n        os.setsid()\n        while True: {sleep}"
    with Confined(write(misbehaving(deed)), replace(QUICK, layers=(NAMESPACES,))) as confined:
        if confined.layers != (NAMESPACES,):
            pytest.skip("this system has no process tree of one's own")
        folder = confined._folder.name
        confined.strategy.demand(NOW, ())
        assert len(living_in(folder)) == 7
    assert living_in(folder) == []


def test_nothing_is_left_when_the_parent_is_killed(write: Write) -> None:
    """The keeper sees that nobody asks any more, and ends a strategy that loops."""
    path = write(misbehaving("while True: pass"))
    reading, writing = os.pipe()
    parent = os.fork()
    if parent == 0:
        confined = Confined(path, Limits(seconds=60, answer_seconds=60.0))
        os.write(writing, confined._folder.name.encode())
        confined.strategy.demand(NOW, ())
    os.close(writing)
    folder = os.read(reading, 4096).decode()
    assert living_in(folder)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    until = time.monotonic() + 5
    while living_in(folder) and time.monotonic() < until:
        time.sleep(0.02)
    assert living_in(folder) == []
    os.rmdir(folder)


@pytest.mark.parametrize("layers", [LAYERS, WITHOUT_FILTER, ONLY_FILTER])
def test_no_file_can_be_written(write: Write, tmp_path: Path, layers: tuple[str, ...]) -> None:
    """Neither by Python nor by the C library, in no folder; so no file is ever too large or too many."""
    limits = replace(QUICK, layers=layers)
    for place in (str(tmp_path / "loot"), "loot", "/tmp/parley-loot"):
        assert failure(write(misbehaving(f"return float(open({place!r}, 'wb').write(b'x' * 9999999))"))).startswith(
            "raised"
        )
        deed = f"f = libc().open({place!r}.encode(), 65, 438)\nassert libc().write(f, b'x' * 9999, 9999) == 9999"
        assert failure(write(misbehaving(deed)), limits).startswith("raised")
        assert not Path(place).exists()
    assert not (tmp_path / "loot").exists()


@pytest.mark.parametrize("layers", [LAYERS, WITHOUT_FILTER, ONLY_FILTER])
def test_no_file_can_be_read(write: Write, tmp_path: Path, layers: tuple[str, ...]) -> None:
    """Not the secret of the course beside it, not the system's, not what is known of other processes."""
    secret = tmp_path / "secret"
    secret.write_text("of the course")
    secret.chmod(0o644)
    for place in (str(secret), "/etc/passwd", "/etc/shadow", "/proc/self/environ", f"/proc/{os.getpid()}/environ"):
        deed = f"return float(len(open({place!r}, 'rb').read(9)))"
        assert failure(write(misbehaving(deed)), replace(QUICK, layers=layers)).startswith("raised")


@pytest.mark.parametrize("layers", [LAYERS, WITHOUT_FILTER, ONLY_FILTER])
def test_no_connection_can_be_made(write: Write, layers: tuple[str, ...]) -> None:
    """A listener on this machine hears nothing of a strategy that connects to it by the C library."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        port = listener.getsockname()[1]
        address = b"\x02\x00" + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
        deed = f"s = libc().socket(2, 1, 0)\nassert libc().connect(s, {address!r}, 16) == 0"
        assert failure(write(misbehaving(deed)), replace(QUICK, layers=layers)).startswith("raised")
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("layers", [LAYERS, WITHOUT_FILTER, ONLY_FILTER])
def test_no_other_process_can_be_signalled(write: Write, layers: tuple[str, ...]) -> None:
    """Neither its parent, nor the process that asks, nor all that it may signal."""
    for whom in ("os.getppid() or 1 << 22", str(os.getpid()), "-1"):
        deed = f"assert libc().kill({whom}, 9) == 0"
        assert failure(write(misbehaving(deed)), replace(QUICK, layers=layers)).startswith(("raised", "ended"))


def test_nothing_of_our_environment_is_seen(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that we have, such as the secret of a course, is not in its environment."""
    monkeypatch.setenv("COURSE_SECRET", "of the course")
    said = failure(write(misbehaving("raise ValueError(sorted(os.environ))")))
    assert "COURSE" not in said
    assert "HOME" not in said


def test_giant_output_goes_nowhere(write: Write, capfd: pytest.CaptureFixture[str]) -> None:
    """What a strategy prints is not read by anybody, and its answer is."""
    with Confined(write(misbehaving("print('x' * 50_000_000, flush=True)")), QUICK) as confined:
        assert confined.strategy.demand(NOW, ()) == 0.9
    assert capfd.readouterr() == ("", "")


def test_a_crash_of_the_interpreter_is_told(write: Write) -> None:
    """Reading at address zero ends the process by signal 11, and leaving quietly is told with its status."""
    assert "signal 11" in failure(
        write(misbehaving("return float(sys.modules['ctypes'].string_at(0)[0])")), replace(QUICK, layers=(LIMITS,))
    )
    assert failure(write(misbehaving("os._exit(7)"))) == "ended its own process (status 7)"
    assert failure(write(misbehaving("raise SystemExit"))) == "raised SystemExit"


def test_forged_answers_are_its_own_demands_and_no_more(write: Write) -> None:
    """Writing into the pipe by hand gives an answer that is used or cannot be read; nothing is run or believed."""
    limits = replace(QUICK, layers=ONLY_FILTER)
    flood = "for end in range(3, 16):\n    libc().write(end, b'\\x07' * 4096, 4096)"
    assert failure(write(misbehaving(flood)), limits) == "gave an answer that cannot be read"
    forged = "for end in range(3, 16):\n    libc().write(end, b'\\x01' + b'\\xff' * 8, 9)"
    assert failure(write(misbehaving(forged)), limits) == "gave an answer that cannot be read"


def test_words_of_a_stranger_are_plain_and_short(write: Write) -> None:
    """An error's text cannot steer a terminal, nor fill it."""
    said = failure(write(misbehaving(r"raise ValueError('\x1b[2J' + 'x' * 10_000)")))
    assert "\x1b" not in said
    assert len(said) <= 300


def test_limits_that_hold_already_are_not_raised(write: Write) -> None:
    """Where the process that asks may itself use less, the strategy may use no more, and is asked all the same."""
    program = (
        "import resource, sys\n"
        "for kind, most in ((resource.RLIMIT_CPU, 9), (resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_AS, 1 << 30)):\n"
        "    resource.setrlimit(kind, (most, most))\n"
        "from sim.classroom.confinement import Confined\n"
        "from sim.strategies.situation import opening\n"
        "with Confined(sys.argv[1]) as confined:\n"
        "    print(confined.strategy.demand(opening(0.5, 0.0, 0.9, 0.3, 0.5), (0.3,)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, write(HONEST)], capture_output=True, text=True, check=False)
    assert float(done.stdout) == 0.0 + 0.3 * 0.9 / 3.0, done.stderr


def test_a_file_that_is_too_large_is_not_read(write: Write) -> None:
    """More than a quarter of a mebibyte is no strategy."""
    with pytest.raises(InvalidStrategy, match="more than 256 KiB"):
        Confined(write("#" * (LARGEST_FILE + 1)))


# The same on every machine ------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["random", "time", "datetime", "os", "secrets", "numpy", "socket"])
def test_chance_clock_and_system_cannot_be_imported(write: Write, module: str) -> None:
    """A strategy that asks for what differs from machine to machine is refused with the line that asks."""
    path = write(f"\nimport {module}\ndef demand(situation, parameters):\n    return 0.0\n")
    with pytest.raises(InvalidStrategy, match=f"theirs.py:2:.* may not import '{module}'"):
        Confined(path)


def test_order_within_a_set_of_words_is_the_same_in_every_process(write: Write) -> None:
    """The hash seed is fixed, so what depends on it does not differ between two processes."""
    text = "def demand(situation, parameters):\n    return float(hash('a') % 1_000_003)\n"
    answers = set()
    for _ in range(3):
        with Confined(write(text)) as confined:
            answers.add(confined.strategy.demand(NOW, ()))
    assert len(answers) == 1


def test_a_new_process_remembers_nothing(write: Write) -> None:
    """What a strategy counts in a global begins anew with each process."""
    text = "count = 0\ndef demand(situation, parameters):\n    global count\n    count += situation.top == 0.9\n"
    text += "    return float(count)\n"
    for _ in range(2):
        with Confined(write(text)) as confined:
            assert [confined.strategy.demand(NOW, ()) for _ in range(3)] == [1.0, 2.0, 3.0]


def test_the_layers_that_protect_are_told(write: Write) -> None:
    """On this system at least the limits, the filter of system calls and the second line hold."""
    with Confined(write(HONEST)) as confined:
        assert {LIMITS, FILTER, AUDIT} <= set(confined.layers)
        if NAMESPACES in confined.layers:
            assert ROOT in confined.layers
