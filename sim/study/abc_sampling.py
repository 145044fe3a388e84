"""Approximate Bayesian computation: parameters under which a simulation comes close to what was observed.

First rejection: particles are drawn from the prior, and the closest are kept. Then, round by round, new ones are drawn
around those that are kept, weighted so that they still stand for the prior, and the closest of all are kept: the
tolerance shrinks, until few of the new ones are close enough for another round to be worth its while.

Source: Lenormand, Jabot and Deffuant 2013 (adaptive population Monte Carlo); kernel and weights after Beaumont,
Cornuet, Marin and Robert 2009.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import numpy.typing

from sim.rules import chance

Array = numpy.typing.NDArray[Any]
Simulate = Callable[[Array, int], Array]
"""From parameters [particle, parameter] and the number of the first particle to statistics [particle, statistic]; a
statistic that cannot be computed is not a number. Particles of different numbers have different luck."""

LEAST_RIDGE = 1e-9
"""Least spread of a kernel, as a share of the prior's variance: also where all kept particles agree."""


class TooFewParticles(Exception):
    """The prior hardly ever gives every statistic, so nothing can be kept."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is assumed of a parameter: a triangular distribution, as in a scenario; `low < high`."""

    low: float
    middle: float
    high: float

    def draw(self, uniforms: Array) -> Array:
        """Values for uniform numbers in (0, 1)."""
        return numpy.array([chance.triangular(float(u), self.low, self.middle, self.high) for u in uniforms])

    def density(self, values: Array) -> Array:
        """The density at some values; 0 outside.

        >>> Prior(0.0, 1.0, 2.0).density(numpy.array([-1.0, 0.5, 1.0, 1.5])).tolist()
        [0.0, 0.5, 1.0, 0.5]
        """
        top = 2.0 / (self.high - self.low)
        with numpy.errstate(divide="ignore", invalid="ignore"):
            rising = numpy.where(values < self.middle, (values - self.low) / (self.middle - self.low), 1.0)
            falling = numpy.where(values > self.middle, (self.high - values) / (self.high - self.middle), 1.0)
        inside = (values >= self.low) & (values <= self.high)
        return numpy.where(inside, top * rising * falling, 0.0)


@dataclass(frozen=True, slots=True)
class Target:
    """What was observed, and how far a statistic may be off to count as one."""

    observed: Array
    scales: Array

    def distance(self, statistics: Array) -> Array:
        """Of each row of statistics: root mean square of the differences in scales; infinite where one is missing.

        >>> Target(numpy.array([1.0, 2.0]), numpy.array([1.0, 2.0])).distance(numpy.array([[1.0, 2.0], [2.0, 4.0]]))
        array([0., 1.])
        """
        off = (statistics - self.observed) / self.scales
        distances = numpy.sqrt(numpy.mean(off * off, axis=1))
        return numpy.where(numpy.isfinite(distances), distances, numpy.inf)


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried."""

    first: int
    """Particles drawn from the prior."""
    kept: int
    """Particles kept of every round, at most `first`."""
    rounds: int
    """Rounds at most after the first."""
    least_new: float
    """The last round is the first in which a smaller share of the new particles is close enough."""
    seed: int


@dataclass(frozen=True, slots=True)
class Round:
    """What a round came to: particles tried so far, the tolerance after it, the share of new ones close enough."""

    tried: int
    tolerance: float
    close: float


@dataclass(frozen=True, slots=True)
class Particles:
    """Weighted particles: [particle, parameter], [particle, statistic], and by particle."""

    values: Array
    statistics: Array
    distances: Array
    weights: Array

    def closest(self, count: int) -> "Particles":
        """Those nearest to what was observed, nearest first."""
        order = numpy.argsort(self.distances, kind="stable")[:count]
        return Particles(self.values[order], self.statistics[order], self.distances[order], self.weights[order])

    def with_more(self, other: "Particles") -> "Particles":
        """These, and then others."""
        return Particles(
            numpy.concatenate([self.values, other.values]),
            numpy.concatenate([self.statistics, other.statistics]),
            numpy.concatenate([self.distances, other.distances]),
            numpy.concatenate([self.weights, other.weights]),
        )

    @property
    def shares(self) -> Array:
        """Weights that add up to 1."""
        shares: Array = self.weights / numpy.sum(self.weights)
        return shares

    @property
    def effective(self) -> float:
        """How many particles of equal weight these are worth (Kish)."""
        return float(1.0 / numpy.sum(self.shares * self.shares))

    def quantile(self, parameter: int, share: float) -> float:
        """The least value of a parameter at or below which a share of the weight lies."""
        order = numpy.argsort(self.values[:, parameter], kind="stable")
        reached = numpy.cumsum(self.shares[order])
        at = min(int(numpy.searchsorted(reached, share - 1e-12)), len(order) - 1)
        return float(self.values[order[at], parameter])


@dataclass(frozen=True, slots=True)
class Posterior:
    """What a calibration found, and the prior's particles that it began with."""

    particles: Particles
    first: Particles
    rounds: tuple[Round, ...]


