"""Scenarios that Hypothesis makes: every key of the format, two to four parties, one to four tracks.

Values are such that much happens in a few days: tables open often, deals are struck, kept, broken and renewed.
"""

import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

PARTIES = ("alfa", "bravo", "charlie", "delta")
OTHERS = ("lake", "hill")
STRATEGIES = (
    *("boulware", "linear", "conceder", "hardliner", "exponential", "weariness_driven"),
    *("tit_for_tat", "averaged_tit_for_tat", "micro"),
)
Plain = dict[str, Any]


def chance(least: float = 0.0, most: float = 1.0) -> SearchStrategy[float]:
    """A number of few digits."""
    return st.integers(0, 20).map(lambda step: round(least + (most - least) * step / 20, 4))


def persons(least: int, most: int) -> SearchStrategy[Any]:
    """A number of persons, or a range of three."""
    three = st.lists(st.integers(least, most), min_size=3, max_size=3).map(sorted)
    return st.one_of(st.integers(least, most), three.map(lambda values: {"assumed": values, "because": "of the test"}))


def maybe(strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """The value, or None for leaving the key out."""
    return st.one_of(st.none(), strategy)


def ranged(least: float, most: float) -> SearchStrategy[Any]:
    """A fixed number, or a range of three."""
    three = st.lists(chance(least, most), min_size=3, max_size=3).map(sorted)
    return st.one_of(chance(least, most), three.map(lambda values: {"assumed": values, "because": "of the test"}))


def without_none(plain: Plain) -> Plain:
    """Leave out what was left out."""
    return {key: value for key, value in plain.items() if value is not None}


@st.composite
def scenario(draw: DrawFn) -> Plain:
    """A whole scenario, as plain data."""
    parties = PARTIES[: draw(st.integers(2, 4))]
    assets = draw(st.sampled_from([(), ("grain",)]))
    categories = ("able", "wounded")
    tracks = [f"track_{place}" for place in range(draw(st.integers(1, 4)))]
    mediators = [f"mediator_{place}" for place in range(draw(st.sampled_from([0, 1, 1, 2])))]
    facts = draw(_facts(parties))
    world = _World(parties, categories, assets, tracks, mediators, tuple(facts))
    world.war = draw(st.sampled_from([True, True, True, True, False]))
    made = {
        "parley": 1,
        "title": "made by a test",
        "start": datetime.date(2030, 1, 1),
        "horizon": draw(st.integers(1, 45)),
        "parties": {party: draw(_party(assets)) for party in parties},
        "categories": {"able": {"worth": 1, "fights": True}, "wounded": 1.5},
        "assets": {asset: {} for asset in assets},
        "trust": {f"{a} in {b}": draw(ranged(0, 1)) for a in parties for b in parties if a != b},
        "captives": {
            f"{a} holds {b}": {category: draw(persons(1, 300)) for category in categories}
            for a in parties
            for b in parties
            if a != b
        },
        "captures": {f"{parties[0]} takes {parties[1]}": {"able": draw(ranged(0, 6))}},
        "facts": facts,
        "others": draw(st.sampled_from([list(OTHERS), {name: {"guarantee": 0.4} for name in OTHERS}])),
        "mediators": {name: draw(_mediator(world)) for name in mediators},
        "tracks": {name: draw(_track(world, name)) for name in tracks},
        "events": {f"event_{place}": draw(_event(world)) for place in range(draw(st.integers(0, 4)))},
        "acts": {f"act_{place}": draw(_act(world)) for place in range(draw(st.integers(0, 2)))},
        "rules": draw(_rules()),
    }
    made = {key: value for key, value in made.items() if value != {}}
    return made if world.war else {**_outside_war(made), "war": False}


def _outside_war(plain: Plain) -> Plain:
    """A scenario without what only a war has; acts give something, so that they are still acts."""
    rid = {
        *("captures", "strength", "rearm", "weariness", "fatigue", "relief", "urgency", "fear_of_rearming", "fights"),
        *("role", "of", "while", "truce", "renewal", "violations", "leaving", "never_starts", "fades", "mirrored_by"),
        *("allegation_loss", "violation_power", "inducement_memory", "false_high"),
    }
    kept = {key: value for key, value in plain.items() if key not in rid}
    return {key: _outside_war(value) if isinstance(value, dict) else value for key, value in kept.items()}


class _World:
    """The names of a scenario."""

    war = True

    def __init__(
        self,
        parties: tuple[str, ...],
        categories: tuple[str, ...],
        assets: tuple[str, ...],
        tracks: list[str],
        mediators: list[str],
        facts: tuple[str, ...],
    ) -> None:
        self.parties, self.categories, self.assets = parties, categories, assets
        self.tracks, self.mediators, self.facts = tracks, mediators, facts

    def goods(self) -> SearchStrategy[str]:
        """Something that can be handed over."""
        return st.sampled_from([*self.categories, *self.assets])

    def looks(self) -> SearchStrategy[str]:
        """Something of the world that a condition may look at, as an expression of its own."""
        a, b = self.parties[:2]
        seen = ["day > 5", f"trust.{a}.{b} > 0.3", f"held.{a}.{b}.able > 20", f"held.{b}.{a}.wounded + 1 > 2"]
        if self.war:
            seen += [f"weariness.{a} > 0.4", f"ledger.{b}(3) < 4", f"strength.{b} < 1.2"]
            seen += [f"not (day < 3 and weariness.{b} < 0.9)"]
        seen += [f"track.{self.tracks[-1]}.in_force == 0", f"track.{self.tracks[0]}.deals < 2"]
        seen += [f"track.{self.tracks[0]}.phase == dormant or day < 9", f"track.{self.tracks[0]}.days_since_deal > 3"]
        seen += [f"{fact} >= 0.4" for fact in self.facts] + [f"assets.{a}.{asset} >= 1" for asset in self.assets]
        return st.sampled_from(seen)


@st.composite
def _facts(draw: DrawFn, parties: tuple[str, ...]) -> Plain:
    kinds = [("aid", True), ("rearm_cap", True), ("monitoring", False), (None, False)]
    facts = {}
    for place in range(draw(st.integers(0, 4))):
        role, owned = draw(st.sampled_from(kinds))
        of = draw(st.sampled_from(parties)) if owned else None
        drift = draw(maybe(ranged(-0.05, 0.05)))
        facts[f"fact_{place}"] = without_none({"level": draw(ranged(0, 1)), "role": role, "of": of, "drift": drift})
    return facts


@st.composite
def _party(draw: DrawFn, assets: tuple[str, ...]) -> Plain:
    return without_none(
        {
            "strategy": draw(maybe(st.sampled_from(STRATEGIES))),
            "strength": draw(maybe(ranged(0.5, 2))),
            "rearm": draw(maybe(ranged(0, 0.02))),
            "weariness": draw(maybe(ranged(0.2, 0.9))),
            "fatigue": draw(maybe(ranged(0, 0.05))),
            "relief": draw(maybe(ranged(0, 0.05))),
            "urgency": draw(maybe(ranged(0, 1))),
            "fear_of_rearming": draw(maybe(ranged(0, 10))),
            "audience": draw(maybe(ranged(0, 1))),
            "default": draw(maybe(ranged(0, 0.4))),
            "shortfall": draw(maybe(ranged(0, 0.1))),
            "impatience": draw(maybe(ranged(0, 0.2))),
            "assets": {asset: draw(persons(1, 50)) for asset in assets} or None,
        }
    )


@st.composite
def _mediator(draw: DrawFn, world: _World) -> Plain:
    tracks = draw(st.lists(st.sampled_from(world.tracks), min_size=1, max_size=3, unique=True))
    return {
        "style": draw(st.sampled_from(["facilitation", "formulation", "manipulation"])),
        "tracks": tracks,
        "convene": {track: draw(ranged(0, 1)) for track in tracks},
        "access": {party: draw(ranged(0.2, 1)) for party in world.parties},
        "bias": {world.parties[0]: draw(ranged(-1, 1))},
        "pressure": draw(ranged(0, 0.2)),
        "leverage": draw(ranged(0, 1)),
        "inducement_cap": draw(ranged(0, 0.3)),
        "noise": draw(ranged(0, 0.5)),
        "guarantee": draw(ranged(0, 1)),
    }


@st.composite
def _track(draw: DrawFn, world: _World, name: str) -> Plain:
    many = draw(st.integers(2, len(world.parties)))
    seats = draw(st.permutations(world.parties))[:many]
    truce = world.war and draw(st.booleans())
    issues: Plain = {"size": draw(st.sampled_from([[0, 5, 10], [3, 8, 20, 50], [4]]))}
    if draw(st.booleans()):
        issues["size"] = [*issues["size"], {"value": 30, "available if": draw(world.looks())}]
    issues |= {"days": draw(st.sampled_from([[0, 4, 9], [5, 12], [3]]))}
    if truce and draw(st.booleans()):
        issues["days"] = [*issues["days"], "open"]
    issues |= {"kind": ["narrow", draw(_wide(world))]}
    steps = draw(_steps(world, seats, truce=truce))
    others = [track for track in world.tracks if track != name]
    grants = draw(st.lists(st.sampled_from(world.facts), max_size=2, unique=True)) if world.facts else []
    renews = truce and draw(st.booleans())
    made = {
        "parties": list(seats),
        "issues": issues,
        "constraints": draw(st.sampled_from([None, ["size <= 20 or days > 0"]])),
        "steps": steps or None,
        "truce": draw(_truce(may_open="open" in issues["days"])) if truce else None,
        "renewal": draw(_renewal(world, seats)) if renews else None,
        "grants": {
            fact: draw(st.sampled_from(["0.7", "kind == wide", "1 - (kind == wide)", "min(1, size / 20)"]))
            for fact in grants
        }
        or None,
        "repeats": draw(maybe(st.integers(0, 5).map(lambda days: {"cool_down": days}))),
        "supersedes": draw(st.lists(st.sampled_from(others), max_size=2, unique=True)) if others else None,
        "retry": draw(st.integers(0, 6)),
        "lead_days": draw(st.integers(0, 2)),
        "patience": draw(st.integers(0, 4)),
        "talks": draw(_talks()),
        "direct": draw(ranged(0.05, 1)),
        "way_out": draw(maybe(ranged(-1, 1))),
        "margin": draw(ranged(-0.4, 0.25)),
        "violations": draw(ranged(0, 4)),
        "leaving": draw(ranged(0, 0.05)),
        "never_starts": draw(ranged(0, 0.2)),
        "strategy": {seats[0]: draw(st.sampled_from(STRATEGIES))} if draw(st.booleans()) else None,
        "interests": {seat: draw(_interests(steps=bool(steps), truce=truce)) for seat in seats},
        "cares": {seats[0]: {seats[-1]: draw(ranged(-0.5, 1))}} if draw(st.booleans()) else None,
        "scores": {
            "size": 20,
            "days": {"scale": 10, "power": 0.5},
            "returned": {"scale": 40, "power": 0.5},
            "released": 40,
        },
    }
    conditions: Plain = {}
    for place in range(draw(st.integers(0, 6))):
        holder = draw(st.sampled_from(seats))
        conditions.setdefault(holder, {})[f"condition_{place}"] = draw(_condition(world, steps, renews=renews))
    return without_none(made | {"preconditions": conditions or None})


def _wide(world: _World) -> SearchStrategy[Any]:
    """A word, which may wait for a condition."""
    return st.one_of(st.just("wide"), world.looks().map(lambda look: {"value": "wide", "available if": look}))


@st.composite
def _steps(draw: DrawFn, world: _World, seats: tuple[str, ...], *, truce: bool) -> Plain:
    steps: Plain = {}
    for place in range(draw(st.integers(0, 3))):
        giver, taker = draw(st.permutations(seats))[:2]
        gesture = draw(st.booleans())
        gives = {f"{giver} gives {taker}": {draw(world.goods()): draw(_count(giver, taker))}}
        if not gesture and draw(st.booleans()):
            gives[f"{taker} gives {giver}"] = {draw(world.goods()): draw(_count(giver, taker))}
        when = draw(st.sampled_from([{}, {"every": 2, "times": 3}, {"over_days": 4}, {"day": 2}]))
        made = {
            **gives,
            **when,
            "gesture": gesture or None,
            "outside": draw(st.sampled_from([None, True])),
            "standing": draw(st.sampled_from([None, None, True])) if "over_days" not in when else None,
            "after": draw(st.sampled_from([None, [f"step_{place - 1}"]])) if place else None,
            "while": "truce" if truce and draw(st.booleans()) else None,
            "delivers if": draw(maybe(world.looks())),
            "guaranteed_by": draw(st.sampled_from([None, *world.mediators, *OTHERS])),
            **draw(_custody(world, {what for given in gives.values() for what in given})),
        }
        steps[f"step_{place}"] = without_none(made)
    return steps


@st.composite
def _custody(draw: DrawFn, world: _World, goods: set[str]) -> Plain:
    """Captives who decline to go, and who go into the custody of somebody else."""
    captives = goods & set(world.categories)
    share, verifiers = draw(maybe(ranged(0, 1))), [None, *world.mediators, *OTHERS]
    keepers, kept = st.sampled_from([*world.mediators, *OTHERS]), draw(st.sampled_from([None, "waits", "until"]))
    until = {"by": draw(keepers), "until": draw(world.looks())} if kept == "until" else None
    declines = without_none({"share": share, "verified_by": draw(st.sampled_from(verifiers))})
    return {
        "declines": declines if share is not None and captives else None,
        "to": draw(st.sampled_from([None, *OTHERS])) if captives == goods else None,
        "escrow": draw(keepers) if kept == "waits" else until,
    }


def _count(giver: str, taker: str) -> SearchStrategy[str]:
    """A count of a step: of the issues, or of what is held."""
    held = f"held.{giver}.{taker}.able"
    fixed = ["size", "size", "2", "size + 1", "min(size, 4)"]
    return st.sampled_from([*fixed, "all", f"min(size, {held})", f"{held} / 3", f"max(0, 40 - {held})", "all - 50"])


@st.composite
def _truce(draw: DrawFn, *, may_open: bool) -> Plain:
    made = {
        "days": "days" if may_open else draw(st.sampled_from(["days", "days + 2", "6", "open"])),
        "open_counts_as": draw(maybe(st.sampled_from([20, 100]))),
        "scope": draw(st.sampled_from(["1", "0.2", "0.5 + (kind == wide) / 4"])),
        "monitoring": draw(st.sampled_from(["0", "0.7", "kind == wide"])),
        "exit_clause": draw(st.booleans()),
        "after_expiry": draw(maybe(ranged(0.5, 9).map(lambda days: {"restraint_days": days}))),
    }
    return without_none(made)


@st.composite
def _renewal(draw: DrawFn, world: _World, seats: tuple[str, ...]) -> Plain:
    made = {
        "ask_before": draw(st.integers(1, 4)),
        "silence": draw(st.sampled_from(["lapses", "renews"])),
        "most": draw(maybe(st.integers(1, 3))),
        "issues": {"days": draw(st.sampled_from([[2, 5], [3], [2, "open"]]))},
        "steps": draw(_steps(world, seats, truce=True)) or None,
    }
    return without_none(made)


@st.composite
def _talks(draw: DrawFn) -> Plain:
    return without_none(
        {
            "rounds": draw(st.integers(1, 12)),
            "per_day": draw(st.integers(1, 4)),
            "protocol": draw(st.sampled_from(["menu", "alternating"])),
            "polite": draw(st.booleans()),
            "bridge_every": draw(st.sampled_from([None, 1, 2, 4])),
        }
    )


@st.composite
def _interests(draw: DrawFn, *, steps: bool, truce: bool) -> Plain:
    wants: Plain = {"size": draw(ranged(-0.3, 1)), "days": draw(ranged(-0.3, 1))}
    if steps:
        wants |= {"returned": draw(ranged(0, 1)), "released": draw(ranged(-0.5, 0))}
    return wants


@st.composite
def _condition(draw: DrawFn, world: _World, steps: Plain, *, renews: bool) -> Plain:
    gates = ["enters if", "accepts if", "accepts if", "accepts if", "delivers if", "continues if"]
    gate = draw(st.sampled_from([*gates, "renews if"] if renews else gates))
    looks = [world.looks()]
    if gate == "accepts if":
        looks += [st.sampled_from(["proposal.size >= 10", "proposal.kind == wide", "proposal.days < 9"])] * 3
        looks.append(st.sampled_from(["proposal.size > 3 or day > 12", "proposal.kind == narrow and day > 4"]))
    if gate == "renews if":
        looks.append(st.just("proposal.days > 2"))
    if gate in ("continues if", "delivers if") and steps:
        looks.append(st.sampled_from(list(steps)).map(lambda step: f"delivered.{step} <= agreed.{step} / 2 + 3"))
    firmness = draw(st.sampled_from([{}, {"hard": True}, {"fades": 0.2}, {"fades": 0.02}, {"cost": 0.1}]))
    dates = draw(st.sampled_from([{}, {}, {"since": datetime.date(2030, 1, 4)}, {"until": datetime.date(2030, 1, 15)}]))
    return {gate: draw(st.one_of(looks)), "public": draw(st.booleans()), **firmness, **dates}


@st.composite
def _event(draw: DrawFn, world: _World) -> Plain:
    a, b = world.parties[:2]
    when = draw(
        st.sampled_from(
            [
                {"date": datetime.date(2030, 1, 4)},
                {"chance": 0.1},
                {"chance": 0.3, "times": 2},
                {"date": datetime.date(2030, 1, 9)},
            ]
        )
    )
    paths = [f"trust.{a}.{b}", f"held.{a}.{b}.able", *world.facts]
    paths += [f"weariness.{b}", f"strength.{a}"] if world.war else []
    paths += [f"way_out.{track}" for track in world.tracks] + [f"leverage.{name}" for name in world.mediators]
    changed = draw(st.sampled_from(paths))
    ended = draw(st.sampled_from([False, False, True]))
    open_to = world.tracks[:-1] if ended else world.tracks
    opened = draw(st.lists(st.sampled_from(open_to), max_size=2, unique=True)) if open_to else []
    made = {
        **when,
        "if": draw(maybe(world.looks())),
        "opens": opened or None,
        "ends": [world.tracks[-1]] if ended else None,
        "sets": {changed: draw(chance(0.1, 1))} if draw(st.booleans()) else None,
        "adds": {draw(st.sampled_from(paths)): draw(ranged(-0.3, 0.3))} if draw(st.booleans()) else None,
    }
    if made["opens"]:
        made["force"] = draw(st.booleans())
    return without_none(made)


@st.composite
def _act(draw: DrawFn, world: _World) -> Plain:
    a, b = draw(st.permutations(world.parties))[:2]
    truce = {"days": draw(st.integers(1, 8)), "scope": draw(chance()), "monitoring": draw(chance())}
    made = {
        "by": a,
        "date": draw(st.sampled_from([datetime.date(2030, 1, 2), datetime.date(2030, 1, 8)])),
        "truce": draw(st.sampled_from([None, truce])),
        f"{a} gives {b}": {draw(world.goods()): draw(st.integers(1, 400))},
        "mirrored_by": {b: draw(ranged(0, 1))},
        "violations": draw(ranged(0, 5)),
    }
    return without_none(made)


@st.composite
def _rules(draw: DrawFn) -> Plain:
    return without_none(
        {
            "trust_gain": draw(maybe(ranged(0, 0.5))),
            "gesture_gain": draw(maybe(ranged(0, 1))),
            "allegation_loss": draw(maybe(ranged(0, 0.1))),
            "violation_power": draw(maybe(ranged(0, 20))),
            "inducement_memory": draw(maybe(ranged(0, 0.2))),
            "false_high": draw(maybe(ranged(0, 2))),
        }
    )
