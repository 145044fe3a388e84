import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import trust

LEVELS = st.floats(0.0, 1.0)


def test_hand_worked_changes() -> None:
    """From .4: delivery of half at .1 gives .43, a gesture of .25 at .2 .43, a shortfall of .5 at .3 .34."""
    assert trust.after_delivery(0.4, 0.1, 0.5) == pytest.approx(0.43, abs=1e-15)
    assert trust.after_gesture(0.4, 0.2, 0.25) == pytest.approx(0.43, abs=1e-15)
    assert trust.after_shortfall(0.4, 0.3, 0.5) == pytest.approx(0.34, abs=1e-15)
    assert trust.after_allegations(0.4, 0.1, 3) == pytest.approx(0.4 * 0.9 * 0.9 * 0.9, abs=1e-15)
    assert trust.drift(0.4, 0.2, 0.1) == pytest.approx(0.38, abs=1e-15)


@given(level=LEVELS, rate=LEVELS, share=LEVELS, count=st.integers(0, 10_000))
def test_trust_stays_a_level_and_moves_the_right_way(level: float, rate: float, share: float, count: int) -> None:
    """Deliveries and gestures never lower trust, shortfalls and allegations never raise it, and none leaves [0, 1]."""
    assert level <= trust.after_delivery(level, rate, share) <= 1.0
    assert level <= trust.after_gesture(level, rate, share) <= 1.0
    assert 0.0 <= trust.after_shortfall(level, rate, share) <= level
    assert 0.0 <= trust.after_allegations(level, rate, count) <= level
    assert 0.0 <= trust.drift(level, share, rate) <= 1.0


@given(level=LEVELS, rate=LEVELS, less=LEVELS, more=LEVELS)
def test_more_of_it_counts_more(level: float, rate: float, less: float, more: float) -> None:
    """More delivered earns no less trust, and more missing costs no less."""
    less, more = sorted((less, more))
    assert trust.after_delivery(level, rate, less) <= trust.after_delivery(level, rate, more)
    assert trust.after_gesture(level, rate, less) <= trust.after_gesture(level, rate, more)
    assert trust.after_shortfall(level, rate, less) >= trust.after_shortfall(level, rate, more)


@given(level=LEVELS, loss=LEVELS, first=st.integers(0, 50), second=st.integers(0, 50))
def test_allegations_may_come_at_once_or_one_by_one(level: float, loss: float, first: int, second: int) -> None:
    """What a count of allegations costs does not depend on how it is divided over days."""
    apart = trust.after_allegations(trust.after_allegations(level, loss, first), loss, second)
    assert trust.after_allegations(level, loss, first + second) == pytest.approx(apart, rel=1e-9, abs=1e-300)


@given(level=LEVELS, baseline=LEVELS, speed=LEVELS)
def test_drift_leads_towards_the_baseline(level: float, baseline: float, speed: float) -> None:
    """Left alone, trust never moves away from its baseline, and rests on it."""
    assert abs(trust.drift(level, baseline, speed) - baseline) <= abs(level - baseline) + 1e-15
    assert trust.drift(baseline, baseline, speed) == baseline


def test_rates_beyond_a_share_stop_at_the_ends() -> None:
    """Rates above 1 leave trust at 0 or 1 and never beyond."""
    assert (
        trust.after_delivery(0.5, 3.0, 1.0) == trust.after_gesture(0.5, 3.0, 1.0) == trust.drift(0.5, 1.0, 3.0) == 1.0
    )
    assert (
        trust.after_shortfall(0.5, 3.0, 1.0)
        == trust.after_allegations(0.5, 3.0, 1)
        == trust.drift(0.5, 0.0, 3.0)
        == 0.0
    )
