"""A case under other names: its parties, places, labels and dates are invented, and its numbers stay.

What something is called depends on what it is and where it stands, never on what it was called; only words that
say nothing about any war (`PLAIN`) stay. Draws keep their keys, so that every run comes out as it does without.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from string import ascii_uppercase
from typing import Any

from sim.scenario import schema
from sim.scenario.case import NOWHERE, Case, EventCase, FactCase, PreconditionCase, RenewalCase, StrategyCase, TrackCase
from sim.scenario.compiling import digest_of
from sim.scenario.names import PHASE_WORDS, RESERVED
from sim.scenario.schema import course, sides, tracks
from sim.scenario.schema.kinds import FEATURES, Part
from sim.scenario.values import Value
from sim.strategies import shelf
from sim.terms import Role

FICTIONAL = "fictional"
"""The one skin that there is, and what stands for the name of a file under it."""
LEFT_OUT = (
    "fictional skin: names, labels and dates are invented; claims, sources, the scenario itself and what is doubtful"
    " in it are left out"
)
"""What a result under the skin says of itself."""
TITLE = "A fictional case"
START = datetime.date(2001, 1, 1)
PARTIES = ("aldoria", "belmora", "cendria", "dovania", "elmaria", "fendora", "galvia", "hestoria")
MEDIATORS = ("ivorna", "jelmark", "korvane", "lumeria", "merando", "nelthis", "ornelle", "pellian")
OTHERS = ("quoria", "rellmark", "sovenna", "tarvelle", "ulmira", "verenth", "wendora", "zelmar")
_PLAIN = (
    "able all and bodies captives chosen civilians complete days each equivalents exchange female first for free from"
    " funds gesture kept kind last list listed men monitoring more none officers open order other permanent prisoners"
    " private ratio received release returned second size soldiers special status surplus swap text third truce"
    " unlisted until use weekly weeks women wounded"
)
PLAIN = frozenset(_PLAIN.split())
"""Words that the name of a category, an asset, an issue, a value or a step may keep."""
PERSONS = frozenset({"bodies", "captives", "civilians", "men", "officers", "prisoners", "soldiers", "women"})
"""Plain words after which nobody asks who is handed over."""
DEMAND = "demand"
"""A precondition; one that is called like something else is one on that."""
UNSHOWN = "unnamed"
"""In place of a word that may be a name."""
_READERS = (
    "proposal", "agreed", "delivered", "held", "assets", "weariness", "strength", "trust", "ledger", "track", "tariff",
)  # fmt: skip
"""What a name in an expression may begin with."""
_OTHER_WORDS = ("phase", "deals", "days_since_deal", "in_force", "holds", "takes", "in")

_WORD = re.compile(r"(?<!\d)[A-Za-z_]\w*")
_HEAD = re.compile(rf"(?<![\w.])(?:{'|'.join(_READERS)})\.")
_PROPER = {*PARTIES, *MEDIATORS, *OTHERS}
_NOT_NAMES = ("label", "claim", "goods", "others", "title", "about", "digest")
"""Parts of a case whose texts are prose, or are renamed apart."""


@dataclass(frozen=True, slots=True)
class Skin:
    """Another name for every name, the same wherever it stands."""

    names: Mapping[str, str]

    def extended(self, case: Case) -> "Skin":
        """The skin, with names for whatever in a case it has none for; those that it has stay."""
        naming, known = _Naming(dict(self.names)), _words_of_the_format()
        naming.name_all(case)
        for text in _texts(replace(case, name="")):
            for word in _WORD.findall(text):
                if word not in known:
                    naming.number(word, "word")
        return Skin(naming.names)

    def text(self, text: str) -> str:
        """An expression or a path, name by name."""
        heads = {found.start() for found in _HEAD.finditer(text)}
        return _WORD.sub(lambda m: m[0] if m.start() in heads else self.names.get(m[0], m[0]), text)

    def path(self, path: str) -> str:
        """A path as somebody wrote it; a word that is neither a name nor of the format is not shown."""
        known = _words_of_the_format()
        return self.text(_WORD.sub(lambda m: m[0] if m[0] in self.names or m[0] in known else UNSHOWN, path))

    def dress(self, case: Case) -> Case:
        """The case under the skin, which has to know its names (see `extended`)."""
        worn: Case = _rewritten(replace(case, name="", title=TITLE, about="", digest=""), self)
        worn = replace(
            worn,
            name=FICTIONAL,
            start=START,
            goods=tuple((self.names[name], self._good(name, asset=name in case.assets)) for name, _ in case.goods),
            others=tuple((self.names[name], label_of(self.names[name])) for name, _ in case.others),
        )
        return replace(worn, digest=digest_of(worn))

    def _good(self, name: str, *, asset: bool) -> str:
        label = label_of(self.names[name])
        if asset or not _is_plain(name):
            return f"{'units' if asset else 'captives'} of {label}"
        return label if label.split()[-1] in PERSONS else f"{label} captives"


def fictional(cases: Iterable[Case]) -> Skin:
    """A skin for cases that are told together: a name that they have in common stays common."""
    skin = Skin({})
    for case in cases:
        skin = skin.extended(case)
    return skin


def label_of(name: str) -> str:
    """An invented name in words.

    >>> label_of("aid_to_aldoria")
    'aid to Aldoria'
    """
    return " ".join(word.capitalize() if word in _PROPER else word for word in name.split("_"))


def _is_plain(name: str) -> bool:
    return set(name.split("_")) <= PLAIN


def _words_of_the_format() -> set[str]:
    """What stands in paths and expressions without being the name of anything in a scenario."""
    found = (each for room in (schema, course, sides, tracks) for each in vars(room).values())
    parts = [each for each in found if isinstance(each, type) and issubclass(each, Part)]
    known = {*FEATURES, *RESERVED, *PHASE_WORDS, *_READERS, *_OTHER_WORDS, *shelf.shelf()}
    known |= {key for part in parts for key in part.model_fields}
    return known | {one.name for strategy in shelf.shelf() for one in shelf.find(strategy).parameters}


class _Naming:
    """Invents a name for what has none, and none of them twice."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def name_all(self, case: Case) -> None:
        """Name everything in a case: in a fixed order of kinds, and of each kind in the order of the file."""
        for party in case.parties:
            self.choose(party.name, PARTIES)
        for mediator in case.mediators:
            self.choose(mediator.name, MEDIATORS)
        for name, _ in case.others:
            self.choose(name, OTHERS)
        for track in case.tracks:
            self.number(track.name, _kind_of_track(track))
        for name in case.categories:
            self.keep(name, "group")
        for name in case.assets:
            self.keep(name, "asset")
        for fact in case.facts:
            self.name_fact(fact, case)
        for track in case.tracks:
            self.name_terms(track)
        for act in case.acts:
            self.number(act.name, "move")
        for event in case.events:
            self.number(event.name, _kind_of_event(event))

    def name_terms(self, track: TrackCase) -> None:
        """Name what is on a table."""
        self.name_package(track)
        if track.renewal is not None:
            self.name_package(track.renewal)
        for condition in track.preconditions:
            self.number(condition.name, DEMAND)

    def name_package(self, terms: TrackCase | RenewalCase) -> None:
        """Name the issues, their values that are words, and the steps."""
        for issue in terms.space.issues:
            self.keep(issue.name, "term")
            for label in issue.labels:
                if _WORD.fullmatch(label):
                    self.keep(label, "option")
        for step in terms.steps:
            self.keep(step.name, "step")

    def name_fact(self, fact: FactCase, case: Case) -> None:
        """Name a fact by what it is to the rules, and to whom; with a letter where that is nothing, or taken."""
        whose = "" if fact.of == NOWHERE else self.names[case.parties[fact.of].name]
        told = {Role.AID: f"aid_to_{whose}", Role.REARM_CAP: f"limit_on_{whose}", Role.MONITORING: "observers"}
        kind = told.get(fact.role, "")
        if kind and kind not in self.names.values():
            self.names.setdefault(fact.name, kind)
        self.number(fact.name, kind or "circumstance")

    def choose(self, name: str, choice: Iterable[str]) -> None:
        """Take the first that is not taken; a lettered one where all are."""
        free = [one for one in choice if one not in self.names.values()]
        if free:
            self.names.setdefault(name, free[0])
        self.number(name, "side")

    def keep(self, name: str, kind: str) -> None:
        """Leave a plain name as it is."""
        if _is_plain(name):
            self.names.setdefault(name, name)
        self.number(name, kind)

    def number(self, name: str, kind: str) -> None:
        """Take the first of `kind_A`, `kind_B`, … that is not taken: letters, since numbers follow names in a story."""
        if name not in self.names:
            taken, place = set(self.names.values()), 0
            while f"{kind}_{_letters(place)}" in taken:
                place += 1
            self.names[name] = f"{kind}_{_letters(place)}"


