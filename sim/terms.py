"""The vocabulary of the laboratory: phases, endings, gates, and the named purposes of random draws.

Every number in this module is frozen. Stored results and the keys of random draws depend on them, so a
member is appended, never renumbered and never reused.
"""

from enum import IntEnum


class Phase(IntEnum):
    """What a track is doing today."""

    DORMANT = 0
    TALKS = 1
    AGREED = 2
    IN_FORCE = 3
    SUSPENDED = 4
    CLOSED = 5


class TalksEnding(IntEnum):
    """How one set of talks ended (NONE: never opened, or still going on)."""

    NONE = 0
    AGREED = 1
    IMPASSE = 2
    BLOCKED = 3
    WALKOUT = 4


class DealEnding(IntEnum):
    """How one deal ended, in order of precedence: the first that applies is recorded.

    NEVER_STARTED is decided on the first day, before any other ending can apply.
    """

    NONE = 0
    NEVER_STARTED = 1
    SUPERSEDED = 2
    DEFAULTED = 3
    BROKEN = 4
    SHORT = 5
    EXPIRED = 6
    COMPLETED = 7
    OPEN_AT_HORIZON = 8


class Gate(IntEnum):
    """The moment at which a precondition is asked."""

    ENTERS = 0
    ACCEPTS = 1
    DELIVERS = 2
    CONTINUES = 3
    RENEWS = 4


class Firmness(IntEnum):
    """How a precondition binds: always, until it is dropped for good, or only as a cost at home."""

    HARD = 0
    FADES = 1
    PRICED = 2


class Style(IntEnum):
    """What a mediator does (Touval and Zartman; Bercovitch): each style includes the one before it."""

    FACILITATION = 0
    FORMULATION = 1
    MANIPULATION = 2


class Protocol(IntEnum):
    """How a round of talks is held: simultaneous equivalent offers, or one offer at a time."""

    MENU = 0
    ALTERNATING = 1


class Role(IntEnum):
    """What the level of a fact means to the rules (NONE: only preconditions and interests see it)."""

    NONE = 0
    AID = 1
    REARM_CAP = 2
    MONITORING = 3


class Seen(IntEnum):
    """What an expression can look at. The meaning of `a`, `b`, `c` of a `Reference` follows each name."""

    DAY = 0  # -
    FACT = 1  # fact
    PROPOSAL = 2  # issue of the space that the expression belongs to
    AGREED = 3  # step of the track's deal, party that gives (-1: all): persons or units agreed
    DELIVERED = 4  # step of the track's deal, party that gives (-1: all): persons or units delivered
    HELD = 5  # party that holds, party whose captives they are, category
    ASSETS = 6  # party, asset
    WEARINESS = 7  # party
    STRENGTH = 8  # party (the strength itself, not its logarithm)
    TRUST = 9  # party, the party it trusts
    LEDGER = 10  # party that keeps the ledger, days looked back: violations alleged in those days
    TRACK_PHASE = 11  # track: a number of `Phase`
    TRACK_DEALS = 12  # track: deals begun so far
    TRACK_SINCE_DEAL = 13  # track: days since its last deal was agreed (the day plus one if none was)
    TRACK_IN_FORCE = 14  # track: 1 while a deal is in force, otherwise 0
    FREE = 15  # of the pile that a count takes from: persons or units that are not promised yet


class Op(IntEnum):
    """The operations of a precondition's small program (a stack machine)."""

    CONSTANT = 0  # push the argument
    INPUT = 1  # push input number `argument`
    ADD = 2
    SUBTRACT = 3
    MULTIPLY = 4
    DIVIDE = 5  # by zero: zero
    NEGATE = 6
    LESS = 7
    AT_MOST = 8
    GREATER = 9
    AT_LEAST = 10
    EQUAL = 11
    UNEQUAL = 12
    AND = 13
    OR = 14
    NOT = 15
    MIN = 16  # of the top two
    MAX = 17  # of the top two


class Purpose(IntEnum):
    """What a random draw is for. Frozen: append, never renumber."""

    PARAMETER = 0
    WEARINESS = 1
    STRENGTH = 2
    CAPTURE = 3
    FADING = 4
    EVENT = 5
    MIRROR = 6
    OPENING = 7
    FIRST_PROPOSER = 8
    WALKOUT = 9
    ESTIMATE = 10
    DEFAULT = 11
    SHORTFALL = 12
    DECLINE = 13
    VIOLATION = 14
    DETECTION = 15
    FALSE_ALLEGATION = 16
    NEVER_STARTS = 17
    LEAVING = 18
    RENEWAL = 19
    STRATEGY = 20


DISCLAIMER = "An illustration under stated assumptions, not a forecast."
"""The line that every report, page and printed result carries."""


class Target(IntEnum):
    """What a scenario event can change. The meaning of `a`, `b`, `c` of a `Change` follows each name."""

    FACT = 0  # fact: its level, kept within [0, 1]
    TRUST = 1  # party, the party it trusts: kept within [0, 1]
    LEVERAGE = 2  # mediator
    WAY_OUT = 3  # track
    WEARINESS = 4  # party: kept within [0, 1]
    STRENGTH = 5  # party: an addition is to the logarithm
    HELD = 6  # party that holds, party whose captives they are, category
    ASSETS = 7  # party, asset
