"""The exercises: where they are, and the task of each as checked data."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

import sim
from sim.classroom.criteria import Criterion
from sim.classroom.task_file import Figure, Source, TaskPart, fill, open_source
from sim.classroom.variants import Token, Variant, own_token, variant_of
from sim.scenario.faults import InvalidScenario, Report, nearest, one_of
from sim.scenario.tree import Positions
from sim.show.told import Refused

FORMAT = 1
WORD = re.compile(r"([0-9]{2})-[a-z0-9]+(-[a-z0-9]+)*")
START = "start"
"""The starter, among the scenarios that a task speaks of."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*\.(yaml|py)$")]


class NoExercise(Refused):
    """An exercise, or a folder of them, that there is none of; and what there is."""


class Varies(TaskPart):
    """A figure that differs from student to student."""

    at: str = Field("", description="where in the starter it is put, as a path; its value there is an example")
    one_of: list[Figure] = Field([], description="what it may be")
    first: int | float | None = Field(None, alias="from", description="or: the least of a range ...")
    to: int | float | None = Field(None, description="... the most ...")
    step: int | float = Field(1, description="... and the step between")

    @model_validator(mode="after")
    def _either(self) -> Self:
        ranged = self.first is not None and self.to is not None
        if bool(self.one_of) == ranged or (self.first is None) != (self.to is None):
            raise PydanticCustomError("varies", "expected either 'one_of' or 'from' and 'to'")
        if ranged and (self.step <= 0 or self.to < self.first):  # type: ignore[operator]
            raise PydanticCustomError("varies", "expected 'to' above 'from', and a step above 0")
        return self

    @property
    def values(self) -> list[Figure]:
        """Everything that it may be."""
        if self.first is None or self.to is None:
            return self.one_of
        steps = int((self.to - self.first) / self.step + 1e-9)
        return [round(self.first + place * self.step, 9) for place in range(steps + 1)]


class File(TaskPart):
    """A file that is handed in."""

    file: FileName
    kind: Literal["scenario", "strategy", "claims"] = "scenario"
    what: Text = Field(description="what is asked of it, for students")
    template: FileName | None = Field(None, description="a file beside the task that it begins as")


class Answer(TaskPart):
    """Something that is handed in as a line of answers.yaml."""

    kind: Literal["choice", "number", "interval", "date", "text"]
    what: Text = Field(description="the question, for students")
    choices: list[Text] = Field([], description="of a choice: what there is to choose from")
    unit: str = Field("", description="of a number or an interval")
    words: int = Field(120, ge=1, le=1000, description="of a text: about how many words at most")

    @model_validator(mode="after")
    def _choices(self) -> Self:
        if (self.kind == "choice") != bool(self.choices):
            raise PydanticCustomError("answer", "'choices' belong to a choice, and a choice needs them")
        return self


class Task(TaskPart):
    """What an exercise asks, what is handed in, and how it is judged."""

    parley: Literal[1] = 1
    exercise: Text = Field(description="its title")
    minutes: int = Field(ge=5, le=600)
    aims: list[Text] = Field(min_length=1)
    starter: FileName | None = Field(None, description="a scenario file beside the task")
    replications: int = Field(1000, ge=20, le=5000, description="of the batches that a check runs")
    passing: float = Field(0.6, ge=0, le=1, alias="pass", description="share of the points from which it is passed")
    varies: dict[Name, Varies] = Field(default_factory=dict)
    files: dict[Name, File] = Field(default_factory=dict)
    answers: dict[Name, Answer] = Field(default_factory=dict)
    criteria: dict[Name, Criterion] = Field(min_length=1)
    hints: list[Text] = Field(min_length=3, max_length=3, description="from a nudge to nearly all")

    def require_names(self, source: Source) -> None:
        """Make sure that criteria refer to what there is. Raises InvalidScenario, with the place of every slip."""
        report, positions = Report(), Positions(source.root)
        files = {kind: [n for n, file in self.files.items() if file.kind == kind] for kind in ("scenario", "strategy")}
        known = {
            "scenario": [*([START] if self.starter else []), *files["scenario"]],
            "strategy": files["strategy"],
            "answer": list(self.answers),
        }
        for at, (name, criterion) in enumerate(self.criteria.items()):
            known["criterion further up"] = list(self.criteria)[:at]
            uses = [*criterion.uses(), *(("criterion further up", each) for each in criterion.needs)]
            for kind, used in dict.fromkeys(uses):
                if used not in known[kind]:
                    found = positions.find(["criteria", name])
                    there = f": there is {one_of(known[kind])}" if known[kind] else ""
                    report.fault(
                        found.place, found.path, f"there is no {kind} '{used}'{there}", nearest(used, known[kind])
                    )
        for name in (START, "seed"):
            if name in (*self.files, *self.varies):
                where = ["files" if name in self.files else "varies", name]
                report.fault(positions.find(where).place, where, f"'{name}' is there of itself: choose another name")
        if report.faults:
            raise InvalidScenario(report.faults)


