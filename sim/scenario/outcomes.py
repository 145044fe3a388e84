"""Outcome spaces: what can be on the table, what each package holds for each seat, and which packages stand out.

The second half (`pareto`, `zone_of_agreement`, `nash_point`, `kalai_smorodinsky`) is for analysis only: no
party ever uses it.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.rules import conditions
from sim.scenario.case import NOWHERE, IssueCase, Promise, Space, StepCase, StockCase, Transfer, TruceKind
from sim.scenario.counting import Piles, foresee, may_move
from sim.scenario.expressions import Program
from sim.scenario.features import Handed, Package, Stake, part_of, scores_of
from sim.scenario.schema.kinds import FEATURES


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
    without_end: Program | None
    """For which outcomes the truce has no end; None for none."""
    scope: Program | None
    monitoring: Program | None
    grants: tuple[tuple[int, str, Program], ...]
    """Fact, its name, the level it takes."""


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
    return conditions.evaluate(program.ops, program.args, inputs, [0.0] * conditions.DEPTH, len(program.ops))


def possible(issues: Sequence[IssueCase], constraints: Sequence[Program]) -> list[tuple[int, ...]]:
    """The choices of value, issue by issue, that all constraints allow, in the order of the menus."""
    return [
        choices
        for choices in itertools.product(*(range(len(issue.values)) for issue in issues))
        if all(decide(constraint, _values(issues, choices)) != 0.0 for constraint in constraints)
    ]


def _values(issues: Sequence[IssueCase], choices: Sequence[int]) -> tuple[float, ...]:
    return tuple(issue.values[choice] for issue, choice in zip(issues, choices, strict=True))


def build_space(terms: Terms, stakes: Sequence[Stake], piles: Piles) -> Space:
    """Enumerate the packages of a track and what each holds for each seat.

    `piles` is what is held at the start: counts that depend on it are judged by that.

    Raises:
        MissingScore: where a seat's table of scores has no row for an amount that some package holds.
    """
    choices = possible(terms.issues, terms.constraints)
    outcomes = [_values(terms.issues, choice) for choice in choices]
    transfers = [_transfers(terms.steps, values, piles) for values in outcomes]
    packages = [
        _package(terms, choice, values, moved, piles.stocks)
        for choice, values, moved in zip(choices, outcomes, transfers, strict=True)
    ]
    kinds = list(dict.fromkeys(package.kind for package in packages))
    features = _features(terms, stakes)
    amounts = tuple(
        tuple(tuple(package.amount(feature, stake) for package in packages) for feature in features) for stake in stakes
    )
    return Space(
        issues=terms.issues,
        outcomes=tuple(outcomes),
        choices=tuple(choices),
        features=features,
        amounts=amounts,
        scores=tuple(
            tuple(scores_of(feature, stake, amounts[seat][index], packages) for index, feature in enumerate(features))
            for seat, stake in enumerate(stakes)
        ),
        weights=tuple(tuple(stake.interests.get(feature, NOWHERE) for feature in features) for stake in stakes),
        cares=tuple(tuple(stake.cares.get(other.party, NOWHERE) for other in stakes) for stake in stakes),
        promises=_promises(features, stakes, packages),
        waiting=_waiting(terms.issues, choices),
        needs=tuple(_needs(moved) for moved in transfers),
        transfers=tuple(transfers),
        settles=tuple(any(transfer.count is not None for transfer in moved) for moved in transfers),
        later=tuple(index for index, step in enumerate(terms.steps) if step.case.standing),
        kinds=tuple(kinds),
        kind_of=tuple(kinds.index(package.kind) for package in packages),
    )


def _package(
    terms: Terms,
    choice: Sequence[int],
    values: Sequence[float],
    moved: Sequence[Transfer],
    stocks: Sequence[StockCase],
) -> Package:
    kind = _kind(terms, values)
    granted = {name: level for (_, name, _), (_, level) in zip(terms.grants, kind.grants, strict=True)}
    issues = {issue.name: value for issue, value in zip(terms.issues, values, strict=True)}
    truce = {"truce_days": kind.days, "scope": kind.scope, "monitoring": kind.monitoring}
    return Package(
        named={**truce, **granted, **issues},
        labels={issue.name: issue.labels[index] for issue, index in zip(terms.issues, choice, strict=True)},
        kind=kind,
        handed=tuple(Handed(one, stocks[one.stock], terms.steps[one.step].case.gesture) for one in moved),
    )


def _transfers(steps: Sequence[StepTerms], values: Sequence[float], piles: Piles) -> tuple[Transfer, ...]:
    moved = []
    for index, step in enumerate(steps):
        tranches = 1 if step.spread else len(step.case.tranches)
        for giver, receiver, stock, program in step.gives:
            if step.case.standing or program.sees_piles:
                if may_move(program, values):
                    moved.append(Transfer(index, stock, giver, receiver, 0.0, program, tranches))
                continue
            amount = decide(program, values) * tranches
            if amount > 0.0:
                moved.append(Transfer(index, stock, giver, receiver, amount))
    if all(transfer.count is None for transfer in moved):
        return tuple(moved)
    standing = {index: step.case.tranches for index, step in enumerate(steps) if step.case.standing}
    amounts = foresee(moved, standing, values, _needs(moved), piles)
    return tuple(replace(transfer, amount=amount) for transfer, amount in zip(moved, amounts, strict=True))


def _kind(terms: Terms, values: Sequence[float]) -> TruceKind:
    days, scope, monitoring = (
        0.0 if program is None else decide(program, values) for program in (terms.days, terms.scope, terms.monitoring)
    )
    grants = tuple((fact, decide(program, values)) for fact, _, program in terms.grants)
    without_end = terms.without_end is not None and decide(terms.without_end, values) != 0.0
    return TruceKind(days, scope, monitoring, grants, without_end)


def _waiting(
    issues: Sequence[IssueCase], choices: Sequence[Sequence[int]]
) -> tuple[tuple[Program, tuple[int, ...]], ...]:
    """Conditions in the order of the menus, with the outcomes that hold a value that waits for them."""
    waiting = []
    for place, issue in enumerate(issues):
        for value, condition in enumerate(issue.available):
            held = tuple(outcome for outcome, choice in enumerate(choices) if choice[place] == value)
            if condition is not None and held:
                waiting.append((condition, held))
    return tuple(waiting)


def _needs(moved: Sequence[Transfer]) -> tuple[tuple[int, float], ...]:
    taken: dict[int, float] = {}
    for transfer in moved:
        if transfer.count is None:
            taken[transfer.stock] = taken.get(transfer.stock, 0.0) + transfer.amount
    return tuple(taken.items())


def _features(terms: Terms, stakes: Sequence[Stake]) -> tuple[str, ...]:
    """Every feature that some seat has an interest in, in one order for all tracks."""
    known = [issue.name for issue in terms.issues]
    known += [name for _, name, _ in terms.grants if name not in known]
    order = [feature for feature in FEATURES if feature not in known] + known
    return tuple(feature for feature in order if any(feature in stake.interests for stake in stakes))


def _promises(features: Sequence[str], stakes: Sequence[Stake], packages: Sequence[Package]) -> tuple[Promise, ...]:
    """Which share of what a seat would receive rests on the word of which other seat, step by step."""
    seat_of = {stake.party: seat for seat, stake in enumerate(stakes)}
    promises = []
    for outcome, package in enumerate(packages):
        for receiver, stake in enumerate(stakes):
            for index, feature in enumerate(features):
                if feature not in ("returned", "gesture_received", "received") or feature not in stake.interests:
                    continue
                parts = [(handed.transfer, part_of(feature, stake, handed)) for handed in package.handed]
                total = sum(part for _, part in parts)
                promises += [
                    Promise(outcome, receiver, seat_of[transfer.giver], index, transfer.step, part / total)
                    for transfer, part in parts
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
