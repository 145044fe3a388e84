"""What the model's runs did with the same table: the key of the debrief, for the instructor alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.classroom.pack.game import Game
from sim.engine.chunk import Chunk
from sim.scenario.case import Case
from sim.show.told import Refused
from sim.study.computing import ENGINES, CannotCompile
from sim.study.summary import Mean, Share, TrackSummary, summarise
from sim.study.unlocking import Draws, Target, Unlocking, unlocking

MOST_SETS = 5
"""Sets of conditions that are told."""


@dataclass(frozen=True, slots=True)
class Ran:
    """Many runs of the whole scenario, seen from one table."""

    n: int
    seed: int
    summary: TrackSummary
    unlocking: Unlocking | None
    """None where nothing gates, or where the compiled engine cannot run the case."""


@dataclass(frozen=True, slots=True)
class Range:
    """A number with its interval, ready to be printed."""

    what: str
    value: str


def ran_of(game: Game, replications: int, seed: int, tell: Callable[[str], None] = lambda line: None) -> Ran:
    """Run the scenario and see what became of the table.

    Args:
        game: the table.
        replications: how many runs, ranges drawn anew in each.
        seed: of every draw.
        tell: takes a line for who waits.

    Raises:
        Refused: no run came to a result.
    """
    tell(f"{replications:,} runs of the scenario")
    engine = _engine(game.case)
    rows = [row for chunk in _chunks(engine, game.case, replications, seed) for row in chunk.rows()]
    tracks = summarise(rows, game.case.horizon).tracks
    summary = next((each for each in tracks if each.track == game.track.name), None)
    if summary is None:
        raise Refused(f"none of {replications:,} runs came to a result", 1)
    target, found = Target(game.track.name, 0, game.case.horizon), None
    if engine == "compiled" and game.track.preconditions:
        tell("the same runs with conditions taken away")
        stored = tuple(each.conditions for each in summary.unlocks)
        found = unlocking(game.case, target, Draws(seed, replications, False, engine), stored)
    return Ran(summary.n, seed, summary, found)


def _engine(case: Case) -> str:
    try:
        ENGINES["compiled"].ready(case, 0, False)
    except CannotCompile:
        return "mesa"
    return "compiled"


def _chunks(engine: str, case: Case, replications: int, seed: int) -> Sequence[Chunk]:
    some, at_once = ENGINES[engine].ready(case, seed, False), ENGINES[engine].at_once
    starts = range(0, replications, at_once)
    return [some(first, min(at_once, replications - first)) for first in starts]


def ranges_of(ran: Ran) -> tuple[Range, ...]:
    """What to expect, each number with its interval."""
    summary = ran.summary
    told = [Range("Runs in which a deal was agreed", share_text(summary.agreed))]
    told += [
        Range(f"Ended: {ending.replace('_', ' ')}", share_text(share)) for ending, share in summary.endings.items()
    ]
    days = summary.days_to_agreement[1]
    if days is not None:
        low, high = summary.median_day_between
        between = f" (95 %: {low} to {'beyond the end' if high is None else high})" if low is not None else ""
        told.append(Range("Median day of the first agreement", f"{days}{between}"))
    told += [
        Range(what, mean_text(mean))
        for what, mean in (
            ("Days a run on which conditions left no package", summary.days_blocked),
            ("Days a run with a deal in force", summary.days_in_force),
            ("Persons a run, agreed", summary.persons_agreed),
            ("Persons a run, delivered", summary.persons_delivered),
            ("Violations a run", summary.violations),
            ("Violations a run that were alleged", summary.alleged),
        )
        if mean.mean > 0.0
    ]
    return tuple(told)


def share_text(share: Share) -> str:
    """A share with its interval.

    >>> share_text(Share(50, 100, 0.5, 0.404, 0.596))
    '50.0 % (95 %: 40.4 to 59.6)'
    """
    return f"{100 * share.share:.1f} % (95 %: {100 * share.low:.1f} to {100 * share.high:.1f})"


def mean_text(mean: Mean) -> str:
    """A mean with its interval.

    >>> mean_text(Mean(10, 2.0, 1.5, 2.5))
    '2.0 (95 %: 1.5 to 2.5)'
    """
    return f"{mean.mean:.1f} (95 %: {mean.low:.1f} to {mean.high:.1f})"


@dataclass(frozen=True, slots=True)
class Blocked:
    """A condition that stood in the way."""

    condition: str
    gate: str
    runs: str
    days: str


@dataclass(frozen=True, slots=True)
class Unlocks:
    """A set of conditions, and what its going changed."""

    conditions: str
    reached: str
    gain: str


def blocked_of(game: Game, ran: Ran) -> tuple[Blocked, ...]:
    """Conditions that stood in the way, most days first."""
    track = game.track.name
    entering = [(each.condition, "coming to the table", each.runs, each.days) for each in ran.summary.holders]
    accepting = [(each.condition, "signing", each.runs, each.days) for each in ran.summary.blockers]
    return tuple(
        Blocked(game.labels.whose(track, name), gate, share_text(runs), mean_text(days))
        for name, gate, runs, days in (*entering, *accepting)
    )


def unlocks_of(game: Game, ran: Ran) -> tuple[Unlocks, ...]:
    """The smallest sets of conditions that gained most when they were taken away."""
    if ran.unlocking is None:
        return ()
    best = sorted(ran.unlocking.smallest, key=lambda each: -each.gain.value)[:MOST_SETS]
    return tuple(
        Unlocks(
            " with ".join(game.labels.whose(game.track.name, name) for name in each.conditions),
            share_text(each.reached),
            f"{100 * each.gain.value:+.1f} points (95 %: {100 * each.gain.low:+.1f} to {100 * each.gain.high:+.1f})",
        )
        for each in best
    )
