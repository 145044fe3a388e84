"""The lanes of one run: where each mark and each text goes, and the drawing of it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.transforms import ScaledTranslation

from sim.engine.record import RunRecord
from sim.show import style
from sim.show.labels import Labels
from sim.show.marks import ACTS, EVENTS, Mark, Shape

ROW = 0.13
"""Height in inches of one unit of a lane: its bar, or a row of text above it."""
ABOVE_BAR, BETWEEN = 0.45, 0.35
"""Units for the markers on a bar, and between two lanes."""
MOST_ROWS = 6
SHORT, NAME = 32, 66
"""Characters of a label in a legend, and points of a line of a lane's name: what is longer is cut."""
BESIDE = 240
"""Points of a text beside a mark."""
KEY_LEFT = 0.07
"""Inches between the page's edge and the legend."""
GAP = 4.0
"""Points between two texts in a row."""

_BARS: dict[Shape, dict[str, Any]] = {
    Shape.TALKS: {"facecolor": style.FAINT, "edgecolor": style.SOFT, "linewidth": 0.5},
    Shape.DEAL: {"facecolor": style.COLOURS[0], "edgecolor": style.COLOURS[0], "linewidth": 0.5},
    Shape.TRUCE: {"facecolor": style.COLOURS[3], "edgecolor": style.COLOURS[3], "linewidth": 0.5},
    Shape.RESTRAINT: {"facecolor": "white", "edgecolor": style.COLOURS[3], "linewidth": 0.9},
    Shape.BLOCKED: {"facecolor": "none", "edgecolor": style.INK, "linewidth": 0.0, "hatch": "///////"},
    Shape.SUSPENDED: {"facecolor": "white", "edgecolor": style.COLOURS[3], "linewidth": 0.5, "hatch": "....."},
}
_MARKERS: dict[Shape, dict[str, Any]] = {
    Shape.AGREED: {"marker": "*", "markersize": 7.5, "markerfacecolor": style.INK, "markeredgecolor": "white"},
    Shape.RELEASE: {"marker": "^", "markersize": 4, "markerfacecolor": style.INK, "markeredgecolor": style.INK},
    Shape.GESTURE: {"marker": "^", "markersize": 4, "markerfacecolor": "white", "markeredgecolor": style.INK},
    Shape.GOODS: {"marker": "s", "markersize": 3.2, "markerfacecolor": style.COLOURS[1], "markeredgecolor": style.INK},
    Shape.ENDING: {"marker": "x", "markersize": 3.5, "markerfacecolor": style.INK, "markeredgecolor": style.INK},
    Shape.EVENT: {"marker": "v", "markersize": 4, "markerfacecolor": style.SOFT, "markeredgecolor": style.SOFT},
}
_WORDED = (Shape.EVENT, Shape.RELEASE, Shape.GESTURE, Shape.GOODS, Shape.ENDING, Shape.RESTRAINT)


@dataclass(frozen=True, slots=True)
class Placed:
    """A text and where it stands: row above the bar from 0, and left edge in points from the first day."""

    mark: Mark
    text: str
    row: int
    left: float


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane as laid out."""

    name: str
    marks: tuple[Mark, ...]
    texts: tuple[Placed, ...]
    rows: int

    @property
    def height(self) -> float:
        """In units of ROW."""
        return 1 + ABOVE_BAR + self.rows + BETWEEN


def lay_out(marks: Sequence[Mark], record: RunRecord, width: float) -> list[Lane]:
    """Give every text a row in which it overlaps no other; `width` in points is that of all days.

    A lane has a row more wherever its texts would collide, and at most MOST_ROWS: what still collides is
    left out of the picture (not of its data).
    """
    lanes = []
    for name in _names(record, marks):
        of_lane = tuple(mark for mark in marks if mark.lane == name)
        texts = _place(of_lane, width / record.horizon, width)
        lanes.append(Lane(name, of_lane, texts, max((text.row + 1 for text in texts), default=0)))
    return lanes


def _names(record: RunRecord, marks: Sequence[Mark]) -> list[str]:
    used = {mark.lane for mark in marks}
    tracks = [track.track for track in record.tracks]
    return [*([EVENTS] if EVENTS in used else []), *tracks, *([ACTS] if ACTS in used else [])]


def _place(marks: Sequence[Mark], day: float, width: float) -> tuple[Placed, ...]:
    """Texts from left to right, each in the lowest row that is free there."""
    wanted = []
    for mark in _joined(marks):
        if mark.shape in _WORDED and mark.beside:
            text = style.fitted(mark.beside, BESIDE, style.SMALL)
            long = style.text_width(text, style.SMALL)
            wanted.append((max(0.0, min(_moment(mark) * day - long / 2, width - long)), long, text, mark))
    ends: list[float] = []
    placed = []
    for left, long, text, mark in sorted(wanted, key=lambda entry: (entry[0], entry[3].day)):
        row = next((row for row, end in enumerate(ends) if end + GAP <= left), len(ends))
        if row == MOST_ROWS:
            continue
        ends[row : row + 1] = [left + long]
        placed.append(Placed(mark, text, row, left))
    return tuple(placed)


def _joined(marks: Sequence[Mark]) -> list[Mark]:
    """The marks with every gesture that comes with a release on the same day told beside it."""
    releases = {mark.day for mark in marks if mark.shape is Shape.RELEASE}
    gestures: dict[int, list[str]] = {}
    for mark in marks:
        if mark.shape is Shape.GESTURE and mark.day in releases and mark.beside:
            gestures.setdefault(mark.day, []).append(mark.beside)
    joined = []
    for mark in marks:
        if mark.shape is Shape.RELEASE and mark.day in gestures:
            joined.append(replace(mark, instead=" + ".join(filter(None, [mark.beside, *gestures.pop(mark.day)]))))
        elif mark.shape is not Shape.GESTURE or mark.day not in releases:
            joined.append(mark)
    return joined


def _moment(mark: Mark) -> float:
    """Where a mark sits on the axis of days, on which day d reaches from d to d + 1: an ending at its day's end."""
    if mark.shape is Shape.ENDING:
        return mark.day + 1
    return mark.day + 0.5 if mark.day == mark.until else (mark.day + mark.until + 1) / 2


