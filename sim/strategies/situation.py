"""What a strategy knows when it is asked what worth to demand, and how it declares its parameters."""

import math
from dataclasses import dataclass

WINDOW = 4
"""How many offers back `Situation.received_window` looks."""


@dataclass(slots=True, kw_only=True)
class Situation:
    """What one party sees of its talks at the moment at which it must name the worth that it demands.

    Numbers only, so that a compiled record can stand in for it. Worths are the party's own, as of today (no
    deal is worth 0), whatever an offer was worth on the day on which it was made.

    What was received includes the offer that is on the table now. Under `menu` an offer is all the packages that
    a party puts in a round: to another it is worth the best of them, and two such offers are the same if their
    authors' least package is. With several others at the table, each worth received is the least over them, since
    a deal needs all, and the offers received are those of the one who made the fewest. Before anything is
    received, every worth received equals the reservation.
    """

    time: float
    """Share of the rounds that has passed when this one ends, (0, 1]; exactly 1.0 on the last round."""
    reservation: float
    """Least worth acceptable; may be negative."""
    top: float
    """Best worth over the packages feasible today, before audience cost and preconditions."""
    weariness: float
    """The party's weariness, [0, 1]."""
    tolerance: float
    """Weariness from which the war hurts the party, [0, 1]."""
    rounds_spoken: float
    """Rounds of these talks in which it was its turn to offer, before now; 0.0 when it has not spoken yet.

    Answering an offer is not speaking.
    """
    demanded: float
    """The worth that it demanded when it last spoke in these talks; `top` when it has not spoken yet."""
    next_lower: float
    """Greatest worth of a feasible package strictly below `demanded`: the next rung down its own ladder.

    `demanded` itself where nothing lies below, and `top` when it has not spoken yet.
    """
    offers_made: float
    """Distinct offers that it has made in these talks."""
    offers_received: float
    """Distinct offers that it has received in these talks."""
    received_last: float
    """Worth of the last offer received."""
    received_before: float
    """Worth of the offer before the last; `received_last` where there is only one."""
    received_first: float
    """Worth of the first offer received."""
    received_window: float
    """Worth of the offer received `WINDOW` offers before the last, or of the first where there are fewer."""
    window_length: float
    """Offers between `received_window` and `received_last`: 0.0 with one or none, at most `WINDOW`."""


def opening(time: float, reservation: float, top: float, weariness: float, tolerance: float) -> Situation:
    """The situation of a party that has neither spoken nor heard anything in these talks.

    >>> opening(0.1, 0.2, 1.0, 0.4, 0.5).demanded
    1.0
    """
    return Situation(
        time=time,
        reservation=reservation,
        top=top,
        weariness=weariness,
        tolerance=tolerance,
        rounds_spoken=0.0,
        demanded=top,
        next_lower=top,
        offers_made=0.0,
        offers_received=0.0,
        received_last=reservation,
        received_before=reservation,
        received_first=reservation,
        received_window=reservation,
        window_length=0.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyParameter:
    """One number that a strategy can be tuned by, with the range that is assumed where a scenario gives none."""

    name: str
    low: float
    middle: float
    high: float
    reason: str
    """Why this range."""
    least: float = -math.inf
    """Smallest value that makes sense."""
    above: float = -math.inf
    """Bound that the value must exceed."""
    most: float = math.inf
    """Greatest value that makes sense."""

    @property
    def range_in_words(self) -> str:
        """The values that make sense.

        >>> StrategyParameter(name="n", low=1, middle=1, high=1, reason="", above=0, most=9).range_in_words
        'above 0 and at most 9'
        """
        bounds = (("at least", self.least), ("above", self.above), ("at most", self.most))
        return " and ".join(f"{word} {bound:g}" for word, bound in bounds if math.isfinite(bound)) or "any number"

    def admits(self, value: float) -> bool:
        """Whether a value makes sense.

        >>> exponent = StrategyParameter(name="exponent", low=3, middle=4, high=5, reason="steep", above=0)
        >>> exponent.admits(0.5), exponent.admits(0.0)
        (True, False)
        """
        return math.isfinite(value) and self.least <= value <= self.most and value > self.above
