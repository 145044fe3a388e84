"""Under the fictional skin nothing that is written says which case it was, and every run comes out the same."""

import ast
import csv
import datetime
import io
import json
import re
from calendar import month_name
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from sim.engine import model
from sim.scenario.case import StrategyCase, draw_parameters
from sim.scenario.compiling import compile_case
from sim.scenario.reading import Reading, read
from sim.scenario.skin import LEFT_OUT, PARTIES, START, fictional

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
CASES = sorted((ROOT / "scenarios" / "cases").glob("*.yaml"))
ROOTS = [file for file in CASES if not re.search(r"(?m)^extends:", file.read_text(encoding="utf-8"))]
FAILING = """\
def demand(situation, parameters):
    return situation.top if situation.time in (1 / 30, 0.25, 0.5, 0.9, 1.0) else 1 / 0
"""
"""A strategy that fails at every time but those at which it is tried before a run."""


def words_in(text: str) -> set[str]:
    """The words of a text, names of several words taken apart."""
    return {word.lower() for word in re.findall(r"(?<![^\W_])[^\W\d_]+(?![^\W_])", text)}


@cache
def words_of_the_program() -> frozenset[str]:
    """What the program itself may say: words of its texts and of its records, but none of its documentation."""
    found = words_in(" ".join(f"{datetime.date(2001, month, 1):%B %b}" for month in range(1, 13)))
    for file in sorted((ROOT / "sim").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        prose = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                found |= words_in(node.value)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found |= words_in(node.id)
            elif isinstance(node, ast.ClassDef):
                found |= words_in(node.name)
    return frozenset(found | words_of_a_picture())


def words_of_a_picture() -> set[str]:
    """What stands in any vector file."""
    axes = (figure := Figure()).add_subplot()
    axes.plot([0, 1], [0, 1], "o-", label="1")
    axes.add_patch(Rectangle((0, 0), 1, 1, hatch="/"))
    axes.legend()
    figure.savefig(file := io.BytesIO(), format="svg", metadata={"Description": "1"})
    return words_in(file.getvalue().decode())


def words_of(reading: Reading) -> set[str]:
    """Every word of a case: of its files and their names, of what it extends and of the claims that it cites."""
    files = list(reading.files)
    return set[str]().union(*(words_in(f"{file.stem} {file.read_text(encoding='utf-8')}") for file in files))


def texts_of(folder: Path) -> str:
    """All that is written in a folder, with the names of its files; tables of a batch are asked apart."""
    written = [path.name for path in (folder, *sorted(folder.rglob("*")))]
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet"):
        written.append(said_by_picture(file) if file.suffix == ".png" else file.read_text(encoding="utf-8"))
    return "\n".join(written)


def said_by_picture(file: Path) -> str:
    """What the metadata of a picture say."""
    with Image.open(file) as picture:
        return json.dumps(picture.info)


def texts_in(part: object) -> Iterator[str]:
    """Every text in a compiled case, but for its strategies, which are code."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from texts_in(each)
    elif is_dataclass(part) and not isinstance(part, StrategyCase):
        for field in fields(part):
            yield from texts_in(getattr(part, field.name))


def told_words(text: str, reading: Reading) -> set[str]:
    """Words of a case that a text says, and that are not the program's own."""
    return (words_in(text) & words_of(reading)) - words_of_the_program()


def years_told(text: str) -> set[int]:
    """Years of the dates in a text."""
    months = "|".join(month_name[1:])
    found = re.findall(rf"(?<!\d)((?:1\d|20)\d\d)-\d\d-\d\d|\d (?:{months}) (\d{{4}})", text)
    return {int(iso or spelled) for iso, spelled in found}


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_case_under_the_skin_is_drawn_as_without_and_says_nothing_of_itself(file: Path) -> None:
    """Draws are equal to the bit; no word, label, claim or digest of the file is left in the case."""
    reading = read(file)
    case = compile_case(reading)
    assert not any(words_in(side.name) <= words_of_the_program() for side in (*case.parties, *case.mediators)), (
        "the program has a word for a side: to look for other words is not enough"
    )
    worn = fictional([case]).dress(case)
    told = "\n".join(texts_in(worn))
    assert told_words(told, reading) == set()
    assert case.digest not in told
    assert (worn.start, worn.horizon) == (START, case.horizon)
    assert len({parameter.path for parameter in worn.parameters}) == len(case.parameters)
    assert draw_parameters(worn, 1, 2) == draw_parameters(case, 1, 2)


@pytest.mark.parametrize("file", ROOTS, ids=lambda file: file.stem)
def test_a_case_under_the_skin_runs_as_without(file: Path) -> None:
    """Outcomes, days and what happens when are equal to the bit; variants run on the same code."""
    case = compile_case(read(file))
    worn = fictional([case]).dress(case)
    with_names, without = model.run(case, 1, 2), model.run(worn, 1, 2)
    assert list(without.record.row().values()) == list(with_names.record.row().values())
    assert without.days.to_numpy().tolist() == with_names.days.to_numpy().tolist()
    assert [(type(entry), entry.day) for entry in without.log] == [(type(entry), entry.day) for entry in with_names.log]


@pytest.mark.parametrize("file", ROOTS, ids=lambda file: file.stem)
def test_nothing_that_a_run_writes_says_which_case_it_was(parley: Callable, desk: Path, file: Path) -> None:
    """The story, the tables, the warnings, the figures and every file have invented names and dates."""
    said = parley("run", str(file), "--skin", "fictional", "--out", "kept", "--all-knowing")
    assert said.status == 0
    assert said.err == f"parley: {LEFT_OUT}\n"
    (folder,) = (desk / "kept").iterdir()
    assert {"record.json", "timeline.svg", "timeline.csv", "timeline.txt"} <= {path.name for path in folder.iterdir()}
    reading, written = read(file), said.out + texts_of(folder)
    assert told_words(written, reading) == set()
    assert compile_case(reading).digest[:8] not in written
    case_years = range(START.year, START.year + 1 + reading.scenario.horizon // 365)
    assert years_told(written) <= set(case_years)
    assert json.loads((folder / "manifest.json").read_bytes())["left_out"] == LEFT_OUT


def test_a_name_depends_on_its_place_and_not_on_what_it_was(desk: Path) -> None:
    """With every name replaced by another, the invented ones are those that stood in the same places."""
    others = {"east": "hill", "west": "lake", "abbey": "mill", "watched": "seen", "road_open": "pass_shut"}
    text = (desk / "small.yaml").read_text(encoding="utf-8")
    for old, new in others.items():
        text = re.sub(rf"\b{old}\b", new, text)
    (desk / "other.yaml").write_text(text, encoding="utf-8")
    first, second = (fictional([compile_case(read(desk / file))]) for file in ("small.yaml", "other.yaml"))
    assert {others.get(name, name): invented for name, invented in first.names.items()} == second.names
    assert (first.names["east"], first.names["west"]) == PARTIES[:2]


BATCH = """\
parley: 1
batch: Valleys and watching
scenarios: [small.yaml]
variants:
  as it stands: {}
  unwatched: {tracks.truce.preconditions.east.watched: null}
factors:
  parties.east.label: [Left of the abbey, Right of the abbey]
replications: 3
"""
BY_PLACE = "select * exclude (digest, scenario, variant) from runs order by point, replication"


def rows_of(said_csv: str) -> list[list[str]]:
    """The rows of a printed answer, without its header."""
    return [list(row) for row in csv.reader(io.StringIO(said_csv))][1:]


def test_a_batch_under_the_skin_has_the_same_outcomes_and_no_word_of_its_files(parley: Callable, desk: Path) -> None:
    """Runs, manifest, figures, answers to queries and the list of results: all under invented names."""
    changes = ("--set", "parties.west.label=Valley of the West", "--keep", "truce.*")
    (desk / "valleys.yaml").write_text(BATCH.replace("  unwatched", "  unmonitored in the abbey"), encoding="utf-8")
    scenarios = ("small.yaml", "-n", "4", "--engine", "mesa", *changes)
    factors = ("--factor", "parties.east.weariness=[0.3, 0.6]", "--factor", "exchange.label=[Abbey, Road]")
    for words in (("valleys.yaml", "--engine", "mesa"), (*scenarios, *factors)):
        with_names = parley("batch", *words, "--out", "named")
        said = parley("batch", *words, "--out", "kept", "--skin", "fictional")
        assert (with_names.status, said.status) == (0, 0), said.err
    named, kept = (
        sorted((desk / place).iterdir(), key=lambda path: path.stat().st_mtime) for place in ("named", "kept")
    )
    reading = read(desk / "small.yaml")
    for real, worn in zip(named, kept, strict=True):
        answers = [parley("query", str(folder), BY_PLACE, "--csv").out for folder in (real, worn)]
        assert numbers_of(answers[0]) == numbers_of(answers[1])
        unlocks = parley("query", str(worn), "select * from unlocks", "--csv").out
        told = answers[1] + unlocks + texts_of(worn) + parley("results", "kept").out
        assert told_words(told, reading) - {"as"} == set()
        assert not re.search(r"(?<![\d.])2030(?!\d)", told)
        assert "small" not in told
        manifest = json.loads((worn / "manifest.json").read_bytes())
        assert manifest["left_out"] == LEFT_OUT
        assert all(entry["sources"] == {} and entry["resolved"] == {} for entry in manifest["scenarios"])
    assert told_words(said.out + said.err, reading) == set()


def numbers_of(answer: str) -> list[list[str]]:
    """The cells of an answer that do not say what was varied to what."""
    return [[cell for cell in row if not re.search("value [12]|abbey|Abbey|Road", cell)] for row in rows_of(answer)]


def test_a_batch_under_the_skin_goes_on_where_it_was(parley: Callable, desk: Path) -> None:
    """The same command finds what is done; another value behind the same invented one is another batch."""
    words = ("batch", "small.yaml", "-n", "3", "--engine", "mesa", "--skin", "fictional")
    assert parley(*words).status == 0
    assert "3 of 3 runs were done before" in parley(*words).err
    for value in ("[a, b]", "[a, c]"):
        assert parley(*words, "--factor", f"parties.east.label={value}").status == 0
    assert len(list((desk / "results").iterdir())) == 3


def test_a_failure_is_kept_without_its_reason(parley: Callable, desk: Path) -> None:
    """A strategy of one's own that fails would name its file: under the skin it is said that it failed, and no more."""
    (desk / "valley_guard.py").write_text(FAILING, encoding="utf-8")
    change = ("--set", "parties.east.strategy={file: valley_guard.py}", "--skin", "fictional", "--seed", "3")
    said = parley("run", "small.yaml", *change)
    assert said.status == 1
    assert said.err.splitlines()[-1] == "parley: a strategy failed; which and why is told without --skin"
    said = parley("batch", "small.yaml", *change, "-n", "2", "--engine", "mesa")
    assert said.status == 1
    assert "guard" not in said.out + said.err
    (folder,) = (desk / "results").iterdir()
    answer = parley("query", str(folder), "select failed, replay from runs where failed is not null", "--csv").out
    replay = "parley run SCENARIO --seed 3 --replication 0 --set PATH=VALUE --skin fictional"
    assert rows_of(answer)[0] == ["told without --skin", replay]


def test_what_is_stored_shows_the_names_of_its_making(parley: Callable, desk: Path) -> None:
    """With --skin, `plot`, `query` and `results` take what was made under the skin and nothing else."""
    for skin in ((), ("--skin", "fictional")):
        assert parley("batch", "small.yaml", "-n", "2", "--engine", "mesa", *skin).status == 0
    worn, named = sorted((desk / "results").iterdir())
    assert parley("plot", str(worn), "--skin", "fictional").status == 0
    for words in (("plot", str(named)), ("query", str(named), "select 1")):
        said = parley(*words, "--skin", "fictional")
        assert (said.status, said.out) == (2, "")
        assert said.err == "parley: the result was made without the skin 'fictional': make it with --skin fictional\n"
    listed = parley("results", "--skin", "fictional").out
    assert worn.name in listed
    assert named.name not in listed


def test_a_skin_that_there_is_not(parley: Callable) -> None:
    """Any other skin is refused, with the one that there is."""
    said = parley("run", "small.yaml", "--skin", "fictonal")
    assert said.status == 2
    assert "'fictonal' is not a skin: expected fictional" in said.err
