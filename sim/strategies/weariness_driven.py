"""Weariness-driven: concede sooner the more the war hurts.

Demands r + max(0, top - r)·(1 - τ^e) with e = exponent·exp(-sensitivity·(weariness - tolerance)), and the
reservation r on the last round. A party whose weariness equals its tolerance keeps the exponent as given; one
that hurts has a smaller exponent, one that does not a larger.

Source: this laboratory's own form. The idea that hurting moves a party to seek a way out is Zartman's (Zartman,
I. W. (1989), Ripe for Resolution, Oxford University Press); the curve is Faratin, Sierra and Jennings'
(1998) polynomial tactic.
"""

import math
from collections.abc import Sequence

from sim.strategies.curves import aspire, polynomial
from sim.strategies.situation import Situation, StrategyParameter

PARAMETERS = (
    StrategyParameter(
        name="exponent",
        low=1.5,
        middle=2.0,
        high=3.0,
        reason="moderately firm while weariness equals tolerance, between linear and boulware",
        above=0.0,
    ),
    StrategyParameter(
        name="sensitivity",
        low=2.0,
        middle=4.0,
        high=6.0,
        reason="at four, weariness 0.35 over tolerance turns an exponent of two into about a half; no measure known",
        least=0.0,
        most=100.0,
    ),
)
REMEMBERS = False


def demand(situation: Situation, parameters: Sequence[float]) -> float:
    """The worth demanded now."""
    hurt = situation.weariness - situation.tolerance
    exponent = parameters[0] * math.exp(-parameters[1] * hurt)
    return aspire(situation.reservation, situation.top, polynomial(situation.time, exponent))
