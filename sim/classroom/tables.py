"""Tables as CSV that a spreadsheet reads as text and numbers and nothing else."""

import csv
import io
from collections.abc import Iterable, Sequence


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with a line of names on top."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return page.getvalue()


def _harmless(cell: object) -> object:
    """A text that a spreadsheet does not take for a formula."""
    return (
        f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t") and not is_number(cell) else cell
    )


def is_number(cell: str) -> bool:
    """Whether a text is nothing but a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True
