"""The sections of a batch's report. Each says what the command beside it prints, and computes nothing of its own."""

import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sim.engine.compiled import NotCompilable, prepare
from sim.scenario.faults import InvalidScenario
from sim.scenario.reading import read
from sim.show import (
    blocking,
    blocking_tables,
    compare,
    comparisons,
    phases,
    phasing,
    points,
    sensitivities,
    survival_tables,
    tables,
)
from sim.show import outcomes as pictures
from sim.show import scores as told_scores
from sim.show import survival as lives
from sim.show.explaining import MOST_RUNS
from sim.show.pages.blocks import Block, Grid, Heading, Points, Row, Section, Words, grid_of, picture_of
from sim.show.report.asking import Desk
from sim.show.report.scenario import Teller as ScenarioTeller
from sim.show.report.scenario import assumptions, described
from sim.show.report.sources import Sources, status_text
from sim.show.sensitivity import Teller
from sim.show.told import Refused
from sim.show.words import date_text
from sim.study import blocking as stored
from sim.study.compare import NotComparable
from sim.study.computing import CannotCompile
from sim.study.days import days_of
from sim.study.outcome import RunsFailed
from sim.study.query import Unanswerable, truces
from sim.study.results import NotAResult
from sim.study.score import score
from sim.study.sensitivity import ASSUMED, FEWEST, By, Method
from sim.study.summary import Summary
from sim.study.surviving import MOST, Asked, Survivals, Unfit, survivals
from sim.study.unlocking import Draws, Unlocking, kept_unlocking, unlocking
from sim.study.versions import cores

SENSITIVITY = (500, 50)
"""Replications at each end of a range, at most and at least; of a batch, a quarter of its own."""
MOST_TRACKS = 3
"""Tracks of which the lives of truces are told."""
TOP = 10
OF_OUTCOMES = 2
"""Tables of a batch that tell outcomes; what the others tell stands under what blocked."""
_EXTENDS = re.compile(r"^extends\s*:\s*(.+?)\s*(?:#.*)?$", re.MULTILINE)


def scenario(desk: Desk) -> Section:
    """The scenario in prose."""
    title = "The scenario, and who said what"
    if desk.case is None:
        return Section("scenario", title, [_left_out(desk.why_not)])
    teller = ScenarioTeller(Sources(desk.reading()), desk.case)
    changes = [Words([f"Changed for this batch: {'; '.join(desk.sets)}."])] if desk.sets else []
    return Section("scenario", title, [*changes, *teller.blocks()], [desk.asked.command])


def outcomes(desk: Desk, found: dict[int, Summary]) -> Section:
    """What happened over the batch."""
    manifest, summary = desk.manifest, found[desk.point]
    blocks: list[Block] = []
    if len(manifest.points) > 1:
        blocks += [Words([f"The batch has {len(manifest.points)} points. Told in full: point {desk.point}."])]
        blocks += [grid_of(table) for table in points.of_points(manifest, found)]
    drawing = pictures.outcomes(summary, desk.labels, seed=manifest.seed)
    blocks.append(picture_of(drawing, "How each track ended, how often it was agreed, and by which day."))
    shown = [grid_of(table) for table in tables.of_batch(summary, desk.labels)]
    if len(manifest.points) > 1:
        shown = shown[:0]  # the command tells of several points what stands above
    return Section("outcomes", "What happened", [*blocks, *shown[:OF_OUTCOMES]], [manifest.command])


