import datetime
from pathlib import Path

import pytest

from sim.scenario.faults import Fault, InvalidScenario, mark, nearest
from sim.scenario.reading import read


def lines_of(files, content: bytes | str) -> list[str]:
    """The first lines of the faults of a file, without its name."""
    path = files.folder / "case.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidScenario) as caught:
        read(path)
    return [str(fault).split("\n")[0].removeprefix(str(path)).lstrip(":") for fault in caught.value.faults]


def test_the_sound_scenario_is_read_without_a_word(files) -> None:
    """A sound scenario has no faults and no warnings, and knows every file that it was read from."""
    reading = files.read()
    assert reading.warnings == ()
    assert list(reading.scenario.tracks) == ["exchange", "pause"]
    assert reading.files == (files.folder / "case.yaml", files.folder / "claims.yaml")
    assert reading.claims["seed.extra_promised"].value == 23


UNREADABLE = [
    (b"", "1:1: the file is empty"),
    ("# a remark\n", "1:1: the file is empty"),
    ("- a\n", "1:1: expected a mapping, lines that read key: value"),
    ("a text", "1:1: expected a mapping, lines that read key: value"),
    ("{assumed: 3, because: x}", "1:1: expected a mapping, lines that read key: value"),
    (b"title: caf\xe9", "1:11: not UTF-8: cannot read byte 0xe9"),
    (b"\xff\xfea\x00", "1:1: not UTF-8: cannot read byte 0xff"),
    ("a: 1\n\tb: 2\n", "2:1: a tab: use spaces"),
    ("a: 1 \t# remark\n", "1:6: a tab: use spaces"),
    ("a: \x01", "1:4: the character U+0001 cannot be used"),
    ("a: 1\u2028b: 2", "1:5: the character U+2028 cannot be used"),
    ("a" * 1_048_577, "1:1: larger than 1,048,576 bytes, the most that a scenario may have"),
    ("a: 1\n---\nb: 2\n", "2:1: a second document: a file holds one scenario"),
    ("a: !!python/object:os.system x", "1:4: a: the tag '!!python/object:os.system' is not supported; "
     "text that looks like a number needs quotes"),
    ("a: *b", "1:4: a: unknown alias '*b'"),
    ("a: &b [*b]", "1:8: a.0: unknown alias '*b'"),
    ("? [a]\n: b", "1:3: expected a name as a key"),
    ("null: b", "1:1: expected a name as a key"),
    ("a: 'b\nc: d\n", "1:4: not YAML: found unexpected end of stream"),
    ("a: [1, 2\n", "1:4: not YAML: expected ',' or ']', but got '<stream end>'"),
    ("a: b: c", "1:5: not YAML: mapping values are not allowed here "
     "(a text with ': ' in it needs quotes; keys of one mapping line up)"),
    ("a: @b", "1:4: not YAML: found character '@' that cannot start any token"),
    ("%YAML 9.9\n---\na: 1", "1:1: not YAML: found incompatible YAML document (version 1.* is required)"),
    ("a: " + "[" * 50_000, "1:35: a.0.0: nested too deeply: more than 32 levels"),
    ("- " * 20_000, "1:65: 0.0.0: nested too deeply: more than 32 levels"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), UNREADABLE, ids=[line for _, line in UNREADABLE])
def test_a_file_that_is_no_scenario_is_one_fault(files, content: bytes | str, expected: str) -> None:
    """A file that cannot be read as YAML, or not as one mapping of reasonable size, is refused in one line."""
    assert lines_of(files, content) == [expected]


def test_every_line_with_a_tab_is_told(files) -> None:
    """Tabs are told line by line, up to ten, and counted from there."""
    assert len(lines_of(files, "a:\n\tb: 1\n\tc: 2\n")) == 2
    assert lines_of(files, "\ta: 1\n" * 12)[0] == " 2 more lines with such characters"


