"""A calibration in pictures and tables: prior against posterior, and statistics against what was observed."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.show import style
from sim.show.files import Drawing
from sim.show.words import counted
from sim.study.abc_sampling import Array
from sim.study.calibrate import SHARES, Calibrated

PANEL, LINE = 1.05, 0.2
"""Height in inches of a panel for a parameter, and of a line for a statistic."""
BINS = 18
PALE, BAR = "#b9b9c0", "#a2a2aa"
GAP = 8.0
"""Points between a name, a number and the line that they belong to."""
WINDOWS = ("fitted", "held out")
LOW, MIDDLE, HIGH = SHARES


def draw_parameters(found: Calibrated) -> Drawing:
    """What was assumed of each parameter, and what the data leave of it; as wide as a column."""
    many = len(found.asked.paths)
    rows = -(-many // 2)
    figure = style.blank(style.COLUMN, 0.95 + PANEL * rows)
    panels = figure.subplots(rows, 2, squeeze=False).flatten()
    data = [_panel(found, place, axes) for place, axes in enumerate(panels[:many])]
    for axes in panels[many:]:
        axes.set_axis_off()
    handles = [
        Line2D([], [], color=style.INK, lw=0.9, ls="--", label="assumed"),
        Patch(facecolor=PALE, edgecolor="white", label="after calibration"),
        Line2D([], [], color=style.INK, lw=1.8, label=f"quantiles {LOW:g} to {HIGH:g}"),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=3, fontsize=style.SMALL, frameon=False,
                  handlelength=1.4, columnspacing=1.0, borderaxespad=0.2)  # fmt: skip
    style.sign(figure, note_of(found))
    told = "; ".join(f"{row['parameter']} {row['low']:g} to {row['high']:g}" for row in data)
    return Drawing(figure, data, f"Prior and posterior of {counted(many, 'parameter')}: {told}. {note_of(found)}.")


def _panel(found: Calibrated, place: int, axes: Axes) -> dict[str, Any]:
    prior, kept = found.asked.priors[place], found.posterior.particles
    edges = numpy.linspace(prior.low, prior.high, BINS + 1)
    heights, _ = numpy.histogram(kept.values[:, place], edges, weights=kept.shares)
    widths = numpy.diff(edges)
    axes.bar(edges[:-1], heights / widths, widths, align="edge", color=PALE, edgecolor="white", lw=0.3)
    line = numpy.unique([*numpy.linspace(prior.low, prior.high, 101), prior.middle])
    axes.plot(line, prior.density(line), color=style.INK, lw=0.9, ls="--")
    low, middle, high = found.range_of(place)
    axes.plot([low, high], [0, 0], color=style.INK, lw=2.4, solid_capstyle="butt", clip_on=False, zorder=3)
    axes.plot([middle], [0], marker="d", ms=4, mfc="white", mec=style.INK, mew=0.8, clip_on=False, zorder=4)
    axes.set_ylim(bottom=0)
    axes.set_yticks([])
    axes.locator_params(axis="x", nbins=4)
    style.tidy(axes)
    axes.spines["left"].set_visible(False)
    path = found.asked.paths[place].removeprefix("tracks.")
    axes.set_title(style.fitted(path, 0.46 * style.COLUMN * 72, style.SMALL), fontsize=style.SMALL, loc="left", pad=3)
    return {
        "parameter": path, "low": low, "middle": middle, "high": high,
        "assumed low": prior.low, "assumed middle": prior.middle, "assumed high": prior.high,
    }  # fmt: skip


def draw_statistics(found: Calibrated) -> Drawing:
    """Each statistic as assumed, as predicted after calibration, and as observed; as wide as a column.

    Every line has a scale of its own, from the least to the greatest number drawn on it, which stand at its ends; it is
    logarithmic where the greatest is more than ten times the least.
    """
    rows = list(statistics_of(found))
    heads = [place for place, row in enumerate(rows) if place == 0 or row["window"] != rows[place - 1]["window"]]
    figure = style.blank(style.COLUMN, 0.75 + LINE * (len(rows) + len(heads)))
    axes = figure.subplots()
    at, ticks = 0.0, list[float]()
    for place, row in enumerate(rows):
        if place in heads:
            axes.text(0.0, at, row["window"], fontsize=style.SMALL, color=style.SOFT, va="center", style="italic")
            at += 1.0
        _line(axes, at, row)
        ticks.append(at)
        at += 1.0
    left, right = _margins(rows)
    axes.set_yticks([])
    for height, row in zip(ticks, rows, strict=True):
        axes.text(left, height, row["statistic"], fontsize=style.SMALL, va="center")
    axes.set_ylim(at - 0.4, -0.6)
    axes.set_xlim(left, right)
    axes.set_xticks([])
    style.tidy(axes)
    axes.spines[["left", "bottom"]].set_visible(False)
    handles = [
        Line2D([], [], color=style.SOFT, lw=1.0, ls=":", label="assumed"),
        Line2D([], [], color=BAR, lw=4, label="calibrated"),
        Line2D([], [], color=style.INK, marker="|", ms=6, lw=0, label="its median"),
        Line2D([], [], marker="d", ms=4, mfc="white", mec=style.INK, lw=0, label="observed"),
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=4, fontsize=style.SMALL, frameon=False,
                  handlelength=1.4, columnspacing=1.0, borderaxespad=0.2)  # fmt: skip
    style.sign(figure, note_of(found))
    told = "; ".join(
        f"{row['statistic']} ({row['window']}) observed {_short(row['observed'])}, "
        f"predicted {_short(row['low'])} to {_short(row['high'])}"
        for row in rows
    )
    return Drawing(figure, rows, f"Statistics against what was observed: {told}. {note_of(found)}.")


def _line(axes: Axes, at: float, row: dict[str, Any]) -> None:
    least, most = _ends(row)

    def scaled(name: str) -> float:
        if most <= least:
            return 0.5
        if least > 0 and most > 10 * least:
            return math.log(row[name] / least) / math.log(most / least)
        return float((row[name] - least) / (most - least))

    if "assumed low" in row:
        axes.plot([scaled("assumed low"), scaled("assumed high")], [at + 0.3] * 2, color=style.SOFT, lw=1.0, ls=":")
    axes.plot([scaled("low"), scaled("high")], [at, at], color=BAR, lw=4, solid_capstyle="butt")
    axes.plot([scaled("middle")], [at], marker="|", ms=6, color=style.INK, mew=1.2)
    axes.plot([scaled("observed")], [at], marker="d", ms=4, mfc="white", mec=style.INK, mew=0.8)
    for place, number, side in ((-0.03, least, "right"), (1.03, most, "left")):
        axes.text(place, at, _short(number), fontsize=style.SMALL, color=style.SOFT, va="center", ha=side)


def _ends(row: dict[str, Any]) -> tuple[float, float]:
    drawn = [row[name] for name in ("low", "high", "observed", "assumed low", "assumed high") if name in row]
    return min(drawn), max(drawn)


def _margins(rows: Sequence[dict[str, Any]]) -> tuple[float, float]:
    """Where the axes begin and end, the lines being 1 wide, so that names and numbers have room beside them."""
    widths = [max(style.text_width(text, style.SMALL) for text in texts) for texts in (
        [row["statistic"] for row in rows],
        [_short(_ends(row)[0]) for row in rows],
        [_short(_ends(row)[1]) for row in rows],
    )]  # fmt: skip
    before, after = widths[0] + widths[1] + 2 * GAP, widths[2] + GAP
    lines = style.COLUMN * 72 - 2 * GAP - before - after
    return -before / lines, 1 + after / lines


def statistics_of(found: Calibrated) -> Iterator[dict[str, Any]]:
    """A row for each statistic that was observed: quantiles of what is predicted, and of what was before."""
    asked = found.asked
    for window, predicted in enumerate(found.predictions):
        for place, name in enumerate(found.names):
            observed = asked.observed[window][place]
            if numpy.isnan(observed):
                continue
            column = predicted[:, place]
            known = column[~numpy.isnan(column)]
            row = {
                "window": WINDOWS[window], "statistic": name, "observed": observed,
                "scale": asked.asked.statistics[name].scale, **_quantiles("", known),
                "share below": float(numpy.mean(known < observed) + numpy.mean(known == observed) / 2),
            }  # fmt: skip
            if window == 0:
                first = found.posterior.first.statistics[:, place]
                row |= _quantiles("assumed ", first[~numpy.isnan(first)])
            yield row


def _quantiles(before: str, numbers: Array) -> dict[str, float]:
    found = numpy.quantile(numbers, SHARES) if len(numbers) else [numpy.nan] * len(SHARES)
    return {f"{before}{name}": float(number) for name, number in zip(("low", "middle", "high"), found, strict=True)}


def tables_of(found: Calibrated) -> Iterator[Table]:
    """The calibration for the terminal: parameters, statistics, rounds."""
    title = f"Parameters: medians (quantiles {LOW:g}–{HIGH:g})"
    table = _table(title, ("Parameter", "Assumed", "After calibration"))
    for place, path in enumerate(found.asked.paths):
        prior = found.asked.priors[place]
        table.add_row(path, _range(prior.draw(numpy.array(SHARES))), _range(found.range_of(place)))
    yield table
    title = f"Statistics: medians (quantiles {LOW:g}–{HIGH:g})"
    table = _table(title, ("Statistic", "Days", "Observed", "Assumed", "Predicted", "Share below"))
    for row in statistics_of(found):
        before = _range([row[f"assumed {name}"] for name in ("low", "middle", "high")]) if "assumed low" in row else "–"
        after = _range([row[name] for name in ("low", "middle", "high")])
        table.add_row(
            row["statistic"], row["window"], _short(row["observed"]), before, after, f"{row['share below']:.2f}"
        )
    yield table
    table = _table("Rounds", ("Particles tried", "Tolerance", "New ones close enough"))
    for done in found.posterior.rounds:
        table.add_row(f"{done.tried:,}", f"{done.tolerance:.3f}", f"{100 * done.close:.0f} %")
    yield table


def note_of(found: Calibrated) -> str:
    """What the figures rest on."""
    kept, tried = found.posterior.particles, found.posterior.rounds[-1].tried
    return f"{len(kept.weights):,} of {tried:,} particles kept, seed {found.asked.asked.seed}"


def _table(title: str, heads: Sequence[str]) -> Table:
    table = Table(
        title=title, min_width=len(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False
    )
    for place, head in enumerate(heads):
        table.add_column(head, justify="left" if place == 0 else "right", overflow="fold")
    return table


def _range(numbers: Sequence[float] | Array) -> str:
    return f"{_short(numbers[1])} ({_short(numbers[0])}–{_short(numbers[2])})"


def _short(number: float) -> str:
    """A number to three digits.

    >>> _short(0.00091234), _short(149.0), _short(36.8), _short(-0.5)
    ('0.000912', '149', '36.8', '−0.5')
    """
    text = f"{number:.3g}"
    text = f"{number:.0f}" if "e+" in text else f"{number:.7f}".rstrip("0") if "e-" in text else text
    return text.replace("-", "−")