def draw_lanes(marks: Sequence[Mark], axes: Axes, record: RunRecord, labels: Labels, start: datetime.date) -> Axes:
    """Draw the lanes of a run on axes that already have their place and width in the figure."""
    width = axes.get_position().width * float(axes.get_figure(root=True).get_figwidth()) * 72  # type: ignore[union-attr]
    parties = [party.party for party in record.parties]
    lanes = lay_out(marks, record, width)
    axes.set_ylim(-sum(lane.height for lane in lanes), 0.0)
    calendar(axes, start, record.horizon)
    top, ticks = 0.0, []
    for lane in lanes:
        base = top - lane.height + BETWEEN / 2
        ticks.append(top - lane.height / 2)
        _draw_bars(lane, axes, base, parties, width)
        _draw_moments(lane, axes, base)
        _draw_texts(lane, axes, base, record.horizon / width)
        if top < 0:
            axes.axhline(top, color=style.FAINT, linewidth=0.6, zorder=0)
        top -= lane.height
    for mark in marks:
        if mark.lane == EVENTS:
            axes.axvline(mark.day + 0.5, color=style.SOFT, linewidth=0.4, linestyle=(0, (1, 3)), zorder=0.5)
    style.tidy(axes)
    names = {EVENTS: "Events", ACTS: "Acts without a table"}
    texts = [_name(names.get(lane.name) or labels.track(lane.name), lane) for lane in lanes]
    axes.set_yticks(ticks, texts)
    axes.tick_params(axis="y", length=0, labelsize=style.TEXT)
    axes.spines["left"].set_visible(False)
    box, handles = axes.get_position(), lane_key(marks, parties, labels)
    style.key(axes, handles, columns=key_columns(handles), left=(KEY_LEFT / style.PAGE - box.x0) / box.width)
    style.literal(axes)
    return axes


def _name(label: str, lane: Lane) -> str:
    """The name of a lane in as many lines as the lane is high."""
    return style.wrapped(label, NAME, max(1, int(lane.height * ROW * 72 / (1.2 * style.TEXT))), style.TEXT)


def key_columns(handles: Sequence[Artist]) -> int:
    """Columns of a legend over the whole page."""
    return style.columns_within([str(handle.get_label()) for handle in handles], (style.PAGE - 2 * KEY_LEFT) * 72)


def calendar(axes: Axes, start: datetime.date, horizon: int) -> None:
    """Write dates below an axis of days."""
    step = next(days for days in (1, 2, 5, 7, 14, 30, 60, 90, 180, 365, 730, 1825, 3650) if horizon / days <= 9)
    ticks, texts, year = range(0, horizon, step), [], 0
    for day in ticks:
        date = start + datetime.timedelta(days=day)
        texts.append(f"{date.day} {date:%b}" + (f"\n{date.year}" if date.year != year else ""))
        year = date.year
    axes.set_xlim(0, horizon)
    axes.set_xticks(ticks, texts)


