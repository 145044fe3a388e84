"""How long truces held."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import UNUSABLE, AsJson, app, close, open_console, path_given, print_json, refuse

Results = Annotated[
    list[Path],
    typer.Argument(metavar="RESULT...", help="The folders of results.", show_default=False, parser=path_given),
]
Beside = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Where files go, if not into the first result.", show_default=False, parser=path_given
    ),
]


@app.command()
def survival(  # the question has as many sides
    results: Results,
    track: Annotated[str | None, typer.Option(help="The track, if several agreed truces.", show_default=False)] = None,
    days: Annotated[int, typer.Option(min=1, help="Days in force that are looked at.")] = 30,
    first: Annotated[bool, typer.Option("--first", help="Only the first deal of each replication.")] = False,
    point: Annotated[
        list[int] | None, typer.Option(help="A point of each batch; repeatable.", show_default=False)
    ] = None,
    as_json: AsJson = False,
    out: Beside = None,
) -> None:
    """How long truces held, how they ended, and how variants differ."""
    from sim.show import survival_tables
    from sim.study.query import Unanswerable
    from sim.study.results import NotAResult
    from sim.study.surviving import Asked, Unfit, survivals

    try:
        found = survivals(results, Asked(track, days, first, tuple(point or ())))
    except (NotAResult, Unanswerable, Unfit) as error:
        refuse(str(error), UNUSABLE)
    folder = None
    if out is not None or not as_json:
        folder = survival_tables.keep(found, out or results[0])
    if as_json:
        print_json(survival_tables.as_json(found))
    else:
        close(open_console(), survival_tables.tables_of(found), folder)
