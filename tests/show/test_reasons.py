"""The narration says why: an impasse, talks that did not open, packages that nobody can deliver any more."""

import datetime
from collections.abc import Sequence
from dataclasses import replace

import pytest
from rich.console import Console

from sim.engine import log
from sim.engine.record import TalksRecord
from sim.show.labels import Labels
from sim.show.narrate import narrate
from sim.show.reasons import impasse_text
from sim.show.sentences import Kind
from sim.show.tables import of_batch
from sim.study.summary import summarise

HELD = log.Condition("aid_stopped", "russia", "enters", "aid_to_ukraine <= 0.05", {"aid_to_ukraine": 1.0})


def summit(day: int) -> log.EventOccurred:
    """An event that calls the parties to talks on a ceasefire."""
    return log.EventOccurred(day, "", "summit", "Summit", True, {}, ("ceasefire",), "")


OPENED = log.TalksOpened(1, "ceasefire", 1, "direct", "russia", 0.5)
AGREED = log.Agreed(2, "ceasefire", 1, {}, {}, "offer", 3, {})
BEGAN = log.DealBegan(3, "ceasefire", 1, 30, 1.0, {})


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ([log.GateHeld(0, "ceasefire", (HELD,))], ' (held by Russia\'s "aid stopped")'),
        ([OPENED], " (talks go on there already)"),
        ([OPENED, AGREED], " (a deal is agreed there already)"),
        ([OPENED, AGREED, BEGAN], " (a deal is in force there)"),
        ([log.GateHeld(0, "ceasefire", (HELD,)), log.GateHeld(1, "ceasefire", ())], ""),
    ],
)
def test_an_event_whose_talks_do_not_open_says_so(
    before: Sequence[log.Entry], why: str, start: datetime.date, labels: Labels
) -> None:
    """What holds the track, or what goes on there already, stands with the event; else nothing does."""
    (event,) = [line for line in narrate([*before, summit(5)], start, labels) if line.kind is Kind.EVENT]
    assert event.text == (
        f"Event: Summit. It calls the parties to talks: Ceasefire. Ceasefire does not open that day{why}."
    )


def test_an_event_is_held_by_what_is_found_on_its_day(start: datetime.date, labels: Labels) -> None:
    """A precondition that is first asked after the event, on the same day, is the reason too."""
    (event,) = [
        line
        for line in narrate([summit(5), log.GateHeld(5, "ceasefire", (HELD,))], start, labels)
        if line.kind is Kind.EVENT
    ]
    assert event.text.endswith('(held by Russia\'s "aid stopped").')


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"feasible": (False,) * 9}, "nothing on the table could be handed over any more."),
        ({"reservations": (0.95, 0.15)},
         "no package reaches Russia's reservation (0.95; the best is worth 0.9 to it)."),
        ({"reservations": (0.95, 0.85)},
         "no package reaches Russia's reservation (0.95; the best is worth 0.9 to it) nor Ukraine's reservation (0.85;"
         " the best is worth 0.8 to it)."),
        ({"reservations": (0.75, 0.55)},
         "2 packages to Russia and 3 packages to Ukraine were worth the reservation on the last day, none of them to"
         " both."),
        ({}, "1 package was worth every side's reservation and met every precondition, but the sides demanded more to"
         " the last round."),
    ],
)  # fmt: skip
def test_an_impasse_names_whose_reservation_no_package_reached(
    changes: dict[str, tuple[float, ...]], text: str, talks: TalksRecord, labels: Labels
) -> None:
    """Of the nine packages of the hand-made talks, eight feasible: counted by hand against each reservation."""
    assert impasse_text(replace(talks, **changes), labels) == text  # type: ignore[arg-type]


