"""A batch file is read like a scenario: every fault with its place, all faults at once."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

from sim.scenario.faults import InvalidScenario, Place, Report, Text, nearest, one_of
from sim.scenario.tree import Entry, Node, Unreadable, is_number, parse, plain, read_text
from sim.study.sweep import MOST_POINTS, Design, Factor, levels

FORMAT = 1
"""The version of the format of batch files."""
KEYS = (
    "parley", "batch", "about", "scenarios", "variants", "factors", "design", "replications", "seed", "central",
    "keep", "chunk",
)  # fmt: skip
RANGE = ("from", "to", "steps", "whole")
MOST_STEPS = 10_000
MOST_RUNS = 10**10
MOST_SEED = 2**63 - 1
SMALLEST_CHUNK = 1
LARGEST_CHUNK = 1_000_000


@dataclass(frozen=True, slots=True)
class Variant:
    """Changes to a scenario under a name, and where they are written."""

    name: str
    sets: Mapping[str, Any]
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class Question:
    """A batch as somebody describes it, in a file or by options, before any scenario is read."""

    scenarios: tuple[tuple[str, Place], ...]
    title: str = ""
    name: str = ""
    variants: tuple[Variant, ...] = (Variant("", {}, {}),)
    factors: tuple[Factor, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where the values of each factor stand."""
    design: Design = Design.GRID
    count: int = 0
    """Points of a sampled design."""
    replications: int = 100
    seed: int = 1
    central: bool = False
    keep: tuple[str, ...] = ("*",)
    kept_at: Mapping[str, Place] = field(default_factory=dict)
    """Where each pattern to keep stands."""
    chunk: int = 0
    """Runs of a chunk; 0 for as many as suit the engine."""


def is_batch_file(path: Path) -> bool:
    """Whether a file says that it is a batch: it has a line that begins with `batch:`."""
    try:
        return re.search(rb"(?m)^batch[ ]*:", path.read_bytes()[:1_048_576]) is not None
    except OSError:
        return False


def read_batch(path: Path) -> Question:
    """Read a batch file.

    Raises:
        InvalidScenario: every fault in it; the scenarios that it names are not looked at.
    """
    report = Report()
    try:
        text, source = read_text(path, str(path), report)
        root = parse(source, text, report)
    except Unreadable:
        raise InvalidScenario(report.faults) from None
    question = _Reader(root, report).question(path)
    if report.faults:
        raise InvalidScenario(sorted(report.faults, key=lambda fault: (fault.line, fault.column)))
    return question


def read_factor(assignment: str, report: Report) -> tuple[Factor, Place] | None:
    """A factor as an option gives it: `path=[values]` or `path={from: low, to: high, steps: number}`."""
    text = Text(f"--factor {assignment}", Path())
    path, equals, written = assignment.partition("=")
    if not equals or not path.strip():
        report.fault(Place(text), [], "expected path=[values] or path={from: low, to: high, steps: number}")
        return None
    try:
        node = parse(written, text, report)
    except Unreadable:
        return None
    factor = _Reader(node, report).factor(path.strip(), node)
    return None if factor is None else (factor, Place(text))


def read_design(written: str, report: Report, *, varied: bool) -> tuple[Design, int]:
    """A design as an option gives it: `grid`, `latin hypercube: 64` or `sobol: 64`; whether there is what it varies."""
    text = Text(f"--design {written}", Path())
    try:
        node = parse("{" + written + "}" if ":" in written else written, text, report)
    except Unreadable:
        return Design.GRID, 0
    return _Reader(node, report).design(node, varied=varied)


def check_size(question: Question, report: Report, place: Place) -> None:
    """Report what makes a design impossible: lists without end, ranges without steps in a grid, too much of it all."""
    points = question.count
    if question.design is Design.GRID:
        points = 1
        for factor in question.factors:
            points *= len(factor.values) or 1
            if not factor.values:
                message = "a range in a grid needs 'steps', the number of its values"
                report.fault(question.places[factor.path], ["factors", factor.path], message)
    points *= len(question.scenarios) * len(question.variants)
    if points > MOST_POINTS:
        report.fault(place, [], f"{points:,} points are more than {MOST_POINTS:,}: a sampled design needs fewer")
    elif points * question.replications > MOST_RUNS:
        report.fault(place, [], f"{points * question.replications:,} runs are more than {MOST_RUNS:,}")


