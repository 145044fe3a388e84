"""Averaged tit for tat: relative tit for tat that answers the average of the other's last few moves.

Over its last four moves the other kept a share s = ((top - last)/(top - window))^(1/4) of what it withholds per
move, on average, where `window` is the offer from which these moves began; a move that was not made yet counts as
standing still. The party keeps that share of its own claim: it demands r + s·(demanded - r). Each concession or
retreat is thus answered in four equal parts.

Source: Faratin, P., Sierra, C. and Jennings, N. R. (1998), "Negotiation decision functions for autonomous
agents", Robotics and Autonomous Systems 24(3-4), 159-182: averaged tit for tat over a
window of four. The form is explained in tit_for_tat.py; the mean is geometric, since shares multiply.
"""

import math
from collections.abc import Sequence

from sim.strategies.situation import WINDOW, Situation, StrategyParameter

PARAMETERS: tuple[StrategyParameter, ...] = ()
REMEMBERS = True


def demand(situation: Situation, parameters: Sequence[float]) -> float:
    """The worth demanded now."""
    withheld_before = situation.top - situation.received_window
    withheld = situation.top - situation.received_last
    if withheld_before <= 0.0:
        return situation.demanded
    if withheld <= 0.0:
        return situation.reservation
    kept = math.pow(withheld / withheld_before, 1.0 / WINDOW)
    return situation.reservation + kept * (situation.demanded - situation.reservation)
