"""Offers: choosing a package to put, answering one, and walking out.

Worths of several seats stand in one flat sequence, seat by seat: the worth of outcome `o` to seat `s` is
at `s * outcomes + o`. What is `allowed` is non-zero by outcome.
"""

import math
from collections.abc import Sequence


def clamp_demand(demand: float, reservation: float, top: float) -> float:
    """What a party demands now: never less than it would accept, never more than it can get.

    Args:
        demand: worth that its strategy asks for.
        reservation: least worth that it accepts.
        top: best worth of any feasible package today.

    Returns:
        Worth, in [reservation, max(top, reservation)].

    Source: Faratin, Sierra and Jennings 1998 (tactics stay between reservation and best value).

    >>> [clamp_demand(demand, 0.2, 0.9) for demand in (0.1, 0.5, 1.0)]
    [0.2, 0.5, 0.9]
    >>> clamp_demand(0.5, 0.2, 0.1)  # nothing on the table is worth its reservation
    0.2
    """
    return max(reservation, min(demand, max(top, reservation)))


def meets_all(worths: Sequence[float], demands: Sequence[float], outcome: int, outcomes: int, seats: int) -> bool:
    """Whether a package is worth to every seat what it demands.

    Args:
        worths: flat, by seat and outcome.
        demands: worth that each seat demands.
        outcome: the package.
        outcomes: number of packages.
        seats: number of seats.

    Source: Leonardelli et al. 2019 (simultaneous equivalent offers): agreed is what all would put themselves.

    >>> meets_all([0.5, 0.2, 0.4, 0.9], [0.5, 0.4], 0, 2, 2)
    True
    >>> meets_all([0.5, 0.2, 0.4, 0.9], [0.5, 0.4], 1, 2, 2)
    False
    """
    for seat in range(seats):  # noqa: SIM110 - a generator would not compile
        if worths[seat * outcomes + outcome] < demands[seat]:
            return False
    return True


def pick_best(worths: Sequence[float], allowed: Sequence[int], chooser: int, outcomes: int, seats: int) -> int:
    """The package that a seat picks among those that all would take.

    Args:
        worths: flat, by seat and outcome.
        allowed: by outcome.
        chooser: the seat that picks.
        outcomes: number of packages.
        seats: number of seats.

    Returns:
        The allowed package of greatest worth to the chooser; among equals the one worth most to the others
        together, then the first. -1 if none is allowed.

    Source: Leonardelli et al. 2019 (simultaneous equivalent offers); who picks is an assumption of this model.

    >>> pick_best([0.5, 0.5, 0.1, 0.2, 0.3, 0.9], [1, 1, 1], 0, 3, 2)
    1
    """
    picked = -1
    picked_own = -math.inf
    picked_others = -math.inf
    for outcome in range(outcomes):
        own = worths[chooser * outcomes + outcome]
        if not allowed[outcome] or own < picked_own:
            continue
        others = 0.0
        for seat in range(seats):
            if seat != chooser:
                others += worths[seat * outcomes + outcome]
        if picked < 0 or own > picked_own or others > picked_others:
            picked = outcome
            picked_own = own
            picked_others = others
    return picked


def least_offer(
    worths: Sequence[float],
    allowed: Sequence[int],
    proposer: int,
    demand: float,
    nearness: Sequence[float],
    outcomes: int,
) -> int:
    """The package that a seat offers: the one that leaves it least above what it demands.

    Args:
        worths: flat, by seat and outcome.
        allowed: by outcome.
        proposer: the seat that offers.
        demand: least own worth that it offers.
        nearness: of each package to the others' last offers, as a distance (smaller is nearer).
        outcomes: number of packages.

    Returns:
        The allowed package of least own worth that is at least `demand`; among equals the nearest, then the
        first. -1 if there is none.

    Source: stacked alternating offers (SAOP), Aydoğan et al. 2017.

    >>> least_offer([0.1, 0.6, 0.4, 0.4], [1, 1, 1, 1], 0, 0.3, [0.0, 0.0, 2.0, 1.0], 4)
    3
    """
    offered = -1
    offered_own = math.inf
    for outcome in range(outcomes):
        own = worths[proposer * outcomes + outcome]
        if not allowed[outcome] or own < demand or own > offered_own:
            continue
        if offered < 0 or own < offered_own or nearness[outcome] < nearness[offered]:
            offered = outcome
            offered_own = own
    return offered


def distance(values_a: Sequence[float], values_b: Sequence[float], spans: Sequence[float], n: int) -> float:
    """How far two packages lie apart.

    Args:
        values_a: of the issues in one package.
        values_b: of the issues in the other.
        spans: of the issues: greatest value less least; 0 where an issue has no scale.
        n: number of issues.

    Returns:
        Sum over the issues of the difference as a share of the span, in [0, n]. An issue without span counts 1 where
        the values differ.

    Source: city-block distance on scaled issues.

    >>> distance([100.0, 2.0], [150.0, 3.0], [200.0, 0.0], 2)  # .25 + 1
    1.25
    """
    apart = 0.0
    for k in range(n):
        difference = abs(values_a[k] - values_b[k])
        if spans[k] > 0.0:
            apart += difference / spans[k]
        elif difference > 0.0:
            apart += 1.0
    return apart


def next_lower(worths: Sequence[float], allowed: Sequence[int], seat: int, outcomes: int, below: float) -> float:
    """The worth of a seat's best allowed package that is worth less to it than a given worth.

    Args:
        worths: flat, by seat and outcome.
        allowed: by outcome.
        seat: whose worth counts.
        outcomes: number of packages.
        below: worth.

    Returns:
        Worth strictly less than `below`; minus infinity if there is none.

    Source: de Jonge 2022 (MiCRO concedes from package to package).

    >>> next_lower([0.1, 0.6, 0.4], [1, 1, 1], 0, 3, 0.6)
    0.4
    """
    found = -math.inf
    for outcome in range(outcomes):
        own = worths[seat * outcomes + outcome]
        if allowed[outcome] and found < own < below:
            found = own
    return found


def best(worths: Sequence[float], allowed: Sequence[int], seat: int, outcomes: int) -> float:
    """The worth of a seat's best allowed package.

    Args:
        worths: flat, by seat and outcome.
        allowed: by outcome.
        seat: whose worth counts.
        outcomes: number of packages.

    Returns:
        Worth; minus infinity if none is allowed.

    Source: definition.

    >>> best([0.1, 0.6, 0.4], [1, 0, 1], 0, 3)
    0.4
    """
    found = -math.inf
    for outcome in range(outcomes):
        own = worths[seat * outcomes + outcome] if allowed[outcome] else -math.inf
        found = own if own > found else found
    return found


def walkout_chance(impatience: float, barren_days: int) -> float:
    """The probability that a party leaves the talks today.

    Args:
        impatience: hazard for each barren day, at least 0.
        barren_days: days in a row on which no offer was at or above its reservation.

    Returns:
        A probability in [0, 1].

    Source: assumption of this model.

    >>> import math
    >>> round(walkout_chance(math.log(2.0), 2), 12)  # 1 - 1/4
    0.75
    """
    return -math.expm1(-impatience * barren_days)
