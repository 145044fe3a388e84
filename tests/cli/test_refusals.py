"""What is refused before anything begins, what fails while it runs, and that neither leaves anything behind."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.show import folders
from sim.study.versions import versions
from sim.terms import DISCLAIMER

BATCH = ("batch", "small.yaml", "-n", "2", "--engine", "mesa", "--jobs", "1")
LATE = """\
def demand(situation, parameters):
    print('asked')
    return situation.top if situation.time in {times} else 1 / 0
"""
"""A strategy that fails at every time but some."""
TRIED = "(1 / 30, 0.25, 0.5, 0.9, 1.0)"
"""The times at which a strategy is tried before a run."""


def words(said: str) -> str:
    """What was printed, without the frame and the line breaks of a usage error."""
    return " ".join(said.replace("│", " ").split())


@pytest.mark.parametrize("option", ["--seed", "--replication"])
@pytest.mark.parametrize("number", ["-1", "9223372036854775808", "1.5", "many", ""])
def test_a_seed_that_is_no_seed_is_quoted(parley: Callable, option: str, number: str) -> None:
    """Seeds and replications are whole numbers from 0 to 2^63 - 1; anything else is a usage error."""
    said = parley("run", "small.yaml", option, number)
    assert said.status == 2
    assert f"'{number}' is not a whole number from 0 to 9223372036854775807" in words(said.err)


def test_the_largest_seed_is_a_seed(parley: Callable) -> None:
    """2^63 - 1 is taken, as seed and as replication."""
    largest = str(2**63 - 1)
    told = ("--seed", largest, "--replication", largest, "--set", "horizon=2", "--json")
    record = json.loads(parley("run", "small.yaml", *told).out)
    assert (record["seed"], record["replication"]) == (2**63 - 1, 2**63 - 1)


@pytest.mark.parametrize(
    "command",
    [("run", ""), ("validate", ""), ("batch", " "), ("run", "small.yaml", "--out", ""), ("init", ""), ("plot", "")],
)
def test_an_empty_path_is_refused(parley: Callable, desk: Path, command: tuple[str, ...]) -> None:
    """An unset variable of the shell is not taken for the working folder."""
    said = parley(*command)
    assert said.status == 2
    assert "is empty" in words(said.err)
    assert sorted(path.name for path in desk.iterdir()) == ["claims.yaml", "small.yaml"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
@pytest.mark.parametrize("command", ["run", "batch", "validate"])
def test_what_is_no_regular_file_is_not_read(parley: Callable, desk: Path, command: str) -> None:
    """A pipe is not waited for, nor an endless device read."""
    os.mkfifo(desk / "pipe.yaml")
    said = parley(command, "pipe.yaml")
    assert (said.status, said.err) == (2, "parley: 'pipe.yaml': not a regular file\n")


def test_a_run_that_fails_leaves_no_folder(parley: Callable, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the figures cannot be drawn, the folders that were made for the result go again."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "draw_run", fail)
    assert parley("run", "small.yaml", "--set", "horizon=3", "--out", "a/b").status == 2
    assert sorted(path.name for path in desk.iterdir()) == ["claims.yaml", "small.yaml"]


@pytest.fixture
def late(desk: Path) -> str:
    """A change to the scenario: a strategy that passes its trial and fails in a run; and its file."""
    (desk / "late.py").write_text(LATE.format(times=TRIED), encoding="utf-8")
    return "parties.east.strategy={file: late.py}"


def test_a_strategy_that_fails_ends_the_run_in_one_line(parley: Callable, desk: Path, late: str) -> None:
    """Place, strategy, what was raised and when; status 1, no traceback, nothing kept, nothing on stdout."""
    said = parley("run", "small.yaml", "--set", late)
    assert (said.status, said.out) == (1, "")
    last = said.err.splitlines()[-1]
    assert last.startswith("parley: late.py:3: the strategy 'late' raised ZeroDivisionError: division by zero (")
    assert ", day " in last
    assert last.endswith(", round 1)")
    assert not (desk / "results").exists()


def test_a_strategy_that_fails_in_every_run_of_a_batch_is_all_that_is_told(
    parley: Callable, desk: Path, late: str
) -> None:
    """Every reason names strategy and place; no table is printed empty; status 1."""
    said = parley(*BATCH, "--set", late, "--set", "exchange.direct=1")
    assert said.status == 1
    assert "How the tracks ended" not in said.out
    assert said.out.splitlines()[-1] == DISCLAIMER
    told = said.err.splitlines()
    assert told[-1] == "parley: every run failed (2): there is nothing to tell of"
    assert told[-2].startswith("parley: replication 1 failed: late.py:3: the strategy 'late' raised ZeroDivisionError")


def test_what_a_strategy_prints_is_not_in_the_json(parley: Callable, desk: Path) -> None:
    """Stdout holds the document alone, whatever a strategy of one's own prints while it is asked."""
    (desk / "loud.py").write_text(
        "def demand(situation, parameters):\n    print('asked')\n    return situation.top\n", encoding="utf-8"
    )
    said = parley("run", "small.yaml", "--set", "parties.east.strategy={file: loud.py}", "--json")
    assert said.status == 0
    assert json.loads(said.out)["title"] == "Two valleys"
    assert "asked" in said.err


def test_every_document_says_what_it_is(parley: Callable, desk: Path) -> None:
    """Title, version, command, digest and disclaimer stand in all JSON of a run and of a batch; CSV has a manifest."""
    printed = json.loads(parley("run", "small.yaml", "--json", "--out", "kept").out)
    (folder,) = (desk / "kept").iterdir()
    documents = [printed, *(json.loads((folder / f"{name}.json").read_text()) for name in ("record", "packages"))]
    documents.append(json.loads(parley(*BATCH, "--json").out))
    for document in documents:
        assert document["title"] == "Two valleys"
        assert document["version"] == versions()["parley-sim"]
        assert document["command"].startswith("parley ")
        assert document["digest"]
        assert document["disclaimer"] == DISCLAIMER
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["digest"] == printed["digest"] == documents[1]["digest"]
    assert manifest["disclaimer"] == DISCLAIMER
    assert json.loads(parley("schema").out)["description"] == DISCLAIMER


def test_an_interrupt_while_loading_is_quiet(tmp_path: Path) -> None:
    """Ctrl-C before the command has begun gives one line and status 130, and no traceback."""
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    root = Path(sim.__path__[0]).parent
    done = subprocess.run(
        [sys.executable, "-m", "sim"],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{tmp_path}{os.pathsep}{root}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "parley: interrupted; nothing was begun\n")
