"""A small invented scenario and a batch of it, made once."""

from pathlib import Path

import pytest

import sim

SMALL = Path(__file__).resolve().parent.parent / "cli" / "small.yaml"


@pytest.fixture(scope="session")
def small() -> sim.Scenario:
    """Two valleys."""
    return sim.load(SMALL)


@pytest.fixture(scope="session")
def batch(small: sim.Scenario) -> sim.Batch:
    """Sixty replications, kept nowhere in particular."""
    return sim.batch(small, 60, seed=7)


@pytest.fixture(scope="session")
def blocked(small: sim.Scenario) -> sim.Batch:
    """The same without the monitoring that a precondition asks for."""
    return sim.batch(small.variant({"truce.issues.monitoring": [0, 0.25]}), 60, seed=7)
