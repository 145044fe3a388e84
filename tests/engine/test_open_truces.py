"""Truces without an end: they never run out, and count as so many days in worth and fear."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.engine import log
from sim.engine.appraisal import appraise
from sim.engine.model import NegotiationModel, run
from sim.rules.strength import rearming_speed
from sim.scenario.case import Case
from sim.show.labels import Labels
from sim.show.sentences import sentence
from sim.terms import Gate

Compile = Callable[..., Case]
TRUCE = Path(__file__).with_name("truce.yaml").read_text(encoding="utf-8")
OPEN = ("tracks.truce.issues={days: [7, open], monitoring: [0], cap: [0]}", "tracks.truce.leaving=0")
SIGN = ("tracks.truce.margin=-1", "tracks.truce.talks.rounds=1")
ONLY_OPEN = "tracks.truce.preconditions={alfa: {lasting: {accepts if: proposal.days == open}}}"


def test_an_open_truce_neither_runs_out_nor_is_renewed(compile_text: Compile) -> None:
    """With a renewal on the track, and an age far beyond the days that it counts as, it is still in force."""
    changes = (*OPEN, *SIGN, ONLY_OPEN, "horizon=200", "tracks.truce.renewal={ask_before: 2}")
    found = run(compile_text(TRUCE, *changes, "tracks.truce.truce={days: days, open_counts_as: 20}"), 1, 0)
    assert not [entry for entry in found.log if isinstance(entry, log.Renewed)]
    (deal,) = found.record.deals
    assert deal.ending == "open_at_horizon"
    assert deal.package["days"] == "open"
    assert deal.days_in_force > 190


def test_open_as_the_terms_of_the_truce_is_open_in_every_package(compile_text: Compile) -> None:
    """`days: open` leaves nothing to agree about the end."""
    case = compile_text(
        TRUCE,
        "tracks.truce.truce={days: open}",
        "tracks.truce.issues={cap: [0, 1]}",
        "tracks.truce.interests={alfa: {truce_days: 1}, bravo: {truce_days: 1}}",
        "tracks.truce.scores={truce_days: 365}",
    )
    kinds = case.tracks[0].space.kinds
    assert [(kind.without_end, kind.days) for kind in kinds] == [(True, 365.0)] * 2
    assert set(case.tracks[0].space.scores[0][0]) == {1.0}


def test_an_open_truce_counts_as_so_many_days_in_worth(compile_text: Compile) -> None:
    """With a scale of 30 days, a root and 120 days for an open one, it scores twice what 30 days score."""
    track = compile_text(
        TRUCE,
        "tracks.truce.issues={days: [30, open], monitoring: [0], cap: [0]}",
        "tracks.truce.truce={days: days, open_counts_as: 120}",
    ).tracks[0]
    assert track.space.outcomes[1][0] == 120.0
    assert track.space.scores[0][track.space.features.index("days")] == (1.0, 2.0)


def test_an_open_truce_counts_as_so_many_days_in_fear(compile_text: Compile) -> None:
    """What bravo would gain by an open truce is 100 times its daily speed, and alfa fears it more than 7 days' gain."""
    changes = (*OPEN, "tracks.truce.truce={days: days, open_counts_as: 100}", "parties.bravo={rearm: 0.01}")
    case = compile_text(TRUCE, *changes, "parties.alfa={rearm: 0, fear_of_rearming: 10, doubt: 0}")
    model = NegotiationModel(case, 1)
    gains = model.tables[0].seats[1].rearming_gains(case.tracks[0].space)
    assert gains == pytest.approx([7 * 0.01, 100 * 0.01])
    assert rearming_speed(0.01, 1.0, 0.0, 0.0) == 0.01
    model.step()
    own = model.parties[0]
    lost = [
        1 / (1 + math.exp(model.parties[1].log_strength - own.log_strength))
        - 1 / (1 + math.exp(model.parties[1].log_strength + gain - own.log_strength))
        for gain in gains
    ]
    seat, space = model.tables[0].seats[0], case.tracks[0].space
    fears = seat.fears([other.rearming_gains(space) for other in model.tables[0].seats])
    assert fears == pytest.approx([10 * (1 - own.trust[1]) * shift for shift in lost])
    assert appraise(model.tables[0], space, Gate.ACCEPTS).outcomes == 2


def test_a_renewal_may_take_the_end_away(compile_text: Compile) -> None:
    """A truce of 7 days whose renewal offers nothing but `open` is in force to the horizon."""
    renewal = "tracks.truce.renewal={ask_before: 2, issues: {days: [open]}}"
    found = run(compile_text(TRUCE, "tracks.truce.issues.days=[7]", "tracks.truce.leaving=0", *SIGN, renewal), 1, 0)
    (deal,) = found.record.deals
    assert (deal.renewals, deal.ending) == (1, "open_at_horizon")


def test_the_story_says_that_it_has_no_end(compile_text: Compile) -> None:
    """The sentence of its beginning names no number of days."""
    found = run(compile_text(TRUCE, *OPEN, *SIGN, ONLY_OPEN), 1, 0)
    began = next(entry for entry in found.log if isinstance(entry, log.DealBegan))
    assert sentence(began, Labels()).text.startswith("A truce without an end over all of the fighting begins")
