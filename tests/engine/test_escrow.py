"""Steps in escrow: a third side keeps what is given until the rest is done, or a condition holds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.engine import log
from sim.engine.model import NegotiationModel, run
from sim.engine.record import Run
from sim.scenario.case import Case
from sim.show.labels import labels_of
from sim.show.narrate import narrate

Compile = Callable[..., Case]
SWAP = Path(__file__).with_name("swap.yaml").read_text(encoding="utf-8")
PLAIN = (
    "tracks.exchange.margin=-20",
    "tracks.exchange.issues={size: [100]}",
    "tracks.exchange.constraints=[]",
    "tracks.exchange.interests={alfa: {released: -0.3}, bravo: {returned: 1}}",
    "tracks.exchange.lead_days=0",
    "tracks.exchange.patience=5",
    "trust.bravo in alfa=0.2",
    "rules={trust_gain: 0.3, trust_loss: 0.4, gesture_gain: 0.5, trust_drift: 0}",
    "horizon=30",
)
"""Agreed and begun on day 0; alfa holds 400 able and 50 wounded captives from bravo, bravo 300 and 50 from alfa."""
OURS = "ours: {alfa gives bravo: {able: size}, escrow: lake}"
THEIRS = "theirs: {bravo gives alfa: {able: 60}, day: 4}"


def kept(compile_text: Compile, steps: str, *sets: str) -> Case:
    """The swap in steps of one side each; the lake republic may keep what is given."""
    text = SWAP.replace("tracks:\n", "others: {lake: {label: the Lake Republic}}\ntracks:\n", 1)
    return compile_text(text, *PLAIN, f"tracks.exchange.steps={{{steps}}}", *sets)


def told(found: Run) -> list[tuple[int, str, str]]:
    """Day, kind and step of all that was deposited, handed over or given back."""
    kinds = (log.Deposited, log.Delivered, log.GivenBack)
    return [(entry.day, type(entry).__name__, entry.step) for entry in found.log if isinstance(entry, kinds)]


def test_what_is_in_escrow_is_passed_on_once_the_rest_is_done(compile_text: Compile) -> None:
    """Deposited on day 0, passed on on day 4 after the other side gave; then the deal is completed."""
    found = run(kept(compile_text, f"{OURS}, {THEIRS}"), 1, 0)
    assert told(found) == [(0, "Deposited", "ours"), (4, "Delivered", "theirs"), (4, "Delivered", "ours")]
    deal = found.record.deals[0]
    assert (deal.ending, deal.delivered) == ("completed", {"ours.alfa.able": 100.0, "theirs.bravo.able": 60.0})
    assert (found.record.parties[0].released, found.record.parties[1].returned) == (100, 100)
    passed = [entry.escrow for entry in found.log if isinstance(entry, log.Delivered)]
    assert passed == ["", "lake"]


def test_while_it_is_kept_it_is_nobodys(compile_text: Compile) -> None:
    """After the deposit alfa holds 300, none of it is promised any more, nobody is released, trust stands still."""
    model = NegotiationModel(kept(compile_text, f"{OURS}, {THEIRS}"), 1, 0)
    model.step()
    at = model.world.stock_at[0, 1, 0]
    assert (model.world.stocks[at], model.world.reserved[at]) == (300.0, 0.0)
    assert (model.parties[0].released, model.parties[1].returned, model.parties[1].trust[0]) == (0, 0, 0.2)


def test_the_receiver_trusts_the_giver_when_it_is_passed_on(compile_text: Compile) -> None:
    """T += eta (1 - T), once."""
    record = run(kept(compile_text, f"{OURS}, {THEIRS}"), 1, 0).record
    assert record.parties[1].trust["alfa"] == pytest.approx(0.2 + 0.3 * 0.8, abs=1e-15)


def test_two_that_are_kept_are_passed_on_together(compile_text: Compile) -> None:
    """Each waits for the other to be at least in escrow: on the day of the second deposit both pass."""
    steps = f"{OURS}, theirs: {{bravo gives alfa: {{able: 60}}, day: 4, escrow: lake}}"
    assert told(run(kept(compile_text, steps), 1, 0)) == [
        (0, "Deposited", "ours"),
        (4, "Deposited", "theirs"),
        (4, "Delivered", "ours"),
        (4, "Delivered", "theirs"),
    ]


def test_steps_that_wait_for_what_is_kept_do_not_hold_it(compile_text: Compile) -> None:
    """`last` waits for `ours`, `end` for `last`: neither keeps `ours`, which passes once `theirs` is done."""
    steps = (
        f"{OURS}, {THEIRS}, last: {{bravo gives alfa: {{wounded: 5}}, after: ours}}, "
        "end: {alfa gives bravo: {wounded: 5}, after: last}"
    )
    assert told(run(kept(compile_text, steps), 1, 0)) == [
        (0, "Deposited", "ours"),
        (4, "Delivered", "theirs"),
        (4, "Delivered", "ours"),
        (4, "Delivered", "last"),
        (4, "Delivered", "end"),
    ]


def test_a_condition_of_its_own_takes_the_place_of_the_other_steps(compile_text: Compile) -> None:
    """`until: day >= 9`: the rest was done on day 4, it is passed on on day 9."""
    steps = f"ours: {{alfa gives bravo: {{able: size}}, escrow: {{by: lake, until: day >= 9}}}}, {THEIRS}"
    found = run(kept(compile_text, steps), 1, 0)
    assert told(found)[-1] == (9, "Delivered", "ours")
    assert found.record.deals[0].days_in_force == 9


def test_a_condition_that_never_holds_leaves_the_deal_open(compile_text: Compile) -> None:
    """Nothing is given back while the deal goes on: it is open at the horizon, with nothing delivered."""
    steps = "ours: {alfa gives bravo: {able: size}, escrow: {by: lake, until: day > 99}}"
    record = run(kept(compile_text, steps), 1, 0).record
    assert (record.deals[0].ending, record.deals[0].delivered) == ("open_at_horizon", {"ours.alfa.able": 0.0})
    assert record.parties[0].holds["alfa holds bravo.able"] == 300


def test_where_the_deal_ends_otherwise_it_goes_back(compile_text: Compile) -> None:
    """Bravo withholds its part for good: the deal ends in default, and alfa has its captives again; no trust moved."""
    steps = f"{OURS}, theirs: {{bravo gives alfa: {{able: 60}}, day: 4, delivers if: day > 99}}"
    found = run(kept(compile_text, steps), 1, 0)
    assert told(found) == [(0, "Deposited", "ours"), (9, "GivenBack", "ours")]
    assert found.record.deals[0].ending == "defaulted"
    assert found.record.deals[0].delivered == {"ours.alfa.able": 0.0, "theirs.bravo.able": 0.0}
    assert found.record.parties[0].holds["alfa holds bravo.able"] == 400
    assert found.record.parties[1].trust["alfa"] == 0.2


def test_the_giver_may_still_default_on_the_deposit(compile_text: Compile) -> None:
    """One who always defaults never deposits: the deal ends in default, and it is alfa's."""
    sets = ("parties.alfa.default=1", "trust.alfa in bravo=0")
    found = run(kept(compile_text, f"{OURS}, {THEIRS}", *sets), 1, 0)
    assert not [entry for entry in found.log if isinstance(entry, log.Deposited)]
    assert found.record.deals[0].ending == "defaulted"


