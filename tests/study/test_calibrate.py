"""Fitting a scenario to data: statistics, calibration files, what comes out."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.engine.chunk import ENDINGS, Deals
from sim.scenario.compiling import compile_case
from sim.scenario.faults import InvalidScenario
from sim.scenario.reading import read
from sim.study.calibrate import calibrate
from sim.study.calibrate_file import read_calibration
from sim.study.calibrate_statistics import (
    Exchanges,
    Window,
    exchange_statistics,
    exchanges_of,
    hazard,
    truces_of,
)

pytest.importorskip("numba")

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "scenarios" / "calibrations"
SCENARIO = """\
parley: 1
title: A truce of four days
start: 2030-01-01
horizon: 7
parties: {alfa: {fear_of_rearming: 0}, bravo: {fear_of_rearming: 0}}
tracks:
  truce:
    issues: {days: [4]}
    truce: {days: days}
    direct: 1
    talks: {rounds: 1, per_day: 1}
    interests: {alfa: {days: 1}, bravo: {days: 1}}
    margin: 0
    leaving: 0
    never_starts: {assumed: [0, 0.2, 0.6], because: wide}
"""
CLAIMS = """\
document: {id: claims, kind: table, title: Truces, published: 2030-01-01}
claims:
  first_day: {what: left on the first day, value: 0.36, by: a table}
  later: {what: left later, value: 0, by: a table}
  in_words: {what: left, value: few, by: a table}
"""
CALIBRATION = """\
parley: 1
calibration: How many truces never begin
scenario: truce.yaml
track: truce
parameters:
  truce.never_starts: assumed
data: {claims: claims.yaml}
fitted_to: a table of truces
statistics:
  hazard 0 to 1: {claim: first_day, scale: 0.05}
  hazard 1 to 3: {claim: later, scale: 0.01}
replications: 200
first: 60
kept: 20
rounds: 6
least_new: 0
predictions: 20
seed: 4
"""
LEDGER = """\
date,north,south,kind
2030-01-02,10,10,whole
2030-01-05,20,18,whole
2030-01-06,5,,whole
2030-01-07,99,99,part
2030-01-15,30,30,whole
2030-01-20,40,20,whole
"""
EXCHANGES = """\
parley: 1
title: Exchanges
start: 2030-01-01
horizon: 20
parties: {north: {}, south: {}}
categories: {able: 1}
captives: {north holds south: {able: 500}, south holds north: {able: 500}}
tracks:
  exchange:
    repeats: {cool_down: 1}
    issues: {size: [10]}
    steps: {swap: {north gives south: {able: size}, south gives north: {able: size}}}
    interests: {north: {returned: 1}, south: {returned: 1}}
    direct: {assumed: [0.1, 0.5, 0.9], because: wide}
"""
Folder = Callable[[str, str], Path]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with a scenario of a truce, claims, a scenario of exchanges, and a ledger."""
    texts = {"truce.yaml": SCENARIO, "claims.yaml": CLAIMS, "exchange.yaml": EXCHANGES, "ledger.csv": LEDGER}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def file_in(desk: Path, text: str = CALIBRATION) -> Path:
    """The calibration file."""
    file = desk / "fit.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def faults_of(desk: Path, text: str) -> list[str]:
    """The faults of a calibration file that must have some, without the folder and without the excerpt."""
    with pytest.raises(InvalidScenario) as caught:
        read_calibration(file_in(desk, text))
    return [str(fault).partition("\n")[0].replace(f"{desk}/", "") for fault in caught.value.faults]


# Statistics ---------------------------------------------------------------------------------------------


def exchanges(*rows: tuple[int, int, float, float]) -> Exchanges:
    """Exchanges from history, day, size, whether equal."""
    table = numpy.array(rows, float)
    return Exchanges(table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2], table[:, 3])


def test_statistics_of_one_history_are_those_worked_by_hand() -> None:
    """Days 0, 1, 3, 7, 15, 31: gaps 1, 2, 4, 8, 16, whose logarithms rise evenly, so that they correlate wholly."""
    days, sizes = (0, 1, 3, 7, 15, 31), (10, 20, 30, 40, 50, 60)
    one = exchanges(*((0, day, size, size <= 30) for day, size in zip(days, sizes, strict=True)))
    names = ["gap median", "gap p90", "gap longest", "gap correlation", "size median", "size p90", "size largest"]
    expected = [4.0, 12.8, 16.0, 1.0, 35.0, 55.0, 60.0]
    assert exchange_statistics(names, one) == pytest.approx(expected)
    assert exchange_statistics(["parity", "exchanges"], one) == [0.5, 6.0]


