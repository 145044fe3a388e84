"""What stood in the way over a batch and what would unlock it: sentences, tables, and a figure of sets.

The figure has a column for each set of preconditions and a row for each precondition: a dot stands where the set has
it. Source: Lex et al. 2014, "UpSet: Visualization of Intersecting Sets", IEEE TVCG 20(12).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.show import style
from sim.show.files import Drawing
from sim.show.labels import Labels
from sim.show.words import counted, listed, number
from sim.study.blocking import Blocking
from sim.study.summary import Share
from sim.study.unlocking import Target, Unlocking

MOST_COLUMNS = 12
"""Sets drawn; the tables have all."""
NAME = 145
"""Points of a line of a precondition's name."""
ENTERS = " (before any talks)"


class _Column(NamedTuple):
    """A set with its amount and interval."""

    members: tuple[str, ...]
    amount: float
    low: float
    high: float


class _Sets(NamedTuple):
    """What a figure of sets shows."""

    track: str
    rows: Sequence[str]
    """Preconditions."""
    columns: Sequence[_Column]
    top: str
    """What the bars are."""
    corner: str
    """What the figure is about."""
    before: float | None = None
    """The share with nothing relaxed, where the amounts are shares."""


# Words ----------------------------------------------------------------------------------------------------------


def whose(track: str, condition: str, labels: Labels) -> str:
    """A precondition (`party.name`), its holder first.

    >>> whose("truce", "east.watched", Labels(parties={"east": "East"}))
    'East: watched'
    """
    holder, _, name = condition.partition(".")
    return f"{labels.party(holder)}: {labels.precondition(track, holder, name)}"


def together(track: str, conditions: Sequence[str], labels: Labels) -> str:
    """A set of preconditions in a sentence."""
    return listed(labels.whose(track, condition) for condition in conditions)


def target_text(target: Target, horizon: int) -> str:
    """What is to be reached, in words.

    >>> target_text(Target("truce", 30, 60), 120)
    'a deal is agreed within 60 days and deals are in force for 30 days or more'
    """
    within = "within the horizon" if target.within >= horizon else f"within {counted(target.within, 'day')}"
    held = f" and deals are in force for {counted(target.held, 'day')} or more" if target.held else ""
    return f"a deal is agreed {within}{held}"


def percent(share: float) -> str:
    """A share in per cent, to one decimal."""
    return f"{100 * share:.1f} %"


def interval(low: float, high: float) -> str:
    """An interval of shares."""
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def points(gain: float, low: float, high: float) -> str:
    """A difference of shares, in points of per cent, with its interval.

    A bound that is not 0 is not shown as 0: it is what a difference is told by.

    >>> points(0.5931, 0.5612, 0.6224), points(0.004, 0.0001, 0.0102)
    ('59.3 points (56.1 to 62.2)', '0.4 points (0.01 to 1.0)')
    """
    return f"{100 * gain:.1f} points ({_bound(100 * low)} to {_bound(100 * high)})"


def _bound(amount: float) -> str:
    return f"{amount:.1f}" if amount == 0 or abs(amount) >= 0.05 else f"{amount:.1g}"


def blocking_text(found: Blocking, labels: Labels) -> list[str]:
    """What stood in the way, in sentences."""
    if not found.conditions:
        agreed = f"a deal was agreed in {percent(found.agreed.share)} ({interval(found.agreed.low, found.agreed.high)})"
        track = labels.track(found.track)
        return [f"{track}: no precondition stood in the way in any of {counted(found.n, 'run')}; {agreed}."]
    track = labels.track(found.track)
    lines = [
        f"{track}: packages worth enough to every side existed and each failed a precondition in"
        f" {percent(found.runs_blocked.share)} of {counted(found.n, 'run')}"
        f" ({interval(found.runs_blocked.low, found.runs_blocked.high)}), on {found.days_blocked.mean:.1f} days a run;"
        f" a deal was agreed in {percent(found.agreed.share)} ({interval(found.agreed.low, found.agreed.high)})."
    ]
    return [*lines, *_most_days(found, labels)]


def _most_days(found: Blocking, labels: Labels) -> Iterator[str]:
    """Which entry precondition, and which acceptance precondition, stood in the way on most days."""
    for gate, what in (("enters", "kept the table closed"), ("accepts", "stood in the way at the table")):
        first = next((each for each in found.conditions if each.gate == gate), None)
        if first is None:
            continue
        alone = ""
        if first.days_alone is not None:
            rest = max(0.0, first.days.mean - first.days_alone.mean)
            alone = f", on {first.days_alone.mean:.1f} of them alone and on {rest:.1f} together with others"
        yield f"{labels.whose(found.track, first.condition)} {what} on most days: {first.days.mean:.1f} a run{alone}."


