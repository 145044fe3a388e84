"""A course: who takes part, which exercises, and the secret from which everybody's figures come."""

import csv
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from sim.classroom.exercises import Exercise, find_exercise
from sim.classroom.task_file import TaskPart, open_source
from sim.classroom.variants import FEWEST, NoToken, Token, Variant, pseudonym, token_of

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
SECRET_FILE = "secret.txt"
"""Beside the course's file, where it names no other place."""


class NoCourse(ValueError):
    """A course that cannot be held as its file says, and why."""


class Secret(TaskPart):
    """Where the secret is kept; never in the course's own file."""

    file: str = Field("", description="a file beside the course's, made at the first build if it is not there")
    environment: str = Field("", description="or: the name of an environment variable")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.file) == bool(self.environment):
            raise PydanticCustomError("secret", "expected either 'file' or 'environment'")
        return self


class CourseFile(TaskPart):
    """What a course's file says."""

    parley: Literal[1] = 1
    course: Text = Field(description="its title")
    secret: Secret = Secret(file=SECRET_FILE)
    students: list[Text] | Text = Field(
        description="pseudonyms, or a CSV file of them: its column 'student', or its first"
    )
    exercises: list[int | Text] = Field(min_length=1, description="numbers or names")
    deadline: str = ""
    weights: dict[str, float] = Field({}, description="by exercise, as it is named above; 1 where nothing is said")


@dataclass(frozen=True)
class Course:
    """A course that can be held."""

    title: str
    deadline: str
    students: tuple[str, ...]
    exercises: tuple[Exercise, ...]
    weights: tuple[float, ...]
    """Of each exercise."""
    secret: str
    secret_variable: str
    """The environment variable that holds the secret; empty where a file does."""

    def token(self, student: str) -> Token:
        """The token of a student."""
        return token_of(self.secret, student)

    def variant(self, exercise: Exercise, student: str) -> Variant:
        """The figures of a student for an exercise."""
        return exercise.variant(self.token(student))

    def weight(self, word: str) -> float:
        """Of an exercise by its name."""
        return next(
            weight for exercise, weight in zip(self.exercises, self.weights, strict=True) if exercise.word == word
        )


def read_course(path: Path, exercises: Path, *, may_make_secret: bool = False) -> Course:
    """The course in a file.

    Args:
        path: of the file.
        exercises: the folder of all exercises.
        may_make_secret: make the file of the secret, for its owner's eyes only, where it is not there.

    Raises:
        InvalidScenario: the file is faulty, with every fault's place.
        NoCourse: a student's name, the secret, or the list of students is not usable.
        NoExercise: there is no such exercise.
    """
    said = open_source(path).checked(CourseFile)
    students = _students(said.students, path.parent)
    found = tuple(find_exercise(exercises, str(each)) for each in said.exercises)
    if len({exercise.word for exercise in found}) < len(found):
        raise NoCourse(f"'{path}': an exercise is named twice")
    unknown = [each for each in said.weights if each not in [str(one) for one in said.exercises]]
    if unknown or any(not 0 <= weight < 1e6 for weight in said.weights.values()):
        raise NoCourse(
            f"'{path}': weights are numbers from 0 on, of exercises as 'exercises' names them: {said.weights}"
        )
    secret = _secret(said.secret, path.parent, may_make_secret)
    return Course(
        title=said.course,
        deadline=said.deadline,
        students=students,
        exercises=found,
        weights=tuple(said.weights.get(str(each), 1.0) for each in said.exercises),
        secret=secret,
        secret_variable=said.secret.environment,
    )


def _students(said: Sequence[str] | str, beside: Path) -> tuple[str, ...]:
    names = _from_csv(beside / said) if isinstance(said, str) else list(said)
    if not names:
        raise NoCourse("there are no students")
    seen: dict[str, str] = {}
    for name in names:
        try:
            pseudonym(name)
        except NoToken as error:
            raise NoCourse(str(error)) from None
        if name.casefold() in seen:  # some systems do not tell the case of a folder's name
            raise NoCourse(f"students '{seen[name.casefold()]}' and '{name}' have the same name")
        seen[name.casefold()] = name
    return tuple(names)


def _from_csv(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        parted = (
            ";" if lines and ";" in lines[0] and "," not in lines[0] else ","
        )  # as spreadsheets of some countries do
        rows = [row for row in csv.reader(lines, delimiter=parted) if any(row)]
    except OSError as error:
        raise NoCourse(f"'{path}': {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise NoCourse(f"'{path}' is no CSV file in UTF-8: {error}") from None
    heads = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if "student" not in heads:
        return [row[0].strip() for row in rows]
    column = heads.index("student")
    return [row[column].strip() for row in rows[1:] if len(row) > column]


def _secret(said: Secret, beside: Path, may_make: bool) -> str:
    if said.environment:
        secret = os.environ.get(said.environment, "").strip()
        if len(secret) < FEWEST:
            raise NoCourse(
                f"the environment variable {said.environment} holds no secret of {FEWEST} characters or more"
            )
        return secret
    path = beside / said.file
    if not path.exists() and may_make:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(24) + "\n")
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise NoCourse(f"the file of the secret, '{path}', is not there: 'parley teach build' makes it") from None
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise NoCourse(f"others may read the file of the secret: chmod 600 '{path}'")
    if len(secret) < FEWEST:
        raise NoCourse(f"the secret in '{path}' has {len(secret)} characters: expected {FEWEST} or more")
    return secret
