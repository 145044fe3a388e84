"""A scenario in layers: a file, what it extends, and what is set from outside, joined into one tree by key."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

from sim.scenario import shape
from sim.scenario.faults import Place, Report, Text, nearest
from sim.scenario.provenance import Hoister
from sim.scenario.schema import Scenario
from sim.scenario.schema.kinds import FORMAT
from sim.scenario.schema.sides import Strategy
from sim.scenario.tree import Entry, Node, Unreadable, is_file, parse, read_text


@dataclass(slots=True)
class Layers:
    """Reads a file and everything under it; relative paths come out relative to the first file's folder."""

    folder: Path
    report: Report
    files: list[Path] = field(default_factory=list)
    deleted: dict[tuple[str, ...], Place] = field(default_factory=dict)
    """Where what was deleted last was deleted, by path."""
    was_set: dict[tuple[str, ...], str] = field(default_factory=dict)
    """What was set from outside, by path."""

    def load(self, path: Path, chain: tuple[Path, ...] = ()) -> Node:
        """One tree of a file and what it extends. Raises Unreadable."""
        self.files.append(path)
        text, source = read_text(path, str(path), self.report)
        root = parse(source, text, self.report)
        self._check_version(root)
        tree = self._rebase(Hoister(self.report).hoist(root), [])
        if not isinstance(tree.value, dict):
            self.report.fault(root.place, [], "expected a mapping, lines that read key: value")
            raise Unreadable
        extends = tree.entries.get("extends")
        if extends is None:
            return tree
        own = replace(tree, value={key: entry for key, entry in tree.entries.items() if key != "extends"})
        base = self._base(extends.node, text, (*chain, path.resolve()))
        joined = self.overlay(self.load(base, (*chain, path.resolve())), own, [])
        return replace(joined, place=own.place)

    def _base(self, node: Node, text: Text, chain: tuple[Path, ...]) -> Path:
        if not isinstance(node.value, str) or not node.value.strip():
            self._stop(node.place, "expected the path of a scenario file")
        base = Path(os.path.normpath(text.folder / node.value))
        if not is_file(base):
            beside = sorted({other.name for other in text.folder.glob("*.yaml")} - {Path(text.name).name})
            guess = nearest(base.name, beside)
            self._stop(node.place, f"there is no file {base}", guess)
        if base.resolve() in chain:
            names = [path.name for path in [*chain[chain.index(base.resolve()) :], base]]
            self._stop(node.place, f"circular: {' extends '.join(names)}")
        return base

    def _stop(self, place: Place, message: str, suggestion: str = "") -> NoReturn:
        self.report.fault(place, ["extends"], message, suggestion)
        raise Unreadable

    def _check_version(self, root: Node) -> None:
        version = root.entries.get("parley")
        if version is not None and isinstance(version.node.value, int) and version.node.value > FORMAT:
            message = f"format version {version.node.value} is newer than this laboratory reads ({FORMAT})"
            self.report.fault(version.node.place, ["parley"], message)
            raise Unreadable

    def _rebase(self, node: Node, path: list[str]) -> Node:
        """Make the paths in a tree relative to the first file, whichever file they are written in."""
        folder = node.place.text.folder
        if isinstance(node.value, str) and _is_file(path) and folder != self.folder:
            return replace(node, value=os.path.relpath(folder / node.value, self.folder))
        if not isinstance(node.value, dict):
            return node
        entries = {key: Entry(place, self._rebase(child, [*path, key])) for key, (place, child) in node.value.items()}
        return replace(node, value=entries)

    def overlay(self, base: Node, own: Node, path: list[str]) -> Node:
        """Lay a tree over another: mappings join, null deletes; another strategy, or anything else, replaces."""
        entries = dict(base.entries)
        if _names_a_strategy(own, path):
            entries = {key: entry for key, entry in entries.items() if _deletes(own, key)}
        for key, (place, child) in own.entries.items():
            there = entries.get(key)
            if child.value is None:
                if there is None:
                    guess = nearest(key, entries)
                    self.report.fault(place, [*path, key], f"nothing to delete: there is no '{key}'", guess)
                entries.pop(key, None)
                self.deleted[(*path, key)] = place
            elif there is not None and isinstance(there.node.value, dict) and isinstance(child.value, dict):
                entries[key] = Entry(place, self.overlay(there.node, child, [*path, key]))
            else:
                entries[key] = Entry(place, child)
        return replace(base, value=entries)

    def set(self, root: Node, assignment: str) -> Node:
        """Lay `path=value` over a tree. A path that leads nowhere is reported, and the tree left as it is."""
        text = Text(f"--set {assignment}", Path())
        path, equals, written = assignment.partition("=")
        if not equals or not path.strip():
            self.report.fault(Place(text), [], "expected path=value")
            return root
        steps = self._steps(root, path.strip(), text)
        if steps is None:
            return root
        if tuple(steps) in self.was_set:
            self.report.fault(Place(text), steps, f"set twice: '{self.was_set[tuple(steps)]}' came before")
            return root
        self.was_set[tuple(steps)] = assignment
        try:
            value = parse(written, text, self.report)
        except Unreadable:
            return root
        return self._put(root, steps, self._rebase(Hoister(self.report).hoist(value), steps), [])

    def _put(self, node: Node, steps: Sequence[str], value: Node, path: list[str]) -> Node:
        """Put a value in the place that some steps lead to, instead of what was there; null deletes."""
        key, *rest = steps
        if not rest and value.value is None:
            return self.overlay(node, Node({key: Entry(value.place, value)}, value.place), path)
        there = node.entries.get(key)
        if rest:
            below = Node({}, value.place) if there is None else there.node
            value = self._put(below, rest, value, [*path, key])
        place = value.place if there is None or not rest else there.key
        return replace(node, value={**node.entries, key: Entry(place, value)})

    def _steps(self, root: Node, path: str, text: Text) -> list[str] | None:
        """The keys that a dotted path goes through: those there are, and at its end those there may be."""
        tracks = root.entries["tracks"].node.entries if "tracks" in root.entries else {}
        first = path.split(".", maxsplit=1)[0]
        short = first in tracks and first not in shape.keys_of(Scenario)
        node, steps, rest = (
            (tracks[first].node, ["tracks", first], path[len(first) + 1 :]) if short else (root, [], path)
        )
        while rest:
            known = [key for key in node.entries if rest == key or rest.startswith(f"{key}.")]
            key = max(known, key=len) if known else rest.split(".", maxsplit=1)[0]
            if not known and not _may_begin(node, steps, key):
                model = shape.model_of(shape.at(steps))
                candidates = [*node.entries, *(shape.keys_of(model) if model else []), *([] if steps else tracks)]
                guess = nearest(key, candidates)
                corrected = path[: len(path) - len(rest)] + guess + rest[len(key) :] if guess else ""
                message = f"unknown path '{path}': there is no '{key}'"
                if not guess and isinstance(node.value, dict) and shape.names_things(shape.at(steps)):
                    message += " (a new name needs a variant: a file that extends this one)"
                self.report.fault(Place(text), [], message, corrected)
                return None
            node = node.entries[key].node if known else Node({}, Place(text))
            steps.append(key)
            rest = rest[len(key) + 1 :]
        return steps


def _may_begin(node: Node, steps: list[str], key: str) -> bool:
    """Whether a key that is not in the tree may be set: one of the format, or one that refers to a name."""
    here = shape.at(steps)
    model = shape.model_of(here)
    if not isinstance(node.value, dict):
        return False
    return shape.inside(here, key) is not None if model else here is not None and not shape.names_things(here)


def _names_a_strategy(node: Node, path: list[str]) -> bool:
    """Whether a tree says which strategy stands at a path; the parameters of another say nothing of it."""
    kind = shape.model_of(shape.at(path))
    return kind is Strategy and any(key in node.entries and not _deletes(node, key) for key in ("name", "file"))


def _deletes(node: Node, key: str) -> bool:
    return key in node.entries and node.entries[key].node.value is None


def _is_file(path: list[str]) -> bool:
    """Whether the path of another file stands here."""
    if path[:1] == ["sources"]:
        return path[2:] == ["claims"]
    return path[-1:] == ["file"] and "strategy" in path[1:-1]
