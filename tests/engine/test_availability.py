"""Values of issues that can be agreed only on days on which something holds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.engine import log
from sim.engine.appraisal import appraise
from sim.engine.model import NegotiationModel, run
from sim.scenario.case import Case
from sim.terms import Gate

Compile = Callable[..., Case]
SWAP = Path(__file__).with_name("swap.yaml").read_text(encoding="utf-8")
LATE = (
    "tracks.exchange.issues={size: [10, {value: 50, available if: day >= 6}], manner: [forced, "
    "{value: commission, available if: set_up > 0.5}]}",
    "tracks.exchange.steps={swap: {alfa gives bravo: {able: size}, bravo gives alfa: {able: size}}}",
    "tracks.exchange.interests={alfa: {returned: 1}, bravo: {returned: 1}}",
    "tracks.exchange.scores={returned: 100}",
    "facts={set_up: 0}",
    "events={commission: {date: 2030-01-10, sets: {set_up: 1}}}",
    "tracks.exchange.talks={rounds: 60, per_day: 4}",
)


def test_a_package_is_feasible_on_the_days_on_which_all_its_values_are_available(compile_text: Compile) -> None:
    """Size 50 from day 6 on, the commission from day 9 on (10 January): both together from day 9 on."""
    case = compile_text(SWAP, *LATE, "tracks.exchange.direct=0")
    model, space = NegotiationModel(case, 1), case.tracks[0].space
    assert [space.describe(outcome) for outcome in range(4)] == [
        {"size": size, "manner": manner} for size in ("10", "50") for manner in ("forced", "commission")
    ]
    found = {}
    for day in range(12):
        model.step()
        found[day] = appraise(model.tables[0], space, Gate.ACCEPTS).feasible
    assert {day: found[day] for day in (5, 6, 8, 9)} == {
        5: [True, False, False, False],
        6: [True, False, True, False],
        8: [True, False, True, False],
        9: [True, True, True, True],
    }


def test_what_is_not_available_is_not_agreed(compile_text: Compile) -> None:
    """Where one side wants nothing but a commission, an agreement waits for the day on which it is set up."""
    wants = "tracks.exchange.preconditions={alfa: {commission: {accepts if: proposal.manner == commission}}}"
    late, early = compile_text(SWAP, *LATE, wants), compile_text(SWAP, *LATE, wants, "facts.set_up=1")
    for replication in range(5):
        agreed = [run(case, 1, replication, logs=False).record.tracks[0].first_agreed for case in (late, early)]
        assert agreed[0] >= 9
        assert agreed[1] < 9


def test_a_blocked_day_tells_what_only_waits(compile_text: Compile) -> None:
    """Packages that would meet every precondition but hold a value that is not there yet are told apart from others."""
    wants = "tracks.exchange.preconditions={alfa: {commission: {accepts if: proposal.manner == commission}}}"
    found = run(compile_text(SWAP, *LATE, wants), 1, 0)
    blocked = [entry for entry in found.log if isinstance(entry, log.DayBlocked)]
    assert blocked
    assert {(entry.day >= 6, entry.lacking, entry.waiting) for entry in blocked} <= {(False, 0, 2), (True, 0, 2)}


def test_a_menu_may_hold_words_and_conditions(compile_text: Compile) -> None:
    """A word that waits for a condition is compared in preconditions like any other."""
    case = compile_text(SWAP, *LATE, "tracks.exchange.constraints=[manner == forced or size >= 50]")
    described = [case.tracks[0].space.describe(outcome)["manner"] for outcome in range(3)]
    assert described == ["forced", "forced", "commission"]
    assert [len(held_back) for _, held_back in case.tracks[0].space.waiting] == [2, 1]


@pytest.mark.parametrize("order", [("10", "50"), ("50", "10")])
def test_the_worth_of_a_value_does_not_depend_on_when_it_is_available(compile_text: Compile, order: tuple[str]) -> None:
    """Worths are those of the same menu without conditions: an unavailable package is only not on the table."""
    menus = [f"[{order[0]}, {order[1]}]", f"[{order[0]}, {{value: {order[1]}, available if: day > 30}}]"]
    worths = []
    for menu in menus:
        case = compile_text(SWAP, f"tracks.exchange.issues={{size: {menu}, gesture: [0]}}")
        model = NegotiationModel(case, 1)
        model.step()
        worths.append(appraise(model.tables[0], case.tracks[0].space, Gate.ACCEPTS).worths)
    assert worths[0] == worths[1]
