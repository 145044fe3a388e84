"""Many replications of a scenario, day by day."""

from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import add

from sim.engine.chunk import Days
from sim.engine.compiled import Prepared, run_chunk
from sim.study.outcome import require_fine

ROWS = 2000
"""Replications that are run at once."""


def days_of(prepared: Prepared, seed: int, count: int, jobs: int, *, central: bool = False) -> Days:
    """Phases, levels and ledgers of replications 0 … `count` - 1, day by day.

    Sums of levels are added in the order of the replications, so that threads change nothing.

    Args:
        prepared: the scenario, compiled.
        seed: of every draw.
        count: replications, at least 1.
        jobs: threads.
        central: hold uncertain parameters at their middle.

    Raises:
        RunsFailed: some runs came to no result.
    """

    def block(first: int) -> Days:
        chunk = run_chunk(prepared, seed, first, min(ROWS, count - first), central=central, days=True)
        require_fine(chunk.status)
        assert chunk.days is not None
        return chunk.days

    with ThreadPoolExecutor(jobs) as pool:
        return reduce(add, pool.map(block, range(0, count, ROWS)))
