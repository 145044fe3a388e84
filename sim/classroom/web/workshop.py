"""Where replications are run for visitors: a few threads, a second's work at a time, everybody in turn.

Each visitor's request has at most one piece of work more waiting than there are threads, so that thirty visitors share
the machine fairly, and a request that nobody waits for any longer stops after the piece it is in.
"""

import asyncio
import threading
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from sim.classroom.web.library import Book, Library
from sim.classroom.web.trials import Answer, Trials
from sim.classroom.web.view import View, changed
from sim.engine import model
from sim.engine.chunk import Chunk
from sim.engine.record import Run
from sim.scenario.case import Case
from sim.study.computing import ENGINES, CannotCompile
from sim.study.versions import cores

REPLICATIONS = {"compiled": 10_000, "mesa": 100}
"""Of an answer, by engine."""
STEP = {"compiled": 500, "mesa": 4}
"""Replications of a piece of work."""
FIRST = {"compiled": 1_000, "mesa": 12}
"""Replications of the first answer; each further one has about three times as many."""
MOST_KEPT = 48
"""Views whose replications are kept, each a megabyte or so."""
BY_HAND = "Compiled code is not to be had here ({}), so these are runs of the slower engine, and fewer."


@dataclass
class _Bench:
    """The replications of one view, growing; whoever wants more of them first runs them for all."""

    trials: Trials
    some: Callable[[int, int], Chunk]
    growing: asyncio.Lock = field(default_factory=asyncio.Lock)


class Workshop:
    """Runs replications, and keeps those that were asked for lately."""

    def __init__(self, library: Library, *, engine: str = "", replications: int | None = None) -> None:
        """Open it.

        Args:
            library: the scenarios.
            engine: `compiled` or `mesa`; where left out, compiled where that can be.
            replications: of an answer; None for what the engine does in about a second.
        """
        self.library, self._only, self._replications = library, engine, replications
        self.pool = ThreadPoolExecutor(cores(), thread_name_prefix="replications")
        self.ready = threading.Event()
        """Set once the engine is compiled, or it is known that it cannot be."""
        self._why_not: dict[str, str] = {}
        self._benches: OrderedDict[tuple[str, str], _Bench] = OrderedDict()

    async def warm(self, name: str) -> None:
        """Compile the engine, or find it in the cache, and run a scenario as it is written."""
        try:
            book = await asyncio.to_thread(self.library.book, name)
            await asyncio.to_thread(self.engine_of, book)
        finally:
            self.ready.set()
        await self.answer(book, View(name))

    async def answer(self, book: Book, view: View) -> Answer:
        """What all replications of a view say."""
        answers = [answer async for answer in self.answers(book, view)]
        return answers[-1]

    def engine_of(self, book: Book) -> tuple[str, str]:
        """Which engine runs a scenario, and why it is not the quick one."""
        if self._only == "mesa":
            return "mesa", "the server was told to"
        if book.name not in self._why_not:
            try:
                ENGINES["compiled"].ready(book.case, 0, False)
                self._why_not[book.name] = ""
            except CannotCompile as why:
                self._why_not[book.name] = str(why)
        why_not = self._why_not[book.name]
        return ("mesa", why_not) if why_not else ("compiled", "")

    def replications(self, engine: str) -> int:
        """Of an answer."""
        return REPLICATIONS[engine] if self._replications is None else self._replications

    async def answers(self, book: Book, view: View) -> AsyncIterator[Answer]:
        """What more and more replications of a view say, next to those of the unchanged scenario."""
        engine, why_not = self.engine_of(book)
        bench = await self._bench(book, view, engine)
        plain = await self._bench(book, view.unchanged, engine) if view.changed else bench
        asked = self.replications(engine)
        remarks = (BY_HAND.format(why_not),) if why_not else ()
        for n in _sizes(min(FIRST[engine], asked), asked):
            if min(bench.trials.n, plain.trials.n) >= n and n < asked:
                continue
            await self._grow(bench, n, STEP[engine])
            await self._grow(plain, n, STEP[engine])
            yield Answer(bench.trials, plain.trials, n, asked, view.changed, remarks)

    async def _bench(self, book: Book, view: View, engine: str) -> _Bench:
        key = (engine, _key(view))
        if key not in self._benches:
            case = changed(book.case, view)
            some = await asyncio.to_thread(ENGINES[engine].ready, case, view.seed, False)
            self._benches.setdefault(key, _Bench(Trials(case), some))
            while len(self._benches) > MOST_KEPT:
                self._benches.popitem(last=False)
        self._benches.move_to_end(key)
        return self._benches[key]

    async def _grow(self, bench: _Bench, n: int, step: int) -> None:
        """Run until there are n replications; a call that is cancelled leaves what was counted."""
        async with bench.growing:
            trials, loop = bench.trials, asyncio.get_running_loop()
            starts = iter(range(trials.n, n, step))
            waiting: deque[asyncio.Future[Chunk]] = deque()
            try:
                while trials.n < n:
                    for first in islice(starts, cores() + 1 - len(waiting)):
                        waiting.append(loop.run_in_executor(self.pool, bench.some, first, min(step, n - first)))
                    trials.add(await waiting.popleft())
            finally:
                for piece in waiting:
                    piece.cancel()
            trials.sum_up()

    async def told(self, book: Book, view: View) -> tuple[Case, Run]:
        """One replication of a view, whole.

        Raises:
            StrategyFailed: a strategy of the scenario's own failed.
        """
        case = changed(book.case, view)
        return case, await asyncio.get_running_loop().run_in_executor(self.pool, model.run, case, view.seed, view.run)

    def close(self) -> None:
        """Let go of the threads; what waits is not begun."""
        self.pool.shutdown(wait=False, cancel_futures=True)


def _sizes(first: int, last: int) -> Iterator[int]:
    """Replications of one answer after the other.

    >>> list(_sizes(1000, 10000))
    [1000, 3000, 10000]
    """
    n = first
    while 2 * n <= last:
        yield n
        n *= 3
    yield last


def _key(view: View) -> str:
    return f"{view.scenario} {view.seed} {view.held} {view.off}"
