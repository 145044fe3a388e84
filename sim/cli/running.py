"""Running scenarios: once, to be told and drawn; or many times."""

import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import (
    FAILED,
    AsJson,
    Central,
    Out,
    Scenario,
    Seed,
    Sets,
    Skin,
    app,
    close,
    compiled,
    faults_told,
    open_console,
    ordinal,
    path_given,
    print_faults,
    print_json,
    read,
    refuse,
    room,
    tell,
)


@app.command()
def run(
    scenario: Scenario,
    seed: Seed = 1,
    replication: Annotated[
        int,
        typer.Option(metavar="NUMBER", parser=ordinal, help="Which replication: number K of any batch of the seed."),
    ] = 0,
    sets: Sets = None,
    central: Central = False,
    all_knowing: Annotated[bool, typer.Option("--all-knowing", help="Tell also what no party sees.")] = False,
    skin: Skin = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Run a scenario once: tell the story day by day, draw it, and keep it."""
    case = compiled(read(scenario, sets), skin)
    from sim.engine import model
    from sim.show import folders, labels, narrate, tables
    from sim.strategies.asking import StrategyFailed
    from sim.study import results

    words = labels.labels_of(case)
    question = results.Question(str(scenario), tuple(sets or ()), seed, replication, central)
    question = results.unnamed(question) if skin else question
    manifest = results.manifest_of(case, question, asdict(words))
    folder = room(out, as_json, manifest)
    try:
        with redirect_stdout(sys.stderr):  # a strategy of one's own may print: stdout is for the result
            done = model.run(case, seed, replication, central=central)
    except StrategyFailed as failure:
        refuse("a strategy failed; which and why is told without --skin" if skin else str(failure), FAILED)
    if folder is not None:
        folders.keep_run(folder, done, manifest, results.packages_of(case))
    if as_json:
        print_json({**results.heading(manifest), **results.record_as_dict(done.record)})
        return
    console = open_console()
    tables.tell(console, narrate.narrate(done.log, case.start, words, talks=done.record.talks, all_knowing=all_knowing))
    close(console, tables.of_run(done.record, words), folder)


@app.command()
def batch(
    what: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="A batch file, or one or more scenario files.",
            show_default=False,
            parser=path_given,
        ),
    ],
    replications: Annotated[
        int | None, typer.Option("-n", min=1, help="How many replications of each point. \\[default: 100]")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", parser=ordinal, help="What every draw follows from. \\[default: 1]"),
    ] = None,
    sets: Sets = None,
    central: Central = False,
    factors: Annotated[
        list[str] | None,
        typer.Option("--factor", metavar="PATH=VALUES", help="Vary a path: \\[a, b] or {from: a, to: b, steps: n}."),
    ] = None,
    design: Annotated[
        str | None, typer.Option(help="grid, 'latin hypercube: POINTS' or 'sobol: POINTS'.", show_default="grid")
    ] = None,
    keep: Annotated[
        list[str] | None, typer.Option(metavar="PATTERN", help="Outcomes to keep, such as 'exchange.*'. Repeatable.")
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help="Who runs them: compiled or mesa.", show_default="the quickest there is")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Workers.", show_default="one for each core")] = None,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler to work on, or 'local'.")
    ] = None,
    skin: Skin = None,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Run scenarios many times, and keep every run; the same command again goes on where it was stopped."""
    from sim.study.options import Options

    options = Options(
        what, replications, seed, tuple(sets or ()), central, tuple(factors or ()), design, tuple(keep or ()), engine,
        jobs, cluster, out, skin or "",
    )  # fmt: skip
    from sim.show.batches import answer

    with tempfile.TemporaryDirectory(prefix="parley-") as place:
        nowhere = Path(place) if as_json and out is None else None
        with faults_told(), redirect_stdout(sys.stderr):
            done = answer(options, nowhere, print_faults, partial(typer.echo, err=True))
    tell(done, as_json=as_json)
    if done.failed:
        raise typer.Exit(FAILED)
