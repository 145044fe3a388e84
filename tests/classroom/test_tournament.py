"""Tournaments: everybody against everybody else, the same for all, and what a faulty strategy costs: itself."""

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.classroom import matches, tournament, tournament_pages
from sim.classroom.confinement import Confined, Limits
from sim.classroom.matches import Entrant, Game, Match, Outcome
from sim.classroom.seating import play
from sim.cli import app
from sim.engine.record import NEVER, TalksRecord
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.strategies import shelf

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios" / "exercises" / "tournament").glob("*.yaml"))
HALFWAY = "def demand(situation, parameters):\n    return (situation.reservation + situation.top) / 2.0\n"
CRASHES = "def demand(situation, parameters):\n    return 1.0 / (situation.time - 0.4 if situation.top > 0 else 1.0)\n"
QUICK = Limits(answer_seconds=1.0)
Write = Callable[..., Path]


@pytest.fixture(scope="module")
def games() -> list[Game]:
    """The shipped scenarios of tournaments."""
    return [matches.game_of(compile_case(read(file))) for file in SHIPPED]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A folder of strategies, by name and text."""

    def write(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.py").write_text(text)
        return tmp_path

    return write


def of_shelf(*names: str) -> list[Entrant]:
    """Entrants of the shelf."""
    return [Entrant(name) for name in names]


def talks(outcome: int) -> TalksRecord:
    """Talks of a and b over three packages, of which the last cannot be delivered."""
    return TalksRecord(
        track="t", number=1, opened_on=0, ended_on=1, ending="agreed", rounds=3, offers=(), outcome=outcome,
        parties=("a", "b"), worths=((0.2, 0.8, 2.0), (0.6, -0.3, 2.0)), reservations=(0.0, 0.0),
        feasible=(True, True, False), passes=(True, True, True),
    )  # fmt: skip


def test_a_share_is_of_the_best_feasible_worth() -> None:
    """0.2 of at most 0.8 is a quarter; what cannot be delivered does not count; a loss counts as one; no deal is 0."""
    assert matches.share_of_best(talks(0), "a") == 0.2 / 0.8
    assert matches.share_of_best(talks(0), "b") == 1.0
    assert matches.share_of_best(talks(1), "b") == -0.3 / 0.6
    assert matches.share_of_best(talks(NEVER), "a") == 0.0


def match(first: str, second: str, outcomes: Sequence[tuple[float, float, float]]) -> Match:
    """A match with own shares and the share of deals that lived, by replication."""
    return Match("s", first, second, tuple(Outcome(1, (a, b), 1.0, kept) for a, b, kept in outcomes))


def test_standings_by_hand() -> None:
    """Score is half of own and half of kept; ranks are shared by whom the same draws do not tell apart."""
    played = [
        match("a", "b", [(0.9, 0.1, 1.0), (0.8, 0.2, 1.0), (0.9, 0.1, 1.0)]),
        match("b", "a", [(0.1, 0.9, 0.0), (0.1, 0.8, 0.0), (0.1, 0.9, 0.0)]),
    ]
    a, b = tournament.standings(["b", "a"], played, 3)
    assert (a.name, a.rank, b.name, b.rank) == ("a", 1, "b", 2)
    assert a.score.value == pytest.approx((2 * (0.9 + 0.8 + 0.9) / 6 + 0.5) / 2)
    assert (a.own, a.theirs) == (pytest.approx(5.2 / 6), pytest.approx(0.7 / 6))
    assert (a.kept, a.agreed, a.matches) == (0.5, 1.0, 2)
    assert a.joint == b.joint == pytest.approx((5.2 + 0.7) / 12)
    alike = [match("a", "b", [(0.5, 0.4, 1.0), (0.4, 0.5, 1.0)])]
    assert [standing.rank for standing in tournament.standings(["a", "b"], alike, 2)] == [1, 1]


def test_one_replication_tells_nobody_apart() -> None:
    """Without an interval everybody shares the first rank."""
    played = [match("a", "b", [(0.9, 0.1, 1.0)])]
    found = tournament.standings(["a", "b"], played, 1)
    assert [standing.rank for standing in found] == [1, 1]
    assert math.isnan(found[0].score.low)


def test_everybody_meets_everybody_on_both_sides() -> None:
    """Four strategies in two scenarios play twice six pairs in each."""
    pairs = list(matches.pairings(2, of_shelf("boulware", "conceder", "linear", "micro")))
    assert len(pairs) == len(set(pairs)) == 24


def test_a_strategy_meets_itself_mirrored(games: list[Game]) -> None:
    """In the shipped scenarios the sides are alike: the same strategy on both gets about the same on either."""
    for game in games:
        pairing = matches.Pairing(0, *of_shelf("linear", "linear"))
        outcomes = matches.play_match(pairing, [game], 1, 60, QUICK).outcomes
        gap = [outcome.own[0] - outcome.own[1] for outcome in outcomes]
        mean = math.fsum(gap) / 60
        deviation = math.sqrt(math.fsum((each - mean) * (each - mean) for each in gap) / 59)
        assert abs(mean) <= 3.3 * deviation / math.sqrt(60)


def test_a_file_plays_as_the_shelf_does(games: list[Game], tmp_path: Path) -> None:
    """A copy of a strategy of the shelf, asked in its own process, has the same record to the last bit."""
    file = tmp_path / "mine.py"
    file.write_bytes(shelf.find("micro").path.read_bytes())
    for game in games:
        with Confined(file) as confined:
            seats = {game.sides[0]: confined.strategy, game.sides[1]: shelf.find("linear")}
            ours = {game.sides[0]: shelf.find("micro"), game.sides[1]: shelf.find("linear")}
            for replication in range(3):
                assert play(game.case, 1, replication, seats) == play(game.case, 1, replication, ours)


def test_strategy_matters_in_every_shipped_scenario(games: list[Game]) -> None:
    """Who gives way at once gets less than who gives way evenly, from the same opponent on the same draws."""
    for game in games:
        gains = []
        for name in ("linear", "conceder"):
            pairing = matches.Pairing(0, *of_shelf(name, "boulware"))
            outcomes = matches.play_match(pairing, [game], 1, 30, QUICK).outcomes
            gains.append(math.fsum(outcome.own[0] for outcome in outcomes))
        assert gains[0] != gains[1]


def test_a_faulty_strategy_is_out_with_its_reason_and_the_rest_goes_on(games: list[Game], write: Write) -> None:
    """Whoever fails before or in a match is named with file, line and place; the others stand as if it had not come."""
    folder = write(halfway=HALFWAY, crashes=CRASHES, spy="import os\n", loops="while True: pass\n")
    held = tournament.hold(games[:2], tournament.entrants(folder, ["linear", "boulware"]), replications=2, limits=QUICK)
    assert set(held.disqualified) == {"crashes.py", "spy.py", "loops.py"}
    assert held.disqualified["crashes.py"].startswith("crashes.py:2: the strategy 'crashes' raised ZeroDivisionError")
    assert "round" in held.disqualified["crashes.py"]
    assert "did not answer within 1 seconds" in held.disqualified["loops.py"]
    (folder / "crashes.py").unlink()
    (folder / "spy.py").unlink()
    (folder / "loops.py").unlink()
    without = tournament.hold(
        games[:2], tournament.entrants(folder, ["linear", "boulware"]), replications=2, limits=QUICK
    )
    assert held.standings == without.standings
    assert held.matches == without.matches


@pytest.mark.slow
def test_the_same_standings_with_any_number_of_jobs(games: list[Game], write: Write) -> None:
    """One process or three play the same tournament, to the byte, a strategy that keeps a count included."""
    counts = "n = 0\ndef demand(situation, parameters):\n    global n\n    n += situation.top == 0.123\n"
    counts += "    return situation.top\n"
    folder = write(halfway=HALFWAY, counts=counts)
    field = tournament.entrants(folder, ["tit_for_tat"])
    pages = []
    for jobs in (1, 3):
        held = tournament.hold(games, field, replications=3, jobs=jobs)
        pages.append((tournament_pages.text(held), held))
    assert pages[0] == pages[1]


def test_too_few_and_unknown_are_refused(write: Write) -> None:
    """One alone plays nobody, a folder without strategies is none, and a name is spelled."""
    with pytest.raises(tournament.NoTournament, match="1 strategies take part: expected 2"):
        tournament.entrants(write(halfway=HALFWAY), [])
    with pytest.raises(shelf.InvalidStrategy, match="did you mean 'boulware'"):
        tournament.entrants(None, ["boulwar"])
    folder = write()
    (folder / "halfway.py").unlink()
    with pytest.raises(tournament.NoTournament, match="holds no strategy"):
        tournament.entrants(folder, ["linear"])


def test_a_table_cannot_make_a_spreadsheet_reckon() -> None:
    """A file whose name begins as a formula is written as text."""
    held = tournament.Tournament(("s",), 1, 1, (), (), {"=1+1.py": "=cmd"})
    assert "'=1+1.py" in tournament_pages.standings_table(held)
    assert ",'=cmd" in tournament_pages.standings_table(held)


def test_the_command_writes_tables_pictures_and_a_page(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """`parley teach tournament` twice leaves the same tables, and says who is first and who is out."""
    folder = write(halfway=HALFWAY, spy="import os\n")
    monkeypatch.chdir(folder)
    words = ["teach", "tournament", ".", "--with", "linear", "--scenario", str(SHIPPED[1]), "-n", "2", "--jobs", "1"]
    kept = []
    for out in ("one", "two"):
        result = CliRunner().invoke(app, [*words, "--out", out], catch_exceptions=False)
        assert result.exit_code == 0, result.stderr
        kept.append({file.name: file.read_bytes() for file in Path(out).iterdir()})
    assert kept[0] == kept[1]
    assert {"standings.csv", "matches.csv", "standings.txt", "figure-payoffs.png", "figure-standings.svg"} <= set(
        kept[0]
    )
    assert "Disqualified:\n  spy.py:1:" in result.stdout
    rows = list(csv.DictReader(kept[0]["standings.csv"].decode().splitlines()))
    assert [row["strategy"] for row in rows][-1] == "spy.py"
    assert sum(1 for _ in csv.DictReader(kept[0]["matches.csv"].decode().splitlines())) == 2


def test_the_command_refuses_in_one_line(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is none, a name that is none, a scenario that is none: no traceback, and nothing is written."""
    folder = write(halfway=HALFWAY)
    monkeypatch.chdir(folder)
    for words, status in ((["nowhere"], 2), ([".", "--with", "lineer"], 3), ([".", "--scenario", "halfway.py"], 3)):
        result = CliRunner().invoke(app, ["teach", "tournament", *words], catch_exceptions=False)
        assert result.exit_code == status
        assert result.stderr
        assert "Traceback" not in result.stderr
    assert sorted(each.name for each in folder.iterdir()) == ["halfway.py"]
