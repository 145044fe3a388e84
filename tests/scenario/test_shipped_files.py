"""The files that the laboratory ships: cases, template, defaults."""

import re
from functools import cache
from pathlib import Path

import pytest

from sim.scenario.case import MediatorNumbers, PartyNumbers, RuleNumbers
from sim.scenario.claims import load_claims
from sim.scenario.compiling import compile_case
from sim.scenario.defaults import shipped_defaults
from sim.scenario.reading import Reading, doubts, read, unattributed
from sim.scenario.values import Status

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "scenarios" / "cases").glob("*.yaml"))
TEMPLATE = ROOT / "sim" / "scenario" / "template.yaml"
FLAGSHIP = ROOT / "scenarios" / "cases" / "march-2025.yaml"
TRACK_NUMBERS = ("direct", "way_out", "margin", "violations", "leaving", "never_starts")
MEDIATOR_NUMBERS_BY_NAME = ("convene", "access", "bias", "pressure")


@pytest.fixture(scope="module")
def flagship() -> Reading:
    """The case of March 2025."""
    return read(FLAGSHIP)


@pytest.mark.parametrize("path", [*CASES, TEMPLATE], ids=lambda path: path.stem)
def test_shipped_scenario_stands_behind_every_number(path: Path) -> None:
    """Every shipped scenario reads without faults, and no number in it is nobody's."""
    assert not unattributed(read(path))


def test_template_is_free_of_doubts() -> None:
    """What `parley init` writes reads and compiles without a single warning."""
    reading = read(TEMPLATE)
    assert not reading.warnings
    assert not doubts(compile_case(reading), reading)


@cache
def titles() -> list[str]:
    """The titles of all shipped cases, read once."""
    return [read(path).scenario.title for path in CASES]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_shipped_case_says_what_it_asks(path: Path) -> None:
    """Every shipped case has a title of its own and says in a paragraph what it is about."""
    scenario = read(path).scenario
    assert len(scenario.about) > 80
    assert titles().count(scenario.title) == 1


def test_the_five_conditions_of_the_seed_gate_the_ceasefire(flagship: Reading) -> None:
    """The five conditions that the report attributes to Russia are Russia's acceptance preconditions, each cited."""
    held = flagship.scenario.tracks["ceasefire"].preconditions["russia"]
    claims = flagship.scenario.sources["seed"].claims
    assert claims is not None
    assert claims.endswith("2025-03-19-exchange.yaml")
    assert {condition.claim for condition in held.values()} == {
        "seed.precondition_monitoring",
        "seed.precondition_no_rearming",
        "seed.precondition_root_causes",
        "seed.precondition_security_interests",
        "seed.precondition_aid_and_intelligence",
    }
    assert all(condition.accepts_if for condition in held.values())


def test_no_condition_of_ukraine_gates(flagship: Reading) -> None:
    """Ukraine accepted without conditions, so what it holds in public is priced and never gates."""
    held = flagship.scenario.tracks["ceasefire"].preconditions["ukraine"]
    assert all(condition.cost is not None and condition.public for condition in held.values())


def test_what_was_reported_is_observed(flagship: Reading) -> None:
    """19 March: 175 each, 23 wounded promised and 22 delivered; the pause expired; no ceasefire."""
    exchange, pause, ceasefire, _ = flagship.scenario.observed
    assert (exchange.agreed, exchange.delivered) == ({"size": 175, "gesture": 23}, {"size": 175, "gesture": 22})
    assert (pause.ending, pause.renewals, ceasefire.ending) == ("expired", 0, "no_deal")


def test_variant_without_the_aid_condition_takes_away_nothing_else(flagship: Reading) -> None:
    """The variant without Russia's condition on aid lacks the firmness of that condition, and nothing else."""
    changed = read(FLAGSHIP.with_name("march-2025-aid-condition-dropped.yaml"))
    before, after = compile_case(flagship), compile_case(changed)
    fewer = {parameter.path for parameter in before.parameters} - {parameter.path for parameter in after.parameters}
    assert fewer == {"tracks.ceasefire.preconditions.russia.aid_and_intelligence.fades"}


def test_variants_share_every_parameter_that_they_keep(flagship: Reading) -> None:
    """A variant's parameters are the flagship's: same path, same range, so the same luck."""
    known = {parameter.path: parameter for parameter in compile_case(flagship).parameters}
    for path in FLAGSHIP.parent.glob("march-2025-*.yaml"):
        for parameter in compile_case(read(path)).parameters:
            assert known[parameter.path] == parameter


def test_every_parameter_has_a_default_with_a_reason() -> None:
    """Each number of the model that a case may leave out has a default that says where it comes from."""
    defaults = shipped_defaults()
    groups = [
        (defaults.party, PartyNumbers._fields),
        (defaults.mediator, (*MediatorNumbers._fields, *MEDIATOR_NUMBERS_BY_NAME)),
        (defaults.track, TRACK_NUMBERS),
        (defaults.rules, RuleNumbers._fields),
    ]
    for group, fields in groups:
        assert set(fields) <= set(group)
        for value in group.values():
            assert value.status in (Status.ASSUMED, Status.CALIBRATED)
            assert len(value.reason) > 5
            assert value.low <= value.middle <= value.high
    assert {"retry", "lead_days", "patience", "rounds", "per_day"} <= set(defaults.structure)


def test_every_claim_that_the_flagship_names_exists_and_every_source_is_used(flagship: Reading) -> None:
    """What the case cites, in its keys or in its reasons, is in the claims files; no document is listed in vain."""
    named = set(re.findall(r"\b([a-z][a-z_]*)\.([a-z][a-z0-9_]*)", FLAGSHIP.read_text(encoding="utf-8")))
    for source, content in flagship.scenario.sources.items():
        assert content.claims is not None
        known = load_claims(FLAGSHIP.parent / content.claims).claims
        cited = {claim for name, claim in named if name == source}
        assert cited, source
        assert cited <= set(known), source
