"""Conceder: give way at once and little after.

Demands r + max(0, top - r)·(1 - τ^e) with a small exponent e, and the reservation r on the last round.

Source: Faratin, P., Sierra, C. and Jennings, N. R. (1998), "Negotiation decision functions for autonomous
agents", Robotics and Autonomous Systems 24(3-4), 159-182: polynomial tactic, β = 1/e > 1.
"""

from collections.abc import Sequence

from sim.strategies.curves import aspire, polynomial
from sim.strategies.situation import Situation, StrategyParameter

PARAMETERS = (
    StrategyParameter(
        name="exponent",
        low=0.2,
        middle=0.25,
        high=0.35,
        reason="a quarter mirrors the boulware exponent of four; at a sixteenth of the time half is given up",
        above=0.0,
    ),
)
REMEMBERS = False


def demand(situation: Situation, parameters: Sequence[float]) -> float:
    """The worth demanded now."""
    return aspire(situation.reservation, situation.top, polynomial(situation.time, parameters[0]))
