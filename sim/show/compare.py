"""A comparison in a picture and tables: paired effects with their intervals, and the endings that flip."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.show import style
from sim.show.files import Drawing
from sim.show.labels import Labels
from sim.show.points import spell
from sim.show.words import counted, listed, spaced
from sim.study.compare import ENDING, EVER_AGREED, SHARE, WHERE_BOTH, Against, Comparison, Effect, Move, Side
from sim.study.summary import ENDINGS, share_of

HEADLINES = (EVER_AGREED, "first_agreed", "days_in_force", "delivered", "violations")
"""Outcomes of a track that are told even where no difference can be, besides endings."""
PANELS = (
    ("difference in share of pairs, percentage points", (EVER_AGREED, ENDING), 100.0),
    ("difference in days a run", ("days_in_force", "days_blocked", "days_in_talks"), 1.0),
    ("difference in persons delivered a run", ("delivered",), 1.0),
    ("difference in violations a run", ("violations",), 1.0),
)
"""Of the figure: what its axis says, the outcomes of a track, and what they are multiplied by."""
MOST_ROWS, FEWER_ROWS, MOST_FLIPS, MOST_OTHERS = 24, 12, 8, 5
"""Rows of a panel for one other variant and for more, flips of a track that are told, and variants beside the first."""
LINE, MORE, GAP, MARGIN = 0.145, 0.02, 0.42, 0.08
"""Inches of a row, of each further variant in it, of what stands between panels, and at the sides."""
_WORDS = {
    EVER_AGREED: "ever agreed", "first_agreed": "day of first agreement", "first_opened": "day of first talks",
    "delivered": "persons delivered", "agreed": "persons agreed", "declined": "persons who declined",
    "gestures": "persons in gestures", "violations": "violations", "alleged": "violations alleged",
    "talks": "sets of talks",
}  # fmt: skip
_STANDING = {"blocked": "days blocked by", "alone": "days blocked by nothing but", "held": "days held up by"}


def names_of(sides: Sequence[Side]) -> list[str]:
    """What a reader calls variants: by what tells them apart."""
    settings = [
        ", ".join(
            f"{path} = {spell(value)}"
            for path, value in zip(side.manifest.factors, side.manifest.points[side.point].settings, strict=True)
        )
        for side in sides
    ]
    scenarios = [side.entry.variant or side.entry.scenario for side in sides]
    ways: list[list[str]] = [
        settings,
        scenarios,
        [", ".join(filter(None, both)) for both in zip(scenarios, settings, strict=True)],
        [", ".join([name, *side.entry.sets]) for name, side in zip(scenarios, sides, strict=True)],
    ]
    for names in ways:
        if all(names) and len(set(names)) == len(names):
            return names
    return [f"{side.folder.name}#{side.point}" for side in sides]


def outcome_text(outcome: str, labels: Labels) -> str:
    """An outcome in words, without its track.

    >>> outcome_text("truce.ending.never_started", Labels()), outcome_text("truce.days_in_force", Labels())
    ('ends never started', 'days in force')
    """
    owner, what, *rest = outcome.split(".")
    if what == ENDING:
        return f"ends {spaced(rest[0])}"
    if what in _STANDING:
        return f"{_STANDING[what]} {labels.whose(owner, '.'.join(rest))}"
    return _WORDS.get(what, spaced(what))


def rows_of(comparison: Comparison, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Every difference as a row of a table."""
    for against, name in zip(comparison.others, names[1:], strict=True):
        for effect in against.effects:
            yield {
                "outcome": effect.outcome, "kind": effect.kind, "variant": name, "against": names[0], "pairs": effect.n,
                "first": effect.first, "second": effect.second, "difference": effect.difference.value,
                "low": effect.difference.low, "high": effect.difference.high, "joint_low": effect.jointly.low,
                "joint_high": effect.jointly.high, "pairs_lower": effect.fewer, "pairs_higher": effect.more,
                "told": effect.verdict,
            }  # fmt: skip


