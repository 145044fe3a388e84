"""The bargaining of one run, day by day: the zone of agreement, the Nash point in it, and what was offered."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.engine.appraisal import appraise
from sim.engine.model import NegotiationModel
from sim.scenario.case import NOWHERE, Case
from sim.scenario.outcomes import nash_point, zone_of_agreement
from sim.terms import Gate


@dataclass(frozen=True, slots=True)
class ZoneDay:
    """What there was to agree on at the end of a day; worths by seat, no deal being worth 0."""

    day: int
    phase: str
    zone: int
    """Packages that are feasible and worth every reservation, preconditions aside."""
    passing: int
    """Those of them that meet every acceptance precondition."""
    reservations: tuple[float, ...]
    best: tuple[float, ...]
    """Greatest worth to each seat within the zone; its reservation where the zone is empty."""
    nash: int
    """The Nash point of the zone; NOWHERE where it is empty."""
    at_nash: tuple[float, ...]
    """Worths of the Nash point; reservations where there is none."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A package that a party put on the table, and its worths at the end of that day."""

    day: int
    party: str
    outcome: int
    worths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ZoneTrace:
    """The bargaining on one track in one run."""

    track: str
    parties: tuple[str, ...]
    days: tuple[ZoneDay, ...]
    offers: tuple[Offered, ...]
    agreed: tuple[int, ...]
    """Days of agreements."""


def trace_zone(case: Case, track: int, seed: int, replication: int, *, central: bool = False) -> ZoneTrace:
    """Live through one run and look at a track at the end of every day; looking changes nothing.

    Args:
        case: the scenario, compiled.
        track: ordinal of the track.
        seed: of every draw.
        replication: which one.
        central: hold uncertain parameters at their middle.
    """
    model = NegotiationModel(case, seed, replication, central=central, logs=True, collects=False)
    table, days, worths = model.tables[track], list[ZoneDay](), list[list[list[float]]]()
    while model.running:
        model.step()
        today = appraise(table, table.case.space, Gate.ACCEPTS)
        worths.append(today.worths)
        days.append(
            _day(model.day, table.phase.name.lower(), today.worths, today.reservations, today.feasible, today.passes)
        )
    offers = []
    for talks in table.talks_records:
        for round_, party, outcome in talks.offers:
            day = talks.opened_on + round_ // table.case.per_day
            if outcome != NOWHERE:
                offers.append(Offered(day, party, outcome, tuple(row[outcome] for row in worths[day])))
    agreed = tuple(deal.agreed_on for deal in table.deal_records)
    parties = tuple(case.parties[party].name for party in table.case.parties)
    return ZoneTrace(table.name, parties, tuple(days), tuple(offers), agreed)


def _day(
    day: int,
    phase: str,
    worths: Sequence[Sequence[float]],
    reservations: Sequence[float],
    feasible: Sequence[bool],
    passes: Sequence[bool],
) -> ZoneDay:
    zone = zone_of_agreement(worths, reservations, feasible)
    nash = nash_point(worths, reservations, feasible)
    seats = list(zip(worths, reservations, strict=True))
    return ZoneDay(
        day=day,
        phase=phase,
        zone=len(zone),
        passing=sum(passes[outcome] for outcome in zone),
        reservations=tuple(reservations),
        best=tuple(max((row[outcome] for outcome in zone), default=least) for row, least in seats),
        nash=nash,
        at_nash=tuple(least if nash == NOWHERE else row[nash] for row, least in seats),
    )
