"""Rooms: what a host of role-play calls, from any thread. See docs/reference/rooms.md."""

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.classroom.rooms.briefing import briefing_of, explain
from sim.classroom.rooms.cast import Chair
from sim.classroom.rooms.debrief import debrief_of
from sim.classroom.rooms.hosting import Hosted, number_of
from sim.classroom.rooms.journal import Entry, Journal, Opened
from sim.classroom.rooms.moves import read_move
from sim.classroom.rooms.opening import RoomKeys, check_name, load, new_code
from sim.classroom.rooms.refusal import Refusal, UnknownRoom, UnknownToken
from sim.classroom.rooms.room import CLOCK, DOOR, INSTRUCTOR, Course, Room, speaker
from sim.classroom.rooms.settings import DROP_OUT_TEXTS, Settings, require
from sim.classroom.rooms.views import view_of
from sim.scenario.case import Case
from sim.scenario.faults import InvalidScenario
from sim.scenario.skin import FICTIONAL
from sim.terms import DISCLAIMER

MOST_WATCHERS = 200
"""In a room, beside those who take a seat."""
LONGEST_ID = 64
NOT_YET = "the debrief opens when the instructor closes the room"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Whether a move was taken, and why not; the number of its entry, or -1."""

    accepted: bool
    reason: str
    number: int


class Rooms:
    """All rooms of one file."""

    def __init__(self, path: Path | str, *, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._journal = Journal(Path(path))
        self._lock = threading.Lock()
        self._rooms: dict[str, Hosted] = {}
        self._lost: dict[str, str] = {}
        """Rooms that cannot be played on, and why."""
        self._tokens: dict[str, tuple[str, str]] = {}
        """Room and speaker by the hash of a token."""
        self._codes: dict[str, str] = {}
        cases: dict[tuple[str, str], Case] = {}
        for opened, refused in self._journal.rooms():
            self._reopen(opened, refused, cases)

    # Opening and joining --------------------------------------------------------------------------------

    def open(self, case_file: str | Path, settings: Settings) -> RoomKeys:
        """Open a room; raises `InvalidScenario`, or `Refusal` for settings that do not fit."""
        file = str(Path(case_file).resolve())
        case = load(file, settings)
        settings.fit(case)
        room, token = secrets.token_hex(6), secrets.token_urlsafe(24)
        opened = Opened(room, new_code(), _hash(token), self._now(), file, case.digest, settings.model_dump_json())
        self._journal.open(opened)
        self._host(opened, Hosted(opened, Room(case, settings), self._now()))
        return RoomKeys(room, token, opened.code)

    def lobby(self, code: str) -> dict[str, Any]:
        """What a page to join by shows."""
        hosted = self._by_code(code)
        with hosted.changed:
            data = view_of(hosted.room, None, None, hosted.connected(self._now()))
            return {**self._facts(hosted), "seats": data["seats"]}

    def join(self, code: str, pseudonym: str, seat: str | None = None) -> str:
        """Join a room; returns the token to come back by."""
        hosted, name = self._by_code(code), " ".join(pseudonym.split())
        with hosted.changed:
            cast = hosted.room.cast
            check_name(name, cast.people.values())
            if hosted.room.course is Course.CLOSED:
                raise Refusal("the room is closed")
            if seat is None and len(cast.people) >= MOST_WATCHERS:
                raise Refusal(f"{MOST_WATCHERS} people have joined: only seats are left")
            if seat is not None:
                require(seat, [chair.name for chair in cast.chairs.values() if chair.open], "open seat")
                if cast.chairs[seat].person is not None:
                    raise Refusal(f"the seat of {cast.chairs[seat].label} is taken")
            token, person = secrets.token_urlsafe(24), len(cast.people) + 1
            body = {"kind": "join", "person": person, "pseudonym": name, "seat": seat}
            entry = Entry(hosted.room.number + 1, self._now(), DOOR, None, body)
            self._journal.append(hosted.opened.room, entry, (person, _hash(token)))
            with self._lock:
                self._tokens[_hash(token)] = hosted.opened.room, speaker(person)
            hosted.take(entry)
            hosted.see(person, self._now())
            hosted.note()
        return token

    # Playing --------------------------------------------------------------------------------------------

    def act(self, token: str, move: Mapping[str, Any], move_id: str) -> Receipt:
        """Make a move; one that was made before under the same id is answered as before."""
        hosted, who = self._by_token(token)
        person = number_of(who)
        with hosted.changed:
            if person is not None:
                hosted.see(person, self._now())
                self._note_drop_outs(hosted, self._now())
            try:
                return self._act(hosted, who, move, move_id)
            except Refusal as refusal:
                body = json.dumps(move, default=str, skipkeys=True)[:1000] if _is_small(move) else "…"
                hosted.refused = self._journal.refuse(hosted.opened.room, self._now(), who, body, str(refusal))
                return Receipt(False, str(refusal), -1)

    def _act(self, hosted: Hosted, who: str, given: Mapping[str, Any], move_id: str) -> Receipt:
        if not isinstance(move_id, str) or not 0 < len(move_id) <= LONGEST_ID or not move_id.isascii():
            raise Refusal(f"a move needs an id of 1 to {LONGEST_ID} plain characters")
        move = read_move(given)
        before = hosted.made.get((who, move_id))
        if before is not None:
            if read_move(before.body) != move:
                raise Refusal("another move was made under this id")
            return Receipt(True, "", before.number)
        hosted.room.judge(who, move)
        entry = Entry(hosted.room.number + 1, self._now(), who, move_id, move.model_dump(exclude_none=False))
        self._take(hosted, entry)
        return Receipt(True, "", entry.number)

    def view(self, token: str) -> dict[str, Any]:
        """What the token may know now."""
        hosted, who = self._by_token(token)
        with hosted.changed:
            room, person = hosted.room, number_of(who)
            data = view_of(room, self._chair(hosted, who), person, hosted.connected(self._now()))
            clock = {"day": room.day, "date": room.case.date(room.day).isoformat(), "horizon": room.case.horizon}
            data |= {"room": self._facts(hosted), "clock": {**clock, "seconds_left": hosted.seconds_left()}}
            if person is None:
                data["all"]["refused"] = hosted.refused
            return data

    def briefing(self, token: str) -> dict[str, Any]:
        """What does not change."""
        hosted, who = self._by_token(token)
        with hosted.changed:
            return briefing_of(hosted.room, self._chair(hosted, who), all_knowing=who == INSTRUCTOR)

    def explain(self, token: str, track: str, package: Mapping[str, str | int | float | bool]) -> dict[str, Any]:
        """What bars a package, and its worth to the token's seat, part by part."""
        hosted, who = self._by_token(token)
        with hosted.changed:
            return explain(hosted.room, self._chair(hosted, who), track, package)

    def debrief(self, token: str) -> dict[str, Any]:
        """The room, looked back on: for all once it is closed, for the instructor at any time."""
        hosted, who = self._by_token(token)
        with hosted.changed:
            if who != INSTRUCTOR and hosted.room.course is not Course.CLOSED:
                raise Refusal(NOT_YET)
            return asdict(debrief_of(hosted.room))

    def same_start(self, token: str) -> tuple[Hosted, list[tuple[str, Hosted]]]:
        """The token's room, and all rooms that began as it did, by their place in the order of opening.

        Rooms that still go on are left out but for the instructor. Raises `Refusal` before the debrief is open.
        """
        hosted, who = self._by_token(token)
        with self._lock:
            others = list(self._rooms.values())
        if who != INSTRUCTOR and hosted.room.course is not Course.CLOSED:
            raise Refusal(NOT_YET)
        found = []
        for place, other in enumerate(others):
            shown = other is hosted or who == INSTRUCTOR or other.room.course is Course.CLOSED
            if shown and other.room.start == hosted.room.start:
                found.append((str(place + 1), other))
        return hosted, found

    # Time and presence ----------------------------------------------------------------------------------

    def seen(self, token: str, now: float | None = None) -> None:
        """The host has heard from the token."""
        hosted, who = self._by_token(token)
        person, moment = number_of(who), self._now() if now is None else now
        with hosted.changed:
            if person is not None:
                hosted.see(person, moment)
                self._note_drop_outs(hosted, moment)

    def gone(self, token: str) -> None:
        """The token's connection was closed."""
        hosted, who = self._by_token(token)
        person = number_of(who)
        with hosted.changed:
            if person is not None:
                hosted.lose(person)

    def tick(self, now: float | None = None) -> list[str]:
        """Let the clock run: once a second. Returns the rooms that changed."""
        moment, changed = self._now() if now is None else now, []
        with self._lock:
            all_hosted = list(self._rooms.values())
        for hosted in all_hosted:
            with hosted.changed:
                if hosted.gone:
                    continue
                before = hosted.version
                self._note_drop_outs(hosted, moment)
                if hosted.pass_time(moment):
                    posed = hosted.room.posed
                    assert posed is not None
                    self._take(hosted, self._of_clock(hosted, {"kind": "time_up", "question": posed.number}))
                if hosted.version != before:
                    changed.append(hosted.opened.room)
        return changed

    def _note_drop_outs(self, hosted: Hosted, now: float) -> None:
        for body in hosted.drop_outs(now):
            self._take(hosted, self._of_clock(hosted, body))

    def _of_clock(self, hosted: Hosted, body: Mapping[str, Any]) -> Entry:
        return Entry(hosted.room.number + 1, self._now(), CLOCK, None, body)

    def _take(self, hosted: Hosted, entry: Entry) -> None:
        """Write an entry down, then let the room take it in."""
        self._journal.append(hosted.opened.room, entry)
        hosted.take(entry)
        hosted.note()

    # Watching -------------------------------------------------------------------------------------------

    def room_of(self, token: str) -> str:
        """Id of the token's room."""
        return self._by_token(token)[0].opened.room

    def version(self, room: str) -> int:
        """A number that rises whenever a view of the room may have changed."""
        return self._by_id(room).version

    def wait(self, room: str, version: int, timeout: float) -> int:
        """Wait, at most so many seconds, until the room's number differs from `version`; returns it."""
        hosted = self._by_id(room)
        with hosted.changed:
            hosted.changed.wait_for(lambda: hosted.version != version or hosted.gone, timeout)
            return hosted.version

    # Keeping --------------------------------------------------------------------------------------------

    def export(self, room: str) -> dict[str, Any]:
        """Settings and log of a room, without tokens and codes."""
        opened = next((each for each, _ in self._journal.rooms() if each.room == room), None)
        if opened is None:
            raise UnknownRoom("there is no such room")
        settings = json.loads(opened.settings)
        return {
            "room": room,
            "opened": opened.opened,
            "scenario": FICTIONAL if settings["fictional"] else Path(opened.file).name,
            "digest": opened.digest,
            "settings": settings,
            "entries": [
                {"number": e.number, "at": e.at, "who": e.who, "move_id": e.move_id, **e.body}
                for e in self._journal.entries(room)
            ],
            "refused": self._journal.refusals(room),
        }

    def rooms(self) -> dict[str, str]:
        """All rooms: why one cannot be played on, or an empty text."""
        with self._lock:
            return {**dict.fromkeys(self._rooms, ""), **self._lost}

    def purge(self, room: str | None = None) -> int:
        """Remove a room, or all, so that nothing of it is left in memory or on disk; returns how many."""
        names = [name for name in self.rooms() if room in (None, name)]
        if room is not None and not names:
            raise UnknownRoom("there is no such room")
        for name in names:
            with self._lock:
                hosted = self._rooms.pop(name, None)
                self._lost.pop(name, None)
                self._tokens = {key: value for key, value in self._tokens.items() if value[0] != name}
                self._codes = {code: value for code, value in self._codes.items() if value != name}
            if hosted is not None:
                _end(hosted)
            self._journal.purge(name)
        return len(names)

    def close(self) -> None:
        """End all threads and close the file."""
        with self._lock:
            all_hosted, self._rooms = list(self._rooms.values()), {}
        for hosted in all_hosted:
            _end(hosted)
        self._journal.close()

    # Finding --------------------------------------------------------------------------------------------

    def _reopen(self, opened: Opened, refused: int, cases: dict[tuple[str, str], Case]) -> None:
        """Play the log of a room to where it stood."""
        settings = Settings.model_validate_json(opened.settings)
        try:
            key = opened.file, opened.digest
            case = cases[key] if key in cases else cases.setdefault(key, load(opened.file, settings))
        except (InvalidScenario, OSError) as error:
            self._lose(opened, f"its scenario can no longer be read: {str(error).splitlines()[0]}")
            return
        if case.digest != opened.digest:
            self._lose(opened, "its scenario has changed since the room was opened")
            return
        hosted = Hosted(opened, Room(case, settings), self._now())
        hosted.refused = refused
        try:
            for entry in self._journal.entries(opened.room):
                hosted.take(entry)
        except Exception as error:  # a log that this version cannot play does not keep the other rooms shut
            hosted.room.stage.close()
            self._lose(opened, f"its log cannot be played any more: {type(error).__name__}: {error}")
            return
        self._host(opened, hosted)

    def _lose(self, opened: Opened, why: str) -> None:
        self._lost[opened.room] = why
        self._know(opened)

    def _host(self, opened: Opened, hosted: Hosted) -> None:
        with self._lock:
            self._rooms[opened.room] = hosted
        self._know(opened)

    def _know(self, opened: Opened) -> None:
        """Keep what opens a room: its code, and the tokens of all who are in it."""
        with self._lock:
            self._codes[opened.code] = opened.room
            self._tokens[opened.instructor] = opened.room, INSTRUCTOR
            for person, token in self._journal.people(opened.room):
                self._tokens[token] = opened.room, speaker(person)

    def _by_token(self, token: str) -> tuple[Hosted, str]:
        with self._lock:
            room, who = self._tokens.get(_hash(token), ("", ""))
        if not room:
            raise UnknownToken("nothing belongs to this token")
        return self._by_id(room), who

    def _by_code(self, code: str) -> Hosted:
        with self._lock:
            room = self._codes.get(str(code).strip().upper(), "")
        if not room:
            raise UnknownRoom("there is no room of this code")
        return self._by_id(room)

    def _by_id(self, room: str) -> Hosted:
        with self._lock:
            hosted, lost = self._rooms.get(room), self._lost.get(room)
        if hosted is None:
            raise UnknownRoom("there is no such room" if lost is None else f"this room cannot be played on: {lost}")
        return hosted

    def _chair(self, hosted: Hosted, who: str) -> Chair | None:
        person = number_of(who)
        return None if person is None else hosted.room.cast.chair_of(person)

    def _facts(self, hosted: Hosted) -> dict[str, Any]:
        room = hosted.room
        return {
            "id": hosted.opened.room,
            "code": hosted.opened.code,
            "title": room.case.title,
            "phase": str(room.course),
            "version": hosted.version,
            "drop_out": str(room.cast.drop_out),
            "drop_out_text": DROP_OUT_TEXTS[room.cast.drop_out],
            "seconds_per_round": room.seconds_per_round,
            "days_at_once": room.days_at_once,
            "disclaimer": DISCLAIMER,
        }


def _end(hosted: Hosted) -> None:
    with hosted.changed:
        hosted.gone = True
        hosted.room.stage.close()
        hosted.note()


def _hash(token: str) -> str:
    return hashlib.sha256(str(token).encode("utf-8", "replace")).hexdigest()


def _is_small(move: object) -> bool:
    """Whether a refused move can be kept as it came."""
    return isinstance(move, Mapping) and len(move) <= 20
