"""Who said what: the claims that a scenario cites, the documents that they stand in, and what is said otherwise."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sim.scenario.claims import Claim, InvalidClaims, load_claims
from sim.scenario.reading import Reading
from sim.scenario.schema.kinds import Part
from sim.scenario.values import Status, Value
from sim.show.words import date_text, number

_REFERENCE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_NUMBERS = {Status.REPORTED: "reported by", Status.DISPUTED: "disputed; in use is what is said by"}


@dataclass(frozen=True, slots=True)
class Document:
    """A document, as a reader looks for it."""

    number: int
    """By which the text refers to it, from 1."""
    title: str
    published: str
    url: str = ""

    @property
    def text(self) -> str:
        """Its number, title and day, and where it is."""
        day = f", {self.published}" if self.published else ""
        return " ".join(filter(None, (f"[{self.number}] “{self.title}”{day}.", self.url)))


@dataclass(frozen=True, slots=True)
class Said:
    """A claim and where it stands."""

    claim: Claim
    document: Document

    @property
    def what(self) -> str:
        """What is claimed, and the figure."""
        value = _figure(self.claim.value)
        return f"{self.claim.what}: {f'{value} {self.claim.unit}'.strip()}" if value else self.claim.what

    @property
    def by(self) -> str:
        """Who says it, of when, and where."""
        day = f", {_when(self.claim.on)}" if self.claim.on else ""
        return f"{self.claim.by}{day} [{self.document.number}]"


class Sources:
    """The claims of a scenario by their names there (`source.claim`), and those that disagree with them."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.documents: dict[str, Document] = {}
        """By name of the source in the scenario."""
        self.all: list[Document] = []
        """Those that disagree with them included."""
        self._files: dict[str, dict[str, Said]] = {}
        self._folders: list[Path] = []
        for name, source in reading.scenario.sources.items():
            if source.claims is None:
                day = date_text(source.published) if source.published else ""
                self.documents[name] = self._listed(source.title, day, source.url)
            else:
                file = reading.resolve(source.claims)
                self.documents[name] = self._load(file)
                self._folders.append(file.parent)

    def _load(self, file: Path) -> Document:
        found = load_claims(file)
        told = found.document
        document = self._listed(told.title, date_text(told.published), told.url)
        self._files[told.id] = {name: Said(claim, document) for name, claim in found.claims.items()}
        return document

    def _listed(self, title: str, published: str, url: str) -> Document:
        document = Document(len(self.all) + 1, title, published, url)
        self.all.append(document)
        return document

    def said(self, name: str) -> Said:
        """A claim by its name in the scenario."""
        return Said(self.reading.claims[name], self.documents[name.partition(".")[0]])

    def by(self, name: str | None) -> str:
        """Who made a claim, of when and where; nothing where none is named."""
        return self.said(name).by if name else ""

    def otherwise(self, name: str) -> Iterator[Said]:
        """What others say that cannot be true beside a claim; those of documents that are not here are left out."""
        for reference in self.reading.claims[name].disagrees:
            document, _, claim = reference.partition(".")
            if document not in self._files:
                self._look_for(document)
            other = self._files.get(document, {}).get(claim)
            if other is not None:
                yield other

    def _look_for(self, document: str) -> None:
        self._files[document] = {}
        for folder in dict.fromkeys(self._folders):
            file = folder / f"{document}.yaml"
            if file.is_file():
                try:
                    self._load(file)
                except InvalidClaims:
                    continue
                return

    @cached_property
    def used(self) -> dict[str, list[str]]:
        """Of every claim that the scenario names, in the order of the file: the paths at which it does."""
        found: dict[str, list[str]] = {}
        for path, text in _texts(self.reading.scenario, ""):
            for name in dict.fromkeys(_REFERENCE.findall(text)):
                if name in self.reading.claims:
                    found.setdefault(name, []).append(path)
        return {name: list(dict.fromkeys(paths)) for name, paths in found.items()}

    def number(self, value: Value) -> str:
        """A number and who stands behind it."""
        shown = spelt(value)
        if value.claims:
            others = [f"otherwise: {self.said(name).by}" for name in value.claims[1:]]
            return f"{shown} ({'; '.join([f'{_NUMBERS[value.status]} {self.by(value.claims[0])}', *others])})"
        if value.status is Status.REPORTED:
            document = f" [{self.documents[value.source].number}]" if value.source in self.documents else ""
            return f"{shown} (reported by {value.by}{document})"
        return f"{shown} ({status_text(value)})"


def status_text(value: Value) -> str:
    """Who stands behind a number, if it is nobody's claim."""
    words = {
        Status.UNATTRIBUTED: "nobody is named for it",
        Status.DERIVED: f"derived from {value.reason}",
        Status.CALIBRATED: f"calibrated to {value.reason}",
        Status.ASSUMED: f"assumed: {value.reason}",
        Status.REPORTED: f"reported by {value.by}",
        Status.DISPUTED: "disputed",
    }
    return words[value.status] + (" (default of the laboratory)" if value.shipped else "")


def spelt(value: Value) -> str:
    """A number, or the range that is drawn from.

    >>> spelt(Value(1.1, 1.3, 1.6)), spelt(Value(2.0, 2.0, 2.0))
    ('1.3, drawn from 1.1 to 1.6', '2')
    """
    if not value.uncertain:
        return number(value.middle)
    return f"{number(value.middle)}, drawn from {number(value.low)} to {number(value.high)}"


def _figure(value: object) -> str:
    if isinstance(value, datetime.date):
        return date_text(value)
    if isinstance(value, int | float):
        return number(value)
    return "" if value is None else str(value)


def _when(on: datetime.date | str) -> str:
    """A day, or a month."""
    if isinstance(on, datetime.date):
        return date_text(on)
    return f"{datetime.date.fromisoformat(f'{on}-01'):%B %Y}"


def _texts(part: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text of a scenario that may name claims, with its path; claims and reasons of numbers included."""
    if isinstance(part, Value):
        yield path, " ".join([*part.claims, part.reason, part.note])
    elif isinstance(part, str):
        yield path.rpartition(".")[0] if path.endswith(".claim") else path, part
    elif isinstance(part, Part):
        for name, field in type(part).model_fields.items():
            yield from _texts(getattr(part, name), f"{path}.{field.alias or name}".lstrip("."))
    elif isinstance(part, dict):
        for key, inner in part.items():
            yield from _texts(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(part, list | tuple):
        for at, inner in enumerate(part):
            yield from _texts(inner, f"{path}.{at + 1}")
