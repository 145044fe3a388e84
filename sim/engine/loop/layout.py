"""How a case and the state of a run lie in memory for the compiled engine.

Everything lies in arrays, and the *book* is an array of their addresses and lengths: functions of the compiled
engine take the address of the book and open the array that they need. Records carry the names that the agents'
attributes have. The functions here open arrays in plain Python; `compiling.py` puts compiled ones in their place.
"""

from enum import IntEnum, auto
from typing import Any

import numpy

from sim.scenario.case import MediatorNumbers, PartyNumbers, RuleNumbers

Book = int
"""The address of a book."""


class Slot(IntEnum):
    """The arrays of the book. First what is of the case and shared by all workers, then what is of one worker."""

    # Of the case: records
    PARAMETERS = 0
    STOCK_CASES = auto()
    FACT_CASES = auto()
    PROGRAMS = auto()
    SIGHTS = auto()
    KINDS = auto()
    SPACES = auto()
    PROMISES = auto()
    WAITS = auto()
    TRANSFERS = auto()
    STEPS = auto()
    RENEWALS = auto()
    CONDITIONS = auto()
    SEATS = auto()
    TRACKS = auto()
    CHANGES = auto()
    EVENT_CASES = auto()
    ACT_CASES = auto()
    # Of the case: numbers
    PARTY_NUMBERS = auto()
    MEDIATOR_NUMBERS = auto()
    RULE_NUMBERS = auto()
    STYLES = auto()
    TRUST_AT_START = auto()
    CONVENE = auto()
    ACCESS = auto()
    BIAS = auto()
    PRESSURE = auto()
    HOME = auto()
    OPS = auto()
    ARGS = auto()
    GRANT_FACTS = auto()
    GRANT_LEVELS = auto()
    VALUES = auto()
    SPANS = auto()
    SCORES = auto()
    WEIGHTS = auto()
    CARES = auto()
    KIND_OF = auto()
    HELD_BACK = auto()
    NEEDS_FROM = auto()
    NEED_STOCKS = auto()
    NEED_AMOUNTS = auto()
    TRANSFERS_FROM = auto()
    TRANCHES = auto()
    AFTER = auto()
    PASSES_AFTER = auto()
    ROWS_FROM = auto()
    ROWS = auto()
    ANSWERS = auto()
    ALIKE = auto()
    ALWAYS_FAILING = auto()
    TABLE_MEDIATORS = auto()
    SUPERSEDES = auto()
    SUPERSEDED_BY = auto()
    STRATEGY_NUMBERS = auto()
    FADING = auto()
    OBSERVERS = auto()
    RATES = auto()
    MIRRORS = auto()
    MIRROR_CHANCES = auto()
    OPENS = auto()
    ENDS = auto()
    INCIDENT_PLACES = auto()
    INCIDENT_AMOUNTS = auto()
    UNCERTAIN = auto()
    CODE = auto()
    # Of a worker: records
    RUN = auto()
    PARTIES = auto()
    MEDIATORS = auto()
    TABLES = auto()
    PLACES = auto()
    TRUCES = auto()
    EVENTS = auto()
    ACTS = auto()
    OBLIGATIONS = auto()
    DUES = auto()
    SITUATION = auto()
    # Of a worker: numbers
    RUN_WORDS = auto()
    PARTY_WORDS = auto()
    MEDIATOR_WORDS = auto()
    DRAWN = auto()
    LEVELS = auto()
    DRIFTS = auto()
    STOCKS = auto()
    RESERVED = auto()
    SET_ASIDE = auto()
    SETTLED = auto()
    TRUST = auto()
    BASELINE = auto()
    LEDGER = auto()
    DROPPED = auto()
    GRANTS = auto()
    RESTRAINTS = auto()
    RESIDUES = auto()
    TRUCE_LEDGER = auto()
    INCIDENTS = auto()
    UNDONE = auto()
    RECENT = auto()
    MADE = auto()
    ON_TABLE = auto()
    ESTIMATED = auto()
    ESTIMATES = auto()
    STAKED = auto()
    BASE = auto()
    PROMISED = auto()
    UNLOCKS = auto()
    UNLOCK_DAYS = auto()
    BLOCKED = auto()
    ALONE = auto()
    HELD = auto()
    ANSWERED_AS_OF = auto()
    # Of a worker: for the moment
    INPUTS = auto()
    STACK = auto()
    WORTHS = auto()
    RESERVATIONS = auto()
    TOPS = auto()
    FEASIBLE = auto()
    FAILING = auto()
    UNMET = auto()
    GAINS = auto()
    GAINS_AS_OF = auto()
    GAINS_ALIKE = auto()
    FEARS = auto()
    DEMANDS = auto()
    ALLOWED = auto()
    MENUS = auto()
    NEARNESS = auto()
    NOWHERE = auto()
    SEAT_FLOATS = auto()
    SEAT_BIASES = auto()
    ZONE = auto()
    PASSING = auto()
    MASKS = auto()
    COUNTS = auto()
    WEARINESS = auto()
    TOLERANCE = auto()
    CONVENINGS = auto()
    STRATEGY_PARAMETERS = auto()
    OPENING_BOUND = auto()
    # Of a worker: what it hands back
    ROW_INTEGERS = auto()
    ROW_NUMBERS = auto()
    ROW_HAPPENED = auto()
    ROW_PARAMETERS = auto()
    ROW_UNLOCKS = auto()
    DAY_PHASES = auto()
    DAY_LEVELS = auto()
    DAY_SUMS = auto()
    DAY_LEDGERS = auto()
    ROW_DEALS = auto()
    # Of a worker: what is given to it
    GIVEN = auto()
    GIVEN_PLACES = auto()


