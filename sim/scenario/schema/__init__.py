"""The vocabulary of a scenario file, as pydantic models: every key, its type, its range, its meaning.

The models check shape and range. What refers to what (unknown party, unbalanced steps, ...) is checked in
`checking.py`; parameters that a file leaves out are filled in from `defaults.yaml` when the case is compiled.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from sim.scenario.schema.course import Act, Event, Observation
from sim.scenario.schema.kinds import MOST_DAYS, MOST_NAMES, Count, Level, Name, Number, Part, Positive, Rate, Relation
from sim.scenario.schema.sides import Asset, Category, Fact, Mediator, Others, Party
from sim.scenario.schema.tracks import Precondition, Step, Track


class Source(Part):
    """A document that claims come from: a file of claims, or a title with where to find it."""

    claims: str | None = Field(None, description="path of a claims file, relative to the scenario file")
    title: str = Field("", description="of the document; needed where there is no claims file")
    url: str = Field("", description="where to find it")
    published: datetime.date | None = Field(None, description="its day")


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
