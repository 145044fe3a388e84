"""What an outcome rests on, in pictures and tables: the tornado, the indices, and the share of the assumptions."""

from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.show import style
from sim.show.files import DOTS, Drawing
from sim.show.words import counted, number
from sim.study.estimates import Estimate
from sim.study.sensitivity import ENDS, STEP, Asked, Level, Sensitivity, Swing

BAR, LINE = 0.27, 0.6
"""Height in inches of a line of a figure, and of its bar as a share of it."""
NAMES = 0.36
"""Share of a column's width for names."""
ROOM = 0.75
"""Room for words at the right of a tornado, as a share of its bars."""
PALE, DARK = "#c9c9cf", "#6b6b73"
NOT_TOLD = "not told apart from 0"
MARK = "≈ 0"
CAPTION = f"Intervals of 95 %. {MARK}: {NOT_TOLD}."


def percent(share: float) -> str:
    """A share in per cent.

    >>> percent(0.1234), percent(-0.0001)
    ('12.3 %', '0.0 %')
    """
    return f"{100 * share:.1f} %".replace("-0.0 %", "0.0 %")


def range_text(path: str) -> str:
    """What a range is called: its path, without what goes without saying.

    >>> range_text("tracks.truce.direct")
    'truce.direct'
    """
    return path.removeprefix("tracks.")


