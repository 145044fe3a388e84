import os
import shutil
from pathlib import Path

import pytest

from sim.classroom.exercises import Exercise, NoExercise, exercises, find_exercise, folder_of_exercises
from sim.classroom.marking import mark
from sim.classroom.started import read_card, read_started, write_started
from sim.classroom.task_file import PLACEHOLDER
from sim.classroom.variants import Variant, own_token
from sim.scenario.compiling import compile_case
from sim.scenario.faults import InvalidScenario
from sim.scenario.reading import read

SHIPPED = [folder.name for folder in exercises(folder_of_exercises())]


@pytest.mark.parametrize("word", SHIPPED)
def test_every_choice_of_every_figure_makes_a_scenario(word: str, tmp_path: Path) -> None:
    """With whatever figures a student gets, the starter is a valid scenario, and the pages speak of these figures."""
    exercise = find_exercise(folder_of_exercises(), word)
    own = exercise.variant(own_token(word))
    some = [(name, value) for name, each in exercise.varies.items() for value in each.values[:3]]
    for place, (name, value) in enumerate(some):
        variant = Variant(word, "you", "public", {**own.figures, name: value})
        folder = tmp_path / str(place)
        write_started(exercise, variant, folder)
        assert not PLACEHOLDER.search((folder / "brief.md").read_text(encoding="utf-8"))
        assert not PLACEHOLDER.search(exercise.page("debrief", variant))
        if exercise.task.starter:
            reading = read(folder / exercise.task.starter)
            compile_case(reading)
            at = exercise.varies[name].at
            node = reading.positions.find(at.split(".")) if at else None
            assert node is None or str(value).strip("[]") in node.place.text.lines[node.place.line - 1]


@pytest.mark.parametrize("word", SHIPPED)
def test_an_exercise_is_whole(word: str) -> None:
    """Brief, task and debrief are there; aims are told, three hints, and points that a machine can give."""
    exercise = find_exercise(folder_of_exercises(), word)
    assert all((exercise.folder / name).is_file() for name in ("brief.md", "debrief.md", "task.yaml"))
    assert len(exercise.task.hints) == 3
    brief = (exercise.folder / "brief.md").read_text(encoding="utf-8")
    for file in exercise.task.files.values():
        assert file.file in brief
    for name in exercise.task.answers:
        assert name in brief or exercise.number == 1


def test_a_started_folder_runs_anywhere(desk: Path, variant: Variant, tmp_path: Path) -> None:
    """Moved to another place, with the clone gone, the starter reads with the student's figures in it."""
    away = tmp_path / "elsewhere" / "folder"
    shutil.copytree(desk, away)
    shutil.rmtree(tmp_path / "clone")
    shutil.rmtree(desk)
    reading = read(away / "start.yaml")
    issues = reading.scenario.tracks["exchange"].issues
    assert [value.value if hasattr(value, "value") else value for value in issues["size"]] == variant.figures["sizes"]
    assert all(file.resolve().is_relative_to(away.resolve()) for file in reading.files)


def test_comments_of_the_starter_stay(desk: Path) -> None:
    """Figures are put into the text of the starter, which is otherwise as its author wrote it."""
    assert "# a comment that stays" in (desk / "start.yaml").read_text(encoding="utf-8")


def test_a_file_may_begin_as_a_text_beside_the_task(shelf: Path, tmp_path: Path) -> None:
    """A file with a template is there from the start, with the student's figures, and is never overwritten."""
    folder = shelf / "01-two-valleys"
    task = (folder / "task.yaml").read_text(encoding="utf-8")
    mine = "mine: {file: mine.yaml, what: A scenario.}"
    assert mine in task
    (folder / "task.yaml").write_text(
        task.replace(mine, "mine: {file: mine.yaml, template: begin.yaml, what: A scenario.}"), encoding="utf-8"
    )
    (folder / "begin.yaml").write_text("# of run {{run}}\nextends: start.yaml\n", encoding="utf-8")
    exercise = find_exercise(shelf, "1")
    own = exercise.variant(own_token(exercise.word))
    write_started(exercise, own, tmp_path / "begun")
    assert (tmp_path / "begun" / "mine.yaml").read_text(encoding="utf-8").startswith(f"# of run {own.figures['run']}\n")


def test_nothing_is_overwritten(desk: Path, exercise: Exercise, variant: Variant) -> None:
    """A folder in which anything stands is left as it is."""
    before = {path: path.read_bytes() for path in desk.rglob("*") if path.is_file()}
    with pytest.raises(NoExercise, match="left as it is"):
        write_started(exercise, variant, desk)
    assert before == {path: path.read_bytes() for path in desk.rglob("*") if path.is_file()}


