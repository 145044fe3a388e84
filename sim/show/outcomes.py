"""A batch in pictures: how each track ended, and by when it was agreed."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter

from sim.show import style
from sim.show.files import Drawing
from sim.show.labels import Labels
from sim.show.words import counted, listed, number, spaced
from sim.study.summary import ENDINGS, Share, Summary, TrackSummary

LOOKS: Mapping[str, tuple[str, str]] = {
    "never_opened": ("white", ""),
    "in_talks": ("white", "......"),
    "impasse": (style.FAINT, ""),
    "blocked": (style.FAINT, "//////"),
    "walkout": (style.FAINT, "xxxxxx"),
    "never_started": (style.COLOURS[1], "||||||"),
    "superseded": (style.COLOURS[4], "------"),
    "defaulted": (style.COLOURS[1], "//////"),
    "broken": (style.COLOURS[1], "xxxxxx"),
    "short": (style.COLOURS[1], "......"),
    "expired": (style.COLOURS[0], "\\\\\\\\\\\\"),
    "completed": (style.COLOURS[0], ""),
    "open_at_horizon": (style.COLOURS[0], "++++++"),
}
"""Colour and hatch of each ending: white where talks never came to an end, light grey without agreement, orange for a
deal that failed, grey for one that gave way to another, blue for one that held."""
LEAST_LABELLED = 0.06
"""Shares from which a segment carries its number."""
SHORT, NAME = 26, 62
"""Characters of a label in the legend, and points of a line of a track's name."""


def outcomes(summary: Summary, labels: Labels, *, seed: int, title: str = "") -> Drawing:
    """Compose the picture of a batch, as wide as a page: endings, the share ever agreed, and days to agreement.

    Args:
        summary: the batch in numbers.
        labels: what the reader calls the tracks.
        seed: the batch's seed, for the caption.
        title: what stands above it.
    """
    kinds = len({ending for track in summary.tracks for ending in track.endings})
    height = 1.5 + 0.42 * len(summary.tracks) + 0.13 * max(-(-kinds // 2), len(summary.tracks))
    height += 0.13 * style.titled(title, style.PAGE).count("\n")
    figure = style.blank(style.PAGE, max(2.6, height))
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.0, 0.4, 1.0))
    draw_endings(summary, left, labels)
    draw_ever_agreed(summary, middle)
    draw_agreed_by_day(summary, right, labels.short(SHORT))
    if title:
        style.head(figure, title)
    rests = f"{style.caption(summary.n, seed)}; {100 * summary.confidence:g} % intervals"
    style.sign(figure, rests)
    return Drawing(figure, _rows(summary), f"{_alt(summary, labels)} {rests}.")


def draw_endings(summary: Summary, axes: Axes, labels: Labels) -> Axes:
    """Draw each track's endings as shares of a bar."""
    for place, track in enumerate(summary.tracks):
        left = 0.0
        for ending in ENDINGS:
            if ending in track.endings:
                _segment(axes, place, left, ending, track.endings[ending])
                left += track.endings[ending].share
    names = [style.wrapped(labels.track(track.track), NAME, 3, style.TEXT) for track in summary.tracks]
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.55, -0.65)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    style.tidy(axes, x="runs, by ending of first deal or last talks")
    axes.tick_params(axis="y", length=0, labelsize=style.TEXT)
    found = [ending for ending in ENDINGS if any(ending in track.endings for track in summary.tracks)]
    style.key(axes, [_patch(ending) for ending in found], columns=2)
    style.literal(axes)
    return axes


