"""A teaching pack from a scenario."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import UNUSABLE, Scenario, Seed, Sets, Skin, compiled, path_given, read, refuse
from sim.cli.teaching import teach
from sim.terms import DISCLAIMER


@teach.command()
def pack(
    scenario: Scenario,
    track: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which table.", show_default="the one with most seats, then packages"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The folder to write.", show_default="SCENARIO-pack", parser=path_given),
    ] = None,
    skin: Skin = None,
    sets: Sets = None,
    replications: Annotated[int, typer.Option("-n", min=2, help="Runs of the model behind the key.")] = 1000,
    seed: Seed = 1,
) -> None:
    """Write briefings, confidential role sheets, forms and the instructor's key of one table, as pages that print."""
    from sim.classroom.pack.evidence import Evidence, evidence_of
    from sim.classroom.pack.game import NoTable, game_of
    from sim.classroom.pack.writing import Asked, require_room_for_pack, write_pack
    from sim.scenario.skin import LEFT_OUT
    from sim.study.results import A_CHANGE, A_SCENARIO, NotAResult

    reading = read(scenario, sets)
    case = compiled(reading, skin)
    folder = out or Path(f"{case.name}-pack")
    try:
        game = game_of(case, track)
        require_room_for_pack(folder)
        asked = Asked(
            scenario=A_SCENARIO if skin else str(scenario),
            sets=(A_CHANGE,) * len(sets or ()) if skin else tuple(sets or ()),
            track=game.track.name,
            replications=replications,
            seed=seed,
            skin=skin or "",
            left_out=LEFT_OUT if skin else "",
        )
        evidence = Evidence() if skin else evidence_of(reading)
        files = write_pack(folder, game, evidence, asked, lambda line: typer.echo(f"{line} …", err=True))
    except (NoTable, NotAResult) as error:
        refuse(str(error), UNUSABLE)
    typer.echo(f"{game.title}: {len(files) - 1} pages in {folder}.")
    typer.echo(
        f"Open {folder / 'index.html'}: it says whom each page of students/ is for. A role sheet is for one seat alone."
    )
    typer.echo(DISCLAIMER)
