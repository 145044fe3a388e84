"""Compiled engine: the order of a day as one loop over replications. See `model.py` for the same in agents."""

import math

from sim.engine.loop.deal import record
from sim.engine.loop.happenings import consider_act, consider_event, live_through_act
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import (
    acts,
    conditions,
    event_cases,
    events,
    fact_cases,
    floats,
    floats_from,
    ints,
    ints_from,
    mediators,
    parameters,
    parties,
    runs,
    stock_cases,
    tables,
    tracks,
    unsigned,
    words,
)
from sim.engine.loop.party import endure
from sim.engine.loop.table import bound_opening, sit
from sim.engine.loop.world import FAILED, drift, ease, fail
from sim.rules import chance
from sim.scenario.case import NOWHERE
from sim.terms import DealEnding, Gate, Phase, Purpose

TRACK_INTEGERS = 14
"""Whole numbers that a row holds of every track, before those of its preconditions."""


def run_replications(book: Book, first: int, count: int) -> int:
    """Run replications one after the other; returns how many were run before the room for unlocks or deals ran out."""
    run = runs(book)[0]
    for place in range(count):
        if run.unlocks + tracks(book)[run.tracks].unlocks > run.most_unlocks:
            return place
        if run.deals + run.deals_a_run > run.most_deals:
            return place
        run.replication = first + place
        run.row = run.offset + place
        start(book)
        for day in range(run.horizon):
            run.day = day
            live_through_day(book)
        close_books(book)
    return count


def live_through_day(book: Book) -> None:
    """One day, in the order that `NegotiationModel` describes."""
    run = runs(book)[0]
    for event in range(run.events):
        if event_cases(book)[event].day != NOWHERE:
            consider_event(book, event)
    for act in range(run.acts):
        consider_act(book, act)
    for event in range(run.events):
        if event_cases(book)[event].day == NOWHERE:
            consider_event(book, event)
    drift(book)
    ease(book)
    for party in range(run.parties):
        endure(book, party)
    run.days_kept = run.day + 1  # events look at ledgers that end yesterday, tables at today's
    for track in range(run.tracks):
        sit(book, track)
    for act in range(run.acts):
        live_through_act(book, act)
    if run.watches_days:
        watch(book)


# Beginning ----------------------------------------------------------------------------------------------


def start(book: Book) -> None:
    """The world as the scenario has it."""
    run = runs(book)[0]
    run.key = chance.replication_key(unsigned(run.seed), unsigned(run.replication))
    run.happened = run.key
    run.status = 0
    run.days_kept = 0
    run.restraints = 0
    run.residues = 0
    run.grants = 0
    run.levels_changed += 1
    draw_parameters(book)
    start_world(book)
    start_parties(book)
    start_tables(book)


def draw_parameters(book: Book) -> None:
    """Draw every parameter of the case, and hand the numbers to those whose they are."""
    run, drawn = runs(book)[0], floats(book, Slot.DRAWN)
    for place in range(run.parameters):
        parameter = parameters(book)[place]
        value = parameter.middle
        if parameter.uncertain and not run.central:
            key = unsigned(Purpose.PARAMETER << 56) | unsigned(parameter.key)
            u = chance.uniform(unsigned(run.key), key)
            value = chance.triangular(u, parameter.low, parameter.middle, parameter.high)
        drawn[place] = float(round(value)) if parameter.whole else value
    take_given(book)
    hand_out(book, Slot.RULE_NUMBERS, Slot.RUN_WORDS, 1)
    hand_out(book, Slot.PARTY_NUMBERS, Slot.PARTY_WORDS, run.parties)
    hand_out(book, Slot.MEDIATOR_NUMBERS, Slot.MEDIATOR_WORDS, run.mediators)
    uncertain, row = ints(book, Slot.UNCERTAIN), floats(book, Slot.ROW_PARAMETERS)
    if len(row) > 0:
        for place in range(len(uncertain)):
            row[run.row * len(uncertain) + place] = drawn[uncertain[place]]


def take_given(book: Book) -> None:
    """Put the values that were given for this replication in the place of those that were drawn."""
    run, drawn, places = runs(book)[0], floats(book, Slot.DRAWN), ints(book, Slot.GIVEN_PLACES)
    given = floats(book, Slot.GIVEN)
    for place in range(len(places)):
        value = given[run.row * len(places) + place]
        drawn[places[place]] = float(round(value)) if parameters(book)[places[place]].whole else value


