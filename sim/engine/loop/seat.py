"""Compiled engine: what a seat demands now, and what it remembers of the talks. See `seat.py` in agents."""

import math

from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import ask, floats, ints, ints_from, parties, places, seats, situations, spaces, tracks
from sim.engine.loop.world import FAILED, fail
from sim.rules import offers
from sim.scenario.case import NOWHERE
from sim.strategies.situation import WINDOW

KEPT = 5
"""Offers received that a seat keeps in order: the last and as many before it as strategies look back."""


def forget(book: Book, seat: int) -> None:
    """Start new talks with no memory of offers."""
    place, owner = places(book)[seat], seats(book)[seat]
    place.has_spoken = 0
    place.spoken = 0
    place.made = 0
    place.received = 0
    place.barren_days = 0
    space = spaces(book)[tracks(book)[owner.track].space]
    made = ints_from(book, Slot.MADE, made_at(book, seat))
    made[: space.outcomes] = 0


def made_at(book: Book, seat: int) -> int:
    """Where the marks of the packages that a seat has put begin."""
    space = spaces(book)[tracks(book)[seats(book)[seat].track].space]
    return space.bases + seats(book)[seat].index * space.outcomes


def speak(book: Book, seat: int, demanded: float, offer: int) -> None:
    """Take its turn: what it demanded is now known, and the package that it put, if it put one."""
    place = places(book)[seat]
    place.demanded = demanded
    place.has_spoken = 1
    place.spoken += 1
    if offer != NOWHERE:
        made = ints_from(book, Slot.MADE, made_at(book, seat))
        if made[offer] == 0:
            made[offer] = 1
            place.made += 1


def hear(book: Book, seat: int, offer: int) -> None:
    """Keep a package that was put before the seat."""
    place = places(book)[seat]
    if place.received == 0:
        place.first = offer
    ints(book, Slot.RECENT)[seat * KEPT + place.received % KEPT] = offer
    place.received += 1


def heard(book: Book, seat: int, back: int) -> int:
    """The package that was put before the seat so many offers before the last."""
    return ints(book, Slot.RECENT)[seat * KEPT + (places(book)[seat].received - 1 - back) % KEPT]


def demand(book: Book, track: int, index: int, time: float) -> float:
    """Worth that a seat demands now, by its strategy: never less than its reservation."""
    seat = tracks(book)[track].seats + index
    reservation, top = floats(book, Slot.RESERVATIONS)[index], floats(book, Slot.TOPS)[index]
    look(book, track, index, time)
    wanted = ask(book, seats(book)[seat].strategy, seats(book)[seat].numbers)
    if not math.isfinite(wanted):
        fail(book, FAILED)
        wanted = reservation
    return offers.clamp_demand(wanted, reservation, top)


def look(book: Book, track: int, index: int, time: float) -> None:
    """What the strategy may look at; what it remembers is worked out only for strategies that remember."""
    seat = tracks(book)[track].seats + index
    now, place, owner = situations(book)[0], places(book)[seat], seats(book)[seat]
    me = parties(book)[owner.party]
    now.time = time
    now.reservation = floats(book, Slot.RESERVATIONS)[index]
    now.top = floats(book, Slot.TOPS)[index]
    now.weariness = me.weariness
    now.tolerance = me.tolerance
    now.rounds_spoken = float(place.spoken)
    now.demanded = now.top
    if place.has_spoken:
        now.demanded = place.demanded
    now.next_lower = now.demanded
    now.offers_made = float(place.made)
    now.offers_received = 0.0
    now.received_last = now.reservation
    now.received_before = now.reservation
    now.received_first = now.reservation
    now.received_window = now.reservation
    now.window_length = 0.0
    if owner.remembers:
        remember(book, track, index)


def remember(book: Book, track: int, index: int) -> None:
    """What was said in these talks, at today's worths."""
    case = tracks(book)[track]
    seat, outcomes = case.seats + index, spaces(book)[case.space].outcomes
    now, place = situations(book)[0], places(book)[seat]
    worths, own = floats(book, Slot.WORTHS), index * outcomes
    if place.has_spoken:
        lower = offers.next_lower(worths, ints(book, Slot.FEASIBLE), index, outcomes, now.demanded)
        if lower != -math.inf:
            now.next_lower = lower
    if place.received > 0:
        back = min(WINDOW, place.received - 1)
        now.offers_received = float(distinct(book, track, index))
        now.received_last = worths[own + heard(book, seat, 0)]
        now.received_before = worths[own + heard(book, seat, min(1, place.received - 1))]
        now.received_first = worths[own + place.first]
        now.received_window = worths[own + heard(book, seat, back)]
        now.window_length = float(back)


def distinct(book: Book, track: int, index: int) -> int:
    """Distinct offers received: those of the other seat that made the fewest."""
    case = tracks(book)[track]
    fewest = -1
    for other in range(case.seats_end - case.seats):
        if other != index:
            made = places(book)[case.seats + other].made
            fewest = made if fewest < 0 else min(fewest, made)
    return fewest
