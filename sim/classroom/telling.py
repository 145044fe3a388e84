"""Marks as a student reads them."""

from collections.abc import Iterator

from rich.table import Table

from sim.classroom.exercises import Exercise
from sim.classroom.judging import Verdict
from sim.classroom.marking import Marks
from sim.classroom.started import Started


def table_of_marks(exercise: Exercise, marks: Marks) -> Table:
    """The table of marks: a line for each criterion, and what to look at again."""
    table = Table(title=f"Exercise {exercise.number}: {exercise.task.exercise}", title_justify="left", show_lines=True)
    table.add_column("What is asked", ratio=4)
    table.add_column("Points", justify="right")
    table.add_column("")
    table.add_column("What to look at again", ratio=6, overflow="fold")  # a path is read to its end
    for mark in marks.marks:
        points = f"{mark.points:g} of {mark.most}" if mark.most else "–"
        said = "Closer than the draws can tell: counted for you." if mark.verdict is Verdict.OPEN else mark.feedback
        table.add_row(mark.asked, points, mark.verdict.value, said)
    return table


def lines_after(exercise: Exercise, started: Started, marks: Marks) -> Iterator[str]:
    """What stands under the table: the score, hints taken, and once it is passed what the field would say."""
    yield f"Points: {marks.points:g} of {marks.most}. {'Passed.' if marks.passed else 'Not passed yet.'}"
    if started.card.hints:
        yield f"Hints taken: {started.card.hints} of 3."
    if started.card.version != exercise.version:
        yield "The exercise has changed since this folder was started; it is marked as it is now."
    if marks.passed:
        yield f"\n{exercise.page('debrief', started.variant).strip()}\n"
