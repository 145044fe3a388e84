"""The guide to strategies says what the code does."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from sim.strategies.shelf import InvalidStrategy, find, load, shelf
from sim.strategies.situation import Situation, opening

GUIDE = (Path(__file__).parents[2] / "docs" / "strategies.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The rows of the table that follows a heading row."""
    table = GUIDE.partition(heading + "\n")[2].partition("\n\n")[0]
    return table.splitlines()[1:]


def row(name: str) -> str:
    """The row of the table that describes a strategy."""
    strategy = find(name)
    ranges = [f"`{each.name}` {each.low:g}, {each.middle:g}, {each.high:g}" for each in strategy.parameters]
    answers = "yes" if strategy.remembers else "no"
    return f"| `{name}` | {strategy.summary} | {'; '.join(ranges) or 'none'} | {answers} |"


def test_the_table_is_the_shelf() -> None:
    """The guide lists every strategy of the shelf with its line, its parameters and their ranges, and no other."""
    assert rows("| name | what it does | parameters (low, middle, high) | answers offers |") == [
        row(name) for name in shelf()
    ]


def test_the_fields_are_those_of_a_situation() -> None:
    """The guide describes every field of a situation, in its order, and no other."""
    first_cells = [line.split("|")[1] for line in rows("| field | meaning |")]
    assert re.findall(r"`(\w+)`", " ".join(first_cells)) == [field.name for field in fields(Situation)]


def example() -> str:
    """The strategy that the guide writes."""
    return GUIDE.partition("```python\n")[2].partition("```")[0]


def test_the_example_is_let_in(tmp_path: Path) -> None:
    """The guide's example passes its trial and demands what the guide says."""
    path = tmp_path / "split.py"
    path.write_text(example(), encoding="utf-8")
    strategy = load(path)
    assert [parameter.name for parameter in strategy.parameters] == ["share"]
    early, late = (opening(time, 0.2, 1.0, 0.5, 0.5) for time in (0.25, 0.75))
    late.offers_received, late.received_last = 1.0, 0.3
    assert strategy.demand(early, (0.5,)) == pytest.approx(0.6)
    assert strategy.demand(late, (0.5,)) == 0.3


def test_the_error_that_the_guide_shows_is_real(tmp_path: Path) -> None:
    """Without its last line, the example is refused in the guide's words."""
    path = tmp_path / "split.py"
    path.write_text(example().rpartition("    return asked\n")[0], encoding="utf-8")
    with pytest.raises(InvalidStrategy) as caught:
        load(path)
    shown = re.search(r"^scenarios/split\.py(:.*)$", GUIDE, re.MULTILINE)
    assert shown is not None
    assert str(caught.value) == f"{path}{shown[1]}"
