"""Rooms as their host meets them: tokens, the file, the clock, many at once."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.classroom.rooms import Refusal, Rooms, Settings, UnknownRoom, UnknownToken, UnusableFile
from sim.classroom.rooms.journal import MOST_REFUSED
from sim.scenario.faults import InvalidScenario

SMALL = Path(__file__).with_name("small.yaml")
SAY = {"kind": "say", "to": "all", "text": "Good morning."}


class Clock:
    """Time as a test wants it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.now

    def run(self, rooms: Rooms, seconds: int, seen: tuple[str, ...] = ()) -> None:
        """Tick once a second; some tokens give a sign each time."""
        for _ in range(seconds):
            self.now += 1.0
            for token in seen:
                rooms.seen(token)
            rooms.tick()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until it is moved."""
    return Clock()


@pytest.fixture
def rooms(tmp_path: Path, clock: Clock) -> Iterator[Rooms]:
    """No rooms yet, in a file of their own."""
    opened = Rooms(tmp_path / "rooms.sqlite", now=clock)
    yield opened
    opened.close()


def opened(rooms: Rooms, **settings: Any) -> tuple[Any, dict[str, str]]:
    """A running room with people as alfa, bravo and charlie, and a spectator."""
    keys = rooms.open(SMALL, Settings.read({"seed": 1, **settings}))
    names = {"alfa": "Heron", "bravo": "Bear", "charlie": "Owl"}
    tokens = {seat: rooms.join(keys.code, name, seat) for seat, name in names.items()}
    tokens["spectator"] = rooms.join(keys.code, "Fly")
    assert rooms.act(keys.instructor, {"kind": "start"}, "start").accepted
    return keys, tokens


def steady(view: dict[str, Any]) -> dict[str, Any]:
    """A view without what depends on when it was asked for."""
    view["room"].pop("version")
    return view


def test_a_move_sent_twice_is_done_once(rooms: Rooms) -> None:
    """The same id gives the same receipt; another move under it is refused, and another's id is nobody's business."""
    _, tokens = opened(rooms)
    first = rooms.act(tokens["alfa"], SAY, "one")
    assert rooms.act(tokens["alfa"], SAY, "one") == first
    assert rooms.act(tokens["bravo"], SAY, "one").number == first.number + 1
    other = rooms.act(tokens["alfa"], {**SAY, "text": "Good night."}, "one")
    assert (other.accepted, other.reason) == (False, "another move was made under this id")
    assert len(rooms.view(tokens["spectator"])["messages"]) == 2


def test_a_package_may_be_spelled_otherwise_when_sent_again(rooms: Rooms) -> None:
    """10 and 10 are one move; its id still answers after the file was read again."""
    keys, tokens = opened(rooms)
    proposer = rooms.view(keys.instructor)["question"]["of"][0]
    move = {"kind": "put", "track": "swap", "package": {"size": 10}}
    first = rooms.act(tokens[proposer], move, "p")
    assert first.accepted
    assert rooms.act(tokens[proposer], move, "p") == first


@pytest.mark.parametrize("move_id", ["", "x" * 65, None, 3, "ö"])
def test_a_move_needs_an_id(rooms: Rooms, move_id: Any) -> None:
    """Of one to 64 plain characters."""
    _, tokens = opened(rooms)
    assert not rooms.act(tokens["alfa"], SAY, move_id).accepted


@pytest.mark.parametrize(
    "move", [None, [], "say", 5, {"kind": object()}, {1: 2}, {"kind": "say", "to": "all", "text": "\ud800"}]
)
def test_what_is_no_move_is_refused(rooms: Rooms, move: Any) -> None:
    """With a receipt, never an error; and kept as refused."""
    keys, tokens = opened(rooms)
    assert not rooms.act(tokens["alfa"], move, "m").accepted
    assert rooms.view(keys.instructor)["all"]["refused"] == 1


def test_refused_moves_are_counted_and_only_so_many_are_kept(rooms: Rooms) -> None:
    """Nobody fills the disk by nonsense."""
    keys, tokens = opened(rooms)
    for number in range(MOST_REFUSED + 5):
        assert not rooms.act(tokens["spectator"], SAY, f"m{number}").accepted
    assert rooms.view(keys.instructor)["all"]["refused"] == MOST_REFUSED + 5
    assert len(rooms.export(keys.room)["refused"]) == MOST_REFUSED


def test_tokens_and_codes_open_what_they_belong_to(rooms: Rooms) -> None:
    """Anything else is unknown; a room's id is no token."""
    keys, tokens = opened(rooms)
    for token in ("", "x", keys.room, keys.code, tokens["alfa"][:-1]):
        with pytest.raises(UnknownToken):
            rooms.view(token)
    for code in ("", "x", keys.room):
        with pytest.raises(UnknownRoom):
            rooms.join(code, "Wren")
    assert rooms.lobby(keys.code.lower())["id"] == keys.room
    assert rooms.room_of(tokens["alfa"]) == keys.room


