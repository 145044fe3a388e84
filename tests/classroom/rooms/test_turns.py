"""Who may do what, when; what is refused changes nothing."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from sim.scenario.case import Case

Open = Callable[..., Any]
TEN, FIFTY = {"size": "10"}, {"size": "50"}
LONG, SHORT = {"days": "7", "monitoring": "0.5"}, {"days": "3", "monitoring": "1"}


@pytest.fixture
def game(small: Case, play: Open) -> Any:
    """People in all seats, a spectator, and the first question: an offer on the swap."""
    opened = play(small)
    opened.fill()
    return opened


def to_truce(game: Any) -> Any:
    """Let time run out on the swap until the truce is asked about."""
    while game.room.posed.track != "truce":
        game.instruct("advance")
    return game


REFUSED = [
    ("alfa", {"kind": "put", "track": "swop", "package": TEN}, "there is no track 'swop'; did you mean 'swap'?"),
    ("alfa", {"kind": "put", "track": "swap", "package": {"size": "11"}}, "'11' is no value of 'size'; there is"),
    ("alfa", {"kind": "put", "track": "swap", "package": {}}, "the package says nothing about 'size'"),
    ("alfa", {"kind": "put", "track": "swap", "package": {"size": 10, "sise": 1}}, "did you mean 'size'?"),
    ("alfa", {"kind": "accept", "track": "swap", "package": TEN}, "say yes to an offer when you are asked"),
    ("alfa", {"kind": "withdraw", "track": "swap", "package": TEN}, "you do not stand behind this package"),
    ("charlie", {"kind": "put", "track": "swap", "package": TEN}, "Charlie does not sit at Swap"),
    ("third", {"kind": "put", "track": "swap", "package": TEN}, "'put' is for a party to do"),
    ("alfa", {"kind": "bridge", "track": "truce", "package": LONG}, "'bridge' is for a mediator to do"),
    ("alfa", {"kind": "renew", "track": "truce", "yes": True}, "no renewal is asked of you now"),
    ("alfa", {"kind": "ready", "question": 99}, "question 99 is over or not yet asked; question 1 is asked now"),
    ("charlie", {"kind": "ready", "question": 1}, "you are not asked now"),
    ("alfa", {"kind": "drop", "track": "truce", "precondition": "prestige"}, "there is no precondition of yours"),
    ("bravo", {"kind": "drop", "track": "truce", "precondition": "prestige"}, "this precondition bars nothing"),
    ("alfa", {"kind": "state", "track": "truce", "precondition": "watched"}, "it stands already"),
    ("alfa", {"kind": "say", "to": "alfa", "text": "Well"}, "there is no seat 'alfa'"),
    ("alfa", {"kind": "say", "to": "all", "text": "  "}, "the message is empty"),
    ("alfa", {"kind": "say", "to": "all", "text": "x" * 501}, "at most 500 characters"),
    ("alfa", {"kind": "pause"}, "'pause' is the instructor's to do"),
    ("alfa", {"kind": "reassign", "seat": "bravo", "to": "engine"}, "is the instructor's to do"),
    ("person 5", {"kind": "ready", "question": 1}, "spectators look on"),
    ("instructor", {"kind": "ready", "question": 1}, "'ready' is for those in a seat to do"),
    ("instructor", {"kind": "start"}, "'start' needs a room that is lobby; this one is running"),
    ("instructor", {"kind": "resume"}, "'resume' needs a room that is paused"),
    ("instructor", {"kind": "clock"}, "say seconds_per_round, days_at_once, or both"),
    ("instructor", {"kind": "clock", "days_at_once": 0}, "greater than or equal to 1"),
    ("instructor", {"kind": "inject", "event": "shellin"}, "did you mean 'shelling'?"),
    ("instructor", {"kind": "inject", "fact": "calm"}, "say one of event, notice, or fact with level"),
    ("instructor", {"kind": "reassign", "seat": "alfa", "to": "Nobody"}, "there is no pseudonym 'Nobody'"),
    ("instructor", {"kind": "reassign", "seat": "third", "to": "engine", "strategy": "linear"}, "for a party"),
    ("alfa", {"kind": "dance"}, "there is no move 'dance'"),
    ("alfa", {"kind": "put", "track": "swap"}, "'put.package' is missing"),
    ("alfa", {"kind": "say", "to": "all", "text": "<b>", "html": True}, "there is no 'say.html'"),
    ("alfa", {"kind": "say", "to": "all", "text": "x" * 5000}, "a move has at most 4096 characters"),
]


@pytest.mark.parametrize(("who", "move", "why"), REFUSED)
def test_a_move_out_of_turn_is_refused_and_changes_nothing(game: Any, who: str, move: dict[str, Any], why: str) -> None:
    """One line that quotes what was sent and says what would do; the room is as it was."""
    before = game.seen()
    assert why in game.act(who, **move)
    assert game.seen() == before
    assert game.again().number == len(game.log)


def test_nothing_is_taken_before_the_start_but_messages(small: Case, play: Open) -> None:
    """In the lobby people talk; nobody puts packages."""
    game = play(small)
    game.join("alfa")
    assert game.act("alfa", kind="put", track="swap", package=TEN) == "the room has not started"
    assert game.act("alfa", kind="say", to="all", text="Hello.") == ""


def test_nothing_is_taken_while_paused_but_messages(game: Any) -> None:
    """And the run goes on after."""
    assert game.instruct("pause") == ""
    first = game.room.cast.readers()[game.room.table("swap").talks.proposer]
    assert game.act(first, kind="ready", question=1) == "the room is paused"
    assert game.act(first, kind="say", to="all", text="A break.") == ""
    assert game.instruct("resume") == ""
    assert game.act(first, kind="ready", question=1) == ""


def test_a_closed_room_takes_nothing(game: Any) -> None:
    """Not even from the instructor."""
    assert game.instruct("close") == ""
    assert game.act("alfa", kind="say", to="all", text="Still here?") == "the room is closed"
    assert game.instruct("resume") == "the room is closed"


def test_a_yes_needs_somebody_who_put_the_package(game: Any) -> None:
    """Under `menu` one says yes to what another has put; then both stand behind it."""
    to_truce(game)
    assert "nobody else has put this package" in game.act("alfa", kind="accept", track="truce", package=LONG)
    assert game.act("alfa", kind="put", track="truce", package=LONG) == ""
    assert "nobody else has put this package" in game.act("alfa", kind="accept", track="truce", package=LONG)
    assert game.act("bravo", kind="accept", track="truce", package=LONG) == ""
    outcome = game.room.table("truce").case.space.choices.index((1, 1))
    assert game.room.put_by("truce") == {outcome: ["alfa", "bravo"]}


def test_a_round_is_held_when_all_are_ready(game: Any) -> None:
    """Not before; and what all three stand behind is agreed."""
    to_truce(game)
    number = game.room.posed.number
    for seat in ("alfa", "bravo", "charlie"):
        assert game.room.table("truce").deal is None
        assert game.room.posed.number == number
        game.act(seat, kind="put", track="truce", package=LONG)
        assert game.act(seat, kind="ready", question=number) == ""
    deal = game.room.table("truce").deal
    assert game.room.table("truce").case.space.describe(deal.agreement.outcome) == LONG


def test_when_time_is_up_the_round_is_held_by_what_was_said(game: Any) -> None:
    """Whoever is not ready is taken by the word already given."""
    to_truce(game)
    for seat in ("alfa", "bravo", "charlie"):
        game.act(seat, kind="put", track="truce", package=LONG)
    game.take("clock", {"kind": "time_up", "question": game.room.posed.number})
    assert game.room.table("truce").deal is not None


def test_a_hidden_precondition_bars_until_its_holder_drops_it(game: Any) -> None:
    """All stand behind three watched days, which fail alfa's hidden wish for a week; dropped, they are agreed."""
    to_truce(game)
    for seat in ("alfa", "bravo", "charlie"):
        game.act(seat, kind="put", track="truce", package=SHORT)
    game.instruct("advance")
    assert game.room.table("truce").deal is None
    game.act("alfa", kind="drop", track="truce", precondition="secretly_long")
    game.instruct("advance")
    assert game.room.table("truce").deal is not None


