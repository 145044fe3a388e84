"""A swap outside a war: what a war wears down, strengthens and stops is held still, and only the way out ripens."""

import math
from collections.abc import Callable

import pytest

from sim.engine.model import NegotiationModel, run
from sim.scenario.case import Case
from sim.scenario.faults import InvalidScenario

Compile = Callable[..., Case]
SWAP = """\
parley: 1
title: A swap outside a war
start: 2030-01-01
horizon: 60
war: false
parties: {alfa: {}, bravo: {}}
mediators: {host: {style: facilitation, tracks: [exchange], convene: 1}}
captives: {alfa holds bravo: {able: 4}, bravo holds alfa: {able: 3}}
categories: {able: 1}
tracks:
  exchange:
    issues: {size: [1, 2, 3]}
    steps: {swap: {alfa gives bravo: {able: size}, bravo gives alfa: {able: size}}}
    interests: {alfa: {returned: 1}, bravo: {returned: 1}}
    direct: 0
    way_out: 0.5
    margin: 0
rules: {ripeness_base: -1, ripeness_way_out: 1}
"""


def test_nothing_of_a_war_moves(compile_text: Compile) -> None:
    """Weariness stays 0 and strength 1 on every day, while captives go home."""
    found = run(compile_text(SWAP), 3, 0)
    for party in ("alfa", "bravo"):
        assert set(found.days[f"{party}.weariness"]) == {0.0}
        assert set(found.days[f"{party}.strength"]) == {1.0}
    assert sum(party.returned for party in found.record.parties) > 0


def test_the_moment_is_ripe_by_the_way_out_alone(compile_text: Compile) -> None:
    """Log odds of ripeness are the base and what the way out adds: here -1 and 0.5, whatever the day."""
    model = NegotiationModel(compile_text(SWAP), 3)
    for _ in range(5):
        assert model.tables[0]._ripeness() == pytest.approx(1 / (1 + math.exp(0.5)))
        model.step()


def test_no_parameter_of_a_war_is_drawn(compile_text: Compile) -> None:
    """Nothing that belongs to a war is uncertain, so no result depends on it."""
    uncertain = {parameter.path for parameter in compile_text(SWAP).parameters if parameter.value.uncertain}
    of_war = (
        "weariness",
        "alfa.noise",
        "rearm",
        "army",
        "urgency",
        "leaving",
        "violations",
        "truce_shape",
        "ripeness_hurt",
    )
    assert not [path for path in uncertain if path.endswith(of_war)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("parties.alfa.weariness=0.5", "'weariness' belongs to a war"),
        ("captures={alfa takes bravo: {able: 1}}", "'captures' belongs to a war"),
        ("tracks.exchange.truce={days: 5}", "'truce' belongs to a war"),
        ("tracks.exchange.preconditions={alfa: {x: {enters if: weariness.bravo > 0}}}", "there is no weariness"),
        ("events={x: {chance: 0.1, adds: {strength.alfa: 0.1}}}", "there is no strength"),
        ("rules.ripeness_hurt=8", "'ripeness_hurt' belongs to a war"),
    ],
)
def test_what_belongs_to_a_war_is_refused(compile_text: Compile, change: str, message: str) -> None:
    """A key or a name that means nothing outside a war is a fault, and the only one."""
    with pytest.raises(InvalidScenario) as caught:
        compile_text(SWAP, change)
    assert [message in fault.message for fault in caught.value.faults] == [True]
