"""A stranger's strategy, asked in a process of its own that can reckon and answer and nothing else.

The parent never runs the file: it sends the text to a process that confines itself first (`confining`), checks what
that process says of the strategy, and then asks it one question at a time in numbers. Whatever the file does, all
that it can change is its own demands, or that it is refused with a reason.

What protects on which system, and what does not, is told in docs/reference/tournament.md.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sim.classroom import confined_child, confining
from sim.strategies.asking import DemandFailed
from sim.strategies.module import InvalidStrategy, StrategyModule, digest
from sim.strategies.own import fault_of
from sim.strategies.situation import Situation, StrategyParameter

LARGEST_FILE = 256 * 1024
LARGEST_TOLD = 64 * 1024
MOST_PARAMETERS = 16
LONGEST_TEXT = 300
PATIENCE = 3
"""How much longer than its processor time a process may take by the clock on the wall: a machine may be busy."""
_STATE = attrgetter(*(field.name for field in fields(Situation)))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one confined process may use, from its start to its end."""

    seconds: int = 20
    """Of processor time; more than any honest strategy needs."""
    answer_seconds: float = 5.0
    """That one answer, or the trial at the start, may take by the clock on the wall."""
    memory: int = 512 * 1024 * 1024
    """Bytes of address space."""
    layers: tuple[str, ...] = confining.LAYERS
    """What protects, as far as the system has it; fewer only to try each by itself."""


