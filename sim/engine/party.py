"""A party to the war, as a Mesa agent: it endures the day, and remembers what the others did."""

import math
from typing import TYPE_CHECKING

import mesa

from sim.engine import log
from sim.rules import captives, chance, strength, trust, weariness
from sim.scenario.case import NOWHERE, PartyCase, PartyNumbers
from sim.terms import Firmness, Purpose

if TYPE_CHECKING:
    from sim.engine.model import NegotiationModel


class Party(mesa.Agent):  # type: ignore[misc]  # Mesa ships no type hints for subclassing
    """A negotiating side: a government or an armed group."""

    model: "NegotiationModel"

    def __init__(self, model: "NegotiationModel", ordinal: int, case: PartyCase, numbers: PartyNumbers) -> None:
        super().__init__(model)
        self.ordinal = ordinal
        self.name = case.name
        self.label = case.label
        self.numbers = numbers
        self.weariness = numbers.weariness
        self.log_strength = math.log(numbers.strength)
        row = model.case.trust[ordinal]
        self.trust = [1.0 if index == NOWHERE else model.drawn[index] for index in row]
        self.baseline = list(self.trust)
        self.ledger: list[int] = []
        """Violations that it alleges against others, by day."""
        self.violations = 0
        self.released = 0.0
        self.returned = 0.0

    def endure(self) -> None:
        """One day of war or truce: weariness, strength, captures; trust drifts; a precondition may be dropped."""
        self.ledger.append(0)
        self._tire()
        self._gather_strength()
        self._capture()
        self._drift()
        self._soften()

    def _tire(self) -> None:
        self.weariness = weariness.tire(
            self.weariness,
            self.model.world.fighting(self.ordinal),
            self.numbers.fatigue,
            self.numbers.relief,
            self.model.draw(Purpose.WEARINESS, actor=self.ordinal),
        )

    def _gather_strength(self) -> None:
        world, numbers = self.model.world, self.numbers
        fighting = world.fighting(self.ordinal)
        u = self.model.draw(Purpose.STRENGTH, actor=self.ordinal)
        self.log_strength = strength.fight(self.log_strength, fighting, numbers.drift, numbers.noise, u)
        speed = strength.rearming_speed(
            numbers.rearm, world.aid(self.ordinal), world.rearm_cap(self.ordinal), world.monitoring(self.ordinal)
        )
        self.log_strength = strength.recover(self.log_strength, fighting, speed)

    def _capture(self) -> None:
        world = self.model.world
        for index, stock in enumerate(self.model.case.stocks):
            if stock.holder == self.ordinal and stock.rate != NOWHERE:
                u = self.model.draw(Purpose.CAPTURE, actor=self.ordinal, other=stock.of, index=stock.what)
                taken = captives.capture(u, self.model.drawn[stock.rate], world.fighting(self.ordinal))
                world.stocks[index] += taken

    def _drift(self) -> None:
        for other, baseline in enumerate(self.baseline):
            if other != self.ordinal:
                self.trust[other] = trust.drift(self.trust[other], baseline, self.model.rules.trust_drift)

    def _soften(self) -> None:
        """Give up, now and then, a precondition that fades: the sooner the wearier the party is.

        Where a person speaks for the party, giving up is that person's to do.
        """
        if self.model.voices is not None and self.model.voices.speaks_for(self.ordinal):
            return
        for table in self.model.tables:
            for standing in table.standings:
                condition = standing.case
                if condition.holder != self.ordinal or condition.firmness is not Firmness.FADES or standing.dropped:
                    continue
                u = self.model.draw(Purpose.FADING, track=table.ordinal, actor=self.ordinal, index=condition.key)
                if chance.happens(u, self.model.drawn[condition.fades] * self.weariness):
                    standing.dropped = True
                    self.model.tell(log.PreconditionDropped(self.model.day, table.name, self.name, condition.name))

    def note_allegations(self, against: int, count: int) -> None:
        """Write violations alleged against another into its own ledger, and trust that other less."""
        self.ledger[-1] += count
        self.trust[against] = trust.after_allegations(self.trust[against], self.model.rules.allegation_loss, count)

    def alleged_in(self, days: int) -> int:
        """Violations alleged in its ledger over the last so many days."""
        return sum(self.ledger[-days:]) if days > 0 else 0

    def come_home(self, returned: float, *, fights: bool) -> None:
        """Captives come home, and some can fight again."""
        self.returned += returned
        if fights:
            self.reinforce(returned)

    def reinforce(self, returned: float) -> None:
        """Captives who can fight come home."""
        self.log_strength = strength.reinforce(self.log_strength, returned, self.numbers.return_gain, self.numbers.army)
