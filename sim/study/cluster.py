"""The same batch on many machines: Dask hands the chunks out, and every worker keeps its own.

All machines see the results folder under the same path. A task writes its files and returns a receipt, so that doing
one twice, after a worker was lost, does no harm; and what is lost with the scheduler is only what was in hand.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dask import config
from distributed import Client, Future, LocalCluster, as_completed

from sim.study.batch import Work, WorkersDie
from sim.study.computing import do
from sim.study.plan import Plan, Task
from sim.study.store import Receipt

LOCAL = "local"
AHEAD = 3
"""Chunks handed out for every thread of the cluster."""
ALLOWED = {"distributed.scheduler.allowed-failures": 10}
"""Workers that may be lost over one chunk on a cluster of our own; of others their scheduler decides."""
PATIENCE = 30
"""Seconds to wait for a scheduler."""


def on_cluster(address: str, jobs: int) -> Work:
    """Work on a Dask cluster.

    Args:
        address: of a scheduler, such as `tcp://scheduler:8786`; or `local` for processes of this machine.
        jobs: how many processes a local cluster has.
    """

    def work(plan: Plan, folder: Path, numbers: Sequence[int], on_runs: Callable[[int], None]) -> Iterator[Receipt]:
        place = folder.absolute()
        with _quiet(), _client(address, jobs) as client:
            for receipt in _hand_out(client, plan, place, numbers):
                on_runs(receipt.runs)
                yield receipt

    return work


def keep(folder: str, task: Task) -> Receipt:
    """Compute a chunk and keep it: what a worker of the cluster does."""
    return do(Path(folder), task)


def _hand_out(client: Client, plan: Plan, folder: Path, numbers: Sequence[int]) -> Iterator[Receipt]:
    """Keep every thread of the cluster busy with a few chunks ahead."""
    waiting = iter(numbers)

    def submit(number: int) -> Future:
        task = plan.task(number)
        return client.submit(keep, str(folder), task, key=f"{plan.identity[:12]}-{number}", pure=False)

    running = as_completed()
    try:
        while True:
            room = AHEAD * max(1, sum(client.nthreads().values())) - running.count()
            for number in _first(waiting, room):
                running.add(submit(number))
            if running.is_empty():
                return
            future = next(running)
            receipt: Receipt = future.result()
            yield receipt
    except Exception as error:
        raise _as_ours(error) from error


def _first(numbers: Iterator[int], most: int) -> Iterator[int]:
    for _ in range(most):
        number = next(numbers, None)
        if number is None:
            return
        yield number


@contextmanager
def _client(address: str, jobs: int) -> Iterator[Client]:
    """A client of a cluster; the cluster itself ends with it only if it was made for it."""
    with ExitStack() as stack:
        if address == LOCAL:
            stack.enter_context(config.set(ALLOWED))
            cluster = LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None)
            yield stack.enter_context(Client(stack.enter_context(cluster)))
            return
        try:
            client = Client(address, timeout=PATIENCE)
        except (OSError, ValueError) as error:
            raise ConnectionError(None, f"no scheduler answers at {address}") from error
        yield stack.enter_context(client)


def _as_ours(error: Exception) -> Exception:
    """What went wrong on the cluster, as the command tells it."""
    if isinstance(error, OSError) and error.filename:
        return error
    kind = type(error).__name__
    if kind == "KilledWorker":
        return WorkersDie("workers were lost over one chunk again and again (no memory left?)")
    if isinstance(error, OSError) or kind in {"CancelledError", "FutureCancelledError", "CommClosedError"}:
        return ConnectionError(None, "the scheduler was lost")
    return error


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask tells of every lost connection at length; the command says it in a line."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
