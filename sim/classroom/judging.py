"""One criterion, judged on what was handed in: fairly where luck leaves it open, and never by a single draw."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import singledispatch

from sim.classroom.answers import Answers, Given
from sim.classroom.criteria import (
    Attributed,
    Choice,
    ClaimedInterval,
    ClaimedNumber,
    CriterionPart,
    Holds,
    Measured,
    OnlyChanged,
    OnTheTable,
    Plays,
    Reaches,
    Read,
    Valid,
)
from sim.classroom.differing import changed_paths, claims_of, lacking_parts, ranges_of
from sim.classroom.exercises import START
from sim.classroom.handed_in import HandedIn
from sim.classroom.measuring import Bench, Measurement, widened
from sim.classroom.playing import play
from sim.classroom.task_file import written
from sim.scenario.faults import Fault, InvalidScenario
from sim.scenario.reading import unattributed
from sim.strategies.module import InvalidStrategy
from sim.study.outcome import RunsFailed, UnknownOutcome

HALF = 0.5
MISSING = "Nothing was handed in for this yet."
INVALID = "This cannot be read; what is wrong with it is told below."
UNUSABLE = "This cannot be used."


class Verdict(StrEnum):
    """How a criterion was judged."""

    MET = "met"
    PARTLY = "partly met"
    NOT_MET = "not met"
    OPEN = "too close to tell"
    """Counts as met."""
    MISSING = "missing"
    TO_READ = "for the teacher"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of one criterion."""

    verdict: Verdict
    share: float
    """Of its points, 0 to 1."""
    way: str = ""
    """In which it failed, one of the criterion's ways; else empty."""
    computed: str = ""
    """What was computed, for teachers: a key."""
    detail: str = ""
    """What is added to the words of the task, for students."""
    faults: tuple[Fault, ...] = ()


