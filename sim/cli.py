"""The command `parley`: a thin door. What is heavy is imported inside the commands, so that `--help` is quick.

Exit status: 0 all well; 1 something did not hold (a replication failed, a number has no source under --strict);
2 the command cannot be carried out as given (usage, a file missing, a folder in the way or not writable);
3 the scenario is invalid: every fault is printed and nothing is written; 130 interrupted.
"""

import errno
import math
import os
import re
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from sim.terms import DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console, RenderableType
    from rich.table import Table

    from sim.scenario.case import Case
    from sim.scenario.faults import Fault
    from sim.scenario.reading import Reading
    from sim.study.results import Manifest

FAILED, UNUSABLE, INVALID, INTERRUPTED = 1, 2, 3, 130
LARGEST_SEED = 2**63 - 1
"""Of seeds and of replications: what fits where tables and random numbers keep them."""
PLAIN_WIDTH = 110
"""Columns of a table where the output is no terminal."""


class _Door(TyperGroup):
    """Turns what may befall any command into one line on stderr and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            _refuse("interrupted; an unfinished result is not kept", INTERRUPTED)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of our output left: typer closes quietly
                raise
            place = f"'{error.filename}': " if error.filename else ""
            _refuse(f"{place}{error.strerror or error}", UNUSABLE)


app = typer.Typer(
    cls=_Door,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=f"A laboratory for negotiation in wartime: prisoner exchanges, truces, and what blocks them. {DISCLAIMER}",
    epilog="Exit status: 0 all well; 1 something did not hold; 2 it cannot be done as asked; 3 invalid scenario.",
)


def _path(given: str | Path) -> Path:
    """A path of the command line; an empty one is a slip (an unset variable), not the working folder."""
    if not str(given).strip():
        raise typer.BadParameter(f"the path '{given}' is empty")
    return Path(given)


def _ordinal(given: str | int) -> int:
    """A seed or the number of a replication."""
    text = str(given).strip()
    if not re.fullmatch(r"\+?[0-9]{1,20}", text, re.ASCII) or int(text) > LARGEST_SEED:
        raise typer.BadParameter(f"'{given}' is not a whole number from 0 to {LARGEST_SEED}")
    return int(text)


Scenario = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help="A scenario file.", show_default=False, parser=_path)
]
Seed = Annotated[int, typer.Option(metavar="NUMBER", parser=_ordinal, help="What every draw follows from.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change the scenario at a path; null removes. Repeatable."),
]
Central = Annotated[bool, typer.Option("--central", help="Hold every uncertain value at its middle.")]
Result = Annotated[
    Path, typer.Argument(metavar="RESULT", help="The folder of a result.", show_default=False, parser=_path)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document; write files only with --out.")]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Where the result's own folder is made, if not in results.",
        show_default=False,
        parser=_path,
    ),
]


@app.callback(invoke_without_command=True)
def parley(
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Show the version and leave.")] = False,
) -> None:
    """What stands before every command."""
    if version:
        from sim.study.versions import versions

        typer.echo(f"parley {versions()['parley-sim']}")
        raise typer.Exit


@app.command()
def run(
    scenario: Scenario,
    seed: Seed = 1,
    replication: Annotated[
        int,
        typer.Option(metavar="NUMBER", parser=_ordinal, help="Which replication: number K of any batch of the seed."),
    ] = 0,
    sets: Sets = None,
    central: Central = False,
    all_knowing: Annotated[bool, typer.Option("--all-knowing", help="Tell also what no party sees.")] = False,
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Run a scenario once: tell the story day by day, draw it, and keep it."""
    case = _compile(_read(scenario, sets))
    from sim.engine import model
    from sim.show import folders, labels, narrate, tables
    from sim.strategies.asking import StrategyFailed
    from sim.study import results

    words = labels.labels_of(case)
    question = results.Question(str(scenario), tuple(sets or ()), seed, replication, central)
    manifest = results.manifest_of(case, question, asdict(words))
    folder = _room(out, as_json, manifest)
    try:
        with redirect_stdout(sys.stderr):  # a strategy of one's own may print: stdout is for the result
            done = model.run(case, seed, replication, central=central)
    except StrategyFailed as failure:
        _refuse(str(failure), FAILED)
    if folder is not None:
        packages = results.packages_of(case)
        with results.staged(folder) as fresh:
            results.write_run(fresh, done, manifest, packages)
            folders.draw_run(fresh, done, manifest, packages)
    if as_json:
        _print_json({**results.heading(manifest), **results.record_as_dict(done.record)})
        return
    console = _console()
    tables.tell(console, narrate.narrate(done.log, case.start, words, talks=done.record.talks, all_knowing=all_knowing))
    _close(console, tables.of_run(done.record, words), folder)


