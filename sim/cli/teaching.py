"""For teachers: building a course, grading it, tournaments of strategies."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import INVALID, UNUSABLE, Seed, app, compiled, faults_told, path_given, read, refuse
from sim.cli.exercising import Exercises

teach = typer.Typer(no_args_is_help=True, help="For teachers: build a course, grade it, hold a tournament.")
app.add_typer(teach, name="teach")

Jobs = Annotated[int | None, typer.Option(min=1, help="Processes at a time.", show_default="one for each core")]
Seconds = Annotated[int, typer.Option(min=1, help="Of processor time for a stranger's process.")]
Memory = Annotated[int, typer.Option(min=64, help="Mebibytes for a stranger's process.")]
LOOSE = (
    "on this system nothing but Python itself keeps a strategy's file from files and the network: play only those of"
    " people whom you trust"
)


@teach.command()
def build(
    course: Annotated[
        Path, typer.Argument(metavar="COURSE", help="The file of a course.", show_default=False, parser=path_given)
    ],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where both packs are written.", parser=path_given)
    ] = Path("packs"),
    keys: Annotated[bool, typer.Option("--keys/--no-keys", help="Work out the keys of every student.")] = True,
    replications: Annotated[
        int | None, typer.Option("-n", min=2, help="Replications behind keys.", show_default="as each task says")
    ] = None,
    jobs: Jobs = None,
    exercises: Exercises = None,
) -> None:
    """Build a course: a pack for each student, with figures of one's own, and apart from them the instructor's."""
    from sim.classroom import course_packs
    from sim.classroom.course import read_course
    from sim.classroom.exercises import folder_of_exercises

    with _told():
        course_packs.require_room(out)
        found = read_course(course, folder_of_exercises(exercises), may_make_secret=True)
        course_packs.write_student_packs(found, out)
        typer.echo(f"{len(found.students)} packs for students in {out / course_packs.STUDENTS}")
        course_packs.write_instructor_pack(
            found, out, keys=keys, replications=replications, jobs=jobs or os.cpu_count() or 1
        )
    typer.echo(f"For you alone: {out / course_packs.INSTRUCTOR}, and the secret of the course")


@teach.command()
def grade(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Submissions: zip files or folders.", show_default=False, parser=path_given
        ),
    ],
    course: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The course; without one figures are taken as handed in.", parser=path_given),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where marks and report are written.", parser=path_given)
    ] = Path("marks"),
    replications: Annotated[
        int | None, typer.Option("-n", min=2, help="Replications of each batch.", show_default="as each task says")
    ] = None,
    jobs: Jobs = None,
    seconds: Annotated[int, typer.Option(min=1, help="Of processor time for each folder.")] = 300,
    memory: Annotated[int, typer.Option(min=512, help="Mebibytes of addresses for each folder.")] = 6144,
    exercises: Exercises = None,
) -> None:
    """Mark a folder of submissions, each in a process of its own with limits, and report on the class."""
    from sim.classroom import grade_pages, grading
    from sim.classroom.course import read_course
    from sim.classroom.exercises import folder_of_exercises
    from sim.classroom.intake import submissions

    if not folder.is_dir():
        refuse(f"'{folder}' is no folder", UNUSABLE)
    if out.exists() and not out.is_dir():
        refuse(f"'{out}' is no folder", UNUSABLE)
    with _told():
        place = folder_of_exercises(exercises)
        held = read_course(course, place) if course is not None else None
    handed_in = [each for each in submissions(folder) if each.resolve() != out.resolve()]
    if not handed_in:
        refuse(f"'{folder}' holds no submission: expected zip files, or folders", UNUSABLE)
    grader = grading.Grader(place, held, grading.Within(seconds, memory * 1024 * 1024), replications)
    graded = grader.grade(handed_in, jobs or os.cpu_count() or 1)
    out.mkdir(parents=True, exist_ok=True)
    grade_pages.write(graded, held, out)
    typer.echo((out / "report.txt").read_text(encoding="utf-8"), nl=False)
    typer.echo(f"Kept in {out}")


@contextmanager
def _told() -> Iterator[None]:
    """Tell what is wrong with a course or an exercise, and end the command."""
    from sim.classroom.course import NoCourse
    from sim.classroom.exercises import NoExercise

    try:
        with faults_told():
            yield
    except NoCourse as error:
        refuse(str(error), INVALID)
    except NoExercise as error:
        refuse(str(error), UNUSABLE)


@teach.command()
def tournament(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Strategy files, one a contestant.", show_default=False, parser=path_given
        ),
    ],
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME",
            help="Who takes part of the shelf: a name, 'shelf' for all, 'nobody'. Repeatable.",
            show_default="six of the shelf",
        ),
    ] = None,
    scenarios: Annotated[
        list[Path] | None,
        typer.Option(
            "--scenario",
            metavar="FILE",
            help="What is played. Repeatable.",
            show_default="the three of scenarios/exercises/tournament",
            parser=path_given,
        ),
    ] = None,
    replications: Annotated[int, typer.Option("-n", min=1, help="How many replications of each match.")] = 50,
    seed: Seed = 1,
    jobs: Jobs = None,
    seconds: Seconds = 20,
    memory: Memory = 512,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where tables and pictures are written.", parser=path_given)
    ] = Path("tournament"),
) -> None:
    """Let strategies play everybody against everybody, and rank them; files run confined (see the reference)."""
    from sim.classroom import matches, tournament, tournament_pages
    from sim.classroom.confinement import Limits
    from sim.classroom.confining import can_filter
    from sim.strategies import shelf

    if not folder.is_dir():
        refuse(f"'{folder}' is no folder", UNUSABLE)
    if out.exists() and not out.is_dir():
        refuse(f"'{out}' is no folder", UNUSABLE)
    named = tournament.FIELD if field is None else [] if field == ["nobody"] else field
    files = scenarios or _shipped_games()
    try:
        games = [matches.game_of(compiled(read(file, None))) for file in files]
        if len({game.case.name for game in games}) < len(games):
            refuse("two scenarios have the same file name: give one another", UNUSABLE)
        if not can_filter():
            typer.echo(f"parley: {LOOSE}", err=True)
        entrants = tournament.entrants(folder, shelf.shelf() if list(named) == ["shelf"] else named)
        held = tournament.hold(
            games,
            entrants,
            seed=seed,
            replications=replications,
            jobs=jobs or os.cpu_count() or 1,
            limits=Limits(seconds=seconds, memory=memory * 1024 * 1024),
            told=_progress,
        )
    except shelf.InvalidStrategy as invalid:
        refuse(str(invalid), INVALID)
    except ValueError as error:
        refuse(str(error), UNUSABLE)
    out.mkdir(parents=True, exist_ok=True)
    tournament_pages.write(held, out)
    typer.echo(tournament_pages.text(held), nl=False)
    typer.echo(f"Kept in {out}")


def _progress(done: int, matches: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{done} of {matches} matches" + ("\n" if done == matches else ""), nl=False, err=True)


def _shipped_games() -> list[Path]:
    """The scenarios of tournaments, in a clone or where one stands."""
    import sim

    for root in (Path(next(iter(sim.__path__))).parent, Path()):
        files = sorted((root / "scenarios" / "exercises" / "tournament").glob("*.yaml"))
        if files:
            return files
    refuse("the scenarios of tournaments are not here: name some with --scenario", UNUSABLE)
