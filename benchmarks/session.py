"""Bare bilateral bargaining, without war, days or preconditions: alternating offers as the NegMAS library plays them.

In each round the first party speaks, then the second; who speaks accepts what is on the table or puts an offer of its
own. A party that concedes with time demands lo + (hi - lo)·(1 - t^e) - 0.001, kept within [lo, hi], at the time
t = (round + 1) / (rounds + 1): hi is its best worth, lo its least, or its reservation where that is more. It accepts
what is worth its demand to it, and else puts the package of least own worth that meets its demand. A MiCRO party steps
down its own ladder instead, see `sim.strategies.micro`; a rung is one package here, as in the paper.

Source: Aydoğan et al. 2017 (stacked alternating offers); Faratin, Sierra and Jennings 1998 (1 - t^e); de Jonge 2022.
"""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from sim.strategies import curves

TOLERANCE = 0.001
"""Worth by which a party that concedes with time demands less than its curve says."""
NOTHING = -1

polynomial = numba.njit(curves.polynomial)


def ladder(worths: NDArray[np.float64]) -> NDArray[Any]:
    """A party's packages from the least worth to the best, among equals the first first; worths along the last axis."""
    return np.argsort(worths, axis=-1, kind="stable")


@numba.njit
def curve(exponent, rounds):  # type: ignore[no-untyped-def]
    """The share of the way above its least worth that a party still holds in each round; the same in all sessions."""
    held = np.empty(rounds)
    for place in range(rounds):
        held[place] = polynomial((place + 1) / (rounds + 1), exponent)
    return held


@numba.njit
def lowest_above(worths, rungs, demanded, rung):  # type: ignore[no-untyped-def]
    """The lowest rung whose package is worth what is demanded, sought from a rung on, since demands move little."""
    while worths[rungs[rung]] < demanded:
        rung += 1
    while rung > 0 and worths[rungs[rung - 1]] >= demanded:
        rung -= 1
    return rung


@numba.njit
def concede_with_time(worths, rungs, reservations, held, offers):  # type: ignore[no-untyped-def]
    """Two parties that concede with time.

    Args:
        worths: [party, package].
        rungs: [party]: its `ladder`.
        reservations: [party]: least worth acceptable, at most its best worth.
        held: [party]: its `curve`, as long as there are rounds.
        offers: [turn]: takes the packages put, two turns a round; without length, nothing is kept.

    Returns:
        The turn in which the parties agreed, counted from 0, and the package; both NOTHING without agreement.
    """
    package = NOTHING
    standing, low, high = np.empty(2, np.int64), np.empty(2), np.empty(2)
    for party in range(2):
        standing[party] = rungs.shape[1] - 1
        low[party] = max(worths[party, rungs[party, 0]], reservations[party])
        high[party] = worths[party, rungs[party, -1]]
    for turn in range(2 * held.shape[1]):
        me = turn % 2
        demanded = low[me] + (high[me] - low[me]) * held[me, turn // 2] - TOLERANCE
        demanded = min(high[me], max(low[me], demanded))
        if package != NOTHING and worths[me, package] >= demanded:
            return turn, package
        standing[me] = lowest_above(worths[me], rungs[me], demanded, standing[me])
        package = rungs[me, standing[me]]
        if len(offers) > 0:
            offers[turn] = package
    return NOTHING, NOTHING


@numba.njit
def step_down(worths, rungs, reservations, rounds, offers):  # type: ignore[no-untyped-def]
    """Two MiCRO parties; arguments and answer as those of `concede_with_time`.

    Where a party may not or will not go a rung down, it puts its lowest package so far again.
    """
    made = np.zeros(2, np.int64)
    package = NOTHING
    for turn in range(2 * rounds):
        me = turn % 2
        rung = len(rungs[me]) - 1 - made[me]
        goes_down = made[me] <= made[1 - me] and rung >= 0 and worths[me, rungs[me, rung]] >= reservations[me]
        mine = rungs[me, rung if goes_down else min(rung + 1, len(rungs[me]) - 1)]
        if package != NOTHING and worths[me, package] >= max(worths[me, mine], reservations[me]):
            return turn, package
        made[me] += goes_down
        package = mine
        if len(offers) > 0:
            offers[turn] = package
    return NOTHING, NOTHING
