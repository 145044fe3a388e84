"""A small YAML file becomes a checked model, or faults with their places."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.scenario.faults import InvalidScenario, Place, Report, nearest, one_of
from sim.scenario.tree import Entry, Found, Node, Positions, Unreadable, parse, plain, read_text

PLACEHOLDER = re.compile(r"\{\{ *([a-z][a-z0-9_]*) *\}\}")
"""A figure that differs from student to student, where it stands in a text."""
Figure = int | float | str | list[int | float | str]


class TaskPart(BaseModel):
    """Anything in a file of an exercise: immutable once read, and nothing extra allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


Model = TypeVar("Model", bound=TaskPart)


@dataclass(frozen=True, slots=True)
class Source:
    """A file as a tree that knows where everything stands."""

    name: str
    root: Node

    def checked(self, model: type[Model], figures: Mapping[str, Figure] | None = None) -> Model:
        """The file as a model, with figures in the place of `{{name}}`.

        Raises:
            InvalidScenario: every fault in it, with its place.
        """
        report = Report()
        root = self.root if figures is None else _filled(self.root, figures, [], report)
        if report.faults:
            raise InvalidScenario(report.faults)
        if not isinstance(root.value, dict):
            report.fault(root.place, [], "expected a mapping, lines that read key: value")
            raise InvalidScenario(report.faults)
        try:
            return model.model_validate(plain(root))
        except ValidationError as error:
            positions = Positions(root)
            for detail in error.errors(include_url=False):
                _complain(detail, positions, model, report)
        raise InvalidScenario(sorted(report.faults, key=lambda fault: (fault.line, fault.column)))


def open_source(path: Path, name: str = "") -> Source:
    """Read a file into a tree; `name` is what faults call it.

    Raises:
        InvalidScenario: it cannot be read, or is not YAML.
    """
    report = Report()
    try:
        text, source = read_text(path, name or str(path), report)
        root = parse(source, text, report)
    except Unreadable:
        raise InvalidScenario(report.faults) from None
    if report.faults:
        raise InvalidScenario(report.faults)
    return Source(name or str(path), root)


def fill(text: str, figures: Mapping[str, Figure]) -> str:
    """A text with figures in the place of `{{name}}`.

    Raises:
        KeyError: a name that there is no figure of.

    >>> fill("Your menu is {{menu}}.", {"menu": [0, 22]})
    'Your menu is [0, 22].'
    """
    return PLACEHOLDER.sub(lambda found: written(figures[found[1]]), text)


def written(figure: Figure) -> str:
    """A figure as YAML has it, on one line."""
    return f"[{', '.join(written(each) for each in figure)}]" if isinstance(figure, list) else f"{figure}"


def _filled(node: Node, figures: Mapping[str, Figure], path: list[str], report: Report) -> Node:
    if isinstance(node.value, dict):
        return replace(
            node,
            value={
                key: Entry(place, _filled(child, figures, [*path, key], report))
                for key, (place, child) in node.value.items()
            },
        )
    if isinstance(node.value, list):
        return replace(node, value=[_filled(item, figures, path, report) for item in node.value])
    if not isinstance(node.value, str):
        return node
    for name in PLACEHOLDER.findall(node.value):
        if name not in figures:
            report.fault(node.place, path, f"nothing varies by the name '{name}'", nearest(name, figures))
            return node
    whole = PLACEHOLDER.fullmatch(node.value)
    if whole and isinstance(figures[whole[1]], list):
        return node_of(figures[whole[1]], node.place)
    return replace(node, value=figures[whole[1]] if whole else fill(node.value, figures))  # type: ignore[arg-type]


def node_of(figure: Figure, place: Place) -> Node:
    """A figure as a part of a tree."""
    return Node([node_of(each, place) for each in figure] if isinstance(figure, list) else figure, place)


def _complain(detail: Mapping[str, Any], positions: Positions, model: type[BaseModel], report: Report) -> None:
    found: Found = positions.find(detail["loc"])
    kind, name, given = detail["type"], str(detail["loc"][-1]) if detail["loc"] else "", detail["input"]
    message, suggestion, place = str(detail["msg"]), "", found.place
    if kind == "missing":
        message, place = f"missing key '{name}'", found.key
    elif kind == "extra_forbidden":
        message, suggestion, place = f"unknown key '{name}'", nearest(name, _keys(model)), found.key
    elif kind in ("literal_error", "union_tag_invalid"):
        choices = re.findall(r"'([^']*)'", detail["ctx"].get("expected") or detail["ctx"]["expected_tags"])
        told = detail["ctx"].get("tag", given)
        message, suggestion = f"expected {one_of(choices)}, found '{told}'", nearest(str(told), choices)
        place = positions.find([*detail["loc"], "kind"]).place if "tag" in detail["ctx"] else place
    elif kind == "union_tag_not_found":
        message, place = "missing key 'kind'", found.key
    elif kind in _EXPECTED:
        message = f"expected {_EXPECTED[kind]}, found {_shown(given)}"
    elif kind in ("greater_than_equal", "less_than_equal"):
        limit = f"at least {detail['ctx']['ge']}" if "ge" in detail["ctx"] else f"at most {detail['ctx']['le']}"
        message = f"{given} is out of range: must be {limit}"
    report.fault(place, found.path, message, suggestion)


_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping, lines that read key: value",
    "model_type": "a mapping, lines that read key: value",
    "model_attributes_type": "a mapping, lines that read key: value",
    "list_type": "a list",
}


def _shown(given: object) -> str:
    if isinstance(given, dict | list):
        return "a mapping" if isinstance(given, dict) else "a list"
    return "nothing" if given is None else f"'{given}'"


def _keys(model: type[BaseModel]) -> list[str]:
    """Every key that a model or a part of it knows: a misspelt one is one of them, wherever it stands."""
    seen: list[type[BaseModel]] = []

    def visit(kind: Any) -> None:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if kind not in seen:
                seen.append(kind)
                for field in kind.model_fields.values():
                    visit(field.annotation)
        elif get_origin(kind) is not Literal:
            for inner in get_args(kind):
                visit(inner)

    visit(model)
    return [field.alias or name for each in seen for name, field in each.model_fields.items()]
