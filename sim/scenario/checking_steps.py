"""Checks of steps: who gives whom what, when, after what, and by whose hands."""

from collections.abc import Iterator, Mapping, Sequence

from sim.scenario.checking_amounts import Outcomes, check_amount
from sim.scenario.desk import Desk
from sim.scenario.expressions import Names
from sim.scenario.schema import Scenario
from sim.scenario.schema.tracks import Step
from sim.terms import Gate


def check_steps(
    desk: Desk,
    track: str,
    steps: Mapping[str, Step],
    seats: Sequence[str],
    terms: Names,
    outcomes: Outcomes,
    at: list[str],
) -> None:
    """Report everything wrong with the steps of a track: who gives whom what, when, after what and by whose hands."""
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
        check_amount(desk, text, terms, outcomes, here, whole=captives)
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
