"""Chance: keyed uniform draws, and what a rule makes of one uniform.

A draw is a function of a replication's key and of a counter that says what the draw is for. The same
key and counter give the same number in every engine, on every machine and in any order. Keys and counters
are words of 64 bits; where they have a machine type, it has to be unsigned.
"""

import math

MASK = 0xFFFFFFFFFFFFFFFF
"""All 64 bits of a word."""

_STRIDE = 0x9E3779B97F4A7C15  # odd, so that no two counters of a replication share a word
_MULTIPLIER_1 = 0xBF58476D1CE4E5B9
_MULTIPLIER_2 = 0x94D049BB133111EB
_STEPS = 4503599627370496.0  # 2^52: uniform draws lie in the middles of so many equal steps
_NEGLIGIBLE = 1e-18  # beside a total probability of 1; a draw cannot tell less than 2^-53
_LEAST_START = 1e-200  # below this a count's probability of zero may underflow


def mix(x: int) -> int:
    """Scramble a 64-bit word, one to one.

    Args:
        x: a whole number in [0, 2^64).

    Returns:
        A whole number in [0, 2^64).

    Source: Steele, Lea and Flood 2014 (SplitMix); the constants are those of splitmix64.

    >>> hex(mix(0x9E3779B97F4A7C15))  # the first word of splitmix64 seeded with 0
    '0xe220a8397b1dcdaf'
    """
    x = ((x ^ (x >> 30)) * _MULTIPLIER_1) & MASK
    x = ((x ^ (x >> 27)) * _MULTIPLIER_2) & MASK
    return x ^ (x >> 31)


def replication_key(seed: int, replication: int) -> int:
    """The key of all draws of one replication.

    Args:
        seed: any whole number; only its lowest 64 bits count.
        replication: ordinal from 0.

    Returns:
        A whole number in [0, 2^64).

    Source: splitmix64: the key is word number `replication` of the sequence that `seed` begins.

    >>> hex(replication_key(0, 0))
    '0xe220a8397b1dcdaf'
    """
    return mix((seed + _STRIDE * replication + _STRIDE) & MASK)


def counter(purpose: int, track: int, actor: int, other: int, day: int, index: int) -> int:
    """Pack what a draw is for into 64 bits: 8 + 6 + 6 + 6 + 14 + 24 bits, purpose highest, index lowest.

    Within the ranges no two uses share a counter. Beyond them a field keeps its lowest bits only.

    Args:
        purpose: a number of `sim.terms.Purpose`, 0-255.
        track: ordinal 0-62, or -1 for none (stored as 63).
        actor: ordinal 0-62, or -1 for none (stored as 63).
        other: ordinal 0-62, or -1 for none (stored as 63).
        day: 0-16,383.
        index: 0-16,777,215; tells apart draws that agree in everything else.

    Returns:
        A whole number in [0, 2^64).

    Source: assumption of this model; the battery is in docs/decisions/0002-keyed-draws.md.

    >>> counter(0, 0, 0, 0, 2, 5) == 2 * 2**24 + 5
    True
    >>> counter(1, -1, 0, 0, 0, 0) == 2**56 + 63 * 2**50
    True
    """
    people = ((track & 63) << 50) | ((actor & 63) << 44) | ((other & 63) << 38)
    return ((purpose & 255) << 56) | people | ((day & 16383) << 24) | (index & 16777215)


def uniform(key: int, counter: int) -> float:
    """Draw a uniform number, never 0 and never 1.

    Args:
        key: of a replication, see `replication_key`.
        counter: what the draw is for, see `counter`.

    Returns:
        One of the 2^52 middles of equal steps of (0, 1).

    Source: splitmix64, read at any place of its sequence.

    >>> word = mix(0x9E3779B97F4A7C15)  # key 0, counter 1
    >>> uniform(0, 1) == ((word >> 12) + 0.5) / 2**52
    True
    """
    return ((mix((key + _STRIDE * counter) & MASK) >> 12) + 0.5) / _STEPS


def happens(u: float, probability: float) -> bool:
    """Whether something of a given probability happens.

    Args:
        u: uniform draw in (0, 1).
        probability: of it; at most 0 never happens, at least 1 always does.

    Source: definition of a uniform draw.

    >>> happens(0.25, 0.3), happens(0.3, 0.3)
    (True, False)
    """
    return u < probability


