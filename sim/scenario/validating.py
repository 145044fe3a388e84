"""A tree becomes a `Scenario`, or faults: every complaint of the models is led back to its place in the file.

A part that is faulty is left out and the rest is looked at again, so that one reading finds all there is to
find, and nothing that only follows from another fault.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from sim.scenario import shape
from sim.scenario.faults import Place, Report, nearest, one_of
from sim.scenario.schema import OF_WAR, Scenario
from sim.scenario.schema.kinds import FORMAT, Part
from sim.scenario.tree import Entry, Found, Node, Positions, Scalar, plain
from sim.scenario.values import Value

MOST_ROUNDS = 20
_NOTHING: Mapping[tuple[str, ...], Place] = {}
_NONE: Mapping[type[Part], Sequence[str]] = {}
_STAND_INS: dict[str, Scalar] = {"parley": FORMAT, "title": "", "start": datetime.date(2000, 1, 1), "horizon": 1}
"""What a faulty scalar of the file's head is taken for, so that the rest can be checked."""


@dataclass(frozen=True, slots=True)
class Validated:
    """What is left of a file when its faulty parts are left out."""

    scenario: Scenario | None
    """None where too little is left to go on with."""
    tree: Node
    left_out: tuple[list[str], ...]
    """Paths of the faulty parts."""

    def lost_names(self, root: Node) -> frozenset[str]:
        """Every word in what was left out: names that may be meant elsewhere."""
        lost = {path[-1] for path in self.left_out}
        for path in self.left_out:
            if Positions(root).has(path):
                lost.update(_words(Positions(root).find(path).node))
        return frozenset(lost)


def _words(node: Node) -> Iterable[str]:
    if isinstance(node.value, str):
        yield node.value
    for key, entry in node.entries.items():
        yield key
        yield from _words(entry.node)
    for item in node.value if isinstance(node.value, list) else ():
        yield from _words(item)


def validate(root: Node, report: Report, deleted: Mapping[tuple[str, ...], Place] = _NOTHING) -> Validated:
    """The scenario that a tree describes, as far as it can be made out.

    `deleted` says where parts that a base has were deleted; what is missing is missing there.
    """
    pruned = [*_faulty(root, []), *_refused(root, report)]
    tree = _without(root, pruned)
    for _ in range(MOST_ROUNDS):
        try:
            return Validated(Scenario.model_validate(plain(tree)), tree, tuple(pruned))
        except ValidationError as error:
            positions, out = Positions(tree), list[list[str]]()
            for detail in error.errors(include_url=False):
                out.append(_complain(detail, positions, pruned, report, deleted))
        if any(not path for path in out):
            break
        pruned += out
        tree = _without(tree, out)
    return Validated(None, tree, tuple(pruned))


def _faulty(node: Node, path: list[str]) -> Iterable[list[str]]:
    if node.faulty:
        yield path
    for key, entry in node.entries.items():
        yield from _faulty(entry.node, [*path, key])
    if isinstance(node.value, list):
        for at, item in enumerate(node.value):
            yield from _faulty(item, [*path, str(at)])


def _without(node: Node, paths: Sequence[Sequence[str]]) -> Node:
    """A tree without some of its parts; the head of the file is replaced, not left out."""
    under: dict[str, list[Sequence[str]]] = {}
    for path in paths:
        under.setdefault(path[0], []).append(path[1:])

    def keep(key: str, child: Node) -> Node | None:
        if any(not rest for rest in under.get(key, [])):
            return None
        return _without(child, under[key]) if key in under else child

    if isinstance(node.value, list):
        items = [keep(str(at), item) for at, item in enumerate(node.value)]
        return replace(node, value=[item for item in items if item is not None])
    entries = {}
    for key, (place, child) in node.entries.items():
        kept = keep(key, child)
        if kept is not None:
            entries[key] = Entry(place, kept)
    for key in set(under) & set(_STAND_INS):
        if key not in entries and any(len(path) == 1 and path[0] == key for path in paths):
            entries[key] = Entry(node.place, Node(_STAND_INS[key], node.place))
    return replace(node, value=entries)


# What has no meaning outside a war ------------------------------------------------------------------------


def _refused(root: Node, report: Report) -> list[list[str]]:
    found: list[list[str]] = []

    def refuse(path: list[str], why: str) -> None:
        report.fault(Positions(root).find(path).key, path, why)
        found.append(path)

    war = root.entries.get("war")
    outside = war is not None and war.node.value is False
    _walk(root, Scenario, [], OF_WAR if outside else _NONE, refuse)
    return found


