"""What the instructor sees and no student does: all sheets at a glance, packages, the picture, the news."""

import base64
import io
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from matplotlib import rc_context

from sim.classroom.pack.deal_words import package_words
from sim.classroom.pack.evidence import Evidence
from sim.classroom.pack.expected import Ran
from sim.classroom.pack.game import Game
from sim.classroom.pack.roles import PartySheet
from sim.scenario.case import NOWHERE
from sim.show import style
from sim.show.utility_space import utility_space
from sim.show.words import counted, date_text, listed, number
from sim.terms import Firmness, Gate

MOST_PACKAGES = 12
"""Packages that a table lists."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A sheet in a line."""

    label: str
    no_deal: int
    least: int
    most: str
    gating: str
    priced: str


@dataclass(frozen=True, slots=True)
class Package:
    """A package in a line."""

    words: str
    points: tuple[int, ...]
    """[seat]"""
    fails: str
    """Conditions that it fails."""
    marks: str


def glance_of(game: Game, sheets: Iterable[PartySheet]) -> tuple[Glance, ...]:
    """All sheets at a glance, in the order of the seats."""
    told = []
    for seat, sheet in zip(game.seats, sheets, strict=True):
        mine = game.conditions(seat.party.ordinal)
        told.append(
            Glance(
                label=sheet.label,
                no_deal=sheet.no_deal,
                least=sheet.least,
                most="; ".join(f"{each.what} ({each.share} %)" for each in sheet.interests[:3]),
                gating="; ".join(
                    f"{each.label}{' (fades)' if each.firmness is Firmness.FADES else ''}"
                    f"{'' if each.public else ' (private)'}"
                    for each in mine
                    if each.firmness is not Firmness.PRICED
                ),
                priced="; ".join(each.label for each in mine if each.firmness is Firmness.PRICED),
            )
        )
    return tuple(told)


def zone_text(game: Game) -> str:
    """How much there is to agree on."""
    possible, zone = sum(game.possible), game.zone
    meeting = sum(game.meets[outcome] for outcome in zone)
    text = (
        f"Of {counted(possible, 'package')} that can be agreed at the start, {len(zone)} reach every side's least,"
        f" conditions aside; {meeting} of these also meet every condition of signing that gates."
    )
    if not zone:
        return (
            f"{text} Without a zone of agreement at the start a deal needs something to change: a wearier side, a"
            " promise from a mediator, another world. A class that ends without a deal has played well."
        )
    if not meeting:
        return f"{text} So there is no deal before somebody gives up a condition: that is what the exercise is about."
    return text


def best_of(game: Game) -> tuple[str, tuple[Package, ...]]:
    """Packages that matter most, with a caption: those of the zone, else those that come nearest to every least."""
    surplus = {
        outcome: min(
            scale.points(worths[outcome]) - scale.points(least)
            for scale, worths, least in zip(game.scales, game.today.worths, game.today.reservations, strict=True)
        )
        for outcome, possible in enumerate(game.possible)
        if possible
    }
    ranked = sorted(game.zone or surplus, key=lambda outcome: (-surplus[outcome], outcome))[:MOST_PACKAGES]
    caption = "Packages in the zone of agreement" if game.zone else "Packages that come nearest to every side's least"
    if len(ranked) < len(game.zone or surplus):
        caption += f", the {MOST_PACKAGES} that leave the side that gets least of it most"
    return caption, tuple(_package(game, outcome) for outcome in ranked)


def frontier_of(game: Game) -> tuple[Package, ...]:
    """The frontier: with many seats nearly every package is on it, so that it is cut."""
    return tuple(_package(game, outcome) for outcome in game.frontier[: 3 * MOST_PACKAGES])


def _package(game: Game, outcome: int) -> Package:
    accepting = [each for each in game.track.preconditions if each.gate is Gate.ACCEPTS]
    fails = [
        f"{game.case.parties[each.holder].label}: {each.label}"
        for position, each in enumerate(accepting)
        if game.today.failing[outcome] >> position & 1
    ]
    marks = [
        "Nash point" if outcome == game.nash else "",
        "in the zone" if outcome in game.zone else "",
        "meets all conditions" if game.meets[outcome] else "",
    ]
    return Package(
        package_words(game, outcome),
        tuple(game.score(seat.index, outcome) for seat in game.seats),
        "; ".join(fails),
        ", ".join(filter(None, marks)),
    )


