"""The vocabulary of a scenario file, as pydantic models: every key, its type, its range, its meaning.

The models check shape and range. What refers to what (unknown party, unbalanced steps, ...) is checked in
`checking.py`; parameters that a file leaves out are filled in from `defaults.yaml` when the case is compiled.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from sim.scenario.values import Value, Within

FORMAT = 1
"""The version of the format that this laboratory reads."""
MOST_OUTCOMES = 4096
MOST_DAYS = 16_383
MOST_NAMES = 63
CAPTIVE_FEATURES = ("returned", "released", "parity_gap", "gesture_given", "gesture_received")
ASSET_FEATURES = ("paid", "received")
TRUCE_FEATURES = ("truce_days", "scope", "monitoring")
FEATURES = CAPTIVE_FEATURES + ASSET_FEATURES + TRUCE_FEATURES
"""Features of every track; each issue and each granted fact is a feature besides."""

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


Expression = Annotated[str, BeforeValidator(_spelled, json_schema_input_type=str | bool | float)]
"""A formula in the laboratory's own small language; a bare number or switch is one too."""

ByNumber = Annotated[dict[str, Number], BeforeValidator(_for_all, json_schema_input_type=Number | dict[str, Number])]
ByLevel = Annotated[dict[str, Level], BeforeValidator(_for_all, json_schema_input_type=Level | dict[str, Level])]
ByLeaning = Annotated[
    dict[str, Leaning], BeforeValidator(_for_all, json_schema_input_type=Leaning | dict[str, Leaning])
]
ByRate = Annotated[dict[str, Rate], BeforeValidator(_for_all, json_schema_input_type=Rate | dict[str, Rate])]
Names = Annotated[list[Name], BeforeValidator(_list_of_one, json_schema_input_type=Name | list[Name])]


class Part(BaseModel):
    """Anything in a scenario file: immutable once read, and nothing extra allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Source(Part):
    """A document that claims come from: a file of claims, or a title with where to find it."""

    claims: str | None = Field(None, description="path of a claims file, relative to the scenario file")
    title: str = Field("", description="of the document; needed where there is no claims file")
    url: str = Field("", description="where to find it")
    published: datetime.date | None = Field(None, description="its day")


class Strategy(Part):
    """How a party concedes: the name of a strategy on the shelf, or a file of one's own, and its parameters."""

    name: str | None = Field(None, description="a strategy on the shelf, such as boulware")
    file: str | None = Field(None, description="path of a Python file, relative to the scenario file")
    parameters: dict[str, Number] = Field(
        default_factory=dict, description="by parameter: its value; may stand beside the name"
    )

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, raw: Any) -> Any:
        if isinstance(raw, str):
            return {"name": raw}
        if isinstance(raw, dict) and isinstance(raw.get("parameters", {}), dict):
            known = {key: raw[key] for key in ("name", "file", "parameters") if key in raw}
            rest = {key: value for key, value in raw.items() if key not in known}
            return {**known, "parameters": {**known.get("parameters", {}), **rest}}
        return raw


class Party(Part):
    """A negotiating side: a government or an armed group."""

    label: str = Field("", description="name in reports; where left out, the key in words")
    about: str = Field("", description="for the reader")
    strategy: Strategy | None = Field(None, description="how it concedes in talks")
    strength: Positive | None = Field(None, description="at the start, in any unit that all parties share")
    drift: Number | None = Field(None, description="change of log strength a day of full fighting")
    noise: Rate | None = Field(None, description="daily spread of log strength in full fighting")
    rearm: Rate | None = Field(None, description="log strength gained a day of full truce, with all its aid and no cap")
    army: Positive | None = Field(None, description="persons under arms")
    return_gain: Rate | None = Field(
        None, description="log strength gained by a return of as many captives as the army has persons"
    )
    weariness: Level | None = Field(None, description="at the start")
    fatigue: Rate | None = Field(None, description="share of the will that is left, spent a day of full fighting")
    relief: Rate | None = Field(None, description="share of weariness lost a day of full truce")
    tolerance: Level | None = Field(None, description="weariness from which the war hurts")
    urgency: Rate | None = Field(None, description="how far one unit of weariness lowers the reservation")
    doubt: Rate | None = Field(None, description="share of what a wholly distrusted side promises that is written off")
    fear_of_rearming: Rate | None = Field(
        None, description="worth lost per unit of falling chance to prevail, at no trust"
    )
    audience: Rate | None = Field(None, description="times the cost of unmet priced preconditions")
    default: Level | None = Field(
        None, description="chance to withhold what falls due, at no trust and without guarantee"
    )
    shortfall: Level | None = Field(None, description="share of each delivery that goes missing")
    impatience: Rate | None = Field(
        None, description="hazard of walking out, times days in a row without an offer worth its while"
    )
    assets: dict[Name, Count] = Field(default_factory=dict, description="by asset: units owned at the start")


