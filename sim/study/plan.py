"""What a batch is going to do: its points, its runs, and the chunks in which they are kept.

A point is a scenario with the factors at certain values; it is run so many times, once for each replication. All
runs of all points stand in one line, point after point, and are cut into chunks of equal size. Where the cuts fall
depends on the question alone, never on who answers it.
"""

import hashlib
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sim.scenario import shape
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case, digest_of
from sim.scenario.reading import read
from sim.scenario.schema import Scenario
from sim.scenario.values import bare
from sim.study.block import columns_of
from sim.study.versions import rules_version

FORMAT = 2
"""The version of the layout of a batch's tables."""
CHUNKS = 32
"""Chunks that a batch is cut into, unless they would be too small or too large."""
SIZES = {"mesa": (16, 200), "compiled": (512, 100_000)}
"""By engine: runs of a chunk at least and at most; a chunk is what can be lost, so it takes seconds, not minutes."""
ALWAYS = ("*.ending", "*.first_agreed")
"""Outcomes that are always kept."""


class ScenarioChanged(Exception):
    """A file of a scenario is no longer what it was when the batch was planned."""


@dataclass(frozen=True, slots=True)
class Base:
    """A scenario of a batch before any factor is set."""

    scenario: str
    """Name of the file that stands under everything that it extends."""
    variant: str
    """What is different from that: name of the file that extends it, as far as it is its own, or of a set of changes;
    empty where nothing is."""
    file: str
    sets: tuple[str, ...]
    """Changes to the file, as `path=value`, in order."""
    case: Case
    sources: tuple[tuple[str, str], ...] = ()
    """Every file that was read, and the hash of what was in it."""
    labels: Mapping[str, Mapping[str, str]] | None = None
    resolved: Mapping[str, Any] | None = None
    """The scenario as it was read, complete with what it extends, as plain data."""


@dataclass(frozen=True, slots=True)
class Point:
    """A scenario with every factor at a value."""

    number: int
    base: int
    settings: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """The part of a chunk that belongs to one point: replications `first` … `first + count - 1`."""

    point: Point
    first: int
    count: int
    sets: tuple[str, ...]
    case: Case | None
    """None where the case is the base's, with `numbers` in the place of some parameters."""
    numbers: tuple[tuple[int, float], ...] = ()
    """Parameters, and the values that they are set to."""
    fault: str = ""
    """Why the point has no case at all."""


@dataclass(frozen=True, slots=True)
class Task:
    """A chunk to be computed, with everything that it takes: it can be sent to another machine."""

    number: int
    legs: tuple[Leg, ...]
    bases: Mapping[int, Base]
    factors: tuple[str, ...]
    columns: Mapping[str, "np.dtype[Any]"]
    """Outcomes that are kept, whether or not every point has them."""
    keeps_unlocks: bool
    keeps_deals: bool
    texts: tuple[str, ...]
    """Factors whose column is text."""
    seed: int
    central: bool
    engine: str
    batch: str
    """The plan's identity."""
    skin: str = ""
    """Under which names it is told; empty for those of the files."""

    @property
    def runs(self) -> int:
        """Runs of the chunk."""
        return sum(leg.count for leg in self.legs)

    def case_of(self, leg: Leg) -> Case:
        """The compiled scenario of a leg."""
        if leg.case is not None:
            return leg.case
        base = self.bases[leg.point.base].case
        return with_numbers(base, leg.numbers) if leg.numbers else base

    def replay(self, leg: Leg, replication: int) -> str:
        """The command that tells one run of a leg again."""
        words = ["parley", "run", self.bases[leg.point.base].file, "--seed", str(self.seed)]
        words += ["--replication", str(replication)]
        for change in leg.sets:
            words += ["--set", change]
        words += ["--central"] if self.central else []
        return shlex.join([*words, "--skin", self.skin] if self.skin else words)

    def reason(self, failure: str) -> str:
        """Why a run failed, as it may be kept: under a skin it is not said, since it may name files."""
        return "told without --skin" if self.skin else failure


