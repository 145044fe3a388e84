"""Compiled engine: all parties answer a renewal. See `table.py` and `deal.py` for the same in agents."""

from sim.engine.happened import Happening
from sim.engine.loop.appraisal import appraise
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import floats, ints, kinds, renewals, spaces, tables, tracks
from sim.engine.loop.queue import take_on
from sim.engine.loop.talks import mask_of
from sim.engine.loop.world import draw, tell
from sim.rules import offers
from sim.scenario.case import NOWHERE
from sim.terms import Gate, Purpose


def asks_for_renewal(book: Book, track: int, age: int) -> bool:
    """Whether today is the day on which a renewal is asked for."""
    table, case = tables(book)[track], tracks(book)[track]
    if case.renewal == NOWHERE or table.days_ahead > 0:
        return False
    renewal = renewals(book)[case.renewal]
    if table.truce_days - age != min(renewal.ask_before, table.truce_days):
        return False
    return renewal.most < 0 or table.renewals < renewal.most


def renew(book: Book, track: int) -> None:
    """Ask for a renewal, and take it on if it is granted."""
    table, renewal = tables(book)[track], renewals(book)[tracks(book)[track].renewal]
    row = answer(book, track)
    tell(book, Happening.RENEWAL_ANSWERED, track, -1, 0.0 if row == NOWHERE else 1.0)
    if row != NOWHERE:
        take_on(book, track, renewal.space, row, table.begins_on + table.truce_days)
        space = spaces(book)[renewal.space]
        kind = kinds(book)[space.kinds + ints(book, Slot.KIND_OF)[space.kind_of + row]]
        table.truce_days += int(kind.days)
        table.days_ahead = int(kind.days) if kind.without_end else 0
        table.renewals += 1


def answer(book: Book, track: int) -> int:
    """What the parties make of a renewal: its row, or NOWHERE."""
    case, renewal = tracks(book)[track], renewals(book)[tracks(book)[track].renewal]
    appraise(book, track, renewal.space, Gate.RENEWS)
    outcomes, many = spaces(book)[renewal.space].outcomes, case.seats_end - case.seats
    rows, allowed = ints(book, Slot.ROWS), ints(book, Slot.ALLOWED)
    first = ints(book, Slot.ROWS_FROM)[renewal.rows_from + tables(book)[track].outcome]
    last = ints(book, Slot.ROWS_FROM)[renewal.rows_from + tables(book)[track].outcome + 1]
    for row in range(outcomes):
        allowed[row] = 0
    refused, common, asked = False, False, NOWHERE
    for place in range(first, last):
        if ints(book, Slot.FEASIBLE)[rows[place]] != 0:
            asked = rows[place] if asked == NOWHERE else asked
            allowed[rows[place]] = 1
    for seat in range(many):
        accepts = False
        for place in range(first, last):
            if ints(book, Slot.FEASIBLE)[rows[place]] != 0:
                if suits(book, track, seat, rows[place], outcomes):
                    accepts = True
                else:
                    allowed[rows[place]] = 0
        refused = refused or not accepts
    for row in range(outcomes):
        common = common or allowed[row] != 0
    if common:
        chooser = int(draw(book, Purpose.RENEWAL, track, -1, -1, 0) * many)
        return offers.pick_best(floats(book, Slot.WORTHS), allowed, chooser, outcomes, many)
    return asked if renewal.renews_on_silence and not refused else NOWHERE


def suits(book: Book, track: int, seat: int, row: int, outcomes: int) -> bool:
    """Whether a renewal is worth a seat's reservation and meets its preconditions."""
    if not floats(book, Slot.WORTHS)[seat * outcomes + row] >= floats(book, Slot.RESERVATIONS)[seat]:
        return False
    return ints(book, Slot.FAILING)[row] & mask_of(book, track, Gate.RENEWS, seat, False) == 0
