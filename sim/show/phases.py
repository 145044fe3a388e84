"""What all replications of a scenario are doing, day by day: phases of the tracks, and the ledgers of the parties."""

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.engine.chunk import Column, Days
from sim.show import style
from sim.show.files import Drawing
from sim.show.labels import Labels
from sim.show.levels import KEY_WIDTH, MOST_BANDS, columns_of, draw_levels, kinds_of, names_of
from sim.show.words import capital, counted, date_text, spaced
from sim.study.summary import share_of
from sim.terms import Phase

PANEL, LEDGERS, ROW, KEY, EDGES = 1.0, 0.75, 0.13, 0.3, 1.0
"""Inches: a track's panel, that of a level or the ledgers, a row of its legend, the key, what stands around them."""
BANDS = "; bands from decile 1 to 9"
LOOKS = {
    Phase.DORMANT: ("#ffffff", ""),
    Phase.TALKS: (style.COLOURS[0], ""),
    Phase.AGREED: (style.COLOURS[5], "||||||"),
    Phase.IN_FORCE: (style.COLOURS[1], "//////"),
    Phase.SUSPENDED: (style.COLOURS[2], "xxxxxx"),
    Phase.CLOSED: ("#c9c9cf", "......"),
}
"""Colour and hatch of each phase."""


