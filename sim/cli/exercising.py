"""Exercises: start one, check it, take a hint, hand it in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.door import (
    FAILED,
    INVALID,
    UNUSABLE,
    AsJson,
    app,
    faults_told,
    open_console,
    path_given,
    print_faults,
    print_tables,
    refuse,
)
from sim.terms import DISCLAIMER

if TYPE_CHECKING:
    from sim.classroom.exercises import Exercise
    from sim.classroom.marking import Marks
    from sim.classroom.started import Started
    from sim.classroom.variants import Token

exercise = typer.Typer(
    no_args_is_help=True, help="Exercises that mark themselves: start one, check it, take a hint, hand it in."
)
app.add_typer(exercise, name="exercise")

Exercises = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Where the exercises are, if not in scenarios/exercises of a clone.",
        show_default=False,
        parser=path_given,
    ),
]
Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="A folder that 'start' made.", parser=path_given, show_default="here")
]


@exercise.command("list")
def list_exercises(exercises: Exercises = None) -> None:
    """List the exercises."""
    from rich.table import Table

    from sim.classroom.exercises import exercises as folders
    from sim.classroom.exercises import find_exercise, folder_of_exercises

    table = Table("No.", "Exercise", "Minutes", "Aims", title="Exercises", title_justify="left")
    with faults_told():
        place = folder_of_exercises(exercises)
        for folder in folders(place):
            found = find_exercise(place, folder.name)
            table.add_row(str(found.number), found.task.exercise, str(found.task.minutes), "\n".join(found.task.aims))
    print_tables(open_console(), [table])
    typer.echo(f"\nBegin with: parley exercise start 1\n{DISCLAIMER}")


@exercise.command()
def start(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Of the exercise, or its name.", show_default=False)],
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER", help="Where to work.", show_default="a new folder of its name", parser=path_given
        ),
    ] = None,
    student: Annotated[str | None, typer.Option(metavar="NAME", help="A pseudonym.", show_default=False)] = None,
    token: Annotated[
        str | None, typer.Option(metavar="TOKEN", help="As your teacher handed it out.", show_default=False)
    ] = None,
    course: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="For teachers: the file of the course, or that of its secret.",
            show_default=False,
            parser=path_given,
        ),
    ] = None,
    exercises: Exercises = None,
) -> None:
    """Start an exercise: a folder with the brief, a scenario of your own, and a sheet for answers."""
    from sim.classroom.started import write_started

    found = _exercise(exercises, number)
    variant = found.variant(_token(found, student, token, course, exercises))
    place = folder or Path(found.word)
    with faults_told():
        write_started(found, variant, place)
    typer.echo(
        f"Exercise {found.number}, {found.task.exercise}: about {found.task.minutes} minutes, for {variant.student}."
    )
    typer.echo(f"Read {place / 'brief.md'} first. When you have done something: parley exercise check {place}")


@exercise.command()
def check(folder: Folder = Path(), exercises: Exercises = None, as_json: AsJson = False) -> None:
    """Mark what is there so far: criterion by criterion, from batches that are run now."""
    found, begun, marks = _marked(folder, exercises)
    if as_json:
        from sim.classroom.submitting import record

        typer.echo(record(marks), nl=False)
    else:
        _print_marks(found, begun, marks)
    print_faults(marks.faults)
    raise typer.Exit(INVALID if marks.faults else 0 if marks.passed else FAILED)


@exercise.command()
def hint(folder: Folder = Path(), exercises: Exercises = None) -> None:
    """Give the next of three hints; how many were taken is shown, and costs nothing."""
    from sim.classroom.started import note_hints

    found, begun = _begun(folder, exercises)
    hints = found.task_of(begun.variant).hints
    taken = min(begun.card.hints + 1, len(hints))
    note_hints(begun, taken)
    for number, text in enumerate(hints[:taken], 1):
        typer.echo(f"Hint {number} of {len(hints)}: {' '.join(text.split())}")


@exercise.command()
def submit(
    folder: Folder = Path(),
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The file to write.", show_default="EXERCISE-STUDENT.zip", parser=path_given),
    ] = None,
    exercises: Exercises = None,
) -> None:
    """Check, and pack everything into one file for the teacher, who marks it again."""
    from sim.classroom.submitting import name_of, submission, write_submission

    if out is not None and out.suffix.lower() != ".zip":
        refuse(f"'{out}' is no name for a zip file: it should end in .zip", UNUSABLE)
    found, begun, marks = _marked(folder, exercises)
    packed = submission(begun, found, marks)
    place = out or Path(f"{name_of(marks)}.zip")
    if place.exists() and place.is_dir():
        refuse(f"'{place}' is a folder: name the file to write", UNUSABLE)
    write_submission(place, packed)
    _print_marks(found, begun, marks)
    print_faults(marks.faults)
    typer.echo(f"Packed as {place}. Hand in this file.")


def _print_marks(found: "Exercise", begun: "Started", marks: "Marks") -> None:
    from sim.classroom.telling import lines_after, table_of_marks

    print_tables(open_console(), [table_of_marks(found, marks)])
    typer.echo()
    for line in lines_after(found, begun, marks):
        typer.echo(line)
    typer.echo(DISCLAIMER)


def _marked(folder: Path, exercises: Path | None) -> "tuple[Exercise, Started, Marks]":
    from sim.classroom.marking import mark

    found, begun = _begun(folder, exercises)
    with faults_told():
        return found, begun, mark(folder, found, variant=begun.variant)


def _begun(folder: Path, exercises: Path | None) -> "tuple[Exercise, Started]":
    from sim.classroom.started import read_card, read_started

    with faults_told():
        found = _exercise(exercises, read_card(folder).exercise)
        return found, read_started(folder, found)


def _exercise(exercises: Path | None, wanted: str) -> "Exercise":
    from sim.classroom.exercises import find_exercise, folder_of_exercises

    with faults_told():
        return find_exercise(folder_of_exercises(exercises), wanted)


def _token(
    found: "Exercise", student: str | None, token: str | None, course: Path | None, exercises: Path | None
) -> "Token":
    from sim.classroom.variants import ALONE, own_token, read_token, token_of

    if token is not None:
        if student is not None or course is not None:
            raise typer.BadParameter("a token says whose it is: leave out --student and --course")
        return read_token(token)
    if course is None:
        return own_token(found.word, ALONE if student is None else student)
    if student is None:
        raise typer.BadParameter("--course needs --student")
    if course.suffix.lower() in (".yaml", ".yml"):
        return _token_of_course(course, student, exercises)
    try:
        return token_of(course.read_text(encoding="utf-8"), student)
    except UnicodeDecodeError:
        refuse(f"'{course}' is no text: it should hold the course's secret", UNUSABLE)


def _token_of_course(course: Path, student: str, exercises: Path | None) -> "Token":
    from sim.classroom.course import NoCourse, read_course
    from sim.classroom.exercises import folder_of_exercises

    with faults_told():
        try:
            held = read_course(course, folder_of_exercises(exercises))
        except NoCourse as error:
            refuse(str(error), INVALID)
    if student not in held.students:
        refuse(f"'{student}' is not in the course", UNUSABLE)
    return held.token(student)
