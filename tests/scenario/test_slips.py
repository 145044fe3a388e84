"""Slips that are legal YAML and plain nonsense: each is told with its place, its value, and what would do."""

from pathlib import Path

import pytest

from sim.scenario.reading import read
from tests.scenario.conftest import Files, faults_of

WORDS = ("and", "or", "not", "true", "false", "min", "max", "day")
"""The words of the language of expressions."""


SLIPS = {
    "half a captive": (
        ("north holds south: {able: 1348}", "north holds south: {able: 1348.5}"),
        "captives.north holds south.able",
        "1348.5 is not a whole number: persons and incidents are counted",
    ),
    "a parameter that its strategy does not admit": (
        ("strategy: boulware", "strategy: {name: boulware, exponent: -2}"),
        "parties.north.strategy.exponent",
        "-2 is out of range: 'exponent' is above 0",
    ),
    "a range of a parameter that leaves what is admitted": (
        ("strategy: boulware", "strategy: {name: boulware, exponent: {assumed: [0, 2, 3], because: a guess}}"),
        "parties.north.strategy.exponent",
        "0 is out of range: 'exponent' is above 0",
    ),
    "no title": (("title: Two parties at war", "title: ' '"), "title", "expected a title, found ' '"),
    "violations without a truce": (
        ("events:\n", "events:\n  raid: {chance: 0.1, violations: {exchange: {north: 1}}}\n"),
        "events.raid.violations.exchange",
        "the track 'exchange' has no truce that could be violated",
    ),
    "half an incident": (
        ("events:\n", "events:\n  raid: {chance: 0.1, violations: {pause: {north: 0.5}}}\n"),
        "events.raid.violations.pause.north",
        "0.5 is not a whole number: persons and incidents are counted",
    ),
    "an event that opens and ends a track": (
        ("opens: pause, sets", "opens: pause, ends: [exchange, pause], sets"),
        "events.call.ends.1",
        "one event both opens and ends the track 'pause'",
    ),
    "a track that is opened twice": (
        ("opens: pause, sets", "opens: [pause, exchange, pause], sets"),
        "events.call.opens.2",
        "'pause' stands in this list twice",
    ),
    "a track that is mediated twice": (
        ("tracks: [exchange, pause]", "tracks: [exchange, exchange]"),
        "mediators.host.tracks.1",
        "'exchange' stands in this list twice",
    ),
    "a word among numbers": (
        ("size: [25, 50, 175]", "size: [25, fifty, 175]"),
        "exchange.issues.size.1",
        "'fifty': the other values of 'size' are numbers, this is a word; keep to one kind",
    ),
    "a number among words": (
        ("manner: [forced, voluntary]", "manner: [forced, 3, voluntary]"),
        "exchange.issues.manner.1",
        "3: the other values of 'manner' are words, this is none; keep to one kind",
    ),
    "an empty menu": (
        ("extra: [0, 10]", "extra: []"),
        "exchange.issues.extra",
        "the menu of 'extra' is empty: it needs a value that can be agreed",
    ),
    "days that no calendar has": (
        ("start: 2025-03-18", "start: 9999-12-30"),
        "start",
        "120 days from 9999-12-30 on run past the year 9999: there are no such dates",
    ),
}


