import csv
import datetime
import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from sim.engine import log
from sim.engine.record import NEVER, PartyRecord, RunRecord, TalksRecord, TrackRecord
from sim.show import style
from sim.show.files import Drawing, save
from sim.show.labels import Labels
from sim.show.lanes import GAP, MOST_ROWS, lay_out
from sim.show.marks import ACTS, EVENTS, Mark, Shape, ledgers_of, marks_of
from sim.show.outcomes import LOOKS, outcomes
from sim.show.timeline import timeline
from sim.show.utility_space import draw_utility_space, utility_space
from sim.study.summary import ENDINGS, Summary, summarise
from sim.terms import DISCLAIMER

Crowding = Callable[[Figure], list[str]]
LEVELS = {"russia.weariness": [0.4 + 0.002 * day for day in range(90)], "russia.trust.ukraine": [0.1] * 90}


def words(figure: Figure) -> list[str]:
    """Every text that a figure shows."""
    return [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]


@pytest.fixture
def run_drawing(record: RunRecord, entries: list[log.Entry], start: datetime.date, labels: Labels) -> Drawing:
    """The timeline of the hand-made run."""
    return timeline(record, entries, start, labels, title="Three tracks", levels=LEVELS)


@pytest.fixture
def summary() -> Summary:
    """Ten runs of two tracks: one always agreed on the day of its number, one agreed twice."""
    rows = []
    for k in range(10):
        late = (
            {"b.ending": "broken", "b.first_agreed": 20} if k < 2 else {"b.ending": "blocked", "b.first_agreed": NEVER}
        )
        rows.append({"replication": k, "a.ending": "completed" if k else "short", "a.first_agreed": k, **late})
    return summarise(rows, 30)


@pytest.fixture
def batch_drawing(summary: Summary) -> Drawing:
    """The picture of the ten runs."""
    return outcomes(summary, Labels(tracks={"a": "Exchange", "b": "Truce"}), seed=5, title="Ten runs")


@pytest.fixture
def space_drawing(talks: TalksRecord, labels: Labels) -> Drawing:
    """The utility space of the hand-made talks, its nine packages named by their days."""
    packages = [{"days": f"{number}"} for number in range(9)]
    return utility_space(talks, labels, packages=packages, note=style.caption(1, 1, 4))


@pytest.fixture(params=["run_drawing", "batch_drawing", "space_drawing"])
def drawing(request: pytest.FixtureRequest) -> Drawing:
    """Each figure in turn."""
    found: Drawing = request.getfixturevalue(request.param)
    return found


# What holds for every figure


def test_no_text_overlaps_another_or_leaves_the_figure(drawing: Drawing, crowding: Crowding) -> None:
    """At the size of print every text stands clear of every other, within the figure."""
    assert crowding(drawing.figure) == []


def test_every_figure_says_what_it_rests_on(drawing: Drawing) -> None:
    """The number of runs, the seed and the disclaimer stand on each figure."""
    shown = "\n".join(words(drawing.figure))
    assert "n = " in shown
    assert "seed " in shown
    assert DISCLAIMER in shown


def test_a_saved_figure_is_four_files(drawing: Drawing, tmp_path: Path) -> None:
    """Picture, vector, the drawn data row by row, and the words; all from the same drawing."""
    png, svg, table, alt = save(drawing.figure, tmp_path / "figure", drawing.data, drawing.alt)
    assert png.read_bytes().startswith(b"\x89PNG")
    assert "<svg" in svg.read_text(encoding="utf-8")
    assert alt.read_text(encoding="utf-8") == f"{drawing.alt}\n{DISCLAIMER}\n"
    with table.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    columns = dict.fromkeys(column for row in drawing.data for column in row)
    assert read == [{column: str(row.get(column, "")) for column in columns} for row in drawing.data]


