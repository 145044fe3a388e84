"""The tables of a batch: Parquet files, one of each table for every chunk.

`runs/000000.parquet` has one row a run, `unlocks/000000.parquet` the sets of preconditions that would have unlocked an
agreement, `deals/000000.parquet` one row a deal, and `receipts/000000.json`, which is written last, says that they are
there and what they hold. A chunk is done if its receipt is there and the files are what it says. What stands in the
files depends on the batch alone: not on the time, the machine, or how many worked on it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.study.block import DEAL_COLUMNS, Block
from sim.study.landing import land, left_over
from sim.study.plan import FORMAT, Leg, Task
from sim.study.summary import ENDINGS

RUNS, UNLOCKS, DEALS, RECEIPTS = "runs", "unlocks", "deals", "receipts"
TABLES = (RUNS, UNLOCKS, DEALS)
COMPRESSION = "zstd"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a finished chunk holds."""

    batch: str
    """Identity of the batch."""
    chunk: int
    runs: int
    failed: int
    bytes: int
    """Of its files together."""
    hashes: Mapping[str, str]
    """By table: hash of its file."""


class Piece(NamedTuple):
    """What became of one leg of a chunk."""

    leg: Leg
    digest: str
    """Of the resolved scenario."""
    block: Block


class Standing(NamedTuple):
    """How far a batch is."""

    done: dict[int, Receipt]
    damaged: dict[int, str]
    """Chunks that are there and are not what their receipt says, and why."""


def file_of(folder: Path, table: str, chunk: int) -> Path:
    """Where a chunk's part of a table stands."""
    return folder / table / f"{chunk:06d}{'.json' if table == RECEIPTS else '.parquet'}"


def make_room(folder: Path) -> None:
    """Make the folders of the tables.

    Raises:
        OSError: the place cannot be written.
    """
    for table in (*TABLES, RECEIPTS):
        (folder / table).mkdir(parents=True, exist_ok=True)


def write_chunk(folder: Path, task: Task, pieces: Sequence[Piece]) -> Receipt:
    """Keep a chunk: its runs, its unlocks, its deals, and last its receipt.

    Raises:
        OSError: the place cannot be written; the chunk is not done.
    """
    tables = {RUNS: _runs(task, pieces)}
    if task.keeps_unlocks:
        tables[UNLOCKS] = _unlocks(pieces)
    if task.keeps_deals:
        tables[DEALS] = _deals(pieces)
    hashes, size = {}, 0
    for name, table in tables.items():
        data = _parquet(table, {"format": FORMAT, "batch": task.batch, "chunk": task.number})
        land(file_of(folder, name, task.number), data)
        hashes[name] = _hash(data)
        size += len(data)
    failed = sum(len(piece.block.failures) for piece in pieces)
    receipt = Receipt(task.batch, task.number, task.runs, failed, size, hashes)
    land(file_of(folder, RECEIPTS, task.number), (json.dumps(asdict(receipt)) + "\n").encode())
    return receipt


def is_done(folder: Path, chunk: int) -> bool:
    """Whether a chunk has a receipt, without a look at what it says."""
    return file_of(folder, RECEIPTS, chunk).is_file()


def standing_of(folder: Path, chunk: int, batch: str) -> Receipt | None:
    """The receipt of a chunk that is whole; None where it is not."""
    try:
        return _checked(folder, chunk, batch)
    except (OSError, ValueError, TypeError):
        return None


def standing(folder: Path, batch: str) -> Standing:
    """Look at everything that is there of a batch, and whether it is what was written."""
    done: dict[int, Receipt] = {}
    damaged: dict[int, str] = {}
    for path in sorted((folder / RECEIPTS).glob("*.json")):
        number = int(path.stem)
        try:
            done[number] = _checked(folder, number, batch)
        except (OSError, ValueError, TypeError, KeyError) as error:
            damaged[number] = str(error)
    return Standing(done, damaged)


