"""Teaching packs: who may read what, and whether the points are those of the engine."""

import re
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path

import pytest

from sim.classroom.pack.evidence import Evidence, evidence_of
from sim.classroom.pack.game import Game, NoTable, game_of
from sim.classroom.pack.plans import plans_of
from sim.classroom.pack.scoring import EXACT, scale_of
from sim.classroom.pack.writing import Asked, student_papers, text_of, write_pack
from sim.engine.model import NegotiationModel
from sim.scenario.case import NOWHERE, Case, PartyNumbers
from sim.scenario.compiling import compile_case
from sim.scenario.reading import Reading, read
from sim.scenario.skin import fictional
from sim.scenario.values import bare
from sim.terms import DISCLAIMER, Firmness

ROOT = Path(__file__).resolve().parent.parent.parent
CASES = sorted((ROOT / "scenarios" / "cases").glob("*.yaml"))
ROOTS = [file for file in CASES if not re.search(r"(?m)^extends:", file.read_text(encoding="utf-8"))]
SMALL = """\
parley: 1
title: Two valleys
start: 2025-03-18
horizon: 30
war: false
parties: {east: {label: "East <b>&\\"'</b>", doubt: 0}, west: {label: West, doubt: 0}}
mediators: {lake: {label: "<script>alert(1)</script>", style: facilitation, tracks: water}}
tracks:
  water:
    label: "Water </style><i>"
    issues: {dams: [0, 1, 2], fish: [0, 4]}
    interests: {east: {dams: 3, fish: -1}, west: {dams: -1, fish: 2}}
    scores: {dams: 2, fish: 4}
    margin: {east: 0.25, west: 0.1}
    preconditions:
      west:
        few_dams: {label: no third dam, accepts if: proposal.dams <= 1, cost: 0.2}
        secret_wish: {label: a hidden harbour, accepts if: proposal.fish >= 4}
"""


@cache
def reading_of(file: Path) -> Reading:
    """A shipped case, read once for all tests."""
    return read(file)


@cache
def case_of(file: Path) -> Case:
    """A shipped case, compiled once for all tests."""
    return compile_case(reading_of(file))


@pytest.fixture
def small(tmp_path: Path) -> Reading:
    """Two parties whose points can be worked out by hand; every label would like to be HTML."""
    file = tmp_path / "small.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return read(file)


def games() -> list[tuple[Path, str]]:
    """Every table of every shipped case that stands by itself."""
    return [(file, track.name) for file in ROOTS for track in case_of(file).tracks]


def pages(game: Game, evidence: Evidence) -> dict[str, str]:
    """Every page for students, by its file."""
    return {paper.file: text_of(paper) for paper in student_papers(game, evidence)}


def secrets_changed(case: Case, track: int, party: int) -> Case:
    """The case with other secrets of one party: what it wants and asks for, how it feels, and what it hides."""
    table = case.tracks[track]
    seat = table.parties.index(party) if party in table.parties else NOWHERE
    numbers = case.parties[party].numbers
    private = ["weariness", "fatigue", "relief", "tolerance", "urgency", "doubt", "audience", "default", "impatience"]
    private.append("fear_of_rearming")
    indices = {int(numbers[PartyNumbers._fields.index(name)]) for name in private}
    indices |= set(case.trust[party])
    if seat != NOWHERE:
        indices |= {table.margin[seat], *table.space.weights[seat], *table.space.cares[seat]}
    indices -= {NOWHERE}
    shared = {index for other, row in enumerate(case.trust) if other != party for index in row}
    for other in range(len(table.parties)):
        if other != seat:
            shared |= {table.margin[other], *table.space.weights[other], *table.space.cares[other]}
    parameters = tuple(
        replace(each, value=bare(each.value.middle * 0.37 + 0.1234)) if place in indices - shared else each
        for place, each in enumerate(case.parameters)
    )
    conditions = tuple(
        each
        if each.holder != party
        else replace(each, firmness=Firmness.HARD)
        if each.public
        else replace(each, label="zzz hidden", name="zzz", firmness=Firmness.HARD)
        for each in table.preconditions
    )
    tracks = tuple(
        replace(each, preconditions=conditions) if place == track else each for place, each in enumerate(case.tracks)
    )
    return replace(case, parameters=parameters, tracks=tracks)