def _walk(
    node: Node,
    here: Any,
    path: list[str],
    of_war: Mapping[type[Part], Sequence[str]],
    refuse: Callable[[list[str], str], None],
) -> None:
    model = shape.model_of(here)
    if isinstance(node.value, list):
        for at, item in enumerate(node.value):
            _walk(item, shape.inside(here, str(at)), [*path, str(at)], of_war, refuse)
    for key, (_, child) in node.entries.items():
        if model is not None and key in of_war.get(model, ()):
            refuse([*path, key], f"'{key}' belongs to a war, and this scenario is outside one ('war: false')")
        else:
            _walk(child, shape.inside(here, key), [*path, key], of_war, refuse)


# What the models say --------------------------------------------------------------------------------------


def _complain(
    detail: Mapping[str, Any],
    positions: Positions,
    pruned: list[list[str]],
    report: Report,
    deleted: Mapping[tuple[str, ...], Place],
) -> list[str]:
    """Report one complaint, unless it only follows from what was left out; the path of what to leave out."""
    location = [step for step in detail["loc"] if step != "[key]"]
    found = positions.find(location)
    kind = detail["type"]
    missing = [*found.path, str(location[-1])] if kind == "missing" else []
    if kind == "missing" and (missing in pruned or _short_of(missing, pruned)):
        return found.path
    if kind == "too_short" and any(path[: len(found.path)] == found.path for path in pruned):
        return found.path
    message, suggestion = _say(detail, found)
    at_key = kind in ("missing", "extra_forbidden") or detail["loc"][-1] == "[key]"
    place = deleted.get(tuple(missing), found.key) if at_key else found.place
    report.fault(place, found.path, message, suggestion)
    return missing if kind == "missing" and len(missing) == 1 and missing[0] in _STAND_INS else found.path


def _short_of(missing: list[str], pruned: list[list[str]]) -> bool:
    """Whether relations that a model gathers under the missing key were left out."""
    return missing[-1] == "gives" and any(path[:-1] == missing[:-1] and " gives " in path[-1] for path in pruned)


def _say(detail: Mapping[str, Any], found: Found) -> tuple[str, str]:
    """What is wrong, and the nearest right thing."""
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    name, shown = str([step for step in detail["loc"] if step != "[key]"][-1]), _shown(given)
    if kind in ("missing", "extra_forbidden"):
        return (_say_missing(name), "") if kind == "missing" else _say_unknown(name, found.path)
    if isinstance(given, Value) and kind not in ("number", "out_of_range", "range_not_allowed"):
        return "expected a plain value, outside any status block: this is structure", ""
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        expected = one_of(choices) if choices else context["expected"]
        return f"expected {expected}, found {shown}", nearest(given, choices) if isinstance(given, str) else ""
    if kind == "string_pattern_mismatch":
        message = f"{shown} cannot be a name: small letters, digits and _, beginning with a letter"
        return message, re.sub(r"\W+", "_", given.strip().lower(), flags=re.ASCII).strip("_")
    limits = {
        "greater_than_equal": "{given} is out of range: must be at least {ge}",
        "less_than_equal": "{given} is out of range: must be at most {le}",
        "too_short": "expected at least {min_length}, found {actual_length}",
        "too_long": "expected at most {max_length}, found {actual_length}",
    }
    if kind in limits:
        if kind == "too_short" and detail["loc"][-2:-1] == ("issues",):
            limits[kind] = f"the menu of '{name}' is empty: it needs a value that can be agreed"
        return limits[kind].format(given=given, **context), ""
    return f"expected {_EXPECTED[kind]}, found {shown}" if kind in _EXPECTED else str(detail["msg"]), ""


_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "date_type": "a date such as 2025-03-18",
    "date_from_datetime_parsing": "a date such as 2025-03-18",
    "is_instance_of": "a date such as 2025-03-18",
    "dict_type": "a mapping, lines that read key: value",
    "model_type": "a mapping, lines that read key: value",
    "list_type": "a list",
}


def _say_missing(name: str) -> str:
    if name == "gives":
        return "a step must give something: 'a gives b: {category or asset: count}'"
    return f"missing key '{name}'"


def _say_unknown(name: str, path: list[str]) -> tuple[str, str]:
    model = shape.model_of(shape.at(path[:-1]))
    keys = list(shape.keys_of(model)) if model is not None else []
    words = name.split()
    if model in shape.RELATING and len(words) == 3:
        return f"unknown key '{name}'", f"{words[0]}{shape.RELATING[model][1]}{words[2]}"
    return f"unknown key '{name}'", nearest(name.replace("_", " "), keys) or nearest(name, keys)


def _shown(given: Any) -> str:
    if isinstance(given, dict | list):
        return "a mapping" if isinstance(given, dict) else "a list"
    if isinstance(given, datetime.date):
        return given.isoformat()
    if given is None:
        return "nothing"
    if isinstance(given, bool):
        return str(given).lower()
    text = given if isinstance(given, str) else f"{given}"
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return f"'{text}'" if isinstance(given, str) else text