def test_a_folder_says_whose_it_is(desk: Path, exercise: Exercise, variant: Variant) -> None:
    """The card of a folder gives back the figures with which it was made."""
    assert read_started(desk, exercise).variant == variant
    assert read_card(desk).hints == 0


def test_figures_that_are_none_are_refused(desk: Path, exercise: Exercise) -> None:
    """A card whose figures were changed to what nobody gets is no card of the exercise."""
    card = desk / "exercise.yaml"
    card.write_text(card.read_text(encoding="utf-8").replace("run: ", "run: 99"), encoding="utf-8")
    with pytest.raises(InvalidScenario, match="none of exercise 1"):
        read_started(desk, exercise)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("minutes: 20", "minuts: 20", r"task.yaml:3:1: minuts: unknown key 'minuts'; did you mean 'minutes'"),
        ("minutes: 20", "minutes: 2", r"task.yaml:3:10: minutes: 2 is out of range: must be at least 5"),
        ("kind: reaches", "kind: reach", r"task.yaml:27:11: criteria.reaches: .*; did you mean 'reaches'"),
        ("scenario: mine", "scenario: mien", r"task.yaml:19:3: criteria.only: there is no scenario 'mien'.* 'mine'\?"),
        ("answer: gestures", "answer: gesture", r"criteria.gestures: there is no answer 'gesture'.* mean 'gestures'"),
        ("needs: [only]", "needs: [gestures]", r"there is no criterion further up 'gestures'"),
        ('"{{run}}"', '"{{runn}}"', r"task.yaml:\d+:\d+: .*nothing varies by the name 'runn'; did you mean 'run'"),
        ("otherwise: {short: Fewer.}", "otherwise: {}", r"nothing is said for 'short'"),
        ("otherwise: {short: Fewer.}", "otherwise: {short: a, wide: b}", r"'wide' is no way to fail"),
        ("{from: 1, to: 9}", "{from: 9, to: 1}", r"task.yaml:9:3: varies.run: expected 'to' above 'from'"),
        ("hints: [one, two,", "hints: [two,", r"hints"),
        ("at_least: 0", "at_least: 0\n    at_most: 1", r"expected either 'at_least' or 'at_most'"),
        ("{mean: exchange.deals,", "{mean: a, share: b,", r"expected one of 'mean', 'share', 'median'"),
        ("parley: 1", "parley: 1\nparley: 1", r"task.yaml:2:1: parley: duplicate key"),
    ],
)  # fmt: skip
def test_a_faulty_task_is_told_with_its_place(shelf: Path, old: str, new: str, told: str) -> None:
    """An author's slip is named with file, line and column, and the nearest right thing."""
    task = shelf / "01-two-valleys" / "task.yaml"
    text = task.read_text(encoding="utf-8")
    assert old in text
    task.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidScenario, match=told):
        find_exercise(shelf, "1")


def test_a_figure_needs_a_place_in_the_starter(shelf: Path, tmp_path: Path) -> None:
    """A path that the starter itself has no value at cannot vary."""
    start = shelf / "01-two-valleys" / "start.yaml"
    start.write_text("extends: ../../cases/small.yaml\ntitle: Bare\n", encoding="utf-8")
    exercise = find_exercise(shelf, "1")
    with pytest.raises(InvalidScenario, match="the starter has no value there"):
        write_started(exercise, exercise.variant(own_token(exercise.word)), tmp_path / "new")
    assert os.listdir(tmp_path / "new") == []


@pytest.mark.parametrize("wanted", ["7", "two-valleys", "", "01", "1", "01-two-valleys"])
def test_an_exercise_is_found_by_number_or_name(shelf: Path, wanted: str) -> None:
    """`1`, `01` and the name find it; for anything else those that are there are named."""
    if "1" in wanted:
        assert find_exercise(shelf, wanted).word == "01-two-valleys"
    else:
        with pytest.raises(NoExercise, match="there is 01-two-valleys"):
            find_exercise(shelf, wanted)


def test_a_strategy_that_cannot_be_used_is_told_where_its_marks_stand(tmp_path: Path) -> None:
    """The reason stands in the line of the criterion, and nothing is said to be told elsewhere."""
    exercise = find_exercise(folder_of_exercises(), "09-beat-the-field")
    variant = exercise.variant(own_token(exercise.word))
    write_started(exercise, variant, tmp_path / "mine")
    (tmp_path / "mine" / "mine.py").write_text("def demand(situation, parameters:", encoding="utf-8")
    told = [one.feedback for one in mark(tmp_path / "mine", exercise, variant=variant).marks if one.way == "invalid"]
    assert told == ["This cannot be used. mine.py:1:11: not valid Python: '(' was never closed"]
