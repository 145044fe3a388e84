"""A hand-made run of two parties on three tracks: small enough to check by eye, with something of everything."""

import datetime
import itertools
from collections.abc import Callable

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.engine import log
from sim.engine.record import NEVER, DealRecord, PartyRecord, RunRecord, TalksRecord, TrackRecord
from sim.show.labels import Labels

HORIZON = 90
MONITORED = log.Condition("monitored", "russia", "accepts", "proposal.monitoring >= 0.6", {"proposal.monitoring": 0.3})
CAPPED = log.Condition("no_rearming", "russia", "accepts", "proposal.rearm_cap >= 0.8", {"proposal.rearm_cap": 0.5})
AIDED = log.Condition("aid_stopped", "russia", "enters", "aid_to_ukraine <= 0.05", {"aid_to_ukraine": 1.0})
UNLOCKS = (("russia.monitored", "russia.no_rearming"),)


@pytest.fixture(scope="session")
def start() -> datetime.date:
    """Day 0."""
    return datetime.date(2025, 3, 18)


@pytest.fixture(scope="session")
def labels() -> Labels:
    """Words for the hand-made run."""
    return Labels(
        parties={"russia": "Russia", "ukraine": "Ukraine"},
        mediators={"uae": "United Arab Emirates", "usa": "United States"},
        tracks={"exchange": "Prisoner exchange", "energy_pause": "Energy-strike pause", "ceasefire": "Ceasefire"},
        facts={"aid_to_ukraine": "aid to Ukraine"},
        events={"leaders_call": "Call between two presidents"},
        preconditions={"ceasefire.russia.monitored": "monitored truce"},
    )


def exchange_deal(number: int, day: int, size: int, gesture: tuple[int, int] = (0, 0)) -> list[log.Entry]:
    """One exchange from offer to completion, two days long."""
    package = {"size": str(size), "gesture": str(gesture[0])}
    told: list[log.Entry] = [
        log.TalksOpened(day, "exchange", number=number, by="uae", proposer="russia", ripeness=0.5),
        log.Offered(day, "exchange", round=1, party="russia", package={"size": "50", "gesture": "0"}, packages=1,
                    demanded=0.6),
        log.Refused(day, "exchange", round=1, party="ukraine", proposer="russia", package={"size": "50"}, worth=0.1,
                    demanded=0.5, conditions=()),
        log.Offered(day, "exchange", round=2, party="ukraine", package=package, packages=3, demanded=0.4),
        log.Agreed(day, "exchange", number=number, package=package, worths={"russia": 0.3, "ukraine": 0.4}, via="offer",
                   begins=day + 1, inducements={}),
        log.DealBegan(day + 1, "exchange", number=number, truce_days=0, scope=0.0, grants={}),
    ]  # fmt: skip
    for giver, receiver in (("russia", "ukraine"), ("ukraine", "russia")):
        told.append(
            log.Delivered(day + 1, "exchange", step="swap", tranche=0, giver=giver, receiver=receiver, what="able",
                          due=float(size), delivered=float(size), gesture=False, left=1000.0)
        )  # fmt: skip
    if gesture[0]:
        told.append(
            log.Delivered(day + 1, "exchange", step="wounded", tranche=0, giver="russia", receiver="ukraine",
                          what="wounded", due=float(gesture[0]), delivered=float(gesture[1]), gesture=True, left=80.0)
        )  # fmt: skip
    told.append(log.DealEnded(day + 1, "exchange", number=number, ending="completed", party="", days_in_force=1))
    return told


def pause() -> list[log.Entry]:
    """A truce opened by an event, with two ledgers, broken on its fifteenth day."""
    told: list[log.Entry] = [
        log.EventOccurred(3, "", event="leaders_call", label="Call between two presidents", scheduled=True, effects={},
                          opens=("energy_pause",), claim="seed.announced"),
        log.TalksOpened(3, "energy_pause", number=1, by="leaders_call", proposer="ukraine", ripeness=0.7),
        log.Offered(3, "energy_pause", round=1, party="ukraine", package={"days": "30"}, packages=2, demanded=0.5),
        log.Bridged(3, "energy_pause", round=2, mediator="usa", package={"days": "30", "monitoring": "0"},
                    refused_by=(), inducements={"ukraine": 0.05}),
        log.Agreed(3, "energy_pause", number=1, package={"days": "30", "monitoring": "0"},
                   worths={"russia": 0.2, "ukraine": 0.1}, via="usa", begins=7, inducements={"ukraine": 0.05}),
        log.DealBegan(7, "energy_pause", number=1, truce_days=30, scope=0.2, grants={}),
    ]  # fmt: skip
    for day in range(7, 22):
        told.append(log.Violated(day, "energy_pause", party="russia", count=1, incident=""))
        told.append(log.Alleged(day, "energy_pause", by="ukraine", against="russia", count=1 + day % 3))
        if day % 2:
            told.append(log.Alleged(day, "energy_pause", by="russia", against="ukraine", count=2))
    told.append(log.Left(21, "energy_pause", party="russia", age=14, conditions=()))
    told.append(log.DealEnded(21, "energy_pause", number=1, ending="broken", party="russia", days_in_force=15))
    return told


