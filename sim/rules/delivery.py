"""Delivery: whether a giver hands over what falls due, and how much of it."""

import math

from sim.rules.chance import binomial


def default_chance(default: float, trust: float, guarantee: float) -> float:
    """The probability that a giver does not deliver what falls due.

    Args:
        default: probability at no trust and without guarantee, in [0, 1].
        trust: that the giver has in the receiver, in [0, 1].
        guarantee: of the step by somebody else, in [0, 1].

    Returns:
        A probability in [0, 1].

    Source: assumption of this model.

    >>> default_chance(0.5, 0.5, 0.5)
    0.125
    """
    return default * (1.0 - trust) * (1.0 - guarantee)


def declined(u: float, due: float, share: float) -> float:
    """How many of the captives who are to be handed over decline to go.

    Args:
        u: uniform draw in (0, 1).
        due: persons.
        share: chance of each to decline, in [0, 1].

    Returns:
        Persons, in [0, due].

    Source: the neutral nations' commission of the Korean armistice (1953), before which prisoners were to say whether
        they wished to return; the binomial form is an assumption of this model.

    >>> declined(0.7, 2.0, 0.5)  # P(at most 1) = .75
    1.0
    """
    return float(binomial(u, int(due), share))


def delivered(u: float, due: float, shortfall: float) -> float:
    """How much of what falls due is in fact handed over.

    Args:
        u: uniform draw in (0, 1).
        due: persons or units; whole amounts go short by a binomial count, others by the share itself.
        shortfall: share of each delivery that goes missing, in [0, 1].

    Returns:
        Persons or units, in [0, due].

    Source: the exchange of March 2025 (23 wounded to be released, by the Kremlin as reported; 22 released, by
        the Russian Ministry of Defence); the binomial form is an assumption of this model.

    >>> delivered(0.7, 2.0, 0.5)  # one of two: P(at most 1 missing) = .75
    1.0
    >>> delivered(0.7, 2.5, 0.5)
    1.25
    """
    if due == math.floor(due):
        return due - binomial(u, int(due), shortfall)
    return due * (1.0 - shortfall)
