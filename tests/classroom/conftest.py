"""A small exercise on the small scenario of the tests, as a clone would hold it; shipped ones where they are meant."""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.classroom.exercises import Exercise, find_exercise, folder_of_exercises
from sim.classroom.marking import Marks, mark
from sim.classroom.started import write_started
from sim.classroom.task_file import Figure
from sim.classroom.variants import Variant, own_token, token_of
from sim.engine import model
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

HERE = Path(__file__).resolve().parent
TASK = """\
parley: 1
exercise: Two valleys
minutes: 20
aims: [See what happens]
starter: start.yaml
replications: 40
varies:
  sizes: {at: tracks.exchange.issues.size, one_of: [[5, 10], [10, 20], [5, 20]]}
  run: {from: 1, to: 9}
files:
  mine: {file: mine.yaml, what: A scenario.}
answers:
  gestures: {kind: number, what: "How many gestures in run {{run}}?"}
  share: {kind: interval, unit: per cent, what: How often?}
  more: {kind: choice, choices: [more, fewer, the same], what: More or fewer?}
  opened: {kind: date, what: When?}
  why: {kind: text, what: Why?}
criteria:
  only:
    kind: only changed
    ask: The sizes alone
    points: 2
    scenario: mine
    paths: [tracks.exchange.issues.size]
    otherwise: {elsewhere: "Elsewhere too.", nothing: Nothing.}
  reaches:
    kind: reaches
    ask: More deals
    points: 2
    needs: [only]
    measured: {mean: exchange.deals, in: mine, less: start}
    at_least: 0
    otherwise: {short: Fewer.}
  gestures:
    kind: number
    ask: Gestures
    points: 1
    answer: gestures
    measured: {run: exchange.gestures, replication: "{{run}}"}
    otherwise: {low: Too few., high: Too many.}
  why: {kind: read, ask: Why, points: 3, answer: why}
hints: [one, two, "seed {{seed}}"]
"""
START = """\
extends: ../../cases/small.yaml
title: Two valleys, of one's own   # a comment that stays
tracks:
  exchange:
    issues:
      size: [5, 10, 20]
"""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder of exercises with one in it."""
    root = tmp_path / "clone"
    cases, folder = root / "scenarios" / "cases", root / "scenarios" / "exercises" / "01-two-valleys"
    cases.mkdir(parents=True)
    folder.mkdir(parents=True)
    for name in ("small.yaml", "claims.yaml"):
        shutil.copy(HERE.parent / "cli" / name, cases)
    texts = {
        "task.yaml": TASK,
        "start.yaml": START,
        "brief.md": "Sizes {{sizes}}, seed {{seed}}.",
        "debrief.md": "Well.",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder.parent


@pytest.fixture
def exercise(shelf: Path) -> Exercise:
    """The small exercise."""
    return find_exercise(shelf, "1")


@pytest.fixture
def variant(exercise: Exercise) -> Variant:
    """The figures of somebody who studies alone."""
    return exercise.variant(own_token(exercise.word))


@pytest.fixture
def desk(exercise: Exercise, variant: Variant, tmp_path: Path) -> Path:
    """A folder in which the small exercise was started."""
    folder = tmp_path / "desk"
    write_started(exercise, variant, folder)
    return folder


Fill = Callable[[Path, Mapping[str, object]], None]


@pytest.fixture
def fill() -> Fill:
    """Writes answers into the sheet as a student does: after the colon."""

    def write(folder: Path, answers: Mapping[str, object]) -> None:
        sheet = folder / "answers.yaml"
        text = sheet.read_text(encoding="utf-8")
        for name, answer in answers.items():
            assert re.search(rf"(?m)^{name}:", text), f"the sheet asks no '{name}'"
            text = re.sub(rf"(?m)^{name}:(?! >).*$", f"{name}: {answer}", text)
            text = re.sub(rf"(?m)^{name}: >\n  \(write here\)$", f"{name}: >\n  {answer}", text)
        sheet.write_text(text, encoding="utf-8")

    return write


class Student:
    """Somebody at work on a shipped exercise, with a laboratory and figures of their own."""

    runs = 300
    """Replications of a batch, here; students are asked for more."""

    def __init__(self, number: int, name: str, place: Path, fill: Fill, figures: Mapping[str, Figure]) -> None:
        self.exercise: Exercise = find_exercise(folder_of_exercises(), str(number))
        own = self.exercise.variant(token_of("herons stand in the reed", name))
        self.variant: Variant = replace(own, figures={**own.figures, **figures})
        self.folder, self._fill = place / name, fill
        write_started(self.exercise, self.variant, self.folder)

    def columns(self, *sets: str, file: str = "start.yaml", larger: int = 1) -> dict[str, Any]:
        """A batch of one of the student's files, so many times as large as a check's."""
        compiled = pytest.importorskip("sim.engine.compiled", exc_type=ImportError)
        case = compile_case(read(self.folder / file, sets))
        return dict(compiled.run_chunk(case, self.variant.seed, 0, self.runs * larger).columns)

    def row(self, replication: int) -> dict[str, Any]:
        """One run, on the other engine."""
        case = compile_case(read(self.folder / "start.yaml"))
        return model.run(case, self.variant.seed, replication, logs=False).record.row()

    def write(self, name: str, *lines: str) -> None:
        """Write a variant of the starter."""
        text = "\n".join(["extends: start.yaml", f"title: {name}", *lines, ""])
        (self.folder / name).write_text(text, encoding="utf-8")

    def answer(self, **answers: object) -> None:
        """Fill in the sheet."""
        self._fill(self.folder, answers)

    def marks(self) -> Marks:
        """As a teacher marks it."""
        return mark(self.folder, self.exercise, variant=self.variant, replications=self.runs)


@pytest.fixture
def start(tmp_path: Path, fill: Fill) -> Callable[..., Student]:
    """Somebody starts a shipped exercise: by its number, a name, and figures where they matter."""
    return lambda number, name="heron", **figures: Student(number, name, tmp_path, fill, figures)
