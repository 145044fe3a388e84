"""Restraint that outlives a truce that ran out."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.engine import log
from sim.engine.model import run
from sim.engine.record import Run
from sim.scenario.case import Case
from sim.show.labels import Labels
from sim.show.sentences import sentence

Compile = Callable[..., Case]
TRUCE = Path(__file__).with_name("truce.yaml").read_text(encoding="utf-8")
WEEK = (
    "tracks.truce.issues={days: [7], monitoring: [0], cap: [0]}",
    "tracks.truce.truce={days: days, scope: 0.8, after_expiry: {restraint_days: 10}}",
    "tracks.truce.leaving=0",
    "tracks.truce.margin=-1",
    "tracks.truce.talks.rounds=1",
)


def ended(found: Run) -> int:
    """The day on which the first deal ended."""
    return found.record.deals[0].ended_on


def test_restraint_fades_exponentially(compile_text: Compile) -> None:
    """With .8 at rest and ten days, 1 - .8 exp(-d/10) is fought d days after the truce ran out, by both sides."""
    found = run(compile_text(TRUCE, *WEEK), 1, 0)
    assert found.record.deals[0].ending == "expired"
    for party in ("alfa", "bravo"):
        fought = found.days[f"{party}.fighting"]
        assert fought[ended(found) - 1] == pytest.approx(0.2)
        for since in (0, 1, 10, 30):
            assert fought[ended(found) + since] == pytest.approx(1 - 0.8 * math.exp(-since / 10))


def test_nobody_keeps_a_ledger_on_it(compile_text: Compile) -> None:
    """After the truce ran out nothing is violated and nothing alleged, however much was before."""
    found = run(compile_text(TRUCE, *WEEK, "tracks.truce.violations=20"), 1, 0)
    told = [entry.day for entry in found.log if isinstance(entry, log.Violated | log.Alleged)]
    assert told
    assert max(told) < ended(found)


def test_a_broken_truce_leaves_no_restraint_behind(compile_text: Compile) -> None:
    """The day after a truce was broken, all fighting goes on."""
    event = "events={end: {date: 2030-01-05, ends: truce}}"
    found = run(compile_text(TRUCE, *WEEK, event), 1, 0)
    assert found.record.deals[0].ending == "broken"
    assert set(found.days["alfa.fighting"][ended(found) :]) == {1.0}
    assert not [entry for entry in found.log if isinstance(entry, log.RestraintLingered)]


def test_the_next_deal_of_the_track_takes_its_place(compile_text: Compile) -> None:
    """Under the second truce .2 is fought, as under the first: what the first left behind is not added."""
    found = run(compile_text(TRUCE, *WEEK, "tracks.truce.repeats={cool_down: 1}"), 1, 0)
    second = found.record.deals[1]
    fought = found.days["alfa.fighting"]
    assert second.began_on - ended(found) < 10
    assert fought[second.began_on - 1] == pytest.approx(1 - 0.8 * math.exp(-(second.began_on - 1 - ended(found)) / 10))
    assert fought[second.began_on] == pytest.approx(0.2)


def test_a_truce_that_runs_out_short_leaves_it_too(compile_text: Compile) -> None:
    """What was not delivered under a truce makes its deal `short`; the truce ran out all the same."""
    steps = "tracks.truce.steps={swap: {alfa gives bravo: {able: 5}, day: 30}}"
    world = ("categories={able: 1}", "captives={alfa holds bravo: {able: 50}}")
    found = run(compile_text(TRUCE, *WEEK, *world, steps), 1, 0)
    assert found.record.deals[0].ending == "short"
    assert found.days["alfa.fighting"][ended(found) + 10] == pytest.approx(1 - 0.8 / math.e)


def test_the_days_may_be_a_range(compile_text: Compile) -> None:
    """Each replication draws its own, and the story tells it."""
    days = "tracks.truce.truce.after_expiry.restraint_days={assumed: [5, 10, 20], because: a guess}"
    case = compile_text(TRUCE, *WEEK, days)
    drawn = set()
    for replication in range(3):
        found = run(case, 1, replication)
        lingered = next(entry for entry in found.log if isinstance(entry, log.RestraintLingered))
        assert lingered.restraint_days == found.record.parameters["tracks.truce.truce.after_expiry.restraint_days"]
        assert sentence(lingered, Labels()).text.startswith("Restraint outlives it: over 80% of the fighting at")
        drawn.add(lingered.restraint_days)
    assert len(drawn) == 3
