"""What is wrong with a scenario is said with its place, ends the command with status 3, and nothing is written."""

from collections.abc import Callable
from pathlib import Path

import pytest

MARK = "«"
"""Stands before the character that the fault points at, and is taken out before the file is written."""

FAULTS = {
    "unknown key": ("horizon: 30", "horizon: 30\n«horizont: 30", "did you mean 'horizon'?"),
    "unknown key deep down": ("label: Abbey", "«lable: Abbey", "did you mean 'label'?"),
    "wrong type": ("horizon: 30", "horizon: «soon", "soon"),
    "number out of range": ("east in west: 0.2", "east in west: «1.2", "1.2"),
    "unknown party": ("east holds west", "«eats holds west", "did you mean 'east'?"),
    "unknown track": ("tracks: [exchange, truce]", "tracks: [«exchnage, truce]", "did you mean 'exchange'?"),
    "unknown category": ("west gives east: {able: size}", "west gives east: {«abel: size}", "did you mean 'able'?"),
    "unknown fact or issue": ("proposal.monitoring >= 0.5", "«proposal.monitorng >= 0.5", "'proposal.monitoring'?"),
    "unknown claim": ("claim: paper.held_by_west", "claim: «paper.held_by_wets", "did you mean 'paper.held_by_west'?"),
    "unknown source": ("claim: paper.held_by_west", "claim: «papre.held_by_west", "papre"),
    "number that is not its claim's": ("{reported: 50,", "{reported: «51,", "50"),
    "empty outcome space": (
        "      size: [5, 10, 20]",
        "      size: [5, 10, 20]\n    «constraints: [size > 20]",
        "outcome",
    ),
    "expression that does not parse": ("proposal.monitoring >= 0.5", "proposal.monitoring >=« ", "expected a number"),
    "low above middle": ("[0.3, 0.4, 0.5]}\n  west", "«[0.5, 0.4, 0.6]}\n  west", "0.5"),
    "middle above high": ("[0.3, 0.4, 0.5]}\n  west", "«[0.3, 0.6, 0.5]}\n  west", "0.6"),
    "hard and fades": (
        "          hard: true",
        "          hard: true\n          «fades: {assumed: 0.1, because: a}",
        "hard",
    ),
    "same key twice": ("title: Two valleys", "title: Two valleys\n«title: Two hills", "title"),
    "tab": ("  truce:\n    label: Truce", "  truce:\n«\tlabel: Truce", "tab"),
    "assumed without a reason": ("{assumed: 0.3, because: neighbours}", "{«assumed: 0.3}", "because"),
    "format of the future": ("parley: 1", "parley: «2", "2"),
    "steps in a circle": (
        "      swap: {east gives west: {able: size}, west gives east: {able: size}}",
        "      swap: {east gives west: {able: size}, «after: back}\n"
        "      back: {west gives east: {able: size}, after: swap}",
        "circle",
    ),
    "captives that nobody holds": (
        "  west holds east: {able: {reported: 50, claim: paper.held_by_west}}\n",
        "",
        "hold",
    ),
    "dates out of order": (
        "          hard: true",
        "          hard: true\n          since: 2030-01-20\n          until: «2030-01-10",
        "2030-01-10",
    ),
}
FILES = {
    "file over one mebibyte": (b"parley: 1\n" + b"#" * (1 << 20), "1,048,576"),
    "not UTF-8": (b"parley: 1\ntitle: \xff\xfe\n", "UTF-8"),
    "empty": (b"", "empty"),
    "circular extends": (b"extends: bad.yaml\n", "extends"),
    "alias bomb": (
        b"a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 10)),
        "",
    ),
    "outcome space over 4,096": (
        b"""\
parley: 1
title: t
start: 2030-01-01
horizon: 5
parties: {a: {}, b: {}}
tracks:
  t:
    issues:
      x: [1, 2, 3, 4, 5, 6, 7, 8]
      y: [1, 2, 3, 4, 5, 6, 7, 8]
      z: [1, 2, 3, 4, 5, 6, 7, 8]
      w: [1, 2, 3, 4, 5, 6, 7, 8, 9]
    interests: {a: {x: {assumed: 1, because: a}}, b: {x: {assumed: 1, because: a}}}
""",
        "4,608",
    ),
}
COMMANDS = [("validate", "bad.yaml"), ("run", "bad.yaml"), ("batch", "bad.yaml", "-n", "1")]


def place_of(marked: str) -> str:
    """Line and column (from 1) of the mark."""
    before = marked[: marked.index(MARK)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


@pytest.mark.parametrize("words", COMMANDS[:2], ids=lambda words: words[0])
@pytest.mark.parametrize(("old", "new", "said_of_it"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_place(
    parley: Callable, desk: Path, words: tuple[str, ...], old: str, new: str, said_of_it: str
) -> None:
    """Each fault is one line that begins with file:line:column; status 3; stdout and the folder stay as they were."""
    text = (desk / "small.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    marked = text.replace(old, new)
    (desk / "bad.yaml").write_text(marked.replace(MARK, ""), encoding="utf-8")
    before = sorted(path.name for path in desk.iterdir())
    said = parley(*words)
    assert said.status == 3
    assert said.out == ""
    assert said_of_it in said.err
    place = place_of(marked) if MARK in new else ""
    assert f"bad.yaml:{place}" in said.err
    assert sorted(path.name for path in desk.iterdir()) == before


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize(("content", "said_of_it"), FILES.values(), ids=FILES)
def test_a_file_that_cannot_be_read_is_refused(
    parley: Callable, desk: Path, words: tuple[str, ...], content: bytes, said_of_it: str
) -> None:
    """Whatever is in the file, the answer is a line that names it, status 3, and nothing written."""
    (desk / "bad.yaml").write_bytes(content)
    said = parley(*words)
    assert (said.status, said.out) == (3, "")
    assert said.err.startswith("bad.yaml")
    assert said_of_it in said.err
    assert not (desk / "results").exists()


def test_all_faults_are_told_at_once(parley: Callable, desk: Path) -> None:
    """Three faults in one file give three lines with a place, in order of lines."""
    text = (desk / "small.yaml").read_text(encoding="utf-8")
    for name in ("wrong type", "unknown track", "unknown fact or issue"):
        old, new, _ = FAULTS[name]
        text = text.replace(old, new.replace(MARK, ""))
    (desk / "bad.yaml").write_text(text, encoding="utf-8")
    said = parley("run", "bad.yaml")
    places = [line for line in said.err.splitlines() if line.startswith("bad.yaml:")]
    assert len(places) == 3
    assert places == sorted(places, key=lambda line: int(line.split(":")[1]))


def test_a_change_that_leads_nowhere_is_a_fault_with_the_nearest_path(parley: Callable) -> None:
    """--set with a misspelt path is status 3 and names the path that was probably meant."""
    said = parley("run", "small.yaml", "--set", "horizn=10")
    assert said.status == 3
    assert "--set horizn=10" in said.err
    assert "did you mean 'horizon'?" in said.err
