"""What a task has measured: numbers of batches and runs, each with its interval; a pair of scenarios pair by pair."""

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy

from sim.engine import model
from sim.engine.chunk import ENDINGS, Chunk, Column
from sim.engine.log import Alleged, Entry, Violated
from sim.study.computing import ENGINES, CannotCompile
from sim.study.outcome import DAYS, Outcome, UnknownOutcome, require_fine
from sim.study.paired import difference_of_reals, difference_of_shares
from sim.study.summary import mean_of, median_rank, share_of

if TYPE_CHECKING:
    from sim.classroom.criteria import Measured
    from sim.classroom.handed_in import HandedIn
    from sim.scenario.case import Case

FINER = (1, 4, 16)
"""Where an interval does not tell, batches so many times as large are asked."""


class Measurement(NamedTuple):
    """A number with its 95 % interval; a share in per cent, a difference of shares in points."""

    value: float
    low: float
    high: float
    runs: int

    def __str__(self) -> str:
        """As a teacher reads it."""
        if self.runs == 1:
            return f"{self.value:g}"
        return f"{self.value:.3g} ({self.low:.3g} to {self.high:.3g}, {self.runs:,} runs)"


@dataclass(slots=True)
class Bench:
    """Measures scenarios of one student; every batch is run once."""

    handed_in: "HandedIn"
    seed: int
    replications: int
    finer: tuple[int, ...] = field(default_factory=lambda: FINER if find_spec("numba") else FINER[:1])
    """What batches are multiplied by where an interval does not tell; not without a compiler, as it would take long."""
    _batches: dict[tuple[str, int], dict[str, Column]] = field(default_factory=dict)

    def estimate(self, asked: "Measured", finer: int = 1) -> Measurement:
        """What is asked, over `finer` times the replications of the task.

        Raises:
            InvalidScenario: a scenario is faulty.
            UnknownOutcome: it has no such column.
            RunsFailed: some runs came to no result.
        """
        if asked.kind == "run":
            value = float(self._run(asked, asked.of))
            return Measurement(value, value, value, 1)
        if asked.kind == "gap":
            value = self._gap(asked)
            return Measurement(value, value, value, 1)
        if asked.kind == "median":
            return self._median(asked, finer)
        values = self._values(asked, asked.scenario, asked.changes, finer)
        if not asked.less:
            return _level(asked, values)
        return difference(asked.kind, values, self._values(asked, asked.less, [], finer))

    def between(self, one: "Measured", other: "Measured", finer: int = 1) -> Measurement:
        """The number of one less that of another, pair by pair."""
        values = (self._values(each, each.scenario, each.changes, finer) for each in (one, other))
        return difference(one.kind, *values)

    def ending(self, asked: "Measured") -> str:
        """The ending of a track in one run, as a word."""
        return ENDINGS[int(self._run(asked, asked.of))]

    def day(self, asked: "Measured", number: float) -> datetime.date | None:
        """The date of a day of a scenario."""
        start: datetime.date = self.handed_in.case(asked.scenario, tuple(asked.changes)).start
        return start + datetime.timedelta(days=int(number)) if math.isfinite(number) and number >= 0 else None

    def columns(self, case: "Case", replications: int, first: int = 0) -> dict[str, Column]:
        """The columns of a batch of a case. Raises RunsFailed."""
        key = (case.digest, replications if first == 0 else -1 - first)
        if key not in self._batches:
            self._batches[key] = run(case, self.seed, first, replications)
        return self._batches[key]

    def _run(self, asked: "Measured", column: str) -> float:
        case = self.handed_in.case(asked.scenario, tuple(asked.changes))
        columns = (
            self.columns(case, 1, asked.replication) if asked.replication else self.columns(case, self.replications)
        )
        if column in columns:
            return float(columns[column][0])
        counted = counts(case, model.run(case, self.seed, asked.replication).log)
        if column not in counted:
            Outcome.read(column, [*columns, *counted])
        return float(counted[column])

    def _gap(self, asked: "Measured") -> float:
        case = self.handed_in.case(asked.scenario, tuple(asked.changes))
        if asked.of not in [track.name for track in case.tracks]:
            raise UnknownOutcome(f"there is no track '{asked.of}'")
        record = model.run(case, self.seed, asked.replication, logs=False).record
        days = [deal.agreed_on for deal in record.deals if deal.track == asked.of]
        return float(max((after - before for before, after in pairwise(days)), default=0))

    def _median(self, asked: "Measured", finer: int) -> Measurement:
        case = self.handed_in.case(asked.scenario, tuple(asked.changes))
        columns = self.columns(case, self.replications * finer)
        column = asked.of if asked.of in columns else Outcome.read(asked.of, columns).column
        values = columns[column].astype(float)
        if column.rpartition(".")[2] in DAYS:
            values = numpy.where(values < 0, numpy.inf, values)
        n, rank, ordered = len(values), median_rank(len(values)), numpy.sort(values)
        low, high = (ordered[rank - 1], ordered[n - rank]) if rank else (-math.inf, math.inf)
        return Measurement(float(ordered[math.ceil(n / 2) - 1]), float(low), float(high), n)

    def _values(self, asked: "Measured", scenario: str, changes: list[str], finer: int) -> Column:
        columns = self.columns(self.handed_in.case(scenario, tuple(changes)), self.replications * finer)
        values = Outcome.read(asked.of, columns).of(columns)
        if not asked.per:
            return values
        others = Outcome.read(asked.per, columns).of(columns)
        if not others.any():
            raise UnknownOutcome(f"no run has anything under '{asked.per}' to divide by")
        return by(values, others)


