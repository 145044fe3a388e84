"""Compiled engine: draws, facts, stocks and restraints. See `world.py` for the same in agents."""

from sim.engine import happened
from sim.engine.happened import Happening
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import (
    bits,
    fact_cases,
    floats,
    ints,
    kinds,
    runs,
    stock_cases,
    tables,
    tracks,
    truces,
    unsigned,
)
from sim.rules import chance, compliance
from sim.scenario.case import NOWHERE
from sim.terms import Role

FAILED = 2
"""Status of a run that met what only the Mesa engine can describe."""
OVERFLOWED = 3
"""Status of a run that needed more room than was set aside."""


def draw(book: Book, purpose: int, track: int, actor: int, other: int, index: int) -> float:
    """The uniform number of today for one purpose, in (0, 1)."""
    run = runs(book)[0]
    key = chance.counter(purpose, track, actor, other, run.day, index)
    return chance.uniform(unsigned(run.key), unsigned(key))


def tell(book: Book, kind: int, track: int, actor: int, amount: float) -> None:
    """Fold a happening into what happened so far."""
    run = runs(book)[0]
    first = unsigned(happened.head(kind, run.day, track, actor))
    run.happened = happened.fold(happened.fold(unsigned(run.happened), first), unsigned(bits(amount)))


def fail(book: Book, status: int) -> None:
    """Mark the run as one that has to be run again on the Mesa engine."""
    runs(book)[0].status = status


# Facts --------------------------------------------------------------------------------------------------


def level(book: Book, fact: int) -> float:
    """Level of a fact today: granted by a deal in force, else its own."""
    granting = ints(book, Slot.GRANTS)
    for place in range(runs(book)[0].grants - 1, -1, -1):
        kind = kinds(book)[tables(book)[granting[place]].kind]
        for grant in range(kind.grants, kind.grants_end):
            if ints(book, Slot.GRANT_FACTS)[grant] == fact:
                return floats(book, Slot.GRANT_LEVELS)[grant]
    return floats(book, Slot.LEVELS)[fact]


def level_under(book: Book, fact: int, kind: int) -> float:
    """Level of a fact as the grants of a truce kind would set it; NOWHERE for no kind."""
    if kind != NOWHERE:
        granted = kinds(book)[kind]
        for grant in range(granted.grants, granted.grants_end):
            if ints(book, Slot.GRANT_FACTS)[grant] == fact:
                return floats(book, Slot.GRANT_LEVELS)[grant]
    return level(book, fact)


def set_level(book: Book, fact: int, amount: float) -> None:
    """Set a fact's own level, kept within [0, 1]."""
    floats(book, Slot.LEVELS)[fact] = min(1.0, max(0.0, amount))
    runs(book)[0].levels_changed += 1


def drift(book: Book) -> None:
    """Let every fact drift by a day."""
    levels, drifts = floats(book, Slot.LEVELS), floats(book, Slot.DRIFTS)
    for fact in range(runs(book)[0].facts):
        if drifts[fact] != 0.0:
            set_level(book, fact, levels[fact] + drifts[fact])


def aid(book: Book, party: int, kind: int) -> float:
    """Mean level of the facts that are aid of a party, as a truce kind would set them; 1 if there is none."""
    total = 0.0
    count = 0
    for fact in range(runs(book)[0].facts):
        case = fact_cases(book)[fact]
        if case.role == Role.AID and case.of == party:
            total += level_under(book, fact, kind)
            count += 1
    return total / count if count > 0 else 1.0


def rearm_cap(book: Book, party: int, kind: int) -> float:
    """Closest cap on the rearming of a party, as a truce kind would set it; 0 if there is none."""
    closest = 0.0
    for fact in range(runs(book)[0].facts):
        case = fact_cases(book)[fact]
        if case.role == Role.REARM_CAP and case.of == party:
            closest = max(closest, level_under(book, fact, kind))
    return closest


# Restraint ----------------------------------------------------------------------------------------------


