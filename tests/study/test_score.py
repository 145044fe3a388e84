"""What was observed, told as statements about hand-made lives, and scored."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy
import pytest

from sim.engine.chunk import ENDINGS, Deals
from sim.scenario.compiling import compile_case
from sim.scenario.reading import Reading, read
from sim.study.score import of_cases, of_kinds, plain_guess, score, scored
from sim.study.score_statements import OF_DEALS, Lives, Statement, Unscored, statements_of

OBSERVED = """
observed:
  - {date: 2030-01-04, track: exchange, agreed: {size: 10}, delivered: {size: 9}, ending: short}
  - {date: 2030-01-14, track: exchange, agreed: {size: 5}, ending: completed}
  - date: 2030-01-03
    track: truce
    agreed: {days: 10}
    starts: 2030-01-03
    ended: 2030-01-13
    ending: expired
    claim: paper.held_by_west
    otherwise: [{claim: paper.held_by_west_too, ended: 2030-01-08, ending: broken}]
fitted_to: {exchange: 2030-01-05}
"""
Row = tuple[int, int, int, int, int, str, int, int, int]
"""Replication, track, agreed on, began on, ended on, ending, outcome, persons agreed, persons delivered."""
ROWS: tuple[Row, ...] = (
    (0, 0, 2, 2, 2, "completed", 1, 20, 20),
    (0, 0, 12, 12, 12, "completed", 0, 10, 10),
    (0, 1, 1, 1, 11, "expired", 2, 0, 0),
    (1, 0, 3, 3, 8, "defaulted", 1, 20, 5),
    (1, 1, 9, 9, -1, "open_at_horizon", 3, 0, 0),
    (2, 0, 5, 5, 5, "short", 2, 40, 39),
    (2, 0, 6, -1, -1, "open_at_horizon", 2, 40, 0),
)


@pytest.fixture
def reading(scenario: Path) -> Reading:
    """The small scenario with observations on both tracks; the truce's are told in two ways."""
    claims = scenario.with_name("claims.yaml")
    text = claims.read_text(encoding="utf-8")
    again = text[text.index("  held_by_west:") :].replace("held_by_west:", "held_by_west_too:", 1)
    claims.write_text(text.rstrip("\n") + "\n" + again, encoding="utf-8")
    scenario.write_text(scenario.read_text(encoding="utf-8").rstrip("\n") + OBSERVED, encoding="utf-8")
    return read(scenario)


def lives(rows: Sequence[Row], finished: int = 4) -> Lives:
    """Deals told by hand."""
    told = numpy.array([(*row[:5], ENDINGS.index(row[5]), *row[6:]) for row in rows], "i8").reshape(-1, 9)
    columns = [told[:, place] for place in range(9)]
    return Lives(finished, Deals(*columns, numpy.zeros(len(rows), "i8"), numpy.zeros((len(rows), 2), "i8")))


def statements(reading: Reading, *rows: Row) -> dict[tuple[str, str, int], Statement]:
    """By track, kind and version."""
    found, _ = statements_of(reading, compile_case(reading), lives(rows))
    return {(each.track, each.kind, each.version): each for each in found}


def test_first_agreements_are_counted_by_day_and_the_rest_is_never(reading: Reading) -> None:
    """Days 2, 3 and 5 of four runs; observed on 4 January, day 3, in the class of days 1 to 3."""
    agreement = statements(reading, *ROWS)["exchange", "agreement", 0]
    assert agreement.classes[:3] == ("day 0", "days 1–3", "days 4–7")
    assert agreement.counts == (0, 2, 1, 0, 0, 1)
    assert agreement.seen == "days 1–3"
    assert agreement.waits == (1, 4)
    assert agreement.fitted


def test_endings_and_deliveries_are_of_first_deals(reading: Reading) -> None:
    """Of the first deals one was completed, one defaulted with 5 of 20, one short by one: in part, part and all."""
    found = statements(reading, *ROWS)
    ending, delivered = found["exchange", "ending", 0], found["exchange", "delivered", 0]
    assert dict(zip(OF_DEALS, ending.counts, strict=True)) == {
        **dict.fromkeys(OF_DEALS, 0), "completed": 1, "defaulted": 1, "short": 1,
    }  # fmt: skip
    assert (ending.seen, delivered.seen) == ("short", "part")
    assert delivered.counts == (0, 2, 1)


def test_terms_are_told_apart_as_far_as_they_were_told(reading: Reading) -> None:
    """Of the truce only days were told: two packages of four differ in them, and both signed ones had ten days."""
    found = statements(reading, *ROWS)
    assert found["truce", "terms", 0].classes == ("days 5", "days 10")
    assert found["truce", "terms", 0].counts == (0, 2)
    assert found["exchange", "terms", 0].counts == (0, 2, 1)


def test_gaps_are_between_deals_that_follow_each_other(reading: Reading) -> None:
    """Ten days in one run and one in another; observed ten days, once, and not in view."""
    gap = statements(reading, *ROWS)["exchange", "gap", 0]
    assert dict(zip(gap.classes, gap.counts, strict=True))["days 8–14"] == 1
    assert gap.runs == 2
    assert gap.seen == "days 8–14"
    assert not gap.fitted


def test_days_in_force_end_with_the_deal_or_the_horizon(reading: Reading) -> None:
    """Ten days for the one that ran out, 29 - 9 for the one that was open; observed were ten, or five."""
    found = statements(reading, *ROWS)
    mine, theirs = found["truce", "days_in_force", 0], found["truce", "days_in_force", 1]
    assert dict(zip(mine.classes, mine.counts, strict=True)) == {
        "day 0": 0, "days 1–3": 0, "days 4–7": 0, "days 8–14": 1, "days 15–30": 1,
    }  # fmt: skip
    assert (mine.seen, theirs.seen) == ("days 8–14", "days 4–7")


