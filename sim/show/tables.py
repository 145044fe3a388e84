"""A run and a batch for the terminal: the story line by line, and tables of what became of every track."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.engine.record import NEVER, RunRecord, TrackRecord
from sim.show.labels import Labels
from sim.show.narrate import Line
from sim.show.sentences import Kind, Severity
from sim.show.words import capital, date_text, number, spaced
from sim.study.summary import Mean, Share, Summary, TrackSummary

MOST_UNLOCKS = 5
"""Unlocks shown a track; the rest stand in the rows."""
_LOOKS = {Severity.DETAIL: "dim", Severity.STEP: "", Severity.TURN: "bold"}


class _Column(NamedTuple):
    head: str
    right: bool = True


def story(lines: Iterable[Line]) -> Group:
    """The narrated timeline, grouped by date; turning points stand out."""
    parts: list[RenderableType] = []
    for date, of_date in groupby(lines, key=lambda line: line.date):
        parts.append(Text(date_text(date), style="bold underline"))
        parts += [Padding(_line(line), (0, 0, 0, 2)) for line in of_date]
    return Group(*parts)


def _line(line: Line) -> RenderableType:
    look = "red" if line.kind is Kind.BLOCKED else _LOOKS[line.severity]
    text = Text(line.text, style=look)
    if line.claim:
        text.append(f" [{line.claim}]", style="dim")
    return Text.assemble((f"{line.label}: ", "cyan"), text) if line.label else text


def of_run(record: RunRecord, labels: Labels) -> Iterator[Table]:
    """What became of every track in one run: how it ended, what was agreed and delivered, what stood in the way."""
    row = record.row()
    ended = _table("How it ended", [_Column("Track", False), _Column("Ending", False), *_counts()])
    for track in record.tracks:
        cells = [
            number(row[f"{track.track}.{name}"])
            for name in ("talks", "deals", "agreed", "delivered", "gestures", "days_in_force", "days_blocked")
        ]
        ended.add_row(labels.track(track.track), ending_text(track.ending), *cells)
    yield ended
    standing = [row for track in record.tracks for row in _in_the_way(track, labels)]
    if standing:
        columns = [_Column("Track", False), _Column("Precondition", False), _Column("Days"), _Column("Days it alone")]
        yield _filled("What stood in the way", columns, standing)
    unlocks = [
        (labels.track(track.track), _together(track.track, members, labels), number(days))
        for track in record.tracks
        for members, days in sorted(track.unlocks.items(), key=lambda unlock: -unlock[1])[:MOST_UNLOCKS]
    ]
    if unlocks:
        columns = [_Column("Track", False), _Column("Relaxed together", False), _Column("Days it would have")]
        yield _filled("What would have opened a zone of agreement", columns, unlocks)


def _counts() -> list[_Column]:
    heads = ("Talks", "Deals", "Persons agreed", "Delivered", "In gestures", "Days in force", "Days blocked")
    return [_Column(head) for head in heads]


def _in_the_way(track: TrackRecord, labels: Labels) -> Iterator[tuple[str, str, str, str]]:
    name = labels.track(track.track)
    for condition, days in sorted(track.held_by.items(), key=lambda held: -held[1]):
        yield name, f"{labels.whose(track.track, condition)} (to talk at all)", number(days), ""
    for condition, (days, alone) in sorted(track.blocking.items(), key=lambda blocked: -blocked[1][0]):
        if days:
            yield name, labels.whose(track.track, condition), number(days), number(alone)


def of_batch(summary: Summary, labels: Labels) -> Iterator[Table]:
    """What became of every track over a batch, with intervals, and what stood in the way how often."""
    yield _endings(summary, labels)
    yield _outcomes(summary, labels)
    blocked = [row for track in summary.tracks for row in _often_in_the_way(track, labels)]
    if blocked:
        columns = [_Column("Track", False), _Column("Precondition", False), *_shares(), _Column("Days a run")]
        yield _filled("What stood in the way", [*columns, _Column("It alone")], blocked)
    unlocks = [
        (labels.track(track.track), _together(track.track, each.conditions, labels), *_share(each.runs), _mean(each.days))
        for track in summary.tracks
        for each in track.unlocks[:MOST_UNLOCKS]
    ]
    if unlocks:
        columns = [_Column("Track", False), _Column("Relaxed together", False), *_shares(), _Column("Days a run")]
        yield _filled("What would have opened a zone of agreement", columns, unlocks)


def _endings(summary: Summary, labels: Labels) -> Table:
    rows = [
        (labels.track(track.track) if place == 0 else "", ending_text(ending), *_share(share))
        for track in summary.tracks
        for place, (ending, share) in enumerate(track.endings.items())
    ]
    return _filled("How the tracks ended", [_Column("Track", False), _Column("Ending", False), *_shares()], rows)


def _outcomes(summary: Summary, labels: Labels) -> Table:
    heads = ("Median day", "Deals a run", "Persons agreed", "Delivered", "In gestures", "Days in force", "Days blocked")
    columns = [_Column("Track", False), _Column("Ever agreed"), *(_Column(head) for head in heads)]
    return _filled("What was agreed and delivered (means a run)", columns, [
        (
            labels.track(track.track), f"{_percent(track.agreed.share)} ({_range(track.agreed)})",
            _median(track), _mean(track.deals), _mean(track.persons_agreed), _mean(track.persons_delivered),
            _mean(track.persons_in_gestures), _mean(track.days_in_force), _mean(track.days_blocked),
        )
        for track in summary.tracks
    ])  # fmt: skip


def _often_in_the_way(track: TrackSummary, labels: Labels) -> Iterator[Sequence[str]]:
    name = labels.track(track.track)
    for holder in track.holders:
        whose = f"{labels.whose(track.track, holder.condition)} (to talk at all)"
        yield name, whose, *_share(holder.runs), _mean(holder.days), ""
    for blocker in track.blockers:
        whose = labels.whose(track.track, blocker.condition)
        yield name, whose, *_share(blocker.runs), _mean(blocker.days), _mean(blocker.days_alone)


def _shares() -> list[_Column]:
    return [_Column("Runs"), _Column("Share"), _Column("95 % interval")]


def _share(share: Share) -> tuple[str, str, str]:
    return number(share.count), _percent(share.share), _range(share)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _range(share: Share) -> str:
    return f"{100 * share.low:.1f}–{100 * share.high:.1f} %"


def _mean(mean: Mean) -> str:
    return f"{mean.mean:.1f}"


def _median(track: TrackSummary) -> str:
    _, median, _ = track.days_to_agreement
    return "–" if median is None or median == NEVER else str(median)


def ending_text(ending: str) -> str:
    """The ending of a track in words.

    >>> ending_text("open_at_horizon")
    'Open at horizon'
    """
    return capital(spaced(ending))


def _together(track: str, members: Iterable[str], labels: Labels) -> str:
    return " with ".join(labels.whose(track, condition) for condition in members)


def _filled(title: str, columns: Sequence[_Column], rows: Iterable[Sequence[str]]) -> Table:
    table = _table(title, columns)
    for row in rows:
        table.add_row(*row)
    return table


def _table(title: str, columns: Sequence[_Column]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column.head, justify="right" if column.right else "left", no_wrap=False)
    return table
