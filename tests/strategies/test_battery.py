"""One battery for every strategy on the shelf: a new file there is found and tried by itself."""

import importlib
import math
import re
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sim.rules.offers import clamp_demand
from sim.strategies import curves
from sim.strategies.module import StrategyModule
from sim.strategies.probation import probation
from sim.strategies.shelf import find, shelf
from sim.strategies.situation import WINDOW, Situation, opening

WORTHS = (
    "reservation",
    "top",
    "demanded",
    "next_lower",
    "received_last",
    "received_before",
    "received_first",
    "received_window",
)
NAMES = tuple(field.name for field in fields(Situation))
STATE = attrgetter(*NAMES)

# Multiples of 1/64, so that scaling by powers of two and shifting by such multiples is exact.
worths = some.integers(-128, 128).map(lambda n: n / 64)
shares = some.integers(0, 64).map(lambda n: n / 64)
counts = some.integers(0, 40).map(float)
times = some.integers(1, 64).map(lambda n: n / 64)


@some.composite
def situations(draw: some.DrawFn) -> Situation:
    """Any situation, with or without room between reservation and top, with any past."""
    return Situation(
        time=draw(times),
        weariness=draw(shares),
        tolerance=draw(shares),
        rounds_spoken=draw(counts),
        offers_made=draw(counts),
        offers_received=draw(counts),
        window_length=draw(some.integers(0, WINDOW).map(float)),
        **{name: draw(worths) for name in WORTHS},
    )


def settings_of(strategy: StrategyModule) -> list[tuple[float, ...]]:
    """The strategy's parameters all low, all middle, all high."""
    ranges = [(each.low, each.middle, each.high) for each in strategy.parameters]
    return list(zip(*ranges, strict=True)) if ranges else [()]


def room(situation: Situation) -> float:
    """What lies between the reservation and the best there is."""
    return max(situation.top, situation.reservation) - situation.reservation


every_strategy = pytest.mark.parametrize("strategy", [find(name) for name in shelf()], ids=shelf())
forgetful = pytest.mark.parametrize(
    "strategy",
    [find(name) for name in shelf() if not find(name).remembers],
    ids=[name for name in shelf() if not find(name).remembers],
)


@every_strategy
def test_says_what_it_does_and_where_it_comes_from(strategy: StrategyModule) -> None:
    """A strategy's docstring says in one line what it does and names a dated source."""
    assert 20 <= len(strategy.summary) <= 100
    assert re.search(r"\(\d{4}\)", strategy.source)


@every_strategy
def test_parameters_have_a_reason_and_a_range(strategy: StrategyModule) -> None:
    """Every parameter of a strategy has a reason and a range within the values that make sense."""
    for parameter in strategy.parameters:
        assert len(parameter.reason) > 20
        assert parameter.low <= parameter.middle <= parameter.high
        assert parameter.admits(parameter.low)
        assert parameter.admits(parameter.high)


@every_strategy
def test_passes_probation(strategy: StrategyModule) -> None:
    """A strategy of the shelf passes the trial that a user's own file must pass."""
    probation(strategy)


@every_strategy
@given(situation=situations())
def test_demands_a_finite_worth(strategy: StrategyModule, situation: Situation) -> None:
    """Whatever the situation, a strategy demands a finite float."""
    for parameters in settings_of(strategy):
        demanded = strategy.demand(situation, parameters)
        assert type(demanded) is float
        assert math.isfinite(demanded)


@every_strategy
@given(situation=situations())
def test_is_a_pure_function(strategy: StrategyModule, situation: Situation) -> None:
    """A strategy gives the same answer to the same question and leaves the situation as it was."""
    before = STATE(situation)
    for parameters in settings_of(strategy):
        assert strategy.demand(situation, parameters) == strategy.demand(replace(situation), list(parameters))
        assert STATE(situation) == before


@every_strategy
@given(situation=situations())
def test_stands_between_reservation_and_top_once_clamped(strategy: StrategyModule, situation: Situation) -> None:
    """What a party demands in the end is never below its reservation and never above the best there is."""
    for parameters in settings_of(strategy):
        wanted = strategy.demand(situation, parameters)
        demanded = clamp_demand(wanted, situation.reservation, situation.top)
        assert situation.reservation <= demanded <= max(situation.top, situation.reservation)


@every_strategy
@given(
    situation=situations(),
    scale=some.sampled_from([0.25, 0.5, 2.0, 8.0]),
    shift=worths,
)
def test_does_not_depend_on_the_unit_or_the_zero_of_worth(
    strategy: StrategyModule, situation: Situation, scale: float, shift: float
) -> None:
    """Measured in another unit from another zero, a strategy demands the same: f(a·x + b) = a·f(x) + b."""
    moved = replace(situation, **{name: scale * getattr(situation, name) + shift for name in WORTHS})
    for parameters in settings_of(strategy):
        expected = scale * strategy.demand(situation, parameters) + shift
        assert strategy.demand(moved, parameters) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@forgetful
