"""Batch files, queries and the list of results, as a person meets them on the command line."""

import csv
import errno
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.show import folders
from sim.study import manifest
from sim.terms import DISCLAIMER

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
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


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk on which a batch file of four points was run."""
    place = tmp_path_factory.mktemp("worked")
    for name in ("small.yaml", "claims.yaml"):
        shutil.copy(HERE / name, place)
    (place / "weariness.yaml").write_text(BATCH, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        assert CliRunner().invoke(app, ["batch", "weariness.yaml", "--engine", "mesa"]).exit_code == 0
    return place


@pytest.fixture
def kept(worked: Path, desk: Path) -> Path:
    """The result of a batch file of four points."""
    shutil.copytree(worked, desk, dirs_exist_ok=True)
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
    asked = json.loads(parley(*words).out)["manifest"]
    assert (asked["replications"], asked["seed"], asked["central"]) == (1, 9, True)


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


def test_results_lists_what_keeps_no_runs(parley: Callable, desk: Path) -> None:
    """A calibration or scores stand in the list as what they say they are, without a number of runs."""
    for name, text in (("fit", '{"kind": "calibration", "title": "Ours"}'), ("skill", '{"kind": "scores"}')):
        (desk / "results" / name).mkdir(parents=True)
        (desk / "results" / name / "manifest.json").write_text(text, encoding="utf-8")
    lines = [line.split() for line in parley("results").out.splitlines()]
    assert ["fit", "calibration:", "Ours", "0", "0.0"] in lines
    assert ["skill", "scores", "0", "0.0"] in lines


def test_results_are_found_where_a_batch_was_told_to_keep_them(parley: Callable, desk: Path) -> None:
    """Folders one level deeper are looked into, and a result's own folder is listed alone."""
    parley("batch", "small.yaml", "-n", "1", "--engine", "mesa", "--out", "results/first")
    (folder,) = (desk / "results" / "first").iterdir()
    assert f"first/{folder.name}" in parley("results").out
    for place in (folder.parent, folder):
        assert sum(1 for line in parley("results", str(place)).out.splitlines() if folder.name in line) == 1
    assert parley("results", "results/first/none").status == 2


