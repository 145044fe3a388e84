"""The Mesa model: parties, mediators and tables as agents, and the order of a day."""

import math
from collections.abc import Callable
from functools import partial

import mesa
import pandas as pd
from mesa.datacollection import DataCollector

from sim.engine import log
from sim.engine.happenings import Act, Event
from sim.engine.mediator import Mediator
from sim.engine.party import Party
from sim.engine.record import PartyRecord, Run, RunRecord
from sim.engine.table import Table
from sim.engine.voices import Voices
from sim.engine.world import World
from sim.rules import chance
from sim.scenario.case import Case, MediatorNumbers, PartyNumbers, RuleNumbers, draw_parameters, numbers_at
from sim.terms import Purpose


class NegotiationModel(mesa.Model):  # type: ignore[misc]  # Mesa ships no type hints for subclassing
    """Parties at war that exchange captives and agree to truces, day by day.

    The order of a day (`step`):

    1. scheduled events, acts, then random events; facts drift, restraint that outlives a truce fades;
    2. every party: weariness, strength, captures; trust drifts; fading preconditions may be dropped;
    3. every table in file order, by its phase; then restraint that was declared without a table;
    4. records.

    Every random number is drawn by name (purpose, track, actor, day), never in sequence, so that the order
    in which agents act cannot change anybody's luck. Mesa's own generators are seeded and not used.

    Args:
        case: the compiled scenario.
        rng: seed of every draw, 0 or more, under the name that Mesa gives it; None, as Mesa's batch runner
            passes where it was given no seeds, stands for 0: a run is always reproducible.
        replication: which replication of the batch with that seed.
        central: hold uncertain parameters at their middle instead of drawing them.
        logs: keep the event log (a batch does without).
        collects: feed Mesa's DataCollector every day.
        voices: people who speak for parties and mediators; None where the engine plays all.
    """

    def __init__(
        self,
        case: Case,
        rng: int | None = 0,
        replication: int = 0,
        *,
        central: bool = False,
        logs: bool = True,
        collects: bool = True,
        voices: Voices | None = None,
    ) -> None:
        seed = 0 if rng is None else rng
        super().__init__(rng=seed)
        self.case = case
        self.draw_seed = seed
        self.replication = replication
        self.central = central
        self.logs = logs
        self.collects = collects
        self.voices = voices
        self.day = -1
        self.log: list[log.Entry] = []
        self._key = chance.replication_key(seed, replication)
        self.drawn = draw_parameters(case, seed, replication, central=central)
        self.rules = RuleNumbers(*numbers_at(case.rules, self.drawn))
        self.world = World(case, self.drawn)
        self.parties: list[Party] = [
            Party(self, ordinal, party, PartyNumbers(*numbers_at(party.numbers, self.drawn)))
            for ordinal, party in enumerate(case.parties)
        ]
        self.mediators: list[Mediator] = [
            Mediator(self, ordinal, mediator, MediatorNumbers(*numbers_at(mediator.numbers, self.drawn)))
            for ordinal, mediator in enumerate(case.mediators)
        ]
        self.tables: list[Table] = []
        self.tables.extend(Table(self, ordinal, track) for ordinal, track in enumerate(case.tracks))
        self.events = [Event(self, event) for event in case.events]
        self.acts = [Act(self, act) for act in case.acts]
        self.datacollector = DataCollector(model_reporters=_reporters(case))

    def step(self) -> None:
        """Live through one day."""
        self.day += 1
        self._happen()
        for party in self.parties:
            party.endure()
        for table in self.tables:
            table.sit()
        for act in self.acts:
            act.live_through()
        if self.collects:
            self.datacollector.collect(self)
        if self.day + 1 >= self.case.horizon:
            self._close_books()

    def run(self) -> "NegotiationModel":
        """Step to the horizon."""
        while self.running:
            self.step()
        return self

    def draw(self, purpose: Purpose, *, track: int = -1, actor: int = -1, other: int = -1, index: int = 0) -> float:
        """The uniform number of today for one purpose, in (0, 1)."""
        return chance.uniform(self._key, chance.counter(purpose, track, actor, other, self.day, index))

    def tell(self, entry: log.Entry) -> None:
        """Write an entry into the event log."""
        if self.logs:
            self.log.append(entry)

    def record(self) -> RunRecord:
        """The row that the run leaves; complete once the horizon is reached."""
        return RunRecord(
            case=self.case.name,
            digest=self.case.digest,
            seed=self.draw_seed,
            replication=self.replication,
            horizon=self.case.horizon,
            central=self.central,
            parameters={
                parameter.path: value
                for parameter, value in zip(self.case.parameters, self.drawn, strict=True)
                if parameter.value.uncertain
            },
            tracks=tuple(table.record() for table in self.tables),
            deals=tuple(record for table in self.tables for record in table.deal_records),
            talks=tuple(record for table in self.tables for record in table.talks_records),
            parties=tuple(self._party_record(party) for party in self.parties),
        )

    def _happen(self) -> None:
        for event in self.events:
            if event.is_scheduled:
                event.consider()
        for act in self.acts:
            act.consider()
        for event in self.events:
            if not event.is_scheduled:
                event.consider()
        self.world.drift()
        self.world.ease(self.day)

    def _close_books(self) -> None:
        for table in self.tables:
            table.close_books()
        self.running = False

    def _party_record(self, party: Party) -> PartyRecord:
        return PartyRecord(
            party=party.name,
            weariness=party.weariness,
            strength=math.exp(party.log_strength),
            released=int(party.released),
            returned=int(party.returned),
            trust={other.name: party.trust[other.ordinal] for other in self.parties if other is not party},
            holds={
                stock.name: self.world.stocks[index]
                for index, stock in enumerate(self.case.stocks)
                if stock.holder == party.ordinal
            },
            violations=party.violations,
            alleged=sum(party.ledger),
        )


