"""Compiling small scenarios for the tests of the engine: two parties named alfa and bravo."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

Compile = Callable[..., Case]


@pytest.fixture
def compile_text(tmp_path: Path) -> Compile:
    """Compile a scenario given as text, with any number of `path=value` changes."""

    def compiled(text: str, *sets: str, name: str = "small.yaml") -> Case:
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return compile_case(read(file, sets))

    return compiled
