"""What refers to what: every name in a scenario must mean something, and what it says must be possible."""

import datetime
from collections.abc import Mapping

from sim.scenario import doubting, tables
from sim.scenario.desk import Desk, Location
from sim.scenario.names import RESERVED, UnknownName, parse_target, target_of
from sim.scenario.schema.course import Event
from sim.scenario.schema.kinds import FEATURES, TRUCE_FEATURES
from sim.scenario.schema.sides import Party
from sim.scenario.values import Value
from sim.terms import Target

__all__ = ["check", "parse_target"]


def check(desk: Desk) -> None:
    """Report everything in a scenario that refers to nothing, contradicts itself or is doubtful."""
    _calendar(desk)
    _names(desk)
    _sources(desk)
    for name, party in desk.scenario.parties.items():
        _party(desk, name, party)
    _stocks(desk)
    _facts(desk)
    _mediators(desk)
    for name, track in desk.scenario.tracks.items():
        tables.check_track(desk, name, track)
    for name in desk.scenario.acts:
        _act(desk, name)
    for name, event in desk.scenario.events.items():
        _event(desk, name, event)
    _observed(desk)
    doubting.doubt(desk)


def _calendar(desk: Desk) -> None:
    scenario = desk.scenario
    if desk.dated and scenario.start.toordinal() + scenario.horizon > datetime.date.max.toordinal():
        message = f"{scenario.horizon} days from {scenario.start} on run past the year {datetime.MAXYEAR}"
        desk.fault(["start"], f"{message}: there are no such dates")


def _title(desk: Desk) -> None:
    if not desk.scenario.title.strip() and ["title"] not in desk.left_out_at:
        desk.fault(["title"], f"expected a title, found '{desk.scenario.title}'")


_NAMED = ("parties", "categories", "assets", "mediators", "others", "facts", "tracks", "acts", "events")
"""What a scenario gives names to, and what a reader sees a label of."""


def _entities(desk: Desk) -> None:
    """No word of the language is a name, and no label stands for two of a kind."""
    for kind in _NAMED:
        labels: dict[str, str] = {}
        for name, held in getattr(desk.scenario, kind).items():
            if name in RESERVED:
                desk.fault([kind, name], f"'{name}' is a word of the language of expressions", at_key=True)
            if held.label:
                first = labels.setdefault(held.label.casefold(), name)
                if first != name:
                    desk.warn([kind, name, "label"], f"'{held.label}' is also the label of '{first}'")


def _names(desk: Desk) -> None:
    """Every name must mean one thing."""
    scenario = desk.scenario
    _title(desk)
    _entities(desk)
    _apart(desk, ("parties", "mediators"))
    _apart(desk, ("parties", "others"))
    _apart(desk, ("mediators", "others"))
    listed = desk.positions.find(["others"]).node.value
    if isinstance(listed, list):
        desk.once([str(node.value) for node in listed], ["others"])
    _apart(desk, ("categories", "assets"))
    for name in scenario.facts:
        if name in FEATURES and name not in TRUCE_FEATURES:
            desk.fault(["facts", name], f"'{name}' is the name of a feature; name the fact otherwise", at_key=True)
    for track, held in scenario.tracks.items():
        issues = [["issues"], *([["renewal", "issues"]] if held.renewal else [])]
        for under in issues:
            for name in desk.positions.find(["tracks", track, *under]).node.entries:
                at = ["tracks", track, *under, name]
                if name in RESERVED:
                    desk.fault(at, f"'{name}' is a word of the language of expressions", at_key=True)
                elif name in scenario.facts:
                    desk.fault(at, f"'{name}' is also a fact; give the two different names", at_key=True)
                elif name in FEATURES and name not in TRUCE_FEATURES:
                    desk.fault(at, f"'{name}' is the name of a feature; name the issue otherwise", at_key=True)


def _apart(desk: Desk, kinds: tuple[str, str]) -> None:
    first, second = (getattr(desk.scenario, kind) for kind in kinds)
    for name in second:
        if name in first:
            desk.fault([kinds[1], name], f"'{name}' is already the name of one of the {kinds[0]}", at_key=True)


def _sources(desk: Desk) -> None:
    for name, source in desk.scenario.sources.items():
        if source.claims is None and not source.title:
            desk.fault(["sources", name], "a source needs 'claims' or a 'title'", at_key=True)
        if "." in name:
            desk.fault(["sources", name], f"'{name}': the name of a source has no dot", at_key=True)


def _party(desk: Desk, name: str, party: Party) -> None:
    for asset in party.assets:
        desk.known("asset", asset, desk.names.assets, ["parties", name, "assets", asset], at_key=True)
    if party.strategy is not None:
        desk.strategy(party.strategy, ["parties", name, "strategy"])


