"""What a report is asked for, and what all of its sections look at."""

import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sim.scenario.case import Case, TrackCase
from sim.scenario.faults import Fault
from sim.scenario.reading import Reading, read
from sim.show.labels import Labels
from sim.study.manifest import BatchManifest, ScenarioEntry
from sim.study.plan import setting_text
from sim.study.unlocking import Target, target_of

HELD = 30
"""Days in force that a track is asked for whose truces are longer, or have no end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line."""

    result: Path
    question: str = ""
    track: str | None = None
    target: str | None = None
    point: int | None = None
    others: tuple[str, ...] = ()
    """Further variants: folders of batches, `FOLDER#POINT`, scenario files."""
    out: Path | None = None

    @property
    def command(self) -> str:
        """The command that makes the report again."""
        words = ["parley", "report", str(self.result)]
        for name, value in (
            ("--question", self.question or None), ("--track", self.track), ("--target", self.target),
            ("--point", self.point), *(("--with", other) for other in self.others),
        ):  # fmt: skip
            words += [name, str(value)] if value is not None else []
        return shlex.join(words)


Warn = Callable[[Iterable[Fault]], None]
Write = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """A point of a batch, its track and target, and its scenario as far as it is still what the batch ran."""

    asked: Asked
    manifest: BatchManifest
    point: int
    track: str
    case: Case | None
    why_not: str
    """Why there is no scenario."""
    target: Target | None
    write: Write
    warn: Warn

    @property
    def folder(self) -> Path:
        """Of the batch."""
        return self.asked.result

    @property
    def entry(self) -> ScenarioEntry:
        """The scenario of the point, before factors."""
        return self.manifest.scenario_of(self.point)

    @property
    def labels(self) -> Labels:
        """What a reader calls its names."""
        return Labels(**self.entry.labels)

    @property
    def horizon(self) -> int:
        """Days of a run."""
        return self.manifest.horizon_of(self.point)

    @property
    def sets(self) -> tuple[str, ...]:
        """Changes to the scenario's file, those of the point's factors included."""
        return (*self.entry.sets, *settings_of(self.manifest, self.point))

    @property
    def days(self) -> int:
        """Days in force that are looked at."""
        return self.target.held if self.target is not None and self.target.held else HELD

    def reading(self) -> Reading:
        """The scenario as it was read."""
        return read(self.entry.file, self.sets)


def settings_of(manifest: BatchManifest, point: int) -> tuple[str, ...]:
    """The factors of a point, as changes to its file."""
    values = zip(manifest.factors, manifest.points[point].settings, strict=True)
    return tuple(setting_text(path, value) for path, value in values)


def default_target(case: Case, track: str) -> str:
    """What is asked of a track, if nobody says: that its shortest truce holds, HELD days at most, or a deal."""
    found = next(each for each in case.tracks if each.name == track)
    days = shortest_truce(found)
    return f"held{days}" if days and days < case.horizon else "agreed"


def shortest_truce(track: TrackCase) -> int:
    """Days of the shortest truce that its menu has, HELD at most; 0 for none."""
    terms = [HELD if kind.without_end else round(kind.days) for kind in track.space.kinds if track.has_truce]
    return min((HELD, *(days for days in terms if days > 0))) if terms else 0


__all__ = ["HELD", "Asked", "Desk", "default_target", "settings_of", "shortest_truce", "target_of"]
