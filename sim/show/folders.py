"""The figures of a result folder: drawn when the result is made, and again from what is stored."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.engine.model import Run
from sim.engine.record import RunRecord, TalksRecord
from sim.show import outcomes, style, timeline, utility_space
from sim.show.files import save
from sim.show.labels import Labels
from sim.study import store, summary

LEVELS = ("weariness", "trust")
"""What the timeline draws as curves, from the columns of the daily table."""


def labels_of(manifest: store.Manifest) -> Labels:
    """The labels that a result was stored with."""
    return Labels(**manifest.labels)


def draw_run(folder: Path, run: Run, manifest: store.Manifest, packages: store.Packages) -> tuple[Path, ...]:
    """Draw one run into its folder: its timeline, and the utility space of each track's decisive talks."""
    labels = labels_of(manifest)
    drawing = timeline.timeline(
        run.record, run.log, manifest.start, labels, title=manifest.title, levels=_levels(run, labels)
    )
    files = list(save(drawing.figure, folder / "timeline", drawing.data, drawing.alt))
    note = style.caption(1, run.record.seed, run.record.replication)
    for talks in _decisive(run.record):
        drawing = utility_space.utility_space(talks, labels, packages=packages[talks.track], note=note)
        files += save(drawing.figure, folder / f"space-{talks.track}", drawing.data, drawing.alt)
    return tuple(files)


def _decisive(record: RunRecord) -> Iterator[TalksRecord]:
    """The talks of each track that led to its first agreement; otherwise its last."""
    for track in record.tracks:
        held = [talks for talks in record.talks if talks.track == track.track]
        agreed = [talks for talks in held if talks.ending == "agreed"]
        yield from (agreed[:1] or held[-1:])


def _levels(run: Run, labels: Labels) -> dict[str, list[float]]:
    levels = {}
    for column in run.days.columns:
        match str(column).split("."):
            case [party, "weariness"]:
                levels[f"weariness of {labels.party(party)}"] = run.days[column].tolist()
            case [party, "trust", other]:
                levels[f"trust of {labels.party(party)} in {labels.party(other)}"] = run.days[column].tolist()
    return levels


def draw_batch(folder: Path, rows: Sequence[Mapping[str, Any]], manifest: store.Manifest) -> tuple[Path, ...]:
    """Draw a batch into its folder: how the tracks ended, and how soon they came to agreement."""
    found = summary.summarise(rows, manifest.horizon)
    drawing = outcomes.outcomes(found, labels_of(manifest), seed=manifest.question.seed, title=manifest.title)
    return save(drawing.figure, folder / "outcomes", drawing.data, drawing.alt)


def redraw(folder: Path) -> tuple[Path, ...]:
    """Draw the figures of a stored result again, over those that stand there.

    Raises:
        NotAResult: the folder holds no complete result.
        OSError: a figure cannot be written.
    """
    manifest = store.read_manifest(folder)
    if manifest.question.kind == "run":
        return draw_run(folder, store.read_run(folder), manifest, store.read_packages(folder))
    return draw_batch(folder, store.read_rows(folder), manifest)
