"""The narrated timeline: an event log as dated sentences that a reader can retell.

A day's rounds of talks fold into one line, days of the same deadlock into one line, and allegations into one
line a week of the truce. What only the simulation knows (violations in fact committed) is told on request only.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sim.engine import log
from sim.show.labels import Labels, condition_text
from sim.show.sentences import Kind, Severity, bridging_text, sentence
from sim.show.words import counted, date_text, listed, number, package_text, spaced

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
    """A line in the making: what is said apart from how many rounds or days it took."""

    day: int
    until: int
    track: str
    body: str
    kind: Kind
    severity: Severity
    claim: str = ""
    rounds: int = 0


def narrate(
    entries: Iterable[log.Entry], start: datetime.date, labels: Labels, *, all_knowing: bool = False
) -> list[Line]:
    """Tell an event log.

    Args:
        entries: the log, in order of days.
        start: the calendar date of day 0.
        labels: what the reader calls parties, tracks and preconditions.
        all_knowing: also tell what no party sees: violations in fact committed.

    Returns:
        The lines by their first day.
    """
    entries = list(entries)
    notes: list[_Note] = []
    for _, today in groupby(entries, key=lambda entry: entry.day):
        notes += _day(list(today), labels)
    notes = [*_fold(notes), *_ledgers(entries, labels, all_knowing=all_knowing)]
    notes.sort(key=lambda note: (note.day, note.kind is Kind.LEDGER))
    return [
        Line(
            day=note.day,
            until=note.until,
            date=start + datetime.timedelta(days=note.day),
            track=note.track,
            label=labels.track(note.track) if note.track else "",
            text=_text(note),
            kind=note.kind,
            severity=note.severity,
            claim=note.claim,
        )
        for note in notes
    ]


def as_text(lines: Iterable[Line]) -> str:
    """The timeline as plain text, day by day."""
    blocks = []
    for date, of_date in groupby(lines, key=lambda line: line.date):
        blocks.append(date_text(date))
        blocks += [f"  {line.label + ': ' if line.label else ''}{line.text}" for line in of_date]
    return "".join(f"{block}\n" for block in blocks)


def _day(today: Sequence[log.Entry], labels: Labels) -> Iterator[_Note]:
    """The notes of one day, each where the first of its entries stood."""
    told: set[tuple[str, ...]] = set()
    for entry in today:
        match entry:
            case log.Violated() | log.Alleged():
                continue  # folded by week
            case log.DealBegan() if not (entry.truce_days or entry.grants):
                continue  # the agreement has said when
            case log.Offered() | log.Refused() | log.Bridged():
                if (entry.track,) not in told:
                    told.add((entry.track,))
                    yield _rounds([other for other in today if other.track == entry.track], labels)
            case log.Delivered():
                key = (entry.track, entry.step, str(entry.tranche))
                if key not in told:
                    told.add(key)
                    yield _delivery([other for other in today if _same_tranche(entry, other)], labels)
            case _:
                said = sentence(entry, labels)
                yield _Note(entry.day, entry.day, entry.track, said.text, said.kind, said.severity, said.claim)


def _rounds(today: Sequence[log.Entry], labels: Labels) -> _Note:
    """A day's rounds on one track: what each side held out for, what stood in the way, what a mediator put."""
    moves = [entry for entry in today if isinstance(entry, log.Offered | log.Refused | log.Bridged)]
    last_offer = {move.party: move for move in moves if isinstance(move, log.Offered)}
    held = [_holding_out(offer, labels) for offer in last_offer.values()]
    if not any(isinstance(entry, log.Agreed) for entry in today) and len(held) > 1:
        held.append(f"no package satisfied {'both' if len(held) == 2 else 'all'}")
    parts = [f"{'; '.join(held)}."] if held else []
    against = [
        condition_text(move.track, condition, labels)
        for move in moves
        if isinstance(move, log.Refused)
        for condition in move.conditions
    ]
    if against:
        parts.append(f"Refused over {listed(dict.fromkeys(against))}.")
    parts += [bridging_text(move, labels) for move in moves if isinstance(move, log.Bridged)]
    if not parts:
        refusing = (labels.party(move.party) for move in moves if isinstance(move, log.Refused))
        parts.append(f"{listed(dict.fromkeys(refusing))} refused.")
    first = moves[0]
    rounds = len({move.round for move in moves})
    return _Note(first.day, first.day, first.track, " ".join(parts), Kind.TALKS, Severity.DETAIL, rounds=rounds)