def _draw_bars(lane: Lane, axes: Axes, base: float, parties: Sequence[str], width: float) -> None:
    for mark in lane.marks:
        long = mark.until - mark.day + 1
        if mark.shape in _BARS:
            share = 1 / len(parties) if mark.shape is Shape.RESTRAINT else 1.0
            low = base + (1 - share * (parties.index(mark.party) + 1) if share < 1 else 0.0)
            bar = Rectangle((mark.day, low), long, share, zorder=2 + list(_BARS).index(mark.shape) / 10)
            bar.set(**_BARS[mark.shape])
            bar.set_hatch_linewidth(style.HATCH)
            axes.add_patch(bar)
        elif mark.shape is Shape.OFFER:
            slot = 1 / len(parties)
            low = base + 1 - slot * (parties.index(mark.party) + 1)
            colour = style.stroke(parties.index(mark.party)).colour
            axes.plot([mark.day + 0.5] * 2, [low + 0.15 * slot, low + 0.85 * slot], color=colour, lw=1.5, zorder=4)
        elif mark.shape is Shape.NEVER_OPENED:
            text = style.fitted(mark.text, width - 4, style.SMALL)
            axes.text(0.3, base + 0.5, text, fontsize=style.SMALL, color=style.SOFT, style="italic", va="center")


def _draw_moments(lane: Lane, axes: Axes, base: float) -> None:
    """Markers over the bar, but agreements on it and endings just behind its end."""
    heights = {Shape.AGREED: 0.5, Shape.EVENT: 0.6, Shape.ENDING: 0.5}
    figure = axes.get_figure(root=True)
    assert figure is not None
    behind = axes.transData + ScaledTranslation(0.04, 0, figure.dpi_scale_trans)
    for mark in _joined(lane.marks):
        if mark.shape in _MARKERS:
            where = {"transform": behind} if mark.shape is Shape.ENDING else {}
            looks: dict[str, Any] = (
                {"linestyle": "", "mew": 0.7, "zorder": 5, "clip_on": False} | _MARKERS[mark.shape] | where
            )
            axes.plot([_moment(mark)], [base + heights.get(mark.shape, 1.22)], **looks)


def _draw_texts(lane: Lane, axes: Axes, base: float, days_a_point: float) -> None:
    for text in lane.texts:
        low = base + 1 + ABOVE_BAR + text.row
        if text.row:
            axes.plot([_moment(text.mark)] * 2, [base + 1.3, low + 0.3], color=style.SOFT, lw=0.4, zorder=1)
        axes.text(
            text.left * days_a_point,
            low + 0.5,
            text.text,
            fontsize=style.SMALL,
            va="center",
            zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4},
        )


def lane_key(marks: Sequence[Mark], parties: Sequence[str], labels: Labels) -> list[Artist]:
    """The legend of what some lanes show, and of nothing else."""
    lanes = {mark.lane for mark in marks}
    shown = {mark.shape for lane in lanes for mark in _joined([each for each in marks if each.lane == lane])}
    labels = labels.short(SHORT)
    gestures = any(mark.shape is Shape.GESTURE for mark in marks)
    apart = "" if len(parties) > 2 else " by {} : by {}".format(*(labels.party(party) for party in parties))
    names = {
        Shape.TALKS: "talks",
        Shape.BLOCKED: "blocked by preconditions",
        Shape.DEAL: "deal in force, no truce",
        Shape.TRUCE: "truce in force",
        Shape.SUSPENDED: "deal suspended",
        Shape.RESTRAINT: "one-sided restraint",
        Shape.AGREED: "agreement",
        Shape.RELEASE: f"persons released{apart}{' + gesture' if gestures else ''}",
        Shape.GESTURE: "gesture by itself (persons)",
        Shape.GOODS: "goods handed over",
        Shape.ENDING: "end without agreement or fulfilment",
        Shape.EVENT: "event",
    }
    handles: list[Artist] = []
    for shape, name in names.items():
        if shape in shown and shape in _BARS:
            handles.append(Patch(label=name, hatch_linewidth=style.HATCH, **_BARS[shape]))
        elif shape in shown:
            handles.append(Line2D([], [], linestyle="", label=name, mew=0.7, **_MARKERS[shape]))
    if Shape.OFFER in shown:
        for place, party in enumerate(parties):
            where = f" ({('upper', 'lower')[place]})" if len(parties) == 2 else f" (row {place + 1})"
            colour = style.stroke(place).colour
            label = f"offers by {labels.party(party)}{where}"
            handles.append(Line2D([], [], color=colour, linestyle="", marker="|", mew=1.5, ms=6, label=label))
    return handles