def fighting(book: Book, party: int) -> float:
    """Share of the fighting that a party still does, [0, 1]."""
    restrained = 0.0
    restraints = ints(book, Slot.RESTRAINTS)
    for place in range(runs(book)[0].restraints):
        truce = truces(book)[restraints[place]]
        if truce.bound >> party & 1:
            restrained += truce.scope
    residues = ints(book, Slot.RESIDUES)
    for place in range(runs(book)[0].residues):
        truce = truces(book)[residues[place]]
        if truce.bound >> party & 1:
            restrained += truce.residual
    return max(0.0, 1.0 - restrained)


def ease(book: Book) -> None:
    """Let restraint that outlives a truce fade by a day."""
    run, residues = runs(book)[0], ints(book, Slot.RESIDUES)
    for place in range(run.residues):
        truce = truces(book)[residues[place]]
        days = floats(book, Slot.DRAWN)[tracks(book)[residues[place]].restraint_days]
        truce.residual = compliance.residual_scope(truce.scope, float(run.day - truce.ran_out_on), days)


def linger(book: Book, track: int) -> None:
    """Restraint outlives a truce that ran out."""
    run, truce = runs(book)[0], truces(book)[track]
    if tracks(book)[track].restraint_days == NOWHERE:
        return
    truce.ran_out_on = run.day
    truce.residual = truce.scope
    ints(book, Slot.RESIDUES)[run.residues] = track
    run.residues += 1
    tell(book, Happening.LINGERED, track, -1, floats(book, Slot.DRAWN)[tracks(book)[track].restraint_days])


def forget_restraint(book: Book, track: int) -> None:
    """A new deal of a track takes the place of the restraint that the last one left behind."""
    run = runs(book)[0]
    run.residues = without(ints(book, Slot.RESIDUES), run.residues, track)


def monitoring(book: Book, party: int) -> float:
    """How closely a party is watched: by the truces that bind it and by what the world has in place."""
    closest = watched(book, 0.0)
    restraints = ints(book, Slot.RESTRAINTS)
    for place in range(runs(book)[0].restraints):
        truce = truces(book)[restraints[place]]
        if truce.bound >> party & 1:
            closest = max(closest, truce.monitoring)
    return closest


def watched(book: Book, monitoring: float) -> float:
    """How closely a truce of some monitoring is watched, given what the world has in place besides."""
    closest = monitoring
    for fact in range(runs(book)[0].facts):
        if fact_cases(book)[fact].role == Role.MONITORING:
            closest = max(closest, level(book, fact))
    return closest


def restrain(book: Book, truce: int) -> None:
    """A truce begins to bind."""
    run = runs(book)[0]
    ints(book, Slot.RESTRAINTS)[run.restraints] = truce
    run.restraints += 1


def release(book: Book, truce: int) -> None:
    """A truce no longer binds."""
    run = runs(book)[0]
    run.restraints = without(ints(book, Slot.RESTRAINTS), run.restraints, truce)


def without(numbers: list[int], length: int, gone: int) -> int:
    """Leave out every occurrence of one number, keeping the order of the others; returns how many are left."""
    kept = 0
    for place in range(length):
        if numbers[place] != gone:
            numbers[kept] = numbers[place]
            kept += 1
    return kept


# Stocks -------------------------------------------------------------------------------------------------


def available(book: Book, stock: int) -> float:
    """What of a stock is not yet promised."""
    return floats(book, Slot.STOCKS)[stock] - floats(book, Slot.RESERVED)[stock]


def reserve(book: Book, stock: int, amount: float, sign: float) -> None:
    """Put aside what was promised, or with `sign` -1 free it again."""
    floats(book, Slot.RESERVED)[stock] += sign * amount


def hand_over(book: Book, stock: int, amount: float, receiver: int) -> None:
    """Move an amount: released captives go home, assets go to the receiver."""
    floats(book, Slot.STOCKS)[stock] -= amount
    receive(book, stock, amount, receiver)


def receive(book: Book, stock: int, amount: float, receiver: int) -> None:
    """What has left a stock arrives: assets are the receiver's from now on."""
    if stock_cases(book)[stock].of == NOWHERE:
        floats(book, Slot.STOCKS)[ints(book, Slot.HOME)[stock * runs(book)[0].parties + receiver]] += amount
