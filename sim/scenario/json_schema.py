"""The format as a JSON Schema (draft 7), for editors: as people write it, short forms and status blocks included.

It helps to write a file; it does not decide whether one is right. That takes the reader, which knows what
refers to what.
"""

from typing import Any

from sim.scenario.provenance import SAID_WITH
from sim.scenario.schema import Scenario
from sim.scenario.values import ATTRIBUTED
from sim.terms import DISCLAIMER

_DEFINITIONS: dict[str, Any] = {
    "Range": {
        "type": "array",
        "items": {"type": "number"},
        "minItems": 3,
        "maxItems": 3,
        "description": "[low, middle, high], drawn anew for each replication",
    },
    "Attributed": {
        **ATTRIBUTED,
        "properties": {status.value: {} for status in SAID_WITH}
        | {key: {} for said in SAID_WITH.values() for key in said},
        "additionalProperties": False,
        "anyOf": [{"required": [status.value]} for status in SAID_WITH],
    },
    "Block": {
        "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
        "description": "what has this status, with who said it or why it is taken",
    },
}
_NUMBER: dict[str, Any] = {
    "anyOf": [{"type": "number"}, {"$ref": "#/definitions/Range"}, {"$ref": "#/definitions/Attributed"}]
}
_BLOCKS = {status.value: {"$ref": "#/definitions/Block"} for status in SAID_WITH}
_SHORT_FORMS: dict[str, dict[str, Any]] = {
    "Category": _NUMBER,
    "Choice": {"type": ["number", "string", "boolean"]},
    "Declines": _NUMBER,
    "Fact": _NUMBER,
    "Escrow": {"type": "string"},
    "Strategy": {"type": "string"},
}
"""Models that may also be written as one number or word."""


def schema_document() -> dict[str, Any]:
    """The JSON Schema of a scenario file or of a variant that extends one.

    >>> document = schema_document()
    >>> "accepts if" in document["definitions"]["Precondition"]["properties"]
    True
    """
    raw = Scenario.model_json_schema(ref_template="#/definitions/{model}")
    needed = raw["required"]
    definitions = {
        name: _as_written(model) for name, model in raw.pop("$defs").items() if name not in ("Score", "Curve")
    }
    root = _as_written(raw)
    root["properties"]["extends"] = {"type": "string", "description": "path of the scenario that this one changes"}
    for name in ("captives", "captures"):
        mapping = root["properties"][name]
        root["properties"][name] = {"anyOf": [mapping, {"type": "array", "items": {"type": "object"}}]}
    definitions["Strategy"]["additionalProperties"] = _NUMBER
    definitions["Track"]["properties"]["scores"] = {
        "type": "object",
        "description": "by feature: a scale, {scale, power}, or a table by value; for everybody or by party",
    }
    for name in ("Step", "Act"):
        given = definitions[name]["properties"]["gives"]["additionalProperties"]
        definitions[name]["patternProperties"] = {r"^\S+ gives \S+$": given}
    for name, short in _SHORT_FORMS.items():
        definitions[name] = {"anyOf": [short, definitions[name]]}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A Parley scenario",
        **root,
        "description": DISCLAIMER,
        "anyOf": [{"required": ["extends"]}, {"required": needed}],
        "definitions": {**definitions, **_DEFINITIONS},
    }


def _as_written(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of what is read as one of what is written: nothing required, null to delete, blocks anywhere."""
    if schema == ATTRIBUTED:
        return {"anyOf": _NUMBER["anyOf"][1:]}
    kept = {key: value for key, value in schema.items() if key not in ("title", "required", "default")}
    if "anyOf" in kept:
        kept["anyOf"] = [_as_written(choice) for choice in kept["anyOf"]]
    if isinstance(kept.get("items"), dict):
        kept["items"] = _as_written(kept["items"])
    if kept.get("type") != "object":
        return kept
    for key in ("properties", "patternProperties"):
        if key in kept:
            kept[key] = {_no_status(name): _or_null(_as_written(held)) for name, held in kept[key].items()}
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = _or_null(_as_written(kept["additionalProperties"]))
    elif "patternProperties" in kept:
        kept["additionalProperties"] = False
    kept["properties"] = {**kept.get("properties", {}), **_BLOCKS}
    return kept


def _no_status(name: str) -> str:
    """A pattern for names, without the statuses, which are blocks; any other key as it is."""
    return name.replace("^[a-z]", f"^(?!({'|'.join(_BLOCKS)})$)[a-z]")


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A key of a variant may be null, which deletes what the base has there."""
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    if "anyOf" in schema:
        null = {"type": "null"}
        return {**schema, "anyOf": [choice for choice in schema["anyOf"] if choice != null] + [null]}
    return {"anyOf": [schema, {"type": "null"}]} if schema else schema
