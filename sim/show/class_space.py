"""The class on the Pareto picture: what rooms agreed, beside what the engine alone comes to."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from sim.engine.record import NEVER, TalksRecord
from sim.scenario.case import NOWHERE
from sim.scenario.outcomes import nash_point, pareto
from sim.show import style
from sim.show.files import Drawing
from sim.show.labels import Labels
from sim.show.words import counted, listed, number, package_text

SHORT = 24
LARGEST = 600.0
"""Area of the mark of a package in which all runs ended, in square points."""

NEIGHBOURS = 0.04
"""Share of an axis within which the names of rooms would run into each other."""


class RoomEnd(NamedTuple):
    """What one room agreed."""

    name: str
    outcome: int
    """Or NEVER."""


class Alone(NamedTuple):
    """What the engine alone agreed, over many replications."""

    runs: int
    first_deals: Mapping[int, int]
    """Outcome: in how many runs it was the first deal."""


def class_space(
    talks: TalksRecord,
    rooms: Sequence[RoomEnd],
    alone: Alone,
    labels: Labels,
    *,
    packages: Sequence[Mapping[str, str]],
    seats: tuple[int, int] = (0, 1),
    note: str = "",
) -> Drawing:
    """Compose the picture of a class, for a column of print.

    Every package stands where its worths put it in one set of talks, whoever agreed on it.

    Args:
        talks: whose worths place the packages.
        rooms: what each room agreed.
        alone: what the engine agreed.
        labels: what the reader calls parties and tracks.
        packages: the terms of every package.
        seats: which two places at the table stand on the axes.
        note: what the figure rests on.
    """
    short = labels.short(SHORT)
    figure = style.blank(style.COLUMN, 3.9)
    axes = draw_class_space(talks, rooms, alone, figure.add_subplot(), short, seats=seats)
    figure.set_figheight(3.9 + style.ROW * max(0, style.rows_of(axes.get_legend()) - 4))
    style.set_foot(figure)
    style.head(figure, f"{labels.track(talks.track)}: what {counted(len(rooms), 'room')} agreed")
    style.sign(figure, note)
    return Drawing(figure, _rows(talks, rooms, alone, packages), _told(talks, rooms, alone, labels, packages))


def draw_class_space(
    talks: TalksRecord,
    rooms: Sequence[RoomEnd],
    alone: Alone,
    axes: Axes,
    labels: Labels,
    *,
    seats: tuple[int, int] = (0, 1),
) -> Axes:
    """Draw feasible packages, the frontier, the Nash point, the engine's first deals and those of the rooms."""
    across, up = (talks.worths[seat] for seat in seats)
    possible = [outcome for outcome, feasible in enumerate(talks.feasible) if feasible]
    axes.scatter(
        [across[o] for o in possible], [up[o] for o in possible],
        s=6, color=style.SOFT, linewidths=0, zorder=2, label="feasible package",
    )  # fmt: skip
    frontier = sorted(pareto([across, up], talks.feasible), key=lambda outcome: across[outcome])
    axes.plot(
        [across[o] for o in frontier], [up[o] for o in frontier],
        color=style.SOFT, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1, label="Pareto frontier",
    )  # fmt: skip
    axes.axvline(talks.reservations[seats[0]], color=style.INK, linewidth=0.7, linestyle=":", label="reservation")
    axes.axhline(talks.reservations[seats[1]], color=style.INK, linewidth=0.7, linestyle=":")
    if alone.first_deals:
        axes.scatter(
            [across[o] for o in alone.first_deals], [up[o] for o in alone.first_deals],
            s=[LARGEST * runs / alone.runs for runs in alone.first_deals.values()], marker="o",
            facecolors="none", edgecolors=style.COLOURS[0], linewidths=1.1, zorder=3,
        )  # fmt: skip
        axes.plot(
            [], [],
            "o", markersize=7, markerfacecolor="none", markeredgecolor=style.COLOURS[0],
            label="engine alone (area: share of runs)",
        )  # fmt: skip
    nash = nash_point(talks.worths, talks.reservations, talks.feasible)
    if nash != NOWHERE:
        axes.plot(
            across[nash], up[nash],
            "D", markersize=7, markerfacecolor="none", markeredgecolor=style.COLOURS[2], zorder=4, label="Nash point",
        )  # fmt: skip
    _draw_rooms(rooms, axes, across, up)
    names = [labels.party(talks.parties[seat]) for seat in seats]
    style.tidy(axes, x=f"worth to {names[0]} (no deal = 0)", y=f"worth to {names[1]} (no deal = 0)")
    axes.margins(0.08)
    handles, _ = axes.get_legend_handles_labels()
    texts = [str(handle.get_label()) for handle in handles]
    style.key(axes, handles, columns=min(2, style.columns_within(texts, (style.COLUMN - 0.55) * 72)))
    style.literal(axes)
    return axes


