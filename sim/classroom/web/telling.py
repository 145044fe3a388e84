"""What replications say, as a page shows it: rows of tables with bars, a histogram, and a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sim.classroom.web.trials import Answer, Changes
from sim.engine.record import NEVER
from sim.scenario.case import Case
from sim.show.labels import Labels
from sim.show.words import capital, date_text, spaced
from sim.study.estimates import Estimate
from sim.study.summary import ENDINGS, Mean, Share, TrackSummary, share_of

BINS = 24
"""Most bars of a histogram of days."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A number with its interval and a bar, next to the same without any change."""

    label: str
    size: float
    """Length of the bar, in per cent of the room."""
    low: float
    high: float
    before: float | None
    """Where the unchanged scenario stands, in per cent of the room; None where nothing is compared."""
    text: str
    unchanged: str
    difference: str
    told: bool
    """Whether the difference is told apart from none."""


@dataclass(frozen=True, slots=True)
class Column:
    """A bar of a histogram."""

    label: str
    now: float
    """Share of runs."""
    before: float
    height: float
    """In per cent of the room."""
    height_before: float


@dataclass(frozen=True, slots=True)
class Told:
    """A track, told."""

    track: str
    label: str
    sentence: str
    flips: str
    agreed: Bar
    endings: list[Bar]
    others: list[Bar]
    days: list[Column]
    median: str
    blocking: list[Bar]
    unlocks: list[tuple[str, str]]
    holders: list[tuple[str, str]]


def percent(share: float) -> str:
    r"""A share in per cent.

    >>> percent(0.125)
    '12.5\xa0%'
    """
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def share_text(share: Share) -> str:
    r"""A share with its interval.

    >>> share_text(Share(1, 2, 0.5, 0.25, 0.75))
    '50.0\xa0% (25.0–75.0)'
    """
    return f"{percent(share.share)} ({100 * share.low:.1f}–{100 * share.high:.1f})"


def points(difference: Estimate) -> str:
    """A difference of shares with its interval, in points of a hundred.

    >>> points(Estimate(-0.04, -0.05, -0.03))
    '−4.0 points (−5.0 to −3.0)'
    """
    places = 1 if difference.high - difference.low >= 0.01 else 2
    value, low, high = (_signed(100 * each, places) for each in (difference.value, difference.low, difference.high))
    return f"{value} points ({low} to {high})"


def _signed(value: float, places: int = 1) -> str:
    text = f"{value:+.{places}f}".replace("-", "−")
    return text.lstrip("+−") if float(f"{value:.{places}f}") == 0 else text


def _days_text(mean: Mean) -> str:
    return f"{mean.mean:.1f} days ({mean.low:.1f}–{mean.high:.1f})"


def _days_difference(difference: Estimate) -> str:
    value, low, high = (_signed(each) for each in (difference.value, difference.low, difference.high))
    return f"{value} days ({low} to {high})"


def tell(answer: Answer, labels: Labels) -> list[Told]:
    """Every track of an answer."""
    case = answer.trials.case
    return [_track(answer, case, labels, *each) for each in answer.tracks()]


def _track(
    answer: Answer, case: Case, labels: Labels, now: TrackSummary, before: TrackSummary | None, changes: Changes | None
) -> Told:
    old = before if changes is not None else None
    name = now.track
    return Told(
        track=name,
        label=labels.track(name),
        sentence=_sentence(labels.track(name), now, old, changes),
        flips=f"{changes.flips:,} of {changes.pairs:,} runs end otherwise." if changes else "",
        agreed=_share_bar(
            labels.track(name), now.agreed, old.agreed.share if old else None, changes.agreed if changes else None
        ),
        endings=_endings(now, old, changes),
        others=_others(case, now, old, changes),
        days=_histogram(answer, name, case),
        median=_median(case, now),
        blocking=_blocking(case, labels, now, old),
        unlocks=[
            (" with ".join(labels.whose(name, each) for each in unlock.conditions), _days_text(unlock.days))
            for unlock in now.unlocks[:5]
        ],
        holders=[(labels.whose(name, each.condition), _days_text(each.days)) for each in now.holders],
    )


def _sentence(label: str, now: TrackSummary, old: TrackSummary | None, changes: Changes | None) -> str:
    text = f"{label}: agreed in {share_text(now.agreed)} of runs"
    if old is None or changes is None:
        return f"{text}."
    told = points(changes.agreed) if changes.agreed.told else f"no difference can be told: {points(changes.agreed)}"
    return f"{text}; unchanged, in {percent(old.agreed.share)}; {told}."


