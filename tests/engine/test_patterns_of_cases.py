"""The patterns that the model must show (docs/ODD.md, "Patterns"), on every shipped case to which they apply.

Where a case does not show one, that is a finding: it is expected to fail here, and docs/validation.md says why.
Numbers of a case are its own but for what a test must hold still, which its docstring says. The first pattern, that
the order of the parties decides nothing, stands in `test_patterns_neutral.py`.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import numpy
import pytest

import sim
from sim.engine.chunk import ENDINGS, Chunk, Deals
from sim.engine.compiled import Given, prepare, run_chunk, run_given
from sim.engine.record import NEVER
from sim.rules import compliance, trust
from sim.scenario.case import Case, RuleNumbers, TrackCase, draw_parameters, numbers_at
from sim.scenario.compiling import compile_case
from sim.scenario.faults import InvalidScenario
from sim.scenario.reading import read
from sim.terms import Firmness, Gate, Style

pytest.importorskip("numba")

ROOT = Path(sim.__path__[0]).parent
CASES = {
    path.stem: path
    for path in sorted(ROOT.glob("scenarios/cases/*.yaml"))
    if not path.read_text(encoding="utf-8").startswith("extends:")
}
"""Every shipped case; a variant extends one, and is none."""
SEED = 7
KNOWN: Mapping[str, str] = {
    "days:gaza-ceasefire-2025-first_phase-usa": "without pressure deals come later; more are cut off by the horizon",
    "days:gaza-pause-2023-pause-usa": "pressure lasts, so that a mediator who presses also gets the pause renewed",
}
"""By test and case: findings, each told in docs/validation.md."""


@cache
def case_of(name: str, *sets: str) -> Case:
    """A shipped case, with changes."""
    return compile_case(read(CASES[name], sets))


def changed(name: str, *sets: str) -> Case | None:
    """A shipped case with changes, or None where it cannot be changed so."""
    try:
        return case_of(name, *sets)
    except InvalidScenario:
        return None


def tracks() -> Iterator[tuple[str, TrackCase]]:
    """Every track of every case."""
    for name in CASES:
        yield from ((name, track) for track in case_of(name).tracks)


def where(pattern: str, found: Iterable[tuple[str, ...]]) -> list[Any]:
    """What a pattern is tried on, by case, track and so on; findings are expected to fail."""
    params = []
    for names in found:
        label = "-".join(names)
        known = KNOWN.get(f"{pattern}:{label}")
        marks = [pytest.mark.xfail(strict=True, reason=f"docs/validation.md: {known}")] if known else []
        params.append(pytest.param(*names, id=label, marks=marks))
    return params


def chunk_of(case: Case, runs: int) -> Chunk:
    """The first replications of a batch."""
    return run_chunk(prepare(case), SEED, 0, runs)


def deals_of(case: Case, runs: int, track: str) -> Deals:
    """The deals of a track in the first replications of a batch."""
    deals = run_given(prepare(case), SEED, 0, Given((), numpy.zeros((runs, 0)))).deals
    assert deals is not None
    return deals.some(deals.track == [each.name for each in case.tracks].index(track))


# 2 ------------------------------------------------------------------------------------------------------


def barring() -> Iterator[tuple[str, str, str]]:
    """Case, track, and a precondition of accepting that can bar a package there."""
    for name, track in tracks():
        for condition in track.preconditions:
            if condition.gate is Gate.ACCEPTS and condition.firmness is not Firmness.PRICED:
                yield name, track.name, f"{case_of(name).parties[condition.holder].name}.{condition.name}"


@pytest.mark.parametrize(("name", "track", "path"), where("relaxing", barring()))
def test_relaxing_a_precondition_never_delays_the_first_deal(name: str, track: str, path: str) -> None:
    """Applies to every precondition of accepting that gates. Held still: talks by menu, nobody bridges."""
    sets = (f"tracks.{track}.talks.protocol=menu", *without_bridging(track_of(name, track)))
    firsts = [
        chunk_of(case_of(name, *sets, *more), 100).columns[f"{track}.first_agreed"]
        for more in ((), (f"tracks.{track}.preconditions.{path}=null",))
    ]
    before, after = (numpy.where(days == NEVER, 1 << 30, days) for days in firsts)
    assert (after <= before).all()


# 4 ------------------------------------------------------------------------------------------------------


def signed_at_once(track: TrackCase, *terms: str) -> tuple[str, ...]:
    """Changes by which a truce of these terms is signed on the first day, and held by all to its end."""
    at = f"tracks.{track.name}"
    free = ("talks.rounds=1", "talks.protocol=menu", "direct=1", "margin=-9", "leaving=0", "never_starts=0")
    left_out = [f"{at}.preconditions=null"] * bool(track.preconditions) + [f"{at}.renewal=null"] * bool(track.renewal)
    issues = (f"{at}.issues.{each}" for each in terms)
    return (*(f"{at}.{change}" for change in free), *left_out, *without_bridging(track), *issues)


def without_bridging(track: TrackCase) -> tuple[str, ...]:
    """The change by which nobody bridges, where somebody does."""
    return (f"tracks.{track.name}.talks.bridge_every=null",) if track.bridge_every else ()


def watched() -> Iterator[tuple[str, str]]:
    """Case and track: truces whose monitoring is negotiated."""
    for name, track in tracks():
        levels = {kind.monitoring for kind in track.space.kinds if kind.days > 0}
        issue = next((issue for issue in track.space.issues if issue.name == "monitoring"), None)
        if len(levels) > 1 and issue is not None and held_still(name, track, issue.labels[0]) is not None:
            yield name, track.name


def held_still_sets(track: TrackCase, monitoring: str) -> tuple[str, ...]:
    """Changes by which this truce is signed at once, so closely watched, at the last value of every other issue."""
    longest = [f"{issue.name}=[{issue.labels[-1]}]" for issue in track.space.issues if issue.name != "monitoring"]
    return signed_at_once(track, f"monitoring=[{monitoring}]", *longest)


def held_still(name: str, track: TrackCase, monitoring: str) -> Case | None:
    """The case changed so; None where that is no scenario."""
    return changed(name, *held_still_sets(track, monitoring))


def track_of(name: str, track: str) -> TrackCase:
    """A track of a case by its name."""
    return next(each for each in case_of(name).tracks if each.name == track)


@pytest.mark.parametrize(("name", "track"), where("monitoring", watched()))
def test_closer_monitoring_fewer_violations(name: str, track: str) -> None:
    """Applies to truces whose monitoring is an issue. Held still: the truce is signed at once and nobody leaves."""
    found = track_of(name, track)
    levels = next(issue.labels for issue in found.space.issues if issue.name == "monitoring")
    rates = []
    for level in (levels[0], levels[-1]):
        case = held_still(name, found, level)
        assert case is not None
        columns = chunk_of(case, 300).columns
        rates.append(columns[f"{track}.violations"].sum() / columns[f"{track}.days_in_force"].sum())
    assert rates[1] < rates[0]


@pytest.mark.parametrize(("name", "track"), where("ledgers", watched()))
def test_closer_monitoring_ledgers_closer_to_what_was_done(name: str, track: str) -> None:
    """As before, and with monitoring that deters nobody: what is alleged in a run differs less from what was done."""
    found = track_of(name, track)
    levels = next(issue.labels for issue in found.space.issues if issue.name == "monitoring")
    gaps = []
    for level in (levels[0], levels[-1]):
        case = changed(name, *held_still_sets(found, level), "rules.violation_monitoring=0")
        assert case is not None
        columns = chunk_of(case, 300).columns
        apart = abs(columns[f"{track}.alleged"] - columns[f"{track}.violations"]).sum()
        gaps.append(apart / columns[f"{track}.days_in_force"].sum())
    assert gaps[1] < gaps[0]


# 5 ------------------------------------------------------------------------------------------------------


def of_several_lengths() -> Iterator[tuple[str, str]]:
    """Case and track: truces of which several lengths can be agreed."""
    for name, track in tracks():
        if len({kind.days for kind in track.space.kinds if kind.days > 0}) > 1:
            yield name, track.name


@pytest.mark.parametrize(("name", "track"), where("fear", of_several_lengths()))
def test_greater_fear_of_rearming_does_not_lengthen_what_is_signed(name: str, track: str) -> None:
    """Applies to truces of several lengths. Of runs that sign with and without fear, the mean length does not grow."""
    case = case_of(name)
    days: list[dict[int, float]] = []
    for fear in (0, 40):
        case = case_of(name, *(f"parties.{party.name}.fear_of_rearming={fear}" for party in case.parties))
        space = next(each.space for each in case.tracks if each.name == track)
        deals = deals_of(case, 300, track)
        first = deals.some(numpy.unique(deals.replication, return_index=True)[1])
        signed = (space.kinds[space.kind_of[int(outcome)]].days for outcome in first.outcome)
        days.append(dict(zip(first.replication.tolist(), signed, strict=True)))
    both = sorted(set(days[0]) & set(days[1]))
    if not both:
        pytest.skip("no run signs with and without fear")
    assert mean(days[1][run] for run in both) <= mean(days[0][run] for run in both)
    assert len(days[1]) <= len(days[0]) * 1.02


# 6 ------------------------------------------------------------------------------------------------------


def gestures() -> Iterator[tuple[str, str]]:
    """Case and track: where a deal may hold a gesture."""
    for name, track in tracks():
        if any(track.steps[move.step].gesture and move.amount > 1 for moves in track.space.transfers for move in moves):
            yield name, track.name


@pytest.mark.parametrize(("name", "track"), where("gesture", gestures()))
def test_a_gesture_kept_moves_trust_and_one_short_moves_it_less(name: str, track: str) -> None:
    """Applies where a gesture of two or more can be agreed. At the case's middle values, on its first day."""
    case = case_of(name)
    drawn = draw_parameters(case, SEED, 0, central=True)
    rules = RuleNumbers(*numbers_at(case.rules, drawn))
    steps = track_of(name, track)
    moves = {
        move for moves in steps.space.transfers for move in moves if steps.steps[move.step].gesture and move.amount > 1
    }
    for move in moves:
        before = drawn[case.trust[move.receiver][move.giver]]
        holds = drawn[case.stocks[move.stock].level]
        kept = trust.after_gesture(before, rules.gesture_gain, min(1.0, move.amount / holds))
        short = trust.after_gesture(before, rules.gesture_gain, min(1.0, (move.amount - 1) / holds))
        short = trust.after_shortfall(short, rules.trust_loss, 1 / move.amount)
        assert before < kept
        assert short < kept


