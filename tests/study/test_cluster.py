"""A batch on a Dask cluster: real processes on this machine that are killed while they work."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sim.study.batch import here, run_batch
from sim.study.plan import Plan

pytest.importorskip("distributed")

ROOT = Path(__file__).resolve().parent.parent.parent
Planner = Callable[..., Plan]
WORDS = ["--set", "horizon=8", "--engine", "mesa", "-n", "100"]


def environment() -> dict[str, str]:
    """The environment in which every process finds this code."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "10"}


@contextmanager
def process(place: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A Dask process, killed in the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "dask", *words], cwd=place, env=environment(), text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    ) as started:  # fmt: skip
        try:
            yield started
        finally:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)


@contextmanager
def scheduler(place: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A scheduler on a free port of the loopback, and its address."""
    with process(place, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard") as started:
        assert started.stderr is not None
        for line in started.stderr:
            found = re.search(r"tcp://127\.0\.0\.1:\d+", line)
            if found:
                yield started, found.group()
                return
        pytest.fail("the scheduler did not start")


def start(scenario: Path, address: str) -> subprocess.Popen[str]:
    """The command, at work on a cluster."""
    words = [str(scenario), *WORDS, "--cluster", address, "--out", "far"]
    return subprocess.Popen(
        [sys.executable, "-m", "sim.cli", "batch", *words], cwd=scenario.parent, env=environment(), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait_for_chunks(place: Path, count: int, command: subprocess.Popen[str]) -> None:
    """Until so many chunks are done."""
    while len(list((place / "far").glob("*/receipts/*.json"))) < count and command.poll() is None:
        time.sleep(0.01)


def far(place: Path) -> dict[str, bytes]:
    """The tables of the batch that the cluster worked on."""
    (folder,) = (place / "far").iterdir()
    return tables(folder)


def tables(folder: Path) -> dict[str, bytes]:
    """Every file of the tables."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for table in ("runs", "unlocks", "receipts")
        for path in (folder / table).iterdir()
    }


@pytest.fixture
def near(planned: Planner, tmp_path: Path) -> dict[str, bytes]:
    """The tables of the same batch, worked on here."""
    plan = planned(replications=100, chunk=0)
    run_batch(plan, tmp_path / "near", here(1), lambda progress: None)
    return tables(tmp_path / "near")


def worker_processes(nanny: int) -> list[int]:
    """The processes that a worker's guardian watches over."""
    children = Path(f"/proc/{nanny}/task/{nanny}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_a_worker_killed_in_mid_run_changes_nothing(near: dict[str, bytes], scenario: Path) -> None:
    """One worker process is killed, then one with its guardian: the batch ends by itself, equal to a local one."""
    place = scenario.parent
    words = ("worker", "--nthreads", "1", "--no-dashboard")
    with (
        scheduler(place) as (_, address),
        process(place, *words, address) as one,
        process(place, *words, address) as two,
    ):
        command = start(scenario, address)
        wait_for_chunks(place, 1, command)
        for worker in worker_processes(one.pid):
            os.kill(worker, signal.SIGKILL)
        wait_for_chunks(place, 3, command)
        os.killpg(two.pid, signal.SIGKILL)
        out, told = command.communicate(timeout=120)
    assert command.returncode == 0, told
    assert "How the tracks ended" in out
    assert far(place) == near


def test_a_lost_scheduler_is_told_in_a_line_and_the_batch_goes_on_without_it(
    near: dict[str, bytes], scenario: Path
) -> None:
    """When the scheduler is killed the command ends with how to go on; going on without a cluster ends equal."""
    place = scenario.parent
    with scheduler(place) as (lost, address), process(place, "worker", "--nthreads", "1", "--no-dashboard", address):
        command = start(scenario, address)
        wait_for_chunks(place, 2, command)
        os.killpg(lost.pid, signal.SIGKILL)
        _, told = command.communicate(timeout=120)
    assert command.returncode == 2, told
    assert "Traceback" not in told
    assert told.splitlines()[-1].startswith("parley: the scheduler was lost; ")
    assert f"to go on: parley batch {scenario} -n 100 --set horizon=8" in told.splitlines()[-1]
    words = [sys.executable, "-m", "sim.cli", "batch", str(scenario), *WORDS, "--out", "far", "--jobs", "1"]
    assert subprocess.run(words, cwd=place, env=environment(), capture_output=True, check=False).returncode == 0
    assert far(place) == near


def test_a_scheduler_that_does_not_answer_is_told_in_a_line(scenario: Path) -> None:
    """An address where nobody listens gives one line and status 2."""
    words = [sys.executable, "-c", PATIENT, str(scenario), *WORDS, "--cluster", "tcp://127.0.0.1:1", "--out", "far"]
    done = subprocess.run(words, cwd=scenario.parent, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "parley: no scheduler answers at tcp://127.0.0.1:1; " in done.stderr
    assert "Traceback" not in done.stderr


PATIENT = """\
import sys
from sim.study import cluster
cluster.PATIENCE = 1
from sim.cli import app
app(["batch", *sys.argv[1:]])
"""


def test_a_cluster_of_this_machine_leaves_the_same_files(near: dict[str, bytes], scenario: Path) -> None:
    """`--cluster local` needs no scheduler of its own and ends equal."""
    command = start(scenario, "local")
    _, told = command.communicate(timeout=120)
    assert command.returncode == 0, told
    assert far(scenario.parent) == near
