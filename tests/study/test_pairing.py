"""Paired differences of shares."""

import math

import pytest

from sim.study.pairing import gain_of


def test_the_interval_is_that_of_bonett_and_price() -> None:
    """Of 48 pairs, 26 differ one way and 4 the other: ci.prop.ps of R's statpsych gives .2548067 to .6251933."""
    found = gain_of(26, 4, 48)
    assert found.low == pytest.approx(0.2548067, abs=1e-7)
    assert found.high == pytest.approx(0.6251933, abs=1e-7)
    assert found.gain == pytest.approx(22 / 48)


def test_where_no_pair_differs_the_interval_is_not_a_point() -> None:
    """0 of 100 pairs differ: p = 1/102 both ways, so 0 ± 1.959964·√(2/102/102), and no difference is told."""
    found = gain_of(0, 0, 100)
    assert found.high == pytest.approx(1.959964 * math.sqrt(2) / 102, rel=1e-6)
    assert found.low == -found.high
    assert not found.told


def test_a_gain_the_other_way_round_is_a_loss() -> None:
    """Exchanging who won and who lost turns the interval round."""
    gain, loss = gain_of(30, 10, 200), gain_of(10, 30, 200)
    assert (loss.gain, loss.low, loss.high) == pytest.approx((-gain.gain, -gain.high, -gain.low))
    assert gain.above
    assert loss.told
    assert not loss.above


def test_without_pairs_nothing_is_known() -> None:
    """No pairs: no estimate, and an interval that leaves everything open."""
    found = gain_of(0, 0, 0)
    assert math.isnan(found.gain)
    assert (found.low, found.high) == (-1.0, 1.0)


@pytest.mark.parametrize("counts", [(-1, 0, 5), (3, 3, 5)])
def test_counts_that_make_no_pairs_are_refused(counts: tuple[int, int, int]) -> None:
    """More flips than pairs, or fewer than none."""
    with pytest.raises(ValueError, match="pairs"):
        gain_of(*counts)
