"""The row that a run leaves: the same from every engine, one typed record per run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.engine import log

if TYPE_CHECKING:
    import pandas as pd  # it takes long to import, and only whoever looks at the days needs it

NEVER = -1
"""A day that never came."""
UNADDRESSED = -2
"""In place of an offer: nobody has spoken to the seat today."""


@dataclass(frozen=True, slots=True)
class DealRecord:
    """One deal, from its agreement to its end. Agreed and delivered are kept apart, always."""

    track: str
    number: int
    agreed_on: int
    began_on: int
    ended_on: int
    """NEVER where it was still open at the horizon."""
    ending: str
    package: Mapping[str, str]
    via: str
    renewals: int
    days_in_force: int
    agreed: Mapping[str, float]
    """By `step.giver.what`: persons or units agreed."""
    delivered: Mapping[str, float]
    """By `step.giver.what`: persons or units delivered."""
    violations: Mapping[str, int]
    """In fact committed, by party."""
    alleged: Mapping[str, int]
    """Alleged, by the party that keeps the ledger."""
    gestures: tuple[str, ...] = ()
    """Keys of `agreed` that are gestures of captives."""
    declined: Mapping[str, float] = field(default_factory=dict)
    """By `step.giver.what`: captives who did not want to go; only where a step asks them."""
    uncounted: tuple[str, ...] = ()
    """Keys of `agreed` that a row leaves out of its totals: steps outside the deal, and whatever is not captives."""

    @property
    def persons(self) -> tuple[int, int]:
        """Captives agreed and delivered, without what a row leaves out."""
        return round(_counted(self, self.agreed)), round(_counted(self, self.delivered))


@dataclass(frozen=True, slots=True)
class TalksRecord:
    """One set of talks, from its opening to its end, with what is needed to draw its utility space."""

    track: str
    number: int
    opened_on: int
    ended_on: int
    ending: str
    rounds: int
    offers: tuple[tuple[int, str, int], ...]
    """Round, party, outcome offered (under `menu`: the package of least own worth that it put)."""
    outcome: int
    """The outcome agreed, or NEVER."""
    parties: tuple[str, ...]
    worths: tuple[tuple[float, ...], ...]
    """[seat][outcome]: worth on the last day of talks."""
    reservations: tuple[float, ...]
    feasible: tuple[bool, ...]
    passes: tuple[bool, ...]
    """[outcome]: whether it met every acceptance precondition on the last day of talks."""


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """What became of one track."""

    track: str
    ending: str
    """Ending of its first deal; else of its last talks; else `in_talks` or `never_opened`."""
    first_opened: int
    first_agreed: int
    talks: int
    talks_endings: Mapping[str, int]
    deals: int
    deal_endings: Mapping[str, int]
    days_in_talks: int
    days_in_force: int
    days_blocked: int
    held_by: Mapping[str, int]
    """Entry preconditions (`party.name`): days on which each kept the talks from opening."""
    blocking: Mapping[str, tuple[int, int]]
    """Acceptance preconditions (`party.name`): days blocked, and days on which it alone would have unlocked."""
    unlocks: Mapping[tuple[str, ...], int]
    """Minimal sets (`party.name`, in file order): days on which each would have unlocked."""


@dataclass(frozen=True, slots=True)
class PartyRecord:
    """Where a party stood at the end."""

    party: str
    weariness: float
    strength: float
    released: int
    returned: int
    trust: Mapping[str, float]
    holds: Mapping[str, float]
    """By stock: captives and assets that it still holds."""
    violations: int
    alleged: int


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One replication of one case."""

    case: str
    digest: str
    seed: int
    replication: int
    horizon: int
    central: bool
    parameters: Mapping[str, float]
    """Drawn values by path (uncertain ones only)."""
    tracks: tuple[TrackRecord, ...]
    deals: tuple[DealRecord, ...]
    talks: tuple[TalksRecord, ...]
    parties: tuple[PartyRecord, ...]

    def row(self) -> dict[str, Any]:
        """The record as one flat row of a table: scalars by column name (see docs/reference/record.md)."""
        row: dict[str, Any] = {"replication": self.replication}
        for track in self.tracks:
            deals = [deal for deal in self.deals if deal.track == track.track]
            row |= {f"{track.track}.{name}": value for name, value in _track_columns(track, deals).items()}
        for party in self.parties:
            row |= {f"{party.party}.{name}": getattr(party, name) for name in PARTY_COLUMNS}
        return row


PARTY_COLUMNS = ("weariness", "strength", "released", "returned")


def total(amounts: Iterable[float]) -> float:
    """The sum in order, one after the other: the built-in `sum` rounds otherwise from Python 3.12 on.

    >>> total([0.1] * 10)
    0.9999999999999999
    """
    so_far = 0.0
    for amount in amounts:
        so_far += amount
    return so_far


def _track_columns(track: TrackRecord, deals: Sequence[DealRecord]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "ending": track.ending,
        "first_opened": track.first_opened,
        "first_agreed": track.first_agreed,
        "talks": track.talks,
        "deals": track.deals,
        "days_in_talks": track.days_in_talks,
        "days_in_force": track.days_in_force,
        "days_blocked": track.days_blocked,
        "agreed": round(total(_counted(deal, deal.agreed) for deal in deals)),
        "delivered": round(total(_counted(deal, deal.delivered) for deal in deals)),
        "declined": round(total(_counted(deal, deal.declined) for deal in deals)),
        "gestures": round(total(deal.delivered.get(key, 0.0) for deal in deals for key in deal.gestures)),
        "violations": sum(sum(deal.violations.values()) for deal in deals),
        "alleged": sum(sum(deal.alleged.values()) for deal in deals),
    }
    for name, (days, alone) in track.blocking.items():
        columns |= {f"blocked.{name}": days, f"alone.{name}": alone}
    columns |= {f"held.{name}": days for name, days in track.held_by.items()}
    return columns | {f"unlock.{'+'.join(names)}": days for names, days in track.unlocks.items()}


def _counted(deal: DealRecord, amounts: Mapping[str, float]) -> float:
    return total(amount for key, amount in amounts.items() if key not in deal.uncounted)


@dataclass(frozen=True, slots=True)
class Run:
    """One replication, whole: its record, its event log, and its days as a table."""

    record: RunRecord
    log: tuple[log.Entry, ...]
    days: "pd.DataFrame"
    """One row a day, as Mesa's DataCollector kept it; empty where nothing was collected."""
