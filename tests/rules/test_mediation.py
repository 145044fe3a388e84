import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import mediation


@given(weight=st.floats(-10.0, 10.0), noise=st.floats(0.0, 2.0), u=st.floats(0.0, 1.0))
def test_an_estimate_errs_by_no_more_than_its_noise(weight: float, noise: float, u: float) -> None:
    """The error is at most the noise as a share of the weight."""
    assert abs(mediation.estimate(weight, noise, u) - weight) <= noise * abs(weight) + 1e-12


def test_hand_worked_estimates() -> None:
    """A weight of 3 with noise of .2: 2.4 at a draw of 0, 3 at 1/2, 3.6 at 1."""
    assert [mediation.estimate(3.0, 0.2, u) for u in (0.0, 0.5, 1.0)] == pytest.approx([2.4, 3.0, 3.6], abs=1e-12)


def test_an_even_handed_mediator_seeks_the_nash_product() -> None:
    """Without bias, dividing 1 between disagreement worths of 0 and .2 is best at .4 and .6: the Nash point."""
    shares = [step / 100 for step in range(1, 100)]
    products = [mediation.surplus_product([share, 1.0 - share - 0.2], [0.0, 0.0], 2) for share in shares]
    assert shares[products.index(max(products))] == 0.4


def test_a_biased_mediator_leans() -> None:
    """With a bias of 1 towards the first side it is best at two thirds: the weighted Nash point a / (a + b)."""
    shares = [step / 300 for step in range(1, 300)]
    products = [mediation.surplus_product([share, 1.0 - share], [1.0, 0.0], 2) for share in shares]
    assert shares[products.index(max(products))] == pytest.approx(2 / 3)


@given(surpluses=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=4), bias=st.floats(-0.9, 1.0))
def test_nobody_may_lose(surpluses: list[float], bias: float) -> None:
    """A package that leaves any party without surplus is ruled out, whatever the others gain."""
    product = mediation.surplus_product(surpluses, [bias] * len(surpluses), len(surpluses))
    if min(surpluses) <= 0.0:
        assert product == -1.0
    else:
        assert product == pytest.approx(math.prod(surpluses) ** (1.0 + bias), rel=1e-9)


def test_the_need_is_what_is_missing() -> None:
    """A party at .3 that wants .5 needs .2; one that has enough needs nothing."""
    assert mediation.need(0.5, 0.3) == pytest.approx(0.2, abs=1e-15)
    assert mediation.need(0.5, 0.5) == 0.0
    assert mediation.need(-0.1, 0.4) == 0.0


def test_means_are_limited_for_each_and_for_all() -> None:
    """Needs of .1 and .2 are met under a cap of .2 and leverage of .31, not under less of either."""
    assert mediation.affordable([0.1, 0.2], 0.2, 0.31, 2)
    assert not mediation.affordable([0.1, 0.2], 0.19, 0.31, 2)
    assert not mediation.affordable([0.1, 0.2], 0.2, 0.29, 2)
    assert mediation.affordable([0.0, 0.0], 0.0, 0.0, 2)


def test_hand_worked_souring() -> None:
    """An inducement of .4 fading at .1 a day adds nothing on day 0 and .4 * (1 - e^-1) on day 10."""
    assert mediation.souring(0.4, 0.1, 0) == 0.0
    assert mediation.souring(0.4, 0.1, 10) == pytest.approx(0.4 * (1 - math.exp(-1)), abs=1e-15)


@given(inducement=st.floats(0.0, 1.0), speed=st.floats(0.0, 2.0), age=st.integers(0, 1000))
def test_souring_grows_up_to_the_inducement(inducement: float, speed: float, age: int) -> None:
    """What was bought sours with age, by no more than was paid."""
    today = mediation.souring(inducement, speed, age)
    assert 0.0 <= today <= mediation.souring(inducement, speed, age + 1) <= inducement