def _letters(place: int) -> str:
    """A place as letters.

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    before, letter = divmod(place, len(ascii_uppercase))
    return (_letters(before - 1) if before else "") + ascii_uppercase[letter]


def _kind_of_track(track: TrackCase) -> str:
    hands_over = any(track.space.transfers)
    if track.has_truce:
        return "pause" if hands_over else "truce"
    return "exchange" if hands_over else "accord"


def _kind_of_event(event: EventCase) -> str:
    if event.opens:
        return "call_to_talks"
    return "incident" if event.violations else "development"


def _texts(part: Any) -> Iterator[str]:
    """Every name, path and expression in a part of a case."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from _texts(each)
    elif is_dataclass(part) and not isinstance(part, Value | StrategyCase):
        for field in fields(part):
            if field.name not in _NOT_NAMES:
                yield from _texts(getattr(part, field.name))


def _rewritten(part: Any, skin: Skin) -> Any:
    """A part of a case with every name, path and expression in it rewritten; the same object where it has none."""
    if isinstance(part, str):
        return skin.text(part)
    if isinstance(part, tuple) and not hasattr(part, "_fields"):
        parts = tuple(_rewritten(each, skin) for each in part)
        return part if all(new is old for new, old in zip(parts, part, strict=True)) else parts
    if isinstance(part, Value):
        return Value(part.low, part.middle, part.high)
    if not is_dataclass(part) or isinstance(part, StrategyCase | type):
        return part
    old = {field.name: getattr(part, field.name) for field in fields(part)}
    new = {name: value if name in _NOT_NAMES else _rewritten(value, skin) for name, value in old.items()}
    if "claim" in new:
        new["claim"] = ""
    if "label" in new:
        new["label"] = label_of(new["name"])
    if isinstance(part, PreconditionCase) and not new["name"].startswith(DEMAND):
        new["label"] = f"{DEMAND} on {new['label']}"
    return part if all(new[name] is old[name] for name in old) else replace(part, **new)
