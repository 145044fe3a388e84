"""A YAML file as a tree of nodes that know where they stand, whatever the file holds.

Scalars follow YAML 1.2: `no` and `12:30` are text, `2025-03-18` is a date. What a scenario cannot use (several
documents, tags, keys that are not names, tabs, files of unreasonable size) is a fault with its place.
"""

import datetime
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLFutureWarning
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from sim.scenario.faults import Place, Report, Text
from sim.scenario.values import Value

MOST_BYTES = 1_048_576
MOST_NODES = 200_000
"""Values of a file at most; what stands behind an alias counts as often as it is used."""
DEEPEST = 32
LARGEST = 1e15
"""A number of greater size than this is a slip of the keyboard."""
MOST_ALIKE = 10
"""Faults of the same kind that are listed one by one."""


class Cite(NamedTuple):
    """A claim or a source that a number refers to, and where."""

    kind: str
    name: str
    place: Place


Scalar = str | int | float | bool | datetime.date | None


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a file: a scalar, a list, a mapping, or a number with its origin."""

    value: "Scalar | Value | list[Node] | dict[str, Entry]"
    place: Place
    cites: tuple[Cite, ...] = ()
    faulty: bool = False
    """Whether a fault was already reported for it."""

    @property
    def entries(self) -> "dict[str, Entry]":
        """What a mapping holds; nothing for anything else."""
        return self.value if isinstance(self.value, dict) else {}


class Entry(NamedTuple):
    """A key of a mapping, where it stands, and what belongs to it."""

    key: Place
    node: Node


class Unreadable(Exception):
    """What is wrong is reported, and nothing more can be said about the file."""


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file can have is none.

    >>> is_file(Path("no" * 1000))
    False
    """
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def why_no_file(path: Path) -> str:
    """What stands in the place of a file that there is not."""
    try:
        return "is a folder" if path.is_dir() else "not a regular file" if path.exists() else "no such file"
    except (OSError, ValueError):
        return "no such file"


def read_text(path: Path, name: str, report: Report) -> tuple[Text, str]:
    """Read a file as text, with `name` for its faults. Raises Unreadable."""
    text = Text(name, path.parent)
    whole = Place(text)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        report.fault(whole, [], f"cannot be read: {error.strerror or error}")
        raise Unreadable from None
    except ValueError:
        report.fault(whole, [], "cannot be read: not a path")
        raise Unreadable from None
    if len(data) > MOST_BYTES:
        report.fault(Place(text, 1, 1), [], f"larger than {MOST_BYTES:,} bytes, the most that a scenario may have")
        raise Unreadable
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        readable = data.decode("utf-8", errors="replace").replace("\r\n", "\n")
        lines = tuple(_UNUSABLE.sub("\ufffd", line) for line in readable.split("\n"))
        *above, line = data[: error.start].decode("utf-8", errors="replace").split("\n")
        place = Place(Text(name, path.parent, lines), len(above) + 1, len(line) + 1)
        report.fault(place, [], f"not UTF-8: cannot read byte 0x{data[error.start]:02x}")
        raise Unreadable from None
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    text = Text(name, path.parent, tuple(source.split("\n")))
    _refuse_characters(text, report)
    return text, source


_UNUSABLE = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff")


def _refuse_characters(text: Text, report: Report) -> None:
    found = [(row, hit) for row, line in enumerate(text.lines) if (hit := _UNUSABLE.search(line))]
    for row, hit in found[:MOST_ALIKE]:
        tab = hit.group() == "\t"
        what = "a tab: use spaces" if tab else f"the character U+{ord(hit.group()):04X} cannot be used"
        report.fault(Place(text, row + 1, hit.start() + 1), [], what)
    if len(found) > MOST_ALIKE:
        report.fault(Place(text), [], f"{len(found) - MOST_ALIKE} more lines with such characters")
    if found:
        raise Unreadable


def parse(source: str, text: Text, report: Report) -> Node:
    """Read YAML into nodes. Raises Unreadable after a fault that leaves nothing to go on with."""
    try:
        return _Builder(source, text, report).build()
    except MarkedYAMLError as error:
        problem = error.problem or error.context or "cannot be read"
        at = error.problem_mark or error.context_mark
        if "end" in problem.partition("found")[2] + problem.partition("got")[2]:
            at = error.context_mark or at  # what was never closed says more than the end of the file
        place = Place(text, at.line + 1, at.column + 1) if at is not None and text.lines else Place(text)
        report.fault(place, [], f"not YAML: {problem}{_HINTS.get(problem, '')}")
    except (YAMLError, YAMLFutureWarning) as error:
        report.fault(Place(text), [], f"not YAML: {str(error).splitlines()[0]}")
    raise Unreadable


