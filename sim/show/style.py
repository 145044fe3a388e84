"""The look of every figure: colours, hatches, markers and sizes that also read in grey and in print.

Colours are the six of Petroff (2021), "Accessible Color Sequences for Data Visualization", and for a seventh party and
on three of the longer sequences there. Nothing here touches matplotlib's global settings.
"""

import itertools
from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from sim.show.words import counted, cut
from sim.terms import DISCLAIMER

COLOURS = ("#5790fc", "#f89c20", "#e42536", "#964a8b", "#9c9ca1", "#7a21dd")
MAP = "cividis"
"""Colour map for amounts."""
INK, SOFT, FAINT = "#1a1a1e", "#6b6b73", "#e3e3e8"
COLUMN, PAGE = 3.5, 7.0
"""Widths in print, in inches: one column, and the page."""
TITLE, TEXT, SMALL = 8.0, 7.0, 6.0
"""Sizes of type in print, in points."""
TITLE_LINES = 3
HANDLE, HANDLE_GAP, COLUMN_GAP = 1.6, 0.5, 1.4
"""Spaces of a legend in sizes of its type."""
ROW = 0.13
"""Height in inches of a row of a legend."""
SCREEN = 144
"""Dots an inch on a screen."""
HATCH = 0.6
"""Width of a hatch line in points."""


class Stroke(NamedTuple):
    """How one party or series is told from the others, in colour and without."""

    colour: str
    marker: str
    line: str | tuple[int, tuple[int, ...]]
    hatch: str


STROKES = (
    Stroke(COLOURS[0], "o", "-", ""),
    Stroke(COLOURS[1], "s", "--", "//////"),
    Stroke(COLOURS[3], "^", ":", "......"),
    Stroke(COLOURS[2], "D", "-.", "xxxxxx"),
    Stroke(COLOURS[5], "v", (0, (5, 1, 1, 1, 1, 1)), "||||||"),
    Stroke(COLOURS[4], "P", (0, (1, 3)), "------"),
    Stroke("#a96b59", "X", (0, (9, 2)), "\\\\\\\\\\\\"),
    Stroke("#86c8dd", "<", (0, (4, 1, 1, 1)), "++++++"),
    Stroke("#656364", "*", (0, (9, 2, 3, 2)), "oooooo"),
)
_DASHES = ((3, 1), (1, 1), (6, 1, 1, 1), (8, 3), (3, 3), (1, 3), (12, 2), (6, 1, 1, 1, 1, 1), (9, 2, 3, 2))


def stroke(place: int) -> Stroke:
    """The look of the party or series at a place, 0 and up; it repeats after nine."""
    return STROKES[place % len(STROKES)]


def broken(place: int) -> tuple[int, tuple[int, ...]]:
    """A broken line for the party at a place, told from the others by its dashes."""
    return 0, _DASHES[place % len(_DASHES)]


def caption(n: int, seed: int, replication: int | None = None) -> str:
    """What a figure rests on.

    >>> caption(1000, 1)
    'n = 1,000 replications, seed 1'
    >>> caption(1, 1, replication=4)
    'n = 1 run (replication 4), seed 1'
    """
    if replication is None:
        return f"n = {counted(n, 'replication')}, seed {seed}"
    return f"n = {counted(n, 'run')} (replication {replication}), seed {seed}"


class Picture(Figure):
    """A figure that a notebook shows by itself, whatever it knows of matplotlib."""

    def _repr_png_(self) -> bytes:
        page = BytesIO()
        self.savefig(page, format="png", dpi=SCREEN)
        return page.getvalue()


def blank(width: float, height: float) -> Picture:
    """An empty figure, sizes in inches, that places its own axes without overlaps above a foot for `sign`."""
    figure = Picture(figsize=(width, height), layout="constrained")
    set_foot(figure)
    return figure


def set_foot(figure: Figure) -> None:
    """Keep room at the foot for `sign`, at the height that the figure has now."""
    engine, foot = figure.get_layout_engine(), 0.3 / figure.get_figheight()
    if engine is not None:
        engine.set(rect=(0.0, foot, 1.0, 1.0 - foot))  # type: ignore[call-arg]


def head(figure: Figure, title: str) -> None:
    """Put a title over a whole figure, at the left, in as many lines as it takes, but no more than TITLE_LINES."""
    figure.suptitle(titled(title, figure.get_figwidth()), x=0.07 / figure.get_figwidth(), ha="left", fontsize=TITLE)


