"""The figures of a result folder: drawn when the result is made, and again from what is stored."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from sim.engine.record import Run, RunRecord, TalksRecord
from sim.show import outcomes, points, style, timeline, utility_space
from sim.show.files import save
from sim.show.labels import Labels
from sim.study import results
from sim.study.manifest import BatchManifest, is_batch, read_batch_manifest
from sim.study.query import summaries
from sim.study.summary import Summary

MOST_DRAWN = 8
"""Points of a batch that get figures of their own."""


def labels_of(manifest: results.Manifest) -> Labels:
    """The labels that a result was stored with."""
    return Labels(**manifest.labels)


def draw_run(folder: Path, run: Run, manifest: results.Manifest, packages: results.Packages) -> tuple[Path, ...]:
    """Draw one run into its folder: its timeline, and the utility space of each track's decisive talks."""
    labels = labels_of(manifest)
    levels = levels_of(run)
    drawing = timeline.timeline(run.record, run.log, manifest.start, labels, title=manifest.title, levels=levels)
    files = list(save(drawing.figure, folder / "timeline", drawing.data, drawing.alt))
    note = style.caption(1, run.record.seed, run.record.replication)
    for talks in _decisive(run.record):
        drawing = utility_space.utility_space(
            talks, labels, packages=packages[talks.track], note=note, start=manifest.start
        )
        files += save(drawing.figure, folder / f"space-{talks.track}", drawing.data, drawing.alt)
    return tuple(files)


def _decisive(record: RunRecord) -> Iterator[TalksRecord]:
    """The talks of each track that led to its first agreement; otherwise its last."""
    for track in record.tracks:
        held = [talks for talks in record.talks if talks.track == track.track]
        agreed = [talks for talks in held if talks.ending == "agreed"]
        yield from (agreed[:1] or held[-1:])


def levels_of(run: Run) -> dict[str, list[float]]:
    """What the timeline draws as curves: columns of the daily table about trust, and weariness if any."""
    levels: dict[str, list[float]] = {}
    for kind in ("weariness", "trust"):
        columns = [column for column in map(str, run.days.columns) if column.split(".")[1:2] == [kind]]
        if kind == "trust" or run.days[columns].any(axis=None):
            levels |= {column: run.days[column].tolist() for column in columns}
    return levels


def draw_batch(folder: Path, manifest: BatchManifest, found: Mapping[int, Summary]) -> tuple[Path, ...]:
    """Draw a batch into its folder, point by point: how the tracks ended, and how soon they came to agreement.

    Of a batch with more than MOST_DRAWN points nothing is drawn.
    """
    files: list[Path] = []
    for point, summary in found.items() if len(manifest.points) <= MOST_DRAWN else ():
        labels = Labels(**manifest.scenario_of(point).labels)
        drawing = outcomes.outcomes(summary, labels, seed=manifest.seed, title=points.describe(manifest, point))
        name = "outcomes" if len(manifest.points) == 1 else f"outcomes-{point:03d}"
        files += save(drawing.figure, folder / name, drawing.data, drawing.alt)
    return tuple(files)


def redraw(folder: Path) -> tuple[Path, ...]:
    """Draw the figures of a stored result again, over those that stand there.

    Raises:
        NotAResult: the folder holds no complete result.
        Unanswerable: a table of a batch is damaged, or none is there yet.
        OSError: a figure cannot be written.
    """
    if is_batch(folder):
        manifest = read_batch_manifest(folder)
        return draw_batch(folder, manifest, summaries(folder, manifest, MOST_DRAWN))
    of_run = results.read_manifest(folder)
    return draw_run(folder, results.read_run(folder), of_run, results.read_packages(folder))
