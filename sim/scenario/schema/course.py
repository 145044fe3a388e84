"""What happens: moves without a table, events, and what was observed."""

import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.scenario.schema.kinds import (
    MOST_DAYS,
    ByRate,
    Count,
    Expression,
    FixedCount,
    FixedLevel,
    Level,
    Name,
    Names,
    Number,
    Part,
    Relation,
    gather_relations,
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
        return gather_relations(raw, "gives", "gives")


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
