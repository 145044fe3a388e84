"""Compiled engine: what every package is worth to every seat today. See `appraisal.py` and `seat.py` in agents."""

import math

from sim.engine.loop.counting import afford
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import (
    conditions,
    floats,
    floats_from,
    ints,
    ints_from,
    kinds,
    mediators,
    parties,
    promises,
    runs,
    seats,
    spaces,
    steps,
    tracks,
    waits,
)
from sim.engine.loop.sight import ask, gates, holds, in_time
from sim.engine.loop.world import aid, rearm_cap, watched
from sim.rules import mediation, offers, strength, worth
from sim.scenario.case import NOWHERE
from sim.terms import Firmness, Style

LOOKED_BACK = 8
"""Truce kinds among which one is sought that is as much feared: a bound, since there may be thousands."""


def appraise(book: Book, track: int, space: int, gate: int) -> None:
    """Appraise a space for all seats of a table, with the preconditions of one gate.

    Leaves worths, reservations, tops, what is feasible and what each package fails where the book keeps them.
    """
    asked = spaces(book)[space]
    take_stakes(book, space)
    feasible, failing = ints(book, Slot.FEASIBLE), ints(book, Slot.FAILING)
    for outcome in range(asked.outcomes):
        feasible[outcome] = 1
        failing[outcome] = 0
    if asked.takes != 0:
        afford(book, space)
    hold_back(book, track, space)
    weigh_gains(book, track, space)
    for seat in range(asked.seats):
        weigh_fears(book, track, space, seat)
        weigh(book, track, space, seat)
        reservation = reserve_worth(book, track, seat)
        top = offers.best(floats_from(book, Slot.WORTHS, seat * asked.outcomes), feasible, 0, asked.outcomes)
        floats(book, Slot.RESERVATIONS)[seat] = reservation
        floats(book, Slot.TOPS)[seat] = reservation if top == -math.inf else top
    consult(book, track, space, gate)


def hold_back(book: Book, track: int, space: int) -> None:
    """Packages with a value that is not available today cannot be agreed."""
    feasible, held_back = ints(book, Slot.FEASIBLE), ints(book, Slot.HELD_BACK)
    for place in range(spaces(book)[space].waits, spaces(book)[space].waits_end):
        wait = waits(book)[place]
        if not holds(book, wait.condition, track, NOWHERE):
            for outcome in range(wait.outcomes, wait.outcomes_end):
                feasible[held_back[outcome]] = 0


# Worth --------------------------------------------------------------------------------------------------


def take_stakes(book: Book, space: int) -> None:
    """Work out, once a run, what a space holds for the seats: base worths, and what of them rests on others' word."""
    if ints(book, Slot.STAKED)[space] != 0:
        return
    ints(book, Slot.STAKED)[space] = 1
    asked = spaces(book)[space]
    weights = floats(book, Slot.SEAT_FLOATS)
    promised = floats_from(book, Slot.PROMISED, asked.promised)
    promised[: asked.seats * asked.seats * asked.outcomes] = 0.0
    for seat in range(asked.seats):
        total = 0.0
        for feature in range(asked.features):
            weights[feature] = weight_of(book, space, seat, feature)
            total += abs(weights[feature])
        judge(book, space, seat, asked.bases + seat * asked.outcomes, Slot.BASE)
        for place in range(asked.promises, asked.promises_end):
            if promises(book)[place].receiver == seat:
                take_at_word(book, space, place, total)
    care(book, space, Slot.BASE, asked.bases)


def weight_of(book: Book, space: int, seat: int, feature: int) -> float:
    """How much a seat wants a feature of a space; 0 for no interest."""
    asked = spaces(book)[space]
    index = ints(book, Slot.WEIGHTS)[asked.weights + seat * asked.features + feature]
    return 0.0 if index == NOWHERE else floats(book, Slot.DRAWN)[index]


