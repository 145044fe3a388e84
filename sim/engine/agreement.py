"""What parties agree on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agreement:
    """What all parties said yes to, and how they came to it."""

    outcome: int
    via: str
    inducements: tuple[float, ...]
    """[seat]: worth promised by the mediator."""