def ceasefire() -> list[log.Entry]:
    """Talks that stay blocked by two preconditions for six days."""
    told: list[log.Entry] = [log.GateHeld(0, "ceasefire", conditions=(AIDED,))]
    told.append(log.GateHeld(25, "ceasefire", conditions=()))
    told.append(log.TalksOpened(30, "ceasefire", number=1, by="usa", proposer="russia", ripeness=0.4))
    for day in range(30, 36):
        package = {"days": "30", "monitoring": "0.3", "rearm_cap": "0.5"}
        for turn in (1, 2):
            told.append(
                log.Offered(day, "ceasefire", round=2 * (day - 30) + turn, party=("russia", "ukraine")[turn - 1],
                            package={"days": ("30", "60")[turn - 1]}, packages=2, demanded=0.5)
            )  # fmt: skip
        told.append(
            log.Refused(day, "ceasefire", round=2 * (day - 30) + 2, party="russia", proposer="ukraine", package=package,
                        worth=0.4, demanded=0.3, conditions=(MONITORED,))
        )  # fmt: skip
        told.append(
            log.DayBlocked(day, "ceasefire", zone=4, nearest=package, conditions=(MONITORED, CAPPED), unlocks=UNLOCKS)
        )
    told.append(log.TalksEnded(35, "ceasefire", number=1, ending="blocked", party="", unlocks=UNLOCKS))
    return told


@pytest.fixture(scope="session")
def entries() -> list[log.Entry]:
    """The log of the hand-made run, in order of days."""
    told = [
        *exchange_deal(1, 0, 175, (23, 22)),
        *exchange_deal(2, 20, 100),
        *exchange_deal(3, 41, 150),
        *pause(),
        *ceasefire(),
        log.ActDeclared(32, "", act="easter", label="Easter truce", party="russia", mirrors=False, days=2, scope=1.0,
                        claim=""),
        log.ActDeclared(32, "", act="easter", label="Easter truce", party="ukraine", mirrors=True, days=2, scope=1.0,
                        claim=""),
        log.ActEnded(34, "", act="easter", label="Easter truce"),
    ]  # fmt: skip
    return sorted(told, key=lambda entry: entry.day)


def deal(track: str, number: int, agreed: int, began: int, ended: int, ending: str, **counts: int) -> DealRecord:
    """A deal's record; `counts` are persons agreed and delivered by each side, and gestures."""
    size, promised, given = counts.get("size", 0), counts.get("promised", 0), counts.get("given", 0)
    swap = {"swap.russia.able": float(size), "swap.ukraine.able": float(size)} if size else {}
    gesture = "wounded.russia.wounded"
    return DealRecord(
        track=track,
        number=number,
        agreed_on=agreed,
        began_on=began,
        ended_on=ended,
        ending=ending,
        package={},
        via="offer",
        renewals=0,
        days_in_force=ended - began + 1,
        agreed=swap | ({gesture: float(promised)} if promised else {}),
        delivered=swap | ({gesture: float(given)} if promised else {}),
        violations={"russia": counts.get("committed", 0)},
        alleged={"ukraine": counts.get("alleged", 0), "russia": 0},
        gestures=(gesture,) if promised else (),
        uncounted=(gesture,) if promised else (),
    )


def space_talks() -> TalksRecord:
    """Talks over nine packages whose worths can be checked by hand."""
    return TalksRecord(
        track="ceasefire",
        number=1,
        opened_on=30,
        ended_on=35,
        ending="blocked",
        rounds=12,
        offers=((0, "russia", 0), (1, "ukraine", 8), (2, "russia", 1), (3, "ukraine", 6), (4, "russia", 2)),
        outcome=NEVER,
        parties=("russia", "ukraine"),
        worths=(
            (0.9, 0.8, 0.7, 0.55, 0.4, 0.25, 0.1, 0.3, -0.2),
            (-0.3, 0.1, 0.3, 0.5, 0.62, 0.7, 0.8, 0.2, 0.9),
        ),
        reservations=(0.2, 0.15),
        feasible=(True, True, True, True, True, True, True, True, False),
        passes=(True, True, False, False, False, True, False, False, False),
    )


