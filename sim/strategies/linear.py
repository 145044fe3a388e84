"""Linear: concede by the same amount each round.

Demands r + max(0, top - r)·(1 - τ), and the reservation r on the last round.

Source: Faratin, P., Sierra, C. and Jennings, N. R. (1998), "Negotiation decision functions for autonomous
agents", Robotics and Autonomous Systems 24(3-4), 159-182: polynomial tactic, β = 1.
"""

from collections.abc import Sequence

from sim.strategies.curves import aspire
from sim.strategies.situation import Situation, StrategyParameter

PARAMETERS: tuple[StrategyParameter, ...] = ()
REMEMBERS = False


def demand(situation: Situation, parameters: Sequence[float]) -> float:
    """The worth demanded now."""
    return aspire(situation.reservation, situation.top, 1.0 - situation.time)
