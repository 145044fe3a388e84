"""Both engines leave the same rows and live through the same events, to the last bit."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from ruamel.yaml import YAML

import sim
from sim.engine.chunk import column_names, from_records
from sim.engine.compiled import prepare, run_chunk
from sim.engine.happened import fold_log
from sim.engine.model import run
from sim.rules.chance import replication_key
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

pytest.importorskip("numba")

ROOT = Path(sim.__path__[0]).parent
SHIPPED = sorted(ROOT.glob("scenarios/cases/*.yaml"))
VARIANTS = [path for path in SHIPPED if path.read_text(encoding="utf-8").startswith("extends:")]
CASES = [path for path in SHIPPED if path not in VARIANTS]
SEED = 20250318


def _beside(name: str) -> ModuleType:
    """A module that stands beside this file: tests are no package."""
    spec = importlib.util.spec_from_file_location(f"beside_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


scenario = _beside("scenarios").scenario


def differences(case: Case, first: int, count: int, *, central: bool = False) -> dict[int, dict[str, Any]]:
    """By replication: the columns in which the engines differ, and whether their events do."""
    chunk = run_chunk(prepare(case), SEED, first, count, central=central)
    rows = {row["replication"]: row for row in chunk.rows()}
    found = {}
    for place, number in enumerate(range(first, first + count)):
        twin = run(case, SEED, number, central=central)
        row, other = rows.get(number, {}), twin.record.row()
        names = sorted(set(row) | set(other))
        differ: dict[str, Any] = {
            name: (row.get(name, 0), other.get(name, 0)) for name in names if row.get(name, 0) != other.get(name, 0)
        }
        if fold_log(case, replication_key(SEED, number), twin.log) != int(chunk.happened[place]):
            differ["events"] = "differ"
        if differ:
            found[number] = differ
    return found


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.stem))
def test_shipped_scenarios_are_alike(path: Path) -> None:
    """Every column and every event's day of a shipped scenario, for the first replications; of a variant, the first."""
    assert differences(compile_case(read(path)), 0, 1 if path in VARIANTS else 3) == {}


@pytest.mark.slow
@pytest.mark.parametrize("path", CASES, ids=lambda path: str(path.stem))
def test_shipped_cases_are_alike_for_long(path: Path) -> None:
    """The same for two hundred replications of every case, from an odd place in a batch."""
    assert differences(compile_case(read(path)), 1_000_003, 200) == {}


@pytest.mark.endurance
@pytest.mark.parametrize("path", VARIANTS, ids=lambda path: str(path.stem))
def test_shipped_variants_are_alike_for_long(path: Path) -> None:
    """The same for every variant."""
    assert differences(compile_case(read(path)), 1_000_003, 200) == {}


def test_central_values_are_alike() -> None:
    """With every uncertain value at its middle the engines agree as well."""
    assert differences(compile_case(read(ROOT / "scenarios/cases/march-2025.yaml")), 0, 2, central=True) == {}


def _compare(plain: dict[str, Any], path: Path) -> None:
    yaml = YAML(typ="safe")
    yaml.default_flow_style = False
    yaml.dump(plain, path)
    assert differences(compile_case(read(path)), 0, 3) == {}


