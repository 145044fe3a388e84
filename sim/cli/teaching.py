"""For teachers: tournaments of strategies."""

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import INVALID, UNUSABLE, Seed, app, compiled, path_given, read, refuse

teach = typer.Typer(no_args_is_help=True, help="For teachers: build a course, grade it, hold a tournament.")
app.add_typer(teach, name="teach")

Jobs = Annotated[int | None, typer.Option(min=1, help="Processes at a time.", show_default="one for each core")]
Seconds = Annotated[int, typer.Option(min=1, help="Of processor time for a stranger's process.")]
Memory = Annotated[int, typer.Option(min=64, help="Mebibytes for a stranger's process.")]


@teach.command()
def tournament(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Strategy files, one a contestant.", show_default=False, parser=path_given
        ),
    ],
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="NAME",
            help="Who takes part of the shelf: a name, 'shelf' for all, 'nobody'. Repeatable.",
            show_default="six of the shelf",
        ),
    ] = None,
    scenarios: Annotated[
        list[Path] | None,
        typer.Option(
            "--scenario",
            metavar="FILE",
            help="What is played. Repeatable.",
            show_default="the three of scenarios/exercises/tournament",
            parser=path_given,
        ),
    ] = None,
    replications: Annotated[int, typer.Option("-n", min=1, help="How many replications of each match.")] = 50,
    seed: Seed = 1,
    jobs: Jobs = None,
    seconds: Seconds = 20,
    memory: Memory = 512,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where tables and pictures are written.", parser=path_given)
    ] = Path("tournament"),
) -> None:
    """Let strategies play everybody against everybody, and rank them; files run confined (see the reference)."""
    from sim.classroom import matches, tournament, tournament_pages
    from sim.classroom.confinement import Limits
    from sim.strategies import shelf

    if not folder.is_dir():
        refuse(f"'{folder}' is no folder", UNUSABLE)
    if out.exists() and not out.is_dir():
        refuse(f"'{out}' is no folder", UNUSABLE)
    named = tournament.FIELD if field is None else [] if field == ["nobody"] else field
    files = scenarios or _shipped_games()
    try:
        games = [matches.game_of(compiled(read(file, None))) for file in files]
        if len({game.case.name for game in games}) < len(games):
            refuse("two scenarios have the same file name: give one another", UNUSABLE)
        entrants = tournament.entrants(folder, shelf.shelf() if list(named) == ["shelf"] else named)
        held = tournament.hold(
            games,
            entrants,
            seed=seed,
            replications=replications,
            jobs=jobs or os.cpu_count() or 1,
            limits=Limits(seconds=seconds, memory=memory * 1024 * 1024),
        )
    except shelf.InvalidStrategy as invalid:
        refuse(str(invalid), INVALID)
    except ValueError as error:
        refuse(str(error), UNUSABLE)
    out.mkdir(parents=True, exist_ok=True)
    tournament_pages.write(held, out)
    typer.echo(tournament_pages.text(held), nl=False)
    typer.echo(f"Kept in {out}")


def _shipped_games() -> list[Path]:
    """The scenarios of tournaments, in a clone or where one stands."""
    import sim

    for root in (Path(next(iter(sim.__path__))).parent, Path()):
        files = sorted((root / "scenarios" / "exercises" / "tournament").glob("*.yaml"))
        if files:
            return files
    refuse("the scenarios of tournaments are not here: name some with --scenario", UNUSABLE)
