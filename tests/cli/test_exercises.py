import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.classroom.variants import token_of


def test_the_list_names_every_exercise(parley: Callable) -> None:  # type: ignore[type-arg]
    """Number, title, minutes and aims of all that there are."""
    said = parley("exercise", "list")
    assert said.status == 0
    for word in ("Read a timeline", "The gesture", "Which precondition binds", "parley exercise start 1"):
        assert word in said.out


def test_start_check_hint_submit(parley: Callable, desk: Path) -> None:  # type: ignore[type-arg]
    """From start to handing in: 1 until it is passed, hints counted, and the same bytes for the same work."""
    assert parley("exercise", "start", "1").status == 0
    folder = desk / "01-read-a-timeline"
    assert sorted(path.name for path in folder.iterdir()) == [
        "answers.yaml", "brief.md", "exercise.yaml", "shipped", "start.yaml",
    ]  # fmt: skip
    checked = parley("exercise", "check", str(folder))
    assert (checked.status, "0 of 9" in checked.out, "What the field would say" in checked.out) == (1, True, False)
    assert "Hint 1 of 3" in parley("exercise", "hint", str(folder)).out
    twice = parley("exercise", "hint", str(folder)).out
    assert "Hint 2 of 3" in twice
    assert "Hint 3" not in twice
    assert "Hints taken: 2 of 3" in parley("exercise", "check", str(folder)).out
    for name in ("one.zip", "two.zip"):
        assert parley("exercise", "submit", str(folder), "--out", name).status == 0
    assert (desk / "one.zip").read_bytes() == (desk / "two.zip").read_bytes()
    with zipfile.ZipFile(desk / "one.zip") as packed:
        names = [name.removeprefix("01-read-a-timeline-you/") for name in packed.namelist()]
        record = json.loads(packed.read("01-read-a-timeline-you/check.json"))
    assert names == ["answers.yaml", "check.json", "exercise.yaml"]
    assert (record["points"], record["passed"], "computed" in json.dumps(record)) == (0, False, False)


def test_a_file_that_cannot_be_read_ends_a_check_with_3(parley: Callable, desk: Path) -> None:  # type: ignore[type-arg]
    """The marks of the rest are printed, the fault with its place, and the status says that a file is bad."""
    parley("exercise", "start", "1", "mine")
    sheet = desk / "mine" / "answers.yaml"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("exchanges:", "exchanges: lots"), encoding="utf-8")
    said = parley("exercise", "check", "mine")
    assert said.status == 3
    assert "expected a number such as 12.5, found 'lots'" in said.err
    assert "answers.yaml:" in said.err
    assert "Points: 0 of 9" in said.out


def test_a_check_in_json_is_one_document(parley: Callable) -> None:  # type: ignore[type-arg]
    """With --json there is nothing but the record."""
    parley("exercise", "start", "1", "mine")
    assert json.loads(parley("exercise", "check", "mine", "--json").out)["most"] == 9


def test_a_token_and_the_secret_give_the_same_folder(parley: Callable, desk: Path) -> None:  # type: ignore[type-arg]
    """A student with a token has the folder that the teacher would make, and other figures than without."""
    secret = "herons stand in the reed"
    (desk / "secret.txt").write_text(secret + "\n", encoding="utf-8")
    assert parley("exercise", "start", "2", "a", "--course", "secret.txt", "--student", "egret").status == 0
    assert parley("exercise", "start", "2", "b", "--token", str(token_of(secret, "egret"))).status == 0
    assert parley("exercise", "start", "2", "c", "--student", "egret").status == 0
    (desk / "secret.txt").chmod(0o600)
    (desk / "course.yaml").write_text("course: Birds\nstudents: [egret]\nexercises: [2]\n", encoding="utf-8")
    assert parley("exercise", "start", "2", "d", "--course", "course.yaml", "--student", "egret").status == 0
    a, b, c, d = ((desk / name / "exercise.yaml").read_text(encoding="utf-8") for name in "abcd")
    assert a == b == d != c
    assert "not in the course" in parley("exercise", "start", "2", "e", "--course", "course.yaml", "--student", "x").err
    assert all(secret.encode() not in path.read_bytes() for path in (desk / "a").rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["start", "99"], "there is no exercise '99'"),
        (["start", "1", "."], "left as it is"),
        (["start", "1", "new", "--exercises", "nowhere"], "'nowhere' is no folder of exercises"),
        (["start", "1", "new", "--token", "abc"], "no token"),
        (["start", "1", "new", "--student", "../x"], "cannot be a student's name"),
        (["start", "1", "new", "--course", "small.yaml"], "--course needs --student"),
        (["start", "1", "new", "--course", "gone.txt", "--student", "x"], "gone.txt"),
        (["check", "."], "holds no exercise.yaml"),
        (["hint", "gone"], "holds no exercise.yaml"),
        (["submit", "."], "holds no exercise.yaml"),
        (["submit", ".", "--out", "small.yaml"], "it should end in .zip"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    parley: Callable, desk: Path, words: list[str], told: str  # type: ignore[type-arg]
) -> None:  # fmt: skip
    """Status 2, one reason, and nothing is written."""
    before = sorted(desk.iterdir())
    said = parley("exercise", *words)
    assert (said.status, sorted(desk.iterdir())) == (2, before)
    assert told in " ".join(said.err.replace("│", " ").split())
