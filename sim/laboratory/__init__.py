"""The laboratory from Python: what the commands do, as functions of objects that can be looked at.

Nothing is printed, and nothing is written unless a place is named. What the commands tell whoever waits goes to the
logger `sim`. Errors are those of the commands, with the same words.
"""

from sim.laboratory.answers import (
    Comparison,
    Explanation,
    Sensitivity,
    Survival,
    compare,
    explain,
    sensitivity,
    survival,
)
from sim.laboratory.pictures import plot
from sim.laboratory.results import Batch, Run, batch, reopen, run
from sim.laboratory.scenario import Scenario, load

__all__ = [
    "Batch",
    "Comparison",
    "Explanation",
    "Run",
    "Scenario",
    "Sensitivity",
    "Survival",
    "batch",
    "compare",
    "explain",
    "load",
    "plot",
    "reopen",
    "run",
    "sensitivity",
    "survival",
]
