"""What would unlock a deal: preconditions are taken away, and the same replications are run again.

A set of preconditions of one track is relaxed from the first day, as `--set <path>=null` does; whatever else is drawn
stays as it was, so that every replication is compared with itself. The search runs through all sets where a track has
few preconditions that gate, otherwise through those that the stored days name and what grows from the best of them.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from sim.engine.chunk import Chunk
from sim.engine.record import NEVER
from sim.scenario.case import Case, PreconditionCase
from sim.study.computing import ENGINES
from sim.study.estimates import Estimate
from sim.study.landing import land
from sim.study.paired import difference_of_shares
from sim.study.summary import Share, share_of
from sim.study.versions import rules_version
from sim.terms import Firmness, Gate

FORMAT = 2
"""Of what is kept."""
MOST_EXHAUSTIVE = 5
"""Preconditions of which every set is tried."""
MOST_TRIED = 48
"""Sets that are tried at most where there are more preconditions."""
LARGEST = 4
"""Members of a set at most, in that case; all preconditions but one, and all of them, are tried besides."""
WIDTH = 3
"""Sets of a size from which the next size grows, in that case."""
KEPT_IN = "explained"
"""Where in a result's folder searches are kept."""

Members = tuple[str, ...]
"""Preconditions of one track, as `party.name`, in file order."""
Flags = NDArray[np.bool_]


class NoTarget(Exception):
    """A target or a track that there is none of; and what there is."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be reached on a track."""

    track: str
    held: int
    """Days for which deals of the track have to be in force, all together; 0 for an agreement alone."""
    within: int
    """Days from the start in which the first of them has to be agreed."""

    @property
    def name(self) -> str:
        """As the command line has it: `agreed`, or `held` with the days."""
        return f"held{self.held}" if self.held else "agreed"


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What became of the same replications with a set of preconditions taken away."""

    conditions: Members
    reached: Share
    gain: Estimate
    """In the chance to reach the target, over nothing relaxed."""
    changed: Share
    """Replications in which the track ends otherwise (the column `<track>.ending`)."""
    smallest: bool
    """Whether its gain is told above 0, and above that of every smaller set within it that was tried."""
    unsurpassed: bool
    """Whether no set that was tried is told to reach the target more often."""
    example: int
    """The first replication that reaches the target with the set relaxed only; NEVER where none does."""


@dataclass(frozen=True, slots=True)
class Binding:
    """What one precondition does by itself and what it does last."""

    condition: str
    gate: str
    first: Estimate
    """From relaxing it alone, all others kept."""
    last: Estimate
    """From relaxing it last, all others relaxed before."""


@dataclass(frozen=True, slots=True)
class Unlocking:
    """What relaxing preconditions of a track does to the chance of reaching a target."""

    target: Target
    replications: int
    """Pairs of runs, from replication 0 on; of them, those that came to a result in both are counted."""
    seed: int
    central: bool
    engine: str
    before: Share
    """Replications that reach the target as the scenario is."""
    bindings: tuple[Binding, ...]
    """Every precondition that gates, in file order."""
    relaxed: tuple[Relaxed, ...]
    """Every set that was tried: by size, then most often reached first."""
    exhaustive: bool
    """Whether every set of the preconditions was tried."""

    @property
    def smallest(self) -> tuple[Relaxed, ...]:
        """The unlocks: sets of which no member can be spared without losing some of the gain."""
        return tuple(each for each in self.relaxed if each.smallest)

    @property
    def enough(self) -> Relaxed | None:
        """The smallest unlock that no set is told to surpass; None where nothing that was tried gains."""
        return next((each for each in self.relaxed if each.smallest and each.unsurpassed), None)


def target_of(case: Case, track: str, name: str, days: int | None) -> Target:
    """A target from the words of the command line.

    Args:
        case: the scenario.
        track: name of the track.
        name: `agreed`, or `held` followed by a number of days.
        days: days within which the agreement has to come; None for the whole horizon.

    Raises:
        NoTarget: there is no such track or target, or the days go beyond the horizon.
    """
    if track not in [each.name for each in case.tracks]:
        raise NoTarget(f"'{track}' is no track: expected one of {', '.join(each.name for each in case.tracks)}")
    match = re.fullmatch(r"agreed|held([1-9][0-9]{0,4})", name)
    if match is None:
        raise NoTarget(f"'{name}' is no target: expected 'agreed', or 'held' and a number of days, such as 'held30'")
    held = int(match[1]) if match[1] else 0
    if held >= case.horizon:
        raise NoTarget(f"'{name}': nothing can be in force for {held} days of a horizon of {case.horizon}")
    if days is not None and days > case.horizon:
        raise NoTarget(f"{days} days are beyond the horizon: expected 1 to {case.horizon}")
    return Target(track, held, case.horizon if days is None else days)


def gating(case: Case, target: Target) -> Members:
    """The preconditions of the track that can stand in the way of the target; priced ones never do, by themselves."""
    first = (Gate.ENTERS, Gate.ACCEPTS)
    return tuple(
        _name(case, condition)
        for track in case.tracks
        if track.name == target.track
        for condition in track.preconditions
        if condition.firmness is not Firmness.PRICED and (target.held or condition.gate in first)
    )


def without(case: Case, track: str, conditions: Iterable[str]) -> Case:
    """The case with some preconditions of a track taken away; everybody else's draws stay as they were."""
    names = set(conditions)
    tracks = (
        replace(
            each, preconditions=tuple(one for one in each.preconditions if _name(case, one) not in names)
        ) if each.name == track else each
        for each in case.tracks
    )  # fmt: skip
    return replace(case, tracks=tuple(tracks))


