"""Relative tit for tat: give up the share of one's own claim that the other last gave up of its.

What the other withholds from the party is top - received, and the party's own claim is what it demanded above
its reservation r. If the last offer left a share s = (top - last)/(top - before) of what was withheld before,
the party keeps the same share of its claim: it demands r + s·(demanded - r). It never moves first, so two that
play it stand still; a retreat is answered with a retreat.

Source: Faratin, P., Sierra, C. and Jennings, N. R. (1998), "Negotiation decision functions for autonomous
agents", Robotics and Autonomous Systems 24(3-4), 159-182: relative tit for tat, answering the
last move. There the ratio of two offers multiplies one's own last offer, issue by issue; here it is taken of what is
withheld, in worth, so that it does not hinge on where worth is zero.
"""

from collections.abc import Sequence

from sim.strategies.situation import Situation, StrategyParameter

PARAMETERS: tuple[StrategyParameter, ...] = ()
REMEMBERS = True


def demand(situation: Situation, parameters: Sequence[float]) -> float:
    """The worth demanded now."""
    withheld_before = situation.top - situation.received_before
    if withheld_before <= 0.0:
        return situation.demanded
    kept = (situation.top - situation.received_last) / withheld_before
    return situation.reservation + kept * (situation.demanded - situation.reservation)
