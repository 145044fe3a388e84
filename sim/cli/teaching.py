"""What teachers do: `parley teach`."""

import typer

from sim.cli.door import app

teach = typer.Typer(no_args_is_help=True, help="For teachers: packs and courses.")
app.add_typer(teach, name="teach")
