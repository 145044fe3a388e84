"""What every check of a scenario works with: the scenario, the places of its parts, and what may be said of them."""

import datetime
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sim.scenario.expressions import ExpressionFault, Names, NameTable, Program, compile_expression
from sim.scenario.faults import Report, nearest
from sim.scenario.provenance import Evidence
from sim.scenario.schema import Scenario
from sim.scenario.schema.sides import Strategy
from sim.scenario.tree import Positions, is_file
from sim.scenario.values import Value
from sim.strategies import shelf

Location = Sequence[str | int]

_DEFINED_UNDER = {
    "party": ("parties",),
    "category": ("categories",),
    "asset": ("assets",),
    "category or asset": ("categories", "assets"),
    "track": ("tracks",),
    "mediator": ("mediators",),
    "other": ("others",),
    "mediator or other": ("mediators", "others"),
    "fact": ("facts",),
    "source": ("sources",),
}
_THIRDS_HOLD_NOTHING = (
    "a third side owns and holds nothing of its own; what a party hands over can go into its 'escrow', or 'to' it"
)


class Desk:
    """A scenario on the desk of its checkers."""

    def __init__(
        self,
        scenario: Scenario,
        positions: Positions,
        evidence: Evidence,
        report: Report,
        folder: Path,
    ) -> None:
        self.scenario, self.positions, self.evidence = scenario, positions, evidence
        self.report, self.folder = report, folder
        self.names = NameTable(scenario)
        self.left_out: frozenset[str] = frozenset()
        """Names whose definition was faulty: nothing more is said about them."""
        self.left_out_at: Sequence[Sequence[str]] = ()
        """Paths of what was faulty and left out."""
        self.outcomes: dict[str, list[tuple[float, ...]]] = {}
        """By track: the values of every package that its constraints allow."""
        self.programs: list[tuple[Location, Program]] = []
        """Every expression that could be read, and where it stands."""
        self.faulted: set[tuple[str | int, ...]] = set()
        """Where something was found wrong already."""

    @property
    def dated(self) -> bool:
        """Whether the calendar can be relied on."""
        return ["start"] not in self.left_out_at and ["horizon"] not in self.left_out_at

    def lacks_something(self, location: Location) -> bool:
        """Whether something under a place was faulty and left out, so that it looks emptier than it is."""
        return any(list(path[: len(location)]) == list(location) for path in self.left_out_at)

    def fault(self, location: Location, message: str, suggestion: str = "", *, at_key: bool = False) -> None:
        """Report something wrong at a place: at its value, or (`at_key`) at its name."""
        self.faulted.add(tuple(location))
        found = self.positions.find(location)
        self.report.fault(found.key if at_key else found.place, found.path, message, suggestion)

    def warn(self, location: Location, message: str, *, at_key: bool = False) -> None:
        """Report something legal but doubtful."""
        found = self.positions.find(location)
        self.report.warn(found.key if at_key else found.place, found.path, message)

    def known(self, what: str, name: str, names: Iterable[str], location: Location, *, at_key: bool = False) -> bool:
        """Whether a name is one of those that there are; if not, report it."""
        names = list(names)
        if name not in names and name not in self.left_out and not self._lost(what):
            thirds = (*self.names.mediators, *self.names.others) if what == "party" else ()
            message = (
                f"unknown {what} '{name}'" if name not in thirds else f"'{name}' is no party: {_THIRDS_HOLD_NOTHING}"
            )
            self.fault(location, message, nearest(name, names), at_key=at_key)
        return name in names

    def _lost(self, what: str) -> bool:
        """Whether all names of a kind were left out."""
        return any([key] in self.left_out_at for key in _DEFINED_UNDER.get(what, ()))

    def seated(self, name: str, seats: Iterable[str], location: Location) -> None:
        """Report a party that does not sit at a table."""
        if self.party(name, location, at_key=True) and name not in seats:
            self.fault(
                location, f"'{name}' does not sit at this table: its 'parties' are {', '.join(seats)}", at_key=True
            )

    def party(self, name: str, location: Location, *, at_key: bool = False) -> bool:
        """Whether a name is that of a party; if not, report it."""
        return self.known("party", name, self.names.parties, location, at_key=at_key)

    def whole(self, count: Value, location: Location) -> None:
        """Report a count of persons or of incidents that is not whole."""
        part = next((part for part in (count.low, count.middle, count.high) if part != math.floor(part)), None)
        if part is not None:
            self.fault(location, f"{part:g} is not a whole number: persons and incidents are counted")

    def third(self, name: str | None, location: Location) -> None:
        """Report a name that is neither a mediator's nor another's."""
        if name is not None:
            self.known("mediator or other", name, (*self.names.mediators, *self.names.others), location)

    def once(self, names: Sequence[str], location: Location) -> None:
        """Report a name that stands in a list twice."""
        for index, name in enumerate(names):
            if name in names[:index]:
                self.fault([*location, index], f"'{name}' stands in this list twice")

    def relation(self, relation: str, verb: str, location: Location) -> tuple[str, str] | None:
        """The two parties of a relation (`a holds b`); if it is none, report it."""
        parts = relation.split(" ")
        if len(parts) != 3 or parts[1] != verb:
            self.fault(location, f"expected '<party> {verb} <party>', found '{relation}'", at_key=True)
            return None
        sound = [self.party(name, location, at_key=True) for name in (parts[0], parts[2])]
        if all(sound) and parts[0] == parts[2]:
            self.fault(location, f"'{relation}' needs two different parties", at_key=True)
            return None
        return (parts[0], parts[2]) if all(sound) else None

    def claim(self, name: str | None, location: Location) -> None:
        """Report a claim that nobody made."""
        lacking = None if name is None else self.evidence.lacks("claim", name)
        if lacking is not None:
            self.fault(location, *lacking)

    def by_party(
        self, given: Mapping[str, object] | None, location: Location, seats: Iterable[str] | None = None
    ) -> None:
        """Report a key that is neither a party (at this table) nor everybody."""
        for name in given or {}:
            if name != "*":
                self.seated(name, self.names.parties if seats is None else seats, [*location, name])

    def expression(self, text: str, names: Names, location: Location) -> Program | None:
        """The program of an expression; if it cannot be read, report it."""
        try:
            program = compile_expression(text, names)
        except ExpressionFault as fault:
            words = [fault.word, *fault.word.split(".")] if fault.word else []
            told = any(word in self.left_out for word in words) or self._faulted_menu(location, words)
            if not told and not (words and self._lost("fact")):
                self.faulted.add(tuple(location))
                found = self.positions.find(location)
                place = found.place.within(text, fault.offset, fault.length)
                self.report.fault(place, found.path, fault.message, fault.suggestion)
            return None
        self.programs.append((location, program))
        return program

    def _faulted_menu(self, location: Location, words: Sequence[str]) -> bool:
        """Whether something is wrong with the values of an issue that an expression of a track names."""
        return any(
            path[:2] == tuple(location[:2]) and "issues" in path[2:4] and any(word in path[3:5] for word in words)
            for path in self.faulted
        )

    def period(self, since: datetime.date | None, until: datetime.date | None, location: Location) -> None:
        """Report a period that ends before it begins."""
        if since is not None and until is not None and since > until:
            self.fault([*location, "until"], f"dates out of order: since {since} until {until}")

    def strategy(self, strategy: Strategy, location: Location) -> None:
        """Report a strategy that is not on the shelf or cannot be used, and parameters that it does not have."""
        if (strategy.name is None) == (strategy.file is None):
            if self.lacks_something(location):
                return
            self.fault(location, "a strategy needs either a 'name' on the shelf or a 'file'", at_key=True)
            return
        at = [*location, "name" if strategy.file is None else "file"]
        if strategy.name is not None and not self.known("strategy", strategy.name, shelf.shelf(), at):
            return
        if strategy.file is not None and not is_file(self.folder / strategy.file):
            self.fault(at, f"there is no file {os.path.normpath(self.folder / strategy.file)}")
            return
        try:
            module = shelf.load(self.folder / strategy.file) if strategy.file else shelf.find(strategy.name or "")
        except shelf.InvalidStrategy as invalid:
            self.fault(at, str(invalid))
            return
        parameters = {parameter.name: parameter for parameter in module.parameters}
        for name, value in strategy.parameters.items():
            under = [*location, "parameters", name]
            if name not in parameters:
                message = f"the strategy '{module.name}' has no parameter '{name}'"
                self.fault(under, message, nearest(name, parameters), at_key=True)
                continue
            for number in dict.fromkeys((value.low, value.middle, value.high)):
                if not parameters[name].admits(number):
                    self.fault(under, f"{number:g} is out of range: '{name}' is {parameters[name].range_in_words}")
                    break
