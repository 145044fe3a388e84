"""The arithmetic of scores: what a probability was worth, once it is known what happened.

Pure functions of counts and probabilities; nothing here knows what a scenario is. Sources are named from general
knowledge and were not looked up.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sim.rules import chance
from sim.study.summary import share_of

Days = tuple[int, int]
"""The first and the last day of a class of days."""
FIRST_DAYS = (0, 1, 4, 8, 15, 31, 61, 121, 241, 481, 961, 1921, 3841, 7681)
"""Where classes of days begin: each about twice as long as the one before."""
EDGES = (0.0, 0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1.0)
"""Where the classes of stated probabilities meet; a probability on an edge belongs above it."""


def floored(counts: Sequence[int]) -> tuple[float, ...]:
    """Probabilities of classes from how often each was seen, none of them 0: (k + 1/classes) / (n + 1).

    One run more than there were, spread evenly over the classes: of two classes, Jeffreys's (k + ½) / (n + 1). All
    are alike where nothing was seen.

    Raises ValueError where there are no classes.

    Source: Perks 1947, Some observations on inverse probability including a new indifference rule.

    >>> floored([3, 0])
    (0.875, 0.125)
    """
    if not counts:
        raise ValueError("no classes: a probability is of one of several")
    whole = sum(counts) + 1
    return tuple((count + 1 / len(counts)) / whole for count in counts)


def log_score(probabilities: Sequence[float], observed: Sequence[int]) -> float:
    """The mean logarithm to base 2 of the probability of the class that was observed, over the observations.

    At most 0; one more is twice the probability. `observed` holds places of classes, at least one.

    Source: Good 1952, Rational decisions.

    >>> log_score([0.25, 0.75], [0])
    -2.0
    """
    return mean([math.log2(probabilities[place]) for place in observed])


def brier_score(probabilities: Sequence[float], observed: Sequence[int]) -> float:
    """The mean squared distance between the probabilities and what was observed, over all classes: 0 best, 2 worst.

    Source: Brier 1950, Verification of forecasts expressed in terms of probability.

    >>> brier_score([0.25, 0.75], [0])
    1.125
    """
    distances = [
        math.fsum((share - (place == seen)) * (share - (place == seen)) for place, share in enumerate(probabilities))
        for seen in observed
    ]
    return mean(distances)


def classes_of_days(last: int) -> tuple[Days, ...]:
    """Classes of the days 0 … `last`, each about twice as long as the one before.

    >>> classes_of_days(9)
    ((0, 0), (1, 3), (4, 7), (8, 9))
    """
    firsts = [first for first in FIRST_DAYS if first <= last]
    return tuple((first, after - 1) for first, after in pairwise([*firsts, last + 1]))


def class_of(day: int, classes: Sequence[Days]) -> int:
    """The place of the class in which a day falls; days beyond the last class count as of the last.

    >>> class_of(5, ((0, 0), (1, 3), (4, 7))), class_of(99, ((0, 0), (1, 3)))
    (2, 1)
    """
    return max(place for place, (first, _) in enumerate(classes) if first <= day)


def waiting(classes: Sequence[Days], events: int, exposure: int, *, never: bool) -> tuple[float, ...]:
    """Probabilities of classes of days where every day has the same chance to be the one, which waits elsewhere tell.

    The geometric distribution (the exponential in whole days) with a chance that is not known but has the Beta
    distribution that Jeffreys's prior and the waits elsewhere leave: few waits leave much open.

    Args:
        classes: of days, from day 0 on without gaps.
        events: waits that came to an end.
        exposure: days waited in all, that of the end included.
        never: whether a class for what has not come by the last day follows; if not, it came by then.

    Returns:
        As many probabilities as classes, and one more with `never`; their sum is 1.

    >>> [round(share, 3) for share in waiting(((0, 0), (1, 3)), 1, 2, never=True)]
    [0.5, 0.336, 0.164]
    """
    came, stayed = events + 0.5, exposure - events + 0.5

    def longer(days: int) -> float:
        logarithm = math.lgamma(stayed + days) - math.lgamma(stayed)
        return math.exp(logarithm + math.lgamma(came + stayed) - math.lgamma(came + stayed + days))

    shares = [longer(first) - longer(last + 1) for first, last in classes]
    after = longer(classes[-1][1] + 1)
    if never:
        return (*shares, after)
    return tuple(share / (1 - after) for share in shares)


@dataclass(frozen=True, slots=True)
class Bin:
    """Statements of about the same probability, and how many of them came true."""

    low: float
    high: float
    n: int
    stated: float
    """Mean probability; NaN for none."""
    came_true: int
    share: float
    """Share that came true; NaN for none."""
    wilson_low: float
    wilson_high: float
    """As if all were independent."""


def reliability(stated: Sequence[tuple[float, bool]], edges: Sequence[float] = EDGES) -> tuple[Bin, ...]:
    """What was said to be so likely, and how often it came true, by classes of probability.

    `stated` holds a probability and whether it came true, for each.

    Source: Murphy and Winkler 1977, Reliability of subjective probability forecasts of precipitation and temperature.

    >>> [(found.n, found.came_true) for found in reliability([(0.1, False), (0.3, True)], (0.0, 0.2, 1.0))]
    [(1, 0), (1, 1)]
    """
    bins = []
    for low, high in pairwise(edges):
        inside = [(p, true) for p, true in stated if low <= p < high or p == high == edges[-1]]
        share = share_of(sum(true for _, true in inside), len(inside))
        bins.append(
            Bin(low, high, len(inside), mean([p for p, _ in inside]), share.count, share.share, share.low, share.high)
        )
    return tuple(bins)


def drawn_again(
    cases: int, measure: Callable[[Sequence[int]], float], seed: int, *, rounds: int = 2_000
) -> tuple[float, float]:
    """The 95 % interval of a measure over as many cases as there are, drawn from them with replacement.

    What is observed of one case hangs together, so whole cases are drawn. With fewer than two cases there is no
    interval (NaN); with a handful it is too narrow.

    Args:
        cases: how many there are.
        measure: of some cases by their places, each as often as it was drawn; NaN where it has none.
        seed: of the draws.
        rounds: how often as many cases are drawn.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (percentile interval).

    >>> drawn_again(3, lambda drawn: 0.5, 1)
    (0.5, 0.5)
    """
    if cases < 2:
        return math.nan, math.nan
    found = []
    for turn in range(rounds):
        key = chance.replication_key(seed, turn)
        found.append(measure([int(chance.uniform(key, place) * cases) for place in range(cases)]))
    found = sorted(value for value in found if not math.isnan(value))
    if not found:
        return math.nan, math.nan
    return found[math.floor(0.025 * (len(found) - 1))], found[math.ceil(0.975 * (len(found) - 1))]


def mean(values: Sequence[float]) -> float:
    """The mean; of nothing, NaN.

    >>> mean([1.0, 3.0]), mean([])
    (2.0, nan)
    """
    return math.fsum(values) / len(values) if values else math.nan
