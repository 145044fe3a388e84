"""A case becomes arrays: what the compiled engine reads, laid out once and shared by all workers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy

from sim.engine.chunk import TRACK_COLUMNS
from sim.engine.loop.laying_parts import RECORD_OF, Parts
from sim.engine.loop.layout import MEDIATOR, PARTY, RUN, Slot
from sim.rules.conditions import DEPTH
from sim.scenario.case import NOWHERE, ActCase, Case, Change, EventCase, PreconditionCase, TrackCase
from sim.strategies import shelf
from sim.strategies.module import StrategyModule
from sim.terms import Firmness, Gate, Seen, Target

MOST_DUES = 20_000
"""Tranches that a deal has in its queue at once, or obligations, at most."""
MOST_UNLOCKS = 512
"""Different minimal sets of preconditions of one track in one run, at most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The arrays of a case, and how much room a worker needs beside them."""

    arrays: dict[Slot, numpy.ndarray[Any, Any]]
    answers: numpy.ndarray[Any, Any]
    """What preconditions that only look at the proposal answer; every worker writes into the room before it."""
    strategies: tuple[tuple[str, str], ...]
    """Name and file of every strategy in use; the record of a seat holds its place here."""
    room: dict[Slot, int]
    """Numbers or records in each array of a worker."""
    integers: int
    """Whole numbers of a row."""


def lay_out(case: Case) -> Plan:
    """Lay a case out."""
    return _Plan(case).plan()


class _Plan:
    """Lays out the whole case, part by part."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.parts = Parts(case)
        self.answers: list[int] = []
        self.strategies: dict[tuple[str, str], int] = {}
        self.places = 0
        self.estimates = self.unlocks = self.obligations = self.dues = self.integers = self.most_seats = 0

    def plan(self) -> Plan:
        case, parts = self.case, self.parts
        for parameter in case.parameters:
            value = parameter.value
            parts.add(
                Slot.PARAMETERS,
                uncertain=value.uncertain,
                whole=parameter.whole,
                low=value.low,
                middle=value.middle,
                high=value.high,
                key=parameter.key,
            )
        parts.ints(Slot.UNCERTAIN, (i for i, parameter in enumerate(case.parameters) if parameter.value.uncertain))
        self._world()
        self._parties()
        for track in case.tracks:
            self._observers(track.parties, track.violations)
        for act in case.acts:
            self._observers(range(len(case.parties)), act.violations)
        for ordinal, track in enumerate(case.tracks):
            self._track(ordinal, track)
        self._after_the_last_track()
        self._superseded_by()
        for event in case.events:
            self._event(event)
        for act in case.acts:
            self._act(act)
        self._fading()
        self.integers += 2 * len(case.parties) + 1
        return Plan(
            self._arrays(), numpy.array(self.answers, "i8"), tuple(self.strategies), self._room(), self.integers
        )

    # World and parties ----------------------------------------------------------------------------------

    def _world(self) -> None:
        parts, case = self.parts, self.case
        for stock in case.stocks:
            parts.add(
                Slot.STOCK_CASES,
                holder=stock.holder,
                of=stock.of,
                what=stock.what,
                level=stock.level,
                rate=stock.rate,
                fights=stock.fights,
            )
            homes = (parts.stock_at.get((party, NOWHERE, stock.what), NOWHERE) for party in range(len(case.parties)))
            parts.ints(Slot.HOME, homes)
        for fact in case.facts:
            parts.add(Slot.FACT_CASES, level=fact.level, drift=fact.drift, role=fact.role, of=fact.of)

    def _parties(self) -> None:
        parts, case = self.parts, self.case
        parts.ints(Slot.RULE_NUMBERS, [RUN.itemsize // 8, *case.rules])
        parts.ints(Slot.PARTY_NUMBERS, [PARTY.itemsize // 8, *(i for party in case.parties for i in party.numbers)])
        numbers = (i for mediator in case.mediators for i in mediator.numbers)
        parts.ints(Slot.MEDIATOR_NUMBERS, [MEDIATOR.itemsize // 8, *numbers])
        parts.ints(Slot.TRUST_AT_START, (index for row in case.trust for index in row))
        for mediator in case.mediators:
            parts.ints(Slot.STYLES, [mediator.style])
            parts.ints(Slot.CONVENE, mediator.convene)
            parts.ints(Slot.ACCESS, mediator.access)
            parts.ints(Slot.BIAS, mediator.bias)
            parts.ints(Slot.PRESSURE, mediator.pressure)

    def _observers(self, parties: Sequence[int], rates: Sequence[int]) -> None:
        self.parts.ints(Slot.OBSERVERS, parties)
        self.parts.ints(Slot.RATES, rates)

    # Tracks ---------------------------------------------------------------------------------------------

    def _track(self, ordinal: int, track: TrackCase) -> None:
        parts, step_names, names = self.parts, dict[str, int](), dict[str, int]()
        steps, steps_end = parts.steps(track.steps, step_names)
        space = parts.space(track.space, track.steps, steps, names, _failing(track, Gate.ACCEPTS))
        renewal = self._renewal(track, step_names, names)
        conditions, conditions_end = self._conditions(ordinal, track)
        seats, remembers, plain = self._seats(ordinal, track)
        obligations, dues = self._queue(track)
        mediators, mediators_end = parts.ints(Slot.TABLE_MEDIATORS, track.mediators)
        supersedes, supersedes_end = parts.ints(Slot.SUPERSEDES, track.supersedes)
        same = ("polite", "rounds", "per_day", "bridge_every", "cool_down", "retry", "lead_days", "patience", "direct")
        parts.add(
            Slot.TRACKS,
            seats=seats,
            seats_end=seats + len(track.parties),
            mediators=mediators,
            mediators_end=mediators_end,
            space=space,
            renewal=renewal,
            conditions=conditions,
            conditions_end=conditions_end,
            supersedes=supersedes,
            supersedes_end=supersedes_end,
            superseded_by=0,
            superseded_by_end=0,
            protocol=track.protocol,
            way_out=track.way_out,
            exit_clause=track.exit_clause,
            restraint_days=track.restraint_days,
            steps=steps,
            steps_end=steps_end,
            obligations=self.obligations,
            most_obligations=obligations,
            dues=self.dues,
            most_dues=dues,
            estimates=self.estimates,
            unlocks=self.unlocks,
            remembers=remembers,
            plain=plain,
            **{name: getattr(track, name) for name in same},
        )
        self.obligations += obligations
        self.dues += dues + 1
        self.estimates += len(track.mediators) * len(track.parties) * len(track.space.outcomes)
        self.unlocks += min(MOST_UNLOCKS, 1 << sum(c.gate is Gate.ACCEPTS for c in track.preconditions))
        self.most_seats = max(self.most_seats, len(track.parties))

    def _after_the_last_track(self) -> None:
        """A track that is none: where the room for the unlocks of the last one ends."""
        names = RECORD_OF[Slot.TRACKS].names or ()
        self.parts.add(Slot.TRACKS, **{name: self.unlocks if name == "unlocks" else 0 for name in names})

    def _queue(self, track: TrackCase) -> tuple[int, int]:
        """Room for the obligations and the tranches of a deal and its renewals."""
        obligations = max(len(moved) for moved in track.space.transfers)
        dues = sum(len(step.tranches) for step in track.steps)
        if track.renewal is not None:
            most = track.renewal.most if track.renewal.most != NOWHERE else self.case.horizon
            renewals = min(most, self.case.horizon)
            obligations += renewals * max(len(moved) for moved in track.renewal.space.transfers)
            dues += renewals * sum(len(step.tranches) for step in track.renewal.steps)
        return min(obligations, MOST_DUES), min(dues, MOST_DUES)

    def _renewal(self, track: TrackCase, step_names: dict[str, int], names: dict[str, int]) -> int:
        renewal, parts = track.renewal, self.parts
        if renewal is None:
            return NOWHERE
        steps, steps_end = parts.steps(renewal.steps, step_names)
        space = parts.space(renewal.space, renewal.steps, steps, names, _failing(track, Gate.RENEWS))
        rows_from = parts.spread(Slot.ROWS_FROM, renewal.rows, len(parts.integers.get(Slot.ROWS, [])))
        parts.ints(Slot.ROWS, (row for rows in renewal.rows for row in rows))
        return parts.add(
            Slot.RENEWALS,
            ask_before=renewal.ask_before,
            renews_on_silence=renewal.renews_on_silence,
            most=renewal.most,
            space=space,
            steps=steps,
            steps_end=steps_end,
            rows_from=rows_from,
        )

    def _conditions(self, ordinal: int, track: TrackCase) -> tuple[int, int]:
        first = len(self.parts.records[Slot.CONDITIONS])
        placed = dict.fromkeys(Gate, 0)
        for condition in track.preconditions:
            self._condition(ordinal, condition, placed[condition.gate])
            placed[condition.gate] += 1
        self.integers += len(TRACK_COLUMNS) + 2 * placed[Gate.ACCEPTS] + placed[Gate.ENTERS]
        return first, len(self.parts.records[Slot.CONDITIONS])

    def _condition(self, track: int, condition: PreconditionCase, position: int) -> None:
        answers = len(self.answers)
        self.answers.extend([0] * len(condition.alike) if condition.always is None else condition.always)
        same = ("holder", "seat", "gate", "firmness", "fades", "cost", "public", "since", "until", "key")
        self.parts.add(
            Slot.CONDITIONS,
            track=track,
            position=position,
            program=self.parts.program(condition.program),
            always=condition.always is not None,
            steady=all(seen.kind in (Seen.PROPOSAL, Seen.FACT) for seen in condition.program.inputs),
            answers=answers,
            alike=self.parts.ints(Slot.ALIKE, condition.alike)[0],
            outcomes=len(condition.alike),
            **{name: getattr(condition, name) for name in same},
        )

    def _seats(self, ordinal: int, track: TrackCase) -> tuple[int, bool, bool]:
        """The first of them; whether any remembers; whether none does and all play a strategy of the shelf."""
        first, remembers, own = len(self.parts.records[Slot.SEATS]), False, False
        for index, party in enumerate(track.parties):
            strategy = track.strategies[index]
            numbers, numbers_end = self.parts.ints(Slot.STRATEGY_NUMBERS, strategy.parameters)
            place = self.strategies.setdefault((strategy.name, strategy.file), len(self.strategies))
            module = module_of(strategy.name, strategy.file)
            remembers, own = remembers or module.remembers, own or strategy.file != ""
            self.parts.add(
                Slot.SEATS,
                party=party,
                track=ordinal,
                index=index,
                margin=track.margin[index],
                leaving=track.leaving[index],
                never_starts=track.never_starts[index],
                strategy=place,
                numbers=numbers,
                numbers_end=numbers_end,
                remembers=module.remembers,
            )
        return first, remembers, not (remembers or own)

    def _superseded_by(self) -> None:
        """For every track, those whose deal takes the place of its own."""
        names = RECORD_OF[Slot.TRACKS].names or ()
        tracks = self.parts.records[Slot.TRACKS]
        for ordinal in range(len(self.case.tracks)):
            by = [other for other, case in enumerate(self.case.tracks) if ordinal in case.supersedes]
            first, last = self.parts.ints(Slot.SUPERSEDED_BY, by)
            fields = dict(zip(names, tracks[ordinal], strict=True))
            tracks[ordinal] = tuple((fields | {"superseded_by": first, "superseded_by_end": last}).values())

    def _fading(self) -> None:
        """By party: the preconditions that fade, in the order of the tracks; before them where each party's begin."""
        held: list[list[int]] = [[] for _ in self.case.parties]
        place = 0
        for track in self.case.tracks:
            for condition in track.preconditions:
                if condition.firmness is Firmness.FADES:
                    held[condition.holder].append(place)
                place += 1
        self.parts.spread(Slot.FADING, held, len(held) + 1)
        self.parts.ints(Slot.FADING, (condition for row in held for condition in row))

    # Happenings -----------------------------------------------------------------------------------------

    def _event(self, event: EventCase) -> None:
        parts = self.parts
        first = len(parts.records[Slot.CHANGES])
        for change in event.changes:
            self._change(change)
        opens, opens_end = parts.ints(Slot.OPENS, event.opens)
        ends, ends_end = parts.ints(Slot.ENDS, event.ends)
        incidents, incidents_end = parts.ints(Slot.INCIDENT_AMOUNTS, (amount for _, _, amount in event.violations))
        for track, party, _ in event.violations:
            parts.ints(Slot.INCIDENT_PLACES, (self._observer(track, party), track))
        parts.add(
            Slot.EVENT_CASES,
            condition=parts.program(event.condition),
            opens=opens,
            opens_end=opens_end,
            ends=ends,
            ends_end=ends_end,
            changes=first,
            changes_end=first + len(event.changes),
            incidents=incidents,
            incidents_end=incidents_end,
            **{name: getattr(event, name) for name in ("key", "day", "chance", "since", "until", "times", "force")},
        )

    def _observer(self, track: int, party: int) -> int:
        """Where a party stands among the observers of a track's truce."""
        first = sum(len(case.parties) for case in self.case.tracks[:track])
        parties = self.case.tracks[track].parties
        return first + parties.index(party) if party in parties else NOWHERE

    def _change(self, change: Change) -> None:
        stock = NOWHERE
        if change.target is Target.HELD:
            stock = self.parts.stock_at[change.a, change.b, change.c]
        elif change.target is Target.ASSETS:
            stock = self.parts.stock_at[change.a, NOWHERE, change.b]
        self.parts.add(
            Slot.CHANGES,
            target=change.target,
            a=change.a,
            b=change.b,
            stock=stock,
            amount=change.amount,
            adds=change.adds,
        )

    def _act(self, act: ActCase) -> None:
        parts = self.parts
        first = len(parts.records[Slot.TRANSFERS])
        for transfer in act.transfers:
            parts.transfer(transfer, 0, 0, counted=False, gesture=False)
        mirrors, mirrors_end = parts.ints(Slot.MIRRORS, (party for party, _ in act.mirrors))
        parts.ints(Slot.MIRROR_CHANCES, (probability for _, probability in act.mirrors))
        parts.add(
            Slot.ACT_CASES,
            key=act.key,
            by=act.by,
            day=act.day,
            days=act.days,
            transfers=first,
            transfers_end=first + len(act.transfers),
            mirrors=mirrors,
            mirrors_end=mirrors_end,
            scope=act.scope,
            monitoring=act.monitoring,
        )

    # Arrays ---------------------------------------------------------------------------------------------

    def _arrays(self) -> dict[Slot, numpy.ndarray[Any, Any]]:
        """Everything that was laid out; what was not has no length."""
        parts = self.parts
        arrays = {slot: numpy.zeros(0, "i8") for slot in Slot if slot < Slot.RUN}
        arrays |= {slot: numpy.array(rows, RECORD_OF[slot]) for slot, rows in parts.records.items()}
        arrays |= {slot: numpy.array(numbers, "i8") for slot, numbers in parts.integers.items()}
        arrays |= {slot: numpy.array(numbers, "f8") for slot, numbers in parts.numbers.items()}
        return arrays

    def _room(self) -> dict[Slot, int]:
        """How much a worker needs of everything, in records or numbers."""
        case, parts = self.case, self.parts
        parties, tracks, outcomes, seats = len(case.parties), len(case.tracks), parts.most_outcomes, self.most_seats
        conditions, every_seat = len(parts.records[Slot.CONDITIONS]), len(parts.records[Slot.SEATS])
        observers = len(parts.integers[Slot.OBSERVERS])
        of_seats = dict.fromkeys(
            (Slot.RESERVATIONS, Slot.TOPS, Slot.DEMANDS, Slot.SEAT_BIASES, Slot.WEARINESS, Slot.TOLERANCE), seats
        )
        of_outcomes = dict.fromkeys(
            (
                *(Slot.FEASIBLE, Slot.FAILING, Slot.UNMET, Slot.ALLOWED, Slot.NEARNESS, Slot.NOWHERE),
                *(Slot.ZONE, Slot.PASSING, Slot.MASKS),
            ),
            outcomes,
        )
        of_conditions = dict.fromkeys(
            (Slot.DROPPED, Slot.BLOCKED, Slot.ALONE, Slot.HELD, Slot.ANSWERED_AS_OF), conditions
        )
        of_places = dict.fromkeys((Slot.WORTHS, Slot.MENUS), seats * outcomes)
        return {
            **of_seats,
            **of_outcomes,
            **of_conditions,
            **of_places,
            Slot.RUN: 1,
            Slot.PARTIES: parties,
            Slot.MEDIATORS: len(case.mediators),
            Slot.TABLES: tracks,
            Slot.PLACES: every_seat,
            Slot.EVENTS: len(case.events),
            Slot.ACTS: len(case.acts),
            Slot.OBLIGATIONS: self.obligations,
            Slot.DUES: self.dues,
            Slot.SITUATION: 1,
            Slot.DRAWN: len(case.parameters),
            Slot.LEVELS: len(case.facts),
            Slot.DRIFTS: len(case.facts),
            Slot.STOCKS: len(case.stocks),
            Slot.RESERVED: len(case.stocks),
            Slot.SET_ASIDE: len(case.stocks),
            Slot.SETTLED: parts.most_transfers,
            Slot.TRUST: parties * parties,
            Slot.BASELINE: parties * parties,
            Slot.LEDGER: parties * case.horizon,
            Slot.GRANTS: tracks + 1,
            Slot.RESTRAINTS: tracks + len(case.acts) + 1,
            Slot.RESIDUES: tracks,
            Slot.TRUCE_LEDGER: observers * 7,
            Slot.INCIDENTS: observers,
            Slot.COUNTS: observers,
            Slot.UNDONE: len(parts.records[Slot.STEPS]),
            Slot.RECENT: every_seat * 5,
            Slot.MADE: parts.base,
            Slot.ON_TABLE: every_seat,
            Slot.ESTIMATED: len(parts.integers.get(Slot.TABLE_MEDIATORS, [])),
            Slot.ESTIMATES: self.estimates,
            Slot.STAKED: len(parts.records[Slot.SPACES]),
            Slot.BASE: parts.base,
            Slot.PROMISED: parts.promised,
            Slot.UNLOCKS: self.unlocks,
            Slot.UNLOCK_DAYS: self.unlocks,
            Slot.INPUTS: parts.most_inputs,
            Slot.STACK: DEPTH,
            Slot.GAINS: parts.gains,
            Slot.GAINS_ALIKE: parts.gains,
            Slot.GAINS_AS_OF: len(parts.records[Slot.SPACES]),
            Slot.FEARS: parts.most_kinds,
            Slot.SEAT_FLOATS: max(seats, parts.most_features),
            Slot.CONVENINGS: len(case.mediators),
            Slot.STRATEGY_PARAMETERS: len(parts.integers.get(Slot.STRATEGY_NUMBERS, [])),
            Slot.OPENING_BOUND: tracks,
        }


def _failing(track: TrackCase, gate: Gate) -> list[int]:
    """By outcome of a gate's space: the bits of the preconditions that only look at the proposal and fail it."""
    space = track.space if gate is Gate.ACCEPTS or track.renewal is None else track.renewal.space
    failing = [0] * len(space.outcomes)
    for position, condition in enumerate(c for c in track.preconditions if c.gate is gate):
        for outcome, met in enumerate(condition.always or ()):
            failing[outcome] |= 0 if met else 1 << position
    return failing


def module_of(name: str, file: str) -> StrategyModule:
    """The strategy of a seat: a user's file, or one of the shelf."""
    return shelf.load(file) if file else shelf.find(name)
