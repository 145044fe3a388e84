"""What a picture of one run shows, as plain marks: spans of days and moments, lane by lane."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sim.engine import log
from sim.engine.record import NEVER, RunRecord
from sim.show.labels import Labels
from sim.show.tranches import count, runs_of
from sim.show.words import number, spaced


class Shape(StrEnum):
    """What kind of thing a mark is."""

    TALKS = "talks"
    OFFER = "offer"
    BLOCKED = "blocked"
    AGREED = "agreed"
    TRUCE = "truce"
    DEAL = "deal"
    SUSPENDED = "suspended"
    RELEASE = "release"
    GESTURE = "gesture"
    GOODS = "goods"
    ENDING = "ending"
    EVENT = "event"
    RESTRAINT = "restraint"
    NEVER_OPENED = "never_opened"


EVENTS, ACTS = "events", "acts"
"""Lanes that are no track."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing in one lane, from a day to a day (the same for a moment)."""

    lane: str
    """Name of a track, or EVENTS, or ACTS."""
    shape: Shape
    day: int
    until: int
    party: str = ""
    text: str = ""
    """What stands beside it, in words."""
    instead: str | None = None
    """What stands beside it in a picture where that is not the text: the total of a run of tranches, or nothing."""

    @property
    def beside(self) -> str:
        """What stands beside it in a picture."""
        return self.text if self.instead is None else self.instead


def marks_of(record: RunRecord, entries: Sequence[log.Entry], labels: Labels) -> list[Mark]:
    """Everything that the lanes of one run show, in order of lanes, days and shapes."""
    lanes = [EVENTS, *(track.track for track in record.tracks), ACTS]
    marks = [*_spans(record, entries), *_blocked(entries), *_suspended(entries, record.horizon)]
    marks += [*_moments(entries, labels), *_handed_over(entries, [party.party for party in record.parties], labels)]
    marks += _never_opened(record, labels)
    order = list(Shape)
    return sorted(marks, key=lambda mark: (lanes.index(mark.lane), mark.day, order.index(mark.shape), mark.party))


def _spans(record: RunRecord, entries: Sequence[log.Entry]) -> Iterator[Mark]:
    """Talks and deals from their first day to their last."""
    last = record.horizon - 1
    for talks in record.talks:
        until = last if talks.ended_on == NEVER else talks.ended_on
        yield Mark(talks.track, Shape.TALKS, talks.opened_on, until)
    truces = {(e.track, e.number): e.scope for e in entries if isinstance(e, log.DealBegan) and e.truce_days > 0}
    for deal in record.deals:
        if deal.began_on == NEVER or deal.ending == "never_started":
            continue
        until = last if deal.ended_on == NEVER else deal.ended_on
        scope = truces.get((deal.track, deal.number))
        shape = Shape.DEAL if scope is None else Shape.TRUCE
        yield Mark(deal.track, shape, deal.began_on, until, text="" if scope is None else f"scope {scope:.0%}")
    for entry in entries:
        if isinstance(entry, log.ActDeclared) and entry.days > 0:
            until = min(entry.day + entry.days - 1, last)
            yield Mark(ACTS, Shape.RESTRAINT, entry.day, until, entry.party, "" if entry.mirrors else entry.label)


def _blocked(entries: Iterable[log.Entry]) -> Iterator[Mark]:
    """Days on end on which a zone of agreement existed and every package in it failed a precondition."""
    days: dict[str, list[int]] = {}
    for entry in entries:
        if isinstance(entry, log.DayBlocked):
            days.setdefault(entry.track, []).append(entry.day)
    for track, blocked in days.items():
        first = before = blocked[0]
        for day in [*blocked[1:], None]:
            if day is None or day > before + 1:
                yield Mark(track, Shape.BLOCKED, first, before)
                first = before if day is None else day
            before = before if day is None else day


def _suspended(entries: Iterable[log.Entry], horizon: int) -> Iterator[Mark]:
    since: dict[str, int] = {}
    for entry in entries:
        if isinstance(entry, log.Suspended):
            since.setdefault(entry.track, entry.day)
        elif isinstance(entry, log.Resumed | log.DealEnded) and entry.track in since:
            yield Mark(entry.track, Shape.SUSPENDED, since.pop(entry.track), entry.day)
    for track, day in since.items():
        yield Mark(track, Shape.SUSPENDED, day, horizon - 1)


