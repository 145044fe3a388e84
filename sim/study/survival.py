"""How long deals last: the share still in force by day of age, how they end, and how variants differ.

A spell is a deal's life: from its first day in force (age 0) for so many whole days. A deal that is over at age 30 was
in force on 30 days; one that never started, on none. A deal that is open at the horizon is censored at the age that it
had on the last day, on which it could still have ended. Days are whole, so ties are the rule: whatever ends on a day
ends among all that are still at risk on it, in one step, and the shares of all endings and of survival add up to 1.

Several deals of one replication share its luck, so every interval goes by replications: the variance is the sum of
squares, over replications, of what each adds to an estimate (the infinitesimal jackknife). With one deal a
replication that of survival is Greenwood's.

Source: Kaplan and Meier 1958; Greenwood 1926; Aalen and Johansen 1978.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.study.estimates import Estimate, normal_quantile
from sim.study.summary import wilson

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spells:
    """The lives of some deals."""

    replication: Whole
    """[deal]: the replication that it belongs to."""
    days: Whole
    """[deal]: whole days in force, 0 or more."""
    ending: Whole
    """[deal]: a place in `endings`, from 1; 0 where it was open at the horizon."""
    endings: tuple[str, ...]
    """The first is a word for no ending at all."""
    seed: int = 0
    """Replications of the same number and seed share their luck."""


@dataclass(frozen=True, slots=True)
class Band:
    """A share by day of age, with an interval for each day by itself."""

    value: Real
    low: Real
    high: Real

    def at(self, day: int) -> Estimate:
        """The share at a day."""
        return Estimate(float(self.value[day]), float(self.low[day]), float(self.high[day]))


class Survival:
    """What some spells say, by day of age from 0 to the greatest that was seen.

    Args:
        spells: at least one.
        confidence: of every interval, strictly between 0 and 1.

    Raises:
        ValueError: no spell.
    """

    def __init__(self, spells: Spells, confidence: float = 0.95) -> None:
        if not len(spells.days):
            raise ValueError("no deal was ever in force")
        self.spells, self.z = spells, normal_quantile(confidence)
        self.confidence = confidence
        self.last = int(np.max(spells.days))
        """The greatest age that was seen."""
        shape = (self.last + 1, len(spells.endings))
        counts = np.zeros(shape, np.int64)
        np.add.at(counts, (spells.days, spells.ending), 1)
        self.open = counts[:, 0]
        """[day]: deals that were that old at the horizon."""
        self.ended = counts[:, 1:]
        """[day, ending]: deals that ended at that age."""
        self.at_risk = counts.sum(axis=1)[::-1].cumsum()[::-1]
        """[day]: deals that were in force up to that age."""
        self.replications_at_risk = _still(spells)
        """[day]: replications with such a deal."""
        self.share = np.cumprod(1.0 - self.ended.sum(axis=1) / self.at_risk)
        """[day]: estimated share of deals in force beyond that age, on so many days and one."""
        before = np.concatenate([[1.0], self.share[:-1]])
        self.shares_ended = np.cumsum(before[:, None] * self.ended / self.at_risk[:, None], axis=0)
        """[day, ending]: estimated share of deals that ended so at that age or before."""

    @property
    def deals(self) -> int:
        """How many spells."""
        return len(self.spells.days)

    @property
    def replications(self) -> int:
        """Replications that had at least one."""
        return int(self.replications_at_risk[0])

    @cached_property
    def kinds(self) -> tuple[Whole, Whole]:
        """Kinds of spells that occurred, as days times endings and ending; and the kind of each spell."""
        found, which = np.unique(self.spells.days * len(self.spells.endings) + self.spells.ending, return_inverse=True)
        return found, which

    @cached_property
    def together(self) -> Real:
        """[kind, kind]: pairs of spells of the same replication, each spell with itself included."""
        found, which = self.kinds
        return pairs_within(self.spells.replication, which, len(found))

    @cached_property
    def _steps(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Whole]:
        """[kind, day]: whether a kind is at risk; whether it is its last day; and [kind] its ending."""
        days, ending = np.divmod(self.kinds[0], len(self.spells.endings))
        ages = np.arange(self.last + 1)
        return days[:, None] >= ages, days[:, None] == ages, ending

    @cached_property
    def pull(self) -> Real:
        """[kind, day]: what one more spell of a kind would add to the share in force, per spell."""
        at_risk, is_last, ending = self._steps
        ended = self.ended.sum(axis=1)
        left = self.at_risk - ended
        surprise = (is_last & (ending > 0)[:, None]) - at_risk * (ended / self.at_risk)
        weighed = np.divide(surprise, left, out=np.zeros_like(surprise), where=left > 0)
        pull: Real = -self.share * np.cumsum(weighed, axis=1)
        return pull

    def pull_of(self, ending: int) -> Real:
        """[kind, day]: what one more spell of a kind would add to the share that ended so, per spell."""
        at_risk, is_last, endings = self._steps
        rate = self.ended[:, ending - 1] / self.at_risk
        before = np.concatenate([[1.0], self.share[:-1]])
        pulled = np.concatenate([np.zeros((len(endings), 1)), self.pull[:, :-1]], axis=1)
        surprise = (is_last & (endings == ending)[:, None]) - at_risk * rate
        pull: Real = np.cumsum(pulled * rate + surprise * before / self.at_risk, axis=1)
        return pull

    def spread(self, pull: Real) -> Real:
        """Standard errors of what a spell of each kind pulls at: [kind, day] to [day]."""
        return spread_of(pull, self.together)

    @cached_property
    def in_force(self) -> Band:
        """The share in force beyond each age."""
        low, high = self._bounds(self.share, self.spread(self.pull))
        sure, over = self.share == 1.0, self.share == 0.0
        low[sure] = [wilson(int(m), int(m), self.confidence)[0] for m in self.replications_at_risk[sure]]
        if over.any():
            none = wilson(0, int(self.replications_at_risk[over][0]), self.confidence)[1]
            high[over] = min(none, *high[~over][-1:], 1.0)
        return Band(self.share, low, high)

    def ended_by(self, ending: int) -> Band:
        """The share that ended in one way, a place in the spells' `endings`, at each age or before."""
        value = self.shares_ended[:, ending - 1]
        low, high = self._bounds(value, self.spread(self.pull_of(ending)))
        high[value == 0.0] = wilson(0, self.replications, self.confidence)[1]
        low[value >= 1.0] = wilson(self.replications, self.replications, self.confidence)[0]
        return Band(value, low, high)

    def _bounds(self, share: Real, error: Real) -> tuple[Real, Real]:
        """An interval on the scale of log(-log), which keeps it between 0 and 1; wide open for one replication."""
        low, high = np.zeros(len(share)), np.ones(len(share))
        low[share >= 1.0], high[share <= 0.0] = 1.0, 0.0
        inside = (share > 0.0) & (share < 1.0)
        if self.replications > 1:
            middle = share[inside]
            step = np.exp(self.z * error[inside] / (middle * -np.log(middle)))
            low[inside], high[inside] = middle**step, middle ** (1.0 / step)
        return low, high

    def knows(self, days: int) -> bool:
        """Whether somebody was seen for so many days, or nobody was left before."""
        return days <= self.last + 1 or self.share[-1] == 0.0

    def kept(self, days: int) -> Estimate | None:
        """The share of deals that were in force on so many days, at least 1; None where none was seen so long."""
        return self.in_force.at(min(days - 1, self.last)) if self.knows(days) else None

    def lost(self, ending: int, days: int) -> Estimate | None:
        """The share of deals that ended in one way before they had been in force on so many days."""
        return self.ended_by(ending).at(min(days - 1, self.last)) if self.knows(days) else None

    def mean(self, days: int) -> Estimate | None:
        """Days in force of a deal's first so many; None where none was seen so long."""
        if not self.knows(days):
            return None
        value = float(self.share[:days].sum())
        error = float(self.spread(self.pull[:, :days].sum(axis=1, keepdims=True))[0])
        if self.replications < 2:
            return Estimate(value, 0.0, float(days))
        return Estimate(value, max(0.0, value - self.z * error), min(float(days), value + self.z * error))

    @cached_property
    def median(self) -> tuple[int | None, int | None, int | None]:
        """The age by which half of the deals had ended, and its interval; None for an age that was not seen.

        The interval holds the ages at which the interval of the share in force holds one half.

        Source: Brookmeyer and Crowley 1982.
        """
        band = self.in_force
        middle, low, high = (_first(bound <= 0.5) for bound in (band.value, band.low, band.high))
        return middle, low, high