def _record(integers: str = "", numbers: tuple[str, ...] | str = "", words: str = "") -> numpy.dtype[Any]:
    """A record of floating-point numbers, whole numbers and unsigned words, in that order."""
    names = numbers.split() if isinstance(numbers, str) else list(numbers)
    fields = [(name, "f8") for name in names] + [(name, "i8") for name in integers.split()]
    return numpy.dtype(fields + [(name, "u8") for name in words.split()])


PARAMETER = _record("uncertain whole", "low middle high", "key")
STOCK = _record("holder of what level rate fights")
FACT = _record("level drift role of")
PROGRAM = _record("first length sights sights_end")
SIGHT = _record("kind a b c stock")
KIND = _record("grants grants_end without_end", "days scope monitoring")
SPACE = _record(
    "outcomes issues features seats kinds kinds_end values spans scores weights kind_of promises promises_end "
    "needs_from transfers_from settles bases promised steps first_step gains takes failing waits waits_end cares"
)
PROMISE = _record("outcome receiver giver feature step", "share")
WAIT = _record("condition outcomes outcomes_end")
TRANSFER = _record("step stock giver receiver name counted is_gesture count times", "amount")
STEP = _record(
    "ordinal name gesture outside tranches tranches_end after after_end while_truce delivers_if guarantee "
    "standing declines verified abroad escrow until passes_after passes_after_end"
)
RENEWAL = _record("ask_before renews_on_silence most space steps steps_end rows_from")
CONDITION = _record(
    "track holder seat gate firmness fades cost public since until key position program always steady answers alike "
    "outcomes"
)
SEAT = _record("party track index margin leaving never_starts strategy numbers numbers_end remembers")
TRACK = _record(
    "seats seats_end mediators mediators_end space renewal conditions conditions_end supersedes supersedes_end "
    "superseded_by superseded_by_end protocol polite rounds per_day bridge_every cool_down retry lead_days patience "
    "direct way_out exit_clause restraint_days steps steps_end obligations most_obligations dues most_dues estimates "
    "unlocks remembers plain"
)
CHANGE = _record("target a b stock amount adds")
EVENT = _record(
    "key day chance since until times condition opens opens_end force ends ends_end changes changes_end incidents "
    "incidents_end"
)
ACT = _record("key by day days transfers transfers_end mirrors mirrors_end", "scope monitoring")

