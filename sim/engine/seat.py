"""A party's place at one table: what it wants there, what a package is worth to it today, what it demands now."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine.record import total
from sim.rules import offers, strength, worth
from sim.scenario.case import NOWHERE, Space
from sim.strategies import asking, shelf
from sim.strategies.situation import WINDOW, Situation

if TYPE_CHECKING:
    from sim.engine.appraisal import Appraisal
    from sim.engine.party import Party
    from sim.engine.table import Table


class Stakes:
    """What a space holds for a seat, whatever the day: base worths, and what of them rests on others' word.

    `base` is without what the seat cares for in others; see `Table.bases`.
    """

    def __init__(self, seat: "Seat", space: Space) -> None:
        weights = [0.0 if i == NOWHERE else seat.table.model.drawn[i] for i in space.weights[seat.index]]
        self.base = seat.base_worths(space, weights)
        weight = total(abs(weight) for weight in weights)
        others, steps = len(seat.table.case.parties), seat.table.steps_of(space)
        self.promised = [[0.0] * len(space.outcomes) for _ in range(others)]
        """[seat that promises][outcome]: worth that rests on its word, after any guarantee."""
        for promise in space.promises:
            if promise.receiver == seat.index:
                self.promised[promise.giver][promise.outcome] += worth.promised_worth(
                    weights[promise.feature],
                    space.scores[seat.index][promise.feature][promise.outcome],
                    promise.share,
                    seat.table.secured(steps[promise.step]),
                    weight,
                )


def with_care(space: Space, drawn: Sequence[float], bases: list[list[float]]) -> list[list[float]]:
    """[seat][outcome]: base worths, each with what the seat takes of the others' own for its own."""
    rows = []
    for own, cares in zip(bases, space.cares, strict=True):
        row = list(own)
        for other, index in enumerate(cares):
            if index != NOWHERE:
                row = [
                    worth.caring_worth(mine, drawn[index], theirs)
                    for mine, theirs in zip(row, bases[other], strict=True)
                ]
        rows.append(row)
    return rows