def caring(game: Game, party: int) -> set[str]:
    """Parties that take another's gain for their own: their points rightly change with its."""
    seats = [place for place, seat in enumerate(game.seats) if seat.party.ordinal == party]
    return {
        game.seats[place].party.name
        for place, row in enumerate(game.track.space.cares)
        for seat in seats
        if row[seat] != NOWHERE
    }


@pytest.mark.parametrize(("file", "track"), games(), ids=lambda each: getattr(each, "stem", each))
def test_no_page_of_the_students_depends_on_what_another_side_keeps_to_itself(file, track):
    """With other weights, margins, feelings and hidden conditions of a party, only its own sheet changes."""
    case, evidence = case_of(file), evidence_of(reading_of(file))
    game = game_of(case, track)
    before = pages(game, evidence)
    for party in game.track.parties:
        own = f"role-{case.parties[party].name}.html"
        after = pages(game_of(secrets_changed(case, game.ordinal, party), track), evidence)
        assert before[own] != after[own]
        excused = {own, *(f"role-{name}.html" for name in caring(game, party))}
        assert [name for name in before if before[name] != after[name] and name not in excused] == []


@pytest.mark.parametrize(("file", "track"), games(), ids=lambda each: getattr(each, "stem", each))
def test_a_private_condition_stands_on_its_holders_sheet_alone(file, track):
    """What a condition that is not public asks for is on no other page, unless another side asks for the same."""
    case, evidence = case_of(file), evidence_of(reading_of(file))
    game = game_of(case, track)
    told = pages(game, replace(evidence, about=""))
    for condition in game.track.preconditions:
        same = [each for each in game.track.preconditions if each.label == condition.label]
        holders = {f"role-{case.parties[each.holder].name}.html" for each in same}
        where = {name for name, text in told.items() if condition.label in unescape(text)}
        assert f"role-{case.parties[condition.holder].name}.html" in where
        if not any(each.public for each in same):
            assert where <= holders


@pytest.mark.parametrize("file", ROOTS, ids=lambda file: file.stem)
def test_everybody_gets_a_sheet(file):
    """Every party of the case and every mediator of the table has a page of its own, with the standing line twice."""
    game = game_of(case_of(file))
    told = pages(game, evidence_of(reading_of(file)))
    for name in [*(party.name for party in game.case.parties), *(mediator.name for mediator in game.mediators)]:
        assert told[f"role-{name}.html"].count(DISCLAIMER) == 2


@pytest.mark.parametrize(("file", "track"), games(), ids=lambda each: getattr(each, "stem", each))
def test_points_added_up_by_hand_are_the_worth_of_the_engine(file, track):
    """For every package and seat the sum is within the rounding of the worth on the first day, scaled."""
    game = game_of(case_of(file), track)
    model = NegotiationModel(case_of(file), 0, 0, central=True, logs=False, collects=False)
    model.day = 0
    table = model.tables[game.ordinal]
    gains = [seat.rearming_gains(table.case.space) for seat in table.seats]
    for seat, scale in zip(table.seats, game.scales, strict=True):
        for outcome, worth in enumerate(seat.worths(table.case.space, seat.fears(gains))):
            priced = [
                condition
                for condition in game.conditions(seat.party.ordinal)
                if condition.firmness is Firmness.PRICED and condition.gate.name == "ACCEPTS" and condition.since <= 0
            ]
            cost = sum(
                model.drawn[each.cost] for each in priced if each.always is not None and not each.always[outcome]
            )
            exact = 100 * (worth - seat.party.numbers.audience * cost - scale.low) / (scale.high - scale.low)
            assert abs(game.score(seat.index, outcome) - exact) <= 0.5 * max(1, len(scale.blocks)) + EXACT


def test_points_of_a_small_case_are_those_worked_out_by_hand(small):
    """East: (3·dams/2 − fish/4)/4, from −.25 to .75; West: (−dams/2 + 2·fish/4)/3, less .2 for a third dam."""
    game = game_of(compile_case(small))
    east, west = game.scales
    assert (east.low, east.high) == pytest.approx((-0.25, 0.75))
    assert [dict(block.points) for block in east.blocks] == [{(0,): 0, (1,): 38, (2,): 75}, {(0,): 25, (1,): 0}]
    assert game.least(0) == 50  # .25 is half-way from -.25 to .75
    audience = game.seats[1].party.numbers.audience
    low, span = -1 / 3 - 0.2 * audience, 1 + 0.2 * audience
    assert (west.low, west.high) == pytest.approx((low, low + span))
    assert dict(west.blocks[0].points) == {
        (0,): round(100 * (1 / 3 + 0.2 * audience) / span),
        (1,): round(100 * (1 / 6 + 0.2 * audience) / span),
        (2,): 0,
    }