def judge(book: Book, space: int, seat: int, first: int, slot: int) -> None:
    """Base worth of every package by the weights in SEAT_FLOATS on the seat's scales, kept from `first` on."""
    asked = spaces(book)[space]
    weights, kept, total = floats(book, Slot.SEAT_FLOATS), floats_from(book, slot, first), 0.0
    for feature in range(asked.features):
        total += abs(weights[feature])
    for outcome in range(asked.outcomes):
        scores = floats_from(book, Slot.SCORES, asked.scores + (seat * asked.outcomes + outcome) * asked.features)
        kept[outcome] = worth.base_worth(weights, scores, total, asked.features)


def care(book: Book, space: int, slot: int, first: int) -> None:
    """Add to base worths, seat by seat from `first` on, what the seats take of the others' own for their own."""
    asked = spaces(book)[space]
    if asked.cares == NOWHERE:
        return
    kept, own = floats_from(book, slot, first), floats(book, Slot.SEAT_FLOATS)
    cares, drawn = ints_from(book, Slot.CARES, asked.cares), floats(book, Slot.DRAWN)
    for outcome in range(asked.outcomes):
        for seat in range(asked.seats):
            own[seat] = kept[seat * asked.outcomes + outcome]
        for seat in range(asked.seats):
            total = own[seat]
            for other in range(asked.seats):
                index = cares[seat * asked.seats + other]
                if index != NOWHERE:
                    total = worth.caring_worth(total, drawn[index], own[other])
            kept[seat * asked.outcomes + outcome] = total


def take_at_word(book: Book, space: int, place: int, total: float) -> None:
    """Add what one promise is worth to the seat that receives it, after any guarantee."""
    asked, promise = spaces(book)[space], promises(book)[place]
    scores = asked.scores + (promise.receiver * asked.outcomes + promise.outcome) * asked.features
    promised = floats_from(book, Slot.PROMISED, asked.promised)
    promised[(promise.receiver * asked.seats + promise.giver) * asked.outcomes + promise.outcome] += (
        worth.promised_worth(
            weight_of(book, space, promise.receiver, promise.feature),
            floats(book, Slot.SCORES)[scores + promise.feature],
            promise.share,
            secured(book, asked.first_step + promise.step),
            total,
        )
    )


def secured(book: Book, step: int) -> float:
    """How far a promise to take a step is beyond doubt, [0, 1]: what goes into escrow is wholly so."""
    return 1.0 if steps(book)[step].escrow else guarantee(book, step)


def guarantee(book: Book, step: int) -> float:
    """How far somebody's word secures a step, [0, 1]."""
    index = steps(book)[step].guarantee
    return 0.0 if index == NOWHERE else floats(book, Slot.DRAWN)[index]


def weigh_gains(book: Book, track: int, space: int) -> None:
    """By seat and truce kind: how much log strength the party would gain by it."""
    asked, first = spaces(book)[space], tracks(book)[track].seats
    changed, as_of = runs(book)[0].levels_changed, ints(book, Slot.GAINS_AS_OF)
    if as_of[space] == changed:  # no level that they depend on has changed since
        return
    as_of[space] = changed
    gains = floats_from(book, Slot.GAINS, asked.gains)
    many = asked.kinds_end - asked.kinds
    for seat in range(asked.seats):
        party = seats(book)[first + seat].party
        for place in range(many):
            kind = kinds(book)[asked.kinds + place]
            speed = strength.rearming_speed(
                parties(book)[party].rearm,
                aid(book, party, asked.kinds + place),
                rearm_cap(book, party, asked.kinds + place),
                watched(book, kind.monitoring),
            )
            gains[seat * many + place] = worth.rearming_gain(kind.days, kind.scope, speed)
    compare_gains(book, space)


def compare_gains(book: Book, space: int) -> None:
    """By truce kind: one under which all seats gain the same, itself or one not far before it in file order."""
    asked = spaces(book)[space]
    gains, alike = floats_from(book, Slot.GAINS, asked.gains), ints_from(book, Slot.GAINS_ALIKE, asked.gains)
    many = asked.kinds_end - asked.kinds
    for kind in range(many):
        alike[kind] = kind
        for earlier in range(max(0, kind - LOOKED_BACK), kind):
            same = True
            for seat in range(asked.seats):
                same = same and gains[seat * many + earlier] == gains[seat * many + kind]
            if same:
                alike[kind] = alike[earlier]
                break