# 7 ------------------------------------------------------------------------------------------------------


def lasting() -> Iterator[tuple[str, str]]:
    """Case and track: truces that can be agreed for two weeks or more."""
    for name, track in tracks():
        if max((kind.days for kind in track.space.kinds), default=0) >= 14:
            yield name, track.name


@pytest.mark.parametrize(("name", "track"), where("hazard", lasting()))
def test_the_hazard_of_leaving_falls_with_age(name: str, track: str) -> None:
    """Applies to truces of two weeks or more. At the case's middle values, all else alike, each day is safer."""
    case = case_of(name)
    drawn = draw_parameters(case, SEED, 0, central=True)
    rules = RuleNumbers(*numbers_at(case.rules, drawn))
    for leaving in track_of(name, track).leaving:
        hazards = [compliance.leaving_hazard(drawn[leaving], age, rules.truce_shape, 0.0) for age in range(60)]
        assert all(later < earlier for earlier, later in pairwise(hazards)) or not any(hazards)


@pytest.mark.parametrize(("name", "track"), where("broken", lasting()))
def test_truces_break_early(name: str, track: str) -> None:
    """As before, and where at least 20 of 1,000 runs break their first truce: more in its first half than later."""
    found, case = track_of(name, track), case_of(name)
    deals = deals_of(case, 1_000, track)
    first = deals.some(numpy.unique(deals.replication, return_index=True)[1])
    broken = first.some((first.ending == ENDINGS.index("broken")) & (first.began_on >= 0))
    if len(broken.track) < 20:
        pytest.skip(f"only {len(broken.track)} of 1,000 runs break a truce")
    agreed = numpy.array([found.space.kinds[found.space.kind_of[int(outcome)]].days for outcome in broken.outcome])
    early = (broken.ended_on - broken.began_on) < agreed / 2
    assert early.mean() > 0.5


