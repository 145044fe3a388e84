"""What everybody may know: the public part of a case, with who says what; nothing that a side keeps to itself."""

from dataclasses import dataclass

from sim.classroom.pack.deal_words import STYLES, asked, deal_text, issue_text, value_text, when_asked
from sim.classroom.pack.evidence import Evidence, Said, Source
from sim.classroom.pack.game import Game
from sim.scenario.case import NOWHERE
from sim.show.words import capital, date_text, number

LINE, ONE_PAGE = 60, 1_300
"""Characters of a line, and of what the short briefing has room for beside what it always holds."""
MOST_HELD = 12
"""Stocks that a briefing lists; more are told as a sum a side."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody in the case."""

    label: str
    does: str
    about: str


@dataclass(frozen=True, slots=True)
class Position:
    """A condition that a side has stated in public."""

    holder: str
    label: str
    asks: str
    when: str
    by: str
    """Who said it, when, and who says otherwise; empty where no claim is cited."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A public number."""

    what: str
    number: str
    by: str


@dataclass(frozen=True, slots=True)
class Term:
    """An issue on the table."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Briefing:
    """The public part of a case."""

    begins: str
    table: str
    about_table: str
    parties: tuple[Actor, ...]
    away: tuple[Actor, ...]
    mediators: tuple[Actor, ...]
    others: tuple[Actor, ...]
    terms: tuple[Term, ...]
    constraints: bool
    """Whether some combinations of values are no package."""
    deal: tuple[str, ...]
    positions: tuple[Position, ...]
    held: tuple[Fact, ...]
    facts: tuple[Fact, ...]
    claims: tuple[Said, ...]
    sources: tuple[Source, ...]

    @property
    def brief(self) -> bool:
        """Whether what a deal does has room on the one page of the short briefing."""
        positions = sum(len(each.label) + len(each.asks) + len(each.when) for each in self.positions)
        return sum(len(each) for each in self.deal) + positions + LINE * len(self.held) <= ONE_PAGE


def briefing_of(game: Game, evidence: Evidence) -> Briefing:
    """Collect what is public."""
    case, track = game.case, game.track
    at_table = [case.parties[party] for party in track.parties]
    mediators = [case.mediators[mediator] for mediator in track.mediators]
    size = 1
    for issue in track.space.issues:
        size *= len(issue.values)
    return Briefing(
        begins=date_text(case.start),
        table=game.title,
        about_table=_about(evidence, track.name),
        parties=tuple(Actor(party.label, "sits at the table", _about(evidence, party.name)) for party in at_table),
        away=tuple(
            Actor(party.label, "does not sit at this table", _about(evidence, party.name))
            for party in case.parties
            if party not in at_table
        ),
        mediators=tuple(Actor(each.label, STYLES[each.style], _about(evidence, each.name)) for each in mediators),
        others=tuple(Actor(label, "does not negotiate", _about(evidence, name)) for name, label in case.others),
        terms=tuple(
            Term(capital(issue_text(issue.name, game)), tuple(value_text(issue, at) for at in range(len(issue.values))))
            for issue in track.space.issues
        ),
        constraints=len(track.space.outcomes) < size,
        deal=tuple(deal_text(game)),
        positions=_positions(game, evidence),
        held=_held(game, evidence),
        facts=tuple(
            Fact(
                game.labels.fact(fact.name),
                number(round(game.drawn[fact.level], 2)),
                evidence.origin(case.parameters[fact.level].value),
            )
            for fact in case.facts
        ),
        claims=evidence.known_by(case.start),
        sources=tuple(evidence.documents.values()),
    )


def _about(evidence: Evidence, name: str) -> str:
    return " ".join(evidence.abouts.get(name, "").split())


def _positions(game: Game, evidence: Evidence) -> tuple[Position, ...]:
    return tuple(
        Position(
            game.case.parties[each.holder].label, each.label, asked(each, game), when_asked(each, game),
            evidence.short(each.claim),
        )
        for each in game.track.preconditions
        if each.public
    )  # fmt: skip


def _held(game: Game, evidence: Evidence) -> tuple[Fact, ...]:
    """Who holds what at the start, of what this table can hand over; many kinds of captives as a sum."""
    case, told = game.case, list[Fact]()
    moved = {transfer.stock for row in game.track.space.transfers for transfer in row}
    held = [stock for place, stock in enumerate(case.stocks) if place in moved and game.drawn[stock.level] > 0.0]
    sums: dict[tuple[int, int], float] = {}
    for stock in held:
        party, amount = case.parties[stock.holder].label, game.drawn[stock.level]
        if stock.of == NOWHERE:
            what = f"{party} has {game.labels.good(case.assets[stock.what])}"
        else:
            sums[stock.holder, stock.of] = sums.get((stock.holder, stock.of), 0.0) + amount
            good = game.labels.good(case.categories[stock.what])
            what = f"{party} holds {good} of {case.parties[stock.of].label}"
        told.append(Fact(what, number(round(amount, 2)), evidence.origin(case.parameters[stock.level].value)))
    if len(told) <= MOST_HELD:
        return tuple(told)
    return tuple(
        Fact(
            f"{case.parties[holder].label} holds captives of {case.parties[of].label}, all kinds together",
            number(amount), "a sum over kinds",
        )
        for (holder, of), amount in sums.items()
    )  # fmt: skip
