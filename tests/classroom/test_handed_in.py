import os
from pathlib import Path

import pytest

from sim.classroom.exercises import Exercise
from sim.classroom.judging import Verdict
from sim.classroom.marking import Marks, mark
from sim.classroom.variants import Variant

SECRET = "the answer of another student: heron"
GOOD = "extends: start.yaml\ntitle: Mine\ntracks: {exchange: {issues: {size: [20]}}}\n"


def marked(folder: Path, exercise: Exercise, variant: Variant) -> Marks:
    """The marks of a folder."""
    return mark(folder, exercise, variant=variant)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("extends: ../secret.yaml\n", "only the starter and the files under shipped"),
        ("extends: shipped/../../secret.yaml\n", "only the starter"),
        ("extends: {place}/secret.yaml\n", "only the starter"),
        ("extends: start.yaml\nsources: {{x: {{claims: ../secret.yaml}}}}\n", "only the starter"),
        ("extends: start.yaml\nassumed: {{sources: {{x: {{claims: ../secret.yaml}}}}}}\n", "only the starter"),
        ("extends: start.yaml\nparties: {{east: {{strategy: {{file: evil.py}}}}}}\n", "a strategy from a file"),
        ("extends: start.yaml\ntracks: {{exchange: {{strategy: {{east: {{file: evil.py}}}}}}}}\n", "a strategy from"),
        ("extends: mine.yaml\n", "circular"),
        ("extends: nobody.yaml\n", "there is no file nobody.yaml"),
        ("a: [\n", "not YAML"),
        ("\x00", "cannot be used"),
        ("", "empty"),
        ("extends: start.yaml\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "unknown key"),
    ],
)  # fmt: skip
def test_a_scenario_that_reaches_out_is_refused_unopened(
    desk: Path, exercise: Exercise, variant: Variant, text: str, told: str
) -> None:
    """Whatever it names outside is not opened; nothing of it comes into the feedback, and nothing of ours either."""
    (desk.parent / "secret.yaml").write_text(f"title: {SECRET}\nanswer: [\n", encoding="utf-8")
    (desk / "evil.py").write_text(f"open({str(desk.parent / 'ran')!r}, 'w')\n", encoding="utf-8")
    written = text.format(place=desk.parent) if "{" in text else text
    (desk / "mine.yaml").write_text(written, encoding="utf-8")
    marks = marked(desk, exercise, variant)
    said = "\n".join(map(str, marks.faults))
    assert told in said
    assert SECRET not in said
    assert "parley-marking" not in said
    assert not (desk.parent / "ran").exists()
    assert [line.points for line in marks.marks[:2]] == [0, 0]
    assert marks.marks[0].way == "invalid"


def test_links_pipes_and_giants_are_not_taken(desk: Path, exercise: Exercise, variant: Variant) -> None:
    """Only ordinary files of a reasonable size are taken in; for others it is said why not."""
    (desk.parent / "secret.yaml").write_text(GOOD, encoding="utf-8")
    for make, told in (
        (lambda path: path.symlink_to("../secret.yaml"), "not an ordinary file"),
        (os.mkfifo, "not an ordinary file"),
        (lambda path: path.mkdir(), "not an ordinary file"),
        (lambda path: path.write_bytes(b"#" * 2_000_000), "larger than 1,048,576 bytes"),
    ):
        path = desk / "mine.yaml"
        make(path)
        marks = marked(desk, exercise, variant)
        assert told in str(marks.faults[0])
        assert marks.points == 0
        path.rmdir() if path.is_dir() else path.unlink()


def test_what_was_changed_beside_does_not_count(desk: Path, exercise: Exercise, variant: Variant) -> None:
    """Starter and shipped files are written anew: a student who changed them is marked as if they were not."""
    (desk / "mine.yaml").write_text(GOOD, encoding="utf-8")
    before = marked(desk, exercise, variant)
    for path in (desk / "start.yaml", desk / "shipped" / "scenarios" / "cases" / "small.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("5, ", ""), encoding="utf-8")
    (desk / "shipped" / "scenarios" / "cases" / "claims.yaml").unlink()
    assert marked(desk, exercise, variant) == before
    assert before.marks[0].verdict is Verdict.MET


def test_marking_changes_no_file(desk: Path, exercise: Exercise, variant: Variant) -> None:
    """A folder is the same after it was marked, and so are the marks of a second time."""
    (desk / "mine.yaml").write_text(GOOD, encoding="utf-8")
    before = {path: path.read_bytes() for path in desk.rglob("*") if path.is_file()}
    assert marked(desk, exercise, variant) == marked(desk, exercise, variant)
    assert before == {path: path.read_bytes() for path in desk.rglob("*") if path.is_file()}


def test_what_needs_another_gains_nothing_by_itself(desk: Path, exercise: Exercise, variant: Variant) -> None:
    """Deals that come from a change elsewhere do not count, and it is said why."""
    (desk / "mine.yaml").write_text(GOOD + "horizon: 60\n", encoding="utf-8")
    only, reaches = marked(desk, exercise, variant).marks[:2]
    assert (only.way, only.points) == ("elsewhere", 0)
    assert "horizon" in only.feedback
    assert (reaches.way, reaches.points) == ("needs", 0)
    assert "The sizes alone" in reaches.feedback
