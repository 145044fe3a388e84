"""Compiled engine: one tranche falls due. See `delivering.py` for the same in agents."""

from sim.engine.happened import Happening
from sim.engine.loop.appraisal import guarantee
from sim.engine.loop.counting import begin_to_settle
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import (
    conditions,
    dues,
    floats,
    obligations,
    parties,
    runs,
    seats,
    spaces,
    steps,
    stock_cases,
    tables,
    tracks,
    transfers,
)
from sim.engine.loop.party import reinforce
from sim.engine.loop.queue import due_amount, empty_deposit, settle_due, share
from sim.engine.loop.sight import gates, holds
from sim.engine.loop.world import draw, receive, tell
from sim.rules import captives, chance, delivery, trust
from sim.scenario.case import NOWHERE
from sim.terms import Gate, Purpose

STOCK_BITS, TRANCHE_BITS = 5, 10
"""Bits of a draw's index that number what is handed over, and the tranche; the rest number the step."""
DEFAULT, CONDITION, STOCK = 0, 1, 2
"""Why something is withheld, as `happened.WHY` has it."""


def attempt(book: Book, track: int, place: int) -> bool:
    """Hand a tranche over if nothing stands in the way; returns whether it was."""
    begin_to_settle(book)
    settle_due(book, place)
    if condition_unmet(book, track, place) or stock_lacking(book, track, place) or defaulted(book, track, place):
        return False
    for obligation in range(dues(book)[place].first, dues(book)[place].end):
        if moves(book, place, obligation):
            hand_over_part(book, track, place, obligation)
    return True


def moves(book: Book, place: int, obligation: int) -> bool:
    """Whether there is anything to give: of a standing count there may be nothing today."""
    return steps(book)[dues(book)[place].step].standing == 0 or obligations(book)[obligation].now > 0.0


def withhold(book: Book, track: int, place: int, giver: int, why: int) -> None:
    """Say, the first time, that a giver does not deliver."""
    if dues(book)[place].withheld == 0:
        tell(book, Happening.WITHHELD, track, giver, float(why))


def condition_unmet(book: Book, track: int, place: int) -> bool:
    """A step's own condition, or a giver's precondition for delivering (or, without a truce, for going on)."""
    case, due = tracks(book)[track], dues(book)[place]
    space = spaces(book)[case.space]
    terms = space.values + tables(book)[track].outcome * space.issues
    program = steps(book)[due.step].delivers_if
    if program != NOWHERE and not holds(book, program, track, terms):
        withhold(book, track, place, transfers(book)[obligations(book)[due.first].transfer].giver, CONDITION)
        return True
    for index in range(case.seats_end - case.seats):
        party = seats(book)[case.seats + index].party
        if gives(book, place, party) and unmet_to_deliver(book, track, index, terms):
            withhold(book, track, place, party, CONDITION)
            return True
    return False


def gives(book: Book, place: int, party: int) -> bool:
    """Whether a party gives anything in a tranche."""
    due = dues(book)[place]
    for obligation in range(due.first, due.end):
        if transfers(book)[obligations(book)[obligation].transfer].giver == party:
            return True
    return False


def unmet_to_deliver(book: Book, track: int, index: int, terms: int) -> bool:
    """Whether a seat has an unmet precondition for delivering (or, without a truce, for going on)."""
    case, in_truce = tracks(book)[track], tables(book)[track].in_truce != 0
    for condition in range(case.conditions, case.conditions_end):
        stated = conditions(book)[condition]
        asked = stated.gate == Gate.DELIVERS or (stated.gate == Gate.CONTINUES and not in_truce)
        if asked and stated.seat == index and gates(book, condition):
            if not holds(book, stated.program, track, terms):
                return True
    return False


def stock_lacking(book: Book, track: int, place: int) -> bool:
    """Whether a giver no longer holds what falls due."""
    due = dues(book)[place]
    for obligation in range(due.first, due.end):
        transfer = transfers(book)[obligations(book)[obligation].transfer]
        if floats(book, Slot.STOCKS)[transfer.stock] < due_amount(book, place, obligation):
            withhold(book, track, place, transfer.giver, STOCK)
            return True
    return False


def defaulted(book: Book, track: int, place: int) -> bool:
    """Each giver in turn decides; the first default lets the others withhold."""
    due, run = dues(book)[place], runs(book)[0]
    for obligation in range(due.first, due.end):
        transfer = transfers(book)[obligations(book)[obligation].transfer]
        if was_asked(book, place, obligation) or not moves(book, place, obligation):
            continue
        trusted = floats(book, Slot.TRUST)[transfer.giver * run.parties + transfer.receiver]
        secured = guarantee(book, due.step)
        probability = delivery.default_chance(parties(book)[transfer.giver].default, trusted, secured)
        if chance.happens(draw_of(book, Purpose.DEFAULT, track, place, obligation, 0), probability):
            lose_trust_by_default(book, place, obligation)
            withhold(book, track, place, transfer.giver, DEFAULT)
            return True
    return False


def was_asked(book: Book, place: int, obligation: int) -> bool:
    """Whether an earlier part of the tranche is from the same giver to the same receiver."""
    here = transfers(book)[obligations(book)[obligation].transfer]
    for earlier in range(dues(book)[place].first, obligation):
        there = transfers(book)[obligations(book)[earlier].transfer]
        if there.giver == here.giver and there.receiver == here.receiver and moves(book, place, earlier):
            return True
    return False