class Blocked:
    """What stood in the way, and what unlocks it."""

    def __init__(self, desk: Desk, found: dict[str, stored.Blocking]) -> None:
        self.desk, self.found = desk, found
        self.unlocked: Unlocking | None = None
        self.why_not = desk.why_not
        if desk.case is not None:
            try:
                self.unlocked = self._search()
            except CannotCompile as error:
                self.why_not = str(error)

    def _search(self) -> Unlocking:
        desk, manifest = self.desk, self.desk.manifest
        assert desk.case is not None
        assert desk.target is not None
        most = min(manifest.replications, MOST_RUNS[manifest.engine])
        draws = Draws(manifest.seed, most, manifest.central, manifest.engine)
        sets = tuple(each.conditions for each in self.found[desk.track].sets)
        desk.write("parley: what would unlock it")
        if os.access(desk.folder, os.W_OK):
            return kept_unlocking(desk.folder, desk.case, desk.target, draws, sets, lambda tried: None)
        return unlocking(desk.case, desk.target, draws, sets)

    def section(self) -> Section:
        """Sentences, figures of sets, and tables."""
        desk, labels, seed = self.desk, self.desk.labels, self.desk.manifest.seed
        found = self.found[desk.track]
        blocks: list[Block] = [Words(blocking.blocking_text(found, labels))]
        if found.sets:
            drawing = blocking.draw_blocking(found, labels, seed=seed)
            blocks.append(picture_of(drawing, "Which preconditions stood in the way, alone and together."))
        blocks += [grid_of(table) for table in blocking_tables.of_blocking(found, labels)]
        others = [
            line
            for name in self.found
            if name != desk.track
            for line in blocking.blocking_text(self.found[name], labels)
        ]
        blocks += [Heading("On the other tracks"), Words(others)] if others else []
        blocks.append(Heading("What would unlock it"))
        blocks += self._unlocks()
        return Section("blocking", f"What blocked: {labels.track(desk.track)}", blocks, [self.command])

    def _unlocks(self) -> Iterator[Block]:
        desk, found = self.desk, self.unlocked
        if found is None:
            yield _left_out(self.why_not)
            return
        yield Words([
            "Preconditions are taken away from the first day, and the same replications run again: each is compared"
            " with itself."
        ])  # fmt: skip
        yield Words(blocking.unlocking_text(found, desk.horizon, desk.labels))
        if found.smallest:
            drawing = blocking.draw_unlocking(found, desk.horizon, desk.labels)
            yield picture_of(drawing, "What relaxing preconditions adds, alone and in sets.", ())
        for table in blocking_tables.of_unlocking(found, desk.horizon, desk.labels):
            yield grid_of(table)

    @property
    def command(self) -> str:
        """The command that says the same."""
        desk = self.desk
        words = ["parley", "explain", str(desk.folder), "--track", desk.track]
        words += ["--target", desk.target.name] if desk.target is not None else []
        return shlex.join([*words, "--point", str(desk.point)] if len(desk.manifest.points) > 1 else words)

    def short(self) -> list[str]:
        """The answer in a few sentences."""
        if self.unlocked is None:
            return blocking.blocking_text(self.found[self.desk.track], self.desk.labels)
        first = blocking.blocking_text(self.found[self.desk.track], self.desk.labels)[:1]
        return first + blocking.unlocking_text(self.unlocked, self.desk.horizon, self.desk.labels)


def comparison(desk: Desk) -> Section:
    """The variants of the batch, those that are named, or those that are shipped beside the scenario."""
    title, given = "Compared with variants", _given(desk)
    note = _why_these(desk)
    if len(given) < 2:
        return Section(
            "comparison", title, [_left_out("there is one scenario, and no variant of it was named or found")]
        )
    asked = comparisons.Asked(tuple(given))
    desk.write("parley: variants")
    with tempfile.TemporaryDirectory(prefix="parley-") as place:
        try:
            found = comparisons.compared(asked, Path(place), lambda faults: None, lambda line: None)
        except (NotComparable, NotAResult, Unanswerable, InvalidScenario, Refused) as error:
            if desk.asked.others:
                raise
            return Section("comparison", title, [_left_out(str(error))], [asked.command])
        names = compare.names_of([found.first, *(against.side for against in found.others)])
        drawing = compare.draw(found, names)
        shown = [grid_of(table) for table in compare.tables_of(found, names)]
    own = [each for each in shown if each.caption.startswith(f"{desk.labels.track(desk.track)}: ")]
    behind = [each for each in shown if each not in own]
    what = [f"{name}: {against.side.entry.title}" for name, against in zip(names[1:], found.others, strict=True)]
    blocks: list[Block] = [
        Words([f"Each variant is compared with “{names[0]}”, replication by replication, on the same draws.{note}"]),
        Points(list(dict.fromkeys(what))) if len({each.partition(": ")[2] for each in what}) > 1 else Words([]),
        picture_of(drawing, "Paired differences with 95 % intervals; a filled mark leaves 0 out.", behind),
        *own,
        Words([compare.caveat(found)]),
    ]
    return Section("comparison", title, blocks, [asked.command])


def _given(desk: Desk) -> list[str]:
    """What is compared, the point of the report first."""
    manifest, folder = desk.manifest, str(desk.folder)
    others = [f"{folder}#{point}" for point in range(len(manifest.points)) if point != desk.point]
    own = [folder] if not others else [f"{folder}#{desk.point}"]
    if desk.asked.others:
        return [*own, *desk.asked.others]
    if others:
        return [*own, *others[: compare.MOST_OTHERS]]
    return [*own, *_shipped(desk)[: compare.MOST_OTHERS]]