@app.command()
def batch(
    what: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="A batch file, or one or more scenario files.", show_default=False, parser=_path
        ),
    ],
    replications: Annotated[
        int | None, typer.Option("-n", min=1, help="How many replications of each point. [default: 100]")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", parser=_ordinal, help="What every draw follows from. [default: 1]"),
    ] = None,
    sets: Sets = None,
    central: Central = False,
    factors: Annotated[
        list[str] | None,
        typer.Option("--factor", metavar="PATH=VALUES", help="Vary a path: [a, b] or {from: a, to: b, steps: n}."),
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
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Run scenarios many times, and keep every run; the same command again goes on where it was stopped."""
    from sim.study.options import Options

    options = Options(
        what, replications, seed, tuple(sets or ()), central, tuple(factors or ()), design, tuple(keep or ()), engine,
        jobs, cluster, out,
    )  # fmt: skip
    from sim.scenario.faults import InvalidScenario
    from sim.show.batches import Refused, answer

    with tempfile.TemporaryDirectory(prefix="parley-") as place:
        nowhere = Path(place) if as_json and out is None else None
        try:
            with redirect_stdout(sys.stderr):
                done = answer(options, nowhere, _print_faults, partial(typer.echo, err=True))
        except InvalidScenario as invalid:
            _print_faults(invalid.faults)
            raise typer.Exit(INVALID) from None
        except Refused as refused:
            _refuse(str(refused), refused.status)
    if as_json:
        _print_json(done.as_json)
    else:
        _close(_console(), done.tables, done.folder)
    for line in done.remarks:
        typer.echo(f"parley: {line}", err=True)
    if done.failed:
        raise typer.Exit(FAILED)


@app.command()
def validate(
    scenarios: Annotated[
        list[Path], typer.Argument(metavar="SCENARIO...", help="Scenario files.", show_default=False, parser=_path)
    ],
    strict: Annotated[bool, typer.Option("--strict", help="Fail on numbers that nobody stands behind.")] = False,
) -> None:
    """Check scenario files: everything that is wrong with them, or doubtful."""
    from sim.scenario.reading import doubts, unattributed

    status = 0
    for scenario in scenarios:
        try:
            reading = _read(scenario, None)
            case = _compile(reading)
        except typer.Exit as invalid:
            status = max(status, invalid.exit_code)
            continue
        bare = unattributed(reading) if strict else []
        _print_faults(bare)
        found = {"doubtful": len(reading.warnings) + len(doubts(case, reading)), "without a source": len(bare)}
        typer.echo(", ".join([f"{scenario}: valid", *(f"{count} {what}" for what, count in found.items() if count)]))
        status = max(status, FAILED if bare else 0)
    raise typer.Exit(status)


@app.command()
def init(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write.", parser=_path)] = Path(
        "scenario.yaml"
    ),
) -> None:
    """Write a small scenario with comments, to start one's own from."""
    from importlib.resources import files

    template = files("sim.scenario").joinpath("template.yaml").read_text(encoding="utf-8")
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(template)
    except FileExistsError:
        _refuse(f"'{path}' exists already; it is left as it is", UNUSABLE)
    typer.echo(f"Wrote {path}. Try: parley run {path}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario.reading import schema_document

    _print_json(schema_document())


@app.command()
def plot(result: Result) -> None:
    """Draw the figures of a stored result again."""
    from sim.show import folders
    from sim.study.query import Unanswerable
    from sim.study.results import NotAResult

    try:
        drawn = folders.redraw(result)
    except (NotAResult, Unanswerable) as error:
        _refuse(str(error), UNUSABLE)
    for path in drawn:
        typer.echo(path)
    typer.echo(DISCLAIMER)


@app.command()
def query(
    result: Result,
    sql: Annotated[str, typer.Argument(metavar="SQL", help="Such as: select count(*) from runs", show_default=False)],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask about the runs of a batch in SQL: the tables are runs and unlocks."""
    from sim.show import answers
    from sim.study.manifest import read_batch_manifest
    from sim.study.query import Unanswerable
    from sim.study.query import query as ask
    from sim.study.results import NotAResult
    from sim.study.store import read_receipts

    try:
        manifest = read_batch_manifest(result)
        done = sum(receipt.runs for receipt in read_receipts(result))
        if done < manifest.runs:
            typer.echo(f"parley: {done:,} of {manifest.runs:,} runs are done; to go on: {manifest.command}", err=True)
        answer = ask(result, sql)
        if as_csv:
            answers.write_csv(answer, sys.stdout)
        elif as_json:
            answers.write_json(answer, sys.stdout.write)
        else:
            _print_tables(_console(), answers.as_table(answer))
    except (NotAResult, Unanswerable) as error:
        _refuse(str(error), UNUSABLE)


@app.command()
def results(
    place: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where results are kept.", parser=_path)] = Path(
        "results"
    ),
) -> None:
    """List the results that are kept, and how far each is."""
    from sim.show import answers
    from sim.study.listing import results_in

    found = list(results_in(place)) if place.is_dir() else []
    if not found:
        typer.echo(f"No results in {place}.")
        return
    _print_tables(_console(), [answers.of_results(found)])


def _read(scenario: Path, sets: "Iterable[str] | None") -> "Reading":
    """Read a scenario; its faults are printed and end the command."""
    from sim.scenario.tree import is_file, why_no_file

    if not is_file(scenario):
        _refuse(f"'{scenario}': {why_no_file(scenario)}", UNUSABLE)
    from sim.scenario.faults import InvalidScenario
    from sim.scenario.reading import read

    try:
        return read(scenario, tuple(sets or ()))
    except InvalidScenario as invalid:
        _print_faults(invalid.faults)
        raise typer.Exit(INVALID) from None


def _compile(reading: "Reading") -> "Case":
    """Compile what was read; what is doubtful is printed, what is wrong ends the command."""
    from sim.scenario.compiling import compile_case
    from sim.scenario.faults import InvalidScenario
    from sim.scenario.reading import doubts

    try:
        case = compile_case(reading)
    except InvalidScenario as invalid:
        _print_faults([*reading.warnings, *invalid.faults])
        raise typer.Exit(INVALID) from None
    _print_faults([*reading.warnings, *doubts(case, reading)])
    return case


def _room(out: Path | None, as_json: bool, manifest: "Manifest") -> Path | None:
    """Where a run will be kept, if at all: with --json only where a place was named."""
    if as_json and out is None:
        return None
    from sim.study.results import NotAResult, require_room

    folder = (out or Path("results")) / manifest.folder
    try:
        require_room(folder)
    except NotAResult as error:
        _refuse(str(error), UNUSABLE)
    return folder


def _console() -> "Console":
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


def _close(console: "Console", tables: "Iterable[Table]", folder: Path | None) -> None:
    """The end of every printed result: tables, where it is kept, and what it is not."""
    _print_tables(console, tables)
    typer.echo()
    if folder is not None:
        console.print(f"Kept in {folder}", soft_wrap=True)
    console.print(DISCLAIMER)


def _print_tables(console: "Console", tables: "Iterable[RenderableType]") -> None:
    for table in tables:
        with console.capture() as page:
            console.print(table)
        typer.echo("\n" + "\n".join(line.rstrip() for line in page.get().rstrip().splitlines()))


def _print_faults(faults: "Iterable[Fault]") -> None:
    for fault in faults:
        typer.echo(str(fault), err=True)


def _print_json(plain: object) -> None:
    """Strict JSON: a number that does not exist (the interval of a single run) is null."""
    import json

    typer.echo(json.dumps(_finite(plain), indent=1, ensure_ascii=False, allow_nan=False))


def _finite(plain: Any) -> Any:
    if isinstance(plain, dict):
        return {key: _finite(value) for key, value in plain.items()}
    if isinstance(plain, list | tuple):
        return [_finite(value) for value in plain]
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def _refuse(why: str, status: int) -> NoReturn:
    typer.echo(f"parley: {why}", err=True)
    raise typer.Exit(status)


def main() -> None:
    """Start the command."""
    app(prog_name="parley")


if __name__ == "__main__":
    main()
