import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.engine.record import NEVER
from sim.study.summary import ENDINGS, by_day, mean_of, median_rank, quantiles, share_of, summarise, wilson


def row(replication: int, ending: str, agreed_on: int, **columns: float) -> dict[str, Any]:
    """A row of one track, `swap`; further columns are of that track."""
    cells = {f"swap.{name}": value for name, value in columns.items()}
    return {"replication": replication, "swap.ending": ending, "swap.first_agreed": agreed_on, **cells}


ROWS = [
    row(0, "completed", 3, deals=2, agreed=100, delivered=90),
    row(1, "broken", 9, deals=1, agreed=50, delivered=50),
    row(2, "blocked", NEVER, deals=0, agreed=0, delivered=0)
    | {"swap.blocked.north.capped": 6, "swap.alone.north.capped": 2, "swap.unlock.north.capped+south.watched": 4}
    | {"swap.unlock.north.capped": 2},
    row(3, "never_opened", NEVER, deals=0, agreed=0, delivered=0) | {"swap.held.south.aid_stopped": 20},
]


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_has_the_published_values(successes: int, n: int, low: float, high: float) -> None:
    """The four cases tabulated by Newcombe (1998) for the score interval, to four places."""
    assert wilson(successes, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(n=st.integers(1, 100_000), share=st.floats(0, 1), confidence=st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
def test_wilson_equals_scipy(n: int, share: float, confidence: float) -> None:
    """The interval is that of scipy's binomial test, method wilson."""
    successes = round(share * n)
    expected = stats.binomtest(successes, n).proportion_ci(confidence, method="wilson")
    assert wilson(successes, n, confidence) == (
        pytest.approx(expected.low, abs=1e-9),
        pytest.approx(expected.high, abs=1e-9),
    )


def test_wilson_says_nothing_about_nothing() -> None:
    """Without a trial the interval is everything, and the share is not a number."""
    assert wilson(0, 0) == (0.0, 1.0)
    assert math.isnan(share_of(0, 0).share)


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (1, 0)])
def test_wilson_refuses_what_is_no_share(successes: int, n: int) -> None:
    """Successes outside 0 to n are refused, and the message quotes them."""
    with pytest.raises(ValueError, match=f"{successes} successes of {n}"):
        wilson(successes, n)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_confidence_lies_strictly_between_0_and_1(confidence: float) -> None:
    """A confidence such as 95 is refused rather than read as 0.95."""
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        wilson(1, 2, confidence)


def test_mean_has_the_normal_interval() -> None:
    """Of 2, 4, 4, 4, 5, 5, 7, 9 the mean is 5, the deviation √(32/7), the half width 1.959964·√(32/7)/√8."""
    mean = mean_of([2, 4, 4, 4, 5, 5, 7, 9])
    half = 1.959963984540054 * math.sqrt(32 / 7) / math.sqrt(8)
    assert (mean.n, mean.mean) == (8, 5.0)
    assert (mean.low, mean.high) == (pytest.approx(5 - half), pytest.approx(5 + half))


def test_one_run_has_a_mean_and_no_interval() -> None:
    """A single value is its own mean; nothing can be said about its spread."""
    mean = mean_of([3.0])
    assert mean.mean == 3.0
    assert math.isnan(mean.low)
    assert math.isnan(mean_of([]).mean)


def test_curve_counts_every_run() -> None:
    """Of runs that agreed on days 0, 2, 2 and never, a quarter had by days 0 and 1, three quarters from day 2 on."""
    curve = by_day([0, 2, 2, NEVER], 4)
    assert curve.share == (0.25, 0.25, 0.75, 0.75)
    assert (curve.low[3], curve.high[3]) == wilson(3, 4)


def test_quantiles_count_runs_without_agreement_as_later_than_any_day() -> None:
    """Of days 10, 20 and two runs without, the first quarter came by day 10, half by day 20, three quarters never."""
    assert quantiles([20, NEVER, 10, NEVER]) == (10, 20, None)


@given(st.lists(st.integers(0, 300), min_size=1), st.sampled_from([0.1, 0.25, 0.5, 0.75, 1.0]))
def test_quantile_is_the_first_day_by_which_the_share_is_reached(days: list[int], share: float) -> None:
    """By the quantile's day at least the share of runs has agreed; the day before, fewer had."""
    (day,) = quantiles(days, [share])
    assert day is not None
    assert sum(d <= day for d in days) / len(days) >= share - 1e-9
    assert sum(d < day for d in days) / len(days) < share


def test_endings_are_counted_in_order() -> None:
    """Each of the four runs ended in its own way: a quarter each, from the earliest stop to the latest."""
    (track,) = summarise(ROWS, 30).tracks
    assert list(track.endings) == ["never_opened", "blocked", "broken", "completed"]
    assert {share.share for share in track.endings.values()} == {0.25}
    assert (track.agreed.count, track.agreed.n) == (2, 4)


