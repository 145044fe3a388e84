"""Compiled engine: one table that opens, talks, carries its deal, and opens again. See `table.py` in agents."""

from sim.engine.happened import Happening
from sim.engine.loop.deal import begin, end, live_through, sign
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import conditions, floats, ints, parties, runs, seats, tables, tracks
from sim.engine.loop.sight import gates, holds, in_force
from sim.engine.loop.talks import hold_day, sit_down, walked_out
from sim.engine.loop.world import draw, tell
from sim.rules import ripeness
from sim.scenario.case import NOWHERE
from sim.terms import DealEnding, Gate, Phase, Purpose, TalksEnding


def sit(book: Book, track: int) -> None:
    """One day at the table, by its phase."""
    table = tables(book)[track]
    if table.phase == Phase.DORMANT:
        consider_opening(book, track)
    if table.phase == Phase.TALKS:
        talk(book, track)
    elif table.phase == Phase.AGREED and table.has_deal and runs(book)[0].day >= table.begins_on:
        begin(book, track)
    if in_force(book, track) and table.has_deal:
        live_through(book, track)
    table.summoned_by = NOWHERE


# Opening ------------------------------------------------------------------------------------------------


def consider_opening(book: Book, track: int) -> None:
    """Open talks if no entry precondition holds them, and a mediator, the parties or an event bring them about."""
    table, case, day = tables(book)[track], tracks(book)[track], runs(book)[0].day
    summoned = table.summoned_by != NOWHERE
    if (day < table.reopens_on and not summoned) or is_superseded(book, track):
        return
    held = note_gates(book, track)
    if held and not (summoned and table.forced):
        return
    if summoned:
        open_talks(book, track, ripe_today(book, track))
        return
    u = draw(book, Purpose.OPENING, track, -1, -1, 0)
    if u < floats(book, Slot.OPENING_BOUND)[track]:  # the chance of the ripest moment: no draw above it opens
        ripe = ripe_today(book, track)
        convenings = floats(book, Slot.CONVENINGS)
        weigh_convenings(book, track, ripe)
        direct = floats(book, Slot.DRAWN)[case.direct]
        if u < ripeness.opening_chance(direct, convenings, case.mediators_end - case.mediators):
            open_talks(book, track, ripe)


def bound_opening(book: Book, track: int) -> None:
    """The chance that talks open on a day that could not be riper: an upper bound for every day of the run."""
    case = tracks(book)[track]
    weigh_convenings(book, track, 1.0)
    direct, convenings = floats(book, Slot.DRAWN)[case.direct], floats(book, Slot.CONVENINGS)
    floats(book, Slot.OPENING_BOUND)[track] = ripeness.opening_chance(
        direct, convenings, case.mediators_end - case.mediators
    )


def is_superseded(book: Book, track: int) -> bool:
    """Whether a deal in force elsewhere takes the place of any deal here."""
    case, superseding = tracks(book)[track], ints(book, Slot.SUPERSEDED_BY)
    for place in range(case.superseded_by, case.superseded_by_end):
        if in_force(book, superseding[place]):
            return True
    return False


def note_gates(book: Book, track: int) -> bool:
    """Whether entry preconditions hold the talks; each that does is counted."""
    table, case, mask = tables(book)[track], tracks(book)[track], 0
    held = ints(book, Slot.HELD)
    for condition in range(case.conditions, case.conditions_end):
        stated = conditions(book)[condition]
        if stated.gate == Gate.ENTERS and gates(book, condition):
            if not holds(book, stated.program, track, NOWHERE):
                mask |= 1 << stated.position
                held[condition] += 1
    if mask != 0 and mask != table.held:
        tell(book, Happening.HELD, track, -1, float(mask))
    table.held = mask
    return mask != 0