def test_the_same_figure_leaves_the_same_files(drawing: Drawing, tmp_path: Path) -> None:
    """Saved twice, a figure is the same byte for byte: no date and no random name is in it."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        save(drawing.figure, tmp_path / name / "figure", drawing.data, drawing.alt)
    for first in (tmp_path / "one").iterdir():
        assert first.read_bytes() == (tmp_path / "two" / first.name).read_bytes()


# The timeline of one run


def test_marks_are_what_the_run_did(record: RunRecord, entries: list[log.Entry], labels: Labels) -> None:
    """Spans and moments of the hand-made run, lane by lane, counted by hand."""
    marks = marks_of(record, entries, labels)
    spans = [(m.lane, m.shape, m.day, m.until) for m in marks if m.until > m.day]
    assert spans == [
        ("energy_pause", Shape.TRUCE, 7, 21),
        ("ceasefire", Shape.TALKS, 30, 35),
        ("ceasefire", Shape.BLOCKED, 30, 35),
        (ACTS, Shape.RESTRAINT, 32, 33),
        (ACTS, Shape.RESTRAINT, 32, 33),
    ]
    assert [(m.day, m.text) for m in marks if m.shape is Shape.RELEASE] == [
        (1, "175:175"),
        (21, "100:100"),
        (42, "150:150"),
    ]
    assert [(m.day, m.party, m.text) for m in marks if m.shape is Shape.GESTURE] == [(1, "russia", "22 (of 23)")]
    assert [(m.lane, m.day, m.text) for m in marks if m.shape is Shape.ENDING] == [
        ("energy_pause", 21, "broken"),
        ("ceasefire", 35, "blocked"),
    ]
    assert [(m.lane, m.day) for m in marks if m.shape is Shape.AGREED] == [
        ("exchange", 0), ("exchange", 20), ("exchange", 41), ("energy_pause", 3),
    ]  # fmt: skip
    assert [m.text for m in marks if m.lane == EVENTS] == ["Call between two presidents"]


def test_a_side_offers_once_a_day(record: RunRecord, entries: list[log.Entry], labels: Labels) -> None:
    """Six days of talks with an offer of each side a day are twelve ticks, and a round without offer is none."""
    silent = log.Offered(50, "ceasefire", 0, "russia", {}, 0, 0.5)
    marks = marks_of(record, [*entries, silent], labels)
    offers = [mark for mark in marks if mark.lane == "ceasefire" and mark.shape is Shape.OFFER]
    assert len(offers) == 12


def test_a_track_that_never_opened_says_what_held_it(record: RunRecord, labels: Labels) -> None:
    """The lane of a track without talks names the entry preconditions that held it."""
    held = TrackRecord(
        "ceasefire", "never_opened", NEVER, NEVER, 0, {}, 0, {}, 0, 0, 0, {"russia.aid_stopped": 90}, {}, {}
    )
    marks = marks_of(replace(record, tracks=(held,), deals=(), talks=()), [], labels)
    assert [mark.text for mark in marks] == ['never opened; held by Russia\'s "aid stopped"']


def test_a_suspended_deal_is_marked_until_it_goes_on(record: RunRecord, labels: Labels) -> None:
    """Suspended on day 5 and resumed on day 8; suspended again on day 80 until the horizon."""
    entries = [
        log.Suspended(5, "exchange", "swap"),
        log.Resumed(8, "exchange", "swap"),
        log.Suspended(80, "exchange", "swap"),
    ]
    marks = marks_of(replace(record, deals=(), talks=()), entries, labels)
    assert [(m.day, m.until) for m in marks if m.shape is Shape.SUSPENDED] == [(5, 8), (80, 89)]


def test_ledgers_are_kept_apart_by_week(record: RunRecord, entries: list[log.Entry]) -> None:
    """Ukraine's and Russia's allegations by weeks of the calendar, summed by hand; 90 days are 13 weeks."""
    ledgers = ledgers_of(entries, record, step=7)
    assert {party: counts[:4] for party, counts in ledgers.items()} == {
        "russia": [0, 8, 6, 2],
        "ukraine": [0, 14, 15, 1],
    }
    assert {len(counts) for counts in ledgers.values()} == {13}


def test_one_ledger_goes_up_and_the_other_down(run_drawing: Drawing) -> None:
    """Of two parties the first in the file alleges upwards and the second downwards, each by its own number."""
    bars = [patch.get_height() for patch in run_drawing.figure.axes[1].patches if isinstance(patch, Rectangle)]
    assert bars[:4] == [0, 8, 6, 2]
    assert bars[13:17] == [0, -14, -15, -1]


def test_the_words_of_a_timeline_count(run_drawing: Drawing) -> None:
    """Talks, deals, blocked days and both ledgers, counted by hand."""
    assert run_drawing.alt == (
        "Timeline of one run of 3 tracks, 18 March 2025 to 15 June 2025; n = 1 run (replication 4),"
        " seed 1. Prisoner exchange: 3 sets of talks and 3 deals"
        " (the first on 18 March 2025); completed. Energy-strike pause: 1 set of talks and 1 deal (the first on 21"
        " March 2025); broken. Ceasefire: 1 set of talks, 0 deals and 6 days blocked by preconditions; blocked. Alleged"
        " in all: Russia 16 violations and Ukraine 30 violations."
    )


def test_the_data_of_a_timeline_are_what_it_draws(run_drawing: Drawing) -> None:
    """Every mark, every week of each ledger and every day of each level has a row with its dates."""
    panels = [row["panel"] for row in run_drawing.data]
    assert (panels.count("ledgers"), panels.count("levels")) == (2 * 13, 2 * 90)
    truce = next(row for row in run_drawing.data if row["what"] == "truce")
    assert (truce["date"], truce["until"], truce["text"]) == ("2025-03-25", "2025-04-08", "scope 20%")


def test_three_parties_and_a_short_horizon_are_drawn_too(
    record: RunRecord, start: datetime.date, labels: Labels, crowding: Crowding
) -> None:
    """Nothing in the picture needs two parties: releases are summed, and each ledger has bars of its own, by day."""
    third = PartyRecord("mali", 0.1, 1.0, 0, 0, {}, {}, 0, 0)
    entries: list[log.Entry] = [
        log.Delivered(4, "exchange", "swap", 0, giver, receiver, "able", 10.0, 10.0, False, 0.0)
        for giver, receiver in (("russia", "ukraine"), ("ukraine", "mali"), ("mali", "russia"))
    ]
    entries += [log.Alleged(5, "exchange", by, "russia", 2) for by in ("ukraine", "mali")]
    entries.append(log.Alleged(6, "exchange", "russia", "mali", 1))
    three = replace(record, horizon=20, parties=(*record.parties, third), talks=(), deals=())
    drawing = timeline(three, entries, start, labels)
    assert [row["text"] for row in drawing.data if row["what"] == "release"] == ["30"]
    assert sum(row["panel"] == "ledgers" for row in drawing.data) == 3 * 20
    assert crowding(drawing.figure) == []


texts = st.text("abcdefghij :+", min_size=1, max_size=30)
moments = st.builds(
    lambda day, text: Mark("exchange", Shape.ENDING, day, day, text=text), st.integers(0, 89), texts
)  # fmt: skip


@given(marks=st.lists(moments, max_size=40))
def test_texts_in_a_row_stand_apart(marks: list[Mark]) -> None:
    """However many texts a lane has, none overlaps another in its row or leaves the lane, and rows are few."""
    width = 400.0
    (lane,) = lay_out(marks, _one_track(), width)
    for row in range(lane.rows):
        placed = [text for text in lane.texts if text.row == row]
        edges = [(text.left, text.left + style.text_width(text.text, style.SMALL)) for text in placed]
        assert all(left >= 0 and right <= width + 1e-6 for left, right in edges)
        assert all(one[1] + GAP <= other[0] + 1e-6 for one, other in itertools.pairwise(sorted(edges)))
    assert lane.rows <= MOST_ROWS


def _one_track() -> RunRecord:
    track = TrackRecord("exchange", "completed", 0, 0, 1, {}, 1, {}, 1, 1, 0, {}, {}, {})
    return RunRecord("case", "d", 1, 0, 90, False, {}, (track,), (), (), ())


# The utility space of one set of talks


def test_packages_are_told_apart_by_marker(talks: TalksRecord, labels: Labels) -> None:
    """Three feasible packages meet all preconditions and five fail one; the infeasible one is not drawn."""
    axes = draw_utility_space(talks, Figure().add_subplot(), labels)
    drawn = {collection.get_label(): len(collection.get_offsets()) for collection in axes.collections}
    assert drawn == {"package failing a precondition": 5, "package meeting all preconditions": 3}


def test_frontier_nash_point_and_zone_are_those_found_by_hand(space_drawing: Drawing) -> None:
    """Surpluses over .2 and .15: package 3 has the greatest product, .35 x .35; five packages are in the zone."""
    rows = space_drawing.data
    assert [row["outcome"] for row in rows if row["pareto"]] == [0, 1, 2, 3, 4, 5, 6]
    assert [row["outcome"] for row in rows if row["zone"]] == [2, 3, 4, 5, 7]
    assert [row["outcome"] for row in rows if row["nash"]] == [3]


def test_offers_are_a_line_in_order_of_rounds(talks: TalksRecord, labels: Labels) -> None:
    """Russia's offers run through packages 0, 1, 2 in that order, at what they are worth to both."""
    axes = draw_utility_space(talks, Figure().add_subplot(), labels)
    trace = next(line for line in axes.get_lines() if line.get_label() == "offers by Russia")
    assert trace.get_xydata().tolist() == [[0.9, -0.3], [0.8, 0.1], [0.7, 0.3]]  # type: ignore[union-attr]
    assert {"1", "2", "4", "5"} <= {text.get_text() for text in axes.texts}


