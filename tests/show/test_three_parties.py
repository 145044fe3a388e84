"""Figures of more than two parties, of goods, and of tranches."""

import datetime
import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest
from matplotlib.figure import Figure

from sim.engine import log
from sim.engine.record import DealRecord, PartyRecord, RunRecord, TalksRecord
from sim.show.labels import Labels
from sim.show.lanes import lane_key
from sim.show.marks import Shape, marks_of
from sim.show.timeline import timeline
from sim.show.utility_space import utility_space

NAMES = ("north", "east", "south", "west", "centre", "coast", "islands", "hills", "delta")


def levels_of(parties: tuple[str, ...]) -> dict[str, list[float]]:
    """The columns of a daily table."""
    pairs = itertools.permutations(parties, 2)
    return {f"{party}.weariness": [0.5] * 90 for party in parties} | {f"{a}.trust.{b}": [0.2] * 90 for a, b in pairs}


def with_parties(record: RunRecord, count: int) -> RunRecord:
    """The run's record with other parties, and nothing on its lanes."""
    parties = tuple(PartyRecord(name, 0.5, 1.0, 0, 0, {}, {}, 0, 0) for name in NAMES[:count])
    return replace(record, parties=parties, deals=(), talks=())


@pytest.mark.parametrize(("parties", "panels"), [(2, [4]), (3, [3, 6]), (4, [4, 12]), (5, [5]), (9, [9])])
def test_every_curve_looks_like_no_other_even_in_grey(
    record: RunRecord, start: datetime.date, parties: int, panels: list[int], crowding: Callable[[Figure], list[str]]
) -> None:
    """Weariness and trust share a panel between two, have one each up to four, and trust is left out among more."""
    columns = levels_of(NAMES[:parties])
    drawing = timeline(with_parties(record, parties), [], start, Labels(), title="Ring", levels=columns)
    lines = [axes.get_lines() for axes in drawing.figure.axes[1:]]
    assert [len(of_panel) for of_panel in lines] == panels
    for of_panel in lines:
        looks = {(line.get_marker(), str(line._unscaled_dash_pattern)) for line in of_panel}  # type: ignore[attr-defined]
        assert len(looks) == len(of_panel)
    assert crowding(drawing.figure) == []
    assert {row["name"] for row in drawing.data if row["panel"] == "levels"} >= {"trust of north in east"}


def test_a_truce_that_was_never_started_is_not_in_force(record: RunRecord, labels: Labels) -> None:
    """Its agreement and its ending are marked, and no day of it."""
    deal = DealRecord("ceasefire", 1, 5, 8, 8, "never_started", {}, "offer", 0, 0, {}, {}, {}, {})
    entries = [
        log.DealBegan(8, "ceasefire", 1, 30, 1.0, {}),
        log.DealEnded(8, "ceasefire", 1, "never_started", "russia", 0),
    ]
    marks = marks_of(replace(record, deals=(deal,), talks=()), entries, labels)
    assert [(mark.shape, mark.text) for mark in marks] == [(Shape.ENDING, "never started")]


def handed(day: int, tranche: int, what: str, amount: float, step: str = "heating") -> log.Delivered:
    """Something handed over by Russia."""
    return log.Delivered(day, "exchange", step, tranche, "russia", "ukraine", what, amount, amount, False, 0.0)


GOODS = Labels(goods={"able": "able", "fuel": "tonnes of fuel"}, assets={"fuel": "tonnes of fuel"})


def test_goods_are_no_persons(record: RunRecord) -> None:
    """Tonnes handed over on the day of a release have a mark and an entry in the legend of their own."""
    marks = marks_of(
        replace(record, deals=(), talks=()), [handed(4, 0, "able", 10.0), handed(4, 0, "fuel", 80.0)], GOODS
    )
    assert [(mark.shape, mark.text) for mark in marks] == [(Shape.RELEASE, "10"), (Shape.GOODS, "80 tonnes of fuel")]
    names = {str(handle.get_label()) for handle in lane_key(marks, ["russia", "ukraine"], GOODS)}
    assert names == {"persons released by russia : by ukraine", "goods handed over"}


def test_a_run_of_tranches_carries_its_total_once(record: RunRecord) -> None:
    """Of ten tranches of eight tonnes each has its mark and its number in the data, and one the total beside it."""
    marks = marks_of(replace(record, deals=(), talks=()), [handed(10 + k, k, "fuel", 8.0) for k in range(10)], GOODS)
    assert [(mark.day, mark.text) for mark in marks] == [(10 + k, "8 tonnes of fuel") for k in range(10)]
    assert [mark.beside for mark in marks if mark.beside] == ["80 tonnes of fuel in 10 tranches"]


def test_a_figure_of_three_says_which_two_it_shows(talks: TalksRecord, labels: Labels) -> None:
    """The title names the two on the axes and who else sits at the table; the shade is the zone of the two."""
    three = replace(
        talks, parties=(*talks.parties, "mali"), worths=(*talks.worths, (1.0,) * 9), reservations=(0.2, 0.15, 2.0)
    )
    drawing = utility_space(three, labels, start=datetime.date(2025, 3, 18), note="n = 1 run (replication 0), seed 1")
    (axes,) = drawing.figure.axes
    title = " ".join(drawing.figure.get_suptitle().split())
    assert title == "Ceasefire: talks 1. Russia and Ukraine, and the zone of these two; also at the table: mali"
    assert [patch.get_label() for patch in axes.patches] == ["zone of these two"]
    assert "held from 17 April 2025 to 22 April 2025" in drawing.alt
    assert drawing.alt.endswith("n = 1 run (replication 0), seed 1.")
