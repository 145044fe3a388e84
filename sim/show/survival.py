"""How long deals lasted, in a picture: the share in force by age, how the others ended, and numbers at risk."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.show import style
from sim.show.files import Drawing
from sim.show.labels import Labels
from sim.show.outcomes import LOOKS
from sim.show.points import spell
from sim.show.words import counted, listed, number, spaced, span
from sim.study.survival import Real, by_age
from sim.study.surviving import Survivals, Variant

HEIGHT, ROW = 2.35, 0.15
"""Inches of the panel, and of a row of numbers at risk."""


def name_of(variant: Variant) -> str:
    """What tells a variant from the others: its name, or that of its scenario with its changes; and its factors."""
    manifest, point = variant.source.manifest, variant.source.point
    entry, settings = manifest.scenario_of(point), manifest.points[point].settings
    factors = (f"{path} = {spell(value)}" for path, value in zip(manifest.factors, settings, strict=True))
    own = [entry.variant] if entry.variant else [entry.scenario, *entry.sets]
    return ", ".join([*own, *factors])


def names_of(found: Survivals) -> list[str]:
    """The name of every variant, with its folder where names alone do not tell them apart."""
    names = [name_of(variant) for variant in found.variants]
    if len(set(names)) == len(names):
        return names
    return [f"{name} ({each.source.folder.name})" for name, each in zip(names, found.variants, strict=True)]


def labels_of(found: Survivals) -> Labels:
    """The labels that the first result was stored with."""
    first = found.variants[0].source
    return Labels(**first.manifest.scenario_of(first.point).labels)


def noun(found: Survivals) -> str:
    """What is counted."""
    return "truce" if found.truces_only else "deal"


# The picture -----------------------------------------------------------------------------------------------------


def draw(found: Survivals) -> Drawing:
    """The share of deals still in force by age, as wide as a column; of one variant also how the others ended.

    Beneath stand the numbers at risk: deals that were in force up to that age and could still end on it.
    """
    many, names = len(found.variants), names_of(found)
    figure = style.blank(style.COLUMN, 10.0)
    heights = (HEIGHT, 0.12 + ROW * (many + 1))
    axes, beneath = figure.subplots(2, 1, height_ratios=heights, sharex=True)
    handles = _stack(found.variants[0], axes) if many == 1 else _curves(found, names, axes)
    width = 0.8 * style.COLUMN * 72
    legend = style.key(axes, handles, columns=2 if many == 1 else 1)
    legend.set_bbox_to_anchor((0.0, 1.02), axes.transAxes)
    for text in legend.get_texts():
        text.set_text(style.fitted(text.get_text(), width, style.SMALL))
    end = max(variant.found.last for variant in found.variants) + 1
    axes.set_xlim(0, end)
    axes.set_ylim(0, 1)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, min_n_ticks=2))
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.axvline(found.asked.days, color=style.INK, lw=0.6, ls=(0, (1, 2)))
    style.tidy(axes, x="days since it began", y=f"{noun(found)}s still in force")
    axes.tick_params(labelbottom=True)
    _at_risk(found, beneath, end)
    title = f"{labels_of(found).track(found.track)}: how long {noun(found)}s lasted"
    style.head(figure, title)
    lines = 1 + style.titled(title, style.COLUMN).count("\n")
    figure.set_figheight(sum(heights) + 0.83 + style.ROW * (style.rows_of(legend) + lines))
    style.set_foot(figure)
    style.sign(figure, _note(found))
    return Drawing(figure, list(_rows(found, names)), _alt(found, names))


def _stack(variant: Variant, axes: Axes) -> list[Artist]:
    """From below: still in force, with its interval; above, what had ended and how, up to the whole."""
    found = variant.found
    lower, ages = _steps(found.share), range(found.last + 2)
    band, ink = found.in_force, style.INK
    handles: list[Artist] = list(axes.plot(ages, lower, drawstyle="steps-post", color=ink, lw=1.3, label="in force"))
    for bound in (band.low, band.high):
        axes.plot(ages, _steps(bound), drawstyle="steps-post", color=ink, lw=0.5, ls=(0, (2, 1)))
    handles.append(Line2D([], [], color=ink, lw=0.5, ls=(0, (2, 1)), label="its 95 % interval"))
    places = [place for place in range(1, len(found.spells.endings)) if found.ended[:, place - 1].any()]
    for place in reversed(places):  # the latest point at which a deal can end lies next to those in force
        ending = found.spells.endings[place]
        colour, hatch = LOOKS[ending]
        upper = lower + _steps(found.shares_ended[:, place - 1])
        area = axes.fill_between(ages, lower, upper, step="post", facecolor=colour, edgecolor=style.INK, zorder=0)
        area.set(linewidth=0.3, hatch=hatch, hatch_linewidth=style.HATCH)
        patch = Patch(facecolor=colour, edgecolor=style.INK, linewidth=0.4, hatch=hatch, label=spaced(ending))
        patch.set_hatch_linewidth(style.HATCH)
        handles.append(patch)
        lower = upper
    return handles


def _curves(found: Survivals, names: Sequence[str], axes: Axes) -> list[Artist]:
    axes.grid(axis="y", color=style.FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    variants = zip(found.variants, names, strict=True)
    return [line for place, (each, name) in enumerate(variants) for line in _curve(axes, each, place, name)]


def _curve(axes: Axes, variant: Variant, place: int, name: str) -> list[Line2D]:
    band, look = variant.found.in_force, style.stroke(place)
    ages = range(variant.found.last + 2)
    axes.fill_between(
        ages, _steps(band.low), _steps(band.high), step="post", color=look.colour, alpha=0.22, linewidth=0
    )
    axes.plot([0, 0], [1, band.value[0]], color=look.colour, linewidth=1.3)
    return axes.plot(
        ages, _steps(band.value), drawstyle="steps-post", color=look.colour, linestyle=look.line, lw=1.3, label=name
    )


def _steps(values: Real) -> Real:
    """By age, and once more, so that the last step has a width."""
    steps: Real = numpy.append(values, values[-1])
    return steps


def _at_risk(found: Survivals, axes: Axes, end: int) -> None:
    axes.set_axis_off()
    axes.set_ylim(len(found.variants) + 0.5, -0.5)
    axes.text(0, 0, f"{noun(found)}s at risk", fontsize=style.SMALL, color=style.SOFT, va="center", ha="left")
    ticks = [int(tick) for tick in MaxNLocator(6, integer=True, min_n_ticks=2).tick_values(0, end) if 0 <= tick <= end]
    for row, variant in enumerate(found.variants, 1):
        look, at_risk = style.stroke(row - 1), variant.found.at_risk
        if len(found.variants) > 1:
            axes.plot([-0.15 * end, -0.09 * end], [row, row], color=look.colour, ls=look.line, lw=1.3, clip_on=False)
        for tick in ticks:
            told = number(int(at_risk[tick]) if tick < len(at_risk) else 0)
            axes.text(tick, row, told, fontsize=style.SMALL, ha="center", va="center")


def _note(found: Survivals) -> str:
    """What the figure rests on."""
    runs = sorted({variant.runs for variant in found.variants})
    seeds = sorted({variant.source.manifest.seed for variant in found.variants})
    if len(runs) == len(seeds) == 1:
        return style.caption(runs[0], seeds[0])
    luck = f"seed{'s' * (len(seeds) > 1)} {listed(map(str, seeds))}"
    return f"n = {span(runs[0], runs[-1])} replications a variant, {luck}"


def _rows(found: Survivals, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for variant, name in zip(found.variants, names, strict=True):
        columns = by_age(variant.found)
        for row in zip(*columns.values(), strict=True):
            yield {"variant": name, **dict(zip(columns, row, strict=True))}


def _alt(found: Survivals, names: Sequence[str]) -> str:
    what, days = noun(found), found.asked.days
    told = []
    for variant, name in zip(found.variants, names, strict=True):
        kept, median = variant.found.kept(days), variant.found.median[0]
        share = "not seen so long" if kept is None else f"{100 * kept.value:.1f} %"
        half = "not seen" if median is None else f"day {median}"
        told.append(f"{name}: {counted(variant.found.deals, what)}, in force on {days} days {share}, half over {half}")
    track = labels_of(found).track(found.track)
    return f"Share of {what}s still in force by days since they began: {track}. {'; '.join(told)}. {_note(found)}."
