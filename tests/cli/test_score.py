"""Scores, as a person meets them on the command line."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.terms import DISCLAIMER

OBSERVED = """
observed:
  - {date: 2030-01-04, track: exchange, agreed: {size: 10}, delivered: {size: 10}, ending: completed}
  - {date: 2030-01-03, track: truce, ending: no_deal}
"""


@pytest.fixture
def observed(desk: Path) -> Path:
    """The small scenario, with what was observed."""
    file = desk / "small.yaml"
    file.write_text(file.read_text(encoding="utf-8").rstrip("\n") + OBSERVED, encoding="utf-8")
    return file


def test_scores_are_printed_and_kept(parley: Callable, desk: Path, observed: Path) -> None:
    """Every statement has a line; the folder holds the table, the figure with its numbers and words, and how made."""
    said = parley("score", "small.yaml", "-n", "40")
    assert said.status == 0
    for part in ("Exchange, first agreement: days 1–3", "Exchange, its ending: completed", "not within the horizon"):
        assert part in said.out
    assert "n = 1 case in the mean, a small number; 40 replications each, seed 1." in said.out
    assert said.out.splitlines()[-1] == DISCLAIMER
    (folder,) = (desk / "results").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        "manifest.json", "scores.csv", "skill.png", "skill.svg", "skill.csv", "skill.txt",
    }  # fmt: skip
    made = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert made["command"] == "parley score small.yaml -n 40 --seed 1"


def test_a_folder_stands_for_its_cases_without_their_variants(parley: Callable, desk: Path, observed: Path) -> None:
    """Of a folder, what extends nothing is scored; a variant is scored where it is named."""
    (desk / "small-longer.yaml").write_text("extends: small.yaml\nhorizon: 40\n", encoding="utf-8")
    (desk / "claims.yaml").rename(desk / "claims.yml")
    observed.write_text(observed.read_text(encoding="utf-8").replace("claims.yaml", "claims.yml"), encoding="utf-8")
    rows = csv.DictReader(io.StringIO(parley("score", ".", "-n", "5", "--csv").out))
    assert {row["case"] for row in rows} == {"small"}
    both = csv.DictReader(io.StringIO(parley("score", ".", "small-longer.yaml", "-n", "5", "--csv").out))
    assert {row["case"] for row in both} == {"small", "small-longer"}


def test_csv_and_json_say_the_same_and_write_nothing(parley: Callable, desk: Path, observed: Path) -> None:
    """One row a statement in both; files only where a place is named."""
    rows = list(csv.DictReader(io.StringIO(parley("score", "small.yaml", "-n", "20", "--csv").out)))
    plain = json.loads(parley("score", "small.yaml", "-n", "20", "--json").out)
    assert [float(row["probability"]) for row in rows] == [each["probability"] for each in plain["scores"]]
    assert [row["statement"] for row in rows] == ["agreement", "ending", "terms", "delivered", "agreement"]
    assert plain["disclaimer"] == DISCLAIMER
    assert not (desk / "results").exists()


def test_what_cannot_be_scored_is_refused_in_one_line(parley: Callable, desk: Path) -> None:
    """No observation, no file, the same scenario twice, two formats at once: status 2 and nothing written."""
    for words, why in (
        (("small.yaml",), "parley: nothing to score: no observation in small.yaml\n"),
        (("none.yaml",), "parley: 'none.yaml': no such file\n"),
        (("small.yaml", "small.yaml"), "parley: 'small.yaml': another scenario is called 'small' too\n"),
        (("small.yaml", "--json", "--csv"), "parley: --json and --csv ask for different things: give one of them\n"),
    ):
        said = parley("score", *words)
        assert (said.status, said.out, said.err) == (2, "", why)
    assert not (desk / "results").exists()
