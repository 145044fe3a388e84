"""What each in a room may know now, as plain data: worked out here, so that nobody is sent what is held back."""

import math
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sim.classroom.rooms.cast import MEDIATOR, PARTY, Chair
from sim.classroom.rooms.happenings import Happening
from sim.classroom.rooms.room import ALL, Message, Room
from sim.classroom.rooms.stage import Posed
from sim.engine.deal import Deal
from sim.engine.record import NEVER
from sim.engine.table import Standing, Table
from sim.scenario.case import NOWHERE
from sim.show.labels import expression_text
from sim.terms import Firmness, Gate

Data = dict[str, Any]
MOST_TOLD = 200
"""Happenings in a view: the last of them."""
DIGITS = 6


def view_of(room: Room, chair: Chair | None, person: int | None, connected: Collection[int]) -> Data:
    """What somebody may know: whoever holds a seat, a spectator (no seat), or the instructor (no person)."""
    all_knowing = person is None
    told = [one for one in room.story if all_knowing or one.only_for in ("", chair.name if chair else "")]
    data: Data = {
        "me": {
            "role": "instructor" if all_knowing else chair.kind if chair else "spectator",
            "seat": chair.name if chair else None,
            "pseudonym": None if person is None else room.cast.people[person],
        },
        "seats": [_seat(room, each, connected) for each in room.cast.chairs.values()],
        "spectators": sum(room.cast.chair_of(each) is None for each in room.cast.people),
        "question": _question(room, room.posed, chair),
        "tracks": [_track(room, table, chair, all_knowing=all_knowing) for table in room.stage.model.tables],
        "facts": [
            {"name": fact.name, "label": room.labels.fact(fact.name), "level": room.stage.model.world.level(place)}
            for place, fact in enumerate(room.case.facts)
        ],
        "holdings": _holdings(room),
        "messages": [asdict(one) for one in room.messages if all_knowing or _may_read(one, chair)],
        "happenings": [_happening(room, one) for one in told[-MOST_TOLD:]],
    }
    if chair is not None:
        data["own"] = own_state(room, chair)
    if all_knowing:
        data["all"] = _everything(room, connected)
    return data


def _seat(room: Room, chair: Chair, connected: Collection[int]) -> Data:
    name = None if chair.person is None else room.cast.people[chair.person]
    strategies = {
        table.name: seat.strategy.name
        for table in room.stage.model.tables
        for seat in table.seats
        if seat.party.name == chair.name
    }
    return {
        "seat": chair.name,
        "label": chair.label,
        "kind": chair.kind,
        "open": chair.open and chair.person is None,
        "played_by": "person" if room.cast.speaks(chair.name) else "engine",
        "pseudonym": name,
        "connected": chair.person in connected,
        "strategies": strategies,
    }


def _question(room: Room, posed: Posed | None, chair: Chair | None) -> Data | None:
    if posed is None:
        return None
    data: Data = {"number": posed.number, "asks": posed.asks, "track": posed.track or None, "by": posed.by}
    data |= {"of": list(posed.of), "ready": [seat for seat in posed.of if seat in room.cast.ready]}
    data |= {"mine": chair is not None and chair.name in posed.of, "package": None, "round": None, "rounds": None}
    if posed.track:
        table = room.table(posed.track)
        if posed.asks == "answer":
            data["package"] = table.case.space.describe(posed.packages[0])
            data["inducement"] = _inducement(room, table, posed, chair)
        if table.talks is not None:
            data |= {"round": table.talks.round + 1, "rounds": table.case.rounds}
    return data


def _inducement(room: Room, table: Table, posed: Posed, chair: Chair | None) -> float | None:
    """What a mediator who put a package would add for a seat that is asked; None for all others."""
    if chair is None or chair.kind != PARTY or chair.name not in posed.of:
        return None
    needs = room.appraisal(table.name).needs(posed.packages[0])
    by = next((mediator for mediator in table.mediators if mediator.name == posed.by), None)
    return _round(needs[table.case.parties.index(chair.ordinal)]) if by is not None and by.can_promise(needs) else 0.0