def test_seats_and_pseudonyms_are_taken_once(rooms: Rooms) -> None:
    """And only seats that are open to people."""
    keys = rooms.open(SMALL, Settings.read({"people": ["alfa", "bravo"]}))
    rooms.join(keys.code, " Heron  of the  lake ", "alfa")
    for name, seat, why in (
        ("heron of the LAKE", None, "is taken; choose another"),
        ("", None, "1 to 24 characters"),
        ("x" * 25, None, "1 to 24 characters"),
        ("a\x00b", None, "can be printed"),
        ("Engine", None, "is taken"),
        ("Owl", "alfa", "the seat of Alfa is taken"),
        ("Owl", "charlie", "there is no open seat 'charlie'"),
    ):
        with pytest.raises(Refusal, match=why):
            rooms.join(keys.code, name, seat)
    assert [seat["pseudonym"] for seat in rooms.lobby(keys.code)["seats"]] == ["Heron of the lake", None, None, None]


def test_a_seat_stays_free_however_many_watch(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watchers are so many at most, and do not keep anybody from a seat."""
    monkeypatch.setattr("sim.classroom.rooms.rooms.MOST_WATCHERS", 2)
    keys = rooms.open(SMALL, Settings.read({}))
    for name in ("Fly", "Gnat"):
        rooms.join(keys.code, name)
    with pytest.raises(Refusal, match="only seats are left"):
        rooms.join(keys.code, "Wasp")
    assert rooms.join(keys.code, "Heron", "alfa")


def test_a_scenario_or_settings_that_do_not_do_are_refused(rooms: Rooms, tmp_path: Path) -> None:
    """And no room is opened."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("parley: 1\n", encoding="utf-8")
    with pytest.raises(InvalidScenario):
        rooms.open(bad, Settings())
    for settings, why in (
        ({"people": ["alpha"]}, "did you mean 'alfa'"),
        ({"strategies": {"alfa": "linaer"}}, "'linear'"),
    ):
        with pytest.raises(Refusal, match=why):
            rooms.open(SMALL, Settings.read(settings))
    assert rooms.rooms() == {}


def test_under_the_skin_nobody_is_called_by_a_real_name(rooms: Rooms) -> None:
    """Neither in the lobby, nor in any view, briefing, debrief or export."""
    march = SMALL.parents[3] / "scenarios" / "cases" / "march-2025.yaml"
    keys = rooms.open(march, Settings.read({"seed": 1, "fictional": True, "days_at_once": 365}))
    lobby = rooms.lobby(keys.code)
    tokens = [rooms.join(keys.code, f"Bird {seat['label']}", seat["seat"]) for seat in lobby["seats"]]
    rooms.act(keys.instructor, {"kind": "start"}, "start")
    for step in range(20):
        rooms.act(keys.instructor, {"kind": "advance"}, f"a{step}")
    sent = [lobby, rooms.debrief(keys.instructor), rooms.export(keys.room)]
    for token in (keys.instructor, *tokens):
        sent += [rooms.view(token), rooms.briefing(token)]
    text = json.dumps(sent).lower()
    assert [name for name in ("russia", "ukrain", "kyiv", "moscow", "emirates", "easter", "2025") if name in text] == []


def test_views_are_plain_data_for_everybody(rooms: Rooms) -> None:
    """JSON without NaN, for each role; with what the contract says is always there."""
    keys, tokens = opened(rooms)
    for token, role in {**dict.fromkeys(list(tokens.values())[:3], "party"), tokens["spectator"]: "spectator"}.items():
        view = rooms.view(token)
        json.dumps(view, allow_nan=False)
        assert view["me"]["role"] == role
        assert ("own" in view) == (role == "party")
        assert "all" not in view
        json.dumps(rooms.briefing(token), allow_nan=False)
    view = rooms.view(keys.instructor)
    assert view["me"] == {"role": "instructor", "seat": None, "pseudonym": None}
    assert set(view["all"]) == {"seats", "tracks", "events", "people", "failure", "refused"}


def test_the_parts_of_a_worth_add_up(rooms: Rooms) -> None:
    """For every package of both tables, to rounding."""
    _, tokens = opened(rooms)
    for track in rooms.briefing(tokens["bravo"])["tracks"]:
        for package in track["packages"]:
            told = rooms.explain(tokens["bravo"], track["name"], package)
            assert sum(part["amount"] for part in told["parts"]) == pytest.approx(told["worth"], abs=1e-5)
    elsewhere = rooms.explain(tokens["charlie"], "swap", {"size": "10"})
    assert set(elsewhere) == {"package", "outcome", "feasible", "public_bars"}


def test_time_runs_out_on_a_question(rooms: Rooms, clock: Clock) -> None:
    """After the seconds of a round, and not while paused."""
    keys, tokens = opened(rooms, seconds_per_round=10)
    everybody = tuple(tokens.values())
    number = rooms.view(tokens["alfa"])["question"]["number"]
    clock.run(rooms, 8, everybody)
    rooms.act(keys.instructor, {"kind": "pause"}, "p")
    clock.run(rooms, 30, everybody)
    assert rooms.view(tokens["alfa"])["question"]["number"] == number
    assert 0 < rooms.view(tokens["alfa"])["clock"]["seconds_left"] < 10
    rooms.act(keys.instructor, {"kind": "resume"}, "r")
    clock.run(rooms, 5, everybody)
    assert rooms.view(tokens["alfa"])["question"]["number"] == number + 1
    assert [entry["kind"] for entry in rooms.export(keys.room)["entries"]].count("time_up") == 1


def test_a_host_that_slept_uses_up_nobodys_time(rooms: Rooms, clock: Clock) -> None:
    """An hour between two ticks counts as a few seconds."""
    _, tokens = opened(rooms, seconds_per_round=60, grace=7200)
    clock.run(rooms, 1)
    clock.now += 3600
    rooms.tick()
    assert rooms.view(tokens["alfa"])["clock"]["seconds_left"] > 50


@pytest.mark.parametrize(
    ("policy", "played_by", "phase"),
    [("engine", "engine", "running"), ("wait", "person", "running"), ("instructor", "person", "paused")],
)
def test_whoever_gives_no_sign_has_dropped_out(
    rooms: Rooms, clock: Clock, policy: str, played_by: str, phase: str
) -> None:
    """After the time of grace, by the policy that all are told; and is back by a sign."""
    _, tokens = opened(rooms, drop_out=policy, grace=20, seconds_per_round=1000)
    clock.run(rooms, 25, (tokens["bravo"], tokens["charlie"], tokens["spectator"]))
    view = rooms.view(tokens["bravo"])
    seat = next(seat for seat in view["seats"] if seat["seat"] == "alfa")
    assert (seat["connected"], seat["played_by"], view["room"]["phase"]) == (False, played_by, phase)
    assert view["room"]["drop_out_text"].startswith("If somebody drops out")
    rooms.seen(tokens["alfa"])
    seat = next(seat for seat in rooms.view(tokens["bravo"])["seats"] if seat["seat"] == "alfa")
    assert (seat["connected"], seat["played_by"]) == (True, "person")


def test_a_room_that_everybody_left_stands_still(rooms: Rooms, clock: Clock) -> None:
    """Though the engine plays whoever drops out: a network that fails for an hour does not play the game to its end."""
    keys, tokens = opened(rooms, drop_out="engine", grace=5, seconds_per_round=10)
    clock.run(rooms, 3600)
    assert {seat["played_by"] for seat in rooms.view(tokens["spectator"])["seats"]} == {"engine"}
    assert rooms.view(tokens["alfa"])["clock"]["day"] <= 1
    assert rooms.act(keys.instructor, {"kind": "advance"}, "on").accepted
    assert rooms.view(tokens["alfa"])["clock"]["day"] <= 8
    move = {"kind": "say", "to": "all", "text": "I am back."}
    assert rooms.act(tokens["alfa"], move, "back").accepted
    assert rooms.view(tokens["alfa"])["seats"][0]["played_by"] == "person"


def test_with_wait_the_clock_stands_while_somebody_who_is_asked_is_away(rooms: Rooms, clock: Clock) -> None:
    """And runs on when that person is back."""
    _, tokens = opened(rooms, drop_out="wait", grace=5, seconds_per_round=30)
    asked = rooms.view(tokens["alfa"])["question"]["of"][0]
    others = tuple(token for seat, token in tokens.items() if seat != asked)
    clock.run(rooms, 200, others)
    assert rooms.view(tokens["alfa"])["question"]["number"] == 1
    clock.run(rooms, 40, tuple(tokens.values()))
    assert rooms.view(tokens["alfa"])["question"]["number"] == 2


def test_waiting_ends_when_a_view_may_have_changed(rooms: Rooms) -> None:
    """Or when the time is up."""
    keys, tokens = opened(rooms)
    version = rooms.version(keys.room)
    assert rooms.wait(keys.room, version, 0.01) == version
    timer = threading.Timer(0.05, rooms.act, (tokens["alfa"], SAY, "one"))
    timer.start()
    assert rooms.wait(keys.room, version, 5.0) > version
    timer.join()


def test_a_purged_room_leaves_nothing(rooms: Rooms, tmp_path: Path) -> None:
    """Not a pseudonym, not a word, in any file."""
    keys, tokens = opened(rooms)
    kept, _ = opened(rooms)
    rooms.act(tokens["alfa"], {**SAY, "text": "Unforgettable words."}, "one")
    assert rooms.purge(keys.room) == 1
    with pytest.raises(UnknownToken):
        rooms.view(tokens["alfa"])
    assert list(rooms.rooms()) == [kept.room]
    assert rooms.purge() == 1
    with pytest.raises(UnknownRoom):
        rooms.purge("nowhere")
    for file in tmp_path.glob("rooms.sqlite*"):
        assert b"Heron" not in file.read_bytes()
        assert b"Unforgettable" not in file.read_bytes()


def test_no_token_is_kept(rooms: Rooms, tmp_path: Path) -> None:
    """Neither on disk nor in what is exported."""
    keys, tokens = opened(rooms)
    text = json.dumps(rooms.export(keys.room)).encode()
    for file in tmp_path.glob("rooms.sqlite*"):
        text += file.read_bytes()
    for token in (keys.instructor, *tokens.values()):
        assert token.encode() not in text


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    """By its number."""
    with sqlite3.connect(tmp_path / "rooms.sqlite") as file:
        file.execute("PRAGMA user_version=9")
    file.close()
    with pytest.raises(UnusableFile, match="format 9"):
        Rooms(tmp_path / "rooms.sqlite")
    (tmp_path / "text.sqlite").write_text("no database at all, but long enough to look at " * 30)
    with pytest.raises(UnusableFile, match="not a database"):
        Rooms(tmp_path / "text.sqlite")


def test_one_process_at_a_time_has_the_file(rooms: Rooms, tmp_path: Path) -> None:
    """A second server would play other games with the same log."""
    opened(rooms)
    with pytest.raises(UnusableFile, match="another process has it open"):
        Rooms(tmp_path / "rooms.sqlite")


def test_a_room_whose_scenario_changed_is_not_played_on(tmp_path: Path) -> None:
    """It is named with the reason, and can be exported and purged."""
    scenario = tmp_path / "own.yaml"
    scenario.write_text(SMALL.read_text(encoding="utf-8"), encoding="utf-8")
    rooms = Rooms(tmp_path / "rooms.sqlite")
    keys = rooms.open(scenario, Settings())
    rooms.close()
    scenario.write_text(SMALL.read_text(encoding="utf-8").replace("horizon: 25", "horizon: 26"), encoding="utf-8")
    rooms = Rooms(tmp_path / "rooms.sqlite")
    assert rooms.rooms() == {keys.room: "its scenario has changed since the room was opened"}
    with pytest.raises(UnknownRoom, match="changed since"):
        rooms.view(keys.instructor)
    assert rooms.export(keys.room)["entries"] == []
    assert rooms.purge() == 1
    rooms.close()


def test_a_log_that_cannot_be_played_does_not_keep_other_rooms_shut(tmp_path: Path) -> None:
    """It is named with the reason; the others go on."""
    rooms = Rooms(tmp_path / "rooms.sqlite")
    broken, sound = opened(rooms)[0], opened(rooms)[0]
    rooms.close()
    with sqlite3.connect(tmp_path / "rooms.sqlite") as file:
        file.execute("UPDATE entries SET body = replace(body, 'start', 'stark') WHERE room = ?", (broken.room,))
    file.close()
    rooms = Rooms(tmp_path / "rooms.sqlite")
    assert rooms.rooms()[sound.room] == ""
    assert "cannot be played any more" in rooms.rooms()[broken.room]
    rooms.close()


KILLED = """
import os, random, signal, sys
from pathlib import Path
from sim.classroom.rooms import Rooms, Settings
from sim.classroom.rooms.hosting import Hosted
path, last, before = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "before"
take = Hosted.take
def die(self, entry):
    if entry.number == last and before: os.kill(os.getpid(), signal.SIGKILL)
    take(self, entry)
    if entry.number == last: os.kill(os.getpid(), signal.SIGKILL)
Hosted.take = die
rooms = Rooms(path / "rooms.sqlite", now=lambda: 1000.0)
keys = rooms.open(sys.argv[4], Settings.read({"seed": 1}))
tokens = {seat: rooms.join(keys.code, seat.upper(), seat) for seat in ("alfa", "bravo", "charlie")}
(path / "tokens").write_text(" ".join([keys.instructor, *tokens.values()]))
rooms.act(keys.instructor, {"kind": "start"}, "start")
for number in range(100):
    question = rooms.view(keys.instructor)["question"]
    for seat in question["of"]:
        rooms.act(tokens[seat], {"kind": "ready", "question": question["number"]}, f"r{number}")
"""


@pytest.mark.parametrize(("last", "before"), [(4, True), (5, False), (9, True), (16, False)])
def test_a_killed_server_has_lost_nothing(tmp_path: Path, last: int, before: bool) -> None:
    """Killed after an entry was written, before or after the room took it in: read again, the room stands behind it."""
    root = str(Path(sim.__path__[0]).parent)
    arguments = [sys.executable, "-c", KILLED, str(tmp_path), str(last), "before" if before else "after", str(SMALL)]
    done = subprocess.run(arguments, cwd=root, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    tokens = (tmp_path / "tokens").read_text().split()
    seen = []
    for _ in range(2):
        rooms = Rooms(tmp_path / "rooms.sqlite", now=lambda: 1000.0)
        seen.append([steady(rooms.view(token)) for token in tokens])
        log = rooms.export(rooms.room_of(tokens[0]))["entries"]
        rooms.close()
    assert seen[0] == seen[1]
    assert [entry["number"] for entry in log] == list(range(1, last + 1))
    rooms = Rooms(tmp_path / "rooms.sqlite")
    question = rooms.view(tokens[0])["question"]
    assert rooms.act(tokens[0], {"kind": "advance"}, "on").number == last + 1
    assert rooms.view(tokens[0])["question"] != question
    rooms.close()


def test_a_room_goes_on_after_its_file_was_read_again(tmp_path: Path) -> None:
    """The same views, the same tokens, the same answers to moves sent again."""
    rooms = Rooms(tmp_path / "rooms.sqlite", now=lambda: 1000.0)
    keys, tokens = opened(rooms)
    receipt = rooms.act(tokens["alfa"], SAY, "one")
    before = [steady(rooms.view(token)) for token in (keys.instructor, *tokens.values())]
    rooms.close()
    rooms = Rooms(tmp_path / "rooms.sqlite", now=lambda: 1000.0)
    assert rooms.act(tokens["alfa"], SAY, "one") == receipt
    for token in tokens.values():
        rooms.seen(token)
    assert [steady(rooms.view(token)) for token in (keys.instructor, *tokens.values())] == before
    rooms.close()


def test_thirty_people_in_ten_rooms_finish(tmp_path: Path) -> None:
    """Each in a thread of its own, all at once; every room reaches its end, half of the moves within half a second."""
    rooms = Rooms(tmp_path / "rooms.sqlite")
    took: list[float] = []
    failed: list[str] = []

    def sit(room: str, token: str, luck: random.Random) -> None:
        version, number = -1, 0
        while True:
            view = rooms.view(token)
            question = view["question"]
            if view["room"]["phase"] == "ended":
                return
            version = view["room"]["version"]
            if question is None or not question["mine"] or view["me"]["seat"] in question["ready"]:
                rooms.wait(room, version, 0.5)
                continue
            moves: list[dict[str, Any]] = [{"kind": "ready", "question": question["number"]}]
            if question["asks"] == "round":
                packages = next(t for t in rooms.briefing(token)["tracks"] if t["name"] == question["track"])[
                    "packages"
                ]
                moves.insert(0, {"kind": "put", "track": question["track"], "package": luck.choice(packages)})
            for move in moves:
                number += 1
                begun = time.perf_counter()
                receipt = rooms.act(token, move, f"m{number}")
                took.append(time.perf_counter() - begun)
                if not receipt.accepted and "is over or not yet asked" not in receipt.reason:
                    failed.append(receipt.reason)

    threads = []
    for place in range(10):
        keys = rooms.open(SMALL, Settings.read({"seed": place, "sets": ["horizon=12"]}))
        for name in ("alfa", "bravo", "charlie"):
            token = rooms.join(keys.code, name.upper(), name)
            threads.append(threading.Thread(target=sit, args=(keys.room, token, random.Random(f"{place}{name}"))))
        rooms.act(keys.instructor, {"kind": "start"}, "start")
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    assert [reason for reason in failed if "there are no talks" not in reason] == []
    print(f"{len(took)} moves, median {sorted(took)[len(took) // 2] * 1e3:.1f} ms")
    assert sorted(took)[len(took) // 2] < 0.5
    rooms.close()
