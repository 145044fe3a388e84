"""The laboratory from Python says what the commands say."""

import gc
import json
import subprocess
import sys
from pathlib import Path

import pandas
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

import sim
from sim.cli import app
from sim.scenario.faults import InvalidScenario
from sim.study.compare import NotComparable
from sim.study.results import NotAResult
from sim.study.summary import wilson

HERE = Path(__file__).resolve().parent
SMALL = str(HERE.parent / "cli" / "small.yaml")
WATCHED = "truce.preconditions.east.watched"
FEW = ("-n", "60", "--seed", "7")


def parley(*words: str) -> str:
    """What the command prints."""
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_import_is_quick_and_needs_nothing() -> None:
    """`import sim` loads no module of the package and nothing heavy; its public names are there when asked for."""
    code = (
        "import sys, sim, sim.terms\n"
        "heavy = {'matplotlib', 'mesa', 'numpy', 'pandas', 'pydantic', 'rich', 'duckdb'} & set(sys.modules)\n"
        "print(sorted(heavy), [n for n in sys.modules if n.startswith('sim.') and n != 'sim.terms'])\n"
        "print(set(sim.__all__) <= set(dir(sim)), sim.load.__module__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[] []", "True sim.laboratory.scenario"]


def test_public_names_are_those_of_the_laboratory() -> None:
    """`sim` and `sim.laboratory` have the same public names, each with a docstring; any other is no attribute."""
    import sim.laboratory  # noqa: PLC0415

    assert sim.__all__ == sim.laboratory.__all__
    assert all(getattr(sim, name).__doc__ for name in sim.__all__)
    with pytest.raises(AttributeError, match="module 'sim' has no attribute 'simulate'"):
        getattr(sim, "simulate")  # noqa: B009  # mypy knows


def test_batch_is_that_of_the_command(batch: sim.Batch, tmp_path: Path) -> None:
    """A batch from Python and one of the command with the same seed hold the same runs to the last bit."""
    parley("batch", SMALL, *FEW, "--out", str(tmp_path))
    kept = sim.reopen(next(tmp_path.iterdir()))
    assert isinstance(kept, sim.Batch)
    for table in ("runs", "deals", "unlocks"):
        pandas.testing.assert_frame_equal(getattr(batch, table), getattr(kept, table), check_exact=True)
    assert len(batch.runs) == 60
    assert kept.manifest.identity == batch.manifest.identity


