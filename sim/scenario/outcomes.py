"""Outcome spaces: what can be on the table, what each package holds for each seat, and which packages stand out.

The second half (`pareto`, `zone_of_agreement`, `nash_point`, `kalai_smorodinsky`) is for analysis only: no
party ever uses it.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.rules import conditions
from sim.scenario.case import NOWHERE, IssueCase, Promise, Space, StepCase, StockCase, Transfer, TruceKind
from sim.scenario.expressions import Program
from sim.scenario.schema import Score

CAPTIVE_FEATURES = ("returned", "released", "parity_gap", "gesture_given", "gesture_received")
ASSET_FEATURES = ("paid", "received")
TRUCE_FEATURES = ("truce_days", "scope", "monitoring")
FEATURES = CAPTIVE_FEATURES + ASSET_FEATURES + TRUCE_FEATURES
"""Features of every track; each issue and each granted fact is a feature besides."""


@dataclass(frozen=True, slots=True)
class StepTerms:
    """A step as the terms have it: who gives whom how much of what, as programs over the issues."""

    case: StepCase
    gives: tuple[tuple[int, int, int, Program], ...]
    """Giver, receiver, stock, amount of one tranche (or of all, where it is spread)."""
    spread: bool
    """Whether the amount is the total, spread over the tranches, rather than the amount of each."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that decides what an outcome of a space does."""

    issues: tuple[IssueCase, ...]
    constraints: tuple[Program, ...]
    steps: tuple[StepTerms, ...]
    days: Program | None
    scope: Program | None
    monitoring: Program | None
    grants: tuple[tuple[int, str, Program], ...]
    """Fact, its name, the level it takes."""


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


def decide(program: Program, values: Sequence[float]) -> float:
    """The value of an expression over the issues of one outcome.

    >>> from sim.scenario.expressions import Reference
    >>> from sim.terms import Op, Seen
    >>> double = Program("2 * size", (Op.CONSTANT, Op.INPUT, Op.MULTIPLY), (2.0, 0.0, 0.0),
    ...                  (Reference(Seen.PROPOSAL, 1),))
    >>> decide(double, (0.0, 175.0))
    350.0
    """
    inputs = [values[seen.a] for seen in program.inputs]
    return conditions.evaluate(program.ops, program.args, inputs, len(program.ops))


def possible(issues: Sequence[IssueCase], constraints: Sequence[Program]) -> list[tuple[int, ...]]:
    """The choices of value, issue by issue, that all constraints allow, in the order of the menus."""
    return [
        choices
        for choices in itertools.product(*(range(len(issue.values)) for issue in issues))
        if all(decide(constraint, _values(issues, choices)) != 0.0 for constraint in constraints)
    ]


def _values(issues: Sequence[IssueCase], choices: Sequence[int]) -> tuple[float, ...]:
    return tuple(issue.values[choice] for issue, choice in zip(issues, choices, strict=True))


def build_space(terms: Terms, stakes: Sequence[Stake], stocks: Sequence[StockCase]) -> Space:
    """Enumerate the packages of a track and what each holds for each seat."""
    choices = possible(terms.issues, terms.constraints)
    outcomes = [_values(terms.issues, choice) for choice in choices]
    transfers = [_transfers(terms.steps, values) for values in outcomes]
    kinds = [_kind(terms, values) for values in outcomes]
    distinct = list(dict.fromkeys(kinds))
    features = _features(terms, stakes)
    gestures = {step for step, step_terms in enumerate(terms.steps) if step_terms.case.gesture}

    def amounts_of(stake: Stake, feature: str) -> tuple[float, ...]:
        return tuple(
            _amount(feature, stake, terms, values, kind, moved, stocks, gestures)
            for values, kind, moved in zip(outcomes, kinds, transfers, strict=True)
        )

    amounts = tuple(tuple(amounts_of(stake, feature) for feature in features) for stake in stakes)
    labels = [_labels(terms, choice) for choice in choices]
    scores = tuple(
        tuple(
            tuple(
                score_of(stake.scores.get(feature, Score()), amount, label.get(feature, ""))
                for amount, label in zip(amounts[seat][index], labels, strict=True)
            )
            if feature in stake.interests
            else (0.0,) * len(outcomes)
            for index, feature in enumerate(features)
        )
        for seat, stake in enumerate(stakes)
    )
    return Space(
        issues=terms.issues,
        outcomes=tuple(outcomes),
        choices=tuple(choices),
        features=features,
        amounts=amounts,
        scores=scores,
        weights=tuple(tuple(stake.interests.get(feature, NOWHERE) for feature in features) for stake in stakes),
        promises=_promises(features, stakes, transfers, stocks, gestures),
        needs=tuple(_needs(moved) for moved in transfers),
        transfers=tuple(transfers),
        kinds=tuple(distinct),
        kind_of=tuple(distinct.index(kind) for kind in kinds),
    )


