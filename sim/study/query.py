"""The questions that DuckDB answers about the tables of a batch, and the counts that a summary is made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from sim.study.manifest import BatchManifest
from sim.study.store import DEALS, RUNS, TABLES, UNLOCKS, read_receipts, standing
from sim.study.summary import Summary, Tally, TrackTally, summary_of

if TYPE_CHECKING:
    import pandas

FETCHED = 10_000
"""Rows of an answer that are held at a time."""
OF_FILES = (duckdb.Error, duckdb.IOException, duckdb.InvalidInputException)
"""What DuckDB raises over a file that it cannot read, among others."""


class Unanswerable(Exception):
    """A query that DuckDB cannot answer, and why."""


class Answer(NamedTuple):
    """What a query found: the names of its columns, and its rows, a few thousand at a time."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def table_of(rows: Sequence[Mapping[str, Any]]) -> Answer:
    """Rows that were computed, as an answer; all have the columns of the first."""
    return Answer(tuple(rows[0]) if rows else (), iter([tuple(row.values()) for row in rows]))


def query(folder: Path, sql: str) -> Answer:
    """Ask about a batch in SQL: its tables are `runs`, `unlocks` (sets that would have unlocked) and `deals`.

    Raises:
        Unanswerable: it is not one statement, DuckDB cannot answer, or nothing is there yet.
    """
    connection = _connect(folder)
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1:
            raise Unanswerable(f"expected one statement of SQL, found {len(statements) or 'none'} in '{sql}'")
        relation = connection.execute(statements[0])
    except duckdb.Error as error:
        raise Unanswerable(_why(folder, error)) from None
    names = tuple(column[0] for column in relation.description or ())
    return Answer(names, _fetched(folder, relation))


