"""What was observed, as statements that a batch gives a probability to: one class of several was seen.

| statement | of which runs | classes |
|---|---|---|
| `agreement` | all | classes of the day of the track's first agreement, and never |
| `ending` | that agreed | how the track's first deal ended |
| `terms` | that agreed | the packages, as far as what was agreed tells them apart |
| `delivered` | whose first deal released anybody | nothing, part or all of what was agreed |
| `renewals` | that agreed | how often the first deal was renewed: 0, 1, 2, 3 or more |
| `days_in_force` | that agreed | classes of the days from the beginning of the first deal to its end |
| `gap` | all pairs of deals that follow each other | classes of the days between two agreements |

Each says something of runs that did what the statements before it are about, so that nothing is counted twice.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy

from sim.engine.chunk import ENDINGS, Column, Deals
from sim.scenario.case import Case, TrackCase
from sim.scenario.reading import Reading
from sim.scenario.schema.course import Observation
from sim.scenario.schema.tracks import Step
from sim.study.score_arithmetic import Days, class_of, classes_of_days
from sim.terms import DealEnding

WITHOUT_DEAL = ("no_deal", "never_opened", "impasse", "blocked", "walkout")
"""Observed endings that say that nothing was agreed. Why not is the model's own account, which nobody can observe."""
OF_DEALS = tuple(ending.name.lower() for ending in DealEnding if ending is not DealEnding.NONE)
DELIVERED = ("nothing", "part", "all")
RENEWALS = ("0", "1", "2", "3 or more")
NEVER_AGREED = "not within the horizon"


@dataclass(frozen=True, slots=True)
class Lives:
    """What a batch leaves for scoring: of how many runs, and every deal."""

    finished: int
    deals: Deals

    def of(self, track: int) -> Deals:
        """The deals of a track."""
        return self.deals.some(self.deals.track == track)

    def first_of(self, track: int) -> Deals:
        """The first deal of a track in each run that has one."""
        deals = self.of(track)
        return deals.some(numpy.unique(deals.replication, return_index=True)[1])


@dataclass(frozen=True, slots=True)
class Statement:
    """That of some classes one was seen; and in how many runs the model saw each."""

    case: str
    track: str
    kind: str
    classes: tuple[str, ...]
    observed: tuple[int, ...]
    """Places of the classes that were seen: one, but for gaps."""
    counts: tuple[int, ...]
    """Runs by class."""
    alike: str
    """Tracks of this sort are compared with each other: `truce` or `exchange`."""
    days: tuple[Days, ...] = ()
    """The classes that are of days, where there are any."""
    waits: tuple[int, int] = (0, 0)
    """How many waits came to an end, and how many days were waited in all."""
    fitted: bool = False
    """Whether the numbers of the track were set with this in view."""
    claim: str = ""
    """Where others say otherwise: the claim that this rests on, ..."""
    said_by: str = ""
    """... and who makes it."""
    version: int = 0
    """Which of what is said otherwise of the same; 0 for what was observed."""

    @property
    def runs(self) -> int:
        """Runs that it is about (for gaps, gaps)."""
        return sum(self.counts)

    @property
    def seen(self) -> str:
        """What was observed, in words."""
        return ", ".join(
            f"{times} × {self.classes[place]}" if times > 1 else self.classes[place]
            for place, times in sorted(Counter(self.observed).items())
        )


@dataclass(frozen=True, slots=True)
class Unscored:
    """An observation, or part of one, that is no statement about this model; and why."""

    case: str
    track: str
    what: str


def statements_of(reading: Reading, case: Case, lives: Lives) -> tuple[list[Statement], list[Unscored]]:
    """Everything that the observations of a scenario state about a batch of it, and what could not be stated."""
    statements, unscored = list[Statement](), list[Unscored]()
    for ordinal, track in enumerate(case.tracks):
        seen = sorted(
            (each for each in reading.scenario.observed if each.track == track.name), key=lambda each: each.date
        )
        if not seen:
            continue
        table = _Table(reading, case, ordinal, lives)
        try:
            statements += table.statements(seen)
        except ValueError as error:
            table.leave_out(str(error))
        unscored += table.unscored
    return statements, unscored


