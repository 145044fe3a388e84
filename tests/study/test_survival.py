"""Survival by hand, against published data and other implementations, over clusters and over pairs."""

import math

import numpy as np
import pytest

from sim.study.survival import Spells, Survival, by_age, compare

Z = 1.959963984540054
ENDINGS = ("open", "broken", "expired")
SIX = ([2, 3, 3, 5, 5, 8], [1, 1, 0, 2, 1, 0])
"""Days and endings: one broken on day 2, one on 3 where another is open, two over on 5, one open at 8."""
REMISSION = (
    [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35],
    [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
)
"""Weeks of remission of 21 patients under 6-MP (Freireich et al. 1963)."""
MONTHS = [13, 1, 72, 7, 8, 67, 9, 5, 70, 4, 7, 68, 1, 10, 7, 3, 4, 4, 3, 3, 22, 8, 2, 0, 0, 35, 35, 4, 14, 26, 3, 2, 8]
TRANSPLANTS = (
    [*MONTHS, 32, 12],
    [2, 1, 0, 2, 2, 0, 2, 2, 0, 0, 0, 0, 2, 2, 2, 1, 1, 1, 1, 1, 2, 1, 2, 2, 1, 0, 0, 2, 2, 2, 2, 0, 0, 0, 1],
)
"""35 patients after a bone marrow transplant, with two ways to end, as scikit-survival's `load_bmt` has them."""


def lived(days: list[int], endings: list[int], replications: list[int] | None = None, seed: int = 0) -> Spells:
    """Spells, one a replication if nothing else is said."""
    groups = list(range(len(days))) if replications is None else replications
    return Spells(np.array(groups), np.array(days), np.array(endings), ENDINGS, seed)


def log_log(share: float, error: float) -> tuple[float, float]:
    """The interval on the scale of log(-log)."""
    middle, half = math.log(-math.log(share)), Z * error / (share * abs(math.log(share)))
    return math.exp(-math.exp(middle + half)), math.exp(-math.exp(middle - half))


def test_six_deals_worked_by_hand() -> None:
    """5/6 outlast day 2; 4/5 of them day 3, where who is open that day is still at risk; 1/3 of those day 5."""
    found = Survival(lived(*SIX))
    assert found.at_risk.tolist() == [6, 6, 6, 5, 3, 3, 1, 1, 1]
    assert found.share == pytest.approx([1, 1, 5 / 6, 2 / 3, 2 / 3, 2 / 9, 2 / 9, 2 / 9, 2 / 9])
    assert found.open.tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 1]
    assert (found.median[0], found.mean(5).value) == (5, pytest.approx(25 / 6))
    greenwood = math.sqrt((2 / 3) ** 2 * (1 / (6 * 5) + 1 / (5 * 4)))
    assert (found.in_force.low[3], found.in_force.high[3]) == pytest.approx(log_log(2 / 3, greenwood))


def test_a_truce_of_so_many_days_that_runs_out_was_in_force_on_all_of_them() -> None:
    """Two deals over at age 5 were in force on 5 days and not on 6."""
    found = Survival(lived(*SIX))
    assert found.kept(5).value == pytest.approx(2 / 3)
    assert found.kept(6).value == pytest.approx(2 / 9)
    assert found.lost(1, 5).value == pytest.approx(1 / 3)


def test_endings_of_a_tied_day_and_survival_add_up_to_one() -> None:
    """On day 5 one deal is broken and one expires: broken 1/6 + 1/6 + 2/9, expired 2/9, in force 2/9."""
    found = Survival(lived(*SIX))
    assert found.shares_ended[-1] == pytest.approx([5 / 9, 2 / 9])
    for data in (SIX, TRANSPLANTS):
        found = Survival(lived(*data))
        assert found.share + found.shares_ended.sum(axis=1) == pytest.approx(np.ones(found.last + 1))


