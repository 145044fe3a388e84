"""What is asked of a run in one number: a column of its row, or whether something holds of it (1 or 0)."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from sim.engine.chunk import ENDINGS, FINE, REASONS, Column
from sim.engine.record import NEVER
from sim.scenario.faults import nearest

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
DAYS = ("first_opened", "first_agreed")
"""Columns of days, which may never come."""


class RunsFailed(Exception):
    """Some runs came to no result, so that there is nothing to compare."""


def require_fine(status: Column) -> None:
    """Make sure that all runs came to a result.

    Raises:
        RunsFailed: some did not, and why the first of them did not.
    """
    failed = status[status != FINE]
    if len(failed):
        raise RunsFailed(f"{len(failed)} of {status.size} runs came to no result: {REASONS[int(failed[0])]}")


class UnknownOutcome(ValueError):
    """An outcome that no run has; and what is nearest to it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A number of a run.

    >>> Outcome.read("truce.first_agreed<=30", ["truce.first_agreed"]).of({"truce.first_agreed": numpy.array([4, -1])})
    array([1., 0.])
    """

    text: str
    column: str
    comparison: str = ""
    """One of COMPARISONS; empty where the column itself is asked for."""
    value: float = 0.0

    @classmethod
    def read(cls, text: str, columns: Iterable[str]) -> "Outcome":
        """An outcome from words: a column of a run, or a comparison such as `truce.ending=broken`.

        Args:
            text: the words.
            columns: the columns that a run has.

        Raises:
            UnknownOutcome: there is no such column or ending, or it makes no number.
        """
        parts = re.fullmatch(r"\s*([^<>=!]+?)\s*(?:(>=|<=|!=|==|>|<|=)\s*(.+?)\s*)?", text)
        if parts is None:
            raise UnknownOutcome(f"'{text}' is no outcome: expected a column of a run, such as {_example(columns)}")
        column, comparison, value = parts[1], (parts[2] or "").replace("==", "="), parts[3]
        if column not in (known := list(columns)):
            raise UnknownOutcome(
                f"'{column}' is no column of a run{_hint(column, known) or f': try {_example(known)}'}"
            )
        if not comparison:
            if column.rpartition(".")[2] in (*DAYS, "ending"):
                asked = "=completed" if column.endswith(".ending") else "<=30"
                raise UnknownOutcome(f"'{column}' has no mean: ask for '{column}{asked}', for one")
            return cls(column, column)
        return cls(f"{column}{comparison}{value}", column, comparison, _number(column, comparison, value))

    @property
    def is_share(self) -> bool:
        """Whether it is 1 or 0 of each run, so that its mean is a share of the runs."""
        return self.comparison != ""

    def of(self, columns: Mapping[str, Column]) -> Column:
        """The number of every run. A day that never came is later than any."""
        column = columns[self.column].astype(float)
        if not self.is_share:
            return column
        if self.column.rpartition(".")[2] in DAYS:
            column = numpy.where(column == NEVER, numpy.inf, column)
        held: Column = COMPARISONS[self.comparison](column, self.value).astype(float)
        return held


def _number(column: str, comparison: str, value: str) -> float:
    if not column.endswith(".ending"):
        try:
            return float(value)
        except ValueError:
            raise UnknownOutcome(f"'{value}' is no number to compare {column} with") from None
    if comparison not in ("=", "!=") or value not in ENDINGS[1:]:
        hint = _hint(value, ENDINGS[1:]) or f": expected one of {', '.join(ENDINGS[1:])}"
        raise UnknownOutcome(f"'{column}{comparison}{value}': '{value}' is no ending to be equal to{hint}")
    return float(ENDINGS.index(value))


def _hint(word: str, candidates: Iterable[str]) -> str:
    found = nearest(word, candidates)
    return f"; did you mean '{found}'?" if found else ""


def _example(columns: Iterable[str]) -> str:
    deals = [column for column in columns if column.endswith(".deals")]
    return f"'{deals[-1]}>0'" if deals else "one of docs/reference/record.md"
