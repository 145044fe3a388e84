"""Boulware: hold firm for most of the talks and concede near their end.

Demands r + max(0, top - r)·(1 - τ^e) with a large exponent e, and the reservation r on the last round.

Source: Faratin, P., Sierra, C. and Jennings, N. R. (1998), "Negotiation decision functions for autonomous
agents", Robotics and Autonomous Systems 24(3-4), 159-182: polynomial tactic, β = 1/e < 1.
"""

from collections.abc import Sequence

from sim.strategies.curves import aspire, polynomial
from sim.strategies.situation import Situation, StrategyParameter

PARAMETERS = (
    StrategyParameter(
        name="exponent",
        low=3.0,
        middle=4.0,
        high=5.0,
        reason="four is the usual boulware exponent of negotiation software; at half time 15/16 is still held",
        above=0.0,
    ),
)
REMEMBERS = False


def demand(situation: Situation, parameters: Sequence[float]) -> float:
    """The worth demanded now."""
    return aspire(situation.reservation, situation.top, polynomial(situation.time, parameters[0]))
