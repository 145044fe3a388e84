"""Compiled engine: a party's day. See `party.py` for the same in agents."""

from sim.engine.happened import Happening
from sim.engine.loop.layout import Book, Slot
from sim.engine.loop.opening import conditions, floats, ints, parties, runs, stock_cases, tracks
from sim.engine.loop.world import aid, draw, fighting, monitoring, rearm_cap, tell
from sim.rules import captives, chance, strength, trust, weariness
from sim.scenario.case import NOWHERE
from sim.terms import Purpose


def endure(book: Book, party: int) -> None:
    """One day of war or truce: weariness, strength, captures; trust drifts; a precondition may be dropped."""
    fought = fighting(book, party)
    tire(book, party, fought)
    gather_strength(book, party, fought)
    capture(book, party, fought)
    drift(book, party)
    soften(book, party)


def tire(book: Book, party: int, fought: float) -> None:
    """A day's weariness."""
    me = parties(book)[party]
    u = draw(book, Purpose.WEARINESS, -1, party, -1, 0)
    me.weariness = weariness.tire(me.weariness, fought, me.fatigue, me.relief, u)


def gather_strength(book: Book, party: int, fought: float) -> None:
    """A day's strength; where nothing rests there is nothing to recover."""
    me = parties(book)[party]
    u = draw(book, Purpose.STRENGTH, -1, party, -1, 0)
    me.log_strength = strength.fight(me.log_strength, fought, me.drift, me.noise, u)
    if fought != 1.0:
        me.log_strength = strength.recover(me.log_strength, fought, speed(book, party))


def speed(book: Book, party: int) -> float:
    """How fast a party regains strength today."""
    cap, watched = rearm_cap(book, party, NOWHERE), monitoring(book, party)
    return strength.rearming_speed(parties(book)[party].rearm, aid(book, party, NOWHERE), cap, watched)


def capture(book: Book, party: int, fought: float) -> None:
    """The captives of a day."""
    drawn, stocks = floats(book, Slot.DRAWN), floats(book, Slot.STOCKS)
    for stock in range(runs(book)[0].stocks):
        case = stock_cases(book)[stock]
        if case.holder == party and case.rate != NOWHERE:
            u = draw(book, Purpose.CAPTURE, -1, party, case.of, case.what)
            stocks[stock] += captives.capture(u, drawn[case.rate], fought)


def drift(book: Book, party: int) -> None:
    """Trust drifts to where it was at the start."""
    run = runs(book)[0]
    trusts, baseline = floats(book, Slot.TRUST), floats(book, Slot.BASELINE)
    for other in range(run.parties):
        if other != party:
            place = party * run.parties + other
            trusts[place] = trust.drift(trusts[place], baseline[place], run.trust_drift)


def soften(book: Book, party: int) -> None:
    """Give up, now and then, a precondition that fades: the sooner the wearier the party is."""
    fading, dropped = ints(book, Slot.FADING), ints(book, Slot.DROPPED)
    for place in range(fading[party], fading[party + 1]):
        condition = fading[place]
        if dropped[condition] == 0:
            case = conditions(book)[condition]
            u = draw(book, Purpose.FADING, case.track, party, -1, case.key)
            if chance.happens(u, floats(book, Slot.DRAWN)[case.fades] * parties(book)[party].weariness):
                dropped[condition] = 1
                tell(book, Happening.DROPPED, case.track, party, float(condition - tracks(book)[case.track].conditions))


def note_allegations(book: Book, party: int, against: int, count: int) -> None:
    """Write violations alleged against another into its own ledger, and trust that other less."""
    run = runs(book)[0]
    ints(book, Slot.LEDGER)[party * run.horizon + run.day] += count
    trusts, place = floats(book, Slot.TRUST), party * run.parties + against
    trusts[place] = trust.after_allegations(trusts[place], run.allegation_loss, count)


def reinforce(book: Book, party: int, returned: float) -> None:
    """Captives who can fight come home."""
    me = parties(book)[party]
    me.log_strength = strength.reinforce(me.log_strength, returned, me.return_gain, me.army)
