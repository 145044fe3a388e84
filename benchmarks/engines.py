"""What a run costs on each engine, per core; what Mesa itself costs; and how far the compiled rounds are from C."""

import importlib
import sys
import types
from typing import Any

import numpy as np

from benchmarks import rounds
from benchmarks.timing import FLAGSHIP, REPEATS, ROOT, Line, at_least, at_most, interleaved, spread
from sim.engine import compiled, model
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

SEED = 1


def measure(quick: bool) -> list[Line]:
    """The flagship on every engine, and rounds of talks against C."""
    case = compile_case(read(ROOT / FLAGSHIP))
    return [*_engines(case, 2 if quick else 12, 500 if quick else 10_000), *_rounds(300 if quick else 5_000)]


def _engines(case: Case, few: int, many: int) -> list[Line]:
    prepared, plain = compiled.prepare(case), without_mesa()

    def runs(engine: Any, repeat: int, logs: bool) -> None:
        for replication in range(repeat * few, (repeat + 1) * few):
            engine.run(case, SEED, replication, logs=logs)

    took = interleaved(
        {
            "Mesa": lambda repeat: runs(model, repeat, logs=False),
            "plain": lambda repeat: runs(plain, repeat, logs=False),
            "told": lambda repeat: runs(model, repeat, logs=True),
            "compiled": lambda repeat: compiled.run_chunk(prepared, SEED, repeat * many, many),
        }
    )
    mesa, fast = took["Mesa"] / few, took["compiled"] / many
    each = f"; {np.median(mesa) * 1e3:.1f} ms a run against {np.median(fast) * 1e3:.3f} ms"
    return [
        at_least("flagship: Mesa engine over compiled engine", mesa / fast, 300, each, ".0f"),
        at_most("Mesa engine over the same agents as plain objects", took["Mesa"] / took["plain"], 2),
        Line("the same with the log and the table of days", f"{spread(took['told'] / took['plain'])}×"),
    ]


def _rounds(count: int) -> list[Line]:
    what, target = "rounds of talks: speed of the compiled engine as a share of C's, worths worked out each day", 0.8
    libraries = {"each day": rounds.build("-DEACH_DAY"), "once": rounds.build()}
    prepared = compiled.prepare(compile_case(read(rounds.HERE / "rounds.yaml")))
    chunk = compiled.run_chunk(prepared, SEED, 0, count)
    by_hand = {}
    for name, library in libraries.items():
        if library is None:
            return [Line(what, "there is no C compiler", f"≥ {target:g}×")]
        by_hand[name] = rounds.by_hand(library, prepared, SEED, count)
        unequal = rounds.differences(prepared.case, chunk, by_hand[name].run())
        if unequal:
            raise SystemExit(f"the engine and C differ: {unequal}")
    took = interleaved(
        {
            "each day": lambda _: by_hand["each day"].run(),
            "once": lambda _: by_hand["once"].run(),
            "compiled": lambda _: compiled.run_chunk(prepared, SEED, 0, count),
        },
        2 * REPEATS,
    )
    each = f"; {np.median(took['each day']) / count * 1e6:.0f} µs a run in C; {count:,} rows equal to the last bit"
    once = took["once"] / took["compiled"]
    known = f"{spread(once)}×; {np.median(took['once']) / count * 1e6:.0f} µs a run in C"
    return [
        at_least(what, took["each day"] / took["compiled"], target, each),
        Line("the same against C that knows that they never change", known),
    ]


def without_mesa() -> types.ModuleType:
    """The Mesa engine without Mesa: its own text, imported a second time over plain objects.

    Agents and model are the same classes with the same methods, driven by the same loop over days. What is missing is
    what Mesa does: registers agents, keeps their number, wraps each step, keeps its own clock, random generators and
    data collector.
    """
    mesa, collection = types.ModuleType("mesa"), types.ModuleType("mesa.datacollection")
    mesa.Model, mesa.Agent, collection.DataCollector = PlainModel, PlainAgent, PlainCollector  # type: ignore[attr-defined]
    aside = {name: found for name, found in sys.modules.items() if name.startswith(("mesa", "sim.engine"))}
    package = importlib.import_module("sim")
    for name in aside:
        del sys.modules[name]
    sys.modules |= {"mesa": mesa, "mesa.datacollection": collection}
    try:
        return importlib.import_module("sim.engine.model")
    finally:
        for name in [name for name in sys.modules if name.startswith(("mesa", "sim.engine"))]:
            del sys.modules[name]
        sys.modules |= aside
        package.engine = aside["sim.engine"]  # type: ignore[attr-defined]


class PlainModel:
    """Stands for `mesa.Model`."""

    def __init__(self, rng: int) -> None:
        self.rng = rng
        self.running = True


class PlainAgent:
    """Stands for `mesa.Agent`."""

    def __init__(self, model: Any) -> None:
        self.model = model


class PlainCollector:
    """Stands for `mesa.datacollection.DataCollector`."""

    def __init__(self, model_reporters: dict[str, Any]) -> None:
        self.model_reporters = model_reporters
