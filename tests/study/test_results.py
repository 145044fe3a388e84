"""Results on disk: complete or absent, and read back as they were written."""

import datetime
from pathlib import Path

import pandas as pd
import pytest

from sim.engine import log
from sim.engine.record import NEVER, DealRecord, PartyRecord, Run, RunRecord, TalksRecord, TrackRecord
from sim.study import results


def track() -> TrackRecord:
    """A track that was blocked."""
    return TrackRecord(
        track="truce", ending="blocked", first_opened=2, first_agreed=NEVER, talks=1, talks_endings={"blocked": 1},
        deals=0, deal_endings={}, days_in_talks=4, days_in_force=0, days_blocked=3, held_by={"west.first": 2},
        blocking={"east.watched": (3, 1)}, unlocks={("east.watched",): 1, ("east.watched", "west.paid"): 2},
    )  # fmt: skip


def record(replication: int = 0) -> RunRecord:
    """A run with one of everything."""
    talks = TalksRecord(
        track="truce", number=1, opened_on=2, ended_on=5, ending="blocked", rounds=2, offers=((0, "east", 1),),
        outcome=NEVER, parties=("east", "west"), worths=((0.1, 0.25), (1 / 3, -0.5)), reservations=(0.0, 0.05),
        feasible=(True, False), passes=(False, True),
    )  # fmt: skip
    deal = DealRecord(
        track="truce", number=1, agreed_on=6, began_on=7, ended_on=NEVER, ending="open_at_horizon",
        package={"days": "10"}, via="offer", renewals=0, days_in_force=3, agreed={"swap.east.able": 5.0},
        delivered={"swap.east.able": 4.0}, violations={"east": 1, "west": 0}, alleged={"east": 0, "west": 2},
    )  # fmt: skip
    party = PartyRecord(
        party="east", weariness=0.1 + 0.2, strength=1.0, released=4, returned=0, trust={"west": 0.2},
        holds={"able": 60.0}, violations=1, alleged=0,
    )  # fmt: skip
    return RunRecord(
        case="small", digest="d" * 64, seed=1, replication=replication, horizon=10, central=False,
        parameters={"parties.east.weariness": 0.31}, tracks=(track(),), deals=(deal,), talks=(talks,), parties=(party,),
    )  # fmt: skip


def manifest() -> results.Manifest:
    """How that run was made."""
    question = results.Question(scenario="a small.yaml", sets=("horizon=10",), seed=1, replication=0, central=False)
    return results.Manifest(
        question=question, name="small", title="Two valleys", digest="d" * 64, start=datetime.date(2030, 1, 1),
        horizon=10, labels={"tracks": {"truce": "Truce"}}, command=question.command, versions={"python": "3.11"},
    )  # fmt: skip


def entries() -> tuple[log.Entry, ...]:
    """An entry with everything that can be nested: mappings, tuples of tuples, conditions; and an odd line break."""
    condition = log.Condition("watched", "east", "accepts", "proposal.monitoring >= 0.5", {"proposal.monitoring": 0.0})
    return (
        log.DayBlocked(3, "truce", 2, {"days": "10"}, (condition,), (("east.watched",), ("east.watched", "west.paid"))),
        log.EventOccurred(4, "", "fair", "a\u2028fair", True, {"trust.east.west": 0.3}, ("truce",), ""),
    )


def test_a_record_read_back_equals_the_record_written() -> None:
    """Plain data for JSON loses nothing, sets of preconditions that unlock included."""
    assert results.record_from_dict(results.record_as_dict(record())) == record()


def test_a_run_read_back_equals_the_run_written(tmp_path: Path) -> None:
    """Record, log and daily table survive the disk exactly, every float to its last bit."""
    days = pd.DataFrame({"day": [0, 1], "east.weariness": [0.1 + 0.2, 1 / 3], "truce.phase": ["dormant", "talks"]})
    packages = {"truce": ({"days": "10"}, {"days": "20"})}
    results.write_run(tmp_path, Run(record(), entries(), days), manifest(), packages)
    found = results.read_run(tmp_path)
    assert found.record == record()
    assert found.log == entries()
    pd.testing.assert_frame_equal(found.days, days, check_exact=True)
    assert results.read_packages(tmp_path) == packages


def test_a_manifest_read_back_equals_the_manifest_written(tmp_path: Path) -> None:
    """The manifest survives the disk exactly."""
    results.write_manifest(tmp_path, manifest())
    assert results.read_manifest(tmp_path) == manifest()


def test_the_command_of_a_question_is_quoted_for_the_shell() -> None:
    """A file name with a space can be pasted as it stands."""
    assert manifest().command == "parley run 'a small.yaml' --seed 1 --replication 0 --set horizon=10"


def fill(folder: Path, text: str) -> None:
    """Keep a small result."""
    with results.staged(folder) as fresh:
        (fresh / "text").write_text(text, encoding="utf-8")
        results.write_manifest(fresh, manifest())


def test_a_staged_folder_appears_whole_when_the_block_ends(tmp_path: Path) -> None:
    """Before the end nothing stands in its place; after it everything does, and nothing else is left."""
    folder = tmp_path / "results" / "one"
    with results.staged(folder) as fresh:
        (fresh / "text").write_text("a", encoding="utf-8")
        assert not folder.exists()
    assert (folder / "text").read_text(encoding="utf-8") == "a"
    assert [path.name for path in folder.parent.iterdir()] == ["one"]


def test_an_earlier_result_is_replaced_only_on_success(tmp_path: Path) -> None:
    """A failure leaves the earlier result untouched; a success replaces all of it."""
    folder = tmp_path / "one"
    fill(folder, "first")

    def fail() -> None:
        with results.staged(folder) as fresh:
            (fresh / "text").write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (folder / "text").read_text(encoding="utf-8") == "first"
    fill(folder, "second")
    assert (folder / "text").read_text(encoding="utf-8") == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_what_is_no_result_is_never_replaced(tmp_path: Path) -> None:
    """A folder without a manifest is somebody's own: it stays, and nothing is computed in vain before the refusal."""
    (tmp_path / "one").mkdir()
    with pytest.raises(results.NotAResult, match="is in the way"), results.staged(tmp_path / "one"):
        pytest.fail("the block must not begin")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "it has no manifest.json"),
        ("{", "is damaged"),
        ('{"format": 4}', "layout 4; this version reads 3"),
        ('{"format": 3}', "is damaged"),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_no_result(tmp_path: Path, content: str | None, complaint: str) -> None:
    """Missing, broken, newer and incomplete manifests are told apart."""
    if content is not None:
        (tmp_path / results.MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(results.NotAResult, match=complaint):
        results.read_manifest(tmp_path)


@pytest.mark.parametrize("lost", ["record.json", "events.jsonl", "days.csv"])
def test_a_run_that_lacks_a_file_is_no_result(tmp_path: Path, lost: str) -> None:
    """A folder with a manifest but without all of its files is refused, not half read."""
    results.write_run(tmp_path, Run(record(), entries(), pd.DataFrame({"day": [0]})), manifest(), {})
    (tmp_path / lost).unlink()
    with pytest.raises(results.NotAResult, match="not a complete run"):
        results.read_run(tmp_path)
