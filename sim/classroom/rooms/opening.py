"""What a room is opened with: its case, a code to join by, and names that people may take."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from sim.classroom.rooms.refusal import Refusal
from sim.classroom.rooms.room import ALL, INSTRUCTOR
from sim.classroom.rooms.settings import Settings
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.scenario.skin import fictional

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Of a code to join by: none that is easily taken for another."""
CODE_LENGTH = 6
LONGEST_NAME = 24
RESERVED = (ALL, INSTRUCTOR, "engine", "spectator")
"""What nobody may be called."""


@dataclass(frozen=True, slots=True)
class RoomKeys:
    """What the instructor gets: the room, its own token, and the code by which others join."""

    room: str
    instructor: str
    code: str


def new_code() -> str:
    """A code to join by that nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def load(file: str, settings: Settings) -> Case:
    """The case of a room, under its skin; raises `InvalidScenario`."""
    case = compile_case(read(file, settings.sets))
    return fictional([case]).dress(case) if settings.fictional else case


def check_name(name: str, taken: Iterable[str]) -> None:
    """Check a pseudonym.

    Raises:
        Refusal: it is empty, too long, cannot be printed, or is taken.

    >>> check_name("Heron", ["Owl"])
    """
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refusal(f"a pseudonym has 1 to {LONGEST_NAME} characters that can be printed")
    if name.casefold() in (each.casefold() for each in (*taken, *RESERVED)):
        raise Refusal(f"'{name}' is taken; choose another pseudonym")
