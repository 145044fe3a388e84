"""What a deal obliges its givers to: by step, over all its tranches, and tranche by tranche."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.rules import captives
from sim.scenario.case import StepCase, Transfer


@dataclass(slots=True)
class Deposit:
    """What a third side keeps of an obligation."""

    amount: float = 0.0
    due: float = 0.0
    declined: float = 0.0
    met: float = 0.0
    """Share of what was agreed that counts as met once it is passed on."""
    missing: float = 0.0
    """Share of what was agreed that did not come."""


@dataclass(slots=True)
class Obligation:
    """One transfer of a deal over all its tranches: agreed and delivered, kept apart."""

    transfer: Transfer
    step: StepCase
    name: str
    terms: Sequence[float]
    """Values of the issues that it was agreed with."""
    amount: float
    """Agreed in all; of a standing count, what has fallen due so far."""
    now: float = 0.0
    """What a standing count comes to today."""
    delivered: float = 0.0
    declined: float = 0.0
    """Captives who did not want to go."""
    deposit: Deposit = field(default_factory=Deposit)

    @property
    def met(self) -> float:
        """How much of it counts as met: what was delivered, and who declined before somebody who verifies it."""
        return self.delivered + (self.declined if self.step.verified_by else 0.0)


@dataclass(slots=True)
class Due:
    """One tranche of one step."""

    step: StepCase
    place: int
    """Where it stands among the steps of the deal and its renewals: part of the key of its draws."""
    tranche: int
    day: int
    obligations: list[Obligation]
    key: str
    """Of its step, among those of the deal and its renewals."""
    waits_for: tuple[str, ...]
    """Keys of the steps that must be done before."""
    passes_after: tuple[str, ...]
    """Keys of the steps that must be done, or in escrow too, for it to be passed on."""
    deposited: bool = False
    """Whether a third side keeps it."""
    withheld: bool = False
    faulted: list[int] = field(default_factory=list)
    """Parties whose default of this tranche has already cost them trust."""

    def amount(self, obligation: Obligation) -> float:
        """How much of an obligation this tranche is."""
        if self.step.standing:
            return obligation.now
        return captives.instalment(obligation.amount, self.tranche, len(self.step.tranches))

    def share(self, obligation: Obligation, part: float) -> float:
        """A part of an obligation as a share of what was agreed: of a standing count, the same every tranche."""
        if self.step.standing:
            return part / (obligation.now * len(self.step.tranches))
        return part / obligation.amount
