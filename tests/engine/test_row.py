import re
from pathlib import Path

import pytest

from sim.engine.record import NEVER, DealRecord, PartyRecord, RunRecord, TrackRecord

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "record.md"


def deal(number: int, **parts: object) -> DealRecord:
    """A deal on the track `swap`, with some parts of its own."""
    empty: dict[str, object] = {
        "track": "swap", "number": number, "agreed_on": 0, "began_on": 1, "ended_on": 1, "ending": "completed",
        "package": {}, "via": "offer", "renewals": 0, "days_in_force": 1, "agreed": {}, "delivered": {},
        "violations": {}, "alleged": {},
    }  # fmt: skip
    return DealRecord(**(empty | parts))  # type: ignore[arg-type]


@pytest.fixture
def record() -> RunRecord:
    """Two deals on one track: 40 and 30 persons, a gesture outside the deal, funds; and a second track."""
    swap = TrackRecord(
        track="swap", ending="short", first_opened=2, first_agreed=4, talks=3, talks_endings={"agreed": 2}, deals=2,
        deal_endings={"short": 1, "completed": 1}, days_in_talks=9, days_in_force=2, days_blocked=5,
        held_by={"north.aid_stopped": 2}, blocking={"south.capped": (5, 1), "north.watched": (4, 0)},
        unlocks={("south.capped",): 1, ("south.capped", "north.watched"): 4},
    )  # fmt: skip
    truce = TrackRecord("truce", "never_opened", NEVER, NEVER, 0, {}, 0, {}, 0, 0, 0, {}, {}, {})
    first = deal(
        1,
        agreed={
            "swap.north.able": 20.0,
            "swap.south.able": 20.0,
            "wounded.north.wounded": 5.0,
            "pay.south.gold": 900.0,
        },
        delivered={
            "swap.north.able": 20.0,
            "swap.south.able": 18.0,
            "wounded.north.wounded": 4.0,
            "pay.south.gold": 0.0,
        },
        violations={"north": 3, "south": 1},
        alleged={"north": 2, "south": 6},
        gestures=("wounded.north.wounded",),
        uncounted=("wounded.north.wounded", "pay.south.gold"),
    )
    second = deal(2, agreed={"swap.north.able": 30.0}, delivered={"swap.north.able": 30.0}, alleged={"south": 1})
    return RunRecord(
        case="case", digest="d", seed=1, replication=7, horizon=60, central=False, parameters={}, tracks=(swap, truce),
        deals=(first, second), talks=(),
        parties=(
            PartyRecord("north", 0.25, 1.5, 54, 18, {}, {}, 3, 2),
            PartyRecord("south", 0.5, 2.0, 18, 54, {}, {}, 1, 7),
        ),
    )  # fmt: skip


def test_totals_leave_out_what_is_outside_or_no_captive(record: RunRecord) -> None:
    """Agreed and delivered count 20 + 20 + 30 and 20 + 18 + 30 captives: neither the gesture outside nor the gold."""
    row = record.row()
    assert (row["swap.agreed"], row["swap.delivered"], row["swap.gestures"]) == (70, 68, 4)


def test_violations_and_allegations_are_summed_over_deals(record: RunRecord) -> None:
    """4 violations were committed and 9 alleged on the track, deals and parties together."""
    row = record.row()
    assert (row["swap.violations"], row["swap.alleged"]) == (4, 9)


def test_preconditions_have_columns_of_their_own(record: RunRecord) -> None:
    """Days blocked, days alone, days held and days of each unlock stand under the names of holder and condition."""
    row = record.row()
    assert {name: days for name, days in row.items() if name.count(".") > 1} == {
        "swap.blocked.south.capped": 5,
        "swap.alone.south.capped": 1,
        "swap.blocked.north.watched": 4,
        "swap.alone.north.watched": 0,
        "swap.held.north.aid_stopped": 2,
        "swap.unlock.south.capped": 1,
        "swap.unlock.south.capped+north.watched": 4,
    }


def test_row_is_flat(record: RunRecord) -> None:
    """Every cell is a number or a word, and a track without deals has zeros."""
    row = record.row()
    assert all(isinstance(cell, int | float | str) for cell in row.values())
    assert (row["truce.ending"], row["truce.first_agreed"], row["truce.agreed"]) == ("never_opened", NEVER, 0)
    assert (row["replication"], row["north.weariness"], row["south.returned"]) == (7, 0.25, 54)


def test_reference_names_every_column_and_no_other(record: RunRecord) -> None:
    """Each column of a row fits one line of docs/reference/record.md, and each line fits a column."""
    columns = set(record.row())
    documented = re.findall(r"^\| `([^`]+)` \| [^|]+ \| [^|]+ \|$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    patterns = {name: re.compile(_pattern(name)) for name in documented}
    matched = {column: [name for name, fits in patterns.items() if fits.fullmatch(column)] for column in columns}
    assert {column: names for column, names in matched.items() if len(names) != 1} == {}
    assert {name for names in matched.values() for name in names} == set(patterns)


def _pattern(name: str) -> str:
    parts = {"<track>": "(swap|truce)", "<party>": "(north|south)", "<condition>": "[a-z_]+", "<set>": r"[a-z_.+]+"}
    return "".join(parts.get(part, re.escape(part)) for part in re.split(r"(<\w+>)", name))
