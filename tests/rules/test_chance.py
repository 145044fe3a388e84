import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim.rules import chance

WORDS = st.integers(0, 2**64 - 1)
DRAWS = st.integers(0, 2**52 - 1).map(lambda step: (step + 0.5) / 2**52)
INNER_DRAWS = st.integers(2**33, 2**52 - 2**33).map(lambda step: (step + 0.5) / 2**52)
PROBABILITIES = st.floats(0.0, 1.0)
LAST = 1.0 - 2.0**-53  # the greatest draw there is


def splitmix(state: int) -> int:
    """The output function of splitmix64, in NumPy's own 64-bit arithmetic."""
    word = np.array([state], dtype=np.uint64)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return int((word ^ (word >> np.uint64(31)))[0])


def test_the_words_are_those_of_splitmix64() -> None:
    """Seed 0 gives the published first words of splitmix64."""
    words = [chance.replication_key(0, replication) for replication in range(3)]
    assert words == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


@given(word=WORDS)
def test_mixing_is_64_bit_arithmetic(word: int) -> None:
    """Plain whole numbers, masked, give what 64-bit machine words give."""
    assert chance.mix(word) == splitmix(word)


@given(key=WORDS, counter=WORDS)
def test_a_draw_is_a_word_of_the_sequence(key: int, counter: int) -> None:
    """A draw is the middle of the step that the top 52 bits of a word of splitmix64 name."""
    word = splitmix((key + 0x9E3779B97F4A7C15 * counter) % 2**64)
    assert chance.uniform(key, counter) == (2 * (word // 2**12) + 1) / 2**53


def test_a_draw_is_never_0_or_1() -> None:
    """The least word gives more than 0, the greatest less than 1."""
    assert chance.uniform(0, 0) == 2.0**-53
    steps = 2**64
    inverse_of_last = pow(0x9E3779B97F4A7C15, -1, steps) * _unmix(steps - 1) % steps
    assert chance.uniform(0, inverse_of_last) == LAST < 1.0


def _unmix(word: int) -> int:
    """The word that mixing turns into this one: each of the five operations undone."""
    for shift, multiplier in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
        unshifted = word
        for _ in range(64 // shift + 1):
            unshifted = word ^ (unshifted >> shift)
        word = unshifted * pow(multiplier, -1, 2**64) % 2**64
    return word


@given(word=WORDS)
def test_mixing_can_be_undone(word: int) -> None:
    """No two words are mixed into one, so no two counters of a replication share a word."""
    assert _unmix(chance.mix(word)) == word


@given(seed=st.integers(-(2**70), 2**70), replication=st.integers(0, 10**7))
def test_any_whole_number_is_a_seed(seed: int, replication: int) -> None:
    """A seed counts by its lowest 64 bits, negative or not."""
    expected = splitmix((seed + 0x9E3779B97F4A7C15 * (replication + 1)) % 2**64)
    assert chance.replication_key(seed, replication) == expected


@given(
    purpose=st.integers(0, 255),
    ordinals=st.tuples(st.integers(-1, 62), st.integers(-1, 62), st.integers(-1, 62)),
    day=st.integers(0, 16383),
    index=st.integers(0, 2**24 - 1),
)
def test_the_counter_keeps_every_field_apart(
    purpose: int, ordinals: tuple[int, int, int], day: int, index: int
) -> None:
    """A counter spells out its fields in 8, 6, 6, 6, 14 and 24 bits, with 63 for none."""
    spelt = f"{purpose:08b}" + "".join(f"{63 if o == -1 else o:06b}" for o in ordinals) + f"{day:014b}{index:024b}"
    assert chance.counter(purpose, *ordinals, day, index) == int(spelt, 2)


def test_draws_are_spread_evenly() -> None:
    """Mean, variance and the shares of 16 equal steps of 20,000 draws are those of the uniform distribution."""
    key = chance.replication_key(20250318, 0)
    draws = [chance.uniform(key, chance.counter(1, -1, party, -1, day, 0)) for party in range(4) for day in range(5000)]
    n = len(draws)
    assert abs(np.mean(draws) - 1 / 2) < 4 * math.sqrt(1 / 12 / n)
    assert abs(np.var(draws) - 1 / 12) < 4 * math.sqrt(1 / 180 / n)
    assert stats.chisquare(np.histogram(draws, 16, (0.0, 1.0))[0]).pvalue > 1e-4


def test_what_has_a_probability_happens_that_often() -> None:
    """A draw below the probability happens: never at 0, always at 1."""
    assert not chance.happens(2.0**-53, 0.0)
    assert chance.happens(LAST, 1.0)
    assert sum(chance.happens((step + 0.5) / 1000, 0.3) for step in range(1000)) == 300


@given(x=st.floats(-1e6, 1e6))
def test_logistic_agrees_with_scipy(x: float) -> None:
    """The logistic function agrees with SciPy's and never overflows."""
    assert chance.logistic(x) == pytest.approx(special.expit(x), rel=1e-14, abs=1e-300)


@given(x=st.floats(-700.0, 700.0))
def test_logistic_is_even_handed(x: float) -> None:
    """Opposite log odds give probabilities that add up to 1."""
    assert chance.logistic(x) + chance.logistic(-x) == pytest.approx(1.0, abs=1e-15)


@st.composite
def triangles(draw: st.DrawFn) -> tuple[float, float, float]:
    """Low, mode and high, ascending, not so close that rounding is all there is."""
    low = draw(st.floats(-100.0, 100.0))
    left, right = draw(st.tuples(st.floats(0.0, 50.0), st.floats(0.0, 50.0)))
    return low, low + left, low + left + right


@given(u=DRAWS, triangle=triangles())
def test_a_triangular_value_stays_within_its_range(u: float, triangle: tuple[float, float, float]) -> None:
    """A triangular value is never below the low or above the high."""
    low, mode, high = triangle
    assert low <= chance.triangular(u, low, mode, high) <= high


@given(u=DRAWS, v=DRAWS, triangle=triangles())
def test_a_triangular_value_rises_with_the_draw(u: float, v: float, triangle: tuple[float, float, float]) -> None:
    """A greater draw never gives a smaller value."""
    assert chance.triangular(min(u, v), *triangle) <= chance.triangular(max(u, v), *triangle) + 1e-9


@pytest.mark.parametrize("triangle", [(0.0, 0.0, 1.0), (0.0, 1.0, 1.0), (-2.0, 1.0, 3.0), (5.0, 6.0, 9.0)])
def test_triangular_agrees_with_scipy(triangle: tuple[float, float, float]) -> None:
    """The inverse agrees with SciPy's, also where the mode is at an end."""
    low, mode, high = triangle
    peer = stats.triang((mode - low) / (high - low), loc=low, scale=high - low)
    draws = np.linspace(0.001, 0.999, 97)
    assert [chance.triangular(float(u), low, mode, high) for u in draws] == pytest.approx(peer.ppf(draws), rel=1e-9)


def test_a_range_without_width_is_its_value() -> None:
    """Equal low, mode and high give that value, whatever the draw."""
    assert chance.triangular(0.99, 3.0, 3.0, 3.0) == 3.0


@given(u=DRAWS, mean=st.one_of(st.floats(1e-3, 50.0), st.floats(400.0, 520.0), st.floats(500.0, 20_000.0)))
def test_a_poisson_count_inverts_the_distribution_function(u: float, mean: float) -> None:
    """The count is the least one whose distribution function, as SciPy has it, reaches the draw."""
    count = chance.poisson(u, mean)
    assert stats.poisson.cdf(count, mean) >= u - 1e-12
    assert stats.poisson.cdf(count - 1, mean) <= u + 1e-12


@given(u=INNER_DRAWS, v=INNER_DRAWS, mean=st.floats(0.0, 2000.0), more=st.floats(1e-3, 100.0))
def test_a_poisson_count_never_falls(u: float, v: float, mean: float, more: float) -> None:
    """A greater draw or a greater mean never gives a smaller count (away from the last digits of the draw)."""
    low, high = sorted((u, v))
    assert chance.poisson(low, mean) <= chance.poisson(high, mean)
    assert chance.poisson(low, mean) <= chance.poisson(low, mean + more)


def test_hand_worked_poisson_counts() -> None:
    """At mean 2: P(0) = .1353, P(at most 1) = .4060, P(at most 2) = .6767, P(at most 3) = .8571."""
    assert [chance.poisson(u, 2.0) for u in (0.13, 0.14, 0.40, 0.41, 0.67, 0.68, 0.85, 0.86)] == [
        0,
        1,
        1,
        2,
        2,
        3,
        3,
        4,
    ]


@pytest.mark.parametrize("mean", [0.0, -1.0])
def test_nothing_comes_of_a_mean_of_zero(mean: float) -> None:
    """A mean of 0 (or less) gives 0, also for the greatest draw."""
    assert chance.poisson(LAST, mean) == 0


@pytest.mark.parametrize("mean", [1e-300, 0.1, 1.3, 33.0, 459.0, 461.0, 5000.0, 1e6])
def test_the_outermost_draws_give_the_outermost_counts(mean: float) -> None:
    """The least and the greatest draw give counts out in the tails, yet none as unlikely as 1e-22."""
    least, greatest = chance.poisson(2.0**-53, mean), chance.poisson(LAST, mean)
    assert stats.poisson.cdf(least, mean) > 1e-22
    assert stats.poisson.sf(greatest - 1, mean) > 1e-22
    assert least == 0 or stats.poisson.cdf(least, mean) < 1e-15
    assert greatest == 0 or stats.poisson.sf(greatest, mean) < 1e-12


@given(
    u=DRAWS,
    count=st.one_of(st.integers(1, 60), st.integers(1, 100_000)),
    probability=st.floats(1e-4, 1 - 1e-4),
)
def test_a_binomial_count_inverts_the_distribution_function(u: float, count: int, probability: float) -> None:
    """The count is the least one whose distribution function, as SciPy has it, reaches the draw."""
    drawn = chance.binomial(u, count, probability)
    assert 0 <= drawn <= count
    assert stats.binom.cdf(drawn, count, probability) >= u - 1e-10
    assert stats.binom.cdf(drawn - 1, count, probability) <= u + 1e-10


@given(u=INNER_DRAWS, v=INNER_DRAWS, count=st.integers(0, 3000), p=PROBABILITIES, q=PROBABILITIES)
def test_a_binomial_count_never_falls(u: float, v: float, count: int, p: float, q: float) -> None:
    """A greater draw, probability or number of trials never gives a smaller count (away from the last digits)."""
    low, high = sorted((u, v))
    p, q = sorted((p, q))
    assert chance.binomial(low, count, p) <= chance.binomial(high, count, p)
    if q - p > 1e-3:
        assert chance.binomial(low, count, p) <= chance.binomial(low, count, q)
    assert chance.binomial(low, count, p) <= chance.binomial(low, count + 1, p)


def test_hand_worked_binomial_counts() -> None:
    """Three trials at 1/4: P(0) = 27/64, P(at most 1) = 54/64, P(at most 2) = 63/64; at 3/4 mirrored."""
    draws = (26.5 / 64, 27.5 / 64, 53.5 / 64, 54.5 / 64, 62.5 / 64, 63.5 / 64)
    assert [chance.binomial(u, 3, 0.25) for u in draws] == [0, 1, 1, 2, 2, 3]
    assert [chance.binomial(1.0 - u, 3, 0.75) for u in draws] == [3, 2, 2, 1, 1, 0]


def test_certain_trials_need_no_chance() -> None:
    """At probability 0 (or less) nothing succeeds, at 1 (or more) everything, and of no trials none."""
    assert chance.binomial(LAST, 100_000, 0.0) == chance.binomial(LAST, 100_000, -0.5) == 0
    assert chance.binomial(2.0**-53, 100_000, 1.0) == chance.binomial(2.0**-53, 100_000, 1.5) == 100_000
    assert chance.binomial(LAST, 0, 0.5) == chance.binomial(LAST, 0, 0.9) == 0


@pytest.mark.parametrize("count", [1, 2, 3, 7, 100, 100_000])
@pytest.mark.parametrize("probability", [0.01, 0.3, 0.4999, 0.5, 0.7])
def test_the_greatest_draw_never_exceeds_the_trials(count: int, probability: float) -> None:
    """Rounding never makes more successes than trials, nor fewer than none."""
    assert 0 <= chance.binomial(2.0**-53, count, probability) <= chance.binomial(LAST, count, probability) <= count
