"""Exercises on ledgers, ripeness, rearming and mediators, with every choice of figures that a student may be given."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy
import pytest

from sim.classroom.exercises import find_exercise, folder_of_exercises
from sim.classroom.marking import Marks
from sim.engine import model
from sim.engine.chunk import ENDINGS
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

pytest.importorskip("sim.engine.compiled", exc_type=ImportError)
Student = Any
"""What the fixture `start` gives."""
Start = Callable[..., Student]
LARGER = 16
"""As far as a check goes where it cannot tell: so large are the batches by which choices are named here."""


def choices(number: int) -> Sequence[Any]:
    """Every combination of an exercise's figures, but for the number of a run, each a test.

    The first is quick; those in which each value stands once are slow; the rest are run on demand.
    """
    varies = find_exercise(folder_of_exercises(), str(number)).varies
    named = {name: each.one_of for name, each in varies.items() if each.one_of}
    sizes = [len(values) for values in named.values()]
    once = {tuple(turn % size for size in sizes) for turn in range(max(sizes))}
    tests = []
    for places in product(*map(range, sizes)):
        figures = {name: values[place] for (name, values), place in zip(named.items(), places, strict=True)}
        mark = pytest.mark.slow if places in once else pytest.mark.endurance
        tests.append(pytest.param(figures, marks=mark if any(places) else []))
    return tests


def lost(marks: Marks) -> dict[str, str]:
    """Criteria that did not give all their points, and in which way."""
    return {each.criterion: each.way for each in marks.marks if each.points < each.most}


def share(columns: dict[str, Any], name: str) -> float:
    """Runs in which something came about, in per cent."""
    return 100 * float(numpy.mean(columns[name] > 0))


def around(value: float, half: float = 3.5) -> str:
    """An interval as a student writes it."""
    return f"{value - half:.2f} to {value + half:.2f}"


def told(student: Student, name: str, act: str) -> dict[str, int]:
    """What the log of the student's run says of an act, read entry by entry."""
    run = model.run(compile_case(read(student.folder / name)), student.variant.seed, student.variant.figures["run"])
    found = dict.fromkeys(("russia_alleges", "ukraine_alleges", "russia_did", "ukraine_did"), 0)
    for entry in run.log:
        if entry.track == act and type(entry).__name__ == "Alleged":
            found[f"{entry.by}_alleges"] += entry.count
        elif entry.track == act and type(entry).__name__ == "Violated":
            found[f"{entry.party}_did"] += entry.count
    return found


def ledgers(student: Student) -> None:
    """Exercise 4 as one does it rightly."""
    student.write("watched.yaml", "tracks: {thirty_days: {issues: {monitoring: [0.7]}}}")
    student.write("quiet.yaml", "rules: {detection_low: {assumed: 0.1, because: a trial}}")
    bare, watched = (student.columns(file=file, larger=LARGER) for file in ("start.yaml", "watched.yaml"))
    small = [student.columns(file=file)["thirty_days.violations"].mean() for file in ("start.yaml", "watched.yaml")]
    alleged = float((watched["thirty_days.alleged"] - bare["thirty_days.alleged"]).mean())
    broken = [numpy.mean(each["thirty_days.ending"] == ENDINGS.index("broken")) for each in (bare, watched)]
    student.answer(
        **told(student, "start.yaml", "easter"),
        happens=around(small[1] - small[0], 4.5),
        alleges="more" if alleged > 0 else "fewer",
        broken="more often" if broken[1] > broken[0] else "less often",
        read_ledgers="They are two sides' words.",
    )


@pytest.mark.parametrize("figures", choices(4))
def test_ledgers_read_rightly(start: Start, figures: dict[str, Any]) -> None:
    """Whatever the watchers deter, who lays the ledgers beside what happened has all points."""
    student = start(4, **figures)
    ledgers(student)
    marks = student.marks()
    assert (marks.points, marks.most, lost(marks)) == (16, 16, {})


