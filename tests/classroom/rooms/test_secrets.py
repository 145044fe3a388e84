"""Nobody is sent what somebody else holds back: every view is searched, at every step of games on three cases."""

import math
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sim.classroom.rooms.briefing import briefing_of, explain
from sim.classroom.rooms.cast import MEDIATOR, PARTY, Chair
from sim.classroom.rooms.room import Room
from sim.classroom.rooms.views import view_of
from sim.engine.table import Table
from sim.scenario.case import NOWHERE

Open = Callable[..., Any]
NUMBER = re.compile(r"-?\d+\.\d{4,}")
GAMES = {"march-2025": (), "ankara-2024": (), "yemen-truce-2022": ("horizon=60",)}


def secrets_of(room: Room, chair: Chair) -> set[float]:
    """Numbers that are a seat's own: worths, reservation, margin, interests, weariness, strength, trust, leverage."""
    model = room.stage.model
    if chair.kind == MEDIATOR:
        mediator = model.mediators[chair.ordinal]
        return {mediator.leverage, mediator.numbers.inducement_cap, mediator.numbers.noise}
    party = model.parties[chair.ordinal]
    numbers = [*party.trust, party.weariness, party.log_strength, math.exp(party.log_strength), *party.numbers]
    for table in model.tables:
        if chair.ordinal in table.case.parties:
            numbers += secrets_at(room, table, table.case.parties.index(chair.ordinal))
    return {round(number, 6) for number in numbers}


def secrets_at(room: Room, table: Table, seat: int) -> list[float]:
    """What a seat holds back at one table."""
    today, sits = room.appraisal(table.name), table.seats[seat]
    weights = [model_weight for model_weight in table.case.space.weights[seat] if model_weight != NOWHERE]
    drawn = room.stage.model.drawn
    weight = sum(abs(drawn[index]) for index in weights)
    needs = [today.needs(outcome)[seat] for outcome in range(today.outcomes)]
    numbers = [today.reservations[seat], today.tops[seat], sits.margin, *today.worths[seat], *needs]
    return [*numbers, *(drawn[index] for index in weights), *(drawn[index] / weight for index in weights)]


def distinctive(numbers: set[float]) -> set[float]:
    """Those that nothing else would come to by chance: with at least four digits that count."""
    return {number for number in numbers if len(f"{abs(number):.6f}".replace(".", "").strip("0")) >= 4}