def test_versions_stand_side_by_side_where_they_differ(reading: Reading) -> None:
    """The truce ran out, says one; it was broken, says another. On the day of agreement they do not differ."""
    found = statements(reading, *ROWS)
    mine, theirs = found["truce", "ending", 0], found["truce", "ending", 1]
    assert (mine.seen, mine.claim) == ("expired", "paper.held_by_west")
    assert (theirs.seen, theirs.claim) == ("broken", "paper.held_by_west_too")
    assert ("truce", "agreement", 1) not in found
    assert found["truce", "agreement", 0].claim == ""


def test_a_track_without_a_deal_is_one_statement(reading: Reading) -> None:
    """Nothing agreed: that it was not within the horizon, and how many runs agree."""
    quiet = read(reading.path, ["observed=[{date: 2030-01-04, track: truce, ending: impasse}]", "fitted_to=null"])
    (only,) = statements(quiet, *ROWS).values()
    assert (only.kind, only.seen, only.counts[-1]) == ("agreement", "not within the horizon", 2)
    assert only.waits == (0, 30)


def test_what_cannot_be_stated_is_told(reading: Reading) -> None:
    """Terms that are on no menu are left out by name; what comes after the horizon is not within it."""
    odd = read(reading.path, ["observed=[{date: 2030-01-04, track: exchange, agreed: {size: 7}, ending: completed}]"])
    found, left = statements_of(odd, compile_case(odd), lives(ROWS))
    assert [each.kind for each in found] == ["agreement", "ending"]
    assert left == [Unscored("small", "exchange", "terms: no package of the scenario is size 7")]
    late = read(reading.path, ["observed=[{date: 2030-03-04, track: exchange, agreed: {size: 5}}]"])
    (only,) = statements_of(late, compile_case(late), lives(ROWS))[0]
    assert only.seen == "not within the horizon"
    early = read(reading.path, ["observed=[{date: 2029-12-04, track: exchange, agreed: {size: 5}}]"])
    assert statements_of(early, compile_case(early), lives(ROWS))[1][0].what == "2029-12-04 is before the start"


def test_a_score_by_hand(reading: Reading) -> None:
    """One of three deals ended short: (1 + ⅛)/(3 + 1) of eight classes, against ⅛ where there is no other case."""
    ending = statements(reading, *ROWS)["exchange", "ending", 0]
    found = scored(ending, [ending])
    assert found.probability == pytest.approx(1.125 / 4)
    assert found.plain == pytest.approx(1 / 8)
    assert found.skill == pytest.approx(math.log2(1.125 / 4 * 8))
    assert (found.low, found.high) == (pytest.approx(0.0615, abs=1e-4), pytest.approx(0.7923, abs=1e-4))


def test_plain_guesses_learn_from_other_cases_of_the_sort(reading: Reading) -> None:
    """Two other exchanges ended completed: (2 + ⅛)/(2 + 1); a truce elsewhere teaches an exchange nothing.

    A wait is guessed as the mean of what each other case would make one think.
    """
    ending = statements(reading, *ROWS)["exchange", "ending", 0]
    completed = replace(ending, case="other", observed=(OF_DEALS.index("completed"),))
    others = [completed, replace(completed, case="third"), replace(completed, case="fourth", alike="truce")]
    guess = dict(zip(OF_DEALS, plain_guess(ending, others), strict=True))
    assert guess["completed"] == pytest.approx(2.125 / 3)
    assert guess["short"] == pytest.approx(0.125 / 3)
    agreement = statements(reading, *ROWS)["exchange", "agreement", 0]
    waited = replace(agreement, case="other", waits=(1, 9))
    assert plain_guess(agreement, [waited])[0] == pytest.approx(1.5 / 10)
    longer = replace(agreement, case="third", waits=(1, 49))
    assert plain_guess(agreement, [waited, longer])[0] == pytest.approx((1.5 / 10 + 1.5 / 50) / 2)


def test_the_mean_of_a_case_counts_versions_once_and_leaves_out_what_was_in_view(reading: Reading) -> None:
    """The exchange but its gap was in view; of the truce's ending two versions make one statement."""
    found = statements(reading, *ROWS)
    scores = [scored(each, found.values()) for each in found.values()]
    (case,) = of_cases(scores)
    kinds = {(key[0], key[1]) for key, each in found.items() if not each.fitted}
    assert case.statements == len(kinds) == 5
    assert case.fitted == 4
    kinds_of = of_kinds(scores)
    assert {kind: n for kind, (n, _) in kinds_of.items()} == {
        "agreement": 1, "ending": 1, "terms": 1, "days_in_force": 1, "gap": 1,
    }  # fmt: skip
    endings = [each.skill for each in scores if each.statement.kind == "ending" and not each.statement.fitted]
    assert kinds_of["ending"][1] == pytest.approx(sum(endings) / 2)
    truce = {key: each.skill for key, each in zip(found, scores, strict=True) if not each.statement.fitted}
    by_kind = [
        [skill for key, skill in truce.items() if key[:2] == kind] for kind in dict.fromkeys(key[:2] for key in truce)
    ]
    assert case.skill == pytest.approx(sum(sum(skills) / len(skills) for skills in by_kind) / 5)


def test_the_same_question_has_the_same_answer(reading: Reading) -> None:
    """Scores depend on scenarios, replications and seed alone, and run on whichever engine there is."""
    case = compile_case(reading)
    one, two = (score([(reading, case)], 12, 5) for _ in range(2))
    assert one == two or repr(one) == repr(two)
    assert one.replications == 12
    assert {each.statement.case for each in one.scores} == {"small"}
    assert math.isnan(one.skill[1]), "one case has no interval"