class Asset(Part):
    """Something other than captives that can be handed over: funds, goods."""

    unit: str = Field("", description="such as tonnes; for the reader")
    label: str = Field("", description="for the reader")


class Category(Part):
    """A kind of captive."""

    worth: FixedCount = Field(description="worth of one captive of the category")
    by_party: dict[Name, FixedCount] = Field(
        default_factory=dict, description="by party: where one sees that worth otherwise"
    )
    fights: bool = Field(False, description="whether a captive who returns can fight again")
    label: str = Field("", description="for the reader")
    tariff: FixedPositive | None = Field(None, description="units of a treaty's own scale that one captive counts")

    @model_validator(mode="before")
    @classmethod
    def _number(cls, raw: Any) -> Any:
        return raw if isinstance(raw, dict) else {"worth": raw}


class Fact(Part):
    """A named condition of the world."""

    level: Level = Field(description="at the start")
    role: Literal["aid", "rearm_cap", "monitoring"] | None = Field(None, description="what the rules make of it")
    of: Name | None = Field(None, description="the party whose aid or rearming it is")
    drift: Number | None = Field(None, description="change of the level a day")
    label: str = Field("", description="name in reports")

    @model_validator(mode="before")
    @classmethod
    def _number(cls, raw: Any) -> Any:
        return raw if isinstance(raw, dict) else {"level": raw}


class Mediator(Part):
    """A third side that holds no captives."""

    label: str = Field("", description="name in reports")
    about: str = Field("", description="for the reader")
    style: Literal["facilitation", "formulation", "manipulation"] = Field(description="what it does")
    tracks: Names = Field(description="where it mediates")
    convene: ByLevel | None = Field(
        None, description="by track: daily chance to bring wholly ripe parties to the table"
    )
    access: ByLevel | None = Field(None, description="by party: how far it lets the mediator in; the least counts")
    guarantee: Level | None = Field(None, description="how far its word secures a step that it guarantees")
    leverage: Rate | None = Field(None, description="worth that it can promise in all")
    bias: ByLeaning | None = Field(None, description="by party: how far its proposals lean")
    noise: Rate | None = Field(None, description="greatest error of its estimate of a weight, as a share")
    inducement_cap: Rate | None = Field(None, description="most worth promised to one party in one deal")
    pressure: ByRate | None = Field(None, description="by party: lowering of the reservation while it is at the table")


def _by_name(raw: Any) -> Any:
    """Bring names alone, which have nothing said about them, under their own keys."""
    names = [raw] if isinstance(raw, str) else raw
    return {name: {} for name in names} if isinstance(names, list) and all(isinstance(n, str) for n in names) else raw


class Other(Part):
    """A state or an organisation that does not negotiate: it receives, keeps, verifies or guarantees."""

    label: str = Field("", description="name in reports")
    about: str = Field("", description="for the reader")
    guarantee: Level | None = Field(None, description="how far its word secures a step that it guarantees")


Others = Annotated[dict[Name, Other], BeforeValidator(_by_name, json_schema_input_type=dict[Name, Other] | Names)]


class Declines(Part):
    """Captives of a step who do not want to go: they stay where they are."""

    share: Level = Field(description="chance of each to decline")
    verified_by: Name | None = Field(None, description="mediator or other before whom they say so")

    @model_validator(mode="before")
    @classmethod
    def _number(cls, raw: Any) -> Any:
        return raw if isinstance(raw, dict) else {"share": raw}


