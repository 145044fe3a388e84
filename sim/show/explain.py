"""Why one run went as it did: for each track the chain from first talks to its end, and every refusal on the way."""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sim.engine import log
from sim.engine.record import NEVER, DealRecord, RunRecord, TalksRecord, TrackRecord
from sim.show.labels import Labels, conditions_text, expression_text, seen_text, unlocks_text
from sim.show.reasons import impasse_text
from sim.show.sentences import sentence
from sim.show.words import capital, counted, date_text, listed, number, package_text, spaced, span

LEDGER_DAYS = 7
"""Days of its own ledger that a party looks back on when it thinks of leaving."""
MOST_TOLD = 6
"""Sets of talks or deals in a row that are told one by one; of more, the first and the last, and what they share."""
_SIMPLE = re.compile(r"(?P<name>\S+) (?P<how>>=|<=|>|<) (?P<bound>-?[0-9.]+)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What one side turned down in one set of talks, or at a later gate, for one and the same reason."""

    track: str
    talks: int
    """Number of the set of talks on its track, from 1; 0 outside talks."""
    party: str
    """Who refused: the holder of the precondition."""
    reason: str
    """`party.name` of a precondition; empty where the package was worth too little to it."""
    gate: str
    times: int
    first: int
    last: int
    """Days."""
    asked: str
    offered: str
    missing: str
    """Between what was asked and what came nearest to it; empty where that is no number."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """What there is to say of one track."""

    track: str
    label: str
    lines: tuple[str, ...]
    refusals: tuple[Refusal, ...]


@dataclass(slots=True)
class _Sitting:
    """One set of talks as the log has it."""

    opened: log.TalksOpened
    moves: list[log.Entry] = field(default_factory=list)


def explain(
    record: RunRecord, entries: Iterable[log.Entry], start: datetime.date, labels: Labels
) -> tuple[Chapter, ...]:
    """Explain a run, track by track.

    Args:
        record: the run.
        entries: its log, in order of days.
        start: the date of day 0.
        labels: what the reader calls parties, tracks and preconditions.
    """
    entries = list(entries)
    return tuple(
        _Telling(record, track, [entry for entry in entries if entry.track == track.track], start, labels).chapter()
        for track in record.tracks
    )


class _Telling:
    """Tells of one track."""

    def __init__(
        self, record: RunRecord, track: TrackRecord, entries: Sequence[log.Entry], start: datetime.date, labels: Labels
    ) -> None:
        self.record, self.track, self.entries, self.start, self.labels = record, track, entries, start, labels
        self.talks = [talks for talks in record.talks if talks.track == track.track]
        self.deals = [deal for deal in record.deals if deal.track == track.track]
        self.sittings = list(_sittings(entries))

    def chapter(self) -> Chapter:
        """Everything that there is to say."""
        lines = [*self._opening(), *self._failed_talks(), *self._deals(), self._ending()]
        refusals = [*self._refusals(), *self._later_refusals()]
        return Chapter(self.track.track, self.labels.track(self.track.track), tuple(lines), tuple(refusals))

    def date(self, day: int) -> str:
        return date_text(self.start + datetime.timedelta(days=day))

    def span(self, first: int, last: int) -> str:
        return f"on {self.date(first)}" if first == last else f"from {self.date(first)} to {self.date(last)}"

    # Opening ----------------------------------------------------------------------------------------------

    def _opening(self) -> Iterator[str]:
        track, opened = self.track, self.track.first_opened
        if track.held_by:
            held = [entry.conditions for entry in self.entries if isinstance(entry, log.GateHeld)]
            asked = {f"{each.holder}.{each.name}": each for conditions in held for each in conditions}
            told = (
                f"{conditions_text(track.track, [asked[name]], self.labels) if name in asked else name},"
                f" {counted(days, 'day')}"
                for name, days in sorted(track.held_by.items(), key=lambda item: -item[1])
            )
            yield f"Entry preconditions kept the table closed: {'; '.join(told)}."
        free = (self.record.horizon if opened == NEVER else opened) - max(track.held_by.values(), default=0)
        nobody = f"for {counted(free, 'day')} nothing barred talks and nobody brought the parties together"
        if opened == NEVER:
            yield f"Talks never opened{f'; {nobody}' if free > 0 else ''}."
        elif self.sittings:
            said = sentence(self.sittings[0].opened, self.labels).text.removeprefix("Talks open").rstrip(".")
            after = f" {capital(nobody)}." if free > 0 else ""
            yield f"Talks first opened on {self.date(opened)}, day {opened}{said}.{after}"

    # Talks that came to nothing -----------------------------------------------------------------------------

    def _failed_talks(self) -> Iterator[str]:
        failed = [talks for talks in self.talks if talks.ending != "agreed"]
        told = failed if len(failed) <= MOST_TOLD else [failed[0], failed[-1]]
        for talks in told:
            yield from self._failed(talks)
        if len(told) < len(failed):
            endings = Counter(talks.ending for talks in failed)
            shared = listed(f"{times} {spaced(ending)}" for ending, times in endings.items())
            yield f"In all, {counted(len(failed), 'set')} of talks came to nothing: {shared}."

    def _failed(self, talks: TalksRecord) -> Iterator[str]:
        labels, name = self.labels, self.track.track
        sitting = self._sitting(talks)
        moves = sitting.moves if sitting else []
        last = talks.ended_on if talks.ended_on != NEVER else self.record.horizon - 1
        how = {"blocked": "ended blocked", "impasse": "ended in impasse", "in_talks": "went on to the last day"}
        walked = next((e for e in moves if isinstance(e, log.TalksEnded) and e.party), None)
        ended = f"ended when {labels.party(walked.party)} walked out" if walked else how.get(talks.ending, "ended")
        text = f"Talks {talks.number}, {self.span(talks.opened_on, last)}, {counted(talks.rounds, 'round')}: {ended}."
        refused = [one for e in moves if isinstance(e, log.Refused) for one in e.conditions]
        if refused:
            text += f" They foundered on {conditions_text(name, refused, labels)}."
        yield text
        yield from self._last_offers(talks, moves)
        closed = next((e for e in reversed(moves) if isinstance(e, log.DayBlocked)), None)
        if closed is not None and closed.day == last:
            yield (
                f"On the last day {counted(closed.zone, 'package')} were worth enough to every side. Nearest to an"
                f" agreement: {package_text(closed.nearest)}; it failed"
                f" {conditions_text(name, closed.conditions, labels)}. To unlock it:"
                f" {unlocks_text(name, closed.unlocks, labels)}."
            )
        elif talks.ending == "impasse":
            yield capital(impasse_text(talks, labels))

    def _sitting(self, talks: TalksRecord) -> _Sitting | None:
        return next((sitting for sitting in self.sittings if sitting.opened.number == talks.number), None)

    def _last_offers(self, talks: TalksRecord, moves: Sequence[log.Entry]) -> Iterator[str]:
        """The best of what was put last before each side, and what it lacked for that side."""
        labels = self.labels
        for party in talks.parties:
            offers = [e for e in moves if isinstance(e, log.Offered) and e.party == party]
            if offers and not any(offer.packages for offer in offers):
                demanded = number(offers[-1].demanded)
                yield f"{labels.party(party)} put no package: none was worth the {demanded} that it demanded."
        for party in talks.parties:
            refused = [e for e in moves if isinstance(e, log.Refused) and e.party == party]
            if refused:
                last = refused[-1]
                put = f"{package_text(last.package)} was the best that {labels.party(last.proposer)} last put before"
                yield f"{capital(put)} {labels.party(party)}: {self._lacked(last)}."
        bridged = [e for e in moves if isinstance(e, log.Bridged) and e.refused_by]
        if bridged:
            last_bridge = bridged[-1]
            against = listed(labels.party(party) for party in last_bridge.refused_by)
            who = labels.mediator(last_bridge.mediator)
            yield f"{who} last proposed {package_text(last_bridge.package)}: refused by {against}."

    def _lacked(self, refused: log.Refused) -> str:
        """What a package lacked for who refused it; of a menu, what others' preconditions bar is refused as well."""
        short, failed = refused.demanded - refused.worth, list(refused.conditions)
        worth = f"worth {number(refused.worth)} to it, which demanded {number(refused.demanded)}"
        parts = [f"{worth} ({number(short)} short)" if short > 0 else f"{worth}, so enough"]
        if failed:
            names = (self.labels.whose(self.track.track, f"{c.holder}.{c.name}") for c in failed)
            parts.append(f"it failed {listed(names)}")
        elif short <= 0:
            parts.append("preconditions of others barred it")
        return "; ".join(parts)

    # Deals ------------------------------------------------------------------------------------------------

    def _deals(self) -> Iterator[str]:
        many = len(self.deals) > MOST_TOLD
        if many:
            endings = Counter(deal.ending for deal in self.deals)
            persons = [deal.persons for deal in self.deals]
            agreed, delivered = sum(p[0] for p in persons), sum(p[1] for p in persons)
            handed = f"; {number(delivered)} of {number(agreed)} captives agreed were handed over" if agreed else ""
            ended = listed(f"{times} {spaced(ending)}" for ending, times in endings.items())
            first, last = self.deals[0].agreed_on, self.deals[-1].agreed_on
            yield f"{counted(len(self.deals), 'deal')} were agreed {self.span(first, last)}: {ended}{handed}."
        for deal in self.deals:
            if not many or deal.ending != "completed":
                yield from self._deal(deal)

    def _deal(self, deal: DealRecord) -> Iterator[str]:
        via = "" if deal.via == "offer" else f", on the bridging proposal of {self.labels.mediator(deal.via)}"
        last = deal.ended_on if deal.ended_on != NEVER else self.record.horizon
        during = [e for e in self.entries if deal.agreed_on <= e.day <= last]
        ended = next((e for e in during if isinstance(e, log.DealEnded) and e.number == deal.number), None)
        text = f"Deal {deal.number}, agreed on {self.date(deal.agreed_on)}{via}: {package_text(deal.package)}."
        why = [
            e
            for e in during
            if isinstance(e, log.Left | log.Withheld) or (isinstance(e, log.Renewed) and not e.renewed)
        ]
        text += "".join(
            f" On {self.date(e.day)}: {sentence(e, self.labels).text}{self._ledger(e, during)}" for e in why
        )
        if ended is not None:
            text += f" {sentence(ended, self.labels).text.removesuffix('.')}, on {self.date(ended.day)}."
        else:
            text += " It is open on the last day."
        yield text

    def _ledger(self, entry: log.Entry, during: Sequence[log.Entry]) -> str:
        """What a party that leaves had alleged in its last days."""
        if not isinstance(entry, log.Left) or not entry.age:
            return ""
        alleged = sum(
            e.count for e in during
            if isinstance(e, log.Alleged) and e.by == entry.party and entry.day - LEDGER_DAYS < e.day <= entry.day
        )  # fmt: skip
        days = min(LEDGER_DAYS, entry.age + 1)
        return f" It had alleged {counted(alleged, 'violation')} in the last {counted(days, 'day')}."

    def _ending(self) -> str:
        last = {
            "never_opened": "no talks were held",
            "in_talks": "the horizon came while the parties talked",
            "impasse": "no package was worth every side's reservation when the last talks ended, or none was found",
            "blocked": "when the last talks ended, every package worth enough to all failed a precondition",
            "walkout": "a party walked out of the last talks",
        }
        why = last.get(self.track.ending, f"its first deal ended so: {spaced(self.track.ending)}")
        return f"How the track ends: {spaced(self.track.ending)} ({why})."

    # Refusals ---------------------------------------------------------------------------------------------

    def _refusals(self) -> Iterator[Refusal]:
        for sitting in self.sittings:
            found: dict[tuple[str, str], list[tuple[log.Refused, log.Condition | None]]] = {}
            for entry in sitting.moves:
                if isinstance(entry, log.Refused):
                    if entry.worth < entry.demanded:
                        found.setdefault((entry.party, ""), []).append((entry, None))
                    for each in entry.conditions:
                        found.setdefault((each.holder, f"{each.holder}.{each.name}"), []).append((entry, each))
            for (party, reason), times in found.items():
                days = [entry.day for entry, _ in times]
                conditions = [each for _, each in times if each is not None]
                asked, offered, missing = self._condition(conditions) if conditions else _worths([e for e, _ in times])
                yield Refusal(
                    self.track.track, sitting.opened.number, party, reason, "accepts", len(times), min(days), max(days),
                    asked, offered, missing,
                )  # fmt: skip

    def _later_refusals(self) -> Iterator[Refusal]:
        """What was held, withheld, left or not renewed over a precondition."""
        found: dict[tuple[str, str], list[tuple[int, log.Condition]]] = {}
        for entry in self.entries:
            if isinstance(entry, log.GateHeld | log.Withheld | log.Left | log.Renewed):
                for each in entry.conditions:
                    found.setdefault((each.gate, f"{each.holder}.{each.name}"), []).append((entry.day, each))
        for (gate, reason), times in found.items():
            days = [day for day, _ in times]
            asked, offered, missing = self._condition([each for _, each in times])
            held = self.track.held_by.get(reason, len(times)) if gate == "enters" else len(times)
            yield Refusal(
                self.track.track, 0, reason.partition(".")[0], reason, gate, held, min(days), max(days),
                asked, offered, missing,
            )  # fmt: skip

    def _condition(self, times: Sequence[log.Condition]) -> tuple[str, str, str]:
        """What a precondition asks for, what it met, and what was missing of it at best."""
        first = times[0]
        met = []
        for name in first.saw:
            amounts = [each.saw[name] for each in times if name in each.saw]
            numbers = [amount for amount in amounts if not isinstance(amount, str)]
            words = list(dict.fromkeys(spaced(amount) for amount in amounts if isinstance(amount, str)))
            text = listed([*([span(min(numbers), max(numbers))] if numbers else []), *words], "or")
            met.append(text if len(first.saw) == 1 else f"{seen_text(name, self.labels)} {text}")
        return expression_text(first.expression, self.labels), ", ".join(met), missing_of(times)


def missing_of(times: Sequence[log.Condition]) -> str:
    """What the nearest of some answers lacked of a bound, where the precondition compares one name with one number.

    >>> asked = log.Condition("watched", "east", "accepts", "proposal.monitoring >= 0.6", {"proposal.monitoring": 0.25})
    >>> missing_of([asked])
    '0.35'
    """
    match = _SIMPLE.fullmatch(times[0].expression)
    if match is None:
        return ""
    met = [each.saw[match["name"]] for each in times if match["name"] in each.saw]
    numbers = [amount for amount in met if not isinstance(amount, str)]
    if not numbers:
        return ""
    bound, below = float(match["bound"]), match["how"].startswith(">")
    return number(bound - max(numbers) if below else min(numbers) - bound)


def _worths(times: Sequence[log.Refused]) -> tuple[str, str, str]:
    """What a party demanded, what packages were worth to it, and what the nearest of them lacked."""
    asked = span(min(e.demanded for e in times), max(e.demanded for e in times))
    offered = span(min(e.worth for e in times), max(e.worth for e in times))
    return f"worth {asked}", offered, number(min(e.demanded - e.worth for e in times))


def _sittings(entries: Iterable[log.Entry]) -> Iterator[_Sitting]:
    """The log of a track cut into its sets of talks."""
    current: _Sitting | None = None
    for entry in entries:
        if isinstance(entry, log.TalksOpened):
            current = _Sitting(entry)
            yield current
        elif current is not None:
            current.moves.append(entry)


def refusal_rows(chapters: Sequence[Chapter], start: datetime.date, labels: Labels) -> list[Mapping[str, object]]:
    """Every refusal as a row of a table."""
    return [
        {
            "track": each.track, "talks": each.talks or "", "party": each.party, "precondition": each.reason,
            "label": labels.whose(each.track, each.reason) if each.reason else "worth",
            "gate": each.gate, "times": each.times,
            "first": (start + datetime.timedelta(days=each.first)).isoformat(),
            "last": (start + datetime.timedelta(days=each.last)).isoformat(),
            "asked": each.asked, "offered": each.offered, "missing": each.missing,
        }
        for chapter in chapters for each in chapter.refusals
    ]  # fmt: skip
