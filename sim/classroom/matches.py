"""Matches between two strategies: who takes part, what is played, and what each side made of it."""

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import NamedTuple

from sim.classroom.confinement import Confined, Limits
from sim.classroom.seating import play
from sim.engine.record import NEVER, RunRecord, TalksRecord
from sim.scenario.case import Case
from sim.strategies import shelf
from sim.strategies.asking import StrategyFailed
from sim.strategies.module import InvalidStrategy, StrategyModule
from sim.terms import DealEnding, TalksEnding

LIVED = tuple(ending.name.lower() for ending in (DealEnding.EXPIRED, DealEnding.COMPLETED, DealEnding.OPEN_AT_HORIZON))
"""Endings of a deal that was kept as long as it was to last, or is kept still."""
HELD = tuple(ending.name.lower() for ending in TalksEnding if ending is not TalksEnding.NONE)
"""Endings of talks that were brought to an end."""


TRIAL = "linear"
"""Of the shelf, whom everybody meets first."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """A strategy that takes part: one of the shelf, or a file."""

    name: str
    """On the shelf; or the name of the file, with its ending."""
    file: str = ""
    """Empty for one of the shelf."""


class Game(NamedTuple):
    """A scenario as a match is played on it: who sits where."""

    case: Case
    sides: tuple[str, str]
    """The first two parties at the first table of the scenario; where others sit, they play as it says."""


class Outcome(NamedTuple):
    """What one replication of a match came to. All but `talks` are means over its talks, 0 without any."""

    talks: int
    """That were brought to an end between the two sides."""
    own: tuple[float, float]
    """Worth of what was agreed to each side, as a share of the best that there was for it; in [-1, 1]."""
    agreed: float
    """Share of talks that ended in an agreement."""
    kept: float
    """Share of talks that ended in a deal which lived."""


@dataclass(frozen=True, slots=True)
class Match:
    """One strategy in the first seat, another in the second, over all replications of a scenario."""

    scenario: str
    first: str
    second: str
    outcomes: tuple[Outcome, ...]
    failed: str = ""
    """Who gave no usable answer, and so ended the match; empty where nobody did."""
    why: str = ""


class Pairing(NamedTuple):
    """A match that is to be played."""

    game: int
    first: Entrant
    second: Entrant


def game_of(case: Case) -> Game:
    """The seats of a scenario. Raises ValueError where no table has two."""
    for track in case.tracks:
        if len(track.parties) >= 2:
            first, second = (case.parties[party].name for party in track.parties[:2])
            return Game(case, (first, second))
    raise ValueError(f"'{case.name}' has no table with two parties")


def pairings(games: int, entrants: Sequence[Entrant]) -> Iterator[Pairing]:
    """Everybody against everybody else, each once on either side, in every game."""
    for game in range(games):
        for first in entrants:
            for second in entrants:
                if first != second:
                    yield Pairing(game, first, second)


def why_refused(entrant: Entrant, games: Sequence[Game], seed: int, limits: Limits) -> str:
    """Why a strategy cannot take part; empty where it can.

    A file is tried, and then plays one replication of every game against `TRIAL`: most of what would fail fails here,
    before it costs everybody a match.
    """
    if not entrant.file:
        return ""
    try:
        with Confined(entrant.file, limits, called=entrant.name):
            pass
    except InvalidStrategy as invalid:
        return str(invalid)
    for place in range(len(games)):
        match = play_match(Pairing(place, entrant, Entrant(TRIAL)), games, seed, 1, limits)
        if match.failed:
            return match.why
    return ""


def play_match(pairing: Pairing, games: Sequence[Game], seed: int, replications: int, limits: Limits) -> Match:
    """Play a match: all replications, with a process for each file that lives as long as the match."""
    game = games[pairing.game]
    names = (pairing.first.name, pairing.second.name)
    outcomes = []
    with ExitStack() as stack:
        strategies, confined = [], []
        for entrant in (pairing.first, pairing.second):
            try:
                strategy, process = _open(entrant, limits, stack)
            except InvalidStrategy as invalid:
                return Match(game.case.name, *names, (), entrant.name, str(invalid))
            strategies.append(strategy)
            confined.append(process)
        seated = dict(zip(game.sides, strategies, strict=True))
        for replication in range(replications):
            try:
                outcomes.append(outcome_of(play(game.case, seed, replication, seated), game.sides))
            except StrategyFailed as failure:
                fault = next(n for n, one in zip(names, confined, strict=True) if one is not None and one.failed)
                where = f"{failure} in '{game.case.name}', replication {replication}, against '{_other(names, fault)}'"
                return Match(game.case.name, *names, (), fault, where)
    return Match(game.case.name, *names, tuple(outcomes))


def _other(names: tuple[str, str], name: str) -> str:
    return names[1] if name == names[0] else names[0]


def _open(entrant: Entrant, limits: Limits, stack: ExitStack) -> tuple[StrategyModule, Confined | None]:
    if not entrant.file:
        return shelf.find(entrant.name), None
    confined = stack.enter_context(Confined(entrant.file, limits, called=entrant.name))
    return confined.strategy, confined


def outcome_of(record: RunRecord, sides: tuple[str, str]) -> Outcome:
    """What a run came to for two sides."""
    held = [talks for talks in record.talks if talks.ending in HELD and set(sides) <= set(talks.parties)]
    if not held:
        return Outcome(0, (0.0, 0.0), 0.0, 0.0)
    tracks = {talks.track for talks in held}
    lived = sum(1 for deal in record.deals if deal.track in tracks and deal.ending in LIVED)
    shares = [[share_of_best(talks, side) for talks in held] for side in sides]
    own = (math.fsum(shares[0]) / len(held), math.fsum(shares[1]) / len(held))
    agreed = sum(1 for talks in held if talks.outcome != NEVER)
    return Outcome(len(held), own, agreed / len(held), min(lived, len(held)) / len(held))


def share_of_best(talks: TalksRecord, side: str) -> float:
    """Worth of what was agreed to a side, as a share of the best feasible that day, in [-1, 1]; 0 without agreement."""
    if talks.outcome == NEVER:
        return 0.0
    worths = talks.worths[talks.parties.index(side)]
    best = max((worth for worth, feasible in zip(worths, talks.feasible, strict=True) if feasible), default=0.0)
    return max(-1.0, min(1.0, worths[talks.outcome] / best)) if best > 0.0 else 0.0