def test_what_goes_missing_is_missing_from_the_deposit(compile_text: Compile) -> None:
    """Half goes missing on the way to the third side: the receiver gets the rest, and the deal is short."""
    found = run(kept(compile_text, f"{OURS}, {THEIRS}", "parties.alfa.shortfall=0.5"), 1, 0)
    (deposit,) = [entry for entry in found.log if isinstance(entry, log.Deposited)]
    deal = found.record.deals[0]
    assert 30 < deposit.deposited == deal.delivered["ours.alfa.able"] < 70
    assert deal.ending == "short"


def test_whoever_declines_stays_with_the_giver(compile_text: Compile) -> None:
    """All decline before the keeper: nobody is deposited, the obligation counts as met."""
    steps = (
        f"ours: {{alfa gives bravo: {{able: size}}, escrow: lake, declines: {{share: 1, verified_by: lake}}}}, {THEIRS}"
    )
    record = run(kept(compile_text, steps), 1, 0).record
    assert (record.deals[0].ending, record.deals[0].declined) == ("completed", {"ours.alfa.able": 100.0})
    assert record.parties[0].holds["alfa holds bravo.able"] == 400


def test_assets_are_kept_and_passed_on_too(compile_text: Compile) -> None:
    """Funds leave the giver on deposit and reach the receiver once the captives are home; or go back."""
    sets = ("assets={funds: {unit: coins}}", "parties.bravo.assets={funds: 10}")
    steps = "pay: {bravo gives alfa: {funds: 7}, escrow: lake}, home: {alfa gives bravo: {able: size}, day: 3%s}"
    done = run(kept(compile_text, steps % "", *sets), 1, 0).record
    assert (done.parties[0].holds["alfa.funds"], done.parties[1].holds["bravo.funds"]) == (7, 3)
    failed = run(kept(compile_text, steps % ", delivers if: day > 99", *sets), 1, 0).record
    assert (failed.parties[0].holds["alfa.funds"], failed.parties[1].holds["bravo.funds"]) == (0, 10)


