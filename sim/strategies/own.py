"""A strategy in a file of one's own: run by itself, checked, tried, and only then let in."""

import ast
import functools
import inspect
import math
import re
import sys
import types
from contextlib import redirect_stdout
from importlib.util import decode_source
from pathlib import Path
from typing import NoReturn

from sim.strategies.asking import place_of, said
from sim.strategies.module import Demand, InvalidStrategy, StrategyModule, cite, digest, summarise
from sim.strategies.probation import probation
from sim.strategies.situation import StrategyParameter

RESERVED = ("name", "file", "parameters")
"""Words that a scenario uses beside a strategy's parameters."""


def load(path: Path | str) -> StrategyModule:
    """The strategy in a file of one's own, tried on a grid of situations before it is let in.

    The file must define `demand(situation, parameters)`; `PARAMETERS` (default: none) and `REMEMBERS` (default:
    true, which is always safe) may be left out. It is run as a program, so load only what you trust. A text that
    was loaded from the same path before is neither run nor tried again.

    Raises:
        InvalidStrategy: the file is missing or faulty, or the strategy does not behave (see `probation`).
    """
    path = Path(path)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        raise InvalidStrategy("no such strategy file", str(path)) from None
    except OSError as error:
        raise InvalidStrategy(f"cannot read the strategy file: {error.strerror}", str(path)) from error
    return load_text(path, text)


@functools.lru_cache(maxsize=64)
def load_text(path: Path, text: bytes) -> StrategyModule:
    """The strategy in a text, tried as `load` tries it; the path names it and is not opened.

    Raises:
        InvalidStrategy: the text is faulty, or the strategy does not behave.
    """
    places = _places(path, text)
    namespace = _run(path, text)
    strategy = StrategyModule(
        name=path.stem,
        parameters=_parameters(path, places, namespace),
        remembers=_remembers(path, places, namespace),
        demand=_demand(path, places, namespace),
        summary=summarise(namespace.__doc__),
        source=cite(namespace.__doc__),
        path=path,
        digest=digest(text),
    )
    probation(strategy)
    return strategy


def _places(path: Path, text: bytes) -> dict[str, tuple[int, int]]:
    """Line and column at which the file defines each name (its last definition counts)."""
    try:
        body = ast.parse(decode_source(text), str(path)).body
    except SyntaxError as error:
        message = f"not valid Python: {error.msg}"
        raise InvalidStrategy(message, str(path), error.lineno or 0, error.offset or 0) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise InvalidStrategy(f"not valid Python: {error}", str(path)) from None
    places = {}
    for node in body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        for name in [*names, getattr(node, "name", "")]:
            places[name] = (node.lineno, node.col_offset + 1)
    return places


def _run(path: Path, text: bytes) -> types.ModuleType:
    """Run the file as a module by itself: nothing else sees it, and no compiled copy is left on disk."""
    namespace = types.ModuleType(f"own_strategy_{digest(str(path).encode() + text)}")
    namespace.__file__ = str(path)
    sys.modules[namespace.__name__] = namespace  # a dataclass looks its module up while it is made
    try:
        with redirect_stdout(sys.stderr):
            exec(compile(decode_source(text), str(path), "exec", dont_inherit=True), namespace.__dict__)
    except BaseException as error:
        message = f"running the file raised {said(error)}"
        raise InvalidStrategy(message, str(path), *place_of(error, path)) from error
    finally:
        del sys.modules[namespace.__name__]
    return namespace


def _demand(path: Path, places: dict[str, tuple[int, int]], namespace: types.ModuleType) -> Demand:
    if not hasattr(namespace, "demand"):
        raise InvalidStrategy("defines no function 'demand(situation, parameters)'", str(path))
    demand = namespace.demand
    line, column = places.get("demand", (0, 0))
    if not inspect.isfunction(demand) or inspect.iscoroutinefunction(demand):
        found = "an async one" if inspect.isfunction(demand) else type(demand).__name__
        raise InvalidStrategy(f"'demand' must be a plain function, found {found}", str(path), line, column)
    taken = inspect.signature(demand).parameters.values()
    by_position = [each for each in taken if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    if len(taken) != 2 or len(by_position) != 2:
        message = f"'demand' must take (situation, parameters), found {inspect.signature(demand)}"
        raise InvalidStrategy(message, str(path), line, column)
    checked: Demand = demand
    return checked


def _remembers(path: Path, places: dict[str, tuple[int, int]], namespace: types.ModuleType) -> bool:
    remembers = getattr(namespace, "REMEMBERS", True)
    if not isinstance(remembers, bool):
        message = f"REMEMBERS must be True or False, found {remembers!r}"
        raise InvalidStrategy(message, str(path), *places.get("REMEMBERS", (0, 0)))
    return remembers


def _parameters(
    path: Path, places: dict[str, tuple[int, int]], namespace: types.ModuleType
) -> tuple[StrategyParameter, ...]:
    def refuse(message: str) -> NoReturn:
        raise InvalidStrategy(message, str(path), *places.get("PARAMETERS", (0, 0)))

    declared = getattr(namespace, "PARAMETERS", ())
    if not isinstance(declared, tuple | list):
        refuse(f"PARAMETERS must be a tuple of StrategyParameter, found {type(declared).__name__}")
    seen: list[str] = []
    for parameter in declared:
        if not isinstance(parameter, StrategyParameter):
            refuse(f"PARAMETERS must hold StrategyParameter only, found {parameter!r}")
        fault = fault_of(parameter, seen)
        if fault:
            refuse(fault)
        seen.append(parameter.name)
    return tuple(declared)


def fault_of(parameter: StrategyParameter, seen: list[str]) -> str:
    """What is wrong with a parameter, after the names that were seen before it; empty where nothing is."""
    name = parameter.name
    if not isinstance(name, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", name) or name in RESERVED:
        return (
            f"a parameter's name must be lower-case letters, digits and underscores, and none of "
            f"{', '.join(RESERVED)}; found {name!r}"
        )
    if name in seen:
        return f"parameter '{name}' is declared twice"
    values = (parameter.low, parameter.middle, parameter.high)
    if not all(isinstance(value, int | float) and math.isfinite(value) for value in values):
        return f"parameter '{name}' needs finite numbers for low, middle and high, found {values}"
    if not parameter.low <= parameter.middle <= parameter.high:
        return f"parameter '{name}' needs low <= middle <= high, found {values}"
    if not (parameter.admits(parameter.low) and parameter.admits(parameter.high)):
        return f"parameter '{name}' does not admit its own range {values}"
    return ""
