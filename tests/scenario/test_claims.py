"""Claims files: their form, their faults, and the cross-references of the shipped ones."""

import contextlib
import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.claims import MOST_BYTES, ClaimsFile, InvalidClaims, load_claims

SEEDS = Path(__file__).parents[2] / "seeds"
SHIPPED = sorted(SEEDS.glob("*.yaml"))
DOCUMENT = "document: {id: swap, kind: news report, title: A swap, published: 2025-03-19}\n"


def read(folder: Path, content: str | bytes) -> ClaimsFile:
    """Write a claims file and load it."""
    file = folder / "swap.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_claims(file)


def faults_of(folder: Path, content: str | bytes) -> list[str]:
    """The faults of a claims file that must have some, as text."""
    with pytest.raises(InvalidClaims) as caught:
        read(folder, content)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture(scope="module")
def shipped() -> dict[str, ClaimsFile]:
    """Every file in seeds/, by document."""
    return {path.stem: load_claims(path) for path in SHIPPED}


def test_claim_keeps_its_figure_its_author_and_its_day(tmp_path: Path) -> None:
    """A claim is read as it stands: figure, unit, who, when, from whom to whom."""
    text = "claims:\n  swap: {what: released, value: 175, unit: persons, by: A, on: 2025-03-19, from: b, to: c}\n"
    claim = read(tmp_path, DOCUMENT + text).claims["swap"]
    assert (claim.value, claim.unit, claim.by, claim.from_, claim.to) == (175, "persons", "A", "b", "c")
    assert claim.on == datetime.date(2025, 3, 19)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("22", 22),
        ("0.5", 0.5),
        ("2025-03-18", datetime.date(2025, 3, 18)),
        ("2024-10", "2024-10"),
        ("no", "no"),
        ("Belarus", "Belarus"),
        ("null", None),
    ],
)
def test_figure_is_a_number_a_text_a_day_or_nothing(tmp_path: Path, written: str, meant: object) -> None:
    """What is claimed may be a number, a text, a day, or nothing, and is read as YAML 1.2 has it."""
    value = read(tmp_path, f"{DOCUMENT}claims:\n  c: {{what: w, by: b, value: {written}}}\n").claims["c"].value
    assert value == meant
    assert type(value) is type(meant)


@pytest.mark.parametrize(
    ("claim", "fault"),
    [
        ("{by: b}", "3:3: claims.c: 'what' is missing"),
        ("{what: w}", "3:3: claims.c: 'by' is missing"),
        ("{what: w, by: b, bye: x}", "3:23: claims.c.bye: unknown key 'bye'"),
        ("{what: w, by: b, value: true}", "3:23: claims.c.value: expected a finite number, a text or a day"),
        ("{what: w, by: b, value: .nan}", "3:23: claims.c.value: expected a finite number, a text or a day"),
        ("{what: w, by: b, on: 2024}", "3:23: claims.c.on: expected a day (2025-03-19) or a month (2025-03)"),
        ("{what: w, by: b, on: 2024-13}", "3:23: claims.c.on: expected a day (2025-03-19) or a month (2025-03)"),
        (
            "{what: w, by: b, disagrees: [nowhere]}",
            "3:35: claims.c.disagrees.0: expected a reference such as 'document-id.claim_name'",
        ),
        ("{what: '', by: b}", "3:7: claims.c.what: expected text, found nothing"),
        ("7", "3:3: claims.c: expected a mapping"),
    ],
)
def test_fault_names_its_place_and_what_was_expected(tmp_path: Path, claim: str, fault: str) -> None:
    """A claim that is not of the form is reported with line, column, path and what was expected."""
    assert faults_of(tmp_path, f"{DOCUMENT}claims:\n  c: {claim}\n") == [fault]


def test_all_faults_are_reported_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """A file with three faults reports three, from top to bottom."""
    text = "document: {id: Swap!, kind: k, title: t, published: 2025-03-19}\nclaims:\n  a: {what: w}\n  b: {by: b}\n"
    lines = [fault.split(":")[0] for fault in faults_of(tmp_path, text)]
    assert lines == ["1", "3", "4"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "1:1: expected a mapping with 'document' and 'claims'"),
        ("document: [", "1:12: expected the node content, but found '<stream end>'"),
        ("a: 1\na: 2\n", '2:1: found duplicate key "a" with value "2" (original value: "1")'),
        (DOCUMENT.encode() + b"\xff", "2:1: not UTF-8"),
        ("[" * 5000, "1:1: nested too deeply"),
        ("document: 2025-99-99\n", "1:1: not readable as YAML: month must be in 1..12"),
        ("#" * (MOST_BYTES + 1), f"1:1: larger than {MOST_BYTES} bytes"),
    ],
)
def test_what_is_no_claims_file_is_refused_in_one_line(tmp_path: Path, content: str | bytes, fault: str) -> None:
    """What cannot be read at all gives one fault with its position, never another error."""
    assert faults_of(tmp_path, content) == [fault]


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is an invalid claims file, and the message names it."""
    with pytest.raises(InvalidClaims, match=r"nowhere\.yaml:1:1: cannot be read"):
        load_claims(tmp_path / "nowhere.yaml")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever the bytes, a claims file is read or refused as one."""
    with contextlib.suppress(InvalidClaims):
        assert read(tmp_path_factory.getbasetemp(), content).claims


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_file_is_named_by_its_document(path: Path) -> None:
    """Every file in seeds/ reads, and its document's id is the file's own name."""
    assert load_claims(path).document.id == path.stem


def test_every_disagreement_exists_and_is_mutual(shipped: dict[str, ClaimsFile]) -> None:
    """Every claim that a shipped claim disagrees with exists, and disagrees in return."""
    pairs = {
        (f"{name}.{claim}", other)
        for name, file in shipped.items()
        for claim, content in file.claims.items()
        for other in content.disagrees
    }
    known = {f"{name}.{claim}" for name, file in shipped.items() for claim in file.claims}
    assert {other for _, other in pairs} <= known
    assert pairs == {(other, claim) for claim, other in pairs}
    assert not any(claim == other for claim, other in pairs)


def test_the_document_of_the_exchange_says_what_it_says(shipped: dict[str, ClaimsFile]) -> None:
    """The report of 19 March 2025: 175 each way, 22 wounded besides, 30 days of pause, five conditions."""
    claims = shipped["2025-03-19-exchange"].claims
    figures = ("released_by_ukraine", "released_by_russia", "wounded_extra", "energy_pause_days")
    assert [claims[name].value for name in figures] == [175, 175, 22, 30]
    assert sum(name.startswith("precondition_") for name in claims) == 5
