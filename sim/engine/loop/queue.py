"""Compiled engine: what a deal still has to do, tranche by tranche. See `deal.py` for the same in agents."""

from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import dues, ints, obligations, spaces, steps, tables, tracks, transfers
from sim.engine.loop.world import OVERFLOWED, fail, reserve
from sim.rules import captives
from sim.scenario.case import NOWHERE


def take_on(book: Book, track: int, space: int, outcome: int, begins: int) -> None:
    """Take on the steps of an outcome of the track's space, or of its renewal's."""
    table, case = tables(book)[track], tracks(book)[track]
    first, last = first_and_last(book, space, outcome)
    place = first
    while place < last:
        step = transfers(book)[place].step
        begin = case.obligations + table.obligations
        while place < last and transfers(book)[place].step == step:
            if table.obligations >= case.most_obligations:
                fail(book, OVERFLOWED)
                return
            obligation = obligations(book)[case.obligations + table.obligations]
            obligation.transfer = place
            obligation.step = step
            obligation.delivered = 0.0
            table.obligations += 1
            place += 1
        queue_up(book, track, step, begin, begins)
    table.places += spaces(book)[space].steps


def first_and_last(book: Book, space: int, outcome: int) -> tuple[int, int]:
    """Where the transfers of an outcome begin and end."""
    begins = spaces(book)[space].transfers_from + outcome
    return ints(book, Slot.TRANSFERS_FROM)[begins], ints(book, Slot.TRANSFERS_FROM)[begins + 1]


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
    due = dues(book)[place]
    return captives.instalment(
        transfers(book)[obligations(book)[obligation].transfer].amount, due.tranche, due.tranches
    )


def free(book: Book, track: int, place: int) -> None:
    """Free what was put aside for a due."""
    due = dues(book)[place]
    for obligation in range(due.first, due.end):
        stock = transfers(book)[obligations(book)[obligation].transfer].stock
        reserve(book, stock, due_amount(book, place, obligation), -1.0)


def close(book: Book, track: int, place: int) -> None:
    """A tranche is done with, delivered or (outside the deal) let go."""
    table, case = tables(book)[track], tracks(book)[track]
    ints(book, Slot.UNDONE)[dues(book)[place].step] -= 1
    free(book, track, place)
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