def _name(case: Case, condition: PreconditionCase) -> str:
    return f"{case.parties[condition.holder].name}.{condition.name}"


@dataclass(frozen=True, slots=True)
class Ran:
    """What some replications came to, of which everything else is forgotten."""

    fine: Flags
    """[replication]: whether it came to a result."""
    reached: Flags
    ending: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Draws:
    """Which replications are run, and by whom."""

    seed: int
    replications: int
    """From 0 on."""
    central: bool
    engine: str

    def run(self, case: Case, target: Target) -> Ran:
        """Run them. Raises CannotCompile."""
        engine = ENGINES[self.engine]
        some = engine.ready(case, self.seed, self.central)
        starts = range(0, self.replications, engine.at_once)
        ran = [_ran(some(first, min(engine.at_once, self.replications - first)), target) for first in starts]
        return Ran(*(np.concatenate([getattr(part, name) for part in ran]) for name in ("fine", "reached", "ending")))


def _ran(chunk: Chunk, target: Target) -> Ran:
    agreed, in_force, ending = (
        np.asarray(chunk.columns[f"{target.track}.{name}"]) for name in ("first_agreed", "days_in_force", "ending")
    )
    reached = (agreed >= 0) & (agreed < target.within) & (in_force >= target.held)
    return Ran(np.asarray(chunk.status) == 0, reached, ending.astype(np.int8))


Tell = Callable[[int], None]
"""Takes the number of sets tried so far."""


def unlocking(
    case: Case, target: Target, draws: Draws, stored: Sequence[Members] = (), tell: Tell = lambda tried: None
) -> Unlocking:
    """Find the smallest sets of preconditions whose relaxation reaches a target more often.

    Args:
        case: the scenario.
        target: what is to be reached.
        draws: the replications that every set is tried on.
        stored: sets that would have unlocked days of a batch, most days first: tried before others.
        tell: told how many sets have been tried.

    Raises:
        CannotCompile: the engine cannot run the case.
    """
    search = _Search(case, target, draws, tell)
    search.go(stored)
    return search.found()


