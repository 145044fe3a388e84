"""Many replications of a case at once, on compiled code: the same rows as the Mesa engine, to the last bit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy

from sim.engine import compiling
from sim.engine.chunk import Chunk, Column, Days, column_names, deals_of, unlockers
from sim.engine.loop.deal import DEAL_INTEGERS
from sim.engine.loop.laying_out import Plan, lay_out
from sim.engine.loop.layout import Slot
from sim.engine.loop.working import BINS, Worker
from sim.scenario.case import Case

NotCompilable = compiling.NotCompilable


@dataclass(frozen=True, slots=True)
class Given:
    """Parameters that are set anew for every replication, in place of what would be drawn."""

    places: tuple[int, ...]
    """Of the parameters, in the case."""
    values: Column
    """[replication, parameter]; counts of persons are rounded."""


@dataclass(frozen=True, slots=True)
class Points:
    """What the replications of some points left."""

    columns: dict[str, Column]
    """By name, as in a chunk: [point, replication]."""
    status: Column
    """[point, replication], as in a chunk."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case that is ready to run: laid out, and compiled."""

    case: Case
    plan: Plan
    addresses: tuple[int, ...]
    """Of the strategies, in the order of the plan."""
    engine: compiling.Engine


def prepare(case: Case) -> Prepared:
    """Lay a case out and compile what it needs, or find it in the cache; says so if that takes a while.

    Raises:
        NotCompilable: it cannot run compiled, and why: a user's strategy (file, line), or no compiler for this
            Python. It can still run on the Mesa engine.
    """
    plan = lay_out(case)
    return Prepared(case, plan, compiling.compile_strategies(plan.strategies), compiling.compile_engine())


def run_chunk(
    case: Case | Prepared,
    seed: int,
    first: int,
    count: int,
    *,
    central: bool = False,
    days: bool = False,
    parameters: bool = False,
) -> Chunk:
    """Run replications `first … first + count - 1`; other threads run on meanwhile.

    Args:
        case: the case, best `prepare`d once for all chunks.
        seed: of every draw, 0 or more.
        first: number of the first replication.
        count: how many, at least 1.
        central: hold uncertain parameters at their middle.
        days: keep what happened day by day, over all replications.
        parameters: keep what was drawn for uncertain values.

    Raises:
        NotCompilable: see `prepare`.
        ValueError: fewer than one replication.
    """
    if count < 1:
        raise ValueError(f"a chunk needs at least 1 replication, not {count}")
    prepared = case if isinstance(case, Prepared) else prepare(case)
    wanted = {"central": central, "days": days, "parameters": parameters}
    options = {name for name, value in wanted.items() if value}
    worker = Worker(prepared.plan, prepared.case, list(prepared.addresses), seed, count, options)
    return _run(prepared, worker, seed, first, count, options)


def run_deals(case: Prepared, seed: int, first: int, count: int, *, central: bool = False) -> Chunk:
    """Run replications as `run_chunk` does, and keep every deal."""
    options = {"deals", "central"} if central else {"deals"}
    worker = Worker(case.plan, case.case, list(case.addresses), seed, count, options)
    return _run(case, worker, seed, first, count, options)


def run_given(case: Prepared, seed: int, first: int, given: Given) -> Chunk:
    """Run a replication for every row of given parameters, `first` and on, and keep every deal.

    What is not given is drawn. The chunk has `parameters` and `deals`.

    Args:
        case: the case, prepared.
        seed: of every draw, 0 or more.
        first: number of the first replication.
        given: at least one row of values; without any parameter, all are drawn.

    Raises:
        ValueError: no row.
    """
    count = len(given.values)
    if count < 1:
        raise ValueError("no replication has its parameters given")
    options = {"parameters", "deals"}
    worker = Worker(case.plan, case.case, list(case.addresses), seed, count, options)
    worker.give(given.places, given.values)
    return _run(case, worker, seed, first, count, options)


def run_points(case: Prepared, seed: int, firsts: Sequence[int], each: int, given: Given) -> Points:
    """Run a few replications at every point, a row of given parameters; points may share their replications.

    Points that begin with the same replication meet the same luck: what differs between them is owed to the parameters.

    Args:
        case: the case, prepared.
        seed: of every draw, 0 or more.
        firsts: of each point, the number of its first replication.
        each: replications of a point, at least 1.
        given: a row for each point; what is not given is drawn.

    Raises:
        ValueError: no point, or no replication.
    """
    if len(firsts) < 1 or each < 1:
        raise ValueError(f"{len(firsts)} points of {each} replications are nothing to run")
    worker = Worker(case.plan, case.case, list(case.addresses), seed, len(firsts) * each, set())
    worker.give(given.places, numpy.repeat(given.values, each, axis=0))
    worker.arrays[Slot.CODE] = case.engine.code
    worker.open()
    for point, first in enumerate(firsts):
        done = 0
        while done < each:
            worker.run["offset"] = point * each + done
            worker.run["unlocks"] = worker.run["deals"] = 0
            done += case.engine.run(worker.book, first + done, each - done)
    columns, status = _columns(case.case, worker, len(firsts) * each)
    return Points({name: column.reshape(-1, each) for name, column in columns.items()}, status.reshape(-1, each))


