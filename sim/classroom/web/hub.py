"""Who watches which room, and what they were sent: every watcher is told of a change once, the latest state only."""

import asyncio
import hashlib
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.classroom.rooms import Rooms
from sim.classroom.web.parts import parts_of

_LOG = logging.getLogger(__name__)
TICK = 1.0
"""Seconds between two ticks of all clocks."""
LOOK = 0.5
"""Seconds after which a watcher looks by itself whether something changed."""
SPECTATORS = "spectator"
MOST_KEPT = 200
"""Renderings that are kept."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What whoever holds a seat sees at one version of a room."""

    version: int
    parts: Mapping[str, tuple[str, str]]
    """By the name of its place: a mark of the HTML, and the HTML."""
    tables: Mapping[str, Any]
    """Numbers for the composer, by track."""
    seconds_left: float | None
    made: float
    """When, on a monotonic clock."""
    role: str
    seat: str
    """The seat that is held, or nothing."""
    name: str | None
    """The pseudonym of whom it was made for."""
    seated: frozenset[str]
    """Pseudonyms of all who hold a seat."""


class Hub:
    """Wakes watchers, renders for them, and lets the clocks run."""

    def __init__(self, rooms: Rooms) -> None:
        """Watch the rooms of a file."""
        self.rooms = rooms
        self._bells: dict[str, asyncio.Event] = {}
        self._watching: Counter[str] = Counter()
        self._spectators: dict[str, str] = {}
        """Pseudonyms by token, of those who were seen to hold no seat."""
        self._renderings: OrderedDict[tuple[str, str], tuple[asyncio.Lock, Rendering | None]] = OrderedDict()

    async def run(self) -> None:
        """Let the clocks run until cancelled."""
        while True:
            await asyncio.sleep(TICK)
            try:
                changed = await asyncio.to_thread(self.rooms.tick)
            except Exception:  # whatever befalls one tick, the clocks go on
                _LOG.exception("a tick of the clocks failed")
                continue
            for room in changed:
                self.ring(room)

    def ring(self, room: str) -> None:
        """Wake everybody who waits for a change of a room."""
        self._bells.pop(room, asyncio.Event()).set()

    async def wait(self, room: str, version: int, timeout: float) -> int:
        """Wait, at most so many seconds, until a room has another version than one known; returns it."""
        until = time.monotonic() + timeout
        while (now := self.rooms.version(room)) == version and (left := until - time.monotonic()) > 0:
            bell = self._bells.setdefault(room, asyncio.Event())
            try:
                await asyncio.wait_for(bell.wait(), min(left, LOOK))
            except TimeoutError:
                continue
        return now

    def watching(self, token: str) -> int:
        """How many connections of a token are open."""
        return self._watching[token]

    def came(self, token: str) -> None:
        """A connection of a token was opened."""
        self._watching[token] += 1

    async def left(self, token: str) -> None:
        """One was closed; with the last, the room is told."""
        self._watching[token] -= 1
        if self._watching[token] <= 0:
            del self._watching[token]
            self._spectators.pop(token, None)
            await asyncio.to_thread(self.rooms.gone, token)
            self.ring(self.rooms.room_of(token))

    async def rendering(self, token: str) -> Rendering:
        """What a token sees now, worked out once for all who see the same: those who hold no seat see the same."""
        name = self._spectators.get(token)
        if name is not None:
            shared = await self._kept(token, SPECTATORS)
            if shared.role == SPECTATORS and name not in shared.seated:
                return shared
            del self._spectators[token]
        found = await self._kept(token, token)
        if found.role == SPECTATORS and found.name is not None:
            self._spectators[token] = found.name
        return found

    async def _kept(self, token: str, who: str) -> Rendering:
        room = self.rooms.room_of(token)
        key = (room, who)
        lock, _ = self._renderings.setdefault(key, (asyncio.Lock(), None))
        async with lock:
            kept = self._renderings.get(key, (lock, None))[1]
            if kept is None or kept.version != self.rooms.version(room):
                kept = await asyncio.to_thread(self._render, token)
                self._renderings[key] = (lock, kept)
                self._renderings.move_to_end(key)
                while len(self._renderings) > MOST_KEPT:
                    self._renderings.popitem(last=False)
        return kept

    def _render(self, token: str) -> Rendering:
        view = self.rooms.view(token)
        briefing = self.rooms.briefing(token)
        parts, tables = parts_of(view, briefing)
        me, seats = view["me"], view["seats"]
        return Rendering(
            version=view["room"]["version"],
            parts={name: (_mark(html), html) for name, html in parts.items()},
            tables=tables,
            seconds_left=view["clock"]["seconds_left"],
            made=time.monotonic(),
            role=me["role"],
            seat=me["seat"] or "",
            name=me["pseudonym"],
            seated=frozenset(seat["pseudonym"] for seat in seats if seat["pseudonym"] is not None),
        )


def _mark(html: str) -> str:
    return hashlib.blake2b(html.encode(), digest_size=8).hexdigest()


def message_of(rendering: Rendering, sent: dict[str, str]) -> dict[str, Any]:
    """What is new in a rendering for somebody who was sent others before, and note it as sent."""
    news = {}
    for name, (mark, html) in rendering.parts.items():
        if sent.get(name) != mark:
            sent[name], news[name] = mark, html
    left = rendering.seconds_left
    if left is not None:
        left = max(0.0, left - (time.monotonic() - rendering.made))
    told = {"version": rendering.version, "seat": rendering.seat, "seconds_left": left}
    return {**told, "parts": news, "tables": rendering.tables}
