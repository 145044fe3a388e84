"""The compiled engine's own code, run as it is: slowly, and with every place of an array checked."""

from pathlib import Path

import numpy
import pytest

from sim.engine import compiled
from sim.engine.loop import opening, run
from sim.engine.loop.laying_out import lay_out, module_of
from sim.engine.loop.layout import Slot
from sim.engine.loop.working import Worker
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

CASES = Path(__file__).parents[2] / "scenarios" / "cases"


@pytest.mark.parametrize("name", ["march-2025", "dix-hill-1862", "us-iran-2023", "gaza-ceasefire-2025"])
def test_no_place_lies_outside_an_array(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a compiler the driver meets no place outside an array, and what happens is what happens compiled."""
    case = compile_case(read(CASES / f"{name}.yaml"))
    plan = lay_out(case)
    for number, (strategy, file) in enumerate(plan.strategies):
        monkeypatch.setitem(opening.DEMANDS, number, module_of(strategy, file).demand)
    worker = Worker(plan, case, list(range(len(plan.strategies))), 1, 1, set())
    worker.open()
    assert run.run_replications(worker.book, 0, 1) == 1
    happened = compiled.run_chunk(case, 1, 0, 1).happened
    assert numpy.array_equal(worker.arrays[Slot.ROW_HAPPENED], happened)


@pytest.mark.parametrize("place", [-1, 3])
def test_a_place_outside_is_refused(place: int) -> None:
    """Numbers before the first and behind the last of three are neither read nor written."""
    page = opening.Page(numpy.zeros(3))
    with pytest.raises(IndexError, match=f"place {place} of an array of 3"):
        page[place]
    with pytest.raises(IndexError, match=f"place {place} of an array of 3"):
        page[place] = 1.0
