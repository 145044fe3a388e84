"""The packs of a course: one for each student, without a key or a secret, and apart from them the instructor's."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from sim.classroom.course import Course, NoCourse
from sim.classroom.exercises import Exercise
from sim.classroom.marking import key
from sim.classroom.sharing import sharing
from sim.classroom.started import write_started
from sim.classroom.submitting import WHEN
from sim.classroom.tables import table
from sim.classroom.variants import Variant
from sim.show.words import counted
from sim.study.landing import land
from sim.terms import DISCLAIMER

STUDENTS, INSTRUCTOR = "students", "instructor"
MOST_SHOWN = 4
"""Different keys of a criterion that the instructor's page shows; all are in keys.csv."""


def require_room(out: Path) -> None:
    """Make sure that no pack stands where these would. Raises NoCourse."""
    for name in (STUDENTS, INSTRUCTOR):
        place = out / name
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            raise NoCourse(f"'{place}' is there already, and is left as it is")


def write_student_packs(course: Course, out: Path) -> None:
    """Write a folder and a zip file for every student: nothing in them comes from a key.

    Raises:
        InvalidScenario: a starter is faulty.
        OSError: it cannot be written.
    """
    for student in course.students:
        folder = out / STUDENTS / student
        for exercise in course.exercises:
            write_started(exercise, course.variant(exercise, student), folder / exercise.word)
        (folder / "README.txt").write_text(_welcome(course, student), encoding="utf-8", newline="\n")
        land(out / STUDENTS / f"{student}.zip", packed(folder, student))


def packed(folder: Path, name: str) -> bytes:
    """A folder as a zip file, the same bytes for the same files."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as file:
        for each in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(f"{name}/{each.relative_to(folder).as_posix()}", WHEN)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            file.writestr(entry, each.read_bytes())
    return whole.getvalue()


def _welcome(course: Course, student: str) -> str:
    lines = [
        course.title,
        "=" * len(course.title),
        "",
        f"For {student}. The figures in these exercises are yours alone.",
        "",
    ]
    for exercise in course.exercises:
        task = exercise.task_of(course.variant(exercise, student))
        lines.append(f"{exercise.word}/  {task.exercise}, about {task.minutes} minutes")
    if course.deadline:
        lines += ["", f"Hand in by: {course.deadline}"]
    lines += [
        "",
        "Begin with brief.md of each. Check what you have, as often as you like, and pack it in the end:",
        "",
        *(f"    parley exercise {word} {course.exercises[0].word}" for word in ("check", "submit")),
        "",
        DISCLAIMER,
        "",
    ]
    return "\n".join(lines)


def write_instructor_pack(
    course: Course,
    out: Path,
    *,
    keys: bool = True,
    replications: int | None = None,
    jobs: int = 1,
) -> None:
    """Write what only a teacher sees: tokens, figures, keys computed now, and a page for each exercise.

    Args:
        course: the course.
        out: the folder of both packs.
        keys: work them out; else the pages say nothing of them.
        replications: of every batch, in place of those of the tasks.
        jobs: processes at a time.

    Raises:
        InvalidScenario: an exercise is faulty.
        OSError: it cannot be written.
    """
    folder = out / INSTRUCTOR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = [
        (exercise, course.variant(exercise, student)) for exercise in course.exercises for student in course.students
    ]
    with sharing(jobs if keys else 1) as each:
        known: list[dict[str, str]] = list(each(partial(_key, replications), wanted)) if keys else [{} for _ in wanted]
    tokens = ([student, str(course.token(student))] for student in course.students)
    figures = (
        [variant.student, exercise.word, name, figure]
        for exercise, variant in wanted
        for name, figure in variant.figures.items()
    )
    lines = (
        [variant.student, exercise.word, name, computed]
        for (exercise, variant), found in zip(wanted, known, strict=True)
        for name, computed in found.items()
    )
    _write(folder / "tokens.csv", ("student", "token"), tokens)
    _write(folder / "figures.csv", ("student", "exercise", "figure", "value"), figures)
    _write(folder / "keys.csv", ("student", "exercise", "criterion", "computed"), lines)
    for exercise in course.exercises:
        own = [found for (one, _), found in zip(wanted, known, strict=True) if one is exercise]
        variant = course.variant(exercise, course.students[0])
        land(folder / f"{exercise.word}.md", page(exercise, variant, own).encode())


def _key(replications: int | None, wanted: tuple[Exercise, Variant]) -> dict[str, str]:
    return key(*wanted, replications)


def page(exercise: Exercise, variant: Variant, keys: Sequence[dict[str, str]]) -> str:
    """An exercise for the teacher: aims, what is expected, common mistakes, hints, and what to talk about after."""
    task = exercise.task_of(variant)
    whose = f"Figures in the texts below are those of {variant.student}; everybody's are in figures.csv."
    lines = [f"# {exercise.number}. {task.exercise} ({task.minutes} minutes)", "", whose, "", "## Aims", ""]
    lines += [f"- {aim}" for aim in task.aims]
    lines += ["", "## What is expected, and common mistakes", ""]
    for name, criterion in task.criteria.items():
        lines += [f"### {criterion.ask} ({counted(criterion.points, 'point')})", ""]
        computed = sorted({found[name] for found in keys if found.get(name)})
        shown = computed[:MOST_SHOWN]
        more = f"; and {len(computed) - len(shown)} more, see keys.csv" if len(computed) > len(shown) else ""
        lines += [f"Expected (whose, in `keys.csv`): {'; '.join(shown)}{more}.", ""] if shown else []
        lines += [f"- *{way}*: {' '.join(text.split())}" for way, text in criterion.otherwise.items()]
        lines += [""]
    lines += ["## Hints that students can ask for", ""]
    lines += [f"{number}. {' '.join(hint.split())}" for number, hint in enumerate(task.hints, 1)]
    lines += ["", "## To talk about, shown to students once they have passed", ""]
    lines += [exercise.page("debrief", variant).strip(), "", DISCLAIMER, ""]
    return "\n".join(lines)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    land(path, table(columns, rows).encode())
