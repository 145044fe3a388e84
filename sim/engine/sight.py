"""What a precondition looks at: the values behind the names of an expression, on the day that it is asked."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.engine import log
from sim.rules import conditions
from sim.scenario.case import NOWHERE, PreconditionCase
from sim.scenario.expressions import Program, Reference
from sim.terms import Phase, Seen

if TYPE_CHECKING:
    from sim.engine.model import NegotiationModel
    from sim.engine.table import Table

NO_TERMS: Sequence[float] = ()


def holds(
    model: "NegotiationModel", program: Program, table: "Table | None" = None, terms: Sequence[float] = NO_TERMS
) -> bool:
    """Whether an expression is true today, of some terms on the table where it looks at a proposal."""
    inputs = [see(model, seen, table, terms) for seen in program.inputs]
    return conditions.evaluate(program.ops, program.args, inputs, len(program.ops)) != 0.0


def report(
    model: "NegotiationModel", condition: PreconditionCase, table: "Table", terms: Sequence[float] = NO_TERMS
) -> log.Condition:
    """A precondition as it stands today, with everything that it looked at."""
    return log.Condition(
        name=condition.name,
        holder=model.parties[condition.holder].name,
        gate=condition.gate.name.lower(),
        expression=condition.program.source,
        saw={seen.name: see(model, seen, table, terms) for seen in condition.program.inputs},
    )


def see(model: "NegotiationModel", seen: Reference, table: "Table | None", terms: Sequence[float]) -> float:
    """The value behind one name; `sim.terms.Seen` says what each kind refers to."""
    world = model.world
    match seen.kind:
        case Seen.DAY:
            return float(model.day)
        case Seen.FACT:
            return world.level(seen.a)
        case Seen.PROPOSAL:
            return terms[seen.a]
        case Seen.AGREED | Seen.DELIVERED:
            return 0.0 if table is None else table.moved(seen.a, seen.b, delivered=seen.kind is Seen.DELIVERED)
        case Seen.HELD:
            return world.stocks[world.stock_at[seen.a, seen.b, seen.c]]
        case Seen.ASSETS:
            return world.stocks[world.stock_at[seen.a, NOWHERE, seen.b]]
        case Seen.WEARINESS:
            return model.parties[seen.a].weariness
        case Seen.STRENGTH:
            return math.exp(model.parties[seen.a].log_strength)
        case Seen.TRUST:
            return model.parties[seen.a].trust[seen.b]
        case Seen.LEDGER:
            return float(model.parties[seen.a].alleged_in(seen.b))
        case _:
            return _see_track(model, seen)


def _see_track(model: "NegotiationModel", seen: Reference) -> float:
    other = model.tables[seen.a]
    if seen.kind is Seen.TRACK_PHASE:
        return float(other.phase)
    if seen.kind is Seen.TRACK_DEALS:
        return float(other.deals_made)
    if seen.kind is Seen.TRACK_SINCE_DEAL:
        return float(model.day - other.last_agreed) if other.last_agreed >= 0 else float(model.day + 1)
    return 1.0 if other.phase in (Phase.IN_FORCE, Phase.SUSPENDED) else 0.0