def _stocks(desk: Desk) -> None:
    for relation in desk.scenario.trust:
        desk.relation(relation, "in", ["trust", relation])
    for kind, verb in (("captives", "holds"), ("captures", "takes")):
        for relation, counts in getattr(desk.scenario, kind).items():
            desk.relation(relation, verb, [kind, relation])
            for category in counts:
                at = [kind, relation, category]
                desk.known("category", category, desk.names.categories, at, at_key=True)
                if kind == "captives":
                    desk.whole(counts[category], at)
    for category, held in desk.scenario.categories.items():
        desk.by_party(held.by_party, ["categories", category, "by_party"])


def _facts(desk: Desk) -> None:
    for name, fact in desk.scenario.facts.items():
        if fact.of is not None:
            desk.party(fact.of, ["facts", name, "of"])
        if fact.role in ("aid", "rearm_cap") and fact.of is None:
            desk.fault(["facts", name, "role"], f"role '{fact.role}' needs 'of': the party that it concerns")
        if fact.of is not None and fact.role not in ("aid", "rearm_cap") and not desk.lacks_something(["facts", name]):
            desk.fault(["facts", name, "of"], "'of' needs a role: aid or rearm_cap", at_key=True)


def _mediators(desk: Desk) -> None:
    for name, mediator in desk.scenario.mediators.items():
        at = ["mediators", name]
        for index, track in enumerate(mediator.tracks):
            desk.known("track", track, desk.names.tracks, [*at, "tracks", index])
        desk.once(mediator.tracks, [*at, "tracks"])
        for track in mediator.convene or {}:
            under = [*at, "convene", track]
            sound = track == "*" or desk.known("track", track, desk.names.tracks, under, at_key=True)
            if sound and track not in ("*", *mediator.tracks):
                desk.fault(under, f"'{name}' does not mediate on the track '{track}'", at_key=True)
        for field in ("access", "bias", "pressure"):
            desk.by_party(getattr(mediator, field), [*at, field])


def _act(desk: Desk, name: str) -> None:
    act, at = desk.scenario.acts[name], ["acts", name]
    desk.party(act.by, [*at, "by"])
    desk.claim(act.claim, [*at, "claim"])
    _within_calendar(desk, act.date, [*at, "date"])
    if act.truce is None and not act.gives and not desk.lacks_something(at):
        desk.fault(at, "an act needs a 'truce' or something that one party 'gives' another", at_key=True)
    for relation, counts in act.gives.items():
        parties = desk.relation(relation, "gives", [*at, "gives", relation])
        if parties is not None and parties[0] != act.by:
            desk.fault([*at, "gives", relation], f"an act is one-sided: '{act.by}' gives", at_key=True)
        for what in counts:
            under = [*at, "gives", relation, what]
            desk.known("category or asset", what, (*desk.names.categories, *desk.names.assets), under, at_key=True)
            if what in desk.names.categories:
                desk.whole(counts[what], under)
    for party in act.mirrored_by:
        under = [*at, "mirrored_by", party]
        if desk.party(party, under, at_key=True) and party == act.by:
            desk.fault(under, f"'{party}' cannot mirror its own act", at_key=True)
    desk.by_party(act.violations, [*at, "violations"])


def _event(desk: Desk, name: str, event: Event) -> None:
    at = ["events", name]
    desk.claim(event.claim, [*at, "claim"])
    if (event.date is None) == (event.chance is None) and not desk.lacks_something(at):
        desk.fault(at, "an event needs either a 'date' or a daily 'chance'", at_key=True)
    _within_calendar(desk, event.date, [*at, "date"])
    desk.period(event.since, event.until, at)
    for field in ("since", "until", "times"):
        if event.date is not None and getattr(event, field) is not None:
            desk.fault([*at, field], f"'{field}' belongs to a random event, not to one with a date", at_key=True)
    _openings(desk, event, at)
    if event.if_ is not None:
        desk.expression(event.if_, desk.names.for_world(), [*at, "if"])
    for verb in ("sets", "adds"):
        for path, value in getattr(event, verb).items():
            _change(desk, path, value, [*at, verb, path])
    _incidents(desk, event, [*at, "violations"])
    _does_something(desk, event, at)


def _openings(desk: Desk, event: Event, at: list[str]) -> None:
    for field in ("opens", "ends"):
        for index, track in enumerate(getattr(event, field)):
            desk.known("track", track, desk.names.tracks, [*at, field, index])
        desk.once(getattr(event, field), [*at, field])
    for index, track in enumerate(event.ends):
        if track in event.opens:
            desk.fault([*at, "ends", index], f"one event both opens and ends the track '{track}'")
    if event.force and not event.opens:
        desk.fault([*at, "force"], "'force' needs 'opens': the tracks to open", at_key=True)


