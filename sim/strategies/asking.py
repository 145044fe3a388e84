"""Asking a strategy during a run: what it demands, or that it failed, where in its file, and when."""

import math
import traceback
from collections.abc import Sequence
from pathlib import Path

from sim.strategies.module import StrategyModule
from sim.strategies.situation import Situation


class StrategyFailed(Exception):
    """A strategy that was let in and yet failed during a run; the message is one line that names its place."""


class DemandFailed(Exception):
    """What a strategy that is asked elsewhere did wrong, in words, and the line of its file (0: unknown)."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


def ask(strategy: StrategyModule, situation: Situation, parameters: Sequence[float], moment: str) -> float:
    """The worth that a strategy demands.

    Args:
        strategy: who is asked.
        situation: what it knows.
        parameters: its numbers, in order.
        moment: the place in the run, for the message, such as `exchange, day 3, round 2`.

    Raises:
        StrategyFailed: it raised something, or returned no finite number.
        KeyboardInterrupt: somebody wants the run to end.
    """
    try:
        answer = strategy.demand(situation, parameters)
    except KeyboardInterrupt:
        raise
    except DemandFailed as failed:
        raise _failed(strategy, failed.line, failed.what, moment) from None
    except BaseException as error:
        line, _ = place_of(error, strategy.path)
        raise _failed(strategy, line, f"raised {said(error)}", moment) from error
    if not isinstance(answer, float) or not math.isfinite(answer):
        line = getattr(getattr(strategy.demand, "__code__", None), "co_firstlineno", 0)
        raise _failed(strategy, line, f"returned {answer!r}: expected a finite float", moment)
    return answer


def _failed(strategy: StrategyModule, line: int, what: str, moment: str) -> StrategyFailed:
    return StrategyFailed(f"{strategy.path}:{line}: the strategy '{strategy.name}' {what} ({moment})")


def said(error: BaseException) -> str:
    """What was raised, in one line.

    >>> said(ValueError("no idea")), said(KeyboardInterrupt())
    ('ValueError: no idea', 'KeyboardInterrupt')
    """
    return ": ".join(filter(None, [type(error).__name__, " ".join(str(error).split())]))


def place_of(error: BaseException, path: Path) -> tuple[int, int]:
    """Line and column in a file at which an error arose; zeros where it arose elsewhere."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    if not frames:
        return 0, 0
    column = frames[-1].colno
    return frames[-1].lineno or 0, 0 if column is None else column + 1
