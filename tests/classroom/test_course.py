"""A course from its file: what students get holds no key and no secret, and what only a teacher sees lies apart."""

import os
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.classroom.course import NoCourse, read_course
from sim.cli import app
from sim.scenario.faults import InvalidScenario

COURSE = "course: Valleys\nstudents: [heron, otter]\nexercises: [1]\ndeadline: Friday\nweights: {1: 2}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a course."""
    path = tmp_path / "course.yaml"
    path.write_text(COURSE)
    return path


def build(file: Path, shelf: Path, *more: str) -> tuple[int, str]:
    """Run the command; its exit status, and what it said on stderr."""
    words = ["teach", "build", str(file), "--exercises", str(shelf), "-n", "20", "--jobs", "1", *more]
    result = CliRunner().invoke(app, [*words, "--out", str(file.parent / "packs")], catch_exceptions=False)
    return result.exit_code, result.stderr


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, those within zip files too."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[str(path.relative_to(folder))] = path.read_bytes()
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as packed:
                found |= {f"{path.name}/{name}": packed.read(name) for name in packed.namelist()}
    return found


def test_no_key_and_no_secret_is_in_a_students_pack(file: Path, shelf: Path) -> None:
    """In no byte for students is the secret, a token, what was worked out, the debrief, or another student's name."""
    assert build(file, shelf)[0] == 0
    course = read_course(file, shelf)
    students, instructor = contents(file.parent / "packs" / "students"), contents(file.parent / "packs" / "instructor")
    hidden = [course.secret.encode(), b"Well.", str(file.parent).encode(), b"computed"]
    hidden += [course.token(student).key.hex().encode() for student in course.students]
    keys = instructor["keys.csv"].decode().splitlines()[1:]
    assert any("gestures" in line for line in keys)
    assert students
    for name, data in students.items():
        for secret in hidden:
            assert secret not in data, f"{secret!r} is in {name}"
    for student in course.students:
        theirs = [data for name, data in students.items() if name.startswith(student)]
        others = [other.encode() for other in course.students if other != student]
        assert not any(other in data for data in theirs for other in others)
    assert course.token("heron").key.hex().encode() in instructor["tokens.csv"]
    assert course.secret.encode() not in b"".join(instructor.values())


def test_a_pack_is_a_started_exercise_with_ones_own_figures(file: Path, shelf: Path) -> None:
    """The figures in a pack are those that the secret gives, and the zip file holds the same files."""
    build(file, shelf, "--no-keys")
    course = read_course(file, shelf)
    exercise = course.exercises[0]
    for student in course.students:
        card = (file.parent / "packs" / "students" / student / exercise.word / "exercise.yaml").read_text()
        assert f"seed: {course.variant(exercise, student).seed}," in card.replace("}", ",")
        with zipfile.ZipFile(file.parent / "packs" / "students" / f"{student}.zip") as packed:
            assert packed.read(f"{student}/{exercise.word}/exercise.yaml").decode() == card
    assert "Hand in by: Friday" in (file.parent / "packs" / "students" / "heron" / "README.txt").read_text()


def test_the_instructors_page_says_what_is_expected_and_what_goes_wrong(file: Path, shelf: Path) -> None:
    """Aims, keys that were worked out, the ways to fail, hints and the debrief are on one page."""
    build(file, shelf)
    page = (file.parent / "packs" / "instructor" / "01-two-valleys.md").read_text()
    for words in (
        "See what happens",
        "Expected (whose, in `keys.csv`):",
        "*low*: Too few.",
        "1. one",
        "Well.",
        "not a forecast",
    ):
        assert words in page


def test_a_secret_is_made_once_for_its_owner_alone(file: Path, shelf: Path) -> None:
    """The first reading that may makes a file with permissions 600; later ones find the same secret."""
    with pytest.raises(NoCourse, match="'parley teach build' makes it"):
        read_course(file, shelf)
    secret = read_course(file, shelf, may_make_secret=True).secret
    assert len(secret) >= 32
    assert read_course(file, shelf, may_make_secret=True).secret == secret
    if os.name == "posix":
        kept = file.parent / "secret.txt"
        assert kept.stat().st_mode & 0o777 == 0o600
        kept.chmod(0o644)
        with pytest.raises(NoCourse, match="chmod 600"):
            read_course(file, shelf)


def test_a_secret_may_be_in_the_environment(file: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named by its variable, it is taken from there, and no file is made; too short a one is refused."""
    file.write_text(COURSE + "secret: {environment: VALLEYS}\n")
    monkeypatch.setenv("VALLEYS", "a secret that is long enough")
    course = read_course(file, shelf, may_make_secret=True)
    assert (course.secret, course.secret_variable) == ("a secret that is long enough", "VALLEYS")
    assert sorted(each.name for each in file.parent.iterdir() if each.is_file()) == ["course.yaml"]
    monkeypatch.setenv("VALLEYS", "short")
    with pytest.raises(NoCourse, match="16 characters"):
        read_course(file, shelf)


def test_students_may_come_from_a_table(file: Path, shelf: Path) -> None:
    """From the column 'student', or from the first where none is called so."""
    file.write_text(COURSE.replace("[heron, otter]", "class.csv"))
    tables = (
        ("group,Student\n1,kite\n2,wren\n", ("kite", "wren")),
        ("kite\nowl\n", ("kite", "owl")),
        ("group;Student\n1;kite\n2;wren\n", ("kite", "wren")),  # as spreadsheets of many countries write it
    )
    for text, expected in tables:
        (file.parent / "class.csv").write_text(text)
        assert read_course(file, shelf, may_make_secret=True).students == expected


def test_what_cannot_be_a_course_is_refused(file: Path, shelf: Path) -> None:
    """A misspelt key has its place; impossible names, weights of nothing and packs in the way are told."""
    file.write_text(COURSE.replace("deadline", "dedline"))
    with pytest.raises(InvalidScenario, match="unknown key 'dedline'"):
        read_course(file, shelf)
    for old, new, words in (
        ("otter", "../otter", "cannot be a student's name"),
        ("otter", "Heron", "have the same name"),
        ("{1: 2}", "{3: 2}", "weights are numbers"),
    ):
        file.write_text(COURSE.replace(old, new))
        with pytest.raises(NoCourse, match=words):
            read_course(file, shelf, may_make_secret=True)
    file.write_text(COURSE)
    assert build(file, shelf, "--no-keys")[0] == 0
    status, said = build(file, shelf, "--no-keys")
    assert status == 3
    assert "is there already, and is left as it is" in said
