"""Whether a move is in turn: who may do what, when; a move that passes can be carried out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.classroom.rooms.cast import MEDIATOR, PARTY, Chair
from sim.classroom.rooms.moves import (
    AboutPackage,
    AboutPrecondition,
    AnyMove,
    Bridge,
    Inject,
    Instruct,
    Leave,
    Ready,
    Reassign,
    Renew,
    Say,
    SetClock,
)
from sim.classroom.rooms.refusal import Refusal
from sim.classroom.rooms.settings import require
from sim.engine.voices import Asked
from sim.scenario.faults import one_of
from sim.show.words import listed
from sim.strategies import shelf
from sim.terms import Firmness, Protocol

if TYPE_CHECKING:
    from sim.classroom.rooms.room import Room
    from sim.engine.table import Standing, Table

ENGINE, ALL, INSTRUCTOR = "engine", "all", "instructor"


def judge(room: "Room", who: str, move: AnyMove) -> None:
    """Check that somebody may make a move now.

    Raises:
        Refusal: not now, or not by this seat, and why.
    """
    if room.course == "closed":
        raise Refusal("the room is closed")
    if who == INSTRUCTOR:
        _judge_instructor(room, move)
        return
    chair = room.cast.chair_of(int(who.split()[1]))
    if chair is None:
        raise Refusal("spectators look on; the instructor can give you a seat")
    if isinstance(move, Instruct | SetClock | Inject | Reassign):
        raise Refusal(f"'{move.kind}' is the instructor's to do")
    if isinstance(move, Say):
        _judge_message(room, chair, move)
        return
    if room.course != "running":
        raise Refusal(
            {"lobby": "the room has not started", "paused": "the room is paused"}.get(room.course, "the run is over")
        )
    if not room.cast.speaks(chair.name):
        raise Refusal("the engine plays this seat until you are back")
    if isinstance(move, Ready):
        _judge_ready(room, chair, move)
    else:
        _judge_at_table(room, chair, move)


def _judge_message(room: "Room", chair: Chair, move: Say) -> None:
    seats = [name for name in room.cast.chairs if name != chair.name]
    require(move.to, [ALL, INSTRUCTOR, *seats], "seat")
    if not move.text.strip():
        raise Refusal("the message is empty")


def _judge_ready(room: "Room", chair: Chair, move: Ready) -> None:
    posed = room.posed
    if posed is None or move.question != posed.number:
        now = "nothing is asked now" if posed is None else f"question {posed.number} is asked now"
        raise Refusal(f"question {move.question} is over or not yet asked; {now}")
    if chair.name not in posed.of:
        raise Refusal("you are not asked now")


def _judge_at_table(
    room: "Room", chair: Chair, move: AboutPackage | AboutPrecondition | Leave | Bridge | Renew
) -> None:
    require(move.track, [track.name for track in room.case.tracks], "track")
    table = room.table(move.track)
    at_table = table.case.mediators if isinstance(move, Bridge) else table.case.parties
    kind = MEDIATOR if isinstance(move, Bridge) else PARTY
    if chair.kind != kind:
        raise Refusal(f"'{move.kind}' is for {'a mediator' if kind == MEDIATOR else 'a party'} to do")
    if chair.ordinal not in at_table:
        raise Refusal(f"{chair.label} does not sit at {room.labels.track(move.track)}")
    if isinstance(move, AboutPrecondition):
        _judge_precondition(room, chair, move)
    elif isinstance(move, Renew):
        posed = room.posed
        if posed is None or posed.asks != Asked.RENEWAL or posed.track != move.track or chair.name not in posed.of:
            raise Refusal("no renewal is asked of you now")
    elif table.talks is None:
        raise Refusal(f"there are no talks on {room.labels.track(move.track)} now")
    elif isinstance(move, AboutPackage):
        _judge_package(room, chair, table, move)
    elif isinstance(move, Bridge) and move.package is not None:
        _feasible(room, move.track, outcome_of(room, move.track, move.package))


def _judge_package(room: "Room", chair: Chair, table: "Table", move: AboutPackage) -> None:
    package = outcome_of(room, move.track, move.package)
    word, posed = room.cast.word(chair.name, move.track), room.posed
    if move.kind == "withdraw":
        if package not in (word.offer, word.yes) and package not in word.behind:
            raise Refusal("you do not stand behind this package")
        return
    _feasible(room, move.track, package)
    if move.kind == "put":
        return
    asked = posed is not None and posed.track == move.track and package in posed.packages and chair.name in posed.of
    if asked:
        return
    if table.case.protocol is Protocol.ALTERNATING:
        raise Refusal("say yes to an offer when you are asked; to make it your own offer, put it")
    if not any(seat != chair.name for seat in room.put_by(move.track).get(package, ())):
        raise Refusal("nobody else has put this package; put it yourself")


def _feasible(room: "Room", track: str, package: int) -> None:
    if not room.appraisal(track).feasible[package]:
        raise Refusal("this package cannot be agreed today: somebody no longer holds enough, or a value waits")


def _judge_precondition(room: "Room", chair: Chair, move: AboutPrecondition) -> None:
    standing = standing_of(room, chair.name, move)
    if standing.case.firmness is Firmness.PRICED:
        raise Refusal("this precondition bars nothing: it costs worth at home where it is not met, and that stays")
    if standing.dropped == (move.kind == "drop"):
        raise Refusal("it is dropped already" if standing.dropped else "it stands already")


def standing_of(room: "Room", seat: str, move: AboutPrecondition) -> "Standing":
    """The precondition of a seat that a move names.

    Raises:
        Refusal: the seat holds none of that name.
    """
    ordinal = room.cast.chairs[seat].ordinal
    own = {s.case.name: s for s in room.table(move.track).standings if s.case.holder == ordinal}
    require(move.precondition, own, "precondition of yours")
    return own[move.precondition]


def outcome_of(room: "Room", track: str, package: Mapping[str, str | int | float | bool]) -> int:
    """The outcome of a track's space that a package spells.

    Raises:
        Refusal: an issue is missing or unknown, a value is not on the menu, or the package as a whole is not.
    """
    space = room.table(track).case.space
    issues = [issue.name for issue in space.issues]
    for name in package:
        require(name, issues, "issue")
    choices = []
    for issue in space.issues:
        if issue.name not in package:
            raise Refusal(f"the package says nothing about '{issue.name}'")
        given = package[issue.name]
        text = given if isinstance(given, str) else f"{given:g}" if not isinstance(given, bool) else str(given).lower()
        if text not in issue.labels:
            raise Refusal(f"'{text[:40]}' is no value of '{issue.name}'; there is {one_of(issue.labels)}")
        choices.append(issue.labels.index(text))
    if tuple(choices) not in space.choices:
        raise Refusal("the scenario's constraints rule this package out")
    return space.choices.index(tuple(choices))


def _judge_instructor(room: "Room", move: AnyMove) -> None:
    match move:
        case Say():
            require(move.to, [ALL, *room.cast.chairs], "seat")
        case Instruct():
            _judge_course(room, move)
        case SetClock():
            if move.seconds_per_round is None and move.days_at_once is None:
                raise Refusal("say seconds_per_round, days_at_once, or both")
        case Inject():
            _judge_injection(room, move)
        case Reassign():
            _judge_reassignment(room, move)
        case _:
            raise Refusal(f"'{move.kind}' is for those in a seat to do")


def _judge_course(room: "Room", move: Instruct) -> None:
    allowed = {
        "start": ("lobby",), "pause": ("running",), "resume": ("paused",), "advance": ("running",),
        "close": ("lobby", "running", "paused", "ended"),
    }  # fmt: skip
    if room.course not in allowed[move.kind]:
        raise Refusal(
            f"'{move.kind}' needs a room that is {listed(allowed[move.kind], 'or')}; this one is {room.course}"
        )
    if move.kind == "advance" and room.posed is None:
        raise Refusal("nothing is asked now")


def _judge_injection(room: "Room", move: Inject) -> None:
    given = [name for name in ("event", "notice", "fact") if getattr(move, name) is not None]
    if len(given) != 1 or (move.level is not None) != (move.fact is not None):
        raise Refusal("say one of event, notice, or fact with level")
    if room.course == "ended":
        raise Refusal("the run is over")
    if move.event is not None:
        require(move.event, [event.name for event in room.case.events], "event")
    if move.fact is not None:
        require(move.fact, [fact.name for fact in room.case.facts], "fact")


def _judge_reassignment(room: "Room", move: Reassign) -> None:
    require(move.seat, room.cast.chairs, "seat")
    if move.strategy is not None:
        if move.to != ENGINE or room.cast.chairs[move.seat].kind != PARTY:
            raise Refusal("a strategy is for a party that the engine plays")
        require(move.strategy, shelf.shelf(), "strategy")
    if move.to != ENGINE:
        require(move.to, [ENGINE, *room.cast.people.values()], "pseudonym")