class _Table:
    """One track: what was observed there, and what became of it in a batch."""

    def __init__(self, reading: Reading, case: Case, ordinal: int, lives: Lives) -> None:
        self.file = reading.scenario
        self.claims = reading.claims
        self.case = case
        self.track: TrackCase = case.tracks[ordinal]
        self.lives = lives
        self.deals, self.first = lives.of(ordinal), lives.first_of(ordinal)
        self.unscored: list[Unscored] = []

    def leave_out(self, what: str) -> None:
        self.unscored.append(Unscored(self.case.name, self.track.name, what))

    def statements(self, seen: Sequence[Observation]) -> Iterator[Statement]:
        """All statements about the track. Raises ValueError where there can be none."""
        made = [each for each in seen if each.ending not in WITHOUT_DEAL and (each.ending or each.agreed)]
        if not made:
            if any(each.ending in WITHOUT_DEAL for each in seen):
                fitted = any(self._fitted(each) for each in seen)
                yield replace(self._agreement(None), fitted=fitted)
            return
        fitted = self._fitted(made[0])
        versions = [
            (seen.claim or "", {each.kind: each for each in self._of_deal(seen)}) for seen in _versions(made[0])
        ]
        for kind in dict.fromkeys(kind for _, stated in versions for kind in stated):
            told = [(claim, stated[kind]) for claim, stated in versions if kind in stated]
            unlike = list({each.observed: (claim, each) for claim, each in reversed(told)}.values())[::-1]
            for version, (claim, each) in enumerate(unlike):
                named = claim if len(unlike) > 1 else ""
                said_by = self.claims[named].by if named in self.claims else ""
                yield replace(each, fitted=fitted, version=version, claim=named, said_by=said_by)
        yield from self._gaps(made)

    def _fitted(self, seen: Observation) -> bool:
        until = self.file.fitted_to.get(self.track.name)
        return until is not None and seen.date <= until

    def _day(self, date: datetime.date) -> int:
        return (date - self.file.start).days

    def _of_deal(self, seen: Observation) -> Iterator[Statement]:
        day = self._day(seen.date)
        if day < 0:
            raise ValueError(f"{seen.date} is before the start")
        if day >= self.case.horizon:
            yield self._agreement(None)
            return
        yield self._agreement(day)
        if seen.ending is not None:
            late = seen.ended is not None and self._day(seen.ended) >= self.case.horizon
            yield self._ending("open_at_horizon" if late else seen.ending)
        if seen.agreed:
            yield from self._terms(seen.agreed)
            yield from self._delivered(seen)
        if seen.renewals is not None and self.track.renewal is not None:
            yield self._of_counts("renewals", RENEWALS, min(seen.renewals, 3), self.first.renewals.clip(max=3))
        if seen.starts is not None and seen.ended is not None and self.track.has_truce:
            yield self._days_in_force(self._day(seen.starts), self._day(seen.ended))

    def _state(self, kind: str, classes: Iterable[str], observed: Sequence[int], counts: Iterable[int]) -> Statement:
        alike = "truce" if self.track.has_truce else "exchange"
        told = tuple(int(count) for count in counts)
        return Statement(self.case.name, self.track.name, kind, tuple(classes), tuple(observed), told, alike)

    def _of_counts(self, kind: str, classes: Sequence[str], observed: int, places: Column) -> Statement:
        return self._state(kind, classes, (observed,), numpy.bincount(places, minlength=len(classes)))

    def _agreement(self, day: int | None) -> Statement:
        spans = classes_of_days(self.case.horizon - 1)
        counts = [*_by_class(self.first.agreed_on, spans), self.lives.finished - len(self.first.track)]
        observed = len(spans) if day is None else class_of(day, spans)
        made = self._state("agreement", [*map(_days_text, spans), NEVER_AGREED], (observed,), counts)
        waited = (0, self.case.horizon) if day is None else (1, day + 1)
        return replace(made, days=spans, waits=waited)

    def _ending(self, ending: str) -> Statement:
        places = self.first.ending - ENDINGS.index(OF_DEALS[0])
        return self._of_counts("ending", OF_DEALS, OF_DEALS.index(ending), places)

    def _days_in_force(self, starts: int, ended: int) -> Statement:
        spans = classes_of_days(self.case.horizon)
        days = min(ended, self.case.horizon) - starts
        until = numpy.where(self.first.ended_on < 0, self.case.horizon - 1, self.first.ended_on)
        begun = (self.first.began_on >= 0) & (self.first.ending != ENDINGS.index("never_started"))
        counts = _by_class(numpy.where(begun, until - self.first.began_on, 0), spans)
        made = self._state("days_in_force", map(_days_text, spans), (class_of(days, spans),), counts)
        return replace(made, days=spans, waits=(int(ended < self.case.horizon), days + 1))

    def _terms(self, agreed: Mapping[str, Any]) -> Iterator[Statement]:
        """The package that was agreed, as far as it was told: among all that differ in what was told."""
        space = self.track.space
        issues = [place for place, issue in enumerate(space.issues) if issue.name in agreed]
        if not issues:
            return
        told = tuple(str(agreed[space.issues[place].name]) for place in issues)
        of_outcome = [tuple(space.issues[i].labels[choice[i]] for i in issues) for choice in space.choices]
        packages = list(dict.fromkeys(of_outcome))
        if told not in packages:
            package = ", ".join(f"{space.issues[i].name} {value}" for i, value in zip(issues, told, strict=True))
            self.leave_out(f"terms: no package of the scenario is {package}")
            return
        places = {terms: place for place, terms in enumerate(packages)}
        signed = Counter(places[of_outcome[int(outcome)]] for outcome in self.first.outcome)
        names = [space.issues[place].name for place in issues]
        classes = [", ".join(map(" ".join, zip(names, terms, strict=True))) for terms in packages]
        yield self._state("terms", classes, (places[told],), [signed[place] for place in range(len(packages))])

    def _delivered(self, seen: Observation) -> Iterator[Statement]:
        counted = [name for name in seen.agreed if name in seen.delivered and not self._stands_outside(name)]
        pairs = [(seen.agreed[name], seen.delivered[name]) for name in counted]
        if not pairs or not all(isinstance(amount, int | float) for pair in pairs for amount in pair):
            return
        everything = all(delivered >= agreed for agreed, delivered in pairs)
        observed = 2 if everything else 0 if all(delivered == 0 for _, delivered in pairs) else 1
        deals = self.first.some(self.first.agreed > 0)
        if len(deals.track) == 0 and len(self.first.track) > 0:
            return
        places = numpy.where(deals.delivered >= deals.agreed, 2, numpy.where(deals.delivered > 0, 1, 0))
        yield self._of_counts("delivered", DELIVERED, observed, places)

    def _stands_outside(self, name: str) -> bool:
        """Whether a step, or every step that an issue decides on, is not counted when a deal is complete."""
        steps = self.file.tracks[self.track.name].steps
        if name in steps:
            return steps[name].outside
        asked = [step for step in steps.values() if _asks(step, name)]
        return bool(asked) and all(step.outside for step in asked)

    def _gaps(self, made: Sequence[Observation]) -> Iterator[Statement]:
        """The days between agreements that follow each other, once for those that were in view and once for others."""
        spans = classes_of_days(self.case.horizon - 1)
        same = self.deals.replication[1:] == self.deals.replication[:-1]
        counts = _by_class(numpy.diff(self.deals.agreed_on)[same], spans)
        for fitted in (True, False):
            observed = [
                (later.date - earlier.date).days
                for earlier, later in pairwise(made)
                if self._fitted(later) == fitted and self._day(later.date) < self.case.horizon
            ]
            if observed:
                seen = [class_of(gap, spans) for gap in observed]
                waits = (len(observed), sum(observed) + len(observed))
                stated = self._state("gap", map(_days_text, spans), seen, counts)
                yield replace(stated, days=spans, waits=waits, fitted=fitted)


def _versions(seen: Observation) -> Iterator[Observation]:
    """What was observed, and what is said otherwise of it."""
    yield seen
    for version in seen.otherwise:
        told = {name: getattr(version, name) for name in type(version).model_fields if name != "note"}
        yield seen.model_copy(update={name: value for name, value in told.items() if value is not None})


def _by_class(days: Column, spans: Sequence[Days]) -> list[int]:
    places = numpy.array([class_of(int(day), spans) for day in days], "i8")
    return [int(count) for count in numpy.bincount(places, minlength=len(spans))]


def _asks(step: Step, issue: str) -> bool:
    counts = (str(count) for goods in step.gives.values() for count in goods.values())
    return any(issue in re.findall(r"[A-Za-z_][\w.]*", count) for count in counts)


def _days_text(span: Days) -> str:
    first, last = span
    return f"day {first}" if first == last else f"days {first}–{last}"
