"""The command `parley batch`: a question becomes a plan, is run and kept, and is told."""

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from sim.scenario.case import Case
from sim.scenario.faults import Fault, InvalidScenario, Place, Report, Text
from sim.scenario.skin import LEFT_OUT
from sim.scenario.tree import is_file, why_no_file
from sim.show import folders, labels, points, tables
from sim.show.progress import progress
from sim.show.told import Refused, Told
from sim.study import manifest as manifests
from sim.study import results
from sim.study.batch import Outcome, Work, WorkersDie, here, run_batch
from sim.study.batch_file import Question, check_size, is_batch_file, read_batch, read_design, read_factor
from sim.study.computing import ENGINES, CannotCompile, prepare
from sim.study.options import Options
from sim.study.plan import Plan, ScenarioChanged
from sim.study.planning import plan_of
from sim.study.query import query, summaries
from sim.study.results import NotAResult
from sim.study.store import Receipt, read_receipts
from sim.study.sweep import Design, Factor
from sim.study.versions import cores

INTERRUPTED = 130
MOST_TOLD = 10
"""Failed runs that are told one by one."""


Warn = Callable[[Iterable[Fault]], None]
Write = Callable[[str], None]


def answer(options: Options, nowhere: Path | None, warn: Warn, write: Write) -> Told:
    """Run what is asked, as far as it is not done.

    Args:
        options: the command line.
        nowhere: a folder that will be gone, where nothing is to be kept.
        warn: told what is doubtful in a scenario.
        write: takes a line for who waits.

    Raises:
        InvalidScenario: a file is no batch or no scenario; nothing is written.
        Refused: it cannot be done as asked, or was interrupted.
        OSError: the place cannot be written.
    """
    question = question_of(options)
    if options.skin:
        write(f"parley: {LEFT_OUT}")
    told = _silent if options.skin else warn
    plan = _ready(plan_of(question, options.sets, _engine(options), _labels, told, options.skin), options, write)
    folder = (nowhere or options.out or Path("results")) / plan.folder
    try:
        outcome, manifest = _run(plan, folder, options, write, kept=nowhere is None)
        return _told(outcome, manifest, folder, nowhere is None)
    except NotAResult as error:
        raise Refused(str(error)) from None


def _silent(faults: Iterable[Fault]) -> None:
    """Says nothing of what is doubtful."""


def question_of(options: Options) -> Question:
    """What the options ask, with the batch file that they name.

    Raises:
        InvalidScenario: the batch file or an option is faulty.
        Refused: a file is missing, or options do not go together.
    """
    for file in options.files:
        if not is_file(file):
            raise Refused(f"'{file}': {why_no_file(file)}")
    batch_files = [file for file in options.files if is_batch_file(file)]
    if batch_files and (len(options.files) > 1 or options.factors or options.design):
        raise Refused(f"'{batch_files[0]}' is a batch file: it stands alone, and says its own factors and design")
    question = read_batch(batch_files[0]) if batch_files else _from_options(options)
    changes: dict[str, Any] = {"replications": options.replications, "seed": options.seed}
    changes |= {"central": options.central or None, "keep": options.keep or None}
    if options.keep:
        changes["kept_at"] = {pattern: Place(Text(f"--keep {pattern}", Path())) for pattern in options.keep}
    return replace(question, **{name: value for name, value in changes.items() if value is not None})


def _from_options(options: Options) -> Question:
    report = Report()
    factors: list[Factor] = []
    places: dict[str, Place] = {}
    for each in options.factors:
        found = read_factor(each, report)
        if found is not None:
            factors.append(found[0])
            places[found[0].path] = found[1]
    written, varied = options.design or Design.GRID, bool(options.factors)
    design, count = read_design(written, report, varied=varied)
    question = Question(
        scenarios=tuple((str(file), Place(Text(str(file), file.parent))) for file in options.files),
        factors=tuple(factors),
        places=places,
        design=design,
        count=count,
        replications=options.replications or 100,
    )
    if not report.faults:
        check_size(question, report, Place(Text("the batch", Path())))
    if report.faults:
        raise InvalidScenario(report.faults)
    return question


def _engine(options: Options) -> str:
    if options.engine is None:
        return "compiled" if importlib.util.find_spec("sim.engine.compiled") else "mesa"
    if options.engine not in ENGINES:
        raise Refused(f"'{options.engine}' is not an engine: expected {' or '.join(ENGINES)}")
    return options.engine


def _labels(case: Case) -> dict[str, dict[str, str]]:
    return asdict(labels.labels_of(case))


def _ready(plan: Plan, options: Options, write: Write) -> Plan:
    """The plan, with an engine that is ready for it."""
    try:
        prepare(plan.engine, [base.case for base in plan.bases])
    except CannotCompile as error:
        why = "it cannot be compiled" if options.skin else str(error)
        if options.engine is not None:
            raise Refused(f"{why}; try --engine mesa") from None
        write(f"parley: {why}; it runs on the Mesa engine, which is slower")
        return replace(plan, engine="mesa")
    return plan