class Escrow(Part):
    """A step that is handed to a third side first, which keeps it until a condition holds."""

    by: Name = Field(description="mediator or other that keeps it")
    until: Expression | None = Field(
        None, description="it is passed on once this holds; where left out, once all that does not wait for it is done"
    )

    @model_validator(mode="before")
    @classmethod
    def _name(cls, raw: Any) -> Any:
        return {"by": raw} if isinstance(raw, str) else raw


class Step(Part):
    """One thing that a deal does: who gives whom what, when, after what, under which condition."""

    gives: dict[Relation, dict[Name, Expression]] = Field(description="by `a gives b` and category or asset: how many")
    gesture: bool = Field(False, description="an unreciprocated release: it moves trust as a gesture")
    outside: bool = Field(False, description="not counted when asking whether the deal was delivered in full")
    day: Annotated[int, Field(ge=0, le=MOST_DAYS)] = Field(0, description="days after the deal begins")
    after: Names = Field(default_factory=list, description="steps that must be done before")
    while_: Literal["truce"] | None = Field(None, alias="while", description="only while the truce is in force")
    every: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = Field(None, description="days between tranches")
    times: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="number of tranches, each of the whole count"
    )
    over_days: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="the count spread evenly over so many days"
    )
    delivers_if: Expression | None = Field(None, alias="delivers if", description="withheld while this does not hold")
    guaranteed_by: Name | None = Field(None, description="mediator or other whose word secures it")
    to: Name | None = Field(None, description="other that takes the captives into its custody: they do not come home")
    escrow: Escrow | None = Field(None, description="who keeps it until the other steps are done, or a condition holds")
    standing: bool = Field(
        False,
        description="counts are settled when each tranche falls due, of what is there then",
    )
    declines: Declines | None = Field(None, description="captives who do not want to go")
    claim: str | None = Field(None, description="what it rests on, as source.claim")

    @model_validator(mode="before")
    @classmethod
    def _relations(cls, raw: Any) -> Any:
        return _gather_relations(raw, "gives", "gives")


class AfterExpiry(Part):
    """Restraint that outlives a truce that ran out, until another deal of the track begins."""

    restraint_days: Positive = Field(description="days in which it falls to 1/e, a little more than a third")


class Truce(Part):
    """Fighting that stops, for how long, how much of it, watched how closely."""

    days: Expression = Field(
        description="how long, from the day on which the deal begins; 0: no truce, `open`: without an end"
    )
    scope: Expression = Field("1", description="share of the fighting that stops, 0 to 1")
    monitoring: Expression = Field("0", description="how closely it is watched, 0 to 1")
    exit_clause: bool = Field(False, description="a party may consider itself free if the other violates")
    open_counts_as: FixedPositive | None = Field(
        None, description="days that a truce without an end (`open`) counts as in worth and fear"
    )
    after_expiry: AfterExpiry | None = Field(None, description="restraint that outlives a truce that ran out")


class Choice(Part):
    """A value of an issue that can be agreed, always or only on days on which something holds."""

    value: Any = Field(description="a number or a word; alone, it needs no mapping")
    available_if: Expression | None = Field(
        None, alias="available if", description="packages with it can be agreed only on days on which this holds"
    )

    @model_validator(mode="before")
    @classmethod
    def _alone(cls, raw: Any) -> Any:
        return raw if isinstance(raw, dict) else {"value": raw}


Menu = Annotated[list[Choice], Field(min_length=1, max_length=MOST_OUTCOMES)]


Menus = Mapping[str, Sequence[Choice]]


def values_of(menu: Sequence[Choice]) -> list[Any]:
    """The values of a menu: numbers, words or switches."""
    return [choice.value for choice in menu]


class Renewal(Part):
    """How a truce is prolonged before it runs out."""

    ask_before: Annotated[int, Field(ge=1, le=MOST_DAYS)] = Field(
        description="days before the end on which it is asked for"
    )
    silence: Literal["lapses", "renews"] = Field(
        "lapses", description="what happens where no package suits all and nobody refuses"
    )
    most: Annotated[int, Field(ge=1, le=1000)] | None = Field(None, description="renewals at most")
    issues: dict[Name, Menu] = Field(
        default_factory=dict, description="by issue: its values anew; other issues stay as agreed"
    )
    constraints: list[Expression] = Field(default_factory=list, description="what every renewal must meet")
    days: Expression = Field("days", description="days added")
    steps: dict[Name, Step] = Field(default_factory=dict, description="by name: what is done besides")


