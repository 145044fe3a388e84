"""Playing rooms by a script: people who do something plausible, and what all of them see."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sim.classroom.rooms.journal import Entry
from sim.classroom.rooms.moves import read_move
from sim.classroom.rooms.refusal import Refusal
from sim.classroom.rooms.room import DOOR, INSTRUCTOR, Room, speaker
from sim.classroom.rooms.settings import Settings
from sim.classroom.rooms.views import view_of
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

SMALL = Path(__file__).with_name("small.yaml")
CASES = Path(__file__).parents[3] / "scenarios" / "cases"


class Play:
    """A room without a file: a list stands for the log."""

    def __init__(self, case: Case, **settings: Any) -> None:
        self.case = case
        self.settings = Settings.read({"seed": 1, **settings})
        self.room = Room(case, self.settings)
        self.log: list[Entry] = []
        self.who: dict[str, str] = {}
        """How the log names whoever holds a seat."""

    def take(self, who: str, body: Mapping[str, Any]) -> None:
        """Add an entry and let the room take it in."""
        entry = Entry(self.room.number + 1, 0.0, who, f"m{len(self.log)}", json.loads(json.dumps(body)))
        self.log.append(entry)
        self.room.apply(entry)

    def join(self, *seats: str | None) -> None:
        """People take seats, one each."""
        for seat in seats:
            person = len(self.room.cast.people) + 1
            self.take(DOOR, {"kind": "join", "person": person, "pseudonym": f"Bird {person}", "seat": seat})
            if seat is not None:
                self.who[seat] = speaker(person)

    def act(self, who: str, **move: Any) -> str:
        """Make a move by whoever holds a seat, or by the instructor; returns why it was refused."""
        try:
            parsed = read_move(move)
            self.room.judge(self.who.get(who, who), parsed)
        except Refusal as refusal:
            return str(refusal)
        self.take(self.who.get(who, who), parsed.model_dump())
        return ""

    def instruct(self, kind: str, **more: Any) -> str:
        """Make a move as the instructor."""
        return self.act(INSTRUCTOR, kind=kind, **more)

    def again(self, length: int | None = None) -> Room:
        """Another room, played from the log, or from its first entries."""
        room = Room(self.case, self.settings)
        for entry in self.log[:length]:
            room.apply(entry)
        return room

    def fill(self) -> None:
        """People in every seat, a spectator, and the start."""
        self.join(*self.room.cast.chairs, None)
        assert self.instruct("start") == ""

    def plausible(self, luck: random.Random) -> bool:
        """Whoever is asked does something plausible; returns whether anybody was."""
        posed = self.room.posed
        if posed is None:
            return False
        for seat in posed.of:
            if self.room.posed is not posed or not self.room.speaks(seat):
                break
            for move in plausible_moves(self.room, seat, luck):
                if self.room.posed is posed:
                    self.act(seat, **move)
        if self.room.posed is posed:
            self.instruct("advance")
        return True

    def seen(self, room: Room | None = None) -> str:
        """What everybody sees, in this room or in another of the same people, as text."""
        room = room or self.room
        people = tuple(room.cast.people)
        views = [view_of(room, None, None, people)]
        views += [view_of(room, room.cast.chair_of(person), person, people) for person in people]
        return json.dumps(views)

    def close(self) -> None:
        """End the thread."""
        self.room.stage.close()


def plausible_moves(room: Room, seat: str, luck: random.Random) -> list[dict[str, Any]]:
    """What somebody who is asked might do: ends with `ready`."""
    posed = room.posed
    assert posed is not None
    moves: list[dict[str, Any]] = []
    if posed.track:
        space = room.table(posed.track).case.space
        package = space.describe(luck.randrange(len(space.outcomes)))
        if posed.asks == "answer" and luck.random() < 0.5:
            package = space.describe(posed.packages[0])
            moves.append({"kind": "accept", "track": posed.track, "package": package})
        elif posed.asks == "round":
            moves += [{"kind": "put", "track": posed.track, "package": package}] * (luck.random() < 0.9)
            for outcome in room.put_by(posed.track):
                if luck.random() < 0.4:
                    moves.append({"kind": "accept", "track": posed.track, "package": space.describe(outcome)})
        elif posed.asks == "bridge":
            moves.append({"kind": "bridge", "track": posed.track, "package": package})
        elif posed.asks == "renewal":
            moves.append({"kind": "renew", "track": posed.track, "yes": luck.random() < 0.7})
        held = [s.case.name for s in room.table(posed.track).standings if s.path.startswith(f"{seat}.")]
        if held and luck.random() < 0.2:
            moves.append({"kind": luck.choice(["drop", "state"]), "track": posed.track, "precondition": held[0]})
    if luck.random() < 0.1:
        to = luck.choice(["all", *(name for name in room.cast.chairs if name != seat)])
        moves.append({"kind": "say", "to": to, "text": f"Words of {seat} to {to}."})
    return [*moves, {"kind": "ready", "question": posed.number}]


@pytest.fixture(scope="session")
def play() -> Iterator[Callable[..., Play]]:
    """Open a room without a file, of a case and some settings; all threads end with the tests."""
    plays: list[Play] = []

    def open_room(case: Case, **settings: Any) -> Play:
        plays.append(Play(case, **settings))
        return plays[-1]

    yield open_room
    for each in plays:
        each.close()


@pytest.fixture(scope="session")
def case_of() -> Callable[..., Case]:
    """Read and compile a shipped case, perhaps changed."""

    def compile_file(name: str, *sets: str) -> Case:
        return compile_case(read(CASES / f"{name}.yaml", sets))

    return compile_file


@pytest.fixture(scope="session")
def small() -> Case:
    """Three parties, a mediator, a swap of one offer at a time and a truce of menus."""
    return compile_case(read(SMALL))
