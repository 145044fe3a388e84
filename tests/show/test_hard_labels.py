"""Whatever a scenario calls its parties and tracks, every figure stands, and says it literally."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.engine import log
from sim.engine.record import RunRecord, TalksRecord
from sim.show import style
from sim.show.files import Drawing, save
from sim.show.labels import Labels
from sim.show.outcomes import outcomes
from sim.show.timeline import timeline
from sim.show.utility_space import utility_space
from sim.show.words import cut
from sim.study.summary import summarise

Crowding = Callable[[Figure], list[str]]
FORMULAS = ("Cost $5_a to $6^b", r"\frac{1}{ $ and $")
LONG = (
    "The Provisional Government of the Federated Eastern Territories and Islands",
    "The High Council of National Resistance of the Western Mountain Republic",
)
TRACK = "Exchange of prisoners of war and of civilian internees under the auspices of the Lake"
LEVELS = dict.fromkeys(
    ("russia.weariness", "ukraine.weariness", "russia.trust.ukraine", "ukraine.trust.russia"), [0.4] * 90
)


@pytest.fixture(
    scope="module", params=[(FORMULAS, FORMULAS[0], FORMULAS[1]), (LONG, TRACK, f"{LONG[0]}, {LONG[1]}: {TRACK}")]
)
def drawings(
    request: pytest.FixtureRequest,
    record: RunRecord,
    entries: list[log.Entry],
    start: datetime.date,
    talks: TalksRecord,
) -> dict[str, Drawing]:
    """Every figure, once with labels that look like formulas and once with long ones."""
    (russia, ukraine), track, title = request.param
    tracks = dict.fromkeys(("exchange", "energy_pause"), track) | {"ceasefire": f"{track} again"}
    labels = Labels(parties={"russia": russia, "ukraine": ukraine}, tracks=tracks)
    event = log.EventOccurred(50, "", "call", title, True, {}, (), "")
    told = sorted([*entries, event], key=lambda entry: entry.day)
    rows = [{"replication": k, "ceasefire.ending": "blocked", "ceasefire.first_agreed": -1} for k in range(5)]
    return {
        "timeline": timeline(record, told, start, labels, title=title, levels=LEVELS),
        "space": utility_space(talks, labels, start=start),
        "outcomes": outcomes(summarise(rows, 30), labels, seed=5, title=title),
    }


def test_hard_labels_break_no_figure(drawings: dict[str, Drawing], crowding: Crowding) -> None:
    """No text overlaps another or leaves the page, no axes are crushed, and the library warns of nothing."""
    for figure in (drawing.figure for drawing in drawings.values()):
        assert crowding(figure) == []
        assert all(axes.get_position().height * figure.get_figheight() > 0.2 for axes in figure.axes)


def test_no_text_is_a_formula(drawings: dict[str, Drawing], tmp_path: Path) -> None:
    """A dollar sign, a backslash, an underline and a caret are drawn as they stand."""
    for name, drawing in drawings.items():
        save(drawing.figure, tmp_path / name, drawing.data, drawing.alt)
        drawn = [text for text in drawing.figure.findobj(Text) if isinstance(text, Text) and "$" in text.get_text()]
        assert not any(text.get_parse_math() for text in drawn)


def test_what_a_figure_cuts_its_words_and_data_hold(drawings: dict[str, Drawing]) -> None:
    """The whole label of a track is in the words of every figure, however little of it the figure shows."""
    for drawing in drawings.values():
        assert TRACK in drawing.alt or FORMULAS[0] in drawing.alt
    texts = {row.get("text", "") for row in drawings["timeline"].data}
    assert texts & {FORMULAS[1], f"{LONG[0]}, {LONG[1]}: {TRACK}"}


def test_labels_that_would_be_cut_alike_become_names() -> None:
    """Two governments whose labels begin alike stay two in a legend."""
    labels = Labels(parties={"east_side": f"{LONG[0]} of the East", "west_side": f"{LONG[0]} of the West", "c": "Cut"})
    assert list(labels.short(32).parties.values()) == ["east side", "west side", "Cut"]


@given(text=st.text("abc def", max_size=60), most=st.integers(1, 40))
def test_a_cut_text_is_no_longer_than_asked(text: str, most: int) -> None:
    """A text that fits stays; another ends in an ellipsis and begins as it did."""
    short = cut(text, most)
    assert len(short) <= most
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(text=st.text("mi ", min_size=1, max_size=80), lines=st.integers(1, 3))
def test_wrapped_lines_keep_their_width(text: str, lines: int) -> None:
    """No line is wider than asked (but a single letter), and there are no more lines than asked."""
    told = style.wrapped(text, 60, lines, style.SMALL).split("\n")
    assert len(told) <= lines
    assert all(len(line) <= 1 or style.text_width(line, style.SMALL) <= 60 for line in told)
