"""A map is the share of every cell of a grid of two factors, and nothing else is called a map."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.study.batch import here, run_batch
from sim.study.heat_map import NoMap, heat_map
from sim.study.manifest import manifest_of, write_batch_manifest
from sim.study.plan import Plan
from sim.study.query import query
from sim.study.sweep import Design, Factor

Planner = Callable[..., Plan]
DOWN, ACROSS = Factor("truce.direct", values=(0.1, 0.9)), Factor("parties.east.weariness", values=(0.2, 0.4, 0.6))


def run(plan: Plan, folder: Path) -> Path:
    """Run a plan and keep its manifest."""
    run_batch(plan, folder, here(1), lambda progress: None)
    write_batch_manifest(folder, manifest_of(plan, "parley batch"))
    return folder


@pytest.fixture
def folder(planned: Planner, tmp_path: Path) -> Path:
    """A grid of two times three."""
    return run(planned(DOWN, ACROSS, replications=10, chunk=60), tmp_path / "grid")


def test_every_cell_is_the_share_of_its_runs(folder: Path) -> None:
    """Counts of agreement, within some days or ever, and of an ending are those of the runs at both values."""
    asked = (
        ("truce", None, "first_agreed >= 0"),
        ("truce", 3, "first_agreed between 0 and 2"),
        ("truce.impasse", None, "ending = 'impasse'"),
    )
    for named, within, sql in asked:
        found = heat_map(folder, named, within, 0)
        assert (found.down, found.across) == ((0.1, 0.9), (0.2, 0.4, 0.6))
        for down, line in zip(found.down, found.shares, strict=True):
            for across, share in zip(found.across, line, strict=True):
                where = f'"truce.direct" = {down} and "parties.east.weariness" = {across}'
                column, condition = sql.split(" ", 1)
                ((count, n),) = query(
                    folder, f'select count(*) filter ("truce.{column}" {condition}), count(*) from runs where {where}'
                ).rows
                assert (share.count, share.n) == (count, n)


@pytest.mark.parametrize(
    ("named", "within", "number", "told"),
    [
        ("truse", None, 0, "no track 'truse'; did you mean 'truce'"),
        ("truce.expird", None, 0, "no ending; did you mean 'truce.expired'"),
        ("truce.expired", 5, 0, "--within goes with agreement alone"),
        ("truce", None, 1, "scenario 1 is none of"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told(folder: Path, named: str, within: int | None, number: int, told: str) -> None:
    """An unknown track, ending or scenario is named with the nearest right one."""
    with pytest.raises(NoMap, match=told):
        heat_map(folder, named, within, number)


def test_what_is_no_grid_of_two_factors_is_refused(planned: Planner, tmp_path: Path) -> None:
    """One factor is a line; points of a hypercube are a cloud."""
    line = run(planned(DOWN, replications=2), tmp_path / "line")
    with pytest.raises(NoMap, match=r"varies 1 factors \(truce.direct\): a map needs a grid of two"):
        heat_map(line, "truce", None, 0)
    ranges = (Factor("truce.direct", low=0.1, high=0.9), Factor("parties.east.weariness", low=0.2, high=0.6))
    cloud = run(planned(*ranges, replications=1, design=(Design.LATIN_HYPERCUBE, 3)), tmp_path / "cloud")
    with pytest.raises(NoMap, match="is no grid"):
        heat_map(cloud, "truce", None, 0)
