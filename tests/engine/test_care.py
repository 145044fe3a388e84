"""A party that takes another's worth for its own: simultaneously, and without passing on."""

from collections.abc import Callable

import pytest

from sim.engine.appraisal import appraise
from sim.engine.model import NegotiationModel, run
from sim.scenario.case import Case
from sim.terms import Gate

Compile = Callable[..., Case]
THREE = """\
parley: 1
title: Three at a table
start: 2030-01-01
horizon: 30
parties: {alfa: {doubt: 0, fear_of_rearming: 0}, bravo: {doubt: 0, fear_of_rearming: 0}, charlie: {doubt: 0}}
tracks:
  table:
    issues: {size: [1, 2]}
    interests: {alfa: {size: -1}, bravo: {size: 0.5, scope: -1}, charlie: {size: 1}}
    scores: {size: {alfa: {scale: 10}, bravo: {scale: 4}, charlie: {scale: 2}}}
    cares: {alfa: {bravo: 0.5}, bravo: {alfa: 1, charlie: 0.1}}
    margin: 0
    direct: 1
"""


def worths(case: Case) -> list[list[float]]:
    """Worths of all packages on the first day."""
    model = NegotiationModel(case, 1)
    model.step()
    return appraise(model.tables[0], case.tracks[0].space, Gate.ACCEPTS).worths


def test_hand_worked_cares(compile_text: Compile) -> None:
    """Own worths of size 1 and 2: alfa -.1, -.2; bravo 1/3 of .25 and .5; charlie .5 and 1. Care takes those alone.

    alfa: -.1 + .5/12, -.2 + .5/6. bravo: 1/12 - .1 + .05, 1/6 - .2 + .1. charlie cares for nobody.
    """
    alfa, bravo, charlie = worths(compile_text(THREE))
    assert alfa == pytest.approx([-0.1 + 1 / 24, -0.2 + 1 / 12])
    assert bravo == pytest.approx([1 / 12 - 0.05, 1 / 6 - 0.1])
    assert charlie == pytest.approx([0.5, 1.0])


def test_a_party_gives_for_what_another_gains(compile_text: Compile) -> None:
    """To a party to which every size is a loss, care for one to which it is a gain makes the deal worth while."""
    two = (
        THREE.replace(", charlie: {size: 1}", "")
        .replace(", charlie: {doubt: 0}", "")
        .replace(", charlie: {scale: 2}", "")
    )
    free = two.replace("    cares: {alfa: {bravo: 0.5}, bravo: {alfa: 1, charlie: 0.1}}\n", "")
    assert run(compile_text(free), 1, 0, logs=False).record.deals == ()
    caring = compile_text(free, "tracks.table.cares={alfa: {bravo: {assumed: [2, 3, 4], because: an ally}}}")
    assert len(run(caring, 1, 0, logs=False).record.deals) == 1
    assert "tracks.table.cares.alfa.bravo" in {parameter.path for parameter in caring.parameters}
