import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import strength

LEVELS = st.floats(0.0, 1.0)
LOGS = st.floats(-20.0, 20.0)


def test_a_hand_worked_day_of_fighting() -> None:
    """Half the fighting, drift -.02, noise .1, draw 3/4: .5 * (-.02 + .1 * .25 * √12) = .033301."""
    assert strength.fight(1.0, 0.5, -0.02, 0.1, 0.75) == pytest.approx(1.0333012701892219, abs=1e-15)


def test_noise_is_a_standard_deviation() -> None:
    """Over evenly spaced draws the daily change has the drift as its mean and the noise as its deviation."""
    changes = [strength.fight(0.0, 1.0, 0.01, 0.2, (step + 0.5) / 10_000) for step in range(10_000)]
    assert np.mean(changes) == pytest.approx(0.01, abs=1e-12)
    assert np.std(changes) == pytest.approx(0.2, rel=1e-6)


@given(log_strength=LOGS, drift=LOGS, noise=LEVELS, u=LEVELS)
def test_without_fighting_nothing_is_worn(log_strength: float, drift: float, noise: float, u: float) -> None:
    """On a day without fighting neither drift nor noise touches strength."""
    assert strength.fight(log_strength, 0.0, drift, noise, u) == log_strength


def test_a_hand_worked_rearming_speed() -> None:
    """Rearming of .008 a day with half the aid under a cap of .8 watched at .5 goes at .008 * .5 * .6 = .0024."""
    assert strength.rearming_speed(0.008, 0.5, 0.8, 0.5) == pytest.approx(0.0024, abs=1e-18)


@given(rearm=LEVELS, aid=LEVELS, cap=LEVELS, monitoring=LEVELS, watched=LEVELS)
def test_a_watched_cap_only_slows(rearm: float, aid: float, cap: float, monitoring: float, watched: float) -> None:
    """A cap slows rearming the more it is watched, and never below a standstill."""
    less, more = sorted((monitoring, watched))
    assert 0.0 <= strength.rearming_speed(rearm, aid, cap, more) <= strength.rearming_speed(rearm, aid, cap, less)
    assert strength.rearming_speed(rearm, aid, cap, 0.0) == rearm * aid


def test_a_cap_beyond_full_is_a_standstill() -> None:
    """A cap that would take more than everything stops rearming and does not disarm."""
    assert strength.rearming_speed(0.01, 1.0, 1.5, 1.0) == 0.0


def test_recovery_takes_what_does_not_fight() -> None:
    """With a quarter of the fighting, three quarters of a day's rearming is gained."""
    assert strength.recover(2.0, 0.25, 0.004) == pytest.approx(2.003, abs=1e-15)
    assert strength.recover(2.0, 1.0, 0.004) == 2.0


def test_returned_captives_count_by_the_size_of_the_army() -> None:
    """300 returned to an army of 600,000 at a gain of 2 add 2 * 300 / 600,000 = .001."""
    assert strength.reinforce(0.5, 300.0, 2.0, 600_000.0) == pytest.approx(0.501, abs=1e-15)


@given(own=st.floats(0.01, 100.0), other=st.floats(0.01, 100.0))
def test_prevailing_is_the_share_of_strength(own: float, other: float) -> None:
    """The probability of prevailing is own strength over the sum of both."""
    assert strength.prevail(math.log(own), math.log(other)) == pytest.approx(own / (own + other), rel=1e-12)


def test_a_hopeless_war_is_no_error() -> None:
    """Strengths that differ beyond what a number can hold give 0 and 1."""
    assert strength.prevail(-2000.0, 0.0) == 0.0
    assert strength.prevail(2000.0, 0.0) == 1.0
