import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import ripeness as rule

LEVELS = st.floats(0.0, 1.0)


def test_a_stalemate_hurts_as_much_as_it_hurts_the_least_hurt() -> None:
    """Of three parties the one least past its tolerance decides, wherever it sits."""
    assert rule.hurt([0.9, 0.5, 0.8], [0.3, 0.6, 0.4], 3) == pytest.approx(-0.1, abs=1e-15)
    assert rule.hurt([0.5, 0.9, 0.8], [0.6, 0.3, 0.4], 3) == pytest.approx(-0.1, abs=1e-15)
    assert rule.hurt([0.9], [0.3], 1) == pytest.approx(0.6, abs=1e-15)


def test_only_the_parties_of_the_track_count() -> None:
    """What stands behind the given number of parties is not looked at."""
    assert rule.hurt([0.9, 0.5], [0.3, 0.6], 1) == pytest.approx(0.6, abs=1e-15)


def test_a_hand_worked_ripeness() -> None:
    """Log odds of -2 + 5 * .4 + 1 * ln 3 = ln 3 give 3/4."""
    assert rule.ripeness(-2.0, 5.0, 0.4, 1.0, 1.0986122886681098) == pytest.approx(0.75, abs=1e-15)


@given(base=st.floats(-5.0, 5.0), rate=st.floats(0.0, 10.0), less=st.floats(-1.0, 1.0), more=st.floats(-1.0, 1.0))
def test_hurt_and_a_way_out_ripen(base: float, rate: float, less: float, more: float) -> None:
    """More hurt, or more of a way out, never makes a conflict less ripe."""
    less, more = sorted((less, more))
    assert rule.ripeness(base, rate, less, 1.0, 0.0) <= rule.ripeness(base, rate, more, 1.0, 0.0) + 1e-15
    assert rule.ripeness(base, 1.0, 0.0, rate, less) <= rule.ripeness(base, 1.0, 0.0, rate, more) + 1e-15


def test_convening_needs_everything() -> None:
    """Skill of .5, ripeness of .4 and access of .25 convene with .05; where one of them is 0, never."""
    assert rule.convening(0.5, 0.4, 0.25) == pytest.approx(0.05, abs=1e-15)
    assert rule.convening(0.5, 0.4, 0.0) == rule.convening(0.5, 0.0, 0.25) == rule.convening(0.0, 0.4, 0.25) == 0.0


def test_talks_open_by_any_way() -> None:
    """With .1 directly and mediators at .2 and .5 talks open with 1 - .9 * .8 * .5 = .64; without mediators with .1."""
    assert rule.opening_chance(0.1, [0.2, 0.5], 2) == pytest.approx(0.64, abs=1e-15)
    assert rule.opening_chance(0.1, [], 0) == pytest.approx(0.1, abs=1e-15)


@given(direct=LEVELS, convenings=st.lists(LEVELS, max_size=6), another=LEVELS)
def test_another_mediator_never_closes_a_door(direct: float, convenings: list[float], another: float) -> None:
    """The chance is a probability, and a further mediator never lowers it."""
    n = len(convenings)
    chance = rule.opening_chance(direct, [*convenings, another], n + 1)
    assert 0.0 <= rule.opening_chance(direct, convenings, n) <= chance <= 1.0
