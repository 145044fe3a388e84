"""The run of a room: the engine in a thread of its own, which stands still wherever people have to decide.

The thread and whoever resumes it never run at the same time: it is a coroutine, so that a run depends on nothing but
what it is told, in order.
"""

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sim.engine import log
from sim.engine.model import NegotiationModel
from sim.engine.table import Table
from sim.engine.voices import Asked, Question
from sim.scenario.case import Case
from sim.strategies import shelf

DAYS = "days"
"""What is asked where days have passed and nobody has to decide."""
READ_BY_ALL = (log.EventOccurred, log.TalksOpened, log.TalksEnded, log.Agreed, log.Renewed, log.Left, log.DealEnded)
"""What stops days from passing."""


@dataclass(frozen=True, slots=True)
class Posed:
    """A question at which a room stands."""

    number: int
    asks: str
    """A value of `Asked`, or DAYS."""
    of: tuple[str, ...]
    """The seats that are asked."""
    track: str = ""
    packages: tuple[int, ...] = ()
    by: str = ""


class Cast(Protocol):
    """Who sits in the room, and what they have said."""

    days_at_once: int

    def speaks(self, seat: str) -> bool:
        """Whether a person speaks for a seat now."""

    def readers(self) -> tuple[str, ...]:
        """Who is asked where days have passed."""

    def answers(self, posed: Posed) -> Mapping[str, Collection[int]]:
        """What each of those asked, who still speaks, stands behind."""

    def leaves(self, seat: str, track: str) -> bool:
        """Whether somebody walks out."""

    def before_day(self) -> None:
        """Let come to pass what was called for."""

    def after_day(self) -> None:
        """Forget what was said in talks that are over."""


class _Closed(BaseException):
    """The room is gone, and its thread with it."""


class Stage:
    """A run with people in seats, one step of which lasts from question to question."""

    def __init__(self, case: Case, luck: tuple[int, int, bool], cast: Cast) -> None:
        seed, replication, central = luck
        self.cast = cast
        self.model = NegotiationModel(case, seed, replication, central=central, logs=True, collects=False, voices=self)
        self.posed: Posed | None = None
        self.over = False
        self.failure = ""
        self._asked = 0
        self._idle = 0
        """Days since somebody was last asked."""
        self._thread: threading.Thread | None = None
        self._go, self._stood = threading.Semaphore(0), threading.Semaphore(0)
        self._closing = False

    def resume(self) -> None:
        """Go on to the next question, or to the end."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="room", daemon=True)
            self._thread.start()
        else:
            self._go.release()
        self._stood.acquire()

    def close(self) -> None:
        """End the thread, wherever it stands."""
        if self._thread is not None and self._thread.is_alive():
            self._closing = True
            self._go.release()
            self._thread.join()

    def play_by(self, party: str, strategy: str) -> None:
        """Let a party play by a strategy of the shelf, its parameters at their middle, while the engine plays it."""
        module = shelf.find(strategy)
        for table in self.model.tables:
            for seat in table.seats:
                if seat.party.name == party:
                    seat.strategy = module
                    seat.parameters = [parameter.middle for parameter in module.parameters]

    # What the engine calls, in its thread ---------------------------------------------------------------

    def speaks_for(self, party: int) -> bool:
        """See `sim.engine.voices.Voices`."""
        return self.cast.speaks(self.model.case.parties[party].name)

    def mediates(self, mediator: int) -> bool:
        """See `sim.engine.voices.Voices`."""
        return self.cast.speaks(self.model.case.mediators[mediator].name)

    def walks_out(self, table: Table, party: int) -> bool:
        """See `sim.engine.voices.Voices`."""
        return self.cast.leaves(self.model.case.parties[party].name, table.name)

    def ask(self, question: Question) -> Mapping[int, Collection[int]]:
        """See `sim.engine.voices.Voices`."""
        case = self.model.case
        sides: Sequence[str] = [side.name for side in case.parties]
        if question.asks is Asked.BRIDGE:
            sides = [side.name for side in case.mediators]
        of = tuple(sides[ordinal] for ordinal in question.of)
        self._idle = 0
        said = self._pose(question.asks.value, of, question.table.name, question.packages, question.by)
        return {ordinal: said[sides[ordinal]] for ordinal in question.of if sides[ordinal] in said}

    def _run(self) -> None:
        try:
            self._live()
        except _Closed:
            return
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
        self.posed, self.over = None, True
        self._stood.release()

    def _live(self) -> None:
        model, cast = self.model, self.cast
        while model.running:
            cast.before_day()
            told, asked = len(model.log), self._asked
            model.step()
            cast.after_day()
            self._idle = 0 if self._asked > asked else self._idle + 1
            news = any(isinstance(entry, READ_BY_ALL) for entry in model.log[told:])
            if model.running and (news or self._idle >= cast.days_at_once):
                self._idle = 0
                of = cast.readers()
                if of:
                    self._pose(DAYS, of)

    def _pose(
        self, asks: str, of: tuple[str, ...], track: str = "", packages: tuple[int, ...] = (), by: str = ""
    ) -> Mapping[str, Collection[int]]:
        """Stand at a question until somebody resumes."""
        self._asked += 1
        self.posed = posed = Posed(self._asked, asks, of, track, packages, by)
        self._stood.release()
        self._go.acquire()
        if self._closing:
            raise _Closed
        self.posed = None
        return self.cast.answers(posed)
