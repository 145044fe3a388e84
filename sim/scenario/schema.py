"""The vocabulary of a scenario file, as pydantic models: every key, its type, its range, its meaning.

The models check shape and range. What refers to what (unknown party, unbalanced steps, ...) is checked in
`checking.py`; parameters that a file leaves out are filled in from `defaults.yaml` when the case is compiled.
"""

import datetime
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from sim.scenario.values import Value, Within

FORMAT = 1
"""The version of the format that this laboratory reads."""
MOST_OUTCOMES = 4096
MOST_DAYS = 16_383
MOST_NAMES = 63

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Relation = str
"""Two names and a verb between them: `russia holds ukraine`."""

Level = Annotated[Value, Within(0, 1)]
Leaning = Annotated[Value, Within(-1, 1)]
Count = Annotated[Value, Within(0)]
Rate = Annotated[Value, Within(0)]
Positive = Annotated[Value, Within(above=0)]
Number = Annotated[Value, Within()]
FixedCount = Annotated[Value, Within(0, fixed=True)]
FixedLevel = Annotated[Value, Within(0, 1, fixed=True)]
FixedNumber = Annotated[Value, Within(fixed=True)]
FixedPositive = Annotated[Value, Within(above=0, fixed=True)]


def _spelled(raw: Any) -> Any:
    """An expression may be written as a bare number or switch; inside it is always text."""
    if isinstance(raw, bool):
        return "1" if raw else "0"
    if isinstance(raw, int | float):
        return repr(raw)
    return raw


def _for_all(raw: Any) -> Any:
    """One number for everybody, or one for each by name: inside it is always by name, `*` for everybody."""
    return raw if isinstance(raw, dict) else {"*": raw}


def _list_of_one(raw: Any) -> Any:
    return [raw] if isinstance(raw, str) else raw


Expression = Annotated[str, BeforeValidator(_spelled)]
"""A formula in the laboratory's own small language; a bare number or switch is one too."""

ByNumber = Annotated[dict[str, Number], BeforeValidator(_for_all)]
ByLevel = Annotated[dict[str, Level], BeforeValidator(_for_all)]
ByLeaning = Annotated[dict[str, Leaning], BeforeValidator(_for_all)]
ByRate = Annotated[dict[str, Rate], BeforeValidator(_for_all)]
Names = Annotated[list[Name], BeforeValidator(_list_of_one)]


class Part(BaseModel):
    """Anything in a scenario file: immutable once read, and nothing extra allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(Part):
    """A document that claims come from: a file of claims, or a title with where to find it."""

    claims: str | None = Field(None, description="path of a claims file, relative to the scenario file")
    title: str = ""
    url: str = ""
    published: datetime.date | None = None


class Strategy(Part):
    """How a party concedes: the name of a strategy on the shelf, or a file of one's own, and its parameters."""

    name: str | None = Field(None, description="a strategy on the shelf, such as boulware")
    file: str | None = Field(None, description="path of a Python file, relative to the scenario file")
    parameters: dict[str, Number] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, raw: Any) -> Any:
        if isinstance(raw, str):
            return {"name": raw}
        if isinstance(raw, dict):
            known = {key: raw[key] for key in ("name", "file", "parameters") if key in raw}
            rest = {key: value for key, value in raw.items() if key not in known}
            return {**known, "parameters": {**known.get("parameters", {}), **rest}}
        return raw


