"""Stocks and parity, a strategy and a case of one's own: each tried by students right, half right and wrong."""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy
import pytest

from sim.classroom.exercises import find_exercise, folder_of_exercises
from sim.classroom.judging import Verdict
from sim.classroom.marking import Marks, key
from sim.engine import log, model
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

pytest.importorskip("sim.engine.compiled", exc_type=ImportError)
Start = Callable[..., Any]
RULES = [f"exchange.preconditions.{party}.number_for_number=null" for party in ("russia", "ukraine")]
CHANGES = {
    "never quiet": ["events.grows_quiet=null"],
    "any numbers": RULES,
    "always some ready": ["events.few_to_ukraine=null", "events.few_to_russia=null"],
    "more captives": ["captures.ukraine takes russia.captives=[9, 11, 14]"],
}


def lost(marks: Marks) -> dict[str, str]:
    """Criteria that did not give all their points, and in which way."""
    return {each.criterion: each.way for each in marks.marks if each.points < each.most}


def every(number: int) -> list[Any]:
    """Figures of an exercise that matter, each a test: the first quick, each value once slow, others on demand."""
    varies = find_exercise(folder_of_exercises(), str(number)).varies
    names = [name for name in varies if name != "run"]
    sizes = [len(varies[name].values) for name in names]
    once = {tuple(turn % size for size in sizes) for turn in range(max(sizes))}
    tests = []
    for places in product(*map(range, sizes)):
        figures = {name: varies[name].values[place] for name, place in zip(names, places, strict=True)}
        mark = pytest.mark.slow if places in once else pytest.mark.endurance
        tests.append(pytest.param(figures, marks=mark if any(places) else []))
    return tests


# Why swaps pause -------------------------------------------------------------------------------------------------


def longest(student: Any) -> int:
    """Days between two agreements of the student's run, counted over the entries of its story."""
    case = compile_case(read(student.folder / "start.yaml"))
    told = model.run(case, student.variant.seed, int(student.variant.figures["run"])).log
    days = {entry.day for entry in told if isinstance(entry, log.Agreed)}
    ages = [0]
    for day in range(min(days), max(days) + 1):
        ages.append(0 if day in days else ages[-1] + 1)
    return max(ages) + 1


def pauses(student: Any) -> dict[str, object]:
    """What the student's batches say of the four changes."""
    base = student.columns()
    changed = {name: student.columns(*sets) for name, sets in CHANGES.items()}
    deals = {name: float(columns["exchange.deals"].mean()) for name, columns in changed.items()}
    home = {name: float(columns["ukraine.returned"].mean()) for name, columns in changed.items()}
    more = home["never quiet"] - float(base["ukraine.returned"].mean())
    del home["more captives"]
    return {
        "pause": longest(student),
        "exchanges": max(deals, key=lambda name: deals[name]),
        "fewer": min(deals, key=lambda name: deals[name]),
        "home": max(home, key=lambda name: home[name]),
        "quiet_home": f"[{more - 19:.1f}, {more + 19:.1f}]",
        "why": "Nobody met.",
    }


def rule(student: Any, text: str, *more: str) -> None:
    """The file with another rule of Russia's."""
    place = ["tracks:", "  exchange:", "    preconditions:", "      russia:"]
    student.write("ratio.yaml", *place, f"        number_for_number: {{accepts if: {text}}}", *more)


@pytest.mark.parametrize("figures", every(8))
def test_pauses_explained_rightly(start: Start, figures: Mapping[str, Any]) -> None:
    """Whoever counts has all points with every choice of figures, and two for one meets both bounds with each."""
    student = start(8, **figures)
    rule(student, "proposal.to_ukraine <= 2 * proposal.to_russia")
    student.answer(**pauses(student))
    marks = student.marks()
    assert (marks.points, marks.most, lost(marks)) == (12, 12, {})
    assert all(mark.verdict != Verdict.OPEN for mark in marks.marks), "it can be told with these figures"


