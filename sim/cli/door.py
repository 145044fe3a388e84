"""What all commands share: options, how a file is read, how results are printed, how a command ends.

Exit status: 0 all well; 1 something did not hold (a replication failed, a number has no source under --strict);
2 the command cannot be carried out as given (usage, a file missing, a folder in the way or not writable);
3 the scenario is invalid: every fault is printed and nothing is written; 130 interrupted.
"""

import errno
import math
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from sim.show.told import Refused
from sim.terms import DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, RenderableType
    from rich.table import Table

    from sim.scenario.case import Case
    from sim.scenario.faults import Fault
    from sim.scenario.reading import Reading
    from sim.show.told import Told
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
            refuse("interrupted; an unfinished result is not kept", INTERRUPTED)
        except Refused as refused:
            refuse(str(refused), refused.status)
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of our output left: typer closes quietly
                raise
            place = f"'{error.filename}': " if error.filename else ""
            refuse(f"{place}{error.strerror or error}", UNUSABLE)


app = typer.Typer(
    cls=_Door,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help=f"A laboratory for negotiation in wartime: prisoner exchanges, truces, and what blocks them. {DISCLAIMER}",
    epilog="Exit status: 0 all well; 1 something did not hold; 2 it cannot be done as asked; 3 invalid scenario.",
)


def path_given(given: str | Path) -> Path:
    """A path of the command line; an empty one is a slip (an unset variable), not the working folder."""
    if not str(given).strip():
        raise typer.BadParameter(f"the path '{given}' is empty")
    return Path(given)


def ordinal(given: str | int) -> int:
    """A seed or the number of a replication."""
    text = str(given).strip()
    if not re.fullmatch(r"\+?[0-9]{1,20}", text, re.ASCII) or int(text) > LARGEST_SEED:
        raise typer.BadParameter(f"'{given}' is not a whole number from 0 to {LARGEST_SEED}")
    return int(text)


Scenario = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help="A scenario file.", show_default=False, parser=path_given)
]
Seed = Annotated[int, typer.Option(metavar="NUMBER", parser=ordinal, help="What every draw follows from.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change the scenario at a path; null removes. Repeatable."),
]
Central = Annotated[bool, typer.Option("--central", help="Hold every uncertain value at its middle.")]


def _skin(given: str) -> str:
    """The name of a skin."""
    from sim.scenario.skin import FICTIONAL

    if given != FICTIONAL:
        raise typer.BadParameter(f"'{given}' is not a skin: expected {FICTIONAL}")
    return given


