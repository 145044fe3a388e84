"""The cases of Israel and Hamas: what their variants change, paired by replication."""

from functools import cache
from pathlib import Path

from sim.engine.model import run
from sim.engine.record import NEVER, RunRecord, TrackRecord
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

CASES = Path(__file__).parents[2] / "scenarios" / "cases"
RUNS = 60


@cache
def records(name: str) -> tuple[RunRecord, ...]:
    """The first replications of a shipped case."""
    case = compile_case(read(CASES / f"{name}.yaml"))
    return tuple(run(case, 1, replication, logs=False).record for replication in range(RUNS))


def tracks(name: str, track: str) -> list[TrackRecord]:
    """One track of a case, by replication."""
    return [next(t for t in record.tracks if t.track == track) for record in records(name)]


def agreed(name: str, track: str) -> int:
    """In how many replications a track ever agreed."""
    return sum(found.first_agreed > NEVER for found in tracks(name, track))


def test_no_case_has_a_foregone_ending() -> None:
    """No first deal or last talks end in one way only."""
    for name, track in (
        ("gaza-pause-2023", "pause"),
        ("gaza-ceasefire-2025", "first_phase"),
        ("gaza-ceasefire-2025", "second_phase"),
        ("shalit-2011", "exchange"),
    ):
        assert len({found.ending for found in tracks(name, track)}) > 2, name


def test_either_side_giving_way_on_arms_opens_the_second_phase() -> None:
    """Israel's condition and Hamas's exclude each other: dropping either one brings agreements, whichever it is."""
    before = agreed("gaza-ceasefire-2025", "second_phase")
    for name in ("no-demilitarisation", "arms-given-up"):
        assert agreed(f"gaza-ceasefire-2025-{name}", "second_phase") > before + RUNS // 6


def test_the_second_phase_is_never_agreed_where_the_first_was_not() -> None:
    """Its table opens only while the first phase is in force."""
    first, second = (tracks("gaza-ceasefire-2025-arms-given-up", track) for track in ("first_phase", "second_phase"))
    for one, two in zip(first, second, strict=True):
        assert two.first_opened == NEVER or NEVER < one.first_agreed < two.first_opened


def test_custody_by_a_third_state_brings_the_exchange_of_2011_about_more_often() -> None:
    """Without it each side's part rests on the other's word, so that fewer deals are agreed; no package is lost."""
    assert agreed("shalit-2011-no-custody", "exchange") < agreed("shalit-2011", "exchange")


def test_positions_that_nobody_gives_up_leave_few_exchanges() -> None:
    """The two demands of 2011 fade in the case; held to the end, they bar most of what was agreed."""
    assert 2 * agreed("shalit-2011-positions-kept", "exchange") < agreed("shalit-2011", "exchange")
