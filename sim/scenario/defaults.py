"""The shipped defaults: every parameter that a scenario need not give, read from `defaults.yaml`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from sim.scenario.faults import InvalidScenario, Report
from sim.scenario.provenance import Hoister
from sim.scenario.schema import OF_WAR, Rules
from sim.scenario.schema.kinds import ASSET_FEATURES, CAPTIVE_FEATURES
from sim.scenario.schema.sides import Party, Strategy
from sim.scenario.schema.tracks import Curve, Score, Track
from sim.scenario.tree import parse, plain, read_text
from sim.scenario.values import Status, Value, bare
from sim.strategies.situation import StrategyParameter
from sim.terms import Protocol

FILE = Path(__file__).with_name("defaults.yaml")


@dataclass(frozen=True, slots=True)
class Defaults:
    """Defaults by the kind of thing that they belong to."""

    party: Mapping[str, Value]
    mediator: Mapping[str, Value]
    other: Mapping[str, Value]
    track: Mapping[str, Value]
    rules: Mapping[str, Value]
    trust: Value
    fact_drift: Value
    open_counts_as: Value
    """Days."""
    strategy: Strategy
    protocol: Protocol
    structure: Mapping[str, int]
    """Days and rounds of a track."""
    scales: Mapping[str, float]

    def score(self, feature: str) -> Score:
        """The scale of a feature for which the scenario gives none.

        >>> shipped_defaults().score("returned").curve.scale.middle
        100.0
        """
        if feature in CAPTIVE_FEATURES:
            kind = "persons"
        elif feature in ASSET_FEATURES:
            kind = "assets"
        else:
            kind = "days" if feature == "truce_days" else "others"
        return Score(curve=Curve(scale=bare(self.scales[kind])))


def of_strategy(parameter: StrategyParameter) -> Value:
    """The default of a strategy's parameter, as the strategy itself declares it."""
    return Value(parameter.low, parameter.middle, parameter.high, Status.ASSUMED, reason=parameter.reason, shipped=True)


@cache
def shipped_defaults() -> Defaults:
    """Read the defaults that the laboratory ships.

    Raises:
        InvalidScenario: where the shipped file is damaged.
    """
    report = Report()
    text, source = read_text(FILE, FILE.name, report)
    groups: dict[str, Any] = plain(Hoister(report).hoist(parse(source, text, report)))
    if report.faults:
        raise InvalidScenario(report.faults)
    talks = groups["track"].pop("talks")
    return Defaults(
        party=_values(groups["party"]),
        mediator=_values(groups["mediator"]),
        other=_values(groups["other"]),
        track=_values(groups["track"]),
        rules=_values(groups["rules"]),
        trust=_shipped(groups["trust"]),
        fact_drift=_shipped(groups["fact"]["drift"]),
        open_counts_as=_shipped(groups["truce"]["open_counts_as"]),
        strategy=Strategy(name=groups["party"]["strategy"]),
        protocol=Protocol[talks["protocol"].upper()],
        structure={
            **{name: groups["track"][name] for name in ("retry", "lead_days", "patience")},
            **{name: talks[name] for name in ("rounds", "per_day")},
        },
        scales={name: float(scale) for name, scale in groups["scores"].items()},
    )


def outside_war(defaults: Defaults) -> Defaults:
    """The same for a scenario outside a war: what belongs to a war is held where it changes nothing.

    Strengths are equal, nobody is weary, strengthened or afraid of it, and no rule of a truce has an effect.

    >>> outside_war(shipped_defaults()).party["weariness"].uncertain
    False
    """
    return replace(
        defaults,
        party=_at_rest(defaults.party, OF_WAR[Party]),
        track=_at_rest(defaults.track, OF_WAR[Track]),
        rules=_at_rest(defaults.rules, OF_WAR[Rules]),
    )


def _at_rest(values: Mapping[str, Value], of_war: Sequence[str]) -> dict[str, Value]:
    """The values of a group, those of a war at 0, or at 1 where they must be above it."""
    idle = {name: float(name in _ABOVE_NOUGHT) for name in of_war}
    return {name: _rests(value, idle[name]) if name in idle else value for name, value in values.items()}


def _rests(value: Value, number: float) -> Value:
    return replace(value, low=number, middle=number, high=number, reason="outside a war it changes nothing")


_ABOVE_NOUGHT = ("strength", "army", "truce_shape")
"""What a rule divides by, takes the logarithm of, or raises to."""


def _values(group: Mapping[str, Any]) -> dict[str, Value]:
    return {name: _shipped(value) for name, value in group.items() if isinstance(value, Value)}


def _shipped(value: Value) -> Value:
    return replace(value, shipped=True)