def track_record(track: str, ending: str, first: tuple[int, int], talks: int, deals: int) -> TrackRecord:
    """A track's record with the parts that no picture reads left empty."""
    blocked = track == "ceasefire"
    return TrackRecord(
        track=track,
        ending=ending,
        first_opened=first[0],
        first_agreed=first[1],
        talks=talks,
        talks_endings={},
        deals=deals,
        deal_endings={},
        days_in_talks=6 if blocked else talks,
        days_in_force=15 if track == "energy_pause" else deals,
        days_blocked=6 if blocked else 0,
        held_by={"russia.aid_stopped": 25} if blocked else {},
        blocking={"russia.monitored": (6, 0), "russia.no_rearming": (6, 0)} if blocked else {},
        unlocks=dict.fromkeys(UNLOCKS, 6) if blocked else {},
    )


@pytest.fixture(scope="session")
def record() -> RunRecord:
    """The record of the hand-made run."""
    return RunRecord(
        case="march-2025",
        digest="0" * 64,
        seed=1,
        replication=4,
        horizon=HORIZON,
        central=False,
        parameters={},
        tracks=(
            track_record("exchange", "completed", (0, 0), 3, 3),
            track_record("energy_pause", "broken", (3, 3), 1, 1),
            track_record("ceasefire", "blocked", (30, NEVER), 1, 0),
        ),
        deals=(
            deal("exchange", 1, 0, 1, 1, "completed", size=175, promised=23, given=22),
            deal("energy_pause", 1, 3, 7, 21, "broken", committed=15, alleged=30),
            deal("exchange", 2, 20, 21, 21, "completed", size=100),
            deal("exchange", 3, 41, 42, 42, "completed", size=150),
        ),
        talks=(
            *(
                TalksRecord("exchange", n, day, day, "agreed", 2, (), 0, ("russia", "ukraine"), ((0.1,), (0.1,)),
                            (0.0, 0.0), (True,), (True,))
                for n, day in ((1, 0), (2, 20), (3, 41))
            ),
            TalksRecord("energy_pause", 1, 3, 3, "agreed", 2, (), 0, ("russia", "ukraine"), ((0.1,), (0.1,)),
                        (0.0, 0.0), (True,), (True,)),
            space_talks(),
        ),
        parties=(
            PartyRecord("russia", 0.5, 1.3, 447, 425, {"ukraine": 0.2}, {}, 15, 0),
            PartyRecord("ukraine", 0.6, 1.0, 425, 447, {"russia": 0.1}, {}, 0, 30),
        ),
    )  # fmt: skip


@pytest.fixture(scope="session")
def talks() -> TalksRecord:
    """Talks over nine packages whose worths can be checked by hand."""
    return space_talks()


@pytest.fixture(scope="session")
def crowding() -> Callable[[Figure], list[str]]:
    """What is wrong with the texts of a figure: two that overlap, or one that leaves the figure."""
    return _crowding


def _crowding(figure: Figure) -> list[str]:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer, page, hidden = canvas.get_renderer(), figure.bbox, _hidden(figure)
    texts = [
        (text, text.get_window_extent(renderer))
        for text in figure.findobj(Text)
        if isinstance(text, Text) and text.get_visible() and text.get_text().strip() and text not in hidden
    ]
    faults = [
        f"'{text.get_text()}' leaves the figure"
        for text, box in texts
        if box.x0 < -0.5 or box.y0 < -0.5 or box.x1 > page.x1 + 0.5 or box.y1 > page.y1 + 0.5
    ]
    for (one, box), (other, second) in itertools.combinations(texts, 2):
        wide = min(box.x1, second.x1) - max(box.x0, second.x0)
        high = min(box.y1, second.y1) - max(box.y0, second.y0)
        if wide > 1 and high > 1:
            faults.append(f"'{one.get_text()}' overlaps '{other.get_text()}'")
    return faults


def _hidden(figure: Figure) -> set[Text]:
    """Labels of ticks beyond the limits of their axis, which are not drawn."""
    hidden: set[Text] = set()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            seen = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            hidden |= {label for tick in axis.majorTicks if tick not in seen for label in (tick.label1, tick.label2)}
    return hidden
