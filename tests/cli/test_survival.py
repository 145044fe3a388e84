"""`parley survival` as a person meets it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.terms import DISCLAIMER

BATCH = """\
parley: 1
batch: Watching
scenarios: [small.yaml]
variants:
  watched: {}
  unwatched: {tracks.truce.preconditions.east.watched: null}
replications: 10
"""


@pytest.fixture
def kept(parley: Callable, desk: Path) -> Path:
    """A batch of two points with deals."""
    (desk / "watching.yaml").write_text(BATCH, encoding="utf-8")
    assert parley("batch", "watching.yaml", "--engine", "mesa", "--jobs", "1").status == 0
    (folder,) = (desk / "results").iterdir()
    return folder


def test_variants_are_told_side_by_side(parley: Callable, kept: Path) -> None:
    """Tables of lives, endings and differences, and files beside the result; the figure's data start with everybody."""
    said = parley("survival", str(kept), "--days", "5")
    assert said.status == 0
    for words in ("How long truces lasted: Truce", "How they ended", "Difference from watched", "unwatched", "Pairs"):
        assert words in said.out
    assert said.out.splitlines()[-1] == DISCLAIMER
    assert {path.suffix for path in kept.glob("survival.*")} == {".png", ".svg", ".csv", ".txt", ".json"}
    plain = json.loads((kept / "survival.json").read_text(encoding="utf-8"))
    with (kept / "survival.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [int(row["at_risk"]) for row in rows if row["age"] == "0"] == [each["deals"] for each in plain["variants"]]
    assert [each["name"] for each in plain["variants"]] == ["watched", "unwatched"]
    assert plain["command"].endswith("--track truce --days 5")
    assert plain["disclaimer"] == DISCLAIMER


def test_one_point_is_told_with_its_endings(parley: Callable, kept: Path, desk: Path) -> None:
    """One variant: no differences; words for who cannot see; files where they are wanted and nowhere else."""
    said = parley("survival", str(kept), "--point", "1", "--days", "5", "--out", str(desk / "there"))
    assert said.status == 0
    assert "Difference" not in said.out
    assert "unwatched" in (desk / "there" / "survival.txt").read_text(encoding="utf-8")
    assert not list(kept.glob("survival.*"))


def test_json_is_printed_and_nothing_written(parley: Callable, kept: Path) -> None:
    """One document; the share in force and the shares ended on a day add up to 1."""
    said = parley("survival", str(kept), "--point", "0", "--json")
    assert not list(kept.glob("survival.*"))
    by_age = json.loads(said.out)["variants"][0]["by_age"]
    ended = [name for name in by_age if name.endswith("_by")]
    for day, share in enumerate(by_age["in_force"]):
        assert share + sum(by_age[name][day] for name in ended) == pytest.approx(1)


def test_what_cannot_be_answered_is_said_in_one_line(parley: Callable, kept: Path, desk: Path) -> None:
    """No result, no such track, no such point, no day, a batch without deals: status 2, and what there is instead."""
    assert parley("batch", "small.yaml", "-n", "3", "--engine", "mesa", "--jobs", "1", "--keep", "*.ending").status == 0
    bare = next(path for path in (desk / "results").iterdir() if path != kept)
    for words, why in [
        ((str(desk),), "is not a result"),
        ((str(kept), "--track", "swap"), "it has deals of exchange, truce"),
        ((str(kept), "--point", "9"), "its points go from 0 to 1"),
        ((str(kept), "--days", "0"), "greater than or equal to 1"),
        ((str(bare),), "keeps no deals"),
    ]:
        said = parley("survival", *words)
        assert (said.status, said.out) == (2, "")
        assert why in " ".join(said.err.split())
        assert "Traceback" not in said.err
