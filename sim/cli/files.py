"""Scenario files: checking them, starting one, and their schema."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.door import (
    FAILED,
    UNUSABLE,
    app,
    compiled,
    path_given,
    print_faults,
    print_json,
    read,
    refuse,
)


@app.command()
def validate(
    scenarios: Annotated[
        list[Path], typer.Argument(metavar="SCENARIO...", help="Scenario files.", show_default=False, parser=path_given)
    ],
    strict: Annotated[bool, typer.Option("--strict", help="Fail on numbers that nobody stands behind.")] = False,
) -> None:
    """Check scenario files: everything that is wrong with them, or doubtful."""
    from sim.scenario.reading import doubts, unattributed

    status = 0
    for scenario in scenarios:
        try:
            reading = read(scenario, None)
            case = compiled(reading)
        except typer.Exit as invalid:
            status = max(status, invalid.exit_code)
            continue
        bare = unattributed(reading) if strict else []
        print_faults(bare)
        found = {"doubtful": len(reading.warnings) + len(doubts(case, reading)), "without a source": len(bare)}
        typer.echo(", ".join([f"{scenario}: valid", *(f"{count} {what}" for what, count in found.items() if count)]))
        status = max(status, FAILED if bare else 0)
    raise typer.Exit(status)


@app.command()
def init(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write.", parser=path_given)] = Path(
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
        refuse(f"'{path}' exists already; it is left as it is", UNUSABLE)
    typer.echo(f"Wrote {path}. Try: parley run {path}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario.reading import schema_document

    print_json(schema_document())
