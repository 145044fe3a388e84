"""The event log of a run: who did what, when, on which track, and why, as typed entries.

Every entry carries names, never ordinals, so that it can be read without the case. `day` counts from 0.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Count:
    """So many of something that one party is to give another."""

    giver: str
    receiver: str
    what: str
    """Category or asset."""
    amount: float


@dataclass(frozen=True, slots=True)
class Condition:
    """A precondition as it stood when it was asked, with what it looked at."""

    name: str
    holder: str
    gate: str
    expression: str
    saw: Mapping[str, float | str]
    """What each name in the expression stood for at that moment; a word where it stands for one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened on a day."""

    day: int
    track: str
    """Name of the track; empty where it concerns none."""


@dataclass(frozen=True, slots=True)
class EventOccurred(Entry):
    """A scenario event came to pass."""

    event: str
    label: str
    scheduled: bool
    effects: Mapping[str, float]
    """New values by path."""
    opens: tuple[str, ...]
    claim: str


@dataclass(frozen=True, slots=True)
class ActDeclared(Entry):
    """A party made a move without a table, or mirrored one."""

    act: str
    label: str
    party: str
    mirrors: bool
    days: int
    scope: float
    claim: str


@dataclass(frozen=True, slots=True)
class ActEnded(Entry):
    """The restraint that an act declared ran out."""

    act: str
    label: str


@dataclass(frozen=True, slots=True)
class PreconditionDropped(Entry):
    """A party gave up a precondition for good."""

    party: str
    condition: str


@dataclass(frozen=True, slots=True)
class GateHeld(Entry):
    """Talks could not open: entry preconditions stood in the way (logged when the set changes)."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class TalksOpened(Entry):
    """The parties came to the table."""

    number: int
    by: str
    """`direct`, an event's name, or a mediator's name (the likeliest convener)."""
    proposer: str
    ripeness: float


@dataclass(frozen=True, slots=True)
class Offered(Entry):
    """A party put a package (its own best reading of what it demands) or, under `menu`, several."""

    round: int
    party: str
    package: Mapping[str, str]
    packages: int
    """How many packages it put on the table; 0 where it made no offer."""
    demanded: float
    """The least worth that it demands now."""


@dataclass(frozen=True, slots=True)
class Refused(Entry):
    """A party turned a package down: too little worth to it, or preconditions that the package fails."""

    round: int
    party: str
    proposer: str
    package: Mapping[str, str]
    worth: float
    demanded: float
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Bridged(Entry):
    """A mediator put a package of its own; `refused_by` is empty where all said yes."""

    round: int
    mediator: str
    package: Mapping[str, str]
    refused_by: tuple[str, ...]
    inducements: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DayBlocked(Entry):
    """A zone of agreement existed, and every package in it failed some precondition."""

    zone: int
    """Packages worth every party's reservation."""
    nearest: Mapping[str, str]
    """A package of the zone that fails as few preconditions as any."""
    conditions: tuple[Condition, ...]
    """The preconditions that `nearest` fails."""
    unlocks: tuple[tuple[str, ...], ...]
    """Minimal sets of preconditions (as `party.name`) whose joint relaxation would open the zone."""
    lacking: int = 0
    """Packages that meet every precondition, but of which somebody no longer holds enough to give."""
    waiting: int = 0
    """Packages that meet every precondition, but hold a value that is not available today."""


@dataclass(frozen=True, slots=True)
class TalksEnded(Entry):
    """Talks ended without agreement."""

    number: int
    ending: str
    party: str
    """Who walked out; otherwise empty."""
    unlocks: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Agreed(Entry):
    """All parties said yes to a package."""

    number: int
    package: Mapping[str, str]
    worths: Mapping[str, float]
    via: str
    """`offer`, or the name of the mediator whose bridging proposal it was."""
    begins: int
    inducements: Mapping[str, float]
    settled: tuple[Count, ...] = ()
    """What counts that depend on what is held come to, as it is held today."""


@dataclass(frozen=True, slots=True)
class DealBegan(Entry):
    """A deal entered into force."""

    number: int
    truce_days: int
    """0 where it holds no truce; the days that it counts as where it has no end."""
    scope: float
    grants: Mapping[str, float]
    without_end: bool = False


@dataclass(frozen=True, slots=True)
class Delivered(Entry):
    """A giver handed over what fell due, or less."""

    step: str
    tranche: int
    giver: str
    receiver: str
    what: str
    """Category or asset."""
    due: float
    delivered: float
    gesture: bool
    left: float
    """What the giver still holds of it."""
    declined: float = 0.0
    """Captives who did not want to go: they stay where they are."""
    verified_by: str = ""
    """Before whom they said so; empty where nobody verifies it."""
    to: str = ""
    """Into whose custody captives went; empty where they came home."""
    escrow: str = ""
    """Who kept it and now passes it on; empty where the giver handed it over itself."""


@dataclass(frozen=True, slots=True)
class Deposited(Entry):
    """A giver handed what fell due, or less, to a third side, which keeps it for the receiver."""

    step: str
    tranche: int
    giver: str
    receiver: str
    what: str
    """Category or asset."""
    due: float
    deposited: float
    by: str
    """Who keeps it."""


@dataclass(frozen=True, slots=True)
class GivenBack(Entry):
    """A deal ended, and what a third side kept went back to its giver."""

    step: str
    giver: str
    what: str
    """Category or asset."""
    amount: float
    by: str
    """Who kept it."""


@dataclass(frozen=True, slots=True)
class Withheld(Entry):
    """A giver did not deliver what fell due."""

    step: str
    giver: str
    why: str
    """`default`, `condition`, or `stock` (no longer there)."""
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Suspended(Entry):
    """A deal stopped until what was withheld is delivered."""

    step: str


@dataclass(frozen=True, slots=True)
class Resumed(Entry):
    """A suspended deal went on."""

    step: str


@dataclass(frozen=True, slots=True)
class Violated(Entry):
    """Violations of a truce that a party in fact committed: the parties do not see this."""

    party: str
    count: int
    incident: str
    """The event that caused them; empty for the party's own."""


@dataclass(frozen=True, slots=True)
class Alleged(Entry):
    """What a party wrote into its own ledger against another, true or not."""

    by: str
    against: str
    count: int


@dataclass(frozen=True, slots=True)
class Left(Entry):
    """A party left a truce, or never started it."""

    party: str
    age: int
    conditions: tuple[Condition, ...]
    """Continuation preconditions that were unmet."""


@dataclass(frozen=True, slots=True)
class Renewed(Entry):
    """The answer to the question of renewal."""

    renewed: bool
    package: Mapping[str, str]
    refused_by: tuple[str, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class RestraintLingered(Entry):
    """A truce ran out, and its restraint outlives it, fading."""

    scope: float
    """Share of the fighting that it still stops at first."""
    restraint_days: float
    """In which that falls to 1/e."""


@dataclass(frozen=True, slots=True)
class DealEnded(Entry):
    """A deal came to its end."""

    number: int
    ending: str
    party: str
    """Who left or defaulted; otherwise empty."""
    days_in_force: int


def as_dict(entry: Entry) -> dict[str, Any]:
    """The entry as plain data, its kind first: one line of an event log in JSON.

    >>> as_dict(Suspended(day=3, track="exchange", step="swap"))
    {'kind': 'Suspended', 'day': 3, 'track': 'exchange', 'step': 'swap'}
    """
    return {"kind": type(entry).__name__, **asdict(entry)}
