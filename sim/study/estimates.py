"""A number with its interval, and the quantile behind intervals."""

from dataclasses import dataclass
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval; NaN where there is none."""

    value: float
    low: float
    high: float

    @property
    def told(self) -> bool:
        """Whether it is told apart from 0: the interval leaves 0 out."""
        return self.low > 0.0 or self.high < 0.0

    @property
    def above(self) -> bool:
        """Whether it is told to be more than 0."""
        return self.low > 0.0


def normal_quantile(confidence: float) -> float:
    """How many standard errors a two-sided interval reaches to either side.

    Args:
        confidence: strictly between 0 and 1.

    Raises:
        ValueError: it is not.

    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is out of range: must lie strictly between 0 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)
