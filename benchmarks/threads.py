"""What a second thread gains, and what a larger batch costs in time and memory."""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import rounds
from benchmarks.timing import FLAGSHIP, ROOT, Cost, Line, at_least, interleaved, parley, spread
from sim.engine import compiled
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

SEED = 1
CHUNK = 1_000
CHUNKS = 12
TARGET = 1.8


def measure(quick: bool) -> list[Line]:
    """Two threads against one; batches from ten thousand runs to a million."""
    return [
        *_threads(CHUNK // 10 if quick else CHUNK),
        *_sizes([1_000, 3_000] if quick else [10_000, 100_000, 1_000_000]),
    ]


def _threads(size: int) -> list[Line]:
    prepared, library = compiled.prepare(compile_case(read(ROOT / FLAGSHIP))), rounds.build("-DEACH_DAY")
    kernels: dict[str, Callable[[int], object]] = {
        "engine": lambda chunk: compiled.run_chunk(prepared, SEED, chunk * size, size)
    }
    if library is not None:
        case = compiled.prepare(compile_case(read(rounds.HERE / "rounds.yaml")))
        work = [rounds.by_hand(library, case, SEED, size) for _ in range(CHUNKS)]
        kernels["C"] = lambda chunk: work[chunk].run()
    works = {f"{name} {threads}": _on(threads, kernel) for name, kernel in kernels.items() for threads in (1, 2)}
    took = interleaved(works, clock=time.perf_counter)
    gained = {name: took[f"{name} 1"] / took[f"{name} 2"] for name in kernels}
    line = at_least("flagship: two threads over one", gained["engine"], TARGET)
    if "C" not in gained:
        return [line]
    if not line.met and np.median(gained["C"]) < TARGET:
        line = replace(line, found=f"{line.found}; the machine was too busy to tell", met=None)
    return [line, Line("rounds in C, for what the machine gives", f"{spread(gained['C'])}×")]


def _on(threads: int, kernel: Callable[[int], object]) -> Callable[[int], None]:
    """All chunks, on so many threads."""

    def work(repeat: int) -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(kernel, range(CHUNKS)))

    return work


def _sizes(sizes: list[int]) -> list[Line]:
    """Processor time a run and most memory of whole batches, by the command line, kept on disk."""
    each, memory = [], []
    with tempfile.TemporaryDirectory() as folder:

        def batch(size: int) -> Cost:
            out = Path(folder, str(size))
            return parley(["batch", str(FLAGSHIP), "-n", str(size), "--jobs", "2", "--out", str(out)])

        batch(1)  # now everything is compiled
        for size in sizes:
            cost = batch(size)
            each.append(cost.processor / size * 1e6)
            memory.append(cost.memory / 2**20)
    what = "batches of " + ", ".join(f"{size:,}" for size in sizes)
    numbers = ", ".join(f"{one:.0f}" for one in each)
    linear = bool(each[-1] <= 1.1 * each[-2])
    flat = bool(memory[-1] <= 1.25 * memory[-2]) and max(memory) < 1024
    return [
        Line(f"{what}: processor time a run", f"{numbers} µs", "linear", linear),
        Line("most memory of each", ", ".join(f"{one:.0f}" for one in memory) + " MiB", "flat", flat),
    ]