class Confined:
    """A strategy file in a confined process; use it in a `with` block, and nothing of it is left after.

    `strategy` is the strategy as an engine takes it. Its memory of its own, if it has any, lasts as long as the
    process: a new one starts afresh, with the same hash seed, so that the same questions find the same answers.

    Raises:
        InvalidStrategy: the file is missing, too large or faulty, or the strategy does not behave or does not answer.
    """

    def __init__(self, path: Path | str, limits: Limits | None = None, *, called: str = "") -> None:
        """Start the process; `called` is what messages call the file, if not by its path."""
        self.path = Path(called or path)
        self.limits = limits or Limits()
        self.layers: tuple[str, ...] = ()
        """What protects here."""
        self.failed = False
        """Whether it was asked and gave no usable answer."""
        self._why_ended = ""
        self._deadline = math.inf
        self._waited = 0.0
        text = _text_of(Path(path), str(self.path))
        self._folder = tempfile.TemporaryDirectory(prefix="parley-confined-", ignore_cleanup_errors=True)
        os.chmod(self._folder.name, 0o555)
        self._process = _start(self._folder.name)
        self._closing = threading.Event()
        threading.Thread(target=self._watch, daemon=True).start()
        try:
            self.strategy = self._open(text)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, and all that it may have started."""
        self._closing.set()
        for end in (self._process.stdin, self._process.stdout):
            if end is not None:
                end.close()
        try:
            self._process.wait(2.0)  # its keeper has seen that nobody asks any more
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def _open(self, text: bytes) -> StrategyModule:
        order = {
            "name": self.path.name,
            "folder": self._folder.name,
            "seconds": self.limits.seconds,
            "memory": self.limits.memory,
            "layers": list(self.limits.layers),
        }
        self._expect(max(30.0, self.limits.answer_seconds))  # a busy machine may take long to start a process
        try:
            for part in (json.dumps(order).encode(), text):
                self._put(confined_child.LENGTH.pack(len(part)) + part)
            self.layers = tuple(str(layer) for layer in self._told())
            self._expect(self.limits.answer_seconds)
            told = self._told()
        except DemandFailed as failed:
            raise InvalidStrategy(f"the strategy {failed.what} while it was tried", str(self.path)) from None
        finally:
            self._deadline = math.inf
        try:
            return self._module(told, text)
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, InvalidStrategy):
                raise
            raise InvalidStrategy("what the file says of itself cannot be read", str(self.path)) from None

    def _module(self, told: Any, text: bytes) -> StrategyModule:
        """The strategy as its process describes it, checked again: the file may have had a hand in it."""
        if "fault" in told:
            message, line, column = told["fault"]
            raise InvalidStrategy(_plain(message, LONGEST_TEXT), str(self.path), int(line), int(column))
        if not isinstance(told["remembers"], bool) or len(told["parameters"]) > MOST_PARAMETERS:
            raise InvalidStrategy(f"more than {MOST_PARAMETERS} parameters, or no REMEMBERS", str(self.path))
        parameters: list[StrategyParameter] = []
        for one in told["parameters"]:
            low, middle, high, least, above, most = (
                float(one[name]) for name in ("low", "middle", "high", "least", "above", "most")
            )
            parameters.append(
                StrategyParameter(
                    name=_plain(one["name"], LONGEST_TEXT), low=low, middle=middle, high=high,
                    reason=_plain(one["reason"], LONGEST_TEXT), least=least, above=above, most=most,
                )
            )  # fmt: skip
            fault = fault_of(parameters[-1], [other.name for other in parameters[:-1]])
            if fault:
                raise InvalidStrategy(fault, str(self.path))
        self._question = confined_child.question_of(len(parameters))
        return StrategyModule(
            name=self.path.stem,
            parameters=tuple(parameters),
            remembers=told["remembers"],
            demand=self._demand,
            summary=_plain(told["summary"], LONGEST_TEXT),
            source=_plain(told["source"], LONGEST_TEXT),
            path=self.path,
            digest=digest(text),
        )

    def _demand(self, situation: Situation, parameters: Sequence[float]) -> float:
        """Put the question to the process; raises `DemandFailed` where there is no usable answer."""
        started = time.monotonic()
        left = PATIENCE * self.limits.seconds - self._waited
        self._deadline = started + min(self.limits.answer_seconds, left)
        try:
            self._put(self._question.pack(*_STATE(situation), *parameters))
            answer = self._exactly(confined_child.ANSWER.size)
            kind, worth = confined_child.ANSWER.unpack(answer)
            if kind != 0:
                raise self._failure(answer)
            if not math.isfinite(worth):
                raise DemandFailed(f"returned {worth}: expected a finite float")
            return float(worth)
        except DemandFailed:
            self.failed = True
            raise
        finally:
            self._deadline = math.inf
            self._waited += time.monotonic() - started

    def _failure(self, answer: bytes) -> DemandFailed:
        kind, line, length = confined_child.FAULT.unpack(answer)
        if kind != 1 or length > confined_child.LONGEST_FAULT:
            return DemandFailed("gave an answer that cannot be read")
        return DemandFailed(_plain(self._exactly(length).decode(errors="replace"), LONGEST_TEXT), line)

    # The pipe ---------------------------------------------------------------------------------------------

    def _expect(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds

    def _put(self, text: bytes) -> None:
        assert self._process.stdin is not None
        try:
            while text:
                text = text[os.write(self._process.stdin.fileno(), text) :]
        except OSError:
            raise DemandFailed(self._end()) from None

    def _told(self) -> Any:
        length = confined_child.LENGTH.unpack(self._exactly(confined_child.LENGTH.size))[0]
        if length > LARGEST_TOLD:
            raise DemandFailed("said more of itself than can be read")
        try:
            return json.loads(self._exactly(length))
        except ValueError:
            raise DemandFailed("said of itself what cannot be read") from None

    def _exactly(self, size: int) -> bytes:
        assert self._process.stdout is not None
        text = b""
        while len(text) < size:
            more = os.read(self._process.stdout.fileno(), size - len(text))
            if not more:
                raise DemandFailed(self._end())
            text += more
        return text

    def _watch(self) -> None:
        """End a process that lets one wait too long."""
        while not self._closing.wait(0.05):
            if time.monotonic() > self._deadline:
                self._why_ended = f"did not answer within {self.limits.answer_seconds:g} seconds"
                if self._waited + self.limits.answer_seconds > PATIENCE * self.limits.seconds:
                    self._why_ended = f"took more than {PATIENCE * self.limits.seconds} seconds for all its answers"
                self._stop()
                return

    def _stop(self) -> None:
        """End the process at once; on the way out its keeper ends all that it started."""
        assert self._process.stdin is not None
        if sys.platform == "win32":
            self._process.kill()
        else:
            self._process.stdin.close()

    def _end(self) -> str:
        """Why the process has ended."""
        if not self._why_ended:
            try:
                status = self._process.wait(2.0)
            except subprocess.TimeoutExpired:
                status = 0
            self._why_ended = self._why(status)
        return self._why_ended

    def _why(self, status: int) -> str:
        if status == confined_child.OUT_OF_TIME:
            return f"used more than {self.limits.seconds} seconds of processor time"
        number = status - 128 if status > 128 else -status
        if number > 0:
            return f"ended its own process or was ended by the system (signal {number})"
        return f"ended its own process (status {status})"


def _text_of(path: Path, called: str) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise InvalidStrategy("no such strategy file", called) from None
    except OSError as error:
        raise InvalidStrategy(f"cannot read the strategy file: {error.strerror}", called) from None
    if len(text) > LARGEST_FILE:
        raise InvalidStrategy(f"the file has more than {LARGEST_FILE // 1024} KiB", called)
    return text


def _start(folder: str) -> "subprocess.Popen[bytes]":
    surroundings = {"PYTHONHASHSEED": "0"}
    if sys.platform == "win32":
        surroundings["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
    return subprocess.Popen(
        [sys.executable, "-P", "-s", "-S", "-B", str(Path(confined_child.__file__).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd=folder,
        env=surroundings,
        start_new_session=True,
    )


def _plain(text: object, longest: int) -> str:
    """A stranger's words in one line, without characters that steer a terminal."""
    line = " ".join(str(text).split())
    return "".join(one if one.isprintable() else "?" for one in line)[:longest]
