"""Compiled engine: a deal through its life. See `deal.py` for the same in agents."""

import math

from sim.engine.happened import Happening
from sim.engine.loop.counting import begin_to_settle
from sim.engine.loop.delivery import attempt, give_back, pass_on
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import (
    conditions,
    dues,
    floats,
    ints,
    ints_from,
    kinds,
    obligations,
    places,
    renewals,
    runs,
    seats,
    spaces,
    steps,
    stock_cases,
    tables,
    tracks,
    transfers,
    truces,
)
from sim.engine.loop.queue import fall_due, first_withheld, free, remove, settle_due, take_on
from sim.engine.loop.renewal import asks_for_renewal, renew
from sim.engine.loop.sight import gates, holds
from sim.engine.loop.truce import begin_truce, live_through_truce, mean_ledger
from sim.engine.loop.world import FAILED, draw, fail, forget_restraint, linger, release, tell, without
from sim.rules import chance, compliance, mediation
from sim.scenario.case import NOWHERE
from sim.terms import DealEnding, Gate, Phase, Purpose

DEAL_INTEGERS = 10
"""Whole numbers that a row holds of every deal, before those of the parties."""


def sign(book: Book, track: int, outcome: int) -> None:
    """A deal is agreed: what it promises is put aside, its steps are taken on."""
    table, case, run = tables(book)[track], tracks(book)[track], runs(book)[0]
    space = spaces(book)[case.space]
    table.has_deal = 1
    table.outcome = outcome
    table.kind = space.kinds + ints(book, Slot.KIND_OF)[space.kind_of + outcome]
    table.begins_on = run.day + case.lead_days
    table.in_truce = 0
    table.truce_days = int(kinds(book)[table.kind].days)
    table.days_ahead = table.truce_days if kinds(book)[table.kind].without_end else 0
    table.renewals = 0
    table.suspended_on = NOWHERE
    table.obligations = 0
    table.dues = 0
    table.places = 0
    forget_steps(book, track)
    incidents = ints(book, Slot.INCIDENTS)
    for seat in range(case.seats, case.seats_end):
        incidents[seat] = 0
    take_on(book, track, case.space, outcome, table.begins_on)
    for seat in range(case.seats, case.seats_end):
        worth = floats(book, Slot.WORTHS)[(seat - case.seats) * space.outcomes + outcome]
        tell(book, Happening.AGREED, track, seats(book)[seat].party, worth)
    for seat in range(case.seats, case.seats_end):
        tell(book, Happening.INDUCED, track, seats(book)[seat].party, places(book)[seat].inducement)


def forget_steps(book: Book, track: int) -> None:
    """No step of the table, nor of its renewal, waits to be done."""
    case, undone = tracks(book)[track], ints(book, Slot.UNDONE)
    for step in range(case.steps, case.steps_end):
        undone[step] = 0
    if case.renewal != NOWHERE:
        renewal = renewals(book)[case.renewal]
        for step in range(renewal.steps, renewal.steps_end):
            undone[step] = 0


def begin(book: Book, track: int) -> None:
    """Enter into force: restraint, grants, and the end of deals that this one supersedes."""
    table, case, run = tables(book)[track], tracks(book)[track], runs(book)[0]
    table.phase = Phase.IN_FORCE
    for place in range(case.supersedes, case.supersedes_end):
        other = ints(book, Slot.SUPERSEDES)[place]
        if tables(book)[other].has_deal:
            end(book, other, DealEnding.SUPERSEDED, NOWHERE)
    forget_restraint(book, track)
    kind = kinds(book)[table.kind]
    if kind.grants_end > kind.grants:
        ints(book, Slot.GRANTS)[run.grants] = track
        run.grants += 1
        run.levels_changed += 1
    if table.truce_days > 0:
        bound = 0
        for seat in range(case.seats, case.seats_end):
            bound |= 1 << seats(book)[seat].party
        table.in_truce = 1
        begin_truce(book, track, bound, kind.scope, kind.monitoring)
    tell(book, Happening.BEGAN, track, -1, float(table.truce_days))


