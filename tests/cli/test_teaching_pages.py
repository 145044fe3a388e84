"""docs/teaching/: its links lead somewhere, its commands are there, and those marked as `sh` do what they say."""

import os
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.main import get_command

import sim
from sim.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs" / "teaching").glob("*.md"))
FENCED = r"^ *```(\w*)\n(.*?)^ *```$"
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def test_there_are_pages_for_teachers() -> None:
    """The six pages and that of the pack are there."""
    assert len(PAGES) >= 7


@each_page
def test_links_of_a_page_lead_to_a_file_and_to_a_heading_of_it(page: Path) -> None:
    """No link of a page for teachers points at a file or a heading that is not there."""
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not _leads_somewhere(page, link)] == []


@each_page
def test_commands_of_a_page_are_there_with_the_options_that_it_names(page: Path) -> None:
    """Each `parley …` of a page, in a block or in a line, is a command of that name, with options of those names."""
    assert [line for line in _commands(page) if not _is_there(shlex.split(line)[1:])] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["install", "run-a-class-tomorrow", "role-play", "assess"])
def test_commands_of_a_page_do_what_they_say(name: str, parley: Callable, desk: Path) -> None:
    """What a page for teachers has in blocks marked `sh` can be typed, line after line, in the folder of Parley."""
    pytest.importorskip("numba")
    page = ROOT / "docs" / "teaching" / f"{name}.md"
    for folder in ("scenarios", "seeds"):
        (desk / folder).symlink_to(ROOT / folder)
    for file in _blocks(page, "yaml"):
        (desk / "course.yaml").write_text(file, encoding="utf-8")
    for line in "".join(_blocks(page, "sh")).splitlines():
        verb, *words = shlex.split(line)
        if verb == "cd":
            os.chdir(words[0])
            continue
        if words[:2] == ["teach", "grade"]:
            _hand_in(parley, desk)
        said = parley(*words)
        assert said.status == 0, (line, said.out, said.err)
    if name == "assess":
        assert (desk / "marks" / "report.html").is_file()
        assert (desk / "packs" / "students" / "heron.zip").is_file()
        assert (desk / "packs" / "instructor" / "tokens.csv").is_file()


@pytest.mark.slow
def test_the_table_of_the_first_lesson_holds_what_the_explorer_counts() -> None:
    """Shares of the first lesson are those of 10,000 runs with the precondition taken away."""
    pytest.importorskip("numba")
    text = (ROOT / "docs" / "teaching" / "run-a-class-tomorrow.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| (\d+\.\d) \| (\d+\.\d) \|$", text, flags=re.MULTILINE)
    case = sim.load(str(ROOT / "scenarios" / "cases" / "march-2025.yaml"))
    aid, rearming = "aid_and_intelligence", "no_rearming"
    away = [[], ["monitored"], [rearming], ["security_interests"], ["root_causes"], [aid], [aid, rearming]]
    assert len(rows) == len(away)
    for (label, ceasefire, pause), taken in zip(rows, away, strict=True):
        changes = {f"ceasefire.preconditions.russia.{name}": None for name in taken}
        runs = sim.batch(case.variant(changes) if changes else case, 10_000, seed=1).runs
        counted = [f"{100 * (runs[f'{track}.deals'] > 0).mean():.1f}" for track in ("ceasefire", "energy_pause")]
        assert counted == [ceasefire, pause], label


def _hand_in(parley: Callable, desk: Path) -> None:
    """What students do between the lines of the page: check what they have, and hand it in."""
    (desk / "handed-in").mkdir()
    for student in ("heron", "otter"):
        folder = desk / "packs" / "students" / student / "01-read-a-timeline"
        assert parley("exercise", "submit", str(folder), "--out", f"handed-in/{student}.zip").status == 0


def _blocks(page: Path, *languages: str) -> list[str]:
    """What stands between the fences of blocks of these languages."""
    found = re.findall(FENCED, page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [block for language, block in found if language in languages]


def _commands(page: Path) -> Iterator[str]:
    """What begins with `parley`: lines of blocks of commands, and words between backticks within a line."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in _blocks(page, "sh", "") for line in block.splitlines()]
    lines += [line for line in text.splitlines() if line.startswith("    parley ")]
    yield from (line.strip() for line in lines if line.strip().startswith("parley "))
    prose = re.sub(FENCED, "", text, flags=re.MULTILINE | re.DOTALL)
    yield from (told for told in re.findall(r"`(parley [a-z][^`\n]*)`", prose) if told not in _NO_COMMANDS)


_NO_COMMANDS = {"parley 0.1.0.dev0"}
"""What the program says, and nobody types."""


def _is_there(words: list[str]) -> bool:
    at = get_command(app)
    while hasattr(at, "commands") and words and not words[0].startswith("-"):
        if words[0] not in at.commands:
            return False
        at = at.commands[words.pop(0)]
    options = {name for parameter in at.params for name in (*parameter.opts, *parameter.secondary_opts)}
    return {word for word in words if word.startswith("-")} <= options | {"--help"}


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not heading or heading in _anchors(target))


def _anchors(page: Path) -> set[str]:
    """Headings as a web page of them names them: small letters, hyphens for spaces, no other signs."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