class Talks(Part):
    """How the table works."""

    rounds: Annotated[int, Field(ge=1, le=10_000)] | None = Field(None, description="rounds of one set of talks")
    per_day: Annotated[int, Field(ge=1, le=1000)] | None = Field(None, description="rounds a day")
    protocol: Literal["menu", "alternating"] | None = Field(
        None, description="all packages compared, or one offer at a time"
    )
    polite: bool = Field(True, description="offers avoid what breaks a public precondition (alternating only)")
    bridge_every: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description="rounds between bridging proposals; none where it is left out"
    )


class Repeats(Part):
    """A track that opens again after a deal."""

    cool_down: Annotated[int, Field(ge=0, le=MOST_DAYS)] = Field(
        description="days from the end of a deal until talks may open"
    )


class Precondition(Part):
    """A named condition of one party, asked at one gate."""

    enters_if: Expression | None = Field(None, alias="enters if", description="gate: to open talks")
    accepts_if: Expression | None = Field(None, alias="accepts if", description="gate: to agree to a package")
    delivers_if: Expression | None = Field(None, alias="delivers if", description="gate: to deliver what falls due")
    continues_if: Expression | None = Field(None, alias="continues if", description="gate: to stay in a deal")
    renews_if: Expression | None = Field(None, alias="renews if", description="gate: to renew a truce")
    public: bool = Field(False, description="bridging proposals and polite offers do not break it")
    hard: bool | None = Field(None, description="gates always; so does one without `fades` and `cost`")
    fades: Level | None = Field(None, description="daily chance, times weariness, to be dropped for good")
    cost: Rate | None = Field(None, description="never gates: worth lost at home while it is unmet")
    since: datetime.date | None = Field(None, description="first day on which it counts")
    until: datetime.date | None = Field(None, description="last day on which it counts")
    label: str = Field("", description="in words, for reports")
    claim: str | None = Field(None, description="what it rests on, as source.claim")
    because: str = Field("", description="why it is thought to hold")


class Curve(Part):
    """How an amount becomes a score: amount over scale, to a power."""

    scale: FixedPositive | None = Field(None, description="amount that scores 1; beside a power alone, 1")
    power: FixedPositive | None = Field(None, description="below 1, each further one counts less; where left out, 1")


class Score(Part):
    """The score of a feature: a curve, or a table by value; for everybody or by party."""

    curve: Curve | None = Field(None, description="amount over scale, to a power")
    table: dict[str, FixedNumber] | None = Field(None, description="by value of the issue: its score")


