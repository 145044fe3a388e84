"""What stands before every request: which hosts are answered, how large a request may be, which headers go out."""

import ipaddress
import socket
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024
"""Of the body of a request."""
SAFE = ("GET", "HEAD")
HEADERS: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class TooLarge(Exception):
    """A request that is larger than any that a page of the server makes."""


class Guard:
    """Lets requests through that a page of this server can have made, and no others."""

    def __init__(self, app: ASGIApp, policy: str, hosts: frozenset[str] = frozenset()) -> None:
        """Stand before an application.

        Args:
            app: what answers.
            policy: the content security policy of every page.
            hosts: names under which the server answers besides its addresses; a page of elsewhere that got itself a
                name for this machine's address is not answered.
        """
        self.app, self.policy = app, policy
        self.hosts = hosts | {"localhost", socket.gethostname().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at a request and pass it on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refused(scope, headers)
        if refused is not None:
            await self._refuse(scope, receive, send, *refused)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    def _refused(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            return 421, f"'{host[:80]}' is no name of this server"
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return 413, f"a request has at most {MOST_BYTES} bytes"
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE
        if changes and not _same_origin(headers.get("origin"), host, headers.get("sec-fetch-site")):
            return 403, "this was asked for by a page of another site"
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").removesuffix(".local").lower()
        except ValueError:
            return False
        if name in self.hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, status: int, why: str) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": why[:100]})
            return
        await PlainTextResponse(f"{why}\n", status)(scope, receive, self._with_headers(send))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        room = MOST_BYTES
        began = False

        async def measured() -> Message:
            nonlocal room
            message = await receive()
            room -= len(message.get("body", b""))
            if room < 0:
                raise TooLarge
            return message

        outward = self._with_headers(send)

        async def sending(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await outward(message)

        try:
            await self.app(scope, measured, sending)
        except TooLarge:
            if not began:
                await self._refuse(scope, receive, send, 413, f"a request has at most {MOST_BYTES} bytes")

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**HEADERS, "content-security-policy": self.policy})
                headers.setdefault("cache-control", "no-store")
            await send(message)

        return sending


def _same_origin(origin: str | None, host: str, site: str | None) -> bool:
    """Whether a page of this server asked; a client that is no browser says nothing of where it is."""
    if site is not None and site not in ("same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()
