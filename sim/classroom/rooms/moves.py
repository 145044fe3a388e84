"""The moves that people make, read and checked for their shape; whether it is their turn is the room's to say."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sim.classroom.rooms.refusal import Refusal
from sim.classroom.rooms.settings import DAY_IN_SECONDS, first_fault
from sim.scenario.faults import nearest, one_of

MOST_CHARACTERS = 4096
"""Of a move as JSON."""
MOST_SAID = 500
"""Characters of a message."""

Name = Annotated[str, Field(min_length=1, max_length=100)]
Package = Annotated[dict[Name, str | int | float | bool], Field(max_length=50)]


class Move(BaseModel):
    """What somebody does in a room."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class AboutPackage(Move):
    """Put a package on the table, say yes to one, or no longer stand behind it."""

    kind: Literal["put", "accept", "withdraw"]
    track: Name
    package: Package


class Ready(Move):
    """Done with a question."""

    kind: Literal["ready"]
    question: int


class AboutPrecondition(Move):
    """Drop an own precondition, or state it again."""

    kind: Literal["drop", "state"]
    track: Name
    precondition: Name


class Leave(Move):
    """Walk out of talks when the day ends, or (`yes` false) stay after all."""

    kind: Literal["leave"]
    track: Name
    yes: bool = True


class Bridge(Move):
    """A mediator's next bridging proposal; null for none."""

    kind: Literal["bridge"]
    track: Name
    package: Package | None


class Renew(Move):
    """Say yes or no to the renewal of a truce."""

    kind: Literal["renew"]
    track: Name
    yes: bool


class Say(Move):
    """A message in character."""

    kind: Literal["say"]
    to: Name
    text: Annotated[str, Field(min_length=1, max_length=MOST_SAID)]


class Instruct(Move):
    """The instructor's hand on the room."""

    kind: Literal["start", "pause", "resume", "advance", "close"]


class SetClock(Move):
    """Set how long a round lasts, and how many days pass at once."""

    kind: Literal["clock"]
    seconds_per_round: Annotated[int, Field(ge=0, le=DAY_IN_SECONDS)] | None = None
    days_at_once: Annotated[int, Field(ge=1, le=365)] | None = None


class Inject(Move):
    """Let an event of the scenario or a fact's level come to pass, or give a notice."""

    kind: Literal["inject"]
    event: Name | None = None
    notice: Annotated[str, Field(min_length=1, max_length=MOST_SAID)] | None = None
    fact: Name | None = None
    level: Annotated[float, Field(ge=0, le=1)] | None = None


class Reassign(Move):
    """Give a seat to the engine, or to somebody who has joined."""

    kind: Literal["reassign"]
    seat: Name
    to: Name
    strategy: Name | None = None


_KINDS = (AboutPackage, Ready, AboutPrecondition, Leave, Bridge, Renew, Say, Instruct, SetClock, Inject, Reassign)
AnyMove = (
    AboutPackage | Ready | AboutPrecondition | Leave | Bridge | Renew | Say | Instruct | SetClock | Inject | Reassign
)
_MOVES: TypeAdapter[AnyMove] = TypeAdapter(Annotated[AnyMove, Field(discriminator="kind")])


def read_move(given: Mapping[str, Any]) -> AnyMove:
    """The move that a mapping spells.

    Raises:
        Refusal: it spells none, or is too long.

    >>> read_move({"kind": "ready", "question": 3})
    Ready(kind='ready', question=3)
    >>> read_move({"kind": "say", "to": "all"})
    Traceback (most recent call last):
    ...
    sim.classroom.rooms.refusal.Refusal: 'say.text' is missing
    """
    try:
        text = json.dumps(given, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise Refusal("a move is plain data: words, numbers, and mappings of them") from None
    if len(text) > MOST_CHARACTERS:
        raise Refusal(f"a move has at most {MOST_CHARACTERS} characters, not {len(text)}")
    try:
        return _MOVES.validate_json(text)
    except ValidationError as error:
        raise Refusal(_fault(error)) from None


def _fault(error: ValidationError) -> str:
    """What is first wrong with a move, without pydantic's words for the choice between kinds."""
    kinds = [kind for move in _KINDS for kind in get_args(move.model_fields["kind"].annotation)]
    fault = error.errors(include_url=False)[0]
    given = fault["input"]
    if fault["type"] in ("union_tag_invalid", "union_tag_not_found"):
        kind = given.get("kind") if isinstance(given, dict) else None
        near = nearest(str(kind), kinds)
        return f"there is no move {str(kind)[:40]!r}; " + (
            f"did you mean '{near}'?" if near else f"there is {one_of(kinds)}"
        )
    return first_fault(error, [name for move in _KINDS for name in move.model_fields])
