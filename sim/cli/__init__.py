"""The command `parley`: a thin door, with a module for the commands of each kind, in the order of the help.

What is heavy is imported inside the commands, so that `--help` is quick.
"""

from sim.cli import (  # noqa: I001  # in the order of the help
    running,
    explaining,
    comparing,
    truces,
    analysing,
    fitting,
    judging,
    files,
    keeping,
    packing,
)
from sim.cli.door import app

__all__ = ["app", "main"]
_COMMANDS = (running, explaining, comparing, truces, analysing, fitting, judging, files, keeping, packing)


def main() -> None:
    """Start the command."""
    app(prog_name="parley")
