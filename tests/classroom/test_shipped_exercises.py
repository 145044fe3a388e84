"""Every shipped exercise, tried by students whose work is right, half right, wrong, nonsense, or not there."""

import datetime
from collections.abc import Callable
from typing import Any

import numpy
import pytest

from sim.classroom.judging import Verdict
from sim.classroom.marking import Marks, key, mark

compiled = pytest.importorskip("sim.engine.compiled", exc_type=ImportError)
STUDENTS = ("heron", "egret")
TRIED = (STUDENTS[0], pytest.param(STUDENTS[1], marks=pytest.mark.slow))
Student = Any
"""What the fixture `start` gives."""


def lost(marks: Marks) -> dict[str, str]:
    """Criteria that did not give all their points, and in which way."""
    return {each.criterion: each.way for each in marks.marks if each.points < each.most}


@pytest.fixture(params=TRIED)
def at_work(request: pytest.FixtureRequest, start: Callable[..., Student]) -> Callable[[int], Student]:
    """A student who starts an exercise."""
    return lambda number: start(number, request.param)


def timeline(student: Student) -> dict[str, object]:
    """What the student's run says, and the interval of the share over the student's batch."""
    row = student.row(int(str(student.variant.figures["run"])))
    share = 100 * float(numpy.mean(student.columns()["energy_pause.deals"] > 0))
    return {
        "first_exchange": datetime.date(2025, 3, 18) + datetime.timedelta(days=row["exchange.first_agreed"]),
        "exchanges": row["exchange.deals"],
        "agreed": f"{row['exchange.agreed']:,}",
        "delivered": row["exchange.delivered"],
        "ceasefire": row["ceasefire.ending"].replace("_", " "),
        "days_blocked": row["ceasefire.days_blocked"],
        "pause": f"{share - 3.9:.1f}–{share + 3.9:.1f} %",
        "one_and_many": "One run is one run.",
    }


def test_a_timeline_read_rightly(at_work: Callable[[int], Student]) -> None:
    """Who reads the run and the batch rightly has all points, and the text goes to the teacher unmarked."""
    student = at_work(1)
    student.answer(**timeline(student))
    marks = student.marks()
    assert (marks.points, marks.most, marks.passed, lost(marks)) == (9, 9, True, {})
    assert marks.to_read == {"one_and_many": "One run is one run."}


def test_a_timeline_read_half_rightly(at_work: Callable[[int], Student]) -> None:
    """Promised for delivered, the handover for the agreement, and an interval of everything: each is told by itself."""
    student = at_work(1)
    right = timeline(student)
    student.answer(**right)
    student.answer(
        first_exchange=right["first_exchange"] + datetime.timedelta(days=1),  # type: ignore[operator]
        delivered=int(str(right["delivered"])) + 1,
        pause="[0, 100]",
    )
    marks = student.marks()
    assert lost(marks) == {"first_exchange": "high", "delivered": "high", "pause": "wide"}
    assert marks.points == 9 - 1 - 1 - 1.5


def gesture(student: Student) -> dict[str, object]:
    """What the pairs of the student's batch say."""
    with_it, without = student.columns(), student.columns("exchange.issues.gesture=[0]")
    home = float(numpy.mean(without["ukraine.returned"] - with_it["ukraine.returned"]))
    deals = float(numpy.mean(without["exchange.deals"] - with_it["exchange.deals"]))
    return {
        "prediction": "no difference",
        "deals": "more deals" if deals > 0 else "fewer deals",
        "home": f"[{home - 19:.1f}, {home + 19:.1f}]",
        "ceasefire": "no difference that can be told",
        "why": "They buy larger exchanges.",
    }


def no_gesture(student: Student, *more: str) -> None:
    """The file without gestures."""
    student.write("without.yaml", "tracks:", "  exchange:", "    issues: {gesture: [0]}", *more)


def better(student: Student, menu: str) -> None:
    """The file with another menu."""
    student.write("better.yaml", f"tracks: {{exchange: {{issues: {{gesture: {menu}}}}}}}")


def test_the_gesture_measured_rightly(at_work: Callable[[int], Student]) -> None:
    """One thing changed, the pairs read, and a menu with fewer steps: all points."""
    student = at_work(2)
    no_gesture(student)
    better(student, f"[0, {student.variant.figures['menu'][-1]}]")  # type: ignore[index]
    student.answer(**gesture(student))
    marks = student.marks()
    assert (marks.points, marks.most, lost(marks)) == (13, 13, {})


def test_the_gesture_measured_half_rightly(at_work: Callable[[int], Student]) -> None:
    """Another thing changed too, the wrong sign, and a menu without gestures: the rest still counts."""
    student = at_work(2)
    no_gesture(student, "horizon: 200")
    better(student, "[0]")
    right = gesture(student)
    low, high = str(right["home"]).strip("[]").split(", ")
    student.answer(**{**right, "home": f"[{-float(high)}, {-float(low)}]"})
    marks = student.marks()
    assert lost(marks) == {
        "without": "elsewhere", "no_gesture": "needs", "home": "high", "better": "short", "still_a_gesture": "short",
    }  # fmt: skip
    assert (marks.points, marks.passed) == (2 + 2 + 1, False)


