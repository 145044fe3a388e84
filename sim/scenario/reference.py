"""The vocabulary of scenario files as one page, `docs/reference/scenario.md`, so that page and code cannot differ.

The prose stands in `reference.md.in`; what is marked there as `{{...}}` is filled in from the models, their
descriptions and the shipped defaults. `python -m sim.scenario.reference > docs/reference/scenario.md` writes the
page anew.
"""

import datetime
import math
import re
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo

from sim.scenario import expressions, names, shape, tables, tree
from sim.scenario.defaults import shipped_defaults
from sim.scenario.schema import Rules, Scenario
from sim.scenario.schema.course import Act
from sim.scenario.schema.kinds import (
    MOST_OUTCOMES,
    ByLeaning,
    ByLevel,
    ByNumber,
    ByRate,
    Expression,
    Name,
    Names,
    Part,
)
from sim.scenario.schema.sides import Fact, Mediator, Other, Party
from sim.scenario.schema.tracks import Menu, Score, Scores, Talks, Track, Truce
from sim.scenario.values import Status, Value, Within
from sim.strategies import shelf
from sim.terms import DISCLAIMER

TEMPLATE = Path(__file__).with_name("reference.md.in")
NOTHING = "–"
_WORDS: Sequence[tuple[Any, str]] = (
    (Expression, "expression"),
    (Name, "name"),
    (Names, "names"),
    (Menu, "menu"),
    (str, "text"),
    (bool, "true or false"),
    (int, "whole number"),
    (datetime.date, "date"),
    (Any, "any value"),
)
_FOR_ALL = (ByNumber, ByLevel, ByLeaning, ByRate)
_LIMITS: Mapping[str, int] = {
    "bytes": tree.MOST_BYTES,
    "days_back": names.MOST_DAYS_BACK,
    "characters": expressions.LONGEST,
    "levels": tree.DEEPEST,
    "operations": expressions.MOST_OPERATIONS,
    "outcomes": MOST_OUTCOMES,
    "preconditions": tables.MOST_PRECONDITIONS,
    "values": tree.MOST_NODES,
}


def page() -> str:
    """The whole page, as Markdown.

    Raises:
        KeyError: where the template asks for something that there is not.

    >>> page().startswith("# Scenario files")
    True
    """
    prose = TEMPLATE.read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)(?: (\w+))?\}\}", lambda found: _FILLERS[found[1]](found[2] or ""), prose)


# Blocks ---------------------------------------------------------------------------------------------------


def blocks() -> dict[str, type[Part]]:
    """Every block of the format by its name in the code, the file itself first."""
    return {model.__name__: model for _, model in _places(Scenario, ())}


def _places(model: type[Part], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type[Part]]]:
    """Every place in a file at which a block can stand, and the block."""
    yield path, model
    for key, annotation in shape.keys_of(model).items():
        for under, inner in _inside(annotation, (*path, key)):
            yield from _places(inner, under)


def _inside(annotation: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type[Part]]]:
    for found in shape.kinds(annotation):
        if isinstance(found, type) and issubclass(found, Part):
            yield path, found
        elif get_origin(found) in (dict, list):
            step = "<name>" if get_origin(found) is dict else "<number>"
            yield from _inside(get_args(found)[-1], (*path, step))


def _block(name: str) -> str:
    """One block: its heading, where it stands, what it is, its keys, and why its defaults are what they are."""
    model = blocks()[name]
    places = [".".join(path) for path, found in _places(Scenario, ()) if found is model and path]
    where = f"Stands under {' and '.join(f'`{place}`' for place in dict.fromkeys(places))}. " if places else ""
    summary = " ".join((model.__doc__ or "").split())
    rows = [_row(model, field, info) for field, info in model.model_fields.items()]
    parts = [f"### {_heading(name)}", f"{where}{summary}", _table(("key", "holds", "default", "meaning"), rows)]
    reasons = [
        (f"`{key}`", f"{value.status.value}{' to' if value.status is Status.CALIBRATED else ''}", value.reason)
        for key, value in _shipped(model).items()
        if isinstance(value, Value) and key in model.model_fields
    ]
    if reasons:
        parts += ["Why these defaults:", _table(("key", "status", "reason"), reasons)]
    return "\n\n".join(parts)


