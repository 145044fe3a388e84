"""The door is thin: help needs nothing of what runs, draws or reads, and a reader who leaves is no error."""

import subprocess
import sys

from typer.testing import CliRunner

from sim.cli import app

HEAVY = ("matplotlib", "mesa", "networkx", "numpy", "pandas", "pydantic", "ruamel", "scipy")


def test_help_imports_nothing_heavy() -> None:
    """`parley --help` is quick because no heavy package is imported for it, by any road."""
    code = (
        "import sys\n"
        "from sim.cli import app\n"
        "try:\n"
        "    app(['--help'])\n"
        "except SystemExit:\n"
        "    pass\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: " in done.stdout
    assert done.stderr == "[]\n"


def test_help_shows_brackets_as_they_are_written() -> None:
    """How `--factor` is written, and what is done where a number is left out, can be read in the help of a batch."""
    said = CliRunner().invoke(app, ["batch", "--help"], env={"COLUMNS": "140"}).stdout
    assert all(words in said for words in ("Vary a path: [a, b] or {from: a, to: b, steps: n}.", "[default: 100]"))


def test_a_reader_who_leaves_early_gets_no_traceback() -> None:
    """Output into a pipe that nobody reads any more (`parley schema | head -1`) ends quietly, status 1."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sim.cli", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1
