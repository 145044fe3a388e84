"""The program of a confined process: it takes a strategy's text, confines itself, and answers one question at a time.

Started by `sim.classroom.confinement` with nothing but the standard library and `sim.strategies` in reach. It reads
from its standard input and answers on its standard output; both are moved out of the way of whoever prints.
"""

import contextlib
import encodings.cp1252
import encodings.iso8859_1
import encodings.latin_1
import encodings.utf_8_sig
import importlib
import json
import os
import select
import signal
import struct
import sys
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sim.classroom import confining
from sim.strategies import own
from sim.strategies.asking import place_of, said
from sim.strategies.module import InvalidStrategy, StrategyModule
from sim.strategies.situation import Situation

__all__ = ["ANSWER", "FAULT", "LENGTH", "OUT_OF_TIME", "encodings", "question_of"]

LENGTH = struct.Struct("<I")
"""Before every text of the opening: how many bytes follow."""
ANSWER = struct.Struct("<Bd")
"""An answer: 0 and the worth demanded."""
FAULT = struct.Struct("<BII")
"""In place of an answer: 1, the line at fault, and how many bytes of words follow."""
LONGEST_FAULT = 500
OUT_OF_TIME = 100
"""Exit status that says so; others are 128 and the signal that ended the process, or the process's own."""
_FIELDS = tuple(field.name for field in fields(Situation))


def question_of(parameters: int) -> struct.Struct:
    """A question: the situation, field by field, and so many parameters."""
    return struct.Struct(f"<{len(_FIELDS) + parameters}d")


def main() -> None:
    """Take the opening, confine oneself, answer until nobody asks any more."""
    asked, answers = _open_lines()
    order = json.loads(_take(asked))
    text = _take(asked)
    for module in sorted(Path(own.__file__).parent.glob("*.py")):
        importlib.import_module(f"sim.strategies.{module.stem}".removesuffix(".__init__"))
    for name in confining.IMPORTABLE:
        importlib.import_module(name)
    layers = [confining.NAMESPACES] if confining.NAMESPACES in order["layers"] and confining.own_spaces() else []
    if sys.platform != "win32":
        _leave_to_child(asked, answers, order["seconds"])
    _confine(order, layers)
    _put(answers, json.dumps([layer for layer in confining.LAYERS if layer in layers]).encode())
    try:
        strategy = own.load_text(Path(order["name"]), text)
    except InvalidStrategy as invalid:
        _put(answers, json.dumps({"fault": [invalid.message, invalid.line, invalid.column]}).encode())
        return
    _put(answers, json.dumps(_told(strategy)).encode())
    _answer(strategy, asked, answers)


def _open_lines() -> tuple[int, int]:
    """The pipes, moved away from where a program reads and prints; there is nothing there now."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415

        msvcrt.setmode(0, os.O_BINARY)
        msvcrt.setmode(1, os.O_BINARY)
    asked, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for place in (0, 1, 2):
        os.dup2(nothing, place)
    os.close(nothing)
    return asked, answers


def _leave_to_child(asked: int, answers: int, seconds: int) -> None:
    """Return in a child; the parent, which never runs the stranger's code, stays to see that nothing outlives it.

    It ends the child when the questions end, for whatever reason, and passes on how the child ended.
    """
    alive, lives = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(alive)
        os.setsid()
        return
    os.close(lives)
    os.close(answers)
    waiting = select.poll()
    waiting.register(alive, 0)
    waiting.register(asked, 0)
    waiting.poll()
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(OSError):  # it has ended
            kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    signalled = os.WIFSIGNALED(status)
    if signalled and used.ru_utime + used.ru_stime >= seconds / 2:  # the two clocks of the system differ
        os._exit(OUT_OF_TIME)
    os._exit(128 + os.WTERMSIG(status) if signalled else os.WEXITSTATUS(status))


def _confine(order: dict[str, Any], layers: list[str]) -> None:
    """Put on every layer that was ordered and can be had, and note it."""

    def put_on(layer: str, done: Callable[[], bool]) -> None:
        if layer in order["layers"] and done():
            layers.append(layer)

    put_on(confining.ROOT, lambda: confining.own_root(order["folder"]))
    put_on(confining.LIMITS, lambda: confining.limit(order["seconds"], order["memory"]))
    put_on(confining.USER, confining.nobody)
    confining.die_with_parent()
    put_on(confining.FILTER, confining.filter_calls)
    confining.guard_imports("own_strategy_")
    put_on(confining.AUDIT, confining.audit)


def _told(strategy: StrategyModule) -> dict[str, Any]:
    return {
        "parameters": [asdict(parameter) for parameter in strategy.parameters],
        "remembers": strategy.remembers,
        "summary": strategy.summary,
        "source": strategy.source,
    }


def _answer(strategy: StrategyModule, asked: int, answers: int) -> None:
    """Answer until the questions end."""
    question, ahead = question_of(len(strategy.parameters)), len(_FIELDS)
    demand, path = strategy.demand, strategy.path
    while True:
        told = os.read(asked, question.size)
        if len(told) < question.size:
            told += _exactly(asked, question.size - len(told))
        numbers = question.unpack(told)
        try:
            answer: object = demand(Situation(**dict(zip(_FIELDS, numbers, strict=False))), list(numbers[ahead:]))
        except BaseException as error:
            line, _ = place_of(error, path)
            _fail(answers, line, f"raised {said(error)}")
            continue
        if isinstance(answer, float):
            os.write(answers, ANSWER.pack(0, answer))
        else:
            line = getattr(getattr(demand, "__code__", None), "co_firstlineno", 0)
            _fail(answers, line, f"returned {answer!r:.60}: expected a finite float")


def _fail(answers: int, line: int, what: str) -> None:
    words = what.encode(errors="replace")[:LONGEST_FAULT]
    os.write(answers, FAULT.pack(1, line, len(words)) + words)


def _put(answers: int, text: bytes) -> None:
    os.write(answers, LENGTH.pack(len(text)) + text)


def _take(asked: int) -> bytes:
    return _exactly(asked, LENGTH.unpack(_exactly(asked, LENGTH.size))[0])


def _exactly(asked: int, size: int) -> bytes:
    """So many bytes; nobody asks any more where there are fewer."""
    text = b""
    while len(text) < size:
        more = os.read(asked, size - len(text))
        if not more:
            os._exit(0)
        text += more
    return text


if __name__ == "__main__":
    main()