class Teller:
    """Tells and draws what a sensitivity analysis found."""

    def __init__(self, found: Sensitivity, asked: Asked, title: str) -> None:
        self.found, self.asked, self.title = found, asked, title
        self.amount = percent if asked.outcome.is_share else number

    @property
    def note(self) -> str:
        """What the figures rest on."""
        return f"{self.found.runs:,} runs, n = {self.asked.n:,}, seed {self.asked.seed}"

    def level(self, estimate: Estimate) -> str:
        """An estimate of the outcome and its interval."""
        return share_text(estimate) if self.asked.outcome.is_share else _spelt(estimate, 1.0, "")

    def change(self, estimate: Estimate) -> str:
        """An estimate of a change of the outcome and its interval."""
        return _spelt(estimate, 100.0, " points") if self.asked.outcome.is_share else _spelt(estimate, 1.0, "")

    def sentences(self) -> list[str]:
        """What was found, in words that keep to what the intervals allow."""
        found, text = self.found, self.asked.outcome.text
        share, reported = found.assumption_share, found.reported_drawn
        many = len(found.ranges)
        told = [
            f"{text}: {self.level(found.all_drawn.mean)} with all {counted(many, 'range')} drawn, "
            f"{self.level(found.central.mean)} with all at their middle; the difference is "
            f"{self.change(found.central.difference)}{_remark(found.central.difference, ', ')}."
        ]
        rests = f"{share_text(share)} of the variance of a run rests on the ranges" if share.told else (
            "The part of the ranges in the variance of a run is not told apart from 0"
        )  # fmt: skip
        told.append(f"{rests}; the rest is chance, which no better knowledge of the ranges would take away.")
        if reported.drawn:
            mine = f"those that somebody reported ({reported.drawn}) make {share_text(reported.share)}"
            told.append(f"With what is assumed held at its middle, {mine}; mean {self.level(reported.mean)}.")
        else:
            told.append(f"Nobody reported any of the ranges: all {many} are assumed, calibrated or unattributed.")
        telling = [swing for swing in found.swings if swing.difference.told]
        if telling:
            first = telling[0]
            told.append(
                f"The range that moves it most: {range_text(first.path)}, from {number(first.low)} to "
                f"{number(first.high)}, moves it by {self.change(first.difference)}."
            )
        else:
            told.append("No range that was looked at closely moves it by more than chance would.")
        return told

    def tables(self) -> Iterator[Table]:
        """What was found, for the terminal."""
        yield self._of_levels()
        title = f"{self.asked.outcome.text} at the ends of a range (quantiles {ENDS[0]:g} and {ENDS[1]:g})"
        swings = _table(title, ("Range", "From", "To", "At from", "At to", "Difference", ""))
        for swing in self.found.swings:
            ends = (
                number(swing.low),
                number(swing.high),
                self.amount(swing.at_low.value),
                self.amount(swing.at_high.value),
            )
            swings.add_row(range_text(swing.path), *ends, self.change(swing.difference), _mark(swing.difference.told))
        yield swings
        if self.found.indices:
            yield self._of_indices()
        if self.found.screened:
            yield self._of_screening()

    def _of_levels(self) -> Table:
        heads = ("Drawn", "Ranges", "Mean", "Less all drawn", "Share of ranges", "")
        table = _table("What it rests on: variance of a run by ranges, the rest by chance", heads)
        for name, level in self.levels():
            first = level is self.found.all_drawn
            cells = "" if first else self.change(level.difference), share_text(level.share) if level.drawn else "none"
            told = level.share.told if first else level.difference.told
            table.add_row(name, number(level.drawn), self.level(level.mean), *cells, _mark(told))
        return table

    def levels(self) -> list[tuple[str, Level]]:
        """What is drawn, and what comes of it."""
        found = self.found
        reported = [("reported ranges", found.reported_drawn)] if found.reported_drawn.drawn else []
        return [("all ranges", found.all_drawn), *reported, ("none", found.central)]

    def _of_indices(self) -> Table:
        of = "blocks" if self.asked.by == "block" else "ranges"
        table = _table(
            f"Sobol indices of {of}, shares of the variance of a run", ("Name", "Ranges", "Alone", "In all", "")
        )
        for index in self.found.indices:
            cells = share_text(index.first), share_text(index.total), _mark(index.total.told)
            table.add_row(range_text(index.name), number(index.ranges), *cells)
        assert self.found.in_indices is not None
        table.add_row("together", "", "", share_text(self.found.in_indices), _mark(self.found.in_indices.told))
        return table

    def _of_screening(self) -> Table:
        many = len(self.found.screened)
        title = f"Screening of {many} ranges: change as a range moves by {100 * STEP:.0f} % of its draws"
        table = _table(title, ("Range", "Mean change", "Absolute", "Spread", ""))
        for each in self.found.screened[: self.asked.top]:
            cells = self.change(each.mean), self.amount(each.absolute), self.amount(each.spread)
            table.add_row(range_text(each.path), *cells, _mark(each.told))
        return table

    def drawings(self) -> Iterator[tuple[str, Drawing]]:
        """Every figure, by its name."""
        yield "tornado", self.tornado()
        yield "share", self.share()
        if self.found.indices:
            yield "indices", self.indices()

    def tornado(self) -> Drawing:
        """The outcome at both ends of each range, the range that moves it most on top; as wide as a column."""
        swings = self.found.swings
        middle = self.found.all_drawn.mean.value
        figure, axes = self._lines([range_text(swing.path) for swing in swings])
        for place, swing in enumerate(swings):
            for at, colour, hatch in (
                (swing.at_low, style.COLOURS[0], ""),
                (swing.at_high, style.COLOURS[1], "//////"),
            ):
                alpha = 1.0 if swing.difference.told else 0.45
                axes.barh(
                    place,
                    at.value - middle,
                    LINE,
                    middle,
                    color=colour,
                    alpha=alpha,
                    hatch=hatch,
                    edgecolor="white",
                    lw=0,
                )
            ends = sorted((swing.at_low.value, swing.at_high.value))
            text = self.change(swing.difference).replace(" points", "") + ("" if swing.difference.told else f"  {MARK}")
            axes.annotate(text, (max(ends[1], middle), place), (3, 0), textcoords="offset points",
                          fontsize=style.SMALL - 0.5, va="center", color=style.INK)  # fmt: skip
        axes.axvline(middle, color=style.INK, lw=0.7)
        left, right = axes.get_xlim()
        axes.set_xlim(left, right + ROOM * (right - left))
        of = (
            "share of runs; beside it the change in points"
            if self.asked.outcome.is_share
            else "mean; beside it the change"
        )
        style.tidy(axes, x=f"{self.asked.outcome.text}\n{of}")
        if self.asked.outcome.is_share:
            axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
        handles = [
            Patch(facecolor=style.COLOURS[0], label=f"at quantile {ENDS[0]:g}"),
            Patch(
                facecolor=style.COLOURS[1], hatch="//////", edgecolor="white", lw=0, label=f"at quantile {ENDS[1]:g}"
            ),
            Line2D([], [], lw=0, label=f"{MARK}  {NOT_TOLD}"),
        ]
        rows = [_swing_row(swing) for swing in swings]
        told = "; ".join(
            f"{range_text(s.path)} {self.change(s.difference)}{_remark(s.difference, ', ')}" for s in swings
        )
        return self._finish(
            figure, axes, handles, rows, f"Change of {self.asked.outcome.text} from the low to the high end: {told}."
        )

    def indices(self) -> Drawing:
        """Sobol indices with their intervals; as wide as a column."""
        indices = self.found.indices
        figure, axes = self._lines([range_text(index.name) for index in indices])
        for shift, of, colour, hatch in (
            (-0.17, "first", style.COLOURS[0], ""),
            (0.17, "total", style.COLOURS[1], "//////"),
        ):
            for place, index in enumerate(indices):
                found: Estimate = getattr(index, of)
                axes.barh(place + shift, found.value, 0.32, color=colour, hatch=hatch, edgecolor="white", lw=0)
                axes.plot([found.low, found.high], [place + shift] * 2, color=style.INK, lw=0.9)
        axes.axvline(0, color=style.INK, lw=0.7)
        style.tidy(axes, x="share of the variance of a run")
        handles = [
            Patch(facecolor=style.COLOURS[0], label="alone"),
            Patch(
                facecolor=style.COLOURS[1], hatch="//////", edgecolor="white", lw=0, label="with all it has a part in"
            ),
            Line2D([], [], color=style.INK, lw=0.9, label="95 %"),
        ]
        rows = [
            {
                "name": index.name,
                "ranges": index.ranges,
                **_columns("alone", index.first),
                **_columns("in all", index.total),
            }
            for index in indices
        ]
        told = "; ".join(f"{range_text(i.name)} {share_text(i.total)}{_remark(i.total, ', ')}" for i in indices)
        return self._finish(
            figure, axes, handles, rows, f"Shares of the variance of a run in which each has a part: {told}."
        )

    def share(self) -> Drawing:
        """How much of the variance rests on ranges and how much on chance; as wide as a column."""
        levels = self.levels()
        figure, axes = self._lines([name for name, _ in levels])
        most = max(level.between + level.within for _, level in levels) or 1.0
        for place, (_, level) in enumerate(levels):
            between = max(0.0, level.between)
            axes.barh(place, between / most, LINE, color=style.COLOURS[1], hatch="//////", edgecolor="white", lw=0)
            axes.barh(place, level.within / most, LINE, between / most, color=PALE)
            if level.drawn:
                ends = [max(0.0, end) * (between + level.within) / most for end in (level.share.low, level.share.high)]
                axes.plot(ends, [place] * 2, color=style.INK, lw=1.2, marker="|", ms=4)
        axes.set_xlim(0, 1.02)
        style.tidy(axes, x="variance of a run, the greatest being 1")
        handles = [
            Patch(facecolor=style.COLOURS[1], hatch="//////", edgecolor="white", lw=0, label="ranges"),
            Patch(facecolor=PALE, label="chance"),
            Line2D([], [], color=style.INK, lw=1.2, label="95 % of the ranges' part"),
        ]
        rows = [
            {"drawn": name, "ranges": level.drawn,
             "variance of ranges": level.between, "variance of chance": level.within,
             **_columns("share", level.share), **_columns("mean", level.mean)}
            for name, level in levels
        ]  # fmt: skip
        return self._finish(figure, axes, handles, rows, " ".join(self.sentences()))

    def _lines(self, names: Sequence[str]) -> tuple[Any, Axes]:
        """An empty figure of a line for each name, the first on top."""
        figure = style.blank(style.COLUMN, 1.35 + BAR * len(names))
        figure.set_dpi(DOTS)  # small letters are wider on a fine grid, and names stand at the very edge
        axes = figure.subplots()
        width = NAMES * style.COLUMN * 72
        axes.set_yticks(range(len(names)), [_folded(name, width) for name in names])
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.locator_params(axis="x", nbins=4)
        return figure, axes

    def _finish(self, figure: Any, axes: Axes, handles: list[Any], rows: list[dict[str, Any]], told: str) -> Drawing:
        columns = style.columns_within(
            [handle.get_label() for handle in handles], (1 - NAMES) * style.COLUMN * 72 * 0.9
        )
        style.head(figure, self.title)
        style.key(axes, handles, columns=columns)
        style.sign(figure, self.note)
        return Drawing(figure, rows, f"{self.title}. {told} {self.note}.")


