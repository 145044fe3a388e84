"""The difference between two shares of the same replications, each compared with itself."""

import math
from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Gain:
    """A difference of two paired shares with its interval."""

    n: int
    """Pairs."""
    won: int
    """Pairs in which only the first has it."""
    lost: int
    """Pairs in which only the second has it."""
    gain: float
    """(won - lost) / n; NaN without pairs."""
    low: float
    high: float

    @property
    def above(self) -> bool:
        """Whether the first is told to have it more often: the whole interval lies above 0."""
        return self.low > 0

    @property
    def told(self) -> bool:
        """Whether a difference is told at all: the interval does not cover 0."""
        return self.low > 0 or self.high < 0


def gain_of(won: int, lost: int, n: int, confidence: float = 0.95) -> Gain:
    """The paired difference of two shares, with an interval that is not empty where no pair differs.

    Args:
        won: pairs in which only the first has it.
        lost: pairs in which only the second has it.
        n: pairs.
        confidence: strictly between 0 and 1.

    Raises:
        ValueError: the counts make no pairs.

    Source: Bonett and Price 2012, "Adjusted Wald confidence interval for a difference of binomial proportions based on
    paired data", Journal of Educational and Behavioral Statistics 37(4), 479-488: one pair is added to each of the two
    counts of pairs that differ, for the interval alone.

    >>> found = gain_of(26, 4, 48)
    >>> round(found.low, 4), round(found.high, 4)
    (0.2548, 0.6252)
    """
    if won < 0 or lost < 0 or won + lost > n:
        raise ValueError(
            f"{won} won and {lost} lost of {n} pairs: expected 0 or more of each, and no more than there are"
        )
    if n == 0:
        return Gain(0, 0, 0, math.nan, -1.0, 1.0)
    more, less = (won + 1) / (n + 2), (lost + 1) / (n + 2)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(
        (more + less - (more - less) * (more - less)) / (n + 2)
    )
    return Gain(n, won, lost, (won - lost) / n, max(-1.0, more - less - half), min(1.0, more - less + half))
