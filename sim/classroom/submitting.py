"""A student's work as one file for the teacher: the same bytes for the same work."""

import json
import zipfile
from io import BytesIO
from pathlib import Path

from sim.classroom.exercises import Exercise
from sim.classroom.marking import Marks
from sim.classroom.started import ANSWERS, CARD, Started
from sim.study.landing import land
from sim.terms import DISCLAIMER

RECORD = "check.json"
"""What the student's own check said; a teacher marks again from the files."""
WHEN = (1980, 1, 1, 0, 0, 0)
"""The time that every file of a submission bears."""


def submission(started: Started, exercise: Exercise, marks: Marks) -> bytes:
    """The zip file of a started folder: its card, its answers, the files that the task names, and the check's record.

    Raises:
        OSError: a file cannot be read.
    """
    names = [CARD, ANSWERS, *(file.file for file in exercise.task.files.values())]
    files = {
        name: (started.folder / name).read_bytes()
        for name in names
        if (started.folder / name).is_file() and not (started.folder / name).is_symlink()
    }
    files[RECORD] = record(marks).encode()
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as file:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{name_of(marks)}/{name}", WHEN)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            file.writestr(entry, data)
    return packed.getvalue()


def name_of(marks: Marks) -> str:
    """What a submission is called: exercise and student."""
    return f"{marks.exercise}-{marks.student.replace(' ', '-')}"


def record(marks: Marks) -> str:
    """Marks as JSON, without what only a teacher is told."""
    lines = [
        {
            "criterion": mark.criterion,
            "points": mark.points,
            "most": mark.most,
            "verdict": mark.verdict.value,
            "feedback": mark.feedback,
        }
        for mark in marks.marks
    ]
    whole = {
        "exercise": marks.exercise,
        "student": marks.student,
        "points": marks.points,
        "most": marks.most,
        "passed": marks.passed,
        "marks": lines,
        "disclaimer": DISCLAIMER,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def write_submission(path: Path, packed: bytes) -> None:
    """Write a submission, whole or not at all. Raises OSError."""
    land(path, packed)
