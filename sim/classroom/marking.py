"""What a student handed in, marked: every criterion by itself, from the files alone."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.classroom.answers import Given
from sim.classroom.criteria import CriterionPart, Read
from sim.classroom.exercises import Exercise
from sim.classroom.handed_in import HandedIn
from sim.classroom.judging import INVALID, MISSING, UNUSABLE, Desk, Judgement, Verdict, judge, key_of
from sim.classroom.measuring import Bench
from sim.classroom.variants import Variant
from sim.scenario.faults import Fault


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the table of marks."""

    criterion: str
    """Its name in the task."""
    asked: str
    points: float
    most: int
    """Points that there are; 0 of a text that the teacher reads."""
    verdict: Verdict
    way: str
    """In which it failed, one of the criterion's ways; else empty."""
    feedback: str
    """For the student; nothing where all is well."""
    computed: str
    """What was computed, for the teacher alone."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What one student got for one exercise."""

    exercise: str
    student: str
    marks: tuple[Mark, ...]
    passing: float
    """Share of the points from which the exercise is passed."""
    to_read: Mapping[str, str]
    """Texts for the teacher, by the name of the answer; no machine has marked them."""
    given: Mapping[str, Given]
    """Everything that was answered."""
    faults: tuple[Fault, ...]
    """What is wrong with files that were handed in."""

    @property
    def points(self) -> float:
        """All points together."""
        total = 0.0
        for mark in self.marks:
            total += mark.points
        return total

    @property
    def most(self) -> int:
        """Points that a machine can give."""
        return sum(mark.most for mark in self.marks)

    @property
    def passed(self) -> bool:
        """Whether enough was reached."""
        return self.most > 0 and self.points >= self.passing * self.most - 1e-9


def mark(folder: Path, exercise: Exercise, *, variant: Variant, replications: int | None = None) -> Marks:
    """Mark what stands in a folder. No file of it is changed, and none of its programs is run in this process.

    Args:
        folder: where a student worked; what it says of its own figures is not looked at.
        exercise: the exercise.
        variant: the student's figures: those of the folder where one marks oneself, else worked out from the secret.
        replications: of every batch, in place of those of the task.

    Raises:
        InvalidScenario: the exercise itself is faulty.
        OSError: the folder cannot be read.
    """
    task = exercise.task_of(variant)
    with tempfile.TemporaryDirectory(prefix="parley-marking-") as workplace:
        desk = _desk(folder, exercise, variant, Path(workplace), replications or task.replications)
        judged = dict[str, tuple[CriterionPart, Judgement]]()
        for name, criterion in task.criteria.items():
            unmet = [each for each in criterion.needs if judged[each][1].share == 0]
            judged[name] = (criterion, judge(criterion, desk, task.criteria[unmet[0]] if unmet else None))
    faults = [*desk.answers.faults]
    for _, judgement in judged.values():
        faults += [fault for fault in judgement.faults if fault not in faults]
    return Marks(
        exercise=exercise.word,
        student=variant.student,
        marks=tuple(_line(name, *each) for name, each in judged.items()),
        passing=task.passing,
        to_read={
            name: str(desk.answers.given[name])
            for name, answer in task.answers.items()
            if answer.kind == "text" and name in desk.answers.given
        },
        given=desk.answers.given,
        faults=tuple(faults),
    )


def key(exercise: Exercise, variant: Variant, replications: int | None = None) -> dict[str, str]:
    """What is computed for a student's figures, by criterion: for a teacher, worked out anew each time."""
    task = exercise.task_of(variant)
    with tempfile.TemporaryDirectory(prefix="parley-marking-") as workplace:
        nothing = Path(workplace, "nothing")
        nothing.mkdir()
        desk = _desk(nothing, exercise, variant, Path(workplace), replications or task.replications)
        return {name: key_of(criterion, desk) for name, criterion in task.criteria.items()}


def _desk(folder: Path, exercise: Exercise, variant: Variant, workplace: Path, replications: int) -> Desk:
    handed_in = HandedIn(folder, exercise, variant, workplace)
    return Desk(handed_in, handed_in.answers(), Bench(handed_in, variant.seed, replications))


def _line(name: str, criterion: CriterionPart, judged: Judgement) -> Mark:
    to_read = isinstance(criterion, Read)
    invalid = UNUSABLE if judged.detail else INVALID
    said = criterion.otherwise.get(judged.way, {"missing": MISSING, "invalid": invalid}.get(judged.way, ""))
    return Mark(
        criterion=name,
        asked=criterion.ask,
        points=judged.share * criterion.points,
        most=0 if to_read else criterion.points,
        verdict=judged.verdict,
        way=judged.way,
        feedback=" ".join(filter(None, [said, judged.detail])),
        computed=judged.computed,
    )
