import math
from pathlib import Path
from statistics import NormalDist, fmean, median, stdev
from typing import Any

import pytest

from sim.classroom.answers import Answers
from sim.classroom.criteria import Choice, ClaimedInterval, ClaimedNumber, Measured, Reaches
from sim.classroom.exercises import Exercise
from sim.classroom.handed_in import HandedIn
from sim.classroom.judging import Desk, Judgement, Verdict, judge
from sim.classroom.measuring import FINER, Bench, Measurement
from sim.classroom.variants import Variant
from sim.engine import model
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

ANY = Measured(mean="exchange.deals")
POINTS: dict[str, Any] = {"ask": "It", "points": 2}


class Oracle:
    """A bench whose measurements are known beforehand, by how fine they are."""

    def __init__(self, *found: tuple[float, float, float]) -> None:
        self.found, self.finer = found, FINER
        self.asked = 0

    def estimate(self, asked: Measured, finer: int = 1) -> Measurement:
        """The next of them, the last for ever."""
        place = min({1: 0, 4: 1, 16: 2}[finer], len(self.found) - 1)
        self.asked += 1
        return Measurement(*self.found[place], runs=1000 * finer)


class Everything:
    """A folder in which everything is handed in."""

    def has(self, name: str) -> bool:
        """It is."""
        return True


def judged(criterion: Any, answer: object, *found: tuple[float, float, float]) -> tuple[Judgement, Oracle]:
    """A criterion, judged where the answer `it` was given and measurements come as told."""
    oracle = Oracle(*found)
    desk: Any = Desk(Everything(), Answers({"it": answer}, ()), oracle)  # type: ignore[arg-type,dict-item]
    return judge(criterion, desk), oracle


def at_least(bound: float) -> Reaches:
    """A criterion that asks for so much."""
    return Reaches(kind="reaches", measured=ANY, at_least=bound, otherwise={"short": "Short."}, **POINTS)


def at_most(bound: float) -> Reaches:
    """A criterion that allows so much."""
    return Reaches(kind="reaches", measured=ANY, at_most=bound, otherwise={"short": "Short."}, **POINTS)


@pytest.mark.parametrize(
    ("criterion", "found", "verdict", "share", "asked"),
    [
        (at_least(2), [(3, 2.5, 3.5)], Verdict.MET, 1, 1),
        (at_least(2), [(2.5, 2, 3)], Verdict.MET, 1, 1),
        (at_least(2), [(1, 0.5, 1.9)], Verdict.NOT_MET, 0, 1),
        (at_least(2), [(2, 1, 3), (2.4, 2.1, 2.7)], Verdict.MET, 1, 2),
        (at_least(2), [(2.2, 1, 3), (1.8, 1.6, 1.99)], Verdict.NOT_MET, 0, 2),
        (at_least(2), [(2, 1, 3), (2, 1.5, 2.5), (2, 1.8, 2.2)], Verdict.OPEN, 1, 3),
        (at_most(-1), [(-2, -3, -1.5)], Verdict.MET, 1, 1),
        (at_most(-1), [(0, -0.5, 0.5)], Verdict.NOT_MET, 0, 1),
        (at_most(0), [(0, 0, 0)], Verdict.MET, 1, 1),
    ],
)
def test_a_bound_is_judged_by_the_interval(
    criterion: Reaches, found: list[Any], verdict: Verdict, share: float, asked: int
) -> None:
    """All of the interval decides; where it straddles, larger batches do; the rest of the doubt is a benefit."""
    judgement, oracle = judged(criterion, None, *found)
    assert (judgement.verdict, judgement.share, oracle.asked) == (verdict, share, asked)


@pytest.mark.parametrize(
    ("answer", "tolerance", "way"),
    [(9.0, 0, "low"), (10, 0, ""), (14.0, 0, ""), (14.1, 0, "high"), (9.0, 1, ""), (8.9, 1, "low")],
)
def test_a_number_is_right_within_the_computed_interval(answer: float, tolerance: float, way: str) -> None:
    """Of 12 with an interval from 10 to 14, any number from 10 to 14 is right, and more by a tolerance."""
    words = {"low": "Low.", "high": "High."}
    asked = ClaimedNumber(kind="number", answer="it", measured=ANY, tolerance=tolerance, otherwise=words, **POINTS)
    assert judged(asked, answer, (12, 10, 14))[0].way == way


