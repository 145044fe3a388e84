"""Means divided by means, and what is counted from a run's log."""

import math
from pathlib import Path
from statistics import NormalDist, fmean

import pytest
from pydantic import ValidationError

from sim.classroom.criteria import Measured
from sim.classroom.exercises import Exercise
from sim.classroom.handed_in import HandedIn
from sim.classroom.measuring import Bench, counts
from sim.classroom.variants import Variant
from sim.engine import log, model
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.study.outcome import UnknownOutcome


@pytest.fixture
def bench(exercise: Exercise, variant: Variant, desk: Path, tmp_path: Path) -> Bench:
    """Measures the small exercise over forty runs."""
    (tmp_path / "work").mkdir()
    return Bench(HandedIn(desk, exercise, variant, tmp_path / "work"), variant.seed, 40)


def test_a_mean_for_each_is_a_ratio_of_means_with_its_interval(bench: Bench, variant: Variant, desk: Path) -> None:
    """Persons a deal are all persons over all deals, in whatever run; the interval is that of the delta method."""
    case = compile_case(read(desk / "start.yaml"))
    rows = [model.run(case, variant.seed, number, logs=False).record.row() for number in range(40)]
    pairs = [(float(row["exchange.delivered"]), float(row["exchange.deals"])) for row in rows]
    persons, deals = map(fmean, zip(*pairs, strict=True))
    # Var(x/y) of means: (s_xx - 2 R s_xy + R^2 s_yy) / (n ybar^2)
    ratio = persons / deals
    xx = sum((x - persons) ** 2 for x, _ in pairs) / 39
    yy = sum((y - deals) ** 2 for _, y in pairs) / 39
    xy = sum((x - persons) * (y - deals) for x, y in pairs) / 39
    half = NormalDist().inv_cdf(0.975) * math.sqrt((xx - 2 * ratio * xy + ratio**2 * yy) / 40) / deals
    found = bench.estimate(Measured(mean="exchange.delivered", per="exchange.deals"))
    assert found[:3] == pytest.approx((ratio, ratio - half, ratio + half))


def test_a_ratio_less_itself_is_nothing(bench: Bench) -> None:
    """Pair by pair, a ratio differs from itself by 0 without any spread."""
    asked = Measured(mean="exchange.delivered", per="exchange.deals", less="start")
    assert bench.estimate(asked)[:3] == pytest.approx((0, 0, 0), abs=1e-12)


def test_what_never_came_divides_nothing(bench: Bench) -> None:
    """Where there is nothing to divide by, that is said, and nobody has the benefit of a doubt."""
    with pytest.raises(UnknownOutcome, match=r"exchange\.declined"):
        bench.estimate(Measured(mean="exchange.delivered", per="exchange.declined"))


def test_only_a_mean_is_divided() -> None:
    """A share for each of something is no question."""
    with pytest.raises(ValidationError, match="'per' divides a mean"):
        Measured(share="exchange.deals>0", per="exchange.deals")


def test_a_log_is_counted_by_side(bench: Bench, variant: Variant, desk: Path) -> None:
    """What is alleged and done over a truce adds up to the run's own columns; who did nothing has 0."""
    case = compile_case(read(desk / "start.yaml"))
    rows = [model.run(case, variant.seed, number, logs=False).record.row() for number in range(40)]
    number = max(range(40), key=lambda n: rows[n]["truce.alleged"])
    assert rows[number]["truce.alleged"] > 0
    for what in ("alleged", "violations"):
        sides = [
            bench.estimate(Measured(run=f"truce.{what}.{party}", replication=number)).value
            for party in ("east", "west")
        ]
        assert sum(sides) == rows[number][f"truce.{what}"]
    with pytest.raises(UnknownOutcome):
        bench.estimate(Measured(run="truce.alleged.nobody", replication=number))


def test_a_log_is_counted_entry_by_entry(desk: Path) -> None:
    """Two allegations of one side add up, and the other side's are its own."""
    case = compile_case(read(desk / "start.yaml"))
    entries = [
        log.Alleged(3, "truce", "east", "west", 2),
        log.Alleged(4, "truce", "east", "west", 1),
        log.Violated(4, "truce", "west", 5, ""),
    ]
    counted = counts(case, entries)
    assert (counted["truce.alleged.east"], counted["truce.alleged.west"]) == (3, 0)
    assert (counted["truce.violations.west"], counted["exchange.violations.west"]) == (5, 0)
