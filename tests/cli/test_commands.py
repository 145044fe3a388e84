"""What each command prints, writes and returns when all is well, and when it cannot do what it was asked."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.engine import model
from sim.show import folders
from sim.study.query import query
from sim.terms import DISCLAIMER

ROWS = "select * from runs order by replication"
RUN = {"days.csv", "events.jsonl", "manifest.json", "packages.json", "record.json"}
FIGURE = {".csv", ".png", ".svg", ".txt"}


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """The runs of a batch in order."""
    answer = query(folder, ROWS)
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a batch but its sittings, which say who worked on it when."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.parent.name != "sittings"
    }


def only_folder(place: Path) -> Path:
    """The one folder at a place."""
    (folder,) = place.iterdir()
    return folder


def test_a_run_tells_its_story_by_date_and_ends_with_the_disclaimer(parley: Callable) -> None:
    """A run prints dated lines, a table that names every track, where it is kept, and the disclaimer last."""
    said = parley("run", "small.yaml")
    assert said.status == 0
    lines = said.out.splitlines()
    assert any(line.endswith("January 2030") for line in lines)
    assert "How it ended" in lines
    (head,) = [line for line in lines if "Exchange" in line and "Truce" in line]
    assert head.split() == ["Exchange", "Truce"]
    assert lines[-1] == DISCLAIMER
    assert said.err == ""


def test_a_run_keeps_its_records_and_every_figure_with_its_data_and_words(parley: Callable, desk: Path) -> None:
    """A run's folder holds the records, each figure as PNG, SVG, data and alternative text, and nothing else."""
    parley("run", "small.yaml")
    folder = only_folder(desk / "results")
    names = {path.name for path in folder.iterdir()}
    assert names >= RUN
    figures = {Path(name).stem for name in names if name.endswith(".png")}
    assert "timeline" in figures
    assert names - RUN == {figure + suffix for figure in figures for suffix in FIGURE}


def test_a_batch_counts_endings_with_intervals_and_ends_with_the_disclaimer(parley: Callable, desk: Path) -> None:
    """A batch prints shares with Wilson intervals, keeps one row a replication, and draws its outcomes."""
    said = parley("batch", "small.yaml", "-n", "4", "--engine", "mesa")
    assert said.status == 0
    assert "95 % interval" in said.out
    assert said.out.splitlines()[-1] == DISCLAIMER
    folder = only_folder(desk / "results")
    tables = {"runs", "unlocks", "deals", "receipts"}
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "sittings"} | tables | {
        "outcomes" + suffix for suffix in FIGURE
    }
    rows = rows_of(folder)
    assert [row["replication"] for row in rows] == [0, 1, 2, 3]
    assert {row["failed"] for row in rows} == {None}


def test_a_batch_that_is_not_on_a_terminal_reports_progress_in_plain_lines_on_stderr(parley: Callable) -> None:
    """Progress never mixes with the result: it goes to stderr, in lines that say how many runs are done."""
    said = parley("batch", "small.yaml", "-n", "2", "--engine", "mesa")
    assert said.err.splitlines()[-1].startswith("2 of 2 runs, ")
    assert "2 of 2 runs" not in said.out


def test_a_manifest_says_how_to_make_the_result_again(parley: Callable, desk: Path) -> None:
    """It holds seed, changes, digest, versions and disclaimer, and the command in it gives the same files again."""
    parley("batch", "small.yaml", "-n", "2", "--seed", "5", "--set", "horizon=12", "--central", "--engine", "mesa")
    folder = only_folder(desk / "results")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == ("parley batch small.yaml --seed 5 -n 2 --set horizon=12 --central --engine mesa")
    assert manifest["seed"] == 5
    (scenario,) = manifest["scenarios"]
    assert scenario["sets"] == ["horizon=12"]
    assert scenario["horizon"] == 12
    assert len(scenario["digest"]) == 64
    assert manifest["disclaimer"] == DISCLAIMER
    (sitting,) = (json.loads(path.read_bytes()) for path in (folder / "sittings").iterdir())
    assert {"python", "mesa", "numpy", "pyarrow"} <= set(sitting["versions"])
    assert folder.name == f"small-{manifest['identity'][:12]}"
    before = files_of(folder)
    assert parley(*manifest["command"].split()[1:], "--out", "again").status == 0
    assert files_of(only_folder(desk / "again")) == before


