"""Shapes of concession that several strategies share: how much of the way above the reservation is still held."""

import math


def aspire(reservation: float, top: float, held: float) -> float:
    """The worth demanded by one who still holds a share of what lies between the reservation and the top.

    Args:
        reservation: least worth acceptable.
        top: best worth to be had; where it is below the reservation, the reservation is demanded.
        held: share still held: 1 demands the top, 0 the reservation.

    Source: Faratin, Sierra and Jennings (1998), the scoring value of a time-dependent tactic.

    >>> aspire(0.25, 0.75, 0.5)
    0.5
    """
    if top <= reservation:
        return reservation
    return reservation + (top - reservation) * held


def polynomial(time: float, exponent: float) -> float:
    """The share still held at a time when conceding along a power of time: 1 - τ^e.

    Args:
        time: τ, share of the rounds that has passed, (0, 1].
        exponent: e > 0; above 1 late (boulware), 1 steadily, below 1 early (conceder). Faratin's β is 1/e.

    Source: Faratin, Sierra and Jennings (1998), polynomial tactics.

    >>> polynomial(0.5, 2.0)
    0.75
    """
    return 1.0 - math.pow(time, exponent)
