"""What a room came to, and how that compares: with other rooms from the same start, and with the engine alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sim.classroom.rooms.room import Room
from sim.engine.chunk import Deals, deals_from_records
from sim.engine.compiled import NotCompilable, prepare, run_deals
from sim.engine.model import run
from sim.engine.record import NEVER, DealRecord, TalksRecord
from sim.engine.table import Table
from sim.scenario.case import Case
from sim.scenario.outcomes import nash_point, pareto
from sim.terms import TalksEnding

RUNS = 1000
"""Replications of the engine alone, beside a class."""
RUNS_BY_MESA = 200
"""The same where nothing compiles."""


@dataclass(frozen=True, slots=True)
class SeatResult:
    """What a deal was worth to one seat on the day on which it was agreed."""

    seat: str
    played_by: str
    """Pseudonym of whoever holds the seat at the end, or `engine`."""
    worth: float
    reservation: float
    surplus: float
    """Worth less reservation; below 0, the person agreed to less than the party would have."""
    best: float
    """Worth of the best package that was feasible that day."""


@dataclass(frozen=True, slots=True)
class DealResult:
    """One deal: agreed, and what came of it."""

    number: int
    agreed_on: int
    package: dict[str, str]
    outcome: int
    via: str
    ending: str
    """How it ended; `open_at_horizon` where it was still in force."""
    agreed: int
    delivered: int
    """Captives, all givers together."""
    pareto: bool
    """Whether no feasible package was worth more to somebody and less to nobody."""
    nash: bool
    """Whether it was the Nash point."""
    seats: tuple[SeatResult, ...]


@dataclass(frozen=True, slots=True)
class TrackResult:
    """What became of one table."""

    track: str
    ending: str
    talks: int
    rounds: int
    """Held in all talks together."""
    deals: tuple[DealResult, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the timeline; everything is told now."""

    day: int
    date: str
    track: str
    kind: str
    text: str
    deed: str
    """The seat whose deed it was; empty for the engine's."""


@dataclass(frozen=True, slots=True)
class Debrief:
    """A room, looked back on."""

    title: str
    start: tuple[str, int, int, bool]
    """What it began from: digest of the case, seed, replication, whether uncertain values were held at their middle."""
    day: int
    people: dict[str, str]
    """Pseudonym by seat, as it was at the end."""
    tracks: tuple[TrackResult, ...]
    timeline: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class EngineRuns:
    """What the engine alone comes to on one track, over many replications of the same case."""

    track: str
    runs: int
    first_deals: dict[int, int]
    """Outcome of a run's first deal: in how many runs."""
    without: int
    """Runs without a deal."""


@dataclass(frozen=True, slots=True)
class End:
    """Where one room came to on one track, from the same start as others."""

    room: str
    outcome: int
    """Of its first deal, or NEVER."""
    agreed_on: int
    ending: str
    surpluses: dict[str, float]
    """By seat, on the day of the agreement; empty without a deal."""


def debrief_of(room: Room) -> Debrief:
    """Look back on a room, as far as it has come."""
    return Debrief(
        title=room.case.title,
        start=room.start,
        day=room.day,
        people={
            name: room.cast.people[chair.person] for name, chair in room.cast.chairs.items() if chair.person is not None
        },
        tracks=tuple(_track(room, table) for table in room.stage.model.tables),
        timeline=tuple(
            Told(one.day, room.case.date(one.day).isoformat(), one.track, one.kind, one.text, one.deed)
            for one in room.story
        ),
    )


def last_talks(room: Room, track: str) -> TalksRecord | None:
    """The talks of a track on whose packages a picture rests: the first that agreed, else the last."""
    records = _talks(room.table(track))
    agreed = [record for record in records if record.outcome != NEVER]
    return next(iter(agreed or records[-1:]), None)


