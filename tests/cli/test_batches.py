"""Batch files, queries and the list of results, as a person meets them on the command line."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.terms import DISCLAIMER

ROOT = Path(__file__).resolve().parent.parent.parent
BATCH = """\
parley: 1
batch: Weariness and watching
scenarios: [small.yaml]
variants:
  as it stands: {}
  unwatched: {tracks.truce.preconditions.east.watched: null}
factors:
  parties.east.weariness: [0.3, 0.6]
replications: 3
"""


@pytest.fixture
def kept(parley: Callable, desk: Path) -> Path:
    """The result of a batch file of four points."""
    (desk / "weariness.yaml").write_text(BATCH, encoding="utf-8")
    assert parley("batch", "weariness.yaml", "--engine", "mesa").status == 0
    (folder,) = (desk / "results").iterdir()
    return folder


def test_a_batch_file_is_run_and_told_point_by_point(parley: Callable, kept: Path) -> None:
    """Every point has a line with its variant, its factor and each track's share with an interval."""
    assert kept.name.startswith("weariness-")
    said = parley("batch", "weariness.yaml", "--engine", "mesa")
    assert said.status == 0
    assert "Ever agreed, share of runs (95 % interval)" in said.out
    for variant in ("as it stands", "unwatched"):
        for weariness in ("0.3", "0.6"):
            assert sum(1 for line in said.out.splitlines() if variant in line and weariness in line) == 1
    assert said.out.splitlines()[-1] == DISCLAIMER
    assert said.err == "12 of 12 runs were done before\n"
    assert {path.name for path in kept.glob("outcomes-*.png")} == {f"outcomes-00{point}.png" for point in range(4)}


def test_options_say_the_same_as_a_batch_file(parley: Callable, desk: Path) -> None:
    """`--factor` and `--design` describe a sweep; the seed gives the same points each time."""
    words = ("batch", "small.yaml", "-n", "2", "--engine", "mesa", "--json")
    factor = ("--factor", "parties.east.weariness={from: 0.2, to: 0.6}")
    plain = json.loads(parley(*words, *factor, "--design", "sobol: 4").out)
    values = [point["settings"][0] for point in plain["manifest"]["points"]]
    assert len(values) == 4
    assert sorted(int(4 * (value - 0.2) / 0.4) for value in values) == [0, 1, 2, 3]
    assert [summary["point"] for summary in plain["summaries"]] == [0, 1, 2, 3]
    assert json.loads(parley(*words, *factor, "--design", "sobol: 4").out) == plain


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weariness: [0.3, 0.6]", "weariness: [0.3, 1.6]", "weariness.yaml:8:27: factors.parties.east.weariness"),
        ("weariness: [0.3", "wearines: [0.3", "did you mean 'parties.east.weariness'?"),
        ("watched: null", "wached: null", "weariness.yaml:6:15: variants.unwatched"),
        ("replications: 3", "replications: few", "weariness.yaml:9:15: replications"),
    ],
)
def test_a_fault_in_a_batch_file_is_told_with_its_place(
    parley: Callable, desk: Path, old: str, new: str, said: str
) -> None:
    """What the scenario says of a value is told where the batch file has it; status 3, and nothing is written."""
    (desk / "weariness.yaml").write_text(BATCH.replace(old, new), encoding="utf-8")
    answer = parley("batch", "weariness.yaml", "--engine", "mesa")
    assert (answer.status, answer.out) == (3, "")
    assert said in answer.err
    assert not (desk / "results").exists()


def test_a_batch_file_stands_alone(parley: Callable, desk: Path) -> None:
    """A batch file beside a scenario, or with a factor from an option, is refused; status 2."""
    (desk / "weariness.yaml").write_text(BATCH, encoding="utf-8")
    for words in (("small.yaml",), ("--factor", "horizon=[5]"), ("--design", "grid")):
        said = parley("batch", "weariness.yaml", *words)
        assert said.status == 2
        assert "stands alone" in said.err


def test_options_come_before_what_a_batch_file_says(parley: Callable, desk: Path) -> None:
    """`-n`, `--seed` and `--central` take the place of the file's."""
    (desk / "weariness.yaml").write_text(BATCH, encoding="utf-8")
    words = ("batch", "weariness.yaml", "-n", "1", "--seed", "9", "--central", "--engine", "mesa", "--json")
    manifest = json.loads(parley(*words).out)["manifest"]
    assert (manifest["replications"], manifest["seed"], manifest["central"]) == (1, 9, True)