def test_gaps_do_not_reach_from_one_history_to_the_next() -> None:
    """Two histories: gaps 2, 3 and 10; each has a longest, 3 and 10; two exchanges and three."""
    both = exchanges((0, 0, 5, 1), (0, 2, 5, 1), (0, 5, 5, 1), (1, 1, 5, 1), (1, 11, 5, 1))
    assert exchange_statistics(["gap median", "gap longest", "exchanges"], both) == [3.0, 6.5, 2.5]


def test_too_few_exchanges_have_no_statistics() -> None:
    """Of one exchange there is a size and no gap; four have no correlation: two pairs lie on a line."""
    one = exchanges((0, 3, 7, numpy.nan))
    found = exchange_statistics(["gap median", "gap longest", "gap correlation", "size median", "parity"], one)
    assert numpy.isnan(found).tolist() == [True, True, True, False, True]
    four = exchanges((0, 0, 1, 1), (0, 1, 1, 1), (0, 3, 1, 1), (0, 9, 1, 1))
    assert numpy.isnan(exchange_statistics(["gap correlation"], four)[0])
    assert len(four.within(Window(1, 3)).day) == 2


def deals(*rows: tuple[int, int, str, int, int, int]) -> Deals:
    """Deals of track 0 from: first day, last day, ending, delivered, released by each of two parties."""
    began, ended, endings, delivered, one, other = (list(column) for column in zip(*rows, strict=True))
    nought = numpy.zeros(len(rows), int)
    ending = numpy.array([ENDINGS.index(name) for name in endings])
    days, persons = [numpy.array(began), numpy.array(ended)], numpy.array(delivered)
    return Deals(nought, nought, nought, *days, ending, nought, persons, persons, nought, numpy.array([one, other]).T)


def test_hazards_are_those_worked_by_hand() -> None:
    """Five truces; at ages 0, 1-2: one of five never starts, one of four leaves on its second day.

    A truce of days 1 to 3 that ran out lived three days; one broken on day 2 after a beginning on day 1 lived two, the
    last of them its leaving; one open at the horizon, day 9, that began on day 1 lived eight; one that was agreed and
    did not begin is not counted.
    """
    ends = [(1, 1, "never_started"), (1, 2, "broken"), (1, 4, "expired"), (1, -1, "open_at_horizon")]
    ends += [(1, 9, "superseded"), (-1, -1, "open_at_horizon")]
    truces = truces_of(deals(*((*end, 0, 0, 0) for end in ends)), 0, 9)
    assert truces.lived.tolist() == [1, 2, 3, 8, 8]
    assert hazard(truces, 0, 1) == 1 / 5
    assert hazard(truces, 1, 3) == 1 / (1 + 2 + 2 + 2)
    assert hazard(truces, 3, 8) == 0.0
    assert numpy.isnan(hazard(truces, 8, 9))


def test_an_exchange_is_dated_by_its_end_and_sized_by_who_comes_back() -> None:
    """Released by the second party means returned to the first; where nothing came, or was still to come, is none."""
    made = exchanges_of(
        deals((1, 3, "completed", 30, 10, 20), (4, 6, "defaulted", 0, 0, 0), (8, -1, "open_at_horizon", 5, 5, 0)), 0, 1
    )
    assert (made.day.tolist(), made.size.tolist(), made.equal.tolist()) == ([3], [20.0], [0.0])


# Files --------------------------------------------------------------------------------------------------


def test_shipped_files_read() -> None:
    """Both shipped calibrations read; the ledger's statistics are those counted by hand from its rows."""
    assert read_calibration(SHIPPED / "truce.yaml")[0].observed[0][0] == 0.097
    asked = read_calibration(SHIPPED / "exchanges.yaml")[0]
    told = dict(zip(asked.asked.statistics, asked.observed[0], strict=True))
    assert (told["exchanges"], told["gap median"], told["gap longest"], told["size median"]) == (45, 10, 149, 60)
    assert told["parity"] == 15 / 31
    assert asked.observed[1][list(told).index("exchanges")] == 4


