"""Counts that depend on what is held: what they come to, in the order of the steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.rules import captives, conditions
from sim.scenario.case import NOWHERE, StockCase, Transfer
from sim.scenario.expressions import Program, Reference
from sim.terms import Seen

PileAt = Mapping[tuple[int, int, int], int]
"""Holder, whose captives they are (NOWHERE for an asset), category or asset: the ordinal of the stock."""


@dataclass(frozen=True, slots=True)
class Piles:
    """What is held of every stock, and what of it is promised."""

    stocks: Sequence[StockCase]
    at: PileAt
    held: Sequence[float]
    promised: Sequence[float]

    def count(self, program: Program, values: Sequence[float], stock: int, times: int = 1) -> float:
        """What a count comes to that takes from one stock, over so many tranches: never more than is free.

        Args:
            program: the count.
            values: of the issues, as agreed.
            stock: that it takes from.
            times: tranches of which each is the whole count.
        """
        free = self.held[stock] - self.promised[stock]
        inputs = [self._see(seen, values, free) for seen in program.inputs]
        asked = (
            conditions.evaluate(program.ops, program.args, inputs, [0.0] * conditions.DEPTH, len(program.ops)) * times
        )
        return captives.settle(asked, free, self.stocks[stock].of != NOWHERE)

    def _see(self, seen: Reference, values: Sequence[float], free: float) -> float:
        if seen.kind is Seen.PROPOSAL:
            return values[seen.a]
        if seen.kind is Seen.FREE:
            return free
        place = (seen.a, seen.b, seen.c) if seen.kind is Seen.HELD else (seen.a, NOWHERE, seen.b)
        return self.held[self.at[place]]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the counts of a package come to."""

    amounts: tuple[float, ...]
    """[transfer]: persons or units; 0 for those that are settled when they fall due."""
    promised: tuple[float, ...]
    """[stock]: promised after it is signed."""

    def moves(self, transfers: Sequence[Transfer], later: Sequence[int]) -> bool:
        """Whether every step moves something, or may when it falls due."""
        moving = {moved.step for moved, amount in zip(transfers, self.amounts, strict=True) if amount > 0.0}
        return all(moved.step in moving or moved.step in later for moved in transfers)


def settle(
    transfers: Sequence[Transfer],
    later: Sequence[int],
    values: Sequence[float],
    needs: Sequence[tuple[int, float]],
    piles: Piles,
) -> Settled:
    """Settle the counts of a package: fixed ones first, then the others one after the other, of what is left.

    Args:
        transfers: of the package.
        later: ordinals of the steps whose counts are settled when they fall due.
        values: of the issues, as agreed.
        needs: stocks, and how much of each the fixed counts take.
        piles: what is held, and promised so far.
    """
    promised = list(piles.promised)
    for stock, amount in needs:
        promised[stock] += amount
    left = Piles(piles.stocks, piles.at, piles.held, promised)
    amounts = []
    for moved in transfers:
        if moved.count is None:
            amounts.append(moved.amount)
        elif moved.step in later:
            amounts.append(0.0)
        else:
            amounts.append(left.count(moved.count, values, moved.stock, moved.times))
            promised[moved.stock] += amounts[-1]
    return Settled(tuple(amounts), tuple(promised))


def foresee(
    transfers: Sequence[Transfer],
    standing: Mapping[int, Sequence[int]],
    values: Sequence[float],
    needs: Sequence[tuple[int, float]],
    piles: Piles,
) -> tuple[float, ...]:
    """What the counts of a package come to if nobody is taken meanwhile: standing ones tranche after tranche.

    Args:
        transfers: of the package.
        standing: ordinals of the steps whose counts are settled when they fall due, each with the days of its tranches.
        values: of the issues, as agreed.
        needs: stocks, and how much of each the fixed counts take.
        piles: what is held, and promised so far.

    Returns:
        [transfer]: persons or units, over all tranches.
    """
    settled = settle(transfers, tuple(standing), values, needs, piles)
    amounts, held = list(settled.amounts), list(piles.held)
    at_rest: set[int] = set()
    for _, step in sorted((day, step) for step, days in standing.items() for day in days):
        if step in at_rest:
            continue
        before, promised = tuple(held), list(settled.promised)
        today = Piles(piles.stocks, piles.at, before, promised)
        for place, moved in enumerate(transfers):
            if moved.step == step and moved.count is not None:
                count = today.count(moved.count, values, moved.stock)
                promised[moved.stock] += count
                held[moved.stock] -= count
                amounts[place] += count
        at_rest = {*at_rest, step} if tuple(held) == before else set()
    return tuple(amounts)


def may_move(program: Program, values: Sequence[float]) -> bool:
    """Whether a count of a package is ever more than nothing: with nobody held, with one of each, or with many."""
    for held in (0.0, 1.0, 1e9):
        inputs = [values[seen.a] if seen.kind is Seen.PROPOSAL else held for seen in program.inputs]
        if conditions.evaluate(program.ops, program.args, inputs, [0.0] * conditions.DEPTH, len(program.ops)) > 0.0:
            return True
    return False