def hand_out(book: Book, indices: int, words: int, records: int) -> None:
    """Put drawn values into the first numbers of records, whose length in words stands before the indices."""
    drawn, places, numbers = floats(book, Slot.DRAWN), ints(book, indices), floats(book, words)
    if records > 0:
        many = (len(places) - 1) // records
        for record_place in range(records):
            for number in range(many):
                index = places[1 + record_place * many + number]
                numbers[record_place * places[0] + number] = drawn[index]


def start_world(book: Book) -> None:
    """Facts and stocks at the start."""
    run, drawn = runs(book)[0], floats(book, Slot.DRAWN)
    for fact in range(run.facts):
        floats(book, Slot.LEVELS)[fact] = drawn[fact_cases(book)[fact].level]
        floats(book, Slot.DRIFTS)[fact] = drawn[fact_cases(book)[fact].drift]
    for stock in range(run.stocks):
        floats(book, Slot.STOCKS)[stock] = drawn[stock_cases(book)[stock].level]
        floats(book, Slot.RESERVED)[stock] = 0.0
    for event in range(run.events):
        events(book)[event].happened = 0
    for act in range(run.acts):
        acts(book)[act].in_force = 0
    incidents = ints(book, Slot.INCIDENTS)
    incidents[:] = 0


def start_parties(book: Book) -> None:
    """Parties and mediators at the start."""
    run, drawn = runs(book)[0], floats(book, Slot.DRAWN)
    for party in range(run.parties):
        me = parties(book)[party]
        me.weariness = me.weariness_at_start
        me.log_strength = math.log(me.strength)
        me.violations = 0
        me.released = 0.0
        me.returned = 0.0
        for other in range(run.parties):
            place = party * run.parties + other
            index = ints(book, Slot.TRUST_AT_START)[place]
            floats(book, Slot.TRUST)[place] = 1.0 if index == NOWHERE else drawn[index]
            floats(book, Slot.BASELINE)[place] = floats(book, Slot.TRUST)[place]
    ledger = ints(book, Slot.LEDGER)
    ledger[:] = 0
    for mediator in range(run.mediators):
        mediators(book)[mediator].style = ints(book, Slot.STYLES)[mediator]


def start_tables(book: Book) -> None:
    """Tables at the start: all dormant, no precondition dropped."""
    run, drawn = runs(book)[0], floats(book, Slot.DRAWN)
    numbers, indices = floats(book, Slot.STRATEGY_PARAMETERS), ints(book, Slot.STRATEGY_NUMBERS)
    for place in range(len(indices)):
        numbers[place] = drawn[indices[place]]
    staked = ints(book, Slot.STAKED)
    staked[:] = 0
    counted = ints(book, Slot.DROPPED)
    counted[:] = 0
    for slot in (Slot.BLOCKED, Slot.ALONE, Slot.HELD):
        counted = ints(book, slot)
        counted[:] = 0
    for track in range(run.tracks):
        clear(book, track)
        tables(book)[track].way_out = drawn[tracks(book)[track].way_out]
        bound_opening(book, track)


def clear(book: Book, track: int) -> None:
    """A table at which nothing has happened yet."""
    table = tables(book)[track]
    table.phase = Phase.DORMANT
    table.reopens_on = 0
    table.summoned_by = NOWHERE
    table.forced = 0
    table.last_agreed = NOWHERE
    table.deals_made = 0
    table.days_in_talks = 0
    table.days_blocked = 0
    table.first_opened = NOWHERE
    table.first_agreed = NOWHERE
    table.talks = 0
    table.last_talks = 0
    table.first_deal = 0
    table.deals = 0
    table.days_in_force = 0
    table.violations = 0
    table.alleged = 0
    table.held = 0
    table.unlocks = 0
    table.talking = 0
    table.blocked = 0
    table.has_deal = 0
    table.obligations = 0
    table.dues = 0
    table.agreed = 0.0
    table.delivered = 0.0
    table.declined = 0.0
    table.gestures = 0.0


# The end ------------------------------------------------------------------------------------------------


