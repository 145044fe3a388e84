"""One replication over the calendar, as a page draws it: lanes of shapes, levels, and the story by day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sim.engine.record import Run
from sim.scenario.case import Case
from sim.show.labels import Labels
from sim.show.marks import ACTS, EVENTS, Mark, Shape, marks_of
from sim.show.narrate import Line, narrate
from sim.show.words import date_text

WIDTH = 1000.0
"""Of the drawing, in its own units."""
ROW, BAR = 46.0, 16.0
LEVELS = 90.0
SPANS = (Shape.TALKS, Shape.DEAL, Shape.TRUCE, Shape.RESTRAINT, Shape.BLOCKED, Shape.SUSPENDED)
KEY = {
    Shape.TALKS: "talks",
    Shape.DEAL: "deal being carried out",
    Shape.TRUCE: "truce",
    Shape.RESTRAINT: "restraint declared",
    Shape.BLOCKED: "blocked by preconditions",
    Shape.SUSPENDED: "suspended",
    Shape.AGREED: "agreed",
    Shape.RELEASE: "release",
    Shape.GESTURE: "gesture",
    Shape.GOODS: "goods handed over",
    Shape.ENDING: "ended",
    Shape.EVENT: "event",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shape of a lane."""

    shape: str
    x: float
    width: float
    """Of a span; 0 for a moment."""
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane."""

    label: str
    y: float
    drawn: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A level by day."""

    label: str
    place: int
    points: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the story."""

    number: int
    date: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """One replication, drawn and told."""

    horizon: int
    dates: tuple[str, ...]
    lanes: tuple[Lane, ...]
    curves: tuple[Curve, ...]
    ticks: tuple[tuple[float, str], ...]
    key: tuple[tuple[str, str], ...]
    height: float
    levels: float
    """Where the curves begin."""
    story: tuple[Day, ...]
    endings: tuple[tuple[str, str], ...]


def picture(case: Case, run: Run, labels: Labels) -> Picture:
    """Draw and tell one replication."""
    marks = [mark for mark in marks_of(run.record, run.log, labels) if mark.shape in KEY]
    lanes = tuple(_lanes(case, marks, labels))
    levels = ROW * len(lanes) + 14
    lines = narrate(run.log, case.start, labels, talks=run.record.talks)
    shapes = dict.fromkeys(mark.shape for mark in marks)
    return Picture(
        horizon=case.horizon,
        dates=tuple(date_text(case.date(day)) for day in range(case.horizon)),
        lanes=lanes,
        curves=tuple(_curves(case, run, labels)),
        ticks=tuple(_ticks(case)),
        key=tuple((shape.value, KEY[shape]) for shape in KEY if shape in shapes),
        height=levels + LEVELS + 34,
        levels=levels,
        story=tuple(_story(lines)),
        endings=tuple((labels.track(track.track), track.ending.replace("_", " ")) for track in run.record.tracks),
    )


def _lanes(case: Case, marks: Sequence[Mark], labels: Labels) -> Iterable[Lane]:
    used = {mark.lane for mark in marks}
    names = {EVENTS: "Events", **{track.name: labels.track(track.name) for track in case.tracks}, ACTS: "Acts"}
    shown = [name for name in names if name in used or name not in (EVENTS, ACTS)]
    for place, name in enumerate(shown):
        drawn = (_drawn(mark, case) for mark in marks if mark.lane == name)
        yield Lane(names[name], ROW * place, tuple(sorted(drawn, key=lambda each: each.width == 0)))


def _drawn(mark: Mark, case: Case) -> Drawn:
    unit = WIDTH / case.horizon
    dates = [date_text(case.date(min(day, case.horizon - 1))) for day in (mark.day, mark.until)]
    when = dates[0] if mark.day == mark.until else f"{dates[0]} to {dates[1]}"
    title = f"{KEY[mark.shape]}{f': {mark.text}' if mark.text else ''}, {when}"
    if mark.shape in SPANS:
        return Drawn(mark.shape.value, round(mark.day * unit, 2), round((mark.until - mark.day + 1) * unit, 2), title)
    return Drawn(mark.shape.value, round((mark.day + 0.5) * unit, 2), 0.0, title)


def _curves(case: Case, run: Run, labels: Labels) -> Iterable[Curve]:
    """Weariness of every party."""
    unit = WIDTH / case.horizon
    for place, party in enumerate(case.parties):
        values = tuple(float(value) for value in run.days[f"{party.name}.weariness"])
        points = " ".join(f"{(day + 0.5) * unit:.1f},{LEVELS * (1 - value):.1f}" for day, value in enumerate(values))
        yield Curve(labels.party(party.name), place, points, values)


def _ticks(case: Case) -> Iterable[tuple[float, str]]:
    """About six dates along the calendar."""
    step = max(1, case.horizon // 6)
    for day in range(0, case.horizon, step):
        if day + step // 2 <= case.horizon:
            yield round(day * WIDTH / case.horizon, 1), f"{case.date(day).day} {case.date(day):%b %Y}"


def _story(lines: Iterable[Line]) -> Iterable[Day]:
    by_day: dict[int, list[Line]] = {}
    for line in lines:
        by_day.setdefault(line.day, []).append(line)
    for day, told in by_day.items():
        yield Day(day, date_text(told[0].date), tuple(told))
