"""How a room is set: whose run it is, who may sit, what the clock does, and what happens when somebody drops out."""

import json
import secrets
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.classroom.rooms.refusal import Refusal
from sim.scenario.case import Case
from sim.scenario.faults import nearest
from sim.strategies import shelf

DAY_IN_SECONDS = 86_400


class DropOut(StrEnum):
    """What happens when a person who holds a seat has dropped out; everybody is told which it is."""

    WAIT = "wait"
    ENGINE = "engine"
    INSTRUCTOR = "instructor"


DROP_OUT_TEXTS = {
    DropOut.WAIT: "If somebody drops out, the clock stands until that person is back.",
    DropOut.ENGINE: "If somebody drops out, the engine plays the seat until that person is back.",
    DropOut.INSTRUCTOR: "If somebody drops out, the room is paused, and the instructor decides.",
}


class Settings(BaseModel):
    """The settings of a room, as they are kept with it; docs/reference/rooms.md says what each does."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    seed: Annotated[int, Field(ge=0, lt=1 << 63)] = Field(default_factory=lambda: secrets.randbelow(1_000_000))
    replication: Annotated[int, Field(ge=0, lt=1 << 40)] = 0
    central: bool = False
    fictional: bool = False
    sets: tuple[Annotated[str, Field(max_length=1000)], ...] = ()
    people: tuple[str, ...] | None = None
    strategies: Mapping[str, str] = Field(default_factory=dict)
    seconds_per_round: Annotated[int, Field(ge=0, le=DAY_IN_SECONDS)] = 120
    days_at_once: Annotated[int, Field(ge=1, le=365)] = 7
    drop_out: DropOut = DropOut.ENGINE
    grace: Annotated[int, Field(ge=1, le=DAY_IN_SECONDS)] = 30

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "Settings":
        """The settings of a mapping, as it comes out of JSON.

        Raises:
            Refusal: a key or a value that is not a setting's, and why.

        >>> Settings.read({"seed": 7, "drop_out": "wait"}).drop_out
        <DropOut.WAIT: 'wait'>
        """
        try:
            return cls.model_validate_json(json.dumps(given))
        except (ValidationError, TypeError, ValueError) as error:
            raise Refusal(f"settings: {first_fault(error, cls.model_fields)}") from None

    def fit(self, case: Case) -> None:
        """Check the names in the settings against a case.

        Raises:
            Refusal: a seat or a strategy that there is not.
        """
        parties = [party.name for party in case.parties]
        seats = [*parties, *(mediator.name for mediator in case.mediators)]
        for seat in self.people or ():
            require(seat, seats, "seat")
        for party, strategy in self.strategies.items():
            require(party, parties, "party")
            require(strategy, shelf.shelf(), "strategy")


def require(word: str, known: Iterable[str], what: str) -> None:
    """Refuse a word that is not among those known, naming the nearest.

    >>> require("rusia", ["russia", "ukraine"], "seat")
    Traceback (most recent call last):
    ...
    sim.classroom.rooms.refusal.Refusal: there is no seat 'rusia'; did you mean 'russia'?
    """
    names = list(known)
    if word not in names:
        near = nearest(word, names)
        hint = f"did you mean '{near}'?" if near else f"there is {', '.join(names) or 'none'}"
        raise Refusal(f"there is no {what} '{word[:40]}'; {hint}")


def first_fault(error: Exception, known: Iterable[str]) -> str:
    """What is first wrong with something that was sent, in one line."""
    if not isinstance(error, ValidationError):
        return "this is not a mapping of names to values"
    fault = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        near = nearest(str(fault["loc"][-1]), known)
        return f"there is no '{place[:60]}'" + (f"; did you mean '{near}'?" if near else "")
    if fault["type"] == "missing":
        return f"'{place}' is missing"
    given = repr(fault["input"])
    given = given if len(given) <= 60 else f"{given[:57]}..."
    return f"{f'{place[:60]}: ' if place else ''}{fault['msg'][:1].lower()}{fault['msg'][1:]}, not {given}"
