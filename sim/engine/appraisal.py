"""What every package on the table is worth to every seat today, and what stands in the way of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine import sight
from sim.rules import conditions, mediation, offers, worth
from sim.scenario.case import Space
from sim.terms import Firmness, Gate

if TYPE_CHECKING:
    from sim.engine.mediator import Mediator
    from sim.engine.table import Standing, Table


@dataclass(slots=True)
class Appraisal:
    """One day's view of a space. `failing` has a bit for each acceptance precondition of the track."""

    space: Space
    worths: list[list[float]]
    """[seat][outcome]: after audience cost."""
    reservations: list[float]
    tops: list[float]
    """[seat]: best worth over feasible outcomes, before audience cost; the reservation where nothing is feasible."""
    feasible: list[bool]
    failing: list[int]

    @property
    def outcomes(self) -> int:
        """How many packages the space has."""
        return len(self.feasible)

    @property
    def flat(self) -> list[float]:
        """Worths seat by seat in one list, as the rules of offers take them."""
        return [value for row in self.worths for value in row]

    @property
    def passes(self) -> list[bool]:
        """[outcome]: feasible, and no acceptance precondition in the way."""
        return [ok and mask == 0 for ok, mask in zip(self.feasible, self.failing, strict=True)]

    def zone(self, bridging: list["Mediator"]) -> list[int]:
        """Feasible packages worth every reservation, counting what a bridging mediator could promise today."""
        members = []
        for outcome in range(self.outcomes):
            if not self.feasible[outcome]:
                continue
            needs = self.needs(outcome)
            if all(need == 0.0 for need in needs) or any(mediator.can_promise(needs) for mediator in bridging):
                members.append(outcome)
        return members

    def needs(self, outcome: int) -> list[float]:
        """What each seat lacks to its reservation."""
        return [
            mediation.need(reservation, worths[outcome])
            for reservation, worths in zip(self.reservations, self.worths, strict=True)
        ]

    def unlocks(self, zone: list[int]) -> list[int]:
        """The minimal sets of failed preconditions over the zone, as bit masks; empty where a member passes."""
        masks = [self.failing[outcome] for outcome in zone]
        return [] if 0 in masks else conditions.minimal_masks(masks, len(masks))


def appraise(table: "Table", space: Space, gate: Gate) -> Appraisal:
    """Appraise a space for all seats of a table, with the preconditions of one gate."""
    world = table.model.world
    gains = [seat.rearming_gains(space) for seat in table.seats]
    feasible = [world.allows(space, outcome) and ready for outcome, ready in enumerate(available(table, space))]
    standings = [standing for standing in table.standings if standing.case.gate is gate]
    before_audience = [seat.worths(space, seat.fears(gains)) for seat in table.seats]
    reservations = [seat.reservation() for seat in table.seats]
    flat = [value for row in before_audience for value in row]
    tops = []
    for seat, reservation in enumerate(reservations):
        top = offers.best(flat, feasible, seat, len(feasible))
        tops.append(reservation if top == float("-inf") else top)
    worths = [
        _after_audience(row, standings, seat.party.ordinal, seat.party.numbers.audience, table, space)
        for seat, row in zip(table.seats, before_audience, strict=True)
    ]
    return Appraisal(space, worths, reservations, tops, feasible, _failing(standings, table, space))


def available(table: "Table", space: Space) -> list[bool]:
    """[outcome]: whether every value in it can be agreed today."""
    ready = [True] * len(space.outcomes)
    for condition, held_back in space.waiting:
        if not sight.holds(table.model, condition, table):
            for outcome in held_back:
                ready[outcome] = False
    return ready


def _after_audience(
    worths: list[float], standings: list["Standing"], party: int, audience: float, table: "Table", space: Space
) -> list[float]:
    priced = [s for s in standings if s.case.firmness is Firmness.PRICED and s.case.holder == party and s.in_time]
    if not priced:
        return worths
    unmet = [0.0] * len(worths)
    for standing in priced:
        cost = table.model.drawn[standing.case.cost]
        for outcome, met in enumerate(met_by(standing, table, space)):
            if not met:
                unmet[outcome] += cost
    return [value - worth.audience_cost(audience, cost) for value, cost in zip(worths, unmet, strict=True)]


def _failing(standings: list["Standing"], table: "Table", space: Space) -> list[int]:
    failing = [0] * len(space.outcomes)
    for position, standing in enumerate(standings):
        if standing.gates:
            for outcome, met in enumerate(met_by(standing, table, space)):
                if not met:
                    failing[outcome] |= 1 << position
    return failing


def met_by(standing: "Standing", table: "Table", space: Space) -> Sequence[bool]:
    """[outcome]: whether a precondition is met; asked once of all outcomes that look the same to it."""
    condition = standing.case
    if condition.always is not None:
        return condition.always
    met = {
        outcome: sight.holds(table.model, condition.program, table, space.outcomes[outcome])
        for outcome in dict.fromkeys(condition.alike)
    }
    return [met[outcome] for outcome in condition.alike]
