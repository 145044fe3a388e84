"""Phases of all replications day by day, as a picture, as rows and in words."""

import datetime
from collections.abc import Callable

import numpy
import pytest
from matplotlib.figure import Figure

from sim.engine.chunk import Days
from sim.show.labels import Labels
from sim.show.levels import kinds_of
from sim.show.phases import draw_phases, in_force, rows_of, table_of, told
from sim.terms import Phase

LABELS = Labels(tracks={"swap": "Exchange", "truce": "Truce"}, parties={"east": "East Valley", "west": "West Valley"})


@pytest.fixture
def days() -> Days:
    """Ten replications over four days; one track sleeps, the other's truce is in force in 0, 2, 5 and 4 of them."""
    phases = numpy.zeros((4, 2, 6), int)
    phases[:, 0, Phase.DORMANT] = 10
    phases[:, 1, Phase.IN_FORCE] = [0, 2, 4, 4]
    phases[:, 1, Phase.SUSPENDED] = [0, 0, 1, 0]
    phases[:, 1, Phase.TALKS] = [10, 8, 5, 6]
    ledgers = numpy.array([[0, 0], [3, 0], [5, 1], [2, 1]])
    return Days(10, phases, (), numpy.zeros((4, 0)), numpy.zeros((4, 0, 200), int), ("east", "west"), ledgers)


def test_a_suspended_deal_is_in_force(days: Days) -> None:
    """What is suspended may be resumed: it counts."""
    assert in_force(days, 1).tolist() == [0, 2, 5, 4]


def test_the_picture_is_told_in_words(days: Days) -> None:
    """The day on which most deals are in force, with Wilson's interval for 5 of 10; each side's own ledger a run."""
    words = list(told(days, ["swap", "truce"], LABELS))
    assert words[1] == "Exchange: no deal is in force at the end of any day."
    assert "end of day 2 in 50.0 % of the runs (23.7 to 76.3)" in words[2]
    assert words[3].endswith("East Valley 1.0, West Valley 0.2.")


def test_every_day_is_a_row(days: Days) -> None:
    """Runs by phase, and what was alleged by each side over all runs."""
    rows = rows_of(days, ["swap", "truce"])
    assert [row["truce.talks"] for row in rows] == [10, 8, 5, 6]
    assert [row["east.alleged"] for row in rows] == [0, 3, 5, 2]
    assert {row["runs"] for row in rows} == {10}
    assert table_of(days, ["swap", "truce"], LABELS, datetime.date(2030, 1, 1)).row_count == 8


def test_nothing_in_the_picture_overlaps(days: Days, crowding: Callable[[Figure], list[str]]) -> None:
    """At the size of print every text stands clear of every other; what is drawn is what the rows say."""
    drawing = draw_phases(days, ["swap", "truce"], LABELS, title="Two valleys", seed=1)
    assert crowding(drawing.figure) == []
    assert drawing.data == rows_of(days, ["swap", "truce"])
    assert "n = 10 replications, seed 1" in drawing.alt


def test_days_of_two_chunks_add_up(days: Days) -> None:
    """Ledgers and phases of both."""
    both = days + days
    assert both.replications == 20
    assert both.ledgers.tolist() == (2 * days.ledgers).tolist()
    assert in_force(both, 1).tolist() == [0, 4, 10, 8]


def test_levels_have_their_mean_and_deciles(days: Days, crowding: Callable[[Figure], list[str]]) -> None:
    """Ten runs, one in every twentieth of 200 bins: deciles to half a bin; what never moves is left out."""
    bins = numpy.zeros((4, 2, 200), int)
    bins[:, 0, 10:200:20] = 1
    bins[:, 1, 100] = 10
    sums = numpy.stack([numpy.full(4, 5.025), numpy.full(4, 5.025)], axis=1)
    levels = Days(10, days.phases, ("east.trust.west", "west.weariness"), sums, bins, days.parties, days.ledgers)
    row = rows_of(levels, ["swap", "truce"])[0]
    assert [row[f"east.trust.west{what}"] for what in ("", ".decile1", ".decile9")] == pytest.approx(
        [0.5025, 0.0525, 0.8525]
    )
    assert kinds_of(levels) == ["trust"]
    drawing = draw_phases(levels, ["swap", "truce"], LABELS, title="Two valleys", seed=1)
    assert crowding(drawing.figure) == []
    assert "bands from decile 1 to 9" in drawing.alt
    assert len(drawing.figure.axes) == 1 + 2 + 1 + 1
