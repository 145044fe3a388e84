"""Runs and batches: made from a scenario, or read from a folder in which they were kept."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas

from sim.engine import model
from sim.engine.record import Run as Lived
from sim.laboratory.checking import require_kind, require_whole
from sim.laboratory.scenario import Changes, Scenario, load
from sim.laboratory.telling import log, text_of
from sim.show import batches, folders, labels, narrate, points, tables
from sim.show.labels import Labels
from sim.study import results as stored
from sim.study.computing import CannotCompile, prepare
from sim.study.dictionary import dictionary
from sim.study.listing import RUN, kind_of
from sim.study.manifest import BatchManifest, is_batch, read_batch_manifest
from sim.study.options import Options
from sim.study.plan import setting_text
from sim.study.query import frame_of, summaries
from sim.study.summary import Blocker, Holder, Share, Summary, TrackSummary


@dataclass(frozen=True, slots=True, repr=False)
class Run:
    """One run of a scenario: what happened, day by day."""

    lived: Lived
    """Its record, its log of events, and its days."""
    manifest: stored.Manifest
    """How it was made."""
    packages: stored.Packages = field(repr=False)
    """The terms of every package, by track and number."""
    folder: Path | None = None
    """Where it is kept, if it is."""

    @property
    def row(self) -> pandas.Series:
        """The row that it leaves in a batch: a value by column, named by the replication."""
        return pandas.Series(self.lived.record.row(), dtype=object, name=self.lived.record.replication)

    @property
    def days(self) -> pandas.DataFrame:
        """The daily table: a row for each day, from 0; levels of the parties at its end, and what it counted."""
        return self.lived.days

    @property
    def story(self) -> pandas.DataFrame:
        """The narrated timeline, a row a line: `day`, `date`, `track`, `text`, `claim` (that it rests on, if any)."""
        rows = [(line.day, line.date, line.track, line.text, line.claim) for line in self._lines()]
        return pandas.DataFrame(rows, columns=["day", "date", "track", "text", "claim"])

    def _lines(self) -> list[narrate.Line]:
        words, run = folders.labels_of(self.manifest), self.lived
        return narrate.narrate(run.log, self.manifest.start, words, talks=run.record.talks)

    def __repr__(self) -> str:
        """The story, and what became of every track: what `parley run` prints."""
        record, words = self.lived.record, folders.labels_of(self.manifest)
        return text_of([lambda console: tables.tell(console, self._lines()), *tables.of_run(record, words)])


class Batch:
    """Many runs of a scenario, or of several points of it, as Parquet files in a folder.

    The folder of a batch that was not kept is taken away when nothing refers to the batch any more.
    """

    def __init__(self, folder: Path, remarks: Sequence[str] = (), *, passing: Path | None = None) -> None:
        """A batch in a folder; `passing` is taken away with it. Raises NotAResult: it is no batch."""
        self.folder = folder
        self.remarks = tuple(remarks)
        """What the command would tell besides: failed runs, damage that was mended."""
        self.manifest: BatchManifest = read_batch_manifest(folder)
        if passing is not None:
            weakref.finalize(self, shutil.rmtree, passing, ignore_errors=True)

    @property
    def runs(self) -> pandas.DataFrame:
        """Every run, a row each, by point and replication; `columns` says what stands in each column.

        Raises:
            Unanswerable: a table is damaged.
        """
        return self.query("select * from runs order by point, replication")

    @property
    def columns(self) -> pandas.DataFrame:
        """The dictionary of `runs`: a row for each column, with its `unit` and `meaning`, indexed by its name."""
        names = list(self.query("select * from runs limit 0").columns)
        rows = dictionary(names, self.manifest.factors)
        return pandas.DataFrame(rows, columns=["column", "unit", "meaning"]).set_index("column")

    @property
    def deals(self) -> pandas.DataFrame:
        """Every deal of every run, a row each: see docs/reference/results.md; no rows where none was agreed."""
        return self._beside("deals", "point, replication, track, number")

    @property
    def unlocks(self) -> pandas.DataFrame:
        """The sets of preconditions that would have opened a zone of agreement, a row for each run and set."""
        return self._beside("unlocks", "point, replication, track, conditions")

    def _beside(self, table: str, order: str) -> pandas.DataFrame:
        if not any((self.folder / table).glob("*.parquet")):
            return pandas.DataFrame()
        return self.query(f"select * from {table} order by {order}")

    def query(self, sql: str) -> pandas.DataFrame:
        """Ask in SQL: the tables are `runs`, `unlocks` and `deals`.

        Raises:
            Unanswerable: DuckDB cannot answer.
        """
        return frame_of(self.folder, sql)

    def summary(self, point: int = 0) -> Summary:
        """A point in numbers, with their intervals.

        Raises:
            IndexError: there is no such point.
        """
        self._require(point)
        return summaries(self.folder, self.manifest, point + 1)[point]

    def outcomes(self) -> pandas.DataFrame:
        """In how many runs what happened: a row for each point, track and outcome.

        `outcome` is `ever_agreed` or `ending.<ending>`; `runs` of `of` runs are a `share` (0 to 1) with its 95 %
        interval of Wilson, `low` to `high`, which describes the luck of the draws and no doubt about the model.
        """
        rows = [
            {**self._point(point), "track": track.track, "outcome": outcome, **_share(share)}
            for point, summary in self._summaries().items()
            for track in summary.tracks
            for outcome, share in _shares(track)
        ]
        return pandas.DataFrame(rows)

    def in_the_way(self) -> pandas.DataFrame:
        """What stood in the way of an agreement: a row for each point, track and precondition.

        `gate` is `accepts`, or `enters` for what kept talks from opening; in `runs` of `of` runs it was so on a day
        or more; `days` a run with their 95 % interval; `alone`: days on which it alone stood in the way.
        """
        rows: list[dict[str, object]] = []
        for point, summary in self._summaries().items():
            for track in summary.tracks:
                here = {**self._point(point), "track": track.track}
                rows += [{**here, **_way(each, "enters")} for each in track.holders]
                rows += [{**here, **_way(each, "accepts"), "alone": each.days_alone.mean} for each in track.blockers]
        return pandas.DataFrame(rows)

    def replay(self, replication: int, point: int = 0) -> Run:
        """One of its runs again, to be told and drawn; the scenario is read anew from its file.

        Raises:
            IndexError: there is no such point.
            InvalidScenario: the file is no scenario any more.
        """
        self._require(point)
        entry, settings = self.manifest.scenario_of(point), self.manifest.points[point].settings
        varied = (setting_text(*each) for each in zip(self.manifest.factors, settings, strict=True))
        scenario = load(entry.file, (*entry.sets, *varied))
        return run(scenario, self.manifest.seed, replication, central=self.manifest.central)

    def _require(self, point: int) -> None:
        if not 0 <= point < len(self.manifest.points):
            raise IndexError(f"there is no point {point} in the batch: expected 0 to {len(self.manifest.points) - 1}")

    def _summaries(self) -> dict[int, Summary]:
        return summaries(self.folder, self.manifest, len(self.manifest.points))

    def _point(self, point: int) -> dict[str, object]:
        """What tells a point from the others; nothing where there is one."""
        entry, settings = self.manifest.scenario_of(point), self.manifest.points[point].settings
        if len(self.manifest.points) == 1:
            return {}
        varied = zip(self.manifest.factors, settings, strict=True)
        return {"point": point, "scenario": entry.scenario, "variant": entry.variant, **dict(varied)}

    def __repr__(self) -> str:
        """What `parley batch` prints."""
        manifest = self.manifest
        found = summaries(self.folder, manifest, points.MOST_SHOWN)
        head = f"{manifest.title}: {manifest.replications:,} replications of {len(manifest.points):,} points"
        head = f"{head}, seed {manifest.seed}".replace(" of 1 points", "")
        if len(manifest.points) == 1:
            return text_of([head, *tables.of_batch(found[0], Labels(**manifest.scenarios[0].labels)), *self.remarks])
        return text_of([head, *points.of_points(manifest, found), *self.remarks])


def _shares(track: TrackSummary) -> list[tuple[str, Share]]:
    return [("ever_agreed", track.agreed), *((f"ending.{ending}", each) for ending, each in track.endings.items())]


def _share(share: Share) -> dict[str, float]:
    return {"runs": share.count, "of": share.n, "share": share.share, "low": share.low, "high": share.high}


def _way(each: Holder | Blocker, gate: str) -> dict[str, object]:
    days = {"days": each.days.mean, "days_low": each.days.low, "days_high": each.days.high}
    return {"precondition": each.condition, "gate": gate, **_share(each.runs), **days}


def run(
    scenario: Scenario,
    seed: int = 1,
    replication: int = 0,
    *,
    central: bool = False,
    out: str | os.PathLike[str] | None = None,
) -> Run:
    """Run a scenario once, on the Mesa engine: number `replication` of any batch of the seed.

    Args:
        scenario: what is run.
        seed: what every draw follows from, 0 or more.
        replication: which draw of luck, 0 or more.
        central: hold every uncertain value at its middle.
        out: where the run's own folder is made, with its figures; None to keep nothing.

    Raises:
        StrategyFailed: a strategy of one's own failed.
        TypeError: it is no scenario, or the seed or the number is not whole.
        ValueError: the seed or the number is below 0 or beyond 2**63 - 1.
        NotAResult: something else is in the way of its folder.
    """
    require_kind(scenario, Scenario)
    require_whole(0, seed=seed, replication=replication)
    question = stored.Question(scenario.file.as_posix(), scenario.sets, seed, replication, central)
    case, words = scenario.case, labels.labels_of(scenario.case)
    manifest = stored.manifest_of(case, question, asdict(words))
    folder = None if out is None else Path(out) / manifest.folder
    if folder is not None:
        stored.require_room(folder)
    lived, packages = model.run(case, seed, replication, central=central), stored.packages_of(case)
    if folder is not None:
        folders.keep_run(folder, lived, manifest, packages)
    return Run(lived, manifest, packages, folder)


def batch(  # as the command: each is a part of the question
    scenario: Scenario | Sequence[Scenario],
    replications: int = 100,
    *,
    seed: int = 1,
    central: bool = False,
    factors: Changes = (),
    jobs: int | None = None,
    out: str | os.PathLike[str] | None = None,
) -> Batch:
    """Run a scenario many times, on the compiled engine where there is one; the same numbers as `parley batch`.

    Args:
        scenario: what is run; of several, with the same changes, each is a point.
        replications: of each point, at least 1.
        seed: what every draw follows from, 0 or more.
        central: hold every uncertain value at its middle.
        factors: paths that are varied, and the values of each: `{"mediators.usa.leverage": [0, 0.3]}`; every
            combination is a point.
        jobs: workers; None for one for each core, but for one on the Mesa engine, whose workers are processes: a
            script that asks for more has to begin under `if __name__ == "__main__":`.
        out: where the batch's own folder is made, or gone on with; None for a folder that goes with the object.

    Raises:
        InvalidScenario: a factor has no such path or value.
        Refused: it cannot be done as asked, or was interrupted.
        TypeError: it is no scenario, or a number is not whole.
        ValueError: a number is out of range, or the scenarios have different changes.
    """
    given = _scenarios(scenario)
    if not given or any(each.sets != given[0].sets for each in given):
        raise ValueError("a batch takes scenarios with the same changes: make a batch of each, and compare them")
    require_whole(0, seed=seed)
    require_whole(1, replications=replications)
    if jobs is not None:
        require_whole(1, jobs=jobs)
    varied = tuple(setting_text(*each) for each in factors.items()) if isinstance(factors, Mapping) else tuple(factors)
    options = Options(
        [each.file for each in given], replications, seed, given[0].sets, central, varied, jobs=_jobs(jobs, given),
        out=None if out is None else Path(out),
    )  # fmt: skip
    if options.out is not None:
        told = batches.answer(options, None, _silent, log)
        assert told.folder is not None, "a batch with a place is kept"
        return Batch(told.folder, told.remarks)
    place = Path(tempfile.mkdtemp(prefix="parley-"))
    try:
        told = batches.answer(options, place, _silent, log)
        return Batch(next(place.iterdir()), told.remarks, passing=place)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _scenarios(given: object) -> list[Scenario]:
    found: list[Any] = list(given) if isinstance(given, list | tuple) else [given]
    for each in found:
        require_kind(each, Scenario)
    return found


def _jobs(asked: int | None, scenarios: Sequence[Scenario]) -> int | None:
    """As asked; else one where the Mesa engine runs them."""
    if asked is not None:
        return asked
    try:
        prepare("compiled", [each.case for each in scenarios])
    except CannotCompile:
        return 1
    return None


def _silent(doubts: object) -> None:
    """What is doubtful in a scenario stands in `Scenario.doubts`."""


def reopen(folder: str | os.PathLike[str]) -> Run | Batch:
    """A run or a batch that was kept, by this or by the command.

    Raises:
        NotAResult: the folder holds neither, or is damaged.
    """
    place = Path(folder)
    if is_batch(place):
        return Batch(place)
    kind = kind_of(place)
    if kind not in (RUN, ""):
        raise stored.NotAResult(f"'{place}' holds a result of the kind '{kind}'; expected a run or a batch")
    manifest = stored.read_manifest(place)
    return Run(stored.read_run(place), manifest, stored.read_packages(place), place)
