"""Put the keyed draws through a battery of statistical tests: `python benchmarks/draws.py --seeds 100 --size 20`.

The draws of one seed are read as a sequence in three orders: by day, by actor and by replication (each the
fastest to change). A fourth column reads a deliberately weakened mixing by day and has to fail: it shows that the
battery can tell. If draws are independent and uniform, so is every p-value, and one in a thousand lies below .001.
With several seeds the table holds, for each test, the p-value of the hypothesis that the p-values of the seeds are
uniform (Kolmogorov and Smirnov). The reading of a result is in docs/decisions/0002-keyed-draws.md.

The words are computed in NumPy, and compared with `sim.rules.chance` first.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.rules import chance
from sim.terms import Purpose

Words = NDArray[np.uint64]
"""52-bit whole numbers: the steps on which the uniform draws lie."""

STRIDE = np.uint64(0x9E3779B97F4A7C15)
SHIFTS = {"purpose": 56, "track": 50, "actor": 44, "other": 38, "day": 24, "index": 0}
ORDERS = {
    "by day": {"day": 16384, "actor": 8, "other": 8, "purpose": len(Purpose), "track": 4, "index": 64},
    "by actor": {"actor": 63, "other": 63, "track": 63, "purpose": len(Purpose), "day": 16384},
    "by replication": {"replication": 4096, "day": 365, "actor": 4, "other": 4, "purpose": len(Purpose), "track": 4},
}
WEAKENED = "weakened"
SUSPECT = 1e-3


def mix(words: Words, *, weak: bool = False) -> Words:
    """The scrambling of `sim.rules.chance.mix`; `weak` leaves its second multiplication out."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    if not weak:
        words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def key(seed: int, replications: Words) -> Words:
    """The keys of many replications."""
    return mix(np.uint64(seed) + STRIDE * (replications + np.uint64(1)))


def steps(keys: Words, counters: Words, *, weak: bool = False) -> Words:
    """The 52 bits from which uniform draws are made."""
    return mix(keys + STRIDE * counters, weak=weak) >> np.uint64(12)


def read(order: str, seed: int, size: int, *, weak: bool = False) -> Words:
    """The first draws of an order."""
    rest = np.arange(size, dtype=np.uint64)
    counters, replications = np.zeros_like(rest), np.zeros_like(rest)
    for field, length in ORDERS[order].items():
        rest, ordinals = np.divmod(rest, np.uint64(length))
        if field == "replication":
            replications = ordinals
        else:
            counters = counters | (ordinals << np.uint64(SHIFTS[field]))
    if rest.any():
        raise ValueError(f"{size} draws are more than the order {order!r} holds")
    return steps(key(seed, replications), counters, weak=weak)


def check_against_the_rules(seed: int) -> None:
    """Stop if the draws made here are not those of the rules."""
    days, actors = np.divmod(np.arange(2000, dtype=np.uint64), np.uint64(5))
    counters = (days << np.uint64(24)) | (actors << np.uint64(44)) | (np.uint64(7) << np.uint64(56))
    made = (steps(key(seed, days), counters).astype(float) + 0.5) / 2**52
    for day, actor, draw in zip(days.tolist(), actors.tolist(), made.tolist(), strict=True):
        if draw != chance.uniform(chance.replication_key(seed, day), chance.counter(7, 0, actor, 0, day, 0)):
            raise SystemExit("the draws of this battery are not those of sim.rules.chance")


def top(words: Words, bits: int) -> NDArray[np.int64]:
    """The highest bits of the draws."""
    return (words >> np.uint64(52 - bits)).astype(np.int64)


def chi_square(observed: NDArray[np.int64], expected: NDArray[np.float64] | float) -> float:
    """P-value of counts whose expectations add up to their total."""
    expected = np.broadcast_to(np.asarray(expected, dtype=float), observed.shape)
    return float(stats.chi2.sf(((observed - expected) ** 2 / expected).sum(), observed.size - 1))


def two_sided(z: float) -> float:
    """P-value of a standard normal statistic, both ways."""
    return float(2 * stats.norm.sf(abs(z)))


def poisson_p(count: int, mean: float) -> float:
    """P-value of a Poisson count, taken in the middle of its step so that both tails can be read."""
    return float(stats.poisson.sf(count, mean) + stats.poisson.pmf(count, mean) / 2)


def equal_steps(words: Words) -> float:
    """Every 4,096th of the range is met as often (chi-square)."""
    return chi_square(np.bincount(top(words, 12), minlength=4096), words.size / 4096)


