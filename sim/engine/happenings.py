"""What happens without a table: scheduled and random events, and acts of one side that others may mirror."""

import math
from typing import TYPE_CHECKING, Any

from sim.engine import log, sight
from sim.engine.truce import Truce
from sim.engine.world import Restraint
from sim.rules import captives, chance, trust
from sim.scenario.case import NOWHERE, ActCase, Change, EventCase
from sim.terms import Purpose, Target

if TYPE_CHECKING:
    from sim.engine.model import NegotiationModel
    from sim.engine.party import Party


class Event:
    """A scheduled or random change, as it comes to pass in a run."""

    def __init__(self, model: "NegotiationModel", case: EventCase) -> None:
        self.model = model
        self.case = case
        self.happened = 0
        self.called = False
        """Whether it comes to pass when next considered, whatever its day, chance and condition."""

    @property
    def is_scheduled(self) -> bool:
        """Whether it has a date."""
        return self.case.day != NOWHERE

    def consider(self) -> None:
        """Come to pass, if this is the day and nothing speaks against it."""
        model, case = self.model, self.case
        if self.called:
            self.called = False
            self._happen()
            return
        if case.times != NOWHERE and self.happened >= case.times:
            return
        if not case.since <= model.day <= case.until:
            return
        if self.is_scheduled:
            due = model.day == case.day
        else:
            due = chance.happens(model.draw(Purpose.EVENT, index=case.key), model.drawn[case.chance])
        if due and (case.condition is None or sight.holds(model, case.condition)):
            self._happen()

    def _happen(self) -> None:
        model, case = self.model, self.case
        self.happened += 1
        effects = {change.path: self._apply(change) for change in case.changes}
        for track in case.opens:
            model.tables[track].summons = (case.name, case.force)
        for track in case.ends:
            model.tables[track].end_by_event()
        for track, party, amount in case.violations:
            deal = model.tables[track].deal
            if deal is not None:
                deal.incidents[party] = deal.incidents.get(party, 0) + int(model.drawn[amount])
        opens = tuple(model.tables[track].name for track in case.opens)
        model.tell(
            log.EventOccurred(model.day, "", case.name, case.label, self.is_scheduled, effects, opens, case.claim)
        )

    def _apply(self, change: Change) -> float:
        """Make one change; returns the new value."""
        amount = self.model.drawn[change.amount]
        if change.target is Target.STRENGTH:
            party = self.model.parties[change.a]
            party.log_strength = party.log_strength + amount if change.adds else math.log(amount)
            return math.exp(party.log_strength)
        numbers, place, least, most = self._place(change)
        new = min(most, max(least, numbers[place] + amount if change.adds else amount))
        numbers[place] = new
        return new

    def _place(self, change: Change) -> tuple[Any, Any, float, float]:
        """Where a changed number is kept, in a list or among an agent's attributes, and the range it stays in."""
        model, world, a = self.model, self.model.world, change.a
        kept: tuple[Any, Any, float, float]
        match change.target:
            case Target.FACT:
                kept = world.levels, a, 0.0, 1.0
            case Target.TRUST:
                kept = model.parties[a].trust, change.b, 0.0, 1.0
            case Target.WEARINESS:
                kept = vars(model.parties[a]), "weariness", 0.0, 1.0
            case Target.LEVERAGE:
                kept = vars(model.mediators[a]), "leverage", 0.0, math.inf
            case Target.WAY_OUT:
                kept = vars(model.tables[a]), "way_out", -math.inf, math.inf
            case _:
                held = change.target is Target.HELD
                stock = world.stock_at[(a, change.b, change.c) if held else (a, NOWHERE, change.b)]
                kept = world.stocks, stock, world.reserved[stock], math.inf
        return kept


class Act:
    """A move without a table: restraint or a release that one party declares, and others may mirror."""

    def __init__(self, model: "NegotiationModel", case: ActCase) -> None:
        self.model = model
        self.case = case
        self.truce: Truce | None = None

    def consider(self) -> None:
        """Declare it on its day; end its restraint when it has run out."""
        if self.model.day == self.case.day:
            self._declare()
        elif self.truce is not None and self.model.day >= self.case.day + self.case.days:
            self.truce.end()
            self.truce = None
            self.model.tell(log.ActEnded(self.model.day, "", self.case.name, self.case.label))

    def live_through(self) -> None:
        """One day of declared restraint: violations and ledgers, as in any truce."""
        if self.truce is not None:
            age = self.model.day - self.case.day
            drawn = self.model.drawn
            rates = [drawn[self.case.violations[party.ordinal]] for party in self.truce.parties]
            self.truce.live_through(age, self.case.days - age, rates, {})

    def _declare(self) -> None:
        model, case = self.model, self.case
        bound = [model.parties[case.by]]
        for party, probability in case.mirrors:
            u = model.draw(Purpose.MIRROR, actor=party, index=case.key)
            if chance.happens(u, model.drawn[probability]):
                bound.append(model.parties[party])
        for party in bound:
            self._tell_declared(party, mirrors=party.ordinal != case.by)
        self._release()
        if case.days > 0:
            restraint = Restraint(tuple(party.ordinal for party in bound), case.scope, case.monitoring)
            self.truce = Truce(model, case.name, model.parties, restraint, (NOWHERE, case.key))

    def _tell_declared(self, party: "Party", *, mirrors: bool) -> None:
        case = self.case
        self.model.tell(
            log.ActDeclared(
                self.model.day, "", case.name, case.label, party.name, mirrors, case.days, case.scope, case.claim
            )
        )

    def _release(self) -> None:
        """Hand over what the act gives, as far as it is there: a gesture to the receiver."""
        model, world = self.model, self.model.world
        for transfer in self.case.transfers:
            stock = model.case.stocks[transfer.stock]
            giver, receiver = model.parties[transfer.giver], model.parties[transfer.receiver]
            handed = min(transfer.amount, world.available(transfer.stock))
            share = captives.share_of_holdings(handed, world.stocks[transfer.stock])
            world.hand_over(transfer.stock, handed, transfer.receiver)
            receiver.trust[giver.ordinal] = trust.after_gesture(
                receiver.trust[giver.ordinal], model.rules.gesture_gain, share
            )
            if stock.of != NOWHERE:
                giver.released += handed
                receiver.come_home(handed, fights=stock.fights)
            what = model.case.assets[stock.what] if stock.of == NOWHERE else model.case.categories[stock.what]
            model.tell(
                log.Delivered(
                    day=model.day,
                    track="",
                    step=self.case.name,
                    tranche=0,
                    giver=giver.name,
                    receiver=receiver.name,
                    what=what,
                    due=transfer.amount,
                    delivered=handed,
                    gesture=True,
                    left=world.stocks[transfer.stock],
                )
            )
