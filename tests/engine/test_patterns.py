"""The patterns that the model must show (docs/ODD.md, "Patterns"), on small scenarios made for each."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest

from sim.engine.model import NegotiationModel, run
from sim.engine.record import NEVER, RunRecord
from sim.rules import compliance, strength, trust, worth
from sim.scenario.case import Case
from sim.terms import Purpose

Compile = Callable[..., Case]
SEED = 7
SWAP = Path(__file__).with_name("swap.yaml").read_text(encoding="utf-8")
TRUCE = Path(__file__).with_name("truce.yaml").read_text(encoding="utf-8")

SIGN_AT_ONCE = (
    "tracks.truce.issues={days: [60], monitoring: [{m}], cap: [0]}",
    "tracks.truce.talks.rounds=1",
    "tracks.truce.margin=-1",
    "tracks.truce.leaving=0",
    "horizon=60",
)


def records(case: Case, runs: int, **options: bool) -> list[RunRecord]:
    """The records of the first so many replications."""
    return [run(case, SEED, replication, logs=False, **options).record for replication in range(runs)]


# 1 ------------------------------------------------------------------------------------------------------

TWO_SIDED = """
parley: 1
title: Two sides that differ
start: 2030-01-01
horizon: 120
parties:
  alfa: {ALFA}
  bravo: {BRAVO}
trust: {alfa in bravo: AB, bravo in alfa: BA}
categories: {able: {worth: 1, fights: true}}
captives: {alfa holds bravo: {able: HA}, bravo holds alfa: {able: HB}}
captures: {alfa takes bravo: {able: 2}, bravo takes alfa: {able: 3}}
mediators:
  third: {style: manipulation, tracks: truce, leverage: 0.3, noise: 0, convene: 0.5}
tracks:
  exchange:
    repeats: {cool_down: 5}
    issues: {size: [5, 10, 20, 40]}
    steps: {swap: {alfa gives bravo: {able: size}, bravo gives alfa: {able: size}}}
    direct: 0.2
    talks: {protocol: PROTOCOL, rounds: 8, per_day: 2}
    interests:
      alfa: {returned: RA, released: -0.3}
      bravo: {returned: RB, released: -0.3}
    scores: {returned: {scale: 40, power: 0.5}, released: 40}
  truce:
    issues: {days: [7, 21, 60], monitoring: [0, 1]}
    truce: {days: days, monitoring: monitoring}
    renewal: {ask_before: 3, issues: {days: [7, 14]}}
    direct: 0.1
    talks: {rounds: 8, per_day: 2, bridge_every: 4}
    interests:
      alfa: {days: RA, monitoring: 0.2}
      bravo: {days: RB, monitoring: -0.2}
    preconditions:
      alfa: {PA}
      bravo: {PB}
"""

BLOCKS = {
    "ALFA": "strength: 2, weariness: 0.6, fatigue: 0.01, noise: 0.02, default: 0.3, strategy: boulware",
    "BRAVO": "strength: 1, weariness: 0.5, fatigue: 0.02, noise: 0.01, default: 0.1, strategy: conceder",
    "AB": "0.3",
    "BA": "0.1",
    "HA": "300",
    "HB": "200",
    "RA": "0.7",
    "RB": "0.5",
    "PA": "watched: {accepts if: proposal.monitoring >= 1, fades: 0.05}",
    "PB": "brief: {accepts if: proposal.days <= 21, hard: true}",
}
MIRRORED = {"ALFA": "BRAVO", "AB": "BA", "HA": "HB", "RA": "RB", "PA": "PB"}


def two_sided(protocol: str, *, mirrored: bool) -> str:
    """The scenario, or the same with the two parties' blocks swapped everywhere."""
    partner = MIRRORED | {value: key for key, value in MIRRORED.items()}
    text = TWO_SIDED.replace("PROTOCOL", protocol)
    if mirrored:
        text = text.replace("alfa takes bravo: {able: 2}", "alfa takes bravo: {able: 3}", 1)
        text = text.replace("bravo takes alfa: {able: 3}", "bravo takes alfa: {able: 2}", 1)
        text = text.replace("alfa: {days: RA, monitoring: 0.2}", "alfa: {days: RA, monitoring: -0.2}")
        text = text.replace("bravo: {days: RB, monitoring: -0.2}", "bravo: {days: RB, monitoring: 0.2}")
    for key in sorted(BLOCKS, key=len, reverse=True):
        text = text.replace(key, BLOCKS[partner[key] if mirrored else key])
    return text


