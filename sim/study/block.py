"""What an engine left of some replications, as a batch keeps it: columns, sets that unlock, deals, and failures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.chunk import ENDINGS as CODES
from sim.engine.chunk import FINE, Chunk, column_names
from sim.engine.record import NEVER
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


DEAL_COLUMNS: Mapping[str, "np.dtype[Any]"] = {
    "number": np.dtype(np.int32), "agreed_on": np.dtype(np.int32), "began_on": np.dtype(np.int32),
    "ended_on": np.dtype(np.int32), "ending": np.dtype(np.int8), "truce_days": np.dtype(np.int32),
    "renewals": np.dtype(np.int32), "days_in_force": np.dtype(np.int32), "agreed": np.dtype(np.int64),
    "delivered": np.dtype(np.int64),
}  # fmt: skip
"""The columns of a deal, in order: see docs/reference/results.md."""
WITHOUT_END = -1
"""In place of the days of a truce."""


@dataclass(frozen=True, slots=True)
class DealRows:
    """Every deal of a block: one entry each, by run, track and day of agreement."""

    run: NDArray[np.int32]
    """Which of the block's runs, from 0."""
    track: NDArray[np.int32]
    """Which of `tracks`."""
    columns: Mapping[str, NDArray[Any]]
    """Those of DEAL_COLUMNS; endings as ordinals of `ENDINGS`, a day that never came as NEVER."""
    tracks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Replications `first` … `first + count - 1` of one case."""

    first: int
    count: int
    columns: Mapping[str, NDArray[Any]]
    """By column of the record, without the unlocks: `count` values each; endings as ordinals of `ENDINGS`."""
    unlocks: Unlocks
    deals: DealRows
    failures: Mapping[int, str] = field(default_factory=dict)
    """Replications that came to no result, and why; their cells mean nothing."""


def columns_of(case: Case) -> dict[str, "np.dtype[Any]"]:
    """The columns of a block of a case, in order, with their types."""
    columns = {}
    for name, kind in column_names(case).items():
        small = np.dtype(kind) == np.int64 and name.rpartition(".")[2] not in LARGE
        columns[name] = np.dtype(np.int32) if small else np.dtype(kind)
    return columns


def block_of(chunk: Chunk, case: Case) -> Block:
    """The block that a chunk of a case makes; without deals where the chunk has none."""
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
        deals=_deals_of(chunk, case),
        failures=chunk.failures(),
    )


def _deals_of(chunk: Chunk, case: Case) -> DealRows:
    """The deals of the replications that are fine."""
    if chunk.deals is None:
        return no_deals(chunk.tracks)
    deals = chunk.deals.some(chunk.status[chunk.deals.replication - chunk.first] == FINE)
    ending = _ORDINAL[deals.ending]
    until = np.where(deals.ended_on == NEVER, case.horizon - 1, deals.ended_on)
    lived = (deals.began_on != NEVER) & (ending != ENDINGS.index("never_started"))
    columns = {
        "number": _numbered(deals.replication * len(case.tracks) + deals.track),
        "agreed_on": deals.agreed_on,
        "began_on": deals.began_on,
        "ended_on": deals.ended_on,
        "ending": ending,
        "truce_days": _terms(case, deals.track, deals.outcome),
        "renewals": deals.renewals,
        "days_in_force": np.where(lived, until - deals.began_on, 0),
        "agreed": deals.agreed,
        "delivered": deals.delivered,
    }
    return DealRows(
        run=(deals.replication - chunk.first).astype(np.int32),
        track=deals.track.astype(np.int32),
        columns={name: columns[name].astype(dtype) for name, dtype in DEAL_COLUMNS.items()},
        tracks=chunk.tracks,
    )


def _numbered(groups: NDArray[Any]) -> NDArray[Any]:
    """The place of each entry within its group, from 1; groups stand together."""
    places = np.arange(len(groups))
    begins = np.concatenate([[True], groups[1:] != groups[:-1]])[: len(groups)]
    numbers: NDArray[Any] = 1 + places - np.maximum.accumulate(np.where(begins, places, 0))
    return numbers


def _terms(case: Case, track: NDArray[Any], outcome: NDArray[Any]) -> NDArray[Any]:
    """[deal]: days of the truce as it was agreed, before any renewal; 0 for a deal without a truce."""
    days = np.zeros(len(track), np.int64)
    for ordinal, each in enumerate(case.tracks):
        kinds = [WITHOUT_END if kind.without_end else int(kind.days) for kind in each.space.kinds]
        here = track == ordinal
        days[here] = np.array(kinds)[np.array(each.space.kind_of)[outcome[here]]]
    return days


def no_deals(tracks: tuple[str, ...] = ()) -> DealRows:
    """No deal at all."""
    none = np.zeros(0, np.int32)
    return DealRows(none, none, {name: np.zeros(0, dtype) for name, dtype in DEAL_COLUMNS.items()}, tracks)


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
        deals=_joined_deals(blocks),
        failures={number: reason for block in blocks for number, reason in block.failures.items()},
    )


def _joined_deals(blocks: Sequence[Block]) -> DealRows:
    deals = [block.deals for block in blocks]
    return DealRows(
        run=np.concatenate([block.deals.run + np.int32(block.first - blocks[0].first) for block in blocks]),
        track=np.concatenate([each.track for each in deals]),
        columns={name: np.concatenate([each.columns[name] for each in deals]) for name in DEAL_COLUMNS},
        tracks=deals[0].tracks,
    )


def all_failed(first: int, count: int, reason: str) -> Block:
    """A block of replications none of which could be run."""
    none = np.zeros(0, np.int32)
    unlocks = Unlocks(none, none, none, ())
    return Block(first, count, {}, unlocks, no_deals(), dict.fromkeys(range(first, first + count), reason))
