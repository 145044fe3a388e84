"""What a student hands in, taken into a place of its own, where it can reach nothing but what is shipped.

Only the files that a task names are taken, and of these only ordinary files of a reasonable size. The starter and what
it rests on are written anew, so that nothing that was changed beside the files handed in can count.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sim.classroom.answers import Answers, read_answers
from sim.classroom.exercises import START
from sim.classroom.started import ANSWERS, write_starter
from sim.classroom.task_file import open_source
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.faults import Fault, InvalidScenario, Report
from sim.scenario.reading import Reading, read
from sim.scenario.tree import MOST_BYTES, Node

if TYPE_CHECKING:
    from sim.classroom.exercises import Exercise, Task
    from sim.classroom.variants import Variant


class HandedIn:
    """The files of one student for one exercise, in a workplace of their own."""

    def __init__(self, folder: Path, exercise: "Exercise", variant: "Variant", workplace: Path) -> None:
        """Take the files in.

        Args:
            folder: where the student worked; nothing in it is trusted.
            exercise: the exercise.
            variant: the student's figures.
            workplace: an empty folder, in which everything is read.
        """
        self.task: Task = exercise.task_of(variant)
        self.fresh, self.place = workplace / "fresh", workplace / "handed in"
        for each in (self.fresh, self.place):
            each.mkdir()
            write_starter(exercise, variant, each)
        self.refused: dict[str, Fault] = {}
        self.taken = {name for name in self._names() if self._take(folder, name)}
        self._cases: dict[tuple[str, tuple[str, ...]], tuple[Case, Reading]] = {}

    def _names(self) -> Iterator[str]:
        yield ANSWERS
        yield from (file.file for file in self.task.files.values())

    def _take(self, folder: Path, name: str) -> bool:
        source = folder / name
        try:
            found = os.lstat(source)
        except (OSError, ValueError):
            return False
        if not stat.S_ISREG(found.st_mode) or found.st_size > MOST_BYTES:
            why = "not an ordinary file" if not stat.S_ISREG(found.st_mode) else f"larger than {MOST_BYTES:,} bytes"
            self.refused[name] = Fault(name, 0, 0, "", why)
            return False
        with source.open("rb") as file:
            (self.place / name).write_bytes(file.read(MOST_BYTES + 1))
        return True

    def answers(self) -> Answers:
        """What was answered."""
        if ANSWERS in self.refused:
            return Answers({}, (self.refused[ANSWERS],))
        return read_answers(self.place / ANSWERS, ANSWERS, self.task)

    def has(self, name: str) -> bool:
        """Whether a file of the task was handed in; the starter is always there."""
        return name == START or self.task.files[name].file in {*self.taken, *self.refused}

    def strategy(self, name: str) -> Path:
        """Where the file of a strategy stands. It is never run here."""
        return self.place / self.task.files[name].file

    def case(self, name: str, changes: tuple[str, ...] = ()) -> Case:
        """A scenario, compiled: the starter, or one that was handed in. Raises InvalidScenario."""
        return self._read(name, changes)[0]

    def reading(self, name: str) -> Reading:
        """A scenario as it was read. Raises InvalidScenario."""
        return self._read(name, ())[1]

    def _read(self, name: str, changes: tuple[str, ...]) -> tuple[Case, Reading]:
        key = (name, changes)
        if key not in self._cases:
            self._cases[key] = self._compile(name, changes)
        return self._cases[key]

    def _compile(self, name: str, changes: tuple[str, ...]) -> tuple[Case, Reading]:
        if name == START:
            assert self.task.starter is not None, "the task speaks of its starter only if it has one"
            path = self.fresh / self.task.starter
        else:
            file = self.task.files[name].file
            if file in self.refused:
                raise InvalidScenario([self.refused[file]])
            path = self.place / file
        try:
            for scenario in [each for each in self.place.glob("*.yaml") if each.name != ANSWERS]:
                _require_inside(scenario)
            reading = read(path, changes)
            return compile_case(reading), reading
        except InvalidScenario as invalid:
            raise InvalidScenario([self._told(fault) for fault in invalid.faults]) from None

    def _told(self, fault: Fault) -> Fault:
        """A fault as the student knows the files."""

        def told(text: str) -> str:
            return text.replace(f"{self.place}{os.sep}", "").replace(f"{self.fresh}{os.sep}", "")

        return replace(fault, file=told(fault.file), message=told(fault.message), suggestion=told(fault.suggestion))


def _require_inside(path: Path) -> None:
    """Make sure, before anything that it names is opened, that a file names only files beside and below it.

    Raises:
        InvalidScenario: it reaches out, or names a program.
    """
    report = Report()
    for key, node in _named(open_source(path).root):
        value = str(node.value)
        if key == "file":
            report.fault(node.place, [key], f"'{value}': a strategy from a file cannot be part of what is marked")
        elif not _stays_inside(value):
            report.fault(node.place, [key], f"'{value}': only the starter and the files under shipped can be used")
    if report.faults:
        raise InvalidScenario(report.faults)


def _stays_inside(value: str) -> bool:
    path = PurePosixPath(value.replace("\\", "/"))
    return not path.is_absolute() and ".." not in path.parts and ":" not in value


def _named(node: Node) -> Iterator[tuple[str, Node]]:
    """Everything in a tree that names a file, at whatever place."""
    for key, entry in node.entries.items():
        if key in ("extends", "claims", "file") and isinstance(entry.node.value, str):
            yield key, entry.node
        yield from _named(entry.node)
    for item in node.value if isinstance(node.value, list) else ():
        yield from _named(item)
