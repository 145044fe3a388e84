"""The program of a process that marks one folder: it limits itself, marks, and prints the marks."""

import json
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import resource

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes that the process may write into any one file, such as what it compiles."""


def main() -> None:
    """Read what is to be marked from standard input, and mark it."""
    order: dict[str, Any] = json.load(sys.stdin)
    _limit(order["seconds"], order["memory"])
    with redirect_stdout(sys.stderr):
        told = _marked(order)
    json.dump(told, sys.stdout)


def _limit(seconds: int, memory: int) -> None:
    if sys.platform != "win32":
        limits = ((resource.RLIMIT_CPU, seconds), (resource.RLIMIT_AS, memory), (resource.RLIMIT_FSIZE, LARGEST_FILE))
        for kind, most in (*limits, (resource.RLIMIT_CORE, 0)):
            resource.setrlimit(kind, (most, most))


def _marked(order: dict[str, Any]) -> dict[str, Any]:
    from sim.classroom.exercises import Exercise  # noqa: PLC0415  # within the limits
    from sim.classroom.marking import mark  # noqa: PLC0415
    from sim.classroom.task_file import open_source  # noqa: PLC0415
    from sim.classroom.variants import Variant  # noqa: PLC0415

    folder = Path(order["exercise"])
    exercise = Exercise(folder, open_source(folder / "task.yaml"))
    marks = mark(
        Path(order["folder"]), exercise, variant=Variant(**order["variant"]), replications=order["replications"]
    )
    lines = [{**asdict(one), "verdict": one.verdict.value, "computed": one.computed} for one in marks.marks]
    return {
        "points": marks.points,
        "most": marks.most,
        "passed": marks.passed,
        "marks": lines,
        "to_read": dict(marks.to_read),
        "given": {name: repr(given) for name, given in sorted(marks.given.items())},
        "faults": [str(fault).partition("\n")[0] for fault in marks.faults],
    }


if __name__ == "__main__":
    main()
