"""Every deal of a chunk, and replications whose parameters are given: the same from both engines."""

from dataclasses import astuple
from pathlib import Path

import numpy
import pytest

import sim
from sim.engine.chunk import Deals, deals_from_records
from sim.engine.compiled import Given, prepare, run_chunk, run_given
from sim.engine.model import run
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.study.plan import parameter_at, with_numbers

pytest.importorskip("numba")

CASES = Path(sim.__path__[0]).parent / "scenarios" / "cases"
SEED = 7


def case_of(name: str) -> Case:
    """A shipped case."""
    return compile_case(read(CASES / f"{name}.yaml"))


def same(ours: Deals | None, theirs: Deals) -> bool:
    """Whether all columns agree, number by number."""
    assert ours is not None
    return all(numpy.array_equal(one, other) for one, other in zip(astuple(ours), astuple(theirs), strict=True))


@pytest.mark.parametrize("name", ["march-2025", "exchanges-2022-2024"])
def test_engines_leave_the_same_deals(name: str) -> None:
    """Days, ending, package and persons of every deal, as both engines have them; nothing given, all is drawn."""
    case = case_of(name)
    chunk = run_given(prepare(case), SEED, 3, Given((), numpy.zeros((4, 0))))
    records = [run(case, SEED, number, logs=False).record for number in range(3, 7)]
    assert same(chunk.deals, deals_from_records(case, 3, records))
    assert sum(len(record.deals) for record in records) > 5
    plain = run_chunk(case, SEED, 3, 4)
    assert plain.deals is None
    assert all(numpy.array_equal(plain.columns[name], column) for name, column in chunk.columns.items())


def test_given_values_are_those_of_a_scenario_that_says_so() -> None:
    """A replication with given parameters is that of the case with these numbers in its file; persons are rounded."""
    case = case_of("march-2025")
    paths = ("exchange.direct", "captives.russia holds ukraine.wounded")
    places = tuple(place for path in paths if (place := parameter_at(case, path)) is not None)
    values = numpy.array([[0.5, 60.4], [0.01, 99.6]])
    chunk = run_given(prepare(case), SEED, 0, Given(places, values))
    for number, row in enumerate(values):
        told = with_numbers(case, [(places[0], float(row[0])), (places[1], float(round(row[1])))])
        record = run(told, SEED, number, logs=False).record
        mine = run_given(prepare(case), SEED, number, Given(places, values[number : number + 1]))
        assert same(mine.deals, deals_from_records(told, number, [record]))
        assert mine.columns["exchange.delivered"][0] == chunk.columns["exchange.delivered"][number]
        assert mine.columns["ukraine.weariness"][0] == record.row()["ukraine.weariness"]


def test_deals_do_not_depend_on_how_often_rows_are_taken_away() -> None:
    """One replication at a time or a hundred at once: the same deals, more than there is room for at once."""
    case = prepare(case_of("exchanges-2022-2024"))
    whole = run_given(case, SEED, 0, Given((), numpy.zeros((100, 0)))).deals
    parts = [run_given(case, SEED, number, Given((), numpy.zeros((1, 0)))).deals for number in range(100)]
    assert whole is not None
    for column, name in enumerate(Deals.__dataclass_fields__):
        joined = numpy.concatenate([astuple(part)[column] for part in parts if part is not None])
        assert numpy.array_equal(getattr(whole, name), joined)
    assert len(whole.track) > 16 * 100


def test_a_chunk_without_rows_is_refused() -> None:
    """No replication, no chunk."""
    with pytest.raises(ValueError, match="no replication"):
        run_given(prepare(case_of("march-2025")), SEED, 0, Given((), numpy.zeros((0, 0))))
