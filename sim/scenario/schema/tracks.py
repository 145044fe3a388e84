"""A track: its talks, what is asked before and at the table, and what its deals do."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.scenario.schema.kinds import (
    MOST_DAYS,
    MOST_OUTCOMES,
    ByLevel,
    ByNumber,
    ByRate,
    Expression,
    FixedNumber,
    FixedPositive,
    Level,
    Name,
    Names,
    Number,
    Part,
    Positive,
    Rate,
    Relation,
    gather_relations,
)
from sim.scenario.schema.sides import Strategy


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
        return gather_relations(raw, "gives", "gives")


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
