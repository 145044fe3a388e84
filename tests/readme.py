"""Runs the commands of README.md, in order, as a reader of a fresh clone would.

Usage: python tests/readme.py [--without-check | --slow ARGUMENT ...]

Every block fenced as `sh` is run in a copy of the files that a clone would hold, with `python3` meaning the
interpreter that runs this script. `--without-check` leaves out the block that runs tests/check.py; `--slow` and what
follows are given to it.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECK = "tests/check.py"
RUNNING = "PARLEY_README_IS_RUNNING"
"""Set in the environment of the commands, so that tests/check.py does not run the README within the README."""


def blocks(markdown: str) -> list[str]:
    """The command blocks of a Markdown text."""
    return re.findall(r"^```sh\n(.*?)^```$", markdown, flags=re.MULTILINE | re.DOTALL)


def copy_as_cloned(destination: Path) -> None:
    """Copy the files that git tracks or would add, as they are in the working tree."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    for name in filter(None, listing.stdout.split("\0")):
        if (ROOT / name).is_file():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, destination / name)


def environment_of_a_reader(shims: Path) -> dict[str, str]:
    """The environment in which `python3` is this interpreter and no virtual environment is active."""
    shim = shims / "python3"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return {**kept, "PATH": f"{shims}{os.pathsep}{os.environ['PATH']}", RUNNING: "1"}


def main() -> int:
    """Run the blocks; the exit status is that of the first that fails."""
    wanted = blocks((ROOT / "README.md").read_text(encoding="utf-8"))
    if "--without-check" in sys.argv[1:]:
        wanted = [block for block in wanted if CHECK not in block]
    if "--slow" in sys.argv:
        given = shlex.join([CHECK, *sys.argv[sys.argv.index("--slow") :]])
        wanted = [block.replace(CHECK, given) for block in wanted]
    with tempfile.TemporaryDirectory(prefix="parley-readme-") as workplace:
        clone, shims = Path(workplace, "clone"), Path(workplace, "bin")
        clone.mkdir()
        shims.mkdir()
        copy_as_cloned(clone)
        environment = environment_of_a_reader(shims)
        for block in wanted:
            print(f"--- README.md\n{block.rstrip()}", flush=True)
            began = time.monotonic()
            shell = ["bash", "-euo", "pipefail", "-c", block]
            status = subprocess.run(shell, cwd=clone, env=environment, check=False).returncode
            ended = "done" if status == 0 else f"FAILED ({status})"
            print(f"--- {ended} in {time.monotonic() - began:.0f} s", flush=True)
            if status != 0:
                return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
