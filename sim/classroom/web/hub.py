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
MOST_KEPT = 200
"""Renderings that are kept."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What whoever holds a seat sees at one version of a room."""

    version: int
    parts: Mapping[str, str]
    """HTML by the name of its place."""
    tables: Mapping[str, Any]
    """Numbers for the composer, by track."""
    seconds_left: float | None
    made: float
    """When, on a monotonic clock."""


class Hub:
    """Wakes watchers, renders for them, and lets the clocks run."""

    def __init__(self, rooms: Rooms) -> None:
        """Watch the rooms of a file."""
        self.rooms = rooms
        self._bells: dict[str, asyncio.Event] = {}
        self._watching: Counter[str] = Counter()
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

    def came(self, token: str) -> None:
        """A connection of a token was opened."""
        self._watching[token] += 1

    async def left(self, token: str) -> None:
        """One was closed; with the last, the room is told."""
        self._watching[token] -= 1
        if self._watching[token] <= 0:
            del self._watching[token]
            await asyncio.to_thread(self.rooms.gone, token)
            self.ring(self.rooms.room_of(token))

    async def rendering(self, token: str, handle: str) -> Rendering:
        """What a token sees now, worked out once for all connections that see the same."""
        room = self.rooms.room_of(token)
        key = (room, handle)
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
        version, left = view["room"]["version"], view["clock"]["seconds_left"]
        return Rendering(version, parts, tables, left, time.monotonic())


def message_of(rendering: Rendering, sent: dict[str, str]) -> dict[str, Any]:
    """What is new in a rendering for somebody who was sent others before, and note it as sent."""
    news = {}
    for name, html in rendering.parts.items():
        mark = hashlib.blake2b(html.encode(), digest_size=8).hexdigest()
        if sent.get(name) != mark:
            sent[name], news[name] = mark, html
    left = rendering.seconds_left
    if left is not None:
        left = max(0.0, left - (time.monotonic() - rendering.made))
    return {"version": rendering.version, "parts": news, "tables": rendering.tables, "seconds_left": left}
