"""A compiled scenario: everything that an engine needs, as numbers, with every name turned into an index.

Every quantity that a scenario may give as a range is a *parameter*: it stands in one flat list, and the rest
of the case refers to it by its index there. `draw_parameters` draws that list for one replication.
"""

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sim.rules import chance
from sim.scenario.expressions import Program
from sim.scenario.values import Value
from sim.terms import Firmness, Gate, Protocol, Purpose, Role, Style, Target

NOWHERE = -1
"""An index that refers to nothing."""


def name_key(name: str) -> int:
    """24 bits that depend on a name alone: so a variant that drops a neighbour keeps everybody else's luck.

    >>> name_key("monitored") == name_key("monitored") < 1 << 24
    True
    """
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=3).digest(), "big")


def path_key(path: str) -> int:
    """56 bits that depend on a path alone, so that variants share the luck of a parameter.

    >>> path_key("parties.north.weariness") == path_key("parties.north.weariness") < 1 << 56
    True
    """
    return int.from_bytes(hashlib.blake2b(path.encode(), digest_size=7).digest(), "big")


class PartyNumbers(NamedTuple):
    """The parameters of a party (in a case: their indices; in an engine: their drawn values)."""

    strength: float
    drift: float
    noise: float
    rearm: float
    army: float
    return_gain: float
    weariness: float
    fatigue: float
    relief: float
    tolerance: float
    urgency: float
    doubt: float
    fear_of_rearming: float
    audience: float
    default: float
    shortfall: float
    impatience: float


class MediatorNumbers(NamedTuple):
    """The parameters of a mediator that are not by party or track."""

    guarantee: float
    leverage: float
    noise: float
    inducement_cap: float


class RuleNumbers(NamedTuple):
    """The constants of the rules: the same for every party and track."""

    trust_gain: float
    gesture_gain: float
    trust_loss: float
    allegation_loss: float
    trust_drift: float
    ripeness_base: float
    ripeness_hurt: float
    ripeness_way_out: float
    violation_monitoring: float
    violation_trust: float
    violation_power: float
    truce_shape: float
    leaving_ledger: float
    leaving_condition: float
    leaving_exit_clause: float
    detection_low: float
    detection_high: float
    false_high: float
    false_low: float
    inducement_memory: float


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that a replication may draw: its path in the scenario, its range, the key of its draw."""

    path: str
    key: int
    """Of its draws."""
    value: Value
    whole: bool = False
    """Whether a draw is rounded to a whole number (counts of captives)."""


@dataclass(frozen=True, slots=True)
class StrategyCase:
    """How a party concedes on a track: where the strategy's function is found, and its parameters."""

    name: str
    """Name on the shelf, or the stem of the user's file."""
    file: str
    """The user's file; empty for a strategy on the shelf."""
    digest: str
    """Hash of the source of the strategy."""
    parameters: tuple[int, ...]
    """Indices of its parameters, in the order in which the strategy declares them."""


@dataclass(frozen=True, slots=True)
class PartyCase:
    """A party: names for the reader, indices for the engines."""

    name: str
    label: str
    numbers: PartyNumbers


@dataclass(frozen=True, slots=True)
class MediatorCase:
    """A mediator; what it has by party is in the order of the parties, by track in the order of the tracks."""

    name: str
    label: str
    style: Style
    tracks: tuple[int, ...]
    numbers: MediatorNumbers
    convene: tuple[int, ...]
    access: tuple[int, ...]
    bias: tuple[int, ...]
    pressure: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FactCase:
    """A named condition of the world: parameters of its level and of its daily drift."""

    name: str
    label: str
    level: int
    drift: int
    role: Role
    of: int


@dataclass(frozen=True, slots=True)
class StockCase:
    """Captives of one category that one party holds of another, or an asset of a party."""

    name: str
    holder: int
    of: int
    """The party whose captives they are; NOWHERE for an asset."""
    what: int
    """Ordinal of the category, or of the asset."""
    level: int
    """Parameter of the number at the start."""
    rate: int
    """Parameter of captures a day of full fighting; NOWHERE where nobody is captured."""
    fights: bool
    """Whether a returned captive can fight again."""
    tariff: float = 1.0
    """Units that one counts on the scale of a treaty; 1 where it has none."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Part of a step: a giver hands over so much of one stock."""

    step: int
    stock: int
    giver: int
    receiver: int
    amount: float
    """Agreed in all, over all tranches; of a count that depends on what is held, as holdings are at the start."""
    count: Program | None = None
    """What settles it: at agreement, or of a standing step when a tranche falls due; None where it is fixed."""
    times: int = 1
    """Tranches of which each is the whole count."""


