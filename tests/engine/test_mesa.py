"""The model as a Mesa user meets it: agents, data collection, batch runs, and whose luck is whose."""

import inspect
from collections.abc import Callable
from pathlib import Path

import mesa
import pytest

from sim.engine.mediator import Mediator
from sim.engine.model import NegotiationModel, run
from sim.engine.party import Party
from sim.engine.table import Table
from sim.scenario.case import Case

Compile = Callable[..., Case]
SWAP = Path(__file__).with_name("swap.yaml").read_text(encoding="utf-8")
TRUCE = Path(__file__).with_name("truce.yaml").read_text(encoding="utf-8")
THIRD = "mediators={third: {style: facilitation, tracks: truce}}"


def test_parties_mediators_and_tables_are_agents_of_the_model(compile_text: Compile) -> None:
    """Mesa knows every one of them, by type, in file order."""
    model = NegotiationModel(compile_text(TRUCE, THIRD), 1)
    assert [party.name for party in model.agents_by_type[Party]] == ["alfa", "bravo"]
    assert [mediator.name for mediator in model.agents_by_type[Mediator]] == ["third"]
    assert [table.name for table in model.agents_by_type[Table]] == ["truce"]
    assert len(model.agents) == 4


def test_a_step_is_a_day_and_the_model_stops_at_its_horizon(compile_text: Compile) -> None:
    """`running` turns false on the last day, and not before."""
    model = NegotiationModel(compile_text(SWAP, "horizon=3"), 1)
    seen = []
    while model.running:
        model.step()
        seen.append(model.day)
    assert seen == [0, 1, 2]


def test_the_data_collector_holds_one_row_a_day(compile_text: Compile) -> None:
    """A column for each thing that changes, a row for each day."""
    model = NegotiationModel(compile_text(TRUCE, "horizon=10"), 1).run()
    frame = model.datacollector.get_model_vars_dataframe()
    assert list(frame["day"]) == list(range(10))
    assert {"alfa.weariness", "bravo.strength", "alfa.trust.bravo", "truce.phase", "cap_on_alfa.level"} <= set(frame)
    assert frame["alfa.weariness"].between(0, 1).all()


def test_mesa_batch_run_works_on_the_model(compile_text: Compile) -> None:
    """Mesa's own batch runner varies seed and replication, and reports what the data collector holds."""
    case = compile_text(TRUCE, "horizon=5")
    takes_seeds = "rng" in inspect.signature(mesa.batch_run).parameters
    options = {"rng": [3]} if takes_seeds else {"iterations": 1}
    parameters = {"case": case, "replication": [0, 1, 2]}
    rows = mesa.batch_run(
        NegotiationModel,
        parameters if takes_seeds else {**parameters, "rng": 3},
        number_processes=1,
        data_collection_period=-1,
        display_progress=False,
        **options,
    )
    assert [row["replication"] for row in rows] == [0, 1, 2]
    assert [row["day"] for row in rows] == [4, 4, 4]
    alone = NegotiationModel(case, 3, 1).run()
    assert rows[1]["alfa.weariness"] == alone.parties[0].weariness


def test_the_same_seed_and_replication_give_the_same_run(compile_text: Compile) -> None:
    """A run is a function of case, seed and replication: record, log and days."""
    case = compile_text(TRUCE)
    one, two = run(case, 5, 2), run(case, 5, 2)
    assert one.record == two.record
    assert one.log == two.log
    assert one.days.equals(two.days)
    assert run(case, 5, 3).record != one.record
    assert run(case, 6, 2).record != one.record


def test_keeping_a_log_changes_nothing_that_happens(compile_text: Compile) -> None:
    """With and without its log a run leaves the same record, but for the offers that only a log keeps."""
    for text in (TRUCE, SWAP):
        case = compile_text(text, "tracks.exchange.talks.protocol=alternating") if text is SWAP else compile_text(text)
        for replication in range(5):
            told, silent = run(case, 5, replication).record, run(case, 5, replication, logs=False).record
            assert told.tracks == silent.tracks
            assert told.deals == silent.deals
            assert told.parties == silent.parties


def test_variants_share_their_luck(compile_text: Compile) -> None:
    """What a change does not touch stays as it was, to the last bit: a third party appended, a track elsewhere."""
    base = compile_text(TRUCE, name="base.yaml")
    appended = TRUCE.replace("bravo: {}}\n", "bravo: {}, charlie: {}}\n")
    third = compile_text(appended.replace("  truce:\n", "  truce:\n    parties: [alfa, bravo]\n"), name="third.yaml")
    for replication in range(5):
        one, two = run(base, 5, replication, logs=False).record, run(third, 5, replication, logs=False).record
        assert one.tracks == two.tracks
        assert one.parties[0].weariness == two.parties[0].weariness
        assert one.parameters.items() <= two.parameters.items()


def test_parameters_are_drawn_within_their_ranges_and_held_at_the_middle_when_central(compile_text: Compile) -> None:
    """Every uncertain value lies in its range, differs between replications, and is its middle under `central`."""
    case = compile_text(TRUCE)
    ranges = {parameter.path: parameter.value for parameter in case.parameters}
    first, second = (run(case, 5, k, logs=False).record.parameters for k in (0, 1))
    central = run(case, 5, 0, central=True, logs=False).record.parameters
    assert all(ranges[path].low <= drawn <= ranges[path].high for path, drawn in first.items())
    assert all(first[path] != second[path] for path in first)
    assert all(drawn == ranges[path].middle for path, drawn in central.items())


THREE = """
parley: 1
title: Three at one table
start: 2030-01-01
horizon: 30
parties: {alfa: {shortfall: 0}, bravo: {shortfall: 0}, charlie: {shortfall: 0}}
categories: {able: 1}
captives:
  alfa holds bravo: {able: 20}
  bravo holds charlie: {able: 20}
  charlie holds alfa: {able: 20}
tracks:
  ring:
    issues: {size: [5, 10]}
    steps:
      ring: {alfa gives bravo: {able: size}, bravo gives charlie: {able: size}, charlie gives alfa: {able: size}}
    direct: 1
    talks: {protocol: PROTOCOL, rounds: 9, per_day: 3}
    patience: 30
    interests:
      alfa: {returned: 1, released: -0.2}
      bravo: {returned: 1, released: -0.2}
      charlie: {returned: 1, released: -0.2}
    scores: {returned: 10, released: 10}
"""


@pytest.mark.parametrize("protocol", ["menu", "alternating"])
def test_three_parties_close_a_ring_that_no_two_could(compile_text: Compile, protocol: str) -> None:
    """A deal needs all who sit at the table; each receives from one and gives to another."""
    record = run(compile_text(THREE.replace("PROTOCOL", protocol)), 1, 0).record
    deal = record.deals[0]
    assert deal.ending == "completed"
    size = float(deal.package["size"])
    assert [(party.released, party.returned) for party in record.parties] == [(size, size)] * 3


def test_one_party_of_three_can_keep_all_from_agreeing(compile_text: Compile) -> None:
    """Unanimity: a third party that wants more than there is ends every set of talks."""
    case = compile_text(THREE.replace("PROTOCOL", "menu"), "tracks.ring.margin={charlie: 2}")
    assert run(case, 1, 0).record.deals == ()
