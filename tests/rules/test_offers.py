import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import offers

WORTHS = st.integers(-4, 8).map(lambda quarter: quarter / 4)  # coarse, so that ties are common


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[float]], list[int], int]:
    """Worths by seat and outcome, what is allowed, and one of the seats."""
    seats, outcomes = draw(st.integers(1, 4)), draw(st.integers(1, 12))
    row = st.lists(WORTHS, min_size=outcomes, max_size=outcomes)
    worths = draw(st.lists(row, min_size=seats, max_size=seats))
    allowed = draw(st.lists(st.integers(0, 1), min_size=outcomes, max_size=outcomes))
    return worths, allowed, draw(st.integers(0, seats - 1))


def flat(worths: list[list[float]]) -> list[float]:
    """Row after row."""
    return [worth for row in worths for worth in row]


@given(demand=st.floats(-2.0, 2.0), reservation=st.floats(-1.0, 1.0), top=st.floats(-1.0, 1.0))
def test_a_demand_stays_between_reservation_and_top(demand: float, reservation: float, top: float) -> None:
    """A demand is the middle of itself, the reservation and the top; with a top below it, it is the reservation."""
    expected = sorted((demand, reservation, top))[1] if top >= reservation else reservation
    assert offers.clamp_demand(demand, reservation, top) == expected


@given(table=tables(), demands=st.lists(WORTHS, min_size=4, max_size=4))
def test_agreement_needs_every_seat(table: tuple[list[list[float]], list[int], int], demands: list[float]) -> None:
    """A package meets all where no seat gets less than it demands; exactly what is demanded is enough."""
    worths, allowed, _ = table
    for outcome in range(len(allowed)):
        expected = all(row[outcome] >= demand for row, demand in zip(worths, demands, strict=False))
        assert offers.meets_all(flat(worths), demands, outcome, len(allowed), len(worths)) is expected


@given(table=tables())
def test_the_chooser_picks_its_best_and_breaks_ties_kindly(table: tuple[list[list[float]], list[int], int]) -> None:
    """The pick is the first in the order of own worth, then worth to the others, then place on the menu."""
    worths, allowed, seat = table

    def rank(outcome: int) -> tuple[float, float, int]:
        others = sum(row[outcome] for place, row in enumerate(worths) if place != seat)
        return (-worths[seat][outcome], -others, outcome)

    expected = min((outcome for outcome in range(len(allowed)) if allowed[outcome]), key=rank, default=-1)
    assert offers.pick_best(flat(worths), allowed, seat, len(allowed), len(worths)) == expected


@given(table=tables(), demand=WORTHS, nearness=st.lists(st.integers(0, 3).map(float), min_size=12, max_size=12))
def test_an_offer_gives_most_and_breaks_ties_by_nearness(
    table: tuple[list[list[float]], list[int], int], demand: float, nearness: list[float]
) -> None:
    """The offer is the first in the order of own worth that meets the demand, then distance, then place on the menu."""
    worths, allowed, seat = table
    enough = [outcome for outcome in range(len(allowed)) if allowed[outcome] and worths[seat][outcome] >= demand]
    expected = min(enough, key=lambda outcome: (worths[seat][outcome], nearness[outcome], outcome), default=-1)
    assert offers.least_offer(flat(worths), allowed, seat, demand, nearness, len(allowed)) == expected


@given(table=tables(), below=WORTHS)
def test_the_next_lower_worth_is_strictly_lower(table: tuple[list[list[float]], list[int], int], below: float) -> None:
    """The next step down is the greatest allowed worth strictly below; with no limit it is the best; else -inf."""
    worths, allowed, seat = table
    own = [worth for worth, open_ in zip(worths[seat], allowed, strict=True) if open_]
    lower = max((worth for worth in own if worth < below), default=-math.inf)
    assert offers.next_lower(flat(worths), allowed, seat, len(allowed), below) == lower
    assert offers.best(flat(worths), allowed, seat, len(allowed)) == max(own, default=-math.inf)


MENU = [0.2, 0.6, 0.6, 0.9, 0.8, 0.3, 0.5, 0.1]
"""Worths of four packages to a first and to a second seat."""


@pytest.mark.parametrize(("demand", "expected"), [(0.1, 0.3), (0.5, 0.5), (0.9, 0.7)])
def test_a_hand_worked_demand(demand: float, expected: float) -> None:
    """With a reservation of .3 and a top of .7 a demand of .1 becomes .3 and one of .9 becomes .7."""
    assert offers.clamp_demand(demand, 0.3, 0.7) == expected
    assert offers.clamp_demand(demand, 0.3, 0.2) == 0.3


