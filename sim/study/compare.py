"""Variants over common draws: what differs from pair to pair of replications, and which of them end otherwise.

Replication K of one variant and replication K of another share their luck: the seed, the number and the meaning of
every draw. So a difference is counted pair by pair, and its interval is that of the difference. Everything but levels
of parties is counted in whole numbers, so that the order in which rows are read cannot matter.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import fsum
from pathlib import Path
from typing import Any

from sim.study.estimates import Estimate
from sim.study.manifest import BatchManifest, ScenarioEntry, read_batch_manifest
from sim.study.paired import difference_of_means, difference_of_reals, difference_of_shares
from sim.study.plan import setting_text
from sim.study.query import Ask, quoted, together
from sim.study.summary import ENDINGS

EVER_AGREED, ENDING = "ever_agreed", "ending"
DAYS = (".first_opened", ".first_agreed")
"""Columns of a day that may never come: they are compared where it came in both."""
ORDERED = ("parties", "mediators", "tracks")
"""Parts of a scenario whose order says whose draws are whose."""
SHARE, MEAN, WHERE_BOTH = "share", "mean", "mean where both"


class NotComparable(Exception):
    """Results whose replications share no luck, or that have nothing in common."""


@dataclass(frozen=True, slots=True)
class Side:
    """One variant: a point of a batch."""

    folder: Path
    point: int
    manifest: BatchManifest

    @property
    def entry(self) -> ScenarioEntry:
        """Its scenario."""
        return self.manifest.scenario_of(self.point)

    def replay(self, replication: int) -> list[str]:
        """The words of the command that tells one of its runs again."""
        settings = zip(self.manifest.factors, self.manifest.points[self.point].settings, strict=True)
        words = ["parley", "run", self.entry.file, "--seed", str(self.manifest.seed)]
        words += ["--replication", str(replication)]
        for change in (*self.entry.sets, *(setting_text(path, value) for path, value in settings)):
            words += ["--set", change]
        return [*words, "--central"] if self.manifest.central else words


@dataclass(frozen=True, slots=True)
class Effect:
    """What differs in one outcome between the first variant and another."""

    outcome: str
    """A column of the record, `<track>.ever_agreed`, or `<track>.ending.<ending>`."""
    kind: str
    """`share` of pairs, `mean`, or `mean where both`: over the pairs in which the day came in both."""
    n: int
    """Pairs that have the outcome on both sides."""
    first: float
    second: float
    difference: Estimate
    jointly: Estimate
    """With an interval so wide that all of them hold together at the same confidence (Bonferroni)."""
    fewer: int
    """Pairs in which the other has less of it; of a share, in which only the first has it."""
    more: int

    @property
    def verdict(self) -> str:
        """What can be told, in words; nothing where the interval covers 0."""
        if self.fewer == self.more == 0:
            return "the same in every pair"
        if not self.difference.told:
            return "no difference can be told"
        return ("higher" if self.difference.value > 0 else "lower") + (", jointly" if self.jointly.told else "")


@dataclass(frozen=True, slots=True)
class Move:
    """How many pairs end one way in the first variant and one way in the other; a flip where the ways differ."""

    track: str
    before: str
    after: str
    pairs: int
    replication: int
    """The first such pair."""

    @property
    def flips(self) -> bool:
        """Whether the ending is another."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Against:
    """The first variant against one other."""

    side: Side
    pairs: int
    failed: int
    """Replications of both that were run, and failed in one."""
    effects: tuple[Effect, ...]
    moves: tuple[Move, ...]
    """By track; most pairs first."""
    only_first: tuple[str, ...]
    """Outcomes that only the first variant has."""
    only_second: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Variants against the first of them."""

    first: Side
    others: tuple[Against, ...]
    compared: int
    """Differences that some pair shows, over all outcomes and variants: as many chances to be misled."""
    confidence: float

    @property
    def by_chance(self) -> float:
        """Intervals expected to leave 0 out if no variant made any difference."""
        return (1 - self.confidence) * self.compared


def sides_of(given: str) -> list[Side]:
    """The variants that a folder of a batch names: `FOLDER#POINT`, or `FOLDER` for all of its points.

    Raises:
        NotAResult: it is no batch.
        NotComparable: it has no such point.
    """
    name, mark, number = given.rpartition("#")
    whole = Path(given).exists() or not mark
    folder = Path(given if whole else name)
    manifest = read_batch_manifest(folder)
    points = len(manifest.points)
    if whole:
        return [Side(folder, point, manifest) for point in range(points)]
    if not re.fullmatch("[0-9]{1,9}", number, re.ASCII) or int(number) >= points:
        raise NotComparable(f"'{given}': '{number}' is no point of that batch: expected 0 to {points - 1}")
    return [Side(folder, int(number), manifest)]


def require_common(sides: Sequence[Side]) -> None:
    """Make sure that replications of the same number share their luck.

    Raises:
        NotComparable: they do not, or there are no two variants.
    """
    first = sides[0]
    for at, side in enumerate(sides[1:], 1):
        if any((side.manifest.identity, side.point) == (o.manifest.identity, o.point) for o in sides[:at]):
            raise NotComparable(f"'{side.folder}' is compared with itself")
        for what in ("seed", "central", "rules"):
            one, other = (str(getattr(each.manifest, what)) for each in (first, side))
            if one != other:
                names = {"seed": "seed", "central": "--central", "rules": "version of the rules"}
                told = f"{names[what]} {other[:12]} in '{side.folder}', {one[:12]} in '{first.folder}'"
                raise NotComparable(f"their draws are not common: {told}; run one of them again like the other")
    if len(sides) < 2:
        raise NotComparable(f"'{first.folder}' alone is nothing to compare: name another result or scenario")


def compare(sides: Sequence[Side], confidence: float = 0.95) -> Comparison:
    """Compare variants with the first of them, pair by pair.

    Raises:
        NotComparable: their draws are not common, or they have no track or no replication in common.
        Unanswerable: a table is damaged, or nothing is there yet.
    """
    require_common(sides)
    counted = [_Pairs(sides[0], side).counted() for side in sides[1:]]
    compared = sum(1 for found in counted for each in found.differences if each.fewer or each.more)
    jointly = 1 - (1 - confidence) / max(1, compared)
    others = (_against(found, confidence, jointly) for found in counted)
    return Comparison(sides[0], tuple(others), compared, confidence)


def _against(found: "_Found", confidence: float, jointly: float) -> Against:
    effects = (
        Effect(
            each.outcome, each.kind, each.n, each.first, each.second,
            each.difference(confidence), each.difference(jointly), each.fewer, each.more,
        )
        for each in found.differences
    )  # fmt: skip
    return Against(
        found.side, found.pairs, found.failed, tuple(effects), tuple(found.moves), *found.alone, tuple(found.remarks)
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """An outcome as counted, before any confidence is chosen."""

    outcome: str
    kind: str
    n: int
    first: float
    second: float
    difference: Callable[[float], Estimate]
    fewer: int
    more: int


@dataclass(frozen=True, slots=True)
class _Found:
    """What was counted of two variants."""

    side: Side
    pairs: int
    failed: int
    differences: list[_Counted]
    moves: list[Move]
    alone: tuple[tuple[str, ...], tuple[str, ...]]
    remarks: list[str]


class _Pairs:
    """Counts two variants pair by pair."""

    def __init__(self, first: Side, second: Side) -> None:
        self.sides = (first, second)
        self.ask: Ask = together([side.folder for side in self.sides])
        kinds = [_outcomes(self.ask, place) for place in range(2)]
        self.kinds = {name: kind for name, kind in kinds[0].items() if kinds[1].get(name) == kind}
        parts = (f"(select * from runs{place} where point = {s.point})" for place, s in enumerate(self.sides))
        self.all = "{} a join {} b using (replication)".format(*parts)
        self.pairs = f"{self.all} where a.failed is null and b.failed is null"
        counts = ", ".join(
            f"count({side}.{quoted(name)})" for side, of_side in zip("ab", kinds, strict=True) for name in of_side
        )
        filled = iter(self.ask(f"select {counts} from {self.pairs}")[0])
        here = [{name for name in of_side if next(filled)} for of_side in kinds]
        self.alone = (
            tuple(name for name in kinds[0] if name in here[0] and name not in here[1]),
            tuple(name for name in kinds[1] if name in here[1] and name not in here[0]),
        )
        self.shared = [name for name in self.kinds if name in here[0] and name in here[1]]

    def counted(self) -> _Found:
        """Everything."""
        n, together_run = (self.ask(f"select count(*) from {these}")[0][0] for these in (self.pairs, self.all))
        tracks = [name.removesuffix(".ending") for name in self.shared if name.endswith(".ending")]
        first, second = self.sides
        if not n:
            raise NotComparable(f"'{first.folder}' and '{second.folder}' have no replication in common")
        if not tracks:
            raise NotComparable(f"'{first.entry.file}' and '{second.entry.file}' have no track in common")
        moves = [move for track in tracks for move in self.moves(track)]
        shares = [share for track in tracks for share in self.shares(track, [m for m in moves if m.track == track])]
        found = [*shares, *self.whole(), *self.levels()]
        return _Found(second, n, together_run - n, found, moves, self.alone, list(_remarks(first, second, n)))

    def moves(self, track: str) -> Iterator[Move]:
        """From which ending to which."""
        name = quoted(f"{track}.ending")
        sql = (
            f"select a.{name}::varchar, b.{name}::varchar, count(*), min(replication) from {self.pairs}"
            f" and a.{name} is not null and b.{name} is not null group by 1, 2"
        )
        found = [Move(track, *row) for row in self.ask(sql)]
        order = {ending: place for place, ending in enumerate(ENDINGS)}
        return iter(sorted(found, key=lambda move: (-move.pairs, order[move.before], order[move.after])))

    def shares(self, track: str, moves: Sequence[Move]) -> Iterator[_Counted]:
        """Ever agreed, and every ending that occurred."""
        a, b = (f"{side}.{quoted(f'{track}.first_agreed')} >= 0" for side in "ab")
        cells = ", ".join(
            f"count(*) filter ({cell})" for cell in (f"{a} and {b}", f"{a} and not {b}", f"{b} and not {a}")
        )
        both, first, second = self.ask(f"select {cells} from {self.pairs}")[0]
        n = sum(move.pairs for move in moves)
        yield _share(f"{track}.{EVER_AGREED}", n, both, first, second)
        for ending in ENDINGS:
            cells_of = {
                where: sum(m.pairs for m in moves if (m.before == ending, m.after == ending) == where)
                for where in ((True, True), (True, False), (False, True))
            }
            if any(cells_of.values()):
                yield _share(f"{track}.{ENDING}.{ending}", n, *cells_of.values())

    def whole(self) -> Iterator[_Counted]:
        """Columns of whole numbers."""
        names = [name for name in self.shared if self.kinds[name] == "whole"]
        columns = []
        for place, name in enumerate(names):
            a, b = (f"{side}.{quoted(name)}::bigint" for side in "ab")
            came = f"case when {a} >= 0 and {b} >= 0 then" if name.endswith(DAYS) else "case when true then"
            columns.append(f"{came} {a} end as a{place}, {came} {b} end as b{place}, b{place} - a{place} as d{place}")
        sums = ", ".join(
            f"count(d{p}), coalesce(sum(a{p}) filter (d{p} is not null), 0), coalesce(sum(b{p}) filter (d{p} is not"
            f" null), 0), coalesce(sum(d{p}), 0), coalesce(sum(d{p}::hugeint * d{p}), 0), count(*) filter (d{p} < 0),"
            f" count(*) filter (d{p} > 0)"
            for p in range(len(names))
        )
        numbers = [
            int(each) for each in self.ask(f"select {sums} from (select {', '.join(columns)} from {self.pairs})")[0]
        ]
        for place, name in enumerate(names):
            n, first, second, total, squares, fewer, more = numbers[7 * place : 7 * place + 7]
            if n:
                kind = WHERE_BOTH if name.endswith(DAYS) else MEAN
                difference = partial(difference_of_means, n, total, squares)
                yield _Counted(name, kind, n, first / n, second / n, difference, fewer, more)

    def levels(self) -> Iterator[_Counted]:
        """Columns of numbers that are not whole."""
        for name in [name for name in self.shared if self.kinds[name] == "real"]:
            a, b = (f"{side}.{quoted(name)}" for side in "ab")
            rows = self.ask(f"select {a}, {b} from {self.pairs} and {a} is not null and {b} is not null")
            n, gaps = len(rows), [other - one for one, other in rows]
            first, second = (fsum(row[side] for row in rows) / n for side in range(2))
            fewer, more = sum(1 for gap in gaps if gap < 0), sum(1 for gap in gaps if gap > 0)
            yield _Counted(name, MEAN, n, first, second, partial(difference_of_reals, gaps), fewer, more)


def _share(outcome: str, n: int, both: int, first: int, second: int) -> _Counted:
    difference = partial(difference_of_shares, n, first, second)
    return _Counted(outcome, SHARE, n, (both + first) / n, (both + second) / n, difference, first, second)


def _outcomes(ask: Ask, place: int) -> dict[str, str]:
    """The outcomes of a table of runs and what they are made of; they stand after the command for replaying."""
    columns: list[Any] = ask(f"describe runs{place}")
    names = [str(name) for name, *_ in columns]
    found = {}
    for name, kind, *_ in columns[names.index("replay") + 1 :]:
        found[str(name)] = {"INTEGER": "whole", "BIGINT": "whole", "DOUBLE": "real", "FLOAT": "real"}.get(kind, "word")
    return found


def _remarks(first: Side, second: Side, n: int) -> Iterator[str]:
    """What a reader has to know of two variants before their differences."""
    asked = [side.manifest.replications for side in (first, second)]
    if n < max(asked):
        yield f"the first {n:,} replications are common ({asked[0]:,} and {asked[1]:,} were asked for)"
    days = [side.manifest.horizon_of(side.point) for side in (first, second)]
    if days[0] != days[1]:
        yield f"they run for {days[0]} and {days[1]} days, so that what adds up over days differs by that alone"
    for part in ORDERED:
        names = [list(side.entry.resolved.get(part, ())) for side in (first, second)]
        if any(one != other for one, other in zip(*names, strict=False)):
            yield f"their {part} stand in another order, so that pairs share less luck; the intervals say how much"


def endings_of(moves: Iterable[Move]) -> list[str]:
    """The endings that occur in moves, from the earliest to the latest."""
    found = {ending for move in moves for ending in (move.before, move.after)}
    return [ending for ending in ENDINGS if ending in found]
