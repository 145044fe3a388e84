"""How anything may be written in a scenario file: names, numbers and their ranges, one for all or one for each."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

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


def gather_relations(raw: Any, verb: str, under: str) -> Any:
    """Move the keys `a <verb> b` of a mapping under one key, so that the rest can be checked key by key."""
    if not isinstance(raw, dict):
        return raw
    pattern = re.compile(rf"^\S+ {verb} \S+$")
    relations = {key: value for key, value in raw.items() if isinstance(key, str) and pattern.match(key)}
    rest = {key: value for key, value in raw.items() if key not in relations}
    gathered = rest.get(under, {})
    return {**rest, under: {**gathered, **relations}} if relations and isinstance(gathered, dict) else raw
