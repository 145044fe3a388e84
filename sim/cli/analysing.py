"""Analysing scenarios and what was kept: what an answer rests on, and what all runs are doing day by day."""

import sys
from contextlib import redirect_stdout
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import (
    UNUSABLE,
    AsJson,
    Central,
    Out,
    Scenario,
    Seed,
    Sets,
    app,
    close,
    compiled,
    open_console,
    ordinal,
    path_given,
    print_json,
    read,
    refuse,
    refuse_options,
    tell,
)


class _Method(StrEnum):
    MORRIS = "morris"
    SOBOL = "sobol"


class _By(StrEnum):
    PARAMETER = "parameter"
    BLOCK = "block"


def _require_engine(what: str) -> None:
    from sim.study.computing import CannotCompile, require_engine

    try:
        require_engine(what)
    except CannotCompile as error:
        refuse(str(error), UNUSABLE)


@app.command()
def sensitivity(
    scenario: Scenario,
    outcome: Annotated[
        str,
        typer.Option(
            metavar="OUTCOME",
            help="A column of a run, or a comparison: 'truce.deals>0', truce.ending=broken.",
            show_default=False,
        ),
    ],
    method: Annotated[_Method, typer.Option(help="Screen the ranges, or estimate Sobol indices.")] = _Method.MORRIS,
    by: Annotated[_By, typer.Option(help="Whose Sobol indices.")] = _By.PARAMETER,
    replications: Annotated[
        int, typer.Option("-n", min=50, help="Replications at each end of a range; all else takes its size from it.")
    ] = 1000,
    top: Annotated[int, typer.Option(min=1, max=40, help="How many ranges are looked at closely.")] = 10,
    seed: Seed = 1,
    sets: Sets = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Which assumption carries an answer: ranges screened, varied one by one, and their share against chance."""
    _require_engine("a sensitivity analysis")
    case = compiled(read(scenario, sets))
    from sim.show.sensitivities import Options, answer
    from sim.study.sensitivity import By, Method

    options = Options(scenario, outcome, Method(method), By(by), replications, top, seed, tuple(sets or ()))
    kept = None if as_json and out is None else out or Path("results")
    with redirect_stdout(sys.stderr):
        done = answer(case, options, kept, partial(typer.echo, err=True))
    tell(done, as_json=as_json)


@app.command()
def phases(
    context: typer.Context,
    what: Annotated[
        Path,
        typer.Argument(
            metavar="SCENARIO|RESULT",
            help="A scenario file, or the folder of a batch of one point.",
            show_default=False,
            parser=path_given,
        ),
    ],
    replications: Annotated[int, typer.Option("-n", min=1, help="How many replications of a scenario.")] = 1000,
    seed: Seed = 1,
    sets: Sets = None,
    central: Central = False,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """What all replications are doing, day by day: phases of the tracks, and what each side alleges."""
    _require_engine("counting phases day by day")
    from sim.show.phasing import Options, answer, of_batch

    options = Options(what, tuple(sets or ()), seed, replications, central)
    if what.is_dir():
        refuse_options(context, ("replications", "seed", "sets", "central"), "of a scenario file")
        options = of_batch(what)
    case = compiled(read(options.scenario, options.sets))
    kept = None if as_json and out is None else out or (what if what.is_dir() else Path("results"))
    with redirect_stdout(sys.stderr):
        done = answer(case, options, kept)
    tell(done, as_json=as_json)


@app.command()
def zone(
    scenario: Scenario,
    track: Annotated[str, typer.Option(metavar="TRACK", help="Which track.", show_default="the first")] = "",
    seed: Seed = 1,
    replication: Annotated[int, typer.Option(metavar="NUMBER", parser=ordinal, help="Which replication.")] = 0,
    sets: Sets = None,
    central: Central = False,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """The zone of agreement of one run, day by day, with the Nash point and what was offered."""
    case = compiled(read(scenario, sets))
    from sim.scenario.faults import nearest
    from sim.show.labels import labels_of
    from sim.show.zone import document, keep_zone, told
    from sim.strategies.asking import StrategyFailed
    from sim.study.results import NotAResult, Question
    from sim.study.zone import trace_zone

    names = [each.name for each in case.tracks]
    if not names or (track and track not in names):
        near = nearest(track, names)
        hint = f"did you mean '{near}'?" if near else f"expected one of {', '.join(names)}"
        refuse(f"'{scenario}' has no track" + (f" '{track}'; {hint}" if names else ""), UNUSABLE)
    place = names.index(track) if track else 0
    question = Question(scenario.as_posix(), tuple(sets or ()), seed, replication, central)
    try:
        with redirect_stdout(sys.stderr):
            found = trace_zone(case, place, seed, replication, central=central)
            kept = out or (None if as_json else Path("results"))
            folder = None if kept is None else keep_zone(found, case, question, kept)
    except (NotAResult, StrategyFailed) as error:
        refuse(str(error), UNUSABLE)
    if as_json:
        print_json(document(found, case, question))
        return
    typer.echo("\n".join(told(found, labels_of(case))))
    close(open_console(), [], folder)