def score_of(score: Score, amount: float, label: str = "") -> float:
    """The score of an amount on a fixed scale: a table by value, or amount over scale to a power.

    Raises:
        KeyError: where the table has no row for the value.

    >>> from sim.scenario.schema import Curve
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
        raise KeyError(label or f"{amount:g}")
    scale = 1.0 if score.curve is None or score.curve.scale is None else score.curve.scale.middle
    power = 1.0 if score.curve is None or score.curve.power is None else score.curve.power.middle
    share = amount / scale
    if power == 1.0:
        return share
    return math.copysign(math.pow(abs(share), power), share)


def _is_number(row: str, amount: float) -> bool:
    try:
        return float(row) == amount
    except ValueError:
        return False


def _labels(terms: Terms, choice: Sequence[int]) -> dict[str, str]:
    return {issue.name: issue.labels[index] for issue, index in zip(terms.issues, choice, strict=True)}


def _transfers(steps: Sequence[StepTerms], values: Sequence[float]) -> tuple[Transfer, ...]:
    moved = []
    for index, step in enumerate(steps):
        tranches = 1 if step.spread else len(step.case.tranches)
        for giver, receiver, stock, program in step.gives:
            amount = decide(program, values) * tranches
            if amount > 0.0:
                moved.append(Transfer(index, stock, giver, receiver, amount))
    return tuple(moved)


def _kind(terms: Terms, values: Sequence[float]) -> TruceKind:
    days, scope, monitoring = (
        0.0 if program is None else decide(program, values) for program in (terms.days, terms.scope, terms.monitoring)
    )
    grants = tuple((fact, decide(program, values)) for fact, _, program in terms.grants)
    return TruceKind(days, scope, monitoring, grants)


def _needs(moved: Sequence[Transfer]) -> tuple[tuple[int, float], ...]:
    taken: dict[int, float] = {}
    for transfer in moved:
        taken[transfer.stock] = taken.get(transfer.stock, 0.0) + transfer.amount
    return tuple(taken.items())


def _features(terms: Terms, stakes: Sequence[Stake]) -> tuple[str, ...]:
    """Every feature that some seat has an interest in, in one order for all tracks."""
    known = [issue.name for issue in terms.issues]
    known += [name for _, name, _ in terms.grants if name not in known]
    order = [feature for feature in FEATURES if feature not in known] + known
    return tuple(feature for feature in order if any(feature in stake.interests for stake in stakes))


def _amount(
    feature: str,
    stake: Stake,
    terms: Terms,
    values: Sequence[float],
    kind: TruceKind,
    moved: Sequence[Transfer],
    stocks: Sequence[StockCase],
    gestures: set[int],
) -> float:
    """How much of a feature an outcome holds for a seat."""
    for index, issue in enumerate(terms.issues):
        if issue.name == feature:
            return values[index]
    for fact, name, _ in terms.grants:
        if name == feature:
            return dict(kind.grants)[fact]
    if feature in TRUCE_FEATURES:
        return {"truce_days": kind.days, "scope": kind.scope, "monitoring": kind.monitoring}[feature]
    if feature == "parity_gap":
        persons = {True: 0.0, False: 0.0}
        for transfer in moved:
            if transfer.step not in gestures and stocks[transfer.stock].of != NOWHERE:
                persons[transfer.receiver == stake.party] += (
                    transfer.amount if stake.party in (transfer.giver, transfer.receiver) else 0.0
                )
        return abs(persons[True] - persons[False])
    return sum(_part(feature, stake, transfer, stocks[transfer.stock], gestures) for transfer in moved)


def _part(feature: str, stake: Stake, transfer: Transfer, stock: StockCase, gestures: set[int]) -> float:
    """What one transfer adds to a feature for a seat: captives weighted where they are exchanged."""
    gives, receives = transfer.giver == stake.party, transfer.receiver == stake.party
    if stock.of == NOWHERE:
        return transfer.amount if (feature == "paid" and gives) or (feature == "received" and receives) else 0.0
    if transfer.step in gestures:
        given = (feature == "gesture_given" and gives) or (feature == "gesture_received" and receives)
        return transfer.amount if given else 0.0
    exchanged = (feature == "released" and gives) or (feature == "returned" and receives)
    return transfer.amount * stake.worth_of[stock.what] if exchanged else 0.0


def _promises(
    features: Sequence[str],
    stakes: Sequence[Stake],
    transfers: Sequence[Sequence[Transfer]],
    stocks: Sequence[StockCase],
    gestures: set[int],
) -> tuple[Promise, ...]:
    """Which share of what a seat would receive rests on the word of which other seat, step by step."""
    seat_of = {stake.party: seat for seat, stake in enumerate(stakes)}
    promises = []
    for outcome, moved in enumerate(transfers):
        for receiver, stake in enumerate(stakes):
            for index, feature in enumerate(features):
                if feature not in ("returned", "gesture_received", "received") or feature not in stake.interests:
                    continue
                parts = [(t, _part(feature, stake, t, stocks[t.stock], gestures)) for t in moved]
                total = sum(part for _, part in parts)
                promises += [
                    Promise(outcome, receiver, seat_of[t.giver], index, t.step, part / total)
                    for t, part in parts
                    if part > 0.0
                ]
    return tuple(promises)


def pareto(worths: Sequence[Sequence[float]], allowed: Sequence[bool]) -> tuple[int, ...]:
    """The allowed outcomes that no other allowed outcome betters for one seat without worsening another.

    >>> pareto([[1.0, 2.0, 0.0], [2.0, 1.0, 0.0]], [True, True, True])
    (0, 1)
    """
    points = [(index, [seat[index] for seat in worths]) for index in range(len(allowed)) if allowed[index]]
    return tuple(
        index
        for index, point in points
        if not any(
            all(o >= p for o, p in zip(other, point, strict=True))
            and any(o > p for o, p in zip(other, point, strict=True))
            for _, other in points
        )
    )


def zone_of_agreement(
    worths: Sequence[Sequence[float]], reservations: Sequence[float], allowed: Sequence[bool]
) -> tuple[int, ...]:
    """The allowed outcomes that are worth every seat's reservation.

    >>> zone_of_agreement([[1.0, 0.2], [0.1, 0.5]], [0.0, 0.3], [True, True])
    (1,)
    """
    return tuple(
        outcome
        for outcome in range(len(allowed))
        if allowed[outcome] and all(seat[outcome] >= least for seat, least in zip(worths, reservations, strict=True))
    )


def nash_point(worths: Sequence[Sequence[float]], reservations: Sequence[float], allowed: Sequence[bool]) -> int:
    """The outcome of the zone of agreement with the greatest product of surpluses; NOWHERE if the zone is empty.

    Source: Nash (1950), Econometrica 18.

    >>> nash_point([[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]], [0.0, 0.0], [True, True, True])
    1
    """
    best, best_product = NOWHERE, -1.0
    for outcome in zone_of_agreement(worths, reservations, allowed):
        product = 1.0
        for seat, least in zip(worths, reservations, strict=True):
            product *= seat[outcome] - least
        if product > best_product:
            best, best_product = outcome, product
    return best


def kalai_smorodinsky(worths: Sequence[Sequence[float]], reservations: Sequence[float], allowed: Sequence[bool]) -> int:
    """The outcome of the zone whose least share of each seat's best surplus is greatest; NOWHERE if empty.

    Source: Kalai and Smorodinsky (1975), Econometrica 43, for a finite set of outcomes.

    >>> kalai_smorodinsky([[1.0, 0.6, 0.0], [0.0, 0.5, 1.0]], [0.0, 0.0], [True, True, True])
    1
    """
    zone = zone_of_agreement(worths, reservations, allowed)
    ideals = [
        max((seat[o] - least for o in zone), default=0.0) for seat, least in zip(worths, reservations, strict=True)
    ]
    best, best_share = NOWHERE, -1.0
    for outcome in zone:
        share = min(
            (seat[outcome] - least) / ideal if ideal > 0.0 else 1.0
            for seat, least, ideal in zip(worths, reservations, ideals, strict=True)
        )
        if share > best_share:
            best, best_share = outcome, share
    return best
