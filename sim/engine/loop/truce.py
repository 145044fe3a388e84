"""Compiled engine: restraint as it is lived, agreed or declared. See `truce.py` for the same in agents.

The truce of a track has the track's number; that of an act stands behind them.
"""

import math

from sim.engine.happened import Happening
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import floats, ints, parties, runs, truces
from sim.engine.loop.party import note_allegations, speed
from sim.engine.loop.world import FAILED, draw, fail, restrain, tell, watched
from sim.rules import chance, compliance, strength, worth
from sim.terms import Purpose

WINDOW = 7
"""Days of a ledger that weigh on the decision to leave."""


def begin_truce(book: Book, truce: int, bound: int, scope: float, monitoring: float) -> None:
    """Restraint begins for the parties whose bits are set."""
    kept = truces(book)[truce]
    kept.bound = bound
    kept.scope = scope
    kept.monitoring = monitoring
    kept.entries = 0
    kept.violations = 0
    kept.alleged = 0
    restrain(book, truce)


def live_through_truce(book: Book, truce: int, age: int, days_left: int) -> None:
    """One day: who violates it, who alleges what, and whom each trusts less for it."""
    kept = truces(book)[truce]
    monitoring = watched(book, kept.monitoring)
    observers, incidents = ints(book, Slot.OBSERVERS), ints(book, Slot.INCIDENTS)
    ledger, counts = ints(book, Slot.TRUCE_LEDGER), ints(book, Slot.COUNTS)
    for place in range(kept.observers, kept.observers_end):
        ledger[place * WINDOW + kept.entries % WINDOW] = 0
        counts[place] = 0
        if kept.bound >> observers[place] & 1:
            counts[place] = violate(book, truce, place, age, days_left, monitoring)
    kept.entries += 1
    for place in range(kept.observers, kept.observers_end):
        if kept.bound >> observers[place] & 1:
            spoiled = incidents[place]
            actual = counts[place] + spoiled
            kept.violations += actual
            parties(book)[observers[place]].violations += actual
            tell_violations(book, truce, observers[place], counts[place], spoiled)
            for other in range(kept.observers, kept.observers_end):
                if other != place:
                    observe(book, truce, other, observers[place], actual, monitoring)
    for place in range(kept.observers, kept.observers_end):
        incidents[place] = 0


def violate(book: Book, truce: int, place: int, age: int, days_left: int, monitoring: float) -> int:
    """How often a party violates a truce today."""
    run, kept = runs(book)[0], truces(book)[truce]
    observers = ints(book, Slot.OBSERVERS)
    party = observers[place]
    lowest = 1.0
    first = True
    for other in range(kept.observers, kept.observers_end):
        if other != place:
            trust = floats(book, Slot.TRUST)[party * run.parties + observers[other]]
            lowest = trust if first else min(lowest, trust)
            first = False
    shift = coming_shift(book, truce, place, days_left)
    deterred = compliance.deterrence(
        run.violation_monitoring, monitoring, run.violation_trust, lowest, run.violation_power, shift
    )
    rate = floats(book, Slot.DRAWN)[ints(book, Slot.RATES)[place]]
    mean = compliance.violation_mean(rate, age, run.truce_shape, deterred)
    if not math.isfinite(mean):
        fail(book, FAILED)
        return 0
    return chance.poisson(draw(book, Purpose.VIOLATION, kept.track, party, -1, kept.key), mean)


def coming_shift(book: Book, truce: int, place: int, days_left: int) -> float:
    """The greatest loss of prevailing that the rest of the truce would bring a party."""
    kept, observers = truces(book)[truce], ints(book, Slot.OBSERVERS)
    party, greatest = observers[place], 0.0
    own = worth.rearming_gain(float(days_left), kept.scope, speed(book, party))
    for other in range(kept.observers, kept.observers_end):
        if other != place:
            rival = observers[other]
            gain = worth.rearming_gain(float(days_left), kept.scope, speed(book, rival))
            mine, theirs = parties(book)[party].log_strength, parties(book)[rival].log_strength
            today = strength.prevail(mine, theirs)
            greatest = max(greatest, worth.shift_of_power(today, mine, theirs, own, gain))
    return greatest


def observe(book: Book, truce: int, place: int, violator: int, actual: int, monitoring: float) -> None:
    """What an observer alleges of a violator today, true or not."""
    run, kept = runs(book)[0], truces(book)[truce]
    observer = ints(book, Slot.OBSERVERS)[place]
    seen = 0
    if actual > 0:
        share = compliance.detection(run.detection_low, run.detection_high, monitoring)
        seen = chance.binomial(draw(book, Purpose.DETECTION, kept.track, observer, violator, kept.key), actual, share)
    mean = compliance.false_mean(run.false_high, run.false_low, monitoring)
    false = chance.poisson(draw(book, Purpose.FALSE_ALLEGATION, kept.track, observer, violator, kept.key), mean)
    if seen + false == 0:
        return
    note_allegations(book, observer, violator, seen + false)
    kept.alleged += seen + false
    ints(book, Slot.TRUCE_LEDGER)[place * WINDOW + (kept.entries - 1) % WINDOW] += seen + false
    tell(book, Happening.ALLEGED, kept.track, observer, float(seen + false))


def mean_ledger(book: Book, truce: int, index: int, age: int) -> float:
    """Violations a day that an observer alleges of a truce, over the last seven days or since it began."""
    kept, total, window = truces(book)[truce], 0, min(WINDOW, age + 1)
    first = (kept.observers + index) * WINDOW
    for back in range(min(window, kept.entries)):
        total += ints(book, Slot.TRUCE_LEDGER)[first + (kept.entries - 1 - back) % WINDOW]
    return total / window


def tell_violations(book: Book, truce: int, party: int, own: int, spoiled: int) -> None:
    """Say what was in fact committed."""
    kept = truces(book)[truce]
    if own > 0:
        tell(book, Happening.VIOLATED, kept.track, party, float(own))
    if spoiled > 0:
        tell(book, Happening.VIOLATED, kept.track, party, float(spoiled))
