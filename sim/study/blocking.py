"""Which preconditions stood in the way over a batch: each alone or with others, and the smallest sets of them.

Everything here is read from the tables of a batch (docs/reference/results.md); nothing is run again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.study.manifest import BatchManifest
from sim.study.query import tallies
from sim.study.summary import Mean, Share, TrackSummary, TrackTally, Unlock, share_of, summary_of


@dataclass(frozen=True, slots=True)
class InTheWay:
    """How often one precondition (`party.name`) stood in the way on a track."""

    condition: str
    gate: str
    """`enters` where it kept talks from opening, `accepts` where it failed every package that was worth enough."""
    runs: Share
    """Runs in which it stood in the way on at least one day."""
    days: Mean
    """Days a run, runs without any included."""
    runs_alone: Share | None
    """Runs with a day on which relaxing it alone would have opened the zone; None of an entry precondition."""
    days_alone: Mean | None
    """Days a run on which that was so."""


@dataclass(frozen=True, slots=True)
class Blocking:
    """What stood in the way on one track."""

    track: str
    n: int
    """Runs that came to a result."""
    agreed: Share
    """Runs in which a deal was agreed at least once."""
    runs_blocked: Share
    """Runs with at least one day on which every package worth enough to all failed a precondition."""
    days_blocked: Mean
    conditions: tuple[InTheWay, ...]
    """Entry preconditions first; most days first."""
    sets: tuple[Unlock, ...]
    """The smallest sets of acceptance preconditions that would have opened the zone, most days first."""

    @property
    def days(self) -> float:
        """Days a run on which anything stood in the way, entry preconditions counted by the longest."""
        held = [each.days.mean for each in self.conditions if each.gate == "enters"]
        return self.days_blocked.mean + max(held, default=0.0)


def blocking(folder: Path, manifest: BatchManifest, point: int = 0) -> dict[str, Blocking]:
    """What stood in the way at one point of a batch, by track, from its tables.

    Raises:
        Unanswerable: a table is damaged, or nothing is there yet.
    """
    counted = tallies(folder, [point])[point]
    summary = summary_of(counted.tracks, counted.finished, counted.failed, manifest.horizon_of(point))
    return {track.track: blocking_of(track, counted.tracks[track.track]) for track in summary.tracks}


def blocking_of(track: TrackSummary, tally: TrackTally) -> Blocking:
    """What stood in the way on a track, from what was counted of it."""
    entering = [InTheWay(each.condition, "enters", each.runs, each.days, None, None) for each in track.holders]
    accepting = [
        InTheWay(
            condition=each.condition,
            gate="accepts",
            runs=each.runs,
            days=each.days,
            runs_alone=_runs(tally, f"alone.{each.condition}", track.n),
            days_alone=each.days_alone,
        )
        for each in track.blockers
    ]
    return Blocking(
        track=track.track,
        n=track.n,
        agreed=track.agreed,
        runs_blocked=_runs(tally, "days_blocked", track.n),
        days_blocked=track.days_blocked,
        conditions=(*entering, *accepting),
        sets=track.unlocks,
    )


def _runs(tally: TrackTally, column: str, n: int) -> Share:
    found = tally.columns.get(column)
    return share_of(found.positive if found else 0, n)


def most_blocked(found: Mapping[str, Blocking]) -> str:
    """The track on which preconditions stood in the way on most days; of those that are level, the least agreed."""
    return max(found, key=lambda track: (found[track].days, -found[track].agreed.share))
