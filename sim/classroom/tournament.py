"""A tournament: everybody against everybody else on both sides, the same luck for all, and standings with intervals.

What a strategy is measured by: how much of what there was it got for its party, and how often what it agreed lived.
Half of each is its score, so that nobody comes first by wrecking what the talks are for.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sim.classroom.confinement import Limits
from sim.classroom.matches import Entrant, Game, Match, pairings, play_match, why_refused
from sim.classroom.sharing import sharing
from sim.strategies import shelf
from sim.study.estimates import Estimate
from sim.study.paired import difference_of_reals

FIELD = ("boulware", "conceder", "hardliner", "linear", "micro", "tit_for_tat")
"""Of the shelf, who takes part where nobody is named."""
MOST_ENTRANTS = 60


class NoTournament(ValueError):
    """A field that cannot be played, and why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a strategy did, over all its matches."""

    rank: int
    """One more than the number of those that did better beyond doubt: whom nothing tells apart share a rank."""
    name: str
    score: Estimate
    """Mean of `own` and `kept`, with its 95 % interval over replications."""
    own: float
    """Mean share of the best that there was for it."""
    theirs: float
    """The same of whom it met."""
    agreed: float
    kept: float
    matches: int

    @property
    def joint(self) -> float:
        """Mean share of both sides."""
        return (self.own + self.theirs) / 2


@dataclass(frozen=True, slots=True)
class Tournament:
    """Everything that was played, and what it came to."""

    scenarios: tuple[str, ...]
    seed: int
    replications: int
    standings: tuple[Standing, ...]
    matches: tuple[Match, ...]
    """All that were played to the end, by those who were not disqualified."""
    disqualified: Mapping[str, str]
    """Why, by name."""

    def payoffs(self) -> list[list[float]]:
        """[row][column]: mean own share of one strategy against another, both in the order of the standings."""
        names = [standing.name for standing in self.standings]
        found: dict[tuple[str, str], list[float]] = {}
        for match in self.matches:
            for pair, side in (((match.first, match.second), 0), ((match.second, match.first), 1)):
                found.setdefault(pair, []).extend(outcome.own[side] for outcome in match.outcomes)
        return [[mean(found.get((row, column), [])) for column in names] for row in names]


def entrants(folder: Path | None, named: Sequence[str]) -> list[Entrant]:
    """Who takes part: the strategy files of a folder by name, and some of the shelf.

    Raises:
        NoTournament: the folder holds no such file, or there are too few or too many.
        InvalidStrategy: a name is not on the shelf.
    """
    files = sorted(folder.glob("*.py")) if folder is not None else []
    found = [Entrant(file.name, str(file)) for file in files if file.is_file() and not file.name.startswith(("_", "."))]
    if folder is not None and not found:
        raise NoTournament(f"'{folder}' holds no strategy: expected files that end in .py")
    found += [Entrant(shelf.find(name).name) for name in dict.fromkeys(named)]
    if not 2 <= len(found) <= MOST_ENTRANTS:
        raise NoTournament(f"{len(found)} strategies take part: expected 2 to {MOST_ENTRANTS}")
    return found


def hold(
    games: Sequence[Game],
    field: Sequence[Entrant],
    *,
    seed: int = 1,
    replications: int = 50,
    jobs: int = 1,
    limits: Limits | None = None,
    told: Callable[[int, int], None] = lambda done, all_of_them: None,
) -> Tournament:
    """Play a tournament. The same field, seed and scenarios give the same, whoever plays it and with however many jobs.

    Args:
        games: the scenarios, by different names.
        field: who takes part, by different names.
        seed: of every draw, 0 or more.
        replications: of every match, at least 1; number k has the same luck in all of them.
        jobs: processes that play at the same time.
        limits: of every process of a file.
        told: is called with the number of matches played, and of all.

    Raises:
        NoTournament: fewer than two are left to play.
    """
    within = limits or Limits()
    with sharing(jobs) as each:
        refusals = each(partial(why_refused, games=tuple(games), seed=seed, limits=within), field)
        disqualified = {entrant.name: why for entrant, why in zip(field, refusals, strict=True) if why}
        playing = [entrant for entrant in field if entrant.name not in disqualified]
        _require_two(playing, disqualified)
        to_play = list(pairings(len(games), playing))
        one = partial(play_match, games=tuple(games), seed=seed, replications=replications, limits=within)
        matches = []
        for match in each(one, to_play):
            matches.append(match)
            told(len(matches), len(to_play))
    for match in matches:
        if match.failed:
            disqualified.setdefault(match.failed, match.why)
    left = [entrant for entrant in playing if entrant.name not in disqualified]
    _require_two(left, disqualified)
    played = tuple(match for match in matches if not {match.first, match.second} & set(disqualified))
    return Tournament(
        tuple(game.case.name for game in games), seed, replications,
        tuple(standings([entrant.name for entrant in left], played, replications)), played, disqualified,
    )  # fmt: skip


def _require_two(left: Sequence[Entrant], disqualified: Mapping[str, str]) -> None:
    if len(left) < 2:
        reasons = "; ".join(disqualified.values())
        raise NoTournament(f"{len(left)} of {len(left) + len(disqualified)} strategies can play: {reasons}")


def standings(names: Sequence[str], matches: Sequence[Match], replications: int) -> list[Standing]:
    """Who did how well, by rank, then score, then name.

    Args:
        names: who played.
        matches: all between them, with as many outcomes as there were replications.
        replications: of each match.
    """
    scores = {name: _scores(name, matches, replications) for name in names}
    found = []
    for name in names:
        betters = sum(1 for other in names if _is_better(scores[other], scores[name]))
        found.append(_standing(betters + 1, name, scores[name], matches))
    return sorted(found, key=lambda standing: (standing.rank, -standing.score.value, standing.name))


def _is_better(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether the 95 % interval of the difference on the same draws lies above 0."""
    return difference_of_reals([a - b for a, b in zip(one, other, strict=True)]).above


def _scores(name: str, matches: Sequence[Match], replications: int) -> list[float]:
    """[replication]: half the mean own share and half the mean share of talks whose deal lived, over all matches."""
    values: list[list[float]] = [[] for _ in range(replications)]
    for match in matches:
        for side, player in enumerate((match.first, match.second)):
            if player == name:
                for replication, outcome in enumerate(match.outcomes):
                    values[replication].append((outcome.own[side] + outcome.kept) / 2)
    return [mean(each) for each in values]


def _standing(rank: int, name: str, scores: list[float], matches: Sequence[Match]) -> Standing:
    own, theirs, agreed, kept = list[float](), list[float](), list[float](), list[float]()
    played = [match for match in matches if name in (match.first, match.second)]
    for match in played:
        side = 0 if match.first == name else 1
        own += [outcome.own[side] for outcome in match.outcomes]
        theirs += [outcome.own[1 - side] for outcome in match.outcomes]
        agreed += [outcome.agreed for outcome in match.outcomes]
        kept += [outcome.kept for outcome in match.outcomes]
    score = difference_of_reals(scores)
    return Standing(rank, name, score, mean(own), mean(theirs), mean(agreed), mean(kept), len(played))


def mean(values: Sequence[float]) -> float:
    """The mean, rounded once, so that it does not depend on the order; NaN of nothing."""
    return math.fsum(values) / len(values) if values else math.nan
