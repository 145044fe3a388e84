import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.rules import captives


@pytest.mark.parametrize(("rate", "fighting"), [(4.0, 0.5), (12.0, 1.0), (0.3, 0.1)])
def test_captures_are_poisson_in_the_fighting(rate: float, fighting: float) -> None:
    """Captures follow the Poisson distribution whose mean is rate times fighting, as SciPy has it."""
    draws = [(step + 0.37) / 200 for step in range(200)]
    expected = stats.poisson.ppf(draws, rate * fighting)
    assert [captives.capture(u, rate, fighting) for u in draws] == list(expected)


def test_a_truce_takes_no_captives() -> None:
    """Without fighting nobody is captured, whatever the draw."""
    assert captives.capture(1.0 - 2.0**-53, 50.0, 0.0) == 0


def test_a_share_of_nothing_is_nothing() -> None:
    """22 of 88 is a quarter; nothing held gives 0; more than was held counts as all of it."""
    assert captives.share_of_holdings(22.0, 88.0) == 0.25
    assert captives.share_of_holdings(22.0, 0.0) == 0.0
    assert captives.share_of_holdings(22.0, 11.0) == 1.0
    assert captives.share_of_holdings(0.25, 0.5) == 0.5


@given(total=st.integers(0, 100_000), tranches=st.integers(1, 400))
def test_whole_totals_are_split_exactly(total: int, tranches: int) -> None:
    """Persons are never split: tranches are whole, differ by at most one, and add up to the total."""
    parts = [captives.instalment(float(total), tranche, tranches) for tranche in range(tranches)]
    assert all(part == int(part) >= 0 for part in parts)
    assert sum(parts) == total
    assert max(parts) - min(parts) <= 1


@given(total=st.floats(0.0, 1e9), tranches=st.integers(1, 400))
def test_other_totals_are_split_evenly(total: float, tranches: int) -> None:
    """Funds are split evenly, and the last tranche makes up the total."""
    parts = [captives.instalment(total, tranche, tranches) for tranche in range(tranches)]
    assert sum(parts) == pytest.approx(total, rel=1e-12)
    if total != int(total):
        assert parts == pytest.approx([total / tranches] * tranches, rel=1e-9)


def test_hand_worked_instalments() -> None:
    """Seven in three tranches: 2, 2, 3; and 100.5 in four: 25.125 each."""
    assert [captives.instalment(7.0, tranche, 3) for tranche in range(3)] == [2.0, 2.0, 3.0]
    assert [captives.instalment(100.5, tranche, 4) for tranche in range(4)] == [25.125] * 4


def test_the_last_tranche_makes_up_for_rounding() -> None:
    """Of a tenth in ten tranches the first nine are a hundredth each, and the last is what nine hundredths leave."""
    parts = [captives.instalment(0.1, tranche, 10) for tranche in range(10)]
    assert parts[:9] == [0.01] * 9
    assert parts[9] == 0.1 - 0.01 * 9 != 0.01


@pytest.mark.parametrize(
    ("asked", "free", "whole", "given"),
    [
        (12.0, 40.0, True, 12.0),
        (50.0, 40.0, True, 40.0),
        (13.3, 40.0, True, 13.0),
        (50.0, 40.7, True, 40.0),
        (13.3, 40.0, False, 13.3),
        (50.0, 40.7, False, 40.7),
        (0.0, 40.0, True, 0.0),
        (-5.0, 40.0, False, 0.0),
        (12.0, 0.0, True, 0.0),
        (12.0, -3.0, False, 0.0),
        (float("nan"), 40.0, True, 0.0),
        (float("inf"), 40.0, True, 40.0),
    ],
)
def test_a_count_is_settled_in_whole_persons_and_never_beyond_what_is_free(
    asked: float, free: float, whole: bool, given: float
) -> None:
    """The lesser of what is asked and what is free, at least nobody, rounded down where persons are counted."""
    assert captives.settle(asked, free, whole) == given
