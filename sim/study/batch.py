"""Many replications of many scenarios, chunk by chunk: each is kept as soon as it is done, and done only once."""

import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from sim.study import store
from sim.study.computing import do
from sim.study.following import follow
from sim.study.plan import Plan, Task
from sim.study.store import Receipt

AHEAD = 2
"""Chunks that wait for every one that is in hand."""
MOST_STRIKES = 3
"""Workers that may die over the same chunk."""


class WorkersDie(Exception):
    """A chunk whose workers were ended from outside again and again."""


class Progress(NamedTuple):
    """How far a batch is."""

    done: int
    """Runs that are done, those that were done before included."""
    fresh: int
    """Runs done since this start."""
    total: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch came to."""

    runs: int
    failed: int
    fresh: int
    """Runs done since this start; the others were there."""
    damaged: Mapping[int, str]
    """Chunks that were found damaged and computed again, and what was wrong with each."""


@dataclass(slots=True)
class Tally:
    """Counts runs for whoever wants to know, from any thread."""

    total: int
    before: int
    tell: Callable[[Progress], None]
    fresh: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, runs: int) -> None:
        """Note so many runs."""
        with self.lock:
            self.fresh += runs
            self.tell(Progress(self.before + self.fresh, self.fresh, self.total))


Work = Callable[[Plan, Path, Sequence[int], Callable[[int], None]], Iterator[Receipt]]
"""Does the chunks of some numbers in any order, and hands on each receipt; tells how many runs are done as it goes."""


def run_batch(plan: Plan, folder: Path, work: Work, on_progress: Callable[[Progress], None]) -> Outcome:
    """Do what is not yet done of a batch.

    Args:
        plan: the batch.
        folder: where its tables are, or will be.
        work: who does it.
        on_progress: told from time to time, from one thread at a time, how far it is.

    Raises:
        OSError: the folder cannot be written; what is done is kept.
        WorkersDie: a chunk cannot be computed.
        KeyboardInterrupt: somebody wants it to end; what is done is kept.
    """
    store.make_room(folder)
    done, damaged = store.standing(folder, plan.identity)
    for number in damaged:
        store.discard(folder, number)
    tally = Tally(plan.runs, sum(receipt.runs for receipt in done.values()), on_progress)
    tally.add(0)
    before = len(done)
    pending = [number for number in range(plan.chunks) if number not in done]
    for receipt in work(plan, folder, _in_turn(pending, fresh=not before), tally.add):
        done[receipt.chunk] = receipt
    store.sweep_up(folder)
    runs, failed = (sum(getattr(receipt, what) for receipt in done.values()) for what in ("runs", "failed"))
    return Outcome(runs, failed, tally.fresh, damaged)


def _in_turn(pending: Sequence[int], *, fresh: bool) -> list[int]:
    """The order of work: from the first on; from any place on where another process may have begun at the first."""
    at = 0 if fresh or not pending else secrets.randbelow(len(pending))
    return [*pending[at:], *pending[:at]]


def here(jobs: int) -> Work:
    """Work on this machine: in this process if there is one job, in threads or processes as suits the engine."""

    def work(plan: Plan, folder: Path, numbers: Sequence[int], on_runs: Callable[[int], None]) -> Iterator[Receipt]:
        if jobs == 1 or len(numbers) <= 1:
            for number in numbers:
                yield do(folder, plan.task(number), on_runs)
        elif plan.engine == "compiled":
            yield from _in_threads(plan, folder, numbers, on_runs, jobs)
        else:
            yield from _in_processes(plan, folder, numbers, on_runs, jobs)

    return work


def _in_threads(
    plan: Plan, folder: Path, numbers: Sequence[int], on_runs: Callable[[int], None], jobs: int
) -> Iterator[Receipt]:
    """The engine lets go of the interpreter while it computes, so threads share the cores."""
    stop = threading.Event()
    with ThreadPoolExecutor(jobs, thread_name_prefix="parley") as pool:
        try:
            yield from _hand_out(plan, numbers, lambda task: pool.submit(do, folder, task, on_runs, stop), jobs)
        finally:
            stop.set()


def _in_processes(
    plan: Plan, folder: Path, numbers: Sequence[int], on_runs: Callable[[int], None], jobs: int
) -> Iterator[Receipt]:
    """Processes that end with this one; where one of them is killed, its chunk is handed to another."""
    pending, strikes = list(numbers), 0
    while pending:
        try:
            for receipt in _in_one_pool(plan, folder, tuple(pending), jobs):
                pending.remove(receipt.chunk)
                strikes = 0
                on_runs(receipt.runs)
                yield receipt
        except BrokenProcessPool:
            strikes += 1
            if strikes == MOST_STRIKES:
                message = f"processes were killed {strikes} times without a chunk done; fewer --jobs need less memory"
                raise WorkersDie(message) from None


def _in_one_pool(plan: Plan, folder: Path, numbers: Sequence[int], jobs: int) -> Iterator[Receipt]:
    with _processes(jobs) as pool:
        yield from _hand_out(plan, numbers, lambda task: pool.submit(do, folder, task), jobs)


@contextmanager
def _processes(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes hold the end of a line: when this process lets go of the other end, or dies, they end."""
    context = get_context("spawn")
    end, line = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=follow, initargs=(end,))
    try:
        yield pool
    except BaseException:
        line.close()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        line.close()
        end.close()


def _hand_out(
    plan: Plan, numbers: Sequence[int], submit: Callable[[Task], "Future[Receipt]"], jobs: int
) -> Iterator[Receipt]:
    """Keep every worker busy with a few chunks ahead; a plan of any size takes no more memory than these."""
    waiting = iter(numbers)
    running: set[Future[Receipt]] = set()
    try:
        while True:
            while len(running) < jobs * AHEAD and (number := next(waiting, None)) is not None:
                running.add(submit(plan.task(number)))
            if not running:
                return
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield future.result()
    finally:
        for future in running:
            future.cancel()