def logistic(log_odds: float) -> float:
    """The probability that has given log odds: 1 / (1 + e^-x), without overflow.

    Args:
        log_odds: any number.

    Returns:
        A probability in [0, 1].

    Source: definition of log odds.

    >>> logistic(0.0)
    0.5
    >>> round(logistic(math.log(3.0)), 12)
    0.75
    """
    if log_odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1.0 + odds)


def triangular(u: float, low: float, mode: float, high: float) -> float:
    """A triangular value by inversion: rises with the draw.

    Args:
        u: uniform draw in (0, 1).
        low: least value.
        mode: likeliest value, low <= mode <= high.
        high: greatest value.

    Returns:
        A value in [low, high]; `low` where the three are equal.

    Source: inverse of the triangular distribution function.

    >>> triangular(0.125, 0.0, 1.0, 2.0)  # u = x^2 / 2 up to the mode
    0.5
    >>> triangular(0.875, 0.0, 1.0, 2.0)
    1.5
    """
    width = high - low
    if width <= 0.0:
        return low
    if u * width < mode - low:
        return min(high, low + math.sqrt(u * width * (mode - low)))
    return max(low, high - math.sqrt((1.0 - u) * width * (high - mode)))


def poisson(u: float, mean: float) -> int:
    """A Poisson count by inversion of one draw: never falls when the draw or the mean rises.

    Exact for any mean: above about 460, where the probability of zero nears underflow, the probabilities
    are counted from the mode outwards.

    Args:
        u: uniform draw in (0, 1).
        mean: expected count, finite; at most 0 gives 0.

    Returns:
        The least count whose distribution function reaches u.

    Source: inversion of the distribution function, by the ratio of successive probabilities.

    >>> [poisson(u, 1.0) for u in (0.36, 0.37, 0.73, 0.74)]  # P(0) = .3679, P(at most 1) = .7358
    [0, 1, 1, 2]
    """
    if mean <= 0.0:
        return 0
    start = math.exp(-mean)
    if start > _LEAST_START:
        return _climb(u, 0, start, 0.0, mean)
    return _from_mode(u, int(mean), 0.0, mean)


def binomial(u: float, count: int, probability: float) -> int:
    """A binomial count by inversion of one draw: never falls when the draw or the probability rises.

    Args:
        u: uniform draw in (0, 1).
        count: of trials, at least 0; meant for up to 100,000 (time grows with its root).
        probability: of each; at most 0 gives 0, at least 1 gives `count`.

    Returns:
        A whole number in [0, count].

    Source: inversion of the distribution function, by the ratio of successive probabilities.

    >>> [binomial(u, 2, 0.5) for u in (0.24, 0.26, 0.74, 0.76)]  # 1/4, 1/2, 1/4
    [0, 1, 1, 2]
    """
    if probability <= 0.0:
        return 0
    if probability >= 1.0:
        return count
    if probability > 0.5:
        return count - _rare(1.0 - u, count, 1.0 - probability)
    return _rare(u, count, probability)


def _rare(u: float, count: int, probability: float) -> int:
    """`binomial` for a probability in (0, 1/2]."""
    odds = probability / (1.0 - probability)
    rise = odds * (count + 1)
    start = math.exp(count * math.log1p(-probability))
    if start > _LEAST_START:
        return min(count, _climb(u, 0, start, -odds, rise))
    return min(count, _from_mode(u, int((count + 1) * probability), -odds, rise))


def _from_mode(u: float, mode: int, slope: float, rise: float) -> int:
    """Invert a distribution whose weights obey w(k) = w(k-1)·(slope + rise/k), counted from its mode."""
    lowest = mode
    weight = 1.0
    lowest_weight = 1.0
    total = 1.0
    while lowest > 0 and weight > _NEGLIGIBLE:
        weight = weight / (slope + rise / lowest)
        lowest -= 1
        lowest_weight = weight
        total += weight
    highest = mode
    weight = 1.0
    while weight > _NEGLIGIBLE:
        highest += 1
        weight = weight * (slope + rise / highest)
        total += weight
    return _climb(u * total, lowest, lowest_weight, slope, rise)


def _climb(target: float, lowest: int, weight: float, slope: float, rise: float) -> int:
    """The least count at which the weights from `lowest` upwards add up to the target."""
    count = lowest
    reached = weight
    while target > reached:
        ratio = slope + rise / (count + 1)
        weight = weight * ratio
        if ratio < 1.0 and weight <= _NEGLIGIBLE:
            return count  # rounding kept the sum just short of the target
        count += 1
        reached += weight
    return count
