"""A chunk of a batch: what many replications leave, as columns of arrays; the same from every engine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy
import numpy.typing

from sim.engine.record import RunRecord
from sim.scenario.case import Case
from sim.terms import DealEnding, Gate, TalksEnding

Column = numpy.typing.NDArray[Any]

ENDINGS = (
    "",
    *(ending.name.lower() for ending in DealEnding if ending is not DealEnding.NONE),
    *(ending.name.lower() for ending in TalksEnding if ending is not TalksEnding.NONE),
    "in_talks",
    "never_opened",
)
"""The words behind the numbers of a column `<track>.ending`."""
TRACK_COLUMNS = (
    *("ending", "first_opened", "first_agreed", "talks", "deals", "days_in_talks", "days_in_force", "days_blocked"),
    *("agreed", "delivered", "declined", "gestures", "violations", "alleged"),
)
FINE = 0
REASONS = {
    1: "the Mesa engine reported a failure",
    2: "a value grew beyond what numbers can hold, or something was looked at that was not there",
    3: "more obligations or minimal sets of preconditions than there is room for",
}
"""Why a replication has no row in a chunk, by its status; run it again on the Mesa engine to see what it says."""


@dataclass(frozen=True, slots=True)
class Days:
    """Every day of a chunk, over its replications: add those of two chunks to have those of both."""

    replications: int
    phases: Column
    """[day, track, phase]: replications whose track is in that phase at the end of the day."""
    names: tuple[str, ...]
    """Columns of levels, as in a run's table of days: `<party>.weariness`, `.strength`, `.trust.<other>`."""
    sums: Column
    """[day, name]: sum over replications."""
    bins: Column
    """[day, name, bin]: replications in each equal part of the scale: [0, 1], for strength e^-4 to e^4 by logarithm."""
    parties: tuple[str, ...]
    ledgers: Column
    """[day, party]: violations of that day alleged in the party's own ledger, summed over replications."""

    def __add__(self, other: "Days") -> "Days":
        """Days of both chunks."""
        return Days(
            self.replications + other.replications,
            self.phases + other.phases,
            self.names,
            self.sums + other.sums,
            self.bins + other.bins,
            self.parties,
            self.ledgers + other.ledgers,
        )

    def mean(self) -> Column:
        """[day, name]: mean over replications."""
        means: Column = self.sums / self.replications
        return means

    def quantile(self, share: float) -> Column:
        """[day, name]: the level below which a share of the replications lie, to half a bin."""
        reached = numpy.cumsum(self.bins, axis=2) >= share * self.replications
        found = (numpy.argmax(reached, axis=2) + 0.5) / self.bins.shape[2]
        strength = numpy.array([name.endswith(".strength") for name in self.names])
        levels: Column = numpy.where(strength, numpy.exp(8.0 * found - 4.0), found)
        return levels


@dataclass(frozen=True, slots=True)
class Deals:
    """Every deal of a chunk, by replication, track and day: columns of whole numbers, all of one length."""

    replication: Column
    track: Column
    """Ordinal in the file."""
    agreed_on: Column
    """Day of the agreement."""
    began_on: Column
    """First day in force; NEVER where it was over, or the run, before that."""
    ended_on: Column
    """NEVER where it was open at the horizon."""
    ending: Column
    """A place in ENDINGS."""
    outcome: Column
    """Ordinal of the agreed package in the track's outcome space."""
    agreed: Column
    """Captives agreed, gestures outside the deal left out, as in a row."""
    delivered: Column
    """Captives delivered, as in a row."""
    renewals: Column
    """How often it was renewed."""
    released: Column
    """[deal, party]: captives whom each party in fact released, gestures included."""

    def between(self, first: int, last: int) -> "Deals":
        """Those at the places from `first` to before `last`."""
        return Deals(*(getattr(self, name)[first:last] for name in self.__dataclass_fields__))

    def some(self, which: Column) -> "Deals":
        """Those at some places, or for which something holds."""
        return Deals(*(getattr(self, name)[which] for name in self.__slots__))