def sample(
    simulate: Simulate,
    priors: Sequence[Prior],
    target: Target,
    effort: Effort,
    told: Callable[[Round], None] = lambda done: None,
) -> Posterior:
    """Draw particles from the posterior distribution, approximately.

    Args:
        simulate: from parameters to statistics.
        priors: of every parameter, independent of each other.
        target: what was observed.
        effort: how much is tried; the same seed gives the same particles.
        told: told of each round when it is done.

    Raises:
        TooFewParticles: fewer than `effort.kept` of the first particles have all statistics.
    """
    random = numpy.random.default_rng(effort.seed)
    uniforms = random.random((effort.first, len(priors)))
    drawn = numpy.column_stack([prior.draw(uniforms[:, place]) for place, prior in enumerate(priors)])
    first = _particles(simulate, target, drawn, 0, numpy.ones(effort.first))
    kept = first.closest(effort.kept)
    if not numpy.isfinite(kept.distances[-1]):
        found = int(numpy.sum(numpy.isfinite(first.distances)))
        raise TooFewParticles(f"{found} of {effort.first} particles have every statistic, {effort.kept} are needed")
    rounds = [Round(effort.first, float(kept.distances[-1]), effort.kept / effort.first)]
    told(rounds[-1])
    while len(rounds) <= effort.rounds:
        values, weights = _propose(kept, priors, effort.kept, random)
        new = _particles(simulate, target, values, rounds[-1].tried, weights)
        close = float(numpy.mean(new.distances < rounds[-1].tolerance))
        kept = kept.with_more(new).closest(effort.kept)
        rounds.append(Round(rounds[-1].tried + effort.kept, float(kept.distances[-1]), close))
        told(rounds[-1])
        if close < effort.least_new:
            break
    return Posterior(kept, first, tuple(rounds))


def _particles(simulate: Simulate, target: Target, values: Array, number: int, weights: Array) -> Particles:
    statistics = simulate(values, number)
    return Particles(values, statistics, target.distance(statistics), weights)


def _propose(
    kept: Particles, priors: Sequence[Prior], count: int, random: numpy.random.Generator
) -> tuple[Array, Array]:
    """New particles around those that are kept, within the prior, and their weights.

    A step that leads out of the prior is drawn again, which makes every other as much likelier as the share of steps
    that stay within is below 1; weights take that back, so that they compare from round to round.
    """
    ridge = numpy.diag([LEAST_RIDGE * (prior.high - prior.low) ** 2 for prior in priors])
    spread = 2.0 * numpy.atleast_2d(numpy.cov(kept.values, rowvar=False, aweights=kept.shares, bias=True)) + ridge
    root = numpy.linalg.cholesky(spread)
    found = numpy.empty((0, len(priors)))
    tried = inside = 0
    while len(found) < count:
        around = kept.values[random.choice(len(kept.values), count, p=kept.shares)]
        steps = around + random.standard_normal((count, len(priors))) @ root.T
        within = steps[_density(steps, priors) > 0.0]
        tried, inside = tried + count, inside + len(within)
        found = numpy.concatenate([found, within])
    found = found[:count]
    return found, _density(found, priors) / _mixture(found, kept, root) * (inside / tried)


def _density(values: Array, priors: Sequence[Prior]) -> Array:
    densities = numpy.ones(len(values))
    for place, prior in enumerate(priors):
        densities = densities * prior.density(values[:, place])
    return densities


def _mixture(values: Array, kept: Particles, root: Array) -> Array:
    """Density at some values of steps from the kept particles, in proportion to the prior's where weights are 1."""
    inverse = numpy.linalg.inv(root)
    steps, centres = values @ inverse.T, kept.values @ inverse.T
    scale = (2.0 * numpy.pi) ** (-0.5 * values.shape[1]) / numpy.prod(numpy.diag(root))
    densities = numpy.empty(len(values))
    for place, step in enumerate(steps):
        apart = numpy.sum((centres - step) ** 2, axis=1)
        densities[place] = scale * numpy.sum(kept.shares * numpy.exp(-0.5 * apart))
    return densities


def resampled(particles: Particles, count: int, seed: int) -> Array:
    """Parameters of particles drawn by their weights: [draw, parameter]."""
    random = numpy.random.default_rng(seed)
    values: Array = particles.values[random.choice(len(particles.values), count, p=particles.shares)]
    return values
