"""Captives: taking them, and dividing what is handed over."""

import math

from sim.rules.chance import poisson


def capture(u: float, rate: float, fighting: float) -> int:
    """Persons that a party captures in a day.

    Args:
        u: uniform draw in (0, 1).
        rate: persons a day of full fighting, at least 0.
        fighting: share of the fighting that goes on, in [0, 1].

    Returns:
        Persons.

    Source: assumption of this model (a Poisson count).

    >>> capture(0.37, 2.0, 0.5), capture(0.37, 2.0, 0.0)  # mean 1: P(0) = .3679
    (1, 0)
    """
    return poisson(u, rate * fighting)


def settle(asked: float, free: float, whole: bool) -> float:
    """What a count that depends on what is held comes to.

    Args:
        asked: persons or units that the terms ask for, of any sign.
        free: that the giver holds and has not promised yet.
        whole: whether only whole ones count, as of persons.

    Returns:
        Persons or units, in [0, free].

    Source: definition.

    >>> settle(12.9, 40.0, True), settle(99.0, 40.5, True), settle(99.0, 40.5, False), settle(-3.0, 40.0, True)
    (12.0, 40.0, 40.5, 0.0)
    """
    if not (asked > 0.0 and free > 0.0):
        return 0.0
    count = min(asked, free)
    return float(math.floor(count)) if whole else count


def share_of_holdings(given: float, held: float) -> float:
    """What a giver hands over, as a share of what it held of the kind.

    Args:
        given: persons or units handed over, at least 0.
        held: persons or units held before.

    Returns:
        A share in [0, 1]; 0 where nothing was held.

    Source: definition.

    >>> share_of_holdings(22.0, 88.0)
    0.25
    """
    if held <= 0.0:
        return 0.0
    return min(1.0, given / held)


def instalment(total: float, tranche: int, tranches: int) -> float:
    """What falls due in one tranche of a transfer.

    Whole totals are split into whole numbers that differ by at most one and add up exactly. Other totals
    are split evenly, and the last tranche takes the rest.

    Args:
        total: persons or units over all tranches, at least 0.
        tranche: ordinal from 0.
        tranches: how many there are, at least 1.

    Returns:
        Persons or units.

    Source: definition.

    >>> [instalment(10.0, tranche, 4) for tranche in range(4)]
    [2.0, 3.0, 2.0, 3.0]
    >>> [instalment(2.5, tranche, 2) for tranche in range(2)]
    [1.25, 1.25]
    """
    if total == math.floor(total):
        return float(math.floor(total * (tranche + 1) / tranches) - math.floor(total * tranche / tranches))
    if tranche == tranches - 1:
        return total - total / tranches * tranche
    return total / tranches