def titled(title: str, width: float) -> str:
    """A title in lines for a figure so many inches wide; on a screen letters may run a little wider than in print."""
    return wrapped(title, (width - 0.14) * 72 * 0.94, TITLE_LINES, TITLE)


def sign(figure: Figure, note: str) -> None:
    """Put what the figure rests on, and the laboratory's disclaimer, at its foot, and let nothing move after that."""
    width, height = figure.get_size_inches()
    wide = text_width(f"{note}  {DISCLAIMER}", SMALL) < (width - 0.2) * 72
    figure.text(0.07 / width, 0.05 / height, note if wide else f"{note}\n{DISCLAIMER}", fontsize=SMALL, color=SOFT)
    if wide:
        figure.text(1 - 0.07 / width, 0.05 / height, DISCLAIMER, fontsize=SMALL, color=SOFT, ha="right")
    literal(figure)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:  # the solver's last digits hang on addresses in memory, and shades of dots on them
        left, low, width, height = (round(bound, 6) for bound in axes.get_position(original=True).bounds)
        axes.set_position((left, low, width, height))


def literal(artist: Artist) -> None:
    """Let every text of a figure or of axes stand as it is written: a dollar sign begins no formula."""
    for text in artist.findobj(Text):
        if isinstance(text, Text):
            text.set_parse_math(False)


def tidy(axes: Axes, *, title: str = "", x: str = "", y: str = "") -> Axes:
    """Give axes the house's type sizes and spare lines."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(SOFT)
    axes.tick_params(labelsize=SMALL, color=SOFT, length=2.5, width=0.6, pad=2)
    axes.set_xlabel(x, fontsize=TEXT, labelpad=2)
    axes.set_ylabel(y, fontsize=TEXT, labelpad=2)
    if title:
        axes.set_title(title, fontsize=TITLE, loc="left", pad=4)
    return axes


def key(axes: Axes, handles: Sequence[Artist], *, columns: int, left: float = 0.0) -> Legend:
    """A legend without a frame above the axes, its left edge `left` of their width from theirs."""
    legend = axes.legend(
        handles=list(handles),
        loc="lower left",
        bbox_to_anchor=(left, 1.0),
        ncols=columns,
        fontsize=SMALL,
        frameon=False,
        borderaxespad=0.0,
        borderpad=0.2,
        handlelength=HANDLE,
        handletextpad=HANDLE_GAP,
        columnspacing=COLUMN_GAP,
    )
    literal(legend)
    return legend


def rows_of(legend: Legend | None) -> int:
    """Rows of a legend."""
    return 0 if legend is None else -(-len(legend.get_texts()) // legend._ncols)  # type: ignore[attr-defined]


def columns_within(names: Sequence[str], width: float) -> int:
    """The most columns, at least one, in which a legend of these names is at most `width` points wide."""
    spare = (HANDLE + HANDLE_GAP + COLUMN_GAP) * SMALL
    widths = [text_width(name, SMALL) + spare for name in names]
    for columns in range(len(names), 1, -1):
        rows, longer = divmod(len(names), columns)
        starts = [place * rows + min(place, longer) for place in range(columns + 1)]
        if sum(max(widths[start:end]) for start, end in itertools.pairwise(starts)) <= width:
            return columns
    return 1


def text_width(text: str, size: float) -> float:
    """Width of a line of text in points."""
    return float(text_to_path.get_text_width_height_descent(text, FontProperties(size=size), False)[0])


def fitted(text: str, width: float, size: float) -> str:
    """The text, or as much of it as fits in `width` points with an ellipsis."""
    if text_width(text, size) <= width:
        return text
    most = max(k for k in range(1, len(text) + 1) if k == 1 or text_width(cut(text, k), size) <= width)
    return cut(text, most)


def wrapped(text: str, width: float, lines: int, size: float) -> str:
    """The text in at most so many lines of `width` points each; what is still too long ends in an ellipsis."""
    told: list[str] = []
    words = text.split()
    while words and len(told) < lines - 1:
        most = next((k for k in range(len(words), 1, -1) if text_width(" ".join(words[:k]), size) <= width), 1)
        told.append(fitted(" ".join(words[:most]), width, size))
        words = words[most:]
    return "\n".join([*told, fitted(" ".join(words), width, size)] if words else told)
