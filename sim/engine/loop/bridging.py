"""Compiled engine: a mediator puts a package of its own. See `talks.py` and `mediator.py` for the same in agents."""

from sim.engine.loop.appraisal import can_promise, care, judge, lacks, weight_of
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import conditions, floats, ints, mediators, places, runs, seats, spaces, tracks
from sim.engine.loop.world import draw
from sim.rules import mediation
from sim.scenario.case import NOWHERE
from sim.terms import Gate, Purpose, Style

FACILITATOR_ERROR = 0.5
"""A facilitator carries the parties' own words: its estimates err half as much."""


def bridge(book: Book, track: int) -> int:
    """Every mediator of the table in turn puts a package; returns the one agreed, or NOWHERE."""
    case = tracks(book)[track]
    for position in range(case.mediators, case.mediators_end):
        outcome = bridging_proposal(book, track, position)
        if outcome != NOWHERE and accepts(book, track, position, outcome):
            return outcome
    return NOWHERE


def bridging_proposal(book: Book, track: int, position: int) -> int:
    """The package of greatest estimated surplus for all, among those that no public precondition bars."""
    case = tracks(book)[track]
    outcomes, many = spaces(book)[case.space].outcomes, case.seats_end - case.seats
    me = mediators(book)[ints(book, Slot.TABLE_MEDIATORS)[position]]
    if ints(book, Slot.ESTIMATED)[position] == 0:
        estimate(book, track, position)
        ints(book, Slot.ESTIMATED)[position] = 1
    biases, surpluses = floats(book, Slot.SEAT_BIASES), floats(book, Slot.SEAT_FLOATS)
    for seat in range(many):
        biases[seat] = bias_for(book, track, position, seat)
    promise = me.inducement_cap if me.style == Style.MANIPULATION else 0.0
    public, reservations = public_mask(book, track), floats(book, Slot.RESERVATIONS)
    feasible, failing, estimates = ints(book, Slot.FEASIBLE), ints(book, Slot.FAILING), floats(book, Slot.ESTIMATES)
    first = estimates_at(book, track, position)
    best, best_product = NOWHERE, 0.0
    for outcome in range(outcomes):
        if feasible[outcome] == 0 or failing[outcome] & public != 0:
            continue
        for seat in range(many):
            surpluses[seat] = estimates[first + seat * outcomes + outcome] - reservations[seat] + promise
        product = mediation.surplus_product(surpluses, biases, many)
        if product > best_product:
            best = outcome
            best_product = product
    return best


def estimates_at(book: Book, track: int, position: int) -> int:
    """Where a mediator's estimates of what packages are worth begin."""
    case = tracks(book)[track]
    return case.estimates + (position - case.mediators) * (case.seats_end - case.seats) * (
        spaces(book)[case.space].outcomes
    )


def estimate(book: Book, track: int, position: int) -> None:
    """What a mediator believes each package is worth to each seat: the seats' weights, read with an error."""
    case = tracks(book)[track]
    mediator, outcomes = ints(book, Slot.TABLE_MEDIATORS)[position], spaces(book)[case.space].outcomes
    me, guessed = mediators(book)[mediator], floats(book, Slot.SEAT_FLOATS)
    noise = me.noise * FACILITATOR_ERROR if me.style == Style.FACILITATION else me.noise
    for seat in range(case.seats_end - case.seats):
        party = seats(book)[case.seats + seat].party
        for feature in range(spaces(book)[case.space].features):
            u = draw(book, Purpose.ESTIMATE, track, mediator, party, feature)
            guessed[feature] = mediation.estimate(weight_of(book, case.space, seat, feature), noise, u)
        judge(book, case.space, seat, estimates_at(book, track, position) + seat * outcomes, Slot.ESTIMATES)
    care(book, case.space, Slot.ESTIMATES, estimates_at(book, track, position))


def bias_for(book: Book, track: int, position: int, seat: int) -> float:
    """How far a mediator leans towards a seat's party, [-1, 1]; a facilitator does not steer."""
    mediator = ints(book, Slot.TABLE_MEDIATORS)[position]
    if mediators(book)[mediator].style == Style.FACILITATION:
        return 0.0
    party = seats(book)[tracks(book)[track].seats + seat].party
    return floats(book, Slot.DRAWN)[ints(book, Slot.BIAS)[mediator * runs(book)[0].parties + party]]


def public_mask(book: Book, track: int) -> int:
    """The bits of the public acceptance preconditions."""
    case, mask = tracks(book)[track], 0
    for condition in range(case.conditions, case.conditions_end):
        stated = conditions(book)[condition]
        if stated.gate == Gate.ACCEPTS and stated.public != 0:
            mask |= 1 << stated.position
    return mask


def accepts(book: Book, track: int, position: int, outcome: int) -> bool:
    """Whether all seats say yes to a bridging proposal; what they are promised for it is then spent."""
    case = tracks(book)[track]
    mediator, many = ints(book, Slot.TABLE_MEDIATORS)[position], case.seats_end - case.seats
    lacking = lacks(book, outcome, spaces(book)[case.space].outcomes, many)
    promised = can_promise(book, mediator, many)
    if (lacking and not promised) or ints(book, Slot.FAILING)[outcome] != 0:
        return False
    needs, spent = floats(book, Slot.SEAT_FLOATS), 0.0
    for seat in range(many):
        places(book)[case.seats + seat].inducement = needs[seat] if promised else 0.0
        spent += places(book)[case.seats + seat].inducement
    mediators(book)[mediator].leverage -= spent
    return True
