"""Intervals of paired differences against hand-worked values and an independent inversion of the score test."""

import itertools
import math
from statistics import NormalDist

import pytest

from sim.study.paired import difference_of_means, difference_of_reals, difference_of_shares

Z = NormalDist().inv_cdf(0.975)
TABLES = [(50, 2, 12), (50, 12, 2), (1600, 150, 86), (30, 0, 5), (30, 5, 0), (10, 0, 10), (10, 10, 0), (3, 1, 1)]
CHANCES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.45)
"""That a pair differs one way."""


def least_tail(n: int, first: int, second: int, difference: float) -> float:
    """Tango's statistic by a search over what the likelihood leaves free, instead of its root."""
    low, high = max(0.0, -difference), (1 - difference) / 2

    def likelihood(only_first: float) -> float:
        cells = ((first, only_first), (second, only_first + difference))
        rest = 1 - 2 * only_first - difference
        found = 0.0
        for count, share in (*cells, (n - first - second, rest)):
            if count:
                found += count * math.log(max(share, 1e-300))
        return found

    for _ in range(200):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        low, high = (left, high) if likelihood(left) < likelihood(right) else (low, right)
    variance = n * (2 * low + difference * (1 - difference))
    return (second - first - n * difference) / math.sqrt(variance)


@pytest.mark.parametrize(("n", "first", "second"), TABLES)
def test_the_ends_of_a_share_are_where_the_score_test_rejects(n: int, first: int, second: int) -> None:
    """At both ends the statistic is ± z; an end at ± 1 is the end of what is possible."""
    found = difference_of_shares(n, first, second)
    assert -1 <= found.low <= found.value <= found.high <= 1
    if found.low > -1 + 1e-9:
        assert least_tail(n, first, second, found.low) == pytest.approx(Z, abs=1e-4)
    if found.high < 1 - 1e-9:
        assert least_tail(n, first, second, found.high) == pytest.approx(-Z, abs=1e-4)


@pytest.mark.parametrize("pair", [(a, b) for a in range(8) for b in range(8)])
def test_a_difference_is_told_exactly_where_mcnemar_tells_it(pair: tuple[int, int]) -> None:
    """0 is left out if and only if (second − first)² / (second + first) exceeds z²."""
    first, second = pair
    mcnemar = (second - first) ** 2 / (second + first) if first + second else 0.0
    assert difference_of_shares(40, first, second).told == (mcnemar > Z * Z)


def test_no_pair_that_differs_is_no_certainty() -> None:
    """With no pair that differs in 96 the interval is ± z²/(n + z²), by hand ± 0.0385."""
    found = difference_of_shares(96, 0, 0)
    assert found.value == 0
    assert found.high == pytest.approx(3.8415 / (96 + 3.8415), abs=1e-5)
    assert found.low == -found.high


def misses(n: int, confidence: float, adjusted: bool) -> float:
    """Greatest chance that an interval misses, over chances of a difference either way; exact, by all tables of n.

    Tango's, or the adjusted one of Bonett and Price 2012: Wald's with one pair more that differs each way.
    """
    z, missed = NormalDist().inv_cdf((1 + confidence) / 2), [0.0] * len(CHANCES) ** 2
    for first, second in ((a, b) for a in range(n + 1) for b in range(n + 1 - a)):
        found = difference_of_shares(n, first, second, confidence)
        low, high = found.low, found.high
        if adjusted:
            less, more = (first + 1) / (n + 2), (second + 1) / (n + 2)
            half = z * math.sqrt((more + less - (more - less) ** 2) / (n + 2))
            low, high = more - less - half, more - less + half
        ways = math.comb(n, first) * math.comb(n - first, second)
        for place, (p, q) in enumerate(itertools.product(CHANCES, CHANCES)):
            if not low - 1e-12 <= q - p <= high + 1e-12:
                missed[place] += ways * p**first * q**second * (1 - p - q) ** (n - first - second)
    return max(missed)


def test_the_interval_misses_about_as_often_as_it_says_also_where_it_is_wide() -> None:
    """Of 20 pairs, 5.6 % are missed at worst at 95 %, 0.08 % at 99.9 %; the adjusted interval: 6.2 % and 0.37 %."""
    found = [misses(20, confidence, adjusted) for adjusted in (False, True) for confidence in (0.95, 0.999)]
    assert found == pytest.approx([0.0564, 0.0008, 0.0615, 0.0037], abs=0.00005)


def test_sides_swapped_mirror_the_difference() -> None:
    """The second less the first is minus the first less the second."""
    one, other = difference_of_shares(50, 2, 12), difference_of_shares(50, 12, 2)
    assert (one.value, one.low, one.high) == (-other.value, -other.high, -other.low)


def test_a_mean_has_the_interval_of_its_own_differences() -> None:
    """Differences 1, 2, 3, 6: mean 3, variance 14/3, so half the interval is 1.96 · √(14/12)."""
    found = difference_of_means(4, 12, 1 + 4 + 9 + 36)
    assert found.value == 3
    assert found.high - found.value == pytest.approx(1.959964 * math.sqrt(14 / 12), abs=1e-5)
    reals = difference_of_reals([1.0, 6.0, 2.0, 3.0])
    assert (reals.value, reals.low, reals.high) == pytest.approx((found.value, found.low, found.high))


def test_one_pair_has_no_interval() -> None:
    """A difference seen once has no interval, so that nothing is told."""
    found = difference_of_means(1, 5, 25)
    assert found.value == 5
    assert math.isnan(found.low)
    assert not found.told


@pytest.mark.parametrize(("n", "first", "second"), [(3, 2, 2), (3, -1, 0)])
def test_counts_that_make_no_pairs_are_refused(n: int, first: int, second: int) -> None:
    """More pairs that differ than pairs, or fewer than none, are an error."""
    with pytest.raises(ValueError, match="are no counts of pairs"):
        difference_of_shares(n, first, second)
