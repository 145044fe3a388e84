"""`parley teach pack`: what it writes, what it refuses, and that its commands give its numbers again."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app

HERE = Path(__file__).resolve().parent
SMALL = HERE / "small.yaml"
RUN = CliRunner()


def test_a_pack_has_a_page_for_the_instructor_and_a_folder_for_students(tmp_path):
    """The manifest names every page, and no page for the instructor is in the folder for students."""
    done = RUN.invoke(app, ["teach", "pack", str(SMALL), "--out", str(tmp_path / "pack"), "-n", "10"])
    assert done.exit_code == 0, done.output
    manifest = json.loads((tmp_path / "pack" / "manifest.json").read_text(encoding="utf-8"))
    found = {str(file.relative_to(tmp_path / "pack")) for file in (tmp_path / "pack").rglob("*.html")}
    assert found == set(manifest["files"])
    assert {"index.html", "roles.html"} == {file for file in found if "/" not in file}


def test_what_is_in_the_way_is_left_alone(tmp_path):
    """A folder that is no pack is not replaced: exit status 2, one line, nothing written."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "letters.txt").write_text("mine", encoding="utf-8")
    done = RUN.invoke(app, ["teach", "pack", str(SMALL), "--out", str(tmp_path / "pack")])
    assert done.exit_code == 2
    assert "in the way" in done.output
    assert [file.name for file in (tmp_path / "pack").iterdir()] == ["letters.txt"]


def test_what_somebody_put_into_a_pack_is_not_lost(tmp_path):
    """A pack is replaced as it was written; with one file more, or where another result stands, nothing is touched."""
    command = ["teach", "pack", str(SMALL), "--out", str(tmp_path / "pack"), "-n", "10"]
    assert [RUN.invoke(app, command).exit_code for _ in range(2)] == [0, 0]
    notes = tmp_path / "pack" / "students" / "notes.txt"
    notes.write_text("mine", encoding="utf-8")
    done = RUN.invoke(app, command)
    assert (done.exit_code, "notes.txt' would be lost" in done.output) == (2, True)
    assert notes.read_text(encoding="utf-8") == "mine"
    batch = tmp_path / "batch"
    batch.mkdir()
    (batch / "manifest.json").write_text('{"kind": "batch", "files": ["manifest.json"]}', encoding="utf-8")
    assert RUN.invoke(app, [*command[:-3], str(batch), "-n", "10"]).exit_code == 2
    assert [file.name for file in batch.iterdir()] == ["manifest.json"]


def test_an_unknown_table_is_named_with_those_that_there_are(tmp_path):
    """Exit status 2, and nothing is written."""
    done = RUN.invoke(app, ["teach", "pack", str(SMALL), "--track", "nowhere", "--out", str(tmp_path / "pack")])
    assert done.exit_code == 2
    assert "'nowhere' is no track: expected one of" in done.output
    assert not (tmp_path / "pack").exists()


@pytest.mark.slow
def test_the_command_on_the_page_gives_its_numbers_again(tmp_path):
    """The share of runs with a deal is the one that a batch of the same scenario, size and seed has."""
    case = HERE.parent.parent / "scenarios" / "cases" / "march-2025.yaml"
    RUN.invoke(app, ["teach", "pack", str(case), "--out", str(tmp_path / "pack"), "-n", "60"])
    done = RUN.invoke(app, ["batch", str(case), "-n", "60", "--seed", "1", "--json"])
    summary = json.loads(done.stdout[done.stdout.index("{") :])
    track = next(each for each in _tracks(summary) if each["track"] == "ceasefire")
    page = (tmp_path / "pack" / "index.html").read_text(encoding="utf-8")
    share = track["agreed"]
    assert f"{100 * share['share']:.1f} % (95 %: {100 * share['low']:.1f} to {100 * share['high']:.1f})" in page


def _tracks(plain):
    """Every summary of a track in a document."""
    if isinstance(plain, dict):
        if "track" in plain and "agreed" in plain and "share" in (plain["agreed"] or {}):
            yield plain
        for each in plain.values():
            yield from _tracks(each)
    elif isinstance(plain, list):
        for each in plain:
            yield from _tracks(each)