def deals_of(rows: Column) -> Deals:
    """Deals from rows of whole numbers, in the order of the columns and then of the parties."""
    rows = rows[numpy.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    a, b, c, d, e, f, g, h, i, j = (rows[:, place] for place in range(10))
    return Deals(a, b, c, d, e, f, g, h, i, j, rows[:, 10:])


def joined_deals(parts: Sequence[Deals]) -> Deals:
    """Deals of several chunks, at least one, in their order."""
    columns = ([getattr(part, name) for part in parts] for name in Deals.__slots__)
    return Deals(*(numpy.concatenate(column) for column in columns))


@dataclass(frozen=True, slots=True)
class Chunk:
    """What replications `first … first + count - 1` left. Columns are those of `RunRecord.row()`."""

    case: str
    digest: str
    seed: int
    first: int
    count: int
    central: bool
    columns: dict[str, Column]
    """By name; every acceptance and entry precondition of the scenario has its columns, endings are numbers."""
    status: Column
    """[replication]: FINE, or a key of REASONS; the columns of a replication that is not fine mean nothing."""
    happened: Column
    """[replication]: what happened as one number, see `happened.py`."""
    unlock_replication: Column
    """Of every minimal set that unlocked: the replication, ..."""
    unlock_track: Column
    """... the ordinal of the track, ..."""
    unlock_mask: Column
    """... its members as bits, in file order of the track's acceptance preconditions, ..."""
    unlock_days: Column
    """... and the days on which it would have unlocked."""
    unlock_names: tuple[tuple[str, ...], ...]
    """[track]: names of the acceptance preconditions, as `party.name`."""
    tracks: tuple[str, ...]
    parameter_paths: tuple[str, ...] = ()
    parameters: Column | None = None
    """[replication, parameter]: what was drawn for uncertain values, where it was asked for."""
    days: Days | None = None
    deals: Deals | None = None
    reasons: dict[int, str] = field(default_factory=dict)
    """What is known beside the status, by replication."""

    @property
    def replications(self) -> Column:
        """The numbers of the replications."""
        return numpy.arange(self.first, self.first + self.count)

    def unlock_name(self, track: int, mask: int) -> str:
        """The column of a minimal set: `<track>.unlock.<party>.<name>+…`."""
        names = (name for bit, name in enumerate(self.unlock_names[track]) if mask >> bit & 1)
        return f"{self.tracks[track]}.unlock.{'+'.join(names)}"

    def failures(self) -> dict[int, str]:
        """Replications without a row, and why."""
        failed = numpy.flatnonzero(self.status)
        return {
            int(self.first + place): self.reasons.get(int(self.first + place), REASONS[int(self.status[place])])
            for place in failed
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """One flat row for each replication that is fine: endings as words, and 0 where a record's row is silent."""
        columns = {
            name: [ENDINGS[code] for code in column] if name.endswith(".ending") else column.tolist()
            for name, column in self.columns.items()
        }
        unlocks: dict[int, dict[str, int]] = {}
        for replication, track, mask, days in zip(
            self.unlock_replication.tolist(),
            self.unlock_track.tolist(),
            self.unlock_mask.tolist(),
            self.unlock_days.tolist(),
            strict=True,
        ):
            unlocks.setdefault(replication, {})[self.unlock_name(track, mask)] = days
        for place in range(self.count):
            if self.status[place] == FINE:
                number = self.first + place
                row = {name: column[place] for name, column in columns.items()}
                yield {"replication": number, **row, **unlocks.get(number, {})}


def column_names(case: Case) -> dict[str, str]:
    """The columns of every row of a case in their order, but for `replication` and unlocks, and the kind of each."""
    names: dict[str, str] = {}
    for track in case.tracks:
        names |= {f"{track.name}.{name}": "i1" if name == "ending" else "i8" for name in TRACK_COLUMNS}
        for condition in track.preconditions:
            path = f"{case.parties[condition.holder].name}.{condition.name}"
            if condition.gate is Gate.ACCEPTS:
                names |= {f"{track.name}.blocked.{path}": "i8", f"{track.name}.alone.{path}": "i8"}
            elif condition.gate is Gate.ENTERS:
                names[f"{track.name}.held.{path}"] = "i8"
    for party in case.parties:
        names |= {f"{party.name}.weariness": "f8", f"{party.name}.strength": "f8"}
        names |= {f"{party.name}.released": "i8", f"{party.name}.returned": "i8"}
    return names


def unlockers(case: Case) -> tuple[tuple[str, ...], ...]:
    """[track]: names of the acceptance preconditions in file order, as `party.name`."""
    return tuple(
        tuple(f"{case.parties[c.holder].name}.{c.name}" for c in track.preconditions if c.gate is Gate.ACCEPTS)
        for track in case.tracks
    )


def from_records(
    case: Case, seed: int, first: int, records: Sequence[RunRecord | str], *, central: bool = False
) -> Chunk:
    """The chunk that records of the Mesa engine make, in the order of their replications from `first` on.

    In the place of a record may stand the reason why there is none. `happened` stays 0: records hold no log.
    """
    names, count = column_names(case), len(records)
    columns = {name: numpy.zeros(count, kind) for name, kind in names.items()}
    unlocks: list[tuple[int, int, int, int]] = []
    status = numpy.zeros(count, "i1")
    reasons = {}
    order = unlockers(case)
    for place, record in enumerate(records):
        if isinstance(record, str):
            status[place], reasons[first + place] = 1, record
            continue
        for name, value in record.row().items():
            if name in columns:
                columns[name][place] = ENDINGS.index(value) if name.endswith(".ending") else value
        for ordinal, track in enumerate(record.tracks):
            for members, days in track.unlocks.items():
                mask = sum(1 << order[ordinal].index(member) for member in members)
                unlocks.append((first + place, ordinal, mask, days))
    ragged = numpy.array(unlocks, "i8").reshape(-1, 4)
    return Chunk(
        case=case.name,
        digest=case.digest,
        seed=seed,
        first=first,
        count=count,
        central=central,
        columns=columns,
        status=status,
        happened=numpy.zeros(count, "u8"),
        unlock_replication=ragged[:, 0],
        unlock_track=ragged[:, 1],
        unlock_mask=ragged[:, 2],
        unlock_days=ragged[:, 3],
        unlock_names=order,
        tracks=tuple(track.name for track in case.tracks),
        reasons=reasons,
    )


def deals_from_records(case: Case, first: int, records: Sequence[RunRecord | str]) -> Deals:
    """The deals of records of the Mesa engine, in the order of their replications from `first` on.

    In the place of a record may stand the reason why there is none.
    """
    tracks = {track.name: ordinal for ordinal, track in enumerate(case.tracks)}
    rows = []
    for replication, record in enumerate(records, first):
        for deal in () if isinstance(record, str) else record.deals:
            space = case.tracks[tracks[deal.track]].space
            outcome = next(at for at in range(len(space.outcomes)) if space.describe(at) == dict(deal.package))
            released = dict.fromkeys((party.name for party in case.parties), 0)
            for key, amount in deal.delivered.items():
                giver, what = key.split(".")[-2:]
                released[giver] += round(amount) if what in case.categories else 0
            days = (deal.agreed_on, deal.began_on, deal.ended_on)
            ending = ENDINGS.index(deal.ending)
            terms = (ending, outcome, *deal.persons, deal.renewals)
            rows.append((replication, tracks[deal.track], *days, *terms, *released.values()))
    return deals_of(numpy.array(rows, "i8").reshape(-1, 10 + len(case.parties)))