@dataclass(frozen=True, slots=True)
class Difference:
    """The second of two variants less the first, over the luck that they share."""

    kept: Estimate | None
    """Of the share of deals in force on so many days."""
    mean: Estimate | None
    """Of days in force within them."""
    shared: int
    """Replications with a deal in both."""


def compare(first: Survival, second: Survival, days: int) -> Difference:
    """How two variants differ over a deal's first so many days.

    Replications of the same seed and number are pairs. Each side has the deals that came about under it, which need not
    be the same deals: a difference may be one of what was signed, not only of how long it held.
    """
    shift = 0 if first.spells.seed == second.spells.seed else int(np.max(first.spells.replication)) + 1
    ours, theirs = first.spells.replication, second.spells.replication + shift
    (kinds, which), (others, of_others) = first.kinds, second.kinds
    together = pairs_within(
        np.concatenate([ours, theirs]), np.concatenate([which, len(kinds) + of_others]), len(kinds) + len(others)
    )
    shared = len(np.intersect1d(ours, theirs))
    if min(first.replications, second.replications) < 2 or not (first.knows(days) and second.knows(days)):
        return Difference(None, None, shared)

    def of(take: Any) -> Estimate:
        value = float(take(second.share[None, :])[0] - take(first.share[None, :])[0])
        pull = np.concatenate([-take(first.pull), take(second.pull)])
        half = first.z * float(spread_of(pull[:, None], together)[0])
        return Estimate(value, value - half, value + half)

    return Difference(
        kept=of(lambda by_day: by_day[:, min(days, by_day.shape[1]) - 1]),
        mean=of(lambda by_day: by_day[:, :days].sum(axis=1)),
        shared=shared,
    )