MET = Judgement(Verdict.MET, 1.0)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a criterion can look at."""

    handed_in: HandedIn
    answers: Answers
    bench: Bench


def judge(criterion: CriterionPart, desk: Desk, unmet: CriterionPart | None = None) -> Judgement:
    """Judge a criterion; whatever is wrong with what was handed in is its failure, never an exception.

    Args:
        criterion: what is asked.
        desk: what was handed in.
        unmet: one that this one needs, and that was not met.
    """
    for kind, name in criterion.uses():
        if kind == "answer" and name not in desk.answers.given:
            return _failed("invalid" if desk.answers.faulty(name) else "missing")
        if kind != "answer" and not desk.handed_in.has(name):
            return _failed("missing", detail=f"There is no {desk.handed_in.task.files[name].file}.")
    if unmet is not None:
        return _failed("needs", detail=f"This counts once another holds: {unmet.ask}.")
    try:
        return _judge(criterion, desk)
    except InvalidScenario as invalid:
        return Judgement(Verdict.NOT_MET, 0.0, "invalid", faults=invalid.faults)
    except (RunsFailed, UnknownOutcome, InvalidStrategy) as failure:
        return Judgement(Verdict.NOT_MET, 0.0, "invalid", detail=str(failure))


def key_of(criterion: CriterionPart, desk: Desk) -> str:
    """What a criterion computes where nothing but the starter is needed; else in words what it depends on."""
    for kind, name in criterion.uses():
        if kind != "answer" and name != START:
            return f"depends on the {kind} that is handed in"
    if isinstance(criterion, ClaimedNumber | ClaimedInterval):
        return _told(criterion.measured, desk)
    if isinstance(criterion, Choice):
        right, computed = _right(criterion, desk)
        return f"{' or '.join(right)} ({computed})"
    return "read by the teacher" if isinstance(criterion, Read) else ""


def _failed(way: str, computed: str = "", detail: str = "") -> Judgement:
    return Judgement(Verdict.MISSING if way == "missing" else Verdict.NOT_MET, 0.0, way, computed, detail)


@singledispatch
def _judge(criterion: CriterionPart, desk: Desk) -> Judgement:
    raise NotImplementedError(type(criterion).__name__)


@_judge.register
def _(criterion: Valid, desk: Desk) -> Judgement:
    desk.handed_in.case(criterion.scenario)
    reading = desk.handed_in.reading(criterion.scenario)
    bare = unattributed(reading) if criterion.strict else ()
    if bare:
        return _failed("unattributed", detail=f"{len(bare)} numbers, the first: {bare[0]}")
    found = ranges_of(reading)
    if found < criterion.ranges:
        return _failed("certain", detail=f"Found {found}, asked for {criterion.ranges}.")
    return MET


@_judge.register
def _(criterion: Holds, desk: Desk) -> Judgement:
    desk.handed_in.case(criterion.scenario)
    lacking = lacking_parts(desk.handed_in.reading(criterion.scenario).scenario, criterion.parts)
    return _failed("lacking", detail=f"Not found: {', '.join(lacking)}.") if lacking else MET


@_judge.register
def _(criterion: OnTheTable, desk: Desk) -> Judgement:
    case = desk.handed_in.case(criterion.scenario)
    track = next((each for each in case.tracks if each.name == criterion.track), None)
    if track is None:
        return _failed("off", detail=f"There is no track {criterion.track}.")
    wanted = dict(zip(criterion.issues, (written(value) for value in criterion.values), strict=True))
    for issue in criterion.issues:
        if issue not in [each.name for each in track.space.issues]:
            return _failed("off", detail=f"The track has no issue {issue}.")
    packages = map(track.space.describe, range(len(track.space.outcomes)))
    return MET if any(wanted.items() <= package.items() for package in packages) else _failed("off")


@_judge.register
def _(criterion: OnlyChanged, desk: Desk) -> Judgement:
    desk.handed_in.case(criterion.scenario)
    free, elsewhere = changed_paths(
        desk.handed_in.reading(START).scenario, desk.handed_in.reading(criterion.scenario).scenario, criterion.paths
    )
    if elsewhere:
        return _failed("elsewhere", detail=f"Changed besides: {', '.join(elsewhere[:5])}.")
    if not free:
        return _failed("nothing")
    if criterion.most and len(free) > criterion.most:
        return _failed("many", detail=f"Changed: {', '.join(free)}.")
    return MET


@_judge.register
def _(criterion: Reaches, desk: Desk) -> Judgement:
    sign = 1 if criterion.at_least is not None else -1
    bound = criterion.at_least if criterion.at_least is not None else criterion.at_most
    assert bound is not None, "one of the two is given"

    def told(found: Measurement) -> str:
        if min(sign * found.low, sign * found.high) >= sign * bound:
            return "met"
        return "short" if max(sign * found.low, sign * found.high) < sign * bound else ""

    return _by_interval(desk, criterion.measured, told)


@_judge.register
def _(criterion: ClaimedNumber, desk: Desk) -> Judgement:
    given = desk.answers.given[criterion.answer]
    found = desk.bench.estimate(criterion.measured)
    claimed = _as_number(given, criterion.measured, desk)
    found, computed = widened(found, criterion.tolerance), _told(criterion.measured, desk)
    if claimed < found.low or claimed > found.high:
        return _failed("low" if claimed < found.low else "high", computed)
    return Judgement(Verdict.MET, 1.0, computed=computed)


@_judge.register
def _(criterion: ClaimedInterval, desk: Desk) -> Judgement:
    given = desk.answers.given[criterion.answer]
    assert isinstance(given, tuple), "an interval was read as one"
    found, (low, high) = desk.bench.estimate(criterion.measured), given
    if high < found.low or low > found.high:
        return _failed("low" if high < found.low else "high", str(found))
    if high - low > criterion.widest + 1e-9:
        return Judgement(Verdict.PARTLY, HALF, "wide", str(found))
    return Judgement(Verdict.MET, 1.0, computed=str(found))


@_judge.register
def _(criterion: Choice, desk: Desk) -> Judgement:
    right, computed = _right(criterion, desk)
    if desk.answers.given[criterion.answer] not in right:
        return _failed("wrong", computed)
    return Judgement(Verdict.MET if len(right) == 1 else Verdict.OPEN, 1.0, computed=computed)


@_judge.register
def _(criterion: Attributed, desk: Desk) -> Judgement:
    cited = claims_of(desk.handed_in.reading(criterion.scenario))
    if cited < criterion.at_least:
        return _failed("few", detail=f"Found {cited}, asked for {criterion.at_least}.")
    return MET


@_judge.register
def _(criterion: Plays, desk: Desk) -> Judgement:
    played = play(criterion, desk.handed_in, desk.bench.seed)
    if played.way:
        return _failed(played.way, played.computed, played.detail)
    return Judgement(Verdict.MET, 1.0, computed=played.computed)


@_judge.register
def _(criterion: Read, desk: Desk) -> Judgement:
    return Judgement(Verdict.TO_READ, 0.0)


def _by_interval(desk: Desk, asked: Measured, told: Callable[[Measurement], str]) -> Judgement:
    """Judge by the interval; where it straddles the bound ask larger batches, then give the benefit of the doubt."""
    for finer in desk.bench.finer:
        found = desk.bench.estimate(asked, finer)
        way = told(found)
        if way == "met":
            return Judgement(Verdict.MET, 1.0, computed=str(found))
        if way:
            return _failed(way, str(found))
    return Judgement(Verdict.OPEN, 1.0, computed=str(found))


def _right(criterion: Choice, desk: Desk) -> tuple[list[str], str]:
    """The choices that are right, and what was computed."""
    if criterion.ending is not None:
        word = desk.bench.ending(criterion.ending)
        return [criterion.words.get(word, word.replace("_", " "))], word
    if criterion.sign is not None:
        return _sign(criterion.sign, criterion.words, criterion.enough, desk)
    return _foremost(criterion.greatest or criterion.least, 1 if criterion.greatest else -1, desk)


def _sign(asked: Measured, words: Mapping[str, str], enough: float, desk: Desk) -> tuple[list[str], str]:
    for finer in desk.bench.finer:
        found = desk.bench.estimate(asked, finer)
        possible = [
            name
            for name, holds in (
                ("higher", found.high > enough),
                ("lower", found.low < -enough),
                ("same", found.low <= enough and found.high >= -enough),
            )
            if holds
        ]
        if len(possible) == 1 or found.low == found.high:
            break
    return [words[name] for name in possible], str(found)


def _foremost(options: Mapping[str, Measured], sign: int, desk: Desk) -> tuple[list[str], str]:
    """The options that no other is told to surpass."""
    for finer in desk.bench.finer:
        values = {name: sign * desk.bench.estimate(each, finer).value for name, each in options.items()}
        best = max(values, key=lambda name: values[name])
        level = [best]
        for name, each in options.items():
            if name != best:
                gap = desk.bench.between(options[best], each, finer)
                if min(sign * gap.low, sign * gap.high) <= 0:
                    level.append(name)
        if len(level) == 1:
            break
    computed = ", ".join(f"{name} {sign * value:.3g}" for name, value in values.items())
    return level, computed


def _as_number(given: Given, asked: Measured, desk: Desk) -> float:
    if not isinstance(given, datetime.date):
        assert isinstance(given, int | float), "a number was read as one"
        return float(given)
    start = desk.handed_in.case(asked.scenario, tuple(asked.changes)).start
    return float((given - start).days)


def _told(asked: Measured, desk: Desk) -> str:
    found = desk.bench.estimate(asked)
    if asked.of.rpartition(".")[2] in ("first_opened", "first_agreed"):
        return f"{found}: {desk.bench.day(asked, found.value) or 'never'}"
    return str(found)