Skin = Annotated[
    str | None,
    typer.Option(
        "--skin", metavar="NAME", parser=_skin, show_default=False, help="fictional: invent all names and dates."
    ),
]
Worn = Annotated[
    str | None,
    typer.Option(
        "--skin",
        metavar="NAME",
        parser=_skin,
        show_default=False,
        help="fictional: only what was made under that skin.",
    ),
]
Result = Annotated[
    Path, typer.Argument(metavar="RESULT", help="The folder of a result.", show_default=False, parser=path_given)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document; write files only with --out.")]
Into = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="Where to write, if not into the result.", show_default=False, parser=path_given
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Where the result's own folder is made, if not in results.",
        show_default=False,
        parser=path_given,
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


def read(scenario: Path, sets: "Iterable[str] | None") -> "Reading":
    """Read a scenario; its faults are printed and end the command."""
    from sim.scenario.tree import is_file, why_no_file

    if not is_file(scenario):
        why = why_no_file(scenario).replace("a folder", "a folder, not a scenario file")
        refuse(f"'{scenario}': {why}", UNUSABLE)
    from sim.scenario.reading import read

    with faults_told():
        return read(scenario, tuple(sets or ()))


@contextmanager
def faults_told() -> "Iterator[None]":
    """Within it, a file that is no scenario ends the command, and its faults are printed."""
    from sim.scenario.faults import InvalidScenario

    try:
        yield
    except InvalidScenario as invalid:
        print_faults(invalid.faults)
        raise typer.Exit(INVALID) from None


def compiled(reading: "Reading", skin: str | None = None) -> "Case":
    """Compile what was read; what is wrong ends the command, what is doubtful is printed, but not under a skin."""
    from sim.scenario.compiling import compile_case
    from sim.scenario.faults import InvalidScenario
    from sim.scenario.reading import doubts

    try:
        case = compile_case(reading)
    except InvalidScenario as invalid:
        print_faults([*reading.warnings, *invalid.faults])
        raise typer.Exit(INVALID) from None
    if skin:
        return under_skin(case)
    print_faults([*reading.warnings, *doubts(case, reading)])
    return case


def under_skin(case: "Case") -> "Case":
    """The case under the fictional skin; what is left out is said on stderr."""
    from sim.scenario.skin import LEFT_OUT, fictional

    typer.echo(f"parley: {LEFT_OUT}", err=True)
    return fictional([case]).dress(case)


def room(out: Path | None, as_json: bool, manifest: "Manifest") -> Path | None:
    """Where a run will be kept, if at all: with --json only where a place was named."""
    if as_json and out is None:
        return None
    from sim.study.results import NotAResult, require_room

    folder = (out or Path("results")) / manifest.folder
    try:
        require_room(folder)
    except NotAResult as error:
        refuse(str(error), UNUSABLE)
    return folder


def open_console() -> "Console":
    """Where results are printed: as wide as a terminal, else of a fixed width."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    return Console(width=width, highlight=False, markup=False, emoji=False)


def close(console: "Console", tables: "Iterable[Table]", folder: Path | None) -> None:
    """The end of every printed result: tables, where it is kept, and what it is not."""
    _end(console, tables, [f"Kept in {folder}"] if folder is not None else [])


def _end(console: "Console", tables: "Iterable[Table]", lines: "Iterable[str]") -> None:
    print_tables(console, tables)
    typer.echo()
    for line in lines:
        console.print(line, soft_wrap=True)
    console.print(DISCLAIMER)


def tell(done: "Told", *, as_json: bool, as_csv: bool = False) -> None:
    """Print an answer as was asked for: one document, plain rows, or words and tables."""
    if as_json:
        print_json(done.as_json)
    elif as_csv:
        from sim.show.answers import write_csv
        from sim.study.query import table_of

        write_csv(table_of(done.rows), sys.stdout)
    else:
        console = open_console()
        for line in done.lines:
            console.print(line, soft_wrap=line.lstrip().startswith("parley "))  # a command can be copied
        kept = [f"Kept in {done.folder}"] if done.folder else [f"Kept as {path}" for path in done.files]
        _end(console, done.tables, [*done.hints, *kept])
    for remark in done.remarks:
        typer.echo(f"parley: {remark}", err=True)


def refuse_options(context: typer.Context, names: "Iterable[str]", why: str) -> None:
    """Refuse options that were given and would change nothing: `why` says what they are asked of."""
    given = [name for name in names if (source := context.get_parameter_source(name)) and source.name == "COMMANDLINE"]
    if given:
        spelt = {each.name: max(each.opts, key=len) for each in context.command.params}
        refuse(f"{', '.join(spelt[name] for name in given)}: asked {why} only", UNUSABLE)


def print_tables(console: "Console", tables: "Iterable[RenderableType]") -> None:
    """Print tables, each after an empty line."""
    for table in tables:
        with console.capture() as page:
            console.print(table)
        typer.echo("\n" + "\n".join(line.rstrip() for line in page.get().rstrip().splitlines()))


def print_faults(faults: "Iterable[Fault]") -> None:
    """Print what is wrong or doubtful, on stderr."""
    for fault in faults:
        typer.echo(str(fault), err=True)


def print_json(plain: object) -> None:
    """Strict JSON: a number that does not exist (the interval of a single run) is null."""
    import json

    typer.echo(json.dumps(_finite(plain), indent=1, ensure_ascii=False, allow_nan=False))


def _finite(plain: Any) -> Any:
    if isinstance(plain, dict):
        return {key: _finite(value) for key, value in plain.items()}
    if isinstance(plain, list | tuple):
        return [_finite(value) for value in plain]
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def refuse(why: str, status: int) -> NoReturn:
    """Say in one line why not, and leave with a status."""
    typer.echo(f"parley: {why}", err=True)
    raise typer.Exit(status)
