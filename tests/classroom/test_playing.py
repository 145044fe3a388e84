from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean

import pytest

from sim.classroom import playing
from sim.classroom.criteria import Plays
from sim.classroom.exercises import Exercise
from sim.classroom.handed_in import HandedIn
from sim.classroom.playing import Score, play, strategy_of
from sim.classroom.variants import Variant
from sim.strategies import shelf
from sim.strategies.module import InvalidStrategy, StrategyModule


def asked(field: str, keeps: float = 0.9) -> Plays:
    """A criterion for the seat of the east at the exchange."""
    return Plays(
        kind="strategy", ask="It", points=1, strategy="mine", track="exchange", party="east", field=[field],
        keeps=keeps, runs=30, otherwise={"worse": "W.", "wrecked": "R.", "failed": "F."},
    )  # fmt: skip


@pytest.fixture
def handed_in(
    exercise: Exercise, variant: Variant, desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> HandedIn:
    """A folder whose strategy goes by the name of one on the shelf."""
    (tmp_path / "work").mkdir()
    taken = HandedIn(desk, exercise, variant, tmp_path / "work")
    monkeypatch.setattr(taken, "strategy", lambda name: Path("linear"))
    monkeypatch.setattr(playing, "strategy_of", by_name)
    return taken


@contextmanager
def by_name(path: Path) -> Iterator[StrategyModule]:
    """A strategy of the shelf."""
    yield shelf.find(path.name)


def test_a_strategy_is_level_with_itself(handed_in: HandedIn) -> None:
    """The same strategy on the same draws gains as much and agrees as often as itself."""
    assert play(asked("linear", keeps=1.0), handed_in, 3).way == ""


def test_who_gains_less_does_not_pass(handed_in: HandedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """A strategy that gains less than one of the field, told by pairs of runs, is worse, and it is said than which."""
    scores = {"linear": Score((1.0,) * 29 + (2.5,), 30), "conceder": Score((2.0,) * 30, 30)}
    monkeypatch.setattr(playing, "score", lambda case, criterion, strategy, seed: scores[strategy.name])
    played = play(asked("conceder"), handed_in, 3)
    assert played.way == "worse"
    assert "conceder" in played.detail


def test_several_others_are_met_one_after_the_other(handed_in: HandedIn) -> None:
    """Against three others the gain of a run is the mean of what it is against each, and agreements add up."""
    others = ["linear", "conceder", "hardliner"]
    case, own = handed_in.case("start"), shelf.find("boulware")
    whole = playing.score(case, asked("linear").model_copy(update={"against": others}), own, 3)
    each = [playing.score(case, asked("linear").model_copy(update={"against": [other]}), own, 3) for other in others]
    assert whole.agreed == each[0].agreed + each[1].agreed + each[2].agreed
    assert whole.surplus == pytest.approx(
        [fmean(gains) for gains in zip(*(one.surplus for one in each), strict=True)], abs=1e-12
    )


@pytest.mark.parametrize(("agreed", "way"), [(27, ""), (26, "wrecked")])
def test_who_wrecks_the_peace_does_not_pass(
    handed_in: HandedIn, monkeypatch: pytest.MonkeyPatch, agreed: int, way: str
) -> None:
    """However much it gains, it has to keep nine in ten of the agreements that the field comes to: 27 of 30."""
    scores = {"linear": Score((2.0,) * agreed + (0.0,) * (30 - agreed), agreed), "conceder": Score((1.0,) * 30, 30)}
    monkeypatch.setattr(playing, "score", lambda case, criterion, strategy, seed: scores[strategy.name])
    assert play(asked("conceder"), handed_in, 3).way == way


def test_a_strategy_of_a_student_is_never_run_here(tmp_path: Path) -> None:
    """A file that was handed in is not imported in this process: what it would do on import does not happen."""
    file = tmp_path / "mine.py"
    file.write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", encoding="utf-8")
    with pytest.raises(InvalidStrategy), strategy_of(file):
        pass
    assert not (tmp_path / "ran").exists()