def test_agreed_and_delivered_are_means_over_all_runs() -> None:
    """150 persons agreed and 140 delivered in four runs are 37.5 and 35 a run; three deals are 0.75 a run."""
    (track,) = summarise(ROWS, 30).tracks
    assert (track.persons_agreed.mean, track.persons_delivered.mean, track.deals.mean) == (37.5, 35.0, 0.75)
    assert track.days_to_agreement == (3, 9, None)


def test_blocking_counts_runs_and_days() -> None:
    """A precondition that blocked six days of one run in four blocked a quarter of runs and 1.5 days a run."""
    (track,) = summarise(ROWS, 30).tracks
    (blocker,) = track.blockers
    assert (blocker.condition, blocker.runs.count, blocker.days.mean) == ("north.capped", 1, 1.5)
    assert blocker.days_alone.mean == 0.5
    assert [(unlock.conditions, unlock.days.mean) for unlock in track.unlocks] == [
        (("north.capped", "south.watched"), 1.0),
        (("north.capped",), 0.5),
    ]
    assert [(holder.condition, holder.days.mean) for holder in track.holders] == [("south.aid_stopped", 5.0)]


def test_what_never_stood_in_the_way_is_not_listed() -> None:
    """A precondition with zero days in every run has no line in the table."""
    rows = [each | {"swap.blocked.north.meek": 0, "swap.alone.north.meek": 0} for each in ROWS]
    (track,) = summarise(rows, 30).tracks
    assert [blocker.condition for blocker in track.blockers] == ["north.capped"]


def test_failed_replications_do_not_count() -> None:
    """A row without an ending is a failure: it is counted apart and leaves every share as it was."""
    failed = {"replication": 4, "failed": "KeyError: 'size'", "swap.ending": ""}
    summary = summarise([*ROWS, failed], 30)
    assert (summary.n, summary.failed) == (4, 1)
    assert summary.tracks == summarise(ROWS, 30).tracks


def test_an_unknown_ending_is_refused() -> None:
    """An ending that is none of the vocabulary is quoted with its track."""
    with pytest.raises(ValueError, match="'finished' of track 'swap'"):
        summarise([row(0, "finished", 1)], 30)


def test_every_ending_is_known() -> None:
    """The thirteen endings of a track, from the earliest point at which it can stop to the latest."""
    assert ENDINGS == (
        "never_opened", "in_talks", "impasse", "blocked", "walkout", "never_started", "superseded", "defaulted",
        "broken", "short", "expired", "completed", "open_at_horizon",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("n", "rank"), [(5, 0), (6, 1), (8, 1), (9, 2), (10, 2), (15, 4), (20, 6), (25, 8), (30, 10), (50, 18), (100, 40)]
)
def test_the_ranks_that_enclose_a_median_are_those_of_the_sign_test(n: int, rank: int) -> None:
    """Values below the median are binomial: the published critical values of the sign test at 5 %, plus 1."""
    assert median_rank(n) == rank


@given(n=st.integers(1, 3_000), confidence=st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_ranks_enclose_the_median_as_often_as_promised(n: int, confidence: float) -> None:
    """The chance that fewer than `rank` values lie below is at most half of what is left (scipy's binomial)."""
    rank = median_rank(n, confidence)
    tail = (1 - confidence) / 2
    slack = 1e-9 if n <= 1_000 else 2e-4
    assert rank == 0 or stats.binom.cdf(rank - 1, n, 0.5) <= tail + slack
    if n <= 1_000 and rank < n // 2:
        assert stats.binom.cdf(rank, n, 0.5) > tail - 1e-9


def test_a_median_that_may_lie_beyond_the_end_says_so() -> None:
    """Of ten runs, nine agreed on days 1 to 9 and one never: by ranks 2 and 9 the median day is between 2 and 9.

    With four that never agreed the upper rank falls on one of them: the interval has no upper day.
    """
    nine = [row(number, "completed", number + 1) for number in range(9)] + [row(9, "blocked", NEVER)]
    (track,) = summarise(nine, 20).tracks
    assert track.median_day_between == (2, 9)
    six = [row(number, "completed", number + 1) for number in range(6)]
    (track,) = summarise([*six, *(row(number, "blocked", NEVER) for number in range(6, 10))], 20).tracks
    assert track.median_day_between == (2, None)


def test_a_handful_of_runs_gives_no_interval_for_a_median() -> None:
    """Five values enclose their median with 1 - 2/32 = 94 % at most."""
    (track,) = summarise([row(number, "completed", 3) for number in range(5)], 20).tracks
    assert track.median_day_between == (None, None)
