"""Survival read from stored batches: which deals, of which points, and the variants side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.engine.record import NEVER
from sim.study.manifest import BatchManifest, read_batch_manifest
from sim.study.query import lives, tallies, truces
from sim.study.summary import ENDINGS
from sim.study.survival import Difference, Spells, Survival, compare
from sim.terms import DealEnding

MOST = 6
"""Variants side by side."""
OPEN = DealEnding.OPEN_AT_HORIZON.name.lower()


class Unfit(Exception):
    """Results that cannot say what is asked of them, and why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of results."""

    track: str | None = None
    """None for the only track that agreed truces."""
    days: int = 30
    """Days in force that are looked at: the share of deals that saw so many, and the mean within them."""
    first_only: bool = False
    """Only the first deal of each replication."""
    points: tuple[int, ...] = ()
    """Points of each result; all where none is named."""


@dataclass(frozen=True, slots=True)
class Source:
    """A point of a stored batch."""

    folder: Path
    manifest: BatchManifest
    point: int


@dataclass(frozen=True, slots=True)
class Variant:
    """How long the deals of one point lasted."""

    source: Source
    runs: int
    """Replications that came to a result, with a deal or without."""
    never_in_force: int
    """Deals that were over, or the run, before their first day in force; they are left out."""
    found: Survival


@dataclass(frozen=True, slots=True)
class Survivals:
    """How long deals lasted, variant by variant."""

    asked: Asked
    track: str
    truces_only: bool
    """Whether only deals with a truce count: so wherever the track agreed any."""
    variants: tuple[Variant, ...]
    differences: tuple[Difference, ...]
    """Of every variant but the first from the first."""


def survivals(folders: Sequence[Path], asked: Asked) -> Survivals:
    """How long the deals of stored batches lasted.

    Args:
        folders: of batches, at least one; each point of each is a variant, and the first is what others differ from.
        asked: which deals, and over how many days.

    Raises:
        NotAResult: a folder holds no batch.
        Unanswerable: a table of it is damaged.
        Unfit: no deals were kept, or none is there of the track; too many variants, or a point that is not there.
    """
    sources = [source for folder in folders for source in _points_of(folder, asked.points)]
    if len(sources) > MOST:
        raise Unfit(f"{len(sources)} points are too many to compare: name at most {MOST} with --point")
    held = {folder: _truces_of(folder) for folder in folders}
    track = _track_of(asked.track, held)
    truces_only = any(counts.get(track, 0) for counts in held.values())
    variants = tuple(_variant(source, track, asked, truces_only) for source in sources)
    first, *others = (variant.found for variant in variants)
    differences = tuple(compare(first, other, asked.days) for other in others)
    return Survivals(asked, track, truces_only, variants, differences)


def _points_of(folder: Path, chosen: Sequence[int]) -> list[Source]:
    manifest = read_batch_manifest(folder)
    for point in chosen:
        if not 0 <= point < len(manifest.points):
            raise Unfit(f"'{folder}' has no point {point}: its points go from 0 to {len(manifest.points) - 1}")
    return [Source(folder, manifest, point) for point in chosen or range(len(manifest.points))]


def _truces_of(folder: Path) -> Mapping[str, int]:
    held = truces(folder)
    if not held:
        command = read_batch_manifest(folder).command
        raise Unfit(f"'{folder}' keeps no deals: none was agreed, or it was made without them; to make it: {command}")
    return held


def _track_of(asked: str | None, held: Mapping[Path, Mapping[str, int]]) -> str:
    tracks = sorted({track for counts in held.values() for track in counts})
    if asked is None:
        with_truces = [track for track in tracks if any(counts.get(track, 0) for counts in held.values())]
        if len(with_truces or tracks) == 1:
            return (with_truces or tracks)[0]
        raise Unfit(f"more than one track agreed deals: name one with --track ({', '.join(with_truces or tracks)})")
    for folder, counts in held.items():
        if asked not in counts:
            raise Unfit(f"'{folder}' has no deal of a track '{asked}': it has deals of {', '.join(counts)}")
    return asked


def _variant(source: Source, track: str, asked: Asked, truces_only: bool) -> Variant:
    folder, point = source.folder, source.point
    deals = lives(folder, track, point, truces_only=truces_only, first_only=asked.first_only)
    in_force = np.array(deals.began_on, np.int64) != NEVER
    if not in_force.any():
        raise Unfit(f"'{folder}': no deal of '{track}' was ever in force at point {point}; --point leaves it out")
    ended = set(deals.ending) - {OPEN}
    endings = (OPEN, *(word for word in ENDINGS if word in ended))
    spells = Spells(
        replication=np.array(deals.replication, np.int64)[in_force],
        days=np.array(deals.days_in_force, np.int64)[in_force],
        ending=np.array([endings.index(word) for word in deals.ending], np.int64)[in_force],
        endings=endings,
        seed=source.manifest.seed,
    )
    runs = tallies(folder, [point])[point].finished
    return Variant(source, runs, int(np.count_nonzero(~in_force)), Survival(spells))