def _as_scores(raw: Any) -> Any:
    """Bring the short forms of a feature's score into one: by party, `*` for everybody.

    A mapping that holds mappings is by party; one of numbers, a table by value; a number alone is a scale.
    """
    if isinstance(raw, dict) and raw and not _is_score(raw) and any(isinstance(row, dict) for row in raw.values()):
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

    label: str = Field("", description="name in reports")
    about: str = Field("", description="for the reader")
    parties: Names | None = Field(None, description="who sits at the table; all parties where left out")
    repeats: Repeats | None = Field(None, description="opens again after a deal; without it the track closes")
    retry: Annotated[int, Field(ge=0, le=MOST_DAYS)] | None = Field(
        None, description="days after failed talks before they may open again"
    )
    issues: dict[Name, Menu] = Field(min_length=1, description="by name: the values that can be agreed")
    constraints: list[Expression] = Field(default_factory=list, description="what every package must meet")
    steps: dict[Name, Step] = Field(default_factory=dict, description="by name: what a deal does")
    truce: Truce | None = Field(None, description="restraint that a deal brings")
    grants: dict[Name, Expression] = Field(
        default_factory=dict, description="by fact: level that it takes while the deal is in force"
    )
    granted_by: Name | None = Field(None, description="the mediator that grants; for the reader")
    renewal: Renewal | None = Field(None, description="how the truce is prolonged")
    supersedes: Names = Field(default_factory=list, description="tracks whose deal ends when this one begins")
    lead_days: Annotated[int, Field(ge=0, le=MOST_DAYS)] | None = Field(
        None, description="days from agreement to the first day of the deal"
    )
    patience: Annotated[int, Field(ge=0, le=MOST_DAYS)] | None = Field(
        None, description="days a suspended deal waits to be cured"
    )
    interests: dict[Name, dict[Name, Number]] = Field(
        default_factory=dict, description="by party and feature: weight; below 0, a cost"
    )
    scores: dict[Name, Scores] = Field(default_factory=dict, description="by feature: how an amount becomes a score")
    margin: ByNumber | None = Field(None, description="by party: worth above no deal that it asks for")
    strategy: dict[Name, Strategy] = Field(
        default_factory=dict, description="by party: where it concedes otherwise here"
    )
    talks: Talks = Field(default_factory=Talks, description="how the table works")
    direct: Level | None = Field(None, description="daily chance that talks open without a mediator")
    way_out: Number | None = Field(None, description="how far the parties see a way out; events may move it")
    violations: ByRate | None = Field(
        None, description="by party: committed a day when a truce is new, unwatched, at middling trust"
    )
    leaving: ByRate | None = Field(None, description="by party: hazard of leaving a truce on its first day")
    never_starts: ByLevel | None = Field(None, description="by party: chance never to begin a truce it signed")
    preconditions: dict[Name, dict[Name, Precondition]] = Field(
        default_factory=dict, description="by party and name: what it asks for, at one gate"
    )
    cares: dict[Name, dict[Name, Number]] = Field(
        default_factory=dict,
        description="by party and other party at the table: share of the other's base worth that it takes for its own",
    )


