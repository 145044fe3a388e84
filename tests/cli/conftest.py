"""The command as a person meets it, in an empty folder with a small scenario."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from sim.cli import app

HERE = Path(__file__).resolve().parent