def test_the_narration_gives_the_reason_of_its_own_talks(
    talks: TalksRecord, start: datetime.date, labels: Labels
) -> None:
    """The record with the number of the talks is looked at."""
    ended = log.TalksEnded(35, "ceasefire", 2, "impasse", "", ())
    other = replace(talks, reservations=(0.95, 0.15))
    (line,) = narrate([ended], start, labels, talks=[other, replace(talks, number=2, feasible=(False,) * 9)])
    assert line.text == (
        "Talks end in impasse: the rounds ran out without a package that every side took. Nothing on the table could be"
        " handed over any more."
    )


def test_packages_that_nobody_can_deliver_are_told(start: datetime.date, labels: Labels) -> None:
    """A blocked day says how many packages would pass but for what is no longer there; none says nothing."""
    days = [log.DayBlocked(day, "ceasefire", 2, {"days": "30"}, (), (), lacking) for day, lacking in ((1, 0), (2, 3))]
    first, both = (narrate(some, start, labels)[0].text for some in (days[:1], days))
    assert "no longer there" not in first
    assert both.endswith(
        "0 to 3 packages would meet every precondition, but what they would hand over is no longer there."
    )


def test_packages_that_wait_for_a_condition_are_told(start: datetime.date, labels: Labels) -> None:
    """A blocked day says how many packages would pass but for a value that is not available yet."""
    days = [log.DayBlocked(1, "ceasefire", 2, {"days": "30"}, (), (), 0, waiting) for waiting in (1, 4)]
    one, more = (narrate([day], start, labels)[0].text for day in days)
    assert one.endswith("1 package would meet every precondition, but holds a value that is not available yet.")
    assert more.endswith("4 packages would meet every precondition, but hold a value that is not available yet.")


def test_a_run_of_tranches_is_one_line(start: datetime.date, labels: Labels) -> None:
    """Ten tranches of eight, one of which fell short by two, are one line from the first day to the last."""
    handed = [
        log.Delivered(10 + k, "exchange", "swap", k, "russia", "ukraine", "able", 8.0, 6.0 if k == 4 else 8.0, False, 0)
        for k in range(10)
    ]
    (line,) = narrate(handed, start, labels)
    assert (line.day, line.until) == (10, 19)
    assert line.text == "Russia hands Ukraine 78 able (80 were due) in 10 tranches until 6 April 2025."


def test_what_is_withheld_parts_a_run(start: datetime.date, labels: Labels) -> None:
    """Two tranches, a default, and two more are no run of three: each is told on its day."""
    handed: list[log.Entry] = [
        log.Delivered(day, "exchange", "swap", k, "russia", "ukraine", "able", 8.0, 8.0, False, 0)
        for day, k in ((1, 0), (2, 1), (5, 2), (6, 3))
    ]
    handed.insert(2, log.Withheld(3, "exchange", "swap", "russia", "default", ()))
    days = [line.day for line in narrate(handed, start, labels) if line.text.endswith("8 able.")]
    assert days == [1, 2, 5, 6]


def test_a_truce_that_was_never_started_does_not_begin(start: datetime.date, labels: Labels) -> None:
    """Who did not start it is told, and not that it began."""
    told: list[log.Entry] = [
        log.DealBegan(8, "ceasefire", 1, 30, 1.0, {}),
        log.Left(8, "ceasefire", "russia", 0, ()),
        log.DealEnded(8, "ceasefire", 1, "never_started", "russia", 0),
    ]
    assert [line.text for line in narrate(told, start, labels)] == [
        "Russia never starts the truce.",
        "The deal was never started by Russia.",
    ]


def test_a_title_stands_on_one_line_over_a_narrow_table() -> None:
    """However narrow a table is, its title does not wrap."""
    rows = [{"replication": k, "t.ending": "impasse", "t.first_agreed": -1} for k in range(3)]
    console = Console(width=100)
    with console.capture() as printed:
        console.print(*of_batch(summarise(rows, 30), Labels()))
    titles = [table.title for table in of_batch(summarise(rows, 30), Labels())]
    lines = [line.strip() for line in printed.get().splitlines()]
    assert all(title in lines for title in titles)
