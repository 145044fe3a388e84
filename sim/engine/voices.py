"""People in seats: what the engine asks of them, and what it takes from their answers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sim.engine.table import Table


class Asked(StrEnum):
    """What people are asked for; the answer is always a choice of packages."""

    ROUND = "round"
    """Under `menu` the packages that each stands behind, under `alternating` the one that the proposer offers."""
    ANSWER = "answer"
    """The package that was put, where the party says yes to it."""
    BRIDGE = "bridge"
    """The package that a mediator proposes."""
    RENEWAL = "renewal"
    """The rows of the renewal's space to which the party says yes."""


@dataclass(frozen=True, slots=True)
class Question:
    """What people are asked at one moment of a day at a table."""

    table: "Table"
    asks: Asked
    of: tuple[int, ...]
    """Ordinals of the parties who are asked; of the mediator, where a bridging proposal is asked for."""
    packages: tuple[int, ...] = ()
    """What is to be answered: outcomes of the table's space, or rows of the renewal's."""
    by: str = ""
    """Who put the package that is to be answered."""


class Voices(Protocol):
    """People who speak for parties and mediators. Whoever they do not speak for, the engine plays.

    A person may say yes below the party's reservation. A package that fails the party's own acceptance
    preconditions stays barred until they are dropped; while the engine waits for an answer, `Standing.dropped` may
    be changed. Preconditions of a party in people's hands do not fade, and it does not walk out by chance.
    """

    def speaks_for(self, party: int) -> bool:
        """Whether a person speaks for a party now."""

    def mediates(self, mediator: int) -> bool:
        """Whether a person speaks for a mediator now."""

    def ask(self, question: Question) -> Mapping[int, Collection[int]]:
        """Wait for the answers: packages by ordinal of whoever was asked. Whoever is left out, the engine plays."""

    def walks_out(self, table: "Table", party: int) -> bool:
        """Whether the person who speaks for a party leaves the talks today."""
