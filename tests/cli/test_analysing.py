"""Comparisons and maps, as a person meets them on the command line."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.terms import DISCLAIMER

UNWATCHED = "parley: 1\nextends: small.yaml\ntracks: {truce: {preconditions: {east: {watched: null}}}}\n"


@pytest.fixture
def variant(desk: Path) -> Path:
    """A scenario without the precondition."""
    path = desk / "small-unwatched.yaml"
    path.write_text(UNWATCHED, encoding="utf-8")
    return path


@pytest.fixture
def grid(parley: Callable, desk: Path) -> Path:
    """A batch of nine points over two factors."""
    factors = ("truce.direct=[0.1, 0.3, 0.5]", "parties.east.weariness=[0.2, 0.4, 0.6]")
    assert parley("batch", "small.yaml", "-n", "4", "--factor", factors[0], "--factor", factors[1]).status == 0
    (folder,) = (desk / "results").iterdir()
    return folder


def test_scenarios_are_run_compared_told_and_kept(parley: Callable, desk: Path, variant: Path) -> None:
    """Tables of differences and flips, commands that replay both sides, and files beside the first result."""
    said = parley("compare", "small.yaml", "small-unwatched.yaml", "-n", "60", "--seed", "3")
    assert said.status == 0
    assert "Truce: unwatched less small" in said.out
    assert "no difference can be told" in said.out
    assert "of 60 end otherwise" in said.out
    assert said.out.splitlines()[-1] == DISCLAIMER
    assert "only small has truce.blocked.east.watched, truce.alone.east.watched" in said.err
    first = next(path for path in (desk / "results").iterdir() if not path.name.startswith("small-unwatched-"))
    (document,) = first.glob("compare-with-small-unwatched-*.json")
    kept = {path.suffix for path in first.glob("compare-with-*")}
    assert kept == {".png", ".svg", ".csv", ".txt", ".json"}
    plain = json.loads(document.read_text(encoding="utf-8"))
    flip = next(move for move in plain["against"][0]["moves"] if move["before"] != move["after"])
    for command, ending in zip(flip["replay"], (flip["before"], flip["after"]), strict=True):
        words = command.split()[1:]
        assert words[2:] == ["--seed", "3", "--replication", str(flip["replication"])]
        run = json.loads(parley(*words, "--json").out)
        assert next(track["ending"] for track in run["tracks"] if track["track"] == flip["track"]) == ending


def test_json_and_csv_write_nothing(parley: Callable, desk: Path, grid: Path) -> None:
    """Both say the same numbers; a scenario is run like the result that it is compared with; no file is left."""
    before = sorted(desk.rglob("*"))
    words = ("compare", f"{grid}#0", "small.yaml")
    plain = json.loads(parley(*words, "--json").out)
    rows = list(csv.DictReader(io.StringIO(parley(*words, "--csv").out)))
    effects = plain["against"][0]["effects"]
    assert [row["outcome"] for row in rows] == [effect["outcome"] for effect in effects]
    assert [float(row["difference"]) for row in rows] == [effect["difference"]["value"] for effect in effects]
    assert plain["against"][0]["pairs"] == 4
    assert plain["disclaimer"] == DISCLAIMER
    assert sorted(desk.rglob("*")) == before


def test_a_comparison_that_cannot_be_is_one_line(parley: Callable, desk: Path, grid: Path) -> None:
    """A result that is not there, another seed, points too many or one alone: usage, and nothing written."""
    before = sorted(desk.rglob("*"))
    for words, told in (
        (("smal.yaml", "small.yaml"), "'smal.yaml' is neither a result nor a scenario file; did you mean 'small.yaml'"),
        ((f"{grid}#0", "small.yaml", "--seed", "2"), "their draws are not common: seed 2 is asked for, 1 in"),
        ((f"{grid}#0", "small.yaml", "--central"), "their draws are not common: --central True is asked for, False in"),
        ((str(grid),), "9 variants are more than 6: choose points, such as"),
        ((f"{grid}#3",), "alone is nothing to compare"),
        ((f"{grid}#9", f"{grid}#1"), "'9' is no point of that batch: expected 0 to 8"),
    ):  # fmt: skip
        said = parley("compare", *words)
        assert said.status == 2
        assert told in said.err
        assert said.err.count("\n") == 1
    assert sorted(desk.rglob("*")) == before


def test_a_fault_in_the_last_scenario_is_told_before_the_first_is_run(parley: Callable, desk: Path) -> None:
    """An invalid scenario ends the command with its fault and its place, and nothing is written."""
    (desk / "bad.yaml").write_text("parley: 1\nextends: small.yaml\nhorizn: 3\n", encoding="utf-8")
    said = parley("compare", "small.yaml", "bad.yaml")
    assert said.status == 3
    assert said.err.startswith("bad.yaml:3:1: horizn: unknown key 'horizn'; did you mean 'horizon'?")
    assert not (desk / "results").exists()


def test_points_of_one_batch_are_compared(parley: Callable, grid: Path) -> None:
    """Points go by what tells them apart: the values of their factors."""
    said = parley("compare", f"{grid}#0", f"{grid}#6", "--json")
    names = [variant["name"] for variant in json.loads(said.out)["variants"]]
    assert names == [f"truce.direct = {value}, parties.east.weariness = 0.2" for value in (0.1, 0.5)]


def test_a_grid_is_mapped(parley: Callable, grid: Path) -> None:
    """A table of shares, a picture with its data, and a question mark where few runs say little."""
    said = parley("map", str(grid), "--outcome", "truce", "--within", "5", "--wide", "0.01")
    assert said.status == 0
    assert "Truce: agreed within 5 days, share of runs" in said.out
    assert "%?" in said.out
    with (grid / "map-truce-within-5.csv").open(encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    assert len(cells) == 9
    assert {cell["n"] for cell in cells} == {"4"}
    assert parley("map", str(grid), "--outcome", "truse").status == 2


def test_a_result_is_compared_with_itself_so_changed(parley: Callable, desk: Path) -> None:
    """`--set` makes one more variant of the first: the same numbers as comparing with a batch of those changes."""
    change = "truce.preconditions.east.watched=null"
    parley("batch", "small.yaml", "-n", "40", "--out", "kept")
    (first,) = (desk / "kept").iterdir()
    parley("batch", "small.yaml", "-n", "40", "--set", change, "--out", "other")
    (second,) = (desk / "other").iterdir()
    told = json.loads(parley("compare", str(first), "--set", change, "--json").out)
    assert told["command"] == f"parley compare {first} --set {change}"
    assert told["variants"][1]["sets"] == [change]
    known = json.loads(parley("compare", str(first), str(second), "--json").out)
    assert told["against"][0]["effects"] == known["against"][0]["effects"]
    from_file = json.loads(parley("compare", "small.yaml", "-n", "40", "--set", change, "--json").out)
    assert from_file["against"][0]["effects"] == known["against"][0]["effects"]
    assert not (desk / "results").exists()


def test_a_fault_in_a_change_is_told_before_anything_is_run(parley: Callable, desk: Path) -> None:
    """A misspelt path is told as `parley run --set` tells it."""
    said = parley("compare", "small.yaml", "--set", "truce.precondition.east.watched=null")
    assert said.status == 3
    assert "did you mean" in said.err
    assert not (desk / "results").exists()


def test_what_was_asked_of_a_result_is_listed_and_drawn_again(parley: Callable, desk: Path) -> None:
    """`results` names the verbs; `plot` draws an explanation again, and names the command of what it does not draw."""
    parley("batch", "small.yaml", "-n", "40", "--set", "truce.issues.monitoring=[0, 0.25]", "--out", "kept")
    (folder,) = (desk / "kept").iterdir()
    parley("explain", str(folder), "--track", "truce")
    parley("survival", str(folder), "--track", "exchange")
    assert "Asked of it" in parley("results", "kept").out
    assert "explain" in parley("results", "kept").out
    before = (folder / "explain-unlocks.png").read_bytes()
    (folder / "explain-unlocks.png").unlink()
    said = parley("plot", str(folder))
    assert said.status == 0
    assert (folder / "explain-unlocks.png").read_bytes() == before
    assert "to draw survival again: parley survival" in said.err
    (folder / "explain.json").write_text("{}")
    said = parley("plot", str(folder))
    assert (said.status, said.err.count("\n")) == (2, 1)
    assert f"to make it again: parley explain {folder}" in said.err


def test_what_is_not_drawn_again_names_its_command(parley: Callable, desk: Path) -> None:
    """Of phases in a folder of their own the command is named that draws them."""
    parley("phases", "small.yaml", "-n", "20")
    (folder,) = (desk / "results").iterdir()
    said = parley("plot", f"results/{folder.name}")
    assert said.status == 2
    assert said.err.endswith("give the command that made it: parley phases small.yaml -n 20 --seed 1\n")
