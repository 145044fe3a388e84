"""MiCRO: one rung down one's own ladder for each new offer of the other's.

The ladder holds the worths of the feasible packages, the best at its top. The party takes the next rung down
only while it has made no more distinct offers than it has received and the rung is no worse than its
reservation; otherwise it repeats what it demanded. It needs no clock and no guess at the other's interests.

Source: de Jonge, D. (2022), "An analysis of the linear bilateral ANAC domains using the MiCRO benchmark
strategy", Proceedings of the Thirty-First International Joint Conference on Artificial Intelligence, 223-229.
There a rung is one package and a repeated offer is drawn from those made; here packages of equal worth share one.
"""

from collections.abc import Sequence

from sim.strategies.situation import Situation, StrategyParameter

PARAMETERS: tuple[StrategyParameter, ...] = ()
REMEMBERS = True


def demand(situation: Situation, parameters: Sequence[float]) -> float:
    """The worth demanded now."""
    if situation.offers_made <= situation.offers_received and situation.next_lower >= situation.reservation:
        return situation.next_lower
    return situation.demanded