def _track(room: Room, table: Table, chair: Chair | None, *, all_knowing: bool) -> Data:
    case, talks = table.case, table.talks
    parties = [seat.party.name for seat in table.seats]
    data: Data = {
        "name": table.name,
        "label": room.labels.track(table.name),
        "phase": table.phase.name.lower(),
        "protocol": case.protocol.name.lower(),
        "parties": parties,
        "mediators": [mediator.name for mediator in table.mediators],
        "proposer": None if talks is None else parties[talks.proposer],
        "round": None if talks is None else talks.round + 1,
        "rounds": case.rounds,
        "table": _packages(room, table),
        "preconditions": [
            _precondition(room, table, standing)
            for standing in table.standings
            if standing.case.public or all_knowing or (chair is not None and _holds(room, chair, standing))
        ],
        "deal": None if table.deal is None else _deal(table, table.deal),
        "past": [
            {
                "number": deal.number,
                "package": dict(deal.package),
                "agreed_on": deal.agreed_on,
                "ended_on": deal.ended_on,
                "ending": deal.ending,
            }
            for deal in table.deal_records
        ],
    }
    if chair is not None:
        own = own_at(room, table, chair)
        if own is not None:
            data["own"] = own
    return data


def _packages(room: Room, table: Table) -> list[Data]:
    """The packages on the table, those with most behind them first."""
    space, posed = table.case.space, room.posed
    behind = room.put_by(table.name)
    by: dict[int, str] = {}
    if posed is not None and posed.track == table.name and posed.asks == "answer":
        behind.setdefault(posed.packages[0], [])
        by[posed.packages[0]] = posed.by
    if not behind:
        return []
    today, public = room.appraisal(table.name), table.mask_of(lambda s: s.case.public)
    return [
        {
            "outcome": outcome,
            "package": space.describe(outcome),
            "behind": behind[outcome],
            "by": by.get(outcome, ""),
            "feasible": today.feasible[outcome],
            "bars": [standing.path for standing in table.standings_in(today.failing[outcome] & public)],
        }
        for outcome in sorted(behind, key=lambda outcome: (-len(behind[outcome]), outcome))
    ]


def _holds(room: Room, chair: Chair, standing: Standing) -> bool:
    return chair.kind == PARTY and standing.case.holder == chair.ordinal


def _precondition(room: Room, table: Table, standing: Standing) -> Data:
    case = standing.case
    party = room.case.parties[case.holder].name
    return {
        "party": party,
        "name": case.name,
        "label": room.labels.precondition(table.name, party, case.name),
        "gate": case.gate.name.lower(),
        "text": expression_text(case.program.source, room.labels),
        "public": case.public,
        "stands": not standing.dropped and standing.in_time,
        "priced": case.firmness is Firmness.PRICED,
    }


def _deal(table: Table, deal: Deal) -> Data:
    record, begun = deal.record(), deal.truce is not None
    return {
        "number": deal.number,
        "package": dict(record.package),
        "agreed_on": deal.agreed_on,
        "begins_on": deal.begins_on,
        "via": deal.agreement.via,
        "renewals": deal.renewals,
        "days_left": max(0, deal.days_left) if begun and deal.days_ahead == 0 else None,
        "agreed": dict(record.agreed),
        "delivered": dict(record.delivered),
        "alleged": dict(record.alleged),
    }


def _holdings(room: Room) -> list[Data]:
    case, world = room.case, room.stage.model.world
    return [
        {
            "holder": case.parties[stock.holder].name,
            "of": None if stock.of == NOWHERE else case.parties[stock.of].name,
            "what": (case.assets if stock.of == NOWHERE else case.categories)[stock.what],
            "label": room.labels.good((case.assets if stock.of == NOWHERE else case.categories)[stock.what]),
            "count": world.stocks[place],
        }
        for place, stock in enumerate(case.stocks)
    ]


def _may_read(message: Message, chair: Chair | None) -> bool:
    return message.to == ALL or (chair is not None and chair.name in (message.to, message.by))


def _happening(room: Room, one: Happening) -> Data:
    date = room.case.date(one.day).isoformat()
    return {"day": one.day, "date": date, "track": one.track, "kind": one.kind, "text": one.text}


# What is a seat's own ------------------------------------------------------------------------------------