def live_through(book: Book, track: int) -> None:
    """One day in force: run out; or never start; deliver; comply and observe; leave; ask for renewal; be done."""
    table = tables(book)[track]
    age = runs(book)[0].day - table.begins_on
    if table.in_truce and days_left(book, track, age) <= 0:
        end(book, track, DealEnding.EXPIRED, NOWHERE)
        linger(book, track)
        return
    if table.in_truce and age == 0 and never_starts(book, track):
        return
    deliver(book, track)
    if not table.has_deal:
        return
    if table.in_truce:
        keep_truce(book, track, age)
        if table.has_deal and asks_for_renewal(book, track, age):
            renew(book, track)
    elif table.dues == 0:
        end(book, track, DealEnding.COMPLETED, NOWHERE)


def days_left(book: Book, track: int, age: int) -> int:
    """Days that the truce still has to run."""
    table = tables(book)[track]
    return table.days_ahead if table.days_ahead > 0 else table.truce_days - age


def is_short(book: Book, track: int) -> bool:
    """Whether less was delivered than agreed, leaving out what stands outside the deal."""
    first = tracks(book)[track].obligations
    for place in range(first, first + tables(book)[track].obligations):
        obligation = obligations(book)[place]
        if steps(book)[obligation.step].outside == 0:
            declined = obligation.declined if steps(book)[obligation.step].verified else 0.0
            if obligation.delivered + declined < obligation.amount:
                return True
    return False


def end(book: Book, track: int, ending: int, party: int) -> None:
    """The deal is over: what was not delivered is nobody's to give any more, and restraint ends.

    A deal that runs out or has nothing left to do is short where less was delivered than agreed.
    """
    table, case, run = tables(book)[track], tracks(book)[track], runs(book)[0]
    begin_to_settle(book)
    for place in range(case.dues, case.dues + table.dues):
        if dues(book)[place].day <= run.day and not dues(book)[place].deposited:
            settle_due(book, place)
            fall_due(book, place)
    if (ending == DealEnding.EXPIRED or ending == DealEnding.COMPLETED) and is_short(book, track):
        ending = DealEnding.SHORT
    for place in range(case.dues, case.dues + table.dues):
        if dues(book)[place].deposited:
            give_back(book, track, place)
        else:
            free(book, track, place)
    table.dues = 0
    if table.in_truce:
        release(book, track)
    run.grants = without(ints(book, Slot.GRANTS), run.grants, track)
    run.levels_changed += 1
    in_force = 0 if ending == DealEnding.NEVER_STARTED else max(0, run.day - table.begins_on)
    tell(book, Happening.DEAL_ENDED, track, party, float(ending + 16 * in_force))
    record(book, track, ending, in_force)
    table.has_deal = 0
    if case.cool_down == NOWHERE:
        table.phase = Phase.CLOSED
    else:
        table.phase = Phase.DORMANT
        table.reopens_on = run.day + case.cool_down


def record(book: Book, track: int, ending: int, in_force: int) -> None:
    """Add what is left of a deal to what the track's row holds."""
    table = tables(book)[track]
    if table.deals == 0:
        table.first_deal = ending
    table.deals += 1
    table.days_in_force += in_force
    agreed, delivered, declined = 0.0, 0.0, 0.0
    first = tracks(book)[track].obligations
    for place in range(first, first + table.obligations):
        name = transfers(book)[obligations(book)[place].transfer].name
        if is_repeated(book, first, place, name):
            continue
        counts, gesture, agreed_here, delivered_here = True, False, 0.0, 0.0
        declined_here = 0.0
        for other in range(place, first + table.obligations):
            obligation = obligations(book)[other]
            transfer = transfers(book)[obligation.transfer]
            if transfer.name == name:
                agreed_here += obligation.amount
                delivered_here += obligation.delivered
                declined_here += obligation.declined
                counts = counts and transfer.counted != 0
                gesture = gesture or transfer.is_gesture != 0
        if counts:
            agreed += agreed_here
            delivered += delivered_here
            declined += declined_here
        if gesture:
            table.gestures += delivered_here
    table.agreed += agreed
    table.delivered += delivered
    table.declined += declined
    if table.in_truce:
        from_truce(book, track)
    if runs(book)[0].most_deals > 0:
        write_deal(book, track, ending, agreed, delivered)


