"""The application: every route, behind the guard."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from sim.classroom.rooms import Refusal, Rooms
from sim.classroom.web import pages
from sim.classroom.web.explorer import Explorer
from sim.classroom.web.guard import Guard
from sim.classroom.web.hub import Hub
from sim.classroom.web.library import Library
from sim.classroom.web.roleplay import RolePlay, refused
from sim.classroom.web.workshop import Workshop

FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Site:
    """How a server is reached."""

    addresses: tuple[str, ...]
    """Under which browsers reach it, this machine's own first."""
    hosts: frozenset[str] = frozenset()
    """Names under which it answers besides its addresses."""
    word: str = field(default_factory=lambda: secrets.token_hex(4))
    """With which a room can be opened from another machine."""


def application(library: Library, first: str, workshop: Workshop, rooms: Rooms, site: Site) -> Starlette:
    """The whole server.

    Args:
        library: the scenarios that it offers.
        first: the short name of the scenario that is shown first.
        workshop: who runs replications.
        rooms: the role-play rooms.
        site: how it is reached.
    """
    explorer = Explorer(library, workshop, first)
    hub = Hub(rooms)
    play = RolePlay(library, first, rooms, hub, site.addresses, site.word)

    async def home(request: Request) -> Response:
        return HTMLResponse(pages.render("home.html", {"title": "Parley", "first": first}))

    async def script(request: Request) -> Response:
        return FileResponse(pages.SCRIPT, media_type="text/javascript", headers={"cache-control": FOREVER})

    async def status(request: Request) -> Response:
        return JSONResponse({"ready": workshop.ready.is_set()})

    async def icon(request: Request) -> Response:
        return Response(status_code=204, headers={"cache-control": FOREVER})

    async def missing(request: Request, error: Exception) -> Response:
        values = {"title": "Not found", "lines": ("There is no such page on this server.",)}
        return HTMLResponse(pages.render("refused.html", values), 404)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(work) for work in (workshop.warm(first), hub.run())]
        yield
        for task in tasks:
            task.cancel()
        workshop.close()
        await asyncio.to_thread(rooms.close)

    routes = [
        Route("/", home),
        Route("/static/parley.js", script),
        Route("/status", status),
        Route("/favicon.ico", icon),
        *explorer.routes(),
        *play.routes(),
    ]
    guard = Middleware(Guard, policy=pages.policy(), hosts=site.hosts)
    return Starlette(
        routes=routes, middleware=[guard], exception_handlers={404: missing, Refusal: refused}, lifespan=life
    )
