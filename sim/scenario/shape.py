"""The shape of the format, as data: what may stand under a key, by walking the models."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from sim.scenario.schema import Scenario
from sim.scenario.schema.course import Act
from sim.scenario.schema.kinds import Part
from sim.scenario.schema.sides import Strategy
from sim.scenario.schema.tracks import Step
from sim.scenario.values import Value

RELATING = {Step: ("gives", " gives "), Act: ("gives", " gives ")}
"""Models whose relations may stand beside their keys: the key that gathers them, and their verb."""


def kinds(annotation: Any) -> Iterator[Any]:
    """The kinds of thing that an annotation allows, without the wrapping."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from kinds(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for choice in get_args(annotation):
            yield from kinds(choice)
    else:
        yield annotation


def model_of(annotation: Any) -> type[Part] | None:
    """The model that an annotation allows, if any."""
    for kind in kinds(annotation):
        if isinstance(kind, type) and issubclass(kind, Part):
            return kind
    return None


def keys_of(model: type[Part]) -> dict[str, Any]:
    """The keys of a model as they are written, and what each holds."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def inside(annotation: Any, key: str) -> Any:
    """What stands under a key of something; None if nothing can, or if it is not known."""
    for kind in kinds(annotation):
        if isinstance(kind, type) and issubclass(kind, Part):
            gather, verb = RELATING.get(kind, ("", ""))
            if verb and verb in key:
                return inside(keys_of(kind)[gather], key)
            if issubclass(kind, Strategy) and key not in keys_of(kind):
                return Value
            return keys_of(kind).get(key)
        if get_origin(kind) is dict:
            return get_args(kind)[1]
        if get_origin(kind) is list and key.isdigit():
            return get_args(kind)[0]
    return None


def at(path: list[str]) -> Any:
    """What stands at a path of a scenario; None if it is not known."""
    annotation: Any = Scenario
    for key in path:
        annotation = inside(annotation, key)
    return annotation


def names_things(annotation: Any) -> bool:
    """Whether the keys of something are names that it gives (of parties, issues, ...), not names it refers to."""
    for kind in kinds(annotation):
        if get_origin(kind) is dict:
            under = get_args(kind)[1]
            return model_of(under) is not None or any(get_origin(choice) is list for choice in kinds(under))
    return False
