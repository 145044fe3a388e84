"""Calibration: which values of assumed parameters let the simulation come close to what was observed.

Priors are the assumed ranges, statistics are compared in the scales that a file gives them, and every particle is
simulated by the compiled engine, all other uncertain values drawn as ever. What comes out are ranges, a variant of the
scenario that has them, and what they predict for days that were not fitted.
"""

import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from sim.engine.chunk import FINE, Chunk
from sim.engine.compiled import Given, Prepared, prepare, run_given
from sim.study.abc_sampling import Array, Effort, Posterior, Round, Target, resampled, sample
from sim.study.calibrate_file import Calibration
from sim.study.calibrate_statistics import exchange_statistics, exchanges_of, hazard, hazard_of, truces_of

ROWS = 2000
"""Replications that are run at once."""
SHARES = (0.05, 0.5, 0.95)
"""Quantiles that a calibrated range is made of."""
AFRESH = 1 << 40
"""Number of the first replication of a prediction: far from all that were fitted."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What a calibration found."""

    asked: Calibration
    posterior: Posterior
    predictions: tuple[Array, ...]
    """By window, [draw, statistic]: what particles of the posterior, simulated anew, come to."""

    @property
    def names(self) -> list[str]:
        """The statistics."""
        return list(self.asked.asked.statistics)

    def range_of(self, parameter: int) -> tuple[float, float, float]:
        """Quantiles .05, .5 and .95 of a parameter, to four digits."""
        low, middle, high = (float(f"{self.posterior.particles.quantile(parameter, s):.4g}") for s in SHARES)
        return low, middle, high


class Simulator:
    """Simulates particles: from parameters to statistics of the fitted days or of another window."""

    def __init__(self, asked: Calibration, prepared: Prepared, jobs: int) -> None:
        self.asked, self.prepared, self.jobs = asked, prepared, jobs
        self.replications = asked.asked.replications

    def __call__(self, values: Array, number: int) -> Array:
        """Statistics of the fitted days, [particle, statistic]; `number` is that of the first particle."""
        return self.over(values, number * self.replications, 1)[0]

    def over(self, values: Array, first: int, windows: int) -> tuple[Array, ...]:
        """Statistics over the first so many windows, of particles whose replications begin at `first`."""
        step = max(1, ROWS // self.replications)
        blocks = [(values[at : at + step], first + at * self.replications) for at in range(0, len(values), step)]
        with ThreadPoolExecutor(self.jobs) as pool:
            parts = list(pool.map(lambda block: self._block(block[0], block[1], windows), blocks))
        return tuple(numpy.concatenate([part[window] for part in parts]) for window in range(windows))

    def _block(self, values: Array, first: int, windows: int) -> list[Array]:
        each = numpy.repeat(values, self.replications, axis=0)
        chunk = run_given(self.prepared, self.asked.asked.seed, first, Given(self.asked.places, each))
        rows = [list(self._particles(chunk, window)) for window in range(windows)]
        return [numpy.array(row, float).reshape(len(values), -1) for row in rows]

    def _particles(self, chunk: Chunk, window: int) -> Iterator[list[float]]:
        """The statistics of each particle, in the order of the file; none of one with a failed replication."""
        asked, deals = self.asked, chunk.deals
        assert deals is not None
        names = list(asked.asked.statistics)
        of_exchanges = [name for name in names if hazard_of(name) is None]
        exchanges = exchanges_of(deals, asked.track, asked.other).within(asked.windows[window])
        for first in range(chunk.first, chunk.first + chunk.count, self.replications):
            last = first + self.replications
            if numpy.any(chunk.status[first - chunk.first : last - chunk.first] != FINE):
                yield [numpy.nan] * len(names)
                continue
            known: dict[str, float] = {}
            if of_exchanges:
                begin, end = numpy.searchsorted(exchanges.history, (first, last))
                mine = exchanges.taken(slice(begin, end))
                known = dict(zip(of_exchanges, exchange_statistics(of_exchanges, mine), strict=True))
            if len(of_exchanges) < len(names):
                known |= self._hazards(chunk, first, last)
            yield [known[name] for name in names]

    def _hazards(self, chunk: Chunk, first: int, last: int) -> dict[str, float]:
        assert chunk.deals is not None
        begin, end = (int(at) for at in numpy.searchsorted(chunk.deals.replication, (first, last)))
        truces = truces_of(chunk.deals.between(begin, end), self.asked.track, self.asked.case.horizon)
        ages = {name: hazard_of(name) for name in self.asked.asked.statistics}
        return {name: hazard(truces, *each) for name, each in ages.items() if each is not None}


def calibrate(asked: Calibration, jobs: int, told: Callable[[Round], None] = lambda done: None) -> Calibrated:
    """Find the posterior distribution, approximately, and what it predicts.

    Args:
        asked: the calibration file, checked.
        jobs: threads.
        told: told of each round when it is done.

    Raises:
        NotCompilable: the scenario cannot run compiled.
        TooFewParticles: the priors hardly ever give every statistic.
    """
    simulator = Simulator(asked, prepare(asked.case), jobs)
    file = asked.asked
    scales = numpy.array([statistic.scale for statistic in file.statistics.values()])
    target = Target(numpy.array(asked.observed[0]), scales)
    effort = Effort(file.first, file.kept, file.rounds, file.least_new, file.seed)
    posterior = sample(simulator, asked.priors, target, effort, told)
    values = resampled(posterior.particles, file.predictions, file.seed)
    return Calibrated(asked, posterior, simulator.over(values, AFRESH, len(asked.windows)))


def variant_of(found: Calibrated, folder: Path) -> dict[str, Any]:
    """A variant of the scenario, to stand in a folder, with the calibrated ranges in the place of the assumed ones."""
    asked = found.asked
    base = Path(os.path.relpath(asked.scenario.resolve(), folder.resolve())).as_posix()
    variant: dict[str, Any] = {
        "extends": base,
        "title": f"{asked.case.title}, calibrated",
        "about": about_of(found),
    }
    for place, path in enumerate(asked.paths):
        node = variant
        *above, last = path.split(".")
        for key in above:
            node = node.setdefault(key, {})
        node[last] = {"calibrated": list(found.range_of(place)), "to": DoubleQuotedScalarString(asked.asked.fitted_to)}
    return variant


def about_of(found: Calibrated) -> str:
    """What a calibrated variant is, in words."""
    rounds, kept = found.posterior.rounds, found.posterior.particles
    title = re.sub(r"\s+", " ", found.asked.asked.calibration)
    return (
        f"{title}. Ranges are the quantiles .05, .5 and .95 of {len(kept.weights):,} weighted particles, of "
        f"{rounds[-1].tried:,} tried, by approximate Bayesian computation ({found.asked.file.name}). "
        f"How the parameters hang together is lost in them. An illustration under stated assumptions, not a forecast."
    )
