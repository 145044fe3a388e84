"""The command `parley`: a thin door. What is heavy is imported inside the commands, so that `--help` is quick.

Exit status: 0 all well; 1 something did not hold (a replication failed, a number has no source under --strict);
2 the command cannot be carried out as given (usage, a file missing, a folder in the way or not writable);
3 the scenario is invalid: every fault is printed and nothing is written; 130 interrupted.
"""

import errno
import math
import os
import sys
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from sim.terms import DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import Console
    from rich.table import Table

    from sim.scenario.case import Case
    from sim.scenario.faults import Fault
    from sim.scenario.reading import Reading
    from sim.study.store import Manifest

FAILED, UNUSABLE, INVALID, INTERRUPTED = 1, 2, 3, 130
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

Scenario = Annotated[Path, typer.Argument(metavar="SCENARIO", help="A scenario file.", show_default=False)]
Seed = Annotated[int, typer.Option(min=0, help="What every draw follows from.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change the scenario at a path; null removes. Repeatable."),
]
Central = Annotated[bool, typer.Option("--central", help="Hold every uncertain value at its middle.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document; write files only with --out.")]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Where the result's own folder is made, if not in results.", show_default=False
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
    replication: Annotated[int, typer.Option(min=0, help="Which replication: number K of any batch of the seed.")] = 0,
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
    from sim.study import store

    words = labels.labels_of(case)
    question = store.Question("run", str(scenario), tuple(sets or ()), seed, replication, 1, central, "mesa")
    manifest = store.manifest_of(case, question, asdict(words))
    folder = _room(out, as_json, manifest)
    done = model.run(case, seed, replication, central=central)
    if folder is not None:
        packages = store.packages_of(case)
        with store.staged(folder) as fresh:
            store.write_run(fresh, done, manifest, packages)
            folders.draw_run(fresh, done, manifest, packages)
    if as_json:
        _print_json(store.record_as_dict(done.record))
        return
    console = _console()
    tables.tell(console, narrate.narrate(done.log, case.start, words, all_knowing=all_knowing))
    _close(console, tables.of_run(done.record, words), folder)


@app.command()
def batch(
    scenario: Scenario,
    replications: Annotated[int, typer.Option("-n", min=1, help="How many replications.")] = 100,
    seed: Seed = 1,
    sets: Sets = None,
    central: Central = False,
    engine: Annotated[str, typer.Option(help="Who runs them: mesa.")] = "mesa",
    as_json: AsJson = False,
    out: Out = None,
) -> None:
    """Run a scenario many times: count how its tracks end and what stood in the way."""
    case = _compile(_read(scenario, sets))
    from sim.show import folders, labels, tables
    from sim.study import batch as batches
    from sim.study import store, summary

    if engine not in batches.ENGINES:
        raise typer.BadParameter(f"'{engine}' is not an engine: expected {' or '.join(batches.ENGINES)}")
    words = labels.labels_of(case)
    question = store.Question("batch", str(scenario), tuple(sets or ()), seed, 0, replications, central, engine)
    manifest = store.manifest_of(case, question, asdict(words))
    folder = _room(out, as_json, manifest)
    with _progress(replications) as on_progress:
        done = batches.run_batch(
            case, replications, seed, central=central, engine=batches.ENGINES[engine], on_progress=on_progress
        )
    manifest = replace(manifest, failed=len(done.failures))
    rows = store.batch_rows(done)
    found = summary.summarise(rows, case.horizon)
    if folder is not None:
        with store.staged(folder) as fresh:
            store.write_batch(fresh, rows, manifest)
            folders.draw_batch(fresh, rows, manifest)
    if as_json:
        _print_json({"manifest": store.manifest_as_dict(manifest), "summary": asdict(found)})
    else:
        _close(_console(), tables.of_batch(found, words), folder)
    for failure in done.failures:
        typer.echo(f"parley: replication {failure.replication} failed: {failure.reason}", err=True)
    if done.failures:
        raise typer.Exit(FAILED)


@app.command()
def validate(
    scenarios: Annotated[list[Path], typer.Argument(metavar="SCENARIO...", help="Scenario files.", show_default=False)],
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
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("scenario.yaml"),
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
def plot(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="The folder of a run or batch.", show_default=False)],
) -> None:
    """Draw the figures of a stored result again."""
    from sim.show import folders
    from sim.study.store import NotAResult

    try:
        drawn = folders.redraw(result)
    except NotAResult as error:
        _refuse(str(error), UNUSABLE)
    for path in drawn:
        typer.echo(path)
    typer.echo(DISCLAIMER)


def _read(scenario: Path, sets: "Iterable[str] | None") -> "Reading":
    """Read a scenario; its faults are printed and end the command."""
    if not scenario.is_file():
        _refuse(f"'{scenario}': {'is a folder' if scenario.is_dir() else 'no such file'}", UNUSABLE)
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
    """Where the result will be kept, if at all: with --json only where a place was named."""
    if as_json and out is None:
        return None
    from sim.study.store import NotAResult, require_room

    folder = (out or Path("results")) / manifest.folder
    try:
        require_room(folder)
    except NotAResult as error:
        _refuse(str(error), UNUSABLE)
    return folder


@contextmanager
def _progress(replications: int) -> "Iterator[Callable[[int], None]]":
    """Shows on stderr how far a batch is: a bar on a terminal, otherwise a line for every tenth."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    if console.is_terminal:
        with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console, transient=True) as bar:
            task = bar.add_task("", total=replications)
            yield lambda done: bar.update(task, completed=done)
    else:
        tenths = {replications * tenth // 10 for tenth in range(1, 11)} - {0}

        def tell(done: int) -> None:
            if done in tenths:
                typer.echo(f"{done} of {replications} replications", err=True)

        yield tell


def _console() -> "Console":
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


def _close(console: "Console", tables: "Iterable[Table]", folder: Path | None) -> None:
    """The end of every printed result: tables, where it is kept, and what it is not."""
    for table in tables:
        with console.capture() as page:
            console.print(table)
        typer.echo("\n" + "\n".join(line.rstrip() for line in page.get().rstrip().splitlines()))
    typer.echo()
    if folder is not None:
        console.print(f"Kept in {folder}", soft_wrap=True)
    console.print(DISCLAIMER)


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
