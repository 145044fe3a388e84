"""A scenario file is read, checked, and handed on with the place of everything in it; or every fault is told."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.scenario.case import Case
from sim.scenario.checking import check
from sim.scenario.claims import Claim, ClaimsFile, InvalidClaims, load_claims
from sim.scenario.desk import Desk
from sim.scenario.doubting import doubt_case
from sim.scenario.faults import Fault, InvalidScenario, Place, Report, Text
from sim.scenario.json_schema import schema_document
from sim.scenario.layers import Layers
from sim.scenario.provenance import Evidence, attest
from sim.scenario.schema import Scenario
from sim.scenario.schema.kinds import Part
from sim.scenario.tree import Node, Positions, Unreadable, is_file
from sim.scenario.validating import validate
from sim.scenario.values import Status, Value

__all__ = ["Reading", "doubts", "read", "schema_document", "unattributed"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A scenario as it was read: checked, complete with what it extends, every part with its place."""

    scenario: Scenario
    positions: Positions
    warnings: tuple[Fault, ...]
    path: Path
    files: tuple[Path, ...]
    """Every file that was read: the scenario, what it extends, and the claims that it cites."""
    claims: Mapping[str, Claim]
    """As the scenario refers to them: `source.claim`."""

    def resolve(self, file: str) -> Path:
        """The path of a file that the scenario names, from where the scenario file stands."""
        return Path(os.path.normpath(self.path.parent / file))


def read(path: str | Path, sets: Sequence[str] = ()) -> Reading:
    """Read a scenario file, lay `sets` (each `path=value`) over it, and check everything.

    Raises InvalidScenario with every fault found.
    """
    path, report = Path(path), Report()
    layers = Layers(path.parent, report)
    try:
        root = layers.load(path)
        for assignment in sets:
            root = layers.set(root, assignment)
    except Unreadable:
        raise InvalidScenario(_in_order(report.faults)) from None
    evidence, files = _load_claims(root, path.parent, report)
    root = attest(root, evidence, report)
    valid = validate(root, report, layers.deleted)
    positions = Positions(valid.tree)
    if valid.scenario is not None:
        desk = Desk(valid.scenario, positions, evidence, report, path.parent)
        desk.left_out = valid.lost_names(root)
        desk.left_out_at = valid.left_out
        check(desk)
    if report.faults or valid.scenario is None:
        raise InvalidScenario(_in_order(report.faults))
    warnings = tuple(_in_order(report.warnings))
    return Reading(valid.scenario, positions, warnings, path, (*layers.files, *files), evidence.claims)


def doubts(case: Case, reading: Reading) -> tuple[Fault, ...]:
    """Warnings about a compiled case: a margin above the best worth, an interest that tells no outcomes apart."""
    report = Report()
    doubt_case(case, reading.positions, report)
    return tuple(_in_order(report.warnings))


def unattributed(reading: Reading) -> tuple[Fault, ...]:
    """Every number of a scenario that nobody is named for, structure aside (menus, counts, terms, calendar)."""
    report = Report()
    for location, value in _values(reading.scenario, []):
        terms = location[0] == "acts" and location[2] in ("truce", "gives")
        if value.status is Status.UNATTRIBUTED and not terms:
            found = reading.positions.find(location)
            report.fault(found.place, found.path, f"{_spell(value)} has no status: who says so, or why is it assumed?")
    return tuple(_in_order(report.faults))


def _values(part: object, location: list[str | int]) -> Iterator[tuple[list[str | int], Value]]:
    if isinstance(part, Value):
        yield location, part
    elif isinstance(part, Part):
        for name, field in type(part).model_fields.items():
            yield from _values(getattr(part, name), [*location, field.alias or name])
    elif isinstance(part, dict):
        for key, inner in part.items():
            yield from _values(inner, [*location, key])
    elif isinstance(part, list):
        for index, inner in enumerate(part):
            yield from _values(inner, [*location, index])


def _spell(value: Value) -> str:
    return f"[{value.low:g}, {value.middle:g}, {value.high:g}]" if value.uncertain else f"{value.middle:g}"


def _load_claims(root: Node, folder: Path, report: Report) -> tuple[Evidence, list[Path]]:
    claims: dict[str, Claim] = {}
    sources = root.entries["sources"].node.entries if "sources" in root.entries else {}
    files, unread = list[Path](), set[str]()
    for name, source in sources.items():
        entry = source.node.entries.get("claims")
        if entry is None or not isinstance(entry.node.value, str):
            continue
        file = Path(os.path.normpath(folder / entry.node.value))
        try:
            loaded = _load(file, entry.node.place, name, report)
        except Unreadable:
            unread.add(name)
            continue
        files.append(file)
        claims.update({f"{name}.{key}": claim for key, claim in loaded.claims.items()})
    return Evidence(tuple(sources), claims, frozenset(unread)), files


def _load(file: Path, place: Place, source: str, report: Report) -> ClaimsFile:
    if not is_file(file):
        report.fault(place, ["sources", source, "claims"], f"there is no file {file}")
        raise Unreadable
    try:
        return load_claims(file)
    except InvalidClaims as invalid:
        text = Text(str(file), file.parent)
        for fault in invalid.faults:
            report.fault(Place(text, fault.line, fault.column), [fault.path] if fault.path else [], fault.message)
        raise Unreadable from None


def _in_order(faults: Sequence[Fault]) -> list[Fault]:
    """Each once, by file (in the order in which they first appear), line and column."""
    files = list(dict.fromkeys(fault.file for fault in faults))
    once: dict[tuple[str, int, int, str], Fault] = {}
    for fault in faults:
        once.setdefault((fault.file, fault.line, fault.column, fault.message), fault)
    return sorted(once.values(), key=lambda fault: (files.index(fault.file), fault.line, fault.column))
