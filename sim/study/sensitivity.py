"""Which assumption carries the answer: sensitivity of an outcome to the ranges of a scenario, and to chance.

Designs are those of SALib; each point is run a few times on the compiled engine, and points that are compared share
their luck. Ranges are moved by their quantiles, so that a value counts as often as it is drawn.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy
from SALib.sample import morris, sobol

from sim.engine.compiled import Given, Prepared, run_points
from sim.rules import chance
from sim.scenario.case import Case, Parameter, draw_parameters
from sim.scenario.values import Status
from sim.study.estimates import Estimate
from sim.study.outcome import Outcome, require_fine
from sim.study.paired import difference_of_reals, difference_of_shares
from sim.study.summary import mean_of, share_of
from sim.study.variance import Array, elementary_effects, nested_share, sobol_indices

ROWS = 2000
"""Replications that are run at once."""
MOST_FACTORS = 40
"""Ranges that are analysed without a screening first."""
FEWEST = 50
"""The least that `n` can be."""
LEVELS = 4
"""Values that a screening tries of each range, at equal steps from quantile INNER to 1 - INNER."""
INNER = 0.125
STEP = 0.5
"""Share of the draws between two values that a screening compares."""
ENDS = (0.1, 0.9)
"""Quantiles at the ends of a tornado's bar."""
OF_SCREENING, OF_INDICES, OF_SHARE = 20, 10, 10
"""Replications at each point of a screening, of the indices, and of the share of assumptions."""
ASSUMED = (Status.ASSUMED, Status.CALIBRATED, Status.UNATTRIBUTED)
"""Numbers that nobody reported."""
OWN_BLOCK = ("parties", "tracks", "mediators", "acts", "events", "facts")
"""Parts of a scenario of which each entry is a block of its own."""


class Method(StrEnum):
    """How the ranges are looked at."""

    MORRIS = "morris"
    SOBOL = "sobol"


class By(StrEnum):
    """Whose Sobol indices are estimated."""

    PARAMETER = "parameter"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a scenario."""

    outcome: Outcome
    method: Method = Method.MORRIS
    by: By = By.PARAMETER
    n: int = 1000
    """Replications at each end of a bar of the tornado; everything else takes its size from it. At least FEWEST."""
    top: int = 10
    """Ranges that are looked at closely."""
    seed: int = 1

    @property
    def trajectories(self) -> int:
        """Trajectories of a screening."""
        return max(4, self.n // 50)

    @property
    def rows(self) -> int:
        """Rows of the design of the indices: a power of 2, about half of n."""
        return 1 << (self.n * 2 // 3).bit_length() - 1

    @property
    def points(self) -> int:
        """Draws of all ranges behind the share of assumptions."""
        return self.n // 2


@dataclass(frozen=True, slots=True)
class Screened:
    """What a screening found of a range: changes of the outcome as the range moves by STEP of its draws."""

    path: str
    mean: Estimate
    absolute: float
    spread: float
    strength: Estimate
    """Mean square of the change, without what chance adds."""

    @property
    def told(self) -> bool:
        """Whether it is told apart from a range that moves nothing."""
        return self.mean.told or self.strength.low > 0.0


@dataclass(frozen=True, slots=True)
class Swing:
    """The outcome with a range at each of two quantiles, everything else as ever."""

    path: str
    low: float
    """Value at quantile .1."""
    high: float
    at_low: Estimate
    at_high: Estimate
    difference: Estimate
    """Paired: at the high value less at the low one, replication by replication."""


@dataclass(frozen=True, slots=True)
class Index:
    """Sobol indices of a range or of a block for the expected outcome, as shares of the variance of single runs."""

    name: str
    ranges: int
    first: Estimate
    total: Estimate


@dataclass(frozen=True, slots=True)
class Level:
    """The outcome with some ranges drawn and the others at their middle."""

    drawn: int
    """Ranges that are drawn."""
    mean: Estimate
    difference: Estimate
    """Paired: less the mean with all ranges drawn."""
    share: Estimate
    """Share of the variance of single runs that the drawn ranges make; the rest is chance."""
    between: float
    """Variance that the drawn ranges make."""
    within: float
    """Variance that chance makes."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What the outcome of a scenario rests on."""

    ranges: dict[str, str]
    """Every range by its path, and its status."""
    screened: tuple[Screened, ...]
    """Strongest first; empty where nothing was screened."""
    swings: tuple[Swing, ...]
    """Greatest difference first."""
    indices: tuple[Index, ...]
    """Greatest total first; empty unless asked for."""
    in_indices: Estimate | None
    """Share of the variance of single runs that the ranges behind the indices make together."""
    all_drawn: Level
    reported_drawn: Level
    """Only ranges that somebody reported are drawn, what is assumed is at its middle."""
    central: Level
    """Every range is at its middle."""
    runs: int

    @property
    def assumption_share(self) -> Estimate:
        """Share of the variance of single runs that rests on ranges."""
        return self.all_drawn.share


