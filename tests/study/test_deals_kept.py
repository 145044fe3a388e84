"""Deals in the store: a row for every deal of every run, as its record tells it, from either engine."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.engine import model
from sim.engine.chunk import deals_from_records, from_records
from sim.engine.record import NEVER, DealRecord
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.study import manifest as manifests
from sim.study.batch import here, run_batch
from sim.study.block import DEAL_COLUMNS, Block, DealRows, block_of, joined
from sim.study.plan import Plan
from sim.study.query import query, truces
from sim.study.summary import ENDINGS
from sim.study.survival import Spells, Survival
from sim.study.surviving import Asked, Unfit, survivals

Planner = Callable[..., Plan]
CASES = Path(__file__).resolve().parent.parent.parent / "scenarios" / "cases"


def told(deal: DealRecord) -> tuple[object, ...]:
    """What a row says of a deal, from its record; its truce's days from the terms of its package."""
    days = int(deal.package.get("days", 0))
    life = (deal.number, deal.agreed_on, deal.began_on, deal.ended_on, deal.ending, days, deal.renewals)
    return (deal.track, *life, deal.days_in_force, *deal.persons)


def test_every_deal_of_every_run_has_the_row_that_its_record_tells(planned: Planner, tmp_path: Path) -> None:
    """Numbers, days, ending, truce, renewals and persons, run by run, in the order of tracks and agreements."""
    plan = planned(replications=12, chunk=5, sets=("horizon=30",))
    run_batch(plan, tmp_path / "out", here(1), lambda progress: None)
    rows = list(query(tmp_path / "out", "select * exclude (point) from deals order by replication, track, number").rows)
    case = plan.bases[0].case
    expected = [
        (run, *told(deal))
        for run in range(12)
        for deal in sorted(model.run(case, 1, run, logs=False).record.deals, key=lambda deal: (deal.track, deal.number))
    ]
    assert rows == expected
    assert {row[1] for row in rows} == {"exchange", "truce"}
    assert truces(tmp_path / "out")["exchange"] == 0


def same(ours: DealRows, theirs: DealRows) -> bool:
    """Whether they agree number by number."""
    pairs = [(ours.run, theirs.run), (ours.track, theirs.track)]
    pairs += [(ours.columns[name], theirs.columns[name]) for name in DEAL_COLUMNS]
    return ours.tracks == theirs.tracks and all(np.array_equal(one, other) for one, other in pairs)


@pytest.mark.parametrize("name", ["march-2025", "yemen-truce-2022"])
def test_engines_keep_the_same_deals(name: str) -> None:
    """Renewed truces, truces that never started, and exchanges: equal to the last number, in one block or in two."""
    compiled = pytest.importorskip("sim.engine.compiled")
    case = compile_case(read(CASES / f"{name}.yaml"))
    records = [model.run(case, 7, number, logs=False).record for number in range(3, 9)]
    chunk = from_records(case, 7, 3, records)
    theirs = deals_from_records(case, 3, records)
    prepared = compiled.prepare(case)

    def block(first: int, count: int) -> Block:
        return block_of(compiled.run_deals(prepared, 7, first, count), case)

    ours = block(3, 6).deals
    assert same(ours, joined([block(3, 2), block(5, 4)]).deals)
    assert not len(block_of(chunk, case).deals.run)
    deals = [deal for record in records for deal in record.deals]
    assert len(ours.run) == len(theirs.track) == len(deals) > 5
    assert ours.columns["days_in_force"].tolist() == [deal.days_in_force for deal in deals]
    assert [ENDINGS[place] for place in ours.columns["ending"]] == [deal.ending for deal in deals]
    for column in ("number", "agreed_on", "began_on", "ended_on", "renewals"):
        assert ours.columns[column].tolist() == [getattr(deal, column) for deal in deals]
    persons = zip(ours.columns["agreed"].tolist(), ours.columns["delivered"].tolist(), strict=True)
    assert list(persons) == [deal.persons for deal in deals]


def test_deals_can_be_left_out(planned: Planner, tmp_path: Path) -> None:
    """Nothing is kept where no pattern asks for deals; another question, so another identity; and it says so."""
    without, with_deals = planned(keep=("*.ending",)), planned(keep=("*.ending", "*.deal.*"))
    assert without.identity != with_deals.identity
    run_batch(without, tmp_path / "out", here(1), lambda progress: None)
    assert not list((tmp_path / "out" / "deals").iterdir())
    assert truces(tmp_path / "out") == {}


def test_a_point_is_read_as_the_spells_of_its_deals(planned: Planner, tmp_path: Path) -> None:
    """All deals that came into force, each with its days; only the first of a replication where that is asked."""
    plan = planned(replications=20, sets=("horizon=30",))
    folder = tmp_path / "out"
    manifests.take_up(folder, manifests.manifest_of(plan, "parley batch small.yaml"), lambda line: None)
    run_batch(plan, folder, here(1), lambda progress: None)
    case = plan.bases[0].case
    deals = [
        (number, deal.days_in_force, deal.number)
        for number in range(20)
        for deal in model.run(case, 1, number, logs=False).record.deals
        if deal.track == "exchange" and deal.began_on != NEVER
    ]
    found = survivals([folder], Asked(track="exchange", days=1))
    spells: Spells = found.variants[0].found.spells
    assert list(zip(spells.replication.tolist(), spells.days.tolist(), strict=True)) == [deal[:2] for deal in deals]
    assert (found.variants[0].runs, found.truces_only) == (20, False)
    first = survivals([folder], Asked(track="exchange", first_only=True)).variants[0].found
    assert isinstance(first, Survival)
    assert first.deals == len({number for number, _, _ in deals}) < len(deals)
    assert survivals([folder], Asked()).track == "truce"
    for asked, why in [
        (Asked(track="swap"), "no deal of a track 'swap': it has deals of exchange, truce"),
        (Asked(points=(3,)), "no point 3: its points go from 0 to 0"),
    ]:
        with pytest.raises(Unfit, match=why):
            survivals([folder], asked)
    with pytest.raises(Unfit, match="7 points are too many"):
        survivals([folder] * 7, Asked())