@dataclass(frozen=True, slots=True)
class StepCase:
    """One thing that a deal does."""

    name: str
    gesture: bool
    outside: bool
    tranches: tuple[int, ...]
    """Days after the deal begins on which its tranches fall due."""
    after: tuple[int, ...]
    while_truce: bool
    delivers_if: Program | None
    guarantee: int
    """Parameter: how far somebody's word secures it; NOWHERE where nobody's does."""
    standing: bool = False
    """Whether its counts are settled when each tranche falls due."""
    declines: int = NOWHERE
    """Parameter: chance of each captive to decline; NOWHERE where nobody is asked."""
    verified_by: str = ""
    """Before whom captives decline; empty where nobody verifies it."""
    to: str = ""
    """Into whose custody captives go; empty where they go home."""
    escrow: str = ""
    """Who keeps it until it is passed on; empty where it is handed over at once."""
    until: Program | None = None
    """What has to hold for it to be passed on; None where other steps have to be done."""
    until_done: tuple[int, ...] = ()
    """Those steps."""


@dataclass(frozen=True, slots=True)
class TruceKind:
    """What a proposal would make of the war: the same for all outcomes that differ only in other things."""

    days: float
    scope: float
    monitoring: float
    grants: tuple[tuple[int, float], ...]
    """Facts and the levels that they would take."""
    without_end: bool
    """Whether it never runs out; `days` are then those that it counts as."""


@dataclass(frozen=True, slots=True)
class Promise:
    """The share of a feature of an outcome that reaches one seat from another by one step."""

    outcome: int
    receiver: int
    giver: int
    feature: int
    step: int
    share: float


@dataclass(frozen=True, slots=True)
class IssueCase:
    """An issue: its values as numbers (words by their ordinal), and as the reader sees them."""

    name: str
    values: tuple[float, ...]
    labels: tuple[str, ...]
    available: tuple[Program | None, ...]
    """[value]: what must hold on a day for it to be agreed; None for nothing."""


@dataclass(frozen=True, slots=True)
class Space:
    """An outcome space: the packages that can be on the table. Seats are places at the table, in order."""

    issues: tuple[IssueCase, ...]
    outcomes: tuple[tuple[float, ...], ...]
    """[outcome][issue]: values."""
    choices: tuple[tuple[int, ...], ...]
    """[outcome][issue]: which of the issue's values."""
    features: tuple[str, ...]
    amounts: tuple[tuple[tuple[float, ...], ...], ...]
    """[seat][feature][outcome]: how much of the feature the outcome holds for the seat."""
    scores: tuple[tuple[tuple[float, ...], ...], ...]
    """[seat][feature][outcome]: the amount on the seat's fixed scale."""
    weights: tuple[tuple[int, ...], ...]
    """[seat][feature]: parameter of the weight, or NOWHERE for no interest."""
    cares: tuple[tuple[int, ...], ...]
    """[seat][other seat]: parameter of how far the one takes the other's base worth for its own, or NOWHERE."""
    promises: tuple[Promise, ...]
    waiting: tuple[tuple[Program, tuple[int, ...]], ...]
    """Conditions of values that are not always available, and the outcomes that each of them holds back."""
    needs: tuple[tuple[tuple[int, float], ...], ...]
    """[outcome]: stocks and how much of each the outcome takes by its fixed counts."""
    transfers: tuple[tuple[Transfer, ...], ...]
    """[outcome]"""
    settles: tuple[bool, ...]
    """[outcome]: whether it holds counts that depend on what is held."""
    later: tuple[int, ...]
    """Ordinals of the steps whose counts are settled when a tranche falls due."""
    kinds: tuple[TruceKind, ...]
    kind_of: tuple[int, ...]
    """[outcome]: its truce kind."""

    def describe(self, outcome: int) -> dict[str, str]:
        """The values of an outcome by issue, as the reader sees them."""
        return {
            issue.name: issue.labels[choice] for issue, choice in zip(self.issues, self.choices[outcome], strict=True)
        }


@dataclass(frozen=True, slots=True)
class PreconditionCase:
    """A named condition of one party at one gate."""

    name: str
    key: int
    """Of its draws."""
    label: str
    holder: int
    """The party."""
    seat: int
    gate: Gate
    program: Program
    firmness: Firmness
    fades: int
    """Parameter, or NOWHERE."""
    cost: int
    """Parameter, or NOWHERE."""
    public: bool
    since: int
    """First day on which it binds."""
    until: int
    """Last day on which it binds."""
    claim: str
    always: tuple[bool, ...] | None
    """[outcome of the space it is asked about]: met or not, where only the proposal decides; otherwise None."""
    alike: tuple[int, ...]
    """[outcome]: the first outcome that looks the same to it, so that it is asked once of all that do."""


@dataclass(frozen=True, slots=True)
class RenewalCase:
    """How a truce is prolonged: an outcome space of its own, of which the rows that fit what was agreed count."""

    ask_before: int
    renews_on_silence: bool
    most: int
    """Renewals at most; NOWHERE for any number."""
    space: Space
    steps: tuple[StepCase, ...]
    rows: tuple[tuple[int, ...], ...]
    """[outcome of the track's space]: rows of the renewal's space that keep what was agreed."""


