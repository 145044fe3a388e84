"""What is counted of a batch by the database is what is counted row by row."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.study.batch import here, run_batch
from sim.study.plan import Plan
from sim.study.query import Unanswerable, query, tallies
from sim.study.summary import summarise, summary_of
from sim.study.sweep import Factor

Planner = Callable[..., Plan]


@pytest.fixture
def folder(planned: Planner, tmp_path: Path) -> Path:
    """A batch of two points."""
    plan = planned(Factor("truce.direct", values=(0.1, 0.9)), replications=30, sets=())
    run_batch(plan, tmp_path / "out", here(1), lambda progress: None)
    return tmp_path / "out"


def test_a_summary_by_the_database_is_the_summary_row_by_row(folder: Path) -> None:
    """Endings, days, means, intervals, blockers and unlocks agree exactly for each point."""
    counted = tallies(folder, [0, 1])
    for point in (0, 1):
        answer = query(folder, f"select * from runs where point = {point} order by replication")
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        sql = f"select replication, track || '.unlock.' || conditions, days from unlocks where point = {point}"
        for replication, name, days in query(folder, sql).rows:
            rows[replication][name] = days
        found = counted[point]
        assert summary_of(found.tracks, found.finished, found.failed, 30) == summarise(rows, 30)


def test_what_duckdb_says_is_handed_on(folder: Path) -> None:
    """A query that cannot be answered is told in DuckDB's own words."""
    with pytest.raises(Unanswerable, match="no_such_column"):
        query(folder, "select no_such_column from runs")


def test_a_damaged_file_is_no_traceback(folder: Path) -> None:
    """A file that is no Parquet any more makes the query unanswerable, and giving the batch command again helps."""
    (folder / "runs" / "000000.parquet").write_bytes(b"nothing")
    with pytest.raises(Unanswerable, match=r"(?s)000000\.parquet.*give the batch command again"):
        query(folder, "select count(*) from runs")


@pytest.mark.parametrize(
    ("sql", "found"), [("", "none"), (" ; ", "none"), ("-- all", "none"), ("select 1; select 2", "2")]
)
def test_a_query_is_one_statement(folder: Path, sql: str, found: str) -> None:
    """None, or more than one of which only the last would be seen, is refused."""
    with pytest.raises(Unanswerable, match=f"expected one statement of SQL, found {found} in '{sql}'"):
        query(folder, sql)
    assert list(query(folder, "select 1;").rows) == [(1,)]


def test_a_folder_without_chunks_says_so(tmp_path: Path) -> None:
    """Before the first chunk there is nothing to ask."""
    with pytest.raises(Unanswerable, match="holds no chunk yet"):
        query(tmp_path, "select 1")


def test_pandas_reads_the_runs_in_one_line(folder: Path) -> None:
    """`pandas.read_parquet` on the folder of the table gives every run with its factor beside its outcomes."""
    import pandas  # noqa: PLC0415

    frame = pandas.read_parquet(folder / "runs")
    assert len(frame) == 60
    assert sorted(frame["truce.direct"].unique()) == [0.1, 0.9]
    assert {"exchange.ending", "replication", "east.weariness"} <= set(frame.columns)
