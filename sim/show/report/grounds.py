"""What stands behind an answer: the ranges, what was observed, and every number with its reason."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from sim.scenario.reading import read
from sim.show import blocking, sensitivities
from sim.show import scores as told_scores
from sim.show.pages.blocks import Block, Grid, Points, Row, Section, Words, grid_of, picture_of
from sim.show.report.asking import Desk
from sim.show.report.scenario import assumptions, described
from sim.show.report.sections import left_out
from sim.show.report.sources import status_text
from sim.show.sensitivity import Teller
from sim.show.told import Refused
from sim.show.words import date_text
from sim.study.score import score
from sim.study.sensitivity import ASSUMED, FEWEST, By, Method

SENSITIVITY = (500, 50)
"""Replications at each end of a range, at most and at least; of a batch, a quarter of its own."""
TOP = 10


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
            return Section("sensitivity", title, [left_out(self.why_not)])
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
        asked = blocking.target_text(self.desk.target, self.desk.horizon) if self.desk.target else ""
        shares = level.removeprefix(f"{self.options.outcome}: ")
        return [f"By draws of their own ({self.teller.note}), {asked} in {shares}", *others, *what, self._behind_all()]

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
        return Section("validation", title, [left_out(desk.why_not)])
    if desk.entry.variant or desk.sets:
        return Section("validation", title, [left_out("a variant asks what did not happen")])
    reading = read(desk.entry.file)
    if not reading.scenario.observed:
        return Section("validation", title, [left_out("the scenario says nothing of what was observed")])
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
        return Section("assumptions", title, [left_out(desk.why_not)])
    return Section("assumptions", title, list(assumptions(desk.case)), [desk.asked.command])
