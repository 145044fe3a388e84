"""A student's strategy in one party's seat, against the field in the same seat, on the same draws."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sim.classroom.confinement import Confined
from sim.classroom.criteria import Plays
from sim.classroom.handed_in import HandedIn
from sim.engine.model import NegotiationModel
from sim.engine.record import NEVER
from sim.scenario.case import Case
from sim.strategies import shelf
from sim.strategies.asking import StrategyFailed
from sim.strategies.module import StrategyModule
from sim.study.paired import difference_of_reals


@dataclass(frozen=True, slots=True)
class Played:
    """How it went against the field."""

    way: str
    """In which it failed; empty where it did not."""
    detail: str = ""
    computed: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What a strategy came to in a seat."""

    surplus: tuple[float, ...]
    """[run]: worth of the first agreement to the party, above its reservation; 0 without one. Mean over the others."""
    agreed: int
    """Runs with an agreement, against all others together."""


@contextmanager
def strategy_of(path: Path) -> Iterator[StrategyModule]:
    """The strategy in a file that a student handed in, asked in a process of its own and never run in this one.

    Raises:
        InvalidStrategy: it cannot be asked.
    """
    with Confined(path, called=path.name) as confined:
        yield confined.strategy


def play(criterion: Plays, handed_in: HandedIn, seed: int) -> Played:
    """Judge a strategy by what it gains, and by how often it agrees, next to each of the field in the same seat.

    Raises:
        InvalidStrategy: it cannot be asked.
        InvalidScenario: the scenario is faulty.
    """
    case = handed_in.case(criterion.scenario)
    if criterion.track not in [each.name for each in case.tracks]:
        return Played("failed", f"The scenario has no track {criterion.track}.")
    try:
        with strategy_of(handed_in.strategy(criterion.strategy)) as own:
            mine = score(case, criterion, own, seed)
    except StrategyFailed as failure:
        return Played("failed", str(failure))
    most, better = 0, ""
    for name in criterion.field:
        other = score(case, criterion, shelf.find(name), seed)
        gap = difference_of_reals([a - b for a, b in zip(mine.surplus, other.surplus, strict=True)])
        better = better or (name if gap.high < 0 else "")
        most = max(most, other.agreed)
    talks = criterion.runs * max(1, len(criterion.against))
    computed = f"{mine.agreed} agreements of {talks}; the field at most {most}"
    if mine.agreed < criterion.keeps * most:  # first, as who spoils deals gains little by it, and has to hear why
        return Played("wrecked", computed=computed)
    if better:
        return Played("worse", f"It gains less than {better} does in the same seat.", computed)
    return Played("", computed=computed)


def score(case: Case, criterion: Plays, strategy: StrategyModule, seed: int) -> Score:
    """Run a case on the Mesa engine with a strategy in a seat, against each of those who may sit opposite.

    Raises:
        StrategyFailed: it gave no usable answer.
    """
    others: list[StrategyModule | None] = [shelf.find(name) for name in criterion.against] or [None]
    surplus, agreed = list[float](), 0
    for replication in range(criterion.runs):
        gained = 0.0
        for other in others:
            found = _gained(
                NegotiationModel(case, seed, replication, logs=False, collects=False), criterion, strategy, other
            )
            gained += found or 0.0
            agreed += found is not None
        surplus.append(gained / len(others))
    return Score(tuple(surplus), agreed)


def _gained(
    model: NegotiationModel, criterion: Plays, strategy: StrategyModule, other: StrategyModule | None
) -> float | None:
    """What the first agreement of a run is worth to the party above its reservation; None without one."""
    table = next(each for each in model.tables if each.name == criterion.track)
    for seat in table.seats:
        own = model.case.parties[table.case.parties[seat.index]].name == criterion.party
        playing = strategy if own else other
        if playing is not None:
            seat.strategy, seat.parameters = playing, [each.middle for each in playing.parameters]
    for talks in model.run().record().talks:
        if talks.track == criterion.track and talks.outcome != NEVER:
            place = talks.parties.index(criterion.party)
            return talks.worths[place][talks.outcome] - talks.reservations[place]
    return None
