"""Variants compared pair by pair: every number is what counting by hand over the rows gives."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest

from sim.scenario.faults import Place, Text
from sim.study.batch import here, run_batch
from sim.study.batch_file import Variant
from sim.study.compare import NotComparable, Side, compare, require_common, sides_of
from sim.study.manifest import manifest_of, write_batch_manifest
from sim.study.plan import Plan
from sim.study.query import query

Planner = Callable[..., Plan]
CHANGES: Mapping[str, Mapping[str, Any]] = {
    "as it stands": {},
    "the same": {},
    "talks sooner": {"tracks.truce.direct": 0.9},
    "unwatched": {"tracks.truce.preconditions.east.watched": None},
}
VARIANTS = tuple(
    Variant(name, sets, {path: Place(Text("a batch", Path())) for path in sets}) for name, sets in CHANGES.items()
)
RUNS = 40


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for the batch, which is run once."""
    return tmp_path_factory.mktemp("compared") / "batch"


@pytest.fixture
def folder(planned: Planner, kept: Path) -> Path:
    """A batch of four variants, two of which are the same."""
    if not kept.exists():
        plan = planned(replications=RUNS, chunk=RUNS, variants=VARIANTS, sets=("horizon=8",))
        run_batch(plan, kept, here(1), lambda progress: None)
        write_batch_manifest(kept, manifest_of(plan, "parley batch"))
    return kept


def rows(folder: Path, point: int) -> list[Mapping[str, Any]]:
    """The runs of a point, in order."""
    answer = query(folder, f"select * from runs where point = {point} order by replication")
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def test_differences_are_those_of_the_rows(folder: Path) -> None:
    """Pairs, levels, differences and their spread agree with a count row by row."""
    first, second = rows(folder, 0), rows(folder, 2)
    (against,) = compare([sides_of(f"{folder}#0")[0], sides_of(f"{folder}#2")[0]]).others
    found = {effect.outcome: effect for effect in against.effects}
    assert against.pairs == RUNS
    for column in ("truce.days_in_talks", "exchange.delivered", "east.weariness"):
        gaps = [other[column] - one[column] for one, other in zip(first, second, strict=True)]
        effect = found[column]
        assert (effect.first, effect.second) == pytest.approx(
            (fmean(r[column] for r in first), fmean(r[column] for r in second))
        )
        assert effect.difference.value == pytest.approx(fmean(gaps))
        assert effect.difference.high - effect.difference.value == pytest.approx(1.959964 * stdev(gaps) / RUNS**0.5)
        assert (effect.fewer, effect.more) == (sum(gap < 0 for gap in gaps), sum(gap > 0 for gap in gaps))
    agreed = [tuple(row["truce.first_agreed"] >= 0 for row in pair) for pair in zip(first, second, strict=True)]
    effect = found["truce.ever_agreed"]
    assert effect.first == fmean(one for one, _ in agreed)
    assert (effect.fewer, effect.more) == (agreed.count((True, False)), agreed.count((False, True)))


def test_a_day_is_compared_where_it_came_in_both(folder: Path) -> None:
    """The day of the first agreement is averaged over the pairs in which both agreed, and their number is told."""
    first, second = rows(folder, 0), rows(folder, 2)
    days = [tuple(row["truce.first_agreed"] for row in pair) for pair in zip(first, second, strict=True)]
    both = [other - one for one, other in days if one >= 0 and other >= 0]
    (against,) = compare([sides_of(f"{folder}#0")[0], sides_of(f"{folder}#2")[0]]).others
    effect = next(effect for effect in against.effects if effect.outcome == "truce.first_agreed")
    assert 0 < effect.n == len(both) < RUNS
    assert effect.difference.value == pytest.approx(fmean(both))


def test_flips_count_pairs_by_both_endings(folder: Path) -> None:
    """Every pair of endings has its count and the first replication that shows it."""
    pairs = list(zip(rows(folder, 0), rows(folder, 2), strict=True))
    (against,) = compare([sides_of(f"{folder}#0")[0], sides_of(f"{folder}#2")[0]]).others
    for track in ("exchange", "truce"):
        endings = [tuple(row[f"{track}.ending"] for row in pair) for pair in pairs]
        moves = {(move.before, move.after): move for move in against.moves if move.track == track}
        assert {key: move.pairs for key, move in moves.items()} == Counter(endings)
        assert all(move.replication == endings.index(key) for key, move in moves.items())
    assert any(move.flips for move in against.moves)


def test_the_same_under_another_name_differs_in_nothing(folder: Path) -> None:
    """No pair differs, no ending flips, and nothing is told."""
    result = compare([sides_of(f"{folder}#0")[0], sides_of(f"{folder}#1")[0]])
    assert result.compared == 0
    assert {effect.verdict for effect in result.others[0].effects} == {"the same in every pair"}
    assert not any(move.flips for move in result.others[0].moves)


def test_what_only_one_variant_has_is_named(folder: Path) -> None:
    """A precondition taken away has no column in the other variant: it is not a difference of 0."""
    (against,) = compare([sides_of(f"{folder}#0")[0], sides_of(f"{folder}#3")[0]]).others
    assert set(against.only_first) == {"truce.blocked.east.watched", "truce.alone.east.watched"}
    assert not {effect.outcome for effect in against.effects} & set(against.only_first)


def test_many_intervals_are_widened_to_hold_together(folder: Path) -> None:
    """Each of k differences is told jointly at 1 − 0.05/k, so its interval is wider than its own."""
    first, *others = sides_of(str(folder))
    result = compare([first, *others])
    shown = [effect for against in result.others for effect in against.effects if effect.fewer or effect.more]
    assert result.compared == len(shown)
    assert result.by_chance == pytest.approx(0.05 * len(shown))
    assert all(e.jointly.high > e.difference.high and e.jointly.low < e.difference.low for e in shown)


def test_a_replay_names_the_run(folder: Path) -> None:
    """The command has the file, the seed, the replication and every change."""
    (side,) = sides_of(f"{folder}#2")
    words = side.replay(7)
    assert words[:2] == ["parley", "run"]
    assert words[3:7] == ["--seed", "1", "--replication", "7"]
    assert words[7:] == ["--set", "horizon=8", "--set", "tracks.truce.direct=0.9"]


@pytest.mark.parametrize(
    ("change", "told"),
    [({"seed": 2}, "seed 2"), ({"central": True}, "--central True"), ({"rules": "x"}, "version of the rules x")],
)
def test_draws_that_are_not_common_are_refused(folder: Path, change: dict[str, Any], told: str) -> None:
    """Another seed, other rules, or values held at their middle share no luck."""
    first, second, *_ = sides_of(str(folder))
    other = Side(second.folder, second.point, replace(second.manifest, identity="another", **change))
    with pytest.raises(NotComparable, match=told):
        require_common([first, other])


def test_a_variant_is_not_compared_with_itself_or_with_nothing(folder: Path) -> None:
    """Two variants at least, and no variant twice."""
    first = sides_of(f"{folder}#0")[0]
    with pytest.raises(NotComparable, match="nothing to compare"):
        require_common([first])
    with pytest.raises(NotComparable, match="compared with itself"):
        require_common([first, first])
    with pytest.raises(NotComparable, match="'9' is no point of that batch: expected 0 to 3"):
        sides_of(f"{folder}#9")