def unlocking_text(found: Unlocking, horizon: int, labels: Labels) -> list[str]:
    """What binds and what would unlock, in sentences that claim no difference where the interval covers none."""
    track, before = found.target.track, found.before
    lines = [
        f"As the scenario is, {target_text(found.target, horizon)} in {percent(before.share)} of"
        f" {counted(before.n, 'run')} ({interval(before.low, before.high)})."
    ]
    if not found.bindings:
        return [*lines, "No precondition of the track can stand in its way."]
    best = max(found.bindings, key=lambda each: each.first.value)
    if best.first.above:
        gain = points(best.first.value, best.first.low, best.first.high)
        lines.append(f"Relaxed by itself, {labels.whose(track, best.condition)} adds most: {gain}.")
    else:
        lines.append("Relaxed by itself, no precondition is told to add anything.")
    lines += _last_text(found, labels)
    idle = [each.condition for each in found.bindings if not each.first.told and not each.last.told]
    if idle:
        lines.append(f"Not told to make a difference, relaxed first or last: {together(track, idle, labels)}.")
    return [*lines, _enough_text(found, labels)]


def _last_text(found: Unlocking, labels: Labels) -> Iterator[str]:
    """Which preconditions still bind when all others are given up; nothing to say of a track with but one."""
    if len(found.bindings) < 2:
        return
    still = sorted((each for each in found.bindings if each.last.above), key=lambda each: -each.last.value)
    kept = [
        f"{labels.whose(found.target.track, each.condition)}, {points(each.last.value, each.last.low, each.last.high)}"
        for each in still
    ]
    if kept:
        yield f"Kept while all others are relaxed, still a loss: {'; '.join(kept)}."
    else:
        yield "Kept while all others are relaxed, no single one is told to cost anything."


def _enough_text(found: Unlocking, labels: Labels) -> str:
    enough, tried = found.enough, counted(len(found.relaxed), "set")
    if enough is None:
        return f"Of {tried} tried, none is told to raise it."
    share = f"{percent(enough.reached.share)} ({interval(enough.reached.low, enough.reached.high)})"
    gain = points(enough.gain.value, enough.gain.low, enough.gain.high)
    others = "" if len(found.relaxed) == 1 else f"; of {tried} tried, none is told to do better"
    which = together(found.target.track, enough.conditions, labels)
    return f"The unlock: relaxing {which} makes it {share}, {gain} more{others}."


# Figures --------------------------------------------------------------------------------------------------------


def draw_blocking(found: Blocking, labels: Labels, *, seed: int, title: str = "") -> Drawing:
    """The smallest sets that would have opened the zone, by days a run, over the preconditions that they hold."""
    columns = [_Column(each.conditions, each.days.mean, each.days.low, each.days.high) for each in found.sets]
    rows = [each for each in found.conditions if each.gate == "accepts"]

    def left(axes: Axes) -> None:
        """Days of each precondition: alone dark, together with others hatched."""
        for place, each in enumerate(rows):
            alone = each.days_alone.mean if each.days_alone else 0.0
            look: dict[str, Any] = {"height": 0.55, "edgecolor": style.INK, "linewidth": 0.4}
            axes.barh(place, alone, facecolor=style.COLOURS[0], **look)
            axes.barh(
                place, each.days.mean - alone, left=alone, facecolor="white", hatch="//////",
                hatch_linewidth=style.HATCH, **look,
            )  # fmt: skip
        style.tidy(axes, x="days a run: alone (full),\ntogether (hatched)")
        axes.set_xlim(left=0)

    names = [each.condition for each in rows]
    corner = f"{labels.track(found.track)}: which preconditions stood in the way, alone and together"
    sets = _Sets(found.track, names, columns[:MOST_COLUMNS], "days a run on which\nthe set was an unlock", corner)
    figure = _figure(sets, labels, left, title)
    rests = f"{style.caption(found.n, seed)}; bars: means with 95 % intervals" + _left_out(columns)
    style.sign(figure, rests)
    data = [_row("precondition", each.condition, each.days.mean, each.days.low, each.days.high) for each in rows]
    data += [_row("alone", e.condition, e.days_alone.mean, e.days_alone.low, e.days_alone.high)
             for e in rows if e.days_alone]  # fmt: skip
    data += [_row("set", "+".join(each.members), *each[1:]) for each in columns]
    return Drawing(figure, data, f"{' '.join(blocking_text(found, labels))} {_sets_alt(found, labels)} {rests}.")


