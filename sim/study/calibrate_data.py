"""A table of exchanges, such as the ledger in `seeds/`, as a calibration compares it."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy

from sim.study.calibrate_statistics import Exchanges


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table says what: the columns of the day and of the persons who returned to two parties."""

    date: str
    returned: tuple[str, str]
    only: Mapping[str, str]
    """By column: what a row must have there to count."""


class BadRow(Exception):
    """A row of a table that cannot be used: its line, what was expected there, and what was found."""

    def __init__(self, line: int, expected: str, found: str) -> None:
        self.line, self.expected, self.found = line, expected, found


def read_table(rows: Iterable[Mapping[str, str]], columns: Columns, start: datetime.date) -> Exchanges:
    """The exchanges of a table in order of their days. Raises BadRow."""
    first, second = columns.returned
    found: list[tuple[int, float, float]] = []
    for line, row in enumerate(rows, 2):
        if any((row[column] or "") != wanted for column, wanted in columns.only.items()):
            continue
        try:
            day = (datetime.date.fromisoformat(row[columns.date] or "") - start).days
        except ValueError:
            raise BadRow(line, "a date such as 2024-12-30", row[columns.date]) from None
        back, given = (_persons(line, row[column]) for column in (first, second))
        found.append((day, back, numpy.nan if numpy.isnan(back + given) else float(back == given)))
    table = numpy.array(sorted(found), float).reshape(-1, 3)
    return Exchanges(numpy.zeros(len(table), int), table[:, 0].astype(int), table[:, 1], table[:, 2])


def _persons(line: int, cell: str | None) -> float:
    """A number of persons; not a number where the cell is empty. Raises BadRow."""
    written = (cell or "").strip()
    if not written:
        return numpy.nan
    if not written.isascii() or not written.isdigit():
        raise BadRow(line, "a whole number of persons, or nothing", written)
    return float(written)