def run(case: Case, seed: int, replication: int = 0, *, central: bool = False, logs: bool = True) -> Run:
    """Run one replication of a case to its horizon on the Mesa engine.

    Args:
        case: the compiled scenario.
        seed: seed of every draw, 0 or more.
        replication: which replication of the batch with that seed.
        central: hold uncertain parameters at their middle.
        logs: keep the event log and the daily table; without them a run is faster.
    """
    model = NegotiationModel(case, seed, replication, central=central, logs=logs, collects=logs).run()
    days = model.datacollector.get_model_vars_dataframe() if logs else pd.DataFrame()
    return Run(model.record(), tuple(model.log), days)


Reporter = Callable[[NegotiationModel], object]


def _reporters(case: Case) -> dict[str, Reporter]:
    """What a Mesa user finds in `model.datacollector`: a column for everything that changes from day to day."""
    columns: dict[str, Reporter] = {"day": _day}
    for p, party in enumerate(case.parties):
        columns[f"{party.name}.weariness"] = partial(_weariness, p)
        columns[f"{party.name}.strength"] = partial(_strength, p)
        columns[f"{party.name}.fighting"] = partial(_fighting, p)
        columns[f"{party.name}.alleged"] = partial(_alleged, p)
        for o, other in enumerate(case.parties):
            if o != p:
                columns[f"{party.name}.trust.{other.name}"] = partial(_trust, p, o)
    for t, track in enumerate(case.tracks):
        columns[f"{track.name}.phase"] = partial(_phase, t)
    for f, fact in enumerate(case.facts):
        columns[f"{fact.name}.level"] = partial(_level, f)
    for s, stock in enumerate(case.stocks):
        columns[stock.name] = partial(_stock, s)
    return columns


def _day(model: NegotiationModel) -> int:
    return model.day


def _weariness(party: int, model: NegotiationModel) -> float:
    return model.parties[party].weariness


def _strength(party: int, model: NegotiationModel) -> float:
    return math.exp(model.parties[party].log_strength)


def _fighting(party: int, model: NegotiationModel) -> float:
    return model.world.fighting(party)


def _alleged(party: int, model: NegotiationModel) -> int:
    return model.parties[party].ledger[-1]


def _trust(party: int, other: int, model: NegotiationModel) -> float:
    return model.parties[party].trust[other]


def _phase(track: int, model: NegotiationModel) -> str:
    return model.tables[track].phase.name.lower()


def _level(fact: int, model: NegotiationModel) -> float:
    return model.world.level(fact)


def _stock(stock: int, model: NegotiationModel) -> float:
    return model.world.stocks[stock]