def draw_unlocking(found: Unlocking, horizon: int, labels: Labels, *, title: str = "") -> Drawing:
    """The chance of reaching the target with each unlock relaxed, and what each precondition adds first and last."""
    shown = sorted(found.smallest, key=lambda each: -each.reached.share)
    columns = [_Column(each.conditions, *_of(each.reached)) for each in shown]
    names = [each.condition for each in found.bindings]

    def left(axes: Axes) -> None:
        """What each precondition adds: relaxed first (full), relaxed last (open)."""
        for place, each in enumerate(found.bindings):
            for gain, shift, face in ((each.first, -0.15, style.INK), (each.last, 0.15, "white")):
                below, above = 100 * (gain.value - gain.low), 100 * (gain.high - gain.value)
                axes.errorbar(
                    [100 * gain.value], [place + shift], xerr=[[below], [above]], fmt="o", color=style.INK, mfc=face,
                    markersize=3.2, linewidth=0.8, capsize=1.5, clip_on=False,
                )  # fmt: skip
        axes.axvline(0, color=style.SOFT, linewidth=0.6, zorder=0)
        style.tidy(axes, x="points added: relaxed\nfirst (full), last (open)")

    corner = f"{labels.track(found.target.track)}: {target_text(found.target, horizon)}"
    top = "runs that reach it\nwith the set relaxed"
    sets = _Sets(found.target.track, names, columns[:MOST_COLUMNS], top, corner, found.before.share)
    figure = _figure(sets, labels, left, title)
    rests = f"{style.caption(found.replications, found.seed)}; 95 % intervals; broken line: nothing relaxed"
    style.sign(figure, rests + _left_out(columns))
    data = [_row("nothing relaxed", "", *_of(found.before))]
    for each in found.bindings:
        for what, gain in (("relaxed first", each.first), ("relaxed last", each.last)):
            data.append(_row(what, each.condition, gain.value, gain.low, gain.high))
    data += [_row("set", "+".join(each.members), *each[1:]) for each in columns]
    return Drawing(figure, data, f"{' '.join(unlocking_text(found, horizon, labels))} {rests}.")


def _of(share: Share) -> tuple[float, float, float]:
    return share.share, share.low, share.high


def _row(panel: str, what: str, amount: float, low: float, high: float) -> dict[str, Any]:
    return {"panel": panel, "what": what, "amount": amount, "low": low, "high": high}


def _left_out(columns: Sequence[_Column]) -> str:
    more = len(columns) - MOST_COLUMNS
    return f"; {counted(more, 'further set')} in the table" if more > 0 else ""


def _sets_alt(found: Blocking, labels: Labels) -> str:
    told = (
        f"{together(found.track, each.conditions, labels)} on {each.days.mean:.1f} days a run"
        for each in found.sets[:3]
    )
    return f"The sets that would have unlocked most days: {'; '.join(told)}." if found.sets else ""


def _figure(sets: _Sets, labels: Labels, left: Callable[[Axes], None], title: str) -> Figure:
    """Bars over a matrix of dots, and beside the matrix what is known of each precondition by itself."""
    tall = 0.32 * max(len(sets.rows), 2)
    figure = style.blank(style.PAGE, 2.15 + tall + 0.13 * style.titled(title, style.PAGE).count("\n"))
    grid = figure.add_gridspec(2, 2, height_ratios=(1.15, tall), width_ratios=(0.55, 1.0))
    corner, beside, dots, bars = (figure.add_subplot(grid[place]) for place in ((0, 0), (1, 0), (1, 1), (0, 1)))
    corner.set_axis_off()
    words = style.wrapped(sets.corner, 200, 4, style.TEXT)
    corner.text(1, 0.95, words, fontsize=style.TEXT, ha="right", va="top", transform=corner.transAxes)
    left(beside)
    names = [style.wrapped(whose(sets.track, row, labels), NAME, 2, style.SMALL) for row in sets.rows]
    beside.set_yticks(range(len(names)), names)
    beside.tick_params(axis="y", length=0)
    beside.set_ylim(len(names) - 0.4, -0.6)
    _dots(dots, sets.rows, sets.columns)
    _bars(bars, sets.columns, sets.top, sets.before)
    if title:
        style.head(figure, title)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(w_pad=0.12)  # type: ignore[call-arg]  # on a screen letters run a little wider than in print
    return figure


def _dots(axes: Axes, rows: Sequence[str], columns: Sequence[_Column]) -> None:
    for place in range(len(rows)):
        if place % 2:
            axes.axhspan(place - 0.5, place + 0.5, color=style.FAINT, alpha=0.5, linewidth=0)
    for at, column in enumerate(columns):
        held = [place for place, row in enumerate(rows) if row in column.members]
        free = [place for place, row in enumerate(rows) if row not in column.members]
        axes.plot([at] * len(free), free, "o", color=style.FAINT, markersize=5)
        axes.plot([at] * len(held), held, "-o", color=style.INK, markersize=5, linewidth=1.2)
    axes.set_xlim(-0.6, max(len(columns), 1) - 0.4)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def _bars(axes: Axes, columns: Sequence[_Column], label: str, before: float | None) -> None:
    share = before is not None
    for at, column in enumerate(columns):
        axes.bar(at, column.amount, width=0.6, facecolor=style.COLOURS[0], edgecolor=style.INK, linewidth=0.4)
        low, high = max(0.0, column.amount - column.low), max(0.0, column.high - column.amount)
        axes.errorbar([at], [column.amount], yerr=[[low], [high]], color=style.INK, linewidth=0.8, capsize=1.5)
        told = f"{100 * column.amount:.0f}" if share else number(round(column.amount, 1))
        axes.annotate(told, (at, column.high), (0, 1.5), textcoords="offset points", fontsize=style.SMALL, ha="center")
    if before is not None:
        axes.axhline(before, color=style.INK, linewidth=0.8, linestyle="--")
        axes.set_ylim(0, 1.08)
        axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.set_xlim(-0.6, max(len(columns), 1) - 0.4)
    axes.set_xticks([])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    style.tidy(axes, y=label)