def _why_these(desk: Desk) -> str:
    others = len(desk.manifest.points) - 1
    if desk.asked.others:
        return ""
    if others > compare.MOST_OTHERS:
        return f" The batch has {others + 1} points, of which the first {compare.MOST_OTHERS} others are shown."
    return "" if others else " They are the scenarios that extend this one and stand beside its file."


def _shipped(desk: Desk) -> list[str]:
    """The scenarios beside the file that extend it, by name; none of a scenario that was changed or is under a skin."""
    file = Path(desk.entry.file)
    if desk.case is None or desk.sets:
        return []
    return [str(path) for path in sorted(file.parent.glob("*.yaml")) if path != file and _extends(path, file)]


def _extends(path: Path, file: Path) -> bool:
    try:
        found = _EXTENDS.search(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return False
    return found is not None and os.path.normpath(path.parent / found[1].strip("'\"")) == os.path.normpath(file)


def survival(desk: Desk) -> Section:
    """How long truces held, track by track."""
    title = "How long truces held"
    held = [track for track, many in truces(desk.folder).items() if many]
    tracks = sorted(held, key=lambda track: track != desk.track)[:MOST_TRACKS]
    blocks: list[Block] = []
    commands: list[str] = []
    for track in tracks:
        found = _lives(desk, track)
        if isinstance(found, str):
            blocks.append(_left_out(found))
            continue
        blocks += [Heading(desk.labels.track(track))] if len(tracks) > 1 else []
        caption = f"{desk.labels.track(track)}: share of {lives.noun(found)}s still in force, by days in force."
        blocks.append(picture_of(lives.draw(found), caption))
        blocks += [grid_of(table) for table in survival_tables.tables_of(found)]
        commands.append(survival_tables.command_of(found))
    if not tracks:
        blocks.append(Words(["No track of the batch agreed a truce."]))
    return Section("survival", title, blocks, commands)


def _lives(desk: Desk, track: str) -> Survivals | str:
    """The truces of all points where they fit beside each other, else of the report's; or why there are none."""
    several = 1 < len(desk.manifest.points) <= MOST
    for chosen in ((), (desk.point,)) if several else ((desk.point,),) if len(desk.manifest.points) > 1 else ((),):
        try:
            return survivals([desk.folder], Asked(track=track, days=desk.days, points=chosen))
        except Unfit as error:
            why = str(error)
    return why


def over_time(desk: Desk) -> Section:
    """What all replications are doing, day by day."""
    title = "What all runs are doing, day by day"
    if desk.case is None:
        return Section("phases", title, [_left_out(desk.why_not)])
    manifest, names = desk.manifest, [track.name for track in desk.case.tracks]
    options = phasing.Options(Path(desk.entry.file), desk.sets, manifest.seed, manifest.replications, manifest.central)
    desk.write("parley: phases day by day")
    try:
        days = days_of(prepare(desk.case), options.seed, options.n, cores(), central=options.central)
    except (NotCompilable, RunsFailed) as error:
        return Section("phases", title, [_left_out(str(error))], [options.command])
    drawing = phases.draw_phases(days, names, desk.labels, title="", seed=options.seed)
    shown = [grid_of(phases.table_of(days, names, desk.labels, desk.case.start))]
    blocks: list[Block] = [
        Words(list(phases.told(days, names, desk.labels))),
        picture_of(drawing, "Share of the runs in each phase at the end of each day; below, each ledger.", shown),
    ]
    return Section("phases", title, blocks, [options.command])


class Rests:
    """What the answer rests on."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.teller: Teller | None = None
        self.why_not = desk.why_not
        if desk.case is None or desk.target is None:
            return
        desk.write("parley: what the answer rests on")
        beside = desk.folder.absolute().parent
        place = Path(os.path.relpath(beside)) if os.access(beside, os.W_OK) else None
        try:
            self.teller, _, _ = sensitivities.found(desk.case, self.options, place, lambda line: None)
        except Refused as error:
            self.why_not = str(error)

    @property
    def options(self) -> sensitivities.Options:
        """The command line of the same question."""
        desk, (most, least) = self.desk, SENSITIVITY
        held = desk.target.held if desk.target is not None else 0
        outcome = f"{desk.track}.days_in_force>={held}" if held else f"{desk.track}.deals>0"
        n = max(FEWEST, least, min(most, desk.manifest.replications // 4))
        file = Path(desk.entry.file)
        return sensitivities.Options(file, outcome, Method.MORRIS, By.PARAMETER, n, TOP, desk.manifest.seed, desk.sets)

    def section(self) -> Section:
        """The share of the assumptions, and which of them move the answer."""
        title = "What the answer rests on"
        if self.teller is None:
            return Section("sensitivity", title, [_left_out(self.why_not)])
        words = blocking.target_text(self.desk.target, self.desk.horizon) if self.desk.target else ""
        held = "with every range drawn, or held at its middle"
        asked = f"Asked: in how many runs {words} ({self.options.outcome}), {held}."
        figures: list[Block] = [picture_of(drawing, _CAPTIONS[name], ()) for name, drawing in self.teller.drawings()]
        grids = [grid_of(table) for table in self.teller.tables()]
        blocks: list[Block] = [
            Words([asked, *self.teller.sentences(), self._behind_all()]),
            *figures,
            *self._ranges(),
            *grids,
        ]
        return Section("sensitivity", title, blocks, [self.options.command])

    def _ranges(self) -> Iterator[Block]:
        """What the ranges are that are told to move the answer, and why they are thought to be so wide."""
        assert self.teller is not None
        assert self.desk.case is not None
        values = {parameter.path: parameter.value for parameter in self.desk.case.parameters}
        rows = [
            Row(swing.path, (described(swing.path), status_text(values[swing.path])))
            for swing in self.teller.found.swings
            if swing.difference.told
        ]
        if rows:
            heads = ("Range", "What it is", "Who stands behind it")
            yield Grid("The ranges that are told to move the answer", heads, (False, False, False), rows)

    def short(self) -> list[str]:
        """How much of the answer rests on assumptions, and on which."""
        if self.teller is None:
            return []
        level, *others = self.teller.sentences()
        first = next((swing.path for swing in self.teller.found.swings if swing.difference.told), "")
        what = [f"{first} is: {described(first)}."] if described(first) else []
        return [f"By draws of their own ({self.teller.note}): {level}", *others, *what, self._behind_all()]

    def _behind_all(self) -> str:
        """What the share of the ranges does not say."""
        assert self.desk.case is not None
        values = [parameter.value for parameter in self.desk.case.parameters]
        nobodys = sum(1 for value in values if value.status in ASSUMED)
        return (
            "The share of the ranges says what decides between one run and another. The level rests on all numbers: "
            f"of {len(values)} that go into a run, {nobodys} are assumed, calibrated or nobody's."
        )


_CAPTIONS = {
    "tornado": "The outcome with one range at a low and at a high value, everything else as ever.",
    "share": "How much of the variance of a run rests on the ranges, and how much is chance.",
    "indices": "Sobol indices of the ranges.",
}


def validation(desk: Desk) -> Section:
    """How probable the model made what was observed."""
    title = "Held against what was observed"
    if desk.case is None:
        return Section("validation", title, [_left_out(desk.why_not)])
    if desk.entry.variant or desk.sets:
        return Section("validation", title, [_left_out("a variant asks what did not happen")])
    reading = read(desk.entry.file)
    if not reading.scenario.observed:
        return Section("validation", title, [_left_out("the scenario says nothing of what was observed")])
    manifest = desk.manifest
    desk.write("parley: what was observed")
    report = score([(reading, desk.case)], manifest.replications, manifest.seed)
    fitted = [
        f"{desk.labels.track(track)}: numbers were set with what was observed up to {date_text(day)} in view."
        for track, day in reading.scenario.fitted_to.items()
    ]
    blocks: list[Block] = [
        Words([
            "For each thing that was observed, the share of runs in which the model does the same. The plain guess of a"
            " case that is scored alone takes all classes to be alike. How all shipped cases do together, which"
            " patterns the model must show and which it fails stand in docs/validation.md."
        ]),
        *([Points(fitted)] if fitted else []),
        *(grid_of(table) for table in told_scores.tables_of(report)),
    ]  # fmt: skip
    command = ["parley", "score", desk.entry.file, "-n", str(manifest.replications), "--seed", str(manifest.seed)]
    return Section("validation", title, blocks, [shlex.join(command)])


def numbers(desk: Desk) -> Section:
    """Every number that goes into a run."""
    title = "Every number, its status and its reason"
    if desk.case is None:
        return Section("assumptions", title, [_left_out(desk.why_not)])
    return Section("assumptions", title, list(assumptions(desk.case)), [desk.asked.command])


def _left_out(why: str) -> Words:
    return Words([f"Left out: {why}."], "soft")
