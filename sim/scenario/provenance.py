"""Numbers say where they come from: status blocks are taken apart, so that every number in them carries its origin.

A block (`assumed: {because: ..., strength: 2}`) gives its status to everything in it, and a block that holds
nothing but its reason or source (`reported: {by: ..., source: ...}`) to everything beside it; a single number may
have its own (`strength: {assumed: [1, 2, 3], because: ...}`).
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sim.scenario.claims import Claim
from sim.scenario.faults import Place, Report, nearest
from sim.scenario.tree import Cite, Entry, Node, is_number
from sim.scenario.values import Status, Value, in_order

SAID_WITH: Mapping[Status, tuple[str, ...]] = {
    Status.REPORTED: ("by", "source", "date", "claim", "note"),
    Status.DISPUTED: ("use", "note"),
    Status.DERIVED: ("from", "note"),
    Status.ASSUMED: ("because", "note"),
    Status.CALIBRATED: ("to", "note"),
}
"""What may be said with each status."""
_REASON = {Status.DERIVED: "from", Status.ASSUMED: "because", Status.CALIBRATED: "to"}
_WHY = {
    Status.DERIVED: "what it is computed from",
    Status.ASSUMED: "the reason for the assumption",
    Status.CALIBRATED: "what it was fitted to",
}
STATUSES = {status.value: status for status in SAID_WITH}


@dataclass(frozen=True, slots=True)
class _Origin:
    """A status and what was said with it."""

    status: Status
    said: Mapping[str, str]
    cites: tuple[Cite, ...]

    def of(self, low: float, middle: float, high: float) -> Value:
        return Value(
            low,
            middle,
            high,
            self.status,
            reason=self.said.get(_REASON.get(self.status, ""), ""),
            claims=tuple(cite.name for cite in self.cites if cite.kind == "claim"),
            by=self.said.get("by", ""),
            source=self.said.get("source", ""),
            date=self.said.get("date", ""),
            note=self.said.get("note", ""),
        )


class Hoister:
    """Takes the status blocks of one file apart."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def hoist(self, node: Node) -> Node:
        """The tree without its status blocks: their contents stand where the blocks stood."""
        return self._node(node, None, [])

    def _node(self, node: Node, origin: _Origin | None, path: list[str]) -> Node:
        if node.faulty:
            return node
        if isinstance(node.value, list):
            return self._list(node, node.value, origin, path)
        if isinstance(node.value, dict):
            status = next((key for key in node.value if key in STATUSES and _is_leaf(node.value[key].node)), None)
            return self._mapping(node, origin, path) if status is None else self._leaf(node, STATUSES[status], path)
        return self._number(node, [node], origin, path) if origin and is_number(node.value) else node

    def _list(self, node: Node, items: list[Node], origin: _Origin | None, path: list[str]) -> Node:
        if items and all(_is_block(item) for item in items):
            joined: dict[str, Entry] = {}
            for item in items:
                self._join(joined, self._mapping(item, origin, path).entries, path)
            return Node(joined, node.place)
        if any(item.faulty for item in items):
            return replace(node, faulty=True)
        if origin and items and all(is_number(item.value) for item in items):
            return self._number(node, items, origin, path)
        return replace(node, value=[self._node(item, origin, [*path, str(at)]) for at, item in enumerate(items)])

    def _mapping(self, node: Node, origin: _Origin | None, path: list[str]) -> Node:
        joined: dict[str, Entry] = {}
        beside = [key for key, entry in node.entries.items() if _says_only(key, entry.node)]
        for key in beside:
            said = node.entries[key]
            origin = self._origin(STATUSES[key], said.node.entries, said.key, path)
            if key != beside[0] or len(beside) == len(node.entries):
                what = "one status at a time" if key != beside[0] else f"nothing is said to be {key}"
                self.report.fault(said.key, [*path, key], what)
        for key, (place, child) in node.entries.items():
            if key in beside:
                continue
            if key not in STATUSES:
                self._join(joined, {key: Entry(place, self._node(child, origin, [*path, key]))}, path)
                continue
            for block in child.value if isinstance(child.value, list) else [child]:
                if block.entries:
                    self._join(joined, self._block(block, place, STATUSES[key], path), path)
                elif not block.faulty:
                    self.report.fault(place, [*path, key], f"nothing is said to be {key}")
        empty = not joined and any(key in STATUSES for key in node.entries)
        return Node(joined, node.place, faulty=empty)

    def _block(self, block: Node, place: Place, status: Status, path: list[str]) -> dict[str, Entry]:
        if status is Status.DISPUTED:
            message = "disputed numbers are written one by one: {disputed: [claims], use: number}"
            self.report.fault(place, [*path, status.value], message)
            return {}
        said = {key: entry for key, entry in block.entries.items() if key in SAID_WITH[status]}
        origin = self._origin(status, said, place, path)
        rest = {key: entry for key, entry in block.entries.items() if key not in said}
        return self._mapping(Node(rest, block.place), origin, path).entries

    def _leaf(self, node: Node, status: Status, path: list[str]) -> Node:
        """A number with its own status."""
        place, number = node.entries[status.value]
        said = {key: entry for key, entry in node.entries.items() if key != status.value}
        sound = True
        for key, (at, _) in said.items():
            if key not in SAID_WITH[status]:
                message = f"'{key}' is not said with a number that is {status.value}"
                self.report.fault(at, [*path, key], message, nearest(key, SAID_WITH[status]))
                sound = False
        origin = self._origin(status, said, place, path)
        if status is Status.DISPUTED:
            leaf = self._disputed(node, number, origin, path)
        else:
            items = number.value if isinstance(number.value, list) else [number]
            leaf = self._number(number, items, origin, path)
        return leaf if sound else replace(leaf, faulty=True)

    def _disputed(self, node: Node, claims: Node, origin: _Origin, path: list[str]) -> Node:
        items = claims.value if isinstance(claims.value, list) else []
        cites = [Cite("claim", item.value, item.place) for item in items if isinstance(item.value, str)]
        use = node.entries.get("use")
        if len(cites) < 2 or len(cites) != len(items):
            self.report.fault(claims.place, path, "expected the claims that disagree, at least two: [a.b, c.d]")
        elif use is None:
            self.report.fault(node.entries["disputed"].key, path, "'disputed' needs 'use': which number to use")
        else:
            return self._number(use.node, [use.node], replace(origin, cites=tuple(cites)), path)
        return replace(claims, faulty=True)

    def _number(self, node: Node, items: list[Node], origin: _Origin, path: list[str]) -> Node:
        raw = [item.value for item in items]
        if any(item.faulty for item in items):
            return replace(node, faulty=True)
        try:
            low, middle, high = in_order(raw)
        except ValueError as error:
            self.report.fault(node.place, path, str(error))
            return replace(node, faulty=True)
        return Node(origin.of(low, middle, high), node.place, origin.cites)

    def _origin(self, status: Status, said: Mapping[str, Entry], place: Place, path: list[str]) -> _Origin:
        texts = {key: self._text(key, entry.node, path) for key, entry in said.items() if key != "use"}
        cites = [Cite(key, texts[key], said[key].node.place) for key in ("claim", "source") if texts.get(key)]
        reason = _REASON.get(status)
        if reason and reason not in said:
            self.report.fault(place, [*path, status.value], f"'{status}' needs '{reason}': {_WHY[status]}")
        if status is Status.REPORTED and "claim" not in said and not {"by", "source"} <= set(said):
            message = "'reported' needs a 'claim', or who said it ('by') and where ('source')"
            self.report.fault(place, [*path, status.value], message)
        return _Origin(status, texts, tuple(cites))

    def _text(self, key: str, node: Node, path: list[str]) -> str:
        if isinstance(node.value, datetime.date):
            return node.value.isoformat()
        if isinstance(node.value, str) and node.value.strip():
            return node.value
        if is_number(node.value) and key == "date":
            return str(node.value)
        if not node.faulty:
            self.report.fault(node.place, [*path, key], f"'{key}' needs a text")
        return ""

    def _join(self, into: dict[str, Entry], new: Mapping[str, Entry], path: list[str]) -> None:
        """Add what a block holds to what stands beside it; only mappings may meet."""
        for key, entry in new.items():
            there = into.get(key)
            if there is None:
                into[key] = entry
            elif isinstance(there.node.value, dict) and isinstance(entry.node.value, dict):
                joined = dict(there.node.entries)
                self._join(joined, entry.node.entries, [*path, key])
                into[key] = Entry(there.key, replace(there.node, value=joined))
            else:
                message = f"duplicate key '{key}' (first in line {there.key.line})"
                self.report.fault(entry.key, [*path, key], message)


