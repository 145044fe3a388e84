"""A heat map of a share of runs over two factors, with contours, and hatches where it is known too loosely."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import PercentFormatter
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.show import style
from sim.show.files import Drawing
from sim.show.labels import Labels
from sim.show.points import spell
from sim.show.words import counted, listed, number, spaced
from sim.study.heat_map import HeatMap
from sim.study.summary import Share

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Shares at which contours are drawn."""
MOST_NUMBERED = 8
"""Cells in a row up to which each carries its number."""


def title_of(found: HeatMap) -> str:
    """What a map shows, in words."""
    labels, outcome = Labels(**found.manifest.scenarios[found.scenario].labels), found.outcome
    what = f"ends {spaced(outcome.ending)}" if outcome.ending else "agreed"
    when = "" if outcome.within is None else f" within {counted(outcome.within, 'day')}"
    return f"{labels.track(outcome.track)}: {what}{when}, share of runs"


def half(share: Share) -> float:
    """Half the width of a share's interval."""
    return (share.high - share.low) / 2


def rows_of(found: HeatMap, wide: float) -> Iterator[dict[str, Any]]:
    """Every cell as a row of a table."""
    for down, line in zip(found.down, found.shares, strict=True):
        for across, share in zip(found.across, line, strict=True):
            yield {
                found.factors[0]: spell(down), found.factors[1]: spell(across), "count": share.count, "n": share.n,
                "share": share.share, "low": share.low, "high": share.high, "half_interval": half(share),
                "wide": half(share) > wide,
            }  # fmt: skip


def lacking(found: HeatMap) -> str:
    """What is missing of the batch, in words; empty where every cell has all of its runs."""
    asked = found.manifest.replications
    short = sum(1 for line in found.shares for share in line if share.n < asked)
    return f"{counted(short, 'cell rests', 'cells rest')} on fewer than {asked:,} runs" if short else ""