_HINTS = {
    "mapping values are not allowed here": " (a text with ': ' in it needs quotes; keys of one mapping line up)",
    "could not find expected ':'": " (every line of a mapping reads key: value)",
}


class _Builder:
    """Builds nodes from the events of the YAML parser, and stops before anything grows out of bounds."""

    def __init__(self, source: str, text: Text, report: Report) -> None:
        self.text, self.report = text, report
        self.events: Iterator[Any] = YAML(typ="safe", pure=True).parse(source)
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.count = 0
        self.path: list[str] = []

    def build(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, DocumentStartEvent) and root is not None:
                self.stop(self.place(event), "a second document: a file holds one scenario")
            if isinstance(event, NodeEvent):
                root, _ = self.node(event, 1)
            if isinstance(event, StreamEndEvent):
                break
        if root is None or (root.value is None and self.text.lines):
            whole = Text(self.text.name, self.text.folder)
            first = Place(whole, 1, 1) if self.text.lines else Place(whole)
            self.stop(first, "the file is empty" if self.text.lines else "there is no value")
        return root

    def node(self, event: NodeEvent, depth: int) -> tuple[Node, int]:
        """The node that an event begins, and its height."""
        place = self.place(event)
        self.grow(place, 1, depth)
        if isinstance(event, AliasEvent):
            return self.alias(event, place, depth)
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            shown = str(tag).replace("tag:yaml.org,2002:", "!!")
            self.stop(place, f"the tag '{shown}' is not supported; text that looks like a number needs quotes")
        before = self.count
        if isinstance(event, ScalarEvent):
            node, height = self.scalar(event, place), 1
        elif isinstance(event, SequenceStartEvent):
            node, height = self.sequence(place, depth)
        else:
            node, height = self.mapping(place, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, self.count - before + 1, height)
        return node, height

    def alias(self, event: AliasEvent, place: Place, depth: int) -> tuple[Node, int]:
        if event.anchor not in self.anchors:
            self.stop(place, f"unknown alias '*{event.anchor}'")
        node, size, height = self.anchors[event.anchor]
        self.grow(place, size, depth + height - 1)
        return Node(node.value, place, node.cites, node.faulty) if not node.entries else node, height

    def sequence(self, place: Place, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        tallest = 0
        while not isinstance(event := next(self.events), SequenceEndEvent):
            self.path.append(str(len(items)))
            item, height = self.node(event, depth + 1)
            self.path.pop()
            items.append(item)
            tallest = max(tallest, height)
        end = self.place(event)
        if end.line == place.line:
            place = replace(place, length=end.column - place.column + 1)
        return Node(items, place), tallest + 1

    def mapping(self, place: Place, depth: int) -> tuple[Node, int]:
        entries: dict[str, Entry] = {}
        tallest = 0
        while not isinstance(event := next(self.events), MappingEndEvent):
            key, key_place = self.key(event)
            self.path.append(key)
            held = next(self.events)
            node, height = self.node(held, depth + 1)
            if node.value is None and held.start_mark.index == held.end_mark.index:
                node = Node(None, key_place)
            if key in entries:
                first = entries[key].key
                self.report.fault(key_place, self.path, f"duplicate key '{key}' (first in line {first.line})")
            else:
                entries[key] = Entry(key_place, node)
            self.path.pop()
            tallest = max(tallest, height)
        return Node(entries, place), tallest + 1

    def key(self, event: Any) -> tuple[str, Place]:
        place = self.place(event)
        if isinstance(event, AliasEvent) and event.anchor in self.anchors:
            node = self.anchors[event.anchor][0]
        elif isinstance(event, ScalarEvent):
            node = self.scalar(event, place)
        else:
            self.stop(place, "expected a name as a key")
        if isinstance(node.value, str):
            return node.value, place
        if isinstance(node.value, bool | int | float):
            return str(node.value).lower() if isinstance(node.value, bool) else str(node.value), place
        if isinstance(node.value, datetime.date):
            return node.value.isoformat(), place
        self.stop(place, "expected a name as a key")

    def scalar(self, event: ScalarEvent, place: Place) -> Node:
        unusable = _UNUSABLE.search(event.value)
        if unusable:
            message = f"the character U+{ord(unusable.group()):04X} cannot be used"
            self.report.fault(place, self.path, message)
            return Node("", place, faulty=True)
        if event.style is not None or event.tag == "!":
            return Node(event.value, place)
        try:
            return Node(_resolve(event.value), place)
        except ValueError as error:
            self.report.fault(place, self.path, str(error))
            return Node(event.value, place, faulty=True)

    def place(self, event: Any) -> Place:
        if not self.text.lines:
            return Place(self.text)
        start, end = event.start_mark, event.end_mark
        row = self.text.lines[start.line] if start.line < len(self.text.lines) else ""
        last = end.column if end.line == start.line else len(row.rstrip())
        whole = isinstance(event, ScalarEvent | AliasEvent)
        return Place(self.text, start.line + 1, start.column + 1, max(1, last - start.column) if whole else 1)

    def grow(self, place: Place, size: int, depth: int) -> None:
        self.count += size
        if self.count > MOST_NODES:
            self.stop(place, f"more than {MOST_NODES:,} values, counting those behind aliases")
        if depth > DEEPEST:
            del self.path[3:]
            self.stop(place, f"nested too deeply: more than {DEEPEST} levels")

    def stop(self, place: Place, message: str) -> NoReturn:
        self.report.fault(place, self.path, message)
        raise Unreadable


_NULL = re.compile(r"~|null|Null|NULL|")
_SWITCH = re.compile(r"true|True|TRUE|false|False|FALSE")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _resolve(written: str) -> Scalar:
    """What an unquoted scalar means in YAML 1.2, and dates.

    Raises ValueError for a number that is not finite or too large, and for a date that does not exist.

    >>> _resolve("no"), _resolve("12:30"), _resolve("0.5"), _resolve("~")
    ('no', '12:30', 0.5, None)
    """
    if _NULL.fullmatch(written):
        return None
    if _SWITCH.fullmatch(written):
        return written.lower() == "true"
    if _DATE.fullmatch(written):
        try:
            return datetime.date.fromisoformat(written)
        except ValueError:
            raise ValueError(f"there is no such date as {written}") from None
    if _ENDLESS.fullmatch(written):
        raise ValueError(f"expected a finite number, found {written}")
    shown = written if len(written) <= 24 else f"{written[:20]}..."
    if _WHOLE.fullmatch(written) or _BASED.fullmatch(written) or _DECIMAL.fullmatch(written):
        number = math.inf if len(written) > 60 else _number(written)
        if abs(number) > LARGEST:
            raise ValueError(f"{shown} is out of range: no number here may exceed {LARGEST:g} in size")
        return number
    return written


def _number(written: str) -> int | float:
    if _BASED.fullmatch(written):
        return int(written, 0)
    return int(written) if _WHOLE.fullmatch(written) else float(written)


class Found(NamedTuple):
    """A part of a tree: its path, where its key stands, and its node."""

    path: list[str]
    key: Place
    node: Node

    @property
    def place(self) -> Place:
        """The token to point at: the value if it stands on one line, otherwise the key."""
        lines = isinstance(self.node.value, list) and self.node.place.length == 1
        spread = isinstance(self.node.value, dict) or lines
        return self.key if spread or not self.node.place.line else self.node.place


class Positions:
    """Where every part of a scenario stands."""

    def __init__(self, root: Node) -> None:
        self.root = root

    def find(self, location: Sequence[str | int]) -> Found:
        """Follow a location as far as the tree goes; steps that are not in the tree are passed over."""
        node, key, path = self.root, self.root.place, list[str]()
        for step in location:
            if str(step) in node.entries:
                key, node = node.entries[str(step)]
                path.append(str(step))
            elif isinstance(node.value, list) and str(step).isdigit() and int(step) < len(node.value):
                node = node.value[int(step)]
                key = node.place
                path.append(str(step))
        return Found(path, key, node)

    def has(self, location: Sequence[str | int]) -> bool:
        """Whether the whole location is in the tree."""
        return len(self.find(location).path) == len(location)


def plain(node: Node) -> Any:
    """The tree as plain data, numbers with an origin as `Value`."""
    if isinstance(node.value, dict):
        return {key: plain(entry.node) for key, entry in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def is_number(raw: object) -> bool:
    """Whether a scalar is a number; a switch is none."""
    return isinstance(raw, int | float) and not isinstance(raw, bool)