class _Head(TaskPart):
    """The part of a task that says what varies."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, populate_by_name=True)
    varies: dict[Name, Varies] = Field(default_factory=dict)


@dataclass(frozen=True)
class Exercise:
    """One exercise: a folder with a brief, a task, mostly a starter, and a debrief."""

    folder: Path
    source: Source

    @property
    def word(self) -> str:
        """Its folder's name, by which everything else knows it: `02-the-gesture`."""
        return self.folder.name

    @property
    def number(self) -> int:
        """By which it is asked for."""
        return int(self.word[:2])

    @cached_property
    def varies(self) -> Mapping[str, Varies]:
        """What differs from student to student."""
        return self.source.checked(_Head).varies

    @cached_property
    def task(self) -> Task:
        """The task with the figures of somebody who studies alone."""
        return self.task_of(self.variant(own_token(self.word)))

    @property
    def version(self) -> str:
        """A short hash of what the figures and marks of an exercise rest on."""
        hashed = hashlib.sha256()
        for name in ("task.yaml", self.task.starter or "task.yaml"):
            hashed.update((self.folder / name).read_bytes() + b"\0")
        return hashed.hexdigest()[:8]

    def variant(self, token: Token) -> Variant:
        """The figures of a student."""
        return variant_of(token, self.word, {name: each.values for name, each in self.varies.items()})

    def task_of(self, variant: Variant) -> Task:
        """The task with the figures of a student. Raises InvalidScenario."""
        task = self.source.checked(Task, variant.figures)
        task.require_names(self.source)
        return task

    def page(self, name: str, variant: Variant) -> str:
        """One of its Markdown pages (`brief`, `debrief`) with the figures of a student."""
        return self.template(f"{name}.md", variant)

    def template(self, name: str, variant: Variant) -> str:
        """A text beside the task with the figures of a student."""
        return fill((self.folder / name).read_text(encoding="utf-8"), variant.figures)


def folder_of_exercises(given: Path | None = None) -> Path:
    """Where the exercises are: where somebody says, in the clone that this laboratory runs from, or here.

    Raises:
        NoExercise: nowhere.
    """
    places = [given] if given is not None else [
        Path(next(iter(sim.__path__))).parent / "scenarios" / "exercises",
        Path("scenarios") / "exercises",
    ]  # fmt: skip
    for place in places:
        if place.is_dir():
            return place
    if given is not None:
        raise NoExercise(f"'{given}' is no folder of exercises")
    raise NoExercise(
        "the exercises are not here: they are the folder scenarios/exercises of a clone of the repository;"
        " name it with --exercises"
    )


def exercises(folder: Path) -> list[Path]:
    """The folders of exercises within a folder, by number."""
    return sorted(each for each in folder.iterdir() if WORD.fullmatch(each.name) and (each / "task.yaml").is_file())


def find_exercise(folder: Path, wanted: str) -> Exercise:
    """An exercise by its number or its word.

    Raises:
        NoExercise: there is no such exercise.
        InvalidScenario: its task is faulty.
    """
    found = exercises(folder)
    for each in found:
        if wanted == each.name or (re.fullmatch("[0-9]{1,2}", wanted) and int(wanted) == int(each.name[:2])):
            exercise = Exercise(each, open_source(each / "task.yaml"))
            _ = exercise.task
            return exercise
    names = ", ".join(each.name for each in found) or "none"
    raise NoExercise(f"there is no exercise '{wanted}' in '{folder}': there is {names}")
