"""One chunk: who computes its runs, and how they come to be kept. This is what a worker does, wherever it is."""

import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from sim.engine.chunk import FINE, Chunk, Deals, deals_from_records, from_records, joined_deals
from sim.engine.record import RunRecord
from sim.scenario.case import Case
from sim.strategies.asking import StrategyFailed
from sim.study import store
from sim.study.block import Block, all_failed, block_of, joined
from sim.study.plan import Leg, Task
from sim.study.store import Piece, Receipt


class Stopped(Exception):
    """The work was called off before the chunk was done."""


class Impossible(Exception):
    """A point that is no scenario; and why."""


class CannotCompile(Exception):
    """The compiled engine is not there, or cannot run a case; and why."""


Some = Callable[[int, int], Chunk]
"""Runs replications `first` … `first + count - 1` and keeps their deals; one that fails is told why, not raised."""


class Engine(NamedTuple):
    """Who can run a batch."""

    ready: Callable[[Case, int, bool], Some]
    """Makes ready for a case, a seed, and uncertain values held at their middle or not."""
    at_once: int
    """Replications that are run at once: about a second's work, so that it can be stopped."""


def mesa(case: Case, seed: int, central: bool) -> Some:
    """Run replications as Mesa models, one after the other."""

    def some(first: int, count: int) -> Chunk:
        records = [_mesa_run(case, seed, first + run, central=central) for run in range(count)]
        chunk = from_records(case, seed, first, records, central=central)
        return replace(chunk, deals=deals_from_records(case, first, records))

    return some


def _mesa_run(case: Case, seed: int, replication: int, *, central: bool) -> RunRecord | str:
    from sim.engine import model

    try:
        with redirect_stdout(sys.stderr):  # a strategy of one's own may print: stdout is for the result
            return model.run(case, seed, replication, central=central, logs=False).record
    except StrategyFailed as failure:
        return str(failure)
    except Exception as error:  # one failed run must not lose the others: its reason is its result
        return f"{type(error).__name__}: {error}"


def compiled(case: Case, seed: int, central: bool) -> Some:
    """Run replications on compiled code.

    Raises:
        CannotCompile: the engine cannot run the case.
    """
    engine, prepared = _prepared(case)

    def some(first: int, count: int) -> Chunk:
        chunk: Chunk = engine.run_deals(prepared, seed, first, count, central=central)
        return chunk

    return some


Living = Callable[[int, int], tuple[int, Deals]]
"""Runs replications `first` … `first + count - 1`; how many came to an end, and every deal of these."""


def lives_mesa(case: Case, seed: int) -> Living:
    """Run replications as Mesa models, and keep every deal."""

    def some(first: int, count: int) -> tuple[int, Deals]:
        runs = ((number, _mesa_run(case, seed, number, central=False)) for number in range(first, first + count))
        deals = [deals_from_records(case, number, [run]) for number, run in runs if not isinstance(run, str)]
        return len(deals), joined_deals([deals_from_records(case, first, []), *deals])

    return some


def lives_compiled(case: Case, seed: int) -> Living:
    """Run replications on compiled code, and keep every deal.

    Raises:
        CannotCompile: the engine cannot run the case.
    """
    engine, prepared = _prepared(case)

    def some(first: int, count: int) -> tuple[int, Deals]:
        chunk: Chunk = engine.run_deals(prepared, seed, first, count)
        assert chunk.deals is not None, "every deal is kept"
        fine = chunk.status == FINE
        return int(fine.sum()), chunk.deals.some(fine[chunk.deals.replication - first])

    return some


def ready_for(what: str, case: Case) -> Any:
    """A case that is ready for the compiled engine, for what no other engine does.

    Args:
        what: is asked of it, as a noun.
        case: the scenario.

    Raises:
        CannotCompile: the engine is not there, or cannot run the case.
    """
    require_engine(what)
    return _prepared(case)[1]


def require_engine(what: str) -> None:
    """Make sure that the compiled engine is there, for what no other engine does. Raises CannotCompile."""
    try:
        import_module("sim.engine.compiled")
    except ImportError as error:
        why = f"the compiled engine is not there: {error}"
        raise CannotCompile(f"{why}; {what} takes it, and it takes numba, on a Python for which there is one") from None


def _prepared(case: Case) -> tuple[Any, Any]:
    """The compiled engine, and a case that is ready for it. Raises CannotCompile."""
    try:
        engine = import_module("sim.engine.compiled")  # it takes a compiler, which not every Python has
    except ImportError as error:
        raise CannotCompile(f"the compiled engine is not there: {error}") from None
    try:
        return engine, engine.prepare(case)
    except engine.NotCompilable as error:
        raise CannotCompile(str(error)) from None


ENGINES: Mapping[str, Engine] = {"compiled": Engine(compiled, 4_000), "mesa": Engine(mesa, 4)}
"""Who can run a batch, by the name that the command line and manifests use."""


def prepare(engine: str, cases: Sequence[Case]) -> None:
    """Make sure that an engine can run some cases.

    Raises:
        CannotCompile: it cannot run one of them.
    """
    for case in cases:
        ENGINES[engine].ready(case, 0, False)


def do(
    folder: Path,
    task: Task,
    on_runs: Callable[[int], None] = lambda runs: None,
    stop: threading.Event | None = None,
) -> Receipt:
    """Compute a chunk and keep it, unless somebody else has done so in the meantime.

    Raises:
        OSError: the folder cannot be written.
        Stopped: the work was called off.
    """
    if store.is_done(folder, task.number):
        found = store.standing_of(folder, task.number, task.batch)
        if found is not None:
            on_runs(found.runs)
            return found
    return store.write_chunk(folder, task, compute(task, on_runs, stop))


def compute(task: Task, on_runs: Callable[[int], None], stop: threading.Event | None = None) -> list[Piece]:
    """Run everything that a chunk holds. Raises Stopped."""
    pieces = []
    for leg in task.legs:
        try:
            if leg.fault:
                raise Impossible(leg.fault)
            case = task.case_of(leg)
            some = ENGINES[task.engine].ready(case, task.seed, task.central)
        except (Impossible, CannotCompile) as error:
            pieces.append(Piece(leg, "", all_failed(leg.first, leg.count, task.reason(str(error)))))
            on_runs(leg.count)
            continue
        pieces.append(Piece(leg, case.digest, joined(list(_blocks(task, leg, case, some, on_runs, stop)))))
    return pieces


def _blocks(
    task: Task, leg: Leg, case: Case, some: Some, on_runs: Callable[[int], None], stop: threading.Event | None
) -> Iterator[Block]:
    at_once, end = ENGINES[task.engine].at_once, leg.first + leg.count
    for first in range(leg.first, end, at_once):
        if stop is not None and stop.is_set():
            raise Stopped
        count = min(at_once, end - first)
        block = block_of(some(first, count), case)
        if block.failures and task.engine != "mesa":
            block = _again(task, case, some, block)
        yield replace(block, failures={run: task.reason(why) for run, why in block.failures.items()})
        on_runs(count)


def _again(task: Task, case: Case, some: Some, block: Block) -> Block:
    """The block with its failures run as Mesa models, which can say what is wrong, or do what the other could not."""
    by_mesa, parts, at = mesa(case, task.seed, task.central), list[Block](), block.first
    for number in sorted(block.failures):
        if number > at:
            parts.append(block_of(some(at, number - at), case))
        parts.append(block_of(by_mesa(number, 1), case))
        at = number + 1
    if at < block.first + block.count:
        parts.append(block_of(some(at, block.first + block.count - at), case))
    return joined(parts)