# Tables ---------------------------------------------------------------------------------------------------------


def tables_of(comparison: Comparison, names: Sequence[str]) -> Iterator[Table]:
    """The comparison for the terminal: differences by track and party, then flips."""
    labels = Labels(**comparison.first.entry.labels)
    for against, name in zip(comparison.others, names[1:], strict=True):
        owners = dict.fromkeys(effect.outcome.partition(".")[0] for effect in against.effects)
        for owner in owners:
            told = [each for each in against.effects if each.outcome.startswith(f"{owner}.") and _is_told(each)]
            if told:
                yield _differences(told, f"{_owner(owner, labels)}: {name} less {names[0]}", labels)
        for track in dict.fromkeys(move.track for move in against.moves):
            flips = [move for move in against.moves if move.track == track and move.flips]
            if flips:
                yield _flips(flips, against, names[0], name, labels)


def _is_told(effect: Effect) -> bool:
    what = effect.outcome.split(".")[1]
    if not (effect.fewer or effect.more) or what in _STANDING:
        return False
    return effect.kind == SHARE or effect.difference.told or what in HEADLINES


def _owner(owner: str, labels: Labels) -> str:
    return labels.party(owner) if owner in labels.parties else labels.track(owner)


def _differences(told: Iterable[Effect], title: str, labels: Labels) -> Table:
    table = _table(title, ("", "First", "Other", "Difference", "95 % interval", "Lower", "Higher", "Told"))
    for effect in told:
        times, unit = (100.0, " %") if effect.kind == SHARE else (1.0, "")
        low, high = (_signed(times * bound) for bound in (effect.difference.low, effect.difference.high))
        where = f" ({effect.n:,} in both)" if effect.kind == WHERE_BOTH else ""
        levels = (f"{_short(times * level)}{unit}" for level in (effect.first, effect.second))
        table.add_row(
            outcome_text(effect.outcome, labels) + where, *levels, _signed(times * effect.difference.value),
            f"{low} to {high}" if math.isfinite(effect.difference.low) else "–",
            f"{effect.fewer:,}", f"{effect.more:,}", effect.verdict,
        )  # fmt: skip
    return table


def _flips(flips: Sequence[Move], against: Against, first: str, second: str, labels: Labels) -> Table:
    pairs = sum(move.pairs for move in flips)
    share = share_of(pairs, against.pairs)
    interval = f"{100 * share.low:.1f}–{100 * share.high:.1f}"
    head = f"{labels.track(flips[0].track)}: {counted(pairs, 'pair')} of {against.pairs:,} end otherwise"
    title = f"{head} ({100 * share.share:.1f} %, {interval})"
    table = _table(title, (f"In {first}", f"In {second}", "Pairs", "Share (95 % interval)", "Such as replication"))
    for move in flips[:MOST_FLIPS]:
        each = share_of(move.pairs, against.pairs)
        table.add_row(
            spaced(move.before), spaced(move.after), f"{move.pairs:,}",
            f"{100 * each.share:.1f} % ({100 * each.low:.1f}–{100 * each.high:.1f})", f"{move.replication}",
        )  # fmt: skip
    if len(flips) > MOST_FLIPS:
        rest = sum(move.pairs for move in flips[MOST_FLIPS:])
        table.add_row(f"{len(flips) - MOST_FLIPS} other flips", "", f"{rest:,}", "", "")
    return table


