"""What is legal in a scenario and yet doubtful: warnings."""

import math
from collections.abc import Iterator, Sequence

from sim.scenario.case import NOWHERE, Case, TrackCase
from sim.scenario.desk import Desk, Location
from sim.scenario.expressions import Program, Reference
from sim.scenario.faults import Report
from sim.scenario.names import UnknownName, target_of
from sim.scenario.outcomes import decide
from sim.scenario.schema.kinds import TRUCE_FEATURES
from sim.scenario.tree import Positions
from sim.scenario.values import Value, bare
from sim.terms import Op, Seen, Target


def doubt(desk: Desk) -> None:
    """Warn of what can be seen in the file alone."""
    for name in desk.scenario.tracks:
        _impossible(desk, name)
    _unmoved_facts(desk)
    for location, program in desk.programs:
        for seen in _equalities(program):
            if _drifts(desk, seen):
                desk.warn(location, f"'{seen.name}' drifts, so an equality with it hardly ever holds: use <= or >=")


def _impossible(desk: Desk, track: str) -> None:
    """Acceptance preconditions that no proposal can meet, alone or together."""
    at = ["tracks", track, "preconditions"]
    outcomes, meeting = desk.outcomes[track], dict[str, set[int]]()
    for location, program in desk.programs:
        if list(location[:3]) != at or location[-1] != "accepts if" or program.sees_world or not outcomes:
            continue
        met = {index for index, values in enumerate(outcomes) if decide(program, values) != 0.0}
        holder, key = str(location[3]), str(location[4])
        condition = desk.scenario.tracks[track].preconditions[holder][key]
        if not met:
            desk.warn(location, "no proposal on this track can meet this precondition")
        elif condition.cost is None and condition.since is None and condition.until is None:
            meeting[f"{holder}.{key}"] = met
    names = list(meeting)
    if names and not set.intersection(*meeting.values()):
        for name in list(names):
            rest = [other for other in names if other != name]
            if rest and not set.intersection(*(meeting[other] for other in rest)):
                names = rest
        desk.warn(at, f"no proposal on this track meets these together: {', '.join(names)}", at_key=True)


def _unmoved_facts(desk: Desk) -> None:
    moved = {fact for track in desk.scenario.tracks.values() for fact in track.grants}
    for event in desk.scenario.events.values():
        for path in (*event.sets, *event.adds):
            try:
                target, fact, *_ = target_of(path, desk.names)
            except UnknownName:
                continue
            if target is Target.FACT:
                moved.add(desk.names.facts[fact])
    for name, held in desk.scenario.facts.items():
        drifts = held.drift is not None and (held.drift.low != 0 or held.drift.high != 0)
        if name in moved or drifts or held.level.uncertain:
            continue
        for location, program in desk.programs:
            if any(seen.kind is Seen.FACT and desk.names.facts[seen.a] == name for seen in program.inputs):
                looking = desk.positions.find(location).path
                shown = ".".join(looking[1:] if looking[0] == "tracks" else looking)
                message = f"nothing can move this fact (no event, grant or drift), yet {shown} looks at it"
                desk.warn(["facts", name], message, at_key=True)
                break


def _drifts(desk: Desk, seen: Reference) -> bool:
    if seen.kind is Seen.FACT:
        drift = desk.scenario.facts[desk.names.facts[seen.a]].drift
        return drift is not None and (drift.low != 0 or drift.high != 0)
    return seen.kind in (Seen.WEARINESS, Seen.STRENGTH, Seen.TRUST)


def _equalities(program: Program) -> Iterator[Reference]:
    """What an expression compares by == or !=."""
    stack: list[frozenset[int]] = []
    for op, argument in zip(program.ops, program.args, strict=True):
        if op == Op.CONSTANT:
            stack.append(frozenset())
        elif op == Op.INPUT:
            stack.append(frozenset([int(argument)]))
        elif op not in (Op.NEGATE, Op.NOT):
            seen = stack.pop() | stack.pop()
            if op in (Op.EQUAL, Op.UNEQUAL):
                yield from (program.inputs[index] for index in sorted(seen))
            compares = Op.LESS <= op <= Op.OR
            stack.append(frozenset() if compares else seen)


