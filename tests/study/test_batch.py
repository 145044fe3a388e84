"""A batch survives: it goes on where it was, does nothing twice, and comes out the same whoever worked on it."""

import errno
import json
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sim.engine import model
from sim.engine.chunk import Chunk
from sim.engine.record import Run
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.faults import InvalidScenario, Place, Text
from sim.scenario.reading import read
from sim.study import batch, computing, landing, store
from sim.study.batch import Progress, here, run_batch
from sim.study.batch_file import Variant
from sim.study.plan import Plan, ScenarioChanged
from sim.study.query import query
from sim.study.sweep import Design, Factor

Planner = Callable[..., Plan]


def silent(progress: Progress) -> None:
    """Nobody wants to know."""


def tables(folder: Path) -> dict[str, bytes]:
    """Every file of the tables."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def columns(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """The rows of an answer."""
    return list(query(folder, sql).rows)


def interrupted_after(chunks: int) -> batch.Work:
    """Work that somebody ends after so many chunks."""

    def work(
        plan: Plan, folder: Path, numbers: Sequence[int], on_runs: Callable[[int], None]
    ) -> Iterator[store.Receipt]:
        for done, receipt in enumerate(here(1)(plan, folder, numbers, on_runs)):
            if done == chunks:
                raise KeyboardInterrupt
            yield receipt

    return work


def test_every_run_is_there_once_and_is_the_run_of_its_number(planned: Planner, tmp_path: Path) -> None:
    """The rows are the rows that single runs of the Mesa model leave, cell by cell, in order."""
    plan = planned(replications=9, chunk=4)
    outcome = run_batch(plan, tmp_path / "out", here(1), silent)
    assert (outcome.runs, outcome.failed, outcome.fresh) == (9, 0, 9)
    answer = query(tmp_path / "out", "select * from runs order by replication")
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    case = plan.bases[0].case
    for number, row in enumerate(rows):
        alone = model.run(case, 1, number, logs=False).record.row()
        unlocks = {name: days for name, days in alone.items() if ".unlock." in name}
        assert {name: row[name] for name in alone if name not in unlocks} == {
            name: value for name, value in alone.items() if name not in unlocks
        }
        sql = f"select track || '.unlock.' || conditions, days from unlocks where replication = {number}"
        assert dict(columns(tmp_path / "out", sql)) == unlocks
        assert (row["scenario"], row["variant"], row["seed"], row["digest"]) == ("small", "", 1, case.digest)


def test_an_interrupted_batch_goes_on_and_comes_out_the_same_byte_for_byte(planned: Planner, tmp_path: Path) -> None:
    """Interrupted twice, in other chunks each time, the files are those of a batch that was left alone."""
    plan = planned()
    run_batch(plan, tmp_path / "alone", here(1), silent)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run_batch(plan, tmp_path / "again", interrupted_after(1), silent)
    outcome = run_batch(plan, tmp_path / "again", here(1), silent)
    assert outcome.fresh < outcome.runs
    assert tables(tmp_path / "again") == tables(tmp_path / "alone")


def test_what_is_done_is_not_done_again(planned: Planner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished batch runs nothing: an engine that must not be asked is not asked."""
    plan = planned()
    run_batch(plan, tmp_path / "out", here(1), silent)
    monkeypatch.setattr(model, "run", lambda *_, **__: pytest.fail("it was asked"))
    told: list[Progress] = []
    outcome = run_batch(plan, tmp_path / "out", here(1), told.append)
    assert (outcome.runs, outcome.fresh) == (20, 0)
    assert told == [Progress(done=20, fresh=0, total=20)]


def test_processes_leave_the_same_files_as_one(planned: Planner, tmp_path: Path) -> None:
    """Two worker processes, whatever their order, leave what one leaves, byte for byte."""
    plan = planned()
    run_batch(plan, tmp_path / "one", here(1), silent)
    told: list[Progress] = []
    run_batch(plan, tmp_path / "two", here(2), told.append)
    assert tables(tmp_path / "two") == tables(tmp_path / "one")
    assert told[-1] == Progress(done=20, fresh=20, total=20)


def test_threads_leave_the_same_files_as_one(planned: Planner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way of the compiled engine, with the Mesa engine in its place: the same files but for the engine's name."""
    monkeypatch.setattr(computing, "ENGINES", {"compiled": computing.ENGINES["mesa"]})
    plan = planned(engine="compiled")
    run_batch(plan, tmp_path / "one", here(1), silent)
    run_batch(plan, tmp_path / "two", here(3), silent)
    assert tables(tmp_path / "two") == tables(tmp_path / "one")


def test_two_on_the_same_folder_do_no_harm(planned: Planner, tmp_path: Path) -> None:
    """Two at work on one batch at the same time both end well, and the files are those of one."""
    plan = planned(replications=60)
    run_batch(plan, tmp_path / "alone", here(1), silent)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(run_batch, plan, tmp_path / "shared", here(1), silent) for _ in range(2)]
    assert [each.result().runs for each in both] == [60, 60]
    assert tables(tmp_path / "shared") == tables(tmp_path / "alone")


