"""A room is a function of its case, its settings and its log."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sim.engine.model import run
from sim.scenario.case import Case

Open = Callable[..., Any]
ROOMS = {
    "march-2025": (),
    "ankara-2024": ("horizon=20",),
    "easter-truce-2025": (),
    "us-iran-2023": ("tracks.swap.talks.protocol=alternating", "horizon=60"),
}


@pytest.mark.parametrize(("name", "sets"), ROOMS.items())
def test_a_room_without_people_is_the_plain_run(name: str, sets: tuple[str, ...], case_of: Open, play: Open) -> None:
    """The same record as the engine's own, to the last bit, and no question is ever asked."""
    case = case_of(name, *sets)
    game = play(case, seed=5, replication=2)
    assert game.instruct("start") == ""
    assert game.room.course == "ended"
    assert game.room.stage.model.record() == run(case, 5, 2).record


@pytest.mark.parametrize(("name", "sets"), ROOMS.items())
def test_a_log_read_again_gives_what_everybody_saw(name: str, sets: tuple[str, ...], case_of: Open, play: Open) -> None:
    """Every view of every person, after a game with people in all seats, and in the middle of it."""
    game, luck = play(case_of(name, *sets)), random.Random(name)
    game.fill()
    marks = []
    while len(game.log) < 260 and game.plausible(luck):
        if luck.random() < 0.1:
            marks.append((len(game.log), game.seen()))
    marks.append((len(game.log), game.seen()))
    for length, seen in marks:
        again = game.again(length)
        assert game.seen(again) == seen
        again.stage.close()
    game.close()


def test_every_prefix_of_a_log_is_a_room(small: Case, play: Open) -> None:
    """Whatever the last entry was, the room that is read from the log is the one that stood there."""
    game, luck = play(small), random.Random(4)
    seen = []
    take = game.take

    def remember(who: str, body: Any) -> None:
        take(who, body)
        seen.append(game.seen())

    game.take = remember  # type: ignore[method-assign]
    game.fill()
    while len(game.log) < 90 and game.plausible(luck):
        pass
    for length, text in enumerate(seen, 1):
        again = game.again(length)
        assert game.seen(again) == text
        again.stage.close()
    game.close()


def test_two_rooms_of_one_start_share_their_luck(small: Case, play: Open) -> None:
    """Same case, seed and replication: what people do apart, the draws are the same."""
    rooms = [play(small, seed=9), play(small, seed=9)]
    for game in rooms:
        game.fill()
        while game.plausible(random.Random(1)):
            pass
    assert rooms[0].room.story == rooms[1].room.story


SEATS = ["alfa", "bravo", "charlie", "third", "instructor", "person 5"]
TRACKS = st.sampled_from(["swap", "truce", "nowhere"])
PACKAGES = st.one_of(
    st.fixed_dictionaries({"size": st.sampled_from(["10", "50", 100, "7"])}),
    st.fixed_dictionaries(
        {"days": st.sampled_from(["3", "7", "14"]), "monitoring": st.sampled_from(["0", 0.5, "1", True])}
    ),
    st.just({}),
)
MOVES = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["put", "accept", "withdraw"]), "track": TRACKS, "package": PACKAGES}
    ),
    st.fixed_dictionaries({"kind": st.just("bridge"), "track": TRACKS, "package": st.none() | PACKAGES}),
    st.fixed_dictionaries({"kind": st.just("ready"), "question": st.integers(0, 12)}),
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["drop", "state"]),
            "track": TRACKS,
            "precondition": st.sampled_from(["watched", "secretly_long", "prestige", "calm_first", "none"]),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("leave"), "track": TRACKS, "yes": st.booleans()}),
    st.fixed_dictionaries({"kind": st.just("renew"), "track": TRACKS, "yes": st.booleans()}),
    st.fixed_dictionaries(
        {"kind": st.just("say"), "to": st.sampled_from([*SEATS, "all"]), "text": st.text(max_size=9)}
    ),
    st.fixed_dictionaries({"kind": st.sampled_from(["start", "pause", "resume", "advance", "advance"])}),
    st.fixed_dictionaries(
        {"kind": st.just("clock")},
        optional={"days_at_once": st.integers(0, 9), "seconds_per_round": st.integers(-1, 9)},
    ),
    st.fixed_dictionaries(
        {"kind": st.just("inject")},
        optional={
            "event": st.just("shelling"),
            "fact": st.just("calm"),
            "level": st.floats(),
            "notice": st.text(max_size=5),
        },
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("reassign"),
            "seat": st.sampled_from(SEATS),
            "to": st.sampled_from(["engine", "Bird 5", "Bird 2"]),
        },
        optional={"strategy": st.sampled_from(["conceder", "nobody"])},
    ),
    st.dictionaries(
        st.text(max_size=5), st.none() | st.text(max_size=5) | st.lists(st.integers(), max_size=2), max_size=3
    ),
)
CLOCK = st.tuples(st.sampled_from(["dropped", "back", "time_up"]), st.sampled_from(SEATS[:4]))


@examples(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(SEATS), MOVES) | CLOCK, max_size=40),
    st.sampled_from(["wait", "engine", "instructor"]),
    st.booleans(),
)
def test_whatever_is_sent_a_room_takes_or_refuses_it(
    small: Case, play: Open, sent: list[tuple[str, Any]], drop_out: str, started: bool
) -> None:
    """No move breaks a room: each is taken or refused with a reason, and the log alone gives the room."""
    game = play(small, drop_out=drop_out)
    game.join("alfa", "bravo", "charlie", "third", None)
    if started:
        game.instruct("start")
    for who, what in sent:
        if isinstance(what, dict):
            why = game.act(who, **what) if "kind" in what else game.act(who, **{"kind": "none", **what})
            assert isinstance(why, str)
        elif who == "time_up" and game.room.posed is not None:
            game.take("clock", {"kind": who, "question": game.room.posed.number})
        elif who != "time_up" and game.room.cast.chairs[what].person is not None:
            game.take("clock", {"kind": who, "seat": what})
    again = game.again()
    assert game.seen(again) == game.seen()
    assert game.room.stage.failure == ""
    again.stage.close()
    game.close()
