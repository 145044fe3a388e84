"""What an expression may look at: the names of a scenario, and which of them are in sight at which moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NoReturn

from sim.scenario import menus
from sim.scenario.faults import nearest
from sim.scenario.schema import Scenario
from sim.scenario.schema.tracks import Choice, Menus, Track, values_of
from sim.terms import Gate, Phase, Seen, Target

PHASE_WORDS = {phase.name.lower(): float(phase) for phase in Phase}
RESERVED = ("and", "or", "not", "true", "false", "min", "max", "day", "all")
"""Words of the language itself, which nothing in a scenario may be named."""
MOST_DAYS_BACK = 366


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that an expression looks at; see `sim.terms.Seen` for what `a`, `b` and `c` mean."""

    kind: Seen
    a: int = -1
    b: int = -1
    c: int = -1
    name: str = ""
    """As the expression spells it."""


class UnknownName(Exception):
    """A name that means nothing here; `word` is the part that is not known."""

    def __init__(self, message: str, suggestion: str = "", word: str = "") -> None:
        self.message, self.suggestion, self.word = message, suggestion, word
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class TrackNames:
    """The names that belong to one track; ordinals are positions."""

    issues: Mapping[str, Mapping[str, float]]
    """By issue: its values that are words, each with the number that stands for it."""
    renewal_issues: Mapping[str, Mapping[str, float]] | None
    """Issues inherited from the track and not redefined, then the renewal's own; None without a renewal."""
    steps: tuple[str, ...]
    numbers: Mapping[str, tuple[float, ...]]
    """By issue: its values as numbers."""
    renewal_numbers: Mapping[str, tuple[float, ...]]
    """The same of the issues of a renewal, in their order."""


class NameTable:
    """Every name of a scenario that an expression or an event can use, each kind in file order."""

    def __init__(self, scenario: Scenario) -> None:
        self.war = scenario.war
        self.parties = tuple(scenario.parties)
        self.mediators = tuple(scenario.mediators)
        self.others = tuple(scenario.others)
        self.facts = tuple(scenario.facts)
        self.categories = tuple(scenario.categories)
        self.assets = tuple(scenario.assets)
        self.tariffs = {
            name: category.tariff.middle
            for name, category in scenario.categories.items()
            if category.tariff is not None
        }
        self.tracks = {name: _track_names(track) for name, track in scenario.tracks.items()}

    def for_world(self) -> "Names":
        """What the condition of an event may look at: the world, and no track's deal or proposal."""
        return Names(self, "an event is asked")

    def for_gate(self, track: str, gate: Gate) -> "Names":
        """What a precondition of a track (or, for `DELIVERS`, a step) may look at when its gate is asked.

        Raises KeyError for an unknown track.
        """
        names = self.tracks[track]
        issues = {Gate.ACCEPTS: names.issues, Gate.RENEWS: names.renewal_issues}.get(gate)
        return Names(self, f"'{gate.name.lower()} if' is asked", names.steps, issues)

    def for_choice(self, track: str) -> "Names":
        """What decides whether a value of an issue can be agreed today: the world and the track's deal, no proposal.

        Raises KeyError for an unknown track.
        """
        return Names(self, "'available if' is asked", self.tracks[track].steps)

    def for_escrow(self, track: str) -> "Names":
        """What the end of an escrow may look at: the world and the track's deal, as `delivers if`.

        Raises KeyError for an unknown track.
        """
        return replace(self.for_gate(track, Gate.DELIVERS), moment="'until' is asked")

    def for_terms(self, track: str, *, renewal: bool = False) -> "Names":
        """What the terms (constraints, truce, grants) of a track or of its renewal may look at.

        Issues, as `size` or `proposal.size`, and nothing of the world. Raises KeyError for an unknown track.
        """
        issues = self._issues(track, renewal=renewal)
        return Names(self, "terms are settled", issues=issues, bare_issues=True, world=False)

    def for_track(self, track: str, *, renewal: bool = False) -> "Names":
        """All that is ever in sight of a track: enough to compile what has been checked moment by moment.

        Raises KeyError for an unknown track.
        """
        issues = self._issues(track, renewal=renewal)
        return Names(self, "a track is asked", self.tracks[track].steps, issues, bare_issues=True, piles=True)

    def _issues(self, track: str, *, renewal: bool) -> Mapping[str, Mapping[str, float]]:
        names = self.tracks[track]
        return (names.renewal_issues or {}) if renewal else names.issues


