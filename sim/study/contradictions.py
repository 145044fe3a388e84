"""What can be seen before anything is run: preconditions that no package meets, and the zone of agreement of day 0.

Nothing is drawn here: the first day is looked at with every uncertain value at its middle, before anything happens.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.engine import sight
from sim.engine.appraisal import Appraisal, appraise
from sim.engine.model import NegotiationModel
from sim.engine.record import total
from sim.engine.table import Table
from sim.scenario.case import Case, PreconditionCase, TrackCase
from sim.terms import Firmness, Gate

LARGEST = 4
"""Members of a set of preconditions that is looked for, at most."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Acceptance preconditions of a track that no package meets together, though each smaller part of them it can."""

    track: str
    conditions: tuple[str, ...]
    """As `party.name`, in file order; one alone where no package meets it."""
    expressions: tuple[str, ...]
    packages: int
    """Of the outcome space."""


@dataclass(frozen=True, slots=True)
class Side:
    """How one party stands to the packages of the first day."""

    party: str
    reservation: float
    """Least worth that it accepts."""
    best: float
    """Greatest worth of a package that can be given; minus infinity where none can."""
    enough: int
    """Packages worth its reservation."""
    short: float
    """What the nearest package lacks of its reservation; 0 where it is worth that."""


@dataclass(frozen=True, slots=True)
class FirstDay:
    """A track on day 0, with every uncertain value at its middle."""

    track: str
    packages: int
    feasible: int
    """Packages that can be given and agreed today."""
    zone: int
    """Those that are worth every party's reservation, preconditions aside."""
    promised: int
    """Those that are, counting what a mediator could promise today in a bridging proposal."""
    passing: int
    """Of the last, those that also meet every acceptance precondition."""
    sides: tuple[Side, ...]
    nearest: dict[str, str]
    """The feasible package that lacks least of all reservations together; empty where none is feasible."""
    unlocks: tuple[tuple[str, ...], ...]
    """The smallest sets of preconditions of which one has to be relaxed for a package of the zone to pass."""
    held: tuple[str, ...]
    """Entry preconditions that are not met."""

    @property
    def state(self) -> str:
        """`open`, `blocked` where the zone has packages and preconditions exclude them all, or `empty`."""
        return "open" if self.passing else "blocked" if self.promised else "empty"


def contradictions(case: Case) -> tuple[Contradiction, ...]:
    """The smallest sets of gating acceptance preconditions that exclude every package, by the terms alone."""
    return tuple(found for track in case.tracks for found in _excluded(case, track))


def _excluded(case: Case, track: TrackCase) -> Iterator[Contradiction]:
    asked = [
        (condition, condition.always)
        for condition in track.preconditions
        if condition.gate is Gate.ACCEPTS and condition.firmness is not Firmness.PRICED and condition.always is not None
    ]
    told: list[set[int]] = []
    for size in range(1, min(LARGEST, len(asked)) + 1):
        for places in itertools.combinations(range(len(asked)), size):
            if any(smaller <= set(places) for smaller in told):
                continue
            chosen = [asked[place] for place in places]
            met = zip(*(always for _, always in chosen), strict=True)
            if _at_one_time([condition for condition, _ in chosen]) and not any(all(each) for each in met):
                told.append(set(places))
                yield Contradiction(
                    track.name,
                    tuple(f"{case.parties[condition.holder].name}.{condition.name}" for condition, _ in chosen),
                    tuple(condition.program.source for condition, _ in chosen),
                    len(track.space.outcomes),
                )


def _at_one_time(conditions: Sequence[PreconditionCase]) -> bool:
    """Whether there is a day on which all of them bind."""
    return max(each.since for each in conditions) <= min(each.until for each in conditions)


def first_day(case: Case) -> tuple[FirstDay, ...]:
    """Every track on day 0, with every uncertain value at its middle, before anything happens."""
    model = NegotiationModel(case, 0, 0, central=True, logs=False, collects=False)
    model.day = 0
    return tuple(_first_day(model, table) for table in model.tables)


def _first_day(model: NegotiationModel, table: Table) -> FirstDay:
    today = appraise(table, table.case.space, Gate.ACCEPTS)
    zone, promised = today.zone([]), today.zone(table.mediators)
    feasible = [outcome for outcome in range(today.outcomes) if today.feasible[outcome]]
    nearest = min(feasible, key=lambda outcome: total(today.needs(outcome)), default=None)
    masks = today.unlocks(promised) if promised else []
    entering = [standing for standing in table.standings_at(Gate.ENTERS) if standing.gates]
    return FirstDay(
        track=table.name,
        packages=today.outcomes,
        feasible=len(feasible),
        zone=len(zone),
        promised=len(promised),
        passing=sum(1 for outcome in promised if today.passes[outcome]),
        sides=tuple(_sides(table, today, feasible, nearest)),
        nearest={} if nearest is None else table.case.space.describe(nearest),
        unlocks=tuple(tuple(standing.path for standing in table.standings_in(mask)) for mask in masks),
        held=tuple(each.path for each in entering if not sight.holds(model, each.case.program, table)),
    )


def _sides(table: Table, today: Appraisal, feasible: Sequence[int], nearest: int | None) -> Iterator[Side]:
    for place, seat in enumerate(table.seats):
        worths, reservation = today.worths[place], today.reservations[place]
        yield Side(
            party=seat.party.name,
            reservation=reservation,
            best=max((worths[outcome] for outcome in feasible), default=float("-inf")),
            enough=sum(1 for outcome in feasible if worths[outcome] >= reservation),
            short=0.0 if nearest is None else today.needs(nearest)[place],
        )
