"""What happens without a table: events by date and by chance, acts of one side, mirrored acts."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.engine import log
from sim.engine.model import NegotiationModel, run
from sim.engine.record import Run
from sim.scenario.case import Case

Compile = Callable[..., Case]
SWAP = Path(__file__).with_name("swap.yaml").read_text(encoding="utf-8")
TRUCE = Path(__file__).with_name("truce.yaml").read_text(encoding="utf-8")
QUIET = ("tracks.truce.direct=0", "horizon=40")


def told(found: Run, kind: type[log.Entry]) -> list[log.Entry]:
    """The entries of one kind in a log."""
    return [entry for entry in found.log if isinstance(entry, kind)]


def test_a_scheduled_event_happens_once_on_its_date_and_changes_what_it_names(compile_text: Compile) -> None:
    """Facts are set, trust and leverage added to, kept within their ranges."""
    case = compile_text(
        TRUCE,
        *QUIET,
        "mediators={third: {style: manipulation, tracks: truce, leverage: 0.2}}",
        "events={blow: {date: 2030-01-11, sets: {cap_on_alfa: 0.4, trust.alfa.bravo: 0},"
        " adds: {leverage.third: 0.3, weariness.bravo: 2, way_out.truce: 1}}}",
        "rules={trust_drift: 0}",
    )
    model = NegotiationModel(case, 1, 0).run()
    entries = [entry for entry in model.log if isinstance(entry, log.EventOccurred)]
    assert [entry.day for entry in entries] == [10]
    assert entries[0].effects["weariness.bravo"] == 1.0
    assert model.world.level(0) == 0.4
    assert model.parties[0].trust[1] == 0.0
    assert model.mediators[0].leverage == pytest.approx(0.5)


def test_an_event_opens_talks_in_place_of_the_draw_but_not_of_the_gates(compile_text: Compile) -> None:
    """Gates permitting it opens on its day; with a gate unmet only `force` opens."""
    gate = "tracks.truce.preconditions={alfa: {calm: {enters if: cap_on_alfa >= 0.5, hard: true}}}"
    call = "events={call: {date: 2030-01-06, opens: truce}}"
    forced = "events={call: {date: 2030-01-06, opens: truce, force: true}}"
    opened = [
        run(compile_text(TRUCE, *QUIET, *sets), 1, 0).record.tracks[0].first_opened
        for sets in ((call,), (call, gate), (forced, gate))
    ]
    assert opened == [5, -1, 5]


def test_a_random_event_comes_about_as_often_as_its_chance_and_no_oftener_than_its_times(compile_text: Compile) -> None:
    """Over 40 replications of 40 days the share of days is near the chance (three standard errors)."""
    case = compile_text(TRUCE, *QUIET, "events={raid: {chance: 0.1, adds: {trust.alfa.bravo: -0.1}}}")
    days = sum(len(told(run(case, 1, k), log.EventOccurred)) for k in range(40))
    assert abs(days / 1600 - 0.1) < 3 * (0.1 * 0.9 / 1600) ** 0.5
    once = compile_text(TRUCE, *QUIET, "events={raid: {chance: 0.5, times: 1, adds: {trust.alfa.bravo: -0.1}}}")
    assert all(len(told(run(once, 1, k), log.EventOccurred)) == 1 for k in range(5))


def test_an_event_waits_for_its_condition_and_its_dates(compile_text: Compile) -> None:
    """`if` and `since`/`until` both have to let it happen."""
    case = compile_text(
        TRUCE,
        *QUIET,
        "events={raid: {chance: 1, since: 2030-01-05, until: 2030-01-20, if: day >= 10, sets: {cap_on_alfa: 1}}}",
    )
    days = [entry.day for entry in told(run(case, 1, 0), log.EventOccurred)]
    assert days == list(range(10, 20))


def test_spoiler_incidents_are_violations_of_the_truce_in_force(compile_text: Compile) -> None:
    """They count against the party at whose door they are laid, on that day, and are told apart in the log."""
    case = compile_text(
        TRUCE,
        "tracks.truce.margin=-1",
        "tracks.truce.leaving=0",
        "tracks.truce.violations=0",
        "tracks.truce.talks.rounds=1",
        "events={raid: {date: 2030-01-05, violations: {truce: {bravo: 6}}}}",
    )
    found = run(case, 1, 0)
    assert found.record.deals[0].violations == {"alfa": 0, "bravo": 6}
    assert [(entry.day, entry.incident) for entry in told(found, log.Violated)] == [(4, "incident")]


def test_an_event_can_end_what_goes_on_at_a_table(compile_text: Compile) -> None:
    """A truce in force ends broken on the day of the event."""
    case = compile_text(
        TRUCE,
        "tracks.truce.margin=-1",
        "tracks.truce.leaving=0",
        "tracks.truce.talks.rounds=1",
        "events={assault: {date: 2030-01-05, ends: truce}}",
    )
    deal = run(case, 1, 0).record.deals[0]
    assert (deal.ending, deal.ended_on) == ("broken", 4)


def test_an_act_binds_its_side_alone_unless_it_is_mirrored(compile_text: Compile) -> None:
    """One side's restraint stops that side's fighting for its days; a mirror stops the other's too."""
    truce = "{{by: alfa, date: 2030-01-11, truce: {{days: 2, scope: 1}}, mirrored_by: {{bravo: {chance}}}}}"
    act = f"acts={{{{easter: {truce}}}}}"
    for chance, expected in ((0, [1.0, 1.0]), (1, [0.0, 0.0])):
        found = run(compile_text(TRUCE, *QUIET, act.format(chance=chance)), 1, 0)
        days = found.days.set_index("day")
        assert list(days.loc[10:11, "alfa.fighting"]) == [0.0, 0.0]
        assert list(days.loc[10:11, "bravo.fighting"]) == expected
        assert list(days.loc[[9, 12], "alfa.fighting"]) == [1.0, 1.0]
        assert len(told(found, log.ActDeclared)) == 1 + chance
        assert told(found, log.ActEnded)[0].day == 12


def test_violations_of_a_declared_truce_stand_in_the_ledgers_of_the_others(compile_text: Compile) -> None:
    """One-sided restraint: the other side alleges violations by the one that declared it, not the reverse."""
    case = compile_text(
        TRUCE, *QUIET, "acts={easter: {by: alfa, date: 2030-01-11, truce: {days: 5, scope: 1}, violations: 50}}"
    )
    entries = told(run(case, 1, 0), log.Alleged)
    assert entries
    assert all(entry.by == "bravo" and entry.against == "alfa" and entry.track == "easter" for entry in entries)


def test_an_act_can_release_captives_without_a_table(compile_text: Compile) -> None:
    """The captives go home, and the receiver's trust rises as by any gesture."""
    case = compile_text(
        SWAP,
        "tracks.exchange.direct=0",
        "horizon=12",
        "rules={gesture_gain: 0.05, trust_drift: 0}",
        "trust={bravo in alfa: 0.2}",
        "acts={mercy: {by: alfa, date: 2030-01-11, alfa gives bravo: {wounded: 20}}}",
    )
    record = run(case, 1, 0).record
    assert record.parties[0].holds["alfa holds bravo.wounded"] == 30
    assert record.parties[0].released == record.parties[1].returned == 20
    assert record.parties[1].trust["alfa"] == pytest.approx(0.2 + 0.05 * (20 / 50) * 0.8, abs=1e-15)