def _table(title: str, heads: Sequence[str]) -> Table:
    table = Table(
        title=title, min_width=len(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False
    )
    words = ("", "Told") if heads[0] == "" else heads[:2]
    for head in heads:
        table.add_column(head, justify="left" if head in words else "right", overflow="fold", no_wrap=head == "Told")
    return table


def flip_text(move: Move, names: tuple[str, str], comparison: Comparison) -> str:
    """A flip in words, with how often it happens."""
    labels = Labels(**comparison.first.entry.labels)
    ends = f"{spaced(move.before)} in {names[0]}, {spaced(move.after)} in {names[1]}"
    return f"{labels.track(move.track)}: {ends} in {counted(move.pairs, 'pair')}"


def caveat(comparison: Comparison) -> str:
    """What so many intervals at once are worth, in a sentence."""
    left_out = sum(each.difference.told for against in comparison.others for each in against.effects)
    jointly = sum(each.jointly.told for against in comparison.others for each in against.effects)
    return (
        f"Of {counted(comparison.compared, 'difference')} that some pair shows, {left_out:,} have a"
        f" {100 * comparison.confidence:g} % interval that leaves 0 out; {comparison.by_chance:.1f} would if no variant"
        f" made any difference. {jointly:,} hold also jointly (Bonferroni)."
    )


# Figure ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a panel: a track's name, or an outcome of it in every variant."""

    text: str
    effects: tuple[Effect | None, ...] = ()


def draw(comparison: Comparison, names: Sequence[str]) -> Drawing:
    """Draw paired effects as a forest, as wide as a column; a filled mark is a difference that can be told."""
    labels = Labels(**comparison.first.entry.labels).short(34)
    panels = [(text, times, rows) for text, what, times in PANELS if (rows := _panel_rows(comparison, what, labels))]
    heading = f"Less {names[0]}, pair by pair"
    if len(names) == 2:
        heading = f"{names[1]} less {names[0]}, pair by pair"
    line = LINE + MORE * (len(comparison.others) - 1)
    heights = [line * len(rows) for _, _, rows in panels]
    legends = style.ROW * (1 + (len(names) > 2) * -(-(len(names) - 1) // 2))
    figure = style.blank(style.COLUMN, 0.6 + sum(heights) + GAP * max(1, len(panels)) + legends)
    grid = figure.subplots(max(1, len(panels)), 1, squeeze=False, height_ratios=heights or [1.0]).flatten()
    for axes, (text, times, rows) in zip(grid, panels, strict=False):
        _draw_panel(axes, rows, times, text)
    if not panels:
        grid[0].set_axis_off()
        grid[0].text(0.5, 0.5, "no pair differs", ha="center", fontsize=style.TEXT)
    style.head(figure, heading)
    style.key(grid[0], _handles(names), columns=2, left=-0.45)
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(w_pad=MARGIN)  # type: ignore[call-arg]
    pairs = min(against.pairs for against in comparison.others)
    note = f"n = {counted(pairs, 'pair')}, seed {comparison.first.manifest.seed}; {100 * comparison.confidence:g} %"
    style.sign(figure, f"{note} intervals, each by itself")
    return Drawing(figure, list(rows_of(comparison, names)), _alt(comparison, names))


def _panel_rows(comparison: Comparison, what: Sequence[str], labels: Labels) -> list[_Row]:
    found: dict[str, list[Effect | None]] = {}
    for place, against in enumerate(comparison.others):
        for effect in against.effects:
            owner, name, *_ = effect.outcome.split(".")
            if name in what and owner in labels.tracks and (effect.fewer or effect.more):
                found.setdefault(effect.outcome, [None] * len(comparison.others))[place] = effect
    size = {outcome: max(abs(e.difference.value) for e in effects if e) for outcome, effects in found.items()}
    ends_told = {o for o, effects in found.items() if any(e and e.difference.told for e in effects)}
    kept = sorted(found, key=lambda outcome: (outcome not in ends_told, -size[outcome]))[
        : MOST_ROWS if len(comparison.others) == 1 else FEWER_ROWS
    ]
    rows = []
    for track in labels.tracks:
        of_track = sorted((name for name in kept if name.startswith(f"{track}.")), key=lambda name: _order(name, what))
        if of_track:
            rows.append(_Row(labels.track(track)))
            rows += [_Row(outcome_text(name, labels), tuple(found[name])) for name in of_track]
    return rows


def _order(outcome: str, what: Sequence[str]) -> tuple[int, int]:
    _, name, *ending = outcome.split(".")
    return what.index(name), ENDINGS.index(ending[0]) if ending else 0


def _draw_panel(axes: Axes, rows: Sequence[_Row], times: float, text: str) -> None:
    axes.axvline(0, color=style.SOFT, linewidth=0.8)
    for place, row in enumerate(rows):
        for at, effect in enumerate(row.effects):
            if effect is not None:
                _draw_effect(axes, place + _offset(at, len(row.effects)), effect, times, _look(at, len(row.effects)))
    axes.set_yticks(range(len(rows)), [row.text for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    style.tidy(axes, x=text)
    axes.tick_params(axis="y", length=0, labelsize=style.SMALL)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_color(style.SOFT if row.effects else style.INK)
    axes.grid(axis="x", color=style.FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.locator_params(axis="x", nbins=5)
    axes.margins(x=0.06)


def _draw_effect(axes: Axes, where: float, effect: Effect, times: float, look: tuple[str, str]) -> None:
    colour, marker = look
    found = effect.difference
    if not math.isnan(found.low):
        axes.plot([times * found.low, times * found.high], [where, where], color=colour, linewidth=1.0)
    face = colour if found.told else "white"
    axes.plot(
        [times * found.value], [where], marker=marker, markersize=3.4, markerfacecolor=face, markeredgecolor=colour,
        markeredgewidth=0.8, linestyle="none",
    )  # fmt: skip


def _offset(at: int, many: int) -> float:
    return 0.0 if many == 1 else 0.6 * (at / (many - 1) - 0.5)


def _look(at: int, many: int) -> tuple[str, str]:
    """Colour and marker of a variant; a single one is black."""
    return (style.INK, "o") if many == 1 else (style.stroke(at).colour, style.stroke(at).marker)


def _handles(names: Sequence[str]) -> list[Line2D]:
    marks = [("interval leaves 0 out", style.INK), ("interval covers 0", "white")]
    handles = [
        Line2D([], [], color=style.INK, marker="o", ms=3.4, mfc=face, mew=0.8, lw=1.0, label=text)
        for text, face in marks
    ]
    if len(names) == 2:
        return handles
    for at, name in enumerate(names[1:]):
        colour, marker = _look(at, len(names) - 1)
        handles.append(Line2D([], [], color=colour, marker=marker, ms=3.4, lw=1.0, label=name))
    return handles


def _alt(comparison: Comparison, names: Sequence[str]) -> str:
    """The picture in words."""
    labels = Labels(**comparison.first.entry.labels)
    parts = []
    for against, name in zip(comparison.others, names[1:], strict=True):
        told = [
            f"{_owner(each.outcome.partition('.')[0], labels)} {outcome_text(each.outcome, labels)} {_points(each)}"
            for each in against.effects
            if each.kind == SHARE and each.difference.told
        ]
        differ = listed(told) if told else "no difference in any share of endings can be told"
        parts.append(f"{name} less {names[0]}, {counted(against.pairs, 'pair')} of replications: {differ}.")
    return f"Paired differences with intervals. {' '.join(parts)} {caveat(comparison)}"


def _points(effect: Effect) -> str:
    value, low, high = (
        _signed(100 * x) for x in (effect.difference.value, effect.difference.low, effect.difference.high)
    )
    return f"{value} points ({low} to {high})"


def _short(amount: float) -> str:
    """A number to about three figures, of small ones three places.

    >>> _short(1508.7), _short(12.345), _short(-0.5), _short(0.0333), _short(0.0)
    ('1,509', '12.3', '−0.50', '0.033', '0')
    """
    size = abs(amount)
    places = 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 0.1 else 3
    return f"{amount:,.{places}f}".replace("-", "−")


def _signed(amount: float) -> str:
    """A difference with its sign.

    >>> _signed(0.5), _signed(-12.34), _signed(0.0)
    ('+0.50', '−12.3', '0')
    """
    return f"+{_short(amount)}" if amount > 0 else _short(amount)