def test_what_was_said_ends_with_the_talks(game: Any) -> None:
    """After the talks on the truce ended, nobody stands behind anything there."""
    to_truce(game)
    game.act("alfa", kind="put", track="truce", package=LONG)
    game.act("alfa", kind="leave", track="truce")
    while game.room.table("truce").talks is not None:
        game.instruct("advance")
    assert game.room.table("truce").talks_records[-1].ending == "walkout"
    assert game.room.put_by("truce") == {}
    assert game.room.cast.words.get(("alfa", "truce")) is None


def test_an_engines_seat_shows_what_it_put_in_the_last_round(small: Case, play: Open) -> None:
    """Nothing before the first round is held; after it, packages that meet its own preconditions."""
    game = play(small)
    game.join("alfa", "bravo")
    game.instruct("start")
    to_truce(game)
    assert game.room.put_by("truce") == {}
    game.instruct("advance")
    assert {name for names in game.room.put_by("truce").values() for name in names} == {"charlie"}


def test_the_engine_takes_a_seat_over_and_gives_it_back(small: Case, play: Open) -> None:
    """With `engine`, whoever drops out is played from the question on at which they dropped out."""
    game = play(small, drop_out="engine")
    game.join("alfa", "bravo")
    game.instruct("start")
    game.take("clock", {"kind": "dropped", "seat": "alfa"})
    assert game.room.cast.readers() == ("bravo",)
    assert game.act("alfa", kind="put", track="swap", package=TEN) == "the engine plays this seat until you are back"
    game.take("clock", {"kind": "back", "seat": "alfa"})
    assert game.room.cast.readers() == ("alfa", "bravo")