@dataclass(frozen=True)
class Plan:
    """A batch before it is run."""

    name: str
    title: str
    bases: tuple[Base, ...]
    factors: tuple[str, ...]
    """Paths."""
    by_number: tuple[Mapping[int, int], ...]
    """[factor][base]: the parameter that the factor sets directly, where it does no more than that."""
    points: tuple[Point, ...]
    columns: Mapping[str, "np.dtype[Any]"]
    """Every outcome that some point has."""
    replications: int
    seed: int
    central: bool
    engine: str
    keep: tuple[str, ...] = ("*",)
    """Patterns of the outcomes to keep, such as `exchange.*`."""
    chunk_size: int = 0
    """Runs of a chunk; 0 for as many as suit the engine."""
    skin: str = ""
    """Under which names it is told; empty for those of the files."""

    @property
    def runs(self) -> int:
        """Runs of the whole batch."""
        return len(self.points) * self.replications

    @property
    def chunk(self) -> int:
        """Runs of a chunk; the last may have fewer."""
        least, most = SIZES[self.engine]
        return self.chunk_size or min(most, max(least, -(-self.runs // CHUNKS)))

    @property
    def chunks(self) -> int:
        """Chunks of the batch."""
        return -(-self.runs // self.chunk)

    @property
    def kept(self) -> dict[str, "np.dtype[Any]"]:
        """The outcomes that are kept, in order."""
        return {name: dtype for name, dtype in self.columns.items() if matches(name, (*ALWAYS, *self.keep))}

    @property
    def keeps_unlocks(self) -> bool:
        """Whether the sets of preconditions that would have unlocked an agreement are kept."""
        return any(matches(name, self.keep) for name in _beside(self.columns, "unlock"))

    @property
    def keeps_deals(self) -> bool:
        """Whether every deal is kept."""
        return any(matches(name, self.keep) for name in _beside(self.columns, "deal"))

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Factors that take any value that is no number."""
        return tuple(
            path
            for at, path in enumerate(self.factors)
            if any(isinstance(p.settings[at], bool) or not isinstance(p.settings[at], int | float) for p in self.points)
        )

    @cached_property
    def identity(self) -> str:
        """Hash of everything that the tables of the batch depend on."""
        asked = {
            "format": FORMAT,
            "rules": rules_version(),
            "engine": self.engine,
            "bases": [(base.scenario, base.variant, base.file, base.sets, base.case.digest) for base in self.bases],
            "factors": self.factors,
            "points": [(point.base, point.settings) for point in self.points],
            "replications": self.replications,
            "seed": self.seed,
            "central": self.central,
            "chunk": self.chunk,
            "columns": [(name, str(dtype)) for name, dtype in self.kept.items()],
            "unlocks": self.keeps_unlocks,
            "deals": self.keeps_deals,
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    @property
    def folder(self) -> str:
        """Name of the folder of its results: the same for the same question, another for any other."""
        return f"{self.name}-{self.identity[:12]}"

    def task(self, number: int) -> Task:
        """The chunk of a number.

        Raises:
            ScenarioChanged: a point has to be read anew, and its files are no longer the same.
        """
        legs = tuple(self._legs(number))
        return Task(
            number=number,
            legs=legs,
            bases={leg.point.base: replace(self.bases[leg.point.base], labels=None, resolved=None) for leg in legs},
            factors=self.factors,
            columns=self.kept,
            keeps_unlocks=self.keeps_unlocks,
            keeps_deals=self.keeps_deals,
            texts=self.texts,
            seed=self.seed,
            central=self.central,
            engine=self.engine,
            batch=self.identity,
            skin=self.skin,
        )

    def runs_of(self, number: int) -> int:
        """Runs of the chunk of a number."""
        return min(self.chunk, self.runs - number * self.chunk)

    def _legs(self, number: int) -> Iterator[Leg]:
        at = number * self.chunk
        end = at + self.runs_of(number)
        while at < end:
            point, first = self.points[at // self.replications], at % self.replications
            count = min(self.replications - first, end - at)
            yield self.leg(point, first, count)
            at += count

    def leg(self, point: Point, first: int, count: int) -> Leg:
        """So many replications of a point, from the first on.

        Raises:
            ScenarioChanged: the point has to be read anew, and its files are no longer the same.
        """
        base = self.bases[point.base]
        sets = tuple(setting_text(path, value) for path, value in zip(self.factors, point.settings, strict=True))
        leg = Leg(point, first, count, base.sets + sets, None)
        if all(point.base in where for where in self.by_number):
            direct = [where[point.base] for where in self.by_number]
            return replace(leg, numbers=tuple(zip(direct, point.settings, strict=True)))
        require_unchanged(base)
        try:
            return replace(leg, case=compile_case(read(base.file, leg.sets)))
        except Exception as error:  # a combination that is no scenario is an answer: its runs say so
            return replace(leg, fault=f"{type(error).__name__}: {str(error).splitlines()[0]}")


def setting_text(path: str, value: Any) -> str:
    """A change to a scenario, as `--set` takes it.

    >>> setting_text("tracks.truce.issues.days", [7, 30])
    'tracks.truce.issues.days=[7, 30]'
    """
    return f"{path}={json.dumps(value, ensure_ascii=False)}"


def with_numbers(case: Case, numbers: Sequence[tuple[int, float]]) -> Case:
    """The case with some of its parameters set to single numbers, as if its file said so."""
    parameters = list(case.parameters)
    for index, number in numbers:
        parameters[index] = replace(parameters[index], value=bare(number))
    changed = replace(case, parameters=tuple(parameters), digest="")
    return replace(changed, digest=digest_of(changed))


def parameter_at(case: Case, path: str) -> int | None:
    """The parameter of a case that stands at a path, as `--set` understands it; None if there is none."""
    paths = {parameter.path: index for index, parameter in enumerate(case.parameters)}
    return paths.get(full_path(case, path))


def full_path(case: Case, path: str) -> str:
    """A path as `--set` takes it, with the `tracks.` that may be left out."""
    first = path.split(".", maxsplit=1)[0]
    short = first in (track.name for track in case.tracks) and first not in shape.keys_of(Scenario)
    return f"tracks.{path}" if short else path


def hash_of(file: Path) -> str:
    """Hash of the contents of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def require_unchanged(base: Base) -> None:
    """Make sure that the files of a scenario are what they were.

    Raises:
        ScenarioChanged: one is not.
    """
    for name, known in base.sources:
        if not Path(name).is_file() or hash_of(Path(name)) != known:
            raise ScenarioChanged(f"'{name}' was changed while the batch was running")


def union_of_columns(cases: Sequence[Case]) -> dict[str, "np.dtype[Any]"]:
    """Every outcome that one of the cases has, in the order of the cases."""
    columns: dict[str, np.dtype[Any]] = {}
    for case in cases:
        columns |= columns_of(case)
    return columns


def keeps_any(pattern: str, columns: Iterable[str]) -> bool:
    """Whether a pattern fits any outcome, deals and the sets that would have unlocked an agreement included."""
    names = list(columns)
    return any(matches(name, (pattern,)) for name in (*names, *_beside(names, "unlock"), *_beside(names, "deal")))


def _beside(columns: Iterable[str], table: str) -> list[str]:
    """How the patterns of what to keep name the rows of a further table, track by track."""
    return [f"{name.removesuffix('.ending')}.{table}." for name in columns if name.endswith(".ending")]


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Whether an outcome is one of those that patterns ask for."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
