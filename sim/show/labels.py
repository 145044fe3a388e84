"""What pictures and prose call things: names of a case turned into words for a reader."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sim.engine.log import Condition
from sim.scenario.case import Case
from sim.show.words import capital, counted, listed, number, possessive, spaced

_NAME = re.compile(r"(?P<ledger>ledger)\.(?P<by>\w+)\((?P<days>\d+)\)|[A-Za-z_]\w*(?:\.\w+)*")
_COMPARISONS = {">=": "at least", "<=": "at most", "==": "exactly", "!=": "other than", ">": "above", "<": "below"}
_COMPARISON = re.compile("|".join(_COMPARISONS))
_WORDS = {"and", "or", "not", "min", "max", "true", "false"}


@dataclass(frozen=True, slots=True)
class Labels:
    """Words for the names of a case; a name without a label is spelled with spaces for underscores."""

    parties: Mapping[str, str] = field(default_factory=dict)
    mediators: Mapping[str, str] = field(default_factory=dict)
    tracks: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    preconditions: Mapping[str, str] = field(default_factory=dict)
    """By `track.party.name`."""

    def party(self, name: str) -> str:
        """The label of a party."""
        return self.parties.get(name) or spaced(name)

    def mediator(self, name: str) -> str:
        """The label of a mediator."""
        return self.mediators.get(name) or spaced(name)

    def track(self, name: str) -> str:
        """The label of a track, with a capital."""
        return capital(self.tracks.get(name) or spaced(name))

    def fact(self, name: str) -> str:
        """The label of a fact."""
        return self.facts.get(name) or spaced(name)

    def event(self, name: str) -> str:
        """The label of an event."""
        return self.events.get(name) or spaced(name)

    def precondition(self, track: str, holder: str, name: str) -> str:
        """The label of a precondition, without its holder."""
        return self.preconditions.get(f"{track}.{holder}.{name}") or spaced(name)

    def whose(self, track: str, condition: str) -> str:
        """A precondition (`party.name`) with its holder.

        >>> print(Labels(parties={"russia": "Russia"}).whose("ceasefire", "russia.no_rearming"))
        Russia's "no rearming"
        """
        holder, _, name = condition.partition(".")
        return f'{possessive(self.party(holder))} "{self.precondition(track, holder, name)}"'


def labels_of(case: Case) -> Labels:
    """The labels that a case gives."""
    return Labels(
        parties={party.name: party.label for party in case.parties},
        mediators={mediator.name: mediator.label for mediator in case.mediators},
        tracks={track.name: track.label for track in case.tracks},
        facts={fact.name: fact.label for fact in case.facts},
        events={event.name: event.label for event in case.events},
        preconditions={
            f"{track.name}.{case.parties[condition.holder].name}.{condition.name}": condition.label
            for track in case.tracks
            for condition in track.preconditions
        },
    )


def seen_text(name: str, labels: Labels) -> str:
    """What a name in an expression stands for, in words.

    >>> seen_text("held.russia.ukraine.able", Labels())
    'able of ukraine held by russia'
    """
    match = _NAME.fullmatch(name)
    if match and match["ledger"]:
        return f"violations alleged by {labels.party(match['by'])} in {counted(int(match['days']), 'day')}"
    match name.split("."):
        case ["proposal", issue]:
            text = spaced(issue)
        case ["agreed" | "delivered" as what, step, *giver]:
            text = f"{spaced(step)} {what}" + "".join(f" by {labels.party(party)}" for party in giver)
        case ["held", holder, of, category]:
            text = f"{spaced(category)} of {labels.party(of)} held by {labels.party(holder)}"
        case ["assets", party, asset]:
            text = f"{spaced(asset)} of {labels.party(party)}"
        case ["weariness" | "strength" as what, party]:
            text = f"{what} of {labels.party(party)}"
        case ["trust", party, other]:
            text = f"trust of {labels.party(party)} in {labels.party(other)}"
        case ["leverage", mediator]:
            text = f"leverage of {labels.mediator(mediator)}"
        case ["track", track, "deals"]:
            text = f"deals on {labels.track(track)}"
        case ["track", track, "in_force"]:
            text = f"{labels.track(track)} in force"
        case ["track", track, what] | [what, track] if track in labels.tracks:
            text = f"{spaced(what)} of {labels.track(track)}"
        case [*_, fact]:
            text = labels.fact(fact)
    return text


def expression_text(expression: str, labels: Labels) -> str:
    """An expression in words.

    >>> expression_text("proposal.rearm_cap >= 0.8 and day > 3", Labels())
    'rearm cap at least 0.8 and day above 3'
    """
    worded = _NAME.sub(lambda m: m[0] if m[0] in _WORDS else seen_text(m[0], labels), expression)
    return " ".join(_COMPARISON.sub(lambda m: f" {_COMPARISONS[m[0]]} ", worded).split())


def condition_text(track: str, condition: Condition, labels: Labels) -> str:
    """A precondition in words: whose it is, what it asks for and what it met.

    >>> asked = Condition("monitored", "russia", "accepts", "proposal.monitoring >= 0.6", {"proposal.monitoring": 0.3})
    >>> print(condition_text("ceasefire", asked, Labels(parties={"russia": "Russia"})))
    Russia's "monitored" (asks for monitoring at least 0.6; was offered 0.3)
    """
    whose = labels.whose(track, f"{condition.holder}.{condition.name}")
    asks = f"asks for {expression_text(condition.expression, labels)}"
    if not condition.saw:
        return f"{whose} ({asks})"
    offered = all(name.startswith("proposal.") for name in condition.saw)
    alone = len(condition.saw) == 1
    met = ", ".join(
        number(amount) if alone else f"{seen_text(name, labels)} {number(amount)}"
        for name, amount in condition.saw.items()
    )
    return f"{whose} ({asks}; {'was offered' if offered else 'found'} {met})"


def conditions_text(track: str, conditions: Iterable[Condition], labels: Labels) -> str:
    """Several preconditions in words."""
    return listed(condition_text(track, condition, labels) for condition in conditions)


def unlocks_text(track: str, unlocks: Iterable[tuple[str, ...]], labels: Labels) -> str:
    """What would open the zone of agreement: minimal sets of preconditions, as alternatives.

    >>> print(unlocks_text("t", [("a.x",), ("a.y", "b.z")], Labels()))
    a's "x"; or a's "y" together with b's "z"
    """
    return "; or ".join(
        " together with ".join(labels.whose(track, condition) for condition in members) for members in unlocks
    )