def test_with_wait_nothing_goes_on_without_whoever_dropped_out(small: Case, play: Open) -> None:
    """The others being ready is not enough."""
    game = play(small, drop_out="wait")
    game.join("alfa", "bravo", "charlie")
    game.instruct("start")
    to_truce(game)
    number = game.room.posed.number
    game.take("clock", {"kind": "dropped", "seat": "alfa"})
    for seat in ("bravo", "charlie"):
        game.act(seat, kind="ready", question=number)
    assert game.room.posed.number == number


def test_with_instructor_a_drop_out_pauses_the_room(small: Case, play: Open) -> None:
    """Until the instructor gives the seat to the engine and goes on."""
    game = play(small, drop_out="instructor")
    game.join("alfa", "bravo")
    game.instruct("start")
    game.take("clock", {"kind": "dropped", "seat": "alfa"})
    assert game.room.course == "paused"
    assert game.instruct("reassign", seat="alfa", to="engine", strategy="conceder") == ""
    assert game.instruct("resume") == ""
    assert game.room.course == "running"
    strategies = {seat.strategy.name for table in game.room.stage.model.tables for seat in table.seats[:1]}
    assert strategies == {"conceder"}


def test_a_seat_is_given_to_a_spectator(game: Any) -> None:
    """The former holder looks on; what was said in the seat's name is forgotten."""
    assert game.instruct("reassign", seat="alfa", to="Bird 5") == ""
    assert game.room.cast.chair_of(5).name == "alfa"
    assert game.room.cast.chair_of(1) is None
    assert game.act("person 1", kind="say", to="all", text="I was alfa.").startswith("spectators look on")
    assert game.act("person 5", kind="say", to="all", text="I am alfa.") == ""


def test_an_event_and_a_level_come_to_pass_on_the_next_day(small: Case, play: Open) -> None:
    """Not on the day on which the instructor calls for them; a notice is read at once."""
    game = play(small, days_at_once=1)
    game.join("charlie")
    game.instruct("inject", fact="calm", level=0.9)
    game.instruct("inject", event="shelling")
    assert game.room.stage.model.world.levels == [0.25]
    game.instruct("start")
    assert game.room.stage.model.world.levels == [pytest.approx(0.8)]
    assert game.instruct("inject", notice="A storm is forecast.") == ""
    assert game.room.story[-1].text == "A storm is forecast."


def test_days_pass_at_once_until_something_happens(small: Case, play: Open) -> None:
    """Charlie's table is closed to talks by a precondition; with four days at once the room stops after four."""
    game = play(small, days_at_once=4, sets=[])
    game.join("charlie")
    game.instruct("inject", fact="calm", level=0.0)
    game.instruct("start")
    stops = []
    while game.room.posed is not None and len(stops) < 12:
        stops.append((game.room.posed.asks, game.room.day))
        game.instruct("advance")
    assert {asks for asks, _ in stops} == {"days"}
    gaps = [after - before for (_, before), (_, after) in itertools.pairwise(stops)]
    assert max(gaps) <= 4