def lose_trust_by_default(book: Book, place: int, obligation: int) -> None:
    """The receiver trusts a giver less that defaults on a tranche: once."""
    due, run = dues(book)[place], runs(book)[0]
    transfer = transfers(book)[obligations(book)[obligation].transfer]
    if due.faulted >> transfer.giver & 1:
        return
    due.faulted |= 1 << transfer.giver
    due.last_faulted = transfer.giver
    missing = share(book, place, obligation, due_amount(book, place, obligation))
    trusts, held = floats(book, Slot.TRUST), transfer.receiver * run.parties + transfer.giver
    trusts[held] = trust.after_shortfall(trusts[held], run.trust_loss, missing)


def hand_over_part(book: Book, track: int, place: int, obligation: int) -> None:
    """Hand over one part of a tranche, or less: to its receiver, or to whoever keeps it meanwhile."""
    part = obligations(book)[obligation]
    transfer = transfers(book)[part.transfer]
    stock, step = stock_cases(book)[transfer.stock], steps(book)[dues(book)[place].step]
    due = due_amount(book, place, obligation)
    what = 2 * stock.what + (1 if stock.of == NOWHERE else 0)
    declined = decline(book, track, place, obligation, due)
    u = draw_of(book, Purpose.SHORTFALL, track, place, obligation, what)
    handed = delivery.delivered(u, due - declined, parties(book)[transfer.giver].shortfall)
    met = handed + declined if step.verified else handed
    held = floats(book, Slot.STOCKS)[transfer.stock]
    part.kept += handed
    part.kept_due += due
    part.kept_declined += declined
    part.kept_met += share(book, place, obligation, met)
    part.kept_missing += share(book, place, obligation, due - met)
    floats(book, Slot.STOCKS)[transfer.stock] -= handed
    if step.escrow:
        tell(book, Happening.DEPOSITED, track, transfer.giver, handed)
    else:
        pass_part(book, track, place, obligation, held)


def pass_on(book: Book, track: int, place: int) -> None:
    """What was kept goes to its receivers."""
    for obligation in range(dues(book)[place].first, dues(book)[place].end):
        part = obligations(book)[obligation]
        if part.kept_due > 0.0:
            still = floats(book, Slot.STOCKS)[transfers(book)[part.transfer].stock]
            pass_part(book, track, place, obligation, still + part.kept)


def give_back(book: Book, track: int, place: int) -> None:
    """What was kept goes back to its givers."""
    for obligation in range(dues(book)[place].first, dues(book)[place].end):
        part = obligations(book)[obligation]
        if part.kept_due > 0.0:
            transfer = transfers(book)[part.transfer]
            floats(book, Slot.STOCKS)[transfer.stock] += part.kept
            tell(book, Happening.GIVEN_BACK, track, transfer.giver, part.kept)
            empty_deposit(book, obligation)


def pass_part(book: Book, track: int, place: int, obligation: int, held: float) -> None:
    """What was handed over arrives: `held` is what its giver held before."""
    part = obligations(book)[obligation]
    transfer, handed, declined = transfers(book)[part.transfer], part.kept, part.kept_declined
    of_holdings = captives.share_of_holdings(handed, held)
    receive(book, transfer.stock, handed, transfer.receiver)
    part.delivered += handed
    part.declined += declined
    move_trust(book, place, obligation, of_holdings)
    count_released(book, transfer.stock, transfer.giver, handed)
    if not steps(book)[dues(book)[place].step].abroad:
        bring_home(book, transfer.stock, transfer.receiver, handed)
    tell(book, Happening.DELIVERED, track, transfer.giver, handed)
    if declined > 0.0:
        tell(book, Happening.DECLINED, track, transfer.giver, declined)
    empty_deposit(book, obligation)


def decline(book: Book, track: int, place: int, obligation: int, due: float) -> float:
    """How many captives say that they do not want to go."""
    index = steps(book)[dues(book)[place].step].declines
    stock = stock_cases(book)[transfers(book)[obligations(book)[obligation].transfer].stock]
    if index == NOWHERE or stock.of == NOWHERE:
        return 0.0
    u = draw_of(book, Purpose.DECLINE, track, place, obligation, 2 * stock.what)
    return delivery.declined(u, due, floats(book, Slot.DRAWN)[index])


def move_trust(book: Book, place: int, obligation: int, of_holdings: float) -> None:
    """What the receiver makes of what it was handed."""
    run, part = runs(book)[0], obligations(book)[obligation]
    transfer = transfers(book)[part.transfer]
    trusts, held = floats(book, Slot.TRUST), transfer.receiver * run.parties + transfer.giver
    if steps(book)[dues(book)[place].step].gesture:
        after = trust.after_gesture(trusts[held], run.gesture_gain, of_holdings)
    else:
        after = trust.after_delivery(trusts[held], run.trust_gain, part.kept_met)
    if part.kept_missing > 0.0:
        after = trust.after_shortfall(after, run.trust_loss, part.kept_missing)
    trusts[held] = after


def count_released(book: Book, stock: int, giver: int, handed: float) -> None:
    """Captives who are handed over are counted."""
    if stock_cases(book)[stock].of != NOWHERE:
        parties(book)[giver].released += handed


def bring_home(book: Book, stock: int, receiver: int, handed: float) -> None:
    """Captives who come home are counted, and some can fight again."""
    case = stock_cases(book)[stock]
    if case.of != NOWHERE:
        parties(book)[receiver].returned += handed
        if case.fights:
            reinforce(book, receiver, handed)


def draw_of(book: Book, purpose: int, track: int, place: int, obligation: int, what: int) -> float:
    """The draw of a purpose for one part of a tranche."""
    due, transfer = dues(book)[place], transfers(book)[obligations(book)[obligation].transfer]
    step = due.place << TRANCHE_BITS | due.tranche
    return draw(book, purpose, track, transfer.giver, transfer.receiver, step << STOCK_BITS | what)
