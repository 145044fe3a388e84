import itertools
import operator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.scenario.compiling import compile_case
from sim.scenario.doubting import most_worth
from sim.scenario.reading import doubts
from sim.scenario.values import Value

WARNINGS = [
    (
        [("date: 2025-04-19", "date: 2025-03-17")],
        "65:28: warning: acts.feast.date: 2025-03-17 is before the start (2025-03-18): it never happens",
    ),
    (
        [("date: 2025-03-20", "date: 2025-07-16")],
        "67:16: warning: events.call.date: 2025-07-16 is after the last day (2025-07-15): it never happens",
    ),
    (
        [("date: 2025-03-19, track", "date: 2025-03-01, track")],
        "70:12: warning: observed.0.date: 2025-03-01 is before the start (2025-03-18): it cannot be scored",
    ),
    (
        [("proposal.manner == voluntary", "proposal.size > 175")],
        "52:31: warning: exchange.preconditions.north.willing.accepts if: "
        "no proposal on this track can meet this precondition",
    ),
    (
        [
            (
                "        willing:",
                "        small: {accepts if: proposal.size <= 50}\n"
                "        large: {accepts if: proposal.size > 50, fades: 0.1}\n        willing:",
            )
        ],
        "50:5: warning: exchange.preconditions: no proposal on this track meets these together: "
        "north.small, north.large",
    ),
    (
        [("watchers: 0\n", "watchers: 0\n  calm: 1\n"), ("watchers >= 0.3", "watchers >= 0.3 and calm > 0")],
        "34:3: warning: facts.calm: nothing can move this fact (no event, grant or drift), "
        "yet pause.preconditions.south.watched.continues if looks at it",
    ),
    (
        [("watchers: 0\n", "watchers: {level: 0, drift: 0.1}\n"), ("watchers >= 0.3", "watchers == 0.3")],
        "62:33: warning: pause.preconditions.south.watched.continues if: "
        "'watchers' drifts, so an equality with it hardly ever holds: use <= or >=",
    ),
    (
        [("if: track.pause.phase == in_force", "if: 1 - trust.north.south != 0.5")],
        "68:28: warning: events.leak.if: "
        "'trust.north.south' drifts, so an equality with it hardly ever holds: use <= or >=",
    ),
]


@pytest.mark.parametrize(("changes", "expected"), WARNINGS, ids=[line.split(": ")[2] for _, line in WARNINGS])
def test_what_is_legal_but_doubtful_is_a_warning(files, changes: list[tuple[str, str]], expected: str) -> None:
    """A scenario with one doubtful thing is read, and the thing is pointed at."""
    (warning,) = files.read(*changes).warnings
    assert str(warning).split("\n")[0] == f"{files.folder}/case.yaml:{expected}"


IN_ORDER = [
    [("watchers >= 0.3", "watchers == 0.3")],
    [
        ("if: track.pause.phase == in_force", "if: (aid > 0.2) == (trust.north.south > 0.3)"),
        ("level: 1,", "level: [0, 1, 1],"),
    ],
    [
        (
            "        willing:",
            "        large: {accepts if: proposal.size > 25, cost: 0.1}\n"
            "        small: {accepts if: proposal.size <= 25}\n        willing:",
        )
    ],
]


@pytest.mark.parametrize("changes", IN_ORDER, ids=["steady", "truths", "priced"])
def test_what_is_in_order_is_no_warning(files, changes: list[tuple[str, str]]) -> None:
    """No warning of equality with a level that does not drift, with a truth, or of what is only priced."""
    assert files.read(*changes).warnings == ()


def compiled_doubts(files, *changes: tuple[str, str]) -> list[str]:
    """The warnings that need worths, one line each."""
    reading = files.read(*changes)
    found = doubts(compile_case(reading), reading)
    return [str(warning).split("\n")[0].removeprefix(f"{files.folder}/case.yaml:") for warning in found]


def test_the_sound_scenario_leaves_no_doubt(files) -> None:
    """Margins below the best worth and interests that tell outcomes apart are no warning."""
    assert compiled_doubts(files) == []