def test_ledger_is_read_row_by_row(desk: Path) -> None:
    """Only the rows that count, in the days that count; a number that is not known is neither equal nor unequal."""
    text = CALIBRATION.replace("truce.yaml", "exchange.yaml").replace("track: truce", "track: exchange")
    text = text.replace("truce.never_starts", "exchange.direct").partition("data:")[0]
    text += (
        "data: {exchanges: ledger.csv, returned: {north: north, south: south}, only: {kind: whole}}\n"
        "fitted_to: a ledger\nfit: {from: 2030-01-01, to: 2030-01-15}\nheld_out: {from: 2030-01-16, to: 2030-01-20}\n"
        "statistics: {exchanges: {scale: 1}, gap longest: {scale: 1}, parity: {scale: 1}, size median: {scale: 1}}\n"
    )
    asked, doubtful = read_calibration(file_in(desk, text))
    assert doubtful == []
    assert asked.observed[0] == (4, 9, 2 / 3, 15)
    assert asked.observed[1][0] == 1
    assert (asked.places[0], asked.other) == (asked.case.tracks[0].direct, 1)
    wrong = LEDGER.replace("2030-01-06,5", "2030-01-06,five")
    (desk / "ledger.csv").write_text(wrong, encoding="utf-8")
    (fault,) = faults_of(desk, text)
    assert fault.endswith("ledger.csv:4: expected a whole number of persons, or nothing, found 'five'")


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("seed: 4", "sede: 4", "fit.yaml:18:1: sede: unknown key 'sede'; did you mean 'seed'?"),
        ("track: truce\n", "", "fit.yaml:1:1: missing key 'track'"),
        ("kept: 20", "kept: 0", "fit.yaml:14:7: kept: '0': input should be greater than or equal to 1"),
        ("scale: 0.05", "scale: -1",
         "fit.yaml:10:44: statistics.hazard 0 to 1.scale: '-1': input should be greater than 0"),
        ("scenario: truce.yaml", "scenario: trcue.yaml",
         "fit.yaml:3:11: scenario: there is no file trcue.yaml; did you mean 'truce.yaml'?"),
        ("track: truce", "track: trouce", "fit.yaml:4:8: track: unknown track 'trouce'; did you mean 'truce'?"),
        ("truce.never_starts: ", "truce.never_stars: ",
         "fit.yaml:6:3: parameters.truce.never_stars: unknown parameter 'truce.never_stars'; "
         "did you mean 'truce.never_starts'?"),
        ("starts: assumed", "starts: [0, 0.5, 1.5]", "fit.yaml:6:23: parameters.truce.never_starts: "
         "1.5 is out of range: must be at most 1"),
        ("{claim: later, scale: 0.01}", "3",
         "fit.yaml:11:18: statistics.hazard 1 to 3: '3': expected a mapping, lines that read key: value"),
        ("scale: 0.05", "scale: wide", "fit.yaml:10:44: statistics.hazard 0 to 1.scale: 'wide': expected a number"),
        ("kept: 20", "kept: 61", "fit.yaml:14:7: kept: 61 of 60 particles cannot be kept"),
        ("starts: assumed", "starts: [0.5, 0.2, 0.9]", "fit.yaml:6:23: parameters.truce.never_starts: "
         "a range reads [low, middle, high]: low 0.5 is above middle 0.2"),
        ("starts: assumed", "starts: wide", "fit.yaml:6:23: parameters.truce.never_starts: "
         "expected [low, middle, high] or the word 'assumed'"),
        ("starts: assumed", "starts: [0.2, 0.2, 0.2]", "fit.yaml:6:23: parameters.truce.never_starts: "
         "a prior needs a range: low and high are the same"),
        ("never_starts: assumed", "leaving: assumed", "fit.yaml:6:18: parameters.truce.leaving: "
         "the scenario has 0 here and no range: write [low, middle, high]"),
        ("starts: assumed", "starts: assumed\n  tracks.truce.never_starts: assumed",
         "fit.yaml:5:1: parameters: 'tracks.truce.never_starts' stands here twice"),
        ("claim: first_day", "claim: first_dya", "fit.yaml:10:26: statistics.hazard 0 to 1.claim: "
         "unknown claim 'first_dya'; did you mean 'first_day'?"),
        ("claim: first_day", "claim: in_words", "fit.yaml:10:26: statistics.hazard 0 to 1.claim: "
         "'in_words' claims 'few', which is no number"),
        ("claim: first_day, ", "", "fit.yaml:10:3: statistics.hazard 0 to 1: a claim must say what was observed"),
        ("hazard 1 to 3", "hazard 3 to 1",
         "fit.yaml:11:3: statistics.hazard 3 to 1: unknown statistic 'hazard 3 to 1'; did you mean 'hazard 0 to 1'?"),
        ("hazard 1 to 3", "parity", "fit.yaml:7:1: data: 'parity' needs 'returned', the two parties whose persons are "
         "counted"),
        ("{claims: claims.yaml}", "{}", "fit.yaml:7:1: data: expected either 'claims' or 'exchanges'"),
        ("claims: claims.yaml", "claims: truce.yaml",
         "fit.yaml:7:16: data.claims: truce.yaml:1:1: 'document' is missing"),
        ("fitted_to:", "fit: {from: 2030-01-05, to: 2030-02-01}\nfitted_to:",
         "fit.yaml:8:1: fit: 2030-01-05 to 2030-02-01 must lie in order within 2030-01-01 to 2030-01-07"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(desk: Path, right: str, wrong: str, fault: str) -> None:
    """One line for the fault: file, line, column, what is wrong, and the nearest right thing."""
    assert fault in faults_of(desk, CALIBRATION.replace(right, wrong))


def test_held_out_days_are_not_fitted(desk: Path) -> None:
    """Days that are both fitted and held out are a fault."""
    days = "fit: {from: 2030-01-01, to: 2030-01-04}\nheld_out: {from: 2030-01-04, to: 2030-01-07}\n"
    (fault,) = faults_of(desk, CALIBRATION.replace("fitted_to:", f"{days}fitted_to:"))
    assert fault == "fit.yaml:9:1: held_out: held-out days must not be among the fitted"


# What comes out -----------------------------------------------------------------------------------------


def test_chance_of_never_starting_is_found(desk: Path) -> None:
    """Of truces of which 0.36 never start, each side never starts one in five: 1 − (1 − 0.2)² = 0.36."""
    found = calibrate(read_calibration(file_in(desk))[0], 2)
    low, middle, high = found.range_of(0)
    assert 0.1 < low < 0.2 < high < 0.3
    assert middle == pytest.approx(0.2, abs=0.03)
    again = calibrate(read_calibration(file_in(desk))[0], 1)
    assert numpy.array_equal(found.posterior.particles.values, again.posterior.particles.values)
    assert numpy.array_equal(found.predictions[0], again.predictions[0])


def test_command_writes_a_variant_with_the_range_that_it_tells(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variant extends the scenario and differs in the calibrated range alone; pictures lie beside it."""
    monkeypatch.chdir(desk)
    file_in(desk)
    done = CliRunner().invoke(app, ["calibrate", "fit.yaml", "--json", "--variant", "own.yaml"], catch_exceptions=False)
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    (folder,) = (desk / "results").iterdir()
    kept = {path.name for path in folder.iterdir()}
    assert {"manifest.json", "particles.csv", "posterior.png", "statistics.png", "truce-calibrated.yaml"} <= kept
    base = compile_case(read(desk / "truce.yaml"))
    for file in (folder / "truce-calibrated.yaml", desk / "own.yaml"):
        case = compile_case(read(file))
        changed = [
            parameter
            for parameter, before in zip(case.parameters, base.parameters, strict=True)
            if parameter.value != before.value
        ]
        (parameter,) = changed
        value = parameter.value
        assert [value.low, value.middle, value.high] == told["parameters"]["tracks.truce.never_starts"]
        assert (value.status, value.reason) == ("calibrated", "a table of truces")
    first, later = told["statistics"]
    assert (first["observed"], later["observed"]) == (0.36, 0.0)
    assert first["low"] < 0.36 < first["high"]
    assert (later["low"], later["high"]) == (0.0, 0.0)
    assert CliRunner().invoke(app, ["calibrate", "fit.yaml"], catch_exceptions=False).exit_code == 0


def test_command_refuses_in_one_line_and_writes_nothing(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file is 2, a faulty one 3, and a prior under which statistics are missing 2; nothing is written."""
    monkeypatch.chdir(desk)
    call = CliRunner()
    assert call.invoke(app, ["calibrate", "none.yaml"]).exit_code == 2
    file_in(desk, CALIBRATION.replace("seed: 4", "sede: 4"))
    assert call.invoke(app, ["calibrate", "fit.yaml"]).exit_code == 3
    nowhere = call.invoke(app, ["calibrate", "truce.yaml", "--variant", "none/own.yaml"])
    assert (nowhere.exit_code, nowhere.stderr) == (2, "parley: 'none/own.yaml': there is no folder none\n")
    file_in(desk, CALIBRATION.replace("hazard 1 to 3", "hazard 5 to 6"))
    refused = call.invoke(app, ["calibrate", "fit.yaml"])
    assert refused.exit_code == 2
    assert refused.stderr.endswith("0 of 60 particles have every statistic, 20 are needed\n")
    assert not (desk / "results").exists()


@pytest.mark.endurance
@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("exchanges", ROOT / "scenarios" / "cases" / "exchanges-2022-2024-calibrated.yaml"),
        ("truce", SHIPPED / "truce-calibrated.yaml"),
    ],
)
def test_shipped_variants_are_what_the_command_writes(name: str, variant: Path, tmp_path: Path) -> None:
    """The calibrated variants that are shipped are those of their calibration files, number by number.

    A reason to change them: a rule, a default or the data changed, and the command was run again.
    """
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    file = tmp_path / "scenarios" / "calibrations" / f"{name}.yaml"
    written = tmp_path / variant.relative_to(ROOT)
    written.unlink()
    arguments = ["calibrate", str(file), "--out", str(tmp_path), "--variant", str(written)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert written.read_text(encoding="utf-8") == variant.read_text(encoding="utf-8")