def serial(words: Words, length: int, bits: int) -> float:
    """Successive draws fill a cube evenly (chi-square)."""
    digits = top(words[: words.size // length * length], bits).reshape(-1, length)
    cells = digits @ (1 << bits) ** np.arange(length)
    return chi_square(np.bincount(cells, minlength=1 << bits * length), len(cells) / (1 << bits * length))


def gaps(words: Words) -> float:
    """Waiting times between draws below 1/16 are geometric (chi-square)."""
    waits = np.minimum(np.diff(np.flatnonzero(top(words, 4) == 0)) - 1, 100)
    shares = np.append((1 / 16) * (15 / 16) ** np.arange(100), (15 / 16) ** 100)
    return chi_square(np.bincount(waits, minlength=101), shares * waits.size)


def orderings(words: Words) -> float:
    """Five draws in a row come in each of their 120 orders as often (chi-square)."""
    ranks = np.argsort(words[: words.size // 5 * 5].reshape(-1, 5), axis=1)
    counts = np.unique(ranks @ 5 ** np.arange(5), return_counts=True)[1]
    return chi_square(counts, len(ranks) / 120) if counts.size == 120 else 0.0


def runs(words: Words) -> float:
    """Runs above and below the middle are as many as they should be (Wald and Wolfowitz)."""
    above = top(words, 1)
    n, high = above.size, int(above.sum())
    mean = 1 + 2 * high * (n - high) / n
    deviation = math.sqrt((mean - 1) * (mean - 2) / (n - 1))
    return two_sided((1 + np.count_nonzero(np.diff(above)) - mean) / deviation)


def birthdays(words: Words, low: int) -> float:
    """Equal spacings between sorted 40-bit birthdays are as rare as they should be (Marsaglia; Poisson)."""
    days = ((words >> np.uint64(low)) & np.uint64(2**40 - 1)).astype(np.int64)
    years = np.sort(days[: days.size // 16384 * 16384].reshape(-1, 16384), axis=1)
    spacings = np.sort(np.diff(years, axis=1), axis=1)
    return poisson_p(int((np.diff(spacings, axis=1) == 0).sum()), len(years) * 16384**3 / 4 / 2**40)


def collisions(words: Words) -> float:
    """Balls meet in urns as rarely as they should: 16,384 draws in 2^24 urns, again and again (Poisson)."""
    urns = np.sort(top(words[: words.size // 16384 * 16384], 24).reshape(-1, 16384), axis=1)
    mean = 16384 - 2**24 * -math.expm1(16384 * math.log1p(-(2.0**-24)))
    return poisson_p(int((np.diff(urns, axis=1) == 0).sum()), len(urns) * mean)


def ranks(words: Words, low: int) -> float:
    """Ranks of 32 x 32 matrices of bits are distributed as they should be (chi-square)."""
    count = min(words.size // 32, 1 << 16)
    rows = ((words[: count * 32] >> np.uint64(low)) & np.uint64(2**32 - 1)).reshape(count, 32)
    rank = np.zeros(count, dtype=np.int64)
    for bit in range(32):  # Gaussian elimination over two elements, all matrices at once
        has = (rows >> np.uint64(bit)) & np.uint64(1) == 1
        found = has.any(axis=1)
        pivots = np.where(found, rows[np.arange(count), has.argmax(axis=1)], np.uint64(0))
        rows = np.where(has, rows ^ pivots[:, None], rows)
        rank += found
    full, one_less = _rank_share(32), _rank_share(31)
    expected = np.array([1 - full - one_less, one_less, full]) * count
    return chi_square(np.array([(rank < 31).sum(), (rank == 31).sum(), (rank == 32).sum()]), expected)


def _rank_share(rank: int) -> float:
    """Probability that a random 32 x 32 matrix of bits has this rank (Marsaglia and Tsay 1985)."""
    product = math.prod((1 - 2.0 ** (i - 32)) ** 2 / (1 - 2.0 ** (i - rank)) for i in range(rank))
    return float(2.0 ** -((32 - rank) ** 2) * product)


def weights(words: Words) -> float:
    """The number of ones among 52 bits is binomial (chi-square)."""
    ones = np.clip(np.bitwise_count(words).astype(np.int64), 14, 38) - 14
    shares = stats.binom.pmf(np.arange(14, 39), 52, 0.5)
    shares[0], shares[-1] = stats.binom.cdf(14, 52, 0.5), stats.binom.sf(37, 52, 0.5)
    return chi_square(np.bincount(ones, minlength=25), shares * ones.size)


def weight_pairs(words: Words) -> float:
    """Numbers of ones in successive draws are not correlated (normal)."""
    ones = np.bitwise_count(words).astype(float) - 26
    return two_sided(float((ones[1:] * ones[:-1]).sum()) / 13 / math.sqrt(ones.size - 1))


def bit_balance(words: Words) -> float:
    """Each of the 52 bits is one as often as zero (chi-square)."""
    excess = [2 * int(((words >> np.uint64(bit)) & np.uint64(1)).sum()) - words.size for bit in range(52)]
    return float(stats.chi2.sf(sum(one * one for one in excess) / words.size, 52))


def autocorrelations(words: Words) -> float:
    """Draws are not correlated with those 1 to 32 places before (chi-square)."""
    centred = (words.astype(float) + 0.5) / 2**52 - 0.5
    z = [12 * float(centred[lag:] @ centred[:-lag]) / math.sqrt(centred.size - lag) for lag in range(1, 33)]
    return float(stats.chi2.sf(sum(one * one for one in z), 32))


BATTERY: dict[str, Callable[[Words], float]] = {
    "equal steps": equal_steps,
    "serial pairs": lambda words: serial(words, 2, 6),
    "serial triples": lambda words: serial(words, 3, 4),
    "serial sixes": lambda words: serial(words, 6, 2),
    "gaps": gaps,
    "orderings of five": orderings,
    "runs": runs,
    "birthday spacings, high bits": lambda words: birthdays(words, 12),
    "birthday spacings, low bits": lambda words: birthdays(words, 0),
    "collisions": collisions,
    "matrix ranks, high bits": lambda words: ranks(words, 20),
    "matrix ranks, low bits": lambda words: ranks(words, 0),
    "Hamming weights": weights,
    "Hamming weights, pairs": weight_pairs,
    "bit balance": bit_balance,
    "autocorrelations": autocorrelations,
}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Draws that differ in one thing only, side by side."""

    one: Words
    other: Words

    def correlation(self) -> float:
        """Neighbouring draws are not correlated (normal)."""
        centred = [(words.astype(float) + 0.5) / 2**52 - 0.5 for words in (self.one, self.other)]
        return two_sided(12 * float(centred[0] @ centred[1]) / math.sqrt(self.one.size))

    def flips(self) -> float:
        """Between neighbours each of the 52 bits changes half the time (chi-square)."""
        return bit_balance(self.one ^ self.other)


def neighbours(seed: int, size: int) -> dict[str, Neighbours]:
    """Neighbouring replications, seeds, days and parties; then counters that differ in one bit of 64."""
    places = np.arange(size, dtype=np.uint64)
    days = (places % np.uint64(16384)) << np.uint64(24)
    counters = days | ((places // np.uint64(16384)) << np.uint64(44))
    keys = key(seed, places)
    one_key = key(seed, np.zeros_like(places))
    seeds = mix(places + one_key)
    return {
        "replications": Neighbours(steps(keys, counters), steps(key(seed, places + np.uint64(1)), counters)),
        "seeds": Neighbours(steps(mix(seeds + STRIDE), counters), steps(mix(seeds + np.uint64(1) + STRIDE), counters)),
        "days": Neighbours(steps(one_key, counters), steps(one_key, counters + (np.uint64(1) << np.uint64(24)))),
        "actors": Neighbours(steps(one_key, counters), steps(one_key, counters + (np.uint64(1) << np.uint64(44)))),
        "one bit of the counter": Neighbours(
            steps(one_key, seeds), steps(one_key, seeds ^ (np.uint64(1) << (places % np.uint64(64))))
        ),
    }


def examine(seed: int, size: int) -> dict[tuple[str, str], float]:
    """All p-values of one seed, by test and column."""
    columns = {order: read(order, seed, size) for order in ORDERS}
    columns[WEAKENED] = read("by day", seed, size, weak=True)
    found = {(name, column): test(words) for name, test in BATTERY.items() for column, words in columns.items()}
    for name, pair in neighbours(seed, size).items():
        found[name, "correlation"] = pair.correlation()
        found[name, "bits changed"] = pair.flips()
    return found


def print_table(p_values: dict[tuple[str, str], float], columns: list[str]) -> None:
    """The p-values of these columns, a test a line."""
    print(f"\n{'':30}" + "".join(f"{column:>16}" for column in columns))
    for name in dict.fromkeys(test for test, column in p_values if column in columns):
        print(f"{name:30}" + "".join(f"{p_values[name, column]:16.3g}" for column in columns))


def main() -> None:
    """Print the tables of p-values, and those that are suspect."""
    parser = argparse.ArgumentParser(description="Statistical tests of the keyed draws.")
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds")
    parser.add_argument("--size", type=int, default=22, help="log2 of the draws in each order (16 to 24)")
    chosen = parser.parse_args()
    check_against_the_rules(chosen.first)
    runs_of_seeds = [examine(chosen.first + place, 1 << chosen.size) for place in range(chosen.seeds)]
    found = runs_of_seeds[0]
    if chosen.seeds > 1:
        found = {cell: float(stats.kstest([run[cell] for run in runs_of_seeds], "uniform").pvalue) for cell in found}
    print(f"seeds {chosen.first} to {chosen.first + chosen.seeds - 1}, {1 << chosen.size:,} draws in each order")
    print_table(found, [*ORDERS, WEAKENED])
    print_table(found, ["correlation", "bits changed"])
    every = [p for run in runs_of_seeds for (_, column), p in run.items() if column != WEAKENED]
    most = 1 - SUSPECT if chosen.seeds == 1 else 1.0
    suspects = [cell for cell, p in found.items() if cell[1] != WEAKENED and not SUSPECT <= p <= most]
    print(f"\nwithout the weakened column: {len(every):,} p-values, the least {min(every):.2g}, the greatest", end=" ")
    print(f"1 - {1 - max(every):.2g}, {sum(p < SUSPECT for p in every)} below {SUSPECT}")
    print(f"suspect cells of the tables: {suspects or 'none'}")


if __name__ == "__main__":
    main()
