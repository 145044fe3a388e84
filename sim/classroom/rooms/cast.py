"""Who sits in a room, and what each has said so far at each table."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sim.classroom.rooms.settings import DropOut
from sim.classroom.rooms.stage import DAYS, Posed
from sim.engine.record import NEVER
from sim.engine.voices import Asked
from sim.scenario.case import Case
from sim.terms import Protocol

PARTY, MEDIATOR = "party", "mediator"


@dataclass(slots=True)
class Chair:
    """A seat: of a party, or of a mediator."""

    name: str
    label: str
    kind: str
    ordinal: int
    open: bool
    """Whether people may take it."""
    person: int | None = None
    """Who holds it."""
    away: bool = False
    """Whether that person has dropped out."""


@dataclass(slots=True)
class Word:
    """What one seat has said at one table."""

    behind: dict[int, None] = field(default_factory=dict)
    """Packages that it stands behind, in the order in which it said so."""
    offer: int = NEVER
    """Under `alternating`: what it offers when it is its turn."""
    yes: int = NEVER
    """The package to which it said yes when asked."""
    bridge: int = NEVER
    renews: bool | None = None
    leaves: bool = False


class Cast:
    """Seats, people and their words: what the engine asks for when it comes to people."""

    def __init__(self, case: Case, people: Collection[str] | None, drop_out: DropOut) -> None:
        self.case = case
        self.drop_out = drop_out
        sides = [(PARTY, side) for side in case.parties] + [(MEDIATOR, side) for side in case.mediators]
        ordinals = [*range(len(case.parties)), *range(len(case.mediators))]
        self.chairs = {
            side.name: Chair(side.name, side.label, kind, ordinal, people is None or side.name in people)
            for (kind, side), ordinal in zip(sides, ordinals, strict=True)
        }
        self.people: dict[int, str] = {}
        """Pseudonym by number, in the order in which they joined."""
        self.words: dict[tuple[str, str], Word] = {}
        """By seat and track."""
        self.ready: dict[str, None] = {}
        """Who is done with the question at which the room stands."""

    def word(self, seat: str, track: str) -> Word:
        """What a seat has said at a table."""
        return self.words.setdefault((seat, track), Word())

    def chair_of(self, person: int) -> Chair | None:
        """The seat that a person holds."""
        return next((chair for chair in self.chairs.values() if chair.person == person), None)

    def speaks(self, seat: str) -> bool:
        """Whether a person speaks for a seat now."""
        chair = self.chairs[seat]
        return chair.person is not None and not (chair.away and self.drop_out is DropOut.ENGINE)

    def speakers(self) -> dict[str, str]:
        """The pseudonym of whoever speaks now, by seat; seats that the engine plays are left out."""
        held = [(name, chair.person) for name, chair in self.chairs.items() if self.speaks(name)]
        return {name: self.people[person] for name, person in held if person is not None}

    @property
    def deserted(self) -> bool:
        """Whether people hold seats, and the engine plays them all: no game goes on behind everybody's back."""
        held = [name for name, chair in self.chairs.items() if chair.person is not None]
        return bool(held) and not any(self.speaks(name) for name in held)

    def readers(self) -> tuple[str, ...]:
        """Who is asked where days have passed: all for whom people speak; all who are away where nobody is there."""
        held = tuple(name for name, chair in self.chairs.items() if chair.person is not None)
        return held if self.deserted else tuple(name for name in held if self.speaks(name))

    def settled(self, posed: Posed) -> bool:
        """Whether all who are asked, and still there, are done."""
        return all(seat in self.ready for seat in posed.of if self.speaks(seat))

    def forget(self, track: str) -> None:
        """Nothing that was said at a table holds any more."""
        for key in list(self.words):
            if key[1] == track:
                del self.words[key]

    def answers(self, posed: Posed) -> Mapping[str, Collection[int]]:
        """What each of those asked, who still speaks, stands behind; what was said for this question alone is over."""
        self.ready.clear()
        if posed.asks == DAYS:
            return {}
        said = {seat: list(self._chosen(posed, self.word(seat, posed.track))) for seat in posed.of if self.speaks(seat)}
        for (_, track), word in self.words.items():
            if track == posed.track:
                word.yes, word.renews = NEVER, None
                word.bridge = NEVER if posed.asks == Asked.BRIDGE else word.bridge
        return said

    def _chosen(self, posed: Posed, word: Word) -> Iterator[int]:
        track = next(track for track in self.case.tracks if track.name == posed.track)
        match posed.asks:
            case Asked.ROUND if track.protocol is Protocol.MENU:
                yield from word.behind
            case Asked.ROUND:
                yield from [word.offer] * (word.offer != NEVER)
            case Asked.ANSWER:
                yield from (package for package in posed.packages if package == word.yes or package in word.behind)
            case Asked.BRIDGE:
                yield from [word.bridge] * (word.bridge != NEVER)
            case _:
                assert track.renewal is not None
                yes = track.renewal.renews_on_silence if word.renews is None else word.renews
                yield from posed.packages * yes

    def leaves(self, seat: str, track: str) -> bool:
        """Whether somebody walks out of the talks today."""
        return self.word(seat, track).leaves
