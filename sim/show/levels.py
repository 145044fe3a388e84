"""Weariness, trust and strength of the parties over all replications, day by day: the mean, and a band around it."""

from collections.abc import Sequence
from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.engine.chunk import Days
from sim.show import style
from sim.show.labels import Labels

KINDS = ("weariness", "trust", "strength")
ENDS = (0.1, 0.9)
"""Deciles between which the band lies."""
MOST_BANDS = 3
"""Series up to which each has its band; more would cover each other."""
KEY_WIDTH = 2.6 * 72
"""Points within which a legend stands."""


def kinds_of(days: Days) -> list[str]:
    """Kinds of levels of which some change, or differ from run to run."""
    return [kind for kind in KINDS if any(_moves(days, place) for place in _places(days, kind))]


def names_of(days: Days, kind: str, labels: Labels) -> list[str]:
    """What the legend of a kind of level says, in order."""
    return [name for name, _ in _series(days, kind, labels)]


def draw_levels(days: Days, kind: str, axes: Axes, labels: Labels) -> Axes:
    """Draw the means of a kind of level by party, each with a band from the first decile to the ninth.

    Of more than can be told apart, as trust among seven parties is, a party's mean over the others is drawn.
    """
    low, high, mean = days.quantile(ENDS[0]), days.quantile(ENDS[1]), days.mean()
    series = _series(days, kind, labels)
    at, lines = numpy.arange(len(mean)) + 0.5, list[Line2D]()
    for order, (name, places) in enumerate(series):
        look = style.stroke(order)
        if len(series) <= MOST_BANDS:
            (place,) = places
            axes.fill_between(at, low[:, place], high[:, place], color=look.colour, alpha=0.22, lw=0)
            for edge in (low, high):
                axes.plot(at, edge[:, place], color=look.colour, linestyle=look.line, lw=0.5)
        middle = mean[:, places].mean(axis=1)
        lines += axes.plot(at, middle, color=look.colour, linestyle=look.line, lw=1.3, label=name)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    style.tidy(axes, y=kind)
    style.key(axes, lines, columns=style.columns_within(names_of(days, kind, labels), KEY_WIDTH))
    return axes


def columns_of(days: Days) -> list[dict[str, Any]]:
    """[day]: of every level its mean and its first and ninth decile, to half a 200th of the scale."""
    low, high, mean = days.quantile(ENDS[0]), days.quantile(ENDS[1]), days.mean()
    return [
        {
            key: float(value)
            for place, name in enumerate(days.names)
            for key, value in (
                (name, mean[day, place]),
                (f"{name}.decile1", low[day, place]),
                (f"{name}.decile9", high[day, place]),
            )
        }
        for day in range(len(mean))
    ]


def _places(days: Days, kind: str) -> Sequence[int]:
    return [place for place, name in enumerate(days.names) if name.split(".")[1] == kind]


def _moves(days: Days, place: int) -> bool:
    return bool(numpy.ptp(days.mean()[:, place]) > 0 or (days.bins[:, place] > 0).any(axis=0).sum() > 1)


def _series(days: Days, kind: str, labels: Labels) -> list[tuple[str, list[int]]]:
    """What is drawn of a kind, each under its name: a level, or those of one party towards all others."""
    places = _places(days, kind)
    if len(places) <= len(style.STROKES):
        return [(_name(days.names[place], labels), [place]) for place in places]
    parties = dict.fromkeys(days.names[place].split(".")[0] for place in places)
    return [
        (f"{labels.party(party)} in the others", [at for at in places if days.names[at].split(".")[0] == party])
        for party in parties
    ]


def _name(column: str, labels: Labels) -> str:
    party, kind, *other = column.split(".")
    return f"{labels.party(party)} in {labels.party(other[0])}" if kind == "trust" else labels.party(party)