def _draw_rooms(rooms: Sequence[RoomEnd], axes: Axes, across: Sequence[float], up: Sequence[float]) -> None:
    """A star for each package that rooms agreed, with their names; those of neighbours stand together."""
    wide, high = (abs(limits[1] - limits[0]) * NEIGHBOURS for limits in (axes.get_xlim(), axes.get_ylim()))
    agreed: dict[int, None] = {}
    named: dict[int, list[str]] = {}
    for room in rooms:
        if room.outcome == NEVER:
            continue
        agreed[room.outcome] = None
        x, y = across[room.outcome], up[room.outcome]
        near = (other for other in named if abs(across[other] - x) < wide and abs(up[other] - y) < high)
        named.setdefault(next(near, room.outcome), []).append(room.name)
    for place, outcome in enumerate(agreed):
        axes.plot(
            across[outcome], up[outcome],
            "*", markersize=11, color=style.INK, markeredgecolor="white", zorder=6, linestyle="none",
            label="room" if place == 0 else "_",
        )  # fmt: skip
    for outcome, names in named.items():
        axes.annotate(
            ", ".join(names), (across[outcome], up[outcome]), (5, 4), textcoords="offset points",
            fontsize=style.SMALL, color=style.INK, zorder=7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3, "alpha": 0.8},
        )  # fmt: skip


def _rows(
    talks: TalksRecord, rooms: Sequence[RoomEnd], alone: Alone, packages: Sequence[Mapping[str, str]]
) -> list[dict[str, Any]]:
    frontier = set(pareto(talks.worths, talks.feasible))
    nash = nash_point(talks.worths, talks.reservations, talks.feasible)
    return [
        {"outcome": outcome, **packages[outcome]}
        | {f"worth.{party}": row[outcome] for party, row in zip(talks.parties, talks.worths, strict=True)}
        | {"feasible": feasible, "pareto": outcome in frontier, "nash": outcome == nash}
        | {"rooms": "; ".join(room.name for room in rooms if room.outcome == outcome)}
        | {"engine_runs": alone.first_deals.get(outcome, 0)}
        for outcome, feasible in enumerate(talks.feasible)
    ]


def _told(
    talks: TalksRecord,
    rooms: Sequence[RoomEnd],
    alone: Alone,
    labels: Labels,
    packages: Sequence[Mapping[str, str]],
) -> str:
    """The picture in words."""
    frontier = set(pareto(talks.worths, talks.feasible))
    agreed = [room for room in rooms if room.outcome != NEVER]
    efficient = sum(room.outcome in frontier for room in agreed)
    parts = [
        f"Worth of packages on {labels.track(talks.track)}, no deal being worth 0.",
        f"{len(agreed)} of {counted(len(rooms), 'room')} agreed,"
        f" {efficient} of them on a package on the Pareto frontier.",
    ]
    for room in agreed:
        worths = listed(
            f"{number(row[room.outcome])} to {labels.party(party)}"
            for party, row in zip(talks.parties, talks.worths, strict=True)
        )
        parts.append(f"Room {room.name}: {package_text(packages[room.outcome])}, worth {worths}.")
    deals = sum(alone.first_deals.values())
    parts.append(f"Of {counted(alone.runs, 'run')} of the engine alone, {deals} came to a deal.")
    if alone.first_deals:
        likeliest = max(alone.first_deals, key=lambda outcome: (alone.first_deals[outcome], -outcome))
        share = alone.first_deals[likeliest] / alone.runs
        parts.append(f"Most often: {package_text(packages[likeliest])} ({share:.0%} of runs).")
    return " ".join(parts)