RUN = _record(
    "day days_kept replication central horizon parties "
    "mediators facts stocks tracks events acts parameters restraints residues grants "
    "status levels_changed watches_days row offset integers numbers unlocks most_unlocks bins "
    "deals most_deals deals_a_run",
    (*RuleNumbers._fields, "free"),
    "key seed happened",
)
PARTY = _record(
    "violations",
    (
        *("weariness_at_start" if name == "weariness" else name for name in PartyNumbers._fields),
        *("weariness", "log_strength", "released", "returned"),
    ),
)
MEDIATOR = _record("style", MediatorNumbers._fields)
TABLE = _record(
    "phase reopens_on summoned_by forced last_agreed deals_made days_in_talks days_blocked first_opened first_agreed "
    "talks last_talks first_deal deals days_in_force violations alleged held unlocks "
    "talking rounds proposer blocked zone passing has_deal outcome kind begins_on in_truce truce_days days_ahead "
    "renewals suspended_on obligations dues places",
    "way_out agreed delivered declined gestures",
)
PLACE = _record("has_spoken spoken made received first barren_days best_today", "demanded inducement")
TRUCE = _record(
    "observers observers_end bound track key entries violations alleged in_force ran_out_on",
    "scope monitoring residual",
)
EVENT_STATE = _record("happened")
ACT_STATE = _record("in_force")
OBLIGATION = _record(
    "transfer step terms", "amount now delivered declined kept kept_due kept_declined kept_met kept_missing"
)
DUE = _record("step place tranche tranches day first end withheld faulted last_faulted deposited")
SITUATION = _record(
    "",
    "time reservation top weariness tolerance rounds_spoken demanded next_lower offers_made offers_received "
    "received_last received_before received_first received_window window_length",
)

RECORDS = {
    "parameters": (Slot.PARAMETERS, PARAMETER),
    "stock_cases": (Slot.STOCK_CASES, STOCK),
    "fact_cases": (Slot.FACT_CASES, FACT),
    "programs": (Slot.PROGRAMS, PROGRAM),
    "sights": (Slot.SIGHTS, SIGHT),
    "kinds": (Slot.KINDS, KIND),
    "spaces": (Slot.SPACES, SPACE),
    "promises": (Slot.PROMISES, PROMISE),
    "waits": (Slot.WAITS, WAIT),
    "transfers": (Slot.TRANSFERS, TRANSFER),
    "steps": (Slot.STEPS, STEP),
    "renewals": (Slot.RENEWALS, RENEWAL),
    "conditions": (Slot.CONDITIONS, CONDITION),
    "seats": (Slot.SEATS, SEAT),
    "tracks": (Slot.TRACKS, TRACK),
    "changes": (Slot.CHANGES, CHANGE),
    "event_cases": (Slot.EVENT_CASES, EVENT),
    "act_cases": (Slot.ACT_CASES, ACT),
    "runs": (Slot.RUN, RUN),
    "parties": (Slot.PARTIES, PARTY),
    "mediators": (Slot.MEDIATORS, MEDIATOR),
    "tables": (Slot.TABLES, TABLE),
    "places": (Slot.PLACES, PLACE),
    "truces": (Slot.TRUCES, TRUCE),
    "events": (Slot.EVENTS, EVENT_STATE),
    "acts": (Slot.ACTS, ACT_STATE),
    "obligations": (Slot.OBLIGATIONS, OBLIGATION),
    "dues": (Slot.DUES, DUE),
    "situations": (Slot.SITUATION, SITUATION),
}
"""Which record lies in which array, by the name of the function that opens it."""
