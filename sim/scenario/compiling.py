"""A checked scenario becomes a case: names turn into indices, ranges into parameters, terms into outcome spaces."""

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence

from sim.scenario.case import (
    NOWHERE,
    ActCase,
    Case,
    Change,
    EventCase,
    FactCase,
    MediatorCase,
    MediatorNumbers,
    PartyCase,
    PartyNumbers,
    RuleNumbers,
    Transfer,
    name_key,
)
from sim.scenario.defaults import shipped_defaults
from sim.scenario.expressions import compile_expression
from sim.scenario.names import parse_target
from sim.scenario.reading import Reading
from sim.scenario.schema.kinds import MOST_DAYS
from sim.scenario.schema.sides import Asset, Category
from sim.scenario.track_compiling import TrackCompiler
from sim.scenario.values import Value
from sim.scenario.workbench import Workbench, readable
from sim.terms import Role, Style


def compile_case(reading: Reading) -> Case:
    """Compile what was read into a case.

    Raises:
        InvalidScenario: where the terms of the scenario make no outcome space, or a strategy is not usable.
    """
    return _Compiler(reading).case()


class _Compiler:
    """Assembles the case from its parts."""

    def __init__(self, reading: Reading) -> None:
        self.bench = Workbench(reading, shipped_defaults())
        self.file = reading.scenario
        self.defaults = self.bench.defaults
        self.register = self.bench.register

    def case(self) -> Case:
        file = self.file
        track_compiler = TrackCompiler(self.bench)
        tracks = tuple(track_compiler.compile_track(name) for name in self.bench.tracks)
        parties = tuple(self._party(name) for name in self.bench.parties)
        case = Case(
            name=self.bench.reading.path.stem,
            title=file.title,
            about=file.about,
            start=file.start,
            horizon=file.horizon,
            war=file.war,
            digest="",
            rules=RuleNumbers(*(self._rule(name) for name in RuleNumbers._fields)),
            parties=parties,
            mediators=tuple(self._mediator(name) for name in self.bench.mediators),
            facts=tuple(self._fact(name) for name in self.bench.facts),
            categories=tuple(self.bench.categories),
            assets=tuple(self.bench.assets),
            goods=tuple((name, _good(name, kind)) for name, kind in self._goods()),
            others=tuple((name, other.label or readable(name)) for name, other in file.others.items()),
            stocks=self.bench.stocks,
            trust=self._trust(),
            tracks=tracks,
            acts=tuple(self._act(name) for name in file.acts),
            events=tuple(self._event(name) for name in file.events),
            parameters=(),
        )
        case = dataclasses.replace(case, parameters=tuple(self.register.parameters))
        return dataclasses.replace(case, digest=digest_of(case))

    def _goods(self) -> Iterator[tuple[str, Category | Asset]]:
        yield from self.file.categories.items()
        yield from self.file.assets.items()

    # Parameters -----------------------------------------------------------------------------------------

    def _rule(self, name: str) -> int:
        value: Value | None = getattr(self.file.rules, name)
        return self.register.add(f"rules.{name}", self.defaults.rules[name] if value is None else value)

    # Entities -------------------------------------------------------------------------------------------

    def _party(self, name: str) -> PartyCase:
        party = self.file.parties[name]
        numbers = []
        for field in PartyNumbers._fields:
            value: Value | None = getattr(party, field)
            numbers.append(
                self.register.add(f"parties.{name}.{field}", self.defaults.party[field] if value is None else value)
            )
        return PartyCase(name, party.label or readable(name), PartyNumbers(*numbers))

    def _mediator(self, name: str) -> MediatorCase:
        mediator, path = self.file.mediators[name], f"mediators.{name}"
        numbers = []
        for field in MediatorNumbers._fields:
            value: Value | None = getattr(mediator, field)
            value = self.defaults.mediator[field] if value is None else value
            numbers.append(self.register.add(f"{path}.{field}", value))

        def by(field: str, names: Sequence[str]) -> tuple[int, ...]:
            return self.bench.by_name(f"{path}.{field}", getattr(mediator, field), names, self.defaults.mediator[field])

        return MediatorCase(
            name=name,
            label=mediator.label or readable(name),
            style=Style[mediator.style.upper()],
            tracks=tuple(self.bench.tracks.index(track) for track in mediator.tracks),
            numbers=MediatorNumbers(*numbers),
            convene=by("convene", self.bench.tracks),
            access=by("access", self.bench.parties),
            bias=by("bias", self.bench.parties),
            pressure=by("pressure", self.bench.parties),
        )

    def _fact(self, name: str) -> FactCase:
        fact, path = self.file.facts[name], f"facts.{name}"
        return FactCase(
            name=name,
            label=fact.label or readable(name),
            level=self.register.add(f"{path}.level", fact.level),
            drift=self.register.add(f"{path}.drift", self.defaults.fact_drift if fact.drift is None else fact.drift),
            role=Role.NONE if fact.role is None else Role[fact.role.upper()],
            of=NOWHERE if fact.of is None else self.bench.parties.index(fact.of),
        )

    def _trust(self) -> tuple[tuple[int, ...], ...]:
        rows = []
        for party in self.bench.parties:
            row = []
            for other in self.bench.parties:
                relation = f"{party} in {other}"
                value = self.file.trust.get(relation, self.defaults.trust)
                row.append(NOWHERE if party == other else self.register.add(f"trust.{relation}", value))
            rows.append(tuple(row))
        return tuple(rows)

    # The world ------------------------------------------------------------------------------------------

    def _event(self, name: str) -> EventCase:
        event, path = self.file.events[name], f"events.{name}"
        return EventCase(
            name=name,
            key=name_key(name),
            label=event.label or readable(name),
            day=self.bench.day(event.date, NOWHERE),
            chance=self.bench.maybe(f"{path}.chance", event.chance),
            since=self.bench.day(event.since, 0),
            until=self.bench.day(event.until, MOST_DAYS),
            times=NOWHERE if event.times is None else event.times,
            condition=None if event.if_ is None else compile_expression(event.if_, self.bench.table.for_world()),
            opens=tuple(self.bench.tracks.index(track) for track in event.opens),
            force=event.force,
            ends=tuple(self.bench.tracks.index(track) for track in event.ends),
            changes=tuple(
                self._change(f"{path}.{verb}", target, value, adds=verb == "adds")
                for verb, changes in (("sets", event.sets), ("adds", event.adds))
                for target, value in changes.items()
            ),
            violations=tuple(
                (
                    self.bench.tracks.index(track),
                    self.bench.parties.index(party),
                    self.register.add(f"{path}.violations.{track}.{party}", count, whole=True),
                )
                for track, counts in event.violations.items()
                for party, count in counts.items()
            ),
            claim=event.claim or "",
        )

    def _change(self, path: str, target: str, value: Value, *, adds: bool) -> Change:
        kind, a, b, c = parse_target(target, self.file)
        return Change(kind, a, b, c, self.register.add(f"{path}.{target}", value), adds, target)

    def _act(self, name: str) -> ActCase:
        act, path = self.file.acts[name], f"acts.{name}"
        transfers = []
        for relation, amounts in act.gives.items():
            giver, receiver = (self.bench.parties.index(party) for party in relation.split(" gives "))
            for what, amount in amounts.items():
                transfers.append(Transfer(0, self.bench.stock(giver, receiver, what), giver, receiver, amount.middle))
        truce = act.truce
        return ActCase(
            name=name,
            key=name_key(name),
            label=act.label or readable(name),
            by=self.bench.parties.index(act.by),
            day=self.bench.day(act.date, 0),
            days=0 if truce is None else truce.days,
            scope=0.0 if truce is None else truce.scope.middle,
            monitoring=0.0 if truce is None or truce.monitoring is None else truce.monitoring.middle,
            transfers=tuple(transfers),
            mirrors=tuple(
                (self.bench.parties.index(party), self.register.add(f"{path}.mirrored_by.{party}", chance))
                for party, chance in act.mirrored_by.items()
            ),
            violations=self.bench.by_name(
                f"{path}.violations", act.violations, self.bench.parties, self.defaults.track["violations"]
            ),
            claim=act.claim or "",
        )


def digest_of(case: Case) -> str:
    """Hash of all that can change a result: not of prose, nor of where a strategy's file happens to lie."""
    text = repr(dataclasses.replace(case, title="", about=""))
    for track in case.tracks:
        for strategy in track.strategies:
            if strategy.file:
                text = text.replace(repr(strategy.file), strategy.digest)
    return hashlib.sha256(text.encode()).hexdigest()


def _good(name: str, kind: Category | Asset) -> str:
    """What the reader calls it, an asset with its unit: tonnes of fuel."""
    label = kind.label or readable(name).lower()
    unit = kind.unit if isinstance(kind, Asset) else ""
    return f"{unit} of {label}" if unit not in ("", label) else label
