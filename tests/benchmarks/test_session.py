import importlib.util
import math
import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("numba")

SESSION = Path(__file__).resolve().parents[2] / "benchmarks" / "session.py"
ROUNDS = 100
NOTHING = -1
Worths = list[list[float]]
"""[party][package]"""
Outcome = tuple[int, int, list[int]]
"""Turn and package of the agreement, and the packages put, turn by turn."""


@pytest.fixture(scope="module")
def session() -> ModuleType:
    """The session that the benchmark times."""
    spec = importlib.util.spec_from_file_location("session", SESSION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def domain(seed: int) -> Worths:
    """Worths of 8 x 5 x 4 packages: a weighted sum over three issues."""
    chance = random.Random(seed)
    worths = []
    for _ in range(2):
        weights = [chance.random() for _ in range(3)]
        scores = [[chance.random() for _ in range(many)] for many in (8, 5, 4)]
        worths.append(
            [
                sum(w * s for w, s in zip(weights, (one, two, three), strict=True)) / sum(weights)
                for one in scores[0]
                for two in scores[1]
                for three in scores[2]
            ]
        )
    return worths


def by_formula(worths: Worths, reservations: list[float], exponents: list[float]) -> Outcome:
    """The session as its formulas say it, package by package."""
    table, offers = NOTHING, []
    for turn in range(2 * ROUNDS):
        me = turn % 2
        low, high = max(min(worths[me]), reservations[me]), max(worths[me])
        t = (turn // 2 + 1) / (ROUNDS + 1)
        threshold = low + (high - low) * (1.0 - t ** exponents[me]) - 0.001
        threshold = low if threshold < low else high if threshold > high else threshold
        if table != NOTHING and worths[me][table] >= threshold:
            return turn, table, offers
        table = min((p for p in range(160) if worths[me][p] >= threshold), key=lambda p: worths[me][p])
        offers.append(table)
    return NOTHING, NOTHING, offers


def by_micro(worths: Worths, reservations: list[float]) -> Outcome:
    """Two MiCRO parties as the paper describes them: sets of distinct offers, and a sorted list of all packages."""
    lists = [sorted(range(160), key=lambda p, mine=mine: -mine[p]) for mine in worths]
    sent: list[list[int]] = [[], []]
    table, offers = NOTHING, []
    for turn in range(2 * ROUNDS):
        me = turn % 2
        following = lists[me][len(sent[me])] if len(sent[me]) < 160 else None
        may = len(sent[me]) <= len(set(sent[1 - me]))
        if may and following is not None and worths[me][following] >= reservations[me]:
            planned, least = following, worths[me][following]
        else:
            planned = sent[me][-1]
            least = min(worths[me][p] for p in sent[me])
        if table != NOTHING and worths[me][table] >= least:
            return turn, table, offers
        if planned not in sent[me]:
            sent[me].append(planned)
        table = planned
        offers.append(table)
    return NOTHING, NOTHING, offers


def played(session: ModuleType, worths: Worths, play: Callable[..., tuple[int, int]], *rest: object) -> Outcome:
    """The session as it is compiled."""
    array, offers = np.array(worths), np.full(2 * ROUNDS, NOTHING)
    turn, package = play(array, session.ladder(array), *rest, offers)
    return turn, package, offers[offers != NOTHING].tolist()


@pytest.mark.parametrize("seed", range(60))
def test_agreement_and_offers_are_those_of_the_formulas(session: ModuleType, seed: int) -> None:
    """For random exponents, the turn and package agreed and each offer's worth to its author equal the formulas'."""
    chance = random.Random(1000 + seed)
    worths = domain(seed)
    exponents = [math.exp(chance.uniform(math.log(0.1), math.log(10.0))) for _ in range(2)]
    reservations = [chance.uniform(0.0, 0.5) for _ in range(2)]
    held = np.array([session.curve(exponent, ROUNDS) for exponent in exponents])
    turn, package, offers = played(session, worths, session.concede_with_time, np.array(reservations), held)
    expected_turn, expected, expected_offers = by_formula(worths, reservations, exponents)
    assert (turn, package) == (expected_turn, expected)
    own = [[worths[place % 2][offer] for place, offer in enumerate(put)] for put in (offers, expected_offers)]
    assert own[0] == own[1]


@pytest.mark.parametrize("seed", range(20))
def test_micro_parties_step_down_their_ladders_as_in_the_paper(session: ModuleType, seed: int) -> None:
    """Agreement and offers of two MiCRO parties are those of lists and sets of offers."""
    chance = random.Random(2000 + seed)
    worths = domain(seed)
    reservations = [chance.uniform(0.0, 0.8) for _ in range(2)]
    reservations = [min(r, max(mine)) for r, mine in zip(reservations, worths, strict=True)]
    found = played(session, worths, session.step_down, np.array(reservations), ROUNDS)
    assert found == by_micro(worths, reservations)


def test_a_party_that_wants_more_than_there_is_for_both_gets_nothing(session: ModuleType) -> None:
    """Without a package that is worth their reservations to both, time runs out and every offer stays above them."""
    worths = [[place / 159 for place in range(160)], [1.0 - place / 159 for place in range(160)]]
    held = np.array([session.curve(1.0, ROUNDS)] * 2)
    turn, package, offers = played(session, worths, session.concede_with_time, np.array([0.6, 0.6]), held)
    assert (turn, package) == (NOTHING, NOTHING)
    assert len(offers) == 2 * ROUNDS
    assert all(worths[place % 2][offer] >= 0.6 for place, offer in enumerate(offers))


def test_what_is_worth_exactly_what_is_demanded_is_put_and_accepted(session: ModuleType) -> None:
    """Parties that give way at once put and take the package that is worth their reservation, and no better one."""
    worths = [[0.0, 0.25, 0.5, 1.0], [1.0, 0.5, 0.25, 0.0]]
    held = np.array([session.curve(1e-6, ROUNDS)] * 2)
    found = played(session, worths, session.concede_with_time, np.array([0.5, 0.25]), held)
    assert found == (1, 2, [2])


def test_micro_parties_meet_in_the_middle(session: ModuleType) -> None:
    """With three packages and opposed interests each puts its best, the first concedes, the second takes the middle."""
    worths = [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]
    assert played(session, worths, session.step_down, np.zeros(2), ROUNDS) == (3, 1, [0, 2, 1])


def test_micro_parties_that_will_not_go_lower_repeat_their_offer(session: ModuleType) -> None:
    """With reservations above the middle both put their best to the end."""
    worths = [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]
    found = played(session, worths, session.step_down, np.array([0.8, 0.8]), ROUNDS)
    assert found == (NOTHING, NOTHING, [0, 2] * ROUNDS)
