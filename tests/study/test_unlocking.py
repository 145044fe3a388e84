"""What unlocks: preconditions taken away on the same draws."""

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.study import unlocking as module
from sim.study.blocking import blocking_of, most_blocked
from sim.study.summary import Tally, TrackTally, summary_of
from sim.study.unlocking import Draws, NoTarget, Target, gating, kept_unlocking, target_of, unlocking, without

compiled = pytest.importorskip("sim.engine.compiled", exc_type=ImportError)

TRUCE = (Path(__file__).resolve().parent.parent / "engine" / "truce.yaml").read_text(encoding="utf-8")
TORN = """
    preconditions:
      alfa:
        watched: {accepts if: proposal.monitoring >= 0.5, hard: true}
        uncapped: {accepts if: proposal.cap < 1, hard: true}
      bravo:
        unwatched: {accepts if: proposal.monitoring <= 0, hard: true}
        capped: {accepts if: proposal.cap >= 1, hard: true}
        generous: {accepts if: proposal.days >= 90, cost: 0.01}
"""
DRAWS = Draws(seed=3, replications=60, central=False, engine="compiled")
CROSSED = {
    frozenset(pair)
    for pair in itertools.product(("alfa.watched", "bravo.unwatched"), ("alfa.uncapped", "bravo.capped"))
}
"""One of the two that exclude each other over monitoring, and one of the two over the cap."""
Write = Callable[..., Case]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Compiles the torn truce with changes."""

    def write(*sets: str) -> Case:
        (tmp_path / "torn.yaml").write_text(TRUCE + TORN, encoding="utf-8")
        return compile_case(read(tmp_path / "torn.yaml", sets))

    return write


def test_relaxing_is_what_null_does_in_the_file(written: Write) -> None:
    """A case without a precondition gives the same rows as its scenario with that precondition set to null."""
    relaxed = without(written(), "truce", ["alfa.watched"])
    read_anew = written("truce.preconditions.alfa.watched=null")
    one, other = (compiled.run_chunk(case, 3, 0, 60).columns for case in (relaxed, read_anew))
    assert one.keys() == other.keys()
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_two_pairs_that_exclude_each_other_are_unlocked_by_one_of_each(written: Write) -> None:
    """No single precondition unlocks, nor both of a pair; one of each pair does, and nothing does it with fewer."""
    case = written()
    found = unlocking(case, target_of(case, "truce", "agreed", None), DRAWS)
    assert found.before.count == 0
    assert {frozenset(each.conditions) for each in found.smallest} == CROSSED
    assert found.exhaustive
    assert len(found.relaxed) == 2**4 - 1
    assert all(each.first.value == 0 for each in found.bindings)
    assert found.enough is not None
    assert len(found.enough.conditions) == 2
    replayed = compiled.run_chunk(without(case, "truce", found.enough.conditions), 3, found.enough.example, 1)
    assert replayed.columns["truce.first_agreed"][0] >= 0


def test_priced_preconditions_are_not_relaxed(written: Write) -> None:
    """They cost their holder something and stand in nobody's way."""
    case = written()
    assert "bravo.generous" not in gating(case, target_of(case, "truce", "agreed", None))


def test_the_guided_search_finds_the_same_unlocks(written: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not every set is tried, those that the days named are, and larger ones only while they gain."""
    monkeypatch.setattr(module, "MOST_EXHAUSTIVE", 2)
    case = written()
    target = target_of(case, "truce", "agreed", None)
    stored = [tuple(name for name in gating(case, target) if name in pair) for pair in CROSSED]
    found = unlocking(case, target, DRAWS, stored)
    assert not found.exhaustive
    assert {frozenset(each.conditions) for each in found.smallest} == CROSSED


def test_held_counts_days_in_force_and_days_limit_the_agreement(written: Write) -> None:
    """A set never reaches `held14` more often than `agreed`, nor within 5 days more often than within the horizon."""
    case = written()
    found = [
        unlocking(case, target, DRAWS)
        for target in (Target("truce", 0, 90), Target("truce", 14, 90), Target("truce", 0, 5))
    ]
    reached = [{each.conditions: each.reached.count for each in one.relaxed} for one in found]
    assert all(reached[0][members] >= max(other[members] for other in reached[1:]) for members in reached[0])
    assert max(reached[1].values()) > 0


def test_what_was_found_is_kept_and_not_run_again(written: Write, tmp_path: Path) -> None:
    """The same question is answered from the folder, number by number; another one is run."""
    case = written()
    target, tried = target_of(case, "truce", "agreed", None), list[int]()
    first = kept_unlocking(tmp_path, case, target, DRAWS, tell=tried.append)
    runs = len(tried)
    assert kept_unlocking(tmp_path, case, target, DRAWS, tell=tried.append) == first
    assert len(tried) == runs
    kept_unlocking(tmp_path, case, Target("truce", 0, 5), DRAWS, tell=tried.append)
    assert len(tried) > runs


@pytest.mark.parametrize(("track", "name"), [("pause", "agreed"), ("truce", "held"), ("truce", "held90")])
def test_a_target_that_there_is_none_of_is_refused(written: Write, track: str, name: str) -> None:
    """An unknown track, days that are missing, and more days than the horizon has."""
    with pytest.raises(NoTarget, match=track if track == "pause" else name):
        target_of(written(), track, name, None)


def test_blocking_says_on_how_many_days_alone_and_in_how_many_runs() -> None:
    """Of 10 runs: 30 days blocked by x in 5 runs, 8 of these alone in 2 runs; y held the table for 50 days in 4."""
    columns = {
        "days_blocked": Tally(5, 30, 200),
        "blocked.a.x": Tally(5, 30, 200),
        "alone.a.x": Tally(2, 8, 40),
        "held.b.y": Tally(4, 50, 800),
        "unlock.a.x": Tally(2, 8, 40),
    }
    tally = TrackTally({"blocked": 10}, {-1: 10}, columns)
    found = blocking_of(summary_of({"t": tally}, 10, 0, 90).tracks[0], tally)
    held, failed = found.conditions
    assert (held.condition, held.gate, held.runs.share, held.days.mean, held.days_alone) == (
        "b.y",
        "enters",
        0.4,
        5,
        None,
    )
    assert failed.days_alone is not None
    assert failed.runs_alone is not None
    assert (failed.days.mean, failed.days_alone.mean, failed.runs_alone.share) == (3.0, 0.8, 0.2)
    assert (found.runs_blocked.count, found.days) == (5, 8.0)
    assert most_blocked({"t": found}) == "t"