def test_the_words_of_a_utility_space_count(space_drawing: Drawing) -> None:
    """Packages feasible and passing, the zone, first and last offers, the Nash point and how it ended."""
    assert space_drawing.alt == (
        "Worth of packages in talks 1 on Ceasefire, no deal being worth 0. 8 packages feasible, 3 of them meeting all"
        " preconditions; 5 worth every side's reservation, 1 of them meeting all preconditions. Russia made 3 offers,"
        " worth to itself 0.9 at first and 0.7 at last. Ukraine made 2 offers, worth to itself 0.9 at first and 0.8 at"
        " last. Nash point: days 3, worth 0.55 to Russia and 0.5 to Ukraine. No agreement: blocked."
        " n = 1 run (replication 4), seed 1."
    )


def test_an_agreement_is_starred_and_told(talks: TalksRecord, labels: Labels) -> None:
    """The agreed package has a star at its worths and its worths in the words."""
    agreed = replace(talks, outcome=3, ending="agreed")
    drawing = utility_space(agreed, labels)
    (star,) = (line for line in drawing.figure.axes[0].get_lines() if line.get_label() == "agreement")
    assert star.get_xydata().tolist() == [[0.55, 0.5]]  # type: ignore[union-attr]
    assert drawing.alt.endswith("Agreed: worth 0.55 to Russia and 0.5 to Ukraine.")


