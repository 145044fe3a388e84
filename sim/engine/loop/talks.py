"""Compiled engine: the rounds of a day of talks, and what blocked it. See `talks.py` for the same in agents."""

from sim.engine.happened import Happening
from sim.engine.loop.appraisal import appraise, is_within_reach
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
from sim.rules.conditions import is_minimal, is_subset
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
    survey(book, track)
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


def survey(book: Book, track: int) -> None:
    """Mark the packages worth every reservation today, and list those of them that pass: no others can be agreed."""
    table, case = tables(book)[track], tracks(book)[track]
    outcomes = spaces(book)[case.space].outcomes
    feasible, failing = ints(book, Slot.FEASIBLE), ints(book, Slot.FAILING)
    zone, passing, allowed = ints(book, Slot.ZONE), ints(book, Slot.PASSING), ints(book, Slot.ALLOWED)
    members, listed, passes = 0, 0, 0
    for outcome in range(outcomes):
        zone[outcome] = feasible[outcome]
    for index in range(case.seats_end - case.seats):
        own, reservation = floats_from(book, Slot.WORTHS, index * outcomes), floats(book, Slot.RESERVATIONS)[index]
        for outcome in range(outcomes):
            zone[outcome] &= 1 if own[outcome] >= reservation else 0
    for outcome in range(outcomes):
        members += zone[outcome]
        passes += zone[outcome] if failing[outcome] == 0 else 0
    table.zone = members
    table.passing = passes
    if passes == 0:
        return
    for outcome in range(outcomes):
        allowed[outcome] = 0
        if zone[outcome] != 0 and failing[outcome] == 0:
            passing[listed] = outcome
            listed += 1


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
    case, table = tracks(book)[track], tables(book)[track]
    if table.passing == 0 and case.plain and not last_today:
        return NOWHERE  # nothing can be agreed, and nobody will remember what was put
    many, outcomes = case.seats_end - case.seats, spaces(book)[case.space].outcomes
    demands, worths = floats(book, Slot.DEMANDS), floats(book, Slot.WORTHS)
    for index in range(many):
        demands[index] = demand(book, track, index, time)
    passing, allowed, agreed = ints(book, Slot.PASSING), ints(book, Slot.ALLOWED), NOWHERE
    some = False
    for place in range(table.passing):
        meets = offers.meets_all(worths, demands, passing[place], outcomes, many)
        allowed[passing[place]] = 1 if meets else 0
        some = some or meets
    if some:
        agreed = offers.pick_best(worths, allowed, (table.proposer - 1) % many, outcomes, many)
    if case.remembers or (last_today and not case.plain):
        hear_menus(book, track, last_today)
    elif last_today and agreed == NOWHERE:
        for index in range(many):
            place = places(book)[case.seats + index]
            place.barren_days = 0 if is_fruitful(book, track, index) else place.barren_days + 1
    return agreed


def is_fruitful(book: Book, track: int, index: int) -> bool:
    """Whether all others put something that is worth a seat's reservation; no more is asked where nobody remembers."""
    case = tracks(book)[track]
    outcomes, feasible = spaces(book)[case.space].outcomes, ints(book, Slot.FEASIBLE)
    own, reservation = floats_from(book, Slot.WORTHS, index * outcomes), floats(book, Slot.RESERVATIONS)[index]
    for other in range(case.seats_end - case.seats):
        if other != index:
            theirs, demanded = floats_from(book, Slot.WORTHS, other * outcomes), floats(book, Slot.DEMANDS)[other]
            put = 0
            for outcome in range(outcomes):
                put |= feasible[outcome] if theirs[outcome] >= demanded and own[outcome] >= reservation else 0
            if put == 0:
                return False
    return True


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
    worths = floats(book, Slot.WORTHS)
    offer = offers.least_offer(worths, allowed, index, wanted, floats(book, Slot.NOWHERE), outcomes)
    if offer != NOWHERE and is_tied(worths, allowed, index * outcomes, offer, outcomes):
        approach(book, track, index)
        offer = offers.least_offer(worths, allowed, index, wanted, floats(book, Slot.NEARNESS), outcomes)
    speak(book, case.seats + index, wanted, offer)
    refused = offer == NOWHERE
    if offer != NOWHERE:
        ints(book, Slot.ON_TABLE)[case.seats + index] = offer
    for other in range(many):
        if other != index:
            note_heard(book, track, other, offer)
            if offer != NOWHERE:
                hear(book, case.seats + other, offer)
                refused = (refused and case.plain != 0) or refuses(book, track, other, offer, time) or refused
    if last_today:
        for seat in range(many):
            note_barren(book, track, seat)
    return NOWHERE if refused else offer