def numbers_in(data: object) -> Iterator[float]:
    """Every number in some data, and every long one in its texts, to six places."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from numbers_in(key)
            yield from numbers_in(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from numbers_in(value)
    elif isinstance(data, float):
        yield round(data, 6)
    elif isinstance(data, str):
        yield from (round(float(found), 6) for found in NUMBER.findall(data))


def texts_in(data: object) -> Iterator[str]:
    """Every text in some data."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from texts_in(key)
            yield from texts_in(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from texts_in(value)
    elif isinstance(data, str):
        yield data


def hidden_names(room: Room, viewer: Chair | None) -> list[str]:
    """Names and labels of preconditions that are not public and not the viewer's."""
    return [
        name
        for table in room.stage.model.tables
        for standing in table.standings
        if not standing.case.public
        and not (viewer is not None and viewer.kind == PARTY and standing.case.holder == viewer.ordinal)
        for name in {standing.case.name, room.labels.precondition(table.name, "", standing.case.name)}
    ]


def leaks(room: Room, viewer: Chair | None, person: int) -> list[object]:
    """What a viewer is sent and should not be."""
    view = view_of(room, viewer, person, tuple(room.cast.people))
    for track in view["tracks"]:
        track.get("own", {}).pop("estimates", None)
    sent: list[object] = [view, briefing_of(room, viewer, all_knowing=False)]
    if viewer is not None and viewer.kind == PARTY:
        for table in room.stage.model.tables:
            if viewer.ordinal in table.case.parties:
                space = table.case.space
                sent.append(explain(room, viewer, table.name, space.describe(len(space.outcomes) // 2)))
    own = secrets_of(room, viewer) if viewer is not None else set()
    others: set[float] = set()
    for chair in room.cast.chairs.values():
        if chair is not viewer:
            others |= distinctive(secrets_of(room, chair))
    found: list[object] = [number for number in numbers_in(sent) if number in others - own]
    names = hidden_names(room, viewer)
    found += [text for text in texts_in(sent) for name in names if name == text or f'"{name}"' in text]
    return found


@pytest.mark.parametrize(("name", "sets"), GAMES.items())
def test_no_view_holds_what_another_seat_holds_back(
    name: str, sets: tuple[str, ...], case_of: Open, play: Open
) -> None:
    """No number of anybody else, and no name of a precondition that is not public, wherever a game stands.

    Of any seat's view, briefing and explained worth, and of a spectator's; what a mediator estimates, with an error,
    is looked at in a test of its own.
    """
    game, luck = play(case_of(name, *sets), seed=11), random.Random(name)
    game.fill()
    steps = 0
    while steps < 25 and game.plausible(luck):
        steps += 1
        for person in game.room.cast.people:
            assert leaks(game.room, game.room.cast.chair_of(person), person) == []
    assert steps > 8


def test_the_search_finds_what_is_put_in_its_way(small: Any, play: Open) -> None:
    """Handed another's view, the search sees other people's numbers in it, and the name of a hidden precondition."""
    game = play(small)
    game.fill()
    alfa, bravo = (game.room.cast.chairs[name] for name in ("alfa", "bravo"))
    sent = view_of(game.room, alfa, alfa.person, ())
    others = distinctive(secrets_of(game.room, alfa)) - secrets_of(game.room, bravo)
    assert len([number for number in numbers_in(sent) if number in others]) > 5
    assert "secretly_long" in hidden_names(game.room, bravo)
    assert "secretly_long" in list(texts_in(sent))
    assert "secretly_long" not in list(texts_in(view_of(game.room, bravo, bravo.person, ())))


def test_a_mediator_is_sent_estimates_that_err(case_of: Open, play: Open) -> None:
    """No row of estimates is the worths, or the base worths, of the party that it is about."""
    game = play(case_of("march-2025"), seed=11)
    game.fill()
    compared = 0
    while game.plausible(random.Random(3)) and compared < 8:
        room = game.room
        for table in room.stage.model.tables:
            for mediator in table.mediators:
                chair = room.cast.chairs[mediator.name]
                track = view_of(room, chair, chair.person, ())["tracks"][table.ordinal]
                for party, row in track["own"]["estimates"].items():
                    seat = next(seat for seat in table.seats if seat.party.name == party)
                    today = room.appraisal(table.name).worths[seat.index]
                    base = table.bases(table.case.space)[seat.index]
                    for truth in (today, base):
                        same = sum(abs(guess - worth) < 1e-5 for guess, worth in zip(row, truth, strict=True))
                        assert same < len(row) / 4
                    compared += 1
    assert compared


def test_a_private_message_is_read_by_two_seats_and_the_instructor(small: Any, play: Open) -> None:
    """Nobody else is sent it."""
    game = play(small)
    game.fill()
    assert game.act("alfa", kind="say", to="third", text="Between us.") == ""
    room = game.room
    readers = [
        chair.name
        for chair in room.cast.chairs.values()
        if any(one["text"] == "Between us." for one in view_of(room, chair, chair.person, ())["messages"])
    ]
    assert readers == ["alfa", "third"]
    assert [one["text"] for one in view_of(room, None, None, ())["messages"]] == ["Between us."]
    assert view_of(room, None, 5, ())["messages"] == []


def test_dropping_a_hidden_precondition_is_told_to_its_holder_alone(small: Any, play: Open) -> None:
    """Of a public one all read; of a hidden one its holder and the instructor."""
    game = play(small)
    game.fill()
    for name in ("watched", "secretly_long"):
        assert game.act("alfa", kind="drop", track="truce", precondition=name) == ""
    room = game.room

    def told(chair: Chair | None, person: int | None) -> list[str]:
        texts = [one["text"] for one in view_of(room, chair, person, ())["happenings"]]
        return [text for text in texts if "precondition" in text]

    bravo = room.cast.chairs["bravo"]
    assert told(bravo, bravo.person) == ['Alfa drops its precondition "Watched".']
    alfa = room.cast.chairs["alfa"]
    assert len(told(alfa, alfa.person)) == len(told(None, None)) == 2
