"""How everything here is timed: interleaved, again and again, and told as medians with the least and the greatest.

Repeats take turns, so that what slows the machine down for a while slows all of them down. What runs on one core is
timed by the processor's clock, which does not run while others have the core; threads by the clock on the wall.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
FLAGSHIP = Path("scenarios/cases/march-2025.yaml")
REPEATS = 7
Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    what: str
    found: str
    target: str = ""
    met: bool | None = None
    """None where nothing is asked."""


class Cost(NamedTuple):
    """What a command took."""

    elapsed: float
    """Seconds on the wall."""
    processor: float
    """Seconds of processor time, over all cores."""
    memory: int
    """Bytes at most at a time."""


def interleaved(
    works: Mapping[str, Callable[[int], object]],
    repeats: int = REPEATS,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, Seconds]:
    """Seconds that each work took in each repeat; a work is told the number of the repeat. The first is not counted."""
    took: dict[str, list[float]] = {name: [] for name in works}
    for repeat in range(-1, repeats):
        for name, work in works.items():
            began = clock()
            work(max(0, repeat))
            if repeat >= 0:
                took[name].append(clock() - began)
    return {name: np.array(seconds) for name, seconds in took.items()}


def spread(values: Seconds, form: str = ".2f") -> str:
    """Median, least and greatest.

    >>> spread(np.array([1.0, 3.0, 2.0]))
    '2.00 (1.00–3.00)'
    """
    return f"{np.median(values):{form}} ({values.min():{form}}–{values.max():{form}})"


def at_least(what: str, ratio: Seconds, target: float, more: str = "", form: str = ".2f") -> Line:
    """A line about a ratio that should reach a target."""
    return Line(what, f"{spread(ratio, form)}×{more}", f"≥ {target:g}×", bool(np.median(ratio) >= target))


def at_most(what: str, ratio: Seconds, target: float, more: str = "") -> Line:
    """A line about a ratio that should stay below a target."""
    return Line(what, f"{spread(ratio)}×{more}", f"≤ {target:g}×", bool(np.median(ratio) <= target))


def parley(arguments: Sequence[str], cache: Path | None = None) -> Cost:
    """Run the command line from the project's folder, in a process of its own.

    Args:
        arguments: of the command `parley`.
        cache: where compiled code is kept, if not where it usually is.

    Raises:
        SystemExit: the command failed.
    """
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | ({"PARLEY_CACHE": str(cache)} if cache else {})
    command = [sys.executable, "-m", "sim.cli", *arguments]
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    said = process.stderr.read() if process.stderr else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"parley {' '.join(arguments)}: {said}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)
