"""Compiled engine: the rounds of a day of talks, and what blocked it. See `talks.py` for the same in agents."""

from sim.engine.happened import Happening
from sim.engine.loop.appraisal import appraise, in_zone
from sim.engine.loop.bridging import bridge
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import (
    conditions,
    floats,
    floats_from,
    ints,
    ints_from,
    parties,
    places,
    seats,
    spaces,
    tables,
    tracks,
)
from sim.engine.loop.seat import demand, forget, hear, speak
from sim.engine.loop.world import OVERFLOWED, draw, fail, tell
from sim.engine.record import UNADDRESSED
from sim.rules import chance, offers
from sim.rules.conditions import is_subset, minimal_masks
from sim.scenario.case import NOWHERE
from sim.terms import Gate, Protocol, Purpose


def sit_down(book: Book, track: int, proposer: int) -> None:
    """New talks begin."""
    table, case = tables(book)[track], tracks(book)[track]
    table.talking = 1
    table.rounds = 0
    table.proposer = proposer
    table.blocked = 0
    on_table = ints(book, Slot.ON_TABLE)
    for seat in range(case.seats, case.seats_end):
        forget(book, seat)
        on_table[seat] = NOWHERE
    estimated = ints(book, Slot.ESTIMATED)
    for position in range(case.mediators, case.mediators_end):
        estimated[position] = 0


def hold_day(book: Book, track: int) -> int:
    """Hold the rounds of one day; returns the outcome agreed, or NOWHERE."""
    table, case = tables(book)[track], tracks(book)[track]
    appraise(book, track, case.space, Gate.ACCEPTS)
    for seat in range(case.seats, case.seats_end):
        places(book)[seat].best_today = UNADDRESSED
    bridging = False
    for _ in range(case.per_day):
        if table.rounds == case.rounds:
            break
        outcome = hold_round(book, track)
        if outcome == NOWHERE and case.bridge_every > 0 and (table.rounds + 1) % case.bridge_every == 0:
            bridging = True
            outcome = bridge(book, track)
        table.rounds += 1
        table.proposer = (table.proposer + 1) % (case.seats_end - case.seats)
        if outcome != NOWHERE:
            return outcome
    note_blocked(book, track, bridging)
    return NOWHERE


def hold_round(book: Book, track: int) -> int:
    """Hold one round; returns the outcome agreed, or NOWHERE."""
    table, case = tables(book)[track], tracks(book)[track]
    for seat in range(case.seats, case.seats_end):
        places(book)[seat].inducement = 0.0
    time = (table.rounds + 1) / case.rounds
    last_today = (table.rounds + 1) % case.per_day == 0 or table.rounds + 1 == case.rounds
    if case.protocol == Protocol.MENU:
        return compare_menus(book, track, time, last_today)
    return hear_offer(book, track, time, last_today)


def walked_out(book: Book, track: int) -> int:
    """The first seat, if any, whose party gives up after days on which nothing worth its while was offered."""
    case = tracks(book)[track]
    for seat in range(case.seats, case.seats_end):
        barren = places(book)[seat].barren_days
        if barren > 0:  # without a barren day the chance is nought
            party = seats(book)[seat].party
            u = draw(book, Purpose.WALKOUT, track, party, -1, 0)
            if chance.happens(u, offers.walkout_chance(parties(book)[party].impatience, barren)):
                return seat
    return NOWHERE


def note_heard(book: Book, track: int, index: int, offer: int) -> None:
    """Keep the best that was put before a seat today; NOWHERE where the others had their turn and put nothing."""
    case = tracks(book)[track]
    place, worths = places(book)[case.seats + index], floats(book, Slot.WORTHS)
    first = index * spaces(book)[case.space].outcomes
    if place.best_today < 0 or (offer != NOWHERE and worths[first + offer] > worths[first + place.best_today]):
        place.best_today = offer


def note_barren(book: Book, track: int, index: int) -> None:
    """Count the days in a row on which others spoke to a seat and put nothing worth its reservation."""
    case = tracks(book)[track]
    place = places(book)[case.seats + index]
    if place.best_today == UNADDRESSED:
        return
    fruitful = False
    if place.best_today != NOWHERE:
        own = floats(book, Slot.WORTHS)[index * spaces(book)[case.space].outcomes + place.best_today]
        fruitful = own >= floats(book, Slot.RESERVATIONS)[index]
    place.barren_days = 0 if fruitful else place.barren_days + 1


# Simultaneous equivalent offers -------------------------------------------------------------------------


