"""Hardliner: demand the best there is until the last round.

Demands max(r, top) until the last round and the reservation r on it: the boulware curve as its exponent grows
without bound.

Source: Faratin, P., Sierra, C. and Jennings, N. R. (1998), "Negotiation decision functions for autonomous
agents", Robotics and Autonomous Systems 24(3-4), 159-182: the limit β → 0 of the polynomial tactic.
"""

from collections.abc import Sequence

from sim.strategies.curves import aspire
from sim.strategies.situation import Situation, StrategyParameter

PARAMETERS: tuple[StrategyParameter, ...] = ()
REMEMBERS = False


def demand(situation: Situation, parameters: Sequence[float]) -> float:
    """The worth demanded now."""
    if situation.time < 1.0:
        return aspire(situation.reservation, situation.top, 1.0)
    return situation.reservation
