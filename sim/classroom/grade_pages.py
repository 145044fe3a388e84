"""What grading leaves: tables, and a report of the class as text and as a page; the same bytes for the same work."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sim.classroom.course import Course
from sim.classroom.grading import Graded, alike
from sim.classroom.judging import Verdict
from sim.classroom.tables import is_number, table
from sim.show.pages import render
from sim.study.landing import land
from sim.terms import DISCLAIMER

MOST_FAILURES = 8
STEPS = 10
"""Of the distribution of shares."""
Section = tuple[str, Sequence[str], Sequence[Sequence[str]]]
"""A heading, the names of columns, and rows."""


def write(graded: Sequence[Graded], course: Course | None, folder: Path) -> None:
    """Write marks, criteria, texts, students and the report into a folder that is there. Raises OSError."""
    title = f"Marks: {course.title}" if course is not None else "Marks"
    sections = report(graded, course)
    files = {
        "marks.csv": _marks(graded),
        "criteria.csv": _criteria(graded),
        "texts.csv": table(
            ("student", "exercise", "answer", "text"),
            [[one.student, one.exercise, *text] for one in graded for text in sorted(one.to_read.items())],
        ),
        "report.txt": as_text(title, sections),
        "report.html": as_page(title, sections),
    }
    if course is not None:
        files["students.csv"] = table(*_students(graded, course))
    for name, content in files.items():
        land(folder / name, content.encode())


def report(graded: Sequence[Graded], course: Course | None) -> list[Section]:
    """The class: who is where, how marks are spread, which criteria were met, what went wrong, what is alike."""
    marked = [one for one in graded if not one.refused]
    refused = [one for one in graded if one.refused]
    sections: list[Section] = []
    if course is not None:
        columns, rows = _students(graded, course)
        sections.append(("Students, per cent of the points", columns, [[str(cell) for cell in row] for row in rows]))
    for word in sorted({one.exercise for one in marked}):
        own = [one for one in marked if one.exercise == word]
        sections += [_spread(word, own), _by_criterion(word, own), _failures(word, own)]
    sections.append(
        ("Not marked", ("submission", "student", "exercise", "why"), [[*_row(one), one.refused] for one in refused])
    )
    counts = Counter((one.student, one.exercise) for one in marked)
    again = [[student, word, str(count)] for (student, word), count in sorted(counts.items()) if count > 1]
    sections.append(("Handed in more than once: every one is marked", ("student", "exercise", "times"), again))
    same = [[word, name, ", ".join(who)] for word, name, who in alike(marked)]
    sections.append(("Alike; there may be good reasons", ("exercise", "what", "students"), same))
    return [section for section in sections if section[2]]


def _row(one: Graded) -> list[str]:
    return [one.submission, one.student, one.exercise]


def _students(graded: Sequence[Graded], course: Course) -> tuple[tuple[str, ...], list[list[str]]]:
    """Every student of the course with the share for each exercise, the best of those handed in, and all, weighted."""
    words = [exercise.word for exercise in course.exercises]
    rows = []
    for student in course.students:
        shares = []
        for word in words:
            own = [_share(one) for one in graded if (one.student, one.exercise) == (student, word) and one.lines]
            shares.append(max(own) if own else None)
        weighed = math.fsum((share or 0.0) * course.weight(word) for share, word in zip(shares, words, strict=True))
        weights = math.fsum(course.weights)
        total = weighed / weights if weights else 0.0
        rows.append(
            [student, *("" if share is None else f"{100 * share:.1f}" for share in shares), f"{100 * total:.1f}"]
        )
    return ("student", *words, "all"), rows


def _share(one: Graded) -> float:
    return one.points / one.most if one.most else 0.0


def _spread(word: str, graded: Sequence[Graded]) -> Section:
    counts = Counter(min(STEPS - 1, int(_share(one) * STEPS + 1e-9)) for one in graded)
    passed = sum(1 for one in graded if one.passed)
    rows = [[f"{10 * step}–{10 * step + 10} %", str(counts[step]), "#" * counts[step]] for step in range(STEPS)]
    head = f"{word}: {len(graded)} marked, {passed} passed"
    return head, ("share of the points", "submissions", ""), [list(row) for row in rows]


def _by_criterion(word: str, graded: Sequence[Graded]) -> Section:
    verdicts = [verdict.value for verdict in Verdict]
    rows = []
    for place, line in enumerate(graded[0].lines):
        found = Counter(one.lines[place].verdict for one in graded if len(one.lines) > place)
        rows.append([line.asked, *(str(found[verdict]) for verdict in verdicts)])
    return f"{word}: by criterion", ("what is asked", *verdicts), rows


def _failures(word: str, graded: Sequence[Graded]) -> Section:
    found = Counter(
        (line.asked, line.way) for one in graded for line in one.lines if line.way and line.points < line.most
    )
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MOST_FAILURES]
    return f"{word}: what often went wrong", ("what is asked", "how", "times"), [[*what, str(n)] for what, n in ranked]


def _marks(graded: Sequence[Graded]) -> str:
    columns = ("submission", "student", "exercise", "points", "most", "passed", "hints", "not marked", "faults")
    return table(
        columns,
        [
            [
                *_row(one), "" if one.refused else f"{one.points:g}", "" if one.refused else one.most,
                "" if one.refused else "yes" if one.passed else "no", one.hints, one.refused, " | ".join(one.faults),
            ]
            for one in graded
        ],
    )  # fmt: skip


def _criteria(graded: Sequence[Graded]) -> str:
    columns = ("submission", "student", "exercise", "criterion", "points", "most", "verdict", "way", "feedback")
    return table(
        columns,
        [
            [*_row(one), line.criterion, f"{line.points:g}", line.most, line.verdict, line.way, line.feedback]
            for one in graded
            for line in one.lines
        ],
    )


def as_text(title: str, sections: Sequence[Section]) -> str:
    """The report for a terminal."""
    lines = [title, "=" * len(title), ""]
    for heading, columns, rows in sections:
        widths = [max(len(row[place]) for row in [columns, *rows]) for place in range(len(columns))]
        lines += [heading, ""]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in [columns, *rows]
        ]
        lines += [""]
    return "\n".join([*lines, DISCLAIMER, ""])


def as_page(title: str, sections: Sequence[Section]) -> str:
    """The report as a page that stands by itself and prints."""
    told = []
    for heading, columns, rows in sections:
        numbers = [all(is_number(row[place]) for row in rows if row[place]) for place in range(len(columns))]
        lines = [list(zip(row, numbers, strict=True)) for row in [columns, *rows]]
        told.append({"heading": heading, "columns": lines[0], "rows": lines[1:]})
    return render("class.html", {"title": title, "sections": told})