def _run(prepared: Prepared, worker: Worker, seed: int, first: int, count: int, options: set[str]) -> Chunk:
    worker.arrays[Slot.CODE] = prepared.engine.code
    worker.open()
    unlocks, deals = _run_all(prepared.engine, worker, first, count)
    chunk = _chunk(prepared, worker, unlocks, seed, first, count, options)
    return replace(chunk, deals=deals_of(deals)) if "deals" in options else chunk


def _run_all(engine: compiling.Engine, worker: Worker, first: int, count: int) -> tuple[Column, Column]:
    """Run all replications, emptying the room for unlocks and deals whenever it is full; returns both."""
    unlocks, deals, done = [], [], 0
    of_unlocks = worker.arrays[Slot.ROW_UNLOCKS].reshape(-1, 4)
    of_deals = worker.arrays[Slot.ROW_DEALS].reshape(-1, DEAL_INTEGERS + int(worker.run["parties"]))
    while done < count:
        worker.run["offset"] = done
        worker.run["unlocks"] = worker.run["deals"] = 0
        done += engine.run(worker.book, first + done, count - done)
        unlocks.append(of_unlocks[: worker.run["unlocks"]].copy())
        deals.append(of_deals[: worker.run["deals"]].copy())
    return numpy.concatenate(unlocks), numpy.concatenate(deals)


def _chunk(
    prepared: Prepared, worker: Worker, unlocks: Column, seed: int, first: int, count: int, options: set[str]
) -> Chunk:
    case, arrays = prepared.case, worker.arrays
    columns, status = _columns(case, worker, count)
    uncertain = tuple(parameter.path for parameter in case.parameters if parameter.value.uncertain)
    wanted = "parameters" in options
    return Chunk(
        case=case.name,
        digest=case.digest,
        seed=seed,
        first=first,
        count=count,
        central="central" in options,
        columns=columns,
        status=status,
        happened=arrays[Slot.ROW_HAPPENED],
        unlock_replication=unlocks[:, 0],
        unlock_track=unlocks[:, 1],
        unlock_mask=unlocks[:, 2],
        unlock_days=unlocks[:, 3],
        unlock_names=unlockers(case),
        tracks=tuple(track.name for track in case.tracks),
        parameter_paths=uncertain if wanted else (),
        parameters=arrays[Slot.ROW_PARAMETERS].reshape(count, -1) if wanted else None,
        days=_days(case, worker, count) if "days" in options else None,
    )


def _columns(case: Case, worker: Worker, count: int) -> tuple[dict[str, Column], Column]:
    """The columns of the rows that a worker holds, and the status of each row."""
    integers = worker.arrays[Slot.ROW_INTEGERS].reshape(count, -1)
    numbers = worker.arrays[Slot.ROW_NUMBERS].reshape(count, -1)
    columns, at = {}, {"i": 0, "f": 0}
    for name, kind in column_names(case).items():
        source = numbers if kind == "f8" else integers
        columns[name] = source[:, at[kind[0]]].astype(kind)
        at[kind[0]] += 1
    return columns, integers[:, -1].astype("i1")


def _days(case: Case, worker: Worker, count: int) -> Days:
    parties = [party.name for party in case.parties]
    names = [f"{party}.weariness" for party in parties] + [f"{party}.strength" for party in parties]
    names += [f"{party}.trust.{other}" for party in parties for other in parties]
    kept = [place for place, name in enumerate(names) if name.split(".")[0] != name.split(".")[-1]]
    arrays, days = worker.arrays, case.horizon
    return Days(
        replications=count,
        phases=arrays[Slot.DAY_PHASES].reshape(days, len(case.tracks), 6),
        names=tuple(names[place] for place in kept),
        sums=arrays[Slot.DAY_SUMS].reshape(days, len(names))[:, kept],
        bins=arrays[Slot.DAY_LEVELS].reshape(days, len(names), BINS)[:, kept],
        parties=tuple(parties),
        ledgers=arrays[Slot.DAY_LEDGERS].reshape(days, len(parties)),
    )