def test_remission_as_lifelines_has_it() -> None:
    """Shares with log-log intervals, the restricted mean and the median of lifelines 0.30.3 (KaplanMeierFitter)."""
    found = Survival(lived(*REMISSION))
    for week, *expected in [
        (6, 0.857142857142857, 0.619718, 0.951552),
        (7, 0.806722689075630, 0.563147, 0.922809),
        (13, 0.690196078431373, 0.431610, 0.849066),
        (22, 0.537815126050420, 0.267779, 0.746791),
        (35, 0.448179271708683, 0.188052, 0.680143),
    ]:
        estimate = found.in_force.at(week)
        assert [estimate.value, estimate.low, estimate.high] == pytest.approx(expected, abs=6e-7)
    assert found.mean(30).value == pytest.approx(21.04649859943977, rel=1e-14)
    assert found.median == (23, 13, None)


def test_competing_endings_as_scikit_survival_has_them() -> None:
    """Cumulative incidence with log-log intervals of scikit-survival 0.28.0, var_type "Dinse_Approx"; with ties."""
    found = Survival(lived(*TRANSPLANTS))
    for ending, month, *expected in [
        (1, 5, 0.20492610837438424, 0.09024892566972252, 0.35181706842007077),
        (1, 20, 0.27283898781187355, 0.13527004700117579, 0.4302741102198868),
        (2, 5, 0.17579169598874034, 0.0712030932124892, 0.3185990799853158),
        (2, 10, 0.34076014642310126, 0.18494088740963224, 0.5032160679691495),
        (2, 60, 0.4812695521558378, 0.29900732776924505, 0.6421007859875572),
    ]:
        estimate = found.ended_by(ending).at(month)
        assert [estimate.value, estimate.low, estimate.high] == pytest.approx(expected, rel=1e-13)


def test_one_deal_a_replication_gives_greenwood_everywhere() -> None:
    """Squares of what each replication adds come to Greenwood's sum, censoring and ties included."""
    for data in (SIX, REMISSION, TRANSPLANTS):
        found = Survival(lived(*data))
        ended = found.ended.sum(axis=1)
        greenwood = found.share**2 * np.cumsum(ended / (found.at_risk * (found.at_risk - ended)))
        assert found.spread(found.pull) ** 2 == pytest.approx(greenwood)


def test_the_same_deal_twice_in_a_replication_tells_nothing_new() -> None:
    """Doubled within replications the interval stays; doubled as replications of their own it narrows by root two."""
    days, endings = REMISSION
    once = Survival(lived(days, endings))
    within = Survival(lived(days * 2, endings * 2, [*range(21), *range(21)]))
    apart = Survival(lived(days * 2, endings * 2))
    assert within.in_force.low[:35] == pytest.approx(once.in_force.low[:35])
    assert within.ended_by(1).high == pytest.approx(once.ended_by(1).high)
    assert apart.spread(apart.pull) == pytest.approx(once.spread(once.pull) / math.sqrt(2))
    assert within.replications == 21
    assert within.deals == 42


def test_without_censoring_the_mean_is_that_of_a_sample_of_clusters() -> None:
    """Days 1, 3 | 6 | 2, 8: mean 4, its variance the squared sums of deviations of each replication over 5 x 5."""
    found = Survival(lived([1, 3, 6, 2, 8], [1] * 5, [0, 0, 1, 2, 2])).mean(10)
    half = Z * math.sqrt(((-3 - 1) ** 2 + 2**2 + (-2 + 4) ** 2) / 25)
    assert [found.value, found.low, found.high] == pytest.approx([4, 4 - half, 4 + half])


def test_pairs_differ_as_proportions_of_matched_pairs_do() -> None:
    """Of 10 pairs 3 hold only under the second and 1 only under the first: .2, variance (4 - 4/10) / 100."""
    first, second = [9] * 5 + [1] * 5, [9] * 4 + [1] + [9] * 3 + [1] * 2
    ours, theirs = Survival(lived(first, [1] * 10)), Survival(lived(second, [1] * 10))
    found, half = compare(ours, theirs, 5), Z * math.sqrt((4 - 4 / 10) / 100)
    assert found.shared == 10
    assert [found.kept.value, found.kept.low, found.kept.high] == pytest.approx([0.2, 0.2 - half, 0.2 + half])
    assert not found.kept.told
    assert compare(ours, ours, 5).kept.high == 0.0


