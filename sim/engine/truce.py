"""Restraint as it is lived: violations, what each side alleges of them, and what that does to trust."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine import log
from sim.engine.world import Restraint
from sim.rules import chance, compliance, strength, worth
from sim.terms import Purpose

if TYPE_CHECKING:
    from sim.engine.model import NegotiationModel
    from sim.engine.party import Party


class Truce:
    """Restraint of some parties, agreed at a table or declared without one."""

    def __init__(
        self,
        model: "NegotiationModel",
        name: str,
        observers: "Sequence[Party]",
        restraint: Restraint,
        keys: tuple[int, int],
    ) -> None:
        self.model = model
        self.name = name
        self.observers = list(observers)
        self.parties = [party for party in observers if party.ordinal in restraint.parties]
        self.restraint = restraint
        self.track, self.index = keys
        """Where its random draws are keyed: the track, or the key of an act."""
        self.violations = {party.name: 0 for party in self.parties}
        self.alleged = {party.name: 0 for party in self.observers}
        self.ledger: dict[int, list[int]] = {party.ordinal: [] for party in self.observers}
        """What each party alleges of this truce, by day of its age."""
        model.world.restraints.append(restraint)

    def end(self) -> None:
        """Restraint is over."""
        self.model.world.restraints = [r for r in self.model.world.restraints if r is not self.restraint]

    def live_through(self, age: int, days_left: int, rates: Sequence[float], incidents: dict[int, int]) -> None:
        """One day: who violates it, who alleges what, and whom each trusts less for it.

        Args:
            age: days since it began.
            days_left: days that it still has to run.
            rates: violations on day 0 by party, in the order of the parties.
            incidents: spoiler incidents of the day, by party.
        """
        monitoring = self.model.world.watched(self.restraint.monitoring)
        for ledger in self.ledger.values():
            ledger.append(0)
        counts = [
            self._violate(party, rate, age, days_left, monitoring)
            for party, rate in zip(self.parties, rates, strict=True)
        ]
        for party, own in zip(self.parties, counts, strict=True):
            spoiled = incidents.get(party.ordinal, 0)
            self.violations[party.name] += own + spoiled
            party.violations += own + spoiled
            self._tell_violations(party, own, spoiled)
            for observer in self.observers:
                if observer is not party:
                    self._observe(observer, party, own + spoiled, monitoring)

    def _violate(self, party: "Party", rate: float, age: int, days_left: int, monitoring: float) -> int:
        rules, others = self.model.rules, [other for other in self.observers if other is not party]
        lowest_trust = min((party.trust[other.ordinal] for other in others), default=1.0)
        deterrence = compliance.deterrence(
            rules.violation_monitoring,
            monitoring,
            rules.violation_trust,
            lowest_trust,
            rules.violation_power,
            self._coming_shift(party, others, days_left),
        )
        mean = compliance.violation_mean(rate, age, rules.truce_shape, deterrence)
        return chance.poisson(self._draw(Purpose.VIOLATION, party), mean)

    def _coming_shift(self, party: "Party", others: "Sequence[Party]", days_left: int) -> float:
        """The greatest loss of prevailing that the rest of the truce would bring a party."""
        greatest = 0.0
        for other in others:
            own, theirs = party.log_strength, other.log_strength
            today = strength.prevail(own, theirs)
            gains = self._gain(party, days_left), self._gain(other, days_left)
            greatest = max(greatest, worth.shift_of_power(today, own, theirs, *gains))
        return greatest

    def _gain(self, party: "Party", days: int) -> float:
        world, ordinal = self.model.world, party.ordinal
        speed = strength.rearming_speed(
            party.numbers.rearm, world.aid(ordinal), world.rearm_cap(ordinal), world.monitoring(ordinal)
        )
        return worth.rearming_gain(float(days), self.restraint.scope, speed)

    def _observe(self, observer: "Party", violator: "Party", actual: int, monitoring: float) -> None:
        rules = self.model.rules
        seen = 0
        if actual > 0:
            share = compliance.detection(rules.detection_low, rules.detection_high, monitoring)
            seen = chance.binomial(self._draw(Purpose.DETECTION, observer, violator), actual, share)
        mean = compliance.false_mean(rules.false_high, rules.false_low, monitoring)
        false = chance.poisson(self._draw(Purpose.FALSE_ALLEGATION, observer, violator), mean)
        if seen + false == 0:
            return
        observer.note_allegations(violator.ordinal, seen + false)
        self.alleged[observer.name] += seen + false
        self.ledger[observer.ordinal][-1] += seen + false
        self.model.tell(log.Alleged(self.model.day, self.name, observer.name, violator.name, seen + false))

    def mean_ledger(self, party: int, age: int) -> float:
        """Violations a day that a party alleges of this truce, over the last seven days or since it began."""
        window = min(7, age + 1)
        return sum(self.ledger[party][-window:]) / window

    def _draw(self, purpose: Purpose, actor: "Party", other: "Party | None" = None) -> float:
        return self.model.draw(
            purpose,
            track=self.track,
            actor=actor.ordinal,
            other=-1 if other is None else other.ordinal,
            index=self.index,
        )

    def _tell_violations(self, party: "Party", own: int, spoiled: int) -> None:
        day = self.model.day
        if own > 0:
            self.model.tell(log.Violated(day, self.name, party.name, own, ""))
        if spoiled > 0:
            self.model.tell(log.Violated(day, self.name, party.name, spoiled, "incident"))
