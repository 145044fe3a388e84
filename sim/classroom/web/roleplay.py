"""The pages of the role-play rooms: opening, joining, a page for each who joined, and what they send."""

import asyncio
import hashlib
import hmac
import io
import ipaddress
import json
import secrets
from collections.abc import Mapping
from typing import Any

import segno
from markupsafe import Markup
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from sim.classroom.rooms import Refusal, Rooms, Settings, UnknownToken
from sim.classroom.web import pages
from sim.classroom.web.forms import asked, fields_of, move_of, settings_of
from sim.classroom.web.hub import Hub, message_of
from sim.classroom.web.library import Library
from sim.classroom.web.limits import Limit
from sim.classroom.web.parts import data_of, parts_of, values_of
from sim.scenario.faults import InvalidScenario
from sim.show.labels import labels_of
from sim.strategies import shelf

COOKIE = "parley"
WEEK = 7 * 86_400
LONGEST_WAIT = 8.0
"""Seconds that a page without a live connection waits for news."""
QUIET = 25.0
"""Seconds without a sign after which a live connection is closed; a page gives one every three."""
MOST_CONNECTIONS = 16
"""Live connections of one key at once: windows of one browser, and those that were lost a moment ago."""
SLOWEST = 10.0
"""Seconds that a browser may take to accept news."""
NO_KEY = "This page belongs to somebody who joined the room, and this browser has not the key. Come back with it below."


