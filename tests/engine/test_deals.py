"""Deals through their lives: steps in order, tranches, gestures, shortfalls, defaults, truces, renewals, packages."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.engine import log
from sim.engine.model import NegotiationModel, run
from sim.engine.record import Run
from sim.scenario.case import Case

Compile = Callable[..., Case]
SWAP = Path(__file__).with_name("swap.yaml").read_text(encoding="utf-8")
TRUCE = Path(__file__).with_name("truce.yaml").read_text(encoding="utf-8")
SIGN = ("tracks.truce.margin=-1", "tracks.truce.leaving=0", "tracks.truce.talks.rounds=1")


def told(found: Run, kind: type[log.Entry]) -> list[log.Entry]:
    """The entries of one kind in a log."""
    return [entry for entry in found.log if isinstance(entry, kind)]


def test_a_swap_moves_as_many_captives_as_agreed_and_nobody_is_lost(compile_text: Compile) -> None:
    """Holdings before, less what was delivered, are holdings after; delivered never exceeds agreed."""
    for replication in range(10):
        record = run(compile_text(SWAP), 1, replication, logs=False).record
        deal = record.deals[0]
        assert deal.ending == "completed"
        assert deal.agreed == deal.delivered
        size = float(deal.package["size"])
        assert record.parties[0].holds["alfa holds bravo.able"] == 400 - size
        assert record.parties[1].holds["bravo holds alfa.able"] == 300 - size
        assert record.parties[0].returned == record.parties[1].released == size


def test_agreed_and_delivered_are_kept_apart_when_a_step_falls_short(compile_text: Compile) -> None:
    """With captives going missing on the way, the deal ends `short`, and those missing stay where they were."""
    case = compile_text(SWAP, "parties.alfa.shortfall=0.2")
    endings = set()
    for replication in range(10):
        record = run(case, 1, replication, logs=False).record
        deal = record.deals[0]
        agreed, delivered = deal.agreed["swap.alfa.able"], deal.delivered["swap.alfa.able"]
        assert delivered <= agreed
        assert record.parties[0].holds["alfa holds bravo.able"] == 400 - delivered
        assert deal.ending == ("short" if delivered < agreed else "completed")
        endings.add(deal.ending)
    assert "short" in endings


def test_what_stands_outside_the_deal_does_not_make_it_short(compile_text: Compile) -> None:
    """A gesture that falls short leaves the exchange completed."""
    case = compile_text(
        SWAP,
        "parties.alfa.shortfall=0.5",
        "tracks.exchange.issues={size: [50], gesture: [10]}",
        "tracks.exchange.steps.swap={bravo gives alfa: {able: size}}",
        "tracks.exchange.margin=-1",
    )
    deal = run(case, 1, 0).record.deals[0]
    assert deal.delivered["wounded.alfa.wounded"] < deal.agreed["wounded.alfa.wounded"]
    assert deal.ending == "completed"


def test_a_default_suspends_the_deal_and_a_later_delivery_cures_it(compile_text: Compile) -> None:
    """A giver that fails on the day and delivers later: suspended, resumed, completed; trust is lost once."""
    case = compile_text(SWAP, "parties.alfa.default=0.9", "tracks.exchange.patience=40")
    for replication in range(10):
        found = run(case, 1, replication)
        if told(found, log.Suspended):
            assert len(told(found, log.Withheld)) == 1
            assert len(told(found, log.Resumed)) == 1
            assert found.record.deals[0].ending == "completed"
            return
    pytest.fail("no replication suspended its deal")


def test_a_default_that_is_not_cured_ends_the_deal_and_frees_the_captives(compile_text: Compile) -> None:
    """After `patience` days the deal ends `defaulted`; neither side has given anything, and nothing stays reserved."""
    case = compile_text(SWAP, "parties.alfa.default=1", "trust={alfa in bravo: 0}", "tracks.exchange.patience=5")
    model = NegotiationModel(case, 1, 0).run()
    deal = model.record().deals[0]
    assert deal.ending == "defaulted"
    assert deal.ended_on - deal.began_on == 5
    assert set(deal.delivered.values()) == {0.0}
    assert model.world.reserved == [0.0] * len(model.world.reserved)
    assert next(e.party for e in model.log if isinstance(e, log.DealEnded)) == "alfa"


def test_steps_wait_for_those_before_them_and_tranches_fall_due_on_their_days(compile_text: Compile) -> None:
    """`after` orders steps, `every` and `times` space tranches, `over_days` spreads a total without losing anybody."""
    case = compile_text(
        SWAP,
        "tracks.exchange.issues={size: [50]}",
        "tracks.exchange.steps={first: {alfa gives bravo: {able: size}, over_days: 4},"
        " then: {bravo gives alfa: {able: 10}, after: [first], every: 7, times: 3}}",
        "tracks.exchange.interests.alfa=null",
        "tracks.exchange.interests.bravo={returned: 1}",
    )
    found = run(case, 1, 0)
    begins = found.record.deals[0].began_on
    rows = [(e.day - begins, e.step, e.delivered) for e in told(found, log.Delivered)]
    assert rows[:4] == [(0, "first", 12.0), (1, "first", 13.0), (2, "first", 12.0), (3, "first", 13.0)]
    assert rows[4:] == [(3, "then", 10.0), (7, "then", 10.0), (14, "then", 10.0)]
    assert found.record.deals[0].ending == "completed"


def test_a_step_waits_for_its_own_condition(compile_text: Compile) -> None:
    """`delivers if` unmet: the giver withholds, the deal is suspended, and goes on on the day it is met."""
    case = compile_text(SWAP, "tracks.exchange.steps.swap.delivers if=day >= 9", "tracks.exchange.patience=30")
    found = run(case, 1, 0)
    assert told(found, log.Delivered)[0].day == 9
    assert told(found, log.Withheld)[0].why == "condition"
    assert len(told(found, log.Resumed)) == 1


def test_assets_change_hands_and_belong_to_the_receiver(compile_text: Compile) -> None:
    """Funds paid leave the giver and arrive with the receiver, to the unit."""
    case = compile_text(
        SWAP,
        "assets={funds: {unit: dollars}}",
        "parties.bravo.assets={funds: 1000}",
        "tracks.exchange.issues={size: [50], price: [0, 300]}",
        "tracks.exchange.steps={swap: {alfa gives bravo: {able: size}}, pay: {bravo gives alfa: {funds: price}}}",
        "tracks.exchange.interests={alfa: {received: 1, released: -0.1}, bravo: {returned: 1, paid: -0.2}}",
        "tracks.exchange.scores={returned: 100, released: 100, paid: 1000, received: 1000}",
        "tracks.exchange.constraints=[]",
    )
    record = run(case, 1, 0).record
    assert record.deals[0].package["price"] == "300"
    assert record.parties[0].holds["alfa.funds"] == 300
    assert record.parties[1].holds["bravo.funds"] == 700


def test_a_gesture_moves_trust_by_its_share_of_the_holdings_and_not_as_a_delivery(compile_text: Compile) -> None:
    """The receiver's trust in the giver rises by the gesture rule alone: T += eta_g * (g / held) * (1 - T)."""
    case = compile_text(
        SWAP,
        "tracks.exchange.issues={size: [50], gesture: [10]}",
        "tracks.exchange.steps={wounded: {alfa gives bravo: {wounded: gesture}, gesture: true}}",
        "tracks.exchange.interests={bravo: {gesture_received: 1}}",
        "tracks.exchange.margin=-1",
        "tracks.exchange.lead_days=0",
        "tracks.exchange.constraints=[]",
        "tracks.exchange.scores=null",
        "tracks.exchange.talks.rounds=1",
        "trust={bravo in alfa: 0.2}",
        "rules={gesture_gain: 0.05, trust_drift: 0}",
        "horizon=1",
    )
    record = run(case, 1, 0).record
    assert record.deals[0].delivered == {"wounded.alfa.wounded": 10.0}
    assert record.parties[1].trust["alfa"] == pytest.approx(0.2 + 0.05 * (10 / 50) * 0.8, abs=1e-15)