def ripe_today(book: Book, track: int) -> float:
    """How ripe the moment is for this table."""
    run, case = runs(book)[0], tracks(book)[track]
    weariness, tolerance = floats(book, Slot.WEARINESS), floats(book, Slot.TOLERANCE)
    many = case.seats_end - case.seats
    for index in range(many):
        me = parties(book)[seats(book)[case.seats + index].party]
        weariness[index] = me.weariness
        tolerance[index] = me.tolerance
    hurt = ripeness.hurt(weariness, tolerance, many)
    way_out = tables(book)[track].way_out
    return ripeness.ripeness(run.ripeness_base, run.ripeness_hurt, hurt, run.ripeness_way_out, way_out)


def weigh_convenings(book: Book, track: int, ripe: float) -> None:
    """By mediator of the table: the chance that it brings the parties together today."""
    run, case, drawn = runs(book)[0], tracks(book)[track], floats(book, Slot.DRAWN)
    convenings, access = floats(book, Slot.CONVENINGS), ints(book, Slot.ACCESS)
    for position in range(case.mediators, case.mediators_end):
        mediator = ints(book, Slot.TABLE_MEDIATORS)[position]
        least = drawn[access[mediator * run.parties + seats(book)[case.seats].party]]
        for seat in range(case.seats + 1, case.seats_end):
            least = min(least, drawn[access[mediator * run.parties + seats(book)[seat].party]])
        convene = drawn[ints(book, Slot.CONVENE)[mediator * run.tracks + track]]
        convenings[position - case.mediators] = ripeness.convening(convene, ripe, least)


def open_talks(book: Book, track: int, ripe: float) -> None:
    """The parties come to the table."""
    table, case = tables(book)[track], tracks(book)[track]
    u = draw(book, Purpose.FIRST_PROPOSER, track, -1, -1, 0)
    proposer = int(u * (case.seats_end - case.seats))
    table.phase = Phase.TALKS
    sit_down(book, track, proposer)
    if table.first_opened == NOWHERE:
        table.first_opened = runs(book)[0].day
    table.held = 0
    tell(book, Happening.OPENED, track, seats(book)[case.seats + proposer].party, ripe)


# Talks --------------------------------------------------------------------------------------------------


def talk(book: Book, track: int) -> None:
    """One day of talks."""
    table, case = tables(book)[track], tracks(book)[track]
    table.days_in_talks += 1
    outcome = hold_day(book, track)
    if outcome != NOWHERE:
        agree(book, track, outcome)
    elif table.rounds >= case.rounds:
        end_talks(book, track, TalksEnding.BLOCKED if table.blocked else TalksEnding.IMPASSE, NOWHERE)
    else:
        left = walked_out(book, track)
        if left != NOWHERE:
            end_talks(book, track, TalksEnding.WALKOUT, seats(book)[left].party)


def end_talks(book: Book, track: int, ending: int, party: int) -> None:
    """Talks end without agreement."""
    table, run = tables(book)[track], runs(book)[0]
    table.talks += 1
    table.last_talks = ending
    table.talking = 0
    table.phase = Phase.DORMANT
    table.reopens_on = run.day + tracks(book)[track].retry
    tell(book, Happening.ENDED, track, party, float(ending))


def agree(book: Book, track: int, outcome: int) -> None:
    """All parties said yes to a package."""
    table, run = tables(book)[track], runs(book)[0]
    table.talks += 1
    table.last_talks = TalksEnding.AGREED
    table.talking = 0
    table.deals_made += 1
    table.last_agreed = run.day
    if table.first_agreed == NOWHERE:
        table.first_agreed = run.day
    table.phase = Phase.AGREED
    sign(book, track, outcome)
    if tracks(book)[track].lead_days == 0:
        begin(book, track)


def end_by_event(book: Book, track: int) -> None:
    """An event ends what goes on here: talks as a walkout, a deal as broken."""
    table = tables(book)[track]
    if table.talking:
        end_talks(book, track, TalksEnding.WALKOUT, NOWHERE)
    elif table.has_deal:
        end(book, track, DealEnding.BROKEN, NOWHERE)
