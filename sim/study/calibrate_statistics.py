"""What a calibration compares: statistics of exchanges over a stretch of days, and hazards of truces by age."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy

from sim.engine.chunk import ENDINGS, Deals
from sim.study.abc_sampling import Array

HAZARD = re.compile(r"hazard ([0-9]{1,5}) to ([0-9]{1,5})")
"""A hazard by its name: of breaking down a day, of truces in force at an age of so many days to less than so many."""
_LEFT = tuple(ENDINGS.index(name) for name in ("never_started", "broken"))


@dataclass(frozen=True, slots=True)
class Window:
    """Days from the start of a scenario, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Exchanges in the order of their days, of one history or of many, one after the other."""

    history: Array
    """Which history each belongs to."""
    day: Array
    """On which it was done."""
    size: Array
    """Persons who returned to the party that is named first."""
    equal: Array
    """1 where as many returned to the other, 0 where not, not a number where that is not known."""

    def within(self, window: Window) -> "Exchanges":
        """Those of some days."""
        return self.taken((self.day >= window.first) & (self.day <= window.last))

    def taken(self, which: "Array | slice") -> "Exchanges":
        """Some of them."""
        return Exchanges(self.history[which], self.day[which], self.size[which], self.equal[which])


@dataclass(frozen=True, slots=True)
class Truces:
    """Truces that began: how long each was lived through, and whether a party then left it."""

    lived: Array
    """Days at risk, the day of leaving among them."""
    left: Array


def exchanges_of(deals: Deals, track: int, other: int) -> Exchanges:
    """The exchanges among the deals of a track; a deal under which nothing was delivered is none.

    Args:
        deals: of any number of replications.
        track: ordinal of the track.
        other: ordinal of the party that releases those who return to the party named first.
    """
    done = (deals.track == track) & (deals.delivered > 0) & (deals.ended_on >= 0)
    released = deals.released[done].astype(float)
    back, given = released[:, other], numpy.sum(released, axis=1) - released[:, other]
    return Exchanges(deals.replication[done], deals.ended_on[done], back, (back == given).astype(float))


def truces_of(deals: Deals, track: int, horizon: int) -> Truces:
    """The truces among the deals of a track; what is still in force at the horizon, or ran out, was not left."""
    begun = (deals.track == track) & (deals.began_on >= 0)
    ended, began = deals.ended_on[begun], deals.began_on[begun]
    left = numpy.isin(deals.ending[begun], _LEFT)
    return Truces(numpy.where(ended < 0, horizon, ended) - began + left, left)


def hazard(truces: Truces, first: int, last: int) -> float:
    """Truces left a day, of those in force, at ages from `first` to less than `last`; not a number without any.

    >>> hazard(Truces(numpy.array([1, 3, 10]), numpy.array([True, True, False])), 1, 3)  # 1 left in 2 + 2 days
    0.25
    """
    at_risk = float(numpy.sum(numpy.clip(truces.lived - first, 0, last - first)))
    left = float(numpy.sum(truces.left & (truces.lived > first) & (truces.lived <= last)))
    return left / at_risk if at_risk > 0.0 else numpy.nan


def _gaps(exchanges: Exchanges) -> Array:
    gaps: Array = numpy.diff(exchanges.day)[numpy.diff(exchanges.history) == 0]
    return gaps


def _correlation(exchanges: Exchanges) -> float:
    """Of the logarithms of gaps that follow one another, of at least three pairs; less than a day counts as one."""
    logs = numpy.log(numpy.maximum(1.0, numpy.diff(exchanges.day)))
    same = numpy.diff(exchanges.history) == 0
    pairs = same[:-1] & same[1:]
    before, after = logs[:-1][pairs], logs[1:][pairs]
    if len(before) < 3 or numpy.ptp(before) == 0.0 or numpy.ptp(after) == 0.0:
        return numpy.nan
    return float(numpy.corrcoef(before, after)[0, 1])


def _of(numbers: Array, summary: Callable[[Array], float]) -> float:
    known = numbers[~numpy.isnan(numbers)]
    return float(summary(known)) if len(known) else numpy.nan


def _longest(exchanges: Exchanges) -> float:
    """The longest gap, on average over histories of which each has one."""
    same = numpy.diff(exchanges.history) == 0
    gaps, histories = numpy.diff(exchanges.day)[same], exchanges.history[1:][same]
    return _of(numpy.array([numpy.max(gaps[histories == one]) for one in numpy.unique(histories)]), numpy.mean)


def _p90(numbers: Array) -> float:
    return float(numpy.quantile(numbers, 0.9))


OF_EXCHANGES: Mapping[str, tuple[Callable[[Exchanges], float], str]] = {
    "gap median": (lambda e: _of(_gaps(e).astype(float), numpy.median), "median days between exchanges"),
    "gap p90": (lambda e: _of(_gaps(e).astype(float), _p90), "days between exchanges that a tenth exceed"),
    "gap longest": (_longest, "longest time without an exchange, days"),
    "gap correlation": (_correlation, "correlation of the logarithms of gaps that follow one another"),
    "size median": (lambda e: _of(e.size, numpy.median), "median number who return to the party named first"),
    "size p90": (lambda e: _of(e.size, _p90), "the number that a tenth of the exchanges exceed"),
    "size largest": (lambda e: _of(e.size, numpy.max), "the greatest number"),
    "parity": (lambda e: _of(e.equal, numpy.mean), "share of exchanges of equal numbers"),
    "exchanges": (lambda e: len(e.day) / max(1, len(numpy.unique(e.history))), "exchanges, in a history that has any"),
}
"""Statistics of exchanges by name: how each is computed, and what it is."""


def hazard_of(name: str) -> tuple[int, int] | None:
    """The ages that a name of a hazard speaks of; None for any other name, or for no age at all.

    >>> hazard_of("hazard 1 to 3"), hazard_of("hazard 3 to 3"), hazard_of("parity")
    ((1, 3), None, None)
    """
    found = HAZARD.fullmatch(name)
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    return (first, last) if first < last else None


def in_words(name: str) -> str:
    """What a statistic is."""
    ages = hazard_of(name)
    if ages is None:
        return OF_EXCHANGES[name][1]
    return f"truces left a day, of those in force, at ages of {ages[0]} to {ages[1]} days"


def exchange_statistics(names: Sequence[str], exchanges: Exchanges) -> list[float]:
    """Some statistics of exchanges; not a number where there are too few.

    >>> day = numpy.array([0, 2, 6])
    >>> three = Exchanges(numpy.zeros(3, int), day, numpy.array([10.0, 30.0, 20.0]), numpy.array([1.0, 0.0, numpy.nan]))
    >>> exchange_statistics(["gap median", "gap longest", "size median", "parity", "exchanges"], three)
    [3.0, 4.0, 20.0, 0.5, 3.0]
    """
    return [OF_EXCHANGES[name][0](exchanges) for name in names]