class _Search:
    """Tries sets, each once, and compares them run by run."""

    def __init__(self, case: Case, target: Target, draws: Draws, tell: Tell) -> None:
        self.case, self.target, self.draws, self.tell = case, target, draws, tell
        self.universe = gating(case, target)
        self.exhaustive = len(self.universe) <= MOST_EXHAUSTIVE
        self.tried: dict[Members, Ran] = {}
        self.attempt(())

    def attempt(self, members: Iterable[str]) -> Members:
        """Run a set, unless it has been run; its name in file order is returned."""
        wanted = set(members)
        key = tuple(name for name in self.universe if name in wanted)
        if key not in self.tried:
            case = without(self.case, self.target.track, key)
            self.tried[key] = self.draws.run(case, self.target)
            self.tell(len(self.tried) - 1)
        return key

    def gain(self, more: Members, less: Members) -> Estimate:
        """What relaxing one set gains over relaxing another, over the replications that came to a result in both."""
        one, other = self.tried[more], self.tried[less]
        fine = one.fine & other.fine
        won = int(np.count_nonzero(fine & one.reached & ~other.reached))
        lost = int(np.count_nonzero(fine & ~one.reached & other.reached))
        return difference_of_shares(int(np.count_nonzero(fine)), lost, won)

    def go(self, stored: Sequence[Members]) -> None:
        """Try sets by size, until larger ones are no longer told to gain more."""
        if self.exhaustive:
            for size in range(1, len(self.universe) + 1):
                for members in itertools.combinations(self.universe, size):
                    self.attempt(members)
            return
        everything = self.attempt(self.universe)
        for name in self.universe:
            self.attempt(each for each in self.universe if each != name)
        level = [self.attempt([name]) for name in self.universe]
        for size in range(2, LARGEST + 1):
            best = self._best(level)[:WIDTH]
            if not self.gain(everything, best[0]).told:
                break
            grown = [
                *[members for members in stored if len(members) == size][:MOST_TRIED],
                *[(*members, name) for members in best for name in self.universe if name not in members],
            ]
            room = max(0, MOST_TRIED - len(self.tried))
            level = [self.attempt(members) for members in grown[:room]]
            if not level or not self.gain(self._best(level)[0], best[0]).above:
                break

    def _best(self, level: Sequence[Members]) -> list[Members]:
        return sorted(level, key=lambda members: -int(np.count_nonzero(self._counted(members))))

    def _counted(self, members: Members) -> Flags:
        ran = self.tried[members]
        return ran.fine & ran.reached

    def found(self) -> Unlocking:
        """What the search came to."""
        sets = [members for members in self.tried if members]
        told = [self._relaxed(members, sets) for members in sets]
        return Unlocking(
            target=self.target,
            replications=self.draws.replications,
            seed=self.draws.seed,
            central=self.draws.central,
            engine=self.draws.engine,
            before=self._share(()),
            bindings=tuple(self._binding(name) for name in self.universe),
            relaxed=tuple(sorted(told, key=lambda each: (len(each.conditions), -each.reached.share))),
            exhaustive=self.exhaustive,
        )

    def _share(self, members: Members) -> Share:
        fine = int(np.count_nonzero(self.tried[members].fine))
        return share_of(int(np.count_nonzero(self._counted(members))), fine)

    def _relaxed(self, members: Members, sets: Sequence[Members]) -> Relaxed:
        before, ran = self.tried[()], self.tried[members]
        fine = before.fine & ran.fine
        turned = fine & ran.reached & ~before.reached
        within = [other for other in sets if set(other) < set(members)]
        return Relaxed(
            conditions=members,
            reached=self._share(members),
            gain=self.gain(members, ()),
            changed=share_of(
                int(np.count_nonzero(fine & (ran.ending != before.ending))), int(np.count_nonzero(fine))
            ),
            smallest=all(self.gain(members, other).above for other in [(), *within]),
            example=int(np.argmax(turned)) if turned.any() else NEVER,
            unsurpassed=not any(self.gain(other, members).above for other in sets if other != members),
        )  # fmt: skip

    def _binding(self, name: str) -> Binding:
        rest = tuple(each for each in self.universe if each != name)
        gate = next(
            condition.gate
            for track in self.case.tracks
            for condition in track.preconditions
            if track.name == self.target.track and _name(self.case, condition) == name
        )
        return Binding(name, gate.name.lower(), self.gain((name,), ()), self.gain(self.universe, rest))


def kept_unlocking(
    folder: Path, case: Case, target: Target, draws: Draws, stored: Sequence[Members] = (),
    tell: Tell = lambda tried: None,
) -> Unlocking:  # fmt: skip
    """What `unlocking` finds, from a result's folder where it has been found before; otherwise it is kept there.

    Raises:
        CannotCompile: the engine cannot run the case.
        OSError: the folder cannot be written.
    """
    limits = [FORMAT, MOST_EXHAUSTIVE, MOST_TRIED, LARGEST, WIDTH]
    asked = [limits, case.digest, rules_version(), asdict(target), asdict(draws), [list(each) for each in stored]]
    digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    file, kind = folder / KEPT_IN / f"{digest[:16]}.json", TypeAdapter(Unlocking)
    try:
        return kind.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        found = unlocking(case, target, draws, stored, tell)
    file.parent.mkdir(parents=True, exist_ok=True)
    land(file, kind.dump_json(found, indent=1))
    return found
