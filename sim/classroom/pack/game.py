"""What the class plays: x, every range at its middle."""

import math
from dataclasses import dataclass

from sim.classroom.pack.scoring import Scale, scale_of
from sim.engine.appraisal import Appraisal, appraise
from sim.engine.mediator import Mediator
from sim.engine.model import NegotiationModel
from sim.engine.record import NEVER, TalksRecord
from sim.engine.seat import Seat
from sim.scenario.case import Case, PreconditionCase, TrackCase
from sim.scenario.outcomes import nash_point, pareto, zone_of_agreement
from sim.show.labels import Labels, labels_of
from sim.terms import Gate


class NoTable(Exception):
    """A table that there is none of; and what there is."""


@dataclass(frozen=True)
class Game:
    """A table and what is at stake there for everybody: the instructor's knowledge, of which a sheet has a part."""

    case: Case
    labels: Labels
    ordinal: int
    """Of the track."""
    drawn: tuple[float, ...]
    seats: tuple[Seat, ...]
    mediators: tuple[Mediator, ...]
    today: Appraisal
    scales: tuple[Scale, ...]
    """[seat]"""

    @property
    def track(self) -> TrackCase:
        """The table."""
        return self.case.tracks[self.ordinal]

    @property
    def title(self) -> str:
        """What a reader calls the table."""
        return self.labels.track(self.track.name)

    def conditions(self, party: int) -> tuple[PreconditionCase, ...]:
        """Everything that a party asks for at this table."""
        return tuple(each for each in self.track.preconditions if each.holder == party)

    def score(self, seat: int, outcome: int) -> int:
        """Points of a package as people at the table work them out."""
        scale = self.scales[seat]
        return scale.added(self.track.space.choices[outcome]) if scale.blocks else scale.packages[outcome]

    def least(self, seat: int) -> int:
        """Points from which on a seat is better off with a deal."""
        return math.ceil(self.scales[seat].points(self.today.reservations[seat]) - 1e-9)

    @property
    def possible(self) -> list[bool]:
        """[outcome]: whether it can be agreed at the start; where nothing can, the class plays as if all could."""
        feasible = self.today.feasible
        return list(feasible) if any(feasible) else [True] * len(feasible)

    @property
    def meets(self) -> list[bool]:
        """[outcome]: whether it can be agreed and no condition of accepting that gates is in its way."""
        return [ok and mask == 0 for ok, mask in zip(self.possible, self.today.failing, strict=True)]

    @property
    def zone(self) -> tuple[int, ...]:
        """Packages worth everybody's least, conditions aside."""
        return zone_of_agreement(self.today.worths, self.today.reservations, self.possible)

    @property
    def frontier(self) -> tuple[int, ...]:
        """Packages that nobody can better without loss to somebody else."""
        return pareto(self.today.worths, self.possible)

    @property
    def nash(self) -> int:
        """The Nash point; NOWHERE where the zone is empty."""
        return nash_point(self.today.worths, self.today.reservations, self.possible)

    def in_points(self) -> TalksRecord:
        """The table as the picture of worths takes it, in points of each party."""
        pairs = list(zip(self.scales, self.today.worths, self.today.reservations, strict=True))
        return TalksRecord(
            track=self.track.name, number=1, opened_on=0, ended_on=0, ending="", rounds=0, offers=(), outcome=NEVER,
            parties=tuple(seat.party.name for seat in self.seats),
            worths=tuple(tuple(scale.points(worth) for worth in worths) for scale, worths, _ in pairs),
            reservations=tuple(scale.points(least) for scale, _, least in pairs),
            feasible=tuple(self.possible),
            passes=tuple(self.meets),
        )  # fmt: skip


def main_table(case: Case) -> int:
    """The table that a class plays unless another is named: most seats, then most packages, then first in the file."""
    return max(
        range(len(case.tracks)),
        key=lambda track: (len(case.tracks[track].parties), len(case.tracks[track].space.outcomes), -track),
    )


def game_of(case: Case, track: str | None = None) -> Game:
    """Set up a table.

    Args:
        case: the scenario.
        track: name of the table; None for the main one.

    Raises:
        NoTable: the scenario has no such table.
    """
    names = [each.name for each in case.tracks]
    if track is not None and track not in names:
        raise NoTable(f"'{track}' is no track: expected one of {', '.join(names)}")
    ordinal = main_table(case) if track is None else names.index(track)
    model = NegotiationModel(case, 0, 0, central=True, logs=False, collects=False)
    model.day = 0  # conditions count from their first day on
    table = model.tables[ordinal]
    today = appraise(table, table.case.space, Gate.ACCEPTS)
    choices = table.case.space.choices
    return Game(
        case=case,
        labels=labels_of(case),
        ordinal=ordinal,
        drawn=tuple(model.drawn),
        seats=tuple(table.seats),
        mediators=tuple(table.mediators),
        today=today,
        scales=tuple(scale_of(choices, worths) for worths in today.worths),
    )
