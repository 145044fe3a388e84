"""`parley report` as a person meets it, and as a browser does."""

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.terms import DISCLAIMER

pytest.importorskip("numba")

HERE = Path(__file__).resolve().parent
VOID = {"meta", "img", "link", "br", "hr"}
WATCHED = """\
parley: 1
extends: small.yaml
title: Two valleys, watched
tracks: {truce: {preconditions: {east: {watched: null}}}}
"""
QUESTION = "What holds up a truce?"


@dataclass
class Part:
    """A section: the cells of its tables by caption, its commands, its text."""

    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    commands: list[str] = field(default_factory=list)
    text: str = ""


class Page(HTMLParser):
    """A page as far as these tests look at it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.images: list[dict[str, str | None]] = []
        self.addresses: list[str] = []
        self.cells: list[list[str]] = []
        self.scopes: list[str | None] = []
        self.parts: dict[str, Part] = {}
        self.part, self.caption = Part(), ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag."""
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "section":
            self.part = self.parts.setdefault(given.get("id") or "short", Part())
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img":
            self.images.append(given)
        if tag == "th":
            self.scopes.append(given.get("scope"))
        if tag == "caption":
            self.caption = ""
        if tag == "tr":
            self.cells.append([])
        if tag in ("td", "th"):
            self.cells[-1].append("")
        if tag == "code":
            self.part.commands.append("")
        self.addresses += [given[name] or "" for name in ("src", "href", "action") if name in given]

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that is open."""
        assert self.open.pop() == tag
        if tag == "table":
            self.part.tables.setdefault(self.caption.strip(), []).extend(self.cells)
            self.cells = []

    def handle_data(self, data: str) -> None:
        """Take text."""
        self.part.text += data
        if "caption" in self.open:
            self.caption += data
        elif self.open[-1:] in (["td"], ["th"]):
            self.cells[-1][-1] += data
        elif self.open[-1:] == ["code"]:
            self.part.commands[-1] += data


def page_of(folder: Path) -> Page:
    """The report in a folder."""
    return Page((folder / "report.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the report of a small batch, beside whose scenario a variant stands."""
    root = tmp_path_factory.mktemp("report")
    for name in ("small.yaml", "claims.yaml"):
        shutil.copy(HERE / name, root)
    (root / "watched.yaml").write_text(WATCHED, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert CliRunner().invoke(app, ["batch", "small.yaml", "-n", "40"]).exit_code == 0
        (folder,) = Path("results").iterdir()
        words = ["report", str(folder), "--track", "truce", "--question", QUESTION]
        said = CliRunner().invoke(app, words, catch_exceptions=False)
        assert said.exit_code == 0
        assert said.stdout.splitlines()[-1] == DISCLAIMER
    return root


@pytest.fixture
def made(parley: Callable, place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The batch with its report, from the folder in which it was made; no cell of a table is wrapped."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("COLUMNS", "400")
    return next(each for each in Path("results").iterdir() if (each / "report.html").exists())


def plain(text: str) -> str:
    """The text in one line, with one space between words."""
    return " ".join(text.split())


def shown(page: Page, name: str) -> Iterator[tuple[str, list[str]]]:
    """The rows of the tables of a section that a command prints."""
    for caption, rows in page.parts[name].tables.items():
        if caption != "Numbers of the figure" and not caption.startswith("The ranges that are told"):
            yield from ((caption, row) for row in rows)


@pytest.mark.slow
def test_every_number_is_what_the_command_beside_it_prints(parley: Callable, made: Path) -> None:
    """Each cell of each table stands in the output of a command that the section names; so do the sentences."""
    page = page_of(made)
    for name in ("outcomes", "blocking", "comparison", "survival", "phases", "sensitivity", "validation"):
        part = page.parts[name]
        if name == "validation":
            assert "says nothing of what was observed" in part.text
            continue
        printed = []
        for command in part.commands:
            said = parley(*shlex.split(command)[1:])
            assert said.status == 0, command
            printed.append(plain(said.out))
        rows = list(shown(page, name))
        assert rows, name
        for caption, row in rows:
            for cell in row:
                assert any(plain(cell) in text for text in printed), (name, caption, cell)
    short = [plain(line) for line in page.parts["short"].text.splitlines() if plain(line)]
    explained = plain(parley(*shlex.split(page.parts["blocking"].commands[0])[1:]).out)
    assert short[1] in explained
    assert short[2] in explained


@pytest.mark.slow
def test_numbers_are_those_of_the_json(parley: Callable, made: Path) -> None:
    """The share that reaches the target, the share ever agreed and the days blocked are those of the verbs' JSON."""
    page = page_of(made)
    (command,) = page.parts["blocking"].commands
    told = json.loads(parley(*shlex.split(command)[1:], "--json").out)
    before = told["unlocking"]["before"]
    assert f"in {100 * before['share']:.1f} % of {before['n']} runs" in plain(page.parts["short"].text)
    agreed = told["blocking"]["truce"]["agreed"]
    assert f"{100 * agreed['share']:.1f} %" in [
        cell for row in page.parts["outcomes"].tables["What was agreed and delivered"] for cell in row
    ]
    (command,) = page.parts["sensitivity"].commands
    found = json.loads(parley(*shlex.split(command)[1:], "--json").out)
    assert all(sentence in plain(page.parts["sensitivity"].text) for sentence in found["sentences"])


def test_it_stands_by_itself_and_can_be_read_by_all(parley: Callable, made: Path) -> None:
    """No address but its own parts and pictures, no script; one h1, no level left out; every picture has words.

    It is small, says at head and foot what it is not, and is the same bytes when it is made again, elsewhere too.
    """
    text = (made / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in page.addresses)
    assert {address[1:] for address in page.addresses if address[0] == "#"} <= set(re.findall(r' id="([^"]+)"', text))
    assert "<script" not in text
    assert "@import" not in text
    assert "url(" not in text
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert page.images
    assert all(len(image["alt"] or "") > 40 for image in page.images)
    assert all(page.scopes)
    assert len(text) < 5_000_000
    assert text.count(DISCLAIMER) >= 3
    assert QUESTION in text
    assert parley("report", str(made), "--track", "truce", "--question", QUESTION, "--out", "there/new").status == 0
    assert Path("there/new/report.html").read_text(encoding="utf-8") == text


def test_claims_stand_under_their_makers(made: Path) -> None:
    """A reported number names who reported it and in which document; a precondition nobody is named for says so."""
    text = plain(page_of(made).parts["scenario"].text)
    captives = page_of(made).parts["scenario"].tables["Captives at the start"]
    assert any(row[0] == "West Valley" and row[3] == "50" and "reported by" in row[4] for row in captives)
    assert "The file names nobody who said so." in text
    assert "Why it is thought to hold: said in public." in text
    assumed = page_of(made).parts["assumptions"].tables["Numbers by status and reason"]
    assert ["parties.east.weariness", "0.3", "0.4", "0.5"] in assumed
    assert ["Assumed: invented."] in assumed


def test_labels_that_look_like_html_are_text(parley: Callable, desk: Path) -> None:
    """A label with a tag in it, and a title with quotation marks, change nothing but words."""
    label = "<script>alert('x')</script>"
    words = ("--set", f"parties.east.label={label}", "--set", 'title=A "new" <b>case</b>')
    assert parley("batch", "small.yaml", "-n", "20", *words).status == 0
    (folder,) = (desk / "results").iterdir()
    assert parley("report", str(folder)).status == 0
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;" in text
    page_of(folder)


def test_without_mediators_and_truces(parley: Callable, desk: Path) -> None:
    """Of a scenario without either the report says so and tells the rest."""
    words = ("--set", "mediators=null", "--set", "tracks.truce=null")
    assert parley("batch", "small.yaml", "-n", "20", *words).status == 0
    (folder,) = (desk / "results").iterdir()
    assert parley("report", str(folder)).status == 0
    page = page_of(folder)
    assert "No track of the batch agreed a truce." in page.parts["survival"].text
    assert ", mediator" not in page.parts["scenario"].text
    assert "Changed for this batch: mediators=null; tracks.truce=null." in plain(page.parts["scenario"].text)


def test_several_points_are_compared_with_each_other(parley: Callable, desk: Path) -> None:
    """A batch of two points tells one in full, chosen by --point, and compares it with the other."""
    assert parley("batch", "small.yaml", "-n", "20", "--factor", "rules.trust_gain=[0.1, 0.3]").status == 0
    (folder,) = (desk / "results").iterdir()
    assert parley("report", str(folder), "--point", "1").status == 0
    page = page_of(folder)
    assert shlex.split(page.parts["comparison"].commands[0])[2:] == [f"{folder}#1", f"{folder}#0"]
    assert "rules.trust_gain = 0.1" in page.parts["comparison"].text
    assert parley("report", str(folder), "--point", "2").err.strip().endswith("expected 0 to 1")


def test_a_skin_stays_on(parley: Callable, desk: Path) -> None:
    """Of a result under a skin no name of the scenario is told, and nothing is compared that would tell one."""
    assert parley("batch", "small.yaml", "-n", "20", "--skin", "fictional").status == 0
    (folder,) = (desk / "results").iterdir()
    assert parley("report", str(folder), "--skin", "fictional").status == 0
    text = (folder / "report.html").read_text(encoding="utf-8")
    for name in ("East Valley", "West Valley", "Two valleys", "small.yaml", "watched", "road", "Abbey", "2030"):
        assert name not in text, name
    said = parley("report", str(folder), "--with", "small.yaml")
    assert said.status == 2
    assert "under a skin" in said.err


def test_the_report_of_one_run(parley: Callable, desk: Path) -> None:
    """A run has its story, what its talks foundered on, and how to make it again; it cannot be asked like a batch."""
    assert parley("run", "small.yaml", "--replication", "3").status == 0
    (folder,) = (desk / "results").iterdir()
    assert parley("report", str(folder)).status == 0
    page = page_of(folder)
    assert list(page.parts) == ["short", "outcomes", "story", "blocking", "again", "limits"]
    story = plain(parley("run", "small.yaml", "--replication", "3").out)
    first = next(line for line in page.parts["story"].text.splitlines() if ": Talks open" in line)
    assert plain(first).partition(": ")[2] in story
    said = parley("report", str(folder), "--track", "truce")
    assert (said.status, said.err.strip()) == (2, f"parley: '{folder}' is one run: --track can be asked of a batch")


def test_what_changed_or_went_is_left_out_and_said(parley: Callable, desk: Path) -> None:
    """Where the scenario no longer says what the batch ran, what it alone can tell is left out, with the reason."""
    assert parley("batch", "small.yaml", "-n", "20").status == 0
    (folder,) = (desk / "results").iterdir()
    file = desk / "small.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("horizon: 30", "horizon: 31"), encoding="utf-8")
    said = parley("report", str(folder))
    assert said.status == 0
    assert "has changed since the batch ran it" in said.err
    page = page_of(folder)
    for name in ("scenario", "phases", "sensitivity", "assumptions"):
        assert "Left out: 'small.yaml' has changed" in page.parts[name].text
    assert page.parts["outcomes"].tables


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("nowhere",), "is not a result"),
        (("{folder}", "--track", "swap"), "'swap' is no track: expected one of exchange, truce"),
        (("{folder}", "--target", "hold"), "'hold' is no target"),
        (("{folder}", "--with", "elsewhere.yaml"), "is neither a result nor a scenario file"),
        (("{folder}", "--point", "1"), "there is no point 1"),
    ],
)
def test_what_cannot_be_told(parley: Callable, made: Path, words: tuple[str, ...], why: str) -> None:
    """One line that quotes what was given, status 2, and no report; nor is one put where a file stands."""
    said = parley("report", *(word.format(folder=made) for word in words), "--out", "fresh")
    assert said.status == 2
    assert why in said.err
    assert len(said.err.splitlines()) == 1
    assert not Path("fresh").exists()
    assert "Not a directory" in parley("report", str(made), "--out", "small.yaml").err


