"""What refers to what: every name in a scenario must mean something, and what it says must be possible."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.scenario.claims import Claim
from sim.scenario.names import NameTable
from sim.scenario.schema import Scenario
from sim.scenario.tree import Positions, Report


def check(
    scenario: Scenario,
    positions: Positions,
    claims: Mapping[str, Claim],
    report: Report,
    pruned: Sequence[Sequence[str]],
    folder: Path,
) -> None:
    """stub"""