@pytest.mark.parametrize("words", [("run", "small.yaml"), ("batch", "small.yaml", "-n", "2", "--engine", "mesa")])
def test_json_is_one_document_on_stdout_and_writes_nothing(
    parley: Callable, desk: Path, words: tuple[str, ...]
) -> None:
    """With --json stdout is one JSON document, and no file is written unless a place for it is named."""
    said = parley(*words, "--json")
    assert said.status == 0
    assert isinstance(json.loads(said.out), dict)
    assert {path.name for path in desk.iterdir()} == {"small.yaml", "claims.yaml"}
    assert parley(*words, "--json", "--out", "kept").out == said.out
    assert (only_folder(desk / "kept") / "manifest.json").is_file()


def test_json_is_strict_where_a_number_does_not_exist(parley: Callable) -> None:
    """The interval of a mean over one run does not exist: it is null, not NaN, which no JSON reader need accept."""
    said = parley("batch", "small.yaml", "-n", "1", "--json", "--engine", "mesa")
    summary = json.loads(said.out, parse_constant=pytest.fail)["summary"]
    assert summary["tracks"][0]["deals"]["low"] is None


def test_set_changes_the_scenario_by_path(parley: Callable) -> None:
    """--set horizon=7 makes a run of seven days."""
    assert json.loads(parley("run", "small.yaml", "--json", "--set", "horizon=7").out)["horizon"] == 7


def test_set_null_takes_a_precondition_away(parley: Callable, desk: Path) -> None:
    """A precondition set to null is gone: nothing can be blocked by it any more."""
    path = "tracks.truce.preconditions.east.watched=null"
    record = json.loads(parley("run", "small.yaml", "--json", "--set", path).out)
    assert [track["blocking"] for track in record["tracks"]] == [{}, {}]


def test_central_holds_every_uncertain_value_at_its_middle(parley: Callable) -> None:
    """Under --central the drawn weariness is the middle of its range, whatever the seed."""
    for seed in ("1", "2"):
        record = json.loads(parley("run", "small.yaml", "--json", "--central", "--seed", seed).out)
        assert record["parameters"]["parties.east.weariness"] == 0.4


def test_validate_says_that_a_scenario_is_valid(parley: Callable, desk: Path) -> None:
    """A sound scenario gives one line and status 0, and nothing is written."""
    said = parley("validate", "small.yaml")
    assert (said.status, said.out, said.err) == (0, "small.yaml: valid\n", "")
    assert not (desk / "results").exists()


def test_validate_strict_fails_on_numbers_that_nobody_stands_behind(parley: Callable, desk: Path) -> None:
    """A bare number outside the structure is legal; under --strict it is named with its place, and the status is 1."""
    text = (desk / "small.yaml").read_text(encoding="utf-8")
    bare = text.replace("{assumed: 0.2, because: neighbours}", "0.2")
    assert bare != text
    (desk / "bare.yaml").write_text(bare, encoding="utf-8")
    line = next(number for number, each in enumerate(bare.splitlines(), 1) if "direct: 0.2" in each)
    assert parley("validate", "bare.yaml").status == 0
    said = parley("validate", "--strict", "bare.yaml")
    assert said.status == 1
    assert said.err.startswith(f"bare.yaml:{line}:")


def test_validate_tells_what_is_legal_but_doubtful(parley: Callable, desk: Path) -> None:
    """A margin that no package can reach is a warning with its place; the scenario stays valid, status 0."""
    text = (desk / "small.yaml").read_text(encoding="utf-8")
    doubtful = text.replace(
        "    label: Truce\n",
        "    label: Truce\n    margin: {west: {assumed: 9, because: a}, east: {assumed: 0, because: a}}\n",
    )
    assert doubtful != text
    (desk / "doubtful.yaml").write_text(doubtful, encoding="utf-8")
    line = next(number for number, each in enumerate(doubtful.splitlines(), 1) if "margin:" in each)
    said = parley("validate", "doubtful.yaml")
    assert (said.status, said.out) == (0, "doubtful.yaml: valid, 1 doubtful\n")
    assert said.err.startswith(f"doubtful.yaml:{line}:")
    assert ": warning: " in said.err.splitlines()[0]


