"""Who said what: claims and documents of a scenario, in words, with who says otherwise beside them."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.scenario.claims import MONTH, Claim, ClaimsFile, load_claims
from sim.scenario.reading import Reading
from sim.scenario.schema.course import Observation
from sim.scenario.values import Status, Value
from sim.show.labels import Labels
from sim.show.words import capital, date_text, listed, number, spaced, span


@dataclass(frozen=True, slots=True)
class Source:
    """A document."""

    title: str
    published: str
    url: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One claim in words."""

    what: str
    figure: str
    by: str
    on: str
    document: str
    disputed: tuple[str, ...]
    """Who says otherwise, and what."""


@dataclass(frozen=True)
class Evidence:
    """What stands behind a case; under a skin, nothing."""

    claims: Mapping[str, Claim] = field(default_factory=dict)
    """As the scenario cites them: `source.claim`."""
    documents: Mapping[str, Source] = field(default_factory=dict)
    """By the name under which the scenario cites them."""
    identities: Mapping[str, str] = field(default_factory=dict)
    """A document's own identity by that name: other files of claims refer to it."""
    about: str = ""
    abouts: Mapping[str, str] = field(default_factory=dict)
    """What the file says of parties, mediators, others and tables, by name."""
    observed: tuple[Observation, ...] = ()

    def known(self, reference: str) -> bool:
        """Whether there is such a claim."""
        return reference in self.claims

    def said(self, reference: str) -> Said:
        """A claim in words."""
        claim, source = self.claims[reference], reference.rpartition(".")[0]
        disputed = [self._otherwise(other) for other in self._disputing(reference)]
        unit = f" {claim.unit}" if claim.unit else ""
        return Said(
            what=claim.what,
            figure="" if claim.value is None else f"{_figure(claim.value)}{unit}",
            by=claim.by,
            on=_when(claim.on),
            document=self.documents[source].title,
            disputed=tuple(disputed),
        )

    def short(self, reference: str) -> str:
        """Who says it, when, and who says otherwise, in brackets; empty where nobody is named."""
        if not self.known(reference):
            return ""
        said = self.said(reference)
        disputed = f"; disputed: {'; '.join(said.disputed)}" if said.disputed else ""
        return f"{said.by}{f', {said.on}' if said.on else ''}{disputed}"

    def origin(self, value: Value) -> str:
        """Who stands behind a number."""
        if value.claims and self.known(value.claims[0]):
            return f"says {self.short(value.claims[0])}" + self._others(value)
        match value.status:
            case Status.REPORTED:
                return f"says {value.by}{f', {_when(value.date)}' if value.date else ''}"
            case Status.ASSUMED:
                between = f", between {span(value.low, value.high)}".replace(" to ", " and ") if value.uncertain else ""
                return f"assumed for this exercise{between}"
            case Status.DERIVED | Status.CALIBRATED:
                return f"{value.status.value} for this exercise"
        return ""

    def known_by(self, day: datetime.date) -> tuple[Said, ...]:
        """Claims about days up to one, from the oldest: a claim without a day counts by its document."""
        dated = [(self._day(reference), reference) for reference in self.claims]
        return tuple(self.said(reference) for when, reference in sorted(dated) if when <= day.isoformat())

    def _day(self, reference: str) -> str:
        on = self.claims[reference].on
        return str(on) if on else self.documents[reference.rpartition(".")[0]].published

    def _others(self, value: Value) -> str:
        told = set(self._disputing(value.claims[0]))
        others = [self._otherwise(other) for other in value.claims[1:] if self.known(other) and other not in told]
        return f"; otherwise: {'; '.join(others)}" if others else ""

    def _otherwise(self, reference: str) -> str:
        claim = self.claims[reference]
        figure = "" if claim.value is None else f" ({_figure(claim.value)}{f' {claim.unit}' if claim.unit else ''})"
        return f"{claim.by} says otherwise: {claim.what}{figure}"

    def _disputing(self, reference: str) -> list[str]:
        """Claims that say otherwise, whichever of the two says so."""
        mine, own = self.claims[reference], self._identity(reference)
        return [
            other
            for other, claim in self.claims.items()
            if other != reference and (own in claim.disagrees or self._identity(other) in mine.disagrees)
        ]

    def _identity(self, reference: str) -> str:
        source, _, claim = reference.rpartition(".")
        return f"{self.identities.get(source, source)}.{claim}"


def evidence_of(reading: Reading) -> Evidence:
    """What stands behind a scenario, from the files that it cites."""
    scenario = reading.scenario
    documents, identities = dict[str, Source](), dict[str, str]()
    for name, source in scenario.sources.items():
        if source.claims is None:
            documents[name] = Source(source.title, str(source.published or ""), source.url)
            continue
        document = _loaded(reading, source.claims).document
        documents[name] = Source(document.title, str(document.published), document.url, document.kind)
        identities[name] = document.id
    parts = (scenario.parties, scenario.mediators, scenario.others, scenario.tracks)
    return Evidence(
        claims=reading.claims,
        documents=documents,
        identities=identities,
        about=scenario.about,
        abouts={name: part.about for group in parts for name, part in group.items() if part.about},
        observed=tuple(scenario.observed),
    )


def _loaded(reading: Reading, file: str) -> ClaimsFile:
    return load_claims(reading.resolve(file))


@dataclass(frozen=True, slots=True)
class Happened:
    """What is said to have happened."""

    when: str
    table: str
    what: str
    by: str
    disputed: tuple[str, ...]
    note: str


def happened(evidence: Evidence, labels: Labels) -> tuple[Happened, ...]:
    """What was observed, each with who says so and who says otherwise; nothing under a skin."""
    told = []
    for seen in evidence.observed:
        parts = [
            f"agreed: {_terms(seen.agreed)}" if seen.agreed else "",
            f"delivered: {_terms(seen.delivered)}" if seen.delivered else "",
            f"from {date_text(seen.starts)}" if seen.starts else "",
            f"until {date_text(seen.ended)}" if seen.ended else "",
            f"ending: {spaced(seen.ending)}" if seen.ending else "",
            _alleged(seen, labels),
        ]
        disputed = [evidence.claims[other].what for other in seen.disputed_by if evidence.known(other)]
        told.append(
            Happened(
                when=date_text(seen.date),
                table=labels.track(seen.track),
                what=capital("; ".join(filter(None, parts))),
                by=evidence.short(seen.claim) if seen.claim else "",
                disputed=tuple(
                    f"{evidence.claims[other].by}: {what}"
                    for other, what in zip([o for o in seen.disputed_by if evidence.known(o)], disputed, strict=True)
                ),
                note=" ".join(seen.note.split()),
            )
        )
    return tuple(told)


def _alleged(seen: Observation, labels: Labels) -> str:
    each = [f"{number(value.middle)} by {labels.party(party)}" for party, value in seen.alleged.items()]
    return f"violations alleged: {listed(each)}" if each else ""


def _terms(terms: Mapping[str, object]) -> str:
    return listed(f"{spaced(name)} {value}" for name, value in terms.items())


def _figure(value: object) -> str:
    if isinstance(value, datetime.date):
        return date_text(value)
    return number(float(value)) if isinstance(value, int | float) else str(value)


def _when(on: object) -> str:
    if isinstance(on, datetime.date):
        return date_text(on)
    text = str(on or "")
    return f"{datetime.date.fromisoformat(f'{text}-01'):%B %Y}" if MONTH.fullmatch(text) else text
