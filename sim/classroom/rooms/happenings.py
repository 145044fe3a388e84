"""What all in a room may know of what happens: the event log of the run without what somebody holds back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.engine import log
from sim.scenario.case import Case
from sim.show.labels import Labels
from sim.show.sentences import sentence
from sim.show.words import agree, capital, counted, listed, number, package_text, spaced
from sim.terms import Protocol

HELD_BACK = ("trust", "weariness", "strength", "leverage", "ledger")
"""What a name in an expression begins with, where its value is its holder's own to know."""

UNTOLD = (log.Offered, log.Refused, log.DayBlocked, log.Violated)
"""Entries that are wholly somebody's own, or the model's alone."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened, as those read it who may."""

    day: int
    track: str
    kind: str
    text: str
    only_for: str = ""
    """The one seat that may read it, besides the instructor; empty for all."""
    deed: str = ""
    """Who did it, where it was done by somebody in a seat."""


def tell(case: Case, entry: log.Entry, labels: Labels) -> Happening | None:
    """An entry of the event log as all may read it; None where nobody may, or where the table shows it."""
    text = _own_words(entry, labels)
    if isinstance(entry, log.Offered) and entry.package and _alternates(case, entry.track):
        text = f"{agree(labels.party(entry.party), 'offers~')} {package_text(entry.package)}."
    if text is not None:
        return Happening(entry.day, entry.track, _kind(entry), text)
    shown = None if isinstance(entry, UNTOLD) else _without_secrets(case, entry)
    if shown is None:
        return None
    said = sentence(shown, labels)
    return Happening(entry.day, entry.track, str(said.kind), said.text)


def _alternates(case: Case, track: str) -> bool:
    return any(each.name == track and each.protocol is Protocol.ALTERNATING for each in case.tracks)


def _kind(entry: log.Entry) -> str:
    return {log.Alleged: "ledger", log.Bridged: "talks", log.Offered: "offer"}.get(type(entry), "delivery")


def _own_words(entry: log.Entry, labels: Labels) -> str | None:
    """Entries that a timeline does not tell one by one."""
    match entry:
        case log.Alleged():
            times = counted(entry.count, "violation")
            return f"{agree(labels.party(entry.by), 'alleges~')} {times} by {labels.party(entry.against)}."
        case log.Bridged():
            refused = [labels.party(party) for party in entry.refused_by]
            answer = f"refused by {listed(refused)}" if refused else "accepted by all"
            return capital(
                f"{agree(labels.mediator(entry.mediator), 'proposes~')} {package_text(entry.package)}: {answer}."
            )
        case log.Withheld(why="default"):
            return f'{agree(labels.party(entry.giver), "does~")} not deliver "{spaced(entry.step)}".'
        case log.Delivered():
            what = f"{number(entry.delivered)} {labels.good(entry.what)}"
            due = f" ({number(entry.due)} were due)" if entry.delivered < entry.due else ""
            by = f"{labels.third(entry.escrow)}, with whom it was deposited," if entry.escrow else ""
            giver, receiver = labels.party(entry.giver), labels.party(entry.receiver)
            to = f", into the custody of {labels.third(entry.to)}" if entry.to else ""
            gesture = ", as a gesture" if entry.gesture else ""
            return capital(f"{agree(by or giver, 'hands~')} {receiver} {what}{to}{gesture}{due}.")
    return None


def _without_secrets(case: Case, entry: log.Entry) -> log.Entry | None:  # noqa: PLR0911 - by kind
    """The entry without numbers and names that are somebody's own to know."""
    match entry:
        case log.EventOccurred():
            shown = {path: level for path, level in entry.effects.items() if path.split(".")[0] not in HELD_BACK}
            return replace(entry, effects=shown)
        case log.PreconditionDropped():
            return entry if is_public(case, entry.track, entry.party, entry.condition) else None
        case log.GateHeld():
            held = _public(case, entry.track, entry.conditions)
            return replace(entry, conditions=held) if held or not entry.conditions else None
        case log.TalksEnded():
            ending = "impasse" if entry.ending == "blocked" else entry.ending
            if ending == "walkout" and not entry.party:
                ending = "ended by an event"
            return replace(entry, unlocks=(), ending=ending)
        case log.Agreed():
            return replace(entry, worths={}, inducements={})
        case log.Withheld() | log.Left() | log.Renewed():
            return replace(entry, conditions=_public(case, entry.track, entry.conditions))
    return entry


def _public(case: Case, track: str, conditions: Sequence[log.Condition]) -> tuple[log.Condition, ...]:
    return tuple(
        replace(
            condition, saw={name: seen for name, seen in condition.saw.items() if name.split(".")[0] not in HELD_BACK}
        )
        for condition in conditions
        if is_public(case, track, condition.holder, condition.name)
    )


def is_public(case: Case, track: str, holder: str, name: str) -> bool:
    """Whether a precondition of a track is public."""
    return any(
        condition.public and condition.name == name and case.parties[condition.holder].name == holder
        for each in case.tracks
        if each.name == track
        for condition in each.preconditions
    )
