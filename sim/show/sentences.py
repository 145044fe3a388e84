"""One entry of an event log as one sentence."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from functools import singledispatch
from typing import NamedTuple

from sim.engine import log
from sim.show.labels import Labels, conditions_text, seen_text, unlocks_text
from sim.show.words import agree, capital, counted, listed, number, package_text, plural, spaced


class Kind(StrEnum):
    """What a line of the timeline is about."""

    EVENT = "event"
    ACT = "act"
    GATE = "gate"
    PRECONDITION = "precondition"
    TALKS = "talks"
    BLOCKED = "blocked"
    AGREEMENT = "agreement"
    DEAL = "deal"
    DELIVERY = "delivery"
    GESTURE = "gesture"
    LEDGER = "ledger"
    RENEWAL = "renewal"


class Severity(IntEnum):
    """How much a line changes the story."""

    DETAIL = 0
    STEP = 1
    TURN = 2


class Sentence(NamedTuple):
    """What there is to say about an entry."""

    kind: Kind
    severity: Severity
    text: str
    claim: str = ""
    """The claim that the entry rests on, as the scenario cites it."""


_DEAL_ENDINGS = {
    "never_started": "was never started",
    "superseded": "is superseded by another deal",
    "defaulted": "ends in default",
    "broken": "is broken",
    "short": "ends with less delivered than agreed",
    "expired": "expires",
    "completed": "is completed",
    "open_at_horizon": "is still open on the last day",
}


@singledispatch
def sentence(entry: log.Entry, labels: Labels) -> Sentence:
    """The entry as a sentence; raises TypeError for a kind of entry that is not told on its own."""
    raise TypeError(f"{type(entry).__name__} is not told on its own")


@sentence.register
def _(entry: log.EventOccurred, labels: Labels) -> Sentence:
    text = f"Event: {entry.label or labels.event(entry.event)}."
    if entry.effects:
        effects = (f"{seen_text(path, labels)} {number(level)}" for path, level in entry.effects.items())
        text += f" Now {listed(effects)}."
    if entry.opens:
        text += f" It calls the parties to talks: {listed(labels.track(track) for track in entry.opens)}."
    return Sentence(Kind.EVENT, Severity.TURN, text, entry.claim)


@sentence.register
def _(entry: log.ActDeclared, labels: Labels) -> Sentence:
    party = labels.party(entry.party)
    text = f"{agree(party, 'does~ the same' if entry.mirrors else 'acts~ alone')}: {entry.label}"
    if entry.days:
        text += f", {counted(entry.days, 'day')} of restraint over {_scope(entry.scope)}"
    return Sentence(Kind.ACT, Severity.TURN, f"{text}.", entry.claim)


@sentence.register
def _(entry: log.ActEnded, labels: Labels) -> Sentence:
    return Sentence(Kind.ACT, Severity.STEP, f"The restraint runs out: {entry.label}.")


@sentence.register
def _(entry: log.PreconditionDropped, labels: Labels) -> Sentence:
    what = labels.precondition(entry.track, entry.party, entry.condition)
    return Sentence(
        Kind.PRECONDITION,
        Severity.TURN,
        f'{agree(labels.party(entry.party), "drops~ its~ precondition")} "{what}" for good.',
    )


@sentence.register
def _(entry: log.GateHeld, labels: Labels) -> Sentence:
    if not entry.conditions:
        return Sentence(Kind.GATE, Severity.STEP, "No entry precondition stands in the way of talks any more.")
    held = conditions_text(entry.track, entry.conditions, labels)
    return Sentence(Kind.GATE, Severity.STEP, f"Talks cannot open; in the way: {held}.")


@sentence.register
def _(entry: log.TalksOpened, labels: Labels) -> Sentence:
    if entry.by == "direct":
        convened = "directly between the parties"
    elif entry.by in labels.events:
        convened = f"on the event {labels.event(entry.by)}"
    else:
        who = labels.mediator(entry.by)
        convened = f"with {who} as {'mediators' if plural(who) else 'mediator'}"
    again = f" again (number {entry.number})" if entry.number > 1 else ""
    text = f"Talks open{again}, {convened}; {agree(labels.party(entry.proposer), 'proposes~ first')}."
    return Sentence(Kind.TALKS, Severity.STEP, text)


@sentence.register
def _(entry: log.TalksEnded, labels: Labels) -> Sentence:
    if entry.ending == "walkout":
        return Sentence(Kind.TALKS, Severity.TURN, f"{agree(labels.party(entry.party), 'walks~ out of the talks')}.")
    if entry.ending == "impasse":
        text = "Talks end in impasse: the rounds ran out without a package that every side took."
    elif entry.ending == "blocked":
        text = "Talks end blocked: packages worth enough to every side existed, and each failed a precondition."
    else:
        text = f"Talks end: {spaced(entry.ending)}."
    if entry.unlocks:
        text += f" To unlock them: {unlocks_text(entry.track, entry.unlocks, labels)}."
    return Sentence(Kind.TALKS, Severity.TURN, text)


@sentence.register
def _(entry: log.Agreed, labels: Labels) -> Sentence:
    via = "" if entry.via == "offer" else f", on the bridging proposal of {labels.mediator(entry.via)}"
    text = f"Agreed: {package_text(entry.package)}{via}{inducements_text(entry.inducements, labels)}."
    if entry.settled:
        counts = (
            f"{agree(labels.party(one.giver), 'is~ to give')} {labels.party(one.receiver)} "
            f"{labels.amount(one.amount, one.what)}"
            for one in entry.settled
        )
        text += f" By what is held today, {listed(counts)}."
    if entry.begins > entry.day:
        text += f" It begins in {counted(entry.begins - entry.day, 'day')}."
    return Sentence(Kind.AGREEMENT, Severity.TURN, text)


@sentence.register
def _(entry: log.DealBegan, labels: Labels) -> Sentence:
    text = "The deal begins"
    if entry.truce_days:
        length = "without an end" if entry.without_end else f"of {counted(entry.truce_days, 'day')}"
        text = f"A truce {length} over {_scope(entry.scope)} begins"
    if entry.grants:
        granted = listed(f"{labels.fact(fact)} {number(level)}" for fact, level in entry.grants.items())
        text += f"; while it is in force: {granted}"
    return Sentence(Kind.DEAL, Severity.TURN if entry.truce_days else Severity.STEP, f"{text}.")


@sentence.register
def _(entry: log.Deposited, labels: Labels) -> Sentence:
    what = f"{labels.amount(entry.deposited, entry.what)} for {labels.party(entry.receiver)}"
    text = f"{agree(labels.party(entry.giver), 'deposits~')} {what} with {labels.third(entry.by)}"
    if entry.deposited < entry.due:
        return Sentence(Kind.DELIVERY, Severity.TURN, f"{text} ({number(entry.due)} were due).")
    return Sentence(Kind.DELIVERY, Severity.STEP, f"{text}.")


@sentence.register
def _(entry: log.GivenBack, labels: Labels) -> Sentence:
    what = labels.amount(entry.amount, entry.what)
    text = f"{agree(labels.third(entry.by), 'gives~')} {what} back to {labels.party(entry.giver)}."
    return Sentence(Kind.DELIVERY, Severity.TURN, capital(text))


@sentence.register
def _(entry: log.Withheld, labels: Labels) -> Sentence:
    giver, step = labels.party(entry.giver), spaced(entry.step)
    if entry.why == "condition":
        unmet = (
            conditions_text(entry.track, entry.conditions, labels) if entry.conditions else "the step's own condition"
        )
        text = f'{agree(giver, "withholds~")} "{step}"; unmet: {unmet}'
    elif entry.why == "stock":
        text = agree(giver, f'cannot deliver "{step}": it~ no longer holds~ enough')
    else:
        why = "it~ defaults~ on the day, though it~ could deliver and nothing bars it"
        text = agree(giver, f'does~ not deliver "{step}": {why}')
    return Sentence(Kind.DELIVERY, Severity.TURN, f"{text}.")


@sentence.register
def _(entry: log.Suspended, labels: Labels) -> Sentence:
    return Sentence(Kind.DEAL, Severity.TURN, f'The deal is suspended until "{spaced(entry.step)}" is done.')


@sentence.register
def _(entry: log.Resumed, labels: Labels) -> Sentence:
    return Sentence(Kind.DEAL, Severity.TURN, f'The deal goes on: "{spaced(entry.step)}" is done.')


@sentence.register
def _(entry: log.Left, labels: Labels) -> Sentence:
    party = labels.party(entry.party)
    text = agree(party, f"leaves~ the truce on its day {entry.age + 1}" if entry.age else "never starts~ the truce")
    if entry.conditions:
        text += f"; unmet: {conditions_text(entry.track, entry.conditions, labels)}"
    return Sentence(Kind.DEAL, Severity.TURN, f"{text}.")


@sentence.register
def _(entry: log.Renewed, labels: Labels) -> Sentence:
    if entry.renewed:
        terms = f": {package_text(entry.package)}" if entry.package else ""
        return Sentence(Kind.RENEWAL, Severity.TURN, f"The truce is renewed{terms}.")
    text = "The truce is not renewed"
    if entry.refused_by:
        text += f": {listed(labels.party(party) for party in entry.refused_by)} refused"
    if entry.conditions:
        text += f"; unmet: {conditions_text(entry.track, entry.conditions, labels)}"
    return Sentence(Kind.RENEWAL, Severity.TURN, f"{text}.")


@sentence.register
def _(entry: log.DealEnded, labels: Labels) -> Sentence:
    text = f"The deal {_DEAL_ENDINGS.get(entry.ending, f'ends: {spaced(entry.ending)}')}"
    if entry.party:
        text += f" by {labels.party(entry.party)}"
    if entry.days_in_force > 1:
        text += f", after {counted(entry.days_in_force, 'day')} in force"
    return Sentence(Kind.DEAL, Severity.TURN, f"{text}.")


@sentence.register
def _(entry: log.RestraintLingered, labels: Labels) -> Sentence:
    days = counted(max(1, round(entry.restraint_days)), "day")
    text = f"Restraint outlives it: over {_scope(entry.scope)} at first, little more than a third of that after {days}."
    return Sentence(Kind.DEAL, Severity.STEP, text)


def inducements_text(inducements: Mapping[str, float], labels: Labels) -> str:
    """What a mediator promises whom, as part of a sentence; empty where it promises nothing."""
    parts = [f"{number(amount)} to {labels.party(party)}" for party, amount in inducements.items() if amount > 0]
    return f", with an inducement of worth {listed(parts)}" if parts else ""


def _scope(scope: float) -> str:
    return "all of the fighting" if scope >= 1 else f"{scope:.0%} of the fighting"