@dataclass(frozen=True, slots=True)
class Names:
    """The names in sight at one moment, and what each refers to."""

    table: NameTable
    moment: str
    """Said in a message after 'when'."""
    steps: tuple[str, ...] | None = None
    """Steps of the deal that `agreed` and `delivered` look at; None where there is no deal."""
    issues: Mapping[str, Mapping[str, float]] | None = None
    """Issues of the proposal; None where there is no proposal."""
    bare_issues: bool = False
    """Whether an issue may be named without `proposal.`."""
    world: bool = True
    """Whether anything but issues is in sight."""
    piles: bool = False
    """Whether a count is settled: `all`, and what is held, are in sight."""

    def words(self, reference: Reference) -> Mapping[str, float]:
        """The words that something may be compared with, each with its number."""
        if reference.kind is Seen.TRACK_PHASE:
            return PHASE_WORDS
        if reference.kind is Seen.PROPOSAL and self.issues is not None:
            return list(self.issues.values())[reference.a]
        return {}

    def constant(self, name: str) -> float | None:
        """The number that a name stands for on every day; None for a name of something that may change."""
        kind, _, category = name.partition(".")
        return self.table.tariffs.get(category) if kind == "tariff" else None

    def look(self, name: str, days: int | None = None) -> Reference:
        """What a name refers to; `days` is the number in brackets after it, if any.

        Raises UnknownName.
        """
        parts = name.split(".")
        if len(parts) == 1:
            return self._bare(name)
        readers: dict[str, Callable[[str, Sequence[str]], Reference]] = {
            "proposal": self._proposal,
            "agreed": partial(self._of_deal, Seen.AGREED),
            "delivered": partial(self._of_deal, Seen.DELIVERED),
            "held": self._held,
            "assets": self._assets,
            "weariness": partial(self._of_party, Seen.WEARINESS),
            "strength": partial(self._of_party, Seen.STRENGTH),
            "trust": self._trust,
            "ledger": partial(self._ledger, days),
            "track": self._track,
            "tariff": self._no_tariff,
        }
        if parts[0] not in readers:
            guess = nearest(parts[0], readers)
            raise UnknownName(f"unknown name '{name}'", ".".join([guess, *parts[1:]]) if guess else "", parts[0])
        if not self.world and parts[0] not in ("proposal", "tariff", *(("held", "assets") if self.piles else ())):
            raise UnknownName(f"'{name}' cannot be looked at when {self.moment}: {self._only}")
        _of_war(name, parts[0], self.table)
        return readers[parts[0]](name, parts)

    def for_counts(self) -> "Names":
        """The same for the counts of a step, which also see what is held."""
        return replace(self, moment="a count is settled", piles=True)

    @property
    def _only(self) -> str:
        return "only issues, numbers and what is held" if self.piles else "only issues and numbers"

    def _bare(self, name: str) -> Reference:
        issues, facts = list(self.issues or {}), self.table.facts
        if name == "all":
            if not self.piles:
                raise UnknownName("'all' stands for all that a giver holds: only the counts of a step know it")
            return Reference(Seen.FREE, name=name)
        if self.bare_issues and name in issues:
            return Reference(Seen.PROPOSAL, issues.index(name), name=name)
        if not self.world:
            if name in facts or name == "day":
                raise UnknownName(f"'{name}' cannot be looked at when {self.moment}: {self._only}")
            raise UnknownName(f"unknown name '{name}'", nearest(name, [*issues, "all"] if self.piles else issues), name)
        if name == "day":
            return Reference(Seen.DAY, name=name)
        if name in facts:
            return Reference(Seen.FACT, facts.index(name), name=name)
        guess = nearest(name, (*facts, *issues))
        if guess in issues and guess not in facts:
            guess = f"proposal.{guess}"
        raise UnknownName(f"unknown name '{name}'", guess, name)

    def _proposal(self, name: str, parts: Sequence[str]) -> Reference:
        if self.issues is None:
            raise UnknownName(f"'{name}' cannot be looked at: there is no proposal when {self.moment}")
        _shape(name, parts, "proposal.<issue>")
        return Reference(Seen.PROPOSAL, _ordinal(name, parts, 1, list(self.issues)), name=name)

    def _of_deal(self, kind: Seen, name: str, parts: Sequence[str]) -> Reference:
        if self.steps is None:
            raise UnknownName(f"'{name}' cannot be looked at: it belongs to a track's deal")
        if len(parts) == 2:
            if parts[1] not in self.steps and not nearest(parts[1], self.steps):
                raise UnknownName(
                    f"'{name}': there is no step '{parts[1]}', and '{parts[0]}' looks at steps", word=parts[1]
                )
            return Reference(kind, _ordinal(name, parts, 1, self.steps), name=name)
        _shape(name, parts, f"{parts[0]}.<step>.<party>")
        step = _ordinal(name, parts, 1, self.steps)
        return Reference(kind, step, _ordinal(name, parts, 2, self.table.parties), name=name)

    def _held(self, name: str, parts: Sequence[str]) -> Reference:
        _shape(name, parts, "held.<holder>.<of>.<category>")
        table = self.table
        holder, of = _ordinal(name, parts, 1, table.parties), _ordinal(name, parts, 2, table.parties)
        return Reference(Seen.HELD, holder, of, _ordinal(name, parts, 3, table.categories), name)

    def _assets(self, name: str, parts: Sequence[str]) -> Reference:
        _shape(name, parts, "assets.<party>.<asset>")
        party = _ordinal(name, parts, 1, self.table.parties)
        return Reference(Seen.ASSETS, party, _ordinal(name, parts, 2, self.table.assets), name=name)

    def _of_party(self, kind: Seen, name: str, parts: Sequence[str]) -> Reference:
        _shape(name, parts, f"{parts[0]}.<party>")
        return Reference(kind, _ordinal(name, parts, 1, self.table.parties), name=name)

    def _trust(self, name: str, parts: Sequence[str]) -> Reference:
        _shape(name, parts, "trust.<party>.<the party it trusts>")
        party, other = (_ordinal(name, parts, at, self.table.parties) for at in (1, 2))
        if party == other:
            raise UnknownName(f"'{name}': trust is in another party")
        return Reference(Seen.TRUST, party, other, name=name)

    def _ledger(self, days: int | None, name: str, parts: Sequence[str]) -> Reference:
        _shape(name, parts, "ledger.<party>(days)")
        party = _ordinal(name, parts, 1, self.table.parties)
        if days is None:
            raise UnknownName(f"'{name}' needs the number of days that it looks back", f"{name}(7)")
        if not 1 <= days <= MOST_DAYS_BACK:
            raise UnknownName(f"'{name}({days})': a ledger looks back 1 to {MOST_DAYS_BACK} days")
        return Reference(Seen.LEDGER, party, days, name=f"{name}({days})")

    def _no_tariff(self, name: str, parts: Sequence[str]) -> NoReturn:
        _shape(name, parts, "tariff.<category>")
        if parts[1] in self.table.categories:
            raise UnknownName(f"'{name}': the category '{parts[1]}' has no tariff")
        guess = nearest(parts[1], self.table.tariffs)
        raise UnknownName(f"unknown name '{name}'", f"tariff.{guess}" if guess else "", parts[1])

    def _track(self, name: str, parts: Sequence[str]) -> Reference:
        kinds = {
            "phase": Seen.TRACK_PHASE,
            "deals": Seen.TRACK_DEALS,
            "days_since_deal": Seen.TRACK_SINCE_DEAL,
            "in_force": Seen.TRACK_IN_FORCE,
        }
        _shape(name, parts, "track.<name>.phase")
        track = _ordinal(name, parts, 1, list(self.table.tracks))
        return Reference(list(kinds.values())[_ordinal(name, parts, 2, list(kinds))], track, name=name)


