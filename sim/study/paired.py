"""Differences between two variants that share their draws, each with its interval, from whole numbers.

A pair is one replication in both variants. Intervals describe the luck of the draws, not doubt about the model.
"""

import math

from sim.study.estimates import Estimate, normal_quantile

STEPS = 60
"""Halvings until a bound is found; each step halves a distance of at most 2."""


def difference_of_means(n: int, total: int, squares: int, confidence: float = 0.95) -> Estimate:
    """The mean of paired differences with its normal interval, mean ± z·s/√n; none for fewer than two pairs.

    Args:
        n: pairs.
        total: sum of the differences, second less first.
        squares: sum of their squares.
        confidence: strictly between 0 and 1.

    >>> difference_of_means(3, 6, 14).value
    2.0
    """
    mean = total / n if n else math.nan
    if n < 2:
        return Estimate(mean, math.nan, math.nan)
    variance = (n * squares - total * total) / (n * (n - 1))
    half = normal_quantile(confidence) * math.sqrt(variance / n)
    return Estimate(mean, mean - half, mean + half)


def difference_of_reals(differences: list[float], confidence: float = 0.95) -> Estimate:
    """The same for differences that are no whole numbers; the order in which they stand does not matter.

    >>> difference_of_reals([0.5, 1.0, 1.5]).value
    1.0
    """
    n = len(differences)
    mean = math.fsum(differences) / n if n else math.nan
    if n < 2:
        return Estimate(mean, math.nan, math.nan)
    variance = math.fsum((each - mean) * (each - mean) for each in differences) / (n - 1)
    half = normal_quantile(confidence) * math.sqrt(variance / n)
    return Estimate(mean, mean - half, mean + half)


def difference_of_shares(n: int, first: int, second: int, confidence: float = 0.95) -> Estimate:
    """The difference of two shares over the same pairs, with Tango's score interval.

    It leaves 0 out exactly where McNemar's statistic, (second − first)²/(second + first), exceeds z². Where no pair
    differs it is not empty: its ends are ± z²/(n + z²).

    Args:
        n: pairs.
        first: pairs in which only the first variant has it.
        second: pairs in which only the second has it.
        confidence: strictly between 0 and 1.

    Raises:
        ValueError: more pairs differ than there are.

    Source: Tango 1998; McNemar 1947.

    >>> found = difference_of_shares(100, 0, 0)
    >>> round(found.high, 4), found.high == -found.low
    (0.037, True)
    """
    if first < 0 or second < 0 or first + second > n:
        raise ValueError(f"{first} and {second} of {n} are no counts of pairs that differ")
    z = normal_quantile(confidence)
    if n < 1:
        return Estimate(math.nan, math.nan, math.nan)
    value = (second - first) / n
    return Estimate(value, -_bound(n, second, first, -value, z), _bound(n, first, second, value, z))


def _bound(n: int, first: int, second: int, value: float, z: float) -> float:
    """The largest difference that the score test at z does not reject."""
    inside, outside = value, 1.0
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        if _score(n, first, second, middle) > -z:
            inside = middle
        else:
            outside = middle
    return inside


def _score(n: int, first: int, second: int, difference: float) -> float:
    """Tango's statistic: how far what was counted is from a difference, in standard errors under it."""
    linear = (2 * n - second + first) * difference - first - second
    constant = first * difference * (1 - difference)
    only_first = (math.sqrt(max(0.0, linear * linear + 8 * n * constant)) - linear) / (4 * n)
    spread = n * (2 * only_first + difference * (1 - difference))
    gap = second - first - n * difference
    if spread <= 0:
        return math.copysign(math.inf, gap) if gap else 0.0
    return gap / math.sqrt(spread)
