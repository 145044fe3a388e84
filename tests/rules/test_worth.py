import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import strength, worth

LEVELS = st.floats(0.0, 1.0)
SIGNED = st.floats(-1.0, 1.0)
GAINS = st.floats(0.0, 2.0)


def base_worth(weights: list[float], scores: list[float], n: int) -> float:
    """The base worth, with the weights added up."""
    return worth.base_worth(weights, scores, sum(abs(weight) for weight in weights), n)


def test_a_hand_worked_base_worth() -> None:
    """Weights 2, -1, 1 and scores .5, 1, .25 give (1 - 1 + .25) / 4 = .0625."""
    assert base_worth([2.0, -1.0, 1.0], [0.5, 1.0, 0.25], 3) == 0.0625


def test_care_is_added_and_not_passed_on() -> None:
    """From own base worths of .2, .4 and -.1, with .5 of the second's and 2 of the third's, the first's is .2."""
    assert worth.caring_worth(worth.caring_worth(0.2, 0.5, 0.4), 2.0, -0.1) == pytest.approx(0.2, abs=1e-15)


def test_no_deal_and_no_interests_are_worth_nothing() -> None:
    """A proposal that holds nothing is worth 0, and so is any proposal to a party without interests."""
    assert base_worth([2.0, -1.0], [0.0, 0.0], 2) == 0.0
    assert base_worth([0.0, 0.0], [1.0, 1.0], 2) == 0.0
    assert base_worth([], [], 0) == 0.0


@given(pairs=st.lists(st.tuples(st.floats(-10.0, 10.0), SIGNED), max_size=8), scale=st.floats(0.125, 8.0))
def test_base_worth_does_not_depend_on_the_unit_of_weights(pairs: list[tuple[float, float]], scale: float) -> None:
    """Only the ratios of the weights matter, and the worth lies between -1 and 1."""
    weights, scores = [weight for weight, _ in pairs], [score for _, score in pairs]
    value = base_worth(weights, scores, len(pairs))
    assert -1.0 - 1e-12 <= value <= 1.0 + 1e-12
    if all(weight == 0.0 or abs(weight) > 1e-100 for weight in weights):
        scaled = base_worth([scale * weight for weight in weights], scores, len(pairs))
        assert scaled == pytest.approx(value, abs=1e-12)


def test_a_hand_worked_promise() -> None:
    """Weight 2, score .8, half from this giver, a quarter guaranteed, weights of 4 in all: .8 * .75 / 4 = .15."""
    assert worth.promised_worth(2.0, 0.8, 0.5, 0.25, 4.0) == pytest.approx(0.15, abs=1e-15)
    assert worth.promised_worth(0.0, 0.8, 1.0, 0.25, 0.0) == 0.0


def test_a_guaranteed_promise_needs_no_trust() -> None:
    """What is fully guaranteed does not rest on the giver."""
    assert worth.promised_worth(2.0, 0.8, 1.0, 1.0, 4.0) == 0.0


@given(doubt=GAINS, trust=LEVELS, more=LEVELS, promised=SIGNED)
def test_trust_takes_doubt_away(doubt: float, trust: float, more: float, promised: float) -> None:
    """Doubt is never negative, falls with trust, is gone at full trust, and leaves the unwanted alone."""
    low, high = sorted((trust, more))
    assert worth.doubt(doubt, low, promised) >= worth.doubt(doubt, high, promised) >= 0.0
    assert worth.doubt(doubt, 1.0, promised) == 0.0
    assert promised > 0.0 or worth.doubt(doubt, trust, promised) == 0.0


def test_a_hand_worked_doubt() -> None:
    """A doubt of .8 at a trust of .2 takes .8 * .8 * .5 = .32 off a promise worth .5."""
    assert worth.doubt(0.8, 0.2, 0.5) == pytest.approx(0.32, abs=1e-15)


def shift_of_power(own: float, other: float, own_gain: float, other_gain: float) -> float:
    """The shift of power, seen from today's chance to prevail."""
    return worth.shift_of_power(strength.prevail(own, other), own, other, own_gain, other_gain)


def test_a_hand_worked_fear_of_rearming() -> None:
    """Thirty days of full calm at .01 a day against a side that gains nothing: 1/2 - 1/(1 + e^.3), times 10 * .8."""
    gain = worth.rearming_gain(30.0, 1.0, 0.01)
    shift = shift_of_power(0.7, 0.7, 0.0, gain)
    assert gain == pytest.approx(0.3, abs=1e-15)
    assert shift == pytest.approx(0.5 - 1.0 / (1.0 + math.exp(0.3)), abs=1e-15)
    assert worth.fear_of_rearming(10.0, shift, 0.2) == pytest.approx(8.0 * shift, abs=1e-15)


@given(own=SIGNED, other=SIGNED, own_gain=GAINS, other_gain=GAINS, more=GAINS)
def test_only_the_others_gain_is_feared(
    own: float, other: float, own_gain: float, other_gain: float, more: float
) -> None:
    """A shift of power lies in [0, 1], grows with the other's gain, and is 0 where one's own gain is greater."""
    shift = shift_of_power(own, other, own_gain, other_gain)
    assert 0.0 <= shift <= shift_of_power(own, other, own_gain, other_gain + more) + 1e-15
    assert shift <= 1.0
    assert own_gain < other_gain + 1e-9 or shift == 0.0


@given(own=SIGNED, other=SIGNED, gain=GAINS, cap=LEVELS)
def test_equal_caps_calm_the_side_that_is_afraid(own: float, other: float, gain: float, cap: float) -> None:
    """Where the other would gain more, the same watched cap on both never adds to the fear."""
    free = shift_of_power(own, other, gain / 2, gain)
    assert shift_of_power(own, other, gain / 2 * (1 - cap), gain * (1 - cap)) <= free + 1e-15


def test_a_longer_truce_is_feared_more() -> None:
    """At one speed the fear grows with the days and with the scope of a truce."""
    shifts = [shift_of_power(0.0, 0.0, 0.0, worth.rearming_gain(days, 1.0, 0.002)) for days in (7.0, 14.0, 30.0)]
    assert 0.0 < shifts[0] < shifts[1] < shifts[2]
    assert worth.rearming_gain(30.0, 0.5, 0.002) == worth.rearming_gain(15.0, 1.0, 0.002)


def test_worth_today_is_what_is_left() -> None:
    """From .6, doubt of .1, fear of .2 and an audience cost of .5 * .3 leave .15."""
    cost = worth.audience_cost(0.5, 0.3)
    assert cost == 0.15
    assert worth.worth_today(0.6, 0.1, 0.2, cost) == pytest.approx(0.15, abs=1e-15)


def test_a_hand_worked_reservation() -> None:
    """From a margin of .2, weariness gained of .3 at an urgency of .5 and pressure of .1 leave -.05: below no deal."""
    assert worth.reservation(0.2, 0.5, 0.7, 0.4, 0.1) == pytest.approx(-0.05, abs=1e-15)


@given(margin=SIGNED, urgency=GAINS, start=LEVELS, less=LEVELS, more=LEVELS)
def test_weariness_lowers_the_reservation(
    margin: float, urgency: float, start: float, less: float, more: float
) -> None:
    """The wearier a party, the less it asks for; at its weariness at the start it asks for its margin."""
    less, more = sorted((less, more))
    assert worth.reservation(margin, urgency, more, start, 0.0) <= worth.reservation(margin, urgency, less, start, 0.0)
    assert worth.reservation(margin, urgency, start, start, 0.0) == margin
