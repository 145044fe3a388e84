"""Features of a package: what a seat can have an interest in, how much of it a package holds, how it scores."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.scenario.case import NOWHERE, StockCase, Transfer, TruceKind
from sim.scenario.schema.tracks import Score


class MissingScore(Exception):
    """A table of scores has no row for an amount that a package of the space holds."""

    def __init__(self, amount: float, feature: str = "") -> None:
        super().__init__(f"the table of scores of '{feature}' has no row for {amount:g}")
        self.amount = amount
        self.feature = feature


@dataclass(frozen=True, slots=True)
class Stake:
    """What a seat wants of a space: its interests by feature, its scales, its view of captives."""

    party: int
    interests: Mapping[str, int]
    """Feature to parameter of the weight."""
    scores: Mapping[str, Score]
    """Feature to its scale; every feature with an interest has one."""
    worth_of: tuple[float, ...]
    """[category]: worth of one captive."""
    cares: Mapping[int, int]
    """Other party to parameter of how far the seat takes its base worth for its own."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A transfer of a package, with the stock it comes from and whether it is a gesture."""

    transfer: Transfer
    stock: StockCase
    gesture: bool


@dataclass(frozen=True, slots=True)
class Package:
    """One outcome as its features see it."""

    named: Mapping[str, float]
    """Values of issues, levels of granted facts, terms of the truce: an issue comes before all else of its name."""
    labels: Mapping[str, str]
    """Values of issues as the reader sees them."""
    kind: TruceKind
    handed: tuple[Handed, ...]

    def amount(self, feature: str, stake: Stake) -> float:
        """How much of a feature the package holds for a seat."""
        if feature in self.named:
            return self.named[feature]
        if feature == "parity_gap":
            return abs(self._persons(stake.party, received=True) - self._persons(stake.party, received=False))
        return sum(part_of(feature, stake, handed) for handed in self.handed)

    def _persons(self, party: int, *, received: bool) -> float:
        """Captives exchanged, by a treaty's tariff if any and without gestures, that a party receives or gives."""
        return sum(
            handed.transfer.amount * handed.stock.tariff
            for handed in self.handed
            if handed.stock.of != NOWHERE
            and not handed.gesture
            and party == (handed.transfer.receiver if received else handed.transfer.giver)
        )


def part_of(feature: str, stake: Stake, handed: Handed) -> float:
    """What one transfer adds to a feature for a seat: captives are weighted where they are exchanged."""
    transfer = handed.transfer
    gives, receives = transfer.giver == stake.party, transfer.receiver == stake.party
    if handed.stock.of == NOWHERE:
        wanted = (feature == "paid" and gives) or (feature == "received" and receives)
    elif handed.gesture:
        wanted = (feature == "gesture_given" and gives) or (feature == "gesture_received" and receives)
    else:
        exchanged = (feature == "released" and gives) or (feature == "returned" and receives)
        return transfer.amount * stake.worth_of[handed.stock.what] if exchanged else 0.0
    return transfer.amount if wanted else 0.0


def scores_of(feature: str, stake: Stake, amounts: Sequence[float], packages: Sequence[Package]) -> tuple[float, ...]:
    """Scores of a feature over all packages, on the seat's own scale; 0 where it has no interest in it.

    Raises:
        MissingScore: where the seat's table has no row for an amount.
    """
    if feature not in stake.interests:
        return (0.0,) * len(packages)
    score = stake.scores.get(feature, Score())
    try:
        return tuple(
            score_of(score, amount, package.labels.get(feature, ""))
            for amount, package in zip(amounts, packages, strict=True)
        )
    except MissingScore as missing:
        raise MissingScore(missing.amount, feature) from None


def score_of(score: Score, amount: float, label: str = "") -> float:
    """The score of an amount on a fixed scale: a table by value, or amount over scale to a power.

    Raises:
        MissingScore: where the table has no row for the value.

    >>> from sim.scenario.schema.tracks import Curve
    >>> from sim.scenario.values import bare
    >>> score_of(Score(curve=Curve(scale=bare(250), power=bare(0.5))), 62.5)
    0.5
    >>> score_of(Score(table={"7": bare(0.3), "30": bare(0.8)}), 30.0)
    0.8
    """
    if score.table is not None:
        for row, value in score.table.items():
            if row == label or _is_number(row, amount):
                return value.middle
        raise MissingScore(amount)
    scale = 1.0 if score.curve is None or score.curve.scale is None else score.curve.scale.middle
    power = 1.0 if score.curve is None or score.curve.power is None else score.curve.power.middle
    share = amount / scale
    return share if power == 1.0 else math.copysign(math.pow(abs(share), power), share)


def _is_number(row: str, amount: float) -> bool:
    try:
        return float(row) == amount
    except ValueError:
        return False