def own_state(room: Room, chair: Chair) -> Data:
    """What a seat knows of itself, whatever the table."""
    model = room.stage.model
    if chair.kind == MEDIATOR:
        mediator = model.mediators[chair.ordinal]
        style = mediator.case.style.name.lower()
        return {"leverage": mediator.leverage, "cap": mediator.numbers.inducement_cap, "style": style}
    party, others = model.parties[chair.ordinal], [each for each in model.parties if each.ordinal != chair.ordinal]
    return {
        "weariness": _round(party.weariness),
        "tolerance": _round(party.numbers.tolerance),
        "strength": _round(math.exp(party.log_strength)),
        "trust": {other.name: _round(party.trust[other.ordinal]) for other in others},
        "ledger": room.ledger_of(chair.name),
    }


def own_at(room: Room, table: Table, chair: Chair) -> Data | None:
    """What a seat knows of itself at a table; None where it does not sit there."""
    if chair.kind == MEDIATOR:
        return _mediator_at(room, table, chair) if chair.ordinal in table.case.mediators else None
    if chair.ordinal not in table.case.parties:
        return None
    today, seat = room.appraisal(table.name), table.case.parties.index(chair.ordinal)
    word = room.cast.words.get((chair.name, table.name))
    own = table.mask_of(lambda s: s.case.holder == chair.ordinal)
    return {
        "reservation": _round(today.reservations[seat]),
        "best": _round(today.tops[seat]),
        "worths": [_round(worth) for worth in today.worths[seat]],
        "feasible": list(today.feasible),
        "bars": {
            str(outcome): [standing.case.name for standing in table.standings_in(mask & own)]
            for outcome, mask in enumerate(today.failing)
            if mask & own
        },
        "behind": [] if word is None else [*word.behind, *([word.offer] * (word.offer != NEVER))],
        "yes": None if word is None or word.yes == NEVER else word.yes,
        "leaves": word is not None and word.leaves,
        "renews": None if word is None else word.renews,
        "renewal": _renewal(room, table, chair, seat),
    }


def _renewal(room: Room, table: Table, chair: Chair, seat: int) -> list[Data] | None:
    """The terms of a renewal that is asked of a seat now."""
    posed = room.posed
    if posed is None or posed.asks != "renewal" or posed.track != table.name or chair.name not in posed.of:
        return None
    today = room.appraisal(table.name, Gate.RENEWS)
    own = table.mask_of(lambda s: s.case.holder == chair.ordinal, Gate.RENEWS)
    return [
        {
            "row": row,
            "package": today.space.describe(row),
            "worth": _round(today.worths[seat][row]),
            "feasible": today.feasible[row],
            "bars": [s.case.name for s in table.standings_in(today.failing[row] & own, Gate.RENEWS)],
        }
        for row in posed.packages
    ]


def _mediator_at(room: Room, table: Table, chair: Chair) -> Data:
    word = room.cast.words.get((chair.name, table.name))
    estimates = {} if table.talks is None else table.talks.estimates
    by_seat = estimates.get(chair.ordinal, [])
    return {
        "estimates": {
            seat.party.name: [_round(worth) for worth in row] for seat, row in zip(table.seats, by_seat, strict=False)
        },
        "bridge": None if word is None or word.bridge == NEVER else word.bridge,
        "every": table.case.bridge_every,
    }


def _everything(room: Room, connected: Collection[int]) -> Data:
    chairs, tables = room.cast.chairs.values(), room.stage.model.tables
    at: dict[str, Mapping[str, Data | None]] = {
        table.name: {chair.name: own for chair in chairs if (own := own_at(room, table, chair)) is not None}
        for table in tables
    }
    return {
        "seats": {chair.name: own_state(room, chair) for chair in chairs},
        "tracks": at,
        "events": [
            {"name": event.case.name, "label": room.labels.event(event.case.name), "happened": event.happened}
            for event in room.stage.model.events
        ],
        "people": [
            {
                "pseudonym": name,
                "seat": chair.name if (chair := room.cast.chair_of(person)) is not None else None,
                "connected": person in connected,
            }
            for person, name in room.cast.people.items()
        ],
        "failure": room.stage.failure,
    }


def _round(amount: float) -> float:
    return round(amount, DIGITS)