class Evaluator:
    """Runs points of a scenario and says what came out."""

    def __init__(self, prepared: Prepared, asked: Asked, jobs: int) -> None:
        self.prepared, self.asked, self.jobs, self.runs = prepared, asked, jobs, 0

    def __call__(self, places: Sequence[int], values: Array, firsts: Sequence[int], each: int = 1) -> Array:
        """[point, replication]: the outcome at points; parameters at `places` have `values`, others are drawn.

        Args:
            places: of parameters in the case.
            values: [point, parameter].
            firsts: of each point, the number of its first replication.
            each: replications at each point.

        Raises:
            RunsFailed: a run came to no result.
        """
        step = max(1, ROWS // each)

        def block(at: int) -> Array:
            given = Given(tuple(places), values[at : at + step])
            done = run_points(self.prepared, self.asked.seed, firsts[at : at + step], each, given)
            require_fine(done.status)
            return self.asked.outcome.of(done.columns)

        with ThreadPoolExecutor(self.jobs) as pool:
            parts = list(pool.map(block, range(0, len(firsts), step)))
        self.runs += len(firsts) * each
        return numpy.concatenate(parts)


def analyse(prepared: Prepared, asked: Asked, jobs: int) -> Sensitivity:
    """Find out what an outcome rests on.

    Args:
        prepared: the scenario, compiled.
        asked: what is asked of it.
        jobs: threads.

    Raises:
        RunsFailed: runs came to no result.
        ValueError: the scenario has no range.
    """
    case = prepared.case
    places = uncertain(case)
    if not places:
        raise ValueError(f"'{case.name}' has no range: every number in it is a single one")
    run = Evaluator(prepared, asked, jobs)
    screened: tuple[Screened, ...] = ()
    if asked.method is Method.MORRIS or len(places) > MOST_FACTORS:
        screened = screen(run, places)
        by_path = {case.parameters[place].path: place for place in places}
        strongest = [by_path[each.path] for each in screened]
    else:
        strongest = list(places)
    indices, in_indices = _indices(run, places, strongest[: asked.top]) if asked.method is Method.SOBOL else ((), None)
    swings = sorted((_swing(run, place) for place in _closely(case, strongest, indices, asked)), key=_size)
    all_drawn, reported, central = _levels(run, places)
    ranges = {case.parameters[place].path: case.parameters[place].value.status.value for place in places}
    return Sensitivity(ranges, screened, tuple(swings), indices, in_indices, all_drawn, reported, central, run.runs)


def uncertain(case: Case) -> tuple[int, ...]:
    """The places of the parameters that are ranges."""
    return tuple(place for place, parameter in enumerate(case.parameters) if parameter.value.uncertain)


def quantiles(parameters: Iterable[Parameter], shares: Array) -> Array:
    """Values of parameters at shares of their draws.

    Args:
        parameters: ranges, one for each column.
        shares: [point, parameter], in [0, 1].
    """
    values = numpy.empty(shares.shape)
    for column, parameter in enumerate(parameters):
        value = parameter.value
        low, middle, high = value.low, value.middle, value.high
        values[:, column] = [chance.triangular(float(share), low, middle, high) for share in shares[:, column]]
    return values


def block_of(path: str) -> str:
    """The block of a scenario in which a parameter stands.

    >>> block_of("tracks.truce.direct"), block_of("rules.trust_gain")
    ('tracks.truce', 'rules')
    """
    parts = path.split(".")
    return ".".join(parts[: 2 if parts[0] in OWN_BLOCK else 1])


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def screen(run: Evaluator, places: Sequence[int]) -> tuple[Screened, ...]:
    """Screen ranges by their elementary effects; strongest first."""
    asked, parameters = run.asked, [run.prepared.case.parameters[place] for place in places]
    names = [parameter.path for parameter in parameters]
    shares = morris.sample(_problem(names), asked.trajectories, num_levels=LEVELS, seed=asked.seed)
    values = quantiles(parameters, INNER + (1 - 2 * INNER) * shares)
    points = len(names) + 1
    firsts = [trajectory * OF_SCREENING for trajectory in range(asked.trajectories) for _ in range(points)]
    y = run(places, values, firsts, OF_SCREENING).reshape(asked.trajectories, points, OF_SCREENING)
    found = elementary_effects(shares.reshape(asked.trajectories, points, -1), y, asked.seed)
    rows = zip(names, found.mean, found.absolute, found.spread, found.strength, strict=True)
    return tuple(sorted((Screened(*row) for row in rows), key=lambda each: (-each.strength.value, -each.absolute)))


def _indices(run: Evaluator, places: Sequence[int], strongest: Sequence[int]) -> tuple[tuple[Index, ...], Estimate]:
    """Sobol indices of the strongest ranges, or of all blocks; the other ranges are drawn, and count as chance."""
    asked, by_block = run.asked, run.asked.by is By.BLOCK
    chosen = list(places if by_block else strongest)
    parameters = [run.prepared.case.parameters[place] for place in chosen]
    names = [parameter.path for parameter in parameters]
    problem, factors = _problem(names), names
    if by_block:
        problem["groups"] = [block_of(name) for name in names]
        factors = list(dict.fromkeys(problem["groups"]))
    shares = sobol.sample(problem, asked.rows, calc_second_order=False, seed=asked.seed)
    points = len(factors) + 2
    firsts = [row * OF_INDICES for row in range(asked.rows) for _ in range(points)]
    y = run(chosen, quantiles(parameters, shares), firsts, OF_INDICES).reshape(asked.rows, points, OF_INDICES)
    found = sobol_indices(y, asked.seed)
    many = [problem["groups"].count(factor) if by_block else 1 for factor in factors]
    rows = zip(factors, many, found.first, found.total, strict=True)
    return tuple(sorted((Index(*row) for row in rows), key=lambda each: -each.total.value)), found.factors


def _closely(case: Case, strongest: Sequence[int], indices: Sequence[Index], asked: Asked) -> list[int]:
    """The ranges that the tornado shows."""
    order = {index.name: rank for rank, index in enumerate(indices)}
    return sorted(strongest, key=lambda place: order.get(case.parameters[place].path, len(order)))[: asked.top]


def _size(swing: Swing) -> float:
    return -abs(swing.difference.value)


def _swing(run: Evaluator, place: int) -> Swing:
    parameter, n = run.prepared.case.parameters[place], run.asked.n
    low, high = (float(end) for end in quantiles([parameter], numpy.array([[share] for share in ENDS]))[:, 0])
    if parameter.whole:
        low, high = float(round(low)), float(round(high))
    below, above = (run([place], numpy.full((n, 1), end), range(n))[:, 0] for end in (low, high))
    share = run.asked.outcome.is_share
    return Swing(parameter.path, low, high, _mean(below, share), _mean(above, share), _difference(below, above, share))


def _mean(values: Array, share: bool) -> Estimate:
    """A mean over replications: of shares with Wilson's interval."""
    if share:
        found = share_of(int(values.sum()), len(values))
        return Estimate(found.share, found.low, found.high)
    mean = mean_of(values.tolist())
    return Estimate(mean.mean, mean.low, mean.high)


def _difference(first: Array, second: Array, share: bool) -> Estimate:
    """The second less the first, over replications that share their luck."""
    gaps = second - first
    if share:
        return difference_of_shares(len(gaps), int((gaps < 0).sum()), int((gaps > 0).sum()))
    return difference_of_reals(gaps.tolist())


def _levels(run: Evaluator, places: Sequence[int]) -> tuple[Level, Level, Level]:
    """All ranges drawn; only reported ones drawn; none drawn."""
    case, asked = run.prepared.case, run.asked
    drawn = run((), numpy.zeros((asked.n, 0)), range(asked.n))[:, 0]
    draws = numpy.array([draw_parameters(case, asked.seed, point) for point in range(asked.points)])[:, list(places)]
    firsts = range(0, asked.points * OF_SHARE, OF_SHARE)

    def level(held: Sequence[int]) -> Level:
        middles = [case.parameters[place].value.middle for place in held]
        mine = run(held, numpy.tile(middles, (asked.n, 1)), range(asked.n))[:, 0] if held else drawn
        values = draws.copy()
        values[:, [place in held for place in places]] = middles
        y = run(places, values, firsts, OF_SHARE)
        share, between, within = nested_share(y, asked.seed)
        if len(held) == len(places):
            share, between = Estimate(0.0, 0.0, 0.0), 0.0
        difference = _difference(drawn, mine, asked.outcome.is_share)
        return Level(len(places) - len(held), _mean(mine, asked.outcome.is_share), difference, share, between, within)

    assumed = [place for place in places if case.parameters[place].value.status in ASSUMED]
    central = level(places)
    return level([]), central if len(assumed) == len(places) else level(assumed), central
