"""Exponential: concede along an exponential of the time that is left.

Demands r + max(0, top - r)·(exp((1 - τ)^e) - 1)/(exp(1) - 1), and the reservation r on the last round. An
exponent of 1/8 concedes late, 0.725 almost steadily, 4 early.

Source: Faratin, P., Sierra, C. and Jennings, N. R. (1998), "Negotiation decision functions for autonomous
agents", Robotics and Autonomous Systems 24(3-4), 159-182: exponential tactics,
in the form that reaches the reservation at the deadline (as in the NegMAS library).
"""

import math
from collections.abc import Sequence

from sim.strategies.curves import aspire
from sim.strategies.situation import Situation, StrategyParameter

PARAMETERS = (
    StrategyParameter(
        name="exponent",
        low=0.1,
        middle=0.125,
        high=0.2,
        reason="an eighth is the late-conceding exponent of negotiation software; at half time 87 % is still held",
        above=0.0,
    ),
)
REMEMBERS = False


def demand(situation: Situation, parameters: Sequence[float]) -> float:
    """The worth demanded now."""
    held = math.expm1(math.pow(1.0 - situation.time, parameters[0])) / math.expm1(1.0)
    return aspire(situation.reservation, situation.top, held)