class Seat:
    """A party's place at one table."""

    def __init__(self, party: "Party", table: "Table", index: int) -> None:
        self.party = party
        self.table = table
        self.index = index
        case = table.case.strategies[index]
        self.strategy = shelf.load(case.file) if case.file else shelf.find(case.name)
        drawn = table.model.drawn
        self.parameters = [drawn[i] for i in case.parameters]
        self.margin = drawn[table.case.margin[index]]
        self._stakes: dict[int, Stakes] = {}
        self.forget()

    def forget(self) -> None:
        """Start new talks with no memory of offers."""
        self.demanded: float | None = None
        self.spoken = 0
        self.made: list[int] = []
        """Distinct packages that it has put."""
        self.received: list[int] = []
        """Packages put before it, in order."""
        self.barren_days = 0
        self.best_today = NOWHERE
        """The package worth most to it that was put before it today; see `talks.py`."""

    def base_worths(self, space: Space, weights: list[float]) -> list[float]:
        """Base worth of every package, by some weights on the seat's own scales."""
        scores, features = space.scores[self.index], range(len(space.features))
        weight = total(abs(weight) for weight in weights)
        return [
            worth.base_worth(weights, [scores[feature][outcome] for feature in features], weight, len(features))
            for outcome in range(len(space.outcomes))
        ]

    def stakes(self, space: Space) -> Stakes:
        """What a space holds for the seat; worked out once a run."""
        if id(space) not in self._stakes:
            self._stakes[id(space)] = Stakes(self, space)
        return self._stakes[id(space)]

    def rearming_gains(self, space: Space) -> list[float]:
        """By truce kind: how much log strength the party would gain by it."""
        world, ordinal = self.table.model.world, self.party.ordinal
        return [
            worth.rearming_gain(
                kind.days,
                kind.scope,
                strength.rearming_speed(
                    self.party.numbers.rearm,
                    world.aid(ordinal, kind.grants),
                    world.rearm_cap(ordinal, kind.grants),
                    world.watched(kind.monitoring),
                ),
            )
            for kind in space.kinds
        ]

    def fears(self, gains: list[list[float]]) -> list[float]:
        """By truce kind: worth lost to the fear that another seat rearms under it."""
        me, own = self.party, gains[self.index]
        fears = [0.0] * len(own)
        for other in self.table.seats:
            if other is self:
                continue
            rival, trust = other.party.log_strength, me.trust[other.party.ordinal]
            today = strength.prevail(me.log_strength, rival)
            for kind, theirs in enumerate(gains[other.index]):
                shift = worth.shift_of_power(today, me.log_strength, rival, own[kind], theirs)
                fears[kind] = max(fears[kind], worth.fear_of_rearming(me.numbers.fear_of_rearming, shift, trust))
        return fears

    def worths(self, space: Space, fears: list[float]) -> list[float]:
        """Worth of every package today, before audience cost."""
        stakes, bases, numbers = self.stakes(space), self.table.bases(space)[self.index], self.party.numbers
        others = [seat for seat in self.table.seats if seat is not self]
        worths = []
        for outcome, kind in enumerate(space.kind_of):
            doubt = 0.0
            for other in others:
                trust = self.party.trust[other.party.ordinal]
                doubt += worth.doubt(numbers.doubt, trust, stakes.promised[other.index][outcome])
            worths.append(worth.worth_today(bases[outcome], doubt, fears[kind], 0.0))
        return worths

    def reservation(self) -> float:
        """Least worth that the party accepts today."""
        pressure = 0.0
        for mediator in self.table.mediators:
            pressure += mediator.pressure_on(self.party.ordinal)
        numbers = self.party.numbers
        return worth.reservation(self.margin, numbers.urgency, self.party.weariness, numbers.weariness, pressure)

    def demand(self, time: float, today: "Appraisal") -> float:
        """Worth that the party demands now, by its strategy: never less than its reservation."""
        reservation, top = today.reservations[self.index], today.tops[self.index]
        moment = f"{self.table.case.name}, day {self.table.model.day}, round {round(time * self.table.case.rounds)}"
        wanted = asking.ask(self.strategy, self._situation(time, today), self.parameters, moment)
        return offers.clamp_demand(wanted, reservation, top)

    def speak(self, demanded: float, offer: int) -> None:
        """Take its turn: what it demanded is now known, and the package that it put, if it put one."""
        self.demanded = demanded
        self.spoken += 1
        if offer != NOWHERE and offer not in self.made:
            self.made.append(offer)

    def _situation(self, time: float, today: "Appraisal") -> Situation:
        """What the strategy may look at; what it remembers is worked out only for strategies that remember."""
        reservation, top = today.reservations[self.index], today.tops[self.index]
        demanded = top if self.demanded is None else self.demanded
        lower, heard, distinct = demanded, [reservation], 0
        if self.strategy.remembers:
            if self.demanded is not None:
                lower = offers.next_lower(today.flat, today.feasible, self.index, today.outcomes, demanded)
                lower = demanded if lower == float("-inf") else lower
            if self.received:
                heard = [today.worths[self.index][outcome] for outcome in self.received]
                distinct = min(len(other.made) for other in self.table.seats if other is not self)
        back = min(WINDOW, len(heard) - 1)
        return Situation(
            time=time,
            reservation=reservation,
            top=top,
            weariness=self.party.weariness,
            tolerance=self.party.numbers.tolerance,
            rounds_spoken=float(self.spoken),
            demanded=demanded,
            next_lower=lower,
            offers_made=float(len(self.made)),
            offers_received=float(distinct),
            received_last=heard[-1],
            received_before=heard[-2] if len(heard) > 1 else heard[-1],
            received_first=heard[0],
            received_window=heard[-1 - back],
            window_length=float(back),
        )
