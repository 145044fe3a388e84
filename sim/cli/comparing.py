"""Questions asked of what was kept: what differs, and where."""

import sys
import tempfile
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import (
    UNUSABLE,
    AsJson,
    Result,
    app,
    faults_told,
    ordinal,
    path_given,
    print_faults,
    refuse,
    tell,
)

Elsewhere = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Where files are written, if not into the result.", show_default=False, parser=path_given
    ),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV; write files only with --out.")]


@app.command()
def compare(
    given: Annotated[
        list[str],
        typer.Argument(
            metavar="WHAT...",
            help="Results (FOLDER, FOLDER#POINT) or scenario files; the others are compared with the first.",
            show_default=False,
        ),
    ],
    replications: Annotated[
        int | None,
        typer.Option("-n", min=2, help="How many replications of a scenario. \\[default: as the results, or 1000]"),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", parser=ordinal, help="Of scenarios that are run. \\[default: as the results, or 1]"
        ),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="One more variant: the first, so changed. Repeatable."),
    ] = None,
    central: Annotated[bool, typer.Option("--central", help="Run scenarios with every value at its middle.")] = False,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    out: Elsewhere = None,
) -> None:
    """Compare variants replication by replication: what differs, by how much, and which endings flip."""
    from sim.show.comparisons import Asked, answer
    from sim.study.compare import NotComparable
    from sim.study.query import Unanswerable
    from sim.study.results import NotAResult

    asked = Asked(tuple(str(path_given(each)) for each in given), replications, seed, central, out, tuple(sets or ()))
    with tempfile.TemporaryDirectory(prefix="parley-") as place:
        nowhere = Path(place) if (as_json or as_csv) and out is None else None
        try:
            with faults_told(), redirect_stdout(sys.stderr):
                done = answer(asked, nowhere, print_faults, partial(typer.echo, err=True))
        except (NotAResult, NotComparable, Unanswerable) as error:
            refuse(str(error), UNUSABLE)
    tell(done, as_json=as_json, as_csv=as_csv)


@app.command("map")
def heat_map(
    result: Result,
    outcome: Annotated[
        str, typer.Option(metavar="TRACK", help="Whose agreement is counted; or TRACK.ENDING.", show_default=False)
    ],
    within: Annotated[
        int | None, typer.Option(min=1, help="Count agreements of the first so many days.", show_default="all days")
    ] = None,
    scenario: Annotated[int, typer.Option(min=0, help="Which scenario of the batch, by its number.")] = 0,
    wide: Annotated[
        float, typer.Option(min=0, max=1, help="Hatch a cell whose interval is wider than ± this share.")
    ] = 0.05,
    as_csv: AsCsv = False,
    as_json: AsJson = False,
    out: Elsewhere = None,
) -> None:
    """Map a share of runs over the two factors of a batch, with contours and what is known too loosely."""
    from sim.show import heat_maps
    from sim.study.heat_map import NoMap
    from sim.study.query import Unanswerable
    from sim.study.results import NotAResult

    folder = None if (as_json or as_csv) and out is None else out or result
    try:
        done = heat_maps.answer(result, heat_maps.Asked(outcome, within, scenario, wide), folder)
    except (NotAResult, NoMap, Unanswerable) as error:
        refuse(str(error), UNUSABLE)
    tell(done, as_json=as_json, as_csv=as_csv)
