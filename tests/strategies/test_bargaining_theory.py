"""Where the rules of offers and mediation must meet the theory of bargaining: Zeuthen, Nash, Rubinstein."""

import math
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from sim.rules.mediation import surplus_product
from sim.rules.offers import best, least_offer, next_lower


def zeuthen(worths: list[list[float]]) -> int:
    """The package on which two parties agree who concede by Zeuthen's rule; no deal is worth 0.

    Each begins with its best package. Who would lose the smaller share of its worth by giving in to the other
    concedes, rung by rung of its own ladder, just far enough that the other would now lose the smaller share.
    """
    packages = len(worths[0])
    flat, allowed, apart = [*worths[0], *worths[1]], [1] * packages, [0.0] * packages

    def put(seat: int, demand: float) -> int:
        return least_offer(flat, allowed, seat, demand, apart, packages)

    def risk(seat: int, own: int, other: int) -> float:
        return (worths[seat][own] - worths[seat][other]) / worths[seat][own]

    offers = [put(seat, best(flat, allowed, seat, packages)) for seat in (0, 1)]
    while all(risk(seat, offers[seat], offers[1 - seat]) > 0.0 for seat in (0, 1)):
        risks = [risk(seat, offers[seat], offers[1 - seat]) for seat in (0, 1)]
        seat = 0 if risks[0] <= risks[1] else 1
        offer, other = offers[seat], offers[1 - seat]
        while 0.0 < risk(seat, offer, other) <= risk(1 - seat, other, offer):
            offer = put(seat, next_lower(flat, allowed, seat, packages, worths[seat][offer]))
        offers[seat] = offer
    giving_in = 0 if risk(0, offers[0], offers[1]) <= 0.0 else 1
    return offers[1 - giving_in]


@some.composite
def frontiers(draw: some.DrawFn) -> list[list[float]]:
    """A Pareto frontier: the more a package is worth to one, the less to the other, and all beat no deal."""
    size = draw(some.integers(2, 12))
    rungs = some.lists(some.integers(1, 1000), min_size=size, max_size=size, unique=True)
    return [sorted(map(float, draw(rungs))), sorted(map(float, draw(rungs)), reverse=True)]


@given(worths=frontiers())
@example(worths=[[1.0, 2.0, 3.0, 4.0], [10.0, 9.0, 7.0, 1.0]])  # products 10, 18, 21, 4
def test_zeuthens_concessions_reach_the_nash_product(worths: list[list[float]]) -> None:
    """Two parties that concede by Zeuthen's rule agree on a package of greatest Nash product (Harsanyi 1956)."""
    agreed = zeuthen(worths)
    products = [one * other for one, other in zip(*worths, strict=True)]
    assert products[agreed] == max(products)


def rubinstein(
    frontier: Callable[[float], float],
    inverse: Callable[[float], float],
    discounts: tuple[float, float],
    rounds: int,
) -> float:
    """What the first proposer gets when offers alternate, by backward induction from a last round.

    `frontier` gives the second's worth for the first's, `inverse` the other way round. A discount is what a
    party's worth keeps over one round. The last to propose takes all; whoever answers takes what it would get
    by waiting one round.
    """
    first_gets, second_gets = inverse(0.0), frontier(0.0)
    for _ in range(rounds):
        first_gets, second_gets = inverse(discounts[1] * second_gets), frontier(discounts[0] * first_gets)
    return first_gets


def split(own: float) -> float:
    """The frontier of a pie of 1."""
    return 1.0 - own


def curved(own: float) -> float:
    """A concave frontier: what the second gets where the first gets `own`."""
    return math.sqrt(1.0 - own)


def curved_back(other: float) -> float:
    """The same frontier seen from the second."""
    return 1.0 - other * other


@pytest.mark.parametrize(("first", "second"), [(0.9, 0.9), (0.5, 0.5), (0.9, 0.8), (0.3, 0.95)])
def test_backward_induction_gives_rubinsteins_share(first: float, second: float) -> None:
    """Alternating offers over a pie of 1 give the proposer (1 - δ₂)/(1 - δ₁δ₂); 0.5263 with both 0.9."""
    share = rubinstein(split, split, (first, second), 2000)
    assert share == pytest.approx((1.0 - second) / (1.0 - first * second), abs=1e-12)


def nash_point(frontier: Callable[[float], float], power: float) -> float:
    """What the first gets in the package that a bridging proposal picks, its bargaining power given in [0, 1]."""
    bias = 2.0 * power - 1.0
    shares = [index / 20_000 for index in range(1, 20_000)]
    return max(shares, key=lambda own: surplus_product([own, frontier(own)], [bias, -bias], 2))


@pytest.mark.parametrize(("first_rate", "second_rate"), [(1.0, 1.0), (1.0, 3.0), (2.0, 0.5)])
def test_rubinsteins_limit_is_the_bridging_proposal(first_rate: float, second_rate: float) -> None:
    """As rounds get short, alternating offers meet the Nash point with power r₂/(r₁ + r₂), a patient party's gain."""
    length = 1e-4
    discounts = (math.exp(-first_rate * length), math.exp(-second_rate * length))
    limit = rubinstein(split, split, discounts, 300_000)
    power = second_rate / (first_rate + second_rate)
    assert limit == pytest.approx(power, abs=2e-4)
    assert nash_point(split, power) == pytest.approx(limit, abs=2e-4)


def test_rubinsteins_limit_meets_nash_on_a_curved_frontier() -> None:
    """Where u₂² = 1 - u₁, equally patient parties meet at u₁ = 2/3, where u₁·u₂ is greatest."""
    discount = math.exp(-1e-4)
    limit = rubinstein(curved, curved_back, (discount, discount), 300_000)
    assert limit == pytest.approx(2.0 / 3.0, abs=1e-4)
    assert nash_point(curved, 0.5) == pytest.approx(2.0 / 3.0, abs=1e-4)


def test_without_bias_a_bridging_proposal_maximises_the_nash_product() -> None:
    """Unbiased, the product that a bridging proposal maximises is the product of the surpluses."""
    assert surplus_product([0.3, 0.5], [0.0, 0.0], 2) == pytest.approx(0.15, abs=1e-15)
