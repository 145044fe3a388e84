"""A folder of submissions, marked one by one, each in a process of its own with limits on time, memory and files."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import sim
from sim.classroom.course import Course
from sim.classroom.exercises import Exercise, NoExercise, find_exercise
from sim.classroom.intake import Unacceptable, take_in
from sim.classroom.started import Card, read_card, read_started
from sim.classroom.variants import NoToken, Variant
from sim.scenario.faults import InvalidScenario

PATIENCE = 4
"""How much longer than its processor time a process may take by the clock on the wall: the machine is busy."""


@dataclass(frozen=True, slots=True)
class Within:
    """What marking one folder may use."""

    seconds: int = 300
    """Of processor time."""
    memory: int = 6 * 1024 * 1024 * 1024
    """Bytes of address space: the compiled engine reserves much more than it uses."""


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of one folder that was marked."""

    criterion: str
    asked: str
    points: float
    most: int
    verdict: str
    way: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Graded:
    """What became of one exercise of one submission."""

    submission: str
    """Name of the file or folder."""
    student: str
    exercise: str
    points: float = 0.0
    most: int = 0
    passed: bool = False
    hints: int = 0
    lines: tuple[Line, ...] = ()
    to_read: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    refused: str = ""
    """Why it could not be marked; empty where it could."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Hash of each file that was handed in, by name, without the card and the sheet of answers."""
    given: str = ""
    """Hash of everything that was answered; empty where nothing was."""


class Grader:
    """Marks submissions, of a course or of people who study alone."""

    def __init__(
        self, exercises: Path, course: Course | None, within: Within | None = None, replications: int | None = None
    ) -> None:
        self.exercises = exercises
        self.course = course
        self.within = within or Within()
        self.replications = replications

    def grade(self, submissions: Sequence[Path], jobs: int = 1) -> list[Graded]:
        """Mark all; in the order of the submissions, with any number of jobs the same."""
        with ThreadPoolExecutor(max(1, jobs)) as pool:
            return [one for graded in pool.map(self.grade_one, submissions) for one in graded]

    def grade_one(self, submission: Path) -> list[Graded]:
        """Mark one submission, which may hold several exercises."""
        with tempfile.TemporaryDirectory(prefix="parley-grading-", ignore_cleanup_errors=True) as place:
            try:
                folders = take_in(submission, Path(place))
            except Unacceptable as why:
                return [Graded(submission.name, "", "", refused=str(why))]
            return [self._grade_folder(submission.name, folder) for folder in folders]

    def _grade_folder(self, name: str, folder: Path) -> Graded:
        student = word = ""
        try:
            card = read_card(folder)
            student, word = card.student, card.exercise
            exercise = find_exercise(self.exercises, card.exercise)
            word = exercise.word
            variant = self._variant(card, exercise, folder)
            told = self._marked(folder, exercise, variant)
        except InvalidScenario as invalid:
            why = str(invalid.faults[0]).partition("\n")[0].replace(f"{folder}{os.sep}", "")
            return Graded(name, student[:40], word[:60], refused=why)
        except (NoExercise, NoToken, Unacceptable) as error:
            return Graded(name, student[:40], word[:60], refused=str(error))
        given = told["given"]
        return Graded(
            submission=name,
            student=variant.student,
            exercise=word,
            points=float(told["points"]),
            most=int(told["most"]),
            passed=bool(told["passed"]),
            hints=card.hints,
            lines=tuple(Line(**{key: one[key] for key in Line.__slots__}) for one in told["marks"]),
            to_read=told["to_read"],
            faults=tuple(told["faults"]),
            files=_hashes(folder, [file.file for file in exercise.task_of(variant).files.values()]),
            given=_hash(json.dumps(given, sort_keys=True).encode()) if given else "",
        )

    def _variant(self, card: Card, exercise: Exercise, folder: Path) -> Variant:
        """The student's figures: worked out from the secret, or as the folder says where there is no course."""
        if self.course is None:
            return read_started(folder, exercise).variant
        if card.student not in self.course.students:
            raise Unacceptable(f"'{card.student[:40]}' is not in the course")
        if exercise.word not in [each.word for each in self.course.exercises]:
            raise Unacceptable(f"exercise '{exercise.word}' is not part of the course")
        variant = self.course.variant(exercise, card.student)
        if card.course != variant.course:
            raise Unacceptable("it was started for another course, or for none: the figures are others")
        return variant

    def _marked(self, folder: Path, exercise: Exercise, variant: Variant) -> dict[str, Any]:
        """What the process says that marks it; raises Unacceptable where it breaks a limit."""
        order = {
            "folder": str(folder),
            "exercise": str(exercise.folder.resolve()),
            "variant": asdict(variant),
            "replications": self.replications,
            "seconds": self.within.seconds,
            "memory": self.within.memory,
        }
        surroundings = {name: value for name, value in os.environ.items() if name != self._hidden()}
        root = str(Path(next(iter(sim.__path__))).resolve().parent)
        surroundings["PYTHONPATH"] = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sim.classroom.marking_child"],  # -P: imports nothing from where one stands
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=surroundings, start_new_session=True, text=True, encoding="utf-8",
        )  # fmt: skip
        try:
            said, _ = process.communicate(json.dumps(order), timeout=PATIENCE * self.within.seconds)
        except subprocess.TimeoutExpired:
            raise Unacceptable(f"marking took more than {PATIENCE * self.within.seconds} seconds") from None
        finally:
            _end(process)
        if process.returncode != 0:
            raise Unacceptable(_why(process.returncode, self.within))
        told: dict[str, Any] = json.loads(said)
        return told

    def _hidden(self) -> str:
        return self.course.secret_variable if self.course is not None else ""


def _end(process: "subprocess.Popen[str]") -> None:
    """End a process and all of its session."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # it has ended
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.communicate()


def _why(status: int, within: Within) -> str:
    if sys.platform != "win32" and -status in (signal.SIGXCPU, signal.SIGKILL):
        return f"marking used more than {within.seconds} seconds of processor time, or was ended by the system"
    return f"marking ended with status {status}: it used more memory than it may have, or the program has a fault"


def _hashes(folder: Path, names: Sequence[str]) -> dict[str, str]:
    places = {name: folder / name for name in sorted(names)}
    return {name: _hash(place.read_bytes()) for name, place in places.items() if place.is_file()}


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def alike(graded: Sequence[Graded]) -> list[tuple[str, str, tuple[str, ...]]]:
    """What several students handed in alike: the exercise, what it is, and who. It may have good reasons."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in graded:
        things = {**one.files, **({"all answers": one.given} if one.given else {})}
        for name, digest in things.items():
            found.setdefault((one.exercise, name, digest), []).append(one.student)
    rows = [(word, name, tuple(sorted(set(who)))) for (word, name, _), who in found.items()]
    return sorted(row for row in rows if len(row[2]) > 1)
