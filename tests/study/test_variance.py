"""Indices, screening and nested draws against functions whose variance is known."""

import math

import numpy
import pytest
from SALib.analyze import morris as salib_morris
from SALib.analyze import sobol as salib_sobol
from SALib.sample import morris, sobol

from sim.study.estimates import Estimate
from sim.study.variance import cross, elementary_effects, nested_share, sobol_indices

ROWS = 1024


def ishigami(x: numpy.ndarray) -> numpy.ndarray:
    """Sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1, over shares of [-π, π]."""
    a, b, c = numpy.moveaxis(math.pi * (2 * x - 1), -1, 0)
    found: numpy.ndarray = numpy.sin(a) + 7 * numpy.sin(b) ** 2 + 0.1 * c**4 * numpy.sin(a)
    return found


def problem(factors: int) -> dict:
    """Factors over [0, 1]."""
    names = [f"x{factor}" for factor in range(factors)]
    return {"num_vars": factors, "names": names, "bounds": [[0, 1]] * factors}


def values(estimates: tuple[Estimate, ...]) -> list[float]:
    """The numbers without their intervals."""
    return [estimate.value for estimate in estimates]


def test_indices_of_ishigami_are_those_of_the_paper() -> None:
    """First order .3139, .4424, 0; total .5576, .4424, .2437 (Ishigami and Homma 1990, by integration)."""
    x = sobol.sample(problem(3), ROWS, calc_second_order=False, seed=3)
    found = sobol_indices(ishigami(x).reshape(ROWS, 5, 1), 1)
    assert values(found.first) == pytest.approx([0.3139, 0.4424, 0.0], abs=0.03)
    assert values(found.total) == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.03)
    assert not found.first[2].told
    assert found.total[2].told
    assert found.factors.value == pytest.approx(1.0)


def test_indices_of_the_g_function_are_those_of_the_paper() -> None:
    """G of Sobol with a = 0, 1, 9: V_i = 1 / (3 (1 + a_i)²), V = Π(1 + V_i) - 1, total index by the same product."""
    a = numpy.array([0.0, 1.0, 9.0])
    parts = 1 / (3 * (1 + a) ** 2)
    whole = numpy.prod(1 + parts) - 1
    x = sobol.sample(problem(3), ROWS, calc_second_order=False, seed=3)
    found = sobol_indices(((numpy.abs(4 * x - 2) + a) / (1 + a)).prod(axis=1).reshape(ROWS, 5, 1), 1)
    assert values(found.first) == pytest.approx(parts / whole, abs=0.03)
    total = [parts[i] * numpy.prod(1 + numpy.delete(parts, i)) / whole for i in range(3)]
    assert values(found.total) == pytest.approx(total, abs=0.03)


def test_without_chance_the_numbers_are_those_of_salib() -> None:
    """The same estimators (Saltelli 2010), written independently; but SALib centres B by the mean of all points."""
    x = sobol.sample(problem(3), 128, calc_second_order=False, seed=4)
    y = ishigami(x)
    theirs = salib_sobol.analyze(problem(3), y, calc_second_order=False, num_resamples=10, seed=1)
    found = sobol_indices(y.reshape(128, 5, 1), 1)
    assert values(found.first) == pytest.approx(list(theirs["S1"]), abs=1e-4)
    assert values(found.total) == pytest.approx(list(theirs["ST"]), abs=1e-12)


def test_chance_does_not_pass_for_an_effect() -> None:
    """Noise of four times the variance, the same along a row, times a factor that does nothing by itself.

    y = x0 + z·(1 + x2), z with mean 0 and the same for all points of a row: f = x0, so that x1 and x2 have none of the
    variance of f although x2 changes every single run. Var f = 1/12, Var y = 1/12 + Var z · E(1 + x2)² = 1/12 + 7/3·s².
    """
    x = sobol.sample(problem(3), ROWS, calc_second_order=False, seed=5).reshape(ROWS, 5, 1, 3)
    z = numpy.random.default_rng(6).normal(0, 0.3, (ROWS, 1, 4))
    found = sobol_indices(x[..., 0] + z * (1 + x[..., 2]), 1)
    share = (1 / 12) / (1 / 12 + 0.09 * 7 / 3)
    assert found.first[0].low < share < found.first[0].high
    assert found.total[0].value == pytest.approx(share, abs=0.02)
    assert found.factors.low < share < found.factors.high
    assert found.total[1].value == 0.0
    assert not found.total[1].told
    assert not found.first[2].told
    assert found.total[2].low <= 0.0 <= found.total[2].high


def test_products_of_different_replications_are_those_worked_by_hand() -> None:
    """Of (1, 2) and (3, 5): the mean of 1·5 and 2·3; of one replication, its own product."""
    assert cross(numpy.array([1.0, 2.0]), numpy.array([3.0, 5.0])) == 5.5
    assert cross(numpy.array([2.0]), numpy.array([3.0])) == 6.0


def test_elementary_effects_are_those_of_salib() -> None:
    """Mean, absolute mean and spread, per step of two thirds, from the same trajectories."""
    x = morris.sample(problem(3), 30, num_levels=4, seed=2)
    y = ishigami(x)
    theirs = salib_morris.analyze(problem(3), x, y, num_levels=4, num_resamples=10, seed=1)
    found = elementary_effects(x.reshape(30, 4, 3), y.reshape(30, 4, 1), 1)
    assert values(found.mean) == pytest.approx(list(theirs["mu"] * 2 / 3), abs=1e-12)
    assert found.absolute == pytest.approx(list(theirs["mu_star"] * 2 / 3), abs=1e-12)
    assert found.spread == pytest.approx(list(theirs["sigma"] * 2 / 3), abs=1e-12)


def test_a_nested_table_is_analysed_as_by_hand() -> None:
    """Points (1, 3), (5, 7), (9, 11): within 2, means 2, 6, 10 with variance 16, so between 16 - 2/2 = 15; 15/17."""
    share, between, within = nested_share(numpy.array([[1.0, 3.0], [5.0, 7.0], [9.0, 11.0]]), 1)
    assert (share.value, between, within) == pytest.approx((15 / 17, 15.0, 2.0))


def test_the_share_of_a_nested_table_is_found_within_its_interval() -> None:
    """Variance 1 between and 3 within: a share of 1/4; and where nothing lies between, it is not told apart from 0."""
    random = numpy.random.default_rng(1)
    points, noise = random.normal(0, 1, (400, 1)), random.normal(0, math.sqrt(3), (400, 5))
    share = nested_share(points + noise, 1)[0]
    assert share.low < 0.25 < share.high
    assert not nested_share(noise, 1)[0].told


def test_where_nothing_varies_nothing_is_shared() -> None:
    """An outcome that is always the same rests on nothing."""
    assert nested_share(numpy.ones((5, 3)), 1)[0] == Estimate(0.0, 0.0, 0.0)
    assert sobol_indices(numpy.ones((8, 4, 2)), 1).total == (Estimate(0.0, 0.0, 0.0),) * 2
