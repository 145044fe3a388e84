"""What can be seen before any run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.study.contradictions import contradictions, first_day

TRUCE = (Path(__file__).resolve().parent.parent / "engine" / "truce.yaml").read_text(encoding="utf-8")
Write = Callable[..., Case]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Compiles the small truce with some preconditions, as `party.name: terms`."""

    def write(*sets: str, alfa: str = "", bravo: str = "") -> Case:
        text = f"{TRUCE}    preconditions: {{alfa: {{{alfa}}}, bravo: {{{bravo}}}}}\n"
        (tmp_path / "truce.yaml").write_text(text, encoding="utf-8")
        return compile_case(read(tmp_path / "truce.yaml", sets))

    return write


def test_a_precondition_that_no_package_meets_stands_alone(written: Write) -> None:
    """The longest truce on the menu has 30 days: 60 cannot be had, whatever else is asked."""
    case = written(alfa="long: {accepts if: proposal.days >= 60}", bravo="short: {accepts if: proposal.days <= 7}")
    (found,) = contradictions(case)
    assert (found.conditions, found.packages) == (("alfa.long",), 18)


def test_the_smallest_sets_that_exclude_each_other_are_named(written: Write) -> None:
    """Two over monitoring exclude each other; three over days do only together, each two of them have a package."""
    case = written(
        alfa="watched: {accepts if: proposal.monitoring > 0}, any: {accepts if: proposal.days <= 14}",
        bravo="unwatched: {accepts if: proposal.monitoring <= 0}, not_7: {accepts if: proposal.days != 7},"
        " not_14: {accepts if: proposal.days != 14}",
    )
    assert [found.conditions for found in contradictions(case)] == [
        ("alfa.watched", "bravo.unwatched"),
        ("alfa.any", "bravo.not_7", "bravo.not_14"),
    ]


def test_priced_ones_and_those_of_other_days_exclude_nothing(written: Write) -> None:
    """What never gates, and what no longer binds when the other begins to, can be met together."""
    until, since = "until: 2030-01-10", "since: 2030-01-11"
    case = written(
        alfa=f"watched: {{accepts if: proposal.monitoring > 0, {until}}}, capped: {{accepts if: proposal.cap >= 1}}",
        bravo=f"unwatched: {{accepts if: proposal.monitoring <= 0, {since}}},"
        " free: {accepts if: proposal.cap < 1, cost: 0.1}",
    )
    assert contradictions(case) == ()


def test_an_empty_zone_says_who_is_short_of_what(written: Write) -> None:
    """A margin of 2 is beyond any worth of at most 1: each side lacks 2 less the worth of the nearest package."""
    (today,) = first_day(written("tracks.truce.margin=2"))
    assert (today.state, today.zone, today.passing, today.unlocks) == ("empty", 0, 0, ())
    for side in today.sides:
        assert (side.reservation, side.enough) == (2.0, 0)
        assert side.short >= 2.0 - side.best


def test_a_blocked_zone_says_what_would_unlock_it(written: Write) -> None:
    """Packages worth enough exist, two preconditions exclude them all, and either of the two unlocks."""
    case = written(
        alfa="watched: {accepts if: proposal.monitoring > 0}", bravo="unwatched: {accepts if: proposal.monitoring <= 0}"
    )
    (today,) = first_day(case)
    assert (today.state, today.passing) == ("blocked", 0)
    assert today.zone > 0
    assert set(today.unlocks) == {("alfa.watched",), ("bravo.unwatched",)}


def test_entry_preconditions_of_the_first_day_are_told(written: Write) -> None:
    """A table that cannot open on day 0 names what holds it."""
    (today,) = first_day(written(bravo="later: {enters if: day >= 5}"))
    assert (today.state, today.held) == ("open", ("bravo.later",))