def test_variants_of_another_seed_are_two_samples() -> None:
    """Nothing is shared: the variance is .5 x .5 / 10 + .7 x .3 / 10."""
    ours = Survival(lived([9] * 5 + [1] * 5, [1] * 10))
    found = compare(ours, Survival(lived([9] * 7 + [1] * 3, [1] * 10, seed=1)), 5)
    assert found.shared == 0
    assert found.kept.high - found.kept.value == pytest.approx(Z * math.sqrt(0.025 + 0.021))


def test_what_was_not_seen_is_not_said() -> None:
    """Nobody was followed beyond age 8: 9 days can be told, 10 cannot; where all have ended, any number can."""
    found, over = Survival(lived(*SIX)), Survival(lived([0, 4], [1, 2]))
    assert found.kept(9).value == pytest.approx(2 / 9)
    assert found.kept(10) is None
    assert found.lost(1, 10) is None
    assert found.mean(10) is None
    assert compare(found, over, 10).kept is None
    assert over.kept(50).value == 0.0
    assert over.mean(50).value == 2.0
    assert (over.mean(50).low, over.mean(50).high) == pytest.approx(
        (max(0, 2 - Z * math.sqrt(2)), 2 + Z * math.sqrt(2))
    )


def test_where_nothing_or_everything_has_ended_the_interval_is_wilsons() -> None:
    """10 of 10 replications hold: .7225 to 1; 0 of 10: 0 to .2775 (Wilson, z squared 3.8415: 10 / 13.8415)."""
    holds, ends = Survival(lived([5] * 10, [0] * 10)), Survival(lived([5] * 10, [1] * 10))
    assert holds.kept(5).low == pytest.approx(10 / (10 + Z * Z))
    assert holds.kept(5).high == 1.0
    assert holds.median == (None, None, None)
    assert ends.kept(6).high == pytest.approx(Z * Z / (10 + Z * Z))
    assert ends.lost(2, 6).high == pytest.approx(Z * Z / (10 + Z * Z))
    assert ends.lost(1, 6).low == pytest.approx(10 / (10 + Z * Z))


def test_one_replication_says_nothing_of_luck() -> None:
    """Deals of a single replication have shares, and intervals that hold everything; two of them are not compared."""
    one = Survival(lived([1, 5, 9], [1, 2, 0], [4, 4, 4]))
    assert (one.kept(5).low, one.kept(5).high) == (0.0, 1.0)
    assert (one.mean(5).low, one.mean(5).high) == (0.0, 5.0)
    assert compare(one, one, 5).kept is None


def test_a_constant_hazard_is_found_again_under_censoring() -> None:
    """A tenth leaves each day, clocks stop at random: within four standard errors of .9^(t + 1) on every day to 30."""
    rng = np.random.default_rng(5)
    leaves, stops = rng.geometric(0.1, 20_000) - 1, rng.integers(0, 90, 20_000)
    found = Survival(lived(np.minimum(leaves, stops).tolist(), (leaves <= stops).astype(int).tolist()))
    errors = found.spread(found.pull)[:30]
    assert np.all(np.abs(found.share[:30] - 0.9 ** np.arange(1, 31)) < 4 * errors)
    assert found.median[0] == 6


def test_the_table_by_age_leaves_out_endings_that_never_came() -> None:
    """Every age has a row; an ending that no deal had has no column."""
    columns = by_age(Survival(lived([1, 2], [1, 0])))
    assert list(columns)[6:] == ["broken", "broken_by", "broken_low", "broken_high"]
    assert {len(column) for column in columns.values()} == {3}


def test_no_deal_is_refused() -> None:
    """There is nothing to follow."""
    with pytest.raises(ValueError, match="no deal"):
        Survival(lived([], []))
