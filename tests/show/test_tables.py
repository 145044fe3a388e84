"""What the tables on the terminal say of their numbers."""

import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.table import Table

from sim.engine.record import NEVER, RunRecord
from sim.show import tables
from sim.show.labels import Labels
from sim.study.summary import summarise


def printed(found: Iterable[Table]) -> list[str]:
    """Tables as they stand on the page, without the spaces between columns."""
    console = Console(file=io.StringIO(), width=110)
    for table in found:
        console.print(table)
    page: Any = console.file
    return [" ".join(line.split()) for line in page.getvalue().splitlines()]


def batch(runs: int) -> list[str]:
    """The tables of a batch in which every other run agreed on day 4 and handed over 30, the others nothing."""
    rows = [
        {
            "replication": number,
            "swap.ending": "impasse" if number % 2 else "completed",
            "swap.first_agreed": NEVER if number % 2 else 4,
            "swap.delivered": 0 if number % 2 else 30,
            "swap.blocked.north.capped": 10 * (number % 2),
        }
        for number in range(runs)
    ]
    return printed(tables.of_batch(summarise(rows, 20), Labels()))


def test_every_mean_of_a_batch_has_its_interval() -> None:
    """Of 100 runs half delivered 30: 15 ± 1.96·√(225·100/99)/√100 = 15.0 ± 3.0 persons; the caption says what ± is."""
    lines = batch(100)
    assert "persons delivered 15.0 ± 3.0" in lines
    assert "deals 0.0 ± 0.0" in lines
    assert tables.INTERVALS in " ".join(filter(None, lines))
    (blocked,) = [line for line in lines if line.startswith("north: capped")]
    assert blocked == "north: capped 50 50.0 % 40.4–59.6 % 5.0 ± 1.0 0.0 ± 0.0"


def test_the_median_of_a_batch_has_its_interval() -> None:
    """Half of 100 runs agreed on day 4, the rest never: rank 50 is day 4, rank 40 too, and rank 61 lies beyond."""
    assert "median day agreed 4 (4–beyond the end)" in batch(100)


def test_one_run_has_no_interval() -> None:
    """A single run has a number and no doubt about it that could be told."""
    lines = batch(1)
    assert "persons delivered 30.0" in lines
    assert "median day agreed 4" in lines


def test_a_small_spread_is_not_rounded_away() -> None:
    """One run in 400 with a deal, 0.0025 ± 1.96·0.05/√400, is shown with decimals that tell it from nothing."""
    rows = [{"replication": n, "t.ending": "impasse", "t.first_agreed": NEVER, "t.deals": n == 0} for n in range(400)]
    assert "deals 0.003 ± 0.005" in printed(tables.of_batch(summarise(rows, 20), Labels()))


def test_the_ending_says_whose_it_is(record: RunRecord, labels: Labels) -> None:
    """Of a run: the ending of the first deal, and beside it how all deals ended; of a batch the same, in a caption."""
    exchange, *others = record.tracks
    exchange = replace(exchange, deal_endings={"completed": 5, "open_at_horizon": 1})
    lines = printed(tables.of_run(replace(record, tracks=(exchange, *others)), labels))
    assert any(line.startswith("ending: first deal, else last talks ") for line in lines)
    (deals,) = [line for line in lines if line.startswith("all deals ")]
    assert "5 completed, 1 open at horizon" in deals
    assert tables.ENDING_OF_BATCH in " ".join(filter(None, batch(2)))
