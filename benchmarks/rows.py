"""Writing and querying ten million rows, as batches keep and `parley query` reads them."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import FLAGSHIP, REPEATS, ROOT, Line, spread
from sim.engine import compiled
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.study import query, store
from sim.study.block import Block, block_of, columns_of
from sim.study.plan import Base, Plan, Point

SEED = 1
CHUNK = 100_000
CHUNKS = 100
GROUPED = """select "exchange.ending", count(*), avg("energy_pause.days_in_force"), avg("ukraine.weariness")
    from runs group by 1 order by 1"""


def measure(quick: bool) -> list[Line]:
    """Files of the runs of one chunk, written again and again under new numbers; then questions about all of them."""
    size, chunks = (5_000, 4) if quick else (CHUNK, CHUNKS)
    case = compile_case(read(ROOT / FLAGSHIP))
    base = Base(scenario="march-2025", variant="", file=str(FLAGSHIP), sets=(), case=case)
    plan = Plan(
        name="benchmark",
        title=case.title,
        bases=(base,),
        factors=(),
        by_number=(),
        points=(Point(0, 0, ()),),
        columns=columns_of(case),
        replications=size * chunks,
        seed=SEED,
        central=False,
        engine="compiled",
        chunk_size=size,
    )
    block = block_of(compiled.run_chunk(case, SEED, 0, size), case)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        store.make_room(folder)
        written = np.array([_write(folder, plan, number, block) for number in range(plan.chunks)])
        stored = sum(receipt.bytes for receipt in store.read_receipts(folder))
        asked = _asked(lambda: list(query.query(folder, GROUPED).rows))
        counted = _asked(lambda: query.tallies(folder, [0]))
    rows = f"{plan.runs:,} rows of {len(block.columns)} outcomes"
    each = f"{spread(written / size * 1e6, '.1f')} µs a row, {stored / plan.runs:.0f} bytes, one core"
    return [
        Line(f"{rows}, written", f"{written.sum():.1f} s; {each}"),
        Line("a grouped query of them", f"{spread(asked)} s"),
        Line("everything that the summary of a batch counts in them", f"{spread(counted)} s"),
    ]


def _write(folder: Path, plan: Plan, number: int, block: Block) -> float:
    task = plan.task(number)
    again = replace(block, first=task.legs[0].first)
    began = time.process_time()
    store.write_chunk(folder, task, [store.Piece(task.legs[0], plan.bases[0].case.digest, again)])
    return time.process_time() - began


def _asked(question: Callable[[], Any]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Seconds on the wall of each time that a question is asked."""
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        question()
        took.append(time.perf_counter() - began)
    return np.array(took)