def lesson_of(game: Game, ran: Ran) -> str:
    """The point of the debrief, from what the runs did."""
    summary, enough = ran.summary, ran.unlocking.enough if ran.unlocking else None
    share = f"{100 * summary.agreed.share:.0f} % of the runs had a deal"
    if enough is not None:
        names = " with ".join(game.labels.whose(game.track.name, each) for each in enough.conditions)
        return (
            f"To bring out: {share}. The smallest set whose going nothing surpasses is {names}: no part of it does as"
            " much. A condition that is in the way on most days need not be the one that unlocks."
        )
    if summary.blockers or summary.holders:
        return (
            f"To bring out: {share}, and conditions stood in the way on some days, but taking them away gains little."
        )
    return f"To bring out: {share}, and no condition was in the way: look at worth, trust and weariness instead."


def rounding_text(game: Game) -> str:
    """How far added points are off, computed over every package."""
    off, wrong = 0.0, 0
    for seat in game.seats:
        scale, worths = game.scales[seat.index], game.today.worths[seat.index]
        least = game.today.reservations[seat.index]
        for outcome, worth in enumerate(worths):
            score = game.score(seat.index, outcome)
            off = max(off, abs(score - scale.points(worth)))
            wrong += (score >= game.least(seat.index)) != (worth >= least)
    tell = "for every package and side they tell the right side of the least."
    if wrong:
        scores = len(game.seats) * game.today.outcomes
        tell = f"in {counted(wrong, 'case')} of {scores} they tell the wrong side of the least."
    return f"added up by hand they are at most {number(round(off, 1))} off; {tell}"


def picture_of(game: Game) -> tuple[str, str]:
    """The picture of points as a link to data, and in words: of the two seats that are most opposed."""
    talks = game.in_points()
    seats = max(combinations(range(len(game.seats)), 2), key=lambda pair: _opposed(talks.worths, pair))
    space = game.track.space
    packages = [space.describe(outcome) for outcome in range(game.today.outcomes)]
    drawing = utility_space(talks, game.labels, packages=packages, seats=seats, note="points of the role sheets")
    axes = drawing.figure.axes[0]
    for set_label, seat in ((axes.set_xlabel, seats[0]), (axes.set_ylabel, seats[1])):
        set_label(f"points of {game.labels.short(24).party(talks.parties[seat])}", parse_math=False)
    drawing.figure.suptitle(style.titled(f"{game.title}: packages in points", style.COLUMN), x=0.02, ha="left",
                            fontsize=style.TITLE)  # fmt: skip
    file = io.BytesIO()
    with rc_context({"svg.hashsalt": "pack"}):
        drawing.figure.savefig(file, format="svg", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(file.getvalue()).decode()}", _alt(game, seats)


def _opposed(worths: tuple[tuple[float, ...], ...], pair: tuple[int, int]) -> float:
    """How far two seats want opposite things: minus the covariance of their points."""
    one, other = (worths[seat] for seat in pair)
    middle, middle_other = sum(one) / len(one), sum(other) / len(other)
    return -sum((a - middle) * (b - middle_other) for a, b in zip(one, other, strict=True))


def _alt(game: Game, seats: tuple[int, int]) -> str:
    names = [game.case.parties[game.track.parties[seat]].label for seat in seats]
    leasts = listed(f"{name} {game.least(seat)}" for name, seat in zip(names, seats, strict=True))
    text = f"Every package by its points to {listed(names)}. The least that they should sign for: {leasts}."
    if len(game.seats) > 2:
        text += " Of the parties, these two are the most opposed; the Nash point is that of all."
    if game.nash == NOWHERE:
        return f"{text} No package reaches every side's least, so there is no Nash point."
    scores = listed(
        f"{game.score(seat.index, game.nash)} to {game.case.parties[seat.party.ordinal].label}" for seat in game.seats
    )
    return f"{text} The Nash point is {package_words(game, game.nash)}, with points {scores}."


def news_of(game: Game, evidence: Evidence) -> tuple[str, ...]:
    """Events and acts of the scenario, with their day and who says so."""
    case, told = game.case, []
    for act in case.acts:
        by = evidence.short(act.claim)
        told.append(f"{date_text(case.date(act.day))}: {act.label}, by {case.parties[act.by].label} alone{_by(by)}.")
    for event in case.events:
        when = "by chance, on some day" if event.day == NOWHERE else date_text(case.date(event.day))
        told.append(f"{when[:1].upper()}{when[1:]}: {event.label}{_by(evidence.short(event.claim))}.")
    return tuple(told)


def _by(said: str) -> str:
    return f" (said by {said})" if said else ""
