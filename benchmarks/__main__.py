"""Every benchmark in one table: `python -m benchmarks`, or some of them with `--only`."""

import argparse
import datetime
import importlib
import os
import platform
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import llvmlite
import mesa
import numba
import numpy

from benchmarks.timing import ROOT, Line

GROUPS = ("engines", "bargaining", "draws_floor", "threads", "start", "rows")
PAGES = (ROOT / "docs" / "benchmarks.md", ROOT / "README.md")
BEGIN, END = "<!-- begun by python -m benchmarks --write -->\n", "<!-- ended -->\n"
HEAD = "| | | measured: median (least–greatest) | asked for | |\n|---|---|---|---|---|\n"
MET = {True: "met", False: "**not met**", None: ""}


def main() -> None:
    """Measure, print the table, and keep it if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, and print one table.")
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=GROUPS, metavar="GROUP", help=", ".join(GROUPS))
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that it runs, not what it costs")
    parser.add_argument("--write", action="store_true", help="keep the table in README.md and docs; other groups stay")
    chosen = parser.parse_args()
    if chosen.quick and chosen.write:
        parser.error("what is measured with --quick is not kept")
    print(HEAD, end="")
    rows = list(_measured(chosen.only, quick=chosen.quick))
    print(f"\n{conditions()}")
    if chosen.write:
        for page in PAGES:
            write(page, rows, chosen.only)


def _measured(groups: Sequence[str], *, quick: bool) -> Iterator[str]:
    for group in groups:
        lines: list[Line] = importlib.import_module(f"benchmarks.{group}").measure(quick)
        for line in lines:
            row = f"| {group} | {line.what} | {line.found} | {line.target} | {MET[line.met]} |"
            print(row, flush=True)
            yield row


def conditions() -> str:
    """On what, with what and when it was measured."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    made = f"Python {platform.python_version()}, Mesa {mesa.__version__}, NumPy {numpy.__version__}, "
    made += f"Numba {numba.__version__} (LLVM {llvmlite.binding.llvm_version_info[0]})"
    day = datetime.datetime.now(datetime.UTC).date()
    return (
        f"Last measured: {day}, {_processor()}, {os.cpu_count()} cores; {made}. Load of the machine at the end: {load}."
    )


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    named = re.search(r"model name\s*:\s*(.+)", known.read_text(encoding="utf-8")) if known.is_file() else None
    return named[1] if named else platform.processor() or platform.machine()


def write(page: Path, rows: Sequence[str], groups: Sequence[str]) -> None:
    """Put rows into the table of a page, in the place of those of the same groups."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    standing, after = rest.split(END)
    earlier = [row for row in standing.splitlines() if row.startswith(tuple(f"| {group} |" for group in GROUPS))]
    kept = [row for row in earlier if row.split("|")[1].strip() not in groups]
    ordered = sorted([*kept, *rows], key=lambda row: GROUPS.index(row.split("|")[1].strip()))
    table = HEAD + "".join(f"{row}\n" for row in ordered)
    page.write_text(f"{before}{BEGIN}{table}\n{conditions()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
