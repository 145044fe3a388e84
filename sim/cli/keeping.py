"""What was kept: listing results, drawing them again, asking about them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import (
    UNUSABLE,
    Result,
    Worn,
    app,
    open_console,
    path_given,
    print_tables,
    refuse,
)
from sim.terms import DISCLAIMER


@app.command()
def plot(result: Result, skin: Worn = None) -> None:
    """Draw the figures of a stored result again."""
    from sim.show import redrawing
    from sim.study.listing import require_skin
    from sim.study.query import Unanswerable
    from sim.study.results import NotAResult

    try:
        require_skin(result, skin)
        drawn = redrawing.redraw(result)
    except (NotAResult, Unanswerable) as error:
        refuse(str(error), UNUSABLE)
    for path in drawn.files:
        typer.echo(path)
    typer.echo(DISCLAIMER)
    for remark in drawn.remarks:
        typer.echo(f"parley: {remark}", err=True)


@app.command()
def query(
    result: Result,
    sql: Annotated[str, typer.Argument(metavar="SQL", help="Such as: select count(*) from runs", show_default=False)],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    skin: Worn = None,
) -> None:
    """Ask about the runs of a batch in SQL: the tables are runs, unlocks and deals."""
    from sim.show import answers
    from sim.study.listing import require_skin
    from sim.study.manifest import read_batch_manifest
    from sim.study.options import going_on
    from sim.study.query import Unanswerable
    from sim.study.query import query as ask
    from sim.study.results import NotAResult
    from sim.study.store import read_receipts

    try:
        require_skin(result, skin)
        manifest = read_batch_manifest(result)
        done = sum(receipt.runs for receipt in read_receipts(result))
        if done < manifest.runs:
            command = going_on(manifest.command, result)
            typer.echo(f"parley: {done:,} of {manifest.runs:,} runs are done; to go on: {command}", err=True)
        answer = ask(result, sql)
        if as_csv:
            answers.write_csv(answer, sys.stdout)
        elif as_json:
            answers.write_json(answer, sys.stdout.write)
        else:
            console = open_console()
            print_tables(console, answers.as_table(answer, console.width))
    except (NotAResult, Unanswerable) as error:
        refuse(str(error), UNUSABLE)


@app.command()
def results(
    place: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER",
            help="Where results are kept, or one of them.",
            parser=path_given,
            show_default="results",
        ),
    ] = None,
    skin: Worn = None,
) -> None:
    """List the results that are kept, and how far each is."""
    from sim.show import answers
    from sim.study.listing import results_in

    where = place or Path("results")
    if place is not None and not where.is_dir():
        refuse(f"'{where}': {'not a folder' if where.exists() else 'no such folder'}", UNUSABLE)
    found = [one for one in results_in(where) if one.skinned or not skin] if where.is_dir() else []
    if not found:
        typer.echo(f"No results in {where}.")
        return
    print_tables(open_console(), [answers.of_results(found, where)])