def _of_war(name: str, kind: str, table: NameTable) -> None:
    if not table.war and kind in ("weariness", "strength", "ledger"):
        raise UnknownName(f"'{name}' cannot be looked at: outside a war ('war: false') there is no {kind}")


def _shape(name: str, parts: Sequence[str], form: str) -> None:
    if len(parts) != form.count(".") + 1:
        raise UnknownName(f"'{name}' should read {form}")


def _ordinal(name: str, parts: Sequence[str], at: int, known: Sequence[str]) -> int:
    if parts[at] in known:
        return list(known).index(parts[at])
    guess = nearest(parts[at], known)
    corrected = ".".join([*parts[:at], guess, *parts[at + 1 :]]) if guess else ""
    corrected = guess if "." not in name else corrected
    raise UnknownName(f"unknown name '{name}'", corrected, parts[at])


def _track_names(track: Track) -> TrackNames:
    numbers = _numbers(track, "" if track.truce is None else track.truce.days, track.issues)
    issues = {name: _words(menu, numbers[name]) for name, menu in track.issues.items()}
    if track.renewal is None:
        return TrackNames(issues, None, tuple(track.steps), numbers, {})
    own = _numbers(track, track.renewal.days, track.renewal.issues)
    words = {name: _words(menu, own[name]) for name, menu in track.renewal.issues.items()}
    kept = [name for name in issues if name not in own]
    return TrackNames(
        issues,
        {**{name: issues[name] for name in kept}, **words},
        tuple(track.steps),
        numbers,
        {**{name: numbers[name] for name in kept}, **own},
    )