def compare_menus(book: Book, track: int, time: float, last_today: bool) -> int:
    """Every seat puts all packages worth its demand; one that all put and no precondition bars is agreed."""
    case = tracks(book)[track]
    many, outcomes = case.seats_end - case.seats, spaces(book)[case.space].outcomes
    demands, worths = floats(book, Slot.DEMANDS), floats(book, Slot.WORTHS)
    for index in range(many):
        demands[index] = demand(book, track, index, time)
    feasible, failing, allowed = ints(book, Slot.FEASIBLE), ints(book, Slot.FAILING), ints(book, Slot.ALLOWED)
    some = False
    for outcome in range(outcomes):
        passes = feasible[outcome] != 0 and failing[outcome] == 0
        allowed[outcome] = 1 if passes and offers.meets_all(worths, demands, outcome, outcomes, many) else 0
        some = some or allowed[outcome] != 0
    agreed = NOWHERE
    if some:
        agreed = offers.pick_best(worths, allowed, (tables(book)[track].proposer - 1) % many, outcomes, many)
    if last_today or case.remembers:
        hear_menus(book, track, last_today)
    return agreed


def hear_menus(book: Book, track: int, last_today: bool) -> None:
    """Each seat takes note of the best that the others put before it: with several, the least of these."""
    case = tracks(book)[track]
    many, outcomes = case.seats_end - case.seats, spaces(book)[case.space].outcomes
    worths, demands, feasible = floats(book, Slot.WORTHS), floats(book, Slot.DEMANDS), ints(book, Slot.FEASIBLE)
    menus, nowhere = ints(book, Slot.MENUS), floats(book, Slot.NOWHERE)
    for index in range(many):
        for outcome in range(outcomes):
            place = index * outcomes + outcome
            menus[place] = 1 if feasible[outcome] != 0 and worths[place] >= demands[index] else 0
        menu = ints_from(book, Slot.MENUS, index * outcomes)
        least = offers.least_offer(worths, menu, index, demands[index], nowhere, outcomes)
        speak(book, case.seats + index, demands[index], least)
    for index in range(many):
        best = least_of_best(book, track, index, many, outcomes)
        if best != NOWHERE:
            hear(book, case.seats + index, best)
        if last_today:  # menus only grow as demands fall: the last of the day tells
            note_heard(book, track, index, best)
            note_barren(book, track, index)


def least_of_best(book: Book, track: int, index: int, many: int, outcomes: int) -> int:
    """Of the best that each other seat puts, the one worth least to a seat; NOWHERE if some seat puts nothing."""
    worths, least = floats(book, Slot.WORTHS), NOWHERE
    for other in range(many):
        if other == index:
            continue
        menu = ints_from(book, Slot.MENUS, other * outcomes)
        best = offers.pick_best(worths, menu, index, outcomes, many)
        if best == NOWHERE:
            return NOWHERE
        if least == NOWHERE or worths[index * outcomes + best] < worths[index * outcomes + least]:
            least = best
    return least


# One offer at a time ------------------------------------------------------------------------------------


def hear_offer(book: Book, track: int, time: float, last_today: bool) -> int:
    """The proposer puts one package; all others hear it, and answer it."""
    case = tracks(book)[track]
    many, outcomes, index = case.seats_end - case.seats, spaces(book)[case.space].outcomes, tables(book)[track].proposer
    wanted = demand(book, track, index, time)
    avoid = mask_of(book, track, Gate.ACCEPTS, index, case.polite != 0)
    feasible, failing, allowed = ints(book, Slot.FEASIBLE), ints(book, Slot.FAILING), ints(book, Slot.ALLOWED)
    for outcome in range(outcomes):
        allowed[outcome] = 1 if feasible[outcome] != 0 and failing[outcome] & avoid == 0 else 0
    approach(book, track, index)
    nearness = floats(book, Slot.NEARNESS)
    offer = offers.least_offer(floats(book, Slot.WORTHS), allowed, index, wanted, nearness, outcomes)
    speak(book, case.seats + index, wanted, offer)
    refused = offer == NOWHERE
    if offer != NOWHERE:
        ints(book, Slot.ON_TABLE)[case.seats + index] = offer
    for other in range(many):
        if other != index:
            note_heard(book, track, other, offer)
            if offer != NOWHERE:
                hear(book, case.seats + other, offer)
                refused = refuses(book, track, other, offer, demand(book, track, other, time)) or refused
    if last_today:
        for seat in range(many):
            note_barren(book, track, seat)
    return NOWHERE if refused else offer