def _endings(now: TrackSummary, old: TrackSummary | None, changes: Changes | None) -> list[Bar]:
    bars = []
    for name in ENDINGS:
        if name not in now.endings and (old is None or name not in old.endings):
            continue
        share = now.endings.get(name) or share_of(0, now.n)
        before = (old.endings[name].share if name in old.endings else 0.0) if old else None
        difference = changes.endings[name] if changes else None
        bars.append(_share_bar(capital(spaced(name)), share, before, difference))
    return bars


def _share_bar(label: str, share: Share, before: float | None, difference: Estimate | None) -> Bar:
    return Bar(
        label=label,
        size=100 * share.share,
        low=100 * share.low,
        high=100 * share.high,
        before=None if before is None else 100 * before,
        text=share_text(share),
        unchanged="" if before is None else percent(before),
        difference="" if difference is None else points(difference),
        told=difference is not None and difference.told,
    )


def _others(case: Case, now: TrackSummary, old: TrackSummary | None, changes: Changes | None) -> list[Bar]:
    """Days in force and days blocked, where there are any."""
    rows = [
        ("Days with a deal in force, a run", now.days_in_force, old and old.days_in_force, "days_in_force"),
        ("Days blocked by preconditions, a run", now.days_blocked, old and old.days_blocked, "days_blocked"),
    ]
    return [
        _day_bar(label, mean, before or None, getattr(changes, key) if changes else None, case.horizon)
        for label, mean, before, key in rows
        if mean.mean or (before and before.mean)
    ]


def _day_bar(label: str, mean: Mean, before: Mean | None, difference: Estimate | None, horizon: int) -> Bar:
    def part(days: float) -> float:
        return 100 * max(0.0, min(days, horizon)) / horizon

    return Bar(
        label=label,
        size=part(mean.mean),
        low=part(mean.low),
        high=part(mean.high),
        before=None if before is None else part(before.mean),
        text=_days_text(mean),
        unchanged="" if before is None else f"{before.mean:.1f} days",
        difference="" if difference is None else _days_difference(difference),
        told=difference is not None and difference.told,
    )


def _blocking(case: Case, labels: Labels, now: TrackSummary, old: TrackSummary | None) -> list[Bar]:
    """Preconditions by the days on which they blocked; the part on which each alone stood in the way in words."""
    before = {each.condition: each for each in old.blockers} if old else {}
    return [
        Bar(
            label=labels.whose(now.track, each.condition),
            size=100 * each.days.mean / case.horizon,
            low=100 * max(0.0, each.days.low) / case.horizon,
            high=100 * each.days.high / case.horizon,
            before=100 * before[each.condition].days.mean / case.horizon if each.condition in before else None,
            text=_days_text(each.days),
            unchanged=f"{before[each.condition].days.mean:.1f} days" if each.condition in before else "",
            difference=f"alone on {each.days_alone.mean:.1f} days",
            told=False,
        )
        for each in now.blockers
    ]


def _histogram(answer: Answer, track: str, case: Case) -> list[Column]:
    width = -(-case.horizon // BINS)
    counts = [_binned(found.agreed_on[track], width, case.horizon) for found in (answer.now, answer.before)]
    shares = [[count / answer.n for count in row] for row in counts]
    most = max(max(row) for row in shares)
    if most == 0:
        return []
    return [
        Column(
            label=_period(case, at * width, width), now=now, before=old,
            height=100 * now / most, height_before=100 * old / most,
        )
        for at, (now, old) in enumerate(zip(*shares, strict=True))
    ]  # fmt: skip


def _binned(days: Mapping[int, int], width: int, horizon: int) -> list[int]:
    row = [0] * -(-horizon // width)
    for day, runs in days.items():
        if day != NEVER:
            row[day // width] += runs
    return row


def _period(case: Case, first: int, width: int) -> str:
    last = min(first + width, case.horizon) - 1
    dates = [date_text(case.date(day)) for day in (first, last)]
    return dates[0] if first == last else f"{dates[0]} to {dates[1]}"


def _median(case: Case, now: TrackSummary) -> str:
    """The median of the first agreement, in words."""
    middle = now.days_to_agreement[1]
    if middle is None:
        return "Fewer than half of the runs ever agree, so that no day is in the middle."
    low, high = now.median_day_between
    between = [f"after {case.horizon - 1}" if day is None else str(day) for day in (low, high)]
    interval = "" if low is None and high is None else f", interval {between[0]} to {between[1]}"
    return f"Half of the runs have agreed by day {middle} ({date_text(case.date(middle))}{interval})."


def headline(told: Iterable[Told], n: int) -> str:
    """What a screen reader says when an answer has come."""
    return f"{n:,} runs. " + " ".join(each.sentence for each in told)