@pytest.mark.parametrize(
    ("answer", "share", "way"),
    [
        ((9, 15), 1, ""),
        ((11, 12), 1, ""),
        ((9, 10), 1, ""),
        ((5, 9.9), 0, "low"),
        ((14.1, 16), 0, "high"),
        ((0, 100), 0.5, "wide"),
        ((-100, 0), 0, "low"),
    ],
)
def test_an_interval_is_right_if_it_meets_the_computed_one_and_says_something(
    answer: tuple[float, float], share: float, way: str
) -> None:
    """One that meets the computed interval is right; wider than asked it gives half; beside it, nothing."""
    words = {"low": "Low.", "high": "High.", "wide": "Wide."}
    asked = ClaimedInterval(kind="interval", answer="it", measured=ANY, widest=6, otherwise=words, **POINTS)
    judgement = judged(asked, answer, (12, 10, 14))[0]
    assert (judgement.share, judgement.way) == (share, way)


@pytest.mark.parametrize(
    ("found", "right"),
    [
        ([(1, 0.5, 1.5)], {"more"}),
        ([(-1, -1.5, -0.5)], {"fewer"}),
        ([(0.05, -0.1, 0.2)], {"same"}),
        ([(0.2, -0.1, 0.5), (0.4, 0.31, 0.5)], {"more"}),
        ([(0.3, 0.1, 0.5)], {"more", "same"}),
    ],
)
def test_the_sign_of_a_difference_has_a_smallest_size(found: list[Any], right: set[str]) -> None:
    """Above the least that counts it is more, below its negative fewer, within it the same; else any that may be."""
    asked = Choice(
        kind="choice", answer="it", sign=ANY, enough=0.3, otherwise={"wrong": "Wrong."}, **POINTS,
        words={"higher": "more", "lower": "fewer", "same": "same"},
    )  # fmt: skip
    assert {answer for answer in ("more", "fewer", "same") if judged(asked, answer, *found)[0].share} == right


def test_nothing_handed_in_is_told_apart_from_what_is_wrong() -> None:
    """Without an answer a criterion is missing, and nothing is measured for it."""
    asked = ClaimedNumber(kind="number", answer="other", measured=ANY, otherwise={"low": "L", "high": "H"}, **POINTS)
    judgement, oracle = judged(asked, 1)
    assert (judgement.verdict, judgement.way, oracle.asked) == (Verdict.MISSING, "missing", 0)


def test_measurements_are_those_of_the_mesa_engine(
    exercise: Exercise, variant: Variant, desk: Path, tmp_path: Path
) -> None:
    """Means, shares, medians and single runs equal what textbook formulas give on runs of the other engine."""
    (tmp_path / "work").mkdir()
    bench = Bench(HandedIn(desk, exercise, variant, tmp_path / "work"), variant.seed, 40)
    case = compile_case(read(desk / "start.yaml"))
    rows = [model.run(case, variant.seed, number, logs=False).record.row() for number in range(40)]
    delivered = [float(row["exchange.delivered"]) for row in rows]
    half = NormalDist().inv_cdf(0.975) * stdev(delivered) / math.sqrt(40)
    found = bench.estimate(Measured(mean="exchange.delivered"))
    assert found == pytest.approx((fmean(delivered), fmean(delivered) - half, fmean(delivered) + half, 40))
    often = sum(row["truce.deals"] > 0 for row in rows)
    assert bench.estimate(Measured(share="truce.deals>0")).value == pytest.approx(100 * often / 40)
    days = [row["exchange.first_agreed"] if row["exchange.first_agreed"] >= 0 else math.inf for row in rows]
    assert bench.estimate(Measured(median="exchange.first_agreed")).value == sorted(days)[19] <= median(days)
    number = bench.estimate(Measured(run="exchange.agreed", replication=7))
    assert number.value == number.low == number.high == rows[7]["exchange.agreed"]
    assert bench.ending(Measured(run="truce.ending", replication=7)) == rows[7]["truce.ending"]


def test_a_difference_is_taken_pair_by_pair(exercise: Exercise, variant: Variant, desk: Path, tmp_path: Path) -> None:
    """Less the same scenario, a difference is 0 without any spread; less another, it is the mean over pairs."""
    (tmp_path / "work").mkdir()
    bench = Bench(HandedIn(desk, exercise, variant, tmp_path / "work"), variant.seed, 40)
    assert bench.estimate(Measured(mean="exchange.agreed", less="start"))[:3] == (0, 0, 0)
    smaller = compile_case(read(desk / "start.yaml", ["exchange.issues.size=[5]"]))
    as_it_is = compile_case(read(desk / "start.yaml"))
    pairs = [
        [model.run(case, variant.seed, n, logs=False).record.row()["exchange.agreed"] for case in (smaller, as_it_is)]
        for n in range(40)
    ]
    asked = Measured(mean="exchange.agreed", set=["exchange.issues.size=[5]"], less="start")  # type: ignore[call-arg]
    gaps = [one - other for one, other in pairs]
    half = NormalDist().inv_cdf(0.975) * stdev(gaps) / math.sqrt(40)
    assert bench.estimate(asked)[:3] == pytest.approx((fmean(gaps), fmean(gaps) - half, fmean(gaps) + half))
