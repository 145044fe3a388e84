"""What is wrong with a scenario file, and where: one line a fault, all faults at once."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.scenario.values import Status

WIDEST_EXCERPT = 100
"""Characters of a source line that an excerpt shows at most."""
_STATUSES = frozenset(status.value for status in Status)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong, or (a `warning`) legal but doubtful, at one place of a file."""

    file: str
    line: int
    """Counted from 1; 0 where a fault has no line (a file that is missing, a value set from outside)."""
    column: int
    path: str
    """Where in the scenario, by name: `ceasefire.preconditions.russia.monitored`; empty for the whole file."""
    message: str
    suggestion: str = ""
    """The nearest right thing, where there is one."""
    excerpt: str = ""
    """The source line and, under it, carets that mark the faulty token."""
    warning: bool = False

    def __str__(self) -> str:
        """The fault as it is shown: place, path, message, suggestion, excerpt."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        parts = [place, *(["warning"] if self.warning else []), *([self.path] if self.path else []), self.message]
        hint = f"; did you mean '{self.suggestion}'?" if self.suggestion else ""
        excerpt = f"\n{self.excerpt}" if self.excerpt else ""
        return ": ".join(parts) + hint + excerpt


class InvalidScenario(Exception):
    """A scenario cannot be used: every fault that was found, in the order of the files."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate that a misspelt word most likely means, or an empty text.

    >>> nearest("monitorng", ["monitoring", "rearm_cap"])
    'monitoring'
    >>> nearest("size", ["monitoring"])
    ''
    """
    ordered = list(dict.fromkeys(candidates))
    lowered = {candidate.lower(): candidate for candidate in reversed(ordered)}
    if word.lower() in lowered:
        return lowered[word.lower()]
    found = difflib.get_close_matches(word[:WIDEST_EXCERPT], ordered, n=1, cutoff=0.65)
    return found[0] if found else ""


def one_of(names: Iterable[str]) -> str:
    """A list of names as prose.

    >>> one_of(["menu", "alternating"])
    "'menu' or 'alternating'"
    """
    quoted = [f"'{name}'" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}" if quoted else "nothing"


def mark(line: str, column: int, length: int) -> str:
    """A source line without its indentation, and carets under a token.

    `column` counts from 0; `length` is that of the token, at least 1 caret is drawn.
    """
    indent = min(len(line) - len(line.lstrip()), column)
    shown, at = line[indent:].rstrip(), column - indent
    if len(shown) > WIDEST_EXCERPT:
        first = max(0, min(at - WIDEST_EXCERPT // 4, len(shown) - WIDEST_EXCERPT))
        cut = f"{'...' if first else ''}{shown[first + 3 * bool(first) : first + WIDEST_EXCERPT]}"
        shown, at = cut, at - first
    carets = "^" * max(1, min(length, len(shown) - at))
    return f"      {shown}\n      {' ' * at}{carets}"


@dataclass(frozen=True, slots=True)
class Text:
    """A file that was read, or a value that was given from outside."""

    name: str
    """As the reader of a fault sees it."""
    folder: Path
    """Where relative paths written in it start."""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token stands; line and column count from 1, and are 0 for a value given from outside."""

    text: Text
    line: int = 0
    column: int = 0
    length: int = 1

    def excerpt(self) -> str:
        """The line and a mark under the token."""
        if not 0 < self.line <= len(self.text.lines):
            return ""
        return mark(self.text.lines[self.line - 1], self.column - 1, self.length)

    def within(self, written: str, offset: int, length: int) -> "Place":
        """The place of a part of a text value that starts here, if it stands on one line as it is."""
        if not 0 < self.line <= len(self.text.lines):
            return self
        line = self.text.lines[self.line - 1]
        for quote in (0, 1):
            first = self.column - 1 + quote
            if line[first : first + len(written)] == written:
                return Place(self.text, self.line, first + offset + 1, max(1, length))
        return self


class Report:
    """Collects what is found wrong or doubtful."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []

    def fault(self, place: Place, path: Sequence[str], message: str, suggestion: str = "") -> None:
        """Note something wrong."""
        self.faults.append(_fault(place, path, message, suggestion, warning=False))

    def warn(self, place: Place, path: Sequence[str], message: str) -> None:
        """Note something legal but doubtful."""
        self.warnings.append(_fault(place, path, message, "", warning=True))


def _fault(place: Place, path: Sequence[str], message: str, suggestion: str, *, warning: bool) -> Fault:
    named = [key for key in path if key not in _STATUSES]
    shown = named[1:] if named[:1] == ["tracks"] and len(named) > 1 else named
    return Fault(
        place.text.name, place.line, place.column, ".".join(shown), message, suggestion, place.excerpt(), warning
    )
