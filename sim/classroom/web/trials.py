"""Replications of a view, counted as they come: what they say, and what differs from the unchanged scenario."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from sim.engine.chunk import ENDINGS as CODES
from sim.engine.chunk import FINE, Chunk
from sim.engine.record import NEVER
from sim.scenario.case import Case
from sim.study.estimates import Estimate
from sim.study.paired import difference_of_means, difference_of_shares
from sim.study.summary import ENDINGS, Summary, Tally, TrackSummary, TrackTally, summary_of

PAIRED = ("ending", "first_agreed", "days_in_force", "days_blocked")
"""Columns of a track of which every replication is kept, to be paired with the same one of the unchanged scenario."""
Numbers = NDArray[numpy.int64]


@dataclass(frozen=True, slots=True)
class Sum:
    """What some replications came to."""

    summary: Summary
    agreed_on: Mapping[str, Mapping[int, int]]
    """Of each track, runs by day of the first agreement, NEVER included."""


class Trials:
    """What replications 0 … n - 1 of a case came to."""

    def __init__(self, case: Case) -> None:
        self.case, self.n = case, 0
        self._fine: list[NDArray[numpy.bool_]] = []
        self._kept: dict[str, list[Numbers]] = {f"{t.name}.{name}": [] for t in case.tracks for name in PAIRED}
        self._tallies: dict[str, Counter[str]] = {}
        self._endings = {track.name: Counter[str]() for track in case.tracks}
        self._agreed = {track.name: Counter[int]() for track in case.tracks}
        self.sums: dict[int, Sum] = {}
        """What the first so many came to, by their number."""

    def add(self, chunk: Chunk) -> None:
        """Count the replications that follow.

        Raises:
            ValueError: others follow first.
        """
        if chunk.first != self.n:
            raise ValueError(f"replication {self.n} follows, not {chunk.first}")
        fine = chunk.status == FINE
        self._fine.append(fine)
        for name, parts in self._kept.items():
            parts.append(chunk.columns[name].astype(numpy.int64))
        for name, column in chunk.columns.items():
            if not name.endswith(".ending") and numpy.issubdtype(column.dtype, numpy.integer):
                self._count(name, column[fine].astype(numpy.int64))
        for track in self.case.tracks:
            endings = numpy.bincount(chunk.columns[f"{track.name}.ending"][fine], minlength=len(CODES))
            self._endings[track.name].update({CODES[code]: int(n) for code, n in enumerate(endings) if n})
            days, runs = numpy.unique(chunk.columns[f"{track.name}.first_agreed"][fine], return_counts=True)
            self._agreed[track.name].update(dict(zip(days.tolist(), runs.tolist(), strict=True)))
        self._count_unlocks(chunk, fine)
        self.n += chunk.count

    def _count(self, name: str, column: Numbers) -> None:
        found = {
            "positive": int((column > 0).sum()),
            "total": int(column.sum()),
            "squares": int((column * column).sum()),
        }
        self._tallies.setdefault(name, Counter()).update(found)

    def _count_unlocks(self, chunk: Chunk, fine: NDArray[numpy.bool_]) -> None:
        some = fine[chunk.unlock_replication - chunk.first]
        sets = numpy.stack([chunk.unlock_track[some], chunk.unlock_mask[some]], axis=1)
        days = chunk.unlock_days[some].astype(numpy.int64)
        for pair in numpy.unique(sets, axis=0):
            self._count(chunk.unlock_name(int(pair[0]), int(pair[1])), days[(sets == pair).all(axis=1)])

    def fine(self, n: int) -> NDArray[numpy.bool_]:
        """[replication]: whether each of the first n came to a result."""
        return numpy.concatenate(self._fine)[:n] if self._fine else numpy.zeros(0, bool)

    def column(self, name: str, n: int) -> Numbers:
        """A column that is kept, of the first n replications."""
        return numpy.concatenate(self._kept[name])[:n] if self._kept[name] else numpy.zeros(0, numpy.int64)

    def sum_up(self) -> None:
        """Keep what the replications so far came to."""
        if self.n not in self.sums:
            finished = int(self.fine(self.n).sum())
            tallies = {track.name: self._tally(track.name) for track in self.case.tracks}
            summary = summary_of(tallies, finished, self.n - finished, self.case.horizon)
            self.sums[self.n] = Sum(summary, {track: dict(days) for track, days in self._agreed.items()})

    def _tally(self, track: str) -> TrackTally:
        prefix = f"{track}."
        columns = {
            name.removeprefix(prefix): Tally(found["positive"], found["total"], found["squares"])
            for name, found in self._tallies.items()
            if name.startswith(prefix)
        }
        return TrackTally(self._endings[track], self._agreed[track], columns)


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs on a track from the unchanged scenario, over the same replications of both."""

    pairs: int
    agreed: Estimate
    endings: Mapping[str, Estimate]
    days_in_force: Estimate
    days_blocked: Estimate
    flips: int
    """Pairs that end otherwise."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What some replications of a view say, and what the same of the unchanged scenario say."""

    trials: Trials
    unchanged: Trials
    n: int
    """Replications so far: the first n of both."""
    asked: int
    """Replications that are asked for in all."""
    differs: bool
    """Whether the view changes anything."""
    remarks: tuple[str, ...] = ()

    @property
    def now(self) -> Sum:
        """Of the view."""
        return self.trials.sums[self.n]

    @property
    def before(self) -> Sum:
        """Of the unchanged scenario."""
        return self.unchanged.sums[self.n]

    def tracks(self) -> Iterable[tuple[TrackSummary, TrackSummary | None, Changes | None]]:
        """Of each track what was found, what is found without any change, and the difference."""
        before = {track.track: track for track in self.before.summary.tracks}
        for track in self.now.summary.tracks:
            yield track, before.get(track.track), self.changes(track.track) if self.differs else None

    def changes(self, track: str) -> Changes:
        """What differs on a track, replication by replication."""
        n = self.n
        both = self.trials.fine(n) & self.unchanged.fine(n)

        def pair(column: str) -> tuple[Numbers, Numbers]:
            name = f"{track}.{column}"
            return self.unchanged.column(name, n)[both], self.trials.column(name, n)[both]

        pairs = int(both.sum())
        first, second = pair("first_agreed")
        ends = pair("ending")
        return Changes(
            pairs=pairs,
            agreed=_shares(first != NEVER, second != NEVER),
            endings={e: _shares(*(end == CODES.index(e) for end in ends)) for e in ENDINGS},
            days_in_force=_means(*pair("days_in_force")),
            days_blocked=_means(*pair("days_blocked")),
            flips=int((ends[0] != ends[1]).sum()),
        )


def _shares(first: NDArray[numpy.bool_], second: NDArray[numpy.bool_]) -> Estimate:
    only = [int((one & ~other).sum()) for one, other in ((first, second), (second, first))]
    return difference_of_shares(len(first), *only)


def _means(first: Numbers, second: Numbers) -> Estimate:
    gaps = second - first
    return difference_of_means(len(gaps), int(gaps.sum()), int((gaps * gaps).sum()))