@dataclass(frozen=True, slots=True)
class TrackCase:
    """One table; what it has by seat is in the order of `parties`."""

    name: str
    label: str
    parties: tuple[int, ...]
    mediators: tuple[int, ...]
    space: Space
    steps: tuple[StepCase, ...]
    has_truce: bool
    exit_clause: bool
    restraint_days: int
    """Parameter of the days in which restraint falls to 1/e after a truce ran out; NOWHERE for no such restraint."""
    renewal: RenewalCase | None
    preconditions: tuple[PreconditionCase, ...]
    supersedes: tuple[int, ...]
    protocol: Protocol
    polite: bool
    rounds: int
    per_day: int
    bridge_every: int
    """Rounds between bridging proposals; 0 for none."""
    cool_down: int
    """Days after a deal; NOWHERE where the track does not repeat."""
    retry: int
    lead_days: int
    patience: int
    direct: int
    way_out: int
    margin: tuple[int, ...]
    violations: tuple[int, ...]
    leaving: tuple[int, ...]
    never_starts: tuple[int, ...]
    strategies: tuple[StrategyCase, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One change that an event makes: to what, by which parameter, added or set."""

    target: Target
    a: int
    b: int
    c: int
    amount: int
    adds: bool
    path: str


@dataclass(frozen=True, slots=True)
class EventCase:
    """A scheduled or random change."""

    name: str
    key: int
    """Of its draws."""
    label: str
    day: int
    """The day, or NOWHERE for a random event."""
    chance: int
    since: int
    until: int
    times: int
    """At most so often; NOWHERE for any number."""
    condition: Program | None
    opens: tuple[int, ...]
    force: bool
    ends: tuple[int, ...]
    changes: tuple[Change, ...]
    violations: tuple[tuple[int, int, int], ...]
    """Track, party, parameter of the number of incidents."""
    claim: str


@dataclass(frozen=True, slots=True)
class ActCase:
    """A move without a table."""

    name: str
    key: int
    """Of its draws."""
    label: str
    by: int
    day: int
    days: int
    """Days of restraint; 0 for none."""
    scope: float
    monitoring: float
    transfers: tuple[Transfer, ...]
    mirrors: tuple[tuple[int, int], ...]
    """Party, parameter of the chance that it does the same."""
    violations: tuple[int, ...]
    """Parameter by party."""
    claim: str


@dataclass(frozen=True, slots=True)
class Case:
    """A compiled scenario: what both engines read, and nothing else of the file."""

    name: str
    title: str
    about: str
    start: datetime.date
    horizon: int
    war: bool
    digest: str
    """Hash of everything that can change a result."""
    parameters: tuple[Parameter, ...]
    rules: RuleNumbers
    parties: tuple[PartyCase, ...]
    mediators: tuple[MediatorCase, ...]
    facts: tuple[FactCase, ...]
    categories: tuple[str, ...]
    assets: tuple[str, ...]
    goods: tuple[tuple[str, str], ...]
    """What can be handed over, categories and assets: name and label."""
    others: tuple[tuple[str, str], ...]
    """States and organisations that do not negotiate: name and label."""
    stocks: tuple[StockCase, ...]
    trust: tuple[tuple[int, ...], ...]
    """[party][party it trusts]: parameter of trust at the start, which is also its baseline."""
    tracks: tuple[TrackCase, ...]
    acts: tuple[ActCase, ...]
    events: tuple[EventCase, ...]

    def date(self, day: int) -> datetime.date:
        """The calendar date of a day; day 0 is the start."""
        return self.start + datetime.timedelta(days=day)


def draw_parameters(case: Case, seed: int, replication: int, *, central: bool = False) -> tuple[float, ...]:
    """Draw every parameter of the case for one replication; `central` holds each at its middle.

    A draw depends on the seed, the replication and the parameter's key only, which is that of its path: so variants
    of a scenario share the luck of every parameter that they have in common.
    """
    key = chance.replication_key(seed, replication)
    return tuple(_draw(parameter, key, central=central) for parameter in case.parameters)


def _draw(parameter: Parameter, key: int, *, central: bool) -> float:
    value = parameter.value
    if central or not value.uncertain:
        drawn = value.middle
    else:
        u = chance.uniform(key, (int(Purpose.PARAMETER) << 56) | parameter.key)
        drawn = chance.triangular(u, value.low, value.middle, value.high)
    return float(round(drawn)) if parameter.whole else drawn


def numbers_at(indices: Iterable[float], drawn: Sequence[float]) -> tuple[float, ...]:
    """The drawn values at the indices that a case holds in place of numbers."""
    return tuple(drawn[int(index)] for index in indices)
