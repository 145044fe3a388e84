"""A quick trial of a strategy on a grid of situations, before it is let into a run."""

import math
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import fields, replace
from itertools import product
from operator import attrgetter
from typing import NoReturn

from sim.strategies.asking import place_of, said
from sim.strategies.module import InvalidStrategy, StrategyModule
from sim.strategies.situation import Situation, opening

TIMES = (1 / 30, 0.25, 0.5, 0.9, 1.0)
STAKES = ((-0.2, 0.6), (0.0, 1.0), (0.3, 0.3), (0.5, 0.2))
"""Reservation and top: below and at no deal, with no room, with less than none."""
HURT = ((0.0, 0.5), (0.9, 0.4))
"""Weariness and tolerance."""
_STATE = attrgetter(*(field.name for field in fields(Situation)))


def probation(strategy: StrategyModule) -> None:
    """Try a strategy on a grid of situations, with its parameters at their low, middle and high values.

    Raises:
        InvalidStrategy: it raises, returns anything but a finite float, changes the situation, answers the same
            question differently, or says that it does not remember and yet looks at what was said.
    """
    grid = situations()
    for parameters in _settings(strategy):
        answers = [_ask(strategy, situation, parameters) for situation in grid]
        # Backwards, so that an answer that depends on the one before is found out.
        for situation, answer in zip(reversed(grid), reversed(answers), strict=True):
            again = _ask(strategy, situation, parameters)
            if again != answer:
                _refuse(strategy, f"answered {answer!r} and then {again!r} to the same question", situation)
        if not strategy.remembers:
            _check_forgetful(strategy, grid, parameters)


def situations() -> tuple[Situation, ...]:
    """A grid of situations: early and late, with and without room, with and without a past."""
    grid = []
    for time, (reservation, top), (weariness, tolerance) in product(TIMES, STAKES, HURT):
        first = opening(time, reservation, top, weariness, tolerance)
        grid += [first, *_pasts(first)]
    return tuple(grid)


def _pasts(first: Situation) -> list[Situation]:
    """Talks in which the other made one offer, conceded, retreated, or offered the best there is."""
    room = first.top - first.reservation
    low, some, more = (first.reservation + share * room for share in (-0.5, 0.25, 0.5))
    spoken = replace(
        first,
        rounds_spoken=5.0,
        demanded=first.reservation + 0.75 * room,
        next_lower=first.reservation + 0.7 * room,
        offers_made=3.0,
        offers_received=5.0,
        window_length=4.0,
    )
    heard = {"received_first": low, "received_window": low}
    return [
        replace(first, offers_received=1.0, received_last=low, received_before=low, **heard),
        replace(spoken, received_last=more, received_before=some, **heard),
        replace(spoken, received_last=low, received_before=some, **heard),
        replace(spoken, received_last=first.top, received_before=first.top, **heard),
    ]


def _settings(strategy: StrategyModule) -> tuple[tuple[float, ...], ...]:
    if not strategy.parameters:
        return ((),)
    ranges = [(float(each.low), float(each.middle), float(each.high)) for each in strategy.parameters]
    return tuple(zip(*ranges, strict=True))


def _ask(strategy: StrategyModule, situation: Situation, parameters: Sequence[float]) -> float:
    before = _STATE(situation)
    try:
        with redirect_stdout(sys.stderr):
            answer: object = strategy.demand(situation, parameters)
    except BaseException as error:
        message = f"'demand' raised {said(error)}{_when(situation)}"
        raise InvalidStrategy(message, str(strategy.path), *place_of(error, strategy.path)) from error
    if not isinstance(answer, float):
        _refuse(strategy, f"must return a float (0.0, not 0), returned {answer!r}", situation)
    if not math.isfinite(answer):
        _refuse(strategy, f"must return a finite number, returned {answer!r}", situation)
    if _STATE(situation) != before:
        _refuse(strategy, "must not change the situation that it is given", situation)
    return answer


def _check_forgetful(strategy: StrategyModule, grid: Sequence[Situation], parameters: Sequence[float]) -> None:
    for situation in grid:
        fresh = opening(situation.time, situation.reservation, situation.top, situation.weariness, situation.tolerance)
        if _ask(strategy, situation, parameters) != _ask(strategy, fresh, parameters):
            _refuse(strategy, "looks at what was said in the talks: it needs REMEMBERS = True", situation)


def _refuse(strategy: StrategyModule, fault: str, situation: Situation) -> NoReturn:
    line = getattr(getattr(strategy.demand, "__code__", None), "co_firstlineno", 0)
    raise InvalidStrategy(f"'demand' {fault}{_when(situation)}", str(strategy.path), line)


def _when(situation: Situation) -> str:
    return (
        f" (at time {situation.time:.3g}, reservation {situation.reservation:.3g}, top {situation.top:.3g}, "
        f"{situation.offers_received:.0f} offers received)"
    )
