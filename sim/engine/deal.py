"""A deal through its life: what falls due, what is delivered, whether the truce holds, how it ends."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sim.engine import log, sight
from sim.engine.delivering import Delivery
from sim.engine.obligation import Due, Obligation
from sim.engine.record import NEVER, DealRecord
from sim.engine.renewal import answer_renewal
from sim.engine.truce import Truce
from sim.engine.world import Residue, Restraint
from sim.rules import chance, compliance, mediation
from sim.scenario.case import NOWHERE, Space, StepCase, TruceKind
from sim.scenario.expressions import Program
from sim.terms import DealEnding, Gate, Phase, Purpose

if TYPE_CHECKING:
    from sim.engine.agreement import Agreement
    from sim.engine.seat import Seat
    from sim.engine.table import Table


class Deal:
    """A deal, from agreement to end."""

    def __init__(self, table: "Table", number: int, agreement: "Agreement") -> None:
        self.table = table
        self.model = table.model
        self.number = number
        self.agreement = agreement
        space = table.case.space
        self.kind: TruceKind = space.kinds[space.kind_of[agreement.outcome]]
        self.agreed_on = self.model.day
        self.begins_on = self.model.day + table.case.lead_days
        self.truce: Truce | None = None
        self.truce_days = int(self.kind.days)
        self.days_ahead = int(self.kind.days) if self.kind.without_end else 0
        """Days that a truce without an end counts as, on any day; 0 for a truce that ends."""
        self.renewals = 0
        self.suspended_on = NEVER
        self.ending = DealEnding.NONE
        self.ended_on = NEVER
        self.obligations: list[Obligation] = []
        self.queue: list[Due] = []
        self.incidents: dict[int, int] = {}
        self._undone: dict[str, int] = {}
        """Tranches still to come, by step."""
        self._places = 0
        self._take_on(table.case.steps, space, agreement.outcome, self.begins_on, "")

    def _take_on(self, steps: Sequence[StepCase], space: Space, outcome: int, begins: int, prefix: str) -> None:
        """Take on the steps of the deal, or of a renewal: settle what they come to, and put it aside."""
        case, settled = self.model.case, self.model.world.settle(space, outcome)
        self.model.world.reserved = list(settled.promised)
        by_step: dict[int, list[Obligation]] = {index: [] for index in range(len(steps))}
        for transfer, amount in zip(space.transfers[outcome], settled.amounts, strict=True):
            step, stock = steps[transfer.step], case.stocks[transfer.stock]
            what = case.assets[stock.what] if stock.of < 0 else case.categories[stock.what]
            name = f"{prefix}{step.name}.{case.parties[transfer.giver].name}.{what}"
            if amount > 0.0 or step.standing:
                by_step[transfer.step].append(Obligation(transfer, step, name, space.outcomes[outcome], amount))
        for index, obligations in by_step.items():
            if obligations:
                step = steps[index]
                self.obligations += obligations
                key = f"{prefix}{step.name}"
                waits_for, passes_after = (
                    tuple(f"{prefix}{steps[other].name}" for other in others)
                    for others in (step.after, step.until_done)
                )
                self._undone[key] = self._undone.get(key, 0) + len(step.tranches)
                self.queue += [
                    Due(step, self._places + index, tranche, begins + offset, obligations, key, waits_for, passes_after)
                    for tranche, offset in enumerate(step.tranches)
                ]
        self._places += len(steps)
        self.queue.sort(key=lambda due: (due.day, due.place, due.tranche))

    # Days -----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Enter into force: restraint, grants, and the end of deals that this one supersedes."""
        table, model = self.table, self.model
        table.phase = Phase.IN_FORCE
        for other in table.case.supersedes:
            model.tables[other].be_superseded()
        model.world.forget_restraint(table.ordinal)
        if self.kind.grants:
            model.world.grants.append(self.kind.grants)
        if self.truce_days > 0:
            parties = [seat.party for seat in table.seats]
            restraint = Restraint(tuple(party.ordinal for party in parties), self.kind.scope, self.kind.monitoring)
            self.truce = Truce(model, table.name, parties, restraint, (table.ordinal, 0))
        granted = {model.case.facts[fact].name: level for fact, level in self.kind.grants}
        length, without_end = self.truce_days, self.days_ahead > 0
        model.tell(log.DealBegan(model.day, table.name, self.number, length, self.kind.scope, granted, without_end))

    def live_through(self) -> None:
        """One day in force: run out; or never start; deliver; comply and observe; leave; ask for renewal; be done."""
        if self.truce is not None and self.days_left <= 0:
            self._run_out(self.truce)
            return
        if self.truce is not None and self.age == 0 and self._never_starts():
            return
        self._deliver()
        if self.ending is not DealEnding.NONE:
            return
        if self.truce is not None:
            self._keep_truce(self.truce)
            if self.ending is DealEnding.NONE and self._asks_for_renewal():
                self._renew()
        elif not self.queue:
            self.end(DealEnding.COMPLETED)

    @property
    def age(self) -> int:
        """Days since the deal began."""
        return self.model.day - self.begins_on

    def _run_out(self, truce: Truce) -> None:
        """The truce is over by its own terms; restraint may outlive it."""
        model, table = self.model, self.table
        self.end(DealEnding.EXPIRED)
        if table.case.restraint_days != NOWHERE:
            parties, scope = truce.restraint.parties, truce.restraint.scope
            days = model.drawn[table.case.restraint_days]
            model.world.residues.append(Residue(table.ordinal, parties, scope, model.day, days, scope))
            model.tell(log.RestraintLingered(model.day, table.name, scope, days))

    @property
    def days_left(self) -> int:
        """Days that the truce still has to run."""
        return self.days_ahead if self.days_ahead > 0 else self.truce_days - self.age

    @property
    def is_short(self) -> bool:
        """Whether less was delivered than agreed, leaving out what stands outside the deal."""
        return any(o.met < o.amount for o in self.obligations if not o.step.outside)

    def end(self, ending: DealEnding, party: str = "") -> None:
        """The deal is over: what was not delivered is nobody's to give any more, and restraint ends.

        A deal that runs out or has nothing left to do is short where less was delivered than agreed.
        """
        model, world = self.model, self.model.world
        promised = list(world.reserved)
        for due in self.queue:
            if due.day <= model.day and not due.deposited:
                Delivery(self, due).settle(promised)
                self._fall_due(due)
        if ending in (DealEnding.EXPIRED, DealEnding.COMPLETED) and self.is_short:
            ending = DealEnding.SHORT
        self.ending, self.ended_on = ending, model.day
        for due in self.queue:
            if due.deposited:
                Delivery(self, due).give_back()
            else:
                self._free(due)
        self.queue = []
        if self.truce is not None:
            self.truce.end()
        world.grants = [granted for granted in world.grants if granted is not self.kind.grants]
        model.tell(
            log.DealEnded(model.day, self.table.name, self.number, ending.name.lower(), party, self.days_in_force)
        )
        self.table.after_deal(self)

    @property
    def days_in_force(self) -> int:
        """Days from its beginning to its end, or to today; none if it never started."""
        until = self.model.day if self.ended_on == NEVER else self.ended_on
        return 0 if self.ending is DealEnding.NEVER_STARTED else max(0, until - self.begins_on)

    # Delivery -------------------------------------------------------------------------------------------

    def _deliver(self) -> None:
        """Hand over what is due, in order; what is withheld suspends the deal until it is cured."""
        if self.suspended_on != NEVER and self.model.day - self.suspended_on >= self.table.case.patience:
            culprit = next((due for due in self.queue if due.withheld), None)
            giver = "" if culprit is None else self._culprit(culprit)
            self.end(DealEnding.DEFAULTED, giver)
            return
        carried_on = True
        while carried_on:
            passed = self._pass_on()
            carried_on = self._carry_out([due for due in self.queue if due.day <= self.model.day]) or passed

    def _pass_on(self) -> bool:
        """Pass on what is in escrow and may go to its receiver; returns whether there was any."""
        passed = False
        for due in list(self.queue):
            if due.deposited and self._may_pass(due):
                Delivery(self, due).pass_on()
                self._remove(due)
                passed = True
        return passed

    def _may_pass(self, due: Due) -> bool:
        if due.step.until is not None:
            return self._holds(due.step.until)
        return all(other.deposited for other in self.queue if other.key in due.passes_after)

    def _carry_out(self, dues: Sequence[Due]) -> bool:
        """Carry out the tranches whose turn has come; returns whether more may have become possible."""
        progress = False
        for due in dues:
            if due.deposited or not self._may_fall_due(due):
                continue
            carried_out = Delivery(self, due).attempt()
            if not carried_out and not due.step.outside:
                self._suspend(due)
                return False
            self._fall_due(due)
            self._free(due)
            if carried_out and due.step.escrow:
                due.deposited, due.withheld = True, False
            else:
                self._remove(due)
            progress = True
            if self.suspended_on != NEVER:
                self._resume(due)
        return progress

    def _may_fall_due(self, due: Due) -> bool:
        if due.step.while_truce and self.truce is None:
            return False
        return all(self._undone.get(key, 0) == 0 for key in due.waits_for)

    def _remove(self, due: Due) -> None:
        """A tranche is done with, delivered or (outside the deal) let go."""
        self.queue = [other for other in self.queue if other is not due]
        self._undone[due.key] -= 1

    def _fall_due(self, due: Due) -> None:
        """A standing count is agreed as far as it has fallen due."""
        if due.step.standing:
            for obligation in due.obligations:
                obligation.amount += obligation.now

    def _free(self, due: Due) -> None:
        """Free what was put aside for a tranche."""
        if not due.step.standing:
            self.model.world.reserve([(o.transfer.stock, due.amount(o)) for o in due.obligations], -1.0)

    def _suspend(self, due: Due) -> None:
        due.withheld = True
        if self.suspended_on == NEVER:
            self.suspended_on = self.model.day
            self.table.phase = Phase.SUSPENDED
            self.model.tell(log.Suspended(self.model.day, self.table.name, due.step.name))

    def _resume(self, due: Due) -> None:
        self.suspended_on = NEVER
        self.table.phase = Phase.IN_FORCE
        self.model.tell(log.Resumed(self.model.day, self.table.name, due.step.name))

    def _culprit(self, due: Due) -> str:
        giver = due.faulted[-1] if due.faulted else due.obligations[0].transfer.giver
        return self.model.parties[giver].name

    # The truce ------------------------------------------------------------------------------------------

    def _never_starts(self) -> bool:
        """The first day has a mass of its own: truces that never began."""
        for seat in self.table.seats:
            u = self._draw(Purpose.NEVER_STARTS, seat)
            if chance.happens(u, self.model.drawn[self.table.case.never_starts[seat.index]]):
                self._leave(seat, DealEnding.NEVER_STARTED, ())
                return True
        return False

    def _keep_truce(self, truce: Truce) -> None:
        drawn, case = self.model.drawn, self.table.case
        rates = [drawn[index] for index in case.violations]
        truce.live_through(self.age, self.days_left, rates, self.incidents)
        self.incidents = {}
        for seat in self.table.seats:
            unmet = [s for s in self.table.gating(Gate.CONTINUES, seat.index) if not self._holds(s.case.program)]
            hazard = compliance.leaving_hazard(
                drawn[case.leaving[seat.index]],
                self.age,
                self.model.rules.truce_shape,
                self._leaving_exponent(truce, seat, len(unmet)),
            )
            if chance.happens(self._draw(Purpose.LEAVING, seat), compliance.leaving_chance(hazard)):
                conditions = tuple(sight.report(self.model, s.case, self.table) for s in unmet)
                self._leave(seat, DealEnding.BROKEN, conditions)
                return

    def _leaving_exponent(self, truce: Truce, seat: "Seat", unmet: int) -> float:
        rules = self.model.rules
        souring = mediation.souring(self.agreement.inducements[seat.index], rules.inducement_memory, self.age)
        return compliance.leaving_exponent(
            rules.leaving_ledger,
            truce.mean_ledger(seat.party.ordinal, self.age),
            rules.leaving_condition,
            unmet,
            rules.leaving_exit_clause if self.table.case.exit_clause else 0.0,
            souring,
        )

    def _leave(self, seat: "Seat", ending: DealEnding, conditions: tuple[log.Condition, ...]) -> None:
        self.model.tell(log.Left(self.model.day, self.table.name, seat.party.name, self.age, conditions))
        self.end(ending, seat.party.name)

    # Renewal --------------------------------------------------------------------------------------------

    def _asks_for_renewal(self) -> bool:
        renewal = self.table.case.renewal
        return (
            renewal is not None
            and self.days_ahead == 0
            and self.truce_days - self.age == min(renewal.ask_before, self.truce_days)
            and (renewal.most < 0 or self.renewals < renewal.most)
        )

    def _renew(self) -> None:
        answer = answer_renewal(self.table, self.agreement.outcome)
        renewal = self.table.case.renewal
        assert renewal is not None
        renewed = answer.row != NEVER
        package = renewal.space.describe(answer.row) if renewed else {}
        self.model.tell(
            log.Renewed(self.model.day, self.table.name, renewed, package, answer.refused_by, answer.conditions)
        )
        if renewed:
            ends = self.begins_on + self.truce_days
            self._take_on(renewal.steps, renewal.space, answer.row, ends, "renewal.")
            kind = renewal.space.kinds[renewal.space.kind_of[answer.row]]
            self.truce_days += int(kind.days)
            self.days_ahead = int(kind.days) if kind.without_end else 0
            self.renewals += 1

    # Seeing ---------------------------------------------------------------------------------------------

    def _holds(self, program: Program) -> bool:
        return sight.holds(self.model, program, self.table, self.table.case.space.outcomes[self.agreement.outcome])

    def _draw(self, purpose: Purpose, seat: "Seat") -> float:
        return self.model.draw(purpose, track=self.table.ordinal, actor=seat.party.ordinal)

    def moved(self, step: int, giver: int, *, delivered: bool) -> float:
        """Persons or units agreed or delivered by one step; -1 for every giver."""
        name = self.table.case.steps[step].name
        return self._sum(lambda o: o.step.name == name and giver in (-1, o.transfer.giver), delivered=delivered)

    def _sum(self, counts: Callable[[Obligation], bool], *, delivered: bool) -> float:
        total = 0.0
        for obligation in self.obligations:
            if counts(obligation):
                total += obligation.delivered if delivered else obligation.amount
        return total

    def settled(self) -> tuple[log.Count, ...]:
        """What counts that depend on what is held came to at agreement."""
        names = [party.name for party in self.model.parties]
        return tuple(
            log.Count(names[o.transfer.giver], names[o.transfer.receiver], o.name.rsplit(".", 1)[1], o.amount)
            for o in self.obligations
            if o.transfer.count is not None and not o.step.standing
        )

    def record(self) -> DealRecord:
        """What is left of the deal."""
        agreed: dict[str, float] = {}
        delivered: dict[str, float] = {}
        declined: dict[str, float] = {}
        for obligation in self.obligations:
            agreed[obligation.name] = agreed.get(obligation.name, 0.0) + obligation.amount
            delivered[obligation.name] = delivered.get(obligation.name, 0.0) + obligation.delivered
            if obligation.step.declines != NOWHERE:
                declined[obligation.name] = declined.get(obligation.name, 0.0) + obligation.declined
        ending = DealEnding.OPEN_AT_HORIZON if self.ending is DealEnding.NONE else self.ending
        truce = self.truce
        return DealRecord(
            track=self.table.name,
            number=self.number,
            agreed_on=self.agreed_on,
            began_on=self.begins_on if self.begins_on <= self.model.day else NEVER,
            ended_on=self.ended_on,
            ending=ending.name.lower(),
            package=self.table.case.space.describe(self.agreement.outcome),
            via=self.agreement.via,
            renewals=self.renewals,
            days_in_force=self.days_in_force,
            agreed=agreed,
            delivered=delivered,
            violations=dict(truce.violations) if truce is not None else {},
            alleged=dict(truce.alleged) if truce is not None else {},
            gestures=self._keys(lambda o: o.step.gesture and self._moves_captives(o)),
            declined=declined,
            uncounted=self._keys(lambda o: o.step.outside or not self._moves_captives(o)),
        )

    def _keys(self, which: Callable[[Obligation], bool]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(obligation.name for obligation in self.obligations if which(obligation)))

    def _moves_captives(self, obligation: Obligation) -> bool:
        return self.model.case.stocks[obligation.transfer.stock].of != NOWHERE
