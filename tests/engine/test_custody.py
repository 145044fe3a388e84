"""Captives who decline to go, and captives who go into the custody of a third side."""

from collections.abc import Callable
from pathlib import Path

import pytest
from scipy import stats

from sim.engine import log
from sim.engine.model import run
from sim.rules.chance import counter, replication_key, uniform
from sim.scenario.case import Case
from sim.show.labels import labels_of
from sim.show.narrate import narrate
from sim.terms import Purpose

Compile = Callable[..., Case]
SWAP = Path(__file__).with_name("swap.yaml").read_text(encoding="utf-8")
PLAIN = (
    "tracks.exchange.margin=-20",
    "tracks.exchange.issues={size: [100]}",
    "tracks.exchange.constraints=[]",
    "tracks.exchange.interests={alfa: {released: -0.3}, bravo: {returned: 1}}",
    "tracks.exchange.lead_days=0",
    "trust.bravo in alfa=0.2",
    "rules={trust_gain: 0.3, trust_loss: 0.4, gesture_gain: 0.5, trust_drift: 0}",
    "horizon=1",
)
"""Agreed and carried out on day 0; bravo trusts alfa by 0.2."""


def releasing(compile_text: Compile, step: str, *sets: str) -> Case:
    """Alfa releases one hundred able captives by one step; there are two third sides."""
    text = SWAP.replace("tracks:\n", "others: {panel: {label: the panel}, refuge: {}}\ntracks:\n", 1)
    return compile_text(
        text, *PLAIN, f"tracks.exchange.steps={{home: {{alfa gives bravo: {{able: size}}, {step}}}}}", *sets
    )


def test_each_captive_declines_by_a_chance_of_its_own(compile_text: Compile) -> None:
    """The count is binomial in 100 and the share, by the draw named DECLINE, as SciPy has it; they stay with alfa."""
    case = releasing(compile_text, "declines: 0.3")
    for replication in range(10):
        record = run(case, 3, replication, logs=False).record
        u = uniform(replication_key(3, replication), counter(Purpose.DECLINE, 0, 0, 1, 0, 0))
        declined = stats.binom.ppf(u, 100, 0.3)
        assert record.deals[0].declined == {"home.alfa.able": declined}
        assert record.deals[0].delivered == {"home.alfa.able": 100 - declined}
        assert record.parties[0].holds["alfa holds bravo.able"] == 300 + declined
        assert (record.parties[0].released, record.parties[1].returned) == (100 - declined, 100 - declined)
        assert record.row()["exchange.declined"] == declined


def test_before_somebody_who_verifies_it_declining_costs_nothing(compile_text: Compile) -> None:
    """All decline before the panel: nobody goes, the deal is completed, and trust rises by a full delivery."""
    record = run(releasing(compile_text, "declines: {share: 1, verified_by: panel}"), 1, 0).record
    assert record.deals[0].delivered == {"home.alfa.able": 0.0}
    assert record.deals[0].ending == "completed"
    assert record.parties[1].trust["alfa"] == pytest.approx(0.2 + 0.3 * 0.8, abs=1e-15)


def test_unverified_it_looks_like_a_shortfall(compile_text: Compile) -> None:
    """The same with nobody to verify it: the deal is short, and trust falls as by a full default."""
    record = run(releasing(compile_text, "declines: 1"), 1, 0).record
    assert record.deals[0].ending == "short"
    assert record.parties[1].trust["alfa"] == pytest.approx(0.2 - 0.4 * 0.2, abs=1e-15)


def test_those_who_go_missing_are_missed_among_those_who_did_not_decline(compile_text: Compile) -> None:
    """Whoever declines cannot go missing: delivered, declined and missing add up to what was due."""
    case = releasing(compile_text, "declines: {share: 0.5, verified_by: panel}", "parties.alfa.shortfall=1")
    deal = run(case, 1, 0).record.deals[0]
    assert deal.delivered == {"home.alfa.able": 0.0}
    assert 30 < deal.declined["home.alfa.able"] < 70
    assert deal.ending == "short"


def test_a_gesture_weighs_by_those_who_went(compile_text: Compile) -> None:
    """All decline before the panel: T += eta_g * 0 * (1 - T), and nothing is lost."""
    record = run(releasing(compile_text, "declines: {share: 1, verified_by: panel}, gesture: true"), 1, 0).record
    assert record.parties[1].trust["alfa"] == 0.2


def test_assets_do_not_decline(compile_text: Compile) -> None:
    """Beside captives who all decline, goods are handed over in full."""
    case = releasing(
        compile_text,
        "bravo gives alfa: {funds: 10}, declines: 1",
        "assets={funds: {unit: coins}}",
        "parties.bravo.assets={funds: 10}",
    )
    assert run(case, 1, 0).record.deals[0].delivered == {"home.alfa.able": 0.0, "home.bravo.funds": 10.0}


def test_custody_of_a_third_side_is_a_release_and_no_return(compile_text: Compile) -> None:
    """One hundred go to the refuge: delivered and trusted as ever, but bravo's army is no stronger for it."""
    sets = (
        "parties.bravo.return_gain=1",
        "parties.bravo.army=1000",
        "parties.bravo.noise=0",
        "parties.bravo.strength=1",
    )
    plain = releasing(compile_text, "gesture: false", *sets)
    kept = releasing(compile_text, "to: refuge", *sets)
    ours, theirs = run(plain, 1, 0).record, run(kept, 1, 0).record
    assert theirs.deals == ours.deals
    assert theirs.parties[0] == ours.parties[0]
    assert theirs.parties[1].trust == ours.parties[1].trust
    assert (ours.parties[1].returned, theirs.parties[1].returned) == (100, 0)
    assert ours.parties[1].strength == pytest.approx(1.105170918, rel=1e-9)  # e^0.1
    assert theirs.parties[1].strength == 1.0
    features = kept.tracks[0].space.features
    assert kept.tracks[0].space.amounts[1][features.index("returned")] == (100.0,)


@pytest.mark.parametrize("held_by", ["others", "mediators"])
def test_whoever_guarantees_a_step_secures_it_alike(compile_text: Compile, held_by: str) -> None:
    """A wholly secured step is never withheld by one who would always default, be it a mediator's word or another's."""
    third = {
        "others": "others={word: {guarantee: 1}}",
        "mediators": "mediators={word: {style: facilitation, tracks: exchange, guarantee: 1}}",
    }
    case = releasing(
        compile_text, "guaranteed_by: word", third[held_by], "parties.alfa.default=1", "trust.alfa in bravo=0"
    )
    assert run(case, 1, 0).record.deals[0].ending == "completed"


def test_the_story_says_who_declined_before_whom_and_where_the_others_went(compile_text: Compile) -> None:
    """Counts, the verifier, and the custody stand in the sentence of the delivery."""
    case = releasing(compile_text, "declines: {share: 1, verified_by: panel}, to: refuge")
    found = run(case, 1, 0)
    (told,) = [line.text for line in narrate(found.log, case.start, labels_of(case)) if line.kind == "delivery"]
    assert told == (
        "Alfa hands Bravo 0 able, into the custody of Refuge (100 were due; 100 declined to go, before the panel)."
    )
    (entry,) = [each for each in found.log if isinstance(each, log.Delivered)]
    assert (entry.due, entry.delivered, entry.declined, entry.left) == (100.0, 0.0, 100.0, 400.0)
