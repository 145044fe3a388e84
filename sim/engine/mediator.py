"""A mediator, as a Mesa agent: it convenes, estimates what the parties want, bridges, and promises."""

from typing import TYPE_CHECKING

import mesa

from sim.rules import mediation
from sim.scenario.case import NOWHERE, MediatorCase, MediatorNumbers, Space
from sim.terms import Purpose, Style

if TYPE_CHECKING:
    from sim.engine.model import NegotiationModel
    from sim.engine.seat import Seat

FACILITATOR_ERROR = 0.5
"""A facilitator carries the parties' own words: its estimates err half as much."""


class Mediator(mesa.Agent):  # type: ignore[misc]  # Mesa ships no type hints for subclassing
    """A third side that holds no captives."""

    model: "NegotiationModel"

    def __init__(self, model: "NegotiationModel", ordinal: int, case: MediatorCase, numbers: MediatorNumbers) -> None:
        super().__init__(model)
        self.ordinal = ordinal
        self.name = case.name
        self.label = case.label
        self.case = case
        self.numbers = numbers
        self.leverage = numbers.leverage

    @property
    def manipulates(self) -> bool:
        """Whether it promises and presses."""
        return self.case.style is Style.MANIPULATION

    def convenes(self, track: int) -> float:
        """Daily chance that it brings ripe parties to a table."""
        return self.model.drawn[self.case.convene[track]]

    def access(self, party: int) -> float:
        """How far a party lets it in, [0, 1]."""
        return self.model.drawn[self.case.access[party]]

    def pressure_on(self, party: int) -> float:
        """How far its presence lowers the reservation of a party."""
        return self.model.drawn[self.case.pressure[party]] if self.manipulates else 0.0

    def bias_for(self, party: int) -> float:
        """How far it leans towards a party, [-1, 1]; a facilitator does not steer."""
        return 0.0 if self.case.style is Style.FACILITATION else self.model.drawn[self.case.bias[party]]

    def estimate(self, seat: "Seat", space: Space) -> list[float]:
        """What it believes each package is worth to a seat: the seat's weights, read with an error."""
        noise = self.numbers.noise
        if self.case.style is Style.FACILITATION:
            noise *= FACILITATOR_ERROR
        guessed = []
        for feature, index in enumerate(space.weights[seat.index]):
            weight = 0.0 if index == NOWHERE else self.model.drawn[index]
            u = self.model.draw(
                Purpose.ESTIMATE,
                track=seat.table.ordinal,
                actor=self.ordinal,
                other=seat.party.ordinal,
                index=feature,
            )
            guessed.append(mediation.estimate(weight, noise, u))
        return seat.base_worths(space, guessed)

    def can_promise(self, needs: list[float]) -> bool:
        """Whether it could make up what every party lacks."""
        return self.manipulates and mediation.affordable(needs, self.numbers.inducement_cap, self.leverage, len(needs))
