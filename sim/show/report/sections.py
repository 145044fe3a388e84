"""The sections of a batch's report. Each says what the command beside it prints, and computes nothing of its own."""

import os
import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from sim.engine.compiled import NotCompilable, prepare
from sim.scenario.faults import InvalidScenario
from sim.show import (
    blocking,
    blocking_tables,
    compare,
    comparisons,
    phases,
    phasing,
    points,
    survival_tables,
    tables,
)
from sim.show import outcomes as pictures
from sim.show import survival as lives
from sim.show.explaining import MOST_RUNS
from sim.show.pages.blocks import Block, Folded, Heading, Points, Section, Words, data_of, grid_of, picture_of
from sim.show.report.asking import Desk
from sim.show.report.endings import endings_text
from sim.show.report.scenario import Teller as ScenarioTeller
from sim.show.report.sources import Sources
from sim.show.told import Refused
from sim.study import blocking as stored
from sim.study.compare import NotComparable
from sim.study.computing import CannotCompile
from sim.study.days import days_of
from sim.study.outcome import RunsFailed
from sim.study.query import Unanswerable, truces
from sim.study.results import NotAResult
from sim.study.summary import Summary
from sim.study.surviving import MOST, Asked, Survivals, Unfit, survivals
from sim.study.unlocking import Draws, Unlocking, kept_unlocking, unlocking
from sim.study.versions import cores, rules_version

MOST_TRACKS = 3
"""Tracks of which the lives of truces are told."""
OF_OUTCOMES = 2
"""Tables of a batch that tell outcomes; what the others tell stands under what blocked."""
_EXTENDS = re.compile(r"^extends\s*:\s*(.+?)\s*(?:#.*)?$", re.MULTILINE)


def scenario(desk: Desk) -> Section:
    """The scenario in prose."""
    title = "The scenario, and who said what"
    if desk.case is None:
        return Section("scenario", title, [left_out(desk.why_not)])
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
    shown = [grid_of(table) for table in tables.of_batch(summary, desk.labels)][:OF_OUTCOMES]
    behind = [data_of([row for row in drawing.data if row["panel"] == "agreed by day"])]  # endings stand below it
    if len(manifest.points) > 1:
        shown, behind = [], [data_of(drawing.data)]  # the command tells of several points what stands above
    blocks.append(picture_of(drawing, "How each track ended, how often it was agreed, and by which day.", behind))
    seen = {ending for track in summary.tracks for ending, share in track.endings.items() if share.count}
    blocks += [*shown, Words([endings_text(seen)], "note")]
    return Section("outcomes", "What happened", blocks, [manifest.command])


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
            sets = data_of([row for row in drawing.data if row["panel"] == "set"])  # the others stand below it
            blocks.append(picture_of(drawing, "Which preconditions stood in the way, alone and together.", [sets]))
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
            yield left_out(self.why_not)
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
            "comparison", title, [left_out("there is one scenario, and no variant of it was named or found")]
        )
    if desk.manifest.rules != rules_version() and not desk.asked.others and len(desk.manifest.points) == 1:
        why = "the rules have changed since the batch ran, and a variant run by those of today shares no draws with it"
        return Section("comparison", title, [left_out(why)])
    asked = comparisons.Asked(tuple(given))
    desk.write("parley: variants")
    with tempfile.TemporaryDirectory(prefix="parley-") as place:
        try:
            found = comparisons.compared_as_asked(asked, Path(place), lambda faults: None, lambda line: None)
        except (NotComparable, NotAResult, Unanswerable, InvalidScenario, Refused) as error:
            if desk.asked.others:
                raise
            return Section("comparison", title, [left_out(str(error))], [asked.command])
        names = compare.names_of([found.first, *(against.side for against in found.others)])
        drawing = compare.draw(found, names)
        shown = [grid_of(table) for table in compare.tables_of(found, names)]
    own = [each for each in shown if each.caption.startswith(f"{desk.labels.track(desk.track)}: ")]
    behind = [each for each in shown if each not in own]
    what = [f"{name}: {against.side.entry.title}" for name, against in zip(names[1:], found.others, strict=True)]
    blocks: list[Block] = [
        Words([f"Each variant is compared with “{names[0]}”, replication by replication, on the same draws.{note}"]),
        Points(list(dict.fromkeys(what))) if len({each.partition(": ")[2] for each in what}) > 1 else Words([]),
        picture_of(drawing, "Paired differences with 95 % intervals; a filled mark leaves 0 out.", ()),
        *own,
        Words([compare.caveat(found)]),
        *([Folded("The other tracks, and the parties", behind)] if behind else []),
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
            blocks.append(left_out(found))
            continue
        blocks += [Heading(desk.labels.track(track))] if len(tracks) > 1 else []
        caption = f"{desk.labels.track(track)}: share of {lives.noun(found)}s still in force, by days in force."
        drawing = lives.draw(found)
        blocks.append(picture_of(drawing, caption, [data_of([_by_then(row) for row in drawing.data])]))
        blocks += [grid_of(table) for table in survival_tables.tables_of(found)]
        commands.append(survival_tables.command_of(found))
    if not tracks:
        blocks.append(Words(["No track of the batch agreed a truce."]))
    return Section("survival", title, blocks, commands)


def _by_then(row: Mapping[str, object]) -> dict[str, object]:
    """What had ended by an age, without the counts of that day alone, which tell nothing where days are left out."""
    return {name: value for name, value in row.items() if name != "open" and f"{name}_by" not in row}


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
        return Section("phases", title, [left_out(desk.why_not)])
    manifest, names = desk.manifest, [track.name for track in desk.case.tracks]
    options = phasing.Options(Path(desk.entry.file), desk.sets, manifest.seed, manifest.replications, manifest.central)
    desk.write("parley: phases day by day")
    try:
        days = days_of(prepare(desk.case), options.seed, options.n, cores(), central=options.central)
    except (NotCompilable, RunsFailed) as error:
        return Section("phases", title, [left_out(str(error))], [options.command])
    drawing = phases.draw_phases(days, names, desk.labels, title="", seed=options.seed)
    shown = [grid_of(phases.table_of(days, names, desk.labels, desk.case.start))]
    blocks: list[Block] = [
        Words(list(phases.told(days, names, desk.labels))),
        picture_of(drawing, "Share of the runs in each phase at the end of each day; below, each ledger.", shown),
    ]
    return Section("phases", title, blocks, [options.command])


def left_out(why: str) -> Words:
    """What stands where a part of the report cannot be made."""
    return Words([f"Left out: {why}."], "soft")
