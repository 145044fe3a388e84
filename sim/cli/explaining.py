"""Why there was no deal."""

import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.door import (
    FAILED,
    UNUSABLE,
    AsJson,
    Central,
    Into,
    Seed,
    Sets,
    app,
    compiled,
    ordinal,
    path_given,
    read,
    refuse,
    refuse_options,
    tell,
)

if TYPE_CHECKING:
    from sim.scenario.case import Case
    from sim.show.told import Told
    from sim.study.results import Question


_OF_A_SCENARIO = ("seed", "replication", "sets", "central")
_OF_A_BATCH = ("track", "target", "days", "point", "replications")


def _static_command(scenario: Path, sets: list[str] | None) -> str:
    import shlex

    return shlex.join(["parley", "explain", str(scenario), "--static", *(w for s in sets or () for w in ("--set", s))])


def _of_scenario(case: "Case", question: "Question", out: Path | None) -> "Told":
    from dataclasses import asdict

    from sim.engine import model
    from sim.show import explaining, labels
    from sim.strategies.asking import StrategyFailed
    from sim.study.results import manifest_of

    try:
        with redirect_stdout(sys.stderr):  # a strategy of one's own may print: stdout is for the result
            done = model.run(case, question.seed, question.replication, central=question.central)
    except StrategyFailed as failure:
        refuse(str(failure), FAILED)
    return explaining.explain_run(done, manifest_of(case, question, asdict(labels.labels_of(case))), out)


@app.command()
def explain(
    context: typer.Context,
    what: Annotated[
        Path,
        typer.Argument(
            metavar="RESULT",
            help="The folder of a batch or a run, or a scenario file.",
            show_default=False,
            parser=path_given,
        ),
    ],
    track: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of a batch: which track.", show_default="the most blocked")
    ] = None,
    target: Annotated[
        str, typer.Option(metavar="TARGET", help="Of a batch: 'agreed', or 'held30' for 30 days in force.")
    ] = "agreed",
    days: Annotated[
        int | None, typer.Option(min=1, help="Of a batch: agreed within so many days.", show_default="the horizon")
    ] = None,
    point: Annotated[
        int | None, typer.Option(min=0, help="Of a batch of several points: which.", show_default=False)
    ] = None,
    replications: Annotated[
        int | None,
        typer.Option("-n", min=1, help="Of a batch: replications that are run again.", show_default="2,000 at most"),
    ] = None,
    static: Annotated[bool, typer.Option("--static", help="Of a scenario: what can be seen before any run.")] = False,
    seed: Seed = 1,
    replication: Annotated[
        int, typer.Option(metavar="NUMBER", parser=ordinal, help="Of a scenario: which replication.")
    ] = 0,
    sets: Sets = None,
    central: Central = False,
    as_json: AsJson = False,
    out: Into = None,
) -> None:
    """Explain why there was no deal: what blocked it, and what would unlock it."""
    from sim.show import explaining
    from sim.study.manifest import is_batch
    from sim.study.query import Unanswerable
    from sim.study.results import NotAResult, Question, read_manifest, read_run

    if what.is_dir():
        refuse_options(context, _OF_A_SCENARIO, "of a scenario file")
    if not (what.is_dir() and is_batch(what)):
        refuse_options(context, _OF_A_BATCH, "of a batch")
    place = out if as_json or out is not None else what
    try:
        if not what.is_dir():
            case = compiled(read(what, sets))
            question = Question(str(what), tuple(sets or ()), seed, replication, central)
            if static:
                told = explaining.explain_static(case, _static_command(what, sets), out)
            else:
                told = _of_scenario(case, question, out)
        elif static:
            refuse(f"'{what}' is a result: --static asks a scenario file", UNUSABLE)
        elif is_batch(what):
            asked = explaining.Asked(track, target, days, point, replications)
            with redirect_stdout(sys.stderr):
                told = explaining.explain_batch(what, asked, place, partial(typer.echo, err=True))
        else:
            told = explaining.explain_run(read_run(what), read_manifest(what), place)
    except (NotAResult, Unanswerable) as error:
        refuse(str(error), UNUSABLE)
    tell(told, as_json=as_json)
