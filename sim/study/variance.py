"""Whose is the variance of an outcome that chance has a part in: indices, screening and nested draws, by arithmetic.

A function of parameters and of chance is looked at: y = f(parameters) + what chance adds. Every quantity here is about
f, the mean over chance, and is estimated without bias from a few replications at each point: products are taken of
different replications only, whose chance is independent. With one replication y is taken to hold no chance at all.
"""

from dataclasses import dataclass
from typing import Any

import numpy
import numpy.typing

from sim.study.estimates import Estimate

Array = numpy.typing.NDArray[Any]
RESAMPLES = 1000
"""Bootstrap samples behind an interval."""
TAILS = (2.5, 97.5)
"""Percentiles at the ends of an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Indices:
    """Sobol indices of the factors for f, as shares of the variance of y: of f too where there is no chance."""

    first: tuple[Estimate, ...]
    """Share that each factor makes alone."""
    total: tuple[Estimate, ...]
    """Share in which each factor has a part."""
    factors: Estimate
    """Share that all factors together make; the rest is chance."""


@dataclass(frozen=True, slots=True)
class Effects:
    """Elementary effects of each factor, as Morris has them."""

    mean: tuple[Estimate, ...]
    absolute: tuple[float, ...]
    """Mean of absolute effects, which chance makes larger."""
    spread: tuple[float, ...]
    """Standard deviation, likewise."""
    strength: tuple[Estimate, ...]
    """Mean square of the effects on f, without what chance adds; below 0 only by chance."""


def cross(a: Array, b: Array) -> Array:
    """Mean product of different replications, along the last axis.

    >>> cross(numpy.array([1.0, 2.0, 3.0]), numpy.array([1.0, 0.0, 1.0]))  # (2·1 + 3·1 + 1·0 + 3·0 + 1·1 + 2·1) / 6
    np.float64(1.3333333333333333)
    """
    each = a.shape[-1]
    products: Array = (a * b).sum(axis=-1)
    if each == 1:
        return products
    found: Array = (a.sum(axis=-1) * b.sum(axis=-1) - products) / (each * (each - 1))
    return found


def sobol_indices(y: Array, seed: int) -> Indices:
    """First-order and total indices.

    Args:
        y: [row, point, replication]: of every row the point A, then for each factor A with that factor from B, then B;
            the replications of a row have the same chance at all of its points.
        seed: of the bootstrap over rows.

    Source: Saltelli et al. 2010, Computer Physics Communications 181, 259-270, table 2 (b) and (f).
    """
    a, b, mixed = y[:, 0], y[:, -1], y[:, 1:-1]
    middle = numpy.concatenate([a, b]).mean()
    own = (cross(a - middle, a - middle) + cross(b - middle, b - middle)) / 2
    alone = cross((b - middle)[:, None], mixed - a[:, None])
    part = cross(mixed - a[:, None], mixed - a[:, None]) / 2
    single = (((a - middle) ** 2).mean(axis=1) + ((b - middle) ** 2).mean(axis=1)) / 2
    means = resampled_means(numpy.column_stack([alone, part, own, single]), seed)
    many = mixed.shape[1]
    shares = _shares(means[:, :-1], means[:, [-1]])
    found = [_estimate(shares[:, column]) for column in range(2 * many + 1)]
    return Indices(tuple(found[:many]), tuple(found[many : 2 * many]), found[-1])


def elementary_effects(points: Array, y: Array, seed: int) -> Effects:
    """Effects of moving one factor at a time, along trajectories.

    Args:
        points: [trajectory, point, factor]: each point differs from the one before in one factor, all by one distance.
        y: [trajectory, point, replication]; the replications of a trajectory have the same chance at all its points.
        seed: of the bootstrap over trajectories.

    Returns:
        Changes of the outcome for a step of that distance upwards.

    Source: Morris 1991, Technometrics 33, 161-174; Campolongo, Cariboni and Saltelli 2007 for the absolute mean.
    """
    moves = numpy.diff(points, axis=1)
    changes = numpy.diff(y, axis=1) * numpy.sign(moves.sum(axis=2))[:, :, None]
    order = numpy.argsort(numpy.argmax(moves != 0.0, axis=2), axis=1)
    effects = numpy.take_along_axis(changes, order[:, :, None], axis=1)
    means = effects.mean(axis=2)
    many = means.shape[1]
    found = resampled_means(numpy.column_stack([means, cross(effects, effects)]), seed)
    return Effects(
        tuple(_estimate(found[:, factor]) for factor in range(many)),
        tuple(numpy.abs(means).mean(axis=0).tolist()),
        tuple(means.std(axis=0, ddof=1).tolist()),
        tuple(_estimate(found[:, many + factor]) for factor in range(many)),
    )


def nested_share(y: Array, seed: int) -> tuple[Estimate, float, float]:
    """Share of the variance that lies between points rather than within: one-way analysis of variance.

    Args:
        y: [point, replication]: points drawn independently, and at each of them at least two independent replications.
        seed: of the bootstrap over points.

    Returns:
        The share, with its interval; the variance between points without what chance adds; the variance within.

    Source: Searle, Casella and McCulloch 1992, Variance Components, section 3.6.
    """
    points, each = y.shape
    means, within = y.mean(axis=1), y.var(axis=1, ddof=1)
    weights = numpy.vstack([numpy.ones(points), _weights(points, seed)])
    grand = weights @ means / points
    inside = weights @ within / points
    between = (weights @ (means * means) / points - grand * grand) * points / (points - 1) - inside / each
    return _estimate(_shares(between, between + inside)), float(between[0]), float(inside[0])


def resampled_means(rows: Array, seed: int) -> Array:
    """[1 + RESAMPLES, column]: the mean of each column, then its means over bootstrap samples of the rows."""
    weights = numpy.vstack([numpy.ones(len(rows)), _weights(len(rows), seed)])
    found: Array = weights @ rows / len(rows)
    return found


def _weights(rows: int, seed: int) -> Array:
    """[sample, row]: how often each row is in a bootstrap sample."""
    drawn: Array = numpy.random.default_rng(seed).multinomial(rows, numpy.full(rows, 1.0 / rows), RESAMPLES)
    return drawn.astype(float)


def _shares(parts: Array, whole: Array) -> Array:
    """Parts of a whole; 0 where there is nothing to share."""
    return numpy.divide(parts, whole, out=numpy.zeros_like(parts), where=whole > 0.0)


def _estimate(values: Array) -> Estimate:
    """The first value, with the percentiles of the others."""
    low, high = numpy.percentile(values[1:], TAILS)
    return Estimate(float(values[0]), float(low), float(high))
