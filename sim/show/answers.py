"""Answers about stored results: a query's rows as a table, CSV or JSON, and what results there are."""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sim.show.words import number
from sim.study.listing import Answer as Listing
from sim.study.listing import Listed
from sim.study.query import Answer

NUMBERS = ("Runs", "Failed", "MB")
MOST_SHOWN = 200
"""Rows of an answer that are shown as a table."""
MOST_ON_END = 4
"""Rows that are shown where each column has a line of its own."""
NARROWEST = 12
"""Characters to which a long column may be folded."""


def as_table(answer: Answer, width: int) -> Iterator[Table | Text]:
    """The first rows of an answer as a table, and how to see the others; a column a line where they would not fit.

    Args:
        answer: what a query found.
        width: of the page, in characters.
    """
    rows = list(islice(answer.rows, MOST_SHOWN + 1))
    cells = [[_cell(value) for value in row] for row in rows[:MOST_SHOWN]]
    columns = [[name, *(row[at] for row in cells)] for at, name in enumerate(answer.columns)]
    needed = sum(min(NARROWEST, max(map(len, column))) + 2 for column in columns)
    shown = len(cells) if needed <= width else min(len(cells), MOST_ON_END)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    if needed <= width:
        for at, name in enumerate(answer.columns):
            numbers = any(isinstance(row[at], int | float) for row in rows)
            table.add_column(name, justify="right" if numbers else "left", overflow="fold")
        for row in cells:
            table.add_row(*row)
    else:
        for head in ("Column", *(f"Row {number + 1}" for number in range(shown))):
            table.add_column(head, overflow="fold")
        for column in columns:
            table.add_row(*column[: shown + 1])
    yield table
    if not rows:
        yield Text("No rows.")
    elif len(rows) > shown:
        yield Text(f"The first {shown} rows; --csv and --json give all.")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def write_csv(answer: Answer, file: TextIO) -> None:
    """The answer as CSV with a line of names; nothing stands where there is no value."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows(answer.rows)


def write_json(answer: Answer, write: Callable[[str], object]) -> None:
    """The answer as JSON, a list of objects, one a line."""
    before = "[\n"
    for row in answer.rows:
        plain = dict(zip(answer.columns, (_plain(value) for value in row), strict=True))
        write(before + " " + json.dumps(plain, ensure_ascii=False, default=str))
        before = ",\n"
    write("[]\n" if before == "[\n" else "\n]\n")


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and value - value != 0 else value


def _asked(answers: Iterable[Listing]) -> str:
    """The verbs, each with how often it was asked where that is more than once."""
    times = Counter(each.verb for each in answers)
    return ", ".join(verb if often == 1 else f"{verb} ({often})" for verb, often in times.items())


def of_results(entries: Iterable[Listed], place: Path) -> Table:
    """What results there are in a place: what each is, how far it is, how large, when begun, what was asked of it."""
    entries = list(entries)
    asked = ("Asked of it",) if any(entry.answers for entry in entries) else ()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in ("Result", "What", "Runs", "Failed", "MB", "Begun", *asked):
        table.add_column(head, justify="right" if head in NUMBERS else "left", overflow="fold")
    for entry in entries:
        runs = number(entry.done) if entry.done == entry.runs else f"{number(entry.done)} of {number(entry.runs)}"
        runs = runs if entry.runs else ""
        began = "" if entry.began is None else f"{entry.began:%Y-%m-%d %H:%M} UTC"
        name = entry.folder.name if entry.folder == place else str(entry.folder.relative_to(place))
        table.add_row(name, entry.title, runs, number(entry.failed), f"{entry.bytes / 1e6:.1f}", began,
                      *[_asked(entry.answers)][: len(asked)])  # fmt: skip
    return table
