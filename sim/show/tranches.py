"""Runs of tranches: a step that is handed over bit by bit is told once, with its total."""

from collections.abc import Iterable

from sim.engine import log

FEWEST = 3
"""Tranches from which they are told as a run."""

Tranche = tuple[int, log.Delivered]
"""Place in the log, and what was handed over there."""


def runs_of(entries: Iterable[log.Entry]) -> list[list[Tranche]]:
    """The deliveries of each step that came tranche after tranche, FEWEST of them or more, in order of the log.

    A run ends where a tranche is withheld, and with the deal.
    """
    open_runs: dict[tuple[str, str], list[Tranche]] = {}
    runs: list[list[Tranche]] = []
    for place, entry in enumerate(entries):
        match entry:
            case log.Withheld():
                open_runs.pop((entry.track, entry.step), None)
            case log.DealBegan() | log.DealEnded():
                open_runs = {key: run for key, run in open_runs.items() if key[0] != entry.track}
            case log.Delivered():
                key = (entry.track, entry.step)
                run = open_runs.get(key)
                if run is None or entry.tranche not in (run[-1][1].tranche, run[-1][1].tranche + 1):
                    run = open_runs[key] = []
                    runs.append(run)
                run.append((place, entry))
    return [run for run in runs if count(run) >= FEWEST]


def count(run: Iterable[Tranche]) -> int:
    """How many tranches a run has."""
    return len({entry.tranche for _, entry in run})
