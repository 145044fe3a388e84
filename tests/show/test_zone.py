"""The zone of agreement day by day: looking changes nothing, and what is seen is what the talks recorded."""

from collections.abc import Callable
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from sim.engine.model import run
from sim.scenario.case import NOWHERE, Case
from sim.scenario.compiling import compile_case
from sim.scenario.outcomes import zone_of_agreement
from sim.scenario.reading import read
from sim.show.labels import labels_of
from sim.show.zone import draw_zone, rows_of, told
from sim.study.zone import ZoneTrace, trace_zone

SMALL = Path(__file__).resolve().parent.parent / "cli" / "small.yaml"
TRUCE = 1


@pytest.fixture(scope="module")
def case() -> Case:
    """The small scenario, west asking for so much that talks on a truce fail for long."""
    wish = "tracks.truce.preconditions.west={never: {accepts if: proposal.days >= 99, hard: true, because: to be seen}}"
    return compile_case(read(SMALL, [wish]))


@pytest.fixture(scope="module")
def trace(case: Case) -> ZoneTrace:
    """The truce in one run."""
    return trace_zone(case, TRUCE, 3, 0)


def test_what_is_seen_is_what_the_talks_recorded(case: Case, trace: ZoneTrace) -> None:
    """On the last day of talks: reservations and the number of packages in the zone are those of their record."""
    record = run(case, 3, 0).record
    talks = [each for each in record.talks if each.track == "truce" and each.ended_on >= 0]
    assert talks
    for each in talks:
        day = trace.days[each.ended_on]
        assert day.reservations == each.reservations
        assert day.zone == len(zone_of_agreement(each.worths, each.reservations, each.feasible))
    assert len(trace.offers) == sum(len(each.offers) for each in record.talks if each.track == "truce")


def test_a_condition_that_nothing_meets_leaves_no_package_that_passes(trace: ZoneTrace) -> None:
    """There is a zone, preconditions aside, and nothing in it may be agreed; so nothing is."""
    assert all(day.passing == 0 for day in trace.days)
    assert any(day.zone > 0 for day in trace.days)
    assert trace.agreed == ()


def test_the_nash_point_lies_between_reservation_and_best(trace: ZoneTrace) -> None:
    """For every seat, on every day with a zone; without one there is no Nash point."""
    for day in trace.days:
        assert (day.nash == NOWHERE) == (day.zone == 0)
        for least, there, best in zip(day.reservations, day.at_nash, day.best, strict=True):
            assert least <= there <= best


def test_the_picture_of_the_zone_is_clear_and_told(
    case: Case, trace: ZoneTrace, crowding: Callable[[Figure], list[str]]
) -> None:
    """No text overlaps; every day and every offer is a row; the words count both."""
    drawing = draw_zone(trace, labels_of(case), note="n = 1 run (replication 0), seed 3")
    assert crowding(drawing.figure) == []
    assert len(rows_of(trace)) == 30 + len(trace.offers)
    assert "of 30 days there was a zone of agreement" in told(trace, labels_of(case))[0]
