"""Where two scenarios differ, and how much of one stands under somebody's name."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from sim.scenario.reading import Reading
from sim.scenario.schema import Scenario
from sim.scenario.values import Status, Value

WORDS = ("title", "about", "sources", "parley", "observed")
"""Parts of a scenario that nothing is computed from: they may always change."""
SAID = ("label", "because", "claim")
"""What any part may say of itself, for whoever reads it: it may always change too."""


def changed_paths(first: Scenario, second: Scenario, free: Sequence[str]) -> tuple[list[str], list[str]]:
    """The paths under which two scenarios differ: those of the free ones, and all others.

    Args:
        first: the one.
        second: the other.
        free: dotted paths that may differ, with whatever lies below; `*` stands for any one name.

    Returns:
        Which free paths differ, `*` filled in; and every other path that does.
    """
    elsewhere, found = list[str](), list[str]()
    for path in _differences(_plain(first), _plain(second), ()):
        if path[0] in WORDS:
            continue
        hit = next((path[: len(want)] for want in map(_steps, free) if _covers(want, path)), None)
        (found if hit else elsewhere).append(
            ".".join(hit or path).removesuffix(".*")
        )  # for everybody, as it was written
    return list(dict.fromkeys(found)), list(dict.fromkeys(elsewhere))


def claims_of(reading: Reading) -> int:
    """How many different claims the numbers of a scenario cite."""
    cited = {claim for value in _values(reading.scenario) for claim in _cited(value)}
    return len(cited)


def ranges_of(reading: Reading) -> int:
    """How many numbers of a scenario are assumed as ranges."""
    return sum(value.status is Status.ASSUMED and value.uncertain for value in _values(reading.scenario))


def lacking_parts(scenario: Scenario, wanted: Sequence[str]) -> list[str]:
    """Those of some dotted paths that a scenario has nothing at; `*` stands for any one name."""
    whole = _plain(scenario)
    return [path for path in wanted if not _has(whole, _steps(path))]


def _has(part: Any, steps: tuple[str, ...]) -> bool:
    if not steps:
        return part not in (None, {}, [])
    if not isinstance(part, dict):
        return False
    names = [*part] if steps[0] == "*" else [steps[0]]
    return any(name in part and _has(part[name], steps[1:]) for name in names)


def _cited(value: Value) -> tuple[str, ...]:
    if value.status not in (Status.REPORTED, Status.DISPUTED):
        return ()
    return value.claims


def _values(part: Any) -> Iterator[Value]:
    if isinstance(part, Value):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _values(getattr(part, name))
    elif isinstance(part, dict | list | tuple):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _values(inner)


def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _covers(wanted: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return len(path) >= len(wanted) and all(want in ("*", step) for want, step in zip(wanted, path, strict=False))


def _plain(part: Any) -> Any:
    """A scenario as nested mappings; a number with its range, without who says it."""
    if isinstance(part, Value):
        return (part.low, part.middle, part.high)
    if isinstance(part, BaseModel):
        return {
            field.alias or name: _plain(getattr(part, name))
            for name, field in type(part).model_fields.items()
            if getattr(part, name) is not None and name not in SAID
        }
    if isinstance(part, dict):
        return {str(key): _plain(inner) for key, inner in part.items()}
    return [_plain(each) for each in part] if isinstance(part, list | tuple) else part


def _differences(first: Any, second: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(first, dict) and isinstance(second, dict):
        for key in dict.fromkeys([*first, *second]):
            if key not in first or key not in second:
                yield (*path, key)
            else:
                yield from _differences(first[key], second[key], (*path, key))
    elif first != second:
        yield path
