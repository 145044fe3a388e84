"""The shipped defaults: every parameter that a scenario need not give, read from `defaults.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from sim.scenario.faults import InvalidScenario, Report
from sim.scenario.features import ASSET_FEATURES, CAPTIVE_FEATURES
from sim.scenario.provenance import Hoister
from sim.scenario.schema import Curve, Score, Strategy
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
    track: Mapping[str, Value]
    rules: Mapping[str, Value]
    trust: Value
    fact_drift: Value
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
        track=_values(groups["track"]),
        rules=_values(groups["rules"]),
        trust=_shipped(groups["trust"]),
        fact_drift=_shipped(groups["fact"]["drift"]),
        strategy=Strategy(name=groups["party"]["strategy"]),
        protocol=Protocol[talks["protocol"].upper()],
        structure={
            **{name: groups["track"][name] for name in ("retry", "lead_days", "patience")},
            **{name: talks[name] for name in ("rounds", "per_day")},
        },
        scales={name: float(scale) for name, scale in groups["scores"].items()},
    )


def _values(group: Mapping[str, Any]) -> dict[str, Value]:
    return {name: _shipped(value) for name, value in group.items() if isinstance(value, Value)}


def _shipped(value: Value) -> Value:
    return replace(value, shipped=True)
