"""Intervals of paired differences against hand-worked values and an independent inversion of the score test."""

import math
from statistics import NormalDist

import pytest

from sim.study.paired import difference_of_means, difference_of_reals, difference_of_shares

Z = NormalDist().inv_cdf(0.975)
TABLES = [(50, 2, 12), (50, 12, 2), (1600, 150, 86), (30, 0, 5), (30, 5, 0), (10, 0, 10), (10, 10, 0), (3, 1, 1)]


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
