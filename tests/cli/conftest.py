"""The command as a person meets it, in an empty folder that holds nothing but a small scenario."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: `small.yaml` and the claims that it cites."""
    for name in ("small.yaml", "claims.yaml"):
        shutil.copy(HERE / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # the width of whoever runs the tests
    return tmp_path


@pytest.fixture
def parley(desk: Path) -> Callable[..., Said]:
    """The command, run in this process; an exception that it lets through fails the test."""

    def call(*words: str) -> Said:
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        return Said(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def process(desk: Path) -> Callable[..., Said]:
    """The command, run in a process of its own."""

    def call(*words: str, **environment: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "sim.cli", *words],
            cwd=desk,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(HERE.parent.parent), **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return call