def _is_leaf(node: Node) -> bool:
    """Whether what stands behind a status is the number itself, not a block of them."""
    if isinstance(node.value, list):
        return not any(item.entries for item in node.value)
    return not isinstance(node.value, dict) and node.value is not None


def _is_block(node: Node) -> bool:
    """Whether a mapping says the status of what it holds."""
    return any(key in STATUSES and not _is_leaf(entry.node) for key, entry in node.entries.items())


def _says_only(key: str, node: Node) -> bool:
    """Whether a status block holds nothing but its reason or source."""
    return key in STATUSES and bool(node.entries) and set(node.entries) <= set(SAID_WITH[STATUSES[key]])


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a scenario can cite."""

    sources: tuple[str, ...]
    claims: Mapping[str, Claim]
    """As `source.claim`."""
    unread: frozenset[str] = frozenset()
    """Sources whose claims could not be read: nothing is said about references to them."""

    def lacks(self, kind: str, name: str) -> tuple[str, str] | None:
        """What is wrong with a reference to a claim or a source, and the nearest right one; None if it is sound."""
        known = self.sources if kind == "source" else self.claims
        source = name.rpartition(".")[0]
        if name in known or (kind == "claim" and source in self.unread):
            return None
        guess, more = nearest(name, known), ""
        if kind == "claim" and not guess and source not in self.sources:
            more = f": there is no source '{source}'" if source else ": a claim reads source.claim"
        return f"unknown {kind} '{name}'{more}", guess


def attest(node: Node, evidence: Evidence, report: Report) -> Node:
    """Hold every number against the claims that it cites, and fill in who made the claim, where and when."""
    return _Attester(evidence, report).check(node, [])


@dataclass(frozen=True, slots=True)
class _Attester:
    evidence: Evidence
    report: Report

    def check(self, node: Node, path: list[str]) -> Node:
        if isinstance(node.value, dict):
            entries = {key: Entry(entry.key, self.check(entry.node, [*path, key])) for key, entry in node.value.items()}
            return replace(node, value=entries)
        if isinstance(node.value, list):
            items = [self.check(item, [*path, str(at)]) for at, item in enumerate(node.value)]
            return replace(node, value=items)
        return self.number(node, node.value, path) if isinstance(node.value, Value) else node

    def number(self, node: Node, value: Value, path: list[str]) -> Node:
        for cite in node.cites:
            lacking = self.evidence.lacks(cite.kind, cite.name)
            if lacking is not None:
                self.report.fault(cite.place, path, *lacking)
        claims = self.evidence.claims
        if not value.claims or any(claim not in claims for claim in value.claims):
            return node
        fitting = [claim for claim in value.claims if _same(claims[claim].value, value.middle)]
        if value.uncertain or not fitting:
            shown = f"a range around {value.middle:g}" if value.uncertain else f"{value.middle:g}"
            said = [f"{claim} says {claims[claim].value}" for claim in value.claims]
            self.report.fault(node.place, path, f"{shown} is not what was claimed: {', '.join(said)}")
            return replace(node, faulty=True)
        first = fitting[0]
        attested = replace(
            value,
            claims=(first, *(other for other in value.claims if other != first)),
            by=value.by or claims[first].by,
            source=value.source or first.rpartition(".")[0],
            date=value.date or str(claims[first].on or ""),
        )
        return replace(node, value=attested)


def _same(claimed: object, number: float) -> bool:
    return is_number(claimed) and claimed == number