def test_issues_that_cannot_be_taken_apart_stand_in_one_block():
    """A product of two issues beside a third makes a block of two and a block of one."""
    choices = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)]
    scale = scale_of(choices, [a * b + 0.5 * c for a, b, c in choices])
    assert sorted(block.issues for block in scale.blocks) == [(0, 1), (2,)]
    assert scale.added((1, 1, 1)) == 100


def test_a_party_to_which_all_packages_are_alike_has_no_points():
    """Nothing is divided by 0, and every package has 0 points."""
    scale = scale_of([(0,), (1,)], [0.3, 0.3])
    assert scale.points(0.3) == 0.0
    assert [scale.added((0,)), scale.added((1,))] == [0, 0]


def test_labels_that_look_like_html_are_text(small):
    """Whatever stands in a label, no page has an element of it."""
    game = game_of(compile_case(small))
    for text in pages(game, evidence_of(small)).values():
        assert "<script" not in text
        assert "</style><i>" not in text
        assert "<b>&" not in text
    assert "East <b>&\"'</b>" in unescape(pages(game, evidence_of(small))["role-east.html"])


def test_a_table_that_there_is_none_of_is_refused(small):
    """The message names the tables that there are."""
    with pytest.raises(NoTable, match="'river' is no track: expected one of water"):
        game_of(compile_case(small), "river")


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_under_the_skin_no_page_names_the_case(file):
    """No label, title, claim, source or date of the case stands on a page for students."""
    reading, case = reading_of(file), case_of(file)
    game = game_of(fictional([case]).dress(case))
    text = unescape(" ".join(pages(game, Evidence()).values()))
    named = [case.title, file.stem, str(case.start.year), *(label for _, label in case.others)]
    named += [part.label for part in (*case.parties, *case.mediators, *case.facts, *case.events, *case.acts)]
    named += [condition.label for track in case.tracks for condition in track.preconditions]
    named += [claim.by for claim in reading.claims.values() if len(claim.by.split()) > 1]
    assert [name for name in named if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)] == []


def test_the_same_pack_twice_is_the_same_bytes(small, tmp_path):
    """Every file of two packs from the same file and command is equal, and none refers to anything outside."""
    game, evidence = game_of(compile_case(small)), evidence_of(small)
    asked = Asked("small.yaml", (), "water", 20, 1)
    for name in ("one", "two"):
        write_pack(tmp_path / name, game, evidence, asked)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert "index.html" in [str(file) for file in files]
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
        text = (tmp_path / "one" / file).read_text(encoding="utf-8")
        assert not re.search(r"(?:src|href)=\"(?!#|data:|students/|roles\.html)", text)


def test_the_key_stands_in_the_instructors_pages_alone(small, tmp_path):
    """Hidden conditions are in the instructor's page; the folder for students has them on their holder's sheet only."""
    game, evidence = game_of(compile_case(small)), evidence_of(small)
    write_pack(tmp_path / "pack", game, evidence, Asked("small.yaml", (), "water", 20, 1))
    assert "a hidden harbour" in (tmp_path / "pack" / "index.html").read_text(encoding="utf-8")
    holding = [
        file.name
        for file in (tmp_path / "pack" / "students").iterdir()
        if "a hidden harbour" in file.read_text(encoding="utf-8")
    ]
    assert holding == ["role-west.html"]


def test_a_plan_lasts_as_long_as_it_says(small):
    """The parts of a plan add up to its minutes, with few seats and with many."""
    for game in (game_of(compile_case(small)), game_of(case_of(ROOT / "scenarios" / "cases" / "ankara-2024.yaml"))):
        for plan in plans_of(game):
            assert sum(part.minutes for part in plan.parts) == plan.minutes
            assert all(part.minutes > 0 for part in plan.parts)