class Party(Part):
    """A negotiating side: a government or an armed group."""

    label: str = ""
    about: str = ""
    strategy: Strategy | None = None
    strength: Positive | None = Field(None, description="military strength, any common unit")
    drift: Number | None = Field(None, description="change of log strength a day of full fighting")
    noise: Rate | None = Field(None, description="daily spread of log strength in full fighting")
    rearm: Rate | None = Field(None, description="gain of log strength a day of full truce")
    army: Positive | None = Field(None, description="persons under arms")
    return_gain: Rate | None = Field(None, description="log strength gained as returned captives over army")
    weariness: Level | None = Field(None, description="at the start")
    fatigue: Rate | None = Field(None, description="weariness gained a day of full fighting")
    relief: Rate | None = Field(None, description="share of weariness lost a day of full truce")
    tolerance: Level | None = Field(None, description="weariness from which the war hurts")
    urgency: Rate | None = Field(None, description="how far one unit of weariness lowers the reservation")
    doubt: Rate | None = Field(None, description="discount on what a distrusted side would deliver")
    fear_of_rearming: Rate | None = Field(None, description="worth lost per unit of prevailing probability")
    audience: Rate | None = Field(None, description="weight of unmet priced preconditions at home")
    default: Level | None = Field(None, description="probability of failing a delivery at no trust")
    shortfall: Level | None = Field(None, description="share of each delivery that goes missing")
    impatience: Rate | None = Field(None, description="hazard of walking out per barren day in a row")
    assets: dict[Name, Count] = Field(default_factory=dict, description="what it owns, by asset")


class Asset(Part):
    """Something other than captives that can be handed over: funds, goods."""

    unit: str = ""
    label: str = ""


class Category(Part):
    """A kind of captive."""

    worth: FixedCount = Field(description="worth of one captive of the category")
    by_party: dict[Name, FixedCount] = Field(default_factory=dict, description="where a party sees it otherwise")
    fights: bool = Field(False, description="whether a returned captive can fight again")
    label: str = ""
    tariff: Any = Field(None, description="a treaty's own tariff (not yet supported)")

    @model_validator(mode="before")
    @classmethod
    def _number(cls, raw: Any) -> Any:
        return raw if isinstance(raw, dict) else {"worth": raw}


class Fact(Part):
    """A named condition of the world."""

    level: Level
    role: Literal["aid", "rearm_cap", "monitoring"] | None = None
    of: Name | None = Field(None, description="the party whose aid or rearming it is")
    drift: Number | None = Field(None, description="change of the level a day")
    label: str = ""

    @model_validator(mode="before")
    @classmethod
    def _number(cls, raw: Any) -> Any:
        return raw if isinstance(raw, dict) else {"level": raw}


class Mediator(Part):
    """A third side that holds no captives."""

    label: str = ""
    about: str = ""
    style: Literal["facilitation", "formulation", "manipulation"]
    tracks: Names
    convene: ByLevel | None = Field(None, description="daily chance to bring ripe parties to the table, by track")
    access: ByLevel | None = Field(None, description="how far each party lets it in")
    guarantee: Level | None = Field(None, description="how far its word secures a step that it guarantees")
    leverage: Rate | None = Field(None, description="worth that it can promise in all")
    bias: ByLeaning | None = None
    noise: Rate | None = Field(None, description="error of its estimate of each weight, as a share")
    inducement_cap: Rate | None = Field(None, description="most worth promised to one party in one deal")
    pressure: ByRate | None = Field(None, description="lowering of the reservation while it presses, by party")


class Step(Part):
    """One thing that a deal does: who gives whom what, when, after what, under which condition."""

    gives: dict[Relation, dict[Name, Expression]] = Field(description="`a gives b`: counts by category or asset")
    gesture: bool = Field(False, description="an unreciprocated release: it moves trust as a gesture")
    outside: bool = Field(False, description="not counted when asking whether the deal was delivered in full")
    day: Annotated[int, Field(ge=0, le=MOST_DAYS)] = Field(0, description="days after the deal begins")
    after: Names = Field(default_factory=list, description="steps that must be done before")
    while_: Literal["truce"] | None = Field(None, alias="while", description="only while the truce is in force")
    every: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = Field(None, description="days between tranches")
    times: Annotated[int, Field(ge=1, le=1000)] | None = Field(None, description="number of tranches")
    over_days: Annotated[int, Field(ge=1, le=1000)] | None = Field(None, description="spread evenly, one a day")
    delivers_if: Expression | None = Field(None, alias="delivers if")
    guaranteed_by: Name | None = None
    to: Any = Field(None, description="who receives in custody (not yet supported)")
    escrow: Any = Field(None, description="who keeps it until a condition (not yet supported)")
    standing: Any = Field(None, description="counts settled at delivery (not yet supported)")
    declines: Any = Field(None, description="share of captives who decline (not yet supported)")
    claim: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _relations(cls, raw: Any) -> Any:
        return _gather_relations(raw, "gives", "gives")