def weigh_fears(book: Book, track: int, space: int, seat: int) -> None:
    """By truce kind: worth lost by a seat to the fear that another rearms under it."""
    asked, first = spaces(book)[space], tracks(book)[track].seats
    gains, fears = floats_from(book, Slot.GAINS, asked.gains), floats(book, Slot.FEARS)
    me, own = parties(book)[seats(book)[first + seat].party], seats(book)[first + seat].party
    alike = ints_from(book, Slot.GAINS_ALIKE, asked.gains)
    many, mine = asked.kinds_end - asked.kinds, me.log_strength
    fears[:many] = 0.0
    for other in range(asked.seats):
        if other == seat:
            continue
        rival = seats(book)[first + other].party
        theirs, trust = parties(book)[rival].log_strength, floats(book, Slot.TRUST)[own * runs(book)[0].parties + rival]
        today = strength.prevail(mine, theirs)
        for kind in range(many):
            own_gain, other_gain = gains[seat * many + kind], gains[other * many + kind]
            if alike[kind] == kind and own_gain < other_gain:  # else power does not shift to the other
                shift = worth.shift_of_power(today, mine, theirs, own_gain, other_gain)
                fears[kind] = max(fears[kind], worth.fear_of_rearming(me.fear_of_rearming, shift, trust))
    for kind in range(many):
        fears[kind] = fears[alike[kind]]


def weigh(book: Book, track: int, space: int, seat: int) -> None:
    """Worth of every package to a seat today, before audience cost."""
    asked, first = spaces(book)[space], tracks(book)[track].seats
    own = seats(book)[first + seat].party
    suspicion, trusts = parties(book)[own].doubt, floats_from(book, Slot.TRUST, own * runs(book)[0].parties)
    base = floats_from(book, Slot.BASE, asked.bases + seat * asked.outcomes)
    fears, kind_of = floats(book, Slot.FEARS), ints_from(book, Slot.KIND_OF, asked.kind_of)
    worths = floats_from(book, Slot.WORTHS, seat * asked.outcomes)
    if asked.promises_end == asked.promises:  # where nothing is promised, nothing is doubted
        for outcome in range(asked.outcomes):
            worths[outcome] = worth.worth_today(base[outcome], 0.0, fears[kind_of[outcome]], 0.0)
        return
    doubts = floats(book, Slot.UNMET)
    doubts[: asked.outcomes] = 0.0
    for other in range(asked.seats):
        if other != seat:
            trust = trusts[seats(book)[first + other].party]
            theirs = floats_from(book, Slot.PROMISED, asked.promised + (seat * asked.seats + other) * asked.outcomes)
            for outcome in range(asked.outcomes):
                doubts[outcome] += worth.doubt(suspicion, trust, theirs[outcome])
    for outcome in range(asked.outcomes):
        worths[outcome] = worth.worth_today(base[outcome], doubts[outcome], fears[kind_of[outcome]], 0.0)


def reserve_worth(book: Book, track: int, seat: int) -> float:
    """Least worth that a seat accepts today."""
    case = tracks(book)[track]
    place = seats(book)[case.seats + seat]
    me, drawn = parties(book)[place.party], floats(book, Slot.DRAWN)
    pressure = 0.0
    for position in range(case.mediators, case.mediators_end):
        pressure += pressure_on(book, ints(book, Slot.TABLE_MEDIATORS)[position], place.party)
    return worth.reservation(drawn[place.margin], me.urgency, me.weariness, me.weariness_at_start, pressure)


def pressure_on(book: Book, mediator: int, party: int) -> float:
    """How far a mediator's presence lowers the reservation of a party."""
    if mediators(book)[mediator].style != Style.MANIPULATION:
        return 0.0
    index = ints(book, Slot.PRESSURE)[mediator * runs(book)[0].parties + party]
    return floats(book, Slot.DRAWN)[index]


