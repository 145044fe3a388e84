"""Strategies of time against the formulas of their papers, worked out independently in decimal arithmetic."""

import math
from decimal import Decimal, getcontext

import pytest

from sim.strategies.shelf import find
from sim.strategies.situation import opening

RESERVATION, TOP = 0.25, 0.875
ROUNDS = 30
TIMES = [(index + 1) / ROUNDS for index in range(ROUNDS)]

getcontext().prec = 40


def demand(name: str, time: float, *parameters: float, weariness: float = 0.5, tolerance: float = 0.5) -> float:
    """What a strategy demands between a quarter and seven eighths."""
    return find(name).demand(opening(time, RESERVATION, TOP, weariness, tolerance), parameters)


def between(held: Decimal | float) -> float:
    """The worth at which a share of what lies above the reservation is still held."""
    return float(Decimal(RESERVATION) + (Decimal(TOP) - Decimal(RESERVATION)) * Decimal(held))


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize(
    ("name", "beta"), [("boulware", 0.25), ("boulware", 0.2), ("conceder", 4.0), ("conceder", 5.0)]
)
def test_polynomial_tactics_are_faratins(name: str, beta: float, time: float) -> None:
    """Boulware and conceder give up t^(1/β) of the way, Faratin's polynomial tactic with k = 0."""
    given_up = Decimal(time) ** (1 / Decimal(beta))
    assert demand(name, time, 1.0 / beta) == pytest.approx(between(1 - given_up), abs=1e-12)


@pytest.mark.parametrize("time", TIMES)
def test_linear_is_faratins(time: float) -> None:
    """Linear gives up t of the way, Faratin's polynomial tactic with β = 1 and k = 0."""
    assert demand("linear", time) == pytest.approx(between(1 - Decimal(time)), abs=1e-12)


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("exponent", [0.125, 0.725, 4.0])
def test_exponential_has_the_negmas_form(exponent: float, time: float) -> None:
    """Exponential holds (exp((1 - t)^e) - 1)/(e - 1) of the way, as NegMAS has it."""
    left = 1 - Decimal(time)
    power = left ** Decimal(exponent) if left else Decimal(0)
    held = (power.exp() - 1) / (Decimal(1).exp() - 1)
    assert demand("exponential", time, exponent) == pytest.approx(between(held), abs=1e-12)


@pytest.mark.parametrize(
    ("name", "parameters", "held"),
    [
        ("boulware", (4.0,), 15 / 16),
        ("boulware", (1.0,), 1 / 2),
        ("linear", (), 1 / 2),
        ("conceder", (0.25,), 1 - 1 / math.sqrt(math.sqrt(2))),
        ("hardliner", (), 1.0),
        ("exponential", (1.0,), (math.sqrt(math.e) - 1) / (math.e - 1)),
        ("weariness_driven", (2.0, 0.0), 3 / 4),
    ],
)
def test_what_is_still_held_at_half_time(name: str, parameters: tuple[float, ...], held: float) -> None:
    """At half time each strategy holds the share that its formula gives by hand."""
    assert demand(name, 0.5, *parameters) == pytest.approx(between(held), abs=1e-12)


def test_the_shelf_is_ordered_by_firmness() -> None:
    """Before the end, a hardliner demands most, then boulware, linear and conceder."""
    for time in TIMES[:-1]:
        hard, boulware = demand("hardliner", time), demand("boulware", time, 4.0)
        linear, conceder = demand("linear", time), demand("conceder", time, 0.25)
        assert hard > boulware > linear > conceder


def test_hardliner_is_the_limit_of_boulware() -> None:
    """As the exponent grows, boulware demands what the hardliner demands."""
    for time in TIMES:
        assert demand("boulware", time, 1e6) == pytest.approx(demand("hardliner", time), abs=1e-12)


def test_hardliner_gives_way_on_the_last_round_only() -> None:
    """A hardliner demands the top on every round but the last, and its reservation there."""
    assert [demand("hardliner", time) for time in TIMES] == [TOP] * (ROUNDS - 1) + [RESERVATION]
    assert demand("hardliner", 9_999 / 10_000) == TOP


def test_weariness_at_tolerance_leaves_the_exponent_as_given() -> None:
    """A party whose weariness equals its tolerance concedes as boulware with the same exponent."""
    for time in TIMES:
        assert demand("weariness_driven", time, 3.0, 5.0) == demand("boulware", time, 3.0)


@pytest.mark.parametrize(
    ("weariness", "exponent"), [(0.5 + math.log(4) / 4, 0.5), (0.5, 2.0), (0.5 - math.log(2) / 4, 4.0)]
)
def test_hurting_divides_the_exponent(weariness: float, exponent: float) -> None:
    """With sensitivity 4, hurting by ln 4 / 4 quarters the exponent, and ease of ln 2 / 4 doubles it."""
    for time in TIMES:
        expected = between(1 - Decimal(time) ** Decimal(exponent))
        assert demand("weariness_driven", time, 2.0, 4.0, weariness=weariness) == pytest.approx(expected, abs=1e-12)


def test_the_more_the_war_hurts_the_less_is_demanded() -> None:
    """All else equal, a weariness-driven party demands less the more weary it is."""
    demands = [demand("weariness_driven", 0.4, 2.0, 4.0, weariness=level / 10) for level in range(11)]
    assert demands == sorted(demands, reverse=True)
    assert len(set(demands)) == len(demands)


@pytest.mark.parametrize("name", ["boulware", "linear", "conceder", "hardliner", "exponential", "weariness_driven"])
def test_without_room_the_reservation_is_demanded(name: str) -> None:
    """Where nothing feasible is worth the reservation, the reservation is demanded on every round."""
    strategy = find(name)
    parameters = [parameter.middle for parameter in strategy.parameters]
    for time in TIMES:
        assert strategy.demand(opening(time, 0.5, 0.2, 0.5, 0.5), parameters) == 0.5