def test_a_hand_worked_menu() -> None:
    """Demands of .6 and .5 are met by the third package only; each seat's best is one that the other refuses."""
    assert [offers.meets_all(MENU, [0.6, 0.5], outcome, 4, 2) for outcome in range(4)] == [False, False, True, False]
    assert offers.pick_best(MENU, [1, 1, 1, 1], 0, 4, 2) == 3
    assert offers.pick_best(MENU, [1, 1, 1, 1], 1, 4, 2) == 0
    assert offers.pick_best(MENU, [1, 1, 1, 0], 0, 4, 2) == 2  # the tie goes to what the other likes more
    assert offers.pick_best([0.6, 0.6, 0.5, 0.3], [1, 1], 0, 2, 2) == 0


def test_a_hand_worked_offer() -> None:
    """A seat that demands .5 offers one of its packages worth .6: the nearer one, or of equally near ones the first."""
    assert offers.least_offer(MENU, [1, 1, 1, 1], 0, 0.5, [0.0, 2.0, 1.0, 0.0], 4) == 2
    assert offers.least_offer(MENU, [1, 1, 1, 1], 0, 0.5, [0.0, 1.0, 1.0, 0.0], 4) == 1
    assert offers.least_offer(MENU, [1, 0, 0, 1], 0, 0.5, [0.0, 1.0, 1.0, 0.0], 4) == 3
    assert offers.least_offer(MENU, [1, 1, 1, 1], 1, 0.6, [0.0, 1.0, 1.0, 0.0], 4) == 0
    assert offers.least_offer([0.6, 0.6], [1, 1], 0, 0.5, [1.0, 2.0], 2) == 0


def test_a_hand_worked_step_down() -> None:
    """Below .8 the second seat's next package is worth .5; where that one is not allowed, .3."""
    assert offers.next_lower(MENU, [1, 1, 1, 1], 1, 4, 0.8) == 0.5
    assert offers.next_lower(MENU, [1, 1, 0, 1], 1, 4, 0.8) == 0.3
    assert offers.best(MENU, [0, 1, 1, 1], 1, 4) == 0.5


def test_a_menu_without_anything_allowed_gives_nothing() -> None:
    """Where no package is allowed there is no pick, no offer and no worth."""
    assert offers.pick_best([1.0, 1.0], [0, 0], 0, 2, 1) == -1
    assert offers.least_offer([1.0, 1.0], [0, 0], 0, 0.0, [0.0, 0.0], 2) == -1
    assert offers.best([1.0, 1.0], [0, 0], 0, 2) == -math.inf


def test_a_hand_worked_distance() -> None:
    """Sizes 50 and 125 on a span of 150, scopes .5 and .25 on a span of 1, and different words: 1/2 + 1/4 + 1."""
    assert offers.distance([50.0, 0.5, 2.0], [125.0, 0.25, 3.0], [150.0, 1.0, 0.0], 3) == 1.75


def test_issues_without_a_span_count_only_when_they_differ() -> None:
    """An issue without span counts nothing where both packages agree on it."""
    assert offers.distance([2.0], [2.0], [0.0], 1) == 0.0


PACKAGES = st.lists(st.floats(-10.0, 10.0), min_size=3, max_size=3)


@given(a=PACKAGES, b=PACKAGES, c=PACKAGES, spans=st.lists(st.sampled_from([0.0, 1.0, 20.0]), min_size=3, max_size=3))
def test_distance_is_a_distance(a: list[float], b: list[float], c: list[float], spans: list[float]) -> None:
    """It is 0 from a package to itself, the same both ways, and no detour is shorter."""

    def between(x: list[float], y: list[float]) -> float:
        return offers.distance(x, y, spans, 3)

    assert between(a, a) == 0.0
    assert between(a, b) == between(b, a)
    assert between(a, c) <= between(a, b) + between(b, c) + 1e-9


@pytest.mark.parametrize(("impatience", "days", "expected"), [(0.5, 0, 0.0), (0.1, 5, 1 - math.exp(-0.5))])
def test_hand_worked_walkouts(impatience: float, days: int, expected: float) -> None:
    """Nobody walks out before a barren day; five at .1 each give 1 - e^-.5."""
    assert offers.walkout_chance(impatience, days) == pytest.approx(expected, abs=1e-15)


@given(impatience=st.floats(0.0, 5.0), days=st.integers(0, 100))
def test_patience_only_wears_thin(impatience: float, days: int) -> None:
    """The chance of a walkout is a probability that never falls with further barren days."""
    today = offers.walkout_chance(impatience, days)
    assert 0.0 <= today <= offers.walkout_chance(impatience, days + 1) <= 1.0
