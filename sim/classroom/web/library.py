"""The scenarios that a server offers: each under a short name, read from its file once."""

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sim
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import Reading, read
from sim.show.labels import Labels, labels_of

CASES = Path("scenarios") / "cases"


class NoScenarios(Exception):
    """There is nothing to offer; and where it was looked for."""


@dataclass(frozen=True, slots=True)
class Book:
    """One scenario on offer."""

    name: str
    """Its short name, as links have it: that of the file."""
    path: Path
    reading: Reading
    case: Case
    labels: Labels


class Library:
    """Scenarios by short name; a file is read when it is first asked for."""

    def __init__(self, files: Iterable[Path]) -> None:
        """Offer some files; of two with the same name the second is called `name-2`."""
        self.files: dict[str, Path] = {}
        for path in files:
            name, number = path.stem, 1
            while name in self.files:
                number += 1
                name = f"{path.stem}-{number}"
            self.files[name] = path
        self._books: dict[str, Book] = {}
        self._lock = threading.Lock()

    def book(self, name: str) -> Book:
        """A scenario, read.

        Raises:
            KeyError: none has that name.
            InvalidScenario: its file has become faulty.
        """
        with self._lock:
            if name not in self._books:
                path = self.files[name]
                reading = read(path)
                case = compile_case(reading)
                self._books[name] = Book(name, path, reading, case, labels_of(case))
            return self._books[name]

    def titles(self, first: str = "") -> Mapping[str, Mapping[str, str]]:
        """Titles of the files by short name, for a list in groups.

        Args:
            first: the short name that stands first of all.

        Returns:
            Under an empty heading the scenarios that stand by themselves; under the title of each of these, what
            extends it, directly or by way of another that is offered.
        """
        by_path = {path.resolve(): name for name, path in self.files.items()}
        bases = {
            name: _base(path, by_path) for name, path in sorted(self.files.items(), key=lambda one: one[0] != first)
        }
        titles = {name: _title(path) or name for name, path in self.files.items()}
        alone = [name for name, base in bases.items() if base == name]
        found = {"": {name: titles[name] for name in alone}}
        for base in alone:
            variants = {name: titles[name] for name, its in bases.items() if its == base != name}
            if variants:
                found.setdefault(titles[base], {}).update(variants)
        return found


def _base(path: Path, offered: Mapping[Path, str]) -> str:
    """The short name of what a file extends in the end, as far as that is offered; its own where it extends nothing."""
    at, seen = path.resolve(), set[Path]()
    while at not in seen:
        seen.add(at)
        extended = (at.parent / _said("extends", at)).resolve()
        if extended not in offered:
            break
        at = extended
    return offered[at]


def _title(path: Path) -> str:
    """What a file calls itself; nothing where that is not to be seen."""
    return _said("title", path)


@cache
def _said(key: str, path: Path) -> str:
    """What a file says of itself under a key, without reading the rest; nothing where that is not to be seen."""
    found = re.search(rf"^{key}: *(.+)$", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    return found[1].strip().strip("\"'") if found else ""


def shipped() -> list[Path]:
    """The cases and variants under the working folder, else beside the laboratory's code.

    Raises:
        NoScenarios: there are none.
    """
    beside = Path(next(iter(sim.__path__))).parent
    for folder in (CASES, beside / CASES):
        found = sorted(folder.glob("*.yaml"))
        if found:
            return found
    raise NoScenarios(f"there are no scenarios in '{CASES}': name the files to serve")
