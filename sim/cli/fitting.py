"""Fitting scenarios to data."""

import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import app, faults_told, path_given, tell


@app.command()
def calibrate(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A calibration file.", show_default=False, parser=path_given)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the result's own folder is made.", parser=path_given)
    ] = Path("results"),
    variant: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write the calibrated variant besides.", parser=path_given),
    ] = None,
) -> None:
    """Fit assumed values to data: ranges, a variant that has them, and what they predict."""
    from sim.show.calibrations import answer

    with faults_told(), redirect_stdout(sys.stderr):
        done = answer(file, out, variant, partial(typer.echo, err=True))
    tell(done, as_json=as_json)