class Truce(Part):
    """Fighting that stops, for how long, how much of it, watched how closely."""

    days: Expression
    scope: Expression = Field("1", description="share of the fighting that stops")
    monitoring: Expression = "0"
    exit_clause: bool = Field(False, description="a party may consider itself free if the other violates")
    after_expiry: Any = Field(None, description="restraint after expiry (not yet supported)")


Menu = Annotated[list[Any], Field(min_length=1, max_length=MOST_OUTCOMES)]


class Renewal(Part):
    """How a truce is prolonged before it runs out."""

    ask_before: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    silence: Literal["lapses", "renews"] = "lapses"
    most: Annotated[int, Field(ge=1, le=1000)] | None = Field(None, description="renewals at most")
    issues: dict[Name, Menu] = Field(default_factory=dict)
    constraints: list[Expression] = Field(default_factory=list)
    days: Expression = "days"
    steps: dict[Name, Step] = Field(default_factory=dict)


class Talks(Part):
    """How the table works."""

    rounds: Annotated[int, Field(ge=1, le=10_000)] | None = None
    per_day: Annotated[int, Field(ge=1, le=1000)] | None = None
    protocol: Literal["menu", "alternating"] | None = None
    polite: bool = Field(True, description="offers avoid what breaks a public precondition (alternating only)")
    bridge_every: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description="rounds between bridging proposals; none where it is left out"
    )


class Repeats(Part):
    """A track that opens again after a deal."""

    cool_down: Annotated[int, Field(ge=0, le=MOST_DAYS)]


class Precondition(Part):
    """A named condition of one party, asked at one gate."""

    enters_if: Expression | None = Field(None, alias="enters if")
    accepts_if: Expression | None = Field(None, alias="accepts if")
    delivers_if: Expression | None = Field(None, alias="delivers if")
    continues_if: Expression | None = Field(None, alias="continues if")
    renews_if: Expression | None = Field(None, alias="renews if")
    public: bool = False
    hard: bool | None = None
    fades: Level | None = Field(None, description="daily chance, times weariness, to be dropped for good")
    cost: Rate | None = Field(None, description="never gates: worth lost at home while it is unmet")
    since: datetime.date | None = None
    until: datetime.date | None = None
    label: str = ""
    claim: str | None = None
    because: str = ""


class Curve(Part):
    """How an amount becomes a score: amount over scale, to a power."""

    scale: FixedPositive | None = None
    power: FixedPositive | None = None


class Score(Part):
    """The score of a feature: a curve, or a table by value; for everybody or by party."""

    curve: Curve | None = None
    table: dict[str, FixedNumber] | None = None


def _as_scores(raw: Any) -> Any:
    """Bring the short forms of a feature's score into one: by party, `*` for everybody.

    A mapping of mappings is by party; of numbers, a table by value; a number alone is a scale.
    """
    if isinstance(raw, dict) and raw and not _is_score(raw) and all(isinstance(row, dict) for row in raw.values()):
        return {key: _as_score(value) for key, value in raw.items()}
    return {"*": _as_score(raw)}


def _is_score(raw: dict[Any, Any]) -> bool:
    return set(raw) <= {"scale", "power"} or set(raw) <= {"curve", "table"}


