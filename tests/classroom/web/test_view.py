import shutil
from pathlib import Path

import pytest

from sim.classroom.web.library import Book, Library, shipped
from sim.classroom.web.view import View, changed, preconditions, ranges, variant, view_of
from sim.classroom.web.wording import groups, words_of
from sim.engine import model
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

CASES = Path("scenarios/cases")
ORIGINALS = [path for path in sorted(CASES.glob("*.yaml")) if "extends:" not in path.read_text(encoding="utf-8")]


@pytest.fixture(scope="module")
def library():
    """The shipped cases."""
    return Library(shipped())


@pytest.fixture(scope="module")
def march(library: Library) -> Book:
    """The case of March 2025."""
    return library.book("march-2025")


def test_a_link_reproduces_the_view(march):
    """The query of a view, read again, is the same view."""
    query = [
        ("hold.parties.russia.weariness", "0.55"),
        ("off", "ceasefire.russia.monitored"),
        ("seed", "7"),
        ("run", "3"),
    ]
    view, remarks = view_of(march, query)
    assert not remarks
    pairs = [tuple(pair.split("=")) for pair in view.query.split("&")]
    assert view_of(march, pairs)[0] == view


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (("hold.parties.russia.wearyness", "0.5"), "no range of this scenario"),
        (("hold.parties.russia.weariness", "0.9"), "outside the range"),
        (("hold.parties.russia.weariness", "nan"), "outside the range"),
        (("hold.parties.russia.weariness", "<script>"), "no number"),
        (("off", "ceasefire.russia.peace"), "no precondition"),
        (("seed", "-1"), "no whole number"),
        (("run", "9" * 30), "no whole number"),
        (("run", "٣"), "no whole number"),
    ],
)
def test_what_a_link_asks_for_and_there_is_not_is_said_and_left_out(march, pair, said):
    """A link with something wrong in it shows the rest, and a sentence about what was left out."""
    view, remarks = view_of(march, [pair])
    assert view == View("march-2025")
    assert len(remarks) == 1
    assert said in remarks[0]


def test_an_empty_field_leaves_a_range_to_be_drawn(march):
    """A form without scripts sends every field; those left empty change nothing."""
    assert view_of(march, [("hold.parties.russia.weariness", "")]) == (View("march-2025"), ())


def test_a_count_of_persons_is_held_at_a_whole_number(march):
    """Half a captive is nobody."""
    view, _ = view_of(march, [("hold.captives.russia holds ukraine.wounded", "99.7")])
    assert view.held == (("captives.russia holds ukraine.wounded", 100.0),)


def _everything(book: Book) -> View:
    """Every range held off its middle, every second precondition away."""
    held = tuple((path, float(round(one.value.high)) if one.whole else (one.value.low + 3 * one.value.high) / 4)
                 for path, one in ranges(book.case).items())  # fmt: skip
    return View(book.name, held, preconditions(book.case)[::2], seed=5)


@pytest.mark.parametrize("path", ORIGINALS, ids=lambda path: path.stem)
def test_the_file_of_a_view_is_the_view(path, library, tmp_path):
    """Of every shipped case, a variant that holds every range reads without a fault and has the view's very numbers."""
    book = library.book(path.stem)
    view = _everything(book)
    cases = tmp_path / "scenarios" / "cases"
    shutil.copytree(CASES, cases)
    shutil.copytree("seeds", tmp_path / "seeds")
    (cases / "mine.yaml").write_text(variant(book, view), encoding="utf-8")
    mine, seen = compile_case(read(cases / "mine.yaml")), changed(book.case, view)
    used = {each.path: each.value.middle for each in mine.parameters}
    assert {path: value for path, value in used.items() if path in dict(view.held)} == {
        each.path: pytest.approx(each.value.middle, rel=1e-11) for each in seen.parameters if each.path in used
        and each.path in dict(view.held)
    }  # fmt: skip
    assert not ranges(mine)
    assert preconditions(mine) == preconditions(seen)


def test_the_file_of_a_view_runs_as_the_view_does(march, tmp_path):
    """A replication of the downloaded variant leaves the same record as one of the view."""
    query = [("hold.parties.russia.weariness", "0.55"), ("off", "ceasefire.russia.monitored")]
    view, _ = view_of(march, query)
    shutil.copytree("seeds", tmp_path / "seeds")
    shutil.copytree(CASES, tmp_path / "scenarios" / "cases")
    file = tmp_path / "scenarios" / "cases" / "mine.yaml"
    file.write_text(variant(march, view), encoding="utf-8")
    case = compile_case(read(file))
    for replication in (0, 24):
        mine, seen = (model.run(each, 1, replication).record.row() for each in (case, changed(march.case, view)))
        assert mine == seen


@pytest.mark.parametrize("path", ORIGINALS, ids=lambda path: path.stem)
def test_every_range_has_words_and_a_reason(path, library):
    """Beside every slider stand a label, its ends, and its status; labels of one group tell its ranges apart."""
    book = library.book(path.stem)
    for group in groups(book, View(book.name)):
        sliders = [*group.own, *group.shipped]
        assert len({slider.label for slider in sliders}) == len(sliders), group.label
        for slider in sliders:
            assert slider.label
            assert slider.status
            assert float(slider.low) < float(slider.high)


def test_a_range_is_called_what_the_format_calls_it(march):
    """The label comes from the path, the meaning from the format's own page."""
    assert words_of("parties.russia.weariness", march)[0] == "Weariness"
    assert words_of("tracks.ceasefire.interests.ukraine.aid_stop", march)[0] == "Interests, Ukraine, aid stop"
    assert words_of("trust.russia in ukraine", march)[0] == "Russia in Ukraine"
    assert words_of("tracks.ceasefire.direct", march)[1] == "daily chance that talks open without a mediator"


def test_scenarios_are_offered_by_case(library):
    """Cases that stand by themselves first, the preferred one at their head; then the variants, under their case."""
    offered = library.titles("march-2025")
    headings, groups = list(offered), list(offered.values())
    assert headings[0] == ""
    assert set(groups[0]) == {path.stem for path in ORIGINALS}
    assert next(iter(groups[0])) == "march-2025"
    for heading, variants in list(offered.items())[1:]:
        base = next(name for name, title in groups[0].items() if title == heading)
        assert all(name.startswith(base) for name in variants)
    assert headings[1] == groups[0]["march-2025"]
    assert {name for group in groups for name in group} == set(library.files)


def test_a_variant_whose_case_is_not_offered_stands_by_itself():
    """Where only a variant is served, it is not hidden under a heading of nothing."""
    alone = Library([CASES / "march-2025-monitored.yaml"])
    assert alone.titles() == {"": {"march-2025-monitored": "March 2025 with a monitoring mission at hand"}}