def test_what_is_no_folder_holds_no_results(parley: Callable, desk: Path) -> None:
    """A place that is named and is not there, or is a file, gives one line and status 2; an empty desk does not."""
    assert parley("results").out == "No results in results.\n"
    for place, why in (("nowhere", "no such folder"), ("small.yaml", "not a folder")):
        said = parley("results", place)
        assert (said.status, said.out, said.err) == (2, "", f"parley: '{place}': {why}\n")


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"kind": "batch", "format": 2}', '{"kind": "batch", "na'])
def test_a_manifest_that_is_lost_is_written_anew(parley: Callable, kept: Path, text: str | None) -> None:
    """Missing or damaged, it is told in the list and by a query, and the same command makes it again without a run."""
    path = kept / "manifest.json"
    whole = path.read_bytes()
    path.unlink()
    if text is not None:
        path.write_text(text, encoding="utf-8")
    (line,) = (line for line in parley("results").out.splitlines() if kept.name in line)
    assert ("no manifest.json" if text is None else "damaged") in parley("query", str(kept), "select 1").err
    assert "12" in line
    said = parley("batch", "weariness.yaml", "--engine", "mesa")
    assert said.status == 0
    assert said.err.splitlines() == [
        f"parley: 'results/{kept.name}/manifest.json' was missing or damaged and has been written anew",
        "12 of 12 runs were done before",
    ]
    assert path.read_bytes() == whole


def test_a_folder_with_receipts_of_another_batch_is_in_the_way(parley: Callable, kept: Path) -> None:
    """Without a manifest the receipts say whose a folder is."""
    (kept / "manifest.json").unlink()
    receipt = json.loads((kept / "receipts" / "000000.json").read_bytes()) | {"batch": "another"}
    (kept / "receipts" / "000000.json").write_text(json.dumps(receipt), encoding="utf-8")
    said = parley("batch", "weariness.yaml", "--engine", "mesa")
    assert said.status == 2
    assert "is in the way" in said.err
    assert not (kept / "manifest.json").exists()


def test_a_finished_batch_is_shown_again_where_nothing_can_be_written(
    parley: Callable, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sits down to work that is done, no cluster is looked for, and figures that cannot be drawn are told."""
    before = {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()}

    def read_only(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", "outcomes.png")

    monkeypatch.setattr(manifest, "land", read_only)
    monkeypatch.setattr(folders, "draw_batch", read_only)
    said = parley("batch", "weariness.yaml", "--engine", "mesa", "--cluster", "nowhere")
    assert said.status == 0
    assert "Ever agreed" in said.out
    assert said.err.endswith("parley: the figures are as they were: 'outcomes.png': Read-only file system\n")
    assert {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()} == before


def test_two_at_work_are_both_noted(tmp_path: Path) -> None:
    """Of two who sit down before either stands up, both are known, with what each did."""
    first, second = (manifest.sit_down(tmp_path, "parley batch a.yaml", "1 here") for _ in range(2))
    manifest.stand_up(*second, runs=3)
    manifest.stand_up(*first, runs=5)
    (tmp_path / "sittings" / "damaged.json").write_text("{", encoding="utf-8")
    sittings = manifest.read_sittings(tmp_path)
    assert sorted(sitting.runs for sitting in sittings) == [3, 5]
    assert all(sitting.ended is not None for sitting in sittings)


def test_a_disk_that_is_full_from_the_start_is_told_with_how_to_go_on(
    parley: Callable, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where not even the manifest finds room the line ends with the command, as it does later."""

    def full(path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(manifest, "land", full)
    said = parley("batch", "small.yaml", "-n", "1", "--engine", "mesa", "--out", "kept")
    assert (said.status, said.out) == (2, "")
    assert "No space left on device; 0 of 1 runs are kept" in said.err
    assert said.err.endswith("to go on: parley batch small.yaml -n 1 --engine mesa --out kept\n")


def test_a_query_says_how_to_go_on_where_the_result_stands(parley: Callable, desk: Path) -> None:
    """The command that goes on has the `--out` of the result's place, also after it was moved."""
    parley("batch", "small.yaml", "-n", "1", "--engine", "mesa", "--out", "first place")
    (desk / "first place").rename(desk / "second place")
    (folder,) = (desk / "second place").iterdir()
    (folder / "receipts" / "000000.json").unlink()
    said = parley("query", str(folder), "select 1")
    command = "parley batch small.yaml -n 1 --engine mesa --out 'second place'"
    assert said.err == f"parley: 0 of 1 runs are done; to go on: {command}\n"


def test_a_wide_answer_has_a_line_for_each_column(parley: Callable, kept: Path) -> None:
    """Where the columns would not fit they stand one below the other, with the first rows, or with none."""
    for where, count in (("", 4), ("where 1 = 0", 0), ("limit 2", 2)):
        lines = [line.split() for line in parley("query", str(kept), f"select * from runs {where}").out.splitlines()]
        assert ["replication", *map(str, (0, 1, 2, 0)[:count])] in lines
        assert ["Column", *(word for row in range(count) for word in ("Row", str(row + 1)))] in lines
        assert (["No", "rows."] in lines) is (count == 0)


@pytest.mark.parametrize(
    "words",
    [("--design", "sobol: 4"), ("--design", "gird"), ("--keep", "exchnge.*"), ("--factor", "horizon={from: 5, to: 2}")],
)
def test_an_option_that_says_nothing_is_a_fault_told_in_its_words(
    parley: Callable, desk: Path, words: tuple[str, str]
) -> None:
    """A faulty design, pattern or range ends with status 3 and a line that begins with the option."""
    said = parley("batch", "small.yaml", "-n", "1", "--engine", "mesa", *words)
    assert (said.status, said.out) == (3, "")
    assert said.err.startswith(f"{words[0]} {words[1]}: ")
    assert not (desk / "results").exists()


def test_the_help_of_a_batch_shows_how_to_vary_a_path(parley: Callable) -> None:
    """Square brackets are shown, not taken for marks."""
    assert "[a, b]" in parley("batch", "--help").out


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
