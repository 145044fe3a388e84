import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.rules import delivery

LEVELS = st.floats(0.0, 1.0)
DRAWS = st.floats(0.001, 0.999)


def test_a_hand_worked_default() -> None:
    """A default of .2 at a trust of .25 and a guarantee of .6: .2 * .75 * .4 = .06."""
    assert delivery.default_chance(0.2, 0.25, 0.6) == pytest.approx(0.06, abs=1e-15)


@given(default=LEVELS, trust=LEVELS, guarantee=LEVELS)
def test_full_trust_or_a_full_guarantee_ends_default(default: float, trust: float, guarantee: float) -> None:
    """The chance is a probability, never above the default, and 0 at full trust or under a full guarantee."""
    assert 0.0 <= delivery.default_chance(default, trust, guarantee) <= default
    assert delivery.default_chance(default, 1.0, guarantee) == delivery.default_chance(default, trust, 1.0) == 0.0


def test_a_delivery_one_short() -> None:
    """Of 23 at a shortfall of 1/23: none missing has .3597, at most one .7357; so 23, then 22, then 21 come."""
    assert [delivery.delivered(u, 23.0, 1 / 23) for u in (0.35, 0.37, 0.73, 0.74)] == [23.0, 22.0, 22.0, 21.0]


@given(u=DRAWS, due=st.integers(0, 2000), shortfall=st.floats(0.001, 0.999))
def test_what_is_missing_is_binomial(u: float, due: int, shortfall: float) -> None:
    """Of a whole amount a whole amount comes, and what is missing inverts SciPy's binomial distribution."""
    missing = due - delivery.delivered(u, float(due), shortfall)
    assert missing == int(missing) >= 0
    assert stats.binom.cdf(missing, due, shortfall) >= u - 1e-10
    assert stats.binom.cdf(missing - 1, due, shortfall) <= u + 1e-10


@given(u=DRAWS, due=st.floats(0.0, 1e6), shortfall=LEVELS)
def test_no_more_comes_than_is_due(u: float, due: float, shortfall: float) -> None:
    """Between nothing and all of it comes; all of it without shortfall, nothing at a full one."""
    assert 0.0 <= delivery.delivered(u, due, shortfall) <= due
    assert delivery.delivered(u, due, 0.0) == due
    assert delivery.delivered(u, due, 1.0) == 0.0


def test_an_amount_that_can_be_divided_goes_short_by_its_share() -> None:
    """Of 10.5 units at a shortfall of .2 there come 8.4, whatever the draw."""
    assert delivery.delivered(0.01, 10.5, 0.2) == delivery.delivered(0.99, 10.5, 0.2) == pytest.approx(8.4)
