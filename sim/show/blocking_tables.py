"""Tables of what stood in the way and of what unlocks, for the terminal."""

import math
from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.show.blocking import ENTERS, interval, percent, points, target_text, whose
from sim.show.labels import Labels
from sim.show.words import counted, number
from sim.study.blocking import Blocking
from sim.study.estimates import Estimate
from sim.study.summary import Mean
from sim.study.unlocking import Unlocking

MOST_SETS = 12
"""Sets that a table shows; the result's file has all."""


def of_blocking(found: Blocking, labels: Labels) -> Iterator[Table]:
    """Every precondition that stood in the way: in how many runs, on how many days, and on how many alone."""
    if not found.conditions:
        return
    heads = ("Precondition", "Runs", "95 % interval", "Days a run", "It alone", "Runs with such a day")
    rows = [
        (
            whose(found.track, each.condition, labels) + (ENTERS if each.gate == "enters" else ""),
            percent(each.runs.share),
            interval(each.runs.low, each.runs.high),
            _mean(each.days),
            "" if each.days_alone is None else _mean(each.days_alone),
            "" if each.runs_alone is None else percent(each.runs_alone.share),
        )
        for each in found.conditions
    ]
    caption = "Days: means ± half a 95 % interval. Alone: relaxing it by itself would have opened the zone that day."
    yield _table(f"{labels.track(found.track)}: what stood in the way", heads, rows, caption)


def of_unlocking(found: Unlocking, horizon: int, labels: Labels) -> Iterator[Table]:
    """What each precondition adds, and what the smallest sets add."""
    if not found.bindings:
        return
    track = found.target.track
    rows = [
        (
            whose(track, each.condition, labels) + (ENTERS if each.gate == "enters" else ""),
            _gain(each.first),
            _gain(each.last),
        )
        for each in found.bindings
    ]
    title = f"{labels.track(track)}: {target_text(found.target, horizon)}"
    heads = ("Precondition", "Relaxed by itself", "Relaxed last, after all others")
    caption = (
        f"Points of per cent added, with 95 % intervals, over {counted(found.before.n, 'pair')} of runs on the same"
        " draws; 'not told' where the interval covers 0."
    )
    yield _table(title, heads, rows, caption)
    if found.smallest:
        yield _of_sets(found, labels)


def _of_sets(found: Unlocking, labels: Labels) -> Table:
    """The smallest sets, most often reached first."""
    track = found.target.track
    shown = sorted(found.smallest, key=lambda each: -each.reached.share)[:MOST_SETS]
    sets = [
        (
            "\n+ ".join(whose(track, condition, labels) for condition in each.conditions),
            percent(each.reached.share),
            interval(each.reached.low, each.reached.high),
            _gain(each.gain),
            percent(each.changed.share),
        )
        for each in shown
    ]
    before = f"As it is: {percent(found.before.share)} ({interval(found.before.low, found.before.high)})."
    tried = f"{counted(len(found.relaxed), 'set')} tried{', all that there are' if found.exhaustive else ''}"
    note = f"{before} {tried}; each interval by itself, so that of many one may exclude 0 by luck."
    heads = ("Relaxed together", "Reached", "95 % interval", "Points added", "Ends otherwise")
    return _table("The smallest unlocks: no member can be spared", heads, sets, note)


def of_refusals(rows: Sequence[Mapping[str, object]], labels: Labels) -> Iterator[Table]:
    """Every refusal of a run."""
    heads = ("Track", "Talks", "Who", "Over", "Times", "Asked", "Met", "Short of")
    if rows:
        cells = [
            (
                labels.track(str(row["track"])), str(row["talks"] or row["gate"]), labels.party(str(row["party"])),
                str(row["label"]), str(row["times"]), str(row["asked"]), str(row["offered"]), str(row["missing"]),
            )
            for row in rows
        ]  # fmt: skip
        yield _table("What was refused, and over what", heads, cells, "Short of: what the nearest offer lacked.")


def _gain(gain: Estimate) -> str:
    return points(gain.value, gain.low, gain.high).replace(" points", "") + ("" if gain.told else " not told")


def _mean(mean: Mean) -> str:
    half = mean.high - mean.mean
    return f"{mean.mean:,.1f}" if math.isnan(half) else f"{mean.mean:,.1f} ± {number(float(f'{half:.1g}'))}"


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False,
        caption=caption, caption_justify="left", min_width=min(len(title), 100),
    )  # fmt: skip
    for place, head in enumerate(heads):
        words = place == 0 or len(heads) > 6
        table.add_column(head, justify="left" if words else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table
