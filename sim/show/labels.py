"""What pictures and prose call things: names of a case turned into words for a reader."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sim.engine.log import Condition
from sim.scenario.case import Case
from sim.show.words import capital, counted, cut, listed, number, persons, possessive, spaced, span

MOST_SETS = 3
"""Alternatives that a sentence names."""
_NAME = re.compile(r"(?P<ledger>ledger)\.(?P<by>\w+)\((?P<days>\d+)\)|[A-Za-z_]\w*(?:\.\w+)*")
_COMPARISONS = {">=": "at least", "<=": "at most", "==": "exactly", "!=": "other than", ">": "above", "<": "below"}
_COMPARISON = re.compile("|".join(_COMPARISONS))
_WORDS = {"and", "or", "not", "min", "max", "true", "false"}


@dataclass(frozen=True, slots=True)
class Labels:
    """Words for the names of a case; a name without a label is spelled with spaces for underscores."""

    parties: Mapping[str, str] = field(default_factory=dict)
    mediators: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    tracks: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    acts: Mapping[str, str] = field(default_factory=dict)
    goods: Mapping[str, str] = field(default_factory=dict)
    """Categories of captives and assets; an asset with its unit."""
    assets: Mapping[str, str] = field(default_factory=dict)
    """Those of `goods` that are no persons."""
    preconditions: Mapping[str, str] = field(default_factory=dict)
    """By `track.party.name`."""

    def party(self, name: str) -> str:
        """The label of a party."""
        return self.parties.get(name) or spaced(name)

    def mediator(self, name: str) -> str:
        """The label of a mediator."""
        return self.mediators.get(name) or spaced(name)

    def third(self, name: str) -> str:
        """The label of a mediator, or of a state or organisation that does not negotiate."""
        return self.others.get(name) or self.mediator(name)

    def track(self, name: str) -> str:
        """The label of a track, or of an act that stands in a track's place, with a capital."""
        return capital(self.tracks.get(name) or self.acts.get(name) or spaced(name))

    def fact(self, name: str) -> str:
        """The label of a fact."""
        return self.facts.get(name) or spaced(name)

    def event(self, name: str) -> str:
        """The label of an event."""
        return self.events.get(name) or spaced(name)

    def good(self, name: str) -> str:
        """The label of what is handed over: a category of captives, or an asset."""
        return self.goods.get(name) or spaced(name)

    def amount(self, count: float, name: str) -> str:
        """So much of what is handed over."""
        return f"{number(count)} {self.good(name)}" if name in self.assets else persons(count, self.good(name))

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

    def short(self, most: int) -> "Labels":
        """The same for a narrow place: parties and tracks in at most so many characters.

        Labels that would come out alike are replaced by the names of the case.

        >>> Labels(parties={"a": "The Northern Provinces", "b": "South"}).short(14).parties
        {'a': 'The Northern…', 'b': 'South'}
        """
        return replace(self, parties=_short(self.parties, most), tracks=_short(self.tracks, most))


def _short(labels: Mapping[str, str], most: int) -> dict[str, str]:
    cuts = {name: cut(label, most) for name, label in labels.items()}
    told = list(cuts.values())
    return {
        name: text if text == labels[name] or told.count(text) == 1 else cut(spaced(name), most)
        for name, text in cuts.items()
    }


def labels_of(case: Case) -> Labels:
    """The labels that a case gives."""
    return Labels(
        parties={party.name: party.label for party in case.parties},
        mediators={mediator.name: mediator.label for mediator in case.mediators},
        others=dict(case.others),
        tracks={track.name: track.label for track in case.tracks},
        facts={fact.name: fact.label for fact in case.facts},
        events={event.name: event.label for event in case.events},
        acts={act.name: act.label for act in case.acts},
        goods=dict(case.goods),
        assets={name: label for name, label in case.goods if name in case.assets},
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
        case ["weariness" | "strength" | "tariff" as what, of]:
            text = f"{what} of {labels.party(of)}"
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


def conditions_text(track: str, conditions: Iterable[Condition], labels: Labels, known: Collection[str] = ()) -> str:
    """Preconditions in words, each once: whose it is, what it asks for and what it met, as a range if that varied.

    Those `known` (`party.name`) have been spelled out before: what they ask for is left out.

    >>> asked = Condition("monitored", "russia", "accepts", "proposal.monitoring >= 0.6", {"proposal.monitoring": 0.3})
    >>> print(conditions_text("ceasefire", [asked], Labels(parties={"russia": "Russia"})))
    Russia's "monitored" (asks for monitoring at least 0.6; was offered 0.3)
    """
    asked: dict[str, list[Condition]] = {}
    for condition in conditions:
        asked.setdefault(f"{condition.holder}.{condition.name}", []).append(condition)
    return listed(_asked_text(track, name, each, labels, name in known) for name, each in asked.items())


def _asked_text(track: str, name: str, asked: Sequence[Condition], labels: Labels, known: bool) -> str:
    condition = asked[0]
    told = [] if known else [f"asks for {expression_text(condition.expression, labels)}"]
    if condition.saw:
        offered = all(seen.startswith("proposal.") for seen in condition.saw)
        told.append(f"{'was offered' if offered else 'found'} {_met(asked, labels)}")
    return labels.whose(track, name) + (f" ({'; '.join(told)})" if told else "")


def _met(asked: Sequence[Condition], labels: Labels) -> str:
    parts = []
    for name in asked[0].saw:
        amounts = [each.saw[name] for each in asked if name in each.saw]
        what = "" if len(asked[0].saw) == 1 else f"{seen_text(name, labels)} "
        parts.append(what + _amounts_text(amounts))
    return ", ".join(parts)


def _amounts_text(amounts: Sequence[float | str]) -> str:
    """Numbers as a range, words one by one.

    >>> _amounts_text([0.3, 0.0]), _amounts_text(["long_range", "complete", "long_range"])
    ('0 to 0.3', 'long range or complete')
    """
    numbers = [amount for amount in amounts if not isinstance(amount, str)]
    words = dict.fromkeys(spaced(amount) for amount in amounts if isinstance(amount, str))
    return listed([*([span(min(numbers), max(numbers))] if numbers else []), *words], "or")


def unlocks_text(track: str, unlocks: Sequence[tuple[str, ...]], labels: Labels) -> str:
    """What would open the zone of agreement: minimal sets of preconditions as alternatives, MOST_SETS at most.

    >>> print(unlocks_text("t", [("a.x",), ("a.y", "a.z", "b.w")], Labels()))
    a's "x"; or a's "y" and "z" with b's "w"
    """
    told = [" with ".join(_by_holder(track, members, labels)) for members in unlocks[:MOST_SETS]]
    if len(unlocks) > MOST_SETS:
        told.append(counted(len(unlocks) - MOST_SETS, "other set"))
    return "; or ".join(told)


def _by_holder(track: str, members: Iterable[str], labels: Labels) -> Iterator[str]:
    held: dict[str, list[str]] = {}
    for member in members:
        holder, _, name = member.partition(".")
        held.setdefault(holder, []).append(f'"{labels.precondition(track, holder, name)}"')
    for holder, names in held.items():
        yield f"{possessive(labels.party(holder))} {listed(names)}"
