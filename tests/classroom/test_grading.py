"""Submissions, honest and hostile: each is marked or refused by itself, and nothing reaches out of its workplace."""

import os
import stat
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.classroom.course import Course, read_course
from sim.classroom.exercises import Exercise
from sim.classroom.grade_pages import as_page, as_text, report, write
from sim.classroom.grading import Graded, Grader, Line, Within, alike
from sim.classroom.intake import Unacceptable, submissions, take_in
from sim.classroom.started import write_started
from sim.classroom.tables import table
from sim.cli import app

Fill = Callable[[Path, Mapping[str, object]], None]
File = tuple[str, bytes, int]
ORDINARY = stat.S_IFREG | 0o644


@pytest.fixture
def packed(tmp_path: Path) -> Callable[..., Path]:
    """A zip file with some entries: name, content and mode."""

    def pack(*files: File, compression: int = zipfile.ZIP_STORED) -> Path:
        path = tmp_path / "work.zip"
        with zipfile.ZipFile(path, "w", compression) as whole:
            for name, content, mode in files:
                entry = zipfile.ZipInfo(name)
                entry.external_attr, entry.compress_type = mode << 16, compression
                whole.writestr(entry, content)
        return path

    return pack


def why(submission: Path, workplace: Path) -> str:
    """Why a submission is not taken in; nothing may be left outside the workplace."""
    workplace.mkdir()
    with pytest.raises(Unacceptable) as caught:
        take_in(submission, workplace)
    return str(caught.value)


@pytest.mark.parametrize(
    "name", ["../out.yaml", "a/../../out.yaml", "/tmp/out.yaml", "C:/out.yaml", "a\\..\\out.yaml", "a/" * 9 + "b"]
)
def test_no_path_leads_out(packed: Callable[..., Path], tmp_path: Path, name: str) -> None:
    """A name that leaves its folder, by whatever way, refuses the whole file."""
    assert "does not stay in a folder of its own" in why(packed((name, b"x", ORDINARY)), tmp_path / "w")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w", "work.zip"]


def test_links_and_devices_are_refused(packed: Callable[..., Path], tmp_path: Path) -> None:
    """A link in a zip file, in a folder, or as the submission itself is not followed."""
    link = packed(("a/exercise.yaml", b"/etc/passwd", stat.S_IFLNK | 0o777))
    assert why(link, tmp_path / "one") == "'a/exercise.yaml' is a link or a device"
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "exercise.yaml").symlink_to("/etc/passwd")
    assert why(folder, tmp_path / "two") == "'exercise.yaml' is a link or a device"
    (tmp_path / "elsewhere").symlink_to("/etc")
    assert why(tmp_path / "elsewhere", tmp_path / "three") == "it is a link to somewhere else"
    if hasattr(os, "mkfifo"):
        (folder / "exercise.yaml").unlink()
        os.mkfifo(folder / "exercise.yaml")
        assert "a link or a device" in why(folder, tmp_path / "four")


