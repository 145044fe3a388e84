"""The explorer: pages that answer what changes when ranges are held and preconditions are taken away."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from sim.classroom.web import pages, wording
from sim.classroom.web.days import picture
from sim.classroom.web.library import Book, Library
from sim.classroom.web.telling import headline, tell
from sim.classroom.web.trials import Answer
from sim.classroom.web.view import HOLD, View, variant, view_of
from sim.classroom.web.workshop import Workshop
from sim.scenario.faults import InvalidScenario
from sim.strategies.asking import StrategyFailed

PREPARING = (
    "The engine is being made ready for this machine: half a minute the first time, a second or two from then on."
)
PATIENCE = 1.0
"""Seconds after which a page comes with what was counted by then; the rest is asked for from the page."""
FAILED = "A strategy of this scenario failed in this run: {}"


class Unread(Exception):
    """A page that cannot be had; and why, with its status."""

    def __init__(self, status: int, lines: tuple[str, ...]) -> None:
        super().__init__(*lines)
        self.status, self.lines = status, lines


class Explorer:
    """Answers the explorer's requests."""

    def __init__(self, library: Library, workshop: Workshop, first: str) -> None:
        """Serve some scenarios.

        Args:
            library: the scenarios.
            workshop: who runs them.
            first: the scenario that is shown where a link names none.
        """
        self.library, self.workshop, self.first = library, workshop, first

    def routes(self) -> list[Route]:
        """Where it answers."""
        return [
            Route("/explore", self.page),
            Route("/explore/answer", self.answer),
            Route("/explore/run", self.run),
            Route("/explore/variant", self.variant),
        ]

    def _asked(self, request: Request) -> tuple[Book, View, tuple[str, ...]]:
        """The scenario and the view of a link. Raises Unread."""
        query = request.query_params.multi_items()
        name = next((value for key, value in query if key == "scenario"), self.first)
        try:
            book = self.library.book(name)
        except KeyError:
            raise Unread(404, (f"There is no scenario '{name[:80]}' on this server.",)) from None
        except (InvalidScenario, OSError) as error:
            faults = error.faults if isinstance(error, InvalidScenario) else [error]
            raise Unread(500, (f"'{name}' cannot be read:", *(str(fault) for fault in faults))) from None
        return book, *view_of(book, query)

    async def page(self, request: Request) -> Response:
        """The page, with its answer where that can be had at once."""
        try:
            book, view, remarks = await asyncio.to_thread(self._asked, request)
        except Unread as unread:
            refused = pages.render("refused.html", {"title": "Not to be had", "lines": unread.lines})
            return HTMLResponse(refused, unread.status)
        answer = told = None
        if self.workshop.ready.is_set():
            answer = await self._first(book, view)
            told = await self._run(book, view)
        values = {
            "title": book.case.title,
            "book": book,
            "view": view,
            "scenarios": self.library.titles(self.first),
            "remarks": remarks,
            "switches": list(wording.switches(book, view)),
            "groups": wording.groups(book, view),
            "hold": HOLD,
            "answer": "" if answer is None else Markup(self._html(book, view, answer)),
            "more": answer is not None and answer.n < answer.asked,
            "run": "" if told is None else Markup(told),
            "preparing": PREPARING,
        }
        return HTMLResponse(pages.render("explorer.html", values))

    async def _first(self, book: Book, view: View) -> Answer | None:
        """What was counted once the patience of whoever opens a page is over, so that many can open one at a time."""
        began = time.monotonic()
        last: Answer | None = None
        async for answer in self.workshop.answers(book, view):
            last = answer
            if time.monotonic() - began > PATIENCE:
                break
        return last

    async def answer(self, request: Request) -> Response:
        """What more and more replications say: a line of JSON each time; ends early if nobody listens any longer."""
        try:
            asked = await asyncio.to_thread(self._asked, request)
        except Unread as unread:
            return PlainTextResponse("\n".join(unread.lines), unread.status)
        return StreamingResponse(self._lines(*asked), media_type="application/x-ndjson")

    async def _lines(self, book: Book, view: View, remarks: tuple[str, ...]) -> AsyncIterator[str]:
        while not self.workshop.ready.is_set():
            yield json.dumps({"waiting": PREPARING}) + "\n"
            await asyncio.sleep(1.0)
        async for answer in self.workshop.answers(book, view):
            told = tell(answer, book.labels)
            line = {
                "query": view.query,
                "runs": answer.n,
                "done": answer.n >= answer.asked,
                "remarks": remarks,
                "said": headline(told, answer.n),
                "html": self._html(book, view, answer),
            }
            yield json.dumps(line, ensure_ascii=False) + "\n"

    def _html(self, book: Book, view: View, answer: Answer) -> str:
        values = {
            "answer": answer,
            "told": tell(answer, book.labels),
            "changes": wording.labelled(book, view),
            "uncertainty": wording.uncertainty(book.case, view),
        }
        return pages.render("answer.html", values)

    async def run(self, request: Request) -> Response:
        """One replication, day by day."""
        try:
            book, view, _ = await asyncio.to_thread(self._asked, request)
        except Unread as unread:
            return PlainTextResponse("\n".join(unread.lines), unread.status)
        return HTMLResponse(await self._run(book, view))

    async def _run(self, book: Book, view: View) -> str:
        try:
            case, run = await self.workshop.told(book, view)
        except StrategyFailed as failure:
            return pages.render("refused_part.html", {"lines": (FAILED.format(failure),)})
        return pages.render(
            "run.html", {"view": view, "picture": picture(case, run, book.labels), "claims": book.reading.claims}
        )

    async def variant(self, request: Request) -> Response:
        """The view as a scenario file."""
        try:
            book, view, _ = await asyncio.to_thread(self._asked, request)
        except Unread as unread:
            return PlainTextResponse("\n".join(unread.lines), unread.status)
        name = f"{book.path.stem}-changed.yaml".encode("ascii", "replace").decode().replace('"', "_").replace("?", "_")
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(variant(book, view), media_type="application/yaml; charset=utf-8", headers=headers)