def run(case: "Case", seed: int, first: int, count: int) -> dict[str, Column]:
    """Columns of a batch, on compiled code, or as Mesa models where there is no compiler: the same numbers, slowly.

    Raises:
        RunsFailed: some runs came to no result.
    """
    try:
        engine = ENGINES["compiled"]
        some = engine.ready(case, seed, False)
    except CannotCompile:
        engine = ENGINES["mesa"]
        some = engine.ready(case, seed, False)
    starts = range(first, first + count, engine.at_once)
    chunks: list[Chunk] = [some(at, min(engine.at_once, first + count - at)) for at in starts]
    for chunk in chunks:
        require_fine(chunk.status)
    return {name: numpy.concatenate([chunk.columns[name] for chunk in chunks]) for name in chunks[0].columns}


def _level(asked: "Measured", values: Column) -> Measurement:
    if asked.kind == "share":
        share = share_of(int(values.sum()), len(values))
        return Measurement(100 * share.share, 100 * share.low, 100 * share.high, len(values))
    mean = mean_of(values.tolist())
    return Measurement(mean.mean, mean.low, mean.high, len(values))


def difference(kind: str, values: Column, others: Column) -> Measurement:
    """One less the other, pair by pair, over the replications of both."""
    n = len(values)
    if kind == "share":
        lost, won = int((others > values).sum()), int((values > others).sum())
        found = difference_of_shares(n, lost, won)
        return Measurement(100 * found.value, 100 * found.low, 100 * found.high, n)
    found = difference_of_reals((values - others).tolist())
    return Measurement(found.value, found.low, found.high, n)


def by(values: Column, others: Column) -> Column:
    """A ratio of two means, as numbers whose mean it is and whose spread is that of its linearised error.

    So ratios have intervals and paired differences like any mean. Some of the others are not 0.

    >>> by(numpy.array([4.0, 0.0, 2.0]), numpy.array([2.0, 0.0, 1.0]))
    array([2., 2., 2.])
    """
    mean = float(others.mean())
    ratio = float(values.mean()) / mean
    return numpy.asarray(ratio + (values - ratio * others) / mean)


def counts(case: "Case", entries: Iterable[Entry]) -> dict[str, int]:
    """What a log counts: what is alleged, `easter.alleged.russia`, and what was done, `easter.violations.russia`."""
    names = [*(act.name for act in case.acts), *(track.name for track in case.tracks)]
    parties = [party.name for party in case.parties]
    counted = dict.fromkeys(
        (f"{name}.{what}.{party}" for name in names for what in ("alleged", "violations") for party in parties), 0
    )
    for entry in entries:
        if isinstance(entry, Alleged):
            counted[f"{entry.track}.alleged.{entry.by}"] += entry.count
        elif isinstance(entry, Violated):
            counted[f"{entry.track}.violations.{entry.party}"] += entry.count
    return counted


def widened(estimate: Measurement, by: float) -> Measurement:
    """The same with a wider interval."""
    return estimate._replace(low=estimate.low - by, high=estimate.high + by)
