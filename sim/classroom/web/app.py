"""The application: every route, behind the guard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sim.classroom.web import pages
from sim.classroom.web.explorer import Explorer
from sim.classroom.web.guard import Guard
from sim.classroom.web.library import Library
from sim.classroom.web.workshop import Workshop

FOREVER = "public, max-age=31536000, immutable"


def application(library: Library, first: str, workshop: Workshop, hosts: frozenset[str] = frozenset()) -> Starlette:
    """The whole server.

    Args:
        library: the scenarios that it offers.
        first: the short name of the scenario that is shown first.
        workshop: who runs replications.
        hosts: names under which it answers besides its addresses.
    """
    explorer = Explorer(library, workshop, first)

    async def home(request: Request) -> Response:
        return RedirectResponse("/explore")

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
        warming = asyncio.create_task(workshop.warm(first))
        yield
        warming.cancel()
        workshop.close()

    routes = [
        Route("/", home),
        Route("/static/parley.js", script),
        Route("/status", status),
        Route("/favicon.ico", icon),
        *explorer.routes(),
    ]
    guard = Middleware(Guard, policy=pages.policy(), hosts=hosts)
    return Starlette(routes=routes, middleware=[guard], exception_handlers={404: missing}, lifespan=life)
