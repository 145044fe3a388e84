"""Strategies that answer offers, on talks short enough to work out by hand."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from sim.strategies.shelf import find
from sim.strategies.situation import Situation, opening

tit_for_tat = find("tit_for_tat").demand
averaged = find("averaged_tit_for_tat").demand
micro = find("micro").demand


def answer(before: float, last: float, *, demanded: float = 0.9, reservation: float = 0.2) -> Situation:
    """A party with a best of 1 that demanded something and has heard two offers."""
    return replace(
        opening(0.5, reservation, 1.0, 0.5, 0.5),
        rounds_spoken=2.0,
        demanded=demanded,
        offers_made=2.0,
        offers_received=2.0,
        received_last=last,
        received_before=before,
        received_first=before,
        received_window=before,
        window_length=1.0,
    )


@pytest.mark.parametrize(
    ("before", "last", "demanded"),
    [
        (0.2, 0.4, 0.725),  # withheld .8, then .6: three quarters of a claim of .7 above .2
        (0.2, 0.6, 0.55),  # half
        (0.2, 0.2, 0.9),  # nothing given up, nothing given back
        (0.2, 1.0, 0.2),  # all given up
        (0.4, 0.2, 0.2 + 0.7 * 4 / 3),  # a retreat by a third
        (1.0, 0.4, 0.9),  # nothing was withheld: no share to speak of
    ],
)
def test_tit_for_tat_mirrors_the_share_given_up(before: float, last: float, demanded: float) -> None:
    """Tit for tat keeps the share of its claim that the other kept of what it withholds."""
    assert tit_for_tat(answer(before, last), ()) == pytest.approx(demanded, abs=1e-12)


def test_tit_for_tat_answers_the_last_move_only() -> None:
    """Tit for tat answers the last move alone, whatever the other did before it."""
    earlier = replace(answer(0.2, 0.4), received_first=-0.5, received_window=0.1, window_length=4.0)
    assert tit_for_tat(earlier, ()) == tit_for_tat(answer(0.2, 0.4), ())


def test_tit_for_tat_keeps_step_over_many_offers() -> None:
    """Over any row of offers, tit for tat gives up the share of its claim that the other gave up in all."""
    heard = [0.1, 0.15, 0.15, 0.3, 0.28, 0.55]
    demanded = 1.0
    for before, last in pairwise(heard):
        demanded = tit_for_tat(answer(before, last, demanded=demanded), ())
    assert (demanded - 0.2) / (1.0 - 0.2) == pytest.approx((1.0 - 0.55) / (1.0 - 0.1), abs=1e-12)


def test_two_that_play_tit_for_tat_stand_still() -> None:
    """Two parties that only answer concessions never make the first."""
    first = second = 1.0
    for _ in range(10):
        first = tit_for_tat(answer(0.0, 0.0, demanded=first), ())
        second = tit_for_tat(answer(0.0, 0.0, demanded=second), ())
    assert (first, second) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("window", "last", "demanded"),
    [
        (0.2, 0.95, 0.2 + 0.7 / 2),  # a sixteenth kept over four moves: half a move
        (0.2, 0.6, 0.2 + 0.7 / math.sqrt(math.sqrt(2))),
        (0.2, 0.2, 0.9),
        (0.2, 1.0, 0.2),  # all given up
        (0.95, 0.2, 0.2 + 0.7 * 2),  # a retreat to sixteen times what was withheld
        (1.0, 0.4, 0.9),  # nothing was withheld: no share to speak of
    ],
)
def test_averaged_tit_for_tat_answers_the_mean_share(window: float, last: float, demanded: float) -> None:
    """Averaged tit for tat keeps the geometric mean of the shares that the other kept over four moves."""
    situation = replace(answer(0.33, last), received_window=window, window_length=4.0)
    assert averaged(situation, ()) == pytest.approx(demanded, abs=1e-12)


@pytest.mark.parametrize("silence", [0, 1, 5])
def test_averaged_tit_for_tat_spreads_one_concession(silence: int) -> None:
    """One concession, early or late, is answered in four equal parts and in full by the end."""
    heard = [0.2] * (1 + silence) + [0.6] * 6
    claims = [1.0]
    for index in range(len(heard)):
        window = heard[max(0, index - 4)]
        situation = replace(answer(0.33, heard[index], demanded=claims[-1], reservation=0.0), received_window=window)
        claims.append(averaged(situation, ()))
    parts = [0.5 ** (part / 4) for part in (1, 2, 3)]
    assert claims == pytest.approx([1.0] * (2 + silence) + [*parts, 0.5, 0.5, 0.5], abs=1e-12)


class Ladder:
    """One side of two-party talks that plays MiCRO over a list of packages (rules of the paper, by hand)."""

    def __init__(self, worths: list[float], reservation: float = 0.0) -> None:
        self.worths = worths
        self.reservation = reservation
        self.demanded: float | None = None
        self.made: list[int] = []
        self.received: list[int] = []

    def demand(self) -> float:
        """What MiCRO demands now."""
        top = max(self.worths)
        first = opening(0.5, self.reservation, top, 0.5, 0.5)
        if self.demanded is None:
            situation = first
        else:
            lower = [worth for worth in self.worths if worth < self.demanded]
            situation = replace(
                first, demanded=self.demanded, next_lower=max(lower, default=self.demanded), rounds_spoken=1.0
            )
        return micro(
            replace(
                situation,
                offers_made=float(len(set(self.made))),
                offers_received=float(len(set(self.received))),
            ),
            (),
        )

    def offer(self) -> int:
        """Speak: put the package of least own worth that meets the demand."""
        self.demanded = self.demand()
        _, package = min((worth, i) for i, worth in enumerate(self.worths) if worth >= self.demanded)
        self.made.append(package)
        return package

    def accepts(self, package: int) -> bool:
        """Hear an offer and answer it."""
        self.received.append(package)
        return self.worths[package] >= self.demand()


def talk(first: Ladder, second: Ladder, rounds: int) -> tuple[int, int]:
    """Alternating offers: the round of agreement and the package, or -1 and -1."""
    for number in range(rounds):
        speaker, listener = (first, second) if number % 2 == 0 else (second, first)
        package = speaker.offer()
        if listener.accepts(package):
            return number + 1, package
    return -1, -1


def test_two_micros_meet_on_a_small_ladder() -> None:
    """On five packages two MiCROs put 0, 4, 1, 3 and agree on 2 in the fifth round, the Nash point here."""
    first, second = Ladder([1.0, 0.8, 0.6, 0.4, 0.2]), Ladder([0.1, 0.5, 0.7, 0.9, 1.0])
    assert talk(first, second, 20) == (5, 2)
    assert (first.made, second.made) == ([0, 1, 2], [4, 3])


def test_micro_concedes_once_to_one_who_repeats_itself() -> None:
    """Against one that always puts the same package, MiCRO takes one step down and no more."""
    first = Ladder([1.0, 0.8, 0.6, 0.4, 0.2])
    offers = []
    for _ in range(6):
        offers.append(first.offer())
        assert not first.accepts(4)
    assert offers == [0, 1, 1, 1, 1, 1]


def test_micro_stops_above_its_reservation() -> None:
    """MiCRO never steps on a rung below its reservation, however much the other concedes."""
    first = Ladder([1.0, 0.8, 0.6, 0.4, 0.2], reservation=0.7)
    offers = []
    for package in (4, 3, 2, 4, 3):
        offers.append(first.offer())
        assert not first.accepts(package)
    assert offers == [0, 1, 1, 1, 1]


def test_micro_takes_a_rung_that_equals_its_reservation() -> None:
    """A rung worth the reservation exactly is acceptable, and so is taken."""
    first = Ladder([1.0, 0.75, 0.5], reservation=0.75)
    first.offer()
    first.accepts(2)
    assert first.demand() == 0.75


def test_micro_shares_a_rung_among_packages_of_equal_worth() -> None:
    """Packages of equal worth are one rung: the next demand is strictly lower."""
    first = Ladder([1.0, 1.0, 0.5])
    first.offer()
    first.accepts(2)
    assert first.demand() == 0.5