def _fetched(folder: Path, relation: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    try:
        while rows := relation.fetchmany(FETCHED):
            yield from rows
    except duckdb.Error as error:
        raise Unanswerable(_why(folder, error)) from None


def _why(folder: Path, error: duckdb.Error) -> str:
    """What DuckDB says, and where a damaged file is behind it, what helps."""
    said = str(error).strip()
    receipts = read_receipts(folder) if type(error) in OF_FILES else []
    if receipts and standing(folder, receipts[0].batch).damaged:
        return f"{said}; a file of '{folder}' is damaged: give the batch command again"
    return said


def frame_of(folder: Path, sql: str) -> "pandas.DataFrame":
    """What a query of a batch finds, as a pandas frame; nothing (NA, NaN) where there is no value.

    Raises:
        Unanswerable: as of `query`.
    """
    try:
        return _connect(folder).execute(sql).df()
    except duckdb.Error as error:
        raise Unanswerable(_why(folder, error)) from None


Ask = Callable[[str], list[tuple[Any, ...]]]
"""Takes a query, gives all of its rows."""


def together(folders: Sequence[Path]) -> Ask:
    """A way to ask about several batches at once: `runs0` and `unlocks0` are tables of the first, and so on.

    Raises:
        Unanswerable: here or later: DuckDB cannot answer, or nothing is there yet.
    """
    connection = duckdb.connect(":memory:")
    for place, folder in enumerate(folders):
        _look_at(connection, folder, str(place))

    def ask(sql: str) -> list[tuple[Any, ...]]:
        try:
            return connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise Unanswerable(str(error).strip()) from None

    return ask


def _connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that looks at the files of the batch: no file of its own that would shut others out."""
    connection = duckdb.connect(":memory:")
    _look_at(connection, folder)
    return connection


def _look_at(connection: duckdb.DuckDBPyConnection, folder: Path, suffix: str = "") -> None:
    for table in TABLES:
        files = [str(path) for path in sorted((folder / table).glob("*.parquet"))]
        if files:
            try:
                connection.read_parquet(files).create_view(table + suffix)
            except duckdb.Error as error:
                raise Unanswerable(_why(folder, error)) from None
        elif table == RUNS:
            raise Unanswerable(f"'{folder}' holds no chunk yet")


class Lives(NamedTuple):
    """Deals of one track at one point, by replication and number: a list each."""

    replication: list[int]
    began_on: list[int]
    days_in_force: list[int]
    ending: list[str]


def truces(folder: Path) -> dict[str, int]:
    """Of every track with a deal, how many of its deals were truces; none where a batch keeps no deals.

    Raises:
        Unanswerable: a file is damaged.
    """
    try:
        connection = _connect(folder)
        if not _has(connection, DEALS):
            return {}
        sql = "select track, count(*) filter (truce_days <> 0) from deals group by 1 order by 1"
        return dict(connection.execute(sql).fetchall())
    except duckdb.Error as error:
        raise Unanswerable(str(error).strip()) from None


def lives(folder: Path, track: str, point: int, *, truces_only: bool, first_only: bool) -> Lives:
    """The lives of a track's deals at a point, of truces only, or of the first of each replication only.

    Raises:
        Unanswerable: a file is damaged, or there are no deals.
    """
    chosen = ["track = ?", "point = ?"] + ["truce_days <> 0"] * truces_only
    sql = f"select replication, began_on, days_in_force, ending from deals where {' and '.join(chosen)}"
    if first_only:
        sql += " qualify row_number() over (partition by replication order by number) = 1"
    try:
        found = _connect(folder).execute(f"{sql} order by replication, number", [track, point]).fetchall()
    except duckdb.Error as error:
        raise Unanswerable(str(error).strip()) from None
    return Lives(*(list(column) for column in zip(*found, strict=True))) if found else Lives([], [], [], [])


def _has(connection: duckdb.DuckDBPyConnection, view: str) -> bool:
    return bool(connection.execute("from duckdb_views() where view_name = ?", [view]).fetchall())


class Counted(NamedTuple):
    """What is counted of the runs of one point."""

    tracks: dict[str, TrackTally]
    finished: int
    failed: int


def tallies(folder: Path, points: Sequence[int]) -> dict[int, Counted]:
    """Count the runs of some points, without loading them.

    Raises:
        Unanswerable: a file is damaged.
    """
    connection = _connect(folder)
    try:
        return _Counting(connection, points).counted()
    except duckdb.Error as error:
        raise Unanswerable(_why(folder, error)) from None


def summaries(folder: Path, manifest: BatchManifest, most: int) -> dict[int, Summary]:
    """Put the first points of a batch into numbers, `most` at most.

    Raises:
        Unanswerable: a file is damaged, or nothing is there yet.
    """
    points = range(min(most, len(manifest.points)))
    counted = tallies(folder, points)
    return {
        point: summary_of(found.tracks, found.finished, found.failed, manifest.horizon_of(point))
        for point, found in counted.items()
    }


class _Counting:
    """Counts in whole numbers, so that the order in which rows are read cannot matter."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, points: Sequence[int]) -> None:
        self.connection, self.points = connection, points
        self.where = f"point in ({', '.join(str(int(point)) for point in points)})"
        described = connection.execute("describe runs").fetchall()
        self.whole = [str(name) for name, kind, *_ in described if kind in ("INTEGER", "BIGINT")]
        self.tracks = [str(name).removesuffix(".ending") for name, *_ in described if str(name).endswith(".ending")]
        self.has_unlocks = _has(connection, UNLOCKS)

    def counted(self) -> dict[int, Counted]:
        runs = dict.fromkeys(self.points, (0, 0))
        sql = f"select point, count(*), count(failed) from runs where {self.where} group by 1"
        for point, n, failed in self.ask(sql):
            runs[point] = (n - failed, failed)
        tracks: dict[int, dict[str, TrackTally]] = {point: {} for point in self.points}
        for track in self.tracks:
            for point, tally in self.track(track).items():
                tracks[point][track] = tally
        return {point: Counted(tracks[point], *runs[point]) for point in self.points}

    def track(self, track: str) -> dict[int, TrackTally]:
        endings = self.histogram(f"{track}.ending")
        agreed_on = self.histogram(f"{track}.first_agreed")
        columns = self.columns(track)
        return {
            point: TrackTally(endings[point], agreed_on[point], columns.get(point, {}))
            for point in self.points
            if endings[point]
        }

    def histogram(self, column: str) -> dict[int, dict[Any, int]]:
        found: dict[int, dict[Any, int]] = {point: {} for point in self.points}
        name = quoted(column)
        sql = f"select point, {name}, count(*) from runs where {self.where} and {name} is not null group by 1, 2"
        for point, value, n in self.ask(sql):
            found[point][value] = n
        return found

    def columns(self, track: str) -> dict[int, dict[str, Tally]]:
        names = [name for name in self.whole if name.startswith(f"{track}.")]
        sums = ", ".join(
            f"count(*) filter ({quoted(name)} > 0), coalesce(sum({quoted(name)}), 0),"
            f" coalesce(sum({quoted(name)}::hugeint * {quoted(name)}), 0)"
            for name in names
        )
        sql = f"select point, {sums} from runs where {self.where} group by 1"
        found: dict[int, dict[str, Tally]] = {}
        for point, *numbers in self.ask(sql) if names else ():
            tallies = (Tally(*(int(number) for number in numbers[at : at + 3])) for at in range(0, len(numbers), 3))
            cut = len(track) + 1
            found[point] = {name[cut:]: tally for name, tally in zip(names, tallies, strict=True)}
        if self.has_unlocks:
            sql = (
                "select point, conditions, count(*), sum(days), sum(days::hugeint * days)"
                f" from unlocks where {self.where} and track = ? group by 1, 2 order by 1, 2"
            )
            for point, conditions, *numbers in self.ask(sql, [track]):
                tally = Tally(*(int(number) for number in numbers))
                found.setdefault(point, {})[f"unlock.{conditions}"] = tally
        return found

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = self.connection.execute(sql, list(values)).fetchall()
        return rows


def quoted(name: str) -> str:
    """A column's name as SQL takes it.

    >>> quoted('truce.ending')
    '"truce.ending"'
    """
    return '"' + name.replace('"', '""') + '"'
