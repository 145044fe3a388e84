"""One tranche falls due: whether its givers deliver, how much, and what that does to trust."""

from typing import TYPE_CHECKING

from sim.engine import log, sight
from sim.engine.obligation import Deposit, Due, Obligation
from sim.rules import captives, chance, delivery, trust
from sim.scenario.case import NOWHERE
from sim.terms import Gate, Purpose

if TYPE_CHECKING:
    from sim.engine.deal import Deal

STOCK_BITS, TRANCHE_BITS = 5, 10
"""Bits of a draw's index that number what is handed over, and the tranche; the rest number the step."""


class Delivery:
    """The attempt to carry out one tranche: all its givers deliver, or none does."""

    def __init__(self, deal: "Deal", due: Due) -> None:
        self.deal = deal
        self.due = due
        self.table = deal.table
        self.model = deal.model
        self.terms = deal.table.case.space.outcomes[deal.agreement.outcome]

    def attempt(self) -> bool:
        """Hand the tranche over if nothing stands in the way; returns whether it was."""
        self.settle(list(self.model.world.reserved))
        if self._condition_unmet() or self._stock_lacking() or self._defaulted():
            return False
        for obligation in self.due.obligations:
            if self._moves(obligation):
                self._hand_over(obligation)
        return True

    def settle(self, promised: list[float]) -> None:
        """What standing counts come to today, one after the other; they add to what is promised."""
        if not self.due.step.standing:
            return
        piles = self.model.world.piles(promised)
        for obligation in self.due.obligations:
            transfer = obligation.transfer
            assert transfer.count is not None
            obligation.now = piles.count(transfer.count, obligation.terms, transfer.stock)
            promised[transfer.stock] += obligation.now

    def _moves(self, obligation: Obligation) -> bool:
        """Whether there is anything to give: of a standing count there may be nothing today."""
        return not self.due.step.standing or obligation.now > 0.0

    def _givers(self) -> list[int]:
        return list(dict.fromkeys(obligation.transfer.giver for obligation in self.due.obligations))

    def _condition_unmet(self) -> bool:
        """A step's own condition, or a giver's precondition for delivering (or, without a truce, for going on)."""
        step = self.due.step
        if step.delivers_if is not None and not sight.holds(self.model, step.delivers_if, self.table, self.terms):
            self._tell_withheld(self._givers()[0], "condition", ())
            return True
        gates = [Gate.DELIVERS] if self.deal.truce is not None else [Gate.DELIVERS, Gate.CONTINUES]
        for seat in self.table.seats:
            if seat.party.ordinal not in self._givers():
                continue
            unmet = [
                standing
                for gate in gates
                for standing in self.table.gating(gate, seat.index)
                if not sight.holds(self.model, standing.case.program, self.table, self.terms)
            ]
            if unmet:
                reports = tuple(sight.report(self.model, s.case, self.table, self.terms) for s in unmet)
                self._tell_withheld(seat.party.ordinal, "condition", reports)
                return True
        return False

    def _stock_lacking(self) -> bool:
        for obligation in self.due.obligations:
            if self.model.world.stocks[obligation.transfer.stock] < self.due.amount(obligation):
                self._tell_withheld(obligation.transfer.giver, "stock", ())
                return True
        return False

    def _defaulted(self) -> bool:
        """Each giver in turn decides; the first default lets the others withhold."""
        asked: list[tuple[int, int]] = []
        for obligation in self.due.obligations:
            transfer = obligation.transfer
            if (transfer.giver, transfer.receiver) in asked or not self._moves(obligation):
                continue
            asked.append((transfer.giver, transfer.receiver))
            giver = self.model.parties[transfer.giver]
            probability = delivery.default_chance(
                giver.numbers.default,
                giver.trust[transfer.receiver],
                self.table.guarantee_of(self.due.step),
            )
            if chance.happens(self._draw(Purpose.DEFAULT, obligation, 0), probability):
                self._lose_trust_by_default(obligation)
                self._tell_withheld(transfer.giver, "default", ())
                return True
        return False

    def _lose_trust_by_default(self, obligation: Obligation) -> None:
        transfer = obligation.transfer
        if transfer.giver in self.due.faulted:
            return
        self.due.faulted.append(transfer.giver)
        receiver = self.model.parties[transfer.receiver]
        share = self.due.share(obligation, self.due.amount(obligation))
        receiver.trust[transfer.giver] = trust.after_shortfall(
            receiver.trust[transfer.giver], self.model.rules.trust_loss, share
        )

    def _hand_over(self, obligation: Obligation) -> None:
        """Hand over one part of the tranche, or less: to its receiver, or to whoever keeps it meanwhile."""
        transfer, world, due = obligation.transfer, self.model.world, self.due.amount(obligation)
        stock, giver = self.model.case.stocks[transfer.stock], self.model.parties[transfer.giver]
        declined = self._decline(obligation, due)
        u = self._draw(Purpose.SHORTFALL, obligation, 2 * stock.what + (stock.of == NOWHERE))
        handed = delivery.delivered(u, due - declined, giver.numbers.shortfall)
        met = handed + declined if self.due.step.verified_by else handed
        deposit, held = obligation.deposit, world.stocks[transfer.stock]
        deposit.amount += handed
        deposit.due += due
        deposit.declined += declined
        deposit.met += self.due.share(obligation, met)
        deposit.missing += self.due.share(obligation, due - met)
        world.stocks[transfer.stock] -= handed
        if self.due.step.escrow:
            self._tell_deposited(obligation, handed, due)
        else:
            self._pass(obligation, held)

    def pass_on(self) -> None:
        """What was kept goes to its receivers."""
        for obligation in self.due.obligations:
            if obligation.deposit.due > 0.0:
                still = self.model.world.stocks[obligation.transfer.stock]
                self._pass(obligation, still + obligation.deposit.amount)

    def give_back(self) -> None:
        """What was kept goes back to its givers."""
        for obligation in self.due.obligations:
            if obligation.deposit.due > 0.0:
                self.model.world.stocks[obligation.transfer.stock] += obligation.deposit.amount
                self._tell_given_back(obligation)
                obligation.deposit = Deposit()

    def _pass(self, obligation: Obligation, held: float) -> None:
        """What was handed over arrives: `held` is what its giver held before."""
        transfer, world, handed = obligation.transfer, self.model.world, obligation.deposit.amount
        giver, receiver = self.model.parties[transfer.giver], self.model.parties[transfer.receiver]
        stock = self.model.case.stocks[transfer.stock]
        share_of_holdings = captives.share_of_holdings(handed, held)
        world.receive(transfer.stock, handed, transfer.receiver)
        obligation.delivered += handed
        obligation.declined += obligation.deposit.declined
        self._move_trust(obligation, share_of_holdings)
        if stock.of != NOWHERE:
            giver.released += handed
            if not self.due.step.to:
                receiver.come_home(handed, fights=stock.fights)
        self._tell_delivered(obligation)
        obligation.deposit = Deposit()

    def _decline(self, obligation: Obligation, due: float) -> float:
        """How many captives say that they do not want to go."""
        stock, share = self.model.case.stocks[obligation.transfer.stock], self.due.step.declines
        if NOWHERE in (share, stock.of):
            return 0.0
        return delivery.declined(self._draw(Purpose.DECLINE, obligation, 2 * stock.what), due, self.model.drawn[share])

    def _move_trust(self, obligation: Obligation, share_of_holdings: float) -> None:
        transfer, rules, deposit = obligation.transfer, self.model.rules, obligation.deposit
        receiver = self.model.parties[transfer.receiver]
        before = receiver.trust[transfer.giver]
        if self.due.step.gesture:
            after = trust.after_gesture(before, rules.gesture_gain, share_of_holdings)
        else:
            after = trust.after_delivery(before, rules.trust_gain, deposit.met)
        if deposit.missing > 0.0:
            after = trust.after_shortfall(after, rules.trust_loss, deposit.missing)
        receiver.trust[transfer.giver] = after

    def _draw(self, purpose: Purpose, obligation: Obligation, what: int) -> float:
        step = self.due.place << TRANCHE_BITS | self.due.tranche
        return self.model.draw(
            purpose,
            track=self.table.ordinal,
            actor=obligation.transfer.giver,
            other=obligation.transfer.receiver,
            index=step << STOCK_BITS | what,
        )

    def _tell_withheld(self, giver: int, why: str, conditions: tuple[log.Condition, ...]) -> None:
        if not self.due.withheld:
            name = self.model.parties[giver].name
            self.model.tell(log.Withheld(self.model.day, self.table.name, self.due.step.name, name, why, conditions))

    def _tell_delivered(self, obligation: Obligation) -> None:
        transfer, deposit = obligation.transfer, obligation.deposit
        self.model.tell(
            log.Delivered(
                day=self.model.day,
                track=self.table.name,
                step=self.due.step.name,
                tranche=self.due.tranche,
                giver=self.model.parties[transfer.giver].name,
                receiver=self.model.parties[transfer.receiver].name,
                what=obligation.name.rsplit(".", 1)[1],
                due=deposit.due,
                delivered=deposit.amount,
                gesture=self.due.step.gesture,
                left=self.model.world.stocks[transfer.stock],
                declined=deposit.declined,
                verified_by=self.due.step.verified_by if deposit.declined > 0.0 else "",
                to=self.due.step.to,
                escrow=self.due.step.escrow,
            )
        )

    def _tell_deposited(self, obligation: Obligation, handed: float, due: float) -> None:
        self.model.tell(
            log.Deposited(
                day=self.model.day,
                track=self.table.name,
                step=self.due.step.name,
                tranche=self.due.tranche,
                giver=self.model.parties[obligation.transfer.giver].name,
                receiver=self.model.parties[obligation.transfer.receiver].name,
                what=obligation.name.rsplit(".", 1)[1],
                due=due,
                deposited=handed,
                by=self.due.step.escrow,
            )
        )

    def _tell_given_back(self, obligation: Obligation) -> None:
        giver, what = self.model.parties[obligation.transfer.giver].name, obligation.name.rsplit(".", 1)[1]
        amount, by = obligation.deposit.amount, self.due.step.escrow
        self.model.tell(log.GivenBack(self.model.day, self.table.name, self.due.step.name, giver, what, amount, by))
