"""Where two scenarios differ, in the words in which somebody wrote it."""

from pathlib import Path

from sim.classroom.differing import changed_paths
from sim.scenario.reading import read

CASE = Path(__file__).resolve().parents[2] / "scenarios" / "cases" / "march-2025.yaml"


def test_what_was_written_once_for_all_is_told_as_it_was_written() -> None:
    """A value for every party differs under its own path, without the star that stands for everybody inside."""
    first, second = (read(CASE, sets).scenario for sets in ((), ("mediators.usa.pressure=0.01",)))
    assert changed_paths(first, second, ["mediators.usa.style"]) == ([], ["mediators.usa.pressure"])
    assert changed_paths(first, second, ["mediators.usa.pressure"]) == (["mediators.usa.pressure"], [])
