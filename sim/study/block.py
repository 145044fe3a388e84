"""What an engine left of some replications, as a batch keeps it: columns, the sets that unlock, and the failures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.chunk import ENDINGS as CODES
from sim.engine.chunk import Chunk, column_names
from sim.scenario.case import Case
from sim.study.summary import ENDINGS

LARGE = ("agreed", "delivered", "declined", "gestures", "violations", "alleged", "released", "returned")
"""Numbers of persons and of violations, which may be large; the others count days, talks and deals."""
_ORDINAL = np.array([ENDINGS.index(word) if word in ENDINGS else 0 for word in CODES], np.int8)
"""[code of an ending in a chunk]: its ordinal from the earliest to the latest point at which a track can stop."""


@dataclass(frozen=True, slots=True)
class Unlocks:
    """The sets of preconditions that would have unlocked an agreement: one entry per run and set."""

    run: NDArray[np.int32]
    """Which of the block's runs, from 0; in order, and within a run by track."""
    which: NDArray[np.int32]
    """Which of `sets`."""
    days: NDArray[np.int32]
    """Days on which the set was minimal."""
    sets: tuple[tuple[str, str], ...]
    """Track, and the members of the set joined by `+`, as the columns of a row name them."""


@dataclass(frozen=True, slots=True)
class Block:
    """Replications `first` … `first + count - 1` of one case."""

    first: int
    count: int
    columns: Mapping[str, NDArray[Any]]
    """By column of the record, without the unlocks: `count` values each; endings as ordinals of `ENDINGS`."""
    unlocks: Unlocks
    failures: Mapping[int, str] = field(default_factory=dict)
    """Replications that came to no result, and why; their cells mean nothing."""


def columns_of(case: Case) -> dict[str, "np.dtype[Any]"]:
    """The columns of a block of a case, in order, with their types."""
    columns = {}
    for name, kind in column_names(case).items():
        small = np.dtype(kind) == np.int64 and name.rpartition(".")[2] not in LARGE
        columns[name] = np.dtype(np.int32) if small else np.dtype(kind)
    return columns


def block_of(chunk: Chunk) -> Block:
    """The block that a chunk makes."""
    columns = {
        name: _ORDINAL[values] if name.endswith(".ending") else np.asarray(values)
        for name, values in chunk.columns.items()
    }
    order = np.lexsort((chunk.unlock_mask, chunk.unlock_track, chunk.unlock_replication))
    found: dict[tuple[int, int], int] = {}
    pairs = zip(chunk.unlock_track[order].tolist(), chunk.unlock_mask[order].tolist(), strict=True)
    which = np.array([found.setdefault(pair, len(found)) for pair in pairs], np.int32)
    names = [chunk.unlock_name(track, mask).split(".unlock.", 1) for track, mask in found]
    return Block(
        first=chunk.first,
        count=chunk.count,
        columns=columns,
        unlocks=Unlocks(
            run=(chunk.unlock_replication[order] - chunk.first).astype(np.int32),
            which=which,
            days=chunk.unlock_days[order].astype(np.int32),
            sets=tuple((track, members) for track, members in names),
        ),
        failures=chunk.failures(),
    )


def joined(blocks: Sequence[Block]) -> Block:
    """Blocks of the same case that follow each other, as one."""
    if len(blocks) == 1:
        return blocks[0]
    sets: dict[tuple[str, str], int] = {}
    runs, which, days = list[NDArray[np.int32]](), list[NDArray[np.int32]](), list[NDArray[np.int32]]()
    for block in blocks:
        number = np.array([sets.setdefault(each, len(sets)) for each in block.unlocks.sets], np.int32)
        runs.append(block.unlocks.run + np.int32(block.first - blocks[0].first))
        which.append(number[block.unlocks.which])
        days.append(block.unlocks.days)
    return Block(
        first=blocks[0].first,
        count=sum(block.count for block in blocks),
        columns={name: np.concatenate([block.columns[name] for block in blocks]) for name in blocks[0].columns},
        unlocks=Unlocks(np.concatenate(runs), np.concatenate(which), np.concatenate(days), tuple(sets)),
        failures={number: reason for block in blocks for number, reason in block.failures.items()},
    )


def all_failed(first: int, count: int, reason: str) -> Block:
    """A block of replications none of which could be run."""
    none = np.zeros(0, np.int32)
    return Block(first, count, {}, Unlocks(none, none, none, ()), dict.fromkeys(range(first, first + count), reason))