def test_batch_that_was_kept_stands_where_the_command_puts_it(small: sim.Scenario, tmp_path: Path) -> None:
    """With a place a batch is kept there, figures included, and the command finds it done."""
    made = sim.batch(small, 60, seed=7, out=tmp_path)
    assert made.folder.parent == tmp_path
    assert (made.folder / "outcomes.png").is_file()
    parley("batch", SMALL, *FEW, "--out", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == [made.folder.name]


def test_passing_batch_leaves_nothing(small: sim.Scenario) -> None:
    """A batch that is kept nowhere is gone from the disk with the last who refers to it; an answer refers to it."""
    made = sim.batch(small, 5)
    folder = made.folder
    answer = sim.compare(made, small.variant({WATCHED: None}))
    del made
    gc.collect()
    assert folder.is_dir()
    assert "ever agreed" in repr(answer)
    del answer
    gc.collect()
    assert not folder.parent.exists()


def test_outcomes_have_the_interval_of_wilson(batch: sim.Batch) -> None:
    """Outcomes are counts of the runs, with Wilson's interval."""
    found = batch.outcomes().set_index(["track", "outcome"])
    agreed = int((batch.runs["truce.first_agreed"] >= 0).sum())
    row = found.loc[("truce", "ever_agreed")]
    assert (row["runs"], row["of"]) == (agreed, 60)
    assert (row["low"], row["high"]) == wilson(agreed, 60)
    endings = found[found.index.get_level_values("outcome").str.startswith("ending.")]
    assert endings.groupby("track")["runs"].sum().tolist() == [60, 60]


def test_every_column_is_in_the_dictionary(batch: sim.Batch) -> None:
    """Every column of the runs has a unit and a meaning."""
    columns = batch.columns
    assert list(columns.index) == list(batch.runs.columns)
    assert (columns["meaning"] != "").all()
    assert columns.loc["truce.alone.east.watched", "unit"] == "days"


def test_what_stood_in_the_way_is_counted_from_the_runs(blocked: sim.Batch) -> None:
    """Days a run of a precondition are the mean of its column."""
    way = blocked.in_the_way().set_index("precondition")
    assert way.loc["east.watched", "days"] == pytest.approx(blocked.runs["truce.blocked.east.watched"].mean())
    assert way.loc["east.watched", "alone"] == pytest.approx(blocked.runs["truce.alone.east.watched"].mean())
    assert way.loc["east.watched", "days"] > 0


def test_points_are_told_apart(small: sim.Scenario) -> None:
    """A batch over a factor has a row of outcomes for each point, with the value of the factor."""
    made = sim.batch(small, 5, factors={"parties.east.weariness": [0.2, 0.8]})
    found = made.outcomes()
    assert sorted(set(zip(found["point"], found["parties.east.weariness"], strict=True))) == [(0, 0.2), (1, 0.8)]
    assert made.columns.loc["parties.east.weariness", "meaning"] == "the value that the factor was set to"
    assert sim.plot(made, "outcomes-001")


def test_variant_says_what_the_command_runs(small: sim.Scenario, tmp_path: Path) -> None:
    """A variant by a mapping is the `--set` of the command; the scenario stays as it is."""
    variant = small.variant({WATCHED: None})
    assert variant.sets == (f"{WATCHED}=null",)
    assert small.sets == ()
    assert list(small.preconditions["path"]) == [WATCHED]
    assert variant.preconditions.empty
    parley("batch", SMALL, *FEW, "--set", f"{WATCHED}=null", "--out", str(tmp_path))
    kept = sim.reopen(next(tmp_path.iterdir()))
    assert isinstance(kept, sim.Batch)
    pandas.testing.assert_frame_equal(sim.batch(variant, 60, seed=7).runs, kept.runs, check_exact=True)


def test_comparison_is_that_of_the_command(small: sim.Scenario, batch: sim.Batch, tmp_path: Path) -> None:
    """Differences from Python are those that `parley compare --json` prints."""
    changed = sim.batch(small.variant({WATCHED: None}), 60, seed=7, out=tmp_path)
    first = sim.batch(small, 60, seed=7, out=tmp_path)
    told = json.loads(parley("compare", str(first.folder), str(changed.folder), "--json"))
    effects = told["against"][0]["effects"]
    found = sim.compare(batch, small.variant({WATCHED: None})).differences
    assert list(found["outcome"]) == [each["outcome"] for each in effects]
    assert list(found["difference"]) == [each["difference"]["value"] for each in effects]
    assert list(found["told"]) == [each["told"] for each in effects]


def test_explanation_is_that_of_the_command(small: sim.Scenario, tmp_path: Path) -> None:
    """What would unlock a track is what `parley explain --json` finds, set by set."""
    made = sim.batch(small, 60, seed=7, out=tmp_path)
    told = json.loads(parley("explain", str(made.folder), "--track", "truce", "--json"))
    found = sim.explain(made, track="truce")
    assert found.text.splitlines() == told["text"]
    assert list(found.sets["share"]) == [each["reached"]["share"] for each in told["unlocking"]["relaxed"]]
    assert list(found.sets["conditions"]) == ["east.watched"]


def test_run_is_that_of_the_command(small: sim.Scenario, batch: sim.Batch, tmp_path: Path) -> None:
    """A run tells the story that `parley run` prints, leaves the batch's row, and can be kept and opened again."""
    made = sim.run(small, 7, 3, out=tmp_path)
    printed = parley("run", SMALL, "--seed", "7", "--replication", "3", "--out", str(tmp_path / "other"))
    assert repr(made).splitlines()[:12] == [line.rstrip() for line in printed.splitlines()][:12]
    of_batch = batch.runs.set_index("replication").loc[3]
    numbers = [name for name in made.row.index if name in of_batch.index]
    assert [made.row[name] for name in numbers] == [of_batch[name] for name in numbers]
    assert made.folder is not None
    again = sim.reopen(made.folder)
    assert isinstance(again, sim.Run)
    assert again.lived.record == made.lived.record == batch.replay(3).lived.record
    assert list(made.days["day"]) == list(range(30))
    assert {"day", "date", "track", "text", "claim"} == set(made.story.columns)


def test_run_and_scenario_are_explained(small: sim.Scenario) -> None:
    """A run is explained by its refusals, a scenario by what can be seen before any run."""
    told = sim.explain(sim.run(small, 7, 3))
    assert "Truce" in told.text
    assert "party" in told.refusals.columns or told.refusals.empty
    assert "On day 0" in sim.explain(small).text


def test_survival_is_that_of_the_command(small: sim.Scenario, tmp_path: Path) -> None:
    """How long truces lasted is what `parley survival --json` says."""
    made = sim.batch(small, 60, seed=7, out=tmp_path)
    told = json.loads(parley("survival", str(made.folder), "--days", "5", "--json"))
    found = sim.survival(made, days=5)
    assert json.loads(json.dumps(found.variants)) == told["variants"]
    assert list(found.curves["in_force"]) == told["variants"][0]["by_age"]["in_force"]


def test_sensitivity_is_that_of_the_command(small: sim.Scenario) -> None:
    """What an outcome rests on is what `parley sensitivity --json` says."""
    pytest.importorskip("numba")
    told = json.loads(parley("sensitivity", SMALL, "--outcome", "truce.deals>0", "-n", "50", "--json"))
    found = sim.sensitivity(small, "truce.deals>0", n=50)
    assert found.text.splitlines() == told["sentences"]
    assert list(found.swings["difference"]) == [each["difference"]["value"] for each in told["found"]["swings"]]


def test_everything_can_be_drawn(small: sim.Scenario, batch: sim.Batch, blocked: sim.Batch) -> None:
    """Runs, batches and answers are drawn as figures with words for who cannot see them, which a notebook shows."""
    pytest.importorskip("numba")
    run = sim.run(small, 7, 3)
    answers = [sim.explain(blocked, track="truce"), sim.compare(batch, small.variant({WATCHED: None}))]
    for what, name in (
        (run, None), (run, "zone-truce"), (batch, None), (batch, "phases"), (answers[0], "explain-unlocks"),
        (answers[1], None),
        (sim.survival(batch, days=5), None), (sim.sensitivity(small, "truce.deals>0", n=50), "share"),
    ):  # fmt: skip
        figure = sim.plot(what, name)
        assert isinstance(figure, Figure)
        assert len(str(figure.get_label())) > 40
        assert figure._repr_png_()[:4] == b"\x89PNG"  # type: ignore[attr-defined]


def test_errors_are_those_of_the_commands(small: sim.Scenario, batch: sim.Batch, tmp_path: Path) -> None:
    """A slip is told in the words of the command, with the nearest right thing."""
    with pytest.raises(FileNotFoundError, match=r"^'march-2052': no such file; did you mean 'march-2025'\?$"):
        sim.load("march-2052")
    with pytest.raises(InvalidScenario, match=r"there is no 'watchd'; did you mean"):
        small.variant({"truce.preconditions.east.watchd.hard": True})
    with pytest.raises(TypeError, match=r"expected \['horizon=9'\]"):
        small.variant("horizon=9")
    with pytest.raises(NotAResult, match=r"is not a result: it has no manifest.json"):
        sim.reopen(tmp_path)
    with pytest.raises(NotComparable, match="alone is nothing to compare"):
        sim.compare(batch)
    with pytest.raises(NotComparable, match="is compared with itself"):
        sim.compare(batch, small)
    with pytest.raises(ValueError, match=r"no figure 'phase' of it; did you mean 'phases'\?"):
        sim.plot(batch, "phase")
    with pytest.raises(ValueError, match="replications 0 is not a whole number from 1 to"):
        sim.batch(small, 0)
    with pytest.raises(ValueError, match="scenarios with the same changes"):
        sim.batch([small, small.variant({"horizon": 20})])
    with pytest.raises(ValueError, match="replications 0 is not a whole number from 1 to"):
        sim.explain(batch, replications=0)
    with pytest.raises(TypeError, match="seed 'x' is not a whole number from 0 to"):
        sim.run(small, seed="x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="seed None is not a whole number from 0 to"):
        sim.batch(small, 5, seed=None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"expected a Scenario \(Scenario by sim.load\), found 'small'"):
        sim.run("small")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"expected a Batch .* found a Scenario"):
        sim.survival(small)  # type: ignore[arg-type]
    with pytest.raises(IndexError, match="there is no point 1 in the batch: expected 0 to 0"):
        batch.summary(1)


def test_objects_read_well(small: sim.Scenario, batch: sim.Batch) -> None:
    """What a notebook shows of an object names it and ends with what it is not."""
    for what in (small, batch, sim.run(small, 7, 3), sim.explain(batch, track="truce")):
        lines = repr(what).splitlines()
        assert lines[-1] == "An illustration under stated assumptions, not a forecast."
        assert max(map(len, lines[:3])) < 400
    assert repr(small).startswith("Two valleys (")
    assert "60 replications, seed 7" in repr(batch)


def test_nothing_is_printed(small: sim.Scenario, capfd: pytest.CaptureFixture[str]) -> None:
    """No function prints: what the commands tell whoever waits goes to a logger."""
    sim.explain(sim.batch(small, 20), track="truce")
    assert capfd.readouterr() == ("", "")