def _holding_out(offer: log.Offered, labels: Labels) -> str:
    party = labels.party(offer.party)
    if offer.packages == 0:
        return f"{party} makes no offer"
    better = " or better" if offer.packages > 1 else ""
    return f"{party} holds out for {package_text(offer.package)}{better}"


def _same_tranche(entry: log.Delivered, other: log.Entry) -> bool:
    return isinstance(other, log.Delivered) and (other.track, other.step, other.tranche) == (
        entry.track,
        entry.step,
        entry.tranche,
    )


def _delivery(together: Sequence[log.Entry], labels: Labels) -> _Note:
    """What the givers of one step handed over on one day."""
    handed = [entry for entry in together if isinstance(entry, log.Delivered)]
    parts = []
    for entry in handed:
        missing = f" ({number(entry.due)} were due)" if entry.delivered < entry.due else ""
        parts.append(
            f"{labels.party(entry.giver)} hands {labels.party(entry.receiver)}"
            f" {number(entry.delivered)} {spaced(entry.what)}{missing}"
        )
    first = handed[0]
    text = ("As a gesture, " if first.gesture else "") + "; ".join(parts)
    short = any(entry.delivered < entry.due for entry in handed)
    kind = Kind.GESTURE if first.gesture else Kind.DELIVERY
    return _Note(first.day, first.day, first.track, f"{text}.", kind, Severity.TURN if short else Severity.STEP)


def _fold(notes: Sequence[_Note]) -> list[_Note]:
    """Put days on end that say the same of the same talks or the same deadlock into one note."""
    folded: list[_Note] = []
    latest: dict[tuple[str, Kind], int] = {}
    for note in notes:
        if note.kind is not Kind.BLOCKED and not note.rounds:
            folded.append(note)
            continue
        place = latest.get((note.track, note.kind))
        if place is not None and folded[place].body == note.body and folded[place].until == note.day - 1:
            before = folded[place]
            folded[place] = replace(before, until=note.day, rounds=before.rounds + note.rounds)
        else:
            latest[note.track, note.kind] = len(folded)
            folded.append(note)
    return folded


def _text(note: _Note) -> str:
    days = counted(note.until - note.day + 1, "day")
    if note.kind is Kind.BLOCKED:
        return f"Blocked{'' if note.day == note.until else f' for {days}'}: {note.body}"
    if note.rounds:
        over = "" if note.day == note.until else f" in {days}"
        return f"{counted(note.rounds, 'round')}{over}: {note.body}"
    return note.body


def _ledgers(entries: Sequence[log.Entry], labels: Labels, *, all_knowing: bool) -> Iterator[_Note]:
    """What each side alleged, by week of each truce; the two ledgers side by side, never as one sum."""
    began: dict[str, int] = {}
    ended: dict[tuple[str, int], int] = {}
    weeks: dict[tuple[str, int], list[log.Alleged | log.Violated]] = {}
    for entry in entries:
        match entry:
            case log.DealBegan():
                began[entry.track] = entry.day
            case log.DealEnded() if entry.track in began:
                since = began.pop(entry.track)
                ended[entry.track, entry.day - (entry.day - since) % WEEK] = entry.day
            case log.Alleged() | log.Violated():
                since = began.setdefault(entry.track, entry.day)
                weeks.setdefault((entry.track, entry.day - (entry.day - since) % WEEK), []).append(entry)
    last = max((entry.day for entry in entries), default=0)
    for (track, first), week in weeks.items():
        until = min(ended.get((track, first), last), first + WEEK - 1)
        text = _alleged(week, labels)
        if all_knowing:
            text = " ".join(part for part in (text, _committed(week, labels)) if part)
        if text:
            over = f" over {counted(until - first + 1, 'day')}" if until > first else ""
            yield _Note(first, until, track, f"Ledgers{over}: {text}", Kind.LEDGER, Severity.DETAIL)


def _alleged(week: Iterable[log.Entry], labels: Labels) -> str:
    sums: Counter[tuple[str, str]] = Counter()
    for entry in week:
        if isinstance(entry, log.Alleged):
            sums[entry.by, entry.against] += entry.count
    parts = [
        f"{labels.party(by)} alleges {counted(count, 'violation')} by {labels.party(against)}"
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