# 8 ------------------------------------------------------------------------------------------------------


def swapping() -> Iterator[tuple[str, str]]:
    """Case and track: exchanges of equal numbers that go on, between sides that hold captives and take new ones."""
    for name, track in tracks():
        case = case_of(name)
        drawn = draw_parameters(case, SEED, 0, central=True)
        taken = {stock.holder for stock in case.stocks if stock.rate >= 0 and drawn[stock.level] > 0}
        if track.cool_down >= 0 and not track.has_truce and len(taken & set(track.parties)) > 1:
            by_giver = [
                {move.giver: move.amount for move in moves if case.stocks[move.stock].of >= 0 and move.amount > 0}
                for moves in track.space.transfers
            ]
            if any(len(given) > 1 and len(set(given.values())) == 1 for given in by_giver):
                yield name, track.name


@pytest.mark.parametrize(("name", "track"), where("exhaustion", swapping()))
def test_swaps_exhaust_the_smaller_side_until_captures_refill_it(name: str, track: str) -> None:
    """Applies to repeated exchanges of equal numbers. Over 1,000 days: without captures they come to an end."""
    persons = []
    for more in ((), ("captures=null",)):
        deals = deals_of(case_of(name, "horizon=1000", *more), 20, track)
        early = deals.agreed_on < 500
        persons.append((deals.delivered[early].sum(), deals.delivered[~early].sum()))
    with_captures, without = persons
    assert without[1] < without[0]
    assert without[1] < with_captures[1]


