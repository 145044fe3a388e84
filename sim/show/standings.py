"""Pictures of a tournament: who got how much against whom, and standings with intervals."""

import math
from collections.abc import Sequence
from typing import Any

import numpy
from matplotlib.ticker import PercentFormatter

from sim.show import style
from sim.show.files import Drawing
from sim.study.estimates import Estimate

MOST_NUMBERED = 16
"""Strategies up to which each cell carries its number."""
LONGEST_NAME = 90.0
"""Points that a name may take."""


def payoffs(names: Sequence[str], shares: Sequence[Sequence[float]], note: str) -> Drawing:
    """Draw a matrix of mean shares, best strategy on top: its row against every column.

    Args:
        names: of the strategies, in order.
        shares: [row][column], at most 1; NaN where nobody met.
        note: what it rests on.
    """
    size = 1.6 + 0.32 * len(names)
    figure = style.blank(max(style.COLUMN, min(style.PAGE, size + 1.0)), max(2.6, min(8.0, size)))
    axes = figure.subplots()
    values = numpy.array(shares, dtype=float)
    low = min(0.0, float(numpy.nanmin(values)))
    high = max(0.5, float(numpy.nanmax(values)))
    picture = axes.imshow(values, cmap=style.MAP, vmin=low, vmax=high)
    if len(names) <= MOST_NUMBERED:
        for (row, column), share in numpy.ndenumerate(values):
            dark = not math.isnan(share) and (share - low) / (high - low) < 0.5
            text = "–" if numpy.isnan(share) else f"{100 * share:.0f}"
            axes.text(
                column, row, text, ha="center", va="center", fontsize=style.SMALL, color="white" if dark else style.INK
            )
    style.tidy(axes, x="against", y="share of the best there was, to")
    told = [style.fitted(name, LONGEST_NAME, style.SMALL) for name in names]
    axes.set_xticks(range(len(names)), told, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), told)
    bar = figure.colorbar(picture, ax=axes, pad=0.02, aspect=25, format=PercentFormatter(1, symbol=" %"))
    bar.ax.tick_params(labelsize=style.SMALL, length=2, width=0.6)
    bar.outline.set_linewidth(0.4)
    style.head(figure, "What each got against each, % of the best there was")
    style.sign(figure, note)
    rows: list[dict[str, Any]] = [
        {"strategy": row, "against": column, "own": f"{share:.6f}"}
        for row, line in zip(names, shares, strict=True)
        for column, share in zip(names, line, strict=True)
        if not math.isnan(share)  # nobody meets itself
    ]
    best = max(rows, key=lambda row: float(row["own"]))
    least = min(rows, key=lambda row: float(row["own"]))
    alt = (
        f"A matrix of {len(names)} strategies, row against column. "
        f"Most: {best['strategy']} against {best['against']}, {float(best['own']):.0%}; "
        f"least: {least['strategy']} against {least['against']}, {float(least['own']):.0%}. {note}."
    )
    return Drawing(figure, rows, alt)


def standings(
    names: Sequence[str],
    ranks: Sequence[int],
    scores: Sequence[Estimate],
    parts: Sequence[tuple[float, float]],
    note: str,
) -> Drawing:
    """Draw scores with their intervals, best on top, and beside each the two things that it is the mean of.

    Args:
        names: of the strategies, in order.
        ranks: of each.
        scores: of each, with its interval.
        parts: of each: own share, and share of talks whose deal lived.
        note: what it rests on.
    """
    figure = style.blank(style.COLUMN + 1.0, 1.3 + 0.2 * len(names))
    axes = figure.subplots()
    places = range(len(names))
    looks = [style.stroke(0), style.stroke(1), style.stroke(2)]
    handles: list[Any] = [
        axes.errorbar(
            [each.value for each in scores], places,
            xerr=[[_length(e.value - e.low) for e in scores], [_length(e.high - e.value) for e in scores]],
            fmt="o", color=style.INK, markersize=4, capsize=2, linewidth=0.9, label="score, 95 % interval", zorder=3,
        )
    ]  # fmt: skip
    for part, (name, look) in enumerate(zip(("own share", "deals that lived"), looks[1:], strict=True)):
        (line,) = axes.plot(
            [each[part] for each in parts], places, look.marker, color=look.colour, markersize=4,
            markerfacecolor="none", markeredgewidth=0.9, linestyle="none", label=name,
        )  # fmt: skip
        handles.append(line)
    style.tidy(axes, x="share")
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    told = [f"{rank}  {style.fitted(name, LONGEST_NAME, style.SMALL)}" for rank, name in zip(ranks, names, strict=True)]
    axes.set_yticks(places, told)
    axes.invert_yaxis()
    axes.grid(axis="y", color=style.FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    style.key(axes, handles, columns=3)
    style.head(figure, "Standings")
    style.sign(figure, note)
    rows = [
        {
            "rank": rank, "strategy": name, "score": f"{score.value:.6f}", "low": f"{score.low:.6f}",
            "high": f"{score.high:.6f}", "own": f"{own:.6f}", "kept": f"{kept:.6f}",
        }
        for rank, name, score, (own, kept) in zip(ranks, names, scores, parts, strict=True)
    ]  # fmt: skip
    first = [name for name, rank in zip(names, ranks, strict=True) if rank == 1]
    alt = f"Standings of {len(names)} strategies by score. First: {', '.join(first)} ({scores[0].value:.0%}). {note}."
    return Drawing(figure, rows, alt)


def _length(length: float) -> float:
    """Of an interval; none is drawn where there is none."""
    return 0.0 if math.isnan(length) else length
