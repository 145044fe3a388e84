"""What a batch of runs says: endings, days and totals, each with its uncertainty.

Everything here is a pure function of counts: how often each ending, how often each day, and for every other column
its runs, its sum and its sum of squares, all whole numbers, so that no order of adding can change a result. They come
from rows as `RunRecord.row` leaves them (see docs/reference/record.md), or from a table of any size. A row without an
ending for a track (a replication that failed) does not count for that track. Intervals describe the luck of the draws
within one batch, not doubt about the model.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import fmean, stdev
from typing import Any

from sim.engine.record import NEVER
from sim.study.estimates import normal_quantile
from sim.terms import DealEnding, TalksEnding

Row = Mapping[str, Any]

ENDINGS = (
    "never_opened",
    "in_talks",
    *(ending.name.lower() for ending in TalksEnding if ending not in (TalksEnding.NONE, TalksEnding.AGREED)),
    *(ending.name.lower() for ending in DealEnding if ending is not DealEnding.NONE),
)
"""Every ending of a track, from the earliest to the latest point at which it can stop."""
QUARTILES = (0.25, 0.5, 0.75)


MEASURES = (
    "deals", "days_in_force", "days_blocked", "agreed", "delivered", "declined", "gestures",
    "violations", "alleged",
)  # fmt: skip
"""Columns of a track of which a summary holds the mean."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What is known of a column of whole numbers: in how many runs it is above 0, its sum, its sum of squares."""

    positive: int
    total: int
    squares: int


@dataclass(frozen=True, slots=True)
class TrackTally:
    """What is counted of one track over the runs that have an ending for it."""

    endings: Mapping[str, int]
    agreed_on: Mapping[int, int]
    """Runs by day of the first agreement, NEVER included."""
    columns: Mapping[str, Tally]
    """By column of the track, without its name; a column that is missing holds nothing but 0."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of runs with its Wilson score interval."""

    count: int
    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its normal interval, mean ± z·s/√n; without an interval (NaN) for fewer than two runs."""

    n: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """A share of runs by day, with a Wilson interval for each day by itself (not a band for the whole curve)."""

    n: int
    share: tuple[float, ...]
    """[day]: share of runs in which it had happened by the end of the day."""
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Blocker:
    """How often one acceptance precondition (`party.name`) stood in the way on a track."""

    condition: str
    runs: Share
    """Runs in which it blocked on at least one day."""
    days: Mean
    """Days blocked a run, runs without any included."""
    days_alone: Mean
    """Days a run on which relaxing it alone would have opened the zone."""


@dataclass(frozen=True, slots=True)
class Unlock:
    """How often one minimal set of preconditions would have opened the zone of agreement."""

    conditions: tuple[str, ...]
    runs: Share
    days: Mean


@dataclass(frozen=True, slots=True)
class Holder:
    """How often one entry precondition (`party.name`) kept talks from opening."""

    condition: str
    runs: Share
    days: Mean


@dataclass(frozen=True, slots=True)
class TrackSummary:
    """What became of one track over a batch."""

    track: str
    n: int
    endings: Mapping[str, Share]
    """By ending, in the order of `ENDINGS`; only those that occurred."""
    agreed: Share
    """Runs in which a deal was agreed at least once."""
    agreed_by_day: Curve
    days_to_agreement: tuple[int | None, ...]
    """Quartiles over all runs of the day of the first agreement; None where too few runs ever agreed."""
    median_day_between: tuple[int | None, int | None]
    """An interval for the median of these days by order statistics; None for a day beyond the horizon.

    With fewer runs than `FEWEST_FOR_A_MEDIAN` of them no interval reaches 95 %: (None, None).
    """
    deals: Mean
    days_in_force: Mean
    days_blocked: Mean
    persons_agreed: Mean
    persons_delivered: Mean
    persons_declined: Mean
    persons_in_gestures: Mean
    violations: Mean
    alleged: Mean
    blockers: tuple[Blocker, ...]
    """Most days first."""
    unlocks: tuple[Unlock, ...]
    """Most days first."""
    holders: tuple[Holder, ...]
    """Most days first."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A batch in numbers."""

    n: int
    failed: int
    """Rows without any ending: replications that did not finish."""
    horizon: int
    confidence: float
    tracks: tuple[TrackSummary, ...]


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a share, without continuity correction; (0, 1) where nothing was tried.

    `confidence` lies strictly between 0 and 1. Raises ValueError where the counts make no share.

    Source: Wilson 1927; Newcombe 1998, method 3.

    >>> [round(bound, 4) for bound in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} is no share: expected 0 <= successes <= n")
    if n == 0:
        return 0.0, 1.0
    z = normal_quantile(confidence)
    share = successes / n
    centre = share + z * z / (2 * n)
    spread = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if successes == 0 else (centre - spread) / scale
    high = 1.0 if successes == n else (centre + spread) / scale
    return low, high