def test_watchers_who_only_see_make_ledgers_longer(start: Start) -> None:
    """Where watchers deter nobody and false alarms are few, more is alleged, less happens, and more truces break."""
    student = start(4, deterrence=[0, 0.1, 0.2], false=[0, 0.05, 0.1])
    ledgers(student)
    sheet = (student.folder / "answers.yaml").read_text(encoding="utf-8")
    assert "alleges: more\n" in sheet
    assert "broken: more often\n" in sheet


def test_ledgers_read_half_rightly(start: Start) -> None:
    """Ledgers taken for what happened, the wrong row, watchers besides the silence: each is told by itself."""
    student = start(4)
    ledgers(student)
    right = told(student, "start.yaml", "easter")
    student.write("quiet.yaml", "tracks: {thirty_days: {issues: {monitoring: [0.3]}}}")
    student.answer(russia_did=right["russia_did"] + 1, ukraine_alleges="-1", happens="[40, 45]")
    marks = student.marks()
    assert lost(marks) == {
        "ukraine_alleges": "low", "russia_did": "high", "happens": "high",
        "quiet_only": "elsewhere", "quiet": "needs", "still_happens": "needs",
    }  # fmt: skip
    assert marks.points == 16 - 1 - 1 - 3 - 1 - 2 - 1


EARLY = "ceasefire.first_opened"


def opened(columns: dict[str, Any]) -> float:
    """Runs in which talks have opened by day 14, in per cent."""
    return 100 * float(numpy.mean((columns[EARLY] >= 0) & (columns[EARLY] <= 14)))


def ripe(student: Student) -> None:
    """Exercise 5 as one does it rightly."""
    for party in ("russia", "ukraine"):
        tolerance = "tolerance: {assumed: [0.2, 0.3, 0.4], because: a trial}"
        student.write(f"{party}.yaml", f"parties: {{{party}: {{{tolerance}}}}}")
    student.write("way.yaml", "tracks: {ceasefire: {way_out: {assumed: 2, because: a trial}}}")
    by = {name: opened(student.columns(file=f"{name}.yaml")) for name in ("start", "russia", "ukraine", "way")}
    student.answer(
        opens=around(by["start"]),
        whose="Russia" if by["russia"] > by["ukraine"] else "Ukraine",
        gain=around(by["way"] - by["start"]),
        agrees="no such difference",
        ripe="It takes two.",
    )


@pytest.mark.parametrize("figures", choices(5))
def test_ripeness_found(start: Start, figures: dict[str, Any]) -> None:
    """Whoever is less weary, who finds whose hurt counts and opens a way out has all points."""
    student = start(5, **figures)
    ripe(student)
    marks = student.marks()
    assert (marks.points, marks.most, lost(marks)) == (14, 14, {})


def test_the_hurt_of_the_one_who_can_wait_is_the_one_that_counts(start: Start) -> None:
    """The other one's hurt is told to be wrong; so is a way out that hurts somebody, with all that rests on it."""
    student = start(5, russia=[0.2, 0.3, 0.4])
    ripe(student)
    student.write("way.yaml", "parties: {russia: {tolerance: {assumed: [0.1, 0.2, 0.3], because: a trial}}}")
    student.answer(whose="Ukraine", opens="[0, 100]")
    marks = student.marks()
    assert lost(marks) == {
        "opens": "wide", "whose": "wrong", "way_only": "elsewhere", "way": "needs", "gain": "needs", "agrees": "needs",
    }  # fmt: skip


def feared(student: Student) -> str:
    """The side that rearms faster; the other one is afraid of it."""
    return max(("russia", "ukraine"), key=lambda party: student.variant.figures[party])


