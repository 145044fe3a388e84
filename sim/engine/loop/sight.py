"""Compiled engine: what a precondition looks at, and whether it is met. See `sight.py` for the same in agents."""

import math

from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import (
    conditions,
    floats,
    floats_from,
    ints,
    ints_from,
    obligations,
    parties,
    programs,
    runs,
    sights,
    spaces,
    steps,
    tables,
    tracks,
    transfers,
)
from sim.engine.loop.world import FAILED, fail, level
from sim.rules.conditions import evaluate
from sim.scenario.case import NOWHERE
from sim.terms import Firmness, Phase, Seen


def holds(book: Book, program: int, track: int, terms: int) -> bool:
    """Whether an expression is true today, of some terms on the table where it looks at a proposal.

    `track` is NOWHERE where there is no table, `terms` where there is no proposal.
    """
    return value_of(book, program, track, terms) != 0.0


def value_of(book: Book, program: int, track: int, terms: int) -> float:
    """The value of an expression today; see `holds`."""
    asked = programs(book)[program]
    inputs = floats(book, Slot.INPUTS)
    for place in range(asked.sights, asked.sights_end):
        inputs[place - asked.sights] = see(book, place, track, terms)
    ops = ints_from(book, Slot.OPS, asked.first)
    args, stack = floats_from(book, Slot.ARGS, asked.first), floats(book, Slot.STACK)
    return evaluate(ops, args, inputs, stack, asked.length)


def see(book: Book, place: int, track: int, terms: int) -> float:
    """The value behind one name; `sim.terms.Seen` says what each kind refers to."""
    seen = sights(book)[place]
    if seen.kind == Seen.PROPOSAL:
        if terms == NOWHERE:
            fail(book, FAILED)
            return 0.0
        return floats(book, Slot.VALUES)[terms + seen.a]
    if seen.kind == Seen.AGREED or seen.kind == Seen.DELIVERED:
        return 0.0 if track == NOWHERE else moved(book, track, seen.a, seen.b, seen.kind == Seen.DELIVERED)
    if seen.kind in (Seen.HELD, Seen.ASSETS):
        return floats(book, Slot.STOCKS)[seen.stock]
    if seen.kind == Seen.FREE:
        return runs(book)[0].free
    if seen.kind == Seen.FACT:
        return level(book, seen.a)
    if seen.kind == Seen.DAY:
        return float(runs(book)[0].day)
    return (
        see_party(book, seen.kind, seen.a, seen.b) if seen.kind <= Seen.LEDGER else see_track(book, seen.kind, seen.a)
    )


def see_party(book: Book, kind: int, party: int, other: int) -> float:
    """The value behind a name that is about a party."""
    if kind == Seen.WEARINESS:
        return parties(book)[party].weariness
    if kind == Seen.STRENGTH:
        strength = math.exp(parties(book)[party].log_strength)
        if not math.isfinite(strength):
            fail(book, FAILED)
        return strength
    run = runs(book)[0]
    if kind == Seen.TRUST:
        return floats(book, Slot.TRUST)[party * run.parties + other]
    total = 0
    for day in range(max(0, run.days_kept - other), run.days_kept):
        total += ints(book, Slot.LEDGER)[party * run.horizon + day]
    return float(total)


def see_track(book: Book, kind: int, track: int) -> float:
    """The value behind a name that is about a track."""
    table = tables(book)[track]
    if kind == Seen.TRACK_PHASE:
        return float(table.phase)
    if kind == Seen.TRACK_DEALS:
        return float(table.deals_made)
    if kind == Seen.TRACK_IN_FORCE:
        return 1.0 if in_force(book, track) else 0.0
    day = runs(book)[0].day
    return float(day - table.last_agreed) if table.last_agreed >= 0 else float(day + 1)


def in_force(book: Book, track: int) -> bool:
    """Whether a deal is in force, suspended or not."""
    phase = tables(book)[track].phase
    return phase == Phase.IN_FORCE or phase == Phase.SUSPENDED


def moved(book: Book, track: int, step: int, giver: int, delivered: bool) -> float:
    """Persons or units that a step of the deal agreed, or delivered so far; 0 without a deal."""
    total = 0.0
    table, case = tables(book)[track], tracks(book)[track]
    if not table.has_deal:
        return total
    name = steps(book)[case.steps + step].name
    for place in range(case.obligations, case.obligations + table.obligations):
        obligation = obligations(book)[place]
        transfer = transfers(book)[obligation.transfer]
        if steps(book)[obligation.step].name == name and (giver == NOWHERE or giver == transfer.giver):
            total += obligation.delivered if delivered else obligation.amount
    return total


# Preconditions ------------------------------------------------------------------------------------------


def in_time(book: Book, condition: int) -> bool:
    """Whether today is within the days for which a precondition is stated."""
    case, day = conditions(book)[condition], runs(book)[0].day
    return case.since <= day and day <= case.until


def gates(book: Book, condition: int) -> bool:
    """Whether a precondition can stand in the way today: not priced, not dropped, in time."""
    if conditions(book)[condition].firmness == Firmness.PRICED or ints(book, Slot.DROPPED)[condition] != 0:
        return False
    return in_time(book, condition)


def ask(book: Book, condition: int, track: int, space: int) -> int:
    """By outcome, whether a precondition is met: returns where in ANSWERS it stands.

    It is asked again only where the proposal does not settle it, and facts are not all that it looks at besides or
    have changed.
    """
    case, as_of, changed = conditions(book)[condition], ints(book, Slot.ANSWERED_AS_OF), runs(book)[0].levels_changed
    if case.always or (case.steady and as_of[condition] == changed):
        return case.answers
    as_of[condition] = changed
    asked = spaces(book)[space]
    alike = ints_from(book, Slot.ALIKE, case.alike)
    answers = ints_from(book, Slot.ANSWERS, case.answers)
    for outcome in range(asked.outcomes):
        if alike[outcome] == outcome:
            met = holds(book, case.program, track, asked.values + outcome * asked.issues)
            answers[outcome] = 1 if met else 0
        else:
            answers[outcome] = answers[alike[outcome]]
    return case.answers