class ActTruce(Part):
    """Restraint that one side declares."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = Field(description="how long, from the day of the act")
    scope: FixedLevel = Field(description="share of the fighting that stops")
    monitoring: FixedLevel | None = Field(None, description="how closely it is watched; 0 where left out")


class Act(Part):
    """A move without a table: one side alone, which others may mirror."""

    by: Name = Field(description="the party that acts")
    date: datetime.date = Field(description="its day")
    label: str = Field("", description="name in reports")
    truce: ActTruce | None = Field(None, description="restraint that it declares")
    gives: dict[Relation, dict[Name, FixedCount]] = Field(
        default_factory=dict, description="by `a gives b` and category or asset: how many, as a gesture"
    )
    mirrored_by: dict[Name, Level] = Field(
        default_factory=dict, description="by party: chance that it declares the same restraint"
    )
    violations: ByRate | None = Field(None, description="by party: as on a track, while the restraint lasts")
    claim: str | None = Field(None, description="what it rests on, as source.claim")
    because: str = Field("", description="why it is thought so")

    @model_validator(mode="before")
    @classmethod
    def _relations(cls, raw: Any) -> Any:
        return _gather_relations(raw, "gives", "gives")


class Event(Part):
    """A scheduled (`date`) or random (`chance` a day) change."""

    label: str = Field("", description="name in reports")
    date: datetime.date | None = Field(None, description="the day of a scheduled event")
    chance: Level | None = Field(None, description="probability a day of a random event")
    since: datetime.date | None = Field(None, description="first day of a random event")
    until: datetime.date | None = Field(None, description="last day of a random event")
    times: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = Field(
        None, description="a random event happens at most so often"
    )
    if_: Expression | None = Field(None, alias="if", description="happens only where this holds")
    opens: Names = Field(default_factory=list, description="tracks whose talks open, gates permitting")
    force: bool = Field(False, description="open even against the gates")
    ends: Names = Field(
        default_factory=list, description="tracks whose talks end as a walkout, or whose deal ends as broken"
    )
    sets: dict[str, Number] = Field(default_factory=dict, description="by path: its new value")
    adds: dict[str, Number] = Field(default_factory=dict, description="by path: what is added to it")
    violations: dict[Name, dict[Name, Count]] = Field(
        default_factory=dict, description="by track and party: spoiler incidents laid at its door"
    )
    claim: str | None = Field(None, description="what it rests on, as source.claim")
    because: str = Field("", description="why it is thought so")


ObservedEnding = Literal[
    "never_opened", "impasse", "blocked", "walkout", "never_started", "superseded", "defaulted", "broken", "short",
    "expired", "completed", "open_at_horizon", "no_deal",
]  # fmt: skip


class Version(Part):
    """What somebody says otherwise of an observation: what is left out here stays as observed."""

    claim: str = Field(description="who says so, as source.claim")
    date: datetime.date | None = Field(None, description="the day that it is about")
    agreed: dict[Name, Any] | None = Field(None, description="by issue or step: what was agreed")
    delivered: dict[Name, Any] | None = Field(None, description="by issue or step: what was delivered")
    starts: datetime.date | None = Field(None, description="first day in force")
    ended: datetime.date | None = Field(None, description="day of the end")
    ending: ObservedEnding | None = Field(None, description="how it ended")
    renewals: int | None = Field(None, description="how often it was renewed")
    note: str = Field("", description="for the reader")


class Observation(Part):
    """What happened, for scoring; the simulation never reads it."""

    date: datetime.date = Field(
        description="the day of the agreement; where only what was delivered is told, of the delivery"
    )
    track: Name = Field(description="the table that it is about")
    agreed: dict[Name, Any] = Field(default_factory=dict, description="by issue or step: what was agreed")
    delivered: dict[Name, Any] = Field(default_factory=dict, description="by issue or step: what was delivered")
    starts: datetime.date | None = Field(None, description="first day in force")
    ended: datetime.date | None = Field(None, description="day of the end, the first that is no longer in force")
    ending: ObservedEnding | None = Field(None, description="how it ended")
    renewals: int | None = Field(None, description="how often it was renewed")
    alleged: dict[Name, Number] = Field(default_factory=dict, description="by party: violations that it alleged")
    claim: str | None = Field(None, description="who says so, as source.claim")
    disputed_by: list[str] = Field(default_factory=list, description="claims that say otherwise")
    otherwise: list[Version] = Field(
        default_factory=list, description="what is said otherwise, where it would be scored otherwise"
    )
    sources: list[str] = Field(default_factory=list, description="documents besides")
    note: str = Field("", description="for the reader")


class Rules(Part):
    """Constants of the rules, the same for every party and track."""

    trust_gain: Level | None = Field(None, description="share of the way to full trust that a full delivery makes")
    gesture_gain: Level | None = Field(None, description="the same, by a gesture of all that the giver held")
    trust_loss: Level | None = Field(None, description="share of trust lost by a full default")
    allegation_loss: Level | None = Field(None, description="share of trust lost per alleged violation")
    trust_drift: Level | None = Field(None, description="share of the way back to the baseline a day")
    ripeness_base: Number | None = Field(
        None, description="log odds that the moment is ripe, at the tolerance and with no way out"
    )
    ripeness_hurt: Number | None = Field(None, description="added per unit of weariness beyond the tolerance")
    ripeness_way_out: Number | None = Field(None, description="added per unit of way out")
    violation_monitoring: Number | None = Field(None, description="how far full monitoring deters violations (log)")
    violation_trust: Number | None = Field(None, description="how far full trust restrains (log)")
    violation_power: Number | None = Field(None, description="how far a coming loss of power tempts (log, per unit)")
    truce_shape: Positive | None = Field(
        None, description="Weibull shape of violations and leaving; below 1, both fall with age"
    )
    leaving_ledger: Number | None = Field(None, description="log hazard of leaving per alleged violation a day")
    leaving_condition: Number | None = Field(None, description="the same, per unmet precondition of continuing")
    leaving_exit_clause: Number | None = Field(None, description="the same, where the terms have an exit clause")
    detection_low: Level | None = Field(None, description="share of violations seen without monitoring")
    detection_high: Level | None = Field(None, description="share of violations seen under full monitoring")
    false_high: Rate | None = Field(None, description="false allegations a day without monitoring")
    false_low: Rate | None = Field(None, description="false allegations a day under full monitoring")
    inducement_memory: Rate | None = Field(None, description="speed a day at which a promise turns sour")


class Scenario(Part):
    """One scenario file."""

    parley: Literal[1] = Field(description="version of the format")
    title: str = Field(description="of the case")
    start: datetime.date = Field(description="the first day, day 0")
    horizon: Annotated[int, Field(ge=1, le=MOST_DAYS)] = Field(description="days that a run lasts")
    war: bool = Field(
        True, description="whether the parties are at war; `false`: no weariness, strength, captures or truce"
    )
    about: str = Field("", description="a paragraph: neutral, attributed")
    sources: dict[str, Source] = Field(default_factory=dict, description="by name: documents that the file cites")
    parties: dict[Name, Party] = Field(min_length=2, max_length=MOST_NAMES, description="by name: who negotiates")
    others: Others = Field(
        default_factory=dict, max_length=MOST_NAMES, description="by name: third states and organisations"
    )
    trust: dict[Relation, Level] = Field(
        default_factory=dict, description="by `a in b`: of a in b, at the start; it drifts back to this"
    )
    categories: dict[Name, Category] = Field(default_factory=dict, description="by name: kinds of captives")
    assets: dict[Name, Asset] = Field(default_factory=dict, description="by name: what else can be handed over")
    captives: dict[Relation, dict[Name, Count]] = Field(
        default_factory=dict, description="by `a holds b` and category: persons held at the start"
    )
    captures: dict[Relation, dict[Name, Rate]] = Field(
        default_factory=dict, description="by `a takes b` and category: persons a day of full fighting"
    )
    mediators: dict[Name, Mediator] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="by name: third sides at the tables"
    )
    facts: dict[Name, Fact] = Field(default_factory=dict, description="by name: conditions of the world, 0 to 1")
    tracks: dict[Name, Track] = Field(min_length=1, max_length=MOST_NAMES, description="by name: the tables")
    acts: dict[Name, Act] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="by name: moves without a table"
    )
    events: dict[Name, Event] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="by name: what happens, on a day or by chance"
    )
    observed: list[Observation] = Field(
        default_factory=list, description="what happened; for scoring, never read by a run"
    )
    fitted_to: dict[Name, datetime.date] = Field(
        default_factory=dict,
        description="by track: the last day whose observations were in view when its numbers were set; "
        "their scores say nothing of other cases",
    )
    rules: Rules = Field(default_factory=Rules, description="constants, the same for all")


def _gather_relations(raw: Any, verb: str, under: str) -> Any:
    """Move the keys `a <verb> b` of a mapping under one key, so that the rest can be checked key by key."""
    if not isinstance(raw, dict):
        return raw
    pattern = re.compile(rf"^\S+ {verb} \S+$")
    relations = {key: value for key, value in raw.items() if isinstance(key, str) and pattern.match(key)}
    rest = {key: value for key, value in raw.items() if key not in relations}
    gathered = rest.get(under, {})
    return {**rest, under: {**gathered, **relations}} if relations and isinstance(gathered, dict) else raw


OF_WAR: Mapping[type[Part], Sequence[str]] = {
    Scenario: ("captures",),
    Party: (
        *("strength", "drift", "noise", "rearm", "army", "return_gain"),
        *("weariness", "fatigue", "relief", "tolerance", "urgency", "fear_of_rearming"),
    ),
    Category: ("fights",),
    Fact: ("role", "of"),
    Step: ("while",),
    Track: ("truce", "renewal", "violations", "leaving", "never_starts"),
    Precondition: ("fades",),
    Act: ("truce", "mirrored_by", "violations"),
    Event: ("violations",),
    Rules: (
        *("allegation_loss", "ripeness_hurt", "violation_monitoring", "violation_trust", "violation_power"),
        *("truce_shape", "leaving_ledger", "leaving_condition", "leaving_exit_clause"),
        *("detection_low", "detection_high", "false_high", "false_low", "inducement_memory"),
    ),
}
"""Keys that mean something only in a war: a scenario outside one (`war: false`) cannot give them."""

__all__ = ["FORMAT", "MOST_DAYS", "MOST_OUTCOMES", "OF_WAR", "Scenario", "Value"]
