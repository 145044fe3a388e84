"""`parley explain` as a person meets it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.terms import DISCLAIMER

Parley = Callable[..., Any]


@pytest.fixture
def batch(parley: Parley, desk: Path) -> Path:
    """A batch of the small scenario, in which nobody can offer the monitoring that is asked for."""
    sets = ("--set", "horizon=12", "--set", "truce.issues.monitoring=[0, 0.3]")
    assert parley("batch", "small.yaml", "-n", "30", *sets).status == 0
    (folder,) = (desk / "results").iterdir()
    return folder


def test_a_batch_is_explained_and_the_answer_kept_with_it(parley: Parley, batch: Path) -> None:
    """Asked for JSON it prints one document and writes nothing; otherwise it prints and keeps sentences and figures."""
    before = sorted(batch.rglob("*"))
    document = parley(
        "explain", str(batch), "--json", "--track", "truce", "--target", "held3", "--days", "9", "-n", "20"
    )
    found = json.loads(document.out)
    assert found["unlocking"]["target"] == {"track": "truce", "held": 3, "within": 9}
    assert found["disclaimer"] == DISCLAIMER
    assert sorted(batch.rglob("*")) == before
    said = parley("explain", str(batch), "-n", "20")
    assert said.status == 0, said.err
    assert "what stood in the way" in said.out
    assert 'The unlock: relaxing East Valley\'s "Watched" makes it' in " ".join(said.out.split())
    assert DISCLAIMER in said.out
    kept = json.loads((batch / "explain.json").read_text(encoding="utf-8"))
    assert kept["unlocking"]["replications"] == 20
    assert kept["blocking"]["truce"]["conditions"][0]["condition"] == "east.watched"
    assert (batch / "explain.png").is_file()


def test_a_scenario_that_changed_is_not_run_again(parley: Parley, batch: Path, desk: Path) -> None:
    """What the tables say is still told; what would have to be run is not, with the reason."""
    file = desk / "small.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("scope: 0.2", "scope: 0.9"), encoding="utf-8")
    said = parley("explain", str(batch))
    assert said.status == 0
    assert "what stood in the way" in said.out
    assert "'small.yaml' has changed since the batch ran it" in said.err


def test_a_run_is_explained_from_its_folder_and_from_its_scenario_alike(parley: Parley, desk: Path) -> None:
    """The kept run and the same question asked again give the same chain."""
    assert parley("run", "small.yaml", "--replication", "2").status == 0
    (folder,) = (desk / "results").iterdir()
    kept, asked = parley("explain", str(folder)), parley("explain", "small.yaml", "--replication", "2")
    assert kept.status == asked.status == 0
    assert "How the track ends" in asked.out
    assert kept.out.replace(f"Kept in {folder}\n", "") == asked.out
    assert (folder / "explain.csv").is_file()


def test_a_scenario_is_looked_at_before_any_run(parley: Parley, desk: Path) -> None:
    """--static tells contradictions and the zone of the first day, and writes nothing."""
    said = parley("explain", "small.yaml", "--static", "--set", "truce.margin={east: 9, west: 0}")
    assert said.status == 0
    assert "On day 0, 1 January 2030" in said.out
    assert "no package reaches the reservation of East Valley (9;" in " ".join(said.out.split())
    assert not (desk / "results").exists()


REFUSALS = {
    ("--track", "peace"): "'peace' is no track: expected one of exchange, truce",
    ("--target", "held"): "'held' is no target: expected 'agreed'",
    ("--point", "4"): "there is no point 4",
    ("--days", "999"): "999 days are beyond the horizon: expected 1 to",
    ("--static",): "--static asks a scenario file",
    ("--seed", "2", "--set", "horizon=9"): "--seed, --set: asked of a scenario file only",
}


def test_what_cannot_be_answered_is_refused_in_one_line(parley: Parley, batch: Path) -> None:
    """The value, what was expected, exit status 2, and nothing written."""
    before = sorted(batch.rglob("*"))
    for words, why in REFUSALS.items():
        said = parley("explain", str(batch), *words)
        assert (said.status, said.out) == (2, "")
        assert why in said.err
        assert len(said.err.splitlines()) == 1
    assert sorted(batch.rglob("*")) == before


def test_what_is_asked_of_a_batch_is_refused_of_a_scenario(parley: Parley, desk: Path) -> None:
    """An option that would change nothing is not passed over in silence."""
    said = parley("explain", "small.yaml", "--target", "held30", "-n", "5")
    assert (said.status, said.out) == (2, "")
    assert said.err == "parley: --target, -n: asked of a batch only\n"
    assert not (desk / "results").exists()


def test_a_file_that_is_not_there_is_refused(parley: Parley) -> None:
    """Neither a result nor a scenario."""
    said = parley("explain", "nowhere.yaml")
    assert said.status == 2
    assert "nowhere.yaml" in said.err
