"""The log of rooms on disk: one SQLite file, to which moves are only ever added."""

import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_REFUSED = 200
"""Refused moves that are kept of a room; all are counted."""
FORMAT = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS rooms (
    room TEXT PRIMARY KEY, code TEXT UNIQUE NOT NULL, instructor TEXT UNIQUE NOT NULL, opened REAL NOT NULL,
    file TEXT NOT NULL, digest TEXT NOT NULL, settings TEXT NOT NULL, refused INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS people (
    room TEXT NOT NULL, person INTEGER NOT NULL, token TEXT UNIQUE NOT NULL, PRIMARY KEY (room, person)
) STRICT;
CREATE TABLE IF NOT EXISTS entries (
    room TEXT NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL, who TEXT NOT NULL, move_id TEXT,
    body TEXT NOT NULL, PRIMARY KEY (room, number), UNIQUE (room, who, move_id)
) STRICT;
CREATE TABLE IF NOT EXISTS refused (
    room TEXT NOT NULL, at REAL NOT NULL, who TEXT NOT NULL, body TEXT NOT NULL, reason TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a room's log."""

    number: int
    at: float
    """Seconds since 1970 when it was received; the run does not look at it."""
    who: str
    """`person <number>`, `instructor`, `clock` or `door`."""
    move_id: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """A room as it was opened; tokens are kept as hashes only."""

    room: str
    code: str
    instructor: str
    opened: float
    file: str
    digest: str
    """Of the compiled case."""
    settings: str
    """As JSON."""


class UnusableFile(Exception):
    """A file of rooms that cannot be used; the message names it and says why, in one line."""


class Journal:
    """The file, for this process alone. Every call is one transaction, on disk when it returns."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=1.0, check_same_thread=False, isolation_level=None)
        try:
            self._prepare()
        except (sqlite3.DatabaseError, UnusableFile) as error:
            self._db.close()
            why = {"database is locked": "another process has it open"}.get(str(error), str(error))
            raise UnusableFile(f"{path}: {why}") from None

    def _prepare(self) -> None:
        for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {pragma}").fetchone()
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, FORMAT):
            raise UnusableFile(f"rooms of format {version}; this version reads {FORMAT}")
        self._db.executescript(_TABLES)
        self._db.execute(f"PRAGMA user_version={FORMAT}")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def open(self, room: Opened) -> None:
        """Keep a new room."""
        values = (room.room, room.code, room.instructor, room.opened, room.file, room.digest, room.settings)
        with self._lock:
            self._db.execute(
                "INSERT INTO rooms (room, code, instructor, opened, file, digest, settings)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )

    def append(self, room: str, entry: Entry, token: tuple[int, str] | None = None) -> None:
        """Add an entry; with the number and the token's hash of whoever joins by it."""
        body = json.dumps(entry.body, ensure_ascii=False, separators=(",", ":"))
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(
                "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)",
                (room, entry.number, entry.at, entry.who, entry.move_id, body),
            )
            if token is not None:
                self._db.execute("INSERT INTO people VALUES (?, ?, ?)", (room, *token))

    def refuse(self, room: str, at: float, who: str, body: str, reason: str) -> int:
        """Count a refused move, and keep it while there is room for it; returns how many there were."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("UPDATE rooms SET refused = refused + 1 WHERE room = ?", (room,))
            count: int = self._db.execute("SELECT refused FROM rooms WHERE room = ?", (room,)).fetchone()[0]
            if count <= MOST_REFUSED:
                self._db.execute("INSERT INTO refused VALUES (?, ?, ?, ?, ?)", (room, at, who, body, reason))
        return count

    def rooms(self) -> list[tuple[Opened, int]]:
        """All rooms, in the order in which they were opened, and how many moves each refused."""
        with self._lock:
            rows = self._db.execute(
                "SELECT room, code, instructor, opened, file, digest, settings, refused FROM rooms ORDER BY rowid"
            ).fetchall()
        return [(Opened(*row[:-1]), row[-1]) for row in rows]

    def people(self, room: str) -> list[tuple[int, str]]:
        """Number and hash of the token of everybody who joined a room."""
        with self._lock:
            rows = self._db.execute("SELECT person, token FROM people WHERE room = ? ORDER BY person", (room,))
            return [(person, token) for person, token in rows]

    def entries(self, room: str) -> list[Entry]:
        """The log of a room, in order."""
        with self._lock:
            rows = self._db.execute(
                "SELECT number, at, who, move_id, body FROM entries WHERE room = ? ORDER BY number", (room,)
            ).fetchall()
        return [Entry(number, at, who, move_id, json.loads(body)) for number, at, who, move_id, body in rows]

    def refusals(self, room: str) -> list[dict[str, Any]]:
        """The refused moves that were kept."""
        with self._lock:
            rows = self._db.execute("SELECT at, who, body, reason FROM refused WHERE room = ? ORDER BY rowid", (room,))
            return [dict(zip(("at", "who", "body", "reason"), row, strict=True)) for row in rows]

    def purge(self, room: str) -> None:
        """Remove a room so that nothing of it is left in the file."""
        with self._lock:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                for table in ("rooms", "people", "entries", "refused"):
                    self._db.execute(f"DELETE FROM {table} WHERE room = ?", (room,))
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
