"""What a precondition looks at: the values behind the names of an expression, on the day that it is asked."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.engine import log
from sim.rules import conditions
from sim.scenario.case import NOWHERE, PreconditionCase
from sim.scenario.expressions import Program, Reference
from sim.terms import Gate, Phase, Seen

if TYPE_CHECKING:
    from sim.engine.model import NegotiationModel
    from sim.engine.table import Table

NO_TERMS: Sequence[float] = ()


def holds(
    model: "NegotiationModel", program: Program, table: "Table | None" = None, terms: Sequence[float] = NO_TERMS
) -> bool:
    """Whether an expression is true today, of some terms on the table where it looks at a proposal."""
    inputs = [see(model, seen, table, terms) for seen in program.inputs]
    stack = [0.0] * conditions.DEPTH
    return conditions.evaluate(program.ops, program.args, inputs, stack, len(program.ops)) != 0.0


def report(
    model: "NegotiationModel", condition: PreconditionCase, table: "Table", terms: Sequence[float] = NO_TERMS
) -> log.Condition:
    """A precondition as it stands today, with everything that it looked at."""
    return log.Condition(
        name=condition.name,
        holder=model.parties[condition.holder].name,
        gate=condition.gate.name.lower(),
        expression=condition.program.source,
        saw={
            seen.name: _as_read(see(model, seen, table, terms), seen, condition.gate, table)
            for seen in condition.program.inputs
        },
    )


def _as_read(amount: float, seen: Reference, gate: Gate, table: "Table") -> float | str:
    """What a name stands for as a reader knows it: a word where a word was written."""
    if seen.kind is Seen.TRACK_PHASE:
        return Phase(int(amount)).name.lower()
    if seen.kind is not Seen.PROPOSAL:
        return amount
    renewal = table.case.renewal
    space = renewal.space if gate is Gate.RENEWS and renewal is not None else table.case.space
    issue = space.issues[seen.a]
    label = issue.labels[issue.values.index(amount)]
    return label if label[0].isalpha() else amount


def see(model: "NegotiationModel", seen: Reference, table: "Table | None", terms: Sequence[float]) -> float:
    """The value behind one name; `sim.terms.Seen` says what each kind refers to."""
    if seen.kind is Seen.PROPOSAL:
        return terms[seen.a]
    if seen.kind in (Seen.AGREED, Seen.DELIVERED):
        return 0.0 if table is None else table.moved(seen.a, seen.b, delivered=seen.kind is Seen.DELIVERED)
    return _SIGHTS[seen.kind](model, seen)


def _day(model: "NegotiationModel", seen: Reference) -> float:
    return float(model.day)


def _fact(model: "NegotiationModel", seen: Reference) -> float:
    return model.world.level(seen.a)


def _held(model: "NegotiationModel", seen: Reference) -> float:
    return model.world.stocks[model.world.stock_at[seen.a, seen.b, seen.c]]


def _assets(model: "NegotiationModel", seen: Reference) -> float:
    return model.world.stocks[model.world.stock_at[seen.a, NOWHERE, seen.b]]


def _weariness(model: "NegotiationModel", seen: Reference) -> float:
    return model.parties[seen.a].weariness


def _strength(model: "NegotiationModel", seen: Reference) -> float:
    return math.exp(model.parties[seen.a].log_strength)


def _trust(model: "NegotiationModel", seen: Reference) -> float:
    return model.parties[seen.a].trust[seen.b]


def _ledger(model: "NegotiationModel", seen: Reference) -> float:
    return float(model.parties[seen.a].alleged_in(seen.b))


def _phase(model: "NegotiationModel", seen: Reference) -> float:
    return float(model.tables[seen.a].phase)


def _deals(model: "NegotiationModel", seen: Reference) -> float:
    return float(model.tables[seen.a].deals_made)


def _since_deal(model: "NegotiationModel", seen: Reference) -> float:
    last = model.tables[seen.a].last_agreed
    return float(model.day - last) if last >= 0 else float(model.day + 1)


def _in_force(model: "NegotiationModel", seen: Reference) -> float:
    return float(model.tables[seen.a].in_force)


_SIGHTS: Mapping[Seen, Callable[["NegotiationModel", Reference], float]] = {
    Seen.DAY: _day,
    Seen.FACT: _fact,
    Seen.HELD: _held,
    Seen.ASSETS: _assets,
    Seen.WEARINESS: _weariness,
    Seen.STRENGTH: _strength,
    Seen.TRUST: _trust,
    Seen.LEDGER: _ledger,
    Seen.TRACK_PHASE: _phase,
    Seen.TRACK_DEALS: _deals,
    Seen.TRACK_SINCE_DEAL: _since_deal,
    Seen.TRACK_IN_FORCE: _in_force,
}
