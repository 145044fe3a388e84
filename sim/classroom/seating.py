"""Runs of a case in which given strategies, such as confined ones, play in place of those that the file names."""

from collections.abc import Mapping

from sim.engine.model import NegotiationModel
from sim.engine.record import RunRecord
from sim.scenario.case import Case
from sim.strategies.module import StrategyModule


def play(case: Case, seed: int, replication: int, seated: Mapping[str, StrategyModule]) -> RunRecord:
    """Run one replication with other strategies in some parties' seats, at every table; their parameters at the middle.

    Args:
        case: the compiled scenario.
        seed: of every draw, 0 or more.
        replication: which of the batch with that seed.
        seated: strategies, by the party that plays them.

    Raises:
        StrategyFailed: one of them raised something, or returned no finite number.
    """
    model = NegotiationModel(case, seed, replication, logs=False, collects=False)
    for table in model.tables:
        for seat in table.seats:
            strategy = seated.get(seat.party.name)
            if strategy is not None:
                seat.strategy = strategy
                seat.parameters = [float(parameter.middle) for parameter in strategy.parameters]
    return model.run().record()
