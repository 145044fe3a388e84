"""Compiling a scenario into a case: what only the outcome space can show."""

from pathlib import Path

import pytest

from sim.scenario.compiling import compile_case
from sim.scenario.faults import InvalidScenario
from sim.scenario.reading import read

SWAP = (Path(__file__).parents[1] / "engine" / "swap.yaml").read_text(encoding="utf-8")


def test_a_table_of_scores_that_leaves_out_an_amount_is_told_with_its_place(tmp_path: Path) -> None:
    """A computed feature can take amounts that its table lacks: one line, where the table stands."""
    file = tmp_path / "swap.yaml"
    text = SWAP.replace("returned: {scale: 100, power: 0.5}", "returned: {10: 0.2, 50: 0.8}")
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidScenario) as caught:
        compile_case(read(file))
    assert [(fault.line, fault.path, fault.message) for fault in caught.value.faults] == [
        (21, "exchange.scores.returned", "the table of scores of 'returned' has no row for 100")
    ]


def test_one_party_may_have_a_scale_alone_and_the_other_a_curve(tmp_path: Path) -> None:
    """Short forms of a score may be mixed by party: 50 of 100 scores .5 to one, (50/200)^.5 = .5 to the other."""
    file = tmp_path / "swap.yaml"
    by_party = "returned: {alfa: 100, bravo: {scale: 200, power: 0.5}}"
    file.write_text(SWAP.replace("returned: {scale: 100, power: 0.5}", by_party), encoding="utf-8")
    space = compile_case(read(file)).tracks[0].space
    returned = space.features.index("returned")
    for scores, amounts in zip(space.scores, space.amounts, strict=True):
        assert scores[returned][amounts[returned].index(50.0)] == 0.5


def test_the_digest_depends_on_what_can_change_a_result_and_on_nothing_else(tmp_path: Path) -> None:
    """Title and comments do not move it; a number, a weight or a strategy does."""
    file = tmp_path / "swap.yaml"

    def digest(old: str = "", new: str = "") -> str:
        file.write_text(SWAP.replace(old, new) if old else SWAP, encoding="utf-8")
        return compile_case(read(file)).digest

    base = digest()
    assert digest("title: A swap of captives", "title: Another title  # and a remark") == base
    changes = [("able: 400", "able: 401"), ("released: -0.3", "released: -0.31"), ("rounds: 8", "rounds: 9")]
    digests = [digest(old, new) for old, new in changes]
    assert len({base, *digests}) == 1 + len(changes)
