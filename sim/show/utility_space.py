"""What was on the table in one set of talks: worth to one side against worth to another, package by package.

Worths and reservations are those of the last day of talks, so an offer of an early round stands where it would
have stood then. The Pareto frontier and the Nash point are for the reader: no party ever uses them.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from sim.engine.record import NEVER, TalksRecord
from sim.scenario.case import NOWHERE
from sim.scenario.outcomes import nash_point, pareto, zone_of_agreement
from sim.show import style
from sim.show.files import Drawing
from sim.show.labels import Labels
from sim.show.words import counted, date_text, listed, number, package_text, spaced, span

MANY = 400
"""From so many packages on, points are smaller and drawn as pixels in a vector file."""
SHORT, MANY_ROWS = 24, 5
"""Characters of a label; rows of legend and further lines of title that need no more height."""


def utility_space(
    talks: TalksRecord,
    labels: Labels,
    *,
    packages: Sequence[Mapping[str, str]] = (),
    seats: tuple[int, int] = (0, 1),
    note: str = "",
    start: datetime.date | None = None,
) -> Drawing:
    """Compose the picture of one set of talks, for a column of print.

    Args:
        talks: the record of the talks.
        labels: what the reader calls parties and tracks.
        packages: the terms of every package, to name it in the data and the words.
        seats: which two places at the table stand on the axes.
        note: what the figure rests on (see `style.caption`).
        start: the calendar date of day 0, for the words.
    """
    short = labels.short(SHORT)
    figure = style.blank(style.COLUMN, 3.9)
    axes = draw_utility_space(talks, figure.add_subplot(), short, seats=seats)
    title = f"{labels.track(talks.track)}: talks {talks.number}{_between(talks, short, seats)}"
    rows = style.rows_of(axes.get_legend()) + style.titled(title, style.COLUMN).count("\n")
    figure.set_figheight(3.9 + style.ROW * max(0, rows - MANY_ROWS))
    style.set_foot(figure)
    style.head(figure, title)
    style.sign(figure, note)
    rests = [f"{note}."] if note else []
    return Drawing(figure, _rows(talks, packages), " ".join(_told(talks, labels, packages, seats, start) + rests))


def _between(talks: TalksRecord, labels: Labels, seats: tuple[int, int]) -> str:
    """Which two of several parties are shown, and who else sits at the table."""
    others = [labels.party(party) for seat, party in enumerate(talks.parties) if seat not in seats]
    if not others:
        return ""
    shown = listed(labels.party(talks.parties[seat]) for seat in seats)
    return f". {shown}, and the zone of these two; also at the table: {listed(others)}"


def draw_utility_space(talks: TalksRecord, axes: Axes, labels: Labels, *, seats: tuple[int, int] = (0, 1)) -> Axes:
    """Draw the worths of every feasible package to two seats, what bounds them, and what was offered.

    Frontier, zone of agreement and Nash point leave preconditions aside. With more than two seats the frontier and
    the zone are those of the two drawn; the Nash point is that of all.
    """
    several = len(talks.parties) > 2
    across, up = (talks.worths[seat] for seat in seats)
    _draw_zone(talks, axes, seats)
    _draw_packages(talks, axes, across, up)
    frontier = sorted(pareto([across, up], talks.feasible), key=lambda outcome: across[outcome])
    axes.plot(
        [across[o] for o in frontier], [up[o] for o in frontier],
        color=style.SOFT, linewidth=0.9, linestyle=(0, (4, 2)), zorder=2, label="Pareto frontier",
    )  # fmt: skip
    _draw_offers(talks, axes, across, up, labels, seats)
    nash = nash_point(talks.worths, talks.reservations, talks.feasible)
    if nash != NOWHERE:
        axes.plot(
            across[nash], up[nash],
            "D", markersize=7, markerfacecolor="none", markeredgecolor=style.COLOURS[2], zorder=5,
            label="Nash point of all" if several else "Nash point",
        )  # fmt: skip
    if talks.outcome != NEVER:
        axes.plot(
            across[talks.outcome], up[talks.outcome],
            "*", markersize=11, color=style.INK, markeredgecolor="white", zorder=7, label="agreement",
        )  # fmt: skip
    names = [labels.party(talks.parties[seat]) for seat in seats]
    style.tidy(axes, x=f"worth to {names[0]} (no deal = 0)", y=f"worth to {names[1]} (no deal = 0)")
    axes.margins(0.06)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    handles, _ = axes.get_legend_handles_labels()
    names = [str(handle.get_label()) for handle in handles]
    style.key(axes, handles, columns=min(2, style.columns_within(names, (style.COLUMN - 0.55) * 72)))
    style.literal(axes)
    return axes


def _draw_packages(talks: TalksRecord, axes: Axes, across: Sequence[float], up: Sequence[float]) -> None:
    feasible = [outcome for outcome, possible in enumerate(talks.feasible) if possible]
    many = len(feasible) > MANY
    for passes, marker, colour, edge, name in (
        (False, "x", style.SOFT, 0.7, "package failing a precondition"),
        (True, "o", style.INK, 0.0, "package meeting all preconditions"),
    ):
        shown = [outcome for outcome in feasible if talks.passes[outcome] is passes]
        if shown:
            axes.scatter(
                [across[o] for o in shown], [up[o] for o in shown], s=4 if many else 13, marker=marker,
                color=colour, linewidths=edge, zorder=4 if passes else 3, rasterized=many, label=name,
            )  # fmt: skip


def _draw_zone(talks: TalksRecord, axes: Axes, seats: tuple[int, int]) -> None:
    """Reservations as lines; where both are met, and some package is, the zone of agreement of the two."""
    least_across, least_up = (talks.reservations[seat] for seat in seats)
    both = [talks.worths[seat] for seat in seats]
    zone = zone_of_agreement(both, (least_across, least_up), talks.feasible)
    if zone:
        wide = max(talks.worths[seats[0]][o] for o in zone) - least_across
        high = max(talks.worths[seats[1]][o] for o in zone) - least_up
        axes.add_patch(
            Rectangle(
                (least_across, least_up), wide, high,
                facecolor=style.FAINT, edgecolor="none", zorder=0,
                label="zone of these two" if len(talks.parties) > 2 else "zone of agreement",
            )
        )  # fmt: skip
    axes.axvline(least_across, color=style.INK, linewidth=0.7, linestyle=":", zorder=1, label="reservation")
    axes.axhline(least_up, color=style.INK, linewidth=0.7, linestyle=":", zorder=1)


def _draw_offers(
    talks: TalksRecord, axes: Axes, across: Sequence[float], up: Sequence[float], labels: Labels, seats: tuple[int, int]
) -> None:
    """Each side's offers as a line in order of rounds, the first and the last with the number of the round."""
    for place, seat in enumerate(seats):
        party, look = talks.parties[seat], style.stroke(place)
        trace = [(round_, outcome) for round_, by, outcome in talks.offers if by == party]
        if not trace:
            continue
        axes.plot(
            [across[o] for _, o in trace], [up[o] for _, o in trace],
            color=look.colour, linestyle=look.line, linewidth=1.0, marker=look.marker, markersize=5,
            markerfacecolor="none", markeredgewidth=1.2, zorder=6, label=f"offers by {labels.party(party)}",
        )  # fmt: skip
        (first, start), (last, end) = trace[0], trace[-1]
        ends = {start: f"{first + 1}", end: f"{last + 1}"} if start != end else {start: span(first + 1, last + 1)}
        for outcome, rounds in ends.items():
            axes.annotate(
                rounds, (across[outcome], up[outcome]), (4, 4 if place else -4), textcoords="offset points",
                fontsize=style.SMALL, color=style.INK, va="bottom" if place else "top", zorder=8,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.3, "alpha": 0.8},
            )  # fmt: skip