def _as_score(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return {"curve": {"scale": raw}}
    if set(raw) <= {"scale", "power"}:
        return {"curve": raw}
    if set(raw) <= {"curve", "table"}:
        return raw
    return {"table": {str(key): value for key, value in raw.items()}}


Scores = Annotated[dict[str, Score], BeforeValidator(_as_scores)]


class Track(Part):
    """One table at which one kind of deal is negotiated."""

    label: str = ""
    about: str = ""
    parties: Names | None = Field(None, description="who sits at the table; all parties where left out")
    repeats: Repeats | None = None
    retry: Annotated[int, Field(ge=0, le=MOST_DAYS)] | None = Field(
        None, description="days after failed talks before they may open again"
    )
    issues: dict[Name, Menu] = Field(min_length=1)
    constraints: list[Expression] = Field(default_factory=list)
    steps: dict[Name, Step] = Field(default_factory=dict)
    truce: Truce | None = None
    grants: dict[Name, Expression] = Field(default_factory=dict, description="levels facts take while in force")
    granted_by: Name | None = Field(None, description="the mediator that grants")
    renewal: Renewal | None = None
    supersedes: Names = Field(default_factory=list, description="tracks whose deal ends when this one begins")
    lead_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] | None = None
    patience: Annotated[int, Field(ge=0, le=MOST_DAYS)] | None = Field(
        None, description="days a suspended deal waits to be cured"
    )
    interests: dict[Name, dict[Name, Number]] = Field(default_factory=dict)
    scores: dict[Name, Scores] = Field(default_factory=dict)
    margin: ByNumber | None = Field(None, description="worth above no deal that a party asks for")
    strategy: dict[Name, Strategy] = Field(default_factory=dict)
    talks: Talks = Field(default_factory=Talks)
    direct: Level | None = Field(None, description="daily chance that talks open without a mediator")
    way_out: Number | None = Field(None, description="how far the parties see a way out")
    violations: ByRate | None = Field(None, description="violations a party commits on day 0, unmonitored")
    leaving: ByRate | None = Field(None, description="hazard of leaving a truce on day 0")
    never_starts: ByLevel | None = Field(None, description="chance that a party never starts a truce")
    preconditions: dict[Name, dict[Name, Precondition]] = Field(default_factory=dict)
    cares: Any = Field(None, description="weight of another party's base worth (not yet supported)")