@pytest.mark.parametrize("figures", every(8))
def test_what_the_brief_and_the_debrief_say_of_pauses_holds(start: Start, figures: Mapping[str, Any]) -> None:
    """With each choice a side that is always ready makes fewer exchanges, and more captives bring most people home."""
    student = start(8, **figures)
    base, changed = student.columns(), {name: student.columns(*sets) for name, sets in CHANGES.items()}
    deals = {name: float(numpy.mean(columns["exchange.deals"])) for name, columns in changed.items()}
    home = {name: float(numpy.mean(columns["ukraine.returned"])) for name, columns in changed.items()}
    assert [name for name in deals if deals[name] < float(numpy.mean(base["exchange.deals"]))] == ["always some ready"]
    assert max(home, key=lambda name: home[name]) == "more captives"


def test_pauses_explained_half_rightly(start: Start) -> None:
    """Deals taken for people, the wrong sign, and a rule that went away altogether: the rest stands."""
    student = start(8, quiet=[0.001, 0.002, 0.004])
    right = pauses(student)
    student.answer(**{**right, "pause": longest(student) + 3, "home": "never quiet", "quiet_home": "[-40, -5]"})
    student.write("ratio.yaml", "tracks: {exchange: {preconditions: {russia: {number_for_number: null}}}}")
    marks = student.marks()
    assert lost(marks) == {
        "pause": "high", "home": "wrong", "quiet_home": "low", "ratio_only": "elsewhere", "ratio": "needs",
        "ratio_both": "needs",
    }  # fmt: skip
    assert (marks.points, marks.passed) == (3, False)


def test_a_rule_that_asks_for_more_still_brings_nobody_home(start: Start) -> None:
    """A rule that is stricter changes the rule and nothing else, and falls short; so does more than the rule."""
    student = start(8)
    rule(student, "2 * proposal.to_ukraine <= proposal.to_russia")
    assert lost(student.marks()).items() >= {"ratio": "short"}.items()
    rule(student, "proposal.to_ukraine <= 2 * proposal.to_russia", "horizon: 900")
    assert lost(student.marks()).items() >= {"ratio_only": "elsewhere", "ratio": "needs"}.items()


# Beat the field --------------------------------------------------------------------------------------------------

LINE = "    given_up = 0.0\n"
NEVER_ANSWERS = "    while True:\n        pass\n"


def plays(student: Any, line: str) -> None:
    """The file that the exercise begins with, with one line changed."""
    file = student.folder / "mine.py"
    text = file.read_text(encoding="utf-8")
    assert LINE in text
    file.write_text(text.replace(LINE, line), encoding="utf-8")


def gives_up(exponent: float) -> str:
    """A line that gives way with a power of the time that is gone."""
    return f"    given_up = math.pow(gone, {exponent})\n"


@pytest.mark.parametrize("figures", every(9))
def test_a_strategy_between_the_field_passes(start: Start, figures: Mapping[str, Any]) -> None:
    """With each choice of figures a rule between linear and boulware gains what they gain, and keeps the deals."""
    student = start(9, **figures)
    plays(student, gives_up(2.0 if "micro" in figures["others"] else 2.5))
    student.answer(spoils="boulware", why="It gives way late, and not too late.")
    marks = student.marks()
    assert (marks.points, marks.most, lost(marks)) == (9, 9, {})


@pytest.mark.slow
@pytest.mark.parametrize("figures", every(9)[::5])
@pytest.mark.parametrize(
    ("exponent", "criterion", "ways"),
    [(1.0, "firm", ["worse"]), (4.0, "fair", ["wrecked"]), (0.25, "fair", ["worse", "wrecked"])],
)
def test_a_copy_of_one_of_the_field_does_not_pass(
    start: Start, figures: Mapping[str, Any], exponent: float, criterion: str, ways: list[str]
) -> None:
    """Linear gains too little, boulware spoils deals, and conceder gains least or has nothing left to answer with."""
    student = start(9, **figures)
    plays(student, gives_up(exponent))
    student.answer(spoils="boulware")
    marks = student.marks()
    assert lost(marks)[criterion] in ways
    assert not marks.passed


