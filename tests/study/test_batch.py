"""Many replications of one case, whoever runs them."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from sim.engine.record import RunRecord
from sim.study.batch import Failure, run_batch

CASE: Any = object()
"""A stand-in: a batch hands its case to the engine and does not look at it."""


def record(replication: int) -> RunRecord:
    """What a run leaves of which nothing matters but its number."""
    return RunRecord("small", "d", 1, replication, 10, False, {}, (), (), (), ())


def odd_ones_fail(case: Any, seed: int, replications: Sequence[int], *, central: bool) -> Iterator[RunRecord | Failure]:
    """An engine that is no Mesa."""
    assert case is CASE
    assert (seed, central) == (7, True)
    for replication in replications:
        yield Failure(replication, "odd") if replication % 2 else record(replication)


def test_any_engine_fits_behind_the_same_verb() -> None:
    """Records and failures of an engine are kept apart, each in order, and progress counts both."""
    done: list[int] = []
    batch = run_batch(CASE, 4, 7, central=True, engine=odd_ones_fail, on_progress=done.append)
    assert [each.replication for each in batch.records] == [0, 2]
    assert batch.failures == (Failure(1, "odd"), Failure(3, "odd"))
    assert done == [1, 2, 3, 4]


def test_a_batch_of_nothing_is_refused() -> None:
    """Fewer than one replication is an error that quotes the number."""
    with pytest.raises(ValueError, match="at least 1 replication, not 0"):
        run_batch(CASE, 0, 1)