def share_of(count: int, n: int, confidence: float = 0.95) -> Share:
    """A share of runs with its Wilson interval; the share of no runs is NaN."""
    return Share(count, n, count / n if n else math.nan, *wilson(count, n, confidence))


def mean_of(values: Sequence[float], confidence: float = 0.95) -> Mean:
    """A mean with its normal interval, which is too narrow for a handful of runs.

    >>> mean_of([1.0, 2.0, 3.0]).mean
    2.0
    """
    if not values:
        return Mean(0, math.nan, math.nan, math.nan)
    mean = fmean(values)
    if len(values) == 1:
        return Mean(1, mean, math.nan, math.nan)
    half = normal_quantile(confidence) * stdev(values) / math.sqrt(len(values))
    return Mean(len(values), mean, mean - half, mean + half)


def by_day(days: Iterable[int], horizon: int, confidence: float = 0.95) -> Curve:
    """The share of runs in which something had happened by each day 0 … `horizon` - 1.

    `days` holds one day a run, NEVER where it did not happen.

    >>> by_day([1, NEVER], 3).share
    (0.0, 0.5, 0.5)
    """
    return _curve(Counter(days), horizon, confidence)


def _curve(runs_on: Mapping[int, int], horizon: int, confidence: float) -> Curve:
    n = sum(runs_on.values())
    shares, happened = [], 0
    for today in range(horizon):
        happened += runs_on.get(today, 0)
        shares.append(share_of(happened, n, confidence))
    return Curve(n, tuple(s.share for s in shares), tuple(s.low for s in shares), tuple(s.high for s in shares))


def quantiles(days: Iterable[int], shares: Sequence[float] = QUARTILES) -> tuple[int | None, ...]:
    """The first day by which each share of all runs had got there; None where fewer ever did.

    Runs in which it never happened (NEVER) count as later than any day, so that a median over a batch of
    which a third agreed is None rather than the median of the quick third.

    >>> quantiles([5, 3, NEVER, 9])
    (3, 5, 9)
    >>> quantiles([5, NEVER, NEVER])
    (5, None, None)
    """
    return _quantiles(Counter(days), shares)


def _quantiles(runs_on: Mapping[int, int], shares: Sequence[float] = QUARTILES) -> tuple[int | None, ...]:
    return _at(runs_on, [max(1, math.ceil(share * sum(runs_on.values()) - 1e-9)) for share in shares])


def _median_between(runs_on: Mapping[int, int], confidence: float) -> tuple[int | None, int | None]:
    """The interval of the median, from the `rank`-th to the `rank`-th last of all runs in order."""
    n = sum(runs_on.values())
    rank = median_rank(n, confidence)
    if rank == 0:
        return None, None
    low, high = _at(runs_on, [rank, n + 1 - rank])
    return low, high


MOST_EXACT = 1_000
"""Runs up to which the rank is found exactly; beyond, by the normal approximation, rounded outwards."""
FEWEST_FOR_A_MEDIAN = 6
"""Runs from which there is an interval of 95 % for a median."""


def median_rank(n: int, confidence: float = 0.95) -> int:
    """The greatest rank r such that the r-th smallest and the r-th greatest of n values enclose the median.

    They do so with at least the given confidence, whatever the distribution. 0 where n values are too few.

    Source: David and Nagaraja 2003, Order Statistics (3rd ed.), section 7.1: the number of values below the median is
    binomial with probability 1/2.

    >>> median_rank(5), median_rank(6), median_rank(20)
    (0, 1, 6)
    """
    if n > MOST_EXACT:
        return math.floor((n + 1 - normal_quantile(confidence) * math.sqrt(n)) / 2)
    rank, term, below = 0, 1, 0
    while rank < n // 2 and below + term <= (1 - confidence) / 2 * 2**n:
        below += term
        term = term * (n - rank) // (rank + 1)
        rank += 1
    return rank


def _at(runs_on: Mapping[int, int], places: Sequence[int]) -> tuple[int | None, ...]:
    """The days of the runs at some places (from 1) in order of their days; None where they never got there."""
    days = sorted(day for day in runs_on if day != NEVER)
    reached = list(accumulate(runs_on[day] for day in days))
    first = [bisect_left(reached, place) for place in places]
    return tuple(days[at] if at < len(days) else None for at in first)