def _rows(talks: TalksRecord, packages: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Every package of the space: its terms, what it was worth, what it met, who offered it when."""
    frontier = set(pareto(talks.worths, talks.feasible))
    zone = set(zone_of_agreement(talks.worths, talks.reservations, talks.feasible))
    nash = nash_point(talks.worths, talks.reservations, talks.feasible)
    rows = []
    for outcome, feasible in enumerate(talks.feasible):
        terms = packages[outcome] if packages else {}
        worths = {f"worth.{party}": worths[outcome] for party, worths in zip(talks.parties, talks.worths, strict=True)}
        offers = [f"{party} in round {round_ + 1}" for round_, party, offered in talks.offers if offered == outcome]
        rows.append(
            {"outcome": outcome, **terms, **worths}
            | {"feasible": feasible, "passes": talks.passes[outcome], "zone": outcome in zone}
            | {"pareto": outcome in frontier, "nash": outcome == nash, "agreed": outcome == talks.outcome}
            | {"offers": "; ".join(offers)}
        )
    return rows


def _told(
    talks: TalksRecord,
    labels: Labels,
    packages: Sequence[Mapping[str, str]],
    seats: tuple[int, int],
    start: datetime.date | None,
) -> list[str]:
    """The picture in words."""
    feasible = [outcome for outcome, possible in enumerate(talks.feasible) if possible]
    zone = zone_of_agreement(talks.worths, talks.reservations, talks.feasible)
    passing, both = (sum(talks.passes[outcome] for outcome in among) for among in (feasible, zone))

    def package(outcome: int) -> str:
        terms = f"{package_text(packages[outcome])}, " if packages else ""
        worths = (f"{number(talks.worths[seat][outcome])} to {labels.party(talks.parties[seat])}" for seat in seats)
        return f"{terms}worth {listed(worths)}"

    parts = [
        f"Worth of packages in talks {talks.number} on {labels.track(talks.track)}{_dates(talks, start)}, no deal being"
        f" worth 0{_between(talks, labels, seats)}.",
        f"{counted(len(feasible), 'package')} feasible, {passing} of them meeting all preconditions;"
        f" {len(zone)} worth every side's reservation, {both} of them meeting all preconditions.",
    ]
    for seat in seats:
        own = [talks.worths[seat][outcome] for _, party, outcome in talks.offers if party == talks.parties[seat]]
        if own:
            parts.append(
                f"{labels.party(talks.parties[seat])} made {counted(len(own), 'offer')}, worth to itself"
                f" {number(own[0])} at first and {number(own[-1])} at last."
            )
    nash = nash_point(talks.worths, talks.reservations, talks.feasible)
    if nash != NOWHERE:
        parts.append(f"Nash point: {package(nash)}.")
    ended = f"No agreement: {spaced(talks.ending)}." if talks.outcome == NEVER else f"Agreed: {package(talks.outcome)}."
    return [*parts, ended]


def _dates(talks: TalksRecord, start: datetime.date | None) -> str:
    """From when to when the talks went on."""
    if start is None:
        return ""
    opened = date_text(start + datetime.timedelta(days=talks.opened_on))
    if talks.ended_on == talks.opened_on:
        return f", held on {opened}"
    until = " on" if talks.ended_on == NEVER else f" to {date_text(start + datetime.timedelta(days=talks.ended_on))}"
    return f", held from {opened}{until}"
