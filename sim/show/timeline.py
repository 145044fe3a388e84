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
from sim.show.lanes import ROW, calendar, draw_lanes, key_columns, lane_key, lay_out
from sim.show.marks import Mark, Shape, ledgers_of, marks_of
from sim.show.words import counted, date_text, listed, spaced

GUTTER, EDGE, HEAD, FOOT = 1.05, 0.15, 0.24, 0.5
"""Inches around the panels: left for names, right, above for the title, below for dates and signature."""
PANEL, BETWEEN = 0.85, 0.3
"""Inches: height of a panel of numbers, and room above it for its legend."""
_LEVELS = (
    (style.INK, "-"),
    (style.COLOURS[3], "--"),
    (style.COLOURS[2], "-."),
    (style.COLOURS[4], "-"),
    (style.COLOURS[5], ":"),
    (style.SOFT, "--"),
)
"""Not the colours of parties: a curve may be about two of them."""
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
        levels: curves for a panel of their own, by name: a number in [0, 1] a day (weariness, trust).
    """
    marks = marks_of(record, entries, labels)
    step = 1 if record.horizon <= DAYS_BY_DAY else 7
    ledgers = ledgers_of(entries, record, step=step)
    levels = levels or {}
    lanes = lay_out(marks, record, (style.PAGE - GUTTER - EDGE) * 72)
    handles = lane_key(marks, [party.party for party in record.parties], labels)
    keys = -(-len(handles) // key_columns(handles))
    heights = [ROW * sum(lane.height for lane in lanes)] + [PANEL] * (bool(ledgers) + bool(levels))
    figure, panels = _stack(heights, HEAD + keys * 0.13, title)
    draw_lanes(marks, panels[0], record, labels, start)
    if ledgers:
        draw_ledgers(ledgers, panels[1], labels, start, record.horizon, step=step)
    if levels:
        draw_levels(levels, panels[-1], start)
    for upper in panels[:-1]:
        upper.tick_params(labelbottom=False)
    style.sign(figure, style.caption(1, record.seed, record.replication))
    data = _rows(marks, ledgers, levels, start, step)
    return Drawing(figure, data, _alt(record, marks, ledgers, start, labels))


def _stack(heights: Sequence[float], head: float, title: str) -> tuple[Figure, list[Axes]]:
    """Panels one below the other at fixed places, heights in inches, so that texts can be set before drawing."""
    height = head + sum(heights) + BETWEEN * (len(heights) - 1) + FOOT
    figure = Figure(figsize=(style.PAGE, height))
    panels, top = [], height - head
    for panel in heights:
        top -= panel
        box = (GUTTER / style.PAGE, top / height, 1 - (GUTTER + EDGE) / style.PAGE, panel / height)
        panels.append(figure.add_axes(box))
        top -= BETWEEN
    figure.text(0.07 / style.PAGE, 1 - 0.06 / height, title, fontsize=style.TITLE, va="top")
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
            label=f"alleged by {labels.party(party)}{' (downwards)' if down else ''}",
        )
    axes.axhline(0, color=style.SOFT, linewidth=0.6)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    calendar(axes, start, horizon)
    style.tidy(axes, y=f"violations alleged\na {'day' if step == 1 else 'week'}")
    style.key(axes, list(axes.containers), columns=3)  # type: ignore[arg-type]
    return axes


def draw_levels(levels: Mapping[str, Sequence[float]], axes: Axes, start: datetime.date) -> Axes:
    """Draw levels in [0, 1] by day, a line for each name."""
    for place, (name, values) in enumerate(levels.items()):
        colour, line = _LEVELS[place % len(_LEVELS)]
        days = [day + 0.5 for day in range(len(values))]
        axes.plot(days, list(values), color=colour, linestyle=line, linewidth=1.2, label=name)
    calendar(axes, start, max(len(values) for values in levels.values()))
    axes.set_ylim(0, 1)
    style.tidy(axes, y="level")
    style.key(axes, axes.get_lines(), columns=4)
    return axes


def _rows(
    marks: Sequence[Mark],
    ledgers: Mapping[str, Sequence[int]],
    levels: Mapping[str, Sequence[float]],
    start: datetime.date,
    step: int,
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
            {"panel": "levels", "name": name, "what": "level", **dates(day, day), "value": value}
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
    parts = [f"Timeline of one run of {len(record.tracks)} tracks, {date_text(start)} to {date_text(last)}."]
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