def summarise(rows: Iterable[Row], horizon: int, confidence: float = 0.95) -> Summary:
    """Put a batch into numbers: every track that some row has an ending for, in the order of the columns.

    `horizon` in days. Raises ValueError at an ending that is not in `ENDINGS`.
    """
    rows = list(rows)
    columns = dict.fromkeys(column for row in rows for column in row)
    names = [column.removesuffix(".ending") for column in columns if column.endswith(".ending")]
    finished = sum(1 for row in rows if any(row.get(f"{name}.ending") for name in names))
    by_track = {name: [row for row in rows if row.get(f"{name}.ending")] for name in names}
    tallies = {name: _count(name, columns, runs) for name, runs in by_track.items()}
    return summary_of(tallies, finished, len(rows) - finished, horizon, confidence)


def _count(track: str, columns: Iterable[str], rows: Sequence[Row]) -> TrackTally:
    tallies = {}
    for column in columns:
        name = column.removeprefix(f"{track}.")
        if name not in {column, "ending"}:
            cells = [int(row.get(column) or 0) for row in rows]
            tallies[name] = Tally(sum(1 for cell in cells if cell > 0), sum(cells), sum(cell * cell for cell in cells))
    agreed_on = Counter(int(row[f"{track}.first_agreed"]) for row in rows)
    return TrackTally(Counter(str(row[f"{track}.ending"]) for row in rows), agreed_on, tallies)


def summary_of(
    tallies: Mapping[str, TrackTally], finished: int, failed: int, horizon: int, confidence: float = 0.95
) -> Summary:
    """Put into numbers what was counted of each track, of which some run has an ending.

    `finished` and `failed` are numbers of runs, `horizon` is in days. Raises ValueError at an ending that is not in
    `ENDINGS`.
    """
    tracks = tuple(_track(name, tally, horizon, confidence) for name, tally in tallies.items() if tally.endings)
    return Summary(finished, failed, horizon, confidence, tracks)


def _track(name: str, tally: TrackTally, horizon: int, confidence: float) -> TrackSummary:
    for ending in tally.endings:
        if ending not in ENDINGS:
            raise ValueError(f"'{ending}' of track '{name}' is no ending: expected one of {', '.join(ENDINGS)}")
    n = sum(tally.endings.values())
    measures = {measure: _mean(tally.columns.get(measure), n, confidence) for measure in MEASURES}
    return TrackSummary(
        track=name,
        n=n,
        endings={e: share_of(tally.endings[e], n, confidence) for e in ENDINGS if e in tally.endings},
        agreed=share_of(n - tally.agreed_on.get(NEVER, 0), n, confidence),
        agreed_by_day=_curve(tally.agreed_on, horizon, confidence),
        days_to_agreement=_quantiles(tally.agreed_on),
        median_day_between=_median_between(tally.agreed_on, confidence),
        deals=measures["deals"],
        days_in_force=measures["days_in_force"],
        days_blocked=measures["days_blocked"],
        persons_agreed=measures["agreed"],
        persons_delivered=measures["delivered"],
        persons_declined=measures["declined"],
        persons_in_gestures=measures["gestures"],
        violations=measures["violations"],
        alleged=measures["alleged"],
        blockers=tuple(
            Blocker(condition, runs, days, _mean(tally.columns.get(f"alone.{condition}"), n, confidence))
            for condition, runs, days in _standing(tally, "blocked.", n, confidence)
        ),
        unlocks=tuple(
            Unlock(tuple(members.split("+")), runs, days)
            for members, runs, days in _standing(tally, "unlock.", n, confidence)
        ),
        holders=tuple(Holder(*held) for held in _standing(tally, "held.", n, confidence)),
    )


def _standing(tally: TrackTally, prefix: str, n: int, confidence: float) -> list[tuple[str, Share, Mean]]:
    """What stood in the way at least once under a prefix of columns: most days first, then by name."""
    table = [
        (column.removeprefix(prefix), share_of(found.positive, n, confidence), _mean(found, n, confidence))
        for column, found in tally.columns.items()
        if column.startswith(prefix) and found.positive
    ]
    return sorted(table, key=lambda entry: (-entry[2].mean, entry[0]))


def _mean(tally: Tally | None, n: int, confidence: float) -> Mean:
    """The mean of a column over n runs: of whole numbers, so that every division comes last."""
    tally = tally or Tally(0, 0, 0)
    if n == 0:
        return Mean(0, math.nan, math.nan, math.nan)
    mean = tally.total / n
    if n == 1:
        return Mean(1, mean, math.nan, math.nan)
    variance = (n * tally.squares - tally.total * tally.total) / (n * (n - 1))
    half = normal_quantile(confidence) * math.sqrt(variance / n)
    return Mean(n, mean, mean - half, mean + half)