def test_validate_goes_on_after_an_invalid_file(parley: Callable, desk: Path) -> None:
    """Of several files each gets its verdict; one invalid file makes the status 3."""
    (desk / "bad.yaml").write_text("parley: 1\n", encoding="utf-8")
    said = parley("validate", "bad.yaml", "small.yaml")
    assert said.status == 3
    assert said.out == "small.yaml: valid\n"
    assert said.err.startswith("bad.yaml:")


def test_init_writes_a_scenario_that_is_valid_under_strict_and_runs(parley: Callable, desk: Path) -> None:
    """The file that `init` writes needs no mending."""
    assert parley("init", "mine.yaml").status == 0
    said = parley("validate", "--strict", "mine.yaml")
    assert (said.status, said.err) == (0, "")
    assert parley("run", "mine.yaml", "--json").status == 0


def test_init_refuses_to_overwrite(parley: Callable, desk: Path) -> None:
    """An existing file is left as it is, status 2."""
    (desk / "mine.yaml").write_text("precious", encoding="utf-8")
    said = parley("init", "mine.yaml")
    assert (said.status, said.err) == (2, "parley: 'mine.yaml' exists already; it is left as it is\n")
    assert (desk / "mine.yaml").read_text(encoding="utf-8") == "precious"


def test_schema_is_a_json_schema_with_every_top_level_key(parley: Callable) -> None:
    """`schema` prints JSON Schema, draft 7, that knows what a scenario file may hold."""
    document = json.loads(parley("schema").out)
    assert "draft-07" in document["$schema"]
    assert {"parley", "title", "start", "horizon", "parties", "tracks"} <= set(document["properties"])


@pytest.mark.parametrize("words", [("run", "small.yaml"), ("batch", "small.yaml", "-n", "3", "--engine", "mesa")])
def test_plot_draws_the_same_figures_again_without_the_scenario(
    parley: Callable, desk: Path, words: tuple[str, ...]
) -> None:
    """Figures drawn from the stored files are byte for byte those drawn when the result was made."""
    parley(*words)
    folder = only_folder(desk / "results")
    figures = {path.name: path.read_bytes() for path in folder.iterdir() if path.stem + ".png" in os.listdir(folder)}
    for name in figures:
        (folder / name).unlink()
    (desk / "small.yaml").unlink()
    said = parley("plot", str(folder))
    assert said.status == 0
    assert said.out.splitlines()[-1] == DISCLAIMER
    assert {name: (folder / name).read_bytes() for name in figures} == figures


def test_plot_of_what_is_no_result_is_refused(parley: Callable, desk: Path) -> None:
    """A folder without a manifest is not a result: one line, status 2."""
    said = parley("plot", ".")
    assert (said.status, said.err) == (2, "parley: '.' is not a result: it has no manifest.json\n")


def test_version_is_printed(parley: Callable) -> None:
    """--version prints the name and a version."""
    said = parley("--version")
    assert said.status == 0
    assert said.out.startswith("parley ")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("run", "nowhere.yaml"), "parley: 'nowhere.yaml': no such file\n"),
        (("validate", "nowhere.yaml"), "parley: 'nowhere.yaml': no such file\n"),
        (("run", "."), "parley: '.': is a folder, not a scenario file\n"),
        (("run", "small.yaml", "--out", "small.yaml"), "parley: 'small.yaml': Not a directory\n"),
        (("init", "nowhere/mine.yaml"), "parley: 'nowhere/mine.yaml': No such file or directory\n"),
    ],
)
def test_what_cannot_be_read_or_written_is_one_line_and_status_2(
    parley: Callable, desk: Path, words: tuple[str, ...], complaint: str
) -> None:
    """A missing file or a place that cannot hold a folder gives one clear line and no traceback."""
    said = parley(*words)
    assert (said.status, said.out) == (2, "")
    assert said.err.replace(f"{desk}/", "") == complaint


