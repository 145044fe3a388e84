"""The figures of a result folder: drawn when the result is made, and again from what is stored."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sim.engine.record import Run, RunRecord, TalksRecord
from sim.show import outcomes, points, style, timeline, utility_space
from sim.show.files import Drawing, save
from sim.show.labels import Labels
from sim.study import results
from sim.study.manifest import BatchManifest
from sim.study.summary import Summary

MOST_DRAWN = 8
"""Points of a batch that get figures of their own."""


def labels_of(manifest: results.Manifest) -> Labels:
    """The labels that a result was stored with."""
    return Labels(**manifest.labels)


def draw_run(folder: Path, run: Run, manifest: results.Manifest, packages: results.Packages) -> tuple[Path, ...]:
    """Draw one run into its folder: its timeline, and the utility space of each track's decisive talks."""
    return save_all(folder, run_drawings(run, manifest, packages))


def run_drawings(run: Run, manifest: results.Manifest, packages: results.Packages) -> Iterator[tuple[str, Drawing]]:
    """The figures of one run, by name: `timeline`, and `space-<track>` for each track that held talks."""
    labels = labels_of(manifest)
    yield (
        "timeline",
        timeline.timeline(run.record, run.log, manifest.start, labels, title=manifest.title, levels=levels_of(run)),
    )
    note = style.caption(1, run.record.seed, run.record.replication)
    for talks in _decisive(run.record):
        yield (
            f"space-{talks.track}",
            utility_space.utility_space(talks, labels, packages=packages[talks.track], note=note, start=manifest.start),
        )


def save_all(folder: Path, drawings: Iterable[tuple[str, Drawing]]) -> tuple[Path, ...]:
    """Write figures into a folder, each under its name; returns the files. Raises OSError."""
    return tuple(file for name, each in drawings for file in save(each.figure, folder / name, each.data, each.alt))


def keep_run(folder: Path, run: Run, manifest: results.Manifest, packages: results.Packages) -> None:
    """Keep one run with its figures, in a folder that is there whole or not at all.

    Raises:
        NotAResult: something else stands there.
        OSError: the place cannot be written.
    """
    with results.staged(folder) as fresh:
        results.write_run(fresh, run, manifest, packages)
        draw_run(fresh, run, manifest, packages)


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
    return save_all(folder, batch_drawings(manifest, found)) if len(manifest.points) <= MOST_DRAWN else ()


def batch_drawings(manifest: BatchManifest, found: Mapping[int, Summary]) -> Iterator[tuple[str, Drawing]]:
    """A figure for each point, by name: `outcomes`, or `outcomes-000` and on where there are several."""
    for point, summary in found.items():
        labels = Labels(**manifest.scenario_of(point).labels)
        name = "outcomes" if len(manifest.points) == 1 else f"outcomes-{point:03d}"
        title = points.describe(manifest, point)
        yield name, outcomes.outcomes(summary, labels, seed=manifest.seed, title=title)
