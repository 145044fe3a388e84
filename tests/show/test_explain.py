"""One run explained: chains, refusals, and the figures of a batch."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.engine import log
from sim.engine.model import run
from sim.engine.record import Run
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.show.blocking import draw_blocking, draw_unlocking, unlocking_text
from sim.show.explain import Chapter, Refusal, explain, missing_of, refusal_rows
from sim.show.files import save
from sim.show.labels import Labels, labels_of
from sim.study.blocking import Blocking, InTheWay
from sim.study.paired import difference_of_shares
from sim.study.summary import Mean, Unlock, share_of
from sim.study.unlocking import Binding, Relaxed, Target, Unlocking

TRUCE = (Path(__file__).resolve().parent.parent / "engine" / "truce.yaml").read_text(encoding="utf-8")
GATES = """
    preconditions:
      alfa: {watched: {accepts if: proposal.monitoring >= 0.5, hard: true}}
      bravo:
        unwatched: {accepts if: proposal.monitoring <= 0, hard: true}
        later: {enters if: day >= 4}
"""
START = datetime.date(2030, 1, 1)
NAMES = Labels(parties={"a": "Alfa", "b": "Bravo"})


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Run]:
    """A run whose only track is gated at first and blocked afterwards."""
    file = tmp_path_factory.mktemp("told") / "gated.yaml"
    file.write_text(TRUCE + GATES, encoding="utf-8")
    case = compile_case(read(file))
    return case, run(case, 3, 0)


def refusals_of(entries: tuple[log.Entry, ...]) -> Iterator[log.Refused]:
    """The refusals in a log."""
    return (entry for entry in entries if isinstance(entry, log.Refused))


def test_the_chain_begins_with_what_kept_the_table_closed_and_ends_with_the_ending(told: tuple[Case, Run]) -> None:
    """The gate, the day of the first talks, what they foundered on, what would unlock them, and how the track ends."""
    case, done = told
    (chapter,) = explain(done.record, done.log, case.start, labels_of(case))
    text = " ".join(chapter.lines)
    assert chapter.lines[0].startswith('Entry preconditions kept the table closed: Bravo\'s "Later"')
    assert "found 0), 4 days." in text
    assert "Talks first opened on 5 January 2030, day 4" in text
    assert "foundered on" in text
    assert chapter.lines[-1].startswith(f"How the track ends: {done.record.tracks[0].ending}")


def test_every_refusal_is_counted_once_for_each_reason(told: tuple[Case, Run]) -> None:
    """Times over a precondition are the refusals that name it; times over worth those below what was demanded."""
    case, done = told
    (chapter,) = explain(done.record, done.log, case.start, labels_of(case))
    at_talks = [each for each in chapter.refusals if each.talks]
    named = sum(len(entry.conditions) for entry in refusals_of(done.log))
    assert sum(each.times for each in at_talks if each.reason) == named
    assert sum(each.times for each in at_talks if not each.reason) == sum(
        entry.worth < entry.demanded for entry in refusals_of(done.log)
    )
    (held,) = (each for each in chapter.refusals if each.gate == "enters")
    assert (held.reason, held.times) == ("bravo.later", 4)


@pytest.mark.parametrize(
    ("expression", "met", "missing"),
    [
        ("proposal.cap >= 0.8", (0.0, 0.5), "0.3"),
        ("proposal.days <= 30", (90.0, 60.0), "30"),
        ("proposal.cap >= 0.8 and day > 3", (0.5,), ""),
    ],
)
def test_what_is_missing_is_counted_from_the_nearest_offer(
    expression: str, met: tuple[float, ...], missing: str
) -> None:
    """Where one name is compared with one number: their distance at best; otherwise nothing is said."""
    name = expression.split(maxsplit=1)[0]
    assert missing_of([log.Condition("x", "a", "accepts", expression, {name: each}) for each in met]) == missing


def test_a_refusal_is_a_row_with_dates() -> None:
    """Days become dates, and a precondition the words of its label."""
    refusal = Refusal("t", 1, "a", "a.x", "accepts", 2, 0, 9, "days at least 5", "3", "2")
    (row,) = refusal_rows([Chapter("t", "T", (), (refusal,))], START, NAMES)
    assert (row["first"], row["last"], row["label"]) == ("2030-01-01", "2030-01-10", 'Alfa\'s "x"')


def blocked() -> Blocking:
    """Hand-made numbers of a batch of 100."""
    day = Mean(100, 10.0, 9.0, 11.0)
    ways = (
        InTheWay("a.x", "accepts", share_of(90, 100), day, share_of(50, 100), Mean(100, 4.0, 3.5, 4.5)),
        InTheWay("b.y", "accepts", share_of(80, 100), day, share_of(0, 100), Mean(100, 0.0, 0.0, 0.0)),
    )
    sets = (Unlock(("a.x", "b.y"), share_of(80, 100), day), Unlock(("a.x",), share_of(50, 100), day))
    return Blocking("t", 100, share_of(5, 100), share_of(95, 100), day, ways, sets)


def unlocked() -> Unlocking:
    """Hand-made: x unlocks, y adds nothing that is told."""
    idle, much = difference_of_shares(100, 1, 1), difference_of_shares(100, 0, 60)
    one = Relaxed(("a.x",), share_of(65, 100), much, share_of(60, 100), smallest=True, unsurpassed=True, example=4)
    bindings = (Binding("a.x", "accepts", much, much), Binding("b.y", "accepts", idle, idle))
    return Unlocking(Target("t", 30, 90), 100, 1, False, "compiled", share_of(5, 100), bindings, (one,), True)


def test_nothing_is_called_different_where_the_interval_covers_nought() -> None:
    """The precondition whose interval covers 0 is told as making no difference, the other as the unlock."""
    text = " ".join(unlocking_text(unlocked(), 90, NAMES))
    assert 'Not told to make a difference, relaxed first or last: Bravo\'s "y".' in text
    assert 'The unlock: relaxing Alfa\'s "x" makes it 65.0 %' in text
    assert "in force for 30 days or more" in text


def test_figures_of_sets_keep_their_numbers_and_words(tmp_path: Path) -> None:
    """Every set and precondition drawn is a row of the data; the words name the unlock; nothing lies outside."""
    for name, drawing in (
        ("explain", draw_blocking(blocked(), NAMES, seed=1, title="Hand-made")),
        ("unlocks", draw_unlocking(unlocked(), 90, NAMES, title="Hand-made")),
    ):
        save(drawing.figure, tmp_path / name, drawing.data, drawing.alt)
        assert {row["what"] for row in drawing.data} >= {"a.x", "b.y"}
        assert 'Alfa\'s "x"' in drawing.alt
        for axes in drawing.figure.axes:
            box = axes.get_tightbbox()
            assert box is not None
            assert box.x0 >= 0
            assert box.x1 <= drawing.figure.bbox.x1
