"""Blocking and unlocks: which preconditions stand in the way, and what relaxing them does on the same draws."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sim.engine import log
from sim.engine.model import run
from sim.scenario.case import Case

Compile = Callable[..., Case]
TRUCE = Path(__file__).with_name("truce.yaml").read_text(encoding="utf-8")

CONDITIONS = (
    "tracks.truce.preconditions={"
    "alfa: {watched: {accepts if: proposal.monitoring >= 0.5, hard: true},"
    " uncapped: {accepts if: proposal.cap < 1, hard: true}},"
    "bravo: {unwatched: {accepts if: proposal.monitoring <= 0, hard: true},"
    " capped: {accepts if: proposal.cap >= 1, fades: 0.02}}}"
)


def relaxed_from(case: Case, day: int, names: tuple[str, ...]) -> list[str]:
    """Changes that relax some preconditions from a day on."""
    last = case.date(day) - timedelta(days=1)
    return [f"tracks.truce.preconditions.{name}.until={last}" for name in names]


def last_day_unlocks(entries: tuple[log.Entry, ...]) -> list[log.TalksEnded]:
    """The talks of a log that ended blocked."""
    return [entry for entry in entries if isinstance(entry, log.TalksEnded) and entry.ending == "blocked"]


def agreed_on(entries: tuple[log.Entry, ...], day: int) -> bool:
    """Whether something was agreed on a day."""
    return any(isinstance(entry, log.Agreed) and entry.day == day for entry in entries)


def test_relaxing_a_whole_unlock_from_that_day_ends_those_talks_agreed(compile_text: Compile) -> None:
    """Same draws, one minimal set relaxed from the last day of talks that ended blocked: they end agreed that day."""
    base = compile_text(TRUCE, CONDITIONS, "tracks.truce.retry=2")
    tried = 0
    for replication in range(20):
        for blocked in last_day_unlocks(run(base, 3, replication).log)[:1]:
            for unlock in blocked.unlocks:
                case = compile_text(
                    TRUCE, CONDITIONS, "tracks.truce.retry=2", *relaxed_from(base, blocked.day, unlock), name="r.yaml"
                )
                assert agreed_on(run(case, 3, replication).log, blocked.day), (replication, unlock)
                tried += 1
    assert tried >= 20


def test_relaxing_all_but_one_of_an_unlock_gives_no_agreement_that_day(compile_text: Compile) -> None:
    """A minimal set has no member to spare: without any one of them the day stays blocked."""
    base = compile_text(TRUCE, CONDITIONS, "tracks.truce.retry=2")
    tried = 0
    for replication in range(20):
        for blocked in last_day_unlocks(run(base, 3, replication).log)[:1]:
            for unlock in (names for names in blocked.unlocks if len(names) > 1):
                for kept in unlock:
                    rest = tuple(name for name in unlock if name != kept)
                    case = compile_text(
                        TRUCE, CONDITIONS, "tracks.truce.retry=2", *relaxed_from(base, blocked.day, rest), name="r.yaml"
                    )
                    assert not agreed_on(run(case, 3, replication).log, blocked.day), (replication, unlock, kept)
                    tried += 1
    assert tried >= 20


def test_no_two_unlocks_of_a_day_contain_each_other(compile_text: Compile) -> None:
    """Every set recorded is minimal among those of its day."""
    case = compile_text(TRUCE, CONDITIONS)
    days = [e for k in range(10) for e in run(case, 3, k).log if isinstance(e, log.DayBlocked)]
    assert days
    for entry in days:
        sets = [set(names) for names in entry.unlocks]
        assert not any(one < other for one in sets for other in sets)
        assert entry.conditions, "the nearest package of a blocked day fails something"


def test_the_record_counts_what_the_log_tells(compile_text: Compile) -> None:
    """Days blocked, days alone, and days of each unlock are those of the log."""
    case = compile_text(TRUCE, CONDITIONS)
    for replication in range(5):
        found = run(case, 3, replication)
        entries = [entry for entry in found.log if isinstance(entry, log.DayBlocked)]
        track = found.record.tracks[0]
        assert track.days_blocked == len(entries)
        for names, days in track.unlocks.items():
            assert days == sum(names in entry.unlocks for entry in entries)
        for name, (days, alone) in track.blocking.items():
            assert days == sum(any(name in names for names in entry.unlocks) for entry in entries)
            assert alone == sum((name,) in entry.unlocks for entry in entries)


def test_talks_without_a_zone_of_agreement_end_in_impasse(compile_text: Compile) -> None:
    """No package worth both reservations: impasse, no day blocked, nothing to unlock."""
    case = compile_text(TRUCE, CONDITIONS, "tracks.truce.margin=2")
    for replication in range(5):
        track = run(case, 3, replication, logs=False).record.tracks[0]
        assert track.days_blocked == 0
        assert track.unlocks == {}
        assert set(track.talks_endings) <= {"impasse", "walkout", "in_talks"}


def test_entry_preconditions_that_never_hold_keep_the_table_closed_and_are_named(compile_text: Compile) -> None:
    """A track whose gate never opens ends `never_opened`, with the days that each gate held it."""
    case = compile_text(
        TRUCE.replace("facts:\n", "facts:\n  calm: 0\n"),
        "tracks.truce.preconditions={bravo: {calm_first: {enters if: calm >= 0.5, hard: true}}}",
    )
    found = run(case, 3, 0)
    track = found.record.tracks[0]
    assert track.ending == "never_opened"
    assert track.held_by == {"bravo.calm_first": case.horizon}
    held = [entry for entry in found.log if isinstance(entry, log.GateHeld)]
    assert len(held) == 1, "told once, while the same gates hold"
    assert held[0].conditions[0].saw == {"calm": 0.0}


def test_what_a_precondition_looked_at_is_told_in_the_words_of_the_scenario(compile_text: Compile) -> None:
    """A value that was written as a word, and the phase of a track, are seen as words; a number stays a number."""
    kinds = TRUCE.replace("issues: {", "issues: {manner: [forced, voluntary], ")
    gates = "{accepts if: proposal.manner == voluntary and proposal.days <= 0 and track.truce.phase == dormant}"
    case = compile_text(kinds, f"tracks.truce.preconditions={{bravo: {{willing: {gates}}}}}")
    told = [
        condition.saw
        for replication in range(20)
        for entry in run(case, 3, replication).log
        if isinstance(entry, log.DayBlocked)
        for condition in entry.conditions
    ]
    assert {saw["proposal.manner"] for saw in told} <= {"forced", "voluntary"}
    assert {saw["track.truce.phase"] for saw in told} == {"talks"}
    assert all(isinstance(saw["proposal.days"], float) for saw in told)


def test_a_priced_precondition_never_gates_and_costs_its_holder(compile_text: Compile) -> None:
    """Unmet, it lowers what a package is worth to its holder by exactly its cost, and to nobody else."""
    free = compile_text(TRUCE, "tracks.truce.margin=2", name="free.yaml")
    priced = compile_text(
        TRUCE,
        "tracks.truce.margin=2",
        "tracks.truce.preconditions={alfa: {watched: {accepts if: proposal.monitoring >= 1, cost: 0.25}}}",
        name="priced.yaml",
    )
    before, after = (run(case, 3, 0, central=True).record.talks[0] for case in (free, priced))
    for outcome, values in enumerate(free.tracks[0].space.outcomes):
        cost = 0.0 if values[1] >= 1 else 0.25
        assert abs(before.worths[0][outcome] - after.worths[0][outcome] - cost) < 1e-12
        assert before.worths[1][outcome] == after.worths[1][outcome]
    assert run(priced, 3, 0).record.tracks[0].days_blocked == 0