def write_deal(book: Book, track: int, ending: int, agreed: float, delivered: float) -> None:
    """Write a deal's row: replication, track, days, ending, persons, renewals, what each party released."""
    run, table = runs(book)[0], tables(book)[track]
    begun, over = table.begins_on <= run.day, ending != DealEnding.OPEN_AT_HORIZON
    row = ints_from(book, Slot.ROW_DEALS, run.deals * (DEAL_INTEGERS + run.parties))
    row[0] = run.replication
    row[1] = track
    row[2] = table.last_agreed
    row[3] = table.begins_on if begun else NOWHERE
    row[4] = run.day if over else NOWHERE
    row[5] = ending
    row[6] = table.outcome
    row[7] = round(agreed)
    row[8] = round(delivered)
    row[9] = table.renewals
    for party in range(run.parties):
        row[DEAL_INTEGERS + party] = 0
    first = tracks(book)[track].obligations
    for place in range(first, first + table.obligations):
        transfer = transfers(book)[obligations(book)[place].transfer]
        if stock_cases(book)[transfer.stock].of != NOWHERE:
            row[DEAL_INTEGERS + transfer.giver] += round(obligations(book)[place].delivered)
    run.deals += 1


def is_repeated(book: Book, first: int, place: int, name: int) -> bool:
    """Whether an earlier obligation of the deal goes by the same name."""
    for earlier in range(first, place):
        if transfers(book)[obligations(book)[earlier].transfer].name == name:
            return True
    return False


def from_truce(book: Book, track: int) -> None:
    """Add the violations of a deal's truce to what the track's row holds."""
    ledger = truces(book)[track]
    table = tables(book)[track]
    table.violations += ledger.violations
    table.alleged += ledger.alleged


# Delivery -----------------------------------------------------------------------------------------------


def deliver(book: Book, track: int) -> None:
    """Hand over what is due, in order; what is withheld suspends the deal until it is cured."""
    table, case, day = tables(book)[track], tracks(book)[track], runs(book)[0].day
    if table.suspended_on != NOWHERE and day - table.suspended_on >= case.patience:
        end(book, track, DealEnding.DEFAULTED, first_withheld(book, track))
        return
    carried_on = True
    while carried_on:
        passed = pass_on_all(book, track)
        carried_on = carry_out(book, track, day) or passed


def pass_on_all(book: Book, track: int) -> bool:
    """Pass on what is in escrow and may go to its receiver; returns whether there was any."""
    table, case, passed = tables(book)[track], tracks(book)[track], False
    place = case.dues
    while place < case.dues + table.dues:
        if dues(book)[place].deposited and may_pass(book, track, place):
            pass_on(book, track, place)
            remove(book, track, place)
            passed = True
        else:
            place += 1
    return passed


def may_pass(book: Book, track: int, place: int) -> bool:
    """Whether what is in escrow may go to its receiver: its condition holds, or the others are done or in escrow."""
    case, step = tracks(book)[track], steps(book)[dues(book)[place].step]
    if step.until != NOWHERE:
        space = spaces(book)[case.space]
        return holds(book, step.until, track, space.values + tables(book)[track].outcome * space.issues)
    for other in range(case.dues, case.dues + tables(book)[track].dues):
        if not dues(book)[other].deposited:
            for before in range(step.passes_after, step.passes_after_end):
                if ints(book, Slot.PASSES_AFTER)[before] == dues(book)[other].step:
                    return False
    return True


def carry_out(book: Book, track: int, day: int) -> bool:
    """Carry out the tranches whose turn has come; returns whether more may have become possible."""
    table, case, progress = tables(book)[track], tracks(book)[track], False
    place = case.dues
    while place < case.dues + table.dues and dues(book)[place].day <= day:
        if dues(book)[place].deposited or not may_fall_due(book, track, place):
            place += 1
            continue
        carried_out = attempt(book, track, place)
        step = steps(book)[dues(book)[place].step]
        if not carried_out and step.outside == 0:
            suspend(book, track, place)
            return False
        fall_due(book, place)
        free(book, track, place)
        if carried_out and step.escrow:
            dues(book)[place].deposited = 1
            dues(book)[place].withheld = 0
            place += 1
        else:
            remove(book, track, place)
        progress = True
        if table.suspended_on != NOWHERE:
            table.suspended_on = NOWHERE
            table.phase = Phase.IN_FORCE
            tell(book, Happening.RESUMED, track, -1, 0.0)
    return progress


