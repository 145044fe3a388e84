"""What a visitor of the explorer looks at: a scenario with some ranges held and some preconditions switched off.

It stands in the query of a link, where everything is checked again, so that a link shows the same to everybody.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from sim.classroom.web.library import Book
from sim.scenario.case import Case, Parameter
from sim.scenario.values import Status
from sim.study.unlocking import without

HOLD = "hold."
"""Before the path of a range that is held, in a query."""
LARGEST = 2**53
"""Of seeds and runs in a link: every browser can count so far."""
Query = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class View:
    """A state of the explorer."""

    scenario: str
    """Short name."""
    held: tuple[tuple[str, float], ...] = ()
    """Path and value, in the order of the case."""
    off: tuple[str, ...] = ()
    """Preconditions, as `track.party.name`, in file order."""
    seed: int = 1
    run: int = 0
    """The replication that is told day by day."""

    @property
    def changed(self) -> bool:
        """Whether anything differs from the scenario as it is written."""
        return bool(self.held or self.off)

    @property
    def unchanged(self) -> "View":
        """The scenario as it is written, on the same draws."""
        return replace(self, held=(), off=())

    @property
    def query(self) -> str:
        """The shortest query that says the same."""
        pairs = [("scenario", self.scenario), *(("off", name) for name in self.off)]
        pairs += [(HOLD + path, spelled(value)) for path, value in self.held]
        pairs += [("seed", str(self.seed))] if self.seed != 1 else []
        pairs += [("run", str(self.run))] if self.run != 0 else []
        return urlencode(pairs)


def spelled(value: float) -> str:
    """A number as it stands in a link, a field or a file.

    >>> spelled(0.30000000000000004), spelled(80.0)
    ('0.3', '80')
    """
    return f"{value:.12g}"


def ranges(case: Case) -> dict[str, Parameter]:
    """The ranges of a case by path: what can be held. How a mediator convenes where it does not mediate is left out."""
    convening = [
        (track in mediator.tracks, index) for mediator in case.mediators for track, index in enumerate(mediator.convene)
    ]
    idle = {index for _, index in convening} - {index for mediates, index in convening if mediates}
    found = enumerate(case.parameters)
    return {each.path: each for index, each in found if each.value.uncertain and index not in idle}


def preconditions(case: Case) -> tuple[str, ...]:
    """The preconditions of a case as `track.party.name`, in file order."""
    return tuple(
        f"{track.name}.{case.parties[condition.holder].name}.{condition.name}"
        for track in case.tracks
        for condition in track.preconditions
    )


def view_of(book: Book, query: Query) -> tuple[View, tuple[str, ...]]:
    """What a query asks for of a scenario, and what of it there is not: a sentence each.

    An empty field leaves a range to be drawn.
    """
    remarks, held, off = list[str](), dict[str, float](), set[str]()
    numbers = {"seed": 1, "run": 0}
    known, gates = ranges(book.case), preconditions(book.case)
    for key, text in query:
        given = text.strip()
        if key.startswith(HOLD) and given:
            path = key.removeprefix(HOLD)
            why = _held(known.get(path), path, given, held)
            remarks += [why] if why else []
        elif key == "off" and given in gates:
            off.add(given)
        elif key == "off" and given:
            remarks.append(f"'{given}' is no precondition of this scenario, and is left out.")
        elif key in numbers and given:
            if given.isascii() and given.isdigit() and int(given[:20]) <= LARGEST:
                numbers[key] = int(given[:20])
            else:
                remarks.append(f"{key} '{given}' is no whole number from 0 to {LARGEST}; {numbers[key]} is taken.")
    ordered = tuple((path, held[path]) for path in known if path in held)
    return View(book.name, ordered, tuple(name for name in gates if name in off), **numbers), tuple(remarks)


def _held(parameter: Parameter | None, path: str, given: str, held: dict[str, float]) -> str:
    """Hold a range at a number, or say why not."""
    if parameter is None:
        return f"'{path}' is no range of this scenario, and is left out."
    low, high = parameter.value.low, parameter.value.high
    try:
        number = float(given)
    except ValueError:
        return f"'{given}' is no number: '{path}' stays a range."
    if not math.isfinite(number) or not low <= number <= high:
        return f"{given} is outside the range of '{path}', {low:g} to {high:g}, which stays a range."
    held[path] = float(round(number)) if parameter.whole else number
    return ""


def changed(case: Case, view: View) -> Case:
    """The case as a view has it; all other draws stay as they were."""
    held = dict(view.held)
    parameters = tuple(
        replace(each, value=replace(each.value, low=held[each.path], middle=held[each.path], high=held[each.path]))
        if each.path in held
        else each
        for each in case.parameters
    )
    case = replace(case, parameters=parameters)
    for track in case.tracks:
        here = [name.removeprefix(f"{track.name}.") for name in view.off if name.startswith(f"{track.name}.")]
        case = without(case, track.name, here) if here else case
    return case


def variant(book: Book, view: View) -> str:
    """The view as a scenario file that extends the one it was made from."""
    tree: dict[str, Any] = {}
    for path, value in view.held:
        low, _, high = _range_of(book.case, path)
        said = f"held in the explorer, within {low:g} to {high:g}, which is {_status(book.case, path)}"
        _put(tree, _steps(path), {Status.ASSUMED.value: float(spelled(value)), "because": said})
    for name in view.off:
        track, party, condition = name.split(".")
        _put(tree, ["tracks", track, "preconditions", party, condition], None)
    _name_strategies(book, tree)
    title = f"{book.case.title}, changed in the explorer"
    lines = [
        f"# Stands beside {book.path.name}. To ask it again: parley batch FILE -n 10000 --seed {view.seed}",
        f"extends: {_quoted(book.path.name)}",
        f"title: {_quoted(title)}",
        *_lines(tree, 0),
    ]
    return "\n".join(lines) + "\n"


def _range_of(case: Case, path: str) -> tuple[float, float, float]:
    value = ranges(case)[path].value
    return value.low, value.middle, value.high


def _status(case: Case, path: str) -> str:
    return ranges(case)[path].value.status.value


def _steps(path: str) -> list[str]:
    """The keys that a path goes through; what an event adds or sets is a key of its own, dots and all."""
    steps = path.split(".")
    whole = steps[0] == "events" and steps[2] in ("adds", "sets")
    return [*steps[:3], ".".join(steps[3:])] if whole else steps


def _put(tree: dict[str, Any], steps: list[str], value: object) -> None:
    *most, last = steps
    for step in most:
        tree = tree.setdefault(step, {})
    tree[last] = value


def _name_strategies(book: Book, tree: Mapping[str, Any]) -> None:
    """A parameter of a strategy that the file left to the laboratory needs the strategy's name beside it."""
    scenario = book.reading.scenario
    given = {name: party.strategy for name, party in scenario.parties.items()}
    for name, party in tree.get("parties", {}).items():
        if "strategy" in party and given[name] is None:
            party["strategy"]["name"] = _default_strategy(book.case, name)
    for name, track in tree.get("tracks", {}).items():
        for party, strategy in track.get("strategy", {}).items():
            if party not in scenario.tracks[name].strategy:
                strategy["name"] = _default_strategy(book.case, party)


def _default_strategy(case: Case, party: str) -> str:
    seats = (
        (case.parties[each].name, strategy.name)
        for track in case.tracks
        for each, strategy in zip(track.parties, track.strategies, strict=True)
    )
    return next(strategy for name, strategy in seats if name == party)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _lines(tree: Mapping[str, Any], depth: int) -> Iterable[str]:
    for key, value in tree.items():
        if isinstance(value, dict) and Status.ASSUMED.value not in value:
            yield f"{'  ' * depth}{key}:"
            yield from _lines(value, depth + 1)
        else:
            yield f"{'  ' * depth}{key}: {json.dumps(value, ensure_ascii=False)}"
