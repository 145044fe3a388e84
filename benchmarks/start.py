"""How long it takes until something is there: the first time on a machine, and from then on."""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.timing import FLAGSHIP, Cost, Line, parley

REPEATS = 5


def measure(quick: bool) -> list[Line]:
    """A batch with nothing compiled yet, and the same with everything in its place."""
    with tempfile.TemporaryDirectory() as folder:
        cache, out = Path(folder, "cache"), Path(folder, "out")

        def batch(name: str) -> Cost:
            return parley(["batch", str(FLAGSHIP), "-n", "1000", "--out", str(out / name)], cache)

        first = batch("first")
        warm = [batch(str(repeat)) for repeat in range(2 if quick else REPEATS)]
    elapsed, processor = (np.array([cost[place] for cost in warm]) for place in (0, 1))
    compiling = first.processor - np.median(processor)
    return [
        Line("first compilation: processor time", f"{compiling:.1f} s", "≤ 20 s", bool(compiling <= 20)),
        Line(
            "parley batch -n 1000, all in, from then on",
            f"{_seconds(elapsed)}, of which {_seconds(processor)} of processor time",
            "< 3 s",
            bool(np.median(elapsed) < 3),
        ),
    ]


def _seconds(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> str:
    return f"{np.median(values):.2f} s ({values.min():.2f}–{values.max():.2f})"
