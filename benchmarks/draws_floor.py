"""The floor below which no engine gets: the time to draw as many numbers as a run needs, and nothing else."""

from unittest import mock

import numba
import numpy as np

from benchmarks.timing import FLAGSHIP, ROOT, Line, interleaved, spread
from sim.engine import compiled, model
from sim.engine.rebuilding import Rebuilder
from sim.rules import chance
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

SEED = 1
COUNTED = 20

_rules = Rebuilder(numba.njit, {})
counter, uniform, replication_key = (
    _rules.compiled(rule) for rule in (chance.counter, chance.uniform, chance.replication_key)
)


@numba.njit
def draw_alone(seed, replications, draws, days):  # type: ignore[no-untyped-def]
    """So many draws in each of so many replications; returns their sum, so that none can be left out."""
    total = 0.0
    for replication in range(replications):
        key = replication_key(np.uint64(seed), np.uint64(replication))
        for place in range(draws):
            packed = counter(place & 15, place & 3, place & 1, 1, (place >> 4) % days, 0)
            total += uniform(key, np.uint64(packed))
    return total


def measure(quick: bool) -> list[Line]:
    """What drawing costs, and what share of a run that is."""
    case = compile_case(read(ROOT / FLAGSHIP))
    prepared, draws, many = compiled.prepare(case), draws_of(case), 500 if quick else 10_000
    took = interleaved(
        {
            "drawing": lambda _: draw_alone(SEED, many, draws, case.horizon),
            "compiled": lambda repeat: compiled.run_chunk(prepared, SEED, repeat * many, many),
        }
    )
    alone = took["drawing"] / many * 1e6
    share = spread(100 * took["drawing"] / took["compiled"], ".1f")
    return [
        Line(f"flagship: {draws:,} draws alone", f"{spread(alone, '.1f')} µs"),
        Line("as a share of a compiled run", f"{share} %"),
    ]


def draws_of(case: Case) -> int:
    """Numbers drawn in a run, on average: those of the Mesa engine, which the compiled engine draws at most."""
    with mock.patch.object(chance, "uniform", wraps=chance.uniform) as drawn:
        for replication in range(COUNTED):
            model.run(case, SEED, replication, logs=False)
        return round(drawn.call_count / COUNTED)
