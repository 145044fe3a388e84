"""Compiled engine: what a deal still has to do, tranche by tranche. See `deal.py` for the same in agents."""

from sim.engine.loop.counting import count, first_and_last, promise_settled, settle
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import dues, floats, ints, obligations, spaces, steps, tables, tracks, transfers
from sim.engine.loop.world import OVERFLOWED, fail, reserve
from sim.rules import captives
from sim.scenario.case import NOWHERE


def take_on(book: Book, track: int, space: int, outcome: int, begins: int) -> None:
    """Take on the steps of an outcome of the track's space, or of its renewal's: settle them, and put it aside."""
    table, case = tables(book)[track], tracks(book)[track]
    first, last = first_and_last(book, space, outcome)
    asked = spaces(book)[space]
    settle(book, space, outcome)
    promise_settled(book)
    place = first
    while place < last:
        step = transfers(book)[place].step
        begin = case.obligations + table.obligations
        while place < last and transfers(book)[place].step == step:
            amount = floats(book, Slot.SETTLED)[place - first]
            if not amount > 0.0 and steps(book)[step].standing == 0:
                place += 1
                continue
            if table.obligations >= case.most_obligations:
                fail(book, OVERFLOWED)
                return
            obligation = obligations(book)[case.obligations + table.obligations]
            obligation.transfer = place
            obligation.step = step
            obligation.terms = asked.values + outcome * asked.issues
            obligation.amount = amount
            obligation.now = 0.0
            obligation.delivered = 0.0
            obligation.declined = 0.0
            empty_deposit(book, case.obligations + table.obligations)
            table.obligations += 1
            place += 1
        if case.obligations + table.obligations > begin:
            queue_up(book, track, step, begin, begins)
    table.places += asked.steps


def queue_up(book: Book, track: int, step: int, obligation: int, begins: int) -> None:
    """Put the tranches of a step in the queue, by day, place of the step, and tranche."""
    table, case, does = tables(book)[track], tracks(book)[track], steps(book)[step]
    tranches = ints(book, Slot.TRANCHES)
    for tranche in range(does.tranches_end - does.tranches):
        if table.dues >= case.most_dues:
            fail(book, OVERFLOWED)
            return
        new = dues(book)[case.dues + table.dues]
        new.step = step
        new.place = table.places + does.ordinal
        new.tranche = tranche
        new.tranches = does.tranches_end - does.tranches
        new.day = begins + tranches[does.tranches + tranche]
        new.first = obligation
        new.end = case.obligations + table.obligations
        new.withheld = 0
        new.faulted = 0
        new.last_faulted = NOWHERE
        new.deposited = 0
        sink(book, case.dues, case.dues + table.dues)
        table.dues += 1
    ints(book, Slot.UNDONE)[step] += does.tranches_end - does.tranches


def sink(book: Book, first: int, place: int) -> None:
    """Move the last due of a queue to its place; the place after it serves for the exchange."""
    last = place + 1
    while place > first and is_before(book, place, place - 1):
        move(book, place, last)
        move(book, place - 1, place)
        move(book, last, place - 1)
        place -= 1


def move(book: Book, old: int, new: int) -> None:
    """Copy a due to another place."""
    a, b = dues(book)[old], dues(book)[new]
    b.step = a.step
    b.place = a.place
    b.tranche = a.tranche
    b.tranches = a.tranches
    b.day = a.day
    b.first = a.first
    b.end = a.end
    b.withheld = a.withheld
    b.faulted = a.faulted
    b.last_faulted = a.last_faulted
    b.deposited = a.deposited


def is_before(book: Book, one: int, other: int) -> bool:
    """Whether one due comes before another: by day, then place of the step, then tranche."""
    a, b = dues(book)[one], dues(book)[other]
    if a.day != b.day:
        return a.day < b.day
    if a.place != b.place:
        return a.place < b.place
    return a.tranche < b.tranche


def due_amount(book: Book, place: int, obligation: int) -> float:
    """How much of an obligation a due is."""
    due, part = dues(book)[place], obligations(book)[obligation]
    if steps(book)[due.step].standing:
        return part.now
    return captives.instalment(part.amount, due.tranche, due.tranches)


def share(book: Book, place: int, obligation: int, part: float) -> float:
    """A part of an obligation as a share of what was agreed: of a standing count, the same every tranche."""
    due = dues(book)[place]
    if steps(book)[due.step].standing:
        return part / (obligations(book)[obligation].now * due.tranches)
    return part / obligations(book)[obligation].amount


def settle_due(book: Book, place: int) -> None:
    """What standing counts of a due come to today, one after the other, of what is not set aside."""
    due = dues(book)[place]
    if steps(book)[due.step].standing == 0:
        return
    for obligation in range(due.first, due.end):
        part = obligations(book)[obligation]
        part.now = count(book, part.transfer, part.terms, 1)
        floats(book, Slot.SET_ASIDE)[transfers(book)[part.transfer].stock] += part.now


def fall_due(book: Book, place: int) -> None:
    """A standing count is agreed as far as it has fallen due."""
    due = dues(book)[place]
    if steps(book)[due.step].standing:
        for obligation in range(due.first, due.end):
            obligations(book)[obligation].amount += obligations(book)[obligation].now


def free(book: Book, track: int, place: int) -> None:
    """Free what was put aside for a due."""
    due = dues(book)[place]
    if steps(book)[due.step].standing:
        return
    for obligation in range(due.first, due.end):
        stock = transfers(book)[obligations(book)[obligation].transfer].stock
        reserve(book, stock, due_amount(book, place, obligation), -1.0)


def empty_deposit(book: Book, obligation: int) -> None:
    """Nothing of an obligation is on its way, nor kept by a third side."""
    part = obligations(book)[obligation]
    part.kept = 0.0
    part.kept_due = 0.0
    part.kept_declined = 0.0
    part.kept_met = 0.0
    part.kept_missing = 0.0


def remove(book: Book, track: int, place: int) -> None:
    """A tranche is done with, delivered or (outside the deal) let go."""
    table, case = tables(book)[track], tracks(book)[track]
    ints(book, Slot.UNDONE)[dues(book)[place].step] -= 1
    for later in range(place, case.dues + table.dues - 1):
        move(book, later + 1, later)
    table.dues -= 1


def first_withheld(book: Book, track: int) -> int:
    """The party at whose door a default is laid."""
    case = tracks(book)[track]
    for place in range(case.dues, case.dues + tables(book)[track].dues):
        due = dues(book)[place]
        if due.withheld:
            if due.last_faulted != NOWHERE:
                return due.last_faulted
            return transfers(book)[obligations(book)[due.first].transfer].giver
    return NOWHERE
