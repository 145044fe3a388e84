"""How well a model did: the probability that it gave to what was observed, next to what plain guesses gave."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sim.engine.chunk import joined_deals
from sim.scenario.case import Case
from sim.scenario.reading import Reading
from sim.study.computing import CannotCompile, lives_compiled, lives_mesa
from sim.study.score_arithmetic import Bin, brier_score, drawn_again, floored, log_score, mean, reliability, waiting
from sim.study.score_statements import Lives, Statement, Unscored, statements_of
from sim.study.summary import wilson

AT_ONCE = 1_000
"""Replications that are run at once."""
BY_DAYS = ("agreement", "days_in_force", "gap")
"""Statements about a wait: the plain guess is that every day is as likely as any other."""
BY_SHARE = ("ending", "delivered", "renewals")
"""Statements of which the plain guess is how often each class was seen in other cases."""


@dataclass(frozen=True, slots=True)
class Score:
    """What the model's probability of a statement was worth, and what the plain guess was worth."""

    statement: Statement
    probability: float
    """Of what was seen; of several gaps, the geometric mean."""
    low: float
    high: float
    """Wilson's interval of a probability that is counted in so many runs: luck of the draws. NaN for several gaps."""
    log_score: float
    brier: float
    plain: float
    """The plain guess's probability of what was seen."""
    plain_brier: float

    @property
    def skill(self) -> float:
        """How many times the model doubled the plain guess's probability of what was seen; below 0, halved it."""
        return self.log_score - math.log2(self.plain)


@dataclass(frozen=True, slots=True)
class CaseScore:
    """Mean skill over the statements of a case, versions of one statement counted as one."""

    case: str
    statements: int
    skill: float
    """NaN where none counts."""
    fitted: int
    fitted_skill: float
    """The same over statements that were in view when numbers were set."""


@dataclass(frozen=True, slots=True)
class Report:
    """The scores of some scenarios."""

    replications: int
    seed: int
    titles: Mapping[str, str]
    """By case."""
    labels: Mapping[str, Mapping[str, str]]
    """By case and track."""
    digests: Mapping[str, str]
    scores: tuple[Score, ...]
    unscored: tuple[Unscored, ...]
    failed: Mapping[str, int]
    """By case: replications that came to no end and are left out; only where there are any."""
    cases: tuple[CaseScore, ...]
    skill: tuple[float, float, float]
    """Mean over cases of what was not in view, and its 95 % interval by drawing cases again."""
    bins: tuple[Bin, ...]
    """Every class of every statement that was not in view, gaps aside: how likely it was said to be, how often seen."""
    resampled: tuple[tuple[float, float], ...]
    """By bin: the 95 % interval of the share that came true by drawing cases again; NaN for fewer than two cases."""


def score(
    scenarios: Sequence[tuple[Reading, Case]],
    replications: int,
    seed: int,
    tell: Callable[[str], None] = lambda words: None,
) -> Report:
    """Run scenarios and score what was observed of each.

    Args:
        scenarios: what was read, and compiled; no two of the same name.
        replications: of each, at least 1.
        seed: of every draw.
        tell: told what is being done, and what could not be.
    """
    statements: list[Statement] = []
    unscored: list[Unscored] = []
    failed = {}
    for reading, case in scenarios:
        tell(f"{case.name}: {replications:,} replications")
        lives = live(case, replications, seed, tell)
        if lives.finished < replications:
            failed[case.name] = replications - lives.finished
        stated, left = statements_of(reading, case, lives)
        statements, unscored = [*statements, *stated], [*unscored, *left]
    scores = tuple(scored(statement, statements) for statement in statements)
    cases = tuple(of_cases(scores))
    counted = [case.skill for case in cases if case.statements]
    bins, resampled = _reliability(scores, seed)
    return Report(
        replications=replications,
        seed=seed,
        titles={case.name: case.title for _, case in scenarios},
        labels={case.name: {track.name: track.label for track in case.tracks} for _, case in scenarios},
        digests={case.name: case.digest for _, case in scenarios},
        scores=scores,
        unscored=tuple(unscored),
        failed=failed,
        cases=cases,
        skill=(mean(counted), *drawn_again(len(counted), lambda drawn: mean([counted[c] for c in drawn]), seed)),
        bins=bins,
        resampled=resampled,
    )


def rows_of(report: Report) -> list[dict[str, str | int | float]]:
    """Every score as a row of a table, the same columns in each."""
    return [
        {
            "case": each.statement.case,
            "track": each.statement.track,
            "statement": each.statement.kind,
            "version": each.statement.version,
            "claim": each.statement.claim,
            "in_view": int(each.statement.fitted),
            "observed": each.statement.seen,
            "classes": len(each.statement.classes),
            "runs": each.statement.runs,
            "probability": each.probability,
            "low": each.low,
            "high": each.high,
            "log_score": each.log_score,
            "brier": each.brier,
            "plain": each.plain,
            "plain_brier": each.plain_brier,
            "skill": each.skill,
        }
        for each in report.scores
    ]


