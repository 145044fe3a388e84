"""What a seat reads before it sits down, and a package's worth to it, part by part."""

from collections.abc import Mapping
from typing import Any

from sim.classroom.rooms.cast import PARTY, Chair
from sim.classroom.rooms.judging import outcome_of
from sim.classroom.rooms.room import Room
from sim.classroom.rooms.settings import require
from sim.engine.record import total
from sim.engine.seat import Seat
from sim.engine.table import Table
from sim.rules import worth
from sim.scenario.case import NOWHERE
from sim.strategies import shelf
from sim.terms import DISCLAIMER

Data = dict[str, Any]
DIGITS = 6


def briefing_of(room: Room, chair: Chair | None, *, all_knowing: bool) -> Data:
    """The case, what can be agreed at each table, and what a seat wants there."""
    case = room.case
    return {
        "case": {
            "title": case.title,
            "about": case.about,
            "start": case.start.isoformat(),
            "horizon": case.horizon,
            "disclaimer": DISCLAIMER,
        },
        "seat": None if chair is None else {"seat": chair.name, "label": chair.label, "kind": chair.kind},
        "tracks": [_track(room, table, chair, all_knowing=all_knowing) for table in room.stage.model.tables],
        "strategies": [{"name": name, "summary": shelf.find(name).summary} for name in shelf.shelf()],
    }


def _track(room: Room, table: Table, chair: Chair | None, *, all_knowing: bool) -> Data:
    case, space = table.case, table.case.space
    data: Data = {
        "name": table.name,
        "label": room.labels.track(table.name),
        "protocol": case.protocol.name.lower(),
        "rounds": case.rounds,
        "per_day": case.per_day,
        "bridge_every": case.bridge_every,
        "issues": [{"name": issue.name, "values": list(issue.labels)} for issue in space.issues],
        "packages": [space.describe(outcome) for outcome in range(len(space.outcomes))],
    }
    if all_knowing:
        data["interests_by"] = {seat.party.name: interests(seat) for seat in table.seats}
        data["margins"] = {seat.party.name: round(seat.margin, DIGITS) for seat in table.seats}
    elif chair is not None and chair.kind == PARTY and chair.ordinal in case.parties:
        seat = table.seats[case.parties.index(chair.ordinal)]
        data |= {"interests": interests(seat), "margin": round(seat.margin, DIGITS)}
    return data


def interests(seat: Seat) -> list[Data]:
    """The weights of a seat's interests, as shares of their absolute sum."""
    space, drawn = seat.table.case.space, seat.table.model.drawn
    weights = [0.0 if index == NOWHERE else drawn[index] for index in space.weights[seat.index]]
    weight = total(abs(each) for each in weights)
    return [
        {"feature": feature, "weight": round(own / weight, DIGITS)}
        for feature, own in zip(space.features, weights, strict=True)
        if own != 0.0
    ]


def explain(room: Room, chair: Chair | None, track: str, package: Mapping[str, str | int | float | bool]) -> Data:
    """What stands in the way of a package today, and what it is worth to a seat, part by part; the parts add up.

    Raises:
        Refusal: no such track or package.
    """
    require(track, [each.name for each in room.case.tracks], "track")
    table, outcome, today = room.table(track), outcome_of(room, track, package), room.appraisal(track)
    public = table.mask_of(lambda s: s.case.public)
    told: Data = {
        "package": table.case.space.describe(outcome),
        "outcome": outcome,
        "feasible": today.feasible[outcome],
        "public_bars": [standing.path for standing in table.standings_in(today.failing[outcome] & public)],
    }
    if chair is None or chair.kind != PARTY or chair.ordinal not in table.case.parties:
        return told
    seat = table.seats[table.case.parties.index(chair.ordinal)]
    own = table.mask_of(lambda s: s.case.holder == chair.ordinal)
    return told | {
        "worth": round(today.worths[seat.index][outcome], DIGITS),
        "reservation": round(today.reservations[seat.index], DIGITS),
        "bars": [standing.case.name for standing in table.standings_in(today.failing[outcome] & own)],
        "parts": _parts(seat, outcome, today.worths[seat.index][outcome]),
    }


def _parts(seat: Seat, outcome: int, today: float) -> list[Data]:
    table, party = seat.table, seat.party
    space, drawn, stakes = table.case.space, table.model.drawn, seat.stakes(table.case.space)
    weights = [0.0 if index == NOWHERE else drawn[index] for index in space.weights[seat.index]]
    weight = total(abs(each) for each in weights)
    parts = [
        ("interest", feature, own * space.scores[seat.index][place][outcome] / weight)
        for place, (feature, own) in enumerate(zip(space.features, weights, strict=True))
        if own != 0.0
    ]
    base = table.bases(space)[seat.index][outcome]
    parts.append(("care", "", base - stakes.base[outcome]))
    for other in table.seats:
        promised = stakes.promised[other.index][outcome]
        doubted = worth.doubt(party.numbers.doubt, party.trust[other.party.ordinal], promised)
        if other is not seat and doubted != 0.0:
            parts.append(("doubt", other.party.name, -doubted))
    fears = seat.fears([each.rearming_gains(space) for each in table.seats])
    before_audience = seat.worths(space, fears)[outcome]
    parts.append(("fear", "", -fears[space.kind_of[outcome]]))
    parts.append(("audience", "", today - before_audience))
    return [{"part": part, "name": name, "amount": round(amount, DIGITS)} for part, name, amount in parts]
