"""Checks of one track: who sits at the table, what can be agreed there, and what each side wants of it."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence

from sim.scenario import menus
from sim.scenario.checking_menus import check_menus
from sim.scenario.desk import Desk, Location
from sim.scenario.expressions import Names
from sim.scenario.faults import nearest
from sim.scenario.outcomes import decide
from sim.scenario.schema import Scenario
from sim.scenario.schema.kinds import FEATURES, MOST_OUTCOMES
from sim.scenario.schema.tracks import Choice, Precondition, Score, Step, Track, values_of
from sim.scenario.tree import is_number
from sim.terms import Gate

MOST_PRECONDITIONS = 62
MOST_COMBINATIONS = 64 * MOST_OUTCOMES
"""Combinations of values that are gone through to see which ones the constraints allow."""
Outcomes = list[tuple[float, ...]]


def check_track(desk: Desk, name: str, track: Track) -> None:
    """Report everything wrong with one track."""
    at = ["tracks", name]
    seats = _seats(desk, track, at)
    days = "" if track.truce is None else track.truce.days
    sound = check_menus(desk, track, track.issues, days, [*at, "issues"])
    terms = desk.names.for_terms(name)
    numbers = desk.names.tracks[name].numbers
    outcomes = _outcomes(desk, numbers if sound else {}, track.constraints, terms, at)
    desk.outcomes[name] = outcomes
    _steps(desk, name, track.steps, seats, terms, outcomes, at)
    _truce(desk, track, terms, outcomes, at)
    _grants(desk, name, track, terms, outcomes)
    _renewal(desk, name, track, seats)
    desk.once(track.supersedes, [*at, "supersedes"])
    for index, other in enumerate(track.supersedes):
        if desk.known("track", other, desk.names.tracks, [*at, "supersedes", index]) and other == name:
            desk.fault([*at, "supersedes", index], "a track cannot supersede itself")
    for field in ("margin", "violations", "leaving", "never_starts"):
        desk.by_party(getattr(track, field), [*at, field], seats)
    _interests(desk, track, seats, at)
    for party, cares in track.cares.items():
        desk.seated(party, seats, [*at, "cares", party])
        for other in cares:
            desk.seated(other, seats, [*at, "cares", party, other])
            if other == party:
                desk.fault([*at, "cares", party, other], f"'{party}' cannot care for itself besides", at_key=True)
    _preconditions(desk, name, track, seats)


def _seats(desk: Desk, track: Track, at: list[str]) -> tuple[str, ...]:
    """Who sits at the table; everybody, where that cannot be said."""
    seats = tuple(track.parties or ())
    if track.parties is None:
        return desk.names.parties
    for index, party in enumerate(seats):
        desk.party(party, [*at, "parties", index])
    desk.once(seats, [*at, "parties"])
    if len(seats) < 2:
        desk.fault([*at, "parties"], "a track needs at least two parties")
    sound = len(seats) == len(set(seats)) > 1 and set(seats) <= set(desk.names.parties)
    return seats if sound else desk.names.parties


def _outcomes(
    desk: Desk, issues: Mapping[str, Sequence[float]], constraints: Sequence[str], terms: Names, at: list[str]
) -> Outcomes:
    """Every package that the constraints allow; none where that cannot be said."""
    programs = [desk.expression(text, terms, [*at, "constraints", index]) for index, text in enumerate(constraints)]
    combinations = math.prod(len(menu) for menu in issues.values())
    if not issues or any(program is None for program in programs):
        return []
    if combinations > MOST_COMBINATIONS:
        desk.fault([*at, "issues"], f"{combinations:,} combinations of values; at most {MOST_OUTCOMES:,}", at_key=True)
        return []
    outcomes = [
        values
        for values in itertools.product(*issues.values())
        if all(decide(program, values) != 0.0 for program in programs if program is not None)
    ]
    if not outcomes:
        desk.fault([*at, "constraints"], "no outcome meets all constraints: there is nothing to agree on", at_key=True)
    elif len(outcomes) > MOST_OUTCOMES:
        desk.fault([*at, "issues"], f"{len(outcomes):,} outcomes; at most {MOST_OUTCOMES:,}", at_key=True)
        return []
    return outcomes


def _term(
    desk: Desk,
    text: str,
    terms: Names,
    outcomes: Outcomes,
    location: Location,
    *,
    most: float = math.inf,
    whole: bool = False,
) -> None:
    """An expression of the terms, which for every outcome must lie in its range; report it if not."""
    if tuple(location) in desk.faulted:
        return
    program = desk.expression(text, terms, location)
    if program is None or program.sees_piles:
        return
    for values in outcomes:
        found = decide(program, values)
        wrong = f"must be at least 0 and at most {most:g}" if most < math.inf else "must be at least 0"
        if not 0.0 <= found <= most or (whole and found != math.floor(found)):
            wrong = wrong if not 0.0 <= found <= most else "must be a whole number"
            shown = (
                f"'{text}' is {found:g} where {_package(terms, values)}"
                if program.inputs
                else f"{text} is out of range"
            )
            desk.fault(location, f"{shown}: {wrong}")
            return


def _package(terms: Names, values: Sequence[float]) -> str:
    """An outcome as the file spells it: `size 25, manner forced`."""
    spelled = []
    for (issue, words), value in zip((terms.issues or {}).items(), values, strict=True):
        word = next((word for word, ordinal in words.items() if ordinal == value), f"{value:g}")
        spelled.append(f"{issue} {word}")
    return ", ".join(spelled)


# Steps ----------------------------------------------------------------------------------------------------


def _steps(
    desk: Desk,
    track: str,
    steps: Mapping[str, Step],
    seats: Sequence[str],
    terms: Names,
    outcomes: Outcomes,
    at: list[str],
) -> None:
    for name, step in steps.items():
        here = [*at, "steps", name]
        for relation, amounts in step.gives.items():
            _given(desk, relation, amounts, seats, terms.for_counts(), outcomes, [*here, "gives", relation])
        _schedule(desk, step, here)
        for index, other in enumerate(step.after):
            desk.known("step", other, steps, [*here, "after", index])
        fights_on = desk.scenario.tracks[track].truce is None and not desk.lacks_something(["tracks", track, "truce"])
        if step.while_ is not None and fights_on:
            desk.fault([*here, "while"], "'while: truce' needs a truce on the track", at_key=True)
        if step.delivers_if is not None:
            desk.expression(step.delivers_if, desk.names.for_gate(track, Gate.DELIVERS), [*here, "delivers if"])
        desk.third(step.guaranteed_by, [*here, "guaranteed_by"])
        _custody(desk, step, here)
        if step.gesture and len({relation.split(" ")[0] for relation in step.gives}) > 1:
            desk.fault([*here, "gesture"], "a gesture is unreciprocated: only one side gives", at_key=True)
        desk.claim(step.claim, [*here, "claim"])
    _no_circle(desk, steps, at)


def _custody(desk: Desk, step: Step, at: list[str]) -> None:
    """Who declines to go, into whose custody the others go, and who keeps what is given meanwhile."""
    if step.escrow is not None:
        desk.third(step.escrow.by, [*at, "escrow", "by"])
        if step.escrow.until is not None:
            desk.expression(step.escrow.until, desk.names.for_escrow(str(at[1])), [*at, "escrow", "until"])
    given = {what for amounts in step.gives.values() for what in amounts}
    if step.declines is not None:
        desk.third(step.declines.verified_by, [*at, "declines", "verified_by"])
        if given and given <= set(desk.names.assets):
            desk.fault([*at, "declines"], "only captives can decline, and the step gives none", at_key=True)
    kept = step.to is not None and desk.known("other", step.to, desk.names.others, [*at, "to"])
    if kept and given & set(desk.names.assets):
        desk.fault([*at, "to"], "only captives go into custody, and the step gives assets", at_key=True)


def _given(
    desk: Desk,
    relation: str,
    amounts: Mapping[str, str],
    seats: Sequence[str],
    terms: Names,
    outcomes: Outcomes,
    at: list[str],
) -> None:
    parties = desk.relation(relation, "gives", at)
    absent = [party for party in parties or () if party not in seats]
    if absent:
        desk.seated(absent[0], seats, at)
    for what, text in amounts.items():
        here = [*at, what]
        captives = what in desk.names.categories
        _term(desk, text, terms, outcomes, here, whole=captives)
        if not desk.known("category or asset", what, (*desk.names.categories, *desk.names.assets), here, at_key=True):
            continue
        lost = what in desk.left_out
        if parties is not None and not lost and not any(_may_have(desk.scenario, *parties, what)):
            whose = f"captives of {parties[1]}, category '{what}'" if captives else f"'{what}'"
            taking = ", and none are captured" if captives else ""
            desk.fault(here, f"{parties[0]} holds no {whose}{taking}: there is nothing to give", at_key=True)


def _may_have(scenario: Scenario, giver: str, receiver: str, what: str) -> Iterator[bool]:
    """Every way in which a giver may come by what it gives."""
    moved = [path for event in scenario.events.values() for path in (*event.sets, *event.adds)]
    if what in scenario.categories:
        for kind, verb in ((scenario.captives, "holds"), (scenario.captures, "takes")):
            count = kind.get(f"{giver} {verb} {receiver}", {}).get(what)
            yield count is not None and count.high > 0
        yield f"held.{giver}.{receiver}.{what}" in moved
        return
    owned = scenario.parties[giver].assets.get(what)
    yield owned is not None and owned.high > 0
    yield f"assets.{giver}.{what}" in moved
    for track in scenario.tracks.values():
        for step in (*track.steps.values(), *(track.renewal.steps.values() if track.renewal else ())):
            yield any(relation.endswith(f" gives {giver}") and what in given for relation, given in step.gives.items())


def _schedule(desk: Desk, step: Step, at: list[str]) -> None:
    if step.over_days is not None and (step.every is not None or step.times is not None):
        desk.fault([*at, "over_days"], "'over_days' cannot stand beside 'every' and 'times'", at_key=True)
    elif step.over_days is not None and step.standing:
        message = "a count that is settled when it falls due has no total to be spread over days"
        desk.fault([*at, "standing"], f"'standing' cannot stand beside 'over_days': {message}", at_key=True)
    elif (step.every is None) != (step.times is None) and not desk.lacks_something(at):
        there, absent = ("every", "times") if step.times is None else ("times", "every")
        means = "the number of tranches" if absent == "times" else "the days between tranches"
        desk.fault([*at, there], f"'{there}' needs '{absent}', {means}", at_key=True)


def _no_circle(desk: Desk, steps: Mapping[str, Step], at: list[str]) -> None:
    done: set[str] = set()
    while True:
        ready = [
            name
            for name, step in steps.items()
            if name not in done and all(other in done or other not in steps for other in step.after)
        ]
        if not ready:
            break
        done.update(ready)
    first = next((name for name in steps if name not in done), None)
    if first is None:
        return
    chain = [first]
    while chain.count(chain[-1]) == 1:
        chain.append(next(other for other in steps[chain[-1]].after if other in steps and other not in done))
    circle = chain[chain.index(chain[-1]) :]
    desk.fault([*at, "steps", circle[0], "after"], f"steps in a circle: {' after '.join(circle)}", at_key=True)


# Truce, grants, renewal -----------------------------------------------------------------------------------


def _truce(desk: Desk, track: Track, terms: Names, outcomes: Outcomes, at: list[str]) -> None:
    if track.truce is None:
        return
    here = [*at, "truce"]
    counts = track.truce.open_counts_as
    if counts is not None and counts.middle != math.floor(counts.middle):
        desk.fault([*here, "open_counts_as"], f"{counts.middle:g} must be a whole number of days")
    if not menus.is_open(track.truce.days, track.issues):
        _days(desk, track.truce.days, terms, outcomes, [*here, "days"])
    else:
        for key, path in ((track.renewal, [*at, "renewal"]), (track.truce.after_expiry, [*here, "after_expiry"])):
            if key is not None:
                desk.warn(
                    path, "a truce without an end ('days: open') does not run out: this has no effect", at_key=True
                )
    _term(desk, track.truce.scope, terms, outcomes, [*here, "scope"], most=1.0)
    _term(desk, track.truce.monitoring, terms, outcomes, [*here, "monitoring"], most=1.0)


def _days(desk: Desk, text: str, terms: Names, outcomes: Outcomes, location: Location) -> None:
    """The days of a truce that are not simply `open`; report what is meant to be."""
    if text.isidentifier() and text not in (terms.issues or {}) and nearest(text, [menus.OPEN]):
        desk.fault(location, f"unknown name '{text}'", menus.OPEN)
    else:
        _term(desk, text, terms, outcomes, location, whole=True)


def _grants(desk: Desk, name: str, track: Track, terms: Names, outcomes: Outcomes) -> None:
    at = ["tracks", name, "grants"]
    for fact, text in track.grants.items():
        desk.known("fact", fact, desk.names.facts, [*at, fact], at_key=True)
        _term(desk, text, terms, outcomes, [*at, fact], most=1.0)
    mediator, here = track.granted_by, ["tracks", name, "granted_by"]
    if (
        mediator is not None
        and desk.known("mediator", mediator, desk.names.mediators, here)
        and name not in desk.scenario.mediators[mediator].tracks
    ):
        desk.fault(here, f"'{mediator}' does not mediate on this track")


def _renewal(desk: Desk, name: str, track: Track, seats: Sequence[str]) -> None:
    renewal, at = track.renewal, ["tracks", name, "renewal"]
    if renewal is None:
        return
    if track.truce is None:
        if not desk.lacks_something(["tracks", name, "truce"]):
            desk.fault(at, "only a truce is renewed, and the track has none", at_key=True)
        return
    sound = check_menus(desk, track, renewal.issues, renewal.days, [*at, "issues"])
    terms = desk.names.for_terms(name, renewal=True)
    issues = desk.names.tracks[name].renewal_numbers
    usable = sound and bool(desk.outcomes[name])
    outcomes = _outcomes(desk, issues if usable else {}, renewal.constraints, terms, at)
    if not menus.is_open(renewal.days, issues):
        _days(desk, renewal.days, terms, outcomes, [*at, "days"])
    _steps(desk, name, renewal.steps, seats, terms, outcomes, at)
    for field in ("scope", "monitoring"):
        _term(desk, getattr(track.truce, field), terms, outcomes, ["tracks", name, "truce", field], most=1.0)
    for fact, text in track.grants.items():
        _term(desk, text, terms, outcomes, ["tracks", name, "grants", fact], most=1.0)


# What the parties want ------------------------------------------------------------------------------------


def _interests(desk: Desk, track: Track, seats: Sequence[str], at: list[str]) -> None:
    features = (*FEATURES, *track.issues, *(track.renewal.issues if track.renewal else ()), *track.grants)
    for party, weights in track.interests.items():
        desk.seated(party, seats, [*at, "interests", party])
        for feature in weights:
            here = [*at, "interests", party, feature]
            if desk.known("feature", feature, features, here, at_key=True):
                _scorable(desk, track, party, feature, here)
    for feature, scores in track.scores.items():
        here = [*at, "scores", feature]
        desk.known("feature", feature, features, here, at_key=True)
        desk.by_party(scores, here, seats)
        for party, score in scores.items():
            under = [*here, party]
            if score.curve is not None and score.table is not None:
                desk.fault(under, "a score is a curve or a table, not both", at_key=True)
            for issues in (track.issues, track.renewal.issues if track.renewal else {}):
                _covers(desk, score, feature, issues.get(feature, ()), under)
    for party, strategy in track.strategy.items():
        here = [*at, "strategy", party]
        desk.seated(party, seats, here)
        desk.strategy(strategy, here)


def _scorable(desk: Desk, track: Track, party: str, feature: str, at: list[str]) -> None:
    scores = track.scores.get(feature, {})
    score = scores.get(party, scores.get("*"))
    days = "" if track.truce is None else track.truce.days
    passing = menus.OPEN if menus.open_issue(days, track.issues) == feature else None
    words = any(isinstance(value, str) and value != passing for value in values_of(track.issues.get(feature, ())))
    if words and (score is None or score.table is None):
        desk.fault(at, f"the values of '{feature}' are words: 'scores' needs a table for it", at_key=True)


def _covers(desk: Desk, score: Score, feature: str, menu: Sequence[Choice], at: list[str]) -> None:
    """Report values of an issue that a table of scores leaves out, and rows that are no value of it."""
    if score.table is None or not menu:
        return
    absent = [value for value in values_of(menu) if not any(_is_row(row, value) for row in score.table)]
    if absent:
        listed = ", ".join(str(value) for value in absent)
        desk.fault(at, f"the table of scores leaves out values of '{feature}': {listed}", at_key=True)


def _is_row(row: str, value: object) -> bool:
    if is_number(value):
        try:
            return float(row) == value
        except ValueError:
            return False
    return row == (str(value).lower() if isinstance(value, bool) else value)


# Preconditions --------------------------------------------------------------------------------------------

GATES = {
    "enters if": Gate.ENTERS,
    "accepts if": Gate.ACCEPTS,
    "delivers if": Gate.DELIVERS,
    "continues if": Gate.CONTINUES,
    "renews if": Gate.RENEWS,
}


def gates_of(condition: Precondition) -> dict[str, str]:
    """The expressions of a precondition by gate, as the file names it."""
    asked = {key: getattr(condition, key.replace(" ", "_")) for key in GATES}
    return {key: text for key, text in asked.items() if text is not None}


def _preconditions(desk: Desk, name: str, track: Track, seats: Sequence[str]) -> None:
    at = ["tracks", name, "preconditions"]
    count = sum(len(held) for held in track.preconditions.values())
    if count > MOST_PRECONDITIONS:
        desk.fault(at, f"{count} preconditions; at most {MOST_PRECONDITIONS} on a track", at_key=True)
    for holder, held in track.preconditions.items():
        desk.seated(holder, seats, [*at, holder])
        for key, condition in held.items():
            _precondition(desk, name, track, condition, [*at, holder, key])


def _precondition(desk: Desk, name: str, track: Track, condition: Precondition, at: list[str]) -> None:
    gates = gates_of(condition)
    if len(gates) != 1 and not desk.lacks_something(at):
        found = f"found {' and '.join(repr(gate) for gate in gates)}" if gates else "found none"
        desk.fault(at, f"a precondition has one gate, such as 'accepts if'; {found}", at_key=True)
    for gate, text in gates.items():
        if gate == "renews if" and track.renewal is None:
            if not desk.lacks_something(["tracks", name, "renewal"]):
                desk.fault([*at, gate], "'renews if' needs a renewal on the track", at_key=True)
        else:
            desk.expression(text, desk.names.for_gate(name, GATES[gate]), [*at, gate])
    for softer in ("fades", "cost"):
        if condition.hard and getattr(condition, softer) is not None:
            desk.fault([*at, softer], f"'hard' cannot stand beside '{softer}'", at_key=True)
    if condition.fades is not None and condition.cost is not None:
        desk.fault([*at, "cost"], "'fades' cannot stand beside 'cost'", at_key=True)
    if condition.hard is False and condition.fades is None and condition.cost is None:
        desk.fault([*at, "hard"], "a precondition that is not hard needs 'fades' or 'cost'", at_key=True)
    desk.period(condition.since, condition.until, at)
    desk.claim(condition.claim, [*at, "claim"])