def pairs_within(groups: Whole, kinds: Whole, count: int) -> Real:
    """[kind, kind]: ordered pairs of entries of these kinds in the same group, each entry with itself included.

    >>> pairs_within(np.array([7, 7, 8]), np.array([0, 1, 1]), 2).tolist()
    [[1.0, 1.0], [1.0, 2.0]]
    """
    order = np.argsort(groups, kind="stable")
    groups, kinds = groups[order], kinds[order]
    found = np.diag(np.bincount(kinds, minlength=count)).astype(np.int64)
    places, ahead = np.arange(len(groups)), 0
    while len(places):
        ahead += 1
        places = places[places + ahead < len(groups)]
        places = places[groups[places] == groups[places + ahead]]
        keys = kinds[places] * count + kinds[places + ahead]
        met = np.bincount(keys, minlength=count * count).reshape(count, count)
        found += met + met.T
    return found.astype(np.float64)


def spread_of(pull: Real, together: Real) -> Real:
    """[day]: standard error of an estimate that spells of each kind pull at, [kind, day]."""
    variance = (pull * (together @ pull)).sum(axis=0)
    spread: Real = np.sqrt(np.maximum(variance, 0.0))
    return spread


def _still(spells: Spells) -> Whole:
    """[day]: replications with a deal in force up to that age."""
    _, place = np.unique(spells.replication, return_inverse=True)
    longest = np.zeros(int(np.max(place)) + 1, np.int64)
    np.maximum.at(longest, place, spells.days)
    still: Whole = np.bincount(longest)[::-1].cumsum()[::-1]
    return still


def _first(reached: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(reached)) if reached.any() else None


def by_age(found: Survival) -> Mapping[str, Sequence[Any]]:
    """Everything by day of age, as columns."""
    band = found.in_force
    columns: dict[str, Sequence[Any]] = {
        "age": list(range(found.last + 1)),
        "at_risk": found.at_risk.tolist(),
        "open": found.open.tolist(),
        "in_force": band.value.tolist(),
        "in_force_low": band.low.tolist(),
        "in_force_high": band.high.tolist(),
    }
    for place, name in enumerate(found.spells.endings[1:], 1):
        if found.ended[:, place - 1].any():
            share = found.ended_by(place)
            columns[name] = found.ended[:, place - 1].tolist()
            columns |= {f"{name}_by": share.value.tolist(), f"{name}_low": share.low.tolist()}
            columns[f"{name}_high"] = share.high.tolist()
    return columns