def handle_of(token: str) -> str:
    """The public name of the page of whoever has a token; it gives nothing away.

    >>> len(handle_of("token"))
    16
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()[:16]


class RolePlay:
    """Answers everything about rooms."""

    def __init__(
        self, library: Library, first: str, rooms: Rooms, hub: Hub, addresses: tuple[str, ...], word: str
    ) -> None:
        """Serve the rooms of a file.

        Args:
            library: scenarios that a room can be opened from.
            first: the short name of the one that is offered first.
            rooms: the rooms.
            hub: who watches them.
            addresses: under which browsers reach this server, for links to join by; this machine's own first.
            word: with which a room can be opened from another machine.
        """
        self.library, self.first, self.rooms, self.hub = library, first, rooms, hub
        self.addresses, self._word = addresses, word
        self._moves, self._tries, self._asks = Limit(30, 10.0), Limit(200, 5.0), Limit(60, 20.0)
        self._open = asyncio.Semaphore(2000)

    def routes(self) -> list[Route | WebSocketRoute]:
        """Where it answers."""
        return [
            Route("/rooms", self.opening),
            Route("/rooms", self.open, methods=["POST"]),
            Route("/join", self.joining),
            Route("/join", self.join, methods=["POST"]),
            Route("/back", self.back, methods=["POST"]),
            Route("/at/{handle}/", self.page),
            Route("/at/{handle}/act", self.act, methods=["POST"]),
            Route("/at/{handle}/state", self.state),
            Route("/at/{handle}/worth", self.worth),
            Route("/at/{handle}/debrief", self.debrief),
            Route("/at/{handle}/picture/{track}.png", self.picture),
            Route("/at/{handle}/log.json", self.log),
            WebSocketRoute("/at/{handle}/live", self.live),
        ]

    # Who asks ------------------------------------------------------------------------------------------------

    def _token(self, connection: HTTPConnection) -> str:
        """The token of whose page this is. Raises UnknownToken."""
        token = connection.cookies.get(COOKIE, "")
        if not hmac.compare_digest(handle_of(token), connection.path_params["handle"]):
            raise UnknownToken(NO_KEY)
        self.rooms.room_of(token)
        return token

    def _may_open(self, request: Request, word: str) -> bool:
        """Whether rooms may be opened from there: from this machine, or with the word that it shows."""
        host = request.client.host if request.client else ""
        return _is_here(host) or hmac.compare_digest(word.encode(), self._word.encode())

    # Opening and joining -------------------------------------------------------------------------------------

    async def opening(self, request: Request) -> Response:
        """The form to open a room."""
        return await self._opening(request, dict(request.query_params), "")

    async def _opening(self, request: Request, given: Mapping[str, str], said: str, status: int = 200) -> Response:
        name = given.get("scenario") or self.first
        try:
            book = await asyncio.to_thread(self.library.book, name)
        except (KeyError, InvalidScenario, OSError):
            return _refused(f"There is no scenario '{name[:80]}' on this server that can be read.", 404)
        values = {
            "title": "Open a room",
            "scenarios": self.library.titles(self.first),
            "book": book,
            "given": given,
            "labels": labels_of(book.case),
            "shelf": shelf.shelf(),
            "here": self._may_open(request, given.get("word", "")),
            "said": said,
        }
        return HTMLResponse(pages.render("open.html", values), status)

    async def open(self, request: Request) -> Response:
        """Open a room, and show its instructor the page."""
        fields = fields_of(await request.body())
        if not self._tries.allows(_client(request)):
            return _refused("Too many tries; wait a little.", 429)
        if not self._may_open(request, fields.get("word", "")):
            said = "Rooms are opened on the machine that serves them, or with the word shown where it was started."
            return await self._opening(request, fields, said, 403)
        try:
            book = await asyncio.to_thread(self.library.book, fields.get("scenario", ""))
            keys = await asyncio.to_thread(self.rooms.open, book.path, Settings.read(settings_of(fields, book.case)))
        except KeyError:
            return _refused("There is no such scenario on this server.", 404)
        except (Refusal, InvalidScenario) as refusal:
            return await self._opening(request, fields, str(refusal), 400)
        return _at(keys.instructor)

    async def joining(self, request: Request) -> Response:
        """The page to join a room by its code."""
        return await self._joining(request, request.query_params.get("code", ""), "")

    async def _joining(self, request: Request, code: str, said: str, status: int = 200) -> Response:
        lobby = None
        if code:
            if not self._tries.allows(_client(request)):
                return _refused("Too many tries; wait a little.", 429)
            try:
                lobby = await asyncio.to_thread(self.rooms.lobby, code)
            except Refusal as refusal:
                said, status = said or f"{_sentence(str(refusal))}", 404
        values = {"title": lobby["title"] if lobby else "Join a room", "lobby": lobby, "code": code[:20], "said": said}
        return HTMLResponse(pages.render("join.html", values), status)

    async def join(self, request: Request) -> Response:
        """Take a seat, and show the page of it."""
        fields = fields_of(await request.body())
        if not self._tries.allows(_client(request)):
            return _refused("Too many tries; wait a little.", 429)
        code = fields.get("code", "")
        try:
            token = await asyncio.to_thread(
                self.rooms.join, code, fields.get("pseudonym", ""), fields.get("seat", "") or None
            )
        except Refusal as refusal:
            return await self._joining(request, code, _sentence(str(refusal)), 409)
        self.hub.ring(self.rooms.room_of(token))
        return _at(token)

    async def back(self, request: Request) -> Response:
        """Come back by a key, from another browser or after this one forgot."""
        token = fields_of(await request.body()).get("key", "").strip()
        if not self._tries.allows(_client(request)):
            return _refused("Too many tries; wait a little.", 429)
        self.rooms.room_of(token)
        return _at(token)

    # A page --------------------------------------------------------------------------------------------------

    async def page(self, request: Request) -> Response:
        """The page of whoever has joined, or of the instructor."""
        return await self._page(request, "")

    async def _page(self, request: Request, said: str, status: int = 200) -> Response:
        token = self._token(request)
        await asyncio.to_thread(self.rooms.seen, token)
        view, briefing = await asyncio.to_thread(lambda: (self.rooms.view(token), self.rooms.briefing(token)))
        parts, tables = parts_of(view, briefing)
        join = f"{self._reached(request)}join?code={view['room']['code']}"
        values = {
            **values_of(view, briefing),
            "title": view["room"]["title"],
            "parts": {name: Markup(html) for name, html in parts.items()},
            "data": data_of(view, briefing, tables),
            "key": token,
            "id": secrets.token_hex(8),
            "said": said,
            "join": join,
            "addresses": [f"{each}join?code={view['room']['code']}" for each in self.addresses],
            "code_picture": Markup(_qr(join)) if view["me"]["role"] == "instructor" else "",
        }  # fmt: skip
        return HTMLResponse(pages.render("room.html", values), status)

    def _reached(self, request: Request) -> str:
        """The address for others to come by: that by which the instructor came, unless that is this machine's own."""
        name = request.url.hostname or ""
        if name != "localhost" and not _is_here(name):
            return str(request.base_url)
        return self.addresses[1] if len(self.addresses) > 1 else self.addresses[0]

    async def act(self, request: Request) -> Response:
        """Make a move; a page with a script is answered in JSON, one without by the page again."""
        token = self._token(request)
        plain = "application/json" in request.headers.get("accept", "")
        if not self._moves.allows(token):
            why = "too many moves at once; wait a moment"
            return _receipt(False, why, 429) if plain else await self._page(request, _sentence(why), 429)
        fields = fields_of(await request.body())
        receipt = await asyncio.to_thread(
            self.rooms.act, token, move_of(fields), fields.get("id") or secrets.token_hex(8)
        )
        self.hub.ring(self.rooms.room_of(token))
        if plain:
            return _receipt(receipt.accepted, receipt.reason, 200 if receipt.accepted else 409)
        if receipt.accepted:
            return RedirectResponse("./", 303)
        return await self._page(request, f"Not done: {receipt.reason}", 409)

    async def state(self, request: Request) -> Response:
        """What changed since a version, for a page without a live connection: waits until something has."""
        token = self._token(request)
        if not self._asks.allows(token):
            return PlainTextResponse("too often\n", 429)
        await asyncio.to_thread(self.rooms.seen, token)
        after = request.query_params.get("after", "")
        if after.isascii() and after.isdigit():
            await self.hub.wait(self.rooms.room_of(token), int(after[:20]), LONGEST_WAIT)
        return JSONResponse(message_of(await self._rendering(token), {}))

    async def worth(self, request: Request) -> Response:
        """What a package is worth to the seat, part by part."""
        token = self._token(request)
        if not self._asks.allows(token):
            return PlainTextResponse("too often\n", 429)
        track, package = request.query_params.get("track", ""), asked(request.query_params.multi_items())
        try:
            told = await asyncio.to_thread(self.rooms.explain, token, track, package)
        except UnknownToken:
            raise
        except Refusal as refusal:
            return JSONResponse({"reason": str(refusal)}, 409)
        return JSONResponse(told)

    async def _rendering(self, token: str) -> Any:
        return await self.hub.rendering(token)

    async def live(self, socket: WebSocket) -> None:
        """A live connection: news as they come, each browser the latest only; a sign of life from it now and then."""
        try:
            token = self._token(socket)
        except Refusal:
            await socket.close(4401)
            return
        if self._open.locked() or self.hub.watching(token) >= MOST_CONNECTIONS:
            await socket.close(1013)
            return
        async with self._open:
            await socket.accept()
            self.hub.came(token)
            hearing = asyncio.create_task(self._hear(socket, token))
            telling = asyncio.create_task(self._tell(socket, token))
            try:
                await asyncio.wait({hearing, telling}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (hearing, telling):
                    task.cancel()
                await asyncio.gather(hearing, telling, return_exceptions=True)
                await self.hub.left(token)
                await _close(socket)

    async def _hear(self, socket: WebSocket, token: str) -> None:
        try:
            while True:
                await asyncio.to_thread(self.rooms.seen, token)
                await asyncio.wait_for(socket.receive_text(), QUIET)
                if not self._asks.allows(token):
                    return
        except (WebSocketDisconnect, TimeoutError, Refusal, KeyError):
            return

    async def _tell(self, socket: WebSocket, token: str) -> None:
        sent: dict[str, str] = {}
        try:
            room = self.rooms.room_of(token)
            while True:
                rendering = await self._rendering(token)
                news = json.dumps(message_of(rendering, sent), ensure_ascii=False)
                await asyncio.wait_for(socket.send_text(news), SLOWEST)
                while await self.hub.wait(room, rendering.version, LONGEST_WAIT) == rendering.version:
                    pass
        except (WebSocketDisconnect, TimeoutError, Refusal, RuntimeError):
            return

    # Looking back --------------------------------------------------------------------------------------------

    async def debrief(self, request: Request) -> Response:
        """The room, looked back on."""
        token = self._token(request)
        try:
            found, view = await asyncio.to_thread(lambda: (self.rooms.debrief(token), self.rooms.view(token)))
        except UnknownToken:
            raise
        except Refusal as refusal:
            return _refused(_sentence(str(refusal)), 403)
        briefing = await asyncio.to_thread(self.rooms.briefing, token)
        values = {
            **values_of(view, briefing),
            "title": "Looking back",
            "found": found,
            "ends": await asyncio.to_thread(self._ends, token, [track["track"] for track in found["tracks"]]),
            "tracks": {track["name"]: track for track in briefing["tracks"]},
        }
        return HTMLResponse(pages.render("debrief.html", values))

    def _ends(self, token: str, tracks: list[str]) -> dict[str, Any]:
        from sim.classroom.rooms.picture import class_ends  # noqa: PLC0415  # pictures take a second to import

        return {track: class_ends(self.rooms, token, track) for track in tracks}

    async def picture(self, request: Request) -> Response:
        """The class on the Pareto picture of a track."""
        token, track = self._token(request), request.path_params["track"]
        try:
            return Response(await asyncio.to_thread(self._drawn, token, track), media_type="image/png")
        except UnknownToken:
            raise
        except Refusal as refusal:
            return PlainTextResponse(f"{refusal}\n", 404)

    def _drawn(self, token: str, track: str) -> bytes:
        from sim.classroom.rooms.picture import class_picture  # noqa: PLC0415

        buffer = io.BytesIO()
        class_picture(self.rooms, token, track).figure.savefig(buffer, format="png", dpi=150)
        return buffer.getvalue()

    async def log(self, request: Request) -> Response:
        """Settings and log of the room, for its instructor."""
        token = self._token(request)
        view = await asyncio.to_thread(self.rooms.view, token)
        if view["me"]["role"] != "instructor":
            return _refused("The log is the instructor's.", 403)
        exported = await asyncio.to_thread(self.rooms.export, view["room"]["id"])
        headers = {"content-disposition": f'attachment; filename="room-{view["room"]["id"]}.json"'}
        return Response(json.dumps(exported, indent=1, ensure_ascii=False), 200, headers, "application/json")


async def refused(request: Request, error: Exception) -> Response:
    """The page for a key that nothing belongs to, and for what was sent that is no form."""
    if isinstance(error, UnknownToken):
        values = {"title": "No key", "lines": (NO_KEY,), "lobby": None, "code": "", "said": NO_KEY}
        return HTMLResponse(pages.render("join.html", values), 401)
    return _refused(_sentence(str(error)), 400)


def _refused(line: str, status: int) -> Response:
    return HTMLResponse(pages.render("refused.html", {"title": "Not to be had", "lines": (line,)}), status)


def _receipt(accepted: bool, reason: str, status: int) -> Response:
    return JSONResponse({"accepted": accepted, "reason": reason}, status)


def _at(token: str) -> Response:
    """To the page of a token; its browser alone keeps the token, and sends it to that page alone."""
    path = f"/at/{handle_of(token)}/"
    reply = RedirectResponse(path, 303)
    reply.set_cookie(COOKIE, token, max_age=WEEK, path=path, httponly=True, samesite="lax")
    return reply


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


def _qr(text: str) -> str:
    return str(segno.make(text, error="m").svg_inline(scale=5, border=3, dark="#000", light="#fff", svgclass="qr"))


async def _close(socket: WebSocket) -> None:
    try:
        await asyncio.wait_for(socket.close(), 1.0)
    except (RuntimeError, TimeoutError, WebSocketDisconnect, OSError):
        return
