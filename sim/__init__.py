"""Parley: a laboratory for negotiation between parties at war.

The names of `sim.laboratory` can be had from here; they are loaded when they are first asked for, so that a module
of the package, or the command's help, is there at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.laboratory import (
        Batch,
        Comparison,
        Explanation,
        Run,
        Scenario,
        Sensitivity,
        Survival,
        batch,
        compare,
        explain,
        load,
        plot,
        reopen,
        run,
        sensitivity,
        survival,
    )

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


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("sim.laboratory"), name)
    raise AttributeError(f"module 'sim' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
