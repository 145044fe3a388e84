"""A strategy as the rest of the laboratory sees it, and what is said when it cannot be used."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.strategies.situation import Situation, StrategyParameter

Demand = Callable[[Situation, Sequence[float]], float]
"""What worth do I demand now? A pure function of the situation and the strategy's parameters, in order."""


class InvalidStrategy(ValueError):
    """A strategy that cannot be used, with the place of the fault where there is one."""

    def __init__(self, message: str, file: str = "", line: int = 0, column: int = 0) -> None:
        """Say what is wrong, and where (line and column count from 1; 0 where unknown)."""
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        place = ":".join([file, *(str(number) for number in (line, column) if number)])
        super().__init__(f"{place}: {message}" if file else message)

    def __reduce__(self) -> tuple[type["InvalidStrategy"], tuple[str, str, int, int]]:
        """Keep the place when the error travels between processes."""
        return type(self), (self.message, self.file, self.line, self.column)


@dataclass(frozen=True, slots=True)
class StrategyModule:
    """A strategy that is ready to use."""

    name: str
    """Name on the shelf, or the stem of the user's file."""
    parameters: tuple[StrategyParameter, ...]
    remembers: bool
    """Whether what it demands depends on what was said in these talks."""
    demand: Demand
    summary: str
    """What it does, in one line; empty where its file does not say."""
    source: str
    """Where it comes from; empty where its file does not say."""
    path: Path
    digest: str
    """Hash of its file's text, by which a stored result can name what made it."""


def digest(text: bytes) -> str:
    """A short hash of a file's text."""
    return hashlib.blake2b(text, digest_size=8).hexdigest()


def summarise(docstring: str | None) -> str:
    """The first line of a strategy's docstring, without its name.

    >>> summarise("Boulware: hold firm, then concede.")
    'hold firm, then concede.'
    """
    first = (docstring or "").strip().partition("\n")[0]
    return first.partition(": ")[2] or first


def cite(docstring: str | None) -> str:
    r"""The `Source:` paragraph of a strategy's docstring, in one line.

    >>> cite("Boulware.\n\nSource: Faratin\nand others.\n\nMore.")
    'Faratin and others.'
    """
    paragraph = (docstring or "").partition("Source:")[2].partition("\n\n")[0]
    return " ".join(paragraph.split())