def test_an_empty_zone_has_no_shade_and_no_nash_point(talks: TalksRecord, labels: Labels) -> None:
    """With reservations that no package meets there is neither a zone nor a Nash point to draw."""
    axes = draw_utility_space(replace(talks, reservations=(0.95, 0.95)), Figure().add_subplot(), labels)
    assert len(axes.patches) == 0
    assert "Nash point" not in axes.get_legend_handles_labels()[1]


def test_of_three_seats_two_are_drawn(talks: TalksRecord, labels: Labels) -> None:
    """A third seat's worths can stand on an axis, and its reservation bounds the zone either way."""
    three = replace(
        talks, parties=(*talks.parties, "mali"), worths=(*talks.worths, (1.0,) * 9), reservations=(0.2, 0.15, 2.0)
    )
    axes = draw_utility_space(three, Figure().add_subplot(), labels, seats=(2, 1))
    assert axes.get_xlabel() == "worth to mali (no deal = 0)"
    assert len(axes.patches) == 0


# The outcomes of a batch


def test_bars_are_the_shares_of_endings(batch_drawing: Drawing) -> None:
    """A tenth short and nine tenths completed; eight tenths blocked and two broken: each bar sums to 1."""
    bars = [patch for patch in batch_drawing.figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert [round(bar.get_width(), 9) for bar in bars] == [0.1, 0.9, 0.8, 0.2]
    assert [round(bar.get_x(), 9) for bar in bars] == [0, 0.1, 0, 0.8]


def test_every_ending_looks_like_no_other() -> None:
    """Thirteen endings have thirteen looks, and in grey those of one hatch differ in lightness."""
    assert set(LOOKS) == set(ENDINGS)
    assert len(set(LOOKS.values())) == len(ENDINGS)
    by_hatch: dict[str, list[float]] = {}
    for colour, hatch in LOOKS.values():
        red, green, blue = (int(to_hex(colour)[k : k + 2], 16) / 255 for k in (1, 3, 5))
        by_hatch.setdefault(hatch, []).append(0.299 * red + 0.587 * green + 0.114 * blue)
    for greys in by_hatch.values():
        greys.sort()
        assert all(b - a > 0.08 for a, b in itertools.pairwise(greys))


def test_the_curve_steps_up_on_the_day_of_each_agreement(batch_drawing: Drawing) -> None:
    """One run more agreed each day from day 0 to day 9; the curve reaches to the horizon."""
    line = batch_drawing.figure.axes[2].get_lines()[0]
    days, shares = (list(data) for data in (line.get_xdata(), line.get_ydata()))  # type: ignore[arg-type]
    assert (days[0], days[-1], line.get_drawstyle()) == (0, 30, "steps-post")
    assert [round(float(share), 9) for share in shares[:11]] == [
        0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0,
    ]  # fmt: skip


def test_the_words_of_a_batch_count(batch_drawing: Drawing) -> None:
    """Shares with Wilson's intervals (2 of 10: 5.7 to 51 %), the median day where half agreed, and every ending."""
    assert batch_drawing.alt == (
        "Endings of 2 tracks in 10 replications over 30 days. Exchange: agreed in 100 % of runs (interval 72.2 to"
        " 100 %), half of the runs by day 4; short 10 % and completed 90 %. Truce: agreed in 20 % of runs (interval 5.7"
        " to 51 %); blocked 80 % and broken 20 %. n = 10 replications, seed 5; 95 % intervals."
    )


def test_the_data_of_a_batch_are_the_summary(batch_drawing: Drawing, summary: Summary) -> None:
    """Endings, the share that ever agreed, and each day of each curve stand in rows with their intervals."""
    rows: list[dict[str, Any]] = [dict(row) for row in batch_drawing.data]
    endings = {(row["track"], row["what"]): row["share"] for row in rows if row["panel"] == "endings"}
    assert endings == {
        ("a", "short"): 0.1, ("a", "completed"): 0.9, ("a", "ever agreed"): 1.0,
        ("b", "blocked"): 0.8, ("b", "broken"): 0.2, ("b", "ever agreed"): 0.2,
    }  # fmt: skip
    curve = [
        (row["share"], row["low"], row["high"]) for row in rows if row["panel"] != "endings" and row["track"] == "b"
    ]
    expected = summary.tracks[1].agreed_by_day
    assert curve == list(zip(expected.share, expected.low, expected.high, strict=True))


# Style


@pytest.mark.parametrize(("width", "columns"), [(10_000, 4), (60, 1)])
def test_a_legend_has_as_many_columns_as_fit(width: float, columns: int) -> None:
    """Four names stand in four columns where there is room, and in one where there is none."""
    assert style.columns_within(["talks", "truce in force", "agreement", "event"], width) == columns


def test_nine_places_have_nine_looks() -> None:
    """Colours, markers, lines and hatches of nine parties are all different, so that grey print tells them apart."""
    looks = [style.stroke(place) for place in range(9)]
    for part in (*zip(*looks, strict=True), [style.broken(place) for place in range(9)]):
        assert len(set(part)) == 9


def test_text_has_a_width() -> None:
    """Twice the text is about twice as wide, and nothing has no width."""
    assert style.text_width("", 6) == 0
    assert math.isclose(style.text_width("mmmm", 6), 2 * style.text_width("mm", 6), rel_tol=0.1)