def safe(student: Student) -> None:
    """Exercise 6 as one does it rightly."""
    faster = feared(student)
    afraid = "ukraine" if faster == "russia" else "russia"
    cap = {"russia": "russian_cap", "ukraine": "rearm_cap"}[faster]
    student.write("fearless.yaml", f"parties: {{{afraid}: {{fear_of_rearming: {{assumed: 0, because: a trial}}}}}}")
    student.write("safe.yaml", f"tracks: {{ceasefire: {{issues: {{{cap}: [0.8], monitoring: [0.7]}}}}}}")
    by = [share(student.columns(file=file), "ceasefire.deals") for file in ("start.yaml", "fearless.yaml")]
    student.answer(
        who=afraid.capitalize(),
        gain=around(by[1] - by[0]),
        length="30 days",
        paper="no such difference",
        safe_to_sign="It refused what the other could use better.",
    )


@pytest.mark.parametrize("figures", choices(6))
def test_a_truce_made_safe(start: Start, figures: dict[str, Any]) -> None:
    """Whoever rearms faster, who takes the other's fear away, and then the ground of it, has all points."""
    student = start(6, **figures)
    safe(student)
    marks = student.marks()
    assert (marks.points, marks.most, lost(marks)) == (17, 17, {})


@pytest.mark.slow
def test_a_cap_on_the_wrong_side_makes_nothing_safe(start: Start) -> None:
    """The fear of the side that is not afraid, and a cap on it, gain nothing; three menus are one too many."""
    student = start(6, russia=[0, 0.0005, 0.001])
    safe(student)
    student.write("fearless.yaml", "parties: {ukraine: {fear_of_rearming: {assumed: 0, because: a trial}}}")
    student.write("safe.yaml", "tracks: {ceasefire: {issues: {russian_cap: [0.8], monitoring: [0.7]}}}")
    student.answer(who="Ukraine", length="120 days")
    wrong = {
        "who": "wrong",
        "fearless": "short",
        "gain": "high",
        "length": "wrong",
        "safe": "short",
        "safe_days": "short",
    }
    assert lost(student.marks()) == wrong
    student.write("safe.yaml", "tracks: {ceasefire: {issues: {rearm_cap: [1], russian_cap: [1], monitoring: [1]}}}")
    assert lost(student.marks())["safe_only"] == "many"


HOST = ("mediators: {usa: {style: facilitation}}", "tracks: {energy_pause: {talks: {bridge_every: null}}}")


def mediated(student: Student) -> None:
    """Exercise 7 as one does it rightly."""
    student.write("host.yaml", *HOST)
    student.write("lasting.yaml", "mediators: {usa: {leverage: {assumed: 0, because: a trial}}}")
    without = {tool: student.columns(f"mediators.usa.{tool}=0", larger=LARGER) for tool in ("leverage", "pressure")}
    costly = min(without, key=lambda tool: share(without[tool], "energy_pause.deals"))
    student.answer(
        hosts=around(share(student.columns(file="host.yaml"), "energy_pause.deals")),
        formulates="no such difference",
        tool={"leverage": "the promises", "pressure": "the pressure"}[costly],
        days_a_deal="it presses and does not promise",
        leans="no such difference",
        roles="Signatures are not days.",
    )


@pytest.mark.parametrize("figures", choices(7))
def test_mediators_told_apart(start: Start, figures: dict[str, Any]) -> None:
    """Whatever its means, who takes a mediator's roles away one by one has all points."""
    student = start(7, **figures)
    mediated(student)
    marks = student.marks()
    assert (marks.points, marks.most, lost(marks)) == (15, 15, {})


@pytest.mark.slow
def test_mediators_half_told_apart(start: Start) -> None:
    """A host who still proposes, days for days a deal, and a mediator who leaves everything aside: the rest counts."""
    student = start(7, pressure=[0.02, 0.05, 0.08])
    mediated(student)
    student.write("host.yaml", "horizon: 90")
    student.write("lasting.yaml", HOST[0])
    student.answer(days_a_deal="it promises and does not press", hosts="[70, 76]")
    assert lost(student.marks()) == {
        "host_only": "elsewhere", "hosts": "high", "formulates": "needs",
        "days_a_deal": "wrong", "still_signs": "short",
    }  # fmt: skip