class MirroredLuck(NegotiationModel):
    """The same model, in which each of two parties has the other's luck."""

    def draw(self, purpose: Purpose, *, track: int = -1, actor: int = -1, other: int = -1, index: int = 0) -> float:
        """Draw with the two parties' ordinals swapped; who goes first is mirrored."""
        swapped = {0: 1, 1: 0, -1: -1}
        if purpose is not Purpose.ESTIMATE:
            actor = swapped[actor]
        u = super().draw(purpose, track=track, actor=actor, other=swapped[other], index=index)
        return 1.0 - u if purpose in (Purpose.FIRST_PROPOSER, Purpose.RENEWAL) else u


@pytest.mark.parametrize("protocol", ["menu", "alternating"])
def test_swapping_the_parties_mirrors_every_outcome(compile_text: Compile, protocol: str) -> None:
    """With blocks and luck swapped, each party's end is exactly the other's, and every deal is the same."""
    plain = compile_text(two_sided(protocol, mirrored=False), name="plain.yaml")
    mirror = compile_text(two_sided(protocol, mirrored=True), name="mirror.yaml")
    agreed = 0
    for replication in range(25):
        one = NegotiationModel(plain, SEED, replication, central=True, logs=False).run().record()
        two = MirroredLuck(mirror, SEED, replication, central=True, logs=False).run().record()
        for ours, theirs in zip(one.tracks, two.tracks, strict=True):
            assert (ours.ending, ours.first_agreed, ours.talks_endings, ours.deal_endings, ours.days_blocked) == (
                theirs.ending,
                theirs.first_agreed,
                theirs.talks_endings,
                theirs.deal_endings,
                theirs.days_blocked,
            )
        for ours, theirs in zip(one.deals, two.deals, strict=True):
            assert (ours.package, ours.agreed_on, ours.ended_on) == (theirs.package, theirs.agreed_on, theirs.ended_on)
            assert list(ours.alleged.values()) == list(theirs.alleged.values())[::-1]
        for ours, theirs in zip(one.parties, reversed(two.parties), strict=True):
            assert (ours.weariness, ours.strength, ours.released, ours.violations) == (
                theirs.weariness,
                theirs.strength,
                theirs.released,
                theirs.violations,
            )
            assert list(ours.trust.values()) == list(theirs.trust.values())
        agreed += len(one.deals)
    assert agreed > 25, "the test must see deals to mean anything"


# 2 ------------------------------------------------------------------------------------------------------


def test_relaxing_an_acceptance_precondition_never_delays_the_first_deal(compile_text: Compile) -> None:
    """Under `menu`, without bridging, path by path: what is dropped cannot make the first deal later."""
    conditions = (
        "tracks.truce.preconditions={alfa: {watched: {accepts if: proposal.monitoring >= 0.5, hard: true},"
        " capped: {accepts if: proposal.cap >= 1, fades: 0.02}},"
        " bravo: {long: {accepts if: proposal.days >= 14, hard: true}, open: {accepts if: proposal.monitoring < 1}}}"
    )
    base = compile_text(TRUCE, conditions, "tracks.truce.direct=0.2", "tracks.truce.retry=5", name="base.yaml")
    earlier = 0
    for path in ("alfa.watched", "alfa.capped", "bravo.long", "bravo.open"):
        relaxed = compile_text(
            TRUCE,
            conditions,
            "tracks.truce.direct=0.2",
            "tracks.truce.retry=5",
            f"tracks.truce.preconditions.{path}=null",
            name="relaxed.yaml",
        )
        for before, after in zip(records(base, 30), records(relaxed, 30), strict=True):
            first, then = before.tracks[0].first_agreed, after.tracks[0].first_agreed
            assert first == NEVER or NEVER < then <= first
            earlier += (first == NEVER and then != NEVER) or then < first
    assert earlier > 0, "some precondition must have mattered"