def test_a_margin_above_the_best_worth_is_a_warning(files) -> None:
    """With interests in days alone, and 30 days on a scale of 30, no outcome is worth more than 1."""
    change = ("interests: {north: {truce_days: 1}", "margin: {north: 1.5}\n    interests: {north: {truce_days: 1}")
    assert compiled_doubts(files, change) == [
        "59:21: warning: pause.margin.north: a margin of 1.5 for 'north' is above the best base worth "
        "of any outcome (1)"
    ]


def test_an_interest_in_what_is_always_the_same_is_a_warning(files) -> None:
    """Nothing is paid on a track without assets, so an interest in what is paid tells no outcomes apart."""
    change = ("south: {truce_days: 1}}", "south: {truce_days: 1, paid: 1}}")
    assert compiled_doubts(files, change) == [
        "59:64: warning: pause.interests.south.paid: 'paid' is 0 in every outcome: "
        "the interest tells no outcome from another"
    ]


def test_an_interest_that_only_tells_a_deal_from_none_is_said_to(files) -> None:
    """A gesture of ten in every package makes a deal worth more, and no package worth more than another."""
    assert compiled_doubts(files, ("{wounded: extra}", "{wounded: 10}")) == [
        "48:44: warning: exchange.interests.south.gesture_received: 'gesture_received' is 10 in every outcome: "
        "the interest tells a deal from no deal, but no outcome from another"
    ]


def test_a_fixed_scope_may_be_an_interest(files) -> None:
    """A scope that the terms fix is worth something against no deal: an interest in it is in order."""
    assert compiled_doubts(files, ("south: {truce_days: 1}}", "south: {truce_days: 1, scope: 1}}")) == []


def test_a_party_without_interests_is_a_warning(files) -> None:
    """Every deal is worth nothing to a party that wants nothing of it."""
    assert compiled_doubts(files, (", south: {truce_days: 1}}", "}")) == [
        "59:5: warning: pause.interests: 'south' has no interests on this track: every deal is worth 0 to it"
    ]


DAYS_ALONE = "    interests: {north: {truce_days: 1}"


def test_a_margin_whose_range_allows_a_deal_is_no_warning(files) -> None:
    """An outcome worth 1 meets a margin of 0.9, the low end of the range: some draws allow a deal."""
    margin = "    margin: {north: {assumed: [0.9, 1.2, 1.5], because: unsure}}\n"
    assert compiled_doubts(files, (DAYS_ALONE, margin + DAYS_ALONE)) == []


def test_a_margin_whose_whole_range_is_above_the_best_worth_is_a_warning(files) -> None:
    """No draw from 1.1 upwards is met by an outcome worth 1."""
    margin = "    margin: {north: {assumed: [1.1, 1.2, 1.5], because: unsure}}\n"
    assert compiled_doubts(files, (DAYS_ALONE, margin + DAYS_ALONE)) == [
        "59:31: warning: pause.margin.north: a margin of 1.1 for 'north' is above the best base worth "
        "of any outcome (1), even where the ranges of margin and interests favour a deal most"
    ]


def test_the_most_favourable_interests_are_looked_at() -> None:
    """Scores of 1 with weights 1 and -1 are worth 0; with the cost at 0.25 of its range, 0.75 / 1.25 = 0.6."""
    cost = Value(-1.5, -1, -0.25)
    assert most_worth([Value(1, 1, 1), cost], [1.0, 1.0]) == pytest.approx(0.6, abs=1e-15)


@given(
    st.lists(
        st.tuples(st.tuples(*[st.integers(-4, 4)] * 3).map(sorted), st.integers(-8, 8)),
        min_size=1,
        max_size=4,
    )
)
def test_no_draw_is_worth_more(features: list[tuple[list[int], int]]) -> None:
    """The greatest worth is that of the best of all corners of the ranges, where a weight may also be 0 within one."""
    assume(any(low or high for (low, _, high), _ in features))
    ranges = [Value(*map(float, ends)) for ends, _ in features]
    scores = [score / 8 for _, score in features]
    corners = [
        sum(map(operator.mul, weights, scores)) / sum(map(abs, weights))
        for weights in itertools.product(
            *[(value.low, value.high, min(max(0.0, value.low), value.high), value.middle) for value in ranges]
        )
        if any(weights)
    ]
    assert most_worth(ranges, scores) == pytest.approx(max(corners), abs=1e-12)
