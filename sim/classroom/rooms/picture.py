"""The class, looked back on: same start, different ends."""

from functools import lru_cache

from sim.classroom.rooms.debrief import RUNS, End, EngineRuns, ends, engine_runs, last_talks
from sim.classroom.rooms.refusal import Refusal
from sim.classroom.rooms.rooms import Rooms
from sim.classroom.rooms.settings import require
from sim.scenario.case import Case
from sim.show import style
from sim.show.class_space import Alone, RoomEnd, class_space
from sim.show.files import Drawing


def class_ends(rooms: Rooms, token: str, track: str) -> tuple[End, ...]:
    """Where every room that began as the token's came to on a track, by their place in the order of opening.

    Raises:
        Refusal: there is no such track, or the debrief is not open to the token yet.
    """
    hosted, others = rooms.same_start(token)
    require(track, [each.name for each in hosted.room.case.tracks], "track")
    found: list[End] = []
    for name, other in others:
        with other.changed:
            found += ends([(name, other.room)], track)
    return tuple(found)


def class_picture(rooms: Rooms, token: str, track: str, runs: int = RUNS) -> Drawing:
    """The class on the Pareto picture: what those rooms agreed, and what the engine alone comes to in so many runs.

    The packages stand where their worths in the token's room put them.

    Raises:
        Refusal: as `class_ends`; or there were no talks on the track.
    """
    found = class_ends(rooms, token, track)
    hosted, _ = rooms.same_start(token)
    room, settings = hosted.room, hosted.room.settings
    with hosted.changed:
        talks = last_talks(room, track)
    if talks is None:
        raise Refusal("there were no talks on this track")
    space = room.table(track).case.space
    alone = next(each for each in _alone(room.case, settings.seed, settings.central, runs) if each.track == track)
    return class_space(
        talks,
        [RoomEnd(end.room, end.outcome) for end in found],
        Alone(alone.runs, alone.first_deals),
        room.labels,
        packages=[space.describe(outcome) for outcome in range(len(space.outcomes))],
        note=style.caption(alone.runs, settings.seed),
    )


def _alone(case: Case, seed: int, central: bool, runs: int) -> tuple[EngineRuns, ...]:
    key = _Start(case)
    return _kept(key, seed, central, runs)


class _Start:
    """A case that stands for itself by its digest: what depends on it alone can be kept."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __hash__(self) -> int:
        return hash(self.case.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Start) and other.case.digest == self.case.digest


@lru_cache(maxsize=32)
def _kept(start: _Start, seed: int, central: bool, runs: int) -> tuple[EngineRuns, ...]:
    return engine_runs(start.case, seed, count=runs, central=central)
