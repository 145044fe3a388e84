"""A small exercise on the small scenario of the tests, as a clone would hold it; shipped ones where they are meant."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from sim.classroom.exercises import Exercise, find_exercise
from sim.classroom.started import write_started
from sim.classroom.variants import Variant, own_token

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