def _numbers(track: Track, days: str, issues: Menus) -> dict[str, tuple[float, ...]]:
    named, open_as = menus.open_issue(days, issues), menus.open_counts_as(track.truce)
    return {name: menus.numbers_of(menu, open_as if name == named else None) for name, menu in issues.items()}


def _words(menu: Sequence[Choice], numbers: Sequence[float]) -> dict[str, float]:
    return {value: number for value, number in zip(values_of(menu), numbers, strict=True) if isinstance(value, str)}


def parse_target(path: str, scenario: Scenario) -> tuple[Target, int, int, int]:
    """What an event changes by a path, as ordinals; see `sim.terms.Target` for what the three mean.

    Raises UnknownName.
    """
    return target_of(path, NameTable(scenario))


def target_of(path: str, table: NameTable) -> tuple[Target, int, int, int]:
    """What a path of an event means, by a table of names. Raises UnknownName."""
    parts = path.split(".") if "." in path else ["facts", path]
    forms: dict[str, tuple[Target, Sequence[Sequence[str]]]] = {
        "facts": (Target.FACT, [table.facts]),
        "trust": (Target.TRUST, [table.parties, table.parties]),
        "leverage": (Target.LEVERAGE, [table.mediators]),
        "way_out": (Target.WAY_OUT, [list(table.tracks)]),
        "weariness": (Target.WEARINESS, [table.parties]),
        "strength": (Target.STRENGTH, [table.parties]),
        "held": (Target.HELD, [table.parties, table.parties, table.categories]),
        "assets": (Target.ASSETS, [table.parties, table.assets]),
    }
    if parts[0] not in forms:
        guess = nearest(parts[0], forms)
        raise UnknownName(f"unknown path '{path}'", ".".join([guess, *parts[1:]]) if guess else "", parts[0])
    _of_war(path, parts[0], table)
    target, known = forms[parts[0]]
    if len(parts) != len(known) + 1:
        raise UnknownName(f"'{path}' should read {_TARGET_FORMS[target]}")
    at = [_ordinal(path, parts, place, names) for place, names in enumerate(known, start=1)]
    if target in (Target.TRUST, Target.HELD) and at[0] == at[1]:
        raise UnknownName(f"'{path}' needs two different parties")
    a, b, c = [*at, -1, -1][:3]
    return target, a, b, c


_TARGET_FORMS = {
    Target.FACT: "facts.<fact>",
    Target.TRUST: "trust.<party>.<the party it trusts>",
    Target.LEVERAGE: "leverage.<mediator>",
    Target.WAY_OUT: "way_out.<track>",
    Target.WEARINESS: "weariness.<party>",
    Target.STRENGTH: "strength.<party>",
    Target.HELD: "held.<holder>.<of>.<category>",
    Target.ASSETS: "assets.<party>.<asset>",
}