@pytest.mark.parametrize(("line", "way"), [(LINE, "wrecked"), ("    given_up = 0.0 if offers else 1.0\n", "invalid")])
def test_the_file_as_it_was_and_one_with_a_slip_do_not_pass(start: Start, line: str, way: str) -> None:
    """To hold out to the end gains nothing that counts; a name that is not there is told, with its line."""
    student = start(9, others=["boulware", "linear", "micro"])
    plays(student, line)
    marks = student.marks()
    told = next(mark for mark in marks.marks if mark.criterion == "fair")
    assert (told.points, told.way) == (0, way)
    assert way != "invalid" or "offers" in told.feedback


# Write a case ----------------------------------------------------------------------------------------------------

CLAIMS = """\
document: {{id: yemen, kind: news reports, title: Exchange of detainees in Yemen, published: 2020-09-27}}
claims:
  by_government: {{what: Detainees whom the government frees, value: {0}, unit: persons, by: Reuters, on: 2020-09-27}}
  by_ansar_allah: {{what: Detainees whom Ansar Allah frees, value: {1}, unit: persons, by: Reuters, on: 2020-09-27}}
"""
CASE = """\
parley: 1
title: Exchange of detainees in Yemen
start: 2020-09-18
horizon: 60
war: false
sources:
  report: {{claims: claims.yaml}}
parties:
  government: {{label: Government of Yemen}}
  ansar_allah: {{label: Ansar Allah}}
trust:
  assumed:
    because: years of war
    government in ansar_allah: [0.05, 0.1, 0.2]
    ansar_allah in government: [0.05, 0.1, 0.2]
categories: {{detainees: {{worth: {{assumed: 1, because: the unit}}}}}}
captives:
  government holds ansar_allah: {{detainees: {{reported: {0}, claim: report.by_government}}}}
  ansar_allah holds government: {{detainees: {{reported: {1}, claim: report.by_ansar_allah}}}}
mediators:
  united_nations: {{label: United Nations envoy, style: formulation, tracks: exchange}}
  red_cross: {{label: Red Cross, style: facilitation, tracks: exchange}}
tracks:
  exchange:
    issues: {{from_government: [{2}, 300, {0}], from_ansar_allah: [{2}, 170, {1}]}}
    steps:
      swap:
        government gives ansar_allah: {{detainees: from_government}}
        ansar_allah gives government: {{detainees: from_ansar_allah}}
        guaranteed_by: red_cross
    interests:
      assumed:
        because: each wants its own back more than it minds giving
        government: {{returned: [0.6, 0.8, 1], released: [-0.6, -0.4, -0.2]}}
        ansar_allah: {{returned: [0.6, 0.8, 1], released: [-0.6, -0.4, -0.2]}}
    scores:
      assumed:
        because: all of its own score 1 for each side, and so does giving all that it has
        returned: {{government: {{scale: {1}}}, ansar_allah: {{scale: {0}}}}}
        released: {{government: {{scale: {0}}}, ansar_allah: {{scale: {1}}}}}
observed:
  - {{date: 2020-09-27, track: exchange, agreed: {{from_government: {0}, from_ansar_allah: {1}}}}}
"""