def _incidents(desk: Desk, event: Event, at: list[str]) -> None:
    for track, counts in event.violations.items():
        if desk.known("track", track, desk.names.tracks, [*at, track], at_key=True):
            seats = desk.scenario.tracks[track].parties or desk.names.parties
            desk.by_party(counts, [*at, track], seats)
            held = ["tracks", track, "truce"]
            if desk.scenario.tracks[track].truce is None and not desk.lacks_something(held):
                message = f"the track '{track}' has no truce that could be violated"
                desk.fault([*at, track], message, at_key=True)
            for party, count in counts.items():
                desk.whole(count, [*at, track, party])


def _does_something(desk: Desk, event: Event, at: list[str]) -> None:
    """Warn of an event that changes nothing when it happens, or never happens."""
    if desk.lacks_something(at):
        return
    if event.chance is not None and event.chance.high == 0:
        desk.warn([*at, "chance"], "a chance of 0: it never happens")
    counts = [count.high for held in event.violations.values() for count in held.values()]
    added = [value for value in event.adds.values() if (value.low, value.high) != (0, 0)]
    if not (event.opens or event.ends or event.sets or added or any(counts)):
        desk.warn(at, "this event does nothing: it needs opens, ends, sets, adds or violations", at_key=True)


_RANGES: Mapping[Target, tuple[float, float]] = {
    Target.FACT: (0, 1),
    Target.TRUST: (0, 1),
    Target.WEARINESS: (0, 1),
    Target.LEVERAGE: (0, float("inf")),
    Target.STRENGTH: (1e-9, float("inf")),
    Target.HELD: (0, float("inf")),
    Target.ASSETS: (0, float("inf")),
}


def _change(desk: Desk, path: str, value: Value, location: Location) -> None:
    try:
        target, *_ = target_of(path, desk.names)
    except UnknownName as unknown:
        if unknown.word not in desk.left_out:
            desk.fault(location, unknown.message, unknown.suggestion, at_key=True)
        return
    least, most = _RANGES.get(target, (float("-inf"), float("inf")))
    if location[-2] == "sets" and not least <= value.low <= value.high <= most:
        reach = f"{least:g} to {most:g}" if most < float("inf") else "above 0" if least else "0 or more"
        wrong = value.low if value.low < least else value.high
        desk.fault(location, f"{wrong:g} is out of range: '{path}' is {reach}")


def _within_calendar(desk: Desk, date: datetime.date | None, location: Location) -> None:
    if date is None or not desk.dated:
        return
    day = (date - desk.scenario.start).days
    if day < 0:
        desk.warn(location, f"{date} is before the start ({desk.scenario.start}): it never happens")
    elif day >= desk.scenario.horizon:
        last = desk.scenario.start + datetime.timedelta(days=desk.scenario.horizon - 1)
        desk.warn(location, f"{date} is after the last day ({last}): it never happens")


def _observed(desk: Desk) -> None:
    for name in desk.scenario.fitted_to:
        desk.known("track", name, desk.names.tracks, ["fitted_to", name], at_key=True)
    for index, seen in enumerate(desk.scenario.observed):
        at: list[str | int] = ["observed", index]
        if desk.known("track", seen.track, desk.names.tracks, [*at, "track"]):
            track = desk.scenario.tracks[seen.track]
            told = [(at, seen), *(([*at, "otherwise", place], other) for place, other in enumerate(seen.otherwise))]
            for where, version in told:
                for field in ("agreed", "delivered"):
                    for name in getattr(version, field) or ():
                        known = (*track.issues, *track.steps)
                        desk.known("issue or step", name, known, [*where, field, name], at_key=True)
        if desk.dated and seen.date < desk.scenario.start:
            desk.warn([*at, "date"], f"{seen.date} is before the start ({desk.scenario.start}): it cannot be scored")
        if seen.starts is not None and seen.ended is not None and seen.starts > seen.ended:
            desk.fault([*at, "ended"], f"dates out of order: starts {seen.starts}, ended {seen.ended}")
        desk.by_party(seen.alleged, [*at, "alleged"])
        desk.claim(seen.claim, [*at, "claim"])
        for position, version in enumerate(seen.otherwise):
            desk.claim(version.claim, [*at, "otherwise", position, "claim"])
        for position, claim in enumerate(seen.disputed_by):
            desk.claim(claim, [*at, "disputed_by", position])
        for position, source in enumerate(seen.sources):
            desk.known("source", source, desk.scenario.sources, [*at, "sources", position])
