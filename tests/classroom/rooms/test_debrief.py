"""Looking back: what a room came to, and the class beside the engine alone."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from sim.classroom.rooms import Refusal, Rooms, Settings, debrief
from sim.classroom.rooms.debrief import debrief_of, engine_runs, last_talks
from sim.classroom.rooms.picture import class_ends, class_picture
from sim.engine.compiling import NotCompilable
from sim.engine.model import run
from sim.engine.record import NEVER
from sim.scenario.case import Case

Open = Callable[..., Any]
SMALL = Path(__file__).with_name("small.yaml")
LONG = {"days": "7", "monitoring": "0.5"}


def agree(game: Any) -> None:
    """Everybody at the truce stands behind a watched week."""
    while game.room.posed.track != "truce":
        game.instruct("advance")
    for seat in ("alfa", "bravo", "charlie"):
        assert game.act(seat, kind="put", track="truce", package=LONG) == ""
    game.instruct("advance")


def test_a_debrief_tells_worth_reservation_and_surplus_on_the_day_of_the_agreement(small: Case, play: Open) -> None:
    """As the engine's own log and record of the talks have them."""
    game = play(small)
    game.fill()
    agree(game)
    told = debrief_of(game.room)
    (deal,) = next(track for track in told.tracks if track.track == "truce").deals
    talks = last_talks(game.room, "truce")
    assert talks is not None
    outcome = game.room.table("truce").case.space.choices.index((1, 1))
    assert (deal.package, deal.outcome, deal.ending, deal.via) == (LONG, outcome, "open_at_horizon", "offer")
    assert [seat.worth for seat in deal.seats] == [row[outcome] for row in talks.worths]
    assert [seat.surplus for seat in deal.seats] == [
        row[outcome] - least for row, least in zip(talks.worths, talks.reservations, strict=True)
    ]
    assert [seat.played_by for seat in deal.seats] == ["Bird 1", "Bird 2", "Bird 3"]
    assert told.people == {"alfa": "Bird 1", "bravo": "Bird 2", "charlie": "Bird 3", "third": "Bird 4"}
    assert "Alfa puts days 7, monitoring 0.5." in [line.text for line in told.timeline if line.deed == "alfa"]


def test_a_deal_was_made_by_whoever_sat_there_on_its_day(small: Case, play: Open) -> None:
    """A seat that goes to the engine afterwards does not take the deal from whoever made it, nor does a drop-out."""
    game = play(small)
    game.fill()
    agree(game)
    game.instruct("reassign", seat="alfa", to="engine")
    game.instruct("reassign", seat="bravo", to="Bird 5")
    for room in (game.room, game.again()):
        (deal,) = next(track for track in debrief_of(room).tracks if track.track == "truce").deals
        assert [seat.played_by for seat in deal.seats] == ["Bird 1", "Bird 2", "Bird 3"]


def test_a_room_that_the_engine_played_is_told_as_its_record(case_of: Open, play: Open) -> None:
    """Endings, numbers of deals and captives are those of a plain run."""
    case = case_of("march-2025")
    game = play(case, seed=3)
    game.instruct("start")
    record = run(case, 3).record
    for track, plain in zip(debrief_of(game.room).tracks, record.tracks, strict=True):
        assert (track.track, track.ending, len(track.deals)) == (plain.track, plain.ending, plain.deals)
        deals = [deal for deal in record.deals if deal.track == track.track]
        assert [(deal.agreed, deal.delivered) for deal in track.deals] == [deal.persons for deal in deals]


def test_runs_of_the_engine_alone_count_first_deals(small: Case) -> None:
    """As forty runs of the Mesa engine do, one by one."""
    for found, place in zip(engine_runs(small, 7, count=40), range(2), strict=True):
        first: dict[int, int] = {}
        for number in range(40):
            record = run(small, 7, number, logs=False).record
            talks = [each for each in record.talks if each.track == found.track and each.outcome != NEVER]
            if talks:
                first[talks[0].outcome] = first.get(talks[0].outcome, 0) + 1
        assert found.track == small.tracks[place].name
        assert found.first_deals == first
        assert found.without == 40 - sum(first.values())


def test_where_nothing_compiles_the_mesa_engine_runs(small: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same first deals, from fewer runs at most."""
    compiled = engine_runs(small, 7, count=20)

    def cannot(case: Case) -> None:
        raise NotCompilable("no compiler here")

    monkeypatch.setattr(debrief, "prepare", cannot)
    assert engine_runs(small, 7, count=20) == compiled
    monkeypatch.setattr(debrief, "RUNS_BY_MESA", 5)
    assert [found.runs for found in engine_runs(small, 7, count=20)] == [5, 5]


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    """A file of rooms."""
    opened = Rooms(tmp_path / "rooms.sqlite")
    yield opened
    opened.close()


def test_the_class_is_compared_where_it_began_alike(rooms: Rooms) -> None:
    """Rooms of the same case and seed are shown together, another seed is left out; one agreed, one did not."""
    keys = [rooms.open(SMALL, Settings.read({"seed": seed})) for seed in (1, 1, 2)]
    for number, key in enumerate(keys):
        tokens = {name: rooms.join(key.code, name.upper(), name) for name in ("alfa", "bravo", "charlie")}
        rooms.act(key.instructor, {"kind": "start"}, "start")
        for step in range(12):
            question = rooms.view(key.instructor)["question"]
            if question["track"] == "truce" and number == 0:
                for token in tokens.values():
                    rooms.act(token, {"kind": "put", "track": "truce", "package": LONG}, f"p{step}")
            rooms.act(key.instructor, {"kind": "advance"}, f"a{step}")
    with pytest.raises(Refusal, match="the debrief opens when"):
        class_ends(rooms, tokens["alfa"], "truce")
    found = class_ends(rooms, keys[0].instructor, "truce")
    assert [(end.room, end.outcome != NEVER) for end in found] == [("1", True), ("2", False)]
    drawing = class_picture(rooms, keys[0].instructor, "truce", runs=30)
    FigureCanvasAgg(drawing.figure).draw()
    assert "1 of 2 rooms agreed" in drawing.alt
    assert "Of 30 runs of the engine alone" in drawing.alt
    agreed = [row for row in drawing.data if row["rooms"] == "1"]
    assert [(row["days"], row["monitoring"]) for row in agreed] == [("7", "0.5")]
    assert sum(row["engine_runs"] for row in drawing.data) <= 30


def test_the_debrief_opens_to_all_when_the_room_is_closed(rooms: Rooms) -> None:
    """To the instructor at any time."""
    keys = rooms.open(SMALL, Settings())
    token = rooms.join(keys.code, "Owl", "alfa")
    with pytest.raises(Refusal, match="the debrief opens when"):
        rooms.debrief(token)
    assert rooms.debrief(keys.instructor)["people"] == {"alfa": "Owl"}
    rooms.act(keys.instructor, {"kind": "close"}, "close")
    assert rooms.debrief(token) == rooms.debrief(keys.instructor)
