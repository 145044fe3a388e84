"""Many replications of one case: the verb is the same whichever engine answers it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from sim.engine import model
from sim.engine.record import RunRecord
from sim.scenario.case import Case


@dataclass(frozen=True, slots=True)
class Failure:
    """A replication that came to no result, and why."""

    replication: int
    reason: str


class Engine(Protocol):
    """What can run a batch: takes replications by number, and answers each in that order."""

    def __call__(
        self, case: Case, seed: int, replications: Sequence[int], *, central: bool
    ) -> Iterator[RunRecord | Failure]:
        """Run the replications one by one or many at a time; a failure is an answer, not an exception."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch left: one record per replication that came to its end, in order, and the failures.

    The records are without their talks, whose utility spaces would fill the memory: run a replication by itself
    to see them.
    """

    seed: int
    replications: int
    central: bool
    records: tuple[RunRecord, ...]
    failures: tuple[Failure, ...]


def mesa_engine(case: Case, seed: int, replications: Sequence[int], *, central: bool) -> Iterator[RunRecord | Failure]:
    """Run replications as Mesa models, one after the other."""
    for replication in replications:
        try:
            yield model.run(case, seed, replication, central=central, logs=False).record
        except Exception as error:  # one failed run must not lose the others: its reason is its result
            yield Failure(replication, f"{type(error).__name__}: {error}")


ENGINES: Mapping[str, Engine] = {"mesa": mesa_engine}
"""Who can run a batch, by the name that the command line and manifests use."""


def run_batch(
    case: Case,
    replications: int,
    seed: int,
    *,
    central: bool = False,
    engine: Engine = mesa_engine,
    on_progress: Callable[[int], None] | None = None,
) -> Batch:
    """Run replications 0 … n-1 of a case.

    Args:
        case: the compiled scenario.
        replications: how many, at least 1.
        seed: at least 0; replication k of a batch is replication k of a single run with the same seed.
        central: hold every uncertain value at its middle.
        engine: who runs them.
        on_progress: told after each replication how many are done.

    Raises:
        ValueError: fewer than one replication.
    """
    if replications < 1:
        raise ValueError(f"a batch needs at least 1 replication, not {replications}")
    records: list[RunRecord] = []
    failures: list[Failure] = []
    for outcome in engine(case, seed, range(replications), central=central):
        if isinstance(outcome, Failure):
            failures.append(outcome)
        else:
            records.append(replace(outcome, talks=()))
        if on_progress is not None:
            on_progress(len(records) + len(failures))
    return Batch(seed, replications, central, tuple(records), tuple(failures))
