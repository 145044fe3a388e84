"""Whether the parties to a truce prolong it, and by what."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.engine import log, sight
from sim.engine.appraisal import Appraisal, appraise
from sim.engine.record import NEVER
from sim.engine.voices import Asked
from sim.rules import offers
from sim.terms import Gate, Purpose

if TYPE_CHECKING:
    from sim.engine.seat import Seat
    from sim.engine.table import Table


@dataclass(frozen=True, slots=True)
class RenewalAnswer:
    """What the parties said to a renewal: the row of the renewal's space, or NEVER."""

    row: int
    refused_by: tuple[str, ...]
    conditions: tuple[log.Condition, ...]


def answer_renewal(table: "Table", outcome: int) -> RenewalAnswer:
    """All parties answer a renewal: worth without inducement at least the reservation, and preconditions met."""
    renewal = table.case.renewal
    assert renewal is not None
    said = table.ask(Asked.RENEWAL, table.seats, renewal.rows[outcome])
    today = appraise(table, renewal.space, Gate.RENEWS)
    rows = [row for row in renewal.rows[outcome] if today.feasible[row]]
    accepts = [_accepted(seat, today, rows, said.get(seat.party.ordinal)) for seat in table.seats]
    common = [row for row in rows if all(row in own for own in accepts)]
    refused = [seat for seat, own in zip(table.seats, accepts, strict=True) if not own]
    if common:
        u = table.model.draw(Purpose.RENEWAL, track=table.ordinal)
        allowed = [row in common for row in range(today.outcomes)]
        chooser = int(u * len(table.seats))
        row = offers.pick_best(today.flat, allowed, chooser, today.outcomes, len(table.seats))
    else:
        row = rows[0] if renewal.renews_on_silence and rows and not refused else NEVER
    failing = 0
    for asked in rows:
        failing |= today.failing[asked] if row == NEVER else 0
    conditions = tuple(
        sight.report(table.model, s.case, table, renewal.space.outcomes[rows[0]])
        for s in table.standings_in(failing, Gate.RENEWS)
    )
    return RenewalAnswer(row, tuple(seat.party.name for seat in refused), conditions)


def _accepted(seat: "Seat", today: Appraisal, rows: Sequence[int], said: Collection[int] | None) -> list[int]:
    """The rows to which a seat says yes: a person's word where one was given, else by worth; preconditions bar."""
    own = seat.table.mask_of(lambda s: s.case.seat == seat.index, Gate.RENEWS)
    worths, reservation = today.worths[seat.index], today.reservations[seat.index]
    return [
        row
        for row in rows
        if (worths[row] >= reservation if said is None else row in said) and today.failing[row] & own == 0
    ]