def refuses(book: Book, track: int, index: int, offer: int, wanted: float) -> bool:
    """Whether a seat turns a package down: too little worth to it, or a precondition of its own in the way."""
    worth = floats(book, Slot.WORTHS)[index * spaces(book)[tracks(book)[track].space].outcomes + offer]
    enough = worth >= max(wanted, floats(book, Slot.RESERVATIONS)[index])
    own = mask_of(book, track, Gate.ACCEPTS, index, False)
    return not enough or ints(book, Slot.FAILING)[offer] & own != 0


def mask_of(book: Book, track: int, gate: int, index: int, public: bool) -> int:
    """The bits of a seat's own preconditions of a gate, with or without everybody's public ones."""
    case, mask = tracks(book)[track], 0
    for condition in range(case.conditions, case.conditions_end):
        stated = conditions(book)[condition]
        if stated.gate == gate and (stated.seat == index or (public and stated.public != 0)):
            mask |= 1 << stated.position
    return mask


def approach(book: Book, track: int, index: int) -> None:
    """How far each package is from what the others last offered, seat by seat."""
    case = tracks(book)[track]
    space, on_table = spaces(book)[case.space], ints(book, Slot.ON_TABLE)
    spans, nearness = floats_from(book, Slot.SPANS, space.spans), floats(book, Slot.NEARNESS)
    for outcome in range(space.outcomes):
        nearness[outcome] = 0.0
    for other in range(case.seats_end - case.seats):
        offer = on_table[case.seats + other]
        if other == index or offer == NOWHERE:
            continue
        theirs = floats_from(book, Slot.VALUES, space.values + offer * space.issues)
        for outcome in range(space.outcomes):
            values = floats_from(book, Slot.VALUES, space.values + outcome * space.issues)
            nearness[outcome] += offers.distance(values, theirs, spans, space.issues)


# What blocks --------------------------------------------------------------------------------------------


def note_blocked(book: Book, track: int, bridging: bool) -> None:
    """Find what would unlock a day without agreement, and keep which preconditions blocked it."""
    table, case = tables(book)[track], tracks(book)[track]
    outcomes = spaces(book)[case.space].outcomes
    feasible, failing, masks = ints(book, Slot.FEASIBLE), ints(book, Slot.FAILING), ints(book, Slot.MASKS)
    table.blocked = 0
    zone, found = 0, 0
    for outcome in range(outcomes):
        if feasible[outcome] != 0 and in_zone(book, track, outcome, outcomes, bridging):
            if failing[outcome] == 0:
                return
            zone += 1
            found = add_mask(masks, found, failing[outcome])
    if zone == 0:
        return
    table.blocked = 1
    table.days_blocked += 1
    tell(book, Happening.BLOCKED, track, -1, float(zone))
    count_unlocks(book, track, masks, found)


def add_mask(masks: list[int], found: int, mask: int) -> int:
    """Add a mask to a list unless it contains one of it, so that it cannot be minimal; returns how many there are."""
    for place in range(found):
        if is_subset(masks[place], mask):
            return found
    masks[found] = mask
    return found + 1


def count_unlocks(book: Book, track: int, masks: list[int], found: int) -> None:
    """Count the day for each minimal set of preconditions, and for each precondition in any of them."""
    case, union = tracks(book)[track], 0
    unlocks = minimal_masks(masks, found)
    for mask in unlocks:
        union |= mask
        count_unlock(book, track, mask)
        tell(book, Happening.UNLOCK, track, -1, float(mask))
    blocked, alone = ints(book, Slot.BLOCKED), ints(book, Slot.ALONE)
    for condition in range(case.conditions, case.conditions_end):
        stated = conditions(book)[condition]
        if stated.gate == Gate.ACCEPTS and union >> stated.position & 1:
            blocked[condition] += 1
            for mask in unlocks:
                if mask == 1 << stated.position:
                    alone[condition] += 1


def count_unlock(book: Book, track: int, mask: int) -> None:
    """Count a day for one minimal set."""
    table, first = tables(book)[track], tracks(book)[track].unlocks
    room = tracks(book)[track + 1].unlocks
    unlocks, days = ints(book, Slot.UNLOCKS), ints(book, Slot.UNLOCK_DAYS)
    for place in range(first, first + table.unlocks):
        if unlocks[place] == mask:
            days[place] += 1
            return
    if first + table.unlocks >= room:
        fail(book, OVERFLOWED)
        return
    unlocks[first + table.unlocks] = mask
    days[first + table.unlocks] = 1
    table.unlocks += 1