def _heading(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _row(model: type[Part], field: str, info: FieldInfo) -> tuple[str, str, str, str]:
    """A key as it is written, what it holds, its default, its meaning.

    The description of a mapping begins with what its keys are: `by party: how far it lets the mediator in`.
    """
    gathers, verb = shape.RELATING.get(model, ("", ""))
    key = f"a{verb}b" if field == gathers else info.alias or field
    by, meaning = _described(info)
    holds = kind(get_type_hints(model, include_extras=True)[field])
    holds += f" by {by}{_size(info.metadata)}" if by else ""
    return f"`{key}`", holds, _default(model, field, info), meaning


def _described(info: FieldInfo) -> tuple[str, str]:
    """What the keys of a mapping are, if it is one, and what the field means."""
    text = info.description or ""
    by, colon, meaning = text.removeprefix("by ").partition(": ")
    return (by, meaning) if text.startswith("by ") and colon else ("", text)


def kind(annotation: Any) -> str:
    """What a key holds, in the words of the page.

    >>> from sim.scenario.schema.kinds import FixedPositive, Level
    >>> kind(Level | None), kind(FixedPositive), kind(Literal["menu", "alternating"])
    ('number 0 to 1', 'one number > 0', '`menu` or `alternating`')
    """
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(choice for choice in get_args(annotation) if choice is not type(None))
    for known, word in _WORDS:
        if annotation == known:
            return word
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return _one_of(arguments)
    if origin is dict:
        return f"{kind(arguments[1]).removesuffix(',')},"
    if origin is list:
        inner = kind(arguments[0])
        return f"list of {inner if inner.startswith('[') else inner + 's'}"
    if origin is Annotated:
        return _marked(annotation, arguments[0], arguments[1:])
    name: str = annotation.__name__
    return f"[{name}](#{_heading(name).lower().replace(' ', '-')})"


def _one_of(words: Sequence[object]) -> str:
    *most, last = [f"`{word}`" for word in words]
    return f"{', '.join(most)} or {last}" if most else last


def _marked(annotation: Any, inner: Any, marks: Sequence[Any]) -> str:
    """What an annotation with a range or a short form holds."""
    if annotation == Scores:
        return kind(Score)
    if annotation in _FOR_ALL:
        return f"{kind(inner)} for all or"
    if isinstance(marks[0], Within):
        number = "one number" if marks[0].fixed else "number"
        above = marks[0].above
        return number + (_range(marks[0].least, marks[0].most) if above == -math.inf else f" > {above:g}")
    limits = [limit for mark in marks for limit in getattr(mark, "metadata", [mark])]
    least = next((limit.ge for limit in limits if hasattr(limit, "ge")), -math.inf)
    return kind(inner) + _range(least, next((limit.le for limit in limits if hasattr(limit, "le")), math.inf))


def _range(least: float, most: float) -> str:
    low, high = (f"{limit:,.10g}".replace("-", "−") for limit in (least, most))
    return "" if least == -math.inf else f" ≥ {low}" if most == math.inf else f" {low} to {high}"


def _size(marks: Sequence[Any]) -> str:
    """How many things a mapping may hold."""
    least = next((mark.min_length for mark in marks if hasattr(mark, "min_length")), 0)
    most = next((mark.max_length for mark in marks if hasattr(mark, "max_length")), 0)
    if least and most:
        return f", {least} to {most}"
    return f", at least {least}" if least else f", at most {most}" if most else ""


# Defaults -------------------------------------------------------------------------------------------------


def _shipped(model: type[Part]) -> Mapping[str, object]:
    """The defaults of `defaults.yaml` that belong to a block."""
    shipped = shipped_defaults()
    groups: dict[type[Part], Mapping[str, object]] = {
        Party: {**shipped.party, "strategy": shipped.strategy.name},
        Mediator: shipped.mediator,
        Other: shipped.other,
        Fact: {"drift": shipped.fact_drift},
        Truce: {"open_counts_as": shipped.open_counts_as},
        Track: {**shipped.track, **shipped.structure},
        Talks: {**shipped.structure, "protocol": shipped.protocol.name.lower()},
        Act: {"violations": shipped.track["violations"]},
        Rules: shipped.rules,
    }
    return groups.get(model, {})


def _default(model: type[Part], field: str, info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    given = _shipped(model).get(field, info.default)
    if isinstance(given, Value):
        return _spelled(given)
    if isinstance(given, bool):
        return f"`{str(given).lower()}`"
    return f"`{given}`" if isinstance(given, str | int) and given != "" else NOTHING


def _spelled(value: Value) -> str:
    ends = (value.low, value.middle, value.high) if value.uncertain else (value.middle,)
    listed = ", ".join(f"{end:.10g}" for end in ends)
    return f"`[{listed}]`" if value.uncertain else f"`{listed}`"


def _trust(_: str) -> str:
    value = shipped_defaults().trust
    return f"{_spelled(value)} ({value.status.value}: {value.reason})"


def _strategies(_: str) -> str:
    rows = []
    for name in shelf.shelf():
        strategy = shelf.find(name)
        ranges = [f"`{p.name}` `[{p.low:g}, {p.middle:g}, {p.high:g}]`" for p in strategy.parameters]
        rows.append((f"`{name}`", strategy.summary.removesuffix("."), ", ".join(ranges) or NOTHING))
    return _table(("strategy", "what it does", "parameters"), rows)


_FILLERS = {
    "block": _block,
    "disclaimer": lambda _: DISCLAIMER,
    "limit": lambda name: f"{_LIMITS[name]:,}",
    "reserved": lambda _: _one_of(names.RESERVED),
    "scale": lambda feature: f"{shipped_defaults().scales[feature]:g}",
    "strategies": _strategies,
    "trust": _trust,
}


if __name__ == "__main__":
    sys.stdout.write(page())
