"""What a batch of runs says: endings, days and totals, each with its uncertainty.

Everything here is a pure function of rows as `RunRecord.row` leaves them (see docs/reference/record.md). A row
without an ending for a track (a replication that failed) does not count for that track. Intervals describe the
luck of the draws within one batch, not doubt about the model.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev
from typing import Any

from sim.engine.record import NEVER
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
    deals: Mean
    days_in_force: Mean
    days_blocked: Mean
    persons_agreed: Mean
    persons_delivered: Mean
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
    z = _normal_quantile(confidence)
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
    half = _normal_quantile(confidence) * stdev(values) / math.sqrt(len(values))
    return Mean(len(values), mean, mean - half, mean + half)


def by_day(days: Sequence[int], horizon: int, confidence: float = 0.95) -> Curve:
    """The share of runs in which something had happened by each day 0 … `horizon` - 1.

    `days` holds one day a run, NEVER where it did not happen.

    >>> by_day([1, NEVER], 3).share
    (0.0, 0.5, 0.5)
    """
    happened = sorted(day for day in days if day != NEVER)
    counts = [bisect_right(happened, today) for today in range(horizon)]
    shares = [share_of(count, len(days), confidence) for count in counts]
    return Curve(len(days), tuple(s.share for s in shares), tuple(s.low for s in shares), tuple(s.high for s in shares))


def quantiles(days: Sequence[int], shares: Sequence[float] = QUARTILES) -> tuple[int | None, ...]:
    """The first day by which each share of all runs had got there; None where fewer ever did.

    Runs in which it never happened (NEVER) count as later than any day, so that a median over a batch of
    which a third agreed is None rather than the median of the quick third.

    >>> quantiles([5, 3, NEVER, 9])
    (3, 5, 9)
    >>> quantiles([5, NEVER, NEVER])
    (5, None, None)
    """
    happened = sorted(day for day in days if day != NEVER)
    places = [max(1, math.ceil(share * len(days) - 1e-9)) for share in shares]
    return tuple(happened[place - 1] if place <= len(happened) else None for place in places)


def summarise(rows: Iterable[Row], horizon: int, confidence: float = 0.95) -> Summary:
    """Put a batch into numbers: every track that some row has an ending for, in the order of the columns.

    `horizon` in days. Raises ValueError at an ending that is not in `ENDINGS`.
    """
    rows = list(rows)
    names: dict[str, None] = {}
    for row in rows:
        names |= dict.fromkeys(column.removesuffix(".ending") for column in row if column.endswith(".ending"))
    by_track = {name: [row for row in rows if row.get(f"{name}.ending")] for name in names}
    finished = sum(1 for row in rows if any(row.get(f"{name}.ending") for name in names))
    tracks = tuple(_track(name, runs, horizon, confidence) for name, runs in by_track.items() if runs)
    return Summary(finished, len(rows) - finished, horizon, confidence, tracks)


def _track(name: str, rows: Sequence[Row], horizon: int, confidence: float) -> TrackSummary:
    def mean(column: str) -> Mean:
        return mean_of(_cells(rows, f"{name}.{column}"), confidence)

    agreed_on = [int(day) for day in _cells(rows, f"{name}.first_agreed")]
    return TrackSummary(
        track=name,
        n=len(rows),
        endings=_endings(name, rows, confidence),
        agreed=share_of(sum(1 for day in agreed_on if day != NEVER), len(rows), confidence),
        agreed_by_day=by_day(agreed_on, horizon, confidence),
        days_to_agreement=quantiles(agreed_on),
        deals=mean("deals"),
        days_in_force=mean("days_in_force"),
        days_blocked=mean("days_blocked"),
        persons_agreed=mean("agreed"),
        persons_delivered=mean("delivered"),
        persons_in_gestures=mean("gestures"),
        violations=mean("violations"),
        alleged=mean("alleged"),
        blockers=_blockers(name, rows, confidence),
        unlocks=tuple(
            Unlock(tuple(members.split("+")), runs, days)
            for members, runs, days in _standing(rows, f"{name}.unlock.", confidence)
        ),
        holders=tuple(Holder(*held) for held in _standing(rows, f"{name}.held.", confidence)),
    )


def _endings(name: str, rows: Sequence[Row], confidence: float) -> dict[str, Share]:
    found = [str(row[f"{name}.ending"]) for row in rows]
    for ending in found:
        if ending not in ENDINGS:
            raise ValueError(f"'{ending}' of track '{name}' is no ending: expected one of {', '.join(ENDINGS)}")
    return {ending: share_of(found.count(ending), len(found), confidence) for ending in ENDINGS if ending in found}


def _blockers(name: str, rows: Sequence[Row], confidence: float) -> tuple[Blocker, ...]:
    return tuple(
        Blocker(condition, runs, days, mean_of(_cells(rows, f"{name}.alone.{condition}"), confidence))
        for condition, runs, days in _standing(rows, f"{name}.blocked.", confidence)
    )


def _standing(rows: Sequence[Row], prefix: str, confidence: float) -> list[tuple[str, Share, Mean]]:
    """What stood in the way at least once under a prefix of columns: most days first, then by name."""
    columns = dict.fromkeys(column for row in rows for column in row if column.startswith(prefix))
    table = []
    for column in columns:
        days = _cells(rows, column)
        runs = share_of(sum(1 for count in days if count > 0), len(rows), confidence)
        if runs.count:
            table.append((column.removeprefix(prefix), runs, mean_of(days, confidence)))
    return sorted(table, key=lambda entry: (-entry[2].mean, entry[0]))


def _cells(rows: Sequence[Row], column: str) -> list[float]:
    """A column as numbers; an absent or empty cell is 0."""
    return [float(row.get(column) or 0) for row in rows]


def _normal_quantile(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence {confidence} is out of range: must lie strictly between 0 and 1")
    return NormalDist().inv_cdf((1 + confidence) / 2)
