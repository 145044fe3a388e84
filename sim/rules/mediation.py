"""Mediation: a bridging proposal, and what a mediator adds so that the parties accept it."""

import math
from collections.abc import Sequence


def estimate(weight: float, noise: float, u: float) -> float:
    """A mediator's estimate of one weight of a party.

    Args:
        weight: the true one.
        noise: greatest error as a share of the weight, at least 0.
        u: uniform draw in (0, 1).

    Returns:
        A weight within `noise` of the true one.

    Source: Kydd 2003 (what a mediator knows); the uniform error is an assumption of this model.

    >>> estimate(2.0, 0.5, 0.75)  # 2 * (1 + .5 * .5)
    2.5
    """
    return weight * (1.0 + noise * (2.0 * u - 1.0))


def surplus_product(surpluses: Sequence[float], biases: Sequence[float], n: int) -> float:
    """How good a package is as a bridging proposal: the weighted product of the parties' surpluses.

    Args:
        surpluses: worth less reservation of each party, as the mediator estimates them.
        biases: of the mediator towards each party, above -1; 0 is even-handed.
        n: number of parties.

    Returns:
        The product of surplus to the power 1 + bias, above 0; -1 if any party would have no surplus.

    Source: Nash 1950, with weights for bias; Raiffa 1982; Kydd 2003.

    >>> surplus_product([0.5, 0.25], [0.0, 1.0], 2)  # .5 * .25 * .25
    0.03125
    >>> surplus_product([0.5, 0.0], [0.0, 0.0], 2)
    -1.0
    """
    product = 1.0
    for i in range(n):
        if surpluses[i] <= 0.0:
            return -1.0
        product = product * math.pow(surpluses[i], 1.0 + biases[i])
    return product


def need(reservation: float, worth: float) -> float:
    """The inducement that a party needs to accept a package.

    Args:
        reservation: least worth that it accepts.
        worth: of the package to it today.

    Returns:
        Worth, at least 0.

    Source: Beardsley 2008 (manipulation fills the gap).

    >>> need(0.5, 0.25), need(0.5, 0.75)
    (0.25, 0.0)
    """
    return max(0.0, reservation - worth)


def affordable(needs: Sequence[float], cap: float, leverage: float, n: int) -> bool:
    """Whether a mediator can pay the inducements that a package needs.

    Args:
        needs: of the parties, see `need`.
        cap: most that it pays to one party.
        leverage: that it has left.
        n: number of parties.

    Source: Beardsley 2008; the limits are assumptions of this model.

    >>> affordable([0.25, 0.25], 0.25, 0.5, 2), affordable([0.5, 0.0], 0.25, 0.5, 2)
    (True, False)
    """
    total = 0.0
    for i in range(n):
        if needs[i] > cap:
            return False
        total += needs[i]
    return total <= leverage


def souring(inducement: float, speed: float, age: int) -> float:
    """What a deal that was induced adds to the log hazard of leaving it, as the inducement fades.

    Args:
        inducement: worth that the party was paid.
        speed: at which the inducement fades a day, at least 0.
        age: days in force.

    Returns:
        Log hazard, from 0 up to `inducement`.

    Source: Beardsley 2008 (manipulated agreements last less).

    >>> import math
    >>> round(souring(0.5, math.log(2.0), 1), 12)  # half of it
    0.25
    """
    return inducement * -math.expm1(-speed * age)