def draw_phases(days: Days, tracks: Sequence[str], labels: Labels, *, title: str, seed: int) -> Drawing:
    """Compose the picture: a panel for each track, its phases stacked; below, levels, and what each side alleges a day.

    Args:
        days: of all replications.
        tracks: their names, in order.
        labels: what the reader calls them.
        title: of the scenario.
        seed: of the draws.
    """
    alleging = bool(numpy.any(days.ledgers))
    kinds = kinds_of(days)
    keys = [names_of(days, kind, labels) for kind in kinds] + [_alleging(days, labels)] * alleging
    ledgers = [LEDGERS + ROW * -(-len(names) // style.columns_within(names, KEY_WIDTH)) for names in keys]
    heights = [KEY, *[PANEL] * len(tracks), *ledgers]
    figure = style.blank(style.COLUMN, sum(heights) + EDGES)
    top, *panels = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    top.set_axis_off()
    for place, axes in enumerate(panels[: len(tracks)]):
        draw_track(days, place, axes)
        style.tidy(axes, title=labels.track(tracks[place]), y="runs")
    for kind, axes in zip(kinds, panels[len(tracks) :], strict=False):
        draw_levels(days, kind, axes, labels)
    if alleging:
        draw_ledgers(days, panels[-1], labels)
    panels[-1].set_xlabel("days since the start", fontsize=style.TEXT)
    found = [phase for phase in Phase if days.phases[:, :, phase].any()]
    handles = [_patch(phase) for phase in found]
    columns = style.columns_within([str(handle.get_label()) for handle in handles], (style.COLUMN - 0.9) * 72)
    top.legend(handles=handles, loc="center left", ncols=columns, fontsize=style.SMALL, frameon=False,
               handlelength=1.6, columnspacing=1.2, borderaxespad=0.0)  # fmt: skip
    style.head(figure, title)
    note = style.caption(days.replications, seed) + (
        BANDS if any(len(names_of(days, kind, labels)) <= MOST_BANDS for kind in kinds) else ""
    )
    style.sign(figure, note)
    return Drawing(figure, rows_of(days, tracks), f"{title}. {' '.join(told(days, tracks, labels))} {note}.")


def draw_track(days: Days, place: int, axes: Axes) -> Axes:
    """Draw the phases of a track as stacked shares of the replications, day by day."""
    edges = numpy.arange(len(days.phases) + 1)
    below = numpy.zeros(len(days.phases) + 1)
    for phase in Phase:
        share = days.phases[:, place, phase] / days.replications
        above = below + numpy.append(share, share[-1])
        colour, hatch = LOOKS[phase]
        if share.any():
            filled = axes.fill_between(edges, below, above, step="post", facecolor=colour, edgecolor=style.INK, lw=0.3)
            filled.set_hatch(hatch)
            filled.set_hatch_linewidth(style.HATCH)
        below = above
    axes.set_xlim(0, len(days.phases))
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.set_yticks([0, 0.5, 1])
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    return axes


def _alleging(days: Days, labels: Labels) -> list[str]:
    return [f"alleged by {labels.party(party)}" for party in days.parties]


def draw_ledgers(days: Days, axes: Axes, labels: Labels) -> Axes:
    """Draw how many violations each party alleges a day, on average: one ledger each, never merged."""
    lines: list[Line2D] = []
    names = _alleging(days, labels)
    for place, name in enumerate(names):
        look = style.stroke(place)
        lines += axes.plot(
            numpy.arange(len(days.ledgers)) + 0.5, days.ledgers[:, place] / days.replications,
            color=look.colour, linestyle=look.line, lw=1.1, label=name,
        )  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    style.tidy(axes, y="a run and day")
    style.key(axes, lines, columns=style.columns_within(names, KEY_WIDTH))
    return axes


def _patch(phase: Phase) -> Patch:
    colour, hatch = LOOKS[phase]
    patch = Patch(facecolor=colour, edgecolor=style.INK, lw=0.3, hatch=hatch, label=spaced(phase.name.lower()))
    patch.set_hatch_linewidth(style.HATCH)
    return patch


def rows_of(days: Days, tracks: Sequence[str]) -> list[dict[str, Any]]:
    """Everything drawn, a row for each day: over all runs, phases of each track and what each party alleges; levels."""
    rows, levels = [], columns_of(days)
    for day in range(len(days.phases)):
        row: dict[str, Any] = {"day": day, "runs": days.replications}
        for place, track in enumerate(tracks):
            row |= {f"{track}.{phase.name.lower()}": int(days.phases[day, place, phase]) for phase in Phase}
        row |= {f"{party}.alleged": int(days.ledgers[day, place]) for place, party in enumerate(days.parties)}
        rows.append(row | levels[day])
    return rows


def told(days: Days, tracks: Sequence[str], labels: Labels) -> Iterator[str]:
    """The picture in words."""
    yield f"Phases of {counted(len(tracks), 'track')} over {counted(len(days.phases), 'day')}."
    for place, track in enumerate(tracks):
        force = in_force(days, place)
        most = int(numpy.argmax(force))
        share = share_of(int(force[most]), days.replications)
        yield (
            f"{labels.track(track)}: a deal is in force at the end of day {most} in {100 * share.share:.1f} % of the "
            f"runs ({100 * share.low:.1f} to {100 * share.high:.1f}), and never in more."
            if force[most]
            else f"{labels.track(track)}: no deal is in force at the end of any day."
        )
    totals = days.ledgers.sum(axis=0) / days.replications
    if totals.any():
        sides = (f"{labels.party(party)} {total:,.1f}" for party, total in zip(days.parties, totals, strict=True))
        yield f"Violations alleged a run, each side by its own ledger: {', '.join(sides)}."


def in_force(days: Days, track: int) -> Column:
    """[day]: runs in which a deal of the track is in force, also while it is suspended."""
    found: Column = days.phases[:, track, [Phase.IN_FORCE, Phase.SUSPENDED]].sum(axis=1)
    return found


def table_of(days: Days, tracks: Sequence[str], labels: Labels, start: datetime.date) -> Table:
    """For the terminal: phases at the end of five days, from the first to the last at equal distances."""
    title = "Runs by phase, in per cent"
    table = Table(title=title, min_width=len(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD,
                  pad_edge=False)  # fmt: skip
    for head in ("Track", "Day", "Date", *(capital(spaced(phase.name.lower())) for phase in Phase)):
        table.add_column(head, justify="left" if head in ("Track", "Date") else "right")
    last = len(days.phases) - 1
    shown = sorted({round(last * quarter / 4) for quarter in range(5)})
    for place, track in enumerate(tracks):
        for day in shown:
            shares = (f"{100 * days.phases[day, place, phase] / days.replications:.1f}" for phase in Phase)
            name = labels.track(track) if day == shown[0] else ""
            table.add_row(name, str(day), date_text(start + datetime.timedelta(days=day)), *shares)
    return table
