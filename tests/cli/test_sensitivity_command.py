"""Sensitivity on the command line, as a person meets it."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.terms import DISCLAIMER

pytest.importorskip("numba")

WIDE = ("--set", "tracks.truce.direct={assumed: [0.0, 0.2, 0.9], because: to be seen}")
WORDS = ("sensitivity", "small.yaml", "--outcome", "truce.first_opened<=2", "-n", "100", "--top", "3", *WIDE)


def test_what_an_answer_rests_on_is_told_kept_and_found_again(parley: Callable, desk: Path) -> None:
    """Sentences and tables on screen; numbers, figures and their words in a folder; the second time nothing is run."""
    said = parley(*WORDS)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("truce.first_opened<=2: ")
    assert "The range that moves it most: truce.direct, from" in said.out
    assert "Nobody reported any of the ranges" in said.out
    assert said.out.splitlines()[-1] == DISCLAIMER
    (folder,) = (desk / "results").iterdir()
    figures = {f"{name}.{suffix}" for name in ("tornado", "share") for suffix in ("png", "svg", "csv", "txt")}
    assert {path.name for path in folder.iterdir()} == {"manifest.json", "screening.csv", *figures}
    assert (folder / "tornado.txt").read_text(encoding="utf-8").splitlines()[-1] == DISCLAIMER
    again = parley(*WORDS)
    assert again.err == f"parley: found in {folder.relative_to(desk)}\n"
    assert again.out == said.out


def test_json_writes_nothing_and_says_how_to_ask_again(parley: Callable, desk: Path) -> None:
    """One document; the command in it is the one that was given, complete with what was left to the defaults."""
    said = parley(*WORDS, "--method", "sobol", "--by", "block", "--json")
    plain = json.loads(said.out)
    assert plain["kind"] == "sensitivity"
    assert plain["command"].startswith("parley sensitivity small.yaml --outcome 'truce.first_opened<=2' --method sobol")
    assert plain["found"]["swings"][0]["path"] == "tracks.truce.direct"
    assert plain["found"]["indices"][0]["name"] == "tracks.truce"
    assert not (desk / "results").exists()


def test_an_outcome_that_no_run_has_is_refused_in_one_line(parley: Callable, desk: Path) -> None:
    """Status 2, the word quoted and the nearest right thing named, and nothing is written."""
    said = parley("sensitivity", "small.yaml", "--outcome", "truce.deal>0")
    assert (said.status, said.out) == (2, "")
    assert said.err == "parley: 'truce.deal' is no column of a run; did you mean 'truce.deals'?\n"
    assert not (desk / "results").exists()


def test_phases_of_a_batch_stand_in_its_folder(parley: Callable, desk: Path) -> None:
    """Phases of a stored batch are those of its scenario with its seed; a changed scenario is refused."""
    assert parley("batch", "small.yaml", "-n", "20").status == 0
    (folder,) = (desk / "results").iterdir()
    said = parley("phases", str(folder))
    assert (said.status, said.err) == (0, "")
    assert "n = 20 replications, seed 1" in (folder / "phases.txt").read_text(encoding="utf-8")
    plain = json.loads(parley("phases", "small.yaml", "-n", "20", "--json").out)
    drawn = (folder / "phases.csv").read_text(encoding="utf-8").splitlines()
    assert drawn[-1].split(",")[1:3] == ["20", str(plain["days"][-1]["exchange.dormant"])]
    text = (desk / "small.yaml").read_text(encoding="utf-8")
    (desk / "small.yaml").write_text(text.replace("horizon: 30", "horizon: 31"), encoding="utf-8")
    said = parley("phases", str(folder), "-n", "5")
    assert (said.status, said.err) == (2, "parley: -n: asked of a scenario file only\n")
    assert parley("phases", str(folder)).err.endswith("was changed since the batch was run\n")


def test_phases_of_a_folder_that_is_no_batch_are_refused(parley: Callable, desk: Path) -> None:
    """Status 2 and one line."""
    said = parley("phases", ".")
    assert said.status == 2
    assert said.err.count("\n") == 1


def test_a_zone_is_printed_kept_and_drawn_again(parley: Callable, desk: Path) -> None:
    """`--json` prints every day and writes nothing; what is kept is drawn again from its manifest, to the last byte."""
    words = ("zone", "small.yaml", "--track", "truce", "--seed", "3")
    plain = json.loads(parley(*words, "--json").out)
    assert [day["day"] for day in plain["trace"]["days"]] == list(range(30))
    assert plain["command"] == "parley zone small.yaml --seed 3 --replication 0 --track truce"
    assert not (desk / "results").exists()
    assert parley(*words).status == 0
    (folder,) = (desk / "results").iterdir()
    drawn = (folder / "zone.png").read_bytes()
    (folder / "zone.png").unlink()
    assert parley("plot", str(folder)).status == 0
    assert (folder / "zone.png").read_bytes() == drawn
    assert json.loads((folder / "manifest.json").read_text()) == plain


def test_a_sensitivity_analysis_is_drawn_again(parley: Callable, desk: Path) -> None:
    """Its figures come again from the numbers that its manifest keeps, to the last byte."""
    parley("sensitivity", "small.yaml", "--outcome", "truce.deals>0", "-n", "50", "--out", "kept")
    (folder,) = (desk / "kept").iterdir()
    before = {path.name: path.read_bytes() for path in folder.glob("*.png")}
    for name in before:
        (folder / name).unlink()
    assert parley("plot", str(folder)).status == 0
    assert {path.name: path.read_bytes() for path in folder.glob("*.png")} == before


def test_what_takes_the_compiled_engine_says_so(parley: Callable, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Numba, one line says what is missing; nothing is written."""
    monkeypatch.setitem(sys.modules, "sim.engine.compiled", None)
    for words in (("sensitivity", "small.yaml", "--outcome", "truce.deals>0"), ("phases", "small.yaml")):
        said = parley(*words)
        assert said.status == 2
        assert said.err.startswith("parley: the compiled engine is not there: ")
        assert "it takes numba" in said.err
        assert said.err.count("\n") == 1
    assert not (desk / "results").exists()
