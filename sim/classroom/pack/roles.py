"""Role sheets: what one side knows of itself, and nothing that another keeps to itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.classroom.pack.deal_words import (
    STYLES,
    YOURS,
    asked,
    feature_text,
    issue_text,
    package_words,
    value_text,
    when_asked,
)
from sim.classroom.pack.game import Game
from sim.classroom.pack.mechanisms import firmness_text
from sim.classroom.pack.scoring import Block, whole
from sim.engine.mediator import Mediator
from sim.engine.record import total
from sim.engine.seat import Seat
from sim.scenario.case import NOWHERE, PreconditionCase
from sim.show.words import capital, listed, number
from sim.terms import Firmness, Gate

TOKEN = 0.01
"""Worth of one token that a mediator can promise."""
_SHARES = ((0.3, "above all"), (0.15, "much"), (0.05, "somewhat"), (0.0, "a little"))
_LEVELS = ((0.2, "hardly"), (0.4, "little"), (0.6, "halfway"), (0.8, "largely"), (1.01, "almost wholly"))


@dataclass(frozen=True, slots=True)
class Interest:
    """One thing that a party cares about."""

    what: str
    share: int
    """Percent of all that it cares about."""
    much: str
    wants: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A line of a points table: what it is for, and the points by value of the last issue."""

    head: tuple[str, ...]
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PointsTable:
    """Points of one block."""

    caption: str
    issues: tuple[str, ...]
    """Those whose values stand before a line; empty for a block of one issue."""
    across: str
    values: tuple[str, ...]
    lines: tuple[Cell, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A condition of one's own."""

    label: str
    asks: str
    when: str
    firm: str
    public: bool


@dataclass(frozen=True, slots=True)
class Feeling:
    """Trust in another party."""

    whom: str
    level: str
    words: str


@dataclass(frozen=True, slots=True)
class PartySheet:
    """The confidential sheet of a party at the table."""

    name: str
    label: str
    others: tuple[str, ...]
    interests: tuple[Interest, ...]
    cares: tuple[str, ...]
    beside: tuple[str, ...]
    """What its points hold besides its interests."""
    tables: tuple[PointsTable, ...]
    packages: tuple[tuple[str, int], ...]
    """Every package with its points, where they do not add up by issue."""
    no_deal: int
    least: int
    reach: str
    """Which packages reach the least, in words."""
    conditions: tuple[Asked, ...]
    trust: tuple[Feeling, ...]
    weary: str
    opening: tuple[str, int]
    fallback: tuple[str, int] | None
    token: str
    pressed: str


@dataclass(frozen=True, slots=True)
class MediatorSheet:
    """The confidential sheet of a mediator at the table."""

    name: str
    label: str
    style: str
    parties: tuple[str, ...]
    means: tuple[str, ...]
    leans: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AwaySheet:
    """The sheet of a party that does not sit at this table."""

    name: str
    label: str
    tables: tuple[str, ...]


def party_sheet(game: Game, seat: Seat) -> PartySheet:
    """Write the sheet of a party at the table, from what it knows itself."""
    scale = game.scales[seat.index]
    least = game.least(seat.index)
    case, ordinal = game.case, seat.party.ordinal
    return PartySheet(
        name=seat.party.name,
        label=case.parties[ordinal].label,
        others=tuple(case.parties[other].label for other in game.track.parties if other != ordinal),
        interests=_interests(game, seat),
        cares=_cares(game, seat),
        beside=_beside(game, seat),
        tables=tuple(_table(game, block) for block in scale.blocks),
        packages=() if scale.blocks else tuple(
            (package_words(game, outcome), points) for outcome, points in enumerate(scale.packages)
        ),
        no_deal=whole(scale.points(0.0)),
        least=least,
        reach=_reach([game.score(seat.index, outcome) for outcome in range(game.today.outcomes)], least),
        conditions=tuple(_asked(condition, game) for condition in game.conditions(ordinal)),
        trust=tuple(
            Feeling(
                case.parties[other].label,
                number(round(seat.party.trust[other], 2)),
                _level(seat.party.trust[other]),
            )
            for other in game.track.parties
            if other != ordinal
        ),
        weary=_weary(game, seat),
        opening=_own_best(game, seat, 1.0),
        fallback=_fallback(game, seat, least),
        token=number(round(100.0 * TOKEN / (scale.high - scale.low), 1)) if scale.high > scale.low else "0",
        pressed=_pressed(game, seat),
    )  # fmt: skip


def mediator_sheet(game: Game, mediator: Mediator) -> MediatorSheet:
    """Write the sheet of a mediator at the table."""
    numbers, case = mediator.numbers, game.case
    means = [YOURS[mediator.case.style]]
    if mediator.manipulates:
        means.append(
            f"You have {round(mediator.leverage / TOKEN)} tokens. You may promise up to"
            f" {int(numbers.inducement_cap / TOKEN + 1e-9)} of them to one side for its signature; each side knows what"
            " a token is worth to it. What you promise is spent when all sign, and only then."
        )
        pressed = [
            f"{case.parties[party].label} ({round(mediator.pressure_on(party) / TOKEN)} tokens)"
            for party in game.track.parties
            if mediator.pressure_on(party) > 0.0
        ]
        if pressed:
            means.append(
                f"Your presence presses: it lowers the least that a side asks for, of {listed(pressed)}. Their sheets"
                " count it already."
            )
    if numbers.guarantee > 0.0:
        means.append(
            f"Where you secure a promise, your word takes away {number(round(100 * numbers.guarantee))} % of the doubt."
        )
    leans = [
        f"{'towards' if mediator.bias_for(party) > 0.0 else 'away from'} {case.parties[party].label}"
        f" ({number(round(abs(mediator.bias_for(party)), 2))} of 1)"
        for party in game.track.parties
        if mediator.bias_for(party) != 0.0
    ]
    return MediatorSheet(
        name=mediator.name,
        label=mediator.label,
        style=STYLES[mediator.case.style],
        parties=tuple(case.parties[party].label for party in game.track.parties),
        means=tuple(means),
        leans=tuple(leans),
    )


def away_sheets(game: Game) -> tuple[AwaySheet, ...]:
    """Sheets of parties that sit at other tables only."""
    case = game.case
    return tuple(
        AwaySheet(
            party.name,
            party.label,
            tuple(game.labels.track(track.name) for track in case.tracks if ordinal in track.parties),
        )
        for ordinal, party in enumerate(case.parties)
        if ordinal not in game.track.parties
    )


def _interests(game: Game, seat: Seat) -> tuple[Interest, ...]:
    space = game.track.space
    weights = [0.0 if index == NOWHERE else game.drawn[index] for index in space.weights[seat.index]]
    whole = total(abs(weight) for weight in weights)
    told = []
    for feature, weight in enumerate(weights):
        if weight != 0.0:
            share = abs(weight) / whole
            much = next(words for least, words in _SHARES if share >= least)
            scores = space.scores[seat.index][feature]
            text = feature_text(space.features[feature], game)
            told.append((share, Interest(text, round(100 * share), much, _wants(game, feature, weight, scores))))
    return tuple(interest for _, interest in sorted(told, key=lambda each: -each[0]))


def _wants(game: Game, feature: int, weight: float, scores: Sequence[float]) -> str:
    """Which way a party wants a feature to go, or which value it likes best."""
    space = game.track.space
    gains = [weight * score for score in scores]
    if max(gains) - min(gains) < 1e-12:
        return "the same in every package"
    place = next((at for at, issue in enumerate(space.issues) if issue.name == space.features[feature]), None)
    if place is not None:
        best = {row[place] for row, gain in zip(space.choices, gains, strict=True) if gain >= max(gains) - 1e-12}
        issue = space.issues[place]
        return f"best: {listed((value_text(issue, choice) for choice in sorted(best)), 'or')}"
    return "the more, the better" if weight > 0.0 else "the less, the better"


def _cares(game: Game, seat: Seat) -> tuple[str, ...]:
    told = []
    for other, index in enumerate(game.track.space.cares[seat.index]):
        if index != NOWHERE and game.drawn[index] != 0.0:
            label, care = game.case.parties[game.track.parties[other]].label, game.drawn[index]
            way = "You take its gain for your own" if care > 0.0 else "You mind its gain"
            told.append(f"{label}: {way.lower()} ({number(round(abs(100 * care)))} % of it is in your points).")
    return tuple(capital(each) for each in told)


def _beside(game: Game, seat: Seat) -> tuple[str, ...]:
    numbers = seat.party.numbers
    promised = any(worth > 0.0 for row in seat.stakes(game.track.space).promised for worth in row)
    priced = [each for each in game.conditions(seat.party.ordinal) if each.firmness is Firmness.PRICED]
    told = [
        "your doubt that what is promised will be delivered" if numbers.doubt > 0.0 and promised else "",
        "your fear of what others do with a pause" if game.track.has_truce and numbers.fear_of_rearming > 0.0 else "",
        "what it costs you at home to go back on your word" if priced and numbers.audience > 0.0 else "",
    ]
    return tuple(filter(None, told))


def _table(game: Game, block: Block) -> PointsTable:
    issues = [game.track.space.issues[place] for place in block.issues]
    across = issues[-1]
    choices = sorted({combination[-1] for combination in block.points})
    lines = [
        Cell(
            tuple(value_text(issue, choice) for issue, choice in zip(issues, head, strict=False)),
            tuple(str(block.points[(*head, last)]) if (*head, last) in block.points else "–" for last in choices),
        )
        for head in dict.fromkeys(combination[:-1] for combination in sorted(block.points))
    ]
    return PointsTable(
        caption=capital(" × ".join(issue_text(issue.name, game) for issue in issues)),
        issues=tuple(issue_text(issue.name, game) for issue in issues[:-1]),
        across=issue_text(across.name, game),
        values=tuple(value_text(across, choice) for choice in choices),
        lines=tuple(lines),
        most=block.most,
    )


def _asked(condition: PreconditionCase, game: Game) -> Asked:
    return Asked(
        label=condition.label,
        asks=asked(condition, game),
        when=when_asked(condition, game).replace("before it", "before you").replace(" comes", " come")
        .replace(" signs", " sign").replace(" hands", " hand").replace(" renews", " renew"),
        firm=capital(firmness_text(condition.firmness)),
        public=condition.public,
    )  # fmt: skip


def _reach(points: Sequence[int], least: int) -> str:
    count = sum(each >= least for each in points)
    if count == 0:
        return (
            "No package on the form reaches it as things stand: say what would have to change first. Until it does,"
            " talk to learn, and sign nothing."
        )
    if count == len(points):
        return "Every package on the form reaches it: the question is how much more you get."
    return f"{count} of the {len(points)} packages on the form reach it, your conditions aside."


def _level(level: float) -> str:
    return next(words for least, words in _LEVELS if level < least)


def _weary(game: Game, seat: Seat) -> str:
    if not game.case.war:
        return ""
    weariness, tolerance = seat.party.weariness, seat.party.numbers.tolerance
    shown = f"{number(round(weariness, 2))} on a scale from 0 to 1; the war hurts from {number(round(tolerance, 2))} on"
    felt = "the war hurts you already" if weariness >= tolerance else "you can bear it for now"
    return f"{shown}: {felt}. The wearier you get, the less you ask for."


def _acceptable(game: Game, seat: Seat) -> list[int]:
    """Packages that can be agreed and meet the party's own conditions of signing that gate; all, where none does."""
    mine = [each for each in game.track.preconditions if each.gate is Gate.ACCEPTS]
    bits = 0
    for position, condition in enumerate(mine):
        if condition.holder == seat.party.ordinal:
            bits |= 1 << position
    packages = range(len(game.possible))
    meets = [o for o in packages if game.possible[o] and not game.today.failing[o] & bits]
    return meets or [o for o in packages if game.possible[o]]


def _own_best(game: Game, seat: Seat, share: float) -> tuple[str, int]:
    """The package nearest above a share of the way from the least to the best."""
    worths = game.today.worths[seat.index]
    packages = _acceptable(game, seat)
    best, least = max(worths[o] for o in packages), game.today.reservations[seat.index]
    wanted = least + share * (best - least) - 1e-12
    near = [o for o in packages if worths[o] >= wanted] or packages
    chosen = max(near, key=lambda o: worths[o]) if share == 1.0 else min(near, key=lambda o: worths[o])
    return package_words(game, chosen), game.score(seat.index, chosen)


def _fallback(game: Game, seat: Seat, least: int) -> tuple[str, int] | None:
    """Half-way between the best and the least; None where the best is not above the least."""
    opening, half = _own_best(game, seat, 1.0), _own_best(game, seat, 0.5)
    return half if opening[1] > least and half != opening else None


def _pressed(game: Game, seat: Seat) -> str:
    pressing = [mediator for mediator in game.mediators if mediator.pressure_on(seat.party.ordinal) > 0.0]
    return f"The presence of {listed(each.label for each in pressing)} has lowered it." if pressing else ""
