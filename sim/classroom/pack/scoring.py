"""A party's worths as points that people can add up by hand, 0 to 100.

Worth is not always a sum over the issues: fear of rearming, for one, hangs on the days of a truce and on its
monitoring together. Issues that cannot be taken apart stand in one block; points are given for the values of a block,
and the points of a package are the sum over its blocks.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EXACT = 0.5
"""Points by which a sum of unrounded points may miss the worth of a package."""
MOST_ROWS = 64
"""Combinations of values in a block; where more would be needed, packages are listed one by one."""

Choices = tuple[int, ...]
"""Which value of each issue, of those that a block or a package has."""


@dataclass(frozen=True, slots=True)
class Block:
    """Issues whose values are scored together."""

    issues: tuple[int, ...]
    points: Mapping[Choices, int]
    """By choice of each of its issues; combinations that no package has are left out."""

    @property
    def most(self) -> int:
        """Points of its best combination."""
        return max(self.points.values())


@dataclass(frozen=True, slots=True)
class Scale:
    """How worth becomes points: `low` is worth 0 points and `high` 100."""

    low: float
    high: float
    blocks: tuple[Block, ...]
    """None where no sum over blocks comes near enough: then `packages` has the points."""
    packages: tuple[int, ...]
    """[outcome]: rounded points of its worth."""

    def points(self, worth: float) -> float:
        """A worth in points, unrounded; a party to which all packages are worth the same has none to give."""
        return 100.0 * (worth - self.low) / (self.high - self.low) if self.high > self.low else 0.0

    def added(self, choices: Choices) -> int:
        """The points of a package as somebody adds them up by hand.

        >>> Scale(0.0, 1.0, (Block((0,), {(0,): 0, (1,): 70}), Block((1,), {(0,): 30, (1,): 0})), ()).added((1, 0))
        100
        """
        total = 0
        for block in self.blocks:
            total += block.points[tuple(choices[issue] for issue in block.issues)]
        return total


def scale_of(choices: Sequence[Choices], worths: Sequence[float]) -> Scale:
    """Find the smallest blocks whose points add up to the worths.

    Args:
        choices: [outcome][issue] which value of each issue.
        worths: [outcome] to one party.
    """
    blocks: list[tuple[int, ...]] = [(issue,) for issue in range(len(choices[0]))]
    fit = _fit(blocks, choices, worths)
    while fit.error > EXACT:
        merged = [_merged(blocks, pair) for pair in itertools.combinations(range(len(blocks)), 2)]
        fits = [_fit(each, choices, worths) for each in merged if _rows(each, choices) <= MOST_ROWS]
        if not fits:
            low, high = min(worths), max(worths)
            return Scale(low, high, (), _rounded(low, high, worths))
        fit = min(fits, key=lambda each: each.error)
        blocks = fit.blocks
    return Scale(fit.low, fit.high, fit.in_points(), _rounded(fit.low, fit.high, worths))


def whole(points: float) -> int:
    """The nearest whole number, halves up: a hair's breadth of arithmetic does not change a printed sheet.

    >>> whole(37.5), whole(37.499999999999), whole(-0.5)
    (38, 38, 0)
    """
    return math.floor(points + 0.5 + 1e-9)


def _rounded(low: float, high: float, worths: Sequence[float]) -> tuple[int, ...]:
    return tuple(whole(100.0 * (worth - low) / (high - low)) if high > low else 0 for worth in worths)


@dataclass(frozen=True)
class _Fit:
    """Worths as a sum over blocks, by least squares."""

    blocks: list[tuple[int, ...]]
    parts: list[dict[Choices, float]]
    """[block]: worth of each combination, the worst being 0."""
    low: float
    high: float
    error: float
    """The largest miss, in points."""

    def in_points(self) -> tuple[Block, ...]:
        """The blocks with points; those by whose values nothing is won or lost come last."""
        span = self.high - self.low
        told = [
            Block(issues, {each: whole(100.0 * worth / span) if span > 0.0 else 0 for each, worth in part.items()})
            for issues, part in zip(self.blocks, self.parts, strict=True)
        ]
        return tuple(sorted(told, key=lambda block: (block.most == 0, block.issues)))


def _fit(blocks: list[tuple[int, ...]], choices: Sequence[Choices], worths: Sequence[float]) -> _Fit:
    columns = [_combinations(issues, choices) for issues in blocks]
    matrix: NDArray[np.float64] = np.array(
        [
            [float(_of(row, issues) == each) for issues, combos in zip(blocks, columns, strict=True) for each in combos]
            for row in choices
        ]
    )
    found = np.linalg.lstsq(matrix, np.array(worths), rcond=None)[0]
    missed = float(np.abs(matrix @ found - np.array(worths)).max())
    parts, low, high, at = [], 0.0, 0.0, 0
    for combos in columns:
        values = [float(value) for value in found[at : at + len(combos)]]
        at += len(combos)
        parts.append({each: value - min(values) for each, value in zip(combos, values, strict=True)})
        low, high = low + min(values), high + max(values)
    span = high - low
    return _Fit(blocks, parts, low, high, 100.0 * missed / span if span > 1e-9 else 0.0)


def _of(row: Choices, issues: tuple[int, ...]) -> Choices:
    return tuple(row[issue] for issue in issues)


def _combinations(issues: tuple[int, ...], choices: Sequence[Choices]) -> list[Choices]:
    return sorted({_of(row, issues) for row in choices})


def _rows(blocks: list[tuple[int, ...]], choices: Sequence[Choices]) -> int:
    return max(len(_combinations(issues, choices)) for issues in blocks)


def _merged(blocks: list[tuple[int, ...]], pair: tuple[int, int]) -> list[tuple[int, ...]]:
    one, other = pair
    rest = [block for place, block in enumerate(blocks) if place not in pair]
    return sorted([*rest, tuple(sorted(blocks[one] + blocks[other]))])
