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


def test_a_reason_is_no_change(tmp_path: Path) -> None:
    """Who says why a condition is what it is has changed nothing; what is computed from does count."""
    at = "tracks.ceasefire.preconditions.russia.monitored"
    texts = {
        "first": "",
        "said": "accepts if: proposal.monitoring >= 0.3, label: watched, because: an exercise",
        "changed": "accepts if: proposal.monitoring >= 0.3, public: false, because: an exercise",
    }
    read_as = {}
    for name, condition in texts.items():
        change = (
            f"tracks: {{ceasefire: {{preconditions: {{russia: {{monitored: {{{condition}}}}}}}}}}}" if condition else ""
        )
        (tmp_path / f"{name}.yaml").write_text(f"extends: {CASE}\ntitle: {name}\n{change}\n", encoding="utf-8")
        read_as[name] = read(tmp_path / f"{name}.yaml").scenario
    condition = f"{at}.accepts if"
    assert changed_paths(read_as["first"], read_as["said"], [condition]) == ([condition], [])
    assert changed_paths(read_as["first"], read_as["changed"], [condition]) == ([condition], [f"{at}.public"])
