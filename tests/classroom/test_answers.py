import datetime
from pathlib import Path

import pytest

from sim.classroom.answers import read_answers
from sim.classroom.exercises import Exercise


def given(exercise: Exercise, folder: Path, text: str) -> tuple[dict[str, object], list[str]]:
    """What a sheet with a text is read as, and what is wrong with it."""
    (folder / "sheet.yaml").write_text(text, encoding="utf-8")
    found = read_answers(folder / "sheet.yaml", "answers.yaml", exercise.task)
    return dict(found.given), [str(fault) for fault in found.faults]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gestures: 12", 12.0),
        ("gestures: 1,800", 1800.0),
        ("gestures: 12.5 %", 12.5),
        ("gestures: −3.5", -3.5),
        ("share: [10, 12.5]", (10.0, 12.5)),
        ("share: 70.0–75.5 %", (70.0, 75.5)),
        ("share: −59.9 to −41.4", (-59.9, -41.4)),
        ("share: +0.60 to +0.69", (0.6, 0.69)),
        ("share: [−0.5, +1]", (-0.5, 1.0)),
        ("more: Fewer", "fewer"),
        ("more: the  same", "the same"),
        ("opened: 2030-01-04", datetime.date(2030, 1, 4)),
        ("why: >\n  Because of\n  this.", "Because of this."),
    ],
)
def test_answers_may_be_written_as_the_tables_print_them(
    exercise: Exercise, tmp_path: Path, written: str, meant: object
) -> None:
    """A number, an interval, a choice, a date and a text mean what a student who copies them means."""
    found, faults = given(exercise, tmp_path, written)
    assert list(found.values()) == [meant]
    assert faults == []


@pytest.mark.parametrize("written", ["gestures:", "why: >\n  (write here)", "more: ''"])
def test_what_stays_empty_is_not_answered(exercise: Exercise, tmp_path: Path, written: str) -> None:
    """An empty line, and words that only mark the place are no answers and no faults."""
    assert given(exercise, tmp_path, written) == ({}, [])


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("gesture: 1", "answers.yaml:1:1: gesture: there is no question 'gesture'; did you mean 'gestures'?"),
        ("gestures: many", "answers.yaml:1:11: gestures: expected a number such as 12.5, found 'many'"),
        ("gestures: nan%", "expected a number"),
        ("gestures: true", "expected a number"),
        ("share: 12", "expected an interval such as [10, 12.5], found '12'"),
        ("share: [1, 2, 3]", "expected an interval"),
        ("share: [12, 10]", "the interval runs backwards: 12 is more than 10"),
        ("more: mroe", "expected 'more', 'fewer' or 'the same', found 'mroe'; did you mean 'more'?"),
        ("opened: yesterday", "expected a date such as 2025-03-19, found 'yesterday'"),
        ("opened: 2030-02-30", "there is no such date"),
        ("- 12", "expected lines that read name: answer"),
        ("more: [", "not YAML"),
    ],
)
def test_a_slip_is_told_with_its_place(exercise: Exercise, tmp_path: Path, written: str, told: str) -> None:
    """What cannot be read is named with line and column, and what was expected."""
    found, faults = given(exercise, tmp_path, written)
    assert found == {}
    assert told in "\n".join(faults)


def test_a_slip_leaves_the_other_answers(exercise: Exercise, tmp_path: Path) -> None:
    """One answer that cannot be read takes no other with it."""
    found, faults = given(exercise, tmp_path, "gestures: many\nmore: fewer\n")
    assert found == {"more": "fewer"}
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("slip", "lost"),
    [
        ("gestures: .nan", "gestures"),
        ("gestures: 1e999", "gestures"),
        ("share: [.inf, 3]", "share"),
        ("opened: 2030-02-30", "opened"),
        ("gestures: 1\ngestures: 2", "gestures"),
    ],
)
def test_a_value_that_yaml_cannot_hold_is_lost_alone(exercise: Exercise, tmp_path: Path, slip: str, lost: str) -> None:
    """A number without an end, a date that does not exist, a name written twice: the others are read."""
    sheet = tmp_path / "sheet.yaml"
    sheet.write_text(f"{slip}\nmore: fewer\n", encoding="utf-8")
    found = read_answers(sheet, "answers.yaml", exercise.task)
    assert found.given == {"more": "fewer"}
    assert found.faulty(lost)
    assert not found.faulty("more")
    assert len(found.faults) == 1


@pytest.mark.parametrize(
    "text", ["gestures: *nobody\nmore: fewer", "gestures: 1\nmore: [", "gestures: 1\n\tmore: fewer"]
)
def test_a_sheet_that_cannot_be_read_is_not_one_left_empty(exercise: Exercise, tmp_path: Path, text: str) -> None:
    """Wherever the slip stands, no answer counts as one that was not handed in."""
    sheet = tmp_path / "sheet.yaml"
    sheet.write_text(text, encoding="utf-8")
    found = read_answers(sheet, "answers.yaml", exercise.task)
    assert found.given == {}
    assert all(found.faulty(name) for name in exercise.task.answers)
