import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import compliance

LEVELS = st.floats(0.0, 1.0)
SHAPES = st.floats(0.05, 1.0)


def test_a_hand_worked_violation_rate() -> None:
    """Two a day at the start, shape .5, age 8, exponent -(1 * .5) - 2 * (.25 - .5) + 4 * .1 = .4: 2 / 3 * e^.4."""
    exponent = compliance.deterrence(1.0, 0.5, 2.0, 0.25, 4.0, 0.1)
    assert exponent == pytest.approx(0.4, abs=1e-15)
    assert compliance.violation_mean(2.0, 8, 0.5, exponent) == pytest.approx(2.0 / 3.0 * math.exp(0.4), rel=1e-14)


@given(rate=st.floats(0.0, 5.0), less=LEVELS, more=LEVELS)
def test_monitoring_and_trust_deter_and_a_shift_of_power_tempts(rate: float, less: float, more: float) -> None:
    """The log rate of violations falls with monitoring and with trust, and rises with a shift of power."""
    less, more = sorted((less, more))
    assert compliance.deterrence(rate, more, 1.0, 0.5, 1.0, 0.0) <= compliance.deterrence(
        rate, less, 1.0, 0.5, 1.0, 0.0
    )
    assert compliance.deterrence(1.0, 0.0, rate, more, 1.0, 0.0) <= compliance.deterrence(
        1.0, 0.0, rate, less, 1.0, 0.0
    )
    assert compliance.deterrence(1.0, 0.0, 1.0, 0.5, rate, less) <= compliance.deterrence(
        1.0, 0.0, 1.0, 0.5, rate, more
    )


def test_nothing_deters_at_the_middle() -> None:
    """Without monitoring, at a trust of one half and without a shift the rate stands as it is."""
    assert compliance.deterrence(3.0, 0.0, 3.0, 0.5, 3.0, 0.0) == 0.0
    assert compliance.violation_mean(1.75, 0, 0.3, 0.0) == 1.75


@given(rate=st.floats(0.0, 50.0), shape=SHAPES, age=st.integers(0, 2000), exponent=st.floats(-5.0, 5.0))
def test_violations_and_leaving_become_rarer_with_age(rate: float, shape: float, age: int, exponent: float) -> None:
    """With a shape of at most 1 neither the rate of violations nor the hazard of leaving rises with age."""
    for rule in (compliance.violation_mean, compliance.leaving_hazard):
        assert 0.0 <= rule(rate, age + 1, shape, exponent) <= rule(rate, age, shape, exponent)


def test_monitoring_sees_more_and_invents_less() -> None:
    """At monitoring of .25, detection from .2 to .8 is .35, and false allegations from 1 down to .2 are .8."""
    assert compliance.detection(0.2, 0.8, 0.25) == pytest.approx(0.35, abs=1e-15)
    assert compliance.false_mean(1.0, 0.2, 0.25) == pytest.approx(0.8, abs=1e-15)


@given(a=LEVELS, b=LEVELS, monitoring=LEVELS)
def test_the_ends_are_met(a: float, b: float, monitoring: float) -> None:
    """Without monitoring the one end holds, with full monitoring the other, and between them what lies between."""
    low, high = sorted((a, b))
    assert low - 1e-15 <= compliance.detection(low, high, monitoring) <= high + 1e-15
    assert low - 1e-15 <= compliance.false_mean(high, low, monitoring) <= high + 1e-15
    assert (compliance.detection(low, high, 0.0), compliance.false_mean(high, low, 0.0)) == (low, high)


def test_a_hand_worked_hazard_of_leaving() -> None:
    """Ledger of 3 a day at .1, two conditions at .5, exit clause .2, souring .1: 1.6; then .01 * 4^-.5 * e^1.6."""
    exponent = compliance.leaving_exponent(0.1, 3.0, 0.5, 2.0, 0.2, 0.1)
    assert exponent == pytest.approx(1.6, abs=1e-15)
    assert compliance.leaving_hazard(0.01, 3, 0.5, exponent) == pytest.approx(0.005 * math.exp(1.6), rel=1e-14)


@pytest.mark.parametrize(
    ("first", "last", "observed"),
    [
        (0, 1, 0.097),
        (1, 3, 0.0063),
        (3, 7, 0.0044),
        (7, 14, 0.0038),
        (14, 30, 0.0014),
        (30, 180, 0.0009),
        (180, 365, 0.0002),
    ],
)
def test_quiet_truces_break_as_ceasefires_did(first: int, last: int, observed: float) -> None:
    """With x = .0069, k = .29 and q = .046 two sides break a quiet truce about as ceasefires of its age broke.

    The observed daily hazards are derived from the ETH/PRIO ceasefires of 1989-2020; the rule meets each of
    them within a factor of 1.7, over a range of 500.
    """
    starts = (1 - 0.046) ** 2
    survival = 1.0 if first == 0 else starts
    survived = starts
    for day in range(first, last):
        survived *= (1 - compliance.leaving_chance(compliance.leaving_hazard(0.0069, day, 0.29, 0.0))) ** 2
    hazard = 1 - (survived / survival) ** (1 / (last - first))
    assert observed / 1.7 < hazard < observed * 1.7


@given(hazard=st.floats(0.0, 700.0))
def test_a_hazard_becomes_a_probability(hazard: float) -> None:
    """The chance is 1 - e^-h: close to the hazard where it is small, never above 1."""
    chance = compliance.leaving_chance(hazard)
    assert 0.0 <= chance <= min(1.0, hazard)
    assert 1.0 - chance == pytest.approx(math.exp(-hazard), abs=1e-15)


def test_restraint_outlasts_a_truce() -> None:
    """A scope of .8 with 5 days of restraint is .8 on the day, .8 / e after five; without restraint 0 at once."""
    assert compliance.residual_scope(0.8, 0.0, 5.0) == 0.8
    assert compliance.residual_scope(0.8, 5.0, 5.0) == pytest.approx(0.8 / math.e, abs=1e-15)
    assert compliance.residual_scope(0.8, 0.5, 0.5) == pytest.approx(0.8 / math.e, abs=1e-15)
    assert compliance.residual_scope(0.8, 1.0, 0.0) == 0.0