def close_books(book: Book) -> None:
    """At the horizon: what is still open is recorded as open, and the row is written."""
    run = runs(book)[0]
    place = run.row * run.integers
    integers = ints(book, Slot.ROW_INTEGERS)
    for track in range(run.tracks):
        table = tables(book)[track]
        if table.talking:
            table.talks += 1
            table.last_talks = 0
        if table.has_deal:
            record(book, track, DealEnding.OPEN_AT_HORIZON, max(0, run.day - table.begins_on))
        place = write_track(book, track, place)
        write_unlocks(book, track)
    place_of_number = run.row * run.numbers
    for party in range(run.parties):
        me = parties(book)[party]
        numbers = floats_from(book, Slot.ROW_NUMBERS, place_of_number + 2 * party)
        numbers[0] = me.weariness
        numbers[1] = math.exp(me.log_strength)
        integers[place + 2 * party] = int(me.released)
        integers[place + 2 * party + 1] = int(me.returned)
        if not (math.isfinite(me.weariness) and math.isfinite(numbers[1])):
            fail(book, FAILED)
    place += 2 * run.parties
    integers[place] = run.status
    words(book, Slot.ROW_HAPPENED)[run.row] = run.happened


def ending_of(book: Book, track: int) -> int:
    """How a track ended: 1-8 a deal's ending, 9-12 a talks' ending, 13 in talks, 14 never opened."""
    table = tables(book)[track]
    if table.deals > 0:
        return table.first_deal
    if table.talks == 0:
        return 14
    return 13 if table.last_talks == 0 else 8 + table.last_talks


def write_track(book: Book, track: int, place: int) -> int:
    """Write a track's whole numbers from a place on; returns the place behind them."""
    table, case = tables(book)[track], tracks(book)[track]
    row = ints_from(book, Slot.ROW_INTEGERS, place)
    row[0] = ending_of(book, track)
    row[1] = table.first_opened
    row[2] = table.first_agreed
    row[3] = table.talks
    row[4] = table.deals
    row[5] = table.days_in_talks
    row[6] = table.days_in_force
    row[7] = table.days_blocked
    row[8] = round(table.agreed)
    row[9] = round(table.delivered)
    row[10] = round(table.declined)
    row[11] = round(table.gestures)
    row[12] = table.violations
    row[13] = table.alleged
    at = TRACK_INTEGERS
    for condition in range(case.conditions, case.conditions_end):
        if conditions(book)[condition].gate == Gate.ACCEPTS:
            row[at] = ints(book, Slot.BLOCKED)[condition]
            row[at + 1] = ints(book, Slot.ALONE)[condition]
            at += 2
        elif conditions(book)[condition].gate == Gate.ENTERS:
            row[at] = ints(book, Slot.HELD)[condition]
            at += 1
    return place + at


def write_unlocks(book: Book, track: int) -> None:
    """Write the track's minimal sets: replication, track, mask, days."""
    run, first = runs(book)[0], tracks(book)[track].unlocks
    for place in range(tables(book)[track].unlocks):
        row = ints_from(book, Slot.ROW_UNLOCKS, 4 * run.unlocks)
        row[0] = run.replication
        row[1] = track
        row[2] = ints(book, Slot.UNLOCKS)[first + place]
        row[3] = ints(book, Slot.UNLOCK_DAYS)[first + place]
        run.unlocks += 1


def watch(book: Book) -> None:
    """Count the day: phases of tracks, what stands in ledgers, and how weary, trusting and strong the parties are."""
    run = runs(book)[0]
    ledgers = ints(book, Slot.DAY_LEDGERS)
    phases = ints(book, Slot.DAY_PHASES)
    for track in range(run.tracks):
        phases[(run.day * run.tracks + track) * 6 + tables(book)[track].phase] += 1
    many = run.parties * (run.parties + 2)
    for party in range(run.parties):
        me = parties(book)[party]
        ledgers[run.day * run.parties + party] += ints(book, Slot.LEDGER)[party * run.horizon + run.day]
        note_level(book, run.day * many + party, me.weariness, me.weariness)
        note_level(book, run.day * many + run.parties + party, math.exp(me.log_strength), me.log_strength / 8.0 + 0.5)
        for other in range(run.parties):
            trusted = floats(book, Slot.TRUST)[party * run.parties + other]
            note_level(book, run.day * many + (2 + party) * run.parties + other, trusted, trusted)


def note_level(book: Book, place: int, number: float, share: float) -> None:
    """Add a number to its sum, and to the bin in which its share of a scale falls."""
    run = runs(book)[0]
    floats(book, Slot.DAY_SUMS)[place] += number
    found = min(run.bins - 1, max(0, int(share * run.bins)))
    ints(book, Slot.DAY_LEVELS)[place * run.bins + found] += 1