FIVE = {
    "the truce is monitored": "monitored",
    "no rearming": "no_rearming",
    "root causes": "root_causes",
    "security interests": "security_interests",
    "aid and intelligence": "aid_and_intelligence",
}


def binding(student: Student) -> tuple[dict[str, object], tuple[str, str]]:
    """What the student's batches say, and two preconditions that together make the ceasefire likely."""
    base = student.columns()

    def agreed(*names: str) -> float:
        sets = [f"ceasefire.preconditions.russia.{name}=null" for name in names]
        return 100 * float(numpy.mean(student.columns(*sets)["ceasefire.deals"] > 0))

    days = {label: base[f"ceasefire.blocked.russia.{name}"].mean() for label, name in FIVE.items()}
    alone = {label: agreed(name) for label, name in FIVE.items()}
    pairs = [("no_rearming", "aid_and_intelligence"), ("root_causes", "aid_and_intelligence")]
    pair = max(pairs, key=lambda names: agreed(*names))
    gain = agreed(*pair) - 100 * float(numpy.mean(base["ceasefire.deals"] > 0))
    answers: dict[str, object] = {
        "most_days": max(days, key=lambda label: days[label]),
        "alone": max(alone, key=lambda label: alone[label]),
        "idle": min(alone, key=lambda label: alone[label]),
        "gain": f"{gain - 3.5:.1f} to {gain + 3.5:.1f}",
        "binds": "It depends on what else is kept.",
    }
    return answers, pair


def relaxed(student: Student, *names: str) -> None:
    """The file without some preconditions."""
    gone = ", ".join(f"{name}: null" for name in names)
    student.write("pair.yaml", f"tracks: {{ceasefire: {{preconditions: {{russia: {{{gone}}}}}}}}}")


def test_binding_preconditions_found(at_work: Callable[[int], Student]) -> None:
    """Who takes preconditions away and counts has all points, whichever bind with the student's own figures."""
    student = at_work(3)
    answers, pair = binding(student)
    relaxed(student, *pair)
    student.answer(**answers)
    marks = student.marks()
    assert (marks.points, marks.most, lost(marks)) == (11, 11, {})


def test_binding_preconditions_half_found(at_work: Callable[[int], Student]) -> None:
    """Three taken for two, and the idle one named first: these are lost, the other answers stand."""
    student = at_work(3)
    answers, pair = binding(student)
    relaxed(student, *pair, "monitored")
    student.answer(**{**answers, "alone": answers["idle"]})
    marks = student.marks()
    assert {"alone": "wrong", "pair_only": "many", "pair": "needs"}.items() <= lost(marks).items()
    assert marks.points <= 5


def test_the_least_of_pairs_is_not_enough(at_work: Callable[[int], Student]) -> None:
    """Two preconditions of which one is granted anyway open nothing."""
    student = at_work(3)
    relaxed(student, "monitored", "security_interests")
    student.answer(gain="[60, 66]")
    found = lost(student.marks())
    assert (found["pair"], found["gain"]) == ("short", "high")


@pytest.mark.parametrize("number", range(1, 8))
def test_nonsense_gains_nothing_and_breaks_nothing(number: int, start: Callable[..., Student]) -> None:
    """Words for numbers, backwards intervals, files that are none: no points, every fault with its place."""
    student = start(number)
    student.answer(**{name: "[9, x, {" if n % 2 else "perhaps" for n, name in enumerate(student.exercise.task.answers)})
    for file in student.exercise.task.files.values():
        (student.folder / file.file).write_text("tracks: [none]\n", encoding="utf-8")
    marks = student.marks()
    assert (marks.points, marks.passed) == (0, False)
    assert marks.faults
    assert all(
        fault.file in ("answers.yaml", *(f.file for f in student.exercise.task.files.values()))
        for fault in marks.faults
    )


@pytest.mark.parametrize("number", range(1, 8))
def test_an_empty_folder_gains_nothing(number: int, start: Callable[..., Student]) -> None:
    """Everything is missing, and nothing is wrong."""
    marks = start(number).marks()
    assert {each.verdict for each in marks.marks} == {Verdict.MISSING}
    assert (marks.points, marks.faults, marks.passed) == (0, (), False)


def test_figures_of_another_student_do_not_serve(start: Callable[..., Student]) -> None:
    """The answers of one student's run are mostly wrong for another's, as the teacher works the figures out anew."""
    one, other = (start(1, name) for name in STUDENTS)
    one.answer(**timeline(one))
    assert one.marks().points == 9
    assert mark(one.folder, one.exercise, variant=other.variant, replications=one.runs).points < 9


@pytest.mark.parametrize("number", range(1, 8))
def test_a_key_is_worked_out_for_a_teacher(number: int, start: Callable[..., Student]) -> None:
    """What a student of the figures would find is computed for the teacher, and stands in no file of the folder."""
    student = start(number)
    found = key(student.exercise, student.variant, student.runs)
    assert set(found) == set(student.exercise.task.criteria)
    if number == 1:
        row = student.row(int(str(student.variant.figures["run"])))
        assert found["agreed"] == f"{row['exchange.agreed']:g}"
        assert found["ceasefire"].startswith(row["ceasefire.ending"].replace("_", " "))
