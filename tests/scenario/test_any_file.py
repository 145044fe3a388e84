"""Whatever is in a file, it is read or refused."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario.faults import InvalidScenario
from sim.scenario.reading import read, unattributed

WORDS = [
    "north", "south", "exchange", "pause", "size", "days", "able", "seed.willing", "host", "aid", "watchers", "all",
    "2025-03-18", "1", "-3", "0.5", "1e9", "~", "true", "[1, 2, 3]", "[3, 2, 1]", "{}", "[]", "{assumed: 3}",
    "{assumed: [1, 2, 3], because: x}", "{assumed: {because: x, north: 1}}", "{reported: {by: x}}", "north gives south",
    "proposal.size > 3", "{'*': 1}", "assumed", "reported", "disputed", "null", "open", "[7, open]",
    "{value: open, available if: day > 3}", "{north: {south: 1}}", "{days: open}",
    "false", "'", "&a", "*a", "!!str", "? ", "%",
]  # fmt: skip


def refuse_or_read(text: bytes, sets: tuple[str, ...] = ()) -> None:
    """Read a file of any content; only InvalidScenario may come of it, and its faults can be shown."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.yaml"
        path.write_bytes(text)
        (Path(folder) / "claims.yaml").write_text("document: 3\n", encoding="utf-8")
        try:
            reading = read(path, sets)
        except InvalidScenario as caught:
            invalid = caught
        else:
            unattributed(reading)
            return
    assert invalid.faults
    assert str(invalid)
    assert all(fault.line >= 0 and fault.column >= 0 for fault in invalid.faults)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Random bytes end in faults, never in another error."""
    refuse_or_read(data)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(data=st.data())
def test_any_spoiled_scenario_is_read_or_refused(files, data: Any) -> None:
    """A scenario with pieces cut out, doubled, or replaced by other pieces of the language ends in no other error."""
    text: str = files.sound
    for _ in range(data.draw(st.integers(1, 4))):
        first = data.draw(st.integers(0, len(text) - 1))
        last = min(len(text), first + data.draw(st.integers(0, 40)))
        piece = data.draw(st.sampled_from(WORDS) | st.just(text[first:last] * 2) | st.text(max_size=3))
        text = text[:first] + piece + text[last:]
    refuse_or_read(text.encode("utf-8", "surrogatepass"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_any_line_may_be_replaced(files, data: Any) -> None:
    """A scenario in which a value is exchanged for any other value of the language ends in no other error."""
    lines = files.sound.splitlines()
    at = data.draw(st.sampled_from([row for row, line in enumerate(lines) if ": " in line]))
    key = lines[at].split(": ")[0]
    lines[at] = f"{key}: {data.draw(st.sampled_from(WORDS))}"
    refuse_or_read("\n".join(lines).encode())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(setting=st.text(max_size=30) | st.builds("{}={}".format, st.sampled_from(WORDS), st.sampled_from(WORDS)))
def test_any_setting_is_laid_over_or_refused(files, setting: str) -> None:
    """Whatever is set from outside ends in faults, never in another error."""
    refuse_or_read(files.sound.encode(), (setting,))
