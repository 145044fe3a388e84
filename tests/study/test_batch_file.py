"""Batch files: what can be written, and every fault with its place."""

from pathlib import Path

import pytest

from sim.scenario.faults import InvalidScenario
from sim.study.batch_file import is_batch_file, read_batch
from sim.study.sweep import Design, Factor

GOOD = """\
parley: 1
batch: Monitoring
about: what it asks
scenarios: [small.yaml]
variants:
  as it stands: {}
  unwatched: {tracks.truce.preconditions.east.watched: null}
factors:
  truce.issues.days: [[5], [10]]
  parties.east.weariness: {from: 0.2, to: 0.6, steps: 3}
replications: 50
seed: 7
central: true
keep: [truce.*]
chunk: 10
"""
FAULTS = {
    "unknown key": ("seed: 7", "sead: 7", ":12:1: sead: unknown key 'sead'; did you mean 'seed'?"),
    "missing scenarios": ("scenarios: [small.yaml]", "", "'scenarios' is missing"),
    "no such file": ("[small.yaml]", "[smal.yaml]", ":4:13: scenarios: there is no file"),
    "nearest file": ("[small.yaml]", "[smal.yaml]", "did you mean 'small.yaml'?"),
    "twice the same file": (
        "[small.yaml]", "[small.yaml, small.yaml]",
        ":4:25: scenarios: 'small.yaml' stands here twice",
    ),
    "no number": ("replications: 50", "replications: many", ":11:15: replications: expected a whole number"),
    "out of range": ("seed: 7", "seed: -1", ":12:7: seed: -1 is out of range"),
    "no switch": ("central: true", "central: 1", ":13:10: central: expected true or false, found 1"),
    "future": ("parley: 1", "parley: 2", ":1:9: parley: format version 2 is newer"),
    "empty list": ("[[5], [10]]", "[]", ":9:22: factors.truce.issues.days: expected at least one value"),
    "value twice": ("[[5], [10]]", "[[5], [5]]", ":9:22: factors.truce.issues.days: a value stands here twice"),
    "range upside down": (
        "from: 0.2", "from: 0.9",
        ":10:34: factors.parties.east.weariness.from: 0.9 is not below 0.6",
    ),
    "range without an end": ("to: 0.6, ", "", "the lower first, found a mapping"),
    "range with unknown key": (
        "steps: 3", "step: 3",
        ":10:48: factors.parties.east.weariness.step: unknown key 'step'",
    ),
    "range in a grid without steps": (", steps: 3", "", "a range in a grid needs 'steps'"),
    "one step": ("steps: 3", "steps: 1", "a whole number of steps"),
    "no power of 2": (
        "seed: 7", "seed: 7\ndesign: {sobol: 100}",
        ":13:17: design.sobol: a Sobol sequence needs a power of 2",
    ),
    "unknown design": ("seed: 7", "seed: 7\ndesign: latin", "'grid', 'latin hypercube: points' or 'sobol: points'"),
    "misspelt design": ("seed: 7", "seed: 7\ndesign: gird", "found 'gird'; did you mean 'grid'?"),
    "misspelt sampled design": (
        "seed: 7", "seed: 7\ndesign: {latin hypercub: 3}",
        "found a mapping; did you mean 'latin hypercube'?",
    ),
    "a tab": ("seed: 7", "seed:\t7", ":12:6: a tab: use spaces"),
    "too many points": (
        "steps: 3}", "steps: 10000}\n  exchange.direct: {from: 0, to: 1, steps: 9}",
        "360,000 points are more",
    ),
    "a variant that is no mapping": (
        "as it stands: {}", "as it stands: 3",
        ":6:17: variants.as it stands: expected changes",
    ),
}  # fmt: skip


@pytest.fixture
def folder(scenario: Path) -> Path:
    """Where the small scenario stands."""
    return scenario.parent


def test_a_batch_file_says_everything_that_options_say(folder: Path) -> None:
    """Every key arrives as it was written; files are found from where the batch file stands."""
    (folder / "b.yaml").write_text(GOOD, encoding="utf-8")
    question = read_batch(folder / "b.yaml")
    assert [file for file, _ in question.scenarios] == [str(folder / "small.yaml")]
    assert [(variant.name, dict(variant.sets)) for variant in question.variants] == [
        ("as it stands", {}),
        ("unwatched", {"tracks.truce.preconditions.east.watched": None}),
    ]
    days, weariness = question.factors
    assert days == Factor("truce.issues.days", ([5], [10]))
    assert weariness.path == "parties.east.weariness"
    assert weariness.values == pytest.approx((0.2, 0.4, 0.6))
    assert (question.title, question.name) == ("Monitoring", "b")
    assert (question.replications, question.seed, question.central, question.chunk) == (50, 7, True, 10)
    assert question.keep == ("truce.*",)


@pytest.mark.parametrize(
    ("written", "design", "count"),
    [
        ("grid", Design.GRID, 0),
        ("{latin hypercube: 100}", Design.LATIN_HYPERCUBE, 100),
        ("{sobol: 64}", Design.SOBOL, 64),
    ],
)
def test_designs_are_read(folder: Path, written: str, design: Design, count: int) -> None:
    """A grid is a word; a sampled design says how many points it has."""
    (folder / "b.yaml").write_text(GOOD + f"design: {written}\n", encoding="utf-8")
    question = read_batch(folder / "b.yaml")
    assert (question.design, question.count) == (design, count)


@pytest.mark.parametrize(("old", "new", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_place(folder: Path, old: str, new: str, said: str) -> None:
    """Whatever is wrong is told with line and column, and the nearest right thing where there is one."""
    assert old in GOOD
    (folder / "b.yaml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InvalidScenario) as caught:
        read_batch(folder / "b.yaml")
    assert said in str(caught.value)


def test_a_sampled_design_needs_factors(folder: Path) -> None:
    """Where nothing is varied a number of points says nothing: it is a fault at the design."""
    (folder / "b.yaml").write_text("parley: 1\nbatch: b\nscenarios: small.yaml\ndesign: {sobol: 4}\n", encoding="utf-8")
    with pytest.raises(InvalidScenario, match=r":4:9: design: a sobol design needs factors"):
        read_batch(folder / "b.yaml")


def test_all_faults_are_told_at_once(folder: Path) -> None:
    """Three faults give three lines, in order."""
    text = GOOD.replace("seed: 7", "seed: x").replace("chunk: 10", "chunk: 0").replace("steps: 3", "steps: 0")
    (folder / "b.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidScenario) as caught:
        read_batch(folder / "b.yaml")
    assert [fault.line for fault in caught.value.faults] == [10, 12, 15]


def test_a_scenario_is_no_batch_file(folder: Path) -> None:
    """A file is a batch if it has a key `batch`; a folder or a file that is missing is none."""
    (folder / "b.yaml").write_text(GOOD, encoding="utf-8")
    assert is_batch_file(folder / "b.yaml")
    assert not is_batch_file(folder / "small.yaml")
    assert not is_batch_file(folder)