def test_tranches_are_kept_until_the_condition_and_then_pass_as_they_come(compile_text: Compile) -> None:
    """Three of 20 on days 0, 3 and 6; the condition holds from day 5 on: 40 pass then, 20 when they come."""
    steps = "ours: {alfa gives bravo: {able: 20}, every: 3, times: 3, escrow: {by: lake, until: day >= 5}}"
    found = run(kept(compile_text, steps), 1, 0)
    passed = [(entry.day, entry.delivered) for entry in found.log if isinstance(entry, log.Delivered)]
    assert passed == [(5, 40.0), (6, 20.0)]
    trust = 0.2 + 0.3 * 0.8 * 2 / 3
    assert found.record.parties[1].trust["alfa"] == pytest.approx(trust + 0.3 * (1 - trust) / 3, abs=1e-12)


def test_a_truce_that_runs_out_gives_back_what_is_kept(compile_text: Compile) -> None:
    """The condition never held: the deal is short, and alfa has its captives again."""
    sets = ("tracks.exchange.truce={days: 5}", "tracks.exchange.never_starts=0", "tracks.exchange.leaving=0")
    steps = "ours: {alfa gives bravo: {able: size}, escrow: {by: lake, until: day > 99}}"
    record = run(kept(compile_text, steps, *sets), 1, 0).record
    assert record.deals[0].ending == "short"
    assert record.parties[0].holds["alfa holds bravo.able"] == 400


def test_nothing_in_escrow_is_doubted(compile_text: Compile) -> None:
    """Bravo trusts alfa by .2 and writes off all that it doubts: a promise is worth .2 of 1 to it, one in escrow 1."""
    doubting = ("parties.bravo.doubt=1", "tracks.exchange.talks.rounds=1")
    worths = []
    for step in (OURS, "ours: {alfa gives bravo: {able: size}}"):
        found = run(kept(compile_text, step, *doubting), 1, 0)
        worths.append(found.record.talks[0].worths[1][0])
    assert worths == pytest.approx([1.0, 0.2], abs=1e-15)


def test_the_story_tells_what_is_kept_passed_on_and_given_back(compile_text: Compile) -> None:
    """In sentences: who deposits what with whom, who passes it on, who gives it back."""
    case = kept(compile_text, f"{OURS}, {THEIRS}")
    lines = [line.text for line in narrate(run(case, 1, 0).log, case.start, labels_of(case)) if line.kind == "delivery"]
    assert lines[0] == "Alfa deposits 100 able for Bravo with the Lake Republic."
    assert lines[2] == "The Lake Republic passes 100 able on to Bravo, deposited by Alfa."
    case = kept(compile_text, f"{OURS}, theirs: {{bravo gives alfa: {{able: 60}}, delivers if: day > 99}}")
    lines = [line.text for line in narrate(run(case, 1, 0).log, case.start, labels_of(case)) if line.kind == "delivery"]
    assert lines[-1] == "The Lake Republic gives 100 able back to Alfa."