class _Reader:
    """Takes a tree apart; what is wrong is reported and left out."""

    def __init__(self, root: Node, report: Report) -> None:
        self.root, self.report = root, report

    def question(self, path: Path) -> Question:
        entries = self.root.entries
        if not entries:
            self.report.fault(self.root.place, [], "expected a mapping, lines that read key: value")
        for key, entry in entries.items():
            if key not in KEYS:
                self.report.fault(entry.key, [key], f"unknown key '{key}'", nearest(key, KEYS))
        version = self.whole("parley", FORMAT, 1, 10**6)
        if version > FORMAT:
            message = f"format version {version} is newer than this laboratory reads ({FORMAT})"
            self.report.fault(entries["parley"].node.place, ["parley"], message)
        self.text("about")
        factors, places = self.factors()
        written = self._node("design")
        design, count = (Design.GRID, 0) if written is None else self.design(written, varied="factors" in entries)
        keep = self.keep()
        question = Question(
            scenarios=self.scenarios(path),
            title=self.text("batch"),
            name=path.stem,
            variants=self.variants(),
            factors=factors,
            places=places,
            design=design,
            count=count,
            replications=self.whole("replications", 100, 1, MOST_RUNS),
            seed=self.whole("seed", 1, 0, MOST_SEED),
            central=self.switch("central"),
            keep=tuple(keep),
            kept_at=keep,
            chunk=self.whole("chunk", 0, SMALLEST_CHUNK, LARGEST_CHUNK),
        )
        if not self.report.faults:
            check_size(question, self.report, self.root.place)
        return question

    def text(self, key: str) -> str:
        node = self._node(key)
        if node is None:
            return ""
        if not isinstance(node.value, str) or not node.value.strip():
            self._expected("a text", key, node)
            return ""
        return node.value.strip()

    def whole(self, key: str, default: int, least: int, most: int) -> int:
        node = self._node(key)
        if node is None:
            return default
        if not isinstance(node.value, int) or isinstance(node.value, bool):
            self._expected("a whole number", key, node)
        elif not least <= node.value <= most:
            message = f"{node.value} is out of range: must be {least} to {most}"
            self.report.fault(node.place, [key], message)
        else:
            return node.value
        return default

    def switch(self, key: str) -> bool:
        node = self._node(key)
        if node is not None and not isinstance(node.value, bool):
            self._expected("true or false", key, node)
        return node is not None and node.value is True

    def scenarios(self, path: Path) -> tuple[tuple[str, Place], ...]:
        node = self._node("scenarios")
        if node is None:
            place = self.root.place
            self.report.fault(place, [], "'scenarios' is missing: the files to run, from where this file stands")
            return ()
        files: list[tuple[str, Place]] = []
        for item in self._items(node):
            if not isinstance(item.value, str) or not item.value.strip():
                self._expected("the path of a scenario file", "scenarios", item)
                continue
            file = Path(path.parent, item.value)
            if not file.is_file():
                beside = sorted(other.name for other in file.parent.glob("*.yaml")) if file.parent.is_dir() else []
                guess = nearest(file.name, beside)
                suggestion = (Path(item.value).parent / guess).as_posix() if guess else ""
                self.report.fault(item.place, ["scenarios"], f"there is no file {file}", suggestion)
            elif any(str(file) == other for other, _ in files):
                self.report.fault(item.place, ["scenarios"], f"'{item.value}' stands here twice")
            else:
                files.append((str(file), item.place))
        if not files and not self.report.faults:
            self._expected("at least one scenario file", "scenarios", node)
        return tuple(files)

    def variants(self) -> tuple[Variant, ...]:
        node = self._node("variants")
        if node is None:
            return (Variant("", {}, {}),)
        if not node.entries:
            self._expected("names, each with changes: {path: value}", "variants", node)
        found = []
        for name, (_, changes) in node.entries.items():
            if not isinstance(changes.value, dict):
                self._expected("changes, {path: value}; {} for none", f"variants.{name}", changes)
                continue
            sets = {path: _plain(entry.node) for path, entry in changes.entries.items()}
            found.append(Variant(name, sets, {path: entry.key for path, entry in changes.entries.items()}))
        return tuple(found)

    def factors(self) -> tuple[tuple[Factor, ...], dict[str, Place]]:
        node = self._node("factors")
        found: list[Factor] = []
        places: dict[str, Place] = {}
        if node is not None and not node.entries:
            self._expected("paths, each with its values", "factors", node)
        for path, entry in node.entries.items() if node is not None else ():
            factor = self.factor(path, entry.node)
            if factor is not None:
                found.append(factor)
                places[path] = entry.node.place if isinstance(entry.node.value, list) else entry.key
        return tuple(found), places

    def factor(self, path: str, node: Node) -> Factor | None:
        """A factor from its list of values or its range."""
        where = f"factors.{path}"
        if isinstance(node.value, list):
            values = tuple(_plain(item) for item in node.value)
            if not values:
                self._expected("at least one value", where, node)
            elif any(values.index(value) != at for at, value in enumerate(values)):
                self.report.fault(node.place, [where], "a value stands here twice")
            else:
                return Factor(path, values)
            return None
        if not isinstance(node.value, dict):
            self._expected("[values] or {from: low, to: high, steps: number}", where, node)
            return None
        return self._range(path, node.value, where, node)

    def _range(self, path: str, entries: Mapping[str, Entry], where: str, node: Node) -> Factor | None:
        sound = True
        for key, entry in entries.items():
            if key not in RANGE:
                self.report.fault(entry.key, [where, key], f"unknown key '{key}'", nearest(key, RANGE))
                sound = False
        low, high, steps, whole = (entries[key].node.value if key in entries else None for key in RANGE)
        if not (_number(low) and _number(high)):
            self._expected("{from: low, to: high} with numbers, the lower first", where, node)
            sound = False
        elif low >= high:
            self.report.fault(entries["from"].node.place, [where, "from"], f"{low} is not below {high}")
            sound = False
        if steps is not None and not (_whole(steps) and 2 <= steps <= MOST_STEPS):
            self._expected(f"a whole number of steps, 2 to {MOST_STEPS}", where, entries["steps"].node)
            sound = False
        if whole not in (None, True, False):
            self._expected("true or false", where, entries["whole"].node)
            sound = False
        if not sound or not _number(low) or not _number(high):
            return None
        if _whole(steps):
            spread = levels(low, high, steps)
            values = tuple(dict.fromkeys(round(value) for value in spread)) if whole else spread
            return Factor(path, values, float(low), float(high), whole=whole is True)
        return Factor(path, low=float(low), high=float(high), whole=whole is True)

    def design(self, node: Node, *, varied: bool) -> tuple[Design, int]:
        """Grid, or a sampled design with its number of points; `varied` if there are factors."""
        if node.value == Design.GRID:
            return Design.GRID, 0
        sampled = (Design.LATIN_HYPERCUBE, Design.SOBOL)
        name, entry = next(iter(node.entries.items()), ("", None))
        if name not in sampled or entry is None or len(node.entries) != 1:
            known = [str(Design.GRID), *(f"{design}: points" for design in sampled)]
            guess = nearest(name or str(node.value), Design)
            self._expected(one_of(known), "design", node, "" if guess in (name, node.value) else guess)
            return Design.GRID, 0
        count = entry.node.value
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_POINTS:
            self._expected(f"a number of points, 1 to {MOST_POINTS:,}", "design", entry.node)
            return Design.GRID, 0
        if name == Design.SOBOL and count & (count - 1):
            least = 1 << (count.bit_length() - 1)
            message = f"a Sobol sequence needs a power of 2, such as {least} or {2 * least}, not {count}"
            self.report.fault(entry.node.place, ["design", name], message)
        if not varied:
            self.report.fault(node.place, ["design"], f"a {name} design needs factors: there is nothing to vary")
        return Design(name), count

    def keep(self) -> dict[str, Place]:
        """The patterns of outcomes to keep, and where they stand."""
        node = self._node("keep")
        if node is None:
            return {"*": self.root.place}
        patterns = {}
        for item in self._items(node):
            if isinstance(item.value, str) and item.value.strip():
                patterns[item.value.strip()] = item.place
            else:
                self._expected("patterns of columns, such as [exchange.*, '*.deals']", "keep", item)
        return patterns

    def _node(self, key: str) -> Node | None:
        return self.root.entries[key].node if key in self.root.entries else None

    def _items(self, node: Node) -> Sequence[Node]:
        return node.value if isinstance(node.value, list) else [node]

    def _expected(self, what: str, where: str, node: Node, suggestion: str = "") -> None:
        if not node.faulty:
            found = "a mapping" if node.entries else "a list" if isinstance(node.value, list) else repr(node.value)
            self.report.fault(node.place, where.split(".", maxsplit=1), f"expected {what}, found {found}", suggestion)


def _plain(node: Node) -> Any:
    """Plain data as JSON can hold it."""
    return _as_json(plain(node))


def _as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_as_json(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def _number(value: object) -> TypeGuard[int | float]:
    return is_number(value)


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
