"""The command is killed at random moments, again and again; in the end the batch is the one that was left alone."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BATCH = """\
parley: 1
batch: Killed
scenarios: [small.yaml]
factors: {{parties.east.weariness: [0.3, 0.5]}}
replications: {replications}
chunk: {chunk}
"""
LONGEST_START = 60.0


def command(place: Path, out: str, jobs: int) -> list[str]:
    """The batch, on a few days so that chunks are quick."""
    words = [str(place / "killed.yaml"), "--set", "horizon=3", "--engine", "mesa", "--jobs", str(jobs), "--out", out]
    return [sys.executable, "-m", "sim.cli", "batch", *words]


def environment() -> dict[str, str]:
    """The environment in which the command finds this code."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def finish(place: Path, out: str, jobs: int) -> str:
    """Let the command come to its end; what it told."""
    done = subprocess.run(
        command(place, out, jobs), cwd=place, env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def receipts(place: Path, out: str) -> int:
    """Chunks that are done."""
    return len(list((place / out).glob("*/receipts/*.json")))


def kill_at_work(place: Path, out: str, jobs: int, delay: float) -> None:
    """Start the command, wait until it has done something new and a moment longer, and kill it as nothing can catch."""
    before, began = receipts(place, out), time.monotonic()
    with subprocess.Popen(
        command(place, out, jobs), cwd=place, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while receipts(place, out) == before and process.poll() is None:
            assert time.monotonic() - began < LONGEST_START
            time.sleep(0.005)
        time.sleep(delay)
        assert process.poll() is None, "it ended before it was killed: the batch is too small"
        process.send_signal(signal.SIGKILL)


def files(place: Path, out: str) -> dict[str, bytes]:
    """Every file of the batch but its sittings, which say who worked on it when."""
    (folder,) = (place / out).iterdir()
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "sittings"
    }


def survive(place: Path, kills: int, replications: int, chunk: int) -> None:
    """Kill so often, at moments drawn from a fixed seed, and compare with a batch that nobody killed."""
    (place / "killed.yaml").write_text(BATCH.format(replications=replications, chunk=chunk), encoding="utf-8")
    moments = random.Random(20250319)
    for number in range(kills):
        kill_at_work(place, "killed", 1 + number % 2, moments.uniform(0.0, 0.06))
    told = finish(place, "killed", 2)
    assert "were done before" in told
    finish(place, "alone", 2)
    assert files(place, "killed") == files(place, "alone")


def test_kills_leave_the_batch_that_nobody_killed(scenario: Path) -> None:
    """After four times `kill -9`, with one worker and with two, every file is that of a batch left alone."""
    survive(scenario.parent, kills=4, replications=160, chunk=4)


@pytest.mark.endurance
def test_a_hundred_kills_leave_the_batch_that_nobody_killed(scenario: Path) -> None:
    """The same after a hundred kills."""
    survive(scenario.parent, kills=100, replications=3_000, chunk=4)


def test_a_killed_worker_costs_its_chunk_and_no_more(scenario: Path) -> None:
    """A worker process that is killed is replaced; the batch comes to its end by itself, and to the same files."""
    place = scenario.parent
    (place / "killed.yaml").write_text(BATCH.format(replications=60, chunk=4), encoding="utf-8")
    with subprocess.Popen(
        command(place, "killed", 2), cwd=place, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while receipts(place, "killed") == 0 and process.poll() is None:
            time.sleep(0.005)
        os.kill(workers_of(process.pid)[0], signal.SIGKILL)
        _, told = process.communicate()
    assert process.returncode == 0, told
    finish(place, "alone", 1)
    assert files(place, "killed") == files(place, "alone")


def test_workers_end_with_the_command(scenario: Path) -> None:
    """When the command is killed its worker processes end too, without being asked."""
    place = scenario.parent
    (place / "killed.yaml").write_text(BATCH.format(replications=3000, chunk=5), encoding="utf-8")
    with subprocess.Popen(
        command(place, "killed", 2), cwd=place, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while receipts(place, "killed") < 4 and process.poll() is None:
            time.sleep(0.005)
        workers = workers_of(process.pid)
        assert len(workers) == 2
        process.send_signal(signal.SIGKILL)
    for _ in range(400):
        if not any(alive(worker) for worker in workers):
            return
        time.sleep(0.05)
    pytest.fail("a worker lives on")


def workers_of(parent: int) -> list[int]:
    """Worker processes of a command: its children that run spawned code."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and was not yet collected does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
