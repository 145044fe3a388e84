"""A small batch on the Mesa engine, planned from the small scenario that the command's tests use."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.scenario.faults import Place, Text
from sim.study.batch_file import Question, Variant
from sim.study.plan import Plan
from sim.study.planning import plan_of
from sim.study.sweep import Design, Factor

SMALL = Path(__file__).resolve().parent.parent / "cli"
Planner = Callable[..., Plan]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """`small.yaml` and the claims that it cites."""
    for name in ("small.yaml", "claims.yaml"):
        shutil.copy(SMALL / name, tmp_path)
    return tmp_path / "small.yaml"


@pytest.fixture
def planned(scenario: Path) -> Planner:
    """Plans a batch of a few days; a few runs to a chunk."""

    def make(
        *factors: Factor,
        replications: int = 20,
        chunk: int = 6,
        variants: tuple[Variant, ...] = (Variant("", {}, {}),),
        keep: tuple[str, ...] = ("*",),
        sets: tuple[str, ...] = ("horizon=8",),
        design: tuple[Design, int] = (Design.GRID, 0),
        engine: str = "mesa",
    ) -> Plan:
        place = Place(Text(str(scenario), scenario.parent))
        question = Question(
            scenarios=((str(scenario), place),),
            variants=variants,
            factors=factors,
            places={factor.path: place for factor in factors},
            design=design[0],
            count=design[1],
            replications=replications,
            keep=keep,
            chunk=chunk,
        )
        return plan_of(question, sets, engine, lambda case: {}, list)

    return make