def draw_ever_agreed(summary: Summary, axes: Axes) -> Axes:
    """Draw, track by track, the share of runs that ever agreed, with its interval, on an axis of its own."""
    for place, track in enumerate(summary.tracks):
        agreed = track.agreed
        axes.errorbar(
            [agreed.share], [place], xerr=[[agreed.share - agreed.low], [agreed.high - agreed.share]],
            fmt="o", color=style.INK, markersize=3.5, linewidth=1, capsize=2, clip_on=False,
        )  # fmt: skip
        where = min(max(agreed.share, 0.15), 0.85)
        axes.text(where, place - 0.2, f"{_percent(agreed.share)} %", fontsize=style.SMALL, ha="center", va="bottom")
    axes.set_yticks([])
    axes.set_ylim(len(summary.tracks) - 0.55, -0.65)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1])
    axes.xaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.grid(axis="x", color=style.FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    return style.tidy(axes, x="runs that ever agreed")


def _segment(axes: Axes, place: int, left: float, ending: str, share: Share) -> None:
    colour, hatch = LOOKS[ending]
    axes.barh(
        place, share.share, left=left, height=0.5,
        facecolor=colour, edgecolor=style.INK, linewidth=0.4, hatch=hatch, hatch_linewidth=style.HATCH,
    )  # fmt: skip
    if share.share >= LEAST_LABELLED:
        axes.text(
            left + share.share / 2, place, f"{100 * share.share:.0f}",
            fontsize=style.SMALL, ha="center", va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
        )  # fmt: skip


def _patch(ending: str) -> Patch:
    colour, hatch = LOOKS[ending]
    patch = Patch(facecolor=colour, edgecolor=style.INK, linewidth=0.4, hatch=hatch, label=spaced(ending))
    patch.set_hatch_linewidth(style.HATCH)
    return patch


def draw_agreed_by_day(summary: Summary, axes: Axes, labels: Labels) -> Axes:
    """Draw the share of runs with an agreement by each day; the band is the interval of each day by itself."""
    lines = []
    for place, track in enumerate(summary.tracks):
        look, curve = style.stroke(place), track.agreed_by_day
        days = range(summary.horizon + 1)
        share, low, high = ([*bound, *bound[-1:]] for bound in (curve.share, curve.low, curve.high))
        axes.fill_between(days, low, high, step="post", color=look.colour, alpha=0.22, linewidth=0)
        name = f"{labels.track(track.track)}: {track.agreed.count:,} of {track.n:,} agreed"
        lines += axes.plot(
            days, share, drawstyle="steps-post", color=look.colour, linestyle=look.line, linewidth=1.3, label=name
        )
    axes.set_xlim(0, summary.horizon)
    axes.set_ylim(0, 1)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    style.tidy(axes, x="days since the start", y="runs with an agreement")
    style.key(axes, lines, columns=1)
    return axes


def _rows(summary: Summary) -> list[dict[str, Any]]:
    """Everything drawn, a row each."""
    rows: list[dict[str, Any]] = []
    for track in summary.tracks:
        shares = {**track.endings, "ever agreed": track.agreed}
        rows += [
            {"panel": "endings", "track": track.track, "what": what, "day": ""}
            | {"count": share.count, "n": share.n, "share": share.share, "low": share.low, "high": share.high}
            for what, share in shares.items()
        ]
        curve = track.agreed_by_day
        rows += [
            {"panel": "agreed by day", "track": track.track, "what": "agreed", "day": day}
            | {"count": round(share * curve.n), "n": curve.n, "share": share, "low": low, "high": high}
            for day, (share, low, high) in enumerate(zip(curve.share, curve.low, curve.high, strict=True))
        ]
    return rows


def _alt(summary: Summary, labels: Labels) -> str:
    """The picture in words."""
    parts = [
        f"Endings of {counted(len(summary.tracks), 'track')} in {counted(summary.n, 'replication')}"
        f" over {counted(summary.horizon, 'day')}."
    ]
    return " ".join([*parts, *(_told(track, labels) for track in summary.tracks)])


def _told(track: TrackSummary, labels: Labels) -> str:
    low, high = _percent(track.agreed.low), _percent(track.agreed.high)
    endings = listed(f"{spaced(ending)} {_percent(share.share)} %" for ending, share in track.endings.items())
    _, median, _ = track.days_to_agreement
    by = "" if median is None else f", half of the runs by day {median}"
    return (
        f"{labels.track(track.track)}: agreed in {_percent(track.agreed.share)} % of runs"
        f" (interval {low} to {high} %){by}; {endings}."
    )


def _percent(share: float) -> str:
    return number(round(100 * share, 1))
