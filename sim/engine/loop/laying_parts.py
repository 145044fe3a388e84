"""Parts of a case become arrays: programs, steps, outcome spaces. See `laying_out.py` for the whole."""

from collections.abc import Iterable, Sequence
from typing import Any

from sim.engine.loop import layout
from sim.engine.loop.layout import Slot
from sim.scenario.case import NOWHERE, Case, Space, StepCase, Transfer
from sim.scenario.expressions import Program
from sim.terms import Seen

RECORD_OF = dict(layout.RECORDS.values())
"""The record that lies in each array of records."""


class Parts:
    """The parts of a case that have been laid out so far."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.records: dict[Slot, list[tuple[Any, ...]]] = {slot: [] for slot in RECORD_OF if slot < Slot.PARTY_NUMBERS}
        self.integers: dict[Slot, list[int]] = {}
        self.numbers: dict[Slot, list[float]] = {}
        self.stock_at = {(stock.holder, stock.of, stock.what): place for place, stock in enumerate(case.stocks)}
        self.counts: dict[Program, int] = {}
        self.most_transfers = 0
        self.base = self.promised = self.gains = self.most_outcomes = self.most_kinds = self.most_features = (
            self.most_inputs
        ) = 0

    # Small parts ----------------------------------------------------------------------------------------

    def add(self, slot: Slot, **fields: Any) -> int:
        """Add a record; returns its place."""
        names = RECORD_OF[slot].names or ()
        assert set(fields) == set(names), set(fields) ^ set(names)
        self.records[slot].append(tuple(fields[name] for name in names))
        return len(self.records[slot]) - 1

    def ints(self, slot: Slot, values: Iterable[float]) -> tuple[int, int]:
        """Add whole numbers; returns where they begin and end."""
        kept = self.integers.setdefault(slot, [])
        first = len(kept)
        kept.extend(int(value) for value in values)
        return first, len(kept)

    def floats(self, slot: Slot, values: Iterable[float]) -> tuple[int, int]:
        """Add numbers; returns where they begin and end."""
        kept = self.numbers.setdefault(slot, [])
        first = len(kept)
        kept.extend(float(value) for value in values)
        return first, len(kept)

    def program(self, program: Program | None) -> int:
        """Add a small program; NOWHERE for none."""
        if program is None:
            return NOWHERE
        first = self.ints(Slot.OPS, program.ops)[0]
        self.floats(Slot.ARGS, program.args)
        sights = len(self.records[Slot.SIGHTS])
        for seen in program.inputs:
            stock = NOWHERE
            if seen.kind is Seen.HELD:
                stock = self.stock_at[seen.a, seen.b, seen.c]
            elif seen.kind is Seen.ASSETS:
                stock = self.stock_at[seen.a, NOWHERE, seen.b]
            self.add(Slot.SIGHTS, kind=seen.kind, a=seen.a, b=seen.b, c=seen.c, stock=stock)
        self.most_inputs = max(self.most_inputs, len(program.inputs))
        sights_end = len(self.records[Slot.SIGHTS])
        return self.add(Slot.PROGRAMS, first=first, length=len(program.ops), sights=sights, sights_end=sights_end)

    # Steps and spaces -----------------------------------------------------------------------------------

    def steps(self, steps: Sequence[StepCase], names: dict[str, int]) -> tuple[int, int]:
        """Add the steps of a track or of its renewal."""
        first = len(self.records[Slot.STEPS])
        for ordinal, step in enumerate(steps):
            tranches, tranches_end = self.ints(Slot.TRANCHES, step.tranches)
            after, after_end = self.ints(Slot.AFTER, (first + before for before in step.after))
            passes_after, passes_after_end = self.ints(Slot.PASSES_AFTER, (first + other for other in step.until_done))
            self.add(
                Slot.STEPS,
                ordinal=ordinal,
                name=names.setdefault(step.name, len(names)),
                gesture=step.gesture,
                outside=step.outside,
                tranches=tranches,
                tranches_end=tranches_end,
                after=after,
                after_end=after_end,
                while_truce=step.while_truce,
                delivers_if=self.program(step.delivers_if),
                guarantee=step.guarantee,
                standing=step.standing,
                declines=step.declines,
                verified=bool(step.verified_by),
                abroad=bool(step.to),
                escrow=bool(step.escrow),
                until=self.program(step.until),
                passes_after=passes_after,
                passes_after_end=passes_after_end,
            )
        return first, len(self.records[Slot.STEPS])

    def transfer(self, transfer: Transfer, step: int, name: int, counted: bool, gesture: bool) -> int:
        """Add a transfer of a step; `name` stands for what a record calls it."""
        return self.add(
            Slot.TRANSFERS,
            step=step,
            stock=transfer.stock,
            giver=transfer.giver,
            receiver=transfer.receiver,
            name=name,
            counted=counted,
            is_gesture=gesture,
            count=self.count(transfer.count),
            times=transfer.times,
            amount=transfer.amount,
        )

    def count(self, program: Program | None) -> int:
        """Add what settles a count, once for all packages; NOWHERE for a fixed one."""
        if program is not None and program not in self.counts:
            self.counts[program] = self.program(program)
        return NOWHERE if program is None else self.counts[program]

    def space(
        self, space: Space, steps: Sequence[StepCase], first_step: int, names: dict[str, int], failing: Sequence[int]
    ) -> int:
        """Add an outcome space; `names` are what the records of its track call what is handed over.

        `failing` has, by outcome, a bit for each precondition that only looks at the proposal and fails it.
        """
        many, seats, features = len(space.outcomes), len(space.scores), len(space.features)
        kinds = self.kinds(space)
        promises = len(self.records[Slot.PROMISES])
        for promise in space.promises:
            self.add(Slot.PROMISES, **{name: getattr(promise, name) for name in layout.PROMISE.names or ()})
        needs_from = self.spread(Slot.NEEDS_FROM, space.needs, len(self.integers.get(Slot.NEED_STOCKS, [])))
        self.ints(Slot.NEED_STOCKS, (stock for needs in space.needs for stock, _ in needs))
        self.floats(Slot.NEED_AMOUNTS, (amount for needs in space.needs for _, amount in needs))
        transfers_from = self.spread(Slot.TRANSFERS_FROM, space.transfers, len(self.records[Slot.TRANSFERS]))
        for moved in space.transfers:
            for transfer in moved:
                step, captives = steps[transfer.step], self.case.stocks[transfer.stock].of != NOWHERE
                label = f"{first_step}.{step.name}.{transfer.giver}.{self.what(transfer)}"
                name = names.setdefault(label, len(names))
                counted, gesture = captives and not step.outside, captives and step.gesture
                self.transfer(transfer, first_step + transfer.step, name, counted, gesture)
        cares = any(index != NOWHERE for row in space.cares for index in row)
        waits = len(self.records[Slot.WAITS])
        for condition, held_back in space.waiting:
            first, last = self.ints(Slot.HELD_BACK, held_back)
            self.add(Slot.WAITS, condition=self.program(condition), outcomes=first, outcomes_end=last)
        place = self.add(
            Slot.SPACES,
            outcomes=many,
            issues=len(space.issues),
            features=features,
            seats=seats,
            kinds=kinds,
            kinds_end=kinds + len(space.kinds),
            values=self.floats(Slot.VALUES, (value for values in space.outcomes for value in values))[0],
            spans=self.floats(Slot.SPANS, (max(issue.values) - min(issue.values) for issue in space.issues))[0],
            scores=self.floats(
                Slot.SCORES,
                (space.scores[s][f][o] for s in range(seats) for o in range(many) for f in range(features)),
            )[0],
            weights=self.ints(Slot.WEIGHTS, (index for row in space.weights for index in row))[0],
            kind_of=self.ints(Slot.KIND_OF, space.kind_of)[0],
            promises=promises,
            promises_end=len(self.records[Slot.PROMISES]),
            needs_from=needs_from,
            transfers_from=transfers_from,
            settles=any(space.settles),
            bases=self.base,
            promised=self.promised,
            steps=len(steps),
            first_step=first_step,
            gains=self.gains,
            takes=any(space.needs) or any(space.settles),
            failing=self.ints(Slot.ALWAYS_FAILING, failing)[0],
            cares=self.ints(Slot.CARES, (index for row in space.cares for index in row))[0] if cares else NOWHERE,
            waits=waits,
            waits_end=waits + len(space.waiting),
        )
        self.most_transfers = max(self.most_transfers, *(len(moved) for moved in space.transfers))
        self.base += seats * many
        self.promised += seats * seats * many
        self.gains += seats * len(space.kinds)
        self.most_outcomes = max(self.most_outcomes, many)
        self.most_kinds = max(self.most_kinds, len(space.kinds))
        self.most_features = max(self.most_features, features)
        return place

    def spread(self, slot: Slot, many: Sequence[Sequence[Any]], start: int) -> int:
        """Add, for lists that lie one after the other from `start` on, where each begins and the last ends."""
        ends = [start]
        for each in many:
            ends.append(ends[-1] + len(each))
        return self.ints(slot, ends)[0]

    def what(self, transfer: Transfer) -> str:
        """What is handed over, as a record names it."""
        stock = self.case.stocks[transfer.stock]
        return self.case.assets[stock.what] if stock.of == NOWHERE else self.case.categories[stock.what]

    def kinds(self, space: Space) -> int:
        """Add the truce kinds of a space."""
        first = len(self.records[Slot.KINDS])
        for kind in space.kinds:
            grants, grants_end = self.ints(Slot.GRANT_FACTS, (fact for fact, _ in kind.grants))
            self.floats(Slot.GRANT_LEVELS, (level for _, level in kind.grants))
            self.add(
                Slot.KINDS,
                grants=grants,
                grants_end=grants_end,
                without_end=kind.without_end,
                days=kind.days,
                scope=kind.scope,
                monitoring=kind.monitoring,
            )
        return first
