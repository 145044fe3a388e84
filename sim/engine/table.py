"""A track as a Mesa agent: one table that opens, talks, carries its deal, and opens again."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mesa

from sim.engine import log, sight
from sim.engine.agreement import Agreement
from sim.engine.appraisal import Appraisal, available
from sim.engine.deal import Deal
from sim.engine.record import NEVER, DealRecord, TalksRecord, TrackRecord
from sim.engine.seat import Seat, with_care
from sim.engine.talks import Talks
from sim.engine.voices import Asked, Question
from sim.rules import ripeness
from sim.scenario.case import NOWHERE, PreconditionCase, Space, StepCase, TrackCase
from sim.terms import DealEnding, Firmness, Gate, Phase, Purpose, TalksEnding

if TYPE_CHECKING:
    from sim.engine.model import NegotiationModel


@dataclass(slots=True)
class Standing:
    """A precondition as it stands in a run."""

    case: PreconditionCase
    model: "NegotiationModel"
    dropped: bool = False

    @property
    def in_time(self) -> bool:
        """Whether today is within the days for which it is stated."""
        return self.case.since <= self.model.day <= self.case.until

    @property
    def gates(self) -> bool:
        """Whether it can stand in the way today: not priced, not dropped, in time."""
        return self.case.firmness is not Firmness.PRICED and not self.dropped and self.in_time

    @property
    def path(self) -> str:
        """How records and logs name it: `party.name`."""
        return f"{self.model.parties[self.case.holder].name}.{self.case.name}"


class Table(mesa.Agent):  # type: ignore[misc]  # Mesa ships no type hints for subclassing
    """One table at which one kind of deal is negotiated."""

    model: "NegotiationModel"

    def __init__(self, model: "NegotiationModel", ordinal: int, case: TrackCase) -> None:
        super().__init__(model)
        self.ordinal = ordinal
        self.case = case
        self.name = case.name
        self.mediators = [model.mediators[index] for index in case.mediators]
        self.standings = [Standing(condition, model) for condition in case.preconditions]
        self.phase: Phase = Phase.DORMANT
        self.reopens_on = 0
        self.summons: tuple[str, bool] | None = None
        """The event that opens the table today, and whether it does so against the gates."""
        self.talks: Talks | None = None
        self.deal: Deal | None = None
        self.last_agreed = NEVER
        self.deals_made: int = 0
        self.way_out = model.drawn[case.way_out]
        self.talks_records: list[TalksRecord] = []
        self.deal_records: list[DealRecord] = []
        self.days_in_talks = self.days_blocked = 0
        self.first_opened = self.first_agreed = NEVER
        self.held_by: dict[str, int] = {}
        self.blocking: dict[str, tuple[int, int]] = {}
        self.unlocks: dict[tuple[str, ...], int] = {}
        self._held: list[str] = []
        self.seats = [Seat(model.parties[party], self, index) for index, party in enumerate(case.parties)]
        self._bases: dict[int, list[list[float]]] = {}

    def sit(self) -> None:
        """One day at the table, by its phase."""
        if self.phase is Phase.DORMANT:
            self._consider_opening()
        if self.phase is Phase.TALKS:
            self._talk()
        elif self.phase is Phase.AGREED and self.deal is not None and self.model.day >= self.deal.begins_on:
            self.deal.begin()
        if self.in_force and self.deal is not None:
            self.deal.live_through()
        self.summons = None

    # Opening --------------------------------------------------------------------------------------------

    def _consider_opening(self) -> None:
        """Open talks if no entry precondition holds them, and a mediator, the parties or an event bring them about."""
        model, summoned = self.model, self.summons
        if (model.day < self.reopens_on and summoned is None) or self._is_superseded():
            return
        held = [s for s in self.standings_at(Gate.ENTERS) if s.gates and not sight.holds(model, s.case.program, self)]
        self._note_gates(held)
        if held and not (summoned is not None and summoned[1]):
            return
        ripe = self._ripeness()
        convenings = [self._convening(mediator, ripe) for mediator in range(len(self.mediators))]
        direct = model.drawn[self.case.direct]
        u = model.draw(Purpose.OPENING, track=self.ordinal)
        if summoned is not None:
            self._open(summoned[0], ripe)
        elif u < ripeness.opening_chance(direct, convenings, len(convenings)):
            likeliest = max(range(len(convenings)), key=convenings.__getitem__, default=NOWHERE)
            self._open("direct" if u < direct else self.mediators[likeliest].name, ripe)

    def _is_superseded(self) -> bool:
        """Whether a deal in force elsewhere takes the place of any deal here."""
        return any(self.ordinal in other.case.supersedes and other.in_force for other in self.model.tables)

    def _ripeness(self) -> float:
        rules = self.model.rules
        weariness = [seat.party.weariness for seat in self.seats]
        tolerance = [seat.party.numbers.tolerance for seat in self.seats]
        hurt = ripeness.hurt(weariness, tolerance, len(weariness))
        return ripeness.ripeness(rules.ripeness_base, rules.ripeness_hurt, hurt, rules.ripeness_way_out, self.way_out)

    def _convening(self, index: int, ripe: float) -> float:
        mediator = self.mediators[index]
        access = min(mediator.access(seat.party.ordinal) for seat in self.seats)
        return ripeness.convening(mediator.convenes(self.ordinal), ripe, access)

    def _open(self, by: str, ripe: float) -> None:
        model = self.model
        proposer = int(model.draw(Purpose.FIRST_PROPOSER, track=self.ordinal) * len(self.seats))
        self.phase = Phase.TALKS
        self.talks = Talks(self, len(self.talks_records) + 1, proposer)
        if self.first_opened == NEVER:
            self.first_opened = model.day
        self._held = []
        name = self.seats[proposer].party.name
        model.tell(log.TalksOpened(model.day, self.name, self.talks.number, by, name, ripe))

    # Talks ----------------------------------------------------------------------------------------------

    def _talk(self) -> None:
        talks = self.talks
        assert talks is not None
        self.days_in_talks += 1
        agreement = talks.hold_day()
        if agreement is not None:
            self._agree(talks, agreement)
        elif talks.ran_out:
            self._end_talks(talks, TalksEnding.BLOCKED if talks.blocked_by else TalksEnding.IMPASSE)
        else:
            left = talks.walked_out()
            if left is not None:
                self._end_talks(talks, TalksEnding.WALKOUT, left.party.name)

    def ask(
        self, asks: Asked, seats: Sequence[Seat], packages: Sequence[int] = (), by: str = ""
    ) -> Mapping[int, Collection[int]]:
        """What people in some of the seats say, by ordinal of the party; nothing where the engine plays them all."""
        voices = self.model.voices
        if voices is None:
            return {}
        of = tuple(seat.party.ordinal for seat in seats if voices.speaks_for(seat.party.ordinal))
        return voices.ask(Question(self, asks, of, tuple(packages), by)) if of else {}

    def _end_talks(self, talks: Talks, ending: TalksEnding, party: str = "") -> None:
        self.talks_records.append(talks.record(ending))
        self.talks = None
        self.phase = Phase.DORMANT
        self.reopens_on = self.model.day + self.case.retry
        unlocks = tuple(self._names(mask) for mask in talks.blocked_by) if ending is TalksEnding.BLOCKED else ()
        self.model.tell(log.TalksEnded(self.model.day, self.name, talks.number, ending.name.lower(), party, unlocks))

    def _agree(self, talks: Talks, agreement: Agreement) -> None:
        model = self.model
        self.talks_records.append(talks.record(TalksEnding.AGREED, agreement.outcome))
        self.talks = None
        self.deals_made += 1
        self.last_agreed = model.day
        if self.first_agreed == NEVER:
            self.first_agreed = model.day
        self.phase = Phase.AGREED
        self.deal = Deal(self, self.deals_made, agreement)
        worths = [row[agreement.outcome] for row in talks.today.worths]
        model.tell(
            log.Agreed(
                model.day,
                self.name,
                self.deals_made,
                self.case.space.describe(agreement.outcome),
                self.by_party(worths),
                agreement.via,
                self.deal.begins_on,
                self.by_party(agreement.inducements),
                self.deal.settled(),
            )
        )
        if self.case.lead_days == 0:
            self.deal.begin()

    def note_blocked(self, unlocks: list[int], zone: list[int], today: Appraisal) -> None:
        """Keep which preconditions blocked the day: in any minimal set, and by themselves."""
        self.days_blocked += 1
        union = 0
        for mask in unlocks:
            union |= mask
            names = self._names(mask)
            self.unlocks[names] = self.unlocks.get(names, 0) + 1
        for position, standing in enumerate(self.standings_at(Gate.ACCEPTS)):
            if union >> position & 1:
                days, alone = self.blocking.get(standing.path, (0, 0))
                self.blocking[standing.path] = (days + 1, alone + ((1 << position) in unlocks))
        if self.model.logs:
            self._tell_blocked(unlocks, zone, today)

    def _tell_blocked(self, unlocks: list[int], zone: list[int], today: Appraisal) -> None:
        model = self.model
        nearest = min(zone, key=lambda outcome: (today.failing[outcome].bit_count(), outcome))
        values = self.case.space.outcomes[nearest]
        failed = self.standings_in(today.failing[nearest])
        barred = [o for o, mask in enumerate(today.failing) if mask == 0 and not today.feasible[o]]
        ready = available(self, self.case.space)
        model.tell(
            log.DayBlocked(
                model.day,
                self.name,
                len(zone),
                self.case.space.describe(nearest),
                tuple(sight.report(model, standing.case, self, values) for standing in failed),
                tuple(self._names(mask) for mask in unlocks),
                sum(ready[outcome] for outcome in barred),
                sum(not ready[outcome] for outcome in barred),
            )
        )

    def end_by_event(self) -> None:
        """An event ends what goes on here: talks as a walkout, a deal as broken."""
        if self.talks is not None:
            self._end_talks(self.talks, TalksEnding.WALKOUT)
        elif self.has_open_deal and self.deal is not None:
            self.deal.end(DealEnding.BROKEN)

    # Deals ----------------------------------------------------------------------------------------------

    @property
    def has_open_deal(self) -> bool:
        """Whether a deal is agreed and not yet over."""
        return self.phase in (Phase.AGREED, Phase.IN_FORCE, Phase.SUSPENDED)

    @property
    def in_force(self) -> bool:
        """Whether a deal is in force, suspended or not."""
        return self.phase in (Phase.IN_FORCE, Phase.SUSPENDED)

    def be_superseded(self) -> None:
        """A wider deal takes the place of this table's."""
        if self.has_open_deal and self.deal is not None:
            self.deal.end(DealEnding.SUPERSEDED)

    def after_deal(self, deal: Deal) -> None:
        """A deal is over: the table sleeps until it may open again, or closes for good."""
        self.deal_records.append(deal.record())
        self.deal = None
        if self.case.cool_down == NOWHERE:
            self.phase = Phase.CLOSED
        else:
            self.phase = Phase.DORMANT
            self.reopens_on = self.model.day + self.case.cool_down

    def steps_of(self, space: Space) -> Sequence[StepCase]:
        """The steps of what is agreed in a space: the table's own, or its renewal's."""
        renewal = self.case.renewal
        return renewal.steps if renewal is not None and space is renewal.space else self.case.steps

    def bases(self, space: Space) -> list[list[float]]:
        """[seat][outcome]: base worths in a space, with what the seats care for in each other; once a run."""
        if id(space) not in self._bases:
            own = [seat.stakes(space).base for seat in self.seats]
            self._bases[id(space)] = with_care(space, self.model.drawn, own)
        return self._bases[id(space)]

    def guarantee_of(self, step: StepCase) -> float:
        """How far somebody's word secures a step, [0, 1]."""
        return 0.0 if step.guarantee == NOWHERE else self.model.drawn[step.guarantee]

    def secured(self, step: StepCase) -> float:
        """How far a promise to take a step is beyond doubt, [0, 1]: what goes into escrow is wholly so."""
        return 1.0 if step.escrow else self.guarantee_of(step)

    def moved(self, step: int, giver: int, *, delivered: bool) -> float:
        """Persons or units that a step of the deal in force agreed, or delivered so far; 0 without a deal."""
        return 0.0 if self.deal is None else self.deal.moved(step, giver, delivered=delivered)

    # Preconditions --------------------------------------------------------------------------------------

    def standings_at(self, gate: Gate) -> list[Standing]:
        """The preconditions of one gate, in file order: their places are the bits of a mask."""
        return [standing for standing in self.standings if standing.case.gate is gate]

    def gating(self, gate: Gate, seat: int) -> list[Standing]:
        """The preconditions of one seat that can stand in the way at a gate today."""
        return [s for s in self.standings_at(gate) if s.case.seat == seat and s.gates]

    def mask_of(self, chosen: Callable[[Standing], bool], gate: Gate = Gate.ACCEPTS) -> int:
        """The bits of the preconditions that fit a description."""
        mask = 0
        for position, standing in enumerate(self.standings_at(gate)):
            if chosen(standing):
                mask |= 1 << position
        return mask

    def standings_in(self, mask: int, gate: Gate = Gate.ACCEPTS) -> list[Standing]:
        """The preconditions whose bits a mask has."""
        return [s for position, s in enumerate(self.standings_at(gate)) if mask >> position & 1]

    def _names(self, mask: int) -> tuple[str, ...]:
        return tuple(standing.path for standing in self.standings_in(mask))

    def _note_gates(self, held: list[Standing]) -> None:
        names = [standing.path for standing in held]
        for name in names:
            self.held_by[name] = self.held_by.get(name, 0) + 1
        if names and names != self._held:
            reports = tuple(sight.report(self.model, standing.case, self) for standing in held)
            self.model.tell(log.GateHeld(self.model.day, self.name, reports))
        self._held = names

    # Records --------------------------------------------------------------------------------------------

    def by_party(self, values: Sequence[float]) -> dict[str, float]:
        """Values by seat, under the parties' names."""
        return {seat.party.name: value for seat, value in zip(self.seats, values, strict=True)}

    def close_books(self) -> None:
        """At the horizon: what is still open is recorded as open."""
        if self.talks is not None:
            self.talks_records.append(self.talks.record(TalksEnding.NONE))
        if self.deal is not None:
            self.deal_records.append(self.deal.record())

    def record(self) -> TrackRecord:
        """What became of the track."""
        talks_endings = _count(record.ending for record in self.talks_records)
        deal_endings = _count(record.ending for record in self.deal_records)
        if self.deal_records:
            ending = self.deal_records[0].ending
        else:
            ending = self.talks_records[-1].ending if self.talks_records else "never_opened"
        return TrackRecord(
            track=self.name,
            ending=ending,
            first_opened=self.first_opened,
            first_agreed=self.first_agreed,
            talks=len(self.talks_records),
            talks_endings=talks_endings,
            deals=len(self.deal_records),
            deal_endings=deal_endings,
            days_in_talks=self.days_in_talks,
            days_in_force=sum(record.days_in_force for record in self.deal_records),
            days_blocked=self.days_blocked,
            held_by=dict(self.held_by),
            blocking=dict(self.blocking),
            unlocks=dict(self.unlocks),
        )


def _count(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts
