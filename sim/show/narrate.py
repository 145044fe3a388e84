"""The narrated timeline: an event log as dated sentences that a reader can retell.

The rounds of one set of talks fold into one line, blocked days on end into one line, and allegations into one
line a week of the truce. What only the simulation knows (violations in fact committed) is told on request only.
"""

import datetime
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sim.engine import log
from sim.engine.record import TalksRecord
from sim.show import tranches
from sim.show.labels import Labels
from sim.show.reasons import impasse_text, unanswered_text
from sim.show.sentences import Kind, Severity, sentence
from sim.show.sittings import blocked_runs, blocked_text, rounds_text, sittings_of
from sim.show.words import agree, capital, counted, date_text, listed, number

WEEK = 7


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the timeline, about one day or a run of days."""

    day: int
    until: int
    """Last day that it is about; the same as `day` for a single one."""
    date: datetime.date
    track: str
    """Name; empty where it concerns none."""
    label: str
    """The track as the reader knows it; empty where it concerns none."""
    text: str
    kind: Kind
    severity: Severity
    claim: str = ""


@dataclass(frozen=True, slots=True)
class _Note:
    """A line in the making."""

    day: int
    place: int
    """Where in the log its first entry stands: notes of one day are told in this order."""
    until: int
    track: str
    text: str
    kind: Kind
    severity: Severity
    claim: str = ""


def narrate(
    entries: Iterable[log.Entry],
    start: datetime.date,
    labels: Labels,
    *,
    talks: Iterable[TalksRecord] = (),
    all_knowing: bool = False,
) -> list[Line]:
    """Tell an event log.

    Args:
        entries: the log, in order of days.
        start: the calendar date of day 0.
        labels: what the reader calls parties, tracks and preconditions.
        talks: the records of the run's talks, from which the reason of an impasse is told.
        all_knowing: also tell what no party sees: violations in fact committed.

    Returns:
        The lines by their first day.
    """
    entries = list(entries)
    notes = [*_single(entries, labels, {(each.track, each.number): each for each in talks}), *_talks(entries, labels)]
    notes += _tranches(entries, start, labels)
    notes += _ledgers(entries, labels, all_knowing=all_knowing)
    return [
        Line(
            day=note.day,
            until=note.until,
            date=start + datetime.timedelta(days=note.day),
            track=note.track,
            label=labels.track(note.track) if note.track else "",
            text=note.text,
            kind=note.kind,
            severity=note.severity,
            claim=note.claim,
        )
        for note in sorted(notes, key=lambda note: (note.day, note.place))
    ]


def _single(
    entries: Sequence[log.Entry], labels: Labels, talks: Mapping[tuple[str, int], TalksRecord]
) -> Iterator[_Note]:
    """Notes about one day: all but rounds, ledgers and runs of tranches, which are folded."""
    told: set[tuple[int, str, str, int]] = set()
    folded = {place for run in tranches.runs_of(entries) for place, _ in run}
    unstarted = {
        (entry.track, entry.number)
        for entry in entries
        if isinstance(entry, log.DealEnded) and entry.ending == "never_started"
    }
    for place, entry in enumerate(entries):
        match entry:
            case log.Violated() | log.Alleged() | log.Offered() | log.Refused() | log.Bridged() | log.DayBlocked():
                continue
            case log.DealBegan() if not (entry.truce_days or entry.grants):
                continue  # the agreement has said when
            case log.DealBegan() if (entry.track, entry.number) in unstarted:
                continue  # the first day of a truce that was never started: who did not start it is told
            case log.Delivered() if place in folded:
                continue
            case log.Delivered():
                key = (entry.day, entry.track, entry.step, entry.tranche)
                if key not in told:
                    told.add(key)
                    yield _delivery(place, entry, entries[place:], labels)
            case _:
                said = sentence(entry, labels)
                text = said.text
                if isinstance(entry, log.EventOccurred):
                    text += unanswered_text(entries, place, labels)
                elif isinstance(entry, log.TalksEnded) and entry.ending == "impasse":
                    held = talks.get((entry.track, entry.number))
                    text += f" {capital(impasse_text(held, labels))}" if held else ""
                yield _Note(entry.day, place, entry.day, entry.track, text, said.kind, said.severity, said.claim)


def _delivery(place: int, first: log.Delivered, later: Iterable[log.Entry], labels: Labels) -> _Note:
    """What all givers of one tranche handed over on one day."""
    same = (first.day, first.track, first.step, first.tranche)
    parts, kind, severity = [], Kind.GESTURE if first.gesture else Kind.DELIVERY, Severity.STEP
    for entry in itertools.takewhile(lambda entry: entry.day == first.day, later):
        if not isinstance(entry, log.Delivered) or (entry.day, entry.track, entry.step, entry.tranche) != same:
            continue
        giver, receiver = labels.party(entry.giver), labels.party(entry.receiver)
        what = labels.amount(entry.delivered, entry.what)
        part = f"{agree(giver, 'hands~')} {receiver} {what}"
        if entry.escrow:
            part = f"{agree(labels.third(entry.escrow), 'passes~')} {what} on to {receiver}, deposited by {giver}"
        if entry.to:
            part += f", into the custody of {labels.third(entry.to)}"
        if entry.delivered < entry.due:
            part += f" ({number(entry.due)} were due{_declined(entry, labels)})"
            severity = Severity.TURN
        parts.append(part)
    text = capital(f"{'As a gesture, ' if first.gesture else ''}{'; '.join(parts)}.")
    return _Note(first.day, place, first.day, first.track, text, kind, severity)


def _declined(entry: log.Delivered, labels: Labels) -> str:
    """How many declined to go, and before whom, as part of a sentence; empty where nobody did."""
    if entry.declined == 0.0:
        return ""
    before = f"before {labels.third(entry.verified_by)}" if entry.verified_by else "which nobody verified"
    return f"; {number(entry.declined)} declined to go, {before}"


def _tranches(entries: Sequence[log.Entry], start: datetime.date, labels: Labels) -> Iterator[_Note]:
    """A note about each run of tranches: what was handed over in all."""
    for run in tranches.runs_of(entries):
        (place, first), (_, last) = run[0], run[-1]
        sums: dict[tuple[str, str, str], log.Delivered] = {}
        for _, entry in run:
            key = (entry.giver, entry.receiver, entry.what)
            so_far = sums.get(key)
            sums[key] = (
                replace(entry, day=first.day, tranche=first.tranche)
                if so_far is None
                else replace(
                    so_far,
                    due=so_far.due + entry.due,
                    delivered=so_far.delivered + entry.delivered,
                    declined=so_far.declined + entry.declined,
                    verified_by=so_far.verified_by or entry.verified_by,
                )
            )
        note = _delivery(place, first, sums.values(), labels)
        over = f" in {tranches.count(run)} tranches until {date_text(start + datetime.timedelta(days=last.day))}"
        yield replace(note, until=last.day, text=f"{note.text.removesuffix('.')}{over}.")


def _talks(entries: Sequence[log.Entry], labels: Labels) -> Iterator[_Note]:
    """A note about the rounds of each set of talks, and notes about the days on end that were blocked alike."""
    for sitting in sittings_of(entries):
        if sitting.moves:
            (place, first), (_, last) = sitting.moves[0], sitting.moves[-1]
            text = rounds_text(sitting, labels)
            yield _Note(first.day, place, last.day, sitting.track, text, Kind.TALKS, Severity.DETAIL)
        for run in blocked_runs(sitting):
            (place, begun), (_, over) = run[0], run[-1]
            text = blocked_text(sitting, [day for _, day in run], labels)
            yield _Note(begun.day, place, over.day, sitting.track, text, Kind.BLOCKED, Severity.STEP)


def _ledgers(entries: Sequence[log.Entry], labels: Labels, *, all_knowing: bool) -> Iterator[_Note]:
    """What each side alleged, by week of each truce; the two ledgers side by side, never as one sum."""
    began: dict[str, int] = {}
    ended: dict[tuple[str, int], int] = {}
    weeks: dict[tuple[str, int], list[log.Alleged | log.Violated]] = {}
    places: dict[tuple[str, int], int] = {}
    for place, entry in enumerate(entries):
        match entry:
            case log.DealBegan():
                began[entry.track] = entry.day
            case log.ActDeclared():
                began[entry.act] = entry.day
            case log.ActEnded() if entry.act in began:
                ended[entry.act, _week(entry.day - 1, began[entry.act])] = entry.day - 1
            case log.DealEnded() if entry.track in began:
                since = began.pop(entry.track)
                ended[entry.track, _week(entry.day, since)] = entry.day
            case log.Alleged() | log.Violated():
                since = began.setdefault(entry.track, entry.day)
                week = entry.track, _week(entry.day, since)
                weeks.setdefault(week, []).append(entry)
                places.setdefault(week, place)
    last = max((entry.day for entry in entries), default=0)
    for (track, first), written in weeks.items():
        until = min(ended.get((track, first), last), first + WEEK - 1)
        text = _alleged(written, labels)
        if all_knowing:
            text = " ".join(part for part in (text, _committed(written, labels)) if part)
        if text:
            over = f" over {counted(until - first + 1, 'day')}" if until > first else ""
            place = places[track, first]
            yield _Note(first, place, until, track, f"Ledgers{over}: {text}", Kind.LEDGER, Severity.DETAIL)


def _week(day: int, since: int) -> int:
    """First day of the week that a day falls into, weeks counted from a truce's first day."""
    return day - (day - since) % WEEK


def _alleged(week: Iterable[log.Entry], labels: Labels) -> str:
    sums: Counter[tuple[str, str]] = Counter()
    for entry in week:
        if isinstance(entry, log.Alleged):
            sums[entry.by, entry.against] += entry.count
    parts = [
        f"{agree(labels.party(by), 'alleges~')} {counted(count, 'violation')} by {labels.party(against)}"
        for (by, against), count in sorted(sums.items(), key=lambda item: _order(item[0][0], labels))
    ]
    return f"{'; '.join(parts)}." if parts else ""


def _committed(week: Iterable[log.Entry], labels: Labels) -> str:
    sums: Counter[str] = Counter()
    for entry in week:
        if isinstance(entry, log.Violated):
            sums[entry.party] += entry.count
    parts = [
        f"{counted(count, 'violation')} by {labels.party(party)}"
        for party, count in sorted(sums.items(), key=lambda item: _order(item[0], labels))
    ]
    return f"In fact committed, unseen by the parties: {listed(parts)}." if parts else ""


def _order(party: str, labels: Labels) -> int:
    """File order, so that who wrote first does not decide who is named first."""
    order = list(labels.parties)
    return order.index(party) if party in order else len(order)