def _moments(entries: Iterable[log.Entry], labels: Labels) -> Iterator[Mark]:
    offered: set[tuple[str, int, str]] = set()
    for entry in entries:
        match entry:
            case log.Offered() if entry.packages > 0 and (entry.track, entry.day, entry.party) not in offered:
                offered.add((entry.track, entry.day, entry.party))
                yield Mark(entry.track, Shape.OFFER, entry.day, entry.day, entry.party)
            case log.Agreed():
                yield Mark(entry.track, Shape.AGREED, entry.day, entry.day)
            case log.TalksEnded():
                yield Mark(entry.track, Shape.ENDING, entry.day, entry.day, entry.party, spaced(entry.ending))
            case log.DealEnded() if entry.ending not in ("completed", "open_at_horizon"):
                yield Mark(entry.track, Shape.ENDING, entry.day, entry.day, entry.party, spaced(entry.ending))
            case log.EventOccurred():
                text = entry.label or labels.event(entry.event)
                yield Mark(EVENTS, Shape.EVENT, entry.day, entry.day, text=text)


def _handed_over(entries: Sequence[log.Entry], parties: Sequence[str], labels: Labels) -> Iterator[Mark]:
    """What was handed over, a mark for each track, day and kind; a run of tranches carries its total once."""
    runs = runs_of(entries)
    in_runs = {place for run in runs for place, _ in run}
    single = [e for place, e in enumerate(entries) if isinstance(e, log.Delivered) and place not in in_runs]
    yield from _by_day(single, parties, labels)
    for run in runs:
        for kind in dict.fromkeys(_kind(entry, labels) for _, entry in run):
            alike = [entry for _, entry in run if _kind(entry, labels) == kind]
            (total,) = _by_day([replace(entry, day=0) for entry in alike], parties, labels)
            marks = list(_by_day(alike, parties, labels))
            for place, mark in enumerate(marks):
                yield replace(
                    mark, instead=f"{total.text} in {count(run)} tranches" if place == len(marks) // 2 else ""
                )


def _kind(entry: log.Delivered, labels: Labels) -> tuple[Shape, str]:
    """How it is marked, and what it is where it is no persons."""
    asset = labels.assets.get(entry.what, "")
    return Shape.GOODS if asset else Shape.GESTURE if entry.gesture else Shape.RELEASE, asset


def _by_day(delivered: Iterable[log.Delivered], parties: Sequence[str], labels: Labels) -> Iterator[Mark]:
    """Persons and goods apart; between two parties, each side's number of persons apart."""
    handed: dict[tuple[str, int, Shape, str], dict[str, tuple[float, float]]] = {}
    for entry in delivered:
        by_giver = handed.setdefault((entry.track, entry.day, *_kind(entry, labels)), {})
        due, given = by_giver.get(entry.giver, (0.0, 0.0))
        by_giver[entry.giver] = (due + entry.due, given + entry.delivered)
    for (track, day, shape, asset), by_giver in handed.items():  # an act's releases are on no track
        givers = [by_giver[party] for party in parties if party in by_giver]
        if len(givers) > 2 or len(parties) > 2:
            givers = [(sum(due for due, _ in givers), sum(given for _, given in givers))]
        party = next(iter(by_giver)) if len(by_giver) == 1 else ""
        amounts = ":".join(_of_due(due, given) for due, given in givers)
        yield Mark(track or ACTS, shape, day, day, party, f"{amounts} {asset}".rstrip())


def _of_due(due: float, delivered: float) -> str:
    return number(delivered) if delivered >= due else f"{number(delivered)} (of {number(due)})"


def _never_opened(record: RunRecord, labels: Labels) -> Iterator[Mark]:
    for track in record.tracks:
        if track.first_opened == NEVER:
            held = ", ".join(labels.whose(track.track, name) for name, days in track.held_by.items() if days > 0)
            text = f"never opened; held by {held}" if held else "never opened"
            yield Mark(track.track, Shape.NEVER_OPENED, 0, record.horizon - 1, text=text)


def ledgers_of(entries: Iterable[log.Entry], record: RunRecord, *, step: int) -> Mapping[str, list[int]]:
    """Violations alleged by each party, [period of `step` days], over all tracks; the ledgers are never merged.

    Only parties that alleged something, in the order of the record.
    """
    ledgers = {party.party: [0] * -(-record.horizon // step) for party in record.parties}
    for entry in entries:
        if isinstance(entry, log.Alleged):
            ledgers[entry.by][entry.day // step] += entry.count
    return {party: counts for party, counts in ledgers.items() if any(counts)}