def read_receipts(folder: Path) -> list[Receipt]:
    """The receipts that can be read, without a look at the tables."""
    found = []
    for path in sorted((folder / RECEIPTS).glob("*.json")):
        try:
            found.append(Receipt(**json.loads(path.read_bytes())))
        except (OSError, ValueError, TypeError):
            continue
    return found


def _checked(folder: Path, number: int, batch: str) -> Receipt:
    receipt = Receipt(**json.loads(file_of(folder, RECEIPTS, number).read_bytes()))
    if (receipt.batch, receipt.chunk) != (batch, number):
        raise ValueError("its receipt is that of another")
    for table, known in receipt.hashes.items():
        path = file_of(folder, table, number)
        if not path.is_file():
            raise ValueError(f"'{path}' is missing")
        if _hash(path.read_bytes()) != known:
            raise ValueError(f"'{path}' is not what was written")
    return receipt


def discard(folder: Path, chunk: int) -> None:
    """Take a damaged chunk away, receipt first, so that it will be computed again."""
    for table in (RECEIPTS, *TABLES):
        file_of(folder, table, chunk).unlink(missing_ok=True)


def sweep_up(folder: Path) -> None:
    """Take away what killed writers left of chunks that are done."""
    for table in (*TABLES, RECEIPTS):
        for path in left_over(folder / table):
            number = path.name.split(".")[1]
            if number.isdigit() and is_done(folder, int(number)):
                path.unlink(missing_ok=True)


# Tables as Parquet ----------------------------------------------------------------------------------------------


def _runs(task: Task, pieces: Sequence[Piece]) -> pa.Table:
    columns: dict[str, pa.Array] = {
        "scenario": _words([(task.bases[leg.point.base].scenario, leg.count) for leg, _, _ in pieces]),
        "variant": _words([(task.bases[leg.point.base].variant, leg.count) for leg, _, _ in pieces]),
    }
    for at, path in enumerate(task.factors):
        values = [(leg.point.settings[at], leg.count) for leg, _, _ in pieces]
        columns[path] = _words([(_text(v), n) for v, n in values]) if path in task.texts else _numbers(values)
    columns["point"] = _column(_repeated([(leg.point.number, leg.count) for leg, _, _ in pieces], np.int32))
    columns["digest"] = _words([(digest, leg.count) for leg, digest, _ in pieces])
    columns["seed"] = _column(np.full(task.runs, task.seed, np.int64))
    columns["replication"] = _column(np.concatenate([_replications(leg) for leg, _, _ in pieces]))
    reasons = [piece.block.failures.get(int(number)) for piece in pieces for number in _replications(piece.leg)]
    columns["failed"] = _remarks(reasons)
    columns["replay"] = _remarks(_replays(task, pieces))
    failed = np.array([reason is not None for reason in reasons])
    for name, dtype in task.columns.items():
        columns[name] = _outcome(name, dtype, pieces, failed)
    return pa.table(columns)


def _replays(task: Task, pieces: Sequence[Piece]) -> list[str | None]:
    return [
        task.replay(leg, int(number)) if int(number) in block.failures else None
        for leg, _, block in pieces
        for number in _replications(leg)
    ]


def _outcome(name: str, dtype: "np.dtype[Any]", pieces: Sequence[Piece], failed: NDArray[np.bool_]) -> pa.Array:
    """A column over all pieces; nothing stands where a run failed, or where a scenario has no such column."""
    parts, lacking = [], []
    for leg, _, block in pieces:
        found = block.columns.get(name)
        parts.append(np.zeros(leg.count, dtype) if found is None else found.astype(dtype, copy=False))
        lacking.append(np.full(leg.count, found is None))
    values, mask = np.concatenate(parts), np.concatenate(lacking) | failed
    array = pa.array(values, mask=mask) if mask.any() else _column(values)
    if name.endswith(".ending"):
        return pa.DictionaryArray.from_arrays(array, _texts(ENDINGS))
    return array