def test_a_folder_that_is_no_result_is_never_replaced(parley: Callable, desk: Path) -> None:
    """Where something else stands in the place of the result, it stays, and the command ends with status 2."""
    parley("batch", "small.yaml", "-n", "1", "--engine", "mesa")
    folder = only_folder(desk / "results")
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "thesis.txt").write_text("precious", encoding="utf-8")
    said = parley("batch", "small.yaml", "-n", "1", "--engine", "mesa")
    assert said.status == 2
    assert "is in the way" in said.err
    assert (folder / "thesis.txt").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    "words",
    [("run",), ("run", "small.yaml", "--seed", "-1"), ("batch", "small.yaml", "-n", "0"), ("negotiate",)],
)
def test_wrong_usage_is_status_2(parley: Callable, words: tuple[str, ...]) -> None:
    """A missing argument, a number out of range and an unknown command are usage errors."""
    assert parley(*words).status == 2


def test_an_unknown_engine_is_named_with_those_there_are(parley: Callable) -> None:
    """--engine quotes what was asked for and says what there is."""
    said = parley("batch", "small.yaml", "-n", "1", "--engine", "abacus")
    assert said.status == 2
    assert "'abacus'" in said.err
    assert "mesa" in said.err


def test_a_failed_replication_is_a_row_with_its_reason_and_status_1(
    parley: Callable, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One replication that raises costs one row, not the batch; the command says so and ends with status 1."""
    run = model.run

    def run_or_fail(case: object, seed: int, replication: int, **options: object) -> object:
        if replication == 1:
            raise ZeroDivisionError("no army")
        return run(case, seed, replication, **options)

    monkeypatch.setattr(model, "run", run_or_fail)
    said = parley("batch", "small.yaml", "-n", "3", "--engine", "mesa", "--set", "horizon=12")
    assert said.status == 1
    replay = "parley run small.yaml --seed 1 --replication 1 --set horizon=12"
    assert said.err.splitlines()[-1] == (
        f"parley: replication 1 failed: ZeroDivisionError: no army; to see it: {replay}"
    )
    rows = rows_of(only_folder(desk / "results"))
    assert [row["failed"] for row in rows] == [None, "ZeroDivisionError: no army", None]
    assert [row["replay"] for row in rows] == [None, replay, None]
    assert [row["seed"] for row in rows] == [1, 1, 1]
    assert rows[1]["exchange.ending"] is None


def test_a_batch_of_which_every_replication_failed_is_kept_with_the_reasons(
    parley: Callable, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when nothing came to a result there is a folder with a row for each reason, and status 1."""

    def fail(*_: object, **__: object) -> object:
        raise ZeroDivisionError("no army")

    monkeypatch.setattr(model, "run", fail)
    said = parley("batch", "small.yaml", "-n", "2", "--engine", "mesa")
    assert said.status == 1
    assert said.out.splitlines()[-1] == DISCLAIMER
    rows = rows_of(only_folder(desk / "results"))
    assert [row["failed"] for row in rows] == ["ZeroDivisionError: no army"] * 2


def test_an_interrupted_batch_says_what_is_kept_and_how_to_go_on(
    parley: Callable, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C gives one line with the command that goes on, and status 130, the shell's own for it."""

    def interrupt(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(model, "run", interrupt)
        said = parley("batch", "small.yaml", "-n", "3", "--engine", "mesa", "--jobs", "1")
        assert said.status == 130
        command = "parley batch small.yaml -n 3 --engine mesa --jobs 1"
        assert said.err.splitlines()[-1].startswith("parley: interrupted; 0 of 3 runs are kept in results/small-")
        assert said.err.splitlines()[-1].endswith(f"; to go on: {command}")
        said = parley("batch", "small.yaml", "-n", "3", "--engine", "mesa", "--json")
        assert (said.status, said.err) == (130, "parley: interrupted; nothing was written\n")
    assert parley(*command.split()[1:]).status == 0
    assert len(rows_of(only_folder(desk / "results"))) == 3


def test_a_figure_that_fails_loses_no_run(parley: Callable, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When drawing fails the runs are kept: the same command draws them without running them again."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(folders, "draw_batch", fail)
        said = parley("batch", "small.yaml", "-n", "1", "--engine", "mesa")
    assert said.status == 2
    assert said.err.splitlines()[-1] == "parley: No space left on device"
    said = parley("batch", "small.yaml", "-n", "1", "--engine", "mesa")
    assert (said.status, said.err) == (0, "1 of 1 runs were done before\n")
    assert (only_folder(desk / "results") / "outcomes.png").is_file()