@pytest.mark.parametrize("table", ["runs", "unlocks"])
@pytest.mark.parametrize("harm", ["flipped", "cut", "gone", "empty"])
def test_a_damaged_chunk_is_told_and_computed_again(planned: Planner, tmp_path: Path, table: str, harm: str) -> None:
    """Whatever befell a file, a bit of it or all of it, it is noticed; the chunk comes back and nothing else is run."""
    plan, folder = planned(), tmp_path / "out"
    run_batch(plan, folder, here(1), silent)
    whole = tables(folder)
    path = store.file_of(folder, table, 1)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    match harm:
        case "flipped":
            path.write_bytes(data)
        case "cut":
            path.write_bytes(data[:-20])
        case "gone":
            path.unlink()
        case "empty":
            path.write_bytes(b"")
    outcome = run_batch(plan, folder, here(1), silent)
    assert list(outcome.damaged) == [1]
    assert str(path) in outcome.damaged[1]
    assert outcome.fresh == 6
    assert tables(folder) == whole


def test_a_receipt_that_says_nothing_is_as_good_as_none(planned: Planner, tmp_path: Path) -> None:
    """A receipt that is no JSON, or another batch's, makes its chunk one to be computed again."""
    plan, folder = planned(), tmp_path / "out"
    run_batch(plan, folder, here(1), silent)
    whole = tables(folder)
    store.file_of(folder, store.RECEIPTS, 0).write_text("{", encoding="utf-8")
    other = json.loads(store.file_of(folder, store.RECEIPTS, 2).read_text(encoding="utf-8")) | {"batch": "x"}
    store.file_of(folder, store.RECEIPTS, 2).write_text(json.dumps(other), encoding="utf-8")
    assert list(run_batch(plan, folder, here(1), silent).damaged) == [0, 2]
    assert tables(folder) == whole


