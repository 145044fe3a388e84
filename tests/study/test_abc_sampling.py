"""Approximate Bayesian computation against posteriors that can be computed."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy
import pytest

from sim.study.abc_sampling import Array, Effort, Particles, Posterior, Prior, Round, Target, TooFewParticles, sample

EFFORT = Effort(first=6000, kept=1500, rounds=12, least_new=0.1, seed=3)


def exact(prior: Prior, likelihood: Callable[[Array], Array]) -> tuple[float, float, float]:
    """Quantiles .05, .5 and .95 of the posterior, on a grid."""
    grid = numpy.linspace(prior.low, prior.high, 20_001)
    low, high = (grid - prior.low) / (prior.middle - prior.low), (prior.high - grid) / (prior.high - prior.middle)
    reached = numpy.cumsum(numpy.minimum(low, high) * likelihood(grid))
    found = [float(grid[numpy.searchsorted(reached / reached[-1], share)]) for share in (0.05, 0.5, 0.95)]
    return found[0], found[1], found[2]


def quantiles(found: Posterior, parameter: int = 0) -> tuple[float, float, float]:
    """The same of particles."""
    low, middle, high = (found.particles.quantile(parameter, share) for share in (0.05, 0.5, 0.95))
    return low, middle, high


def test_rate_of_a_poisson_count_is_found() -> None:
    """After 14 events in ten days: the posterior of the rate, with counts matched exactly, so nothing approximate."""
    random = numpy.random.default_rng(1)
    prior = Prior(0.0, 1.0, 4.0)

    def simulate(values: Array, number: int) -> Array:
        return random.poisson(10.0 * values).astype(float)

    target = Target(numpy.array([14.0]), numpy.array([1.0]))
    found = sample(simulate, [prior], target, replace(EFFORT, rounds=20, least_new=0.0))
    assert found.rounds[-1].tolerance == 0.0
    expected = exact(prior, lambda rate: numpy.exp(14.0 * numpy.log(numpy.maximum(rate, 1e-12)) - 10.0 * rate))
    assert quantiles(found) == pytest.approx(expected, abs=0.09)


def test_mean_and_spread_that_was_not_fitted_of_a_gaussian_are_found() -> None:
    """The mean of 25 Gaussian values of spread 1 is found; what the data say nothing of stays as it was.

    The tolerance widens the likelihood by a uniform error, which is far narrower than the mean's own of 0.2.
    """
    random = numpy.random.default_rng(2)
    priors = [Prior(-3.0, 1.5, 3.0), Prior(0.0, 0.2, 1.0)]

    def simulate(values: Array, number: int) -> Array:
        return values[:, :1] + 0.2 * random.standard_normal((len(values), 1))

    found = sample(simulate, priors, Target(numpy.array([0.3]), numpy.array([0.2])), EFFORT)
    assert found.rounds[-1].tolerance < 0.4
    assert found.rounds[-1].close < found.rounds[1].close
    expected = exact(priors[0], lambda mean: numpy.exp(-0.5 * ((mean - 0.3) / 0.2) ** 2))
    assert quantiles(found) == pytest.approx(expected, abs=0.04)
    assert quantiles(found, 1) == pytest.approx(exact(priors[1], numpy.ones_like), abs=0.05)
    assert 100 < found.particles.effective < EFFORT.kept


def test_one_seed_gives_the_same_particles() -> None:
    """The same seed, the same particles; every particle that is tried has a number of its own."""
    numbers: list[int] = []

    def simulate(values: Array, number: int) -> Array:
        numbers.extend(range(number, number + len(values)))
        return values

    effort = Effort(first=40, kept=10, rounds=3, least_new=0.0, seed=5)
    target = Target(numpy.array([0.5]), numpy.array([1.0]))
    one, other = (sample(simulate, [Prior(0.0, 0.5, 1.0)], target, effort) for _ in range(2))
    assert numpy.array_equal(one.particles.values, other.particles.values)
    assert numbers == [*range(70), *range(70)]
    assert [done.tried for done in one.rounds] == [40, 50, 60, 70]
    assert all(later.tolerance <= sooner.tolerance for sooner, later in zip(one.rounds, one.rounds[1:], strict=False))


def test_rounds_end_when_few_are_close() -> None:
    """A round in which none of the new particles is close enough is the last, and each is told."""
    told: list[Round] = []

    def simulate(values: Array, number: int) -> Array:
        return values if number == 0 else values + 100.0

    effort = Effort(first=40, kept=10, rounds=9, least_new=0.1, seed=5)
    found = sample(
        simulate, [Prior(0.0, 0.5, 1.0)], Target(numpy.array([0.5]), numpy.array([1.0])), effort, told.append
    )
    assert [done.close for done in told] == [0.25, 0.0]
    assert tuple(told) == found.rounds


def test_a_prior_that_gives_no_statistic_is_refused() -> None:
    """Where a statistic is hardly ever there, nothing is kept, and the error counts the particles that have it."""

    def simulate(values: Array, number: int) -> Array:
        return numpy.where(numpy.arange(len(values))[:, None] < 3, 1.0, math.nan)

    effort = Effort(first=20, kept=10, rounds=1, least_new=0.1, seed=1)
    with pytest.raises(TooFewParticles, match="3 of 20 particles have every statistic, 10 are needed"):
        sample(simulate, [Prior(0.0, 0.5, 1.0)], Target(numpy.array([1.0]), numpy.array([1.0])), effort)


def test_weighted_quantiles_are_those_worked_by_hand() -> None:
    """Values 1, 2, 3 of weights 1, 2, 1: the median is 2, a quarter lies at 1, nine tenths at 3."""
    values = numpy.array([[2.0], [3.0], [1.0]])
    particles = Particles(values, values, values[:, 0], numpy.array([2.0, 1.0, 1.0]))
    assert [particles.quantile(0, share) for share in (0.25, 0.5, 0.9)] == [1.0, 2.0, 3.0]
    assert particles.effective == pytest.approx(16 / 6)
