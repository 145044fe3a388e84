"""Checks of one track: who sits at the table, what can be agreed there, and what each side wants of it."""

import math
from collections.abc import Sequence

from sim.scenario import menus
from sim.scenario.checking_amounts import Outcomes, check_amount, packages_of
from sim.scenario.checking_menus import check_menus
from sim.scenario.checking_steps import check_steps
from sim.scenario.desk import Desk, Location
from sim.scenario.expressions import Names
from sim.scenario.faults import nearest
from sim.scenario.schema.kinds import FEATURES
from sim.scenario.schema.tracks import Choice, Precondition, Score, Track, values_of
from sim.scenario.tree import is_number
from sim.terms import Gate

MOST_PRECONDITIONS = 62


def check_track(desk: Desk, name: str, track: Track) -> None:
    """Report everything wrong with one track."""
    at = ["tracks", name]
    seats = _seats(desk, track, at)
    days = "" if track.truce is None else track.truce.days
    sound = check_menus(desk, track, track.issues, days, [*at, "issues"])
    terms = desk.names.for_terms(name)
    numbers = desk.names.tracks[name].numbers
    outcomes = packages_of(desk, numbers if sound else {}, track.constraints, terms, at)
    desk.outcomes[name] = outcomes
    check_steps(desk, name, track.steps, seats, terms, outcomes, at)
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
    check_amount(desk, track.truce.scope, terms, outcomes, [*here, "scope"], most=1.0)
    check_amount(desk, track.truce.monitoring, terms, outcomes, [*here, "monitoring"], most=1.0)


def _days(desk: Desk, text: str, terms: Names, outcomes: Outcomes, location: Location) -> None:
    """The days of a truce that are not simply `open`; report what is meant to be."""
    if text.isidentifier() and text not in (terms.issues or {}) and nearest(text, [menus.OPEN]):
        desk.fault(location, f"unknown name '{text}'", menus.OPEN)
    else:
        check_amount(desk, text, terms, outcomes, location, whole=True)


def _grants(desk: Desk, name: str, track: Track, terms: Names, outcomes: Outcomes) -> None:
    at = ["tracks", name, "grants"]
    for fact, text in track.grants.items():
        desk.known("fact", fact, desk.names.facts, [*at, fact], at_key=True)
        check_amount(desk, text, terms, outcomes, [*at, fact], most=1.0)
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
    outcomes = packages_of(desk, issues if usable else {}, renewal.constraints, terms, at)
    if not menus.is_open(renewal.days, issues):
        _days(desk, renewal.days, terms, outcomes, [*at, "days"])
    check_steps(desk, name, renewal.steps, seats, terms, outcomes, at)
    for field in ("scope", "monitoring"):
        check_amount(desk, getattr(track.truce, field), terms, outcomes, ["tracks", name, "truce", field], most=1.0)
    for fact, text in track.grants.items():
        check_amount(desk, text, terms, outcomes, ["tracks", name, "grants", fact], most=1.0)


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
