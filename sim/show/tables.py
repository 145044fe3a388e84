"""A run and a batch for the terminal: the story line by line, and tables of what became of every track."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.engine.record import RunRecord, TrackRecord
from sim.show.labels import Labels
from sim.show.narrate import Line
from sim.show.sentences import Kind, Severity
from sim.show.words import date_text, number, spaced
from sim.study.summary import FEWEST_FOR_A_MEDIAN, Mean, Share, Summary, TrackSummary

MOST_UNLOCKS = 5
"""Unlocks shown a track; the rest stand in the rows."""
IN_THE_WAY = "What stood in the way"
UNLOCKS = "What would have unlocked an agreement"
TO_TALK = " (before any talks)"
_OF_RUN = {
    "sets of talks": "talks",
    "deals": "deals",
    "persons agreed": "agreed",
    "persons delivered": "delivered",
    "persons who declined": "declined",
    "persons in gestures": "gestures",
    "days in force": "days_in_force",
    "days blocked": "days_blocked",
}
"""What is told of a track of a run, and the column of its row."""
_OF_BATCH = {
    "deals": "deals",
    "persons agreed": "persons_agreed",
    "persons delivered": "persons_delivered",
    "persons who declined": "persons_declined",
    "persons in gestures": "persons_in_gestures",
    "days in force": "days_in_force",
    "days blocked": "days_blocked",
}
"""What is told of a track of a batch, and the mean of its summary."""
DECLINED = "declined"
"""A column that is told only where somebody did."""
_SHARE = ("Runs", "Share", "95 % interval")
ENDING = "ending: first deal, else last talks"
"""What the column `ending` of a row says."""
ENDING_OF_BATCH = "Ending: of a run's first deal, else of its last talks."
INTERVALS = "Means a run ± half a 95 % interval; the median with its 95 % interval, by order statistics."
DAYS = "Days: means ± half a 95 % interval."
_LOOKS = {Severity.DETAIL: "dim", Severity.STEP: "", Severity.TURN: "bold"}


def tell(console: Console, lines: Iterable[Line]) -> None:
    """Print the narrated timeline, grouped by date; turning points stand out, long sentences hang."""
    for date, of_date in groupby(lines, key=lambda line: line.date):
        console.print(Text(date_text(date), style="bold underline"))
        for line in of_date:
            for place, part in enumerate(_line(line).wrap(console, console.width - 6)):
                console.print(Text("  " if place == 0 else "    ") + part)


def _line(line: Line) -> Text:
    text = Text(line.text, style="red" if line.kind is Kind.BLOCKED else _LOOKS[line.severity])
    if line.claim:
        text.append(f" [{line.claim}]", style="dim")
    return Text.assemble((f"{line.label}: ", "cyan"), text) if line.label else text


def of_run(record: RunRecord, labels: Labels) -> Iterator[Table]:
    """What became of every track in one run: how it ended, what was agreed and delivered, what stood in the way."""
    row = record.row()
    ended = _by_track("How it ended", [labels.track(track.track) for track in record.tracks])
    ended.add_row(ENDING, *(spaced(track.ending) for track in record.tracks))
    ended.add_row("all deals", *(_counted(track.deal_endings) for track in record.tracks))
    for measure, column in _OF_RUN.items():
        counts = [row[f"{track.track}.{column}"] for track in record.tracks]
        if any(counts) or column != DECLINED:
            ended.add_row(measure, *(number(count) for count in counts))
    yield ended
    yield from _listing(IN_THE_WAY, ("Precondition", "Days", "It alone"), {
        labels.track(track.track): list(_in_the_way(track, labels)) for track in record.tracks
    })  # fmt: skip
    yield from _listing(UNLOCKS, ("Relaxed together", "Days"), {
        labels.track(track.track): [
            (_together(track.track, members, labels), number(days))
            for members, days in sorted(track.unlocks.items(), key=lambda unlock: -unlock[1])[:MOST_UNLOCKS]
        ]
        for track in record.tracks
    })  # fmt: skip


def _counted(endings: Mapping[str, int]) -> str:
    """How often what ended how: `5 completed, 2 short`."""
    return ", ".join(f"{number(times)} {spaced(ending)}" for ending, times in endings.items() if times) or "none"


def _in_the_way(track: TrackRecord, labels: Labels) -> Iterator[tuple[str, ...]]:
    for condition, days in sorted(track.held_by.items(), key=lambda held: -held[1]):
        if days:
            yield _holder_first(track.track, condition, labels) + TO_TALK, number(days), ""
    for condition, (days, alone) in sorted(track.blocking.items(), key=lambda blocked: -blocked[1][0]):
        if days:
            yield _holder_first(track.track, condition, labels), number(days), number(alone)


def of_batch(summary: Summary, labels: Labels) -> Iterator[Table]:
    """What became of every track over a batch, with intervals, and what stood in the way how often."""
    yield from _listing("How the tracks ended", ("Ending", *_SHARE), {
        labels.track(track.track): [(spaced(ending), *_share(share)) for ending, share in track.endings.items()]
        for track in summary.tracks
    }, ENDING_OF_BATCH)  # fmt: skip
    means = _by_track(
        "What was agreed and delivered", [labels.track(track.track) for track in summary.tracks], INTERVALS
    )
    means.add_row("runs that ever agreed", *(_percent(track.agreed.share) for track in summary.tracks))
    means.add_row("  95 % interval", *(_range(track.agreed) for track in summary.tracks))
    means.add_row("median day agreed", *(_median(track) for track in summary.tracks))
    for measure, mean in _OF_BATCH.items():
        found = [getattr(track, mean) for track in summary.tracks]
        if any(each.mean for each in found) or mean != f"persons_{DECLINED}":
            means.add_row(measure, *(_mean(each) for each in found))
    yield means
    yield from _listing(IN_THE_WAY, ("Precondition", *_SHARE, "Days a run", "It alone"), {
        labels.track(track.track): list(_often_in_the_way(track, labels)) for track in summary.tracks
    }, DAYS)  # fmt: skip
    yield from _listing(UNLOCKS, ("Relaxed together", *_SHARE, "Days a run"), {
        labels.track(track.track): [
            (_together(track.track, unlock.conditions, labels), *_share(unlock.runs), _mean(unlock.days))
            for unlock in track.unlocks[:MOST_UNLOCKS]
        ]
        for track in summary.tracks
    }, DAYS)  # fmt: skip


def _often_in_the_way(track: TrackSummary, labels: Labels) -> Iterator[tuple[str, ...]]:
    for holder in track.holders:
        whose = _holder_first(track.track, holder.condition, labels) + TO_TALK
        yield whose, *_share(holder.runs), _mean(holder.days), ""
    for blocker in track.blockers:
        whose = _holder_first(track.track, blocker.condition, labels)
        yield whose, *_share(blocker.runs), _mean(blocker.days), _mean(blocker.days_alone)


def _share(share: Share) -> tuple[str, str, str]:
    return number(share.count), _percent(share.share), _range(share)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _range(share: Share) -> str:
    return f"{100 * share.low:.1f}–{100 * share.high:.1f} %"


def _mean(mean: Mean) -> str:
    """A mean and half its interval, with as many decimals as tell the half."""
    half = mean.high - mean.mean
    if not math.isfinite(half):
        return f"{mean.mean:,.1f}"
    places = 1 if half == 0 or half >= 0.05 else 2 if half >= 0.005 else 3
    return f"{mean.mean:,.{places}f} ± {half:,.{places}f}"


def _median(track: TrackSummary) -> str:
    """The median over all runs, and its interval where there are runs enough for one."""
    _, median, _ = track.days_to_agreement
    low, high = track.median_day_between
    shown = _day(median)
    alike = low == median == high is None
    return shown if alike or track.n < FEWEST_FOR_A_MEDIAN else f"{shown} ({_day(low)}–{_day(high)})"


def _day(day: int | None) -> str:
    return "beyond the end" if day is None else str(day)


def _holder_first(track: str, condition: str, labels: Labels) -> str:
    holder, _, name = condition.partition(".")
    return f"{labels.party(holder)}: {labels.precondition(track, holder, name)}"


def _together(track: str, members: Iterable[str], labels: Labels) -> str:
    return "\n+ ".join(_holder_first(track, condition, labels) for condition in members)


def _listing(
    title: str, heads: Sequence[str], groups: Mapping[str, Sequence[Sequence[str]]], caption: str = ""
) -> Iterator[Table]:
    """A table with the rows of each track under its name; none where no track has any."""
    if not any(groups.values()):
        return
    table = _table(title, caption)
    table.add_column(heads[0], ratio=1)
    for head in heads[1:]:
        table.add_column(head, justify="right", no_wrap=True)
    for name, rows in groups.items():
        if rows:
            table.add_row(Text(name, style="cyan"))
        for place, (first, *others) in enumerate(rows):
            table.add_row(Padding(first, (0, 0, 0, 2)), *others, end_section=place == len(rows) - 1)
    yield table


def _by_track(title: str, tracks: Iterable[str], caption: str = "") -> Table:
    table = _table(title, caption)
    table.add_column("")
    for track in tracks:
        table.add_column(track, justify="right")
    return table


def _table(title: str, caption: str) -> Table:
    return Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False,
        min_width=len(title), caption=caption or None, caption_justify="left",
    )  # fmt: skip
