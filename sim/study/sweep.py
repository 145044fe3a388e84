"""Designs: which combinations of the factors' values a sweep tries.

A factor is a path in a scenario and the values that it takes: a list, or a range. A grid tries every combination;
a Latin hypercube and a Sobol sequence spread a given number of points over all factors at once.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_POINTS = 100_000


class Design(StrEnum):
    """How the points of a sweep are chosen."""

    GRID = "grid"
    LATIN_HYPERCUBE = "latin hypercube"
    SOBOL = "sobol"


@dataclass(frozen=True, slots=True)
class Factor:
    """What a sweep varies: a path of the scenario, and its values (a list) or its ends (a range)."""

    path: str
    values: tuple[Any, ...] = ()
    """Plain data each; None takes away what stands at the path."""
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    """Whether a value drawn from the range is rounded to a whole number."""

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values that must be sound if all others are to be: each of a list of words, the extremes of numbers."""
        if not self.values:
            return (self.low, self.high) if not self.whole else (round(self.low), round(self.high))
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in self.values):
            return tuple(dict.fromkeys((min(self.values), max(self.values))))
        return self.values

    def at(self, share: float) -> Any:
        """The value at a share of the way through the factor, in [0, 1).

        >>> Factor("horizon", values=(30, 60, 90)).at(0.5)
        60
        >>> Factor("horizon", low=30, high=90).at(0.5)
        60.0
        """
        if self.values:
            return self.values[int(share * len(self.values))]
        value = self.low + share * (self.high - self.low)
        return round(value) if self.whole else value


def levels(low: float, high: float, steps: int) -> tuple[float, ...]:
    """A number of values from `low` to `high`, both included, at equal distances; `steps` is at least 2.

    >>> levels(0, 1, 5)
    (0.0, 0.25, 0.5, 0.75, 1.0)
    """
    return tuple(low + (high - low) * step / (steps - 1) for step in range(steps))


def settings(factors: Sequence[Factor], design: Design, count: int, seed: int) -> list[tuple[Any, ...]]:
    """The points of a design: a value for each factor, in order; the last factor varies first in a grid.

    Args:
        factors: what is varied; none at all is a design of one point.
        design: how the points are chosen; a grid needs factors with lists of values.
        count: points of a sampled design, not read for a grid; for Sobol a power of 2.
        seed: of the sampled designs, which are scrambled. The same seed gives the same points.
    """
    if design is Design.GRID or not factors:
        return list(itertools.product(*(factor.values for factor in factors)))
    from scipy.stats import qmc  # noqa: PLC0415  # heavy, and only sampled designs need it

    sampler = qmc.LatinHypercube if design is Design.LATIN_HYPERCUBE else qmc.Sobol
    shares = sampler(d=len(factors), rng=seed).random(count)
    return [tuple(factor.at(float(share)) for factor, share in zip(factors, point, strict=True)) for point in shares]
