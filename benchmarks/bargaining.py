"""Bare bilateral bargaining: 3 issues, 160 packages, 100 rounds; see session.py for what is computed."""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from benchmarks.session import NOTHING, concede_with_time, curve, ladder, step_down
from benchmarks.timing import REPEATS, Line, interleaved, spread

VALUES = (8, 5, 4)
ROUNDS = 100
DOMAINS = 1_000
TIMES = 20
TARGET = 200_000


def utilities(domains: int, seed: int = 1) -> NDArray[np.float64]:
    """[domain, party, package]: worths as weighted sums over the issues, best value 1 and worst 0 of each issue."""
    rng = np.random.default_rng(seed)
    worths = np.zeros((domains, 2, *VALUES))
    weights = rng.dirichlet(np.ones(len(VALUES)), size=(domains, 2))
    for issue, many in enumerate(VALUES):
        scores = rng.random((domains, 2, many))
        least, best = scores.min(axis=2, keepdims=True), scores.max(axis=2, keepdims=True)
        shape = [domains, 2, *(many if place == issue else 1 for place in range(len(VALUES)))]
        worths += (weights[:, :, issue, None] * (scores - least) / (best - least)).reshape(shape)
    return worths.reshape(domains, 2, -1)


@numba.njit
def all_concede(worths, rungs, reservations, held, times):  # type: ignore[no-untyped-def]
    """Sessions in every domain, so many times; how many were agreed."""
    agreed, offers = 0, np.empty(0, np.int64)
    for _ in range(times):
        for domain in range(len(worths)):
            _, package = concede_with_time(worths[domain], rungs[domain], reservations[domain], held, offers)
            agreed += package != NOTHING
    return agreed


@numba.njit
def all_step_down(worths, rungs, reservations, rounds, times):  # type: ignore[no-untyped-def]
    """Sessions of MiCRO parties in every domain, so many times; how many were agreed."""
    agreed, offers = 0, np.empty(0, np.int64)
    for _ in range(times):
        for domain in range(len(worths)):
            _, package = step_down(worths[domain], rungs[domain], reservations[domain], rounds, offers)
            agreed += package != NOTHING
    return agreed


def measure(quick: bool) -> list[Line]:
    """Negotiations a second on one core."""
    times = 2 if quick else TIMES
    worths = utilities(DOMAINS)
    rungs = ladder(worths)
    reservations = np.random.default_rng(2).uniform(0.0, 0.3, (DOMAINS, 2))

    def conceding(*exponents: float) -> Callable[[int], Any]:
        def work(repeat: int) -> Any:
            held = np.array([curve(exponent, ROUNDS) for exponent in exponents])
            return all_concede(worths, rungs, reservations, held, times)

        return work

    works: dict[str, Callable[[int], Any]] = {
        "boulware against boulware": conceding(4.0, 4.0),
        "linear against conceder": conceding(1.0, 0.25),
        "MiCRO against MiCRO": lambda _: all_step_down(worths, rungs, reservations, ROUNDS, times),
        "ladders sorted": lambda _: ladder(worths),
    }
    took = interleaved(works, REPEATS)
    ladders = took.pop("ladders sorted") / DOMAINS
    lines = []
    for name, seconds in took.items():
        speed = DOMAINS * times / seconds
        fresh = np.median(1.0 / (1.0 / speed + ladders))
        found = f"{spread(speed / 1000, '.0f')} thousand a second; sorting each time anew, {fresh / 1000:.0f}"
        lines.append(Line(name, found, f"≥ {TARGET // 1000} thousand", bool(np.median(speed) >= TARGET)))
    return lines