# 4 ------------------------------------------------------------------------------------------------------


def test_monitoring_lowers_violations(compile_text: Compile) -> None:
    """At the same truce, closer monitoring deters: fewer violations are committed."""
    violations = [
        mean(sum(deal.violations.values()) for record in records(case, 30) for deal in record.deals)
        for case in (compile_text(TRUCE, *(s.replace("{m}", m) for s in SIGN_AT_ONCE)) for m in ("0", "1"))
    ]
    assert violations[1] < 0.6 * violations[0]


def test_monitoring_brings_the_ledgers_closer_to_what_happened(compile_text: Compile) -> None:
    """With deterrence off, closer monitoring alone narrows the gap between what is alleged and what was done."""
    gaps = []
    for monitoring in ("0", "0.5", "1"):
        sets = [s.replace("{m}", monitoring) for s in SIGN_AT_ONCE]
        case = compile_text(TRUCE, *sets, "rules.violation_monitoring=0")
        deals = [deal for record in records(case, 30) for deal in record.deals]
        gaps.append(mean(abs(deal.alleged["alfa"] - deal.violations["bravo"]) / deal.days_in_force for deal in deals))
    assert gaps[0] > gaps[1] > gaps[2]


# 5 ------------------------------------------------------------------------------------------------------


def test_greater_fear_of_rearming_shortens_what_is_signed(compile_text: Compile) -> None:
    """The more a party fears the other's rearming, the shorter the truces that are signed."""
    signed = []
    for fear in (0, 15, 40):
        case = compile_text(
            TRUCE,
            f"parties.alfa={{fear_of_rearming: {fear}, rearm: 0.001}}",
            "parties.bravo={rearm: 0.004}",
            "tracks.truce.issues={days: [7, 30, 90], monitoring: [0], cap: [0]}",
            "tracks.truce.scores.days.scale=90",
        )
        deals = [deal for record in records(case, 40) for deal in record.deals]
        signed.append(mean(float(deal.package["days"]) for deal in deals))
    assert signed[0] > signed[1] > signed[2]


def test_caps_on_both_sides_calm_both_and_a_cap_on_one_moves_the_fear() -> None:
    """Symmetric caps with monitoring lower both sides' fear; a one-sided cap lowers one and raises the other."""

    def fears(cap_on_a: float, cap_on_b: float) -> tuple[float, float]:
        gain_a = worth.rearming_gain(60, 1.0, strength.rearming_speed(0.003, 1.0, cap_on_a, 0.8))
        gain_b = worth.rearming_gain(60, 1.0, strength.rearming_speed(0.005, 1.0, cap_on_b, 0.8))
        return (
            worth.fear_of_rearming(10, worth.shift_of_power(strength.prevail(0.2, 0.0), 0.2, 0.0, gain_a, gain_b), 0.1),
            worth.fear_of_rearming(10, worth.shift_of_power(strength.prevail(0.0, 0.2), 0.0, 0.2, gain_b, gain_a), 0.1),
        )

    free, both, only_b = fears(0, 0), fears(0.8, 0.8), fears(0, 0.8)
    assert free[0] > both[0] > 0.0
    assert free[1] == both[1] == 0.0
    assert only_b[0] == 0.0
    assert only_b[1] > 0.0


# 6 ------------------------------------------------------------------------------------------------------


def test_a_gesture_kept_raises_trust_and_worth_and_one_short_by_one_raises_them_less() -> None:
    """At a frozen state with doubt, what the receiver thinks of the next package rises with what was kept."""

    def after(given: int, promised: int) -> tuple[float, float]:
        level = trust.after_gesture(0.1, 0.05, given / 80)
        if given < promised:
            level = trust.after_shortfall(level, 0.3, (promised - given) / promised)
        return level, worth.worth_today(0.4, worth.doubt(0.5, level, 0.3), 0.0, 0.0)

    nothing, short, kept = (
        (0.1, worth.worth_today(0.4, worth.doubt(0.5, 0.1, 0.3), 0.0, 0.0)),
        after(22, 23),
        after(23, 23),
    )
    assert kept[0] > nothing[0]
    assert kept[1] > nothing[1]
    assert short[0] < kept[0]
    assert short[1] < kept[1]


