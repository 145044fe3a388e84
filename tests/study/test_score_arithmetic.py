"""Scores by hand."""

import math

import pytest

from sim.study.score_arithmetic import (
    brier_score,
    class_of,
    classes_of_days,
    drawn_again,
    floored,
    log_score,
    reliability,
    waiting,
)


def test_no_class_has_no_probability() -> None:
    """One run is added, a third of it to each of three classes, so that 0 of 9 is 1/30; the sum is 1."""
    probabilities = floored([9, 0, 0])
    assert probabilities == pytest.approx((28 / 30, 1 / 30, 1 / 30))
    assert floored([0, 0, 0, 0]) == (0.25,) * 4
    with pytest.raises(ValueError, match="no classes"):
        floored([])


def test_a_bit_more_is_twice_the_probability() -> None:
    """The log score of 1/4 is -2 bits, of 1/2 -1; of both observed, the mean."""
    assert log_score([0.25, 0.5, 0.25], [0]) == -2
    assert log_score([0.25, 0.5, 0.25], [0, 1]) == -1.5


def test_brier_sums_over_all_classes() -> None:
    """At .5, .3, .2 with the last observed: .25 + .09 + .64; certainty is worth 0, certain error 2."""
    assert brier_score([0.5, 0.3, 0.2], [2]) == pytest.approx(0.98)
    assert brier_score([1, 0], [0]) == 0
    assert brier_score([1, 0], [1]) == 2
    assert brier_score([0.5, 0.3, 0.2], [2, 0]) == pytest.approx((0.98 + 0.25 + 0.09 + 0.04) / 2)


def test_classes_of_days_cover_every_day_once() -> None:
    """From day 0 to the last, without gaps, whatever the last day is."""
    for last in (0, 1, 3, 4, 29, 119, 1040):
        classes = classes_of_days(last)
        assert [day for first, end in classes for day in range(first, end + 1)] == list(range(last + 1))
        assert [class_of(day, classes) for day in (0, last)] == [0, len(classes) - 1]


def test_waits_by_a_constant_chance_a_day() -> None:
    """One event in two days: Beta(1½, 1½), so that a day more passes at 1.5/3, then 2.5/4, 3.5/5 and 4.5/6."""
    spans = ((0, 0), (1, 3))
    never = 1.5 / 3 * 2.5 / 4 * 3.5 / 5 * 4.5 / 6
    assert waiting(spans, 1, 2, never=True) == pytest.approx((1 / 2, 1 / 2 - never, never))
    assert waiting(spans, 1, 2, never=False) == pytest.approx((1 / 2 / (1 - never), (1 / 2 - never) / (1 - never)))


def test_many_waits_elsewhere_make_it_geometric() -> None:
    """10,000 events in 100,000 days: a tenth a day, so that .9 and .9⁴ are left after the first and the fourth."""
    first, later, never = waiting(((0, 0), (1, 3)), 10_000, 100_000, never=True)
    assert (first, later, never) == pytest.approx((0.1, 0.9 - 0.9**4, 0.9**4), rel=1e-3)


def test_reliability_by_hand() -> None:
    """Three stated at about .1 of which none came true, two at .9 of which both did; 1 belongs to the last class."""
    stated = [(0.05, False), (0.1, False), (0.15, False), (0.8, True), (1.0, True)]
    low, middle, high = reliability(stated, (0.0, 0.2, 0.8, 1.0))
    assert (low.n, low.came_true, low.stated) == (3, 0, pytest.approx(0.1))
    assert low.wilson_high == pytest.approx(1.959964**2 / (3 + 1.959964**2), rel=1e-6)
    assert (middle.n, middle.came_true) == (0, 0)
    assert math.isnan(middle.share)
    assert (high.n, high.share, high.stated) == (2, 1.0, pytest.approx(0.9))


def test_cases_are_drawn_whole() -> None:
    """Of two cases worth 0 and 1, drawn again, half the means are ½ and a quarter each 0 and 1: the interval is all."""
    worth = (0.0, 1.0)
    assert drawn_again(2, lambda drawn: sum(worth[case] for case in drawn) / 2, 1) == (0.0, 1.0)
    assert all(math.isnan(bound) for bound in drawn_again(1, lambda drawn: 1.0, 1))
    assert all(math.isnan(bound) for bound in drawn_again(3, lambda drawn: math.nan, 1))


def test_the_interval_of_a_mean_is_that_of_the_normal_for_many_cases() -> None:
    """For 400 cases, half of them 1, the interval is ½ ± 1.96 · ½/√400 = ½ ± .049, to what 2,000 rounds tell."""
    low, high = drawn_again(400, lambda drawn: sum(case % 2 for case in drawn) / 400, 3)
    assert low == pytest.approx(0.451, abs=0.006)
    assert high == pytest.approx(0.549, abs=0.006)