def live(case: Case, replications: int, seed: int, tell: Callable[[str], None]) -> Lives:
    """Run a case so many times, and keep the deals of the runs that finished."""
    try:
        some, at_once = lives_compiled(case, seed), AT_ONCE
    except CannotCompile as why:
        tell(f"{case.name} runs on the slower engine: {why}")
        some, at_once = lives_mesa(case, seed), 4
    parts = [some(first, min(at_once, replications - first)) for first in range(0, replications, at_once)]
    return Lives(sum(finished for finished, _ in parts), joined_deals([deals for _, deals in parts]))


def scored(statement: Statement, among: Iterable[Statement]) -> Score:
    """Score a statement; the plain guess learns from the statements of its kind in other cases."""
    probabilities = floored(statement.counts)
    plain = plain_guess(statement, [other for other in among if other.case != statement.case and not _doubled(other)])
    worth = log_score(probabilities, statement.observed)
    low, high = math.nan, math.nan
    if len(statement.observed) == 1:
        low, high = wilson(statement.counts[statement.observed[0]], statement.runs)
    return Score(
        statement=statement,
        probability=math.pow(2.0, worth),
        low=low,
        high=high,
        log_score=worth,
        brier=brier_score(probabilities, statement.observed),
        plain=math.pow(2.0, log_score(plain, statement.observed)),
        plain_brier=brier_score(plain, statement.observed),
    )


def _doubled(statement: Statement) -> bool:
    """A further version of a statement: the first one stands for both where others learn."""
    return statement.version > 0


def plain_guess(statement: Statement, others: Iterable[Statement]) -> tuple[float, ...]:
    """What somebody would say who knows nothing of the parties.

    Of terms, that all packages are alike. Of waits, that this is like one of the other cases, whichever, in which every
    day has the same chance, as far as the waits there tell it. Of what else there is, how often it was seen in other
    cases; where there is none, that all classes are alike. Cases are compared by sort: tracks that bring a truce, and
    others.
    """
    learned = [other for other in others if (other.kind, other.alike) == (statement.kind, statement.alike)]
    if statement.kind in BY_SHARE:
        seen = [other.observed[0] for other in learned]
        return floored([seen.count(place) for place in range(len(statement.classes))])
    if statement.kind in BY_DAYS:
        never = statement.kind == "agreement"
        each = [
            waiting(statement.days, *waits, never=never) for waits in [other.waits for other in learned] or [(0, 0)]
        ]
        return tuple(mean(shares) for shares in zip(*each, strict=True))
    return floored([0] * len(statement.classes))


def of_cases(scores: Iterable[Score]) -> Iterator[CaseScore]:
    """Mean skill by case: of what was not in view when numbers were set, and of what was."""
    for case, found in groupby(scores, key=lambda each: each.statement.case):
        by_fit: dict[bool, list[float]] = {True: [], False: []}
        for fitted, skills in _by_statement(list(found)):
            by_fit[fitted].append(mean(skills))
        yield CaseScore(case, len(by_fit[False]), mean(by_fit[False]), len(by_fit[True]), mean(by_fit[True]))


def of_kinds(scores: Sequence[Score]) -> dict[str, tuple[int, float]]:
    """By kind of statement, of those that were not in view: how many, and their mean skill (of versions, the mean)."""
    found: dict[str, list[float]] = {}
    for case in dict.fromkeys(each.statement.case for each in scores):
        for kind in dict.fromkeys(each.statement.kind for each in scores):
            of_kind = [each for each in scores if (each.statement.case, each.statement.kind) == (case, kind)]
            found.setdefault(kind, []).extend(mean(skills) for fitted, skills in _by_statement(of_kind) if not fitted)
    return {kind: (len(skills), mean(skills)) for kind, skills in found.items() if skills}


def _by_statement(scores: Iterable[Score]) -> Iterator[tuple[bool, list[float]]]:
    """The skills of all versions of each statement."""
    grouped: dict[tuple[str, str, bool], list[float]] = {}
    for each in scores:
        statement = each.statement
        grouped.setdefault((statement.track, statement.kind, statement.fitted), []).append(each.skill)
    for (_, _, fitted), skills in grouped.items():
        yield fitted, skills


def _reliability(scores: Sequence[Score], seed: int) -> tuple[tuple[Bin, ...], tuple[tuple[float, float], ...]]:
    by_case: dict[str, list[tuple[float, bool]]] = {}
    for each in scores:
        statement = each.statement
        if not (statement.fitted or _doubled(statement) or statement.kind == "gap"):
            by_case.setdefault(statement.case, []).extend(_stated(statement))
    cases = list(by_case.values())
    bins = reliability([pair for pairs in cases for pair in pairs])
    by_draw: list[tuple[float, float]] = []
    for place in range(len(bins)):
        inside = [reliability(pairs)[place] for pairs in cases]

        def share(drawn: Sequence[int], inside: Sequence[Bin] = inside) -> float:
            n = sum(inside[case].n for case in drawn)
            return sum(inside[case].came_true for case in drawn) / n if n else math.nan

        by_draw.append(drawn_again(len(cases), share, seed))
    return bins, tuple(by_draw)


def _stated(statement: Statement) -> Iterator[tuple[float, bool]]:
    """The probability of every class that some run saw or that was observed, and whether it was observed."""
    for place, probability in enumerate(floored(statement.counts)):
        if statement.counts[place] or place in statement.observed:
            yield probability, place in statement.observed
