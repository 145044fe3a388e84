"""Rounds of talks: the compiled engine against the same days by hand in C, on the scenario rounds.yaml."""

import ctypes
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.chunk import Chunk
from sim.engine.compiled import Prepared
from sim.scenario.case import Case, draw_parameters
from sim.terms import Gate

HERE = Path(__file__).parent
COMPILE = ("cc", "-O3", "-ffp-contract=off", "-shared", "-fPIC")
"""How the C file is compiled: without the contraction of a·b + c into one rounding, which changes results."""
SIZES = (2, 160, 3, 6)
"""Seats, outcomes, features and preconditions for which the C file is written."""
KEPT = ("ending", "first_agreed", "talks", "days_in_talks", "days_blocked")
"""Columns of a row in C, before those of the preconditions."""


@dataclass(frozen=True, slots=True)
class ByHand:
    """The rounds in C, ready to run with what some replications draw."""

    library: ctypes.CDLL
    given: bytes
    drawn: NDArray[np.float64]
    seed: int
    rows: NDArray[np.int64]

    def run(self) -> NDArray[np.int64]:
        """Run the replications from 0 on; returns their rows."""
        self.library.run_replications(
            self.given,
            self.drawn.ctypes.data_as(ctypes.c_void_p),
            ctypes.c_uint64(self.seed),
            ctypes.c_int64(0),
            ctypes.c_int64(len(self.rows)),
            self.rows.ctypes.data_as(ctypes.c_void_p),
        )
        return self.rows


def build(*options: str) -> ctypes.CDLL | None:
    """Compile rounds.c and load it, with options of the compiler besides; None where there is no C compiler."""
    if shutil.which(COMPILE[0]) is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "rounds.so")
        subprocess.run([*COMPILE, *options, "-o", library, HERE / "rounds.c", "-lm"], check=True)
        return ctypes.CDLL(str(library))


def by_hand(library: ctypes.CDLL, prepared: Prepared, seed: int, count: int) -> ByHand:
    """What C needs to run replications 0 … count - 1 of the scenario."""
    case = prepared.case
    track = case.tracks[0]
    numbers = np.array([draw_parameters(case, seed, replication) for replication in range(count)])
    columns = [index for row in track.space.weights for index in row] + list(track.margin)
    columns += [strategy.parameters[0] for strategy in track.strategies]
    columns += [int(case.parties[party].numbers.impatience) for party in track.parties]
    drawn = np.ascontiguousarray(numbers[:, columns])
    return ByHand(library, _given(case), drawn, seed, np.zeros((count, len(_columns(case))), np.int64))


def _given(case: Case) -> bytes:
    """The scenario as C reads it."""
    track = case.tracks[0]
    calendar = np.array([case.horizon, track.rounds, track.per_day, track.retry], np.int64)
    scores = np.array(track.space.scores).transpose(0, 2, 1)
    if (*scores.shape, len(track.preconditions)) != SIZES:
        raise SystemExit("rounds.c is written for another rounds.yaml")
    failing = np.zeros(len(track.space.outcomes), np.int64)
    for place, condition in enumerate(track.preconditions):
        failing |= ~np.array(condition.always) * np.int64(1 << place)
    return calendar.tobytes() + scores.tobytes() + failing.tobytes()


def _columns(case: Case) -> list[str]:
    """The columns of a chunk in the order of a row in C."""
    track = case.tracks[0]
    paths = [
        f"{case.parties[each.holder].name}.{each.name}" for each in track.preconditions if each.gate is Gate.ACCEPTS
    ]
    names = [*KEPT, *(f"blocked.{path}" for path in paths), *(f"alone.{path}" for path in paths)]
    return [f"{track.name}.{name}" for name in names]


def differences(case: Case, chunk: Chunk, rows: NDArray[np.int64]) -> dict[str, Any]:
    """Columns in which the engine and C differ, and in how many replications."""
    compared = {name: chunk.columns[name] != rows[:, place] for place, name in enumerate(_columns(case))}
    return {name: int(unequal.sum()) for name, unequal in compared.items() if unequal.any()}
