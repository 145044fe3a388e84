"""Judging the model: by what was observed."""

import re
import shlex
import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import (
    FAILED,
    UNUSABLE,
    AsJson,
    Out,
    Seed,
    app,
    close,
    compiled,
    open_console,
    path_given,
    print_json,
    read,
    refuse,
)

_EXTENDS = re.compile(rb"^extends\s*:", re.MULTILINE)


@app.command()
def score(
    scenarios: Annotated[
        list[Path],
        typer.Argument(
            metavar="SCENARIO...",
            help="Scenario files; of a folder, those that extend no other.",
            show_default=False,
            parser=path_given,
        ),
    ],
    replications: Annotated[int, typer.Option("-n", min=1, help="How many replications of each scenario.")] = 2_000,
    seed: Seed = 1,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV; write files only with --out.")] = False,
    out: Out = None,
) -> None:
    """Score the model by what was observed: which probability did it give to what happened?"""
    if as_json and as_csv:
        refuse("--json and --csv ask for different things: give one of them", UNUSABLE)
    given = [(file, read(file, None)) for path in scenarios for file in _files(path)]
    names = [reading.path.stem for _, reading in given]
    for (file, _), name in zip(given, names, strict=True):
        if names.count(name) > 1:
            refuse(f"'{file}': another scenario is called '{name}' too", UNUSABLE)
    pairs = [(reading, compiled(reading)) for _, reading in given if reading.scenario.observed]
    silent = [str(path) for path, reading in given if not reading.scenario.observed]
    if not pairs:
        refuse(f"nothing to score: no observation in {', '.join(silent)}", UNUSABLE)
    from sim.show import scores
    from sim.study import results
    from sim.study.score import score as score_of

    with redirect_stdout(sys.stderr):  # a strategy of one's own may print: stdout is for the result
        report = score_of(pairs, replications, seed, partial(typer.echo, err=True))
    command = shlex.join(["parley", "score", *map(str, scenarios), "-n", str(replications), "--seed", str(seed)])
    folder = None if (as_json or as_csv) and out is None else (out or Path("results")) / scores.folder_of(report)
    if folder is not None:
        try:
            scores.keep(report, folder, command)
        except results.NotAResult as error:
            refuse(str(error), UNUSABLE)
    if as_json:
        print_json(scores.document(report, command))
    elif as_csv:
        typer.echo(scores.as_csv(report), nl=False)
    else:
        close(open_console(), scores.tables_of(report), folder)
    for name in silent:
        typer.echo(f"parley: '{name}' says nothing of what was observed", err=True)
    for case, failed in report.failed.items():
        typer.echo(f"parley: {failed:,} replications of {case} failed and are left out", err=True)
    if report.failed:
        raise typer.Exit(FAILED)


def _files(path: Path) -> list[Path]:
    """The scenario that was named; or those in a folder that stand for themselves, by name."""
    if not path.is_dir():
        return [path]
    found = [file for file in sorted(path.glob("*.yaml")) if not _EXTENDS.search(file.read_bytes())]
    if not found:
        refuse(f"'{path}': no scenario in it", UNUSABLE)
    return found
