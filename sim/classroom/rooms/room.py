"""A room: what it is follows from its case, its settings and its log, entry by entry."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sim.classroom.rooms import judging
from sim.classroom.rooms.cast import Cast, Chair
from sim.classroom.rooms.happenings import Happening, is_public, tell
from sim.classroom.rooms.journal import Entry
from sim.classroom.rooms.moves import (
    AboutPackage,
    AboutPrecondition,
    AnyMove,
    Bridge,
    Inject,
    Instruct,
    Leave,
    Ready,
    Reassign,
    Renew,
    Say,
    SetClock,
    read_move,
)
from sim.classroom.rooms.settings import DropOut, Settings
from sim.classroom.rooms.stage import Posed, Stage
from sim.engine.appraisal import Appraisal, appraise
from sim.engine.log import Alleged
from sim.engine.record import NEVER
from sim.engine.table import Table
from sim.scenario.case import Case
from sim.show.labels import Labels, labels_of
from sim.show.words import agree, package_text
from sim.terms import Gate, Phase, Protocol

INSTRUCTOR, CLOCK, DOOR = "instructor", "clock", "door"
ALL = "all"


class Course(StrEnum):
    """How far a room has come."""

    LOBBY = "lobby"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Message:
    """Something said in character."""

    number: int
    day: int
    by: str
    """A seat, or `instructor`."""
    pseudonym: str
    to: str
    """`all`, a seat, or `instructor`."""
    text: str


def speaker(person: int) -> str:
    """How the log names a person.

    >>> speaker(3)
    'person 3'
    """
    return f"person {person}"


class Room:
    """A run with people in its seats. Nothing here looks at a clock."""

    def __init__(self, case: Case, settings: Settings) -> None:
        self.case = case
        self.settings = settings
        self.labels: Labels = labels_of(case)
        self.cast = Cast(case, settings.people, settings.drop_out)
        self.days_at_once = settings.days_at_once
        self.seconds_per_round = settings.seconds_per_round
        self.course = Course.LOBBY
        self.number = 0
        """Of the last entry."""
        self.messages: list[Message] = []
        self.story: list[Happening] = []
        self.called: list[Inject] = []
        """What comes to pass on the next day."""
        self.signed: dict[tuple[str, int], dict[str, str]] = {}
        """Who spoke for each seat on the day on which a deal was agreed, by track and number of the deal."""
        self._told = 0
        """Entries of the engine's log that the story holds."""
        self._time_up = False
        self._appraised: dict[tuple[str, Gate], tuple[int, Appraisal]] = {}
        self.stage = Stage(case, (settings.seed, settings.replication, settings.central), self)
        for party, strategy in settings.strategies.items():
            self.stage.play_by(party, strategy)

    # Seeing ---------------------------------------------------------------------------------------------

    @property
    def posed(self) -> Posed | None:
        """The question at which the room stands."""
        return self.stage.posed

    @property
    def day(self) -> int:
        """The day of the run; day 0 before it began."""
        return max(0, self.stage.model.day)

    @property
    def start(self) -> tuple[str, int, int, bool]:
        """What it began from: digest of the case, seed, replication, whether at the middle."""
        settings = self.settings
        return self.case.digest, settings.seed, settings.replication, settings.central

    def table(self, track: str) -> Table:
        """The table of a track."""
        return next(table for table in self.stage.model.tables if table.name == track)

    def appraisal(self, track: str, gate: Gate = Gate.ACCEPTS) -> Appraisal:
        """What packages are worth at a table now; of a renewal, those of its own space."""
        kept = self._appraised.get((track, gate))
        if kept is None or kept[0] != self.number:
            table = self.table(track)
            renewal = table.case.renewal
            space = renewal.space if gate is Gate.RENEWS and renewal is not None else table.case.space
            kept = self._appraised[track, gate] = self.number, appraise(table, space, gate)
        return kept[1]

    def put_by(self, track: str) -> dict[int, list[str]]:
        """Packages on a table and who stands behind each: people at once, the engine since the last round."""
        table = self.table(track)
        if table.talks is None:
            return {}
        behind: dict[int, list[str]] = {}
        for seat in table.seats:
            name = seat.party.name
            if table.case.protocol is Protocol.ALTERNATING:
                offer = table.talks.on_table.get(seat.index, NEVER)
                packages = [offer] * (offer != NEVER)
            elif self.cast.speaks(name):
                packages = list(self.cast.word(name, track).behind)
            else:
                packages = [outcome for outcome, put in enumerate(table.talks.menus.get(seat.index, ())) if put]
            for package in packages:
                behind.setdefault(package, []).append(name)
        return behind

    def ledger_of(self, party: str) -> list[dict[str, str | int]]:
        """What a party wrote into its own ledger."""
        return [
            {"day": entry.day, "against": entry.against, "track": entry.track, "count": entry.count}
            for entry in self.stage.model.log
            if isinstance(entry, Alleged) and entry.by == party
        ]

    # The log --------------------------------------------------------------------------------------------

    def judge(self, who: str, move: AnyMove) -> None:
        """Check that a move is in turn; raises Refusal."""
        judging.judge(self, who, move)

    def apply(self, entry: Entry) -> None:
        """Take in the next entry of the log, and let the run go on as far as it can."""
        self.number = entry.number
        body = entry.body
        match body["kind"]:
            case "join":
                self._join(body["person"], body["pseudonym"], body["seat"])
            case "dropped" | "back":
                self._drop_out(self.cast.chairs[body["seat"]], away=body["kind"] == "dropped")
            case "time_up":
                self._time_up = True
            case _:
                self._do(entry, read_move(body))
        self._go_on()

    def _join(self, person: int, pseudonym: str, seat: str | None) -> None:
        self.cast.people[person] = pseudonym
        if seat is not None:
            chair = self.cast.chairs[seat]
            chair.person, chair.away = person, False
            self.note("people", f"{pseudonym} speaks for {chair.label}.")

    def _drop_out(self, chair: Chair, *, away: bool) -> None:
        chair.away = away
        if away and self.cast.drop_out is DropOut.INSTRUCTOR and self.course is Course.RUNNING:
            self.course = Course.PAUSED
        how = "has dropped out" if away else "is back"
        self.note("people", f"Whoever speaks for {chair.label} {how}.")

    def _do(self, entry: Entry, move: AnyMove) -> None:
        if isinstance(move, Instruct | SetClock | Inject | Reassign):
            self._instruct(move)
            return
        seat = INSTRUCTOR
        if entry.who != INSTRUCTOR:
            person = int(entry.who.split()[1])
            chair = self.cast.chair_of(person)
            assert chair is not None
            seat = chair.name
        match move:
            case Say():
                by = self.cast.people.get(int(entry.who.split()[1])) if seat != INSTRUCTOR else ""
                self.messages.append(Message(entry.number, self.day, seat, by or "", move.to, move.text))
            case Ready():
                self.cast.ready[seat] = None
            case AboutPackage():
                self._about_package(seat, move)
            case AboutPrecondition():
                self._about_precondition(seat, move)
            case Leave():
                self.cast.word(seat, move.track).leaves = move.yes
            case Bridge():
                package = NEVER if move.package is None else judging.outcome_of(self, move.track, move.package)
                self.cast.word(seat, move.track).bridge = package
            case Renew():
                self.cast.word(seat, move.track).renews = move.yes

    def _about_package(self, seat: str, move: AboutPackage) -> None:
        word, posed = self.cast.word(seat, move.track), self.posed
        package = judging.outcome_of(self, move.track, move.package)
        alternating = self.table(move.track).case.protocol is Protocol.ALTERNATING
        asked = posed is not None and posed.track == move.track and package in posed.packages and seat in posed.of
        if move.kind == "withdraw":
            word.behind.pop(package, None)
            word.offer = NEVER if word.offer == package else word.offer
            word.yes = NEVER if word.yes == package else word.yes
        elif move.kind == "accept" and asked:
            word.yes = package
        elif alternating:
            word.offer = package
        else:
            if package not in word.behind:
                text = package_text(self.table(move.track).case.space.describe(package))
                does = agree(self.cast.chairs[seat].label, "puts~" if move.kind == "put" else "says~ yes to")
                self.note("offer", f"{does} {text}.", move.track, deed=seat)
            word.behind[package] = None

    def _about_precondition(self, seat: str, move: AboutPrecondition) -> None:
        standing = judging.standing_of(self, seat, move)
        standing.dropped = move.kind == "drop"
        label = standing.case.label or standing.case.name
        does = agree(self.cast.chairs[seat].label, "drops~ its~" if standing.dropped else "states~ again its~")
        public = is_public(self.case, move.track, seat, move.precondition)
        text = f'{does} precondition "{label}".'
        self.note("precondition", text, move.track, only_for="" if public else seat, deed=seat)

    def _instruct(self, move: Instruct | SetClock | Inject | Reassign) -> None:
        match move:
            case Instruct(kind="advance"):
                self._time_up = True
            case Instruct():
                becomes = {"pause": Course.PAUSED, "close": Course.CLOSED}
                self.course = becomes.get(move.kind, Course.ENDED if self.stage.over else Course.RUNNING)
            case SetClock():
                if move.seconds_per_round is not None:
                    self.seconds_per_round = move.seconds_per_round
                if move.days_at_once is not None:
                    self.days_at_once = move.days_at_once
            case Inject():
                if move.notice is not None:
                    self.note("notice", move.notice)
                else:
                    self.called.append(move)
            case Reassign():
                self._reassign(move)

    def _reassign(self, move: Reassign) -> None:
        chair = self.cast.chairs[move.seat]
        person = None
        if move.to != judging.ENGINE:
            person = next(number for number, name in self.cast.people.items() if name == move.to)
            before = self.cast.chair_of(person)
            if before is not None:
                before.person, before.away = None, False
        elif move.strategy is not None:
            self.stage.play_by(move.seat, move.strategy)
        if person != chair.person:
            for key in [key for key in self.cast.words if key[0] == move.seat]:
                del self.cast.words[key]
        chair.person, chair.away = person, False
        self.cast.ready.pop(move.seat, None)
        by = "the engine" if person is None else move.to
        self.note("people", f"From now on {by} speaks for {chair.label}.")

    def note(self, kind: str, text: str, track: str = "", only_for: str = "", deed: str = "") -> None:
        """Write something into the story of the room."""
        self.story.append(Happening(self.day, track, kind, text, only_for, deed))

    # The run --------------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Let the run go on until somebody has to decide."""
        while self.course is Course.RUNNING and not self.stage.over:
            posed = self.posed
            waits = self.cast.deserted or (posed is not None and not self.cast.settled(posed))
            if waits and posed is not None and not self._time_up:
                break
            self._time_up = False
            self.stage.resume()
            self._hear()
        self._time_up = False
        if self.course is Course.RUNNING and self.stage.over:
            self.course = Course.ENDED

    def _hear(self) -> None:
        """Take what the engine has told into the story."""
        entries = self.stage.model.log
        for entry in entries[self._told :]:
            told = tell(self.case, entry, self.labels)
            if told is not None:
                self.story.append(told)
        self._told = len(entries)

    # What the engine's thread asks ----------------------------------------------------------------------

    def speaks(self, seat: str) -> bool:
        """See `stage.Cast`."""
        return self.cast.speaks(seat)

    def readers(self) -> tuple[str, ...]:
        """See `stage.Cast`."""
        return self.cast.readers()

    def answers(self, posed: Posed) -> Mapping[str, Collection[int]]:
        """See `stage.Cast`."""
        return self.cast.answers(posed)

    def leaves(self, seat: str, track: str) -> bool:
        """See `stage.Cast`."""
        return self.cast.leaves(seat, track)

    def before_day(self) -> None:
        """Let come to pass what the instructor called for."""
        model = self.stage.model
        for call in self.called:
            for event in model.events:
                if event.case.name == call.event:
                    event.called = True
            for fact, case in enumerate(self.case.facts):
                if case.name == call.fact and call.level is not None:
                    model.world.set_level(fact, call.level)
                    self.note("event", f"From now on {self.labels.fact(case.name)} stands at {call.level:g}.")
        self.called = []

    def after_day(self) -> None:
        """Keep who spoke for whom when a deal was agreed; forget what was said in talks that are over."""
        for table in self.stage.model.tables:
            deals = len(table.deal_records) + (table.deal is not None)
            for number in range(1, deals + 1):
                self.signed.setdefault((table.name, number), self.cast.speakers())
            if table.phase is not Phase.TALKS:
                self.cast.forget(table.name)
