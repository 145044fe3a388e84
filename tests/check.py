"""Everything that must hold before a change is shared: style, types, rooms, tests, and the README's commands.

Usage: .venv/bin/python tests/check.py [--slow ARGUMENT ...]

Every step runs, whatever became of the one before; the exit status is 1 if any failed. What follows `--slow` is given
to pytest where it runs the slow tests, such as paths: two Pythons can share them.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent

STEPS = {
    "style": [SCRIPTS / "ruff", "check", "."],
    "layout": [SCRIPTS / "ruff", "format", "--check", "."],
    "types": [SCRIPTS / "mypy"],
    "rooms": [SCRIPTS / "lint-imports"],
    "README": [sys.executable, "tests/readme.py", "--without-check"],
    "every branch of the rules": [sys.executable, "-m", "pytest", "tests/rules", "sim/rules", "--cov"],
    "tests": [
        sys.executable,
        "-m",
        "pytest",
        "-m",
        "not slow and not endurance",
        "--ignore=tests/rules",
        "--ignore=sim/rules",
    ],
    "slow tests": [sys.executable, "-m", "pytest", "-m", "slow"],
}


def main() -> int:
    """Run the steps and say which failed."""
    failed = []
    steps = STEPS
    if "--slow" in sys.argv:
        steps = {**steps, "slow tests": [*steps["slow tests"], *sys.argv[sys.argv.index("--slow") + 1 :]]}
    for name, command in steps.items():
        if name == "README" and "PARLEY_README_IS_RUNNING" in os.environ:
            continue  # this very script is one of the README's commands
        began = time.monotonic()
        print(f"=== {name}", flush=True)
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        print(f"=== {name}: {'passed' if status == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
        if status != 0:
            failed.append(name)
    print(f"FAILED: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
