import pytest

from sim.scenario.json_schema import schema_document
from sim.scenario.schema import Scenario
from sim.scenario.schema.tracks import Precondition


def test_the_schema_is_draft_7_and_complete() -> None:
    """Every key of the format is in the document as it is written, and every reference in it leads somewhere."""
    document = schema_document()
    assert document["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert set(Scenario.model_fields) | {"extends"} <= set(document["properties"])
    written = {field.alias or name for name, field in Precondition.model_fields.items()}
    assert written <= set(document["definitions"]["Precondition"]["properties"])
    for reference in references(document):
        assert reference.removeprefix("#/definitions/") in document["definitions"]


def references(part: object) -> list[str]:
    """Every `$ref` in a schema."""
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [found for held in part.values() for found in references(held)]
    if isinstance(part, list):
        return [found for held in part for found in references(held)]
    return []


def test_nothing_is_required_but_a_base_or_the_head_of_a_file() -> None:
    """A variant needs `extends` alone: what it leaves out is in its base."""
    document = schema_document()
    choices = [choice["required"] for choice in document["anyOf"]]
    assert choices == [["extends"], ["parley", "title", "start", "horizon", "parties", "tracks"]]
    for name, model in document["definitions"].items():
        assert name == "Attributed" or "required" not in model


@pytest.mark.parametrize("status", ["reported", "disputed", "derived", "assumed", "calibrated"])
def test_status_blocks_may_stand_in_every_mapping(status: str) -> None:
    """An editor accepts a status block wherever numbers can stand, and a number with its status as a number."""
    document = schema_document()
    assert status in document["definitions"]["Party"]["properties"]
    assert status in document["properties"]["trust"]["properties"]
    assert status in document["definitions"]["Attributed"]["properties"]
