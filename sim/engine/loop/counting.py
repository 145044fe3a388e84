"""Compiled engine: whether a package can be given, and what its counts come to. See `counting.py` of scenarios."""

from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import floats, ints, runs, spaces, steps, stock_cases, transfers
from sim.engine.loop.sight import value_of
from sim.rules import captives
from sim.scenario.case import NOWHERE


def afford(book: Book, space: int) -> None:
    """Packages for which a giver holds too little, or of which a step moves nothing, are not feasible."""
    needs_from, stocks, reserved = ints(book, Slot.NEEDS_FROM), floats(book, Slot.STOCKS), floats(book, Slot.RESERVED)
    needed, amounts = ints(book, Slot.NEED_STOCKS), floats(book, Slot.NEED_AMOUNTS)
    feasible, asked = ints(book, Slot.FEASIBLE), spaces(book)[space]
    end = needs_from[asked.needs_from]
    for outcome in range(asked.outcomes):
        begin, end, enough = end, needs_from[asked.needs_from + outcome + 1], 1
        for need in range(begin, end):
            stock = needed[need]
            enough &= 1 if stocks[stock] - reserved[stock] >= amounts[need] else 0
        feasible[outcome] = enough
    if asked.settles != 0:
        for outcome in range(asked.outcomes):
            if feasible[outcome] != 0:
                settle(book, space, outcome)
                feasible[outcome] = 1 if moves(book, space, outcome) else 0


def moves(book: Book, space: int, outcome: int) -> bool:
    """Whether every step of a package that was settled moves something, or may when it falls due."""
    first, last = first_and_last(book, space, outcome)
    place = first
    while place < last:
        step, moving = transfers(book)[place].step, False
        while place < last and transfers(book)[place].step == step:
            moving = moving or floats(book, Slot.SETTLED)[place - first] > 0.0
            place += 1
        if not moving and steps(book)[step].standing == 0:
            return False
    return True


def settle(book: Book, space: int, outcome: int) -> None:
    """Settle the counts of a package, fixed ones first: leaves SETTLED, and SET_ASIDE with what would be promised."""
    asked = spaces(book)[space]
    set_aside, settled = floats(book, Slot.SET_ASIDE), floats(book, Slot.SETTLED)
    begin_to_settle(book)
    needs_from = asked.needs_from + outcome
    for need in range(ints(book, Slot.NEEDS_FROM)[needs_from], ints(book, Slot.NEEDS_FROM)[needs_from + 1]):
        set_aside[ints(book, Slot.NEED_STOCKS)[need]] += floats(book, Slot.NEED_AMOUNTS)[need]
    first, last = first_and_last(book, space, outcome)
    for place in range(first, last):
        transfer = transfers(book)[place]
        if transfer.count == NOWHERE:
            settled[place - first] = transfer.amount
        elif steps(book)[transfer.step].standing:
            settled[place - first] = 0.0
        else:
            amount = count(book, place, asked.values + outcome * asked.issues, transfer.times)
            settled[place - first] = amount
            set_aside[transfer.stock] += amount


def begin_to_settle(book: Book) -> None:
    """Begin with what is promised today."""
    set_aside, reserved = floats(book, Slot.SET_ASIDE), floats(book, Slot.RESERVED)
    for stock in range(runs(book)[0].stocks):
        set_aside[stock] = reserved[stock]


def promise_settled(book: Book) -> None:
    """What was settled is promised."""
    set_aside, reserved = floats(book, Slot.SET_ASIDE), floats(book, Slot.RESERVED)
    for stock in range(runs(book)[0].stocks):
        reserved[stock] = set_aside[stock]


def count(book: Book, transfer: int, terms: int, times: int) -> float:
    """What a count comes to today, of what is not set aside."""
    given = transfers(book)[transfer]
    free = floats(book, Slot.STOCKS)[given.stock] - floats(book, Slot.SET_ASIDE)[given.stock]
    runs(book)[0].free = free
    asked = value_of(book, given.count, NOWHERE, terms) * times
    return captives.settle(asked, free, stock_cases(book)[given.stock].of != NOWHERE)


def first_and_last(book: Book, space: int, outcome: int) -> tuple[int, int]:
    """Where the transfers of an outcome begin and end."""
    begins = spaces(book)[space].transfers_from + outcome
    return ints(book, Slot.TRANSFERS_FROM)[begins], ints(book, Slot.TRANSFERS_FROM)[begins + 1]