def writes(student: Any, *changes: tuple[str, str]) -> None:
    """The claims and the case of the student's paragraph, with some words changed."""
    terms, small = student.variant.figures["terms"], student.variant.figures["small"]
    text = CASE.format(*terms, small)
    for word, other in changes:
        assert word in text
        text = text.replace(word, other)
    (student.folder / "claims.yaml").write_text(CLAIMS.format(*terms), encoding="utf-8")
    (student.folder / "case.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("figures", every(10))
def test_a_case_written_rightly(start: Start, figures: Mapping[str, Any]) -> None:
    """A file that says what was said, assumes the rest as ranges and can agree or not has all points."""
    student = start(10, **figures)
    writes(student)
    share = 100 * float(numpy.mean(student.columns(file="case.yaml")["exchange.deals"] > 0))
    student.answer(often=f"[{share - 3.9:.1f}, {share + 3.9:.1f}]", hangs="On trust.", silent="On names.")
    marks = student.marks()
    assert (marks.points, marks.most, lost(marks), marks.faults) == (16, 16, {}, ())
    assert set(marks.to_read) == {"hangs", "silent"}


def test_a_case_written_half_rightly(start: Start) -> None:
    """A bare number, other names, another year's terms, nothing that happened: each is told by itself."""
    student = start(10)
    one, other = student.variant.figures["terms"]
    writes(
        student,
        ("red_cross", "icrc"),
        ("{assumed: 1, because: the unit}", "1"),
        (f"300, {one}]", "300]"),
        (f"{{from_government: {one}, from_ansar_allah: {other}}}", "{from_government: 300, from_ansar_allah: 170}"),
    )
    marks = student.marks()
    assert lost(marks) == {
        "strict": "unattributed", "named": "lacking", "terms": "off", "agrees": "needs", "open": "needs",
        "often": "missing",
    }  # fmt: skip
    told = {mark.criterion: mark.feedback for mark in marks.marks}
    assert "mediators.red_cross" in told["named"]
    assert "case.yaml:" in told["strict"]


def test_a_case_that_knows_the_answer_does_not_do(start: Start) -> None:
    """Where everything is known and everybody wants a deal, agreement is certain: ranges, and doubt, are lacking."""
    student = start(10)
    writes(
        student,
        ("returned: [0.6, 0.8, 1], released: [-0.6, -0.4, -0.2]", "returned: 1, released: -0.01"),
        ("[0.05, 0.1, 0.2]", "0.9"),
        ("horizon: 60", "horizon: 300"),
    )
    assert lost(student.marks()) == {"ranges": "certain", "open": "short", "often": "missing"}


def test_a_number_that_is_not_the_one_claimed_is_a_fault(start: Start) -> None:
    """A reported number that its claim does not say is told with its line, and fails what needs the file."""
    student = start(10)
    writes(student, (f"{{reported: {student.variant.figures['terms'][0]},", "{reported: 999,"))
    marks = student.marks()
    assert marks.points == 0
    assert [fault.file for fault in marks.faults] == ["case.yaml"]


# All three -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [8, 9, 10])
def test_nonsense_gains_nothing_here(start: Start, number: int) -> None:
    """Words for numbers and files that are none: no points, and faults in nothing but what was handed in."""
    student = start(number)
    student.answer(**dict.fromkeys(student.exercise.task.answers, "perhaps"))
    for file in student.exercise.task.files.values():
        (student.folder / file.file).write_text("tracks: [none]\n", encoding="utf-8")
    marks = student.marks()
    assert (marks.points, marks.passed) == (0, False)
    assert {fault.file for fault in marks.faults} <= {"answers.yaml", "case.yaml", "claims.yaml", "ratio.yaml"}


@pytest.mark.parametrize("number", [8, 10])
def test_an_empty_folder_gains_nothing_here(start: Start, number: int) -> None:
    """Everything is missing, and nothing is wrong."""
    marks = start(number).marks()
    assert {each.verdict for each in marks.marks} == {Verdict.MISSING}
    assert (marks.points, marks.faults) == (0, ())


def test_a_key_is_worked_out_for_pauses(start: Start) -> None:
    """The key names the longest time between two agreements of the student's run, and the choices that are right."""
    student = start(8)
    found = key(student.exercise, student.variant, student.runs)
    assert found["pause"] == f"{longest(student)}"
    assert found["fewer"].startswith("always some ready")
