"""Who and what there is: parties, third sides, captives, what else can be handed over, and facts."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from sim.scenario.schema.kinds import (
    ByLeaning,
    ByLevel,
    ByRate,
    Count,
    FixedCount,
    FixedPositive,
    Level,
    Name,
    Names,
    Number,
    Part,
    Positive,
    Rate,
)


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