def test_a_disk_that_fills_loses_nothing(planned: Planner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the third chunk finds no space the error names its file, no torn file stays, and the batch can go on."""
    plan, folder = planned(), tmp_path / "out"
    fsync, calls = os.fsync, []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) > 18:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(landing.os, "fsync", full)
        with pytest.raises(OSError, match="No space left on device") as caught:
            run_batch(plan, folder, here(1), silent)
    assert caught.value.filename == str(store.file_of(folder, "unlocks", 2))
    assert [path.name for path in folder.rglob("*.tmp")] == []
    outcome = run_batch(plan, folder, here(1), silent)
    assert (outcome.runs, outcome.fresh, dict(outcome.damaged)) == (20, 8, {})


def test_what_a_killed_writer_left_is_swept_up(planned: Planner, tmp_path: Path) -> None:
    """A temporary file of a chunk that is done by now is taken away; a stranger's file is left alone."""
    plan, folder = planned(), tmp_path / "out"
    store.make_room(folder)
    (folder / "runs" / ".000001.parquet.0a1b2c3d.tmp").write_bytes(b"half")
    (folder / "runs" / ".notes.tmp").write_bytes(b"mine")
    run_batch(plan, folder, here(1), silent)
    assert [path.name for path in folder.rglob("*.tmp")] == [".notes.tmp"]


def test_a_temporary_file_that_is_swept_away_does_no_harm_where_the_file_is_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two writers of the same file the slower may lose its temporary file to the other, who was done before."""
    fsync = os.fsync

    def swept(handle: int) -> None:
        fsync(handle)
        for path in landing.left_over(tmp_path):
            path.unlink()

    monkeypatch.setattr(landing.os, "fsync", swept)
    with pytest.raises(FileNotFoundError):
        landing.land(tmp_path / "a", b"new")
    (tmp_path / "a").write_bytes(b"new")
    landing.land(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_failed_replication_is_a_row_and_the_batch_goes_on(
    planned: Planner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row says why, with which seed, and how to see it again; it has no outcome."""
    run = model.run

    def run_or_fail(case: Case, seed: int, replication: int, **options: bool) -> Run:
        if replication == 7:
            raise ZeroDivisionError("no army")
        return run(case, seed, replication, **options)

    monkeypatch.setattr(model, "run", run_or_fail)
    plan = planned(Factor("parties.east.weariness", values=(0.25, 0.5)))
    assert run_batch(plan, tmp_path / "out", here(1), silent).failed == 2
    sql = 'select point, replication, failed, seed, replay, "exchange.ending" from runs where failed is not null'
    file = plan.bases[0].file
    assert sorted(columns(tmp_path / "out", sql)) == [
        (
            point, 7, "ZeroDivisionError: no army", 1,
            f"parley run {file} --seed 1 --replication 7 --set horizon=8 --set parties.east.weariness={value}", None,
        )
        for point, value in ((0, 0.25), (1, 0.5))
    ]  # fmt: skip


def test_what_another_engine_cannot_do_is_run_as_a_mesa_model(
    planned: Planner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the compiled engine gives up on a replication, the Mesa engine's row stands in its place."""

    def gives_up(case: Case, seed: int, central: bool) -> computing.Some:
        some = computing.mesa(case, seed, central)

        def often(first: int, count: int) -> Chunk:
            chunk = some(first, count)
            for number in (5, 9):
                if first <= number < first + count:
                    chunk.status[number - first] = 3
                    for values in chunk.columns.values():
                        values[number - first] = 0
            return chunk

        return often

    monkeypatch.setitem(computing.ENGINES, "compiled", computing.Engine(gives_up, 7))
    run_batch(planned(engine="compiled"), tmp_path / "both", here(1), silent)
    run_batch(planned(), tmp_path / "mesa", here(1), silent)
    sql = "select * from runs order by replication"
    assert columns(tmp_path / "both", sql) == columns(tmp_path / "mesa", sql)


def test_a_parameter_set_directly_is_the_parameter_set_in_the_file(planned: Planner) -> None:
    """Setting a number in the compiled case comes to the digest that reading the file with `--set` gives."""
    plan = planned(
        Factor("parties.east.weariness", values=(0.1, 0.35, 0.6)), Factor("exchange.direct", low=0.1, high=0.9)
    )
    assert [set(where) for where in plan.by_number] == [{0}, {0}]
    plan = planned(
        Factor("parties.east.weariness", values=(0.1, 0.35, 0.6)),
        Factor("exchange.direct", low=0.1, high=0.9),
        design=(Design.LATIN_HYPERCUBE, 5),
    )
    for number in range(plan.chunks):
        task = plan.task(number)
        for leg in task.legs:
            assert leg.case is None
            assert task.case_of(leg).digest == compile_case(read(plan.bases[0].file, leg.sets)).digest


def test_points_that_change_the_shape_have_their_own_columns(planned: Planner, tmp_path: Path) -> None:
    """A precondition taken away at one point leaves empty cells there, and its days at the other."""
    path = "tracks.truce.preconditions.east.watched"
    variants = (Variant("as it stands", {}, {}), Variant("unwatched", {path: None}, {path: Place(Text("", Path()))}))
    plan = planned(variants=variants, replications=8)
    run_batch(plan, tmp_path / "out", here(1), silent)
    sql = 'select variant, count("truce.blocked.east.watched"), count(*) from runs group by 1 order by 1'
    assert columns(tmp_path / "out", sql) == [("as it stands", 8, 8), ("unwatched", 0, 8)]


def test_only_what_is_asked_for_is_kept(planned: Planner, tmp_path: Path) -> None:
    """Patterns choose the outcomes; endings and days of agreement are always there, and who a run is."""
    plan = planned(keep=("exchange.deals",), replications=4)
    run_batch(plan, tmp_path / "out", here(1), silent)
    found = query(tmp_path / "out", "select * from runs").columns
    assert found == (
        "scenario", "variant", "point", "digest", "seed", "replication", "failed", "replay", "exchange.ending",
        "exchange.first_agreed", "exchange.deals", "truce.ending", "truce.first_agreed",
    )  # fmt: skip
    assert list((tmp_path / "out" / "unlocks").iterdir()) == []


def test_the_same_thing_is_not_varied_twice(planned: Planner) -> None:
    """Two factors of one path, with or without the `tracks.` that may be left out, are a fault before anything runs."""
    for first, second in (("truce.direct", "tracks.truce.direct"), ("horizon", "horizon")):
        with pytest.raises(InvalidScenario, match=f"factors.{second}: varied twice: '{first}' came before"):
            planned(Factor(first, values=(0.1, 0.2)), Factor(second, values=(0.3, 0.4)))


def test_a_range_where_whole_numbers_are_asked_for_is_told_how_to_have_them(planned: Planner) -> None:
    """Where rounding would make a range sound the fault names `whole: true`; where it would not, it does not."""
    for factor in (Factor("horizon", (8.0, 10.5), 8.0, 10.5), Factor("horizon", low=8.5, high=10.0)):
        with pytest.raises(InvalidScenario) as caught:
            planned(factor, design=(Design.LATIN_HYPERCUBE, 3), sets=())
        assert {fault.suggestion for fault in caught.value.faults} == {"whole: true"}
    with pytest.raises(InvalidScenario) as caught:
        planned(Factor("parties.east.weariness", low=0.5, high=2.5))
    assert {fault.suggestion for fault in caught.value.faults} == {""}


@pytest.mark.parametrize(
    ("pattern", "guess"),
    [
        ("exchnge.*", "exchange.*"),
        ("*.endng", "*.ending"),
        ("exchange.deal", "exchange.deals"),
        ("truce.unlock.east", "truce.unlock.*"),
    ],
)
def test_a_pattern_that_fits_no_outcome_is_a_fault(planned: Planner, pattern: str, guess: str) -> None:
    """What nothing fits is refused before anything runs, with the nearest pattern or outcome that fits something."""
    with pytest.raises(InvalidScenario) as caught:
        planned(keep=("*.deals", pattern))
    (fault,) = caught.value.faults
    assert (fault.message, fault.suggestion) == (f"'{pattern}' fits no outcome", guess)


def test_patterns_of_unlocking_sets_fit_those_of_each_track(planned: Planner) -> None:
    """`<track>.unlock.*` and `*.unlock.*` choose the sets, without any other outcome."""
    for pattern in ("truce.unlock.*", "*.unlock.*"):
        assert planned(keep=(pattern,)).keeps_unlocks
    assert not planned(keep=("truce.deals",)).keeps_unlocks


def test_a_value_that_no_scenario_can_have_is_a_fault(planned: Planner) -> None:
    """A factor with a value out of range is refused before anything is run."""
    with pytest.raises(InvalidScenario, match=r"1.5 is out of range"):
        planned(Factor("parties.east.weariness", values=(0.5, 1.5)))


def test_a_combination_that_is_no_scenario_is_rows_with_the_reason(planned: Planner, tmp_path: Path) -> None:
    """Where two values are sound alone and not together, the runs of that point say so, and the others are run."""
    size, rule = "tracks.exchange.issues.size", "tracks.exchange.constraints"
    plan = planned(Factor(size, values=([5, 10], [20])), Factor(rule, values=([], ["size <= 10"])), replications=3)
    outcome = run_batch(plan, tmp_path / "out", here(1), silent)
    assert (outcome.runs, outcome.failed) == (12, 3)
    ((point, failed),) = columns(tmp_path / "out", "select distinct point, failed from runs where failed is not null")
    assert point == 3
    assert "InvalidScenario" in str(failed)


def test_a_scenario_that_changes_under_a_batch_stops_it(planned: Planner, scenario: Path, tmp_path: Path) -> None:
    """Where a point has to be read anew and the file is another by now, the batch ends rather than mix the two."""
    plan = planned(Factor("tracks.exchange.issues.size", values=([5, 10], [5])))
    scenario.write_text(scenario.read_text(encoding="utf-8") + "\n# later\n", encoding="utf-8")
    with pytest.raises(ScenarioChanged, match=r"small.yaml' was changed"):
        run_batch(plan, tmp_path / "out", here(1), silent)


def test_the_folder_is_named_by_everything_that_the_result_depends_on(planned: Planner) -> None:
    """The same question has the same identity; another number of runs, chunk, seed or value has another."""
    base = planned().identity
    assert planned().identity == base
    others = [
        planned(replications=21),
        planned(chunk=7),
        planned(sets=("horizon=9",)),
        planned(keep=("exchange.*",)),
        planned(Factor("parties.east.weariness", values=(0.3,))),
    ]
    assert len({base, *(other.identity for other in others)}) == 6


def test_chunks_are_of_a_size_that_suits_the_engine(planned: Planner) -> None:
    """A Mesa chunk has 16 to 200 runs, a compiled one 512 to 100,000; in between there are 32 chunks."""
    sizes = {
        (engine, runs): planned(replications=runs, chunk=0, engine=engine).chunk
        for engine, runs in (("mesa", 100), ("mesa", 3_200), ("mesa", 10**6), ("compiled", 100), ("compiled", 10**6))
    }
    assert list(sizes.values()) == [16, 100, 200, 512, 31_250]
    assert planned(replications=10**8, chunk=0, engine="compiled").chunk == 100_000


def test_threads_can_be_called_off(planned: Planner) -> None:
    """A chunk in hand is given up between two handfuls of runs when the work is called off."""
    stop = threading.Event()
    stop.set()
    with pytest.raises(computing.Stopped):
        computing.compute(planned().task(0), lambda runs: None, stop)