@pytest.mark.parametrize(("change", "path", "message"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_one_of_the_faults_with_its_value(
    files: Files, change: tuple[str, str], path: str, message: str
) -> None:
    """The fault names the path and quotes the value; nothing but what follows from it is told besides."""
    found = {fault.path: fault for fault in files.faults(change)}
    assert found[path].message == message
    assert found[path].line > 0


def test_the_last_day_there_is_can_be_the_last_day_of_a_scenario(files: Files) -> None:
    """120 days from 2 September 9999 on end before the last day of the calendar, and are legal."""
    assert files.read(
        ("start: 2025-03-18", "start: 9999-09-02"),
        ("date: 2025-04-19", "date: 9999-10-19"),
        ("date: 2025-03-20", "date: 9999-10-20"),
        ("{date: 2025-03-19, track", "{date: 9999-10-20, track"),
    ).scenario.start.year == 9999  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("kind", ["categories", "assets", "acts"])
def test_no_word_of_the_language_is_a_name(files: Files, word: str, kind: str) -> None:
    """An expression could not tell such a name from the word itself, so nothing may have it."""
    named = {
        "categories": ("categories: {able: 1,", f'categories: {{able: 1, "{word}": 2,'),
        "assets": ("assets: {fuel: {unit: tonnes}", f'assets: {{"{word}": {{}}, fuel: {{unit: tonnes}}'),
        "acts": (
            "acts:\n  feast",
            f'acts:\n  "{word}": {{by: north, date: 2025-04-20, truce: {{days: 2, scope: 1}}}}\n  feast',
        ),
    }
    (fault,) = files.faults(named[kind])
    assert fault.path == f"{kind}.{word}"
    assert fault.message == f"'{word}' is a word of the language of expressions"


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        (
            ("events:\n", "events:\n  idle: {chance: 0.1, adds: {watchers: 0}}\n"),
            "events.idle",
            "this event does nothing: it needs opens, ends, sets, adds or violations",
        ),
        (
            ("leak: {chance: 0.01", "leak: {chance: 0"),
            "events.leak.chance",
            "a chance of 0: it never happens",
        ),
        (
            ("  south:\n    assumed", "  south:\n    label: north\n    assumed"),
            "parties.south.label",
            "'north' is also the label of 'north'",
        ),
    ],
)
def test_what_is_legal_and_hardly_meant_is_a_warning(
    files: Files, change: tuple[str, str], path: str, message: str
) -> None:
    """An event without effect or that never happens, and two parties of one label, whatever its case, are doubtful."""
    (warning,) = files.read(change).warnings
    assert (warning.path, warning.message) == (path, message)


# Whole files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "place", "shown"),
    [
        (b"", "1:1", ""),
        (b"parley: 1\n" + b"#" * (1 << 20), "1:1", ""),
        ("title: é".encode() + b"\xe4ke\n", "1:9", "title: é\ufffdke"),
        (b"parley: 1\r\ntitle: L\xe4ke\r\n", "2:9", "title: L\ufffdke"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_place(
    files: Files, content: bytes, place: str, shown: str
) -> None:
    """An empty file and one too large are faulty from their first character; a stray byte has a line and column."""
    path = files.folder / "case.yaml"
    path.write_bytes(content)
    (fault,) = faults_of(lambda: read(path))
    assert f"{fault.line}:{fault.column}" == place
    assert shown in fault.excerpt


def test_a_missing_base_is_not_the_file_itself(files: Files) -> None:
    """A variant that extends a misspelling of its own name is not told to extend itself."""
    path = files.write("extends: variant1.yaml\n", "variant.yaml")
    (fault,) = faults_of(lambda: read(path))
    assert fault.message == f"there is no file {Path(files.folder, 'variant1.yaml')}"
    assert fault.suggestion == ""


# What is set from outside ---------------------------------------------------------------------------------


def test_what_a_change_took_away_is_missing_there(files: Files) -> None:
    """A required key that --set removed is told as missing with the change that removed it."""
    (fault,) = files.faults(sets=["title=null"])
    assert str(fault) == "--set title=null: missing key 'title'"


def test_what_a_variant_took_away_is_missing_there(files: Files) -> None:
    """A required key that a variant removed is told as missing with the line that removed it."""
    files.write(files.sound)
    variant = files.write("extends: case.yaml\nstart: null\n", "variant.yaml")
    (fault,) = faults_of(lambda: read(variant))
    assert (Path(fault.file).name, fault.line, fault.message) == ("variant.yaml", 2, "missing key 'start'")


def test_a_new_name_cannot_be_set(files: Files) -> None:
    """--set reaches what there is; for a new party the message points to a variant."""
    (fault,) = files.faults(sets=["parties.newland={}"])
    assert fault.message == (
        "unknown path 'parties.newland': there is no 'newland' "
        "(a new name needs a variant: a file that extends this one)"
    )


@pytest.mark.parametrize("again", ["tracks.pause.margin=0.2", "pause.margin=0.2", "pause.margin=0.1"])
def test_nothing_is_set_twice(files: Files, again: str) -> None:
    """Of two changes to one path the second would silently win, however it is spelled: it is a fault instead."""
    (fault,) = files.faults(sets=["pause.margin=0.1", again])
    assert str(fault) == f"--set {again}: pause.margin: set twice: 'pause.margin=0.1' came before"