def test_a_damaged_batch_is_refused(parley: Callable, desk: Path) -> None:
    """A table that is not what was written, or a manifest that is damaged: one line that says what helps."""
    assert parley("batch", "small.yaml", "-n", "6").status == 0
    (folder,) = (desk / "results").iterdir()
    (table,) = (folder / "runs").glob("*.parquet")
    table.write_bytes(b"nothing")
    said = parley("report", str(folder))
    assert said.status == 2
    assert "give the batch command again" in said.err
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    assert "is damaged" in parley("report", str(folder)).err


@pytest.mark.slow
def test_many_parties_at_one_table(parley: Callable, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exchange in Ankara among seven states: all stand in the report, and what was observed is held against it."""
    monkeypatch.chdir(HERE.parent.parent)
    out = str(place / "ankara")
    assert parley("batch", "scenarios/cases/ankara-2024.yaml", "-n", "50", "--out", out).status == 0
    (folder,) = Path(out).iterdir()
    assert parley("report", str(folder), "--with", "scenarios/cases/ankara-2024-no-care.yaml").status == 0
    page = page_of(folder)
    sides = [line for line in page.parts["scenario"].text.splitlines() if line.endswith(", party")]
    assert len(sides) >= 3
    (command,) = page.parts["validation"].commands
    monkeypatch.setenv("COLUMNS", "400")
    printed = plain(parley(*shlex.split(command)[1:], "--out", out).out)
    for _, row in shown(page, "validation"):
        assert all(plain(cell) in printed for cell in row)