def test_a_query_is_answered_as_a_table_csv_and_json(parley: Callable, kept: Path) -> None:
    """The same rows in three forms, the factors beside the outcomes."""
    sql = 'select variant, "parties.east.weariness" as w, count(*) as n from runs group by 1, 2 order by 1, 2'
    expected = [("as it stands", 0.3, 3), ("as it stands", 0.6, 3), ("unwatched", 0.3, 3), ("unwatched", 0.6, 3)]
    rows = list(csv.reader(io.StringIO(parley("query", str(kept), sql, "--csv").out)))
    assert rows == [["variant", "w", "n"], *([v, str(w), str(n)] for v, w, n in expected)]
    plain = json.loads(parley("query", str(kept), sql, "--json").out)
    assert plain == [{"variant": v, "w": w, "n": n} for v, w, n in expected]
    table = parley("query", str(kept), sql)
    assert table.status == 0
    lines = [line.split() for line in table.out.splitlines()]
    assert all([*v.split(), str(w), str(n)] in lines for v, w, n in expected)


def test_a_query_that_finds_nothing_is_no_error(parley: Callable, kept: Path) -> None:
    """No row is an empty list in JSON, a line of names in CSV."""
    sql = "select point from runs where point > 99"
    assert json.loads(parley("query", str(kept), sql, "--json").out) == []
    assert parley("query", str(kept), sql, "--csv").out == "point\n"


def test_what_cannot_be_asked_is_told(parley: Callable, kept: Path) -> None:
    """SQL that DuckDB does not understand, and a folder that is no batch, give status 2 and no traceback."""
    said = parley("query", str(kept), "select nothing from nowhere")
    assert said.status == 2
    assert "nowhere" in said.err
    said = parley("query", ".", "select 1")
    assert (said.status, said.err) == (2, "parley: '.' is not a result: it has no manifest.json\n")


def test_a_query_of_an_unfinished_batch_says_so(parley: Callable, kept: Path) -> None:
    """It is answered from what there is, with a line on stderr that says how to go on."""
    for path in (kept / "receipts").iterdir():
        path.unlink()
    said = parley("query", str(kept), "select count(*) from runs", "--json")
    assert said.status == 0
    assert said.err == "parley: 0 of 12 runs are done; to go on: parley batch weariness.yaml --engine mesa\n"


def test_results_lists_runs_and_batches(parley: Callable, kept: Path) -> None:
    """Each result has a line: its folder, what it is, and how many runs are done; what is no result has none."""
    parley("run", "small.yaml")
    (kept.parent / "notes").mkdir()
    lines = parley("results").out.splitlines()
    assert sum(1 for line in lines if kept.name in line and "12" in line) == 1
    assert sum(1 for line in lines if "small-" in line and "-s1-r0" in line) == 1
    assert not any("notes" in line for line in lines)
    assert parley("results", "nowhere").out == "No results in nowhere.\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_without_permission_is_told_before_anything_is_run(parley: Callable, desk: Path) -> None:
    """Where nothing may be written the command ends with one line and status 2."""
    (desk / "locked").mkdir(mode=0o500)
    said = parley("batch", "small.yaml", "-n", "1", "--engine", "mesa", "--out", "locked")
    assert (said.status, said.out) == (2, "")
    assert "Permission denied" in said.err


def test_a_file_that_may_not_grow_ends_the_batch_in_a_line(process: Callable, desk: Path) -> None:
    """A limit of the system on the size of files, which stands for a full disk: one line, and how to go on."""
    words = "'batch', 'small.yaml', '-n', '40', '--engine', 'mesa', '--jobs', '1'"
    (desk / "limited.py").write_text(
        "import resource\n"
        "from sim.study import store\n"
        "keep = store.write_chunk\n"
        "def write(folder, task, pieces):\n"
        "    if task.number == 1:\n"
        "        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))\n"
        "    return keep(folder, task, pieces)\n"
        "store.write_chunk = write\n"
        "from sim.cli import app\n"
        f"app([{words}])\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "limited.py"], cwd=desk, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    last = done.stderr.splitlines()[-1]
    assert "000001.parquet': File too large; 16 of 40 runs are kept in results/small-" in last
    assert last.endswith("to go on: parley batch small.yaml -n 40 --engine mesa --jobs 1")
    assert "Traceback" not in done.stderr
    assert list((desk / "results").rglob("*.tmp")) == []
    assert process("batch", "small.yaml", "-n", "40", "--engine", "mesa", "--jobs", "1").status == 0
