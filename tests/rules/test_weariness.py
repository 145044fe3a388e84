import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules.weariness import tire

LEVELS = st.floats(0.0, 1.0)


def test_a_hand_worked_day() -> None:
    """At .4, half the fighting, fatigue .1, relief .2 and a draw of .75: .4 + .1*.5*.6*1.25 - .2*.5*.4 = .3975."""
    assert tire(0.4, 0.5, 0.1, 0.2, 0.75) == pytest.approx(0.3975, abs=1e-15)


@given(weariness=LEVELS, fighting=LEVELS, fatigue=LEVELS, relief=LEVELS, u=LEVELS)
def test_weariness_stays_between_0_and_1(
    weariness: float, fighting: float, fatigue: float, relief: float, u: float
) -> None:
    """Whatever the rates, weariness stays a level."""
    assert 0.0 <= tire(weariness, fighting, fatigue, relief, u) <= 1.0


def test_too_fast_a_rate_stops_at_the_end() -> None:
    """A rate that would overshoot stops at 1, or at 0."""
    assert tire(0.9, 1.0, 10.0, 0.0, 1.0) == 1.0
    assert tire(0.9, 0.0, 0.0, 10.0, 1.0) == 0.0


@given(weariness=LEVELS, less=LEVELS, more=LEVELS, fatigue=LEVELS, relief=LEVELS, u=LEVELS)
def test_more_fighting_never_rests_a_party(
    weariness: float, less: float, more: float, fatigue: float, relief: float, u: float
) -> None:
    """The more of the fighting goes on, the wearier a party is at the end of the day."""
    less, more = sorted((less, more))
    assert tire(weariness, less, fatigue, relief, u) <= tire(weariness, more, fatigue, relief, u) + 1e-15


@given(weariness=LEVELS, fatigue=LEVELS, relief=LEVELS, u=LEVELS)
def test_war_tires_and_calm_rests(weariness: float, fatigue: float, relief: float, u: float) -> None:
    """Full fighting never lowers weariness; no fighting never raises it."""
    assert tire(weariness, 0.0, fatigue, relief, u) <= weariness <= tire(weariness, 1.0, fatigue, relief, u)
