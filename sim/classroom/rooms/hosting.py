"""A room as its host keeps it: who is connected, how long a question has stood, and a number that rises."""

import threading
from collections.abc import Mapping
from typing import Any

from sim.classroom.rooms.journal import Entry, Opened
from sim.classroom.rooms.room import Course, Room
from sim.classroom.rooms.settings import DropOut

LONGEST_TICK = 5.0
"""Seconds that count between two ticks: a host that slept does not use up anybody's time."""


class Hosted:
    """One room, the lock that every call about it takes, and what is not of its log."""

    def __init__(self, opened: Opened, room: Room, now: float) -> None:
        self.opened = opened
        self.room = room
        self.changed = threading.Condition(threading.RLock())
        self.version = int(now * 1000)
        self.refused = 0
        self.gone = False
        """Whether the room was purged."""
        self.made: dict[tuple[str, str], Entry] = {}
        """Moves by who made them and the id that the client gave."""
        self._spent = 0.0
        self._question = 0
        self._ticked = now
        self._seen: dict[int, float] = {}
        self._closed: dict[int, None] = {}
        """People whose connection was closed and who were not seen since."""

    def note(self) -> None:
        """Something changed that a view may show."""
        self.version += 1
        self.changed.notify_all()

    def take(self, entry: Entry) -> None:
        """Take in an entry that is in the log."""
        if entry.move_id is not None:
            self.made[entry.who, entry.move_id] = entry
        self.room.apply(entry)

    # Who is there ---------------------------------------------------------------------------------------

    def see(self, person: int, now: float) -> None:
        """Somebody has given a sign."""
        was = person in self.connected(now)
        self._seen[person] = now
        self._closed.pop(person, None)
        if not was:
            self.note()

    def lose(self, person: int) -> None:
        """Somebody's connection was closed."""
        self._closed[person] = None
        self.note()

    def connected(self, now: float) -> tuple[int, ...]:
        """Everybody from whom a sign came lately."""
        grace = self.room.settings.grace
        return tuple(
            person for person, seen in self._seen.items() if now - seen <= grace and person not in self._closed
        )

    def drop_outs(self, now: float) -> list[Mapping[str, Any]]:
        """Who has dropped out of a seat, or is back in it, since the log last said so."""
        found: list[Mapping[str, Any]] = []
        if self.room.course not in (Course.RUNNING, Course.PAUSED):
            return found
        for chair in self.room.cast.chairs.values():
            if chair.person is None:
                continue
            late = now - self._seen.setdefault(chair.person, now) > self.room.settings.grace
            if late != chair.away:
                found.append({"kind": "dropped" if late else "back", "seat": chair.name})
        return found

    # Time -----------------------------------------------------------------------------------------------

    def pass_time(self, now: float) -> bool:
        """Let time run since the last tick; returns whether the question's time is up."""
        passed, self._ticked = min(LONGEST_TICK, max(0.0, now - self._ticked)), now
        posed = self.room.posed
        if posed is None or posed.number != self._question:
            self._spent, self._question = 0.0, 0 if posed is None else posed.number
            return False
        if self._runs():
            self._spent += passed
        left = self.seconds_left()
        return left is not None and left <= 0.0 and self._runs()

    def _runs(self) -> bool:
        """Whether the clock runs: not while paused, while all are away, or with `wait` while one who is asked is."""
        room = self.room
        if room.course is not Course.RUNNING or room.posed is None:
            return False
        waits = room.cast.drop_out is DropOut.WAIT
        if room.cast.deserted:
            return False
        return not (waits and any(room.cast.chairs[seat].away for seat in room.posed.of))

    def seconds_left(self) -> float | None:
        """Of the question; None where no clock runs."""
        room = self.room
        if room.posed is None or room.seconds_per_round == 0:
            return None
        spent = self._spent if room.posed.number == self._question else 0.0
        return round(max(0.0, room.seconds_per_round - spent), 1)


def number_of(who: str) -> int | None:
    """The person whom the log calls so; None for the instructor.

    >>> number_of("person 3")
    3
    """
    return int(who.split()[1]) if who.startswith("person ") else None
