"""The command `parley`: a thin door, with a module for the commands of each kind, in the order of the help.

What is heavy is imported inside the commands, so that `--help` is quick.
"""

from sim.cli import running, explaining, comparing, truces, fitting, judging, files, keeping  # noqa: I001  # help order
from sim.cli.door import app

__all__ = ["app", "comparing", "explaining", "files", "fitting", "judging", "keeping", "main", "running", "truces"]


def main() -> None:
    """Start the command."""
    app(prog_name="parley")