# 7 ------------------------------------------------------------------------------------------------------

PUBLISHED_HAZARDS = {(1, 3): 0.0067, (3, 7): 0.0040, (7, 14): 0.0023, (14, 30): 0.0015, (30, 60): 0.0007}
"""A day, at these ages, with x = .0069 and q = .046 a side, k = .29 and no ledger: the model description."""


def test_the_hazard_of_leaving_falls_with_age_as_the_published_hazards_do() -> None:
    """The probability that either side leaves falls day by day, and meets the published values within a fifth."""
    surviving, daily = (1 - 0.046) ** 2, []
    for age in range(60):
        leaves = 1 - (1 - compliance.leaving_chance(compliance.leaving_hazard(0.0069, age, 0.29, 0.0))) ** 2
        daily.append(surviving * leaves)
        surviving *= 1 - leaves
    assert all(later < earlier for earlier, later in pairwise(daily))
    for (first, last), published in PUBLISHED_HAZARDS.items():
        assert mean(daily[first:last]) == pytest.approx(published, rel=0.2)


def test_truces_in_the_model_break_early_or_late(compile_text: Compile) -> None:
    """Of truces that break, most break in the first third of their days."""
    sets = [s.replace("{m}", "0") for s in SIGN_AT_ONCE if "leaving" not in s]
    case = compile_text(TRUCE, *sets, "tracks.truce.leaving=0.03")
    ages = [deal.days_in_force for r in records(case, 120) for deal in r.deals if deal.ending == "broken"]
    assert len(ages) > 20
    assert sum(age < 20 for age in ages) > 0.6 * len(ages)


# 8 ------------------------------------------------------------------------------------------------------


def test_parity_swaps_exhaust_the_smaller_side_until_captures_refill_it(compile_text: Compile) -> None:
    """Without captures swaps end with the smaller stock; with captures they go on, smaller."""
    swaps = ("tracks.exchange.repeats={cool_down: 1}", "horizon=300", "tracks.exchange.issues.gesture=[0]")
    drained = records(compile_text(SWAP, *swaps), 5)
    refilled = records(
        compile_text(SWAP, *swaps, "captures={bravo takes alfa: {able: 2}, alfa takes bravo: {able: 2}}"), 5
    )
    for record in drained:
        left = record.parties[1].holds["bravo holds alfa.able"]
        assert left < 10, "no swap of the menu is possible any more"
        assert record.tracks[0].talks_endings.get("impasse", 0) > 0
    for before, after in zip(drained, refilled, strict=True):
        assert after.tracks[0].deals > before.tracks[0].deals
        sizes = [float(deal.package["size"]) for deal in after.deals]
        assert mean(sizes[:3]) > mean(sizes[-3:])


# 9 ------------------------------------------------------------------------------------------------------


def test_a_manipulator_gets_more_signatures_and_a_facilitator_more_days_for_each(compile_text: Compile) -> None:
    """Promises and pressure bring deals about that would not be, and that last less long."""

    def outcome(style: str) -> tuple[float, float]:
        case = compile_text(
            TRUCE,
            f"mediators={{third: {{style: {style}, tracks: truce, leverage: 2, inducement_cap: 1, pressure: 0}}}}",
            "horizon=200",
            "tracks.truce.issues={days: [60], monitoring: [0], cap: [0]}",
            "tracks.truce.talks.bridge_every=4",
            "tracks.truce.margin={alfa: 0, bravo: [0, 0.7, 1.4]}",
            "tracks.truce.interests={alfa: {days: 0.5, scope: 0.5}, bravo: {days: 0.5, scope: -0.4}}",
            "tracks.truce.leaving=0.06",
            "rules.inducement_memory=0.5",
        )
        found = records(case, 200)
        return mean(bool(r.deals) for r in found), mean(deal.days_in_force for r in found for deal in r.deals)

    facilitated, manipulated = outcome("facilitation"), outcome("manipulation")
    assert manipulated[0] > facilitated[0]
    assert manipulated[1] < facilitated[1]
