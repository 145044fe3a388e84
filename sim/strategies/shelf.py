"""The shelf of strategies, one file each and found by itself, and the door for a file of one's own."""

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import sim.strategies
from sim.strategies.module import InvalidStrategy, StrategyModule, cite, digest, summarise
from sim.strategies.own import load

MACHINERY = ("asking", "curves", "module", "own", "probation", "shelf", "situation")
"""Modules of this room that are not strategies."""

__all__ = ["InvalidStrategy", "StrategyModule", "find", "load", "shelf"]


def shelf() -> tuple[str, ...]:
    """The names of the strategies on the shelf, in alphabetical order."""
    names = (module.name for module in pkgutil.iter_modules(sim.strategies.__path__))
    return tuple(sorted(name for name in names if name not in MACHINERY))


@functools.cache
def find(name: str) -> StrategyModule:
    """The strategy of a name on the shelf.

    Raises:
        InvalidStrategy: nothing on the shelf has that name.

    >>> find("boulware").parameters[0].name
    'exponent'
    """
    names = shelf()
    if name not in names:
        raise InvalidStrategy(_unknown(name, names))
    module = importlib.import_module(f"sim.strategies.{name}")
    path = Path(inspect.getfile(module))
    return StrategyModule(
        name=name,
        parameters=module.PARAMETERS,
        remembers=module.REMEMBERS,
        demand=module.demand,
        summary=summarise(module.__doc__),
        source=cite(module.__doc__),
        path=path,
        digest=digest(path.read_bytes()),
    )


def _unknown(name: str, names: Sequence[str]) -> str:
    if name.endswith(".py"):
        return f"unknown strategy '{name}'; for a file of your own write {{file: {name}}}"
    close = get_close_matches(name, names, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"the shelf has {', '.join(names)}"
    return f"unknown strategy '{name}'; {hint}"