def test_a_truce_of_thirty_days_is_in_force_for_thirty_days(compile_text: Compile) -> None:
    """Agreed on day d with one lead day, it binds from d + 1 to d + 30, and ends `expired` on the day after."""
    case = compile_text(TRUCE, *SIGN, "tracks.truce.issues={days: [30], monitoring: [1], cap: [0]}")
    found = run(case, 1, 0)
    deal = found.record.deals[0]
    assert (deal.began_on, deal.ended_on) == (deal.agreed_on + 1, deal.agreed_on + 31)
    assert (deal.ending, deal.days_in_force) == ("expired", 30)
    quiet = found.days[found.days["alfa.fighting"] == 0.0]["day"]
    assert list(quiet) == list(range(deal.began_on, deal.ended_on))


def test_grants_hold_while_the_deal_is_in_force_and_lapse_with_it(compile_text: Compile) -> None:
    """A granted level is the fact's level from the first to the last day of the deal, and no longer."""
    case = compile_text(TRUCE, *SIGN, "tracks.truce.issues={days: [14], monitoring: [1], cap: [1]}")
    found = run(case, 1, 0)
    deal = found.record.deals[0]
    capped = found.days[found.days["cap_on_alfa.level"] == 1.0]["day"]
    assert list(capped) == list(range(deal.began_on, deal.ended_on))