@given(situation=situations())
def test_a_strategy_of_time_stays_between_reservation_and_top(strategy: StrategyModule, situation: Situation) -> None:
    """A strategy that does not remember stays between reservation and top by itself, to rounding."""
    for parameters in settings_of(strategy):
        above = strategy.demand(situation, parameters) - situation.reservation
        assert -1e-12 <= above <= room(situation) + 1e-12


@forgetful
@given(situation=situations())
def test_a_strategy_of_time_ends_at_the_reservation(strategy: StrategyModule, situation: Situation) -> None:
    """On the last round a strategy that does not remember stands at its reservation exactly."""
    last = replace(situation, time=1.0)
    for parameters in settings_of(strategy):
        assert strategy.demand(last, parameters) == situation.reservation


@forgetful
@given(situation=situations(), sooner=times, later=times)
def test_a_strategy_of_time_never_takes_back_a_concession(
    strategy: StrategyModule, situation: Situation, sooner: float, later: float
) -> None:
    """All else equal, a strategy that does not remember demands no more later than sooner."""
    sooner, later = sorted((sooner, later))
    for parameters in settings_of(strategy):
        at_first = strategy.demand(replace(situation, time=sooner), parameters)
        at_last = strategy.demand(replace(situation, time=later), parameters)
        assert at_last <= at_first + 1e-12


@forgetful
@given(situation=situations())
def test_a_strategy_of_time_ignores_what_was_said(strategy: StrategyModule, situation: Situation) -> None:
    """A strategy that says it does not remember demands the same whatever was said in the talks."""
    fresh = opening(situation.time, situation.reservation, situation.top, situation.weariness, situation.tolerance)
    for parameters in settings_of(strategy):
        assert strategy.demand(situation, parameters) == strategy.demand(fresh, parameters)


@pytest.mark.parametrize("name", [name for name in shelf() if find(name).remembers])
@given(time=times, reservation=worths, gap=shares)
def test_a_strategy_of_memory_opens_at_the_top(name: str, time: float, reservation: float, gap: float) -> None:
    """A strategy that answers offers demands the best there is as long as nothing has been said."""
    strategy = find(name)
    first = opening(time, reservation, reservation + gap, 0.5, 0.5)
    for parameters in settings_of(strategy):
        assert strategy.demand(first, parameters) == first.top


@pytest.fixture(scope="module")
def compiler() -> Any:
    """Numba, knowing the shapes that strategies share."""
    numba = pytest.importorskip("numba")
    register = importlib.import_module("numba.extending").register_jitable
    for shape in (curves.aspire, curves.polynomial):
        register(shape)
    return numba


@every_strategy
def test_compiles_to_the_same_bits(strategy: StrategyModule, compiler: Any) -> None:
    """Compiled, a strategy gives the same floats bit for bit as in plain Python."""
    numpy = importlib.import_module("numpy")
    table = draw_table(numpy, 3000)
    record = compiler.from_dtype(table.dtype)
    compiled = compiler.njit(strategy.demand)
    kernel = compiler.njit(compiler.types.void(record[:], compiler.float64[:], compiler.float64[:]))(
        over_rows(compiled)
    )
    rows = [Situation(**dict(zip(NAMES, row, strict=True))) for row in table.tolist()]
    for parameters in settings_of(strategy):
        demands = numpy.empty(len(table))
        kernel(table, numpy.array(parameters, dtype=float), demands)
        expected = [strategy.demand(row, parameters) for row in rows]
        assert demands.tolist() == expected


def draw_table(numpy: Any, rows: int) -> Any:
    """Random situations as records, a tenth of them on the last round, and some without a past."""
    random = numpy.random.default_rng(7)
    table = numpy.zeros(rows, dtype=[(name, numpy.float64) for name in NAMES])
    for name in WORTHS:
        table[name] = random.normal(0.3, 0.5, rows)
    for name in ("time", "weariness", "tolerance"):
        table[name] = 1.0 - random.random(rows)
    for name in ("rounds_spoken", "offers_made", "offers_received"):
        table[name] = random.integers(0, 5, rows)
    table["window_length"] = random.integers(0, WINDOW + 1, rows)
    table["time"][::10] = 1.0
    return table


def over_rows(compiled: Any) -> Any:
    """A loop over records that calls a compiled strategy."""

    def kernel(table: Any, parameters: Any, demands: Any) -> None:
        for i in range(len(table)):
            demands[i] = compiled(table[i], parameters)

    return kernel
