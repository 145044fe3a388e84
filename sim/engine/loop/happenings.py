"""Compiled engine: events, and acts of one side that others may mirror. See `happenings.py` in agents."""

import math

from sim.engine.happened import Happening
from sim.engine.loop.delivery import bring_home, count_released
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import (
    act_cases,
    acts,
    changes,
    event_cases,
    events,
    floats,
    ints,
    mediators,
    parties,
    runs,
    tables,
    transfers,
)
from sim.engine.loop.sight import holds
from sim.engine.loop.table import end_by_event
from sim.engine.loop.truce import begin_truce, live_through_truce
from sim.engine.loop.world import available, draw, hand_over, release, set_level, tell
from sim.rules import captives, chance, trust
from sim.scenario.case import NOWHERE
from sim.terms import Purpose, Target


def consider_event(book: Book, event: int) -> None:
    """Come to pass, if this is the day and nothing speaks against it."""
    case, day = event_cases(book)[event], runs(book)[0].day
    if case.times != NOWHERE and events(book)[event].happened >= case.times:
        return
    if day < case.since or day > case.until:
        return
    if case.day != NOWHERE:
        due = day == case.day
    else:
        due = chance.happens(draw(book, Purpose.EVENT, -1, -1, -1, case.key), floats(book, Slot.DRAWN)[case.chance])
    if due and (case.condition == NOWHERE or holds(book, case.condition, NOWHERE, NOWHERE)):
        happen(book, event)


def happen(book: Book, event: int) -> None:
    """An event comes to pass."""
    case = event_cases(book)[event]
    events(book)[event].happened += 1
    for change in range(case.changes, case.changes_end):
        apply(book, change)
    for place in range(case.opens, case.opens_end):
        track = ints(book, Slot.OPENS)[place]
        tables(book)[track].summoned_by = event
        tables(book)[track].forced = case.force
    for place in range(case.ends, case.ends_end):
        end_by_event(book, ints(book, Slot.ENDS)[place])
    for place in range(case.incidents, case.incidents_end):
        observer = ints(book, Slot.INCIDENT_PLACES)[2 * place]
        if observer != NOWHERE and tables(book)[ints(book, Slot.INCIDENT_PLACES)[2 * place + 1]].has_deal:
            amount = floats(book, Slot.DRAWN)[ints(book, Slot.INCIDENT_AMOUNTS)[place]]
            ints(book, Slot.INCIDENTS)[observer] += int(amount)
    tell(book, Happening.EVENT, -1, -1, float(event))


def apply(book: Book, change: int) -> None:
    """Make one change."""
    case = changes(book)[change]
    amount, a = floats(book, Slot.DRAWN)[case.amount], case.a
    if case.target == Target.STRENGTH:
        me = parties(book)[a]
        me.log_strength = me.log_strength + amount if case.adds else math.log(amount)
    elif case.target == Target.FACT:
        set_level(book, a, moved(floats(book, Slot.LEVELS)[a], amount, case.adds))
    elif case.target == Target.TRUST:
        trusts, place = floats(book, Slot.TRUST), a * runs(book)[0].parties + case.b
        trusts[place] = min(1.0, max(0.0, moved(trusts[place], amount, case.adds)))
    elif case.target == Target.WEARINESS:
        parties(book)[a].weariness = min(1.0, max(0.0, moved(parties(book)[a].weariness, amount, case.adds)))
    elif case.target == Target.LEVERAGE:
        mediators(book)[a].leverage = max(0.0, moved(mediators(book)[a].leverage, amount, case.adds))
    elif case.target == Target.WAY_OUT:
        tables(book)[a].way_out = moved(tables(book)[a].way_out, amount, case.adds)
    else:
        stocks = floats(book, Slot.STOCKS)
        least = floats(book, Slot.RESERVED)[case.stock]
        stocks[case.stock] = max(least, moved(stocks[case.stock], amount, case.adds))


def moved(number: float, amount: float, adds: int) -> float:
    """A number after a change: set, or added to."""
    return number + amount if adds else amount


# Acts ---------------------------------------------------------------------------------------------------


def consider_act(book: Book, act: int) -> None:
    """Declare it on its day; end its restraint when it has run out."""
    case, run = act_cases(book)[act], runs(book)[0]
    if run.day == case.day:
        declare(book, act)
    elif acts(book)[act].in_force and run.day >= case.day + case.days:
        release(book, run.tracks + act)
        acts(book)[act].in_force = 0
        tell(book, Happening.ACT_ENDED, -1, -1, float(act))


def live_through_act(book: Book, act: int) -> None:
    """One day of declared restraint: violations and ledgers, as in any truce."""
    if acts(book)[act].in_force:
        case, run = act_cases(book)[act], runs(book)[0]
        age = run.day - case.day
        live_through_truce(book, run.tracks + act, age, case.days - age)


def declare(book: Book, act: int) -> None:
    """A party makes its move; others may mirror its restraint."""
    case, run = act_cases(book)[act], runs(book)[0]
    bound = 1 << case.by
    tell(book, Happening.DECLARED, -1, case.by, float(act))
    for place in range(case.mirrors, case.mirrors_end):
        party = ints(book, Slot.MIRRORS)[place]
        probability = floats(book, Slot.DRAWN)[ints(book, Slot.MIRROR_CHANCES)[place]]
        if chance.happens(draw(book, Purpose.MIRROR, -1, party, -1, case.key), probability):
            bound |= 1 << party
            tell(book, Happening.DECLARED, -1, party, float(act))
    for transfer in range(case.transfers, case.transfers_end):
        give(book, transfer)
    if case.days > 0:
        acts(book)[act].in_force = 1
        begin_truce(book, run.tracks + act, bound, case.scope, case.monitoring)


def give(book: Book, transfer: int) -> None:
    """Hand over what an act gives, as far as it is there: a gesture to the receiver."""
    run, given = runs(book)[0], transfers(book)[transfer]
    handed = min(given.amount, available(book, given.stock))
    share = captives.share_of_holdings(handed, floats(book, Slot.STOCKS)[given.stock])
    hand_over(book, given.stock, handed, given.receiver)
    trusts, held = floats(book, Slot.TRUST), given.receiver * run.parties + given.giver
    trusts[held] = trust.after_gesture(trusts[held], run.gesture_gain, share)
    count_released(book, given.stock, given.giver, handed)
    bring_home(book, given.stock, given.receiver, handed)
    tell(book, Happening.DELIVERED, -1, given.giver, handed)