def table_of(found: HeatMap, wide: float) -> Table:
    """The map for the terminal; a cell that is known too loosely carries a question mark."""
    title = f"{title_of(found)} (? ± more than {100 * wide:g} points)"
    table = Table(
        title=title, min_width=len(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False,
        caption=f"down: {found.factors[0]}; across: {found.factors[1]}", caption_justify="left",
    )  # fmt: skip
    table.add_column("", justify="right")
    for across in found.across:
        table.add_column(spell(across), justify="right")
    for down, line in zip(found.down, found.shares, strict=True):
        cells = (
            f"{100 * share.share:.1f} %{'?' if half(share) > wide else ' '}" if share.n else "no runs" for share in line
        )
        table.add_row(spell(down), *cells)
    return table


def draw(found: HeatMap, wide: float) -> Drawing:
    """Draw the map, as wide as a column: dark is seldom, hatched is an interval wider than ± `wide`."""
    figure = style.blank(style.COLUMN, 1.25 + min(3.2, 0.42 * max(3, len(found.down))))
    axes = figure.subplots()
    shares = numpy.array([[share.share for share in line] for line in found.shares])
    picture = axes.imshow(shares, cmap=style.MAP, vmin=0, vmax=1, origin="lower", aspect="auto")
    loose = _hatch(axes, found, shares, wide)
    if max(shares.shape) <= MOST_NUMBERED:
        _number(axes, shares)
    levels = _contours(axes, shares) if min(shares.shape) >= 2 else []
    style.tidy(axes, x=found.factors[1], y=found.factors[0])
    for axis, values in ((axes.xaxis, found.across), (axes.yaxis, found.down)):
        places = range(0, len(values), -(-len(values) // 8))
        axis.set_ticks(list(places), [spell(values[place]) for place in places])
    bar = figure.colorbar(picture, ax=axes, pad=0.02, aspect=25, format=PercentFormatter(1, symbol=" %"))
    bar.ax.tick_params(labelsize=style.SMALL, length=2, width=0.6)
    bar.outline.set_linewidth(0.4)
    if loose:
        patch = Patch(facecolor="white", edgecolor=style.INK, lw=0.4, hatch="//////", label=_loosely(wide))
        style.key(axes, [patch], columns=1)
    style.head(figure, title_of(found))
    note = f"n = {counted(found.manifest.replications, 'replication')} a cell, seed {found.manifest.seed}"
    if levels:
        note += f"; contours at {listed(f'{100 * level:.0f}' for level in levels)} %"
    style.sign(figure, note)
    return Drawing(figure, list(rows_of(found, wide)), f"{_alt(found, loose, wide)} {note}.")


def _hatch(axes: Axes, found: HeatMap, shares: Any, wide: float) -> int:
    loose = 0
    for row, line in enumerate(found.shares):
        for column, share in enumerate(line):
            if half(share) > wide:
                loose += 1
                cell = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, hatch="//////", linewidth=0)
                cell.set_edgecolor(_ink(shares[row, column]))
                cell.set_hatch_linewidth(0.35)
                axes.add_patch(cell)
    return loose


def _number(axes: Axes, shares: Any) -> None:
    for (row, column), share in numpy.ndenumerate(shares):
        back = colormaps[style.MAP](share)
        axes.text(
            column, row, _whole(share), ha="center", va="center", fontsize=style.SMALL, color=_ink(share),
            bbox={"facecolor": back, "edgecolor": "none", "pad": 0.8}, zorder=4,
        )  # fmt: skip


def _whole(share: float) -> str:
    """A share in percent for a small place; all and none are said of all and none only.

    >>> _whole(0.52), _whole(0.998), _whole(0.002), _whole(1.0)
    ('52', '>99', '<1', '100')
    """
    if math.isnan(share):
        return "–"
    if 0 < share < 0.005 or 0.995 <= share < 1:
        return "<1" if share < 0.5 else ">99"
    return f"{100 * share:.0f}"


def _contours(axes: Axes, shares: Any) -> list[float]:
    """Draw contours, with their numbers where the cells have none."""
    known = shares[~numpy.isnan(shares)]
    levels = [level for level in LEVELS if len(known) and known.min() < level < known.max()]
    if levels:
        axes.contour(shares, levels=levels, colors="white", linewidths=1.1, zorder=3)
        lines = axes.contour(shares, levels=levels, colors=style.INK, linewidths=0.5, linestyles="--", zorder=3)
        if max(shares.shape) > MOST_NUMBERED:
            axes.clabel(lines, fmt=lambda level: f"{100 * level:.0f} %", fontsize=style.SMALL)
    return levels


def _ink(share: float) -> str:
    return "white" if share < 0.5 else style.INK


def _loosely(wide: float) -> str:
    return f"interval wider than ± {100 * wide:g} points"


def _alt(found: HeatMap, loose: int, wide: float) -> str:
    """The picture in words."""
    first, second = found.factors
    told: list[tuple[float, str]] = [
        (share.share, f"{_percent(share)} where {first} = {spell(down)} and {second} = {spell(across)}")
        for down, line in zip(found.down, found.shares, strict=True)
        for across, share in zip(found.across, line, strict=True)
        if share.n
    ]
    if not told:
        return f"{title_of(found)}: no runs."
    cells = counted(loose, "cell is", "cells are")
    return (
        f"{title_of(found)}, over {found.factors[0]} and {found.factors[1]}: least {min(told, key=_first)[1]},"
        f" most {max(told, key=_first)[1]}; {cells} hatched, with an interval wider than ± {100 * wide:g} points."
    )


def _first(told: Sequence[Any]) -> float:
    return float(told[0])


def _percent(share: Share) -> str:
    low, high = (number(round(100 * bound, 1)) for bound in (share.low, share.high))
    return f"{number(round(100 * share.share, 1))} % ({low} to {high})"
