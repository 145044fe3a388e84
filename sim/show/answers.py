"""Answers about stored results: a query's rows as a table, CSV or JSON, and what results there are."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TextIO

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sim.show.words import number
from sim.study.listing import Listed
from sim.study.query import Answer

NUMBERS = ("Runs", "Failed", "MB")
MOST_SHOWN = 200
"""Rows of an answer that are shown as a table."""


def as_table(answer: Answer) -> Iterator[Table | Text]:
    """The first rows of an answer as a table, and how to see the others."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    rows = list(islice(answer.rows, MOST_SHOWN + 1))
    for place, name in enumerate(answer.columns):
        numbers = any(isinstance(row[place], int | float) for row in rows)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in rows[:MOST_SHOWN]:
        table.add_row(*(_cell(value) for value in row))
    yield table
    if len(rows) > MOST_SHOWN:
        yield Text(f"The first {MOST_SHOWN} rows; --csv and --json give all.")


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


def of_results(entries: Iterable[Listed]) -> Table:
    """What results there are: what each is, how far it is, how large, and when it was begun."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in ("Result", "What", "Runs", "Failed", "MB", "Begun"):
        table.add_column(head, justify="right" if head in NUMBERS else "left", overflow="fold")
    for entry in entries:
        runs = number(entry.done) if entry.done == entry.runs else f"{number(entry.done)} of {number(entry.runs)}"
        began = "" if entry.began is None else f"{entry.began:%Y-%m-%d %H:%M} UTC"
        table.add_row(entry.folder.name, entry.title, runs, number(entry.failed), f"{entry.bytes / 1e6:.1f}", began)
    return table
