"""The same question gets the same answer: whatever the hash seed, alone or in a batch."""

import json
from collections.abc import Callable
from pathlib import Path

from sim.study.query import query


def test_a_run_does_not_depend_on_the_hash_seed(process: Callable, desk: Path) -> None:
    """Two processes with different PYTHONHASHSEED print the same story, in plain text, and keep the same record."""
    stories, records = [], []
    for seed in ("0", "4242"):
        stories.append(process("run", "small.yaml", PYTHONHASHSEED=seed))
        (folder,) = (desk / "results").iterdir()
        records.append((folder / "record.json").read_bytes())
    assert stories[0].status == 0
    assert "\x1b" not in stories[0].out
    assert stories[0] == stories[1]
    assert records[0] == records[1]


def test_a_batch_written_twice_is_the_same_byte_for_byte(process: Callable, desk: Path) -> None:
    """Every file of a batch, figures included, is the same from two processes with different hash seeds.

    Only who worked on it when differs, which stands apart.
    """
    kept = []
    for seed in ("1", "99"):
        words = ("batch", "small.yaml", "-n", "5", "--engine", "mesa", "--out", seed)
        assert process(*words, PYTHONHASHSEED=seed).status == 0
        (folder,) = (desk / seed).iterdir()
        files = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        kept.append({path: data for path, data in files.items() if path.parent != Path("sittings")})
    assert kept[0] == kept[1]


def test_a_replication_run_alone_is_that_member_of_the_batch(parley: Callable, desk: Path) -> None:
    """`run --replication K` ends every track exactly as row K of a batch with the same seed says."""
    parley("batch", "small.yaml", "-n", "6", "--seed", "3", "--engine", "mesa")
    (folder,) = (desk / "results").iterdir()
    answer = query(folder, "select * from runs order by replication")
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    for replication in (0, 5):
        alone = json.loads(parley("run", "small.yaml", "--seed", "3", "--replication", str(replication), "--json").out)
        for track in alone["tracks"]:
            row = {name: rows[replication][f"{track['track']}.{name}"] for name in ("ending", "first_agreed", "deals")}
            assert row == {name: track[name] for name in row}
        for party in alone["parties"]:
            assert rows[replication][f"{party['party']}.weariness"] == party["weariness"]


def test_different_seeds_and_replications_give_different_luck(parley: Callable) -> None:
    """Seed and replication both matter: no two of these runs draw the same parameters."""
    drawn = [
        json.loads(parley("run", "small.yaml", "--json", "--seed", seed, "--replication", replication).out)[
            "parameters"
        ]
        for seed, replication in (("1", "0"), ("1", "1"), ("2", "0"), ("0", "0"))
    ]
    assert len({json.dumps(each) for each in drawn}) == 4