def doubt_case(case: Case, positions: Positions, report: Report) -> None:
    """Warn of what can be seen once worths are computed: margins and interests."""
    for track in case.tracks:
        for seat, party in enumerate(track.parties):
            name = case.parties[party].name
            _margin(case, track, seat, name, positions, report)
            _constant_interests(track, seat, name, positions, report)


def _warn(positions: Positions, report: Report, location: Location, message: str, *, at_key: bool = False) -> None:
    found = positions.find(location)
    report.warn(found.key if at_key else found.place, found.path, message)


def _margin(case: Case, track: TrackCase, seat: int, party: str, positions: Positions, report: Report) -> None:
    if any(care != NOWHERE for care in track.space.cares[seat]):
        return  # what others like is worth something to it as well
    margin = case.parameters[track.margin[seat]].value
    weights = [bare(0) if at == NOWHERE else case.parameters[at].value for at in track.space.weights[seat]]
    if not any(weight.low or weight.high for weight in weights):
        message = f"'{party}' has no interests on this track: every deal is worth 0 to it"
        _warn(positions, report, ["tracks", track.name, "interests", party], message, at_key=True)
        return
    best = max(most_worth(weights, scores) for scores in zip(*track.space.scores[seat], strict=True))
    if margin.low > best:
        message = f"a margin of {margin.low:g} for '{party}' is above the best base worth of any outcome ({best:.3g})"
        if any(value.uncertain for value in (margin, *weights)):
            message += ", even where the ranges of margin and interests favour a deal most"
        _warn(positions, report, ["tracks", track.name, "margin", party], message)


def most_worth(weights: Sequence[Value], scores: Sequence[float]) -> float:
    """The greatest base worth of one outcome, Σ w·s / Σ |w|, over every draw of the weights from their ranges.

    Some weight must be able to differ from 0.

    Source: Dinkelbach, W. (1967), "On nonlinear fractional programming", Management Science 13(7), 492-498: for a ratio
    to be exceeded, Σ (w·s - ratio·|w|) must be above 0, which each weight serves by itself at an end of its range or 0.

    >>> most_worth([Value(1, 2, 3), Value(1, 2, 3)], [1.0, -1.0])
    0.5
    """
    best, drawn = -math.inf, [weight.middle or weight.high or weight.low for weight in weights]
    while total := sum(abs(each) for each in drawn):
        worth = sum(each * score for each, score in zip(drawn, scores, strict=True)) / total
        if worth <= best:
            break
        best, drawn = worth, [_best_end(weight, score, worth) for weight, score in zip(weights, scores, strict=True)]
    return best


def _best_end(weight: Value, score: float, worth: float) -> float:
    ends = (weight.low, weight.high, min(max(0.0, weight.low), weight.high))
    return max(ends, key=lambda end: end * score - worth * abs(end))


def _constant_interests(track: TrackCase, seat: int, party: str, positions: Positions, report: Report) -> None:
    """Interests that tell no outcome from another, unless a variant inherits them or the truce's terms are fixed."""
    space = track.space
    for index, feature in enumerate(space.features):
        amounts = space.amounts[seat][index]
        if space.weights[seat][index] == NOWHERE or len(amounts) < 2 or min(amounts) != max(amounts):
            continue
        location = ["tracks", track.name, "interests", party, feature]
        inherited = positions.find(location).key.text != positions.root.place.text
        fixed = feature in TRUCE_FEATURES and amounts[0] != 0.0 and feature not in [one.name for one in space.issues]
        if not inherited and not fixed:
            tells = (
                "no outcome from another" if amounts[0] == 0.0 else "a deal from no deal, but no outcome from another"
            )
            message = f"'{feature}' is {amounts[0]:g} in every outcome: the interest tells {tells}"
            _warn(positions, report, location, message, at_key=True)