def is_tied(worths: list[float], allowed: list[int], first: int, offer: int, outcomes: int) -> bool:
    """Whether a later package is worth as much to a seat, whose worths begin at `first`, as the one chosen."""
    own = worths[first + offer]
    for outcome in range(offer + 1, outcomes):
        if allowed[outcome] and worths[first + outcome] == own:
            return True
    return False


def refuses(book: Book, track: int, index: int, offer: int, time: float) -> bool:
    """Whether a seat turns a package down: too little worth to it, or a precondition of its own in the way."""
    case, reservation = tracks(book)[track], floats(book, Slot.RESERVATIONS)[index]
    worth = floats(book, Slot.WORTHS)[index * spaces(book)[case.space].outcomes + offer]
    if case.plain and worth < reservation:
        return True  # whatever it demands, which is no less
    enough = worth >= max(demand(book, track, index, time), reservation)
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
    table = tables(book)[track]
    table.blocked = 0
    if bridging and table.passing == 0:
        widen(book, track)
    if table.passing != 0 or table.zone == 0:
        return
    table.blocked = 1
    table.days_blocked += 1
    tell(book, Happening.BLOCKED, track, -1, float(table.zone))
    count_unlocks(book, track, find_masks(book, track))


def widen(book: Book, track: int) -> None:
    """Add to the zone what a bridging mediator could bring into it."""
    table, outcomes = tables(book)[track], spaces(book)[tracks(book)[track].space].outcomes
    feasible, failing, zone = ints(book, Slot.FEASIBLE), ints(book, Slot.FAILING), ints(book, Slot.ZONE)
    for outcome in range(outcomes):
        if zone[outcome] == 0 and feasible[outcome] != 0 and is_within_reach(book, track, outcome, outcomes):
            zone[outcome] = 1
            table.zone += 1
            table.passing += 1 if failing[outcome] == 0 else 0


def find_masks(book: Book, track: int) -> int:
    """List in ascending order what packages of the zone fail, without sets that contain one found before.

    Takes those packages out of the zone as it goes; returns how many there are.
    """
    outcomes, failing = spaces(book)[tracks(book)[track].space].outcomes, ints(book, Slot.FAILING)
    zone, masks, found = ints(book, Slot.ZONE), ints(book, Slot.MASKS), 0
    for outcome in range(outcomes):
        if zone[outcome] == 0:
            continue
        mask, place = failing[outcome], found
        for other in range(outcomes):
            zone[other] &= 0 if is_subset(mask, failing[other]) else 1
        while place > 0 and masks[place - 1] > mask:
            masks[place] = masks[place - 1]
            place -= 1
        masks[place] = mask
        found += 1
    return found


def count_unlocks(book: Book, track: int, found: int) -> None:
    """Count the day for each minimal set of preconditions, and for each precondition in any of them."""
    case, masks, union, single = tracks(book)[track], ints(book, Slot.MASKS), 0, 0
    for place in range(found):
        if is_minimal(masks, place, found):
            mask = masks[place]
            union |= mask
            single |= mask if mask & (mask - 1) == 0 else 0
            count_unlock(book, track, mask)
            tell(book, Happening.UNLOCK, track, -1, float(mask))
    blocked, alone = ints(book, Slot.BLOCKED), ints(book, Slot.ALONE)
    for condition in range(case.conditions, case.conditions_end):
        stated = conditions(book)[condition]
        if stated.gate == Gate.ACCEPTS:
            blocked[condition] += union >> stated.position & 1
            alone[condition] += single >> stated.position & 1


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