def ends(rooms: Iterable[tuple[str, Room]], track: str) -> tuple[End, ...]:
    """Same start, different ends: where rooms came to on one track."""
    found = []
    for name, room in rooms:
        result = next(each for each in debrief_of(room).tracks if each.track == track)
        first = result.deals[0] if result.deals else None
        found.append(
            End(
                room=name,
                outcome=NEVER if first is None else first.outcome,
                agreed_on=NEVER if first is None else first.agreed_on,
                ending=result.ending,
                surpluses={} if first is None else {seat.seat: seat.surplus for seat in first.seats},
            )
        )
    return tuple(found)


def engine_runs(case: Case, seed: int, *, count: int = RUNS, central: bool = False) -> tuple[EngineRuns, ...]:
    """Run the engine alone; fewer replications where nothing compiles. One result a track."""
    deals, count = _deals(case, seed, count, central=central)
    found = []
    for place, track in enumerate(case.tracks):
        first: dict[int, int] = {}
        seen: dict[int, None] = {}
        for replication, of, outcome in zip(deals.replication, deals.track, deals.outcome, strict=True):
            if int(of) == place and int(replication) not in seen:
                seen[int(replication)] = None
                first[int(outcome)] = first.get(int(outcome), 0) + 1
        found.append(EngineRuns(track.name, count, dict(sorted(first.items())), count - len(seen)))
    return tuple(found)


def _deals(case: Case, seed: int, count: int, *, central: bool) -> tuple[Deals, int]:
    try:
        deals = run_deals(prepare(case), seed, 0, count, central=central).deals
    except NotCompilable:
        count = min(count, RUNS_BY_MESA)
        records = [run(case, seed, number, central=central, logs=False).record for number in range(count)]
        deals = deals_from_records(case, 0, records)
    assert deals is not None
    return deals, count


def _talks(table: Table) -> list[TalksRecord]:
    going_on = [] if table.talks is None else [table.talks.record(TalksEnding.NONE)]
    known = {record.number for record in table.talks_records}
    return [*table.talks_records, *(record for record in going_on if record.number not in known)]


def _track(room: Room, table: Table) -> TrackResult:
    talks = _talks(table)
    records = list(table.deal_records)
    if table.deal is not None and table.deal.number not in {record.number for record in records}:
        records.append(table.deal.record())
    agreed = [record for record in talks if record.outcome != NEVER]
    ending = records[0].ending if records else talks[-1].ending if talks else "never_opened"
    return TrackResult(
        track=table.name,
        ending=ending,
        talks=len(talks),
        rounds=sum(record.rounds for record in talks),
        deals=tuple(_deal(room, deal, record) for deal, record in zip(records, agreed, strict=True)),
    )


def _deal(room: Room, deal: DealRecord, talks: TalksRecord) -> DealResult:
    outcome = talks.outcome
    agreed, delivered = deal.persons
    by = room.signed.get((deal.track, deal.number), room.cast.speakers())
    return DealResult(
        number=deal.number,
        agreed_on=deal.agreed_on,
        package=dict(deal.package),
        outcome=outcome,
        via=deal.via,
        ending=deal.ending,
        agreed=agreed,
        delivered=delivered,
        pareto=outcome in pareto(talks.worths, talks.feasible),
        nash=outcome == nash_point(talks.worths, talks.reservations, talks.feasible),
        seats=tuple(_seat(room, talks, place, by) for place in range(len(talks.parties))),
    )


def _seat(room: Room, talks: TalksRecord, place: int, by: Mapping[str, str]) -> SeatResult:
    chair = room.cast.chairs[talks.parties[place]]
    worth, reservation = talks.worths[place][talks.outcome], talks.reservations[place]
    return SeatResult(
        seat=chair.name,
        played_by=by.get(chair.name, "engine"),
        worth=worth,
        reservation=reservation,
        surplus=worth - reservation,
        best=_best(talks.worths[place], talks.feasible),
    )


def _best(worths: Sequence[float], feasible: Sequence[bool]) -> float:
    return max((worth for worth, possible in zip(worths, feasible, strict=True) if possible), default=0.0)
