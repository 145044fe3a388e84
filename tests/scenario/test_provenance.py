import pytest

from sim.scenario.reading import unattributed
from sim.scenario.values import Status, Value


def south_strength(files, *changes: tuple[str, str]) -> Value:
    """The strength of the south, which the sound scenario assumes in a block."""
    value = files.read(*changes).scenario.parties["south"].strength
    assert value is not None
    return value


def held(files, written: str) -> Value:
    """What the south holds of the north, written in some way."""
    return files.read(("able: 6465", f"able: {written}")).scenario.captives["south holds north"]["able"]


def test_a_block_gives_its_status_to_everything_in_it(files) -> None:
    """A range in an `assumed` block is assumed, for the block's reason."""
    value = south_strength(files)
    assert value == Value(1.1, 1.3, 1.6, Status.ASSUMED, reason="judged from the course of the war")


def test_a_block_with_nothing_in_it_speaks_for_what_is_beside_it(files) -> None:
    """`reported: {by, source, date}` in a list item is the origin of the item's other numbers."""
    value = files.read().scenario.captives["north holds south"]["able"]
    assert value == Value(1348, 1348, 1348, Status.REPORTED, by="North", source="paper", date="2024-06")


def test_a_cited_claim_fills_in_who_when_and_where(files) -> None:
    """Who claims a number, and when, comes from the claims file; the source is the scenario's name for it."""
    value = files.read().scenario.captives["south holds north"]["able"]
    expected = Value(
        6465, 6465, 6465, Status.REPORTED, claims=("seed.held_by_south",), by="South", source="seed", date="2024-06-01"
    )
    assert value == expected


def test_a_disputed_number_is_that_of_one_of_the_claims(files) -> None:
    """Of two claims that disagree the one whose number is used comes first."""
    value = held(files, "{disputed: [seed.extra_promised, seed.extra_given], use: 22}")
    assert (value.middle, value.status) == (22, Status.DISPUTED)
    assert value.claims == ("seed.extra_given", "seed.extra_promised")
    assert (value.by, value.date) == ("South", "2025-03-19")


@pytest.mark.parametrize(
    ("written", "status", "reason"),
    [
        ("{derived: 28, from: 6 + 22}", Status.DERIVED, "6 + 22"),
        ("{calibrated: [1, 2, 3], to: a dataset}", Status.CALIBRATED, "a dataset"),
        ("{assumed: 5, because: judged, note: roughly}", Status.ASSUMED, "judged"),
    ],
)
def test_one_number_can_have_its_own_status(files, written: str, status: Status, reason: str) -> None:
    """A number says its status by itself where no block does."""
    value = held(files, written)
    assert (value.status, value.reason) == (status, reason)


@pytest.mark.parametrize(("written", "low", "high"), [("0.5", 0.5, 0.5), ("[0, 0.5, 1]", 0, 1)])
def test_a_number_without_a_status_is_nobodys(files, written: str, low: float, high: float) -> None:
    """A bare number or a bare range is read, and is unattributed."""
    value = files.read(("watchers: 0\n", f"watchers: {written}\n")).scenario.facts["watchers"].level
    assert value == Value(low, 0.5, high, Status.UNATTRIBUTED)


def test_a_number_in_a_block_may_say_otherwise(files) -> None:
    """A status of its own goes before that of the block around it."""
    change = ("strength: [1.1, 1.3, 1.6]", "strength: {derived: 2, from: two to one}")
    assert south_strength(files, change) == Value(2, 2, 2, Status.DERIVED, reason="two to one")


def test_several_reasons_stand_in_a_list_of_blocks(files) -> None:
    """A status may hold a list of blocks, each with its reason."""
    change = (
        "    assumed:\n      because: judged from the course of the war\n      strength: [1.1, 1.3, 1.6]\n",
        "    assumed:\n      - {because: one, strength: 2}\n      - because: two\n",
    )
    party = files.read(change, ("      weariness: 0.5", "        weariness: 0.5")).scenario.parties["south"]
    assert party.strength is not None
    assert party.weariness is not None
    assert (party.strength.reason, party.weariness.reason) == ("one", "two")


def test_blocks_meet_what_stands_beside_them(files) -> None:
    """What a block says of a party joins what is said beside it; the same number twice is a fault."""
    block = ("      north: {returned: 1, released: -0.6}\n", "      assumed: {because: x, north: {returned: 1}}\n")
    beside = ("      south: {returned: 1,", "      north: {released: -0.6}\n      south: {returned: 1,")
    interests = files.read(block, beside).scenario.tracks["exchange"].interests["north"]
    assert {feature: weight.status for feature, weight in interests.items()} == {
        "returned": Status.ASSUMED,
        "released": Status.UNATTRIBUTED,
    }
    again = ("      south: {returned: 1,", "      north: {returned: 2}\n      south: {returned: 1,")
    (fault,) = files.faults(block, again)
    assert (fault.line, fault.message) == (48, "duplicate key 'returned' (first in line 47)")


@pytest.mark.parametrize(("written", "date"), [("2024-06-01", "2024-06-01"), ("2024-06", "2024-06"), ("2024", "2024")])
def test_a_report_may_be_of_a_day_a_month_or_a_year(files, written: str, date: str) -> None:
    """When something was reported is kept as it is written."""
    captives = files.read(("date: 2024-06}", f"date: {written}}}")).scenario.captives
    assert captives["north holds south"]["able"].date == date


def test_structure_in_a_block_is_refused(files) -> None:
    """A menu or a count of rounds has no status: it is part of the game, not of what is known."""
    (fault,) = files.faults(
        ("    issues:\n      size: [25, 50, 175]", "    issues:\n      assumed: {because: x, size: [25, 50, 175]}")
    )
    assert (
        str(fault)
        .split("\n")[0]
        .endswith("39:35: exchange.issues.size: expected a plain value, outside any status block: this is structure")
    )


def test_strict_lists_every_number_that_nobody_is_named_for(files) -> None:
    """Menus, counts, truce terms, grants, talks and the calendar are structure; every other bare number is listed."""
    listed = [fault.path for fault in unattributed(files.read())]
    assert listed == [
        "categories.able",
        "categories.wounded",
        "facts.aid.level",
        "facts.watchers",
        "exchange.interests.north.returned",
        "exchange.interests.north.released",
        "exchange.interests.south.returned",
        "exchange.interests.south.released",
        "exchange.interests.south.gesture_received",
        "exchange.margin",
        "pause.interests.north.truce_days",
        "pause.interests.south.truce_days",
        "pause.preconditions.south.watched.fades",
        "pause.preconditions.south.kept.cost",
        "acts.feast.mirrored_by.south",
        "events.call.sets.watchers",
        "events.leak.chance",
        "events.leak.adds.trust.north.south",
    ]


def test_strict_points_at_the_number(files) -> None:
    """A bare number is shown where it stands."""
    first = unattributed(files.read())[0]
    assert (first.line, first.column, first.message) == (
        20,
        20,
        "1 has no status: who says so, or why is it assumed?",
    )