# Preconditions ------------------------------------------------------------------------------------------


def consult(book: Book, track: int, space: int, gate: int) -> None:
    """Ask the preconditions of a gate: what each package fails, and what it costs its holders at home."""
    case, asked = tracks(book)[track], spaces(book)[space]
    failing, standing = ints(book, Slot.FAILING), 0
    for condition in range(case.conditions, case.conditions_end):
        stated = conditions(book)[condition]
        if stated.gate == gate and stated.always and gates(book, condition):
            standing |= 1 << stated.position
    if standing != 0:
        always = ints_from(book, Slot.ALWAYS_FAILING, asked.failing)
        for outcome in range(asked.outcomes):
            failing[outcome] = always[outcome] & standing
    for condition in range(case.conditions, case.conditions_end):
        stated = conditions(book)[condition]
        if stated.gate == gate and not stated.always and gates(book, condition):
            answers, bit = ints_from(book, Slot.ANSWERS, ask(book, condition, track, space)), 1 << stated.position
            for outcome in range(asked.outcomes):
                failing[outcome] |= bit if answers[outcome] == 0 else 0
    for seat in range(asked.seats):
        price(book, track, space, gate, seat)


def price(book: Book, track: int, space: int, gate: int, seat: int) -> None:
    """Take the audience cost of a seat's priced preconditions off its worths."""
    case, asked = tracks(book)[track], spaces(book)[space]
    party = seats(book)[case.seats + seat].party
    unmet, costs = floats(book, Slot.UNMET), False
    for condition in range(case.conditions, case.conditions_end):
        stated = conditions(book)[condition]
        if stated.gate != gate or stated.firmness != Firmness.PRICED or stated.holder != party:
            continue
        if not in_time(book, condition):
            continue
        if not costs:
            unmet[: asked.outcomes] = 0.0
            costs = True
        cost = floats(book, Slot.DRAWN)[stated.cost]
        answers = ints_from(book, Slot.ANSWERS, ask(book, condition, track, space))
        for outcome in range(asked.outcomes):
            unmet[outcome] += cost if answers[outcome] == 0 else 0.0
    if costs:
        worths, audience = floats_from(book, Slot.WORTHS, seat * asked.outcomes), parties(book)[party].audience
        for outcome in range(asked.outcomes):
            worths[outcome] = worths[outcome] - worth.audience_cost(audience, unmet[outcome])


# The zone of agreement ----------------------------------------------------------------------------------


def lacks(book: Book, outcome: int, outcomes: int, many: int) -> bool:
    """What each seat lacks to its reservation, left in SEAT_FLOATS; whether any lacks anything."""
    needs, lacking = floats(book, Slot.SEAT_FLOATS), False
    worths, reservations = floats(book, Slot.WORTHS), floats(book, Slot.RESERVATIONS)
    for seat in range(many):
        needs[seat] = mediation.need(reservations[seat], worths[seat * outcomes + outcome])
        lacking = lacking or needs[seat] != 0.0
    return lacking


def can_promise(book: Book, mediator: int, many: int) -> bool:
    """Whether a mediator could make up what the seats lack, as it stands in SEAT_FLOATS."""
    me = mediators(book)[mediator]
    if me.style != Style.MANIPULATION:
        return False
    return mediation.affordable(floats(book, Slot.SEAT_FLOATS), me.inducement_cap, me.leverage, many)


def is_within_reach(book: Book, track: int, outcome: int, outcomes: int) -> bool:
    """Whether some mediator of a table could make up what a package lacks to the reservations."""
    case = tracks(book)[track]
    many = case.seats_end - case.seats
    lacks(book, outcome, outcomes, many)
    for position in range(case.mediators, case.mediators_end):
        if can_promise(book, ints(book, Slot.TABLE_MEDIATORS)[position], many):
            return True
    return False