def share_text(share: Estimate) -> str:
    """A share and its interval.

    >>> share_text(Estimate(0.08, 0.061, 0.104))
    '8.0 % (6.1 to 10.4)'
    """
    return _spelt(share, 100.0, " %")


def _spelt(estimate: Estimate, scale: float, unit: str) -> str:
    numbers = [scale * each for each in (estimate.value, estimate.low, estimate.high)]
    half = (numbers[2] - numbers[1]) / 2
    places = 1 if half == 0 or half >= 0.05 else 2 if half >= 0.005 else 3
    value, low, high = (f"{round(each, places) + 0.0:,.{places}f}" for each in numbers)
    return f"{value}{unit} ({low} to {high})"


def _mark(told: bool) -> str:
    return "" if told else MARK


def _folded(path: str, width: float) -> str:
    """A path in at most two lines of so many points, cut at its dots."""
    return style.wrapped(path.replace(".", ". "), width, 2, style.SMALL).replace(". ", ".")


def _remark(estimate: Estimate, before: str = "") -> str:
    return "" if estimate.told else before + NOT_TOLD


def _columns(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.value, f"{name} low": estimate.low, f"{name} high": estimate.high}


def _swing_row(swing: Swing) -> dict[str, Any]:
    ends = {"range": swing.path, "from": swing.low, "to": swing.high}
    at = _columns("at low", swing.at_low) | _columns("at high", swing.at_high)
    return {**ends, **at, **_columns("difference", swing.difference)}


def _table(title: str, heads: Sequence[str]) -> Table:
    table = Table(
        title=title,
        min_width=len(title),
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        caption=CAPTION,
        caption_justify="left",
    )
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if 0 < place < len(heads) - 1 else "left", overflow="fold")
    return table
