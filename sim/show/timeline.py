"""One run over the calendar: a lane for each track, the ledgers of allegations below, and levels by day."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.engine import log
from sim.engine.record import NEVER, RunRecord
from sim.show import style
from sim.show.files import Drawing
from sim.show.labels import Labels
from sim.show.lanes import ROW, SHORT, calendar, draw_lanes, key_columns, lane_key, lay_out
from sim.show.marks import Mark, Shape, ledgers_of, marks_of
from sim.show.words import counted, date_text, listed, spaced

GUTTER, EDGE, HEAD, FOOT = 1.05, 0.15, 0.24, 0.5
"""Inches around the panels: left for names, right, above for the title, below for dates and signature."""
PANEL, BETWEEN = 0.85, 0.3
"""Inches: height of a panel of numbers, and room above it for its legend."""
MOST_TRUSTING = 4
"""Parties up to which trust is drawn; among more it would be a thicket."""
DAYS_BY_DAY = 60
"""Up to this horizon allegations are drawn by day, beyond it by week."""


def timeline(
    record: RunRecord,
    entries: Sequence[log.Entry],
    start: datetime.date,
    labels: Labels,
    *,
    title: str = "",
    levels: Mapping[str, Sequence[float]] | None = None,
) -> Drawing:
    """Compose the picture of one run, as wide as a page.

    Args:
        record: what the run left.
        entries: its log, in order of days.
        start: the calendar date of day 0.
        labels: what the reader calls parties and tracks.
        title: what stands above it.
        levels: columns of the daily table that are numbers in [0, 1], by name: `party.weariness`, `party.trust.other`.
            Of more than MOST_TRUSTING parties trust stands in the data only.
    """
    marks = marks_of(record, entries, labels)
    step = 1 if record.horizon <= DAYS_BY_DAY else 7
    ledgers = ledgers_of(entries, record, step=step)
    drawn = _panels(levels or {}, [party.party for party in record.parties])
    lanes = lay_out(marks, record, (style.PAGE - GUTTER - EDGE) * 72)
    handles = lane_key(marks, [party.party for party in record.parties], labels)
    keys = -(-len(handles) // key_columns(handles))
    title = style.titled(title, style.PAGE)
    head = HEAD + title.count("\n") * style.ROW + keys * style.ROW
    below = [(_room([_ledger_name(party, ledgers, labels) for party in ledgers]), PANEL)] if ledgers else []
    below += [(_room([level_name(name, labels.short(SHORT)) for name in curves]), PANEL) for curves in drawn.values()]
    figure, panels = _stack(title, head, [(0.0, ROW * sum(lane.height for lane in lanes)), *below])
    draw_lanes(marks, panels[0], record, labels, start)
    if ledgers:
        draw_ledgers(ledgers, panels[1], labels, start, record.horizon, step=step)
    for axes, (name, curves) in zip(panels[len(panels) - len(drawn) :], drawn.items(), strict=True):
        draw_levels(curves, axes, start, labels, [party.party for party in record.parties], y=name)
    for upper in panels[:-1]:
        upper.tick_params(labelbottom=False)
    style.sign(figure, style.caption(1, record.seed, record.replication))
    data = _rows(marks, ledgers, levels or {}, start, step, labels)
    return Drawing(figure, data, _alt(record, marks, ledgers, start, labels))


def _panels(levels: Mapping[str, Sequence[float]], parties: Sequence[str]) -> dict[str, dict[str, Sequence[float]]]:
    """Which curves stand on which panel: between two parties on one, among more weariness apart from trust."""
    weariness = {name: values for name, values in levels.items() if name.endswith(".weariness")}
    trust = {name: values for name, values in levels.items() if name not in weariness}
    if not levels:
        return {}
    if len(parties) <= 2:
        return {"level": weariness | trust}
    panels = {"weariness": weariness, "trust": trust if len(parties) <= MOST_TRUSTING else {}}
    return {name: curves for name, curves in panels.items() if curves}


def _stack(title: str, head: float, heights: Sequence[tuple[float, float]]) -> tuple[Figure, list[Axes]]:
    """Panels one below the other at fixed places, so that texts can be set before drawing.

    Of each the room above it and its height, in inches.
    """
    height = head + sum(map(sum, heights)) + FOOT
    figure = style.Picture(figsize=(style.PAGE, height))
    panels, top = [], height - head
    for above, panel in heights:
        top -= above + panel
        box = (GUTTER / style.PAGE, top / height, 1 - (GUTTER + EDGE) / style.PAGE, panel / height)
        panels.append(figure.add_axes(box))
    figure.text(0.07 / style.PAGE, 1 - 0.06 / height, title, fontsize=style.TITLE, va="top", linespacing=1.1)
    return figure, panels


def draw_ledgers(
    ledgers: Mapping[str, Sequence[int]],
    axes: Axes,
    labels: Labels,
    start: datetime.date,
    horizon: int,
    *,
    step: int,
) -> Axes:
    """Draw what each side alleged by period of `step` days: of two ledgers, one upwards and one downwards."""
    mirrored = len(ledgers) == 2
    width = step / (1 if mirrored else len(ledgers))
    for place, (party, counts) in enumerate(ledgers.items()):
        look = style.stroke(place)
        down = mirrored and place == 1
        axes.bar(
            [period * step + (0.0 if mirrored else place * width) for period in range(len(counts))],
            [-count if down else count for count in counts],
            width=width,
            align="edge",
            facecolor=look.colour,
            edgecolor="white",
            linewidth=0.5,
            hatch=look.hatch,
            hatch_linewidth=style.HATCH,
            label=_ledger_name(party, ledgers, labels),
        )
    axes.axhline(0, color=style.SOFT, linewidth=0.6)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    calendar(axes, start, horizon)
    style.tidy(axes, y=f"violations alleged\na {'day' if step == 1 else 'week'}")
    names = [_ledger_name(party, ledgers, labels) for party in ledgers]
    style.key(axes, list(axes.containers), columns=_columns(names))  # type: ignore[arg-type]
    return axes


def _ledger_name(party: str, ledgers: Mapping[str, Sequence[int]], labels: Labels) -> str:
    down = len(ledgers) == 2 and party == list(ledgers)[1]
    return f"alleged by {labels.short(SHORT).party(party)}{' (downwards)' if down else ''}"


def draw_levels(
    levels: Mapping[str, Sequence[float]],
    axes: Axes,
    start: datetime.date,
    labels: Labels,
    parties: Sequence[str],
    *,
    y: str = "level",
) -> Axes:
    """Draw levels in [0, 1] by day, a line for each column of the daily table.

    Colour and marker say whose level it is; weariness is a solid line, and trust is broken by the party trusted.
    """
    for place, (name, values) in enumerate(levels.items()):
        holder, _, *other = name.split(".")
        look = style.stroke(parties.index(holder))
        days = [day + 0.5 for day in range(len(values))]
        gap = max(1, len(days) // 6)
        axes.plot(
            days, list(values), color=look.colour, linewidth=1.1, label=level_name(name, labels.short(SHORT)),
            linestyle=style.broken(parties.index(other[0])) if other else "-", marker=look.marker, markersize=3,
            markevery=(place * gap // len(levels), gap), markerfacecolor=look.colour if not other else "white",
        )  # fmt: skip
    calendar(axes, start, max(len(values) for values in levels.values()))
    axes.set_ylim(0, 1)
    style.tidy(axes, y=y)
    style.key(axes, axes.get_lines(), columns=_columns([str(line.get_label()) for line in axes.get_lines()]))
    return axes


def level_name(column: str, labels: Labels) -> str:
    """A column of the daily table in words.

    >>> level_name("russia.trust.ukraine", Labels())
    'trust of russia in ukraine'
    """
    holder, what, *other = column.split(".")
    return f"{what} of {labels.party(holder)}" + "".join(f" in {labels.party(party)}" for party in other)


def _columns(names: Sequence[str]) -> int:
    """Columns of a legend above a panel."""
    return style.columns_within(names, (style.PAGE - GUTTER) * 72)


def _room(names: Sequence[str]) -> float:
    """Inches above a panel for its legend."""
    return BETWEEN + (-(-len(names) // _columns(names)) - 1) * style.ROW


def _rows(
    marks: Sequence[Mark],
    ledgers: Mapping[str, Sequence[int]],
    levels: Mapping[str, Sequence[float]],
    start: datetime.date,
    step: int,
    labels: Labels,
) -> list[dict[str, Any]]:
    """Everything drawn, a row each, with dates."""

    def dates(day: int, until: int) -> dict[str, str]:
        first, last = (start + datetime.timedelta(days=each) for each in (day, until))
        return {"date": first.isoformat(), "until": last.isoformat()}

    rows: list[dict[str, Any]] = [
        {"panel": "lanes", "name": mark.lane, "what": mark.shape.value, **dates(mark.day, mark.until)}
        | {"party": mark.party, "text": mark.text}
        for mark in marks
    ]
    for party, counts in ledgers.items():
        rows += [
            {"panel": "ledgers", "name": party, "what": "alleged", **dates(period * step, (period + 1) * step - 1)}
            | {"value": count}
            for period, count in enumerate(counts)
        ]
    for name, values in levels.items():
        rows += [
            {"panel": "levels", "name": level_name(name, labels), "what": "level", **dates(day, day), "value": value}
            for day, value in enumerate(values)
        ]
    return rows


def _alt(
    record: RunRecord,
    marks: Sequence[Mark],
    ledgers: Mapping[str, Sequence[int]],
    start: datetime.date,
    labels: Labels,
) -> str:
    """The picture in words."""
    last = start + datetime.timedelta(days=record.horizon - 1)
    parts = [
        f"Timeline of one run of {counted(len(record.tracks), 'track')}, {date_text(start)} to {date_text(last)};"
        f" {style.caption(1, record.seed, record.replication)}."
    ]
    for track in record.tracks:
        blocked = sum(m.until - m.day + 1 for m in marks if m.lane == track.track and m.shape is Shape.BLOCKED)
        told = [counted(track.talks, "set of talks", "sets of talks"), counted(track.deals, "deal")]
        if track.first_agreed != NEVER:
            told[-1] += f" (the first on {date_text(start + datetime.timedelta(days=track.first_agreed))})"
        if blocked:
            told.append(f"{counted(blocked, 'day')} blocked by preconditions")
        parts.append(f"{labels.track(track.track)}: {listed(told)}; {spaced(track.ending)}.")
    if ledgers:
        sums = (f"{labels.party(party)} {counted(sum(counts), 'violation')}" for party, counts in ledgers.items())
        parts.append(f"Alleged in all: {listed(sums)}.")
    return " ".join(parts)