def _unlocks(pieces: Sequence[Piece]) -> pa.Table:
    columns: dict[str, list[NDArray[Any]]] = {"point": [], "replication": [], "which": [], "days": []}
    sets: dict[tuple[str, str], int] = {}
    for leg, _, block in pieces:
        unlocks = block.unlocks
        number = np.array([sets.setdefault(each, len(sets)) for each in unlocks.sets], np.int32)
        columns["point"].append(np.full(len(unlocks.run), leg.point.number, np.int32))
        columns["replication"].append(leg.first + unlocks.run.astype(np.int64))
        columns["which"].append(number[unlocks.which] if len(number) else unlocks.which)
        columns["days"].append(unlocks.days)
    found = {name: np.concatenate(parts) for name, parts in columns.items()}
    tracks = list(dict.fromkeys(track for track, _ in sets))
    members = list(dict.fromkeys(conditions for _, conditions in sets))
    track_of = np.array([tracks.index(track) for track, _ in sets], np.int32)
    members_of = np.array([members.index(conditions) for _, conditions in sets], np.int32)
    which = found["which"]
    return pa.table({
        "point": _column(found["point"]),
        "replication": _column(found["replication"]),
        "track": _coded(track_of[which] if sets else which, tracks),
        "conditions": _coded(members_of[which] if sets else which, members),
        "days": _column(found["days"]),
    })  # fmt: skip


def _deals(pieces: Sequence[Piece]) -> pa.Table:
    tracks = list(dict.fromkeys(track for piece in pieces for track in piece.block.deals.tracks))
    points, replications, where = list[NDArray[Any]](), list[NDArray[Any]](), list[NDArray[Any]]()
    for leg, _, block in pieces:
        deals = block.deals
        points.append(np.full(len(deals.run), leg.point.number, np.int32))
        replications.append(leg.first + deals.run.astype(np.int64))
        where.append(np.array([tracks.index(track) for track in deals.tracks], np.int32)[deals.track])
    columns: dict[str, pa.Array] = {
        "point": pa.array(np.concatenate(points)),
        "replication": pa.array(np.concatenate(replications)),
        "track": _coded(np.concatenate(where), tracks),
    }
    for name in DEAL_COLUMNS:
        columns[name] = pa.array(np.concatenate([block.deals.columns[name] for _, _, block in pieces]))
    columns["ending"] = pa.DictionaryArray.from_arrays(columns["ending"], pa.array(ENDINGS))
    return pa.table(columns)


def _replications(leg: Leg) -> NDArray[np.int64]:
    return np.arange(leg.first, leg.first + leg.count, dtype=np.int64)


def _repeated(values: Sequence[tuple[Any, int]], dtype: Any) -> NDArray[Any]:
    return np.repeat(np.array([value for value, _ in values], dtype), [count for _, count in values])


def _numbers(values: Sequence[tuple[Any, int]]) -> pa.Array:
    return _column(_repeated(values, np.float64))


def _words(values: Sequence[tuple[str, int]]) -> pa.Array:
    words = list(dict.fromkeys(word for word, _ in values))
    return _coded(_repeated([(words.index(word), count) for word, count in values], np.int32), words)


def _coded(codes: NDArray[np.int32], words: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(_column(codes.astype(np.int32)), _texts(words))


def _column(values: NDArray[Any]) -> pa.Array:
    """Numbers as they lie in memory. `pa.array` gives the same, and imports pandas to see whether it was given any."""
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values))])


def _texts(words: Sequence[str]) -> pa.Array:
    """Words one behind the other, and where each begins."""
    written = [word.encode() for word in words]
    begins = np.cumsum([0, *map(len, written)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(begins), pa.py_buffer(b"".join(written)))


def _remarks(texts: Sequence[str | None]) -> pa.Array:
    """A remark for each run, mostly none."""
    return pa.array(texts, pa.string()) if any(texts) else pa.nulls(len(texts), pa.string())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parquet(table: pa.Table, about: Mapping[str, Any]) -> bytes:
    floats = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    others = [field.name for field in table.schema if not pa.types.is_floating(field.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table.replace_schema_metadata({"parley": json.dumps(about)}),
        sink,
        compression=COMPRESSION,
        use_dictionary=others,
        use_byte_stream_split=floats,
        write_page_checksum=True,
    )
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()
