"""What is wrong with a scenario file, and where: one line a fault, all faults at once."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDEST_EXCERPT = 100
"""Characters of a source line that an excerpt shows at most."""


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
    found = difflib.get_close_matches(word[:WIDEST_EXCERPT], ordered, n=1, cutoff=0.7)
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
