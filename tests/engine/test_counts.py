"""Counts that depend on what is held: settled at agreement, or when they fall due."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.engine import log
from sim.engine.model import NegotiationModel, run
from sim.scenario.case import Case

Compile = Callable[..., Case]
SWAP = Path(__file__).with_name("swap.yaml").read_text(encoding="utf-8")
SIGN = ("tracks.exchange.margin=-20", "tracks.exchange.issues={size: [100]}")
"""Agreed on day 0, begun on day 10: alfa holds 400 able and 50 wounded captives from bravo."""
PLAIN = (
    *SIGN,
    "tracks.exchange.constraints=[]",
    "tracks.exchange.interests={alfa: {released: -0.3}, bravo: {returned: 1}}",
)
ARRIVE = "events={taken: {date: 2030-01-05, adds: {held.alfa.bravo.wounded: 30}}}"


def with_steps(compile_text: Compile, steps: str, *sets: str, lead_days: int = 10) -> Case:
    """The swap with other steps."""
    return compile_text(SWAP, *PLAIN, f"tracks.exchange.lead_days={lead_days}", f"tracks.exchange.steps={steps}", *sets)


def test_all_is_what_is_held_on_the_day_of_agreement(compile_text: Compile) -> None:
    """Fifty at agreement, thirty taken since: fifty are agreed and released, thirty stay."""
    case = with_steps(compile_text, "{home: {alfa gives bravo: {wounded: all}}}", ARRIVE)
    record = run(case, 1, 0).record
    assert record.deals[0].agreed == record.deals[0].delivered == {"home.alfa.wounded": 50.0}
    assert record.parties[0].holds["alfa holds bravo.wounded"] == 30


def test_a_standing_count_is_what_is_there_when_it_falls_due(compile_text: Compile) -> None:
    """The same with `standing`: eighty are released, and count as agreed."""
    case = with_steps(compile_text, "{home: {alfa gives bravo: {wounded: all}, standing: true}}", ARRIVE)
    deal = run(case, 1, 0).record.deals[0]
    assert deal.agreed == deal.delivered == {"home.alfa.wounded": 80.0}
    assert deal.ending == "completed"


def test_a_settled_count_is_put_aside_and_a_standing_one_is_not(compile_text: Compile) -> None:
    """Between agreement and delivery all fifty are reserved, or none."""
    for standing, reserved in (("false", 50.0), ("true", 0.0)):
        case = with_steps(compile_text, f"{{home: {{alfa gives bravo: {{wounded: all}}, standing: {standing}}}}}")
        model = NegotiationModel(case, 1, 0)
        model.step()
        assert model.tables[0].deal is not None
        assert sum(model.world.reserved) == reserved
        model.run()
        assert sum(model.world.reserved) == 0.0


@pytest.mark.parametrize("first", ["rest", "swap"])
def test_all_is_what_fixed_counts_of_the_package_leave(compile_text: Compile, first: str) -> None:
    """400 held, 100 of them in a swap: `all` is 300, whichever of the two steps is written first."""
    steps = {"swap": "swap: {alfa gives bravo: {able: size}}", "rest": "rest: {alfa gives bravo: {able: all}}"}
    order = [steps.pop(first), *steps.values()]
    deal = run(with_steps(compile_text, f"{{{', '.join(order)}}}"), 1, 0).record.deals[0]
    assert deal.delivered == {"swap.alfa.able": 100.0, "rest.alfa.able": 300.0}


def test_two_counts_of_one_stock_are_settled_one_after_the_other(compile_text: Compile) -> None:
    """Half of 400, then all of the 200 that are left."""
    steps = "{half: {alfa gives bravo: {able: all / 2}}, rest: {alfa gives bravo: {able: all}}}"
    deal = run(with_steps(compile_text, steps), 1, 0).record.deals[0]
    assert deal.delivered == {"half.alfa.able": 200.0, "rest.alfa.able": 200.0}


@pytest.mark.parametrize(
    ("count", "persons"),
    [
        ("held.alfa.bravo.wounded / 3", 16),
        ("min(size, held.bravo.alfa.wounded) - 20", 30),
        ("max(all - 45, 0) * 2", 10),
        ("held.alfa.bravo.able", 50),
    ],
)
def test_counts_are_rounded_down_and_never_more_than_is_free(compile_text: Compile, count: str, persons: int) -> None:
    """Of fifty wounded: a third is 16 whole persons; 400 able are held, but only 50 wounded can be given."""
    deal = run(with_steps(compile_text, f"{{home: {{alfa gives bravo: {{wounded: '{count}'}}}}}}"), 1, 0).record.deals[
        0
    ]
    assert deal.agreed == deal.delivered == {"home.alfa.wounded": float(persons)}


def test_a_package_of_which_a_step_moves_nothing_cannot_be_agreed(compile_text: Compile) -> None:
    """Once all were released there is nothing to agree on again, until somebody is taken."""
    steps = "{home: {alfa gives bravo: {wounded: all}}}"
    sets = ("tracks.exchange.repeats={cool_down: 0}", "tracks.exchange.retry=0")
    assert len(run(with_steps(compile_text, steps, *sets, lead_days=0), 1, 0).record.deals) == 1
    later = "events={taken: {date: 2030-02-01, adds: {held.alfa.bravo.wounded: 3}}}"
    deals = run(with_steps(compile_text, steps, *sets, later, lead_days=0), 1, 0).record.deals
    assert [deal.delivered["home.alfa.wounded"] for deal in deals] == [50.0, 3.0]
    assert deals[1].agreed_on >= 31


def test_nothing_from_one_side_is_no_obstacle_where_the_other_gives(compile_text: Compile) -> None:
    """Bravo has nobody left after the first exchange; a second moves what alfa still holds."""
    steps = "{swap: {alfa gives bravo: {able: size}, bravo gives alfa: {able: all}}}"
    deals = run(with_steps(compile_text, steps, "tracks.exchange.repeats={cool_down: 0}"), 1, 0).record.deals
    assert deals[0].delivered == {"swap.alfa.able": 100.0, "swap.bravo.able": 300.0}
    assert deals[1].delivered == {"swap.alfa.able": 100.0}


def test_worth_is_judged_by_what_is_held_at_the_start(compile_text: Compile) -> None:
    """Fifty wounded at 1.5 each are 75 released, on whatever day it is asked; a range counts by its middle."""
    sets = ("captives.alfa holds bravo.wounded={assumed: [0, 50, 90], because: of the test}",)
    case = with_steps(compile_text, "{home: {alfa gives bravo: {wounded: all}}}", *sets)
    space = case.tracks[0].space
    assert space.amounts[0][space.features.index("released")] == (75.0,)


def test_worth_of_a_standing_count_is_judged_tranche_after_tranche(compile_text: Compile) -> None:
    """Half of what the side with fewer holds, of 400 and 300, twice: 150, then 75 of the 150 that are left."""
    half = "{able: 'min(held.alfa.bravo.able, held.bravo.alfa.able) / 2'}"
    steps = f"{{swap: {{alfa gives bravo: {half}, bravo gives alfa: {half}, standing: true, every: 5, times: 2}}}}"
    space = with_steps(compile_text, steps).tracks[0].space
    assert [moved.amount for moved in space.transfers[0]] == [225.0, 225.0]


def test_tranches_of_a_standing_count_are_each_settled_anew(compile_text: Compile) -> None:
    """All fifty at first, then whoever was taken since, and nobody where nobody was: agreed is what fell due."""
    events = "events={taken: {date: 2030-01-14, adds: {held.alfa.bravo.wounded: 7}}}"
    steps = "{home: {alfa gives bravo: {wounded: all}, standing: true, every: 5, times: 3}}"
    found = run(with_steps(compile_text, steps, events), 1, 0)
    handed = [(e.day, e.due, e.delivered) for e in found.log if isinstance(e, log.Delivered)]
    assert handed == [(10, 50.0, 50.0), (15, 7.0, 7.0)]
    assert found.record.deals[0].agreed == {"home.alfa.wounded": 57.0}
    assert found.record.deals[0].ending == "completed"


def test_a_standing_count_that_never_came_makes_the_deal_short(compile_text: Compile) -> None:
    """A truce runs out while a release is withheld: what it would have been was agreed, and not delivered."""
    sets = (
        "tracks.exchange.truce={days: 5}",
        "tracks.exchange.never_starts=0",
        "tracks.exchange.leaving=0",
        "tracks.exchange.patience=60",
        "parties.alfa.fear_of_rearming=0",
        "parties.bravo.fear_of_rearming=0",
    )
    steps = "{home: {alfa gives bravo: {wounded: all}, standing: true, delivers if: day > 50}}"
    deal = run(with_steps(compile_text, steps, *sets), 1, 0).record.deals[0]
    assert (deal.ending, deal.agreed, deal.delivered) == (
        "short",
        {"home.alfa.wounded": 50.0},
        {"home.alfa.wounded": 0.0},
    )


def test_trust_counts_shares_of_what_was_settled(compile_text: Compile) -> None:
    """One of three tranches of a standing count earns a third of what a full delivery earns: T += eta (1 - T) / 3."""
    sets = ("trust={bravo in alfa: 0.2}", "rules={trust_gain: 0.3, trust_drift: 0}", "horizon=11")
    steps = "{home: {alfa gives bravo: {wounded: all}, standing: true, every: 5, times: 3}}"
    record = run(with_steps(compile_text, steps, *sets), 1, 0).record
    assert record.parties[1].trust["alfa"] == pytest.approx(0.2 + 0.3 * 0.8 / 3, abs=1e-15)


def test_the_log_tells_what_a_count_came_to(compile_text: Compile) -> None:
    """At agreement: alfa is to give bravo fifty wounded."""
    case = with_steps(
        compile_text, "{home: {alfa gives bravo: {wounded: all}}, swap: {alfa gives bravo: {able: size}}}"
    )
    agreed = next(e for e in run(case, 1, 0).log if isinstance(e, log.Agreed))
    assert agreed.settled == (log.Count("alfa", "bravo", "wounded", 50.0),)


TARIFF = ("categories={able: {worth: 1, tariff: 2}, wounded: {worth: 1.5, tariff: 5}}",)


def test_a_treatys_tariff_is_a_number_in_counts_and_constraints(compile_text: Compile) -> None:
    """Ten able at 2 are four wounded at 5; of 10, 50 and 100, only 10 make no more than 100 units."""
    case = compile_text(
        SWAP,
        *TARIFF,
        "tracks.exchange.constraints=[size * tariff.able <= 30]",
        "tracks.exchange.steps={swap: {alfa gives bravo: {able: size},"
        " bravo gives alfa: {wounded: size * tariff.able / tariff.wounded}}}",
        "tracks.exchange.interests={alfa: {parity_gap: -1}, bravo: {parity_gap: -1, returned: 1}}",
    )
    space = case.tracks[0].space
    assert {values[0] for values in space.outcomes} == {10.0}
    assert [moved.amount for moved in space.transfers[0]] == [10.0, 4.0]


@pytest.mark.parametrize(("sets", "gap"), [(TARIFF, 30.0), ((), 0.0)])
def test_the_parity_gap_counts_by_the_tariff(compile_text: Compile, sets: tuple[str, ...], gap: float) -> None:
    """Ten able for ten wounded: 50 less 20 units by the tariff, none by head; gestures are left out."""
    case = compile_text(
        SWAP,
        *sets,
        "tracks.exchange.issues={size: [10], gesture: [5]}",
        "tracks.exchange.steps.swap={alfa gives bravo: {able: size}, bravo gives alfa: {wounded: size}}",
        "tracks.exchange.interests={alfa: {parity_gap: -1}, bravo: {parity_gap: -1}}",
        "tracks.exchange.scores=null",
    )
    space = case.tracks[0].space
    assert [row[space.features.index("parity_gap")] for row in space.amounts] == [(gap,), (gap,)]