def may_fall_due(book: Book, track: int, place: int) -> bool:
    """Whether a tranche waits for no other step, nor for a truce."""
    step = steps(book)[dues(book)[place].step]
    if step.while_truce and not tables(book)[track].in_truce:
        return False
    undone = ints(book, Slot.UNDONE)
    for before in range(step.after, step.after_end):
        if undone[ints(book, Slot.AFTER)[before]] != 0:
            return False
    return True


def suspend(book: Book, track: int, place: int) -> None:
    """A tranche is withheld: the deal stops until it is delivered."""
    table = tables(book)[track]
    dues(book)[place].withheld = 1
    if table.suspended_on == NOWHERE:
        table.suspended_on = runs(book)[0].day
        table.phase = Phase.SUSPENDED
        tell(book, Happening.SUSPENDED, track, -1, 0.0)


# The truce ----------------------------------------------------------------------------------------------


def never_starts(book: Book, track: int) -> bool:
    """Whether some party never begins to carry the deal out."""
    case = tracks(book)[track]
    for seat in range(case.seats, case.seats_end):
        party = seats(book)[seat].party
        u = draw(book, Purpose.NEVER_STARTS, track, party, -1, 0)
        if chance.happens(u, floats(book, Slot.DRAWN)[seats(book)[seat].never_starts]):
            leave(book, track, party, 0, DealEnding.NEVER_STARTED)
            return True
    return False


def leave(book: Book, track: int, party: int, age: int, ending: int) -> None:
    """A party leaves the deal."""
    tell(book, Happening.LEFT, track, party, float(age))
    end(book, track, ending, party)


def keep_truce(book: Book, track: int, age: int) -> None:
    """One day of the truce: comply, observe, and stay or leave."""
    case, run = tracks(book)[track], runs(book)[0]
    live_through_truce(book, track, age, days_left(book, track, age))
    for seat in range(case.seats, case.seats_end):
        party = seats(book)[seat].party
        leaving = floats(book, Slot.DRAWN)[seats(book)[seat].leaving]
        exponent = leaving_exponent(book, track, seat, age)
        hazard = compliance.leaving_hazard(leaving, age, run.truce_shape, exponent)
        if not math.isfinite(hazard):
            fail(book, FAILED)
        u = draw(book, Purpose.LEAVING, track, party, -1, 0)
        if chance.happens(u, compliance.leaving_chance(hazard)):
            leave(book, track, party, age, DealEnding.BROKEN)
            return


def leaving_exponent(book: Book, track: int, seat: int, age: int) -> float:
    """What moves a seat's log hazard of leaving today."""
    run, case = runs(book)[0], tracks(book)[track]
    souring = mediation.souring(places(book)[seat].inducement, run.inducement_memory, age)
    ledger = mean_ledger(book, track, seat - case.seats, age)
    exit_term = run.leaving_exit_clause if case.exit_clause else 0.0
    unmet = float(unmet_to_continue(book, track, seat - case.seats))
    return compliance.leaving_exponent(run.leaving_ledger, ledger, run.leaving_condition, unmet, exit_term, souring)


def unmet_to_continue(book: Book, track: int, index: int) -> int:
    """How many of a seat's preconditions of continuing are unmet today."""
    case, unmet = tracks(book)[track], 0
    space = spaces(book)[case.space]
    for condition in range(case.conditions, case.conditions_end):
        stated = conditions(book)[condition]
        if stated.gate == Gate.CONTINUES and stated.seat == index and gates(book, condition):
            terms = space.values + tables(book)[track].outcome * space.issues
            if not holds(book, stated.program, track, terms):
                unmet += 1
    return unmet
