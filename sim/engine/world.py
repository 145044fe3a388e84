"""The world between the parties: levels of facts, who holds whom and what, which truces restrain whom."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.rules import compliance
from sim.scenario.case import NOWHERE, Case, Space
from sim.scenario.counting import Piles, Settled, settle
from sim.terms import Role


@dataclass(slots=True)
class Restraint:
    """A truce in force as the war feels it: whom it binds, how much fighting it stops, how closely it is watched."""

    parties: tuple[int, ...]
    scope: float
    monitoring: float


@dataclass(slots=True)
class Residue:
    """Restraint that outlives a truce that ran out."""

    track: int
    parties: tuple[int, ...]
    scope: float
    """While the truce was in force."""
    ran_out_on: int
    restraint_days: float
    left: float
    """Share of the fighting that it still stops today."""


class World:
    """Facts, stocks and restraints of one run."""

    def __init__(self, case: Case, drawn: Sequence[float]) -> None:
        self.case = case
        self.levels = [drawn[fact.level] for fact in case.facts]
        self.drifts = [drawn[fact.drift] for fact in case.facts]
        self.stocks = [drawn[stock.level] for stock in case.stocks]
        self.reserved = [0.0] * len(case.stocks)
        self.restraints: list[Restraint] = []
        self.residues: list[Residue] = []
        self.grants: list[tuple[tuple[int, float], ...]] = []
        """What deals in force grant, in the order in which they began: the latest grant of a fact holds."""
        self.stock_at = {(stock.holder, stock.of, stock.what): index for index, stock in enumerate(case.stocks)}

    def level(self, fact: int) -> float:
        """Level of a fact today: granted by a deal in force, else its own."""
        for granted in reversed(self.grants):
            for granted_fact, level in granted:
                if granted_fact == fact:
                    return level
        return self.levels[fact]

    def set_level(self, fact: int, level: float) -> None:
        """Set a fact's own level, kept within [0, 1]."""
        self.levels[fact] = min(1.0, max(0.0, level))

    def drift(self) -> None:
        """Let every fact drift by a day."""
        for fact, speed in enumerate(self.drifts):
            if speed != 0.0:
                self.set_level(fact, self.levels[fact] + speed)

    def ease(self, day: int) -> None:
        """Let restraint that outlives a truce fade by a day."""
        for residue in self.residues:
            since = float(day - residue.ran_out_on)
            residue.left = compliance.residual_scope(residue.scope, since, residue.restraint_days)

    def forget_restraint(self, track: int) -> None:
        """A new deal of a track takes the place of the restraint that the last one left behind."""
        self.residues = [residue for residue in self.residues if residue.track != track]

    def fighting(self, party: int) -> float:
        """Share of the fighting that a party still does, [0, 1]."""
        restrained = 0.0
        for restraint in self.restraints:
            if party in restraint.parties:
                restrained += restraint.scope
        for residue in self.residues:
            if party in residue.parties:
                restrained += residue.left
        return max(0.0, 1.0 - restrained)

    def monitoring(self, party: int) -> float:
        """How closely a party is watched: by the truces that bind it and by what the world has in place."""
        closest = self.watched(0.0)
        for restraint in self.restraints:
            if party in restraint.parties:
                closest = max(closest, restraint.monitoring)
        return closest

    def watched(self, monitoring: float) -> float:
        """How closely a truce of some monitoring is watched, given what the world has in place besides."""
        closest = monitoring
        for fact, case in enumerate(self.case.facts):
            if case.role is Role.MONITORING:
                closest = max(closest, self.level(fact))
        return closest

    def aid(self, party: int, granted: Sequence[tuple[int, float]] = ()) -> float:
        """Mean level of the facts that are aid of a party, as some grants would set them; 1 if there is none."""
        total, count = 0.0, 0
        for fact, case in enumerate(self.case.facts):
            if case.role is Role.AID and case.of == party:
                total += self._level_under(fact, granted)
                count += 1
        return total / count if count > 0 else 1.0

    def rearm_cap(self, party: int, granted: Sequence[tuple[int, float]] = ()) -> float:
        """Closest cap on the rearming of a party, as some grants would set it; 0 if there is none."""
        closest = 0.0
        for fact, case in enumerate(self.case.facts):
            if case.role is Role.REARM_CAP and case.of == party:
                closest = max(closest, self._level_under(fact, granted))
        return closest

    def _level_under(self, fact: int, granted: Sequence[tuple[int, float]]) -> float:
        for granted_fact, level in granted:
            if granted_fact == fact:
                return level
        return self.level(fact)

    def available(self, stock: int) -> float:
        """What of a stock is not yet promised."""
        return self.stocks[stock] - self.reserved[stock]

    def affords(self, needs: Sequence[tuple[int, float]]) -> bool:
        """Whether every giver holds enough that is not yet promised."""
        return all(self.available(stock) >= amount for stock, amount in needs)

    def allows(self, space: Space, outcome: int) -> bool:
        """Whether every giver holds enough for a package, and every step of it moves something."""
        if not self.affords(space.needs[outcome]):
            return False
        return not space.settles[outcome] or self.settle(space, outcome).moves(space.transfers[outcome], space.later)

    def settle(self, space: Space, outcome: int) -> Settled:
        """What the counts of a package come to today."""
        transfers, values, needs = space.transfers[outcome], space.outcomes[outcome], space.needs[outcome]
        return settle(transfers, space.later, values, needs, self.piles(self.reserved))

    def piles(self, promised: Sequence[float]) -> Piles:
        """What is held today, where so much of it is promised."""
        return Piles(self.case.stocks, self.stock_at, self.stocks, promised)

    def reserve(self, needs: Sequence[tuple[int, float]], sign: float = 1.0) -> None:
        """Put aside what was promised, or with `sign` -1 free it again."""
        for stock, amount in needs:
            self.reserved[stock] += sign * amount

    def hand_over(self, stock: int, amount: float, receiver: int) -> None:
        """Move an amount: released captives go home, assets go to the receiver."""
        self.stocks[stock] -= amount
        self.receive(stock, amount, receiver)

    def receive(self, stock: int, amount: float, receiver: int) -> None:
        """What has left a stock arrives: assets are the receiver's from now on."""
        case = self.case.stocks[stock]
        if case.of == NOWHERE:
            self.stocks[self.stock_at[receiver, NOWHERE, case.what]] += amount