def _run(
    plan: Plan, folder: Path, options: Options, write: Write, *, kept: bool
) -> tuple[Outcome, manifests.BatchManifest]:
    command = options.command(plan.engine)
    manifest = manifests.manifest_of(plan, options.question(plan.engine))
    try:
        manifest = manifests.take_up(folder, manifest, lambda line: write(f"parley: {line}"))
        with progress(Console(stderr=True), write) as tell:
            outcome = run_batch(plan, folder, _seated(options, command), tell)
    except KeyboardInterrupt:
        raise Refused(f"interrupted; {_so_far(plan, folder, command, kept)}", INTERRUPTED) from None
    except OSError as error:
        raise Refused(f"{_said(error)}; {_so_far(plan, folder, command, kept)}") from None
    except (WorkersDie, ScenarioChanged) as error:
        raise Refused(f"{error}; {_so_far(plan, folder, command, kept)}") from None
    return outcome, manifest


def _seated(options: Options, command: str) -> Work:
    """Work of which the folder says who does it; where nothing is left to do nobody is looked for."""
    jobs = options.jobs or cores()

    def work(plan: Plan, folder: Path, numbers: Sequence[int], on_runs: Callable[[int], None]) -> Iterator[Receipt]:
        if not numbers:
            return
        doing, done = _work(options, jobs), 0
        path, sitting = manifests.sit_down(folder, command, options.cluster or f"{jobs} here")
        for receipt in doing(plan, folder, numbers, on_runs):
            done += receipt.runs
            yield receipt
        manifests.stand_up(path, sitting, done)

    return work


def _said(error: OSError) -> str:
    place = f"'{error.filename}': " if error.filename else ""
    return f"{place}{error.strerror or error}"


def _so_far(plan: Plan, folder: Path, command: str, kept: bool) -> str:
    if not kept:
        return "nothing was written"
    done = sum(receipt.runs for receipt in read_receipts(folder))
    return f"{done:,} of {plan.runs:,} runs are kept in {folder}; to go on: {command}"


def _work(options: Options, jobs: int) -> Work:
    if options.cluster is None:
        return here(jobs)
    try:
        from sim.study.cluster import on_cluster  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise Refused(f"--cluster needs what `pip install 'parley-sim[cluster]'` installs: {error}") from None
    return on_cluster(options.cluster, jobs)


def _told(outcome: Outcome, manifest: manifests.BatchManifest, folder: Path, kept: bool) -> Told:
    found = summaries(folder, manifest, points.MOST_SHOWN)
    remarks = list(_remarks(outcome, manifest, folder, kept))
    if kept and outcome.failed < outcome.runs:
        try:
            folders.draw_batch(folder, manifest, found)
        except OSError as error:
            if outcome.fresh:
                raise
            remarks.append(f"the figures are as they were: {_said(error)}")  # a finished result can be seen anywhere
    plain = manifests.batch_manifest_as_dict(manifest)
    heading = results.heading_of(manifest.title, manifest.command, manifest.identity, manifest.left_out)
    shown: dict[str, Any] = {**heading, "manifest": plain}
    if len(manifest.points) == 1:
        shown["summary"] = asdict(found[0])
        told = list(tables.of_batch(found[0], labels.Labels(**manifest.scenarios[0].labels)))
    else:
        shown["summaries"] = [{"point": point, **asdict(each)} for point, each in found.items()]
        told = list(points.of_points(manifest, found))
    if outcome.failed == outcome.runs:
        told = []
    kept_in = folder if kept else None
    return Told(tables=told, as_json=shown, folder=kept_in, remarks=remarks, failed=outcome.failed)


def _remarks(outcome: Outcome, manifest: manifests.BatchManifest, folder: Path, kept: bool) -> Iterator[str]:
    for chunk, why in outcome.damaged.items():
        yield f"chunk {chunk} was damaged and has been computed again: {why}"
    if len(manifest.points) > points.MOST_SHOWN:
        shown = f"{len(manifest.points):,} points, of which {points.MOST_SHOWN} are shown"
        yield f"{shown}: parley query {folder} has them all"
    if outcome.failed:
        sql = "select replication, failed, replay from runs where failed is not null order by point, replication"
        for replication, failed, replay in query(folder, f"{sql} limit {MOST_TOLD}").rows:
            yield f"replication {replication} failed: {failed}; to see it: {replay}"
        if outcome.failed == outcome.runs:
            yield f"every run failed ({outcome.failed:,}): there is nothing to tell of"
        elif outcome.failed > MOST_TOLD and kept:
            yield f"{outcome.failed:,} runs failed in all: parley query {folder} '{sql}'"