def test_a_truce_that_never_starts_is_recorded_as_such(compile_text: Compile) -> None:
    """With the mass of day 0 at 1, the deal ends on its first day with no day in force."""
    case = compile_text(TRUCE, *SIGN, "tracks.truce.never_starts=1")
    deal = run(case, 1, 0).record.deals[0]
    assert (deal.ending, deal.days_in_force, deal.ended_on) == ("never_started", 0, deal.began_on)


def test_an_unmet_continuation_precondition_raises_the_hazard_of_leaving(compile_text: Compile) -> None:
    """More truces break while a condition of staying is unmet, and the log names it."""
    sets = (*SIGN[:1], "tracks.truce.talks.rounds=1", "tracks.truce.leaving=0.02", "rules.leaving_condition=3")
    calm = "tracks.truce.preconditions={alfa: {calm: {continues if: ledger.alfa(7) < 100000, hard: true}}}"
    tense = "tracks.truce.preconditions={alfa: {calm: {continues if: ledger.alfa(7) < 0, hard: true}}}"
    broken = []
    for condition in (calm, tense):
        case = compile_text(TRUCE, *sets, condition)
        found = [run(case, 1, k) for k in range(30)]
        broken.append(sum(f.record.deals[0].ending == "broken" for f in found))
        left = [e for f in found for e in told(f, log.Left) if e.party == "alfa" and e.age > 0]
        assert all(bool(e.conditions) == (condition is tense) for e in left)
    assert broken[1] > broken[0]


def test_a_renewal_prolongs_the_truce_and_its_age_runs_on(compile_text: Compile) -> None:
    """Asked before the end, agreed by all: the truce is longer by what was agreed, and counted."""
    case = compile_text(
        TRUCE,
        *SIGN,
        "tracks.truce.issues={days: [14], monitoring: [1], cap: [0]}",
        "tracks.truce.renewal={ask_before: 4, most: 2, issues: {days: [7, 10]}}",
    )
    found = run(case, 1, 0)
    deal = found.record.deals[0]
    answers = told(found, log.Renewed)
    assert [e.day - deal.began_on for e in answers] == [10, 20]
    assert all(e.renewed and e.package["days"] == "10" for e in answers)
    assert (deal.renewals, deal.days_in_force, deal.ending) == (2, 34, "expired")


def test_silence_lapses_or_renews_as_the_terms_say(compile_text: Compile) -> None:
    """With `renews`, the truce goes on although each side wants another option; with `lapses`, it ends."""
    sets = (
        *SIGN[1:],
        "tracks.truce.issues={days: [14], monitoring: [1], cap: [0]}",
        "tracks.truce.margin={alfa: 0.2, bravo: 0.2}",
        "tracks.truce.interests={alfa: {days: 1}, bravo: {days: 1}}",
        "tracks.truce.scores={days: {alfa: {14: 1, 7: 1, 20: 0}, bravo: {14: 1, 7: 0, 20: 1}}}",
        "parties={alfa: {fear_of_rearming: 0, urgency: 0}, bravo: {fear_of_rearming: 0, urgency: 0}}",
        "horizon=30",
    )
    renewals = [
        run(
            compile_text(
                TRUCE, *sets, f"tracks.truce.renewal={{ask_before: 2, silence: {silence}, issues: {{days: [7, 20]}}}}"
            ),
            1,
            0,
        )
        .record.deals[0]
        .renewals
        for silence in ("lapses", "renews")
    ]
    assert renewals[0] == 0
    assert renewals[1] >= 1


