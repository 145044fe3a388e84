"""The command `parley`: a thin door, with a module for the commands of each kind, in the order of the help.

What is heavy is imported inside the commands, so that `--help` is quick.
"""

from sim.cli import (  # noqa: F401, I001  # each registers its commands, in the order of the help
    running,
    explaining,
    comparing,
    truces,
    analysing,
    reporting,
    fitting,
    judging,
    exercising,
    teaching,
    packing,
    serving,
    files,
    keeping,
)
from sim.cli.door import app

__all__ = ["app", "main"]


def main() -> None:
    """Start the command."""
    app(prog_name="parley")
