"""A figure on disk: picture, vector, the numbers drawn, and the words for who cannot see it."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib import rc_context
from matplotlib.figure import Figure

from sim.terms import DISCLAIMER

DOTS = 200
"""Dots an inch of a PNG."""


class Drawing(NamedTuple):
    """A figure with the data that it draws and its alternative text."""

    figure: Figure
    data: Sequence[Mapping[str, Any]]
    """The drawn numbers, a row each."""
    alt: str


def save(figure: Figure, path: Path, data: Sequence[Mapping[str, Any]], alt: str) -> tuple[Path, ...]:
    """Write `<path>.png`, `.svg`, `.csv` (the data) and `.txt` (the alternative text).

    The same figure leaves the same files, byte for byte, on the same version of matplotlib.

    Args:
        figure: what was drawn.
        path: where, without a suffix; its folder exists.
        data: the numbers drawn, a row each; columns are those of all rows, in order of first appearance.
        alt: what the figure shows, in words.

    Returns:
        The files written.

    Raises:
        OSError: a file cannot be written.
    """
    png, svg, table, words = (path.with_name(f"{path.name}.{suffix}") for suffix in ("png", "svg", "csv", "txt"))
    figure.savefig(png, dpi=DOTS, metadata={"Description": alt})
    with rc_context({"svg.hashsalt": path.name}):
        figure.savefig(svg, dpi=DOTS, metadata={"Description": alt, "Date": None})
    columns = list(dict.fromkeys(column for row in data for column in row))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(data)
    words.write_text(f"{alt}\n{DISCLAIMER}\n", encoding="utf-8")
    return png, svg, table, words
