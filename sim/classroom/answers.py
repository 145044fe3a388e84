"""The sheet of answers: written for a student to fill in, and read again with the place of every slip."""

import datetime
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.scenario.faults import Fault, Report, nearest, one_of
from sim.scenario.tree import Node, Unreadable, is_number, parse, read_text

if TYPE_CHECKING:
    from sim.classroom.exercises import Answer, Task

UNWRITTEN = "(write here)"
"""What stands where a text is asked for; left standing, it is no answer."""
WIDTH = 100
LONGEST = 10_000
"""Characters of a text that are taken."""
_PRINTED = re.compile(r"[-+]?([0-9]{1,12}|[0-9]{1,3}(,[0-9]{3}){1,3})(\.[0-9]{1,12})?")
_TO = re.compile(r" to |–|(?<=[0-9]) - ")
Given = str | float | datetime.date | tuple[float, float]


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered, by the name of the answer; what is not there was not answered."""

    given: Mapping[str, Given]
    faults: tuple[Fault, ...]

    def faulty(self, name: str) -> bool:
        """Whether an answer is there and cannot be read, be it by itself or with the whole sheet."""
        return any(fault.path in ("", name) or fault.path.startswith(f"{name}.") for fault in self.faults)


def sheet(number: int, task: "Task") -> str:
    """The sheet that a student fills in."""
    lines = [
        f"# Answers to exercise {number}: {task.exercise}.",
        "# Write after each colon. What stays empty counts as not answered.",
    ]
    for name, answer in task.answers.items():
        lines += ["", *_comment(answer.what), *_comment(_how(answer))]
        lines += [f"{name}: >", f"  {UNWRITTEN}"] if answer.kind == "text" else [f"{name}:"]
    return "\n".join([*lines, ""])


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), WIDTH)]


def _how(answer: "Answer") -> str:
    unit = f", in {answer.unit}" if answer.unit else ""
    return {
        "choice": f"One of: {', '.join(answer.choices)}.",
        "number": f"A number{unit}.",
        "interval": f"An interval{unit}: [least, most].",
        "date": "A date, written 2025-03-19.",
        "text": f"A text of up to {answer.words} words, in the indented lines. Your teacher reads it; no machine does.",
    }[answer.kind]


def read_answers(path: Path, name: str, task: "Task") -> Answers:
    """Read a sheet of answers; `name` is what faults call it. A slip in one answer leaves the others as they are."""
    if not path.is_file():
        return Answers({}, ())
    report, given = Report(), dict[str, Given]()
    try:
        text, source = read_text(path, name, report)
        root = parse(source, text, report)
    except Unreadable:  # nothing of it can be read, wherever the slip stands
        return Answers({}, tuple(replace(fault, path="") for fault in report.faults))
    slips = Answers({}, tuple(report.faults))
    if not isinstance(root.value, dict):
        report.fault(root.place, [], "expected lines that read name: answer")
    for key, (place, node) in root.entries.items():
        if key not in task.answers:
            report.fault(place, [key], f"there is no question '{key}'", nearest(key, task.answers))
        elif node.value is not None and node.value != "" and not slips.faulty(key):
            found = _read(node, key, task.answers[key], report)
            if found is not None:
                given[key] = found
    return Answers(given, tuple(report.faults))


def _read(node: Node, key: str, answer: "Answer", report: Report) -> Given | None:
    found: Given | None
    if answer.kind == "text":
        text = node.value.strip() if isinstance(node.value, str) else ""
        return text[:LONGEST] if text and text != UNWRITTEN else None
    if answer.kind == "choice":
        said = " ".join(str(node.value).split()).lower() if isinstance(node.value, str | int | float | bool) else ""
        found = next((choice for choice in answer.choices if choice.lower() == said), None)
        expected, hint = one_of(answer.choices), nearest(said, answer.choices)
    elif answer.kind == "date":
        found, expected, hint = (
            node.value if isinstance(node.value, datetime.date) else None,
            "a date such as 2025-03-19",
            "",
        )
    elif answer.kind == "number":
        found, expected, hint = _number(node), "a number such as 12.5", ""
    else:
        found, expected, hint = _interval(node, key, report), "an interval such as [10, 12.5]", ""
        if found is None and report.faults and report.faults[-1].path == key:
            return None
    if found is None:
        shown = f"'{node.value}'" if isinstance(node.value, str | int | float) else "something else"
        report.fault(node.place, [key], f"expected {expected}, found {shown}", hint)
    return found


def _number(node: Node) -> float | None:
    """A number, also as the tables print it: `1,800`, `12.5 %`, `−50.7`."""
    return float(node.value) if is_number(node.value) else _printed(str(node.value))  # type: ignore[arg-type]


def _printed(text: str) -> float | None:
    bare = text.replace("−", "-").removesuffix("%").strip()
    if not _PRINTED.fullmatch(bare):
        return None
    return float(bare.replace(",", ""))


def _interval(node: Node, key: str, report: Report) -> tuple[float, float] | None:
    if isinstance(node.value, str):
        ends = _TO.split(node.value.strip().removesuffix("%"), maxsplit=1)
        found = [_printed(end.strip()) for end in ends]
    else:
        found = [_number(item) for item in node.value] if isinstance(node.value, list) else []
    if len(found) != 2:
        return None
    low, high = found
    if low is None or high is None:
        return None
    if low > high:
        report.fault(node.place, [key], f"the interval runs backwards: {low:g} is more than {high:g}")
        return None
    return low, high
