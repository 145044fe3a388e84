"""The classroom's server."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import UNUSABLE, app, faults_told, path_given, refuse

EXTRA = "this needs the extra [classroom]: pip install 'parley-sim[classroom]'"


@app.command()
def serve(
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SCENARIO...", help="Scenario files.", show_default="the shipped cases", parser=path_given
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Who can reach it: 0.0.0.0 for everybody on the local network.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any free one.")] = 8765,
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where role-play rooms are kept.", parser=path_given)
    ] = Path("results") / "classroom",
    purge: Annotated[bool, typer.Option("--purge", help="Remove all rooms that are kept, and end.")] = False,
    browse: Annotated[bool, typer.Option("--open", help="Open it in this machine's browser.")] = False,
) -> None:
    """Serve pages for a class: an explorer that changes one thing and says what follows, and role-play rooms."""
    try:
        from sim.classroom.web import hosting
    except ImportError as error:
        refuse(f"{EXTRA} ({error})", UNUSABLE)
    from sim.classroom.web.library import NoScenarios

    try:
        if purge:
            gone = hosting.purge(data)
            typer.echo(f"{gone} {'room' if gone == 1 else 'rooms'} removed from {data}.")
            return
        with faults_told():
            offer = hosting.offer(scenarios or [])
            hosting.host(offer, hosting.Place(host, port, browse, data), typer.echo)
    except (NoScenarios, hosting.CannotHost) as error:
        refuse(str(error), UNUSABLE)
