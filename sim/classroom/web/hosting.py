"""Hosting the application: the socket, the addresses that are told, and the end."""

import errno
import ipaddress
import socket
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from sim.classroom.rooms import Rooms, UnusableFile
from sim.classroom.web.app import Site, application
from sim.classroom.web.library import Library, shipped
from sim.classroom.web.workshop import Workshop
from sim.scenario.tree import is_file, why_no_file
from sim.terms import DISCLAIMER

PREFERRED = "march-2025"
"""The shipped case that is shown first."""
ONLY_HERE = "Only this machine can reach it; --host 0.0.0.0 lets everybody on the local network."
EVERYBODY = "Everybody on the local network can reach it, unencrypted: use it in a network that you trust."


WORD = "To open a room from another machine: the word {}."
FILE = "rooms.sqlite"


class CannotHost(Exception):
    """The server cannot be had as asked; and why."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is served."""

    library: Library
    first: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is served."""

    host: str
    port: int
    browse: bool
    """Whether this machine's browser is opened."""
    data: Path = Path("results") / "classroom"
    """The folder in which rooms are kept."""


def offer(files: Sequence[Path]) -> Offer:
    """The files named, each read once so that its faults are told now; without any, the shipped cases.

    Raises:
        NoScenarios: there are none.
        CannotHost: a file is not there.
        InvalidScenario: a file is faulty.
    """
    for path in files:
        if not is_file(path):
            raise CannotHost(f"'{path}': {why_no_file(path)}")
    library = Library(files or shipped())
    names = list(library.files)
    for name in names if files else []:
        library.book(name)
    return Offer(library, PREFERRED if PREFERRED in names and not files else names[0])


def host(offered: Offer, place: Place, say: Callable[[str], None]) -> None:
    """Serve until interrupted.

    Raises:
        CannotHost: the address cannot be had.
    """
    with listen(place) as listening:
        _host(offered, place, listening, say)


def _host(offered: Offer, place: Place, listening: socket.socket, say: Callable[[str], None]) -> None:
    urls = addresses(place.host, listening.getsockname()[1])
    site = Site(tuple(urls), frozenset({place.host.lower()}))
    with_rooms = kept_rooms(place.data)
    app = application(offered.library, offered.first, Workshop(offered.library), with_rooms, site)
    reach = (EVERYBODY, WORD.format(site.word)) if len(urls) > 1 else (ONLY_HERE,)
    for line in (*urls, *reach, f"Rooms are kept in {place.data}.", DISCLAIMER, "Ctrl-C ends it."):
        say(line)
    for room, why in with_rooms.rooms().items():
        if why:
            say(f"Room {room} cannot be played on: {why}")
    if place.browse:
        threading.Timer(0.5, webbrowser.open, (urls[0],)).start()
    with suppress(KeyboardInterrupt):
        uvicorn.Server(settings(app)).run(sockets=[listening])


def kept_rooms(folder: Path) -> Rooms:
    """The rooms of a folder, which is made where there is none.

    Raises:
        CannotHost: they cannot be kept there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return Rooms(folder / FILE)
    except (OSError, UnusableFile) as error:
        raise CannotHost(f"rooms cannot be kept in '{folder}': {error}") from None


def purge(folder: Path) -> int:
    """Remove all rooms of a folder; returns how many.

    Raises:
        CannotHost: they cannot be removed.
    """
    if not (folder / FILE).exists():
        return 0
    rooms = kept_rooms(folder)
    try:
        return rooms.purge()
    finally:
        rooms.close()


def settings(app: Starlette) -> uvicorn.Config:
    """How the application is served."""
    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        ws="websockets-sansio",
        ws_max_size=64 * 1024,
    )


def listen(place: Place) -> socket.socket:
    """The socket. Raises CannotHost."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((place.host, place.port))
    except (OSError, UnicodeError) as error:
        listening.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = (
            f"port {place.port} is taken; try --port {place.port + 1 if place.port < 65535 else 0}"
            if taken
            else str(error)
        )
        raise CannotHost(f"cannot serve at '{place.host}': {why}") from None
    listening.listen(256)
    return listening


def addresses(name: str, port: int) -> list[str]:
    """The addresses under which browsers reach it, this machine's own first."""
    if name in ("0.0.0.0", "::"):
        return [f"http://{each}:{port}/" for each in ("127.0.0.1", *local_addresses())]
    try:
        bracketed = f"[{name}]" if ipaddress.ip_address(name).version == 6 else name
    except ValueError:
        bracketed = name
    return [f"http://{bracketed}:{port}/"]


def local_addresses() -> list[str]:
    """This machine's addresses on local networks; none where it is on no network. Nothing is sent anywhere."""
    found = list[str]()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, suppress(OSError):
        asking.connect(("192.0.2.1", 9))  # an address of no machine: this only asks which way would be taken
        found.append(asking.getsockname()[0])
    with suppress(OSError):
        found += [str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [each for each in dict.fromkeys(found) if not ipaddress.ip_address(each).is_loopback]
