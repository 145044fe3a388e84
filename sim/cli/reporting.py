"""A result as a page to read, to print and to hand on."""

import sys
from contextlib import redirect_stdout
from functools import partial
from typing import Annotated

import typer

from sim.cli.door import UNUSABLE, Into, Result, Worn, app, faults_told, open_console, path_given, print_faults, refuse
from sim.terms import DISCLAIMER


@app.command()
def report(
    result: Result,
    question: Annotated[
        str, typer.Option(metavar="WORDS", help="What is asked.", show_default="what blocks, and what unlocks")
    ] = "",
    track: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of a batch: which track.", show_default="the most blocked")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET",
            help="Of a batch: 'agreed', or 'held30' for 30 days in force.",
            show_default="the shortest truce of the menu, 30 days at most",
        ),
    ] = None,
    point: Annotated[
        int | None, typer.Option(min=0, help="Of a batch of several points: which.", show_default="the first")
    ] = None,
    others: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="WHAT",
            help="A result or a scenario that it is compared with. Repeatable.",
            show_default="its own points, or variants beside its scenario",
        ),
    ] = None,
    skin: Worn = None,
    out: Into = None,
) -> None:
    """Write the report of a result: one page of HTML, from the question to the limits, that stands by itself."""
    from sim.show.report.asking import Asked
    from sim.show.report.composing import answer
    from sim.study.compare import NotComparable
    from sim.study.listing import require_skin
    from sim.study.query import Unanswerable
    from sim.study.results import NotAResult

    given = tuple(str(path_given(each)) for each in others or ())
    try:
        require_skin(result, skin)
        with faults_told(), redirect_stdout(sys.stderr):
            asked = Asked(result, question.strip(), track, target, point, given, out)
            done = answer(asked, print_faults, partial(typer.echo, err=True))
    except (NotAResult, NotComparable, Unanswerable) as error:
        refuse(str(error), UNUSABLE)
    console = open_console()
    for line in (*done.short, "", f"Kept as {done.path}", DISCLAIMER):
        console.print(line, soft_wrap=True)
    for line in done.remarks:
        typer.echo(f"parley: {line}", err=True)
