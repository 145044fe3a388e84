"""The folder that a student works in: written once by `start`, read by everything that follows."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from sim.classroom.answers import sheet
from sim.classroom.exercises import Exercise, NoExercise
from sim.classroom.task_file import Figure, TaskPart, open_source, written
from sim.classroom.variants import Variant, pseudonym
from sim.scenario.faults import Fault, InvalidScenario
from sim.scenario.reading import read
from sim.scenario.tree import Positions
from sim.study.landing import land

CARD = "exercise.yaml"
"""Which exercise a folder holds, whose it is, and its figures."""
ANSWERS = "answers.yaml"
SHIPPED = "shipped"
"""Where the files that a starter rests on are put, beside it."""
_CARD_SAYS = "# Which exercise this is, and your figures. Leave this file as it is, and hand it in with the rest."


class Card(TaskPart):
    """What a started folder says of itself."""

    parley: int = 1
    exercise: str
    version: str
    student: str
    course: str
    hints: int = Field(0, ge=0, le=3, description="taken so far; shown to a teacher, never punished")
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Started:
    """A folder that an exercise was started in."""

    folder: Path
    card: Card
    variant: Variant


def write_started(exercise: Exercise, variant: Variant, folder: Path) -> None:
    """Write the folder of a student: brief, starter with the student's figures, answers to fill in.

    Raises:
        NoExercise: something is there already.
        InvalidScenario: the starter is faulty.
        OSError: it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NoExercise(f"'{folder}' is there already, and is left as it is")
    task = exercise.task_of(variant)
    card = Card(
        exercise=exercise.word,
        version=exercise.version,
        student=variant.student,
        course=variant.course,
        figures=dict(variant.figures),
    )
    pages = {"brief.md": exercise.page("brief", variant), ANSWERS: sheet(exercise.number, task), CARD: card_text(card)}
    folder.mkdir(parents=True, exist_ok=True)
    write_starter(exercise, variant, folder)
    for file in task.files.values():
        if file.template is not None:
            pages[file.file] = exercise.template(file.template, variant)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def write_starter(exercise: Exercise, variant: Variant, folder: Path) -> None:
    """Write the starter with a student's figures, and beside it every file that it rests on.

    Raises:
        InvalidScenario: it is faulty, or a figure has no place in it.
        OSError: it cannot be written.
    """
    if exercise.task.starter is None:
        return
    starter, above = exercise.folder / exercise.task.starter, exercise.folder.resolve().parents
    root = above[min(2, len(above) - 1)]
    figures = {each.at: variant.figures[name] for name, each in exercise.varies.items() if each.at}
    text = _with_figures(starter, figures, folder, root)
    (folder / exercise.task.starter).write_text(text, encoding="utf-8", newline="\n")
    for file in read(starter).files[1:]:
        place = folder / SHIPPED / _under(file, root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place)


def _with_figures(starter: Path, figures: Mapping[str, Figure], folder: Path, root: Path) -> str:
    """The starter's text, comments and all, with other values at some paths, and `extends` led to the copies."""
    source = open_source(starter)
    lines = list(source.root.place.text.lines)
    values: dict[str, str] = {path: written(figure) for path, figure in figures.items()}
    extends = source.root.entries.get("extends")
    if extends is not None and isinstance(extends.node.value, str):
        values["extends"] = f"{SHIPPED}/{_under(starter.parent / extends.node.value, root).as_posix()}"
    places = []
    for path, value in values.items():
        location = path.split(".")
        found = Positions(source.root).find(location)
        if not Positions(source.root).has(location):
            raise InvalidScenario([Fault(str(starter), 0, 0, path, "varies, but the starter has no value there")])
        places.append((found.place.line - 1, found.place.column - 1, found.place.length, value))
    for line, column, length, value in sorted(places, reverse=True):
        lines[line] = lines[line][:column] + value + lines[line][column + length :]
    return "\n".join(lines)


def _under(file: Path, root: Path) -> Path:
    """The path of a shipped file from the folder that holds all of them."""
    whole = Path(os.path.normpath(file.absolute())).resolve()
    if not whole.is_relative_to(root):
        raise InvalidScenario([Fault(str(file), 0, 0, "", f"an exercise rests only on files under '{root}'")])
    return whole.relative_to(root)


def card_text(card: Card) -> str:
    """A card as the file that is written."""
    figures = ", ".join(f"{name}: {written(figure)}" for name, figure in card.figures.items())
    lines = (f"{name}: {getattr(card, name)}" for name in ("parley", "exercise"))
    quoted = (f'{name}: "{getattr(card, name)}"' for name in ("version", "student", "course"))
    return "\n".join([_CARD_SAYS, *lines, *quoted, f"hints: {card.hints}", f"figures: {{{figures}}}", ""])


def read_card(folder: Path) -> Card:
    """What a started folder says of itself.

    Raises:
        NoExercise: it is no such folder.
        InvalidScenario: its card is faulty.
    """
    if not (folder / CARD).is_file():
        raise NoExercise(f"'{folder}' holds no {CARD}: it is not a folder that 'parley exercise start' made")
    return open_source(folder / CARD).checked(Card)


def read_started(folder: Path, exercise: Exercise) -> Started:
    """A started folder with the figures that it names, which must be figures of the exercise.

    Raises:
        NoExercise: it is no such folder.
        NoToken: its student has a name that is none.
        InvalidScenario: its card is faulty, or names figures that the exercise does not have.
    """
    card = read_card(folder)
    allowed = {name: each.values for name, each in exercise.varies.items()}
    figures = {name: value for name, value in card.figures.items() if name == "seed" or value in allowed.get(name, [])}
    if set(figures) != {*allowed, "seed"} or set(card.figures) != set(figures) or type(figures["seed"]) is not int:
        message = f"the figures are none of exercise {exercise.number}: start it anew in another folder"
        raise InvalidScenario([Fault(str(folder / CARD), 0, 0, "figures", message)])
    return Started(folder, card, Variant(exercise.word, pseudonym(card.student), card.course, figures))


def note_hints(started: Started, hints: int) -> None:
    """Keep how many hints were taken. Raises OSError."""
    text = card_text(started.card.model_copy(update={"hints": hints}))
    land(started.folder / CARD, text.encode())
