"""What happened in a run as one number: both engines fold the same happenings, so equal numbers mean equal events.

A happening is folded with its kind, day, track, actor and an amount, in the order in which it comes to pass.
"""

import struct
from collections.abc import Iterable, Iterator
from enum import IntEnum

from sim.engine import log
from sim.rules import chance
from sim.scenario.case import Case
from sim.terms import DealEnding, Gate, TalksEnding


class Happening(IntEnum):
    """Kinds of happenings; what the actor and the amount of each are follows its name."""

    OPENED = 1  # proposer; ripeness
    ENDED = 2  # who walked out; a number of `TalksEnding`
    AGREED = 3  # each seat's party in turn; worth
    INDUCED = 4  # each seat's party in turn; inducement
    BEGAN = 5  # -; days of truce
    DELIVERED = 6  # giver; amount
    WITHHELD = 7  # giver; 0 default, 1 condition, 2 stock
    SUSPENDED = 8  # -; 0
    RESUMED = 9  # -; 0
    VIOLATED = 10  # violator; count
    ALLEGED = 11  # who alleges; count
    LEFT = 12  # party; age
    RENEWAL_ANSWERED = 13  # -; 1 or 0
    DEAL_ENDED = 14  # party; a number of `DealEnding` + 16 × days in force
    BLOCKED = 15  # -; packages in the zone
    UNLOCK = 16  # -; mask, each in ascending order
    EVENT = 17  # -; ordinal of the event
    DECLARED = 18  # party; ordinal of the act
    ACT_ENDED = 19  # -; ordinal of the act
    DROPPED = 20  # party; place of the precondition on the track
    HELD = 21  # -; mask of entry preconditions, when it changes and is not empty
    DECLINED = 22  # giver; count, after what was delivered
    DEPOSITED = 23  # giver; amount
    GIVEN_BACK = 24  # giver; amount
    LINGERED = 28  # -; days in which restraint falls to 1/e


WHY = ("default", "condition", "stock")


def head(kind: int, day: int, track: int, actor: int) -> int:
    """A happening but for its amount, packed into one word.

    >>> hex(head(2, 30, 0, -1))
    '0x20100000000001e'
    """
    return kind << 56 | (track + 1) << 48 | (actor + 1) << 40 | day


def fold(so_far: int, word: int) -> int:
    """Fold one more word into what happened so far; both are whole numbers in [0, 2^64).

    >>> fold(fold(1, 2), 3) == fold(fold(1, 3), 2)
    False
    """
    return chance.mix(so_far ^ word)


def fold_log(case: Case, key: int, entries: Iterable[log.Entry]) -> int:
    """Fold an event log, starting from the key of the replication."""
    so_far = key
    for first, amount in _happenings(case, entries):
        so_far = fold(fold(so_far, first), struct.unpack("<Q", struct.pack("<d", amount))[0])
    return so_far


def _happenings(case: Case, entries: Iterable[log.Entry]) -> Iterator[tuple[int, float]]:
    """The happenings of a log in order: head and amount."""
    tracks = {track.name: place for place, track in enumerate(case.tracks)}
    parties = {party.name: place for place, party in enumerate(case.parties)}
    for entry in entries:
        for kind, actor, amount in _told(case, entry):
            yield head(kind, entry.day, tracks.get(entry.track, -1), parties.get(actor, -1)), float(amount)


def _told(case: Case, entry: log.Entry) -> list[tuple[Happening, str, float]]:  # noqa: PLR0911 - by kind
    """Kind, actor and amount of all that an entry tells; nothing for offers, which leave no trace of their own."""
    match entry:
        case log.TalksOpened():
            return [(Happening.OPENED, entry.proposer, entry.ripeness)]
        case log.TalksEnded():
            return [(Happening.ENDED, entry.party, TalksEnding[entry.ending.upper()])]
        case log.Agreed():
            told = [(Happening.AGREED, party, worth) for party, worth in entry.worths.items()]
            return told + [(Happening.INDUCED, party, paid) for party, paid in entry.inducements.items()]
        case log.DealEnded():
            ending = DealEnding[entry.ending.upper()] + 16 * entry.days_in_force
            return [(Happening.DEAL_ENDED, entry.party, ending)]
        case log.DayBlocked():
            masks = [(Happening.UNLOCK, "", _mask(case, entry.track, Gate.ACCEPTS, names)) for names in entry.unlocks]
            return [(Happening.BLOCKED, "", entry.zone), *masks]
        case log.GateHeld():
            names = [f"{condition.holder}.{condition.name}" for condition in entry.conditions]
            return [(Happening.HELD, "", _mask(case, entry.track, Gate.ENTERS, names))]
        case log.PreconditionDropped():
            return [(Happening.DROPPED, entry.party, _place(case, entry))]
    return _told_of_deals(case, entry)


def _told_of_deals(case: Case, entry: log.Entry) -> list[tuple[Happening, str, float]]:  # noqa: PLR0911 - by kind
    match entry:
        case log.DealBegan():
            return [(Happening.BEGAN, "", entry.truce_days)]
        case log.Delivered():
            told = [(Happening.DELIVERED, entry.giver, entry.delivered)]
            return told + [(Happening.DECLINED, entry.giver, entry.declined)] * (entry.declined > 0.0)
        case log.Deposited():
            return [(Happening.DEPOSITED, entry.giver, entry.deposited)]
        case log.GivenBack():
            return [(Happening.GIVEN_BACK, entry.giver, entry.amount)]
        case log.Withheld():
            return [(Happening.WITHHELD, entry.giver, WHY.index(entry.why))]
        case log.Suspended():
            return [(Happening.SUSPENDED, "", 0)]
        case log.Resumed():
            return [(Happening.RESUMED, "", 0)]
        case log.Violated():
            return [(Happening.VIOLATED, entry.party, entry.count)]
        case log.Alleged():
            return [(Happening.ALLEGED, entry.by, entry.count)]
        case log.Left():
            return [(Happening.LEFT, entry.party, entry.age)]
        case log.RestraintLingered():
            return [(Happening.LINGERED, "", entry.restraint_days)]
        case log.Renewed():
            return [(Happening.RENEWAL_ANSWERED, "", entry.renewed)]
    return _told_of_the_world(case, entry)


def _told_of_the_world(case: Case, entry: log.Entry) -> list[tuple[Happening, str, float]]:
    events, acts = [event.name for event in case.events], [act.name for act in case.acts]
    match entry:
        case log.EventOccurred():
            return [(Happening.EVENT, "", events.index(entry.event))]
        case log.ActDeclared():
            return [(Happening.DECLARED, entry.party, acts.index(entry.act))]
        case log.ActEnded():
            return [(Happening.ACT_ENDED, "", acts.index(entry.act))]
    return []


def _mask(case: Case, track: str, gate: Gate, names: Iterable[str]) -> int:
    conditions = next(each for each in case.tracks if each.name == track).preconditions
    order = [f"{case.parties[c.holder].name}.{c.name}" for c in conditions if c.gate is gate]
    return sum(1 << order.index(name) for name in names)


def _place(case: Case, entry: log.PreconditionDropped) -> int:
    conditions = next(each for each in case.tracks if each.name == entry.track).preconditions
    return [(case.parties[c.holder].name, c.name) for c in conditions].index((entry.party, entry.condition))