def test_an_alias_bomb_is_refused(files) -> None:
    """Values behind aliases count as often as they are used: a hundred million tens are too many."""
    bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
    bomb += "".join(f"{x}: &{x} [{','.join([f'*{chr(ord(x) - 1)}'] * 10)}]\n" for x in "bcdefgh")
    (line,) = lines_of(files, bomb)
    assert line.endswith("more than 200,000 values, counting those behind aliases")


def test_aliases_within_reason_work(files) -> None:
    """A part of a file may be named once and used twice."""
    reading = files.read(
        ("      north: {returned: 1, released: -0.6}\n", "      north: &wants {returned: 1, released: -0.6}\n"),
        ("      south: {returned: 1, released: -0.5, gesture_received: 0.1}\n", "      south: *wants\n"),
    )
    interests = reading.scenario.tracks["exchange"].interests
    assert interests["south"]["released"].middle == interests["north"]["released"].middle == -0.6


def test_a_missing_file_is_a_fault_without_a_line(tmp_path: Path) -> None:
    """A file that is not there, and a folder, are told in one line."""
    with pytest.raises(InvalidScenario) as caught:
        read(tmp_path / "absent.yaml")
    assert str(caught.value) == f"{tmp_path}/absent.yaml: cannot be read: No such file or directory"
    with pytest.raises(InvalidScenario, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(files) -> None:
    """The same file with CR LF and a byte order mark is the same scenario, and faults stand in the same lines."""
    text = files.spoiled().read_text(encoding="utf-8")
    path = files.folder / "case.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert read(path).scenario == files.read().scenario
    spoiled = text.replace("horizon: 120", "horizon: x").replace("\n", "\r\n")
    assert lines_of(files, spoiled) == ["4:10: horizon: expected a whole number, found 'x'"]


def test_scalars_are_those_of_yaml_1_2(files) -> None:
    """`no` and `12:30` are text, dates are dates, and a quoted number is text."""
    scenario = files.read(
        ("title: Two parties at war", "title: no"),
        ("label: North", "label: 12:30"),
        ("{title: A report}", "{title: '1', published: 2025-03-19}"),
    ).scenario
    assert scenario.title == "no"
    assert scenario.parties["north"].label == "12:30"
    assert scenario.sources["paper"].title == "1"
    assert scenario.sources["paper"].published == datetime.date(2025, 3, 19)


def test_values_of_an_issue_are_keys_as_they_are_numbers(files) -> None:
    """A table of scores is by value: `10`, `10.0` and `0xA` mean the same row, and quoted keys are keys."""
    for ten in ("10", "10.0", "0xA", "'10'"):
        reading = files.read(("margin: 0.1", f"scores: {{extra: {{0: 0, {ten}: 1}}}}"))
        table = reading.scenario.tracks["exchange"].scores["extra"]["*"].table
        assert table is not None
        assert [float(row) for row in table] == [0, 10]


def test_keys_that_are_no_names_are_called_so(files) -> None:
    """A number, a date or a switch may be written as a key, and is then no name."""
    for key in ("2025-03-18", "7"):
        (fault,) = files.faults(("  watchers: 0\n", f"  watchers: 0\n  {key}: 1\n"))
        assert fault.message == f"'{key}' cannot be a name: small letters, digits and _, beginning with a letter"
    (fault,) = files.faults(("  watchers: 0\n", "  watchers: 0\n  true: 1\n"))
    assert fault.message == "'true' is a word of the language of expressions"


def test_many_faults_are_told_at_once_and_none_twice(files) -> None:
    """Every fault of a file is told, in the order of its lines, and what only follows from another is not."""
    faults = files.faults(
        ("title: Two parties at war\n", ""),
        ("start: 2025-03-18", "start: 2025-02-30"),
        ("label: North", "lable: North"),
        ("weariness: 0.5", "weariness: 1.5"),
        ("able: 6465", "able: 6464"),
        ("  watchers: 0\n", "  watchers: many\n"),
        ("size: [25, 50, 175]", "size: some"),
        ("extra <= size", "extra <= siez"),
        ("{wounded: extra}", "{wunded: extra}"),
        ("accepts if", "acepts if"),
        ("opens: pause", "opens: pauze"),
    )
    assert [(fault.line, fault.column) for fault in faults] == [
        (1, 1),  # no title
        (2, 8),
        (9, 5),
        (16, 18),
        (25, 31),
        (32, 13),
        (38, 13),
        (41, 28),
        (44, 34),
        (51, 19),
        (66, 35),
    ]


def test_names_with_faulty_definitions_are_not_called_unknown(files) -> None:
    """A track, a fact, a category or a party that is itself at fault is not unknown where it is used."""
    (fault,) = files.faults(("style: facilitation, ", ""))
    assert fault.message == "missing key 'style'"
    (fault,) = files.faults(("issues: {days: [7, 14, 30], monitoring: [0, 0.3, 0.7]}", "issues: 3"))
    assert fault.message == "expected a mapping, lines that read key: value, found 3"
    (fault,) = files.faults(("categories: {able: 1, wounded: 1.5}", "categories: 3"))
    assert fault.path == "categories"
    (fault,) = files.faults(("able: 1, wounded: 1.5}", "able: x, wounded: 1.5}"))
    assert fault.path == "categories.able"


def test_a_fault_is_shown_with_its_line_and_carets() -> None:
    """`file:line:column: path: message; did you mean ...?`, then the line, then carets under the token."""
    fault = Fault(
        "scenarios/my-case.yaml",
        41,
        15,
        "ceasefire.preconditions.russia.monitored",
        "unknown name 'proposal.monitorng'",
        "proposal.monitoring",
        mark("  accepts if: proposal.monitorng >= 0.6", 14, 18),
    )
    assert str(fault) == (
        "scenarios/my-case.yaml:41:15: ceasefire.preconditions.russia.monitored: unknown name "
        "'proposal.monitorng'; did you mean 'proposal.monitoring'?\n"
        "      accepts if: proposal.monitorng >= 0.6\n"
        "                  ^^^^^^^^^^^^^^^^^^"
    )


def test_a_long_line_is_cut_around_the_token() -> None:
    """An excerpt shows at most a hundred characters, and the token among them."""
    line = f"{'x' * 300} faulty {'y' * 300}"
    shown, carets = mark(line, 301, 6).split("\n")
    assert len(shown) <= 106
    assert shown[carets.index("^") : len(carets)] == "faulty"


def test_the_nearest_name_ignores_case() -> None:
    """`Size` most likely means `size`; what resembles nothing has no suggestion."""
    assert nearest("Size", ["size", "gesture"]) == "size"
    assert nearest("qqq", ["size", "gesture"]) == ""


def test_faults_in_a_claims_file_are_told_with_its_own_place(files) -> None:
    """A claims file that is wrong is named as the place of the fault; references to it are left alone."""
    path = files.spoiled()
    (files.folder / "claims.yaml").write_text("claims: {held: {what: x, by: y}}\n", encoding="utf-8")
    with pytest.raises(InvalidScenario) as caught:
        read(path)
    assert [(Path(fault.file).name, fault.line) for fault in caught.value.faults] == [("claims.yaml", 1)]


def test_a_strategy_of_ones_own_is_found_beside_the_scenario(files) -> None:
    """`strategy: {file: ...}` is relative to the file in which it is written; a missing one is a fault there."""
    (fault,) = files.faults(("strategy: boulware", "strategy: {file: mine.py}"))
    assert (fault.line, fault.path) == (11, "parties.north.strategy.file")
    own = '"""Mine."""\nPARAMETERS = ()\nREMEMBERS = False\n\ndef demand(situation, parameters):\n    return 0.5\n'
    (files.folder / "mine.py").write_text(own, encoding="utf-8")
    reading = files.read(("strategy: boulware", "strategy: {file: mine.py}"))
    assert reading.resolve("mine.py") == files.folder / "mine.py"
    (files.folder / "mine.py").write_text("def demand(:\n", encoding="utf-8")
    (fault,) = files.faults(("strategy: boulware", "strategy: {file: mine.py}"))
    assert (fault.line, fault.path) == (11, "parties.north.strategy.file")
    assert f"{files.folder}/mine.py:1:" in fault.message