# 9 ------------------------------------------------------------------------------------------------------


def pressed() -> Iterator[tuple[str, str, str]]:
    """Case, track and mediator: truces at which somebody presses and promises."""
    for name, track in tracks():
        for mediator in track.mediators:
            found = case_of(name).mediators[mediator]
            if track.has_truce and found.style is Style.MANIPULATION:
                yield name, track.name, found.name


@pytest.mark.parametrize(("name", "track", "mediator"), where("signatures", pressed()))
def test_a_manipulator_gets_no_fewer_signatures(name: str, track: str, mediator: str) -> None:
    """Applies to truces with a mediator who presses: only facilitating, it gets a deal in no more runs."""
    pressing = chunk_of(case_of(name), 500).columns[f"{track}.first_agreed"]
    facilitating = chunk_of(case_of(name, f"mediators.{mediator}.style=facilitation"), 500)
    assert (pressing != NEVER).sum() >= (facilitating.columns[f"{track}.first_agreed"] != NEVER).sum()


@pytest.mark.parametrize(("name", "track", "mediator"), where("days", pressed()))
def test_a_facilitator_gets_more_days_for_each_signature(name: str, track: str, mediator: str) -> None:
    """As before, and where both get at least 20 deals in 500 runs: days in force for each deal are not fewer."""
    days = []
    for style in ("manipulation", "facilitation"):
        columns = chunk_of(case_of(name, f"mediators.{mediator}.style={style}"), 500).columns
        deals, in_force = columns[f"{track}.deals"].sum(), columns[f"{track}.days_in_force"].sum()
        if deals < 20:
            pytest.skip(f"only {deals} deals by {style}")
        days.append(in_force / deals)
    assert days[1] >= days[0]
    assert math.isfinite(days[0])