class ActTruce(Part):
    """Restraint that one side declares."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    scope: FixedLevel
    monitoring: FixedLevel | None = None


class Act(Part):
    """A move without a table: one side alone, which others may mirror."""

    by: Name
    date: datetime.date
    label: str = ""
    truce: ActTruce | None = None
    gives: dict[Relation, dict[Name, FixedCount]] = Field(default_factory=dict)
    mirrored_by: dict[Name, Level] = Field(default_factory=dict, description="chance that a party does the same")
    violations: ByRate | None = None
    claim: str | None = None
    because: str = ""

    @model_validator(mode="before")
    @classmethod
    def _relations(cls, raw: Any) -> Any:
        return _gather_relations(raw, "gives", "gives")


class Event(Part):
    """A scheduled (`date`) or random (`chance` a day) change."""

    label: str = ""
    date: datetime.date | None = None
    chance: Level | None = Field(None, description="probability a day")
    since: datetime.date | None = None
    until: datetime.date | None = None
    times: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = Field(None, description="at most so often")
    if_: Expression | None = Field(None, alias="if")
    opens: Names = Field(default_factory=list, description="tracks whose talks open, gates permitting")
    force: bool = Field(False, description="open even against the gates")
    ends: Names = Field(default_factory=list, description="tracks whose talks or deal end: the deal as broken")
    sets: dict[str, Number] = Field(default_factory=dict, description="new values by path")
    adds: dict[str, Number] = Field(default_factory=dict, description="changes by path")
    violations: dict[Name, dict[Name, Count]] = Field(
        default_factory=dict, description="spoiler incidents by track, laid at a party's door"
    )
    claim: str | None = None
    because: str = ""


class Observation(Part):
    """What happened, for scoring; the simulation never reads it."""

    date: datetime.date
    track: Name
    agreed: dict[Name, Any] = Field(default_factory=dict)
    delivered: dict[Name, Any] = Field(default_factory=dict)
    starts: datetime.date | None = None
    ended: datetime.date | None = None
    ending: (
        Literal[
            "never_opened",
            "impasse",
            "blocked",
            "walkout",
            "never_started",
            "superseded",
            "defaulted",
            "broken",
            "short",
            "expired",
            "completed",
            "open_at_horizon",
            "no_deal",
        ]
        | None
    ) = None
    renewals: int | None = None
    alleged: dict[Name, Number] = Field(default_factory=dict, description="violations alleged, by who alleges")
    claim: str | None = None
    disputed_by: list[str] = Field(default_factory=list, description="claims that say otherwise")
    sources: list[str] = Field(default_factory=list)
    note: str = ""


class Rules(Part):
    """Constants of the rules, the same for every party and track."""

    trust_gain: Level | None = Field(None, description="trust gained by a full delivery")
    gesture_gain: Level | None = Field(None, description="trust gained by a gesture of all holdings")
    trust_loss: Level | None = Field(None, description="share of trust lost by a full default")
    allegation_loss: Level | None = Field(None, description="share of trust lost per alleged violation")
    trust_drift: Level | None = Field(None, description="share of the way back to the baseline a day")
    ripeness_base: Number | None = None
    ripeness_hurt: Number | None = None
    ripeness_way_out: Number | None = None
    violation_monitoring: Number | None = Field(None, description="b_m: how far monitoring deters")
    violation_trust: Number | None = Field(None, description="b_T: how far trust restrains")
    violation_power: Number | None = Field(None, description="b_p: how far a coming shift of power tempts")
    truce_shape: Positive | None = Field(None, description="k: Weibull shape of violations and leaving")
    leaving_ledger: Number | None = Field(None, description="c_L: per alleged violation a day")
    leaving_condition: Number | None = Field(None, description="c_u: per unmet continuation precondition")
    leaving_exit_clause: Number | None = Field(None, description="c_e: where the terms have an exit clause")
    detection_low: Level | None = Field(None, description="share of violations seen without monitoring")
    detection_high: Level | None = Field(None, description="share of violations seen under full monitoring")
    false_high: Rate | None = Field(None, description="false allegations a day without monitoring")
    false_low: Rate | None = Field(None, description="false allegations a day under full monitoring")
    inducement_memory: Rate | None = Field(None, description="speed a day at which a promise turns sour")


class Scenario(Part):
    """One scenario file."""

    parley: Literal[1] = Field(description="version of the format")
    title: str
    start: datetime.date
    horizon: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    war: bool = True
    about: str = ""
    sources: dict[str, Source] = Field(default_factory=dict)
    parties: dict[Name, Party] = Field(min_length=2, max_length=MOST_NAMES)
    others: list[Name] = Field(default_factory=list, description="states that do not negotiate (not yet supported)")
    trust: dict[Relation, Level] = Field(default_factory=dict, description="`a in b`: at the start")
    categories: dict[Name, Category] = Field(default_factory=dict)
    assets: dict[Name, Asset] = Field(default_factory=dict)
    captives: dict[Relation, dict[Name, Count]] = Field(default_factory=dict, description="`a holds b`")
    captures: dict[Relation, dict[Name, Rate]] = Field(
        default_factory=dict, description="`a takes b`: persons a day of full fighting"
    )
    mediators: dict[Name, Mediator] = Field(default_factory=dict, max_length=MOST_NAMES)
    facts: dict[Name, Fact] = Field(default_factory=dict)
    tracks: dict[Name, Track] = Field(min_length=1, max_length=MOST_NAMES)
    acts: dict[Name, Act] = Field(default_factory=dict, max_length=MOST_NAMES)
    events: dict[Name, Event] = Field(default_factory=dict, max_length=MOST_NAMES)
    observed: list[Observation] = Field(default_factory=list)
    rules: Rules = Field(default_factory=Rules)


def _gather_relations(raw: Any, verb: str, under: str) -> Any:
    """Move the keys `a <verb> b` of a mapping under one key, so that the rest can be checked key by key."""
    if not isinstance(raw, dict):
        return raw
    pattern = re.compile(rf"^\S+ {verb} \S+$")
    relations = {key: value for key, value in raw.items() if isinstance(key, str) and pattern.match(key)}
    rest = {key: value for key, value in raw.items() if key not in relations}
    return {**rest, under: {**rest.get(under, {}), **relations}} if relations else rest


NOT_YET = {
    Category: ("tariff",),
    Step: ("to", "escrow", "standing", "declines"),
    Truce: ("after_expiry",),
    Track: ("cares",),
    Scenario: ("others",),
}
"""Keys that have their place in the format but not yet a meaning in the engines."""

__all__ = ["FORMAT", "MOST_DAYS", "MOST_OUTCOMES", "NOT_YET", "Scenario", "Value"]