def test_events_look_at_ledgers_that_end_yesterday(tmp_path: Path) -> None:
    """An event asks before the day's ledgers begin: its window of days ends with yesterday on both engines."""
    file = tmp_path / "small.yaml"
    file.write_text(Path(__file__).with_name("truce.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    event = "events={calm: {chance: 0.5, if: ledger.alfa(2) < 1 and day > 1, sets: {weariness.alfa: 0.9}}}"
    assert differences(compile_case(read(file, [event, "tracks.truce.violations=2"])), 0, 5) == {}


LOOSE = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None, "derandomize": True}


@settings(max_examples=12, phases=[Phase.generate], **LOOSE)
@given(plain=scenario())
def test_made_scenarios_are_alike(plain: dict[str, Any], tmp_path: Path) -> None:
    """Two to four parties, one to four tracks, and any effect, precondition, strategy, mediator, event and act."""
    _compare(plain, tmp_path / "made.yaml")


@pytest.mark.slow
@settings(max_examples=150, **LOOSE)
@given(plain=scenario())
def test_many_made_scenarios_are_alike(plain: dict[str, Any], tmp_path: Path) -> None:
    """The same for many more; where one fails, the smallest that does is shown."""
    _compare(plain, tmp_path / "made.yaml")


def test_a_chunk_is_the_same_however_it_is_cut() -> None:
    """A replication does not know in which chunk it is run."""
    case = prepare(compile_case(read(ROOT / "scenarios/cases/march-2025.yaml")))
    whole, parts = run_chunk(case, SEED, 0, 60), [run_chunk(case, SEED, first, 20) for first in (0, 20, 40)]
    for name, column in whole.columns.items():
        assert numpy.array_equal(column, numpy.concatenate([part.columns[name] for part in parts])), name
    assert list(whole.rows()) == [row for part in parts for row in part.rows()]


def test_records_make_the_same_chunk() -> None:
    """The adapter of the Mesa engine and the compiled engine give the same columns and unlocks."""
    case = compile_case(read(ROOT / "scenarios/cases/march-2025.yaml"))
    records = [run(case, SEED, number, logs=False).record for number in range(3)]
    ours, theirs = run_chunk(case, SEED, 0, 3), from_records(case, SEED, 0, records)
    assert list(ours.columns) == list(theirs.columns) == list(column_names(case))
    for name, column in ours.columns.items():
        assert column.dtype == theirs.columns[name].dtype
        assert column.tolist() == theirs.columns[name].tolist(), name
    assert list(ours.rows()) == list(theirs.rows())


def test_parameters_are_those_that_were_drawn() -> None:
    """The drawn values of a chunk are those of the records of the same replications."""
    case = compile_case(read(ROOT / "scenarios/cases/march-2025.yaml"))
    chunk = run_chunk(case, SEED, 5, 2, parameters=True)
    assert chunk.parameters is not None
    for place in range(2):
        drawn = dict(zip(chunk.parameter_paths, chunk.parameters[place].tolist(), strict=True))
        assert drawn == run(case, SEED, 5 + place, logs=False).record.parameters


def test_days_count_phases_and_levels() -> None:
    """Day by day: as many tracks in each phase, as much in each ledger, and the same means, as in tables of days."""
    case = compile_case(read(ROOT / "scenarios/cases/march-2025.yaml"))
    days = run_chunk(case, SEED, 0, 4, days=True).days
    assert days is not None
    tables = [run(case, SEED, number).days for number in range(4)]
    for day in (0, 30, 119):
        talking = sum(table["exchange.phase"][day] == "talks" for table in tables)
        assert days.phases[day, 0, 1] == talking
        for place, party in enumerate(days.parties):
            assert days.ledgers[day, place] == sum(table[f"{party}.alleged"][day] for table in tables)
        for name in ("russia.weariness", "ukraine.strength", "russia.trust.ukraine"):
            mean = sum(table[name][day] for table in tables) / 4
            assert days.mean()[day, days.names.index(name)] == pytest.approx(mean, rel=1e-12)
            values = sorted(table[name][day] for table in tables)
            median = days.quantile(0.5)[day, days.names.index(name)]
            assert values[0] * 0.95 - 0.01 <= median <= values[-1] * 1.05 + 0.01


BROKEN = """
import sys
from pathlib import Path
from sim.engine import compiling
from sim.engine.compiled import prepare, run_chunk
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
chunk = run_chunk(prepare(compile_case(read(Path(sys.argv[1])))), 1, 0, 2)
print(compiling.fingerprint(), *(number.hex() for number in chunk.columns["alfa.weariness"].tolist()))
"""


@pytest.mark.slow
def test_one_ulp_in_one_rule_is_seen(tmp_path: Path) -> None:
    """A test of the test: the least possible change of one rule, in a copy, makes the twins differ.

    Both copies use one cache: what was compiled from one source is never served for another.
    """
    small = tmp_path / "small.yaml"
    small.write_text(Path(__file__).with_name("swap.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    told = []
    for name, before, after in (
        ("same", "", ""),
        ("other", "return min(1.0, max(0.0, w", "return ULP * min(1.0, max(0.0, w"),
    ):
        copy = tmp_path / name
        _copy(ROOT / "sim", copy / "sim")
        rule = copy / "sim/rules/weariness.py"
        text = rule.read_text(encoding="utf-8")
        assert before in text
        rule.write_text(
            text.replace(before, after) + "\n\nULP = 1.0 + 2.0**-52\n" if before else text, encoding="utf-8"
        )
        environment = {
            "PYTHONPATH": str(copy),
            "PARLEY_CACHE": str(tmp_path / "cache"),
            "PATH": "",
            "HOME": str(tmp_path),
        }
        done = subprocess.run(
            [sys.executable, "-c", BROKEN, str(small)],
            cwd=copy,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        told.append(done.stdout.split())
    expected = [
        run(compile_case(read(small)), 1, number, logs=False).record.parties[0].weariness.hex() for number in (0, 1)
    ]
    assert told[0][1:] == expected
    assert told[1][1:] != expected
    assert told[0][0] != told[1][0]


def _copy(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            there = target / path.relative_to(source)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(path.read_bytes())