def test_bombs_are_not_unpacked(packed: Callable[..., Path], tmp_path: Path) -> None:
    """What is too much is refused as soon as it comes: one large file, many together, many files."""
    bomb = packed(("a/x", bytes(50_000_000), ORDINARY), compression=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 100_000
    assert "larger than what is taken" in why(bomb, tmp_path / "one")
    assert sum(file.stat().st_size for file in (tmp_path / "one").rglob("*") if file.is_file()) <= 1024 * 1024
    large = [(f"a/{place}", bytes(1_000_000), ORDINARY) for place in range(30)]
    assert "larger than what is taken" in why(packed(*large, compression=zipfile.ZIP_DEFLATED), tmp_path / "two")
    many = packed(*[(f"a/{place}", b"", ORDINARY) for place in range(300)])
    assert why(many, tmp_path / "three") == "it holds 300 files: at most 200 are taken"


def test_nonsense_is_told(packed: Callable[..., Path], tmp_path: Path) -> None:
    """A file that is no zip file, or one that holds no exercise, is refused in words."""
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04 and no more")
    assert why(tmp_path / "no.zip", tmp_path / "one") == "it is no zip file, or a damaged one"
    assert "holds no exercise.yaml" in why(packed(("a/b", b"", ORDINARY)), tmp_path / "two")
    (tmp_path / "essay.pdf").write_bytes(b"%PDF")
    assert "it is no folder or zip file" in why(tmp_path / "essay.pdf", tmp_path / "three")
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = packed(("a/exercise.yaml", b"", ORDINARY), ("a/exercise.yaml", b"", ORDINARY))
    assert why(twice, tmp_path / "four") == "'a/exercise.yaml' is in it twice"


def test_what_runs_left_beside_the_work_does_not_refuse_it(packed: Callable[..., Path], tmp_path: Path) -> None:
    """Who packs a whole folder by hand packs large pictures of runs and shipped cases too; these stay out."""
    run = ("results/a-run/outcomes.svg", bytes(2_000_000))
    shipped = [(f"shipped/seeds/{place}.yaml", b"") for place in range(300)]
    files = [("exercise.yaml", b"parley: 1"), run, *shipped]
    for name, content in files:
        (tmp_path / "folder" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folder" / name).write_bytes(content)
    whole = packed(*[(f"heron/{name}", content, ORDINARY) for name, content in files])
    for submission in (tmp_path / "folder", whole):
        workplace = tmp_path / f"work-{submission.name}"
        workplace.mkdir()
        take_in(submission, workplace)
        assert [path.name for path in workplace.rglob("*") if path.is_file()] == ["exercise.yaml"]


def test_submissions_are_found_by_name(tmp_path: Path) -> None:
    """Whatever is not hidden, sorted, so that a document is told as not marked; nothing where all is such."""
    for name in ("essay.pdf", ".hidden.zip"):
        (tmp_path / name).touch()
    assert submissions(tmp_path) == []
    for name in ("b.zip", "a.ZIP"):
        (tmp_path / name).touch()
    (tmp_path / "c").mkdir()
    assert [each.name for each in submissions(tmp_path)] == ["a.ZIP", "b.zip", "c", "essay.pdf"]


# A class ------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(shelf: Path, tmp_path: Path) -> Course:
    """A course of three with one exercise."""
    file = tmp_path / "course.yaml"
    file.write_text("course: Valleys\nstudents: [heron, otter, wren]\nexercises: [1]\n")
    return read_course(file, shelf, may_make_secret=True)


@pytest.fixture
def hall(course: Course, exercise: Exercise, tmp_path: Path, fill: Fill) -> Path:
    """A folder of submissions: two that did the same, one that handed in programs, one stranger."""
    folder = tmp_path / "hall"
    for student in ("heron", "otter"):
        write_started(exercise, course.variant(exercise, student), folder / student)
        fill(folder / student, {"gestures": 0, "why": "Because."})
        (folder / student / "mine.yaml").write_text(
            "extends: start.yaml\ntitle: Mine\ntracks: {exchange: {issues: {size: [5]}}}\n"
        )
    write_started(exercise, course.variant(exercise, "wren"), folder / "wren")
    for name in ("json", "sim", "site", "sitecustomize"):
        (folder / "wren" / f"{name}.py").write_text(f"open({str(tmp_path / 'pwned')!r}, 'w')\nraise SystemExit(1)\n")
    write_started(exercise, exercise.variant(course.token("stranger")), folder / "stranger")
    (folder / "torn.zip").write_bytes(b"PK")
    return folder


@pytest.mark.slow
def test_a_class_is_marked(course: Course, hall: Path, shelf: Path, tmp_path: Path) -> None:
    """Each is marked by the figures that the secret gives; programs are not run; who cannot be marked is named."""
    graded = {one.submission: one for one in Grader(shelf, course, replications=20).grade(submissions(hall), jobs=2)}
    assert list(graded) == ["heron", "otter", "stranger", "torn.zip", "wren"]
    assert graded["stranger"].refused == "'stranger' is not in the course"
    assert graded["torn.zip"].refused == "it is no zip file, or a damaged one"
    assert not (tmp_path / "pwned").exists()
    assert (graded["wren"].refused, graded["wren"].points, graded["wren"].most) == ("", 0.0, 5)
    assert graded["heron"].points >= 2.0
    assert graded["heron"].to_read == {"why": "Because."}
    assert [(name, who) for _, name, who in alike(list(graded.values()))] == [
        ("all answers", ("heron", "otter")),
        ("mine.yaml", ("heron", "otter")),
    ]


@pytest.mark.slow
def test_the_same_files_and_the_same_bytes(course: Course, hall: Path, shelf: Path, tmp_path: Path) -> None:
    """Two markings with different numbers of jobs leave the same files."""
    kept = []
    for jobs in (1, 2):
        out = tmp_path / f"out{jobs}"
        out.mkdir()
        write(Grader(shelf, course, replications=20).grade(submissions(hall), jobs), course, out)
        kept.append({file.name: file.read_bytes() for file in out.iterdir()})
    assert kept[0] == kept[1]
    assert sorted(kept[0]) == ["criteria.csv", "marks.csv", "report.html", "report.txt", "students.csv", "texts.csv"]


def test_a_changed_card_gains_nothing(course: Course, hall: Path, shelf: Path) -> None:
    """Whoever writes another course or easier figures into the card is marked by the secret's, or not at all."""
    card = hall / "heron" / "exercise.yaml"
    card.write_text(card.read_text().replace(course.token("heron").course, "public"))
    grader = Grader(shelf, course, replications=20)
    assert grader.grade([hall / "heron"])[0].refused.startswith("it was started for another course")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_marking_that_breaks_a_limit_costs_that_submission_alone(course: Course, hall: Path, shelf: Path) -> None:
    """With too little memory to run anything, each is told so; the class report is still written."""
    graded = Grader(shelf, course, Within(60, 40 * 1024 * 1024), 20).grade([hall / "heron", hall / "torn.zip"])
    assert "it used more memory than it may have" in graded[0].refused
    assert graded[1].refused == "it is no zip file, or a damaged one"
    assert "Not marked" in as_text("Marks", report(graded, course))


def test_a_report_by_hand(course: Course) -> None:
    """Of two who have all and half, the best of what one handed in counts, and whoever handed in nothing has none."""
    lines = (Line("a", "Ask <b>", 2.0, 4, "not met", "low", "Low."),)
    half = Graded("x", "heron", "01-two-valleys", 2.0, 4, lines=lines)
    whole = Graded("y", "heron", "01-two-valleys", 4.0, 4, passed=True, lines=lines)
    sections = report([half, whole], course)
    assert ["heron", "100.0", "100.0"] in [list(row) for row in sections[0][2]]
    assert ["wren", "", "0.0"] in [list(row) for row in sections[0][2]]
    assert sections[1][0] == "01-two-valleys: 2 marked, 1 passed"
    assert "Ask &lt;b&gt;" in as_page("Marks", sections)
    assert "<b>" not in as_page("Marks", sections)


def test_words_of_students_are_no_formulas() -> None:
    """A cell that a spreadsheet would reckon begins with an apostrophe; a number stays one."""
    assert table(("a", "b"), [["=HYPERLINK(1)", "-3.5"]]) == "a,b\n'=HYPERLINK(1),-3.5\n"


@pytest.mark.slow
def test_the_command_grades(course: Course, hall: Path, shelf: Path, tmp_path: Path) -> None:
    """`parley teach grade` prints the report and keeps it, and refuses in one line what it cannot do."""
    words = ["teach", "grade", str(hall), "--exercises", str(shelf), "-n", "20", "--jobs", "2"]
    words += ["--course", str(tmp_path / "course.yaml"), "--out", str(tmp_path / "marks")]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "01-two-valleys: 3 marked" in result.stdout
    (tmp_path / "empty").mkdir()
    result = CliRunner().invoke(app, ["teach", "grade", str(tmp_path / "empty")], catch_exceptions=False)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
