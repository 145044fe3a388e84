"""What a page is made of: paragraphs, lists, tables, figures with the numbers behind them, and commands.

Tables of the terminal and figures become what a browser shows, number by number, so that a page and the command that
makes its numbers cannot differ.
"""

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.show import style
from sim.show.files import DOTS, Drawing
from sim.show.words import capital, listed, number, spaced

MOST_STEPS = 12
"""Steps of a curve that stand in the table behind its figure."""
STEPS = ("day", "age")
"""Columns along which a curve runs."""


@dataclass(frozen=True, slots=True)
class Words:
    """Paragraphs."""

    lines: Sequence[str]
    look: str = ""
    """A class of the style sheet: lead, note, soft."""
    kind: str = "words"


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: Sequence[str]
    kind: str = "points"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a section."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Entry:
    """A term and what is said of it."""

    term: str
    lines: Sequence[str]
    look: str = ""


@dataclass(frozen=True, slots=True)
class Entries:
    """Terms, each with what is said of it."""

    items: Sequence[Entry]
    kind: str = "entries"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its first cell, and the others; without others it heads those that follow."""

    head: str
    cells: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table."""

    caption: str
    heads: Sequence[str]
    numbers: Sequence[bool]
    """By column: whether it holds numbers."""
    rows: Sequence[Row]
    note: str = ""
    look: str = ""
    """A class of the style sheet: narrow, of which two columns stand beside each other in print."""
    kind: str = "grid"


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that stands by itself, with its words and the tables behind it."""

    source: str
    """The picture as a `data:` address."""
    alt: str
    caption: str
    wide: bool
    behind: Sequence[Grid] = ()
    kind: str = "picture"


@dataclass(frozen=True, slots=True)
class Folded:
    """Tables that are folded away on a screen, and not printed."""

    summary: str
    grids: Sequence[Grid]
    kind: str = "folded"


Block = Words | Points | Heading | Entries | Grid | Picture | Folded


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a page with its heading, and the commands that make its numbers again."""

    name: str
    title: str
    blocks: Sequence[Block]
    commands: Sequence[str] = field(default=())


def grid_of(table: Table) -> Grid:
    """A table of the terminal.

    >>> table = Table("Track", title="Ends")
    >>> table.add_row("Truce")
    >>> grid_of(table).rows
    (Row(head='Truce', cells=()),)
    """
    columns = [[_text(cell) for cell in column.cells] for column in table.columns]
    rows = tuple(Row(first, others if any(others) else ()) for first, *others in zip(*columns, strict=True))
    return Grid(
        caption=_text(table.title or ""),
        heads=tuple(_text(column.header) for column in table.columns),
        numbers=tuple(column.justify == "right" for column in table.columns),
        rows=rows,
        note=_text(table.caption or ""),
    )


def _text(cell: object) -> str:
    if isinstance(cell, Padding):
        return _text(cell.renderable)
    return cell.plain if isinstance(cell, Text) else str(cell)


def picture_of(drawing: Drawing, caption: str, behind: Iterable[Grid] | None = None) -> Picture:
    """A figure, the same bytes for the same drawing.

    Args:
        drawing: the figure with its data and its alternative text.
        caption: what stands under it.
        behind: tables with what it shows; where left out, its data; none where they stand beside it.
    """
    picture = io.BytesIO()
    drawing.figure.savefig(picture, format="png", dpi=DOTS)  # hatches make vectors of several megabytes
    source = "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()
    wide = drawing.figure.get_figwidth() > (style.COLUMN + style.PAGE) / 2
    tables = [data_of(drawing.data)] if behind is None else behind
    return Picture(source, drawing.alt, caption, wide, tuple(tables))


def data_of(rows: Sequence[Mapping[str, Any]]) -> Grid:
    """The numbers that a figure draws; of a curve, some at equal distances. What all rows say is said once, below.

    >>> grid = data_of([{"variant": "a", "day": day, "share": day / 4} for day in range(2)])
    >>> grid.heads, grid.note
    (('Day', 'Share'), 'In every row: variant a.')
    """
    columns = list(dict.fromkeys(column for row in rows for column in row))
    bounds = _bounds(columns)
    hidden = {bound for pair in bounds.values() for bound in pair}
    step = next((name for name in STEPS if name in columns), None)
    values = sorted({row[step] for row in rows if isinstance(row.get(step), int)}) if step else []
    pace = -(-len(values) // MOST_STEPS) if values else 1
    kept = {*values[::pace], *values[-1:]}
    shown = [row for row in rows if step is None or row.get(step, "") == "" or row[step] in kept]
    said = {column: [_bounded(row, column, bounds) for row in shown] for column in columns if column not in hidden}
    alike = [column for column, cells in said.items() if len(cells) > 1 and len(set(cells)) == 1]
    told = {column: cells for column, cells in said.items() if column not in alike} or said
    notes = [f"Every {pace}th {step}, and the last."] if pace > 1 else []
    if alike and told is not said:
        notes.append(f"In every row: {listed(f'{spaced(column)} {said[column][0]}'.rstrip() for column in alike)}.")
    return Grid(
        caption="Numbers of the figure",
        heads=tuple(capital(spaced(column)) for column in told),
        numbers=tuple(all(not isinstance(row.get(column, 0), str) for row in shown) for column in told),
        rows=tuple(Row(first, others) for first, *others in zip(*told.values(), strict=True)),
        note=" ".join(notes),
    )


def _bounds(columns: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Of every column that two others give an interval for: the two.

    >>> _bounds(["share", "share low", "share high", "n"])
    {'share': ('share low', 'share high')}
    """
    return {
        column: (low, high)
        for column, low, high in zip(columns, columns[1:], columns[2:], strict=False)
        if low.endswith("low") and high == f"{low.removesuffix('low')}high"
    }


def _bounded(row: Mapping[str, Any], column: str, bounds: Mapping[str, tuple[str, str]]) -> str:
    """A number, with its interval where there is one."""
    shown = _cell(row.get(column, ""))
    ends = [_cell(row.get(bound, "")) for bound in bounds.get(column, ())]
    return f"{shown} ({ends[0]} to {ends[1]})" if any(ends) else shown


def _cell(value: object) -> str:
    return number(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
