"""The dated ledger of exchanges, and the case that rests on it."""

import csv
import datetime
from pathlib import Path

from sim.scenario.reading import read

ROOT = Path(__file__).parents[2]
LEDGER = ROOT / "seeds" / "exchanges-russia-ukraine-2022-2024.csv"
CASE = ROOT / "scenarios" / "cases" / "exchanges-2022-2024.yaml"


def rows() -> list[dict[str, str]]:
    """The ledger's rows."""
    with LEDGER.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_row_is_dated_in_order_and_has_a_source() -> None:
    """Each row has a day, later than or as late as the one before, a number to Ukraine, a confidence and a source."""
    days = [datetime.date.fromisoformat(row["date"]) for row in rows()]
    assert days == sorted(days)
    for row in rows():
        assert int(row["ua_returned"]) > 0
        assert row["ru_returned"] == "" or int(row["ru_returned"]) > 0
        assert row["confidence"] in ("high", "medium", "low")
        assert row["channel"] in ("central", "local")
        assert row["sources"].startswith("http")


def test_what_is_observed_is_the_central_channel_of_the_ledger() -> None:
    """The case observes every exchange of the central channel until the end of 2024, with the ledger's numbers."""
    told = [
        (row["date"], {"to_ukraine": int(row["ua_returned"])}
         | ({"to_russia": int(row["ru_returned"])} if row["ru_returned"] else {}))
        for row in rows()
        if row["channel"] == "central" and row["date"] <= "2024-12-31"
    ]  # fmt: skip
    observed = read(CASE).scenario.observed
    assert [(seen.date.isoformat(), dict(seen.delivered)) for seen in observed] == told
    assert len(told) == 49


def test_captures_are_what_was_held_and_returned_over_the_days() -> None:
    """Middle rates of capture: held in June 2024 and returned by then, over the days since the invasion, to 5 %."""
    scenario = read(CASE).scenario
    until = datetime.date(2024, 6, 15)
    days = (until - scenario.start).days
    before = [row for row in rows() if row["date"] < until.isoformat()]
    to_ukraine = sum(int(row["ua_returned"]) for row in before)
    rate = scenario.captures["russia takes ukraine"]["captives"].middle
    assert abs((6465 + to_ukraine) / days / rate - 1) < 0.05
    to_russia = sum(int(row["ru_returned"] or 0) for row in before)
    missing = [int(row["ua_returned"]) for row in before if not row["ru_returned"]]
    rates = scenario.captures["ukraine takes russia"]["captives"]
    assert rates.low < (1348 + to_russia) / days < (1348 + to_russia + sum(missing)) / days < rates.high
