"""What a command would print, as text."""

import logging
from collections.abc import Callable, Iterable
from io import StringIO

from rich.console import Console, RenderableType

from sim.terms import DISCLAIMER

WIDTH = 110
"""Characters of a line."""
log: Callable[[str], None] = logging.getLogger("sim").info
"""Takes a line for whoever waits."""


def text_of(parts: Iterable[str | Callable[[Console], None] | RenderableType]) -> str:
    """Lines, tables, and what prints itself, one below the other, with the disclaimer at the end."""
    page = StringIO()
    console = Console(file=page, width=WIDTH, highlight=False, markup=False, emoji=False, color_system=None,
                      force_jupyter=False)  # fmt: skip
    for part in parts:
        if callable(part):
            part(console)
        else:
            if not isinstance(part, str):
                console.print()
            console.print(part, soft_wrap=isinstance(part, str) and part.lstrip().startswith("parley "))
    console.print(DISCLAIMER, soft_wrap=True)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())