def test_a_renewal_may_be_paid_for_in_releases(compile_text: Compile) -> None:
    """One more day for each ten released: the renewal's own steps are delivered in the days it buys."""
    text = TRUCE.replace("facts:", "categories: {able: 1}\ncaptives: {bravo holds alfa: {able: 35}}\nfacts:")
    case = compile_text(
        text,
        *SIGN,
        "parties={alfa: {}, bravo: {shortfall: 0, default: 0}}",
        "tracks.truce.issues={days: [4], monitoring: [1], cap: [0]}",
        "tracks.truce.renewal={ask_before: 1, issues: {days: [1]},"
        " steps: {more: {bravo gives alfa: {able: 10 * days}}}}",
    )
    deal = run(case, 1, 0).record.deals[0]
    assert deal.renewals == 3, "35 captives buy three days and no fourth"
    assert deal.delivered["renewal.more.bravo.able"] == 30
    assert deal.days_in_force == 7


def test_a_wider_deal_supersedes_a_narrower_one(compile_text: Compile) -> None:
    """When the wider truce begins, the narrower ends `superseded` on that day."""
    text = TRUCE + (
        "  local:\n"
        "    issues: {days: [60]}\n"
        "    truce: {days: days, scope: 0.2}\n"
        "    direct: 1\n    never_starts: 0\n    leaving: 0\n    margin: -1\n    talks: {rounds: 1}\n"
        "    interests: {alfa: {days: 1}, bravo: {days: 1}}\n"
    )
    case = compile_text(text, *SIGN, "tracks.truce.supersedes=[local]", "tracks.truce.direct=0.1")
    found = run(case, 2, 0)
    wide = next(deal for deal in found.record.deals if deal.track == "truce")
    narrow = next(deal for deal in found.record.deals if deal.track == "local")
    assert narrow.ending == "superseded"
    assert narrow.ended_on == wide.began_on


def test_a_package_joins_a_release_a_truce_and_a_grant(compile_text: Compile) -> None:
    """One deal pays for a pause in captives: both bind, and a release withheld suspends it while the truce goes on."""
    text = TRUCE.replace("facts:", "categories: {able: 1}\ncaptives: {bravo holds alfa: {able: 50}}\nfacts:")
    case = compile_text(
        text,
        *SIGN,
        "parties={alfa: {}, bravo: {shortfall: 0, default: 0}}",
        "tracks.truce.issues={days: [7], size: [30], monitoring: [1], cap: [1]}",
        "tracks.truce.steps={release: {bravo gives alfa: {able: size}, delivers if: day >= 6, while: truce}}",
        "tracks.truce.patience=30",
    )
    found = run(case, 1, 0)
    deal = found.record.deals[0]
    assert told(found, log.Suspended)
    assert deal.delivered == {"release.bravo.able": 30.0}
    assert (deal.ending, deal.days_in_force) == ("expired", 7)


def test_a_truce_that_runs_out_before_all_is_delivered_ends_short(compile_text: Compile) -> None:
    """Agreed releases that no longer fit in the days of the truce make the deal `short`, not `expired`."""
    text = TRUCE.replace("facts:", "categories: {able: 1}\ncaptives: {bravo holds alfa: {able: 50}}\nfacts:")
    case = compile_text(
        text,
        *SIGN,
        "parties={alfa: {}, bravo: {shortfall: 0, default: 0}}",
        "tracks.truce.issues={days: [7], monitoring: [1], cap: [1]}",
        "tracks.truce.steps={release: {bravo gives alfa: {able: 5}, every: 3, times: 4}}",
    )
    deal = run(case, 1, 0).record.deals[0]
    assert deal.ending == "short"
    assert deal.delivered["release.bravo.able"] == 15
    assert deal.agreed["release.bravo.able"] == 20


def test_each_side_keeps_its_own_ledger_of_what_it_alleges(compile_text: Compile) -> None:
    """The ledgers of a deal are the sums of what each side alleged in the log, and are never merged."""
    case = compile_text(TRUCE, *SIGN)
    found = run(case, 1, 0)
    for party, alleged in found.record.deals[0].alleged.items():
        entries = [e for e in told(found, log.Alleged) if e.by == party]
        assert alleged == sum(e.count for e in entries)
        assert all(e.against != party for e in entries)
