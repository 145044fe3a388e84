"""People in seats of the Mesa engine: what they say counts, and the rules bind them."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pytest

from sim.engine import log
from sim.engine.model import NegotiationModel, run
from sim.engine.table import Table
from sim.engine.voices import Asked, Question
from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read

Compile = Callable[..., Case]
Say = Callable[[Question], Mapping[int, Collection[int]]]
HERE = Path(__file__).parent
SWAP = HERE.joinpath("swap.yaml").read_text(encoding="utf-8")
TRUCE = HERE.joinpath("truce.yaml").read_text(encoding="utf-8")
CASES = HERE.parents[1] / "scenarios" / "cases"
ALFA, BRAVO = 0, 1


class Script:
    """People who speak for some parties and mediators by a function."""

    def __init__(self, say: Say, parties: Collection[int] = (), mediators: Collection[int] = (), leaves_on: int = -1):
        self.say, self.parties, self.mediators, self.leaves_on = say, parties, mediators, leaves_on
        self.asked: list[Question] = []

    def speaks_for(self, party: int) -> bool:
        """Whether it is one of those."""
        return party in self.parties

    def mediates(self, mediator: int) -> bool:
        """Whether it is one of those."""
        return mediator in self.mediators

    def ask(self, question: Question) -> Mapping[int, Collection[int]]:
        """What the function says."""
        self.asked.append(question)
        return self.say(question)

    def walks_out(self, table: Table, party: int) -> bool:
        """On the one day."""
        return table.model.day == self.leaves_on


def nothing(question: Question) -> Mapping[int, Collection[int]]:
    """Stand behind nothing, say yes to nothing."""
    return {who: [] for who in question.of}


def played(case: Case, script: Script, days: int = 0) -> NegotiationModel:
    """The model after so many days, or at its horizon."""
    model = NegotiationModel(case, 1, voices=script)
    while model.running and (days == 0 or model.day + 1 < days):
        model.step()
    return model


def agreed(model: NegotiationModel) -> list[log.Agreed]:
    """The agreements of a run."""
    return [entry for entry in model.log if isinstance(entry, log.Agreed)]


@pytest.mark.parametrize("name", ["march-2025", "ankara-2024", "yemen-truce-2022", "us-iran-2023"])
def test_where_nobody_speaks_a_run_is_as_without_voices(name: str) -> None:
    """The same record and the same log, to the last bit."""
    case = compile_case(read(CASES / f"{name}.yaml"))
    model, plain = played(case, Script(nothing)), run(case, 1)
    assert model.record() == plain.record
    assert tuple(model.log) == plain.log


def test_people_agree_below_their_reservation(compile_text: Compile) -> None:
    """What both stand behind in the first round is agreed, though each party's margin is above every worth."""
    case = compile_text(SWAP, "tracks.exchange.margin=0.99")
    model = played(case, Script(lambda question: {ALFA: [0], BRAVO: [0, 3]}, [ALFA, BRAVO]), days=1)
    assert [(entry.day, entry.package, entry.via) for entry in agreed(model)] == [
        (0, {"size": "10", "gesture": "0"}, "offer")
    ]
    assert not agreed(NegotiationModel(case, 1).run())


def test_a_person_and_the_engine_agree_on_what_both_would_take(compile_text: Compile) -> None:
    """The engine concedes to its reservation by the last round; a person who stands firm behind one package gets it."""
    case = compile_text(SWAP)
    model = played(case, Script(lambda question: {ALFA: [2]}, [ALFA]), days=2)
    assert [entry.package for entry in agreed(model)] == [{"size": "50", "gesture": "0"}]


def test_an_own_precondition_bars_a_package_until_it_is_dropped(compile_text: Compile) -> None:
    """Both stand behind ten for ten from the first round on; it is agreed in the round in which alfa drops `large`."""
    conditions = "tracks.exchange.preconditions={alfa: {large: {accepts if: proposal.size >= 50, public: true}}}"
    asked: list[int] = []

    def say(question: Question) -> Mapping[int, Collection[int]]:
        asked.append(1)
        if len(asked) == 3:
            question.table.standings[0].dropped = True
        return {ALFA: [0], BRAVO: [0]}

    model = played(compile_text(SWAP, conditions), Script(say, [ALFA, BRAVO]), days=1)
    assert len(asked) == 3
    assert len(agreed(model)) == 1


def test_a_persons_precondition_does_not_fade(compile_text: Compile) -> None:
    """With a daily chance of weariness itself the engine drops it within sixty days, a person never."""
    conditions = "tracks.exchange.preconditions={alfa: {large: {accepts if: proposal.size >= 999, fades: 1}}}"
    case = compile_text(SWAP, conditions, "parties.alfa.weariness=0.9")
    assert any(isinstance(entry, log.PreconditionDropped) for entry in NegotiationModel(case, 1).run().log)
    assert not any(isinstance(entry, log.PreconditionDropped) for entry in played(case, Script(nothing, [ALFA])).log)


def test_one_offer_at_a_time_is_put_by_its_author_and_answered_by_the_other(compile_text: Compile) -> None:
    """Under `alternating` the proposer is asked for an offer, then the other for a yes; a no goes on to the next."""
    case = compile_text(SWAP, "tracks.exchange.talks={rounds: 8, per_day: 4, protocol: alternating}")
    answers = iter([False, True])

    def say(question: Question) -> Mapping[int, Collection[int]]:
        if question.asks is Asked.ROUND:
            return {question.of[0]: [4 if question.of[0] == ALFA else 0]}
        return {question.of[0]: question.packages if next(answers) else []}

    script = Script(say, [ALFA, BRAVO])
    model = played(case, script, days=1)
    assert [question.asks for question in script.asked] == [Asked.ROUND, Asked.ANSWER] * 2
    first, second = script.asked[0].of[0], script.asked[2].of[0]
    assert {first, second} == {ALFA, BRAVO}
    terms = {ALFA: {"size": "100", "gesture": "0"}, BRAVO: {"size": "10", "gesture": "0"}}
    assert [entry.package for entry in agreed(model)] == [terms[second]]


def test_a_person_who_offers_nothing_lets_the_round_pass(compile_text: Compile) -> None:
    """Nobody is asked to answer, and the round counts."""
    case = compile_text(SWAP, "tracks.exchange.talks={rounds: 8, per_day: 4, protocol: alternating}")
    script = Script(nothing, [ALFA, BRAVO])
    model = played(case, script, days=2)
    assert [question.asks for question in script.asked] == [Asked.ROUND] * 8
    assert model.tables[0].talks_records[0].ending == "impasse"


def test_a_mediator_in_a_persons_hands_puts_its_package_and_the_parties_answer(compile_text: Compile) -> None:
    """Asked at every second round; the first proposal is nothing, the second is put and taken."""
    case = compile_text(
        TRUCE,
        "mediators={third: {style: facilitation, tracks: truce}}",
        "tracks.truce.talks={rounds: 12, per_day: 4, bridge_every: 2}",
    )
    proposals = iter([[], [7]])

    def say(question: Question) -> Mapping[int, Collection[int]]:
        if question.asks is Asked.BRIDGE:
            return {0: next(proposals)}
        return dict.fromkeys(question.of, question.packages)

    script = Script(say, [ALFA, BRAVO], [0])
    model = played(case, script, days=1)
    assert [question.asks for question in script.asked] == [
        *[Asked.ROUND] * 2, Asked.BRIDGE, *[Asked.ROUND] * 2, Asked.BRIDGE, Asked.ANSWER,
    ]  # fmt: skip
    assert [(entry.package, entry.via) for entry in agreed(model)] == [(case.tracks[0].space.describe(7), "third")]


def test_a_mediators_estimates_are_read_on_the_first_day_a_person_speaks_for_it(compile_text: Compile) -> None:
    """So that it has something to go by before its first bridging proposal; the engine reads them only then."""
    sets = (
        "mediators={third: {style: facilitation, tracks: truce}}",
        "tracks.truce.talks={rounds: 40, per_day: 1, bridge_every: 20}",
    )
    model = played(compile_text(TRUCE, *sets), Script(nothing, [ALFA, BRAVO], [0]), days=1)
    assert model.tables[0].talks is not None
    assert list(model.tables[0].talks.estimates) == [0]
    model = played(compile_text(TRUCE, *sets), Script(nothing, [ALFA, BRAVO]), days=1)
    assert model.tables[0].talks is not None
    assert model.tables[0].talks.estimates == {}


@pytest.mark.parametrize("yes", [True, False])
def test_a_person_answers_a_renewal(compile_text: Compile, yes: bool) -> None:
    """The other party is played by a yes to everything: one person's answer decides."""
    case = compile_text(TRUCE, "tracks.truce.renewal={ask_before: 2, issues: {days: [14]}}", "tracks.truce.leaving=0")

    def say(question: Question) -> Mapping[int, Collection[int]]:
        if question.asks is Asked.RENEWAL:
            return {ALFA: question.packages if yes else [], BRAVO: question.packages}
        return {ALFA: [0], BRAVO: [0]}

    model = played(case, Script(say, [ALFA, BRAVO]), days=8)
    renewals = [entry for entry in model.log if isinstance(entry, log.Renewed)]
    assert [(entry.renewed, entry.refused_by) for entry in renewals] == [(yes, () if yes else ("alfa",))]


def test_a_person_walks_out_when_it_suits(compile_text: Compile) -> None:
    """On the day on which the person leaves, and not by chance before."""
    case = compile_text(
        SWAP, "tracks.exchange.talks.rounds=40", "parties.alfa.impatience=9", "parties.bravo.impatience=0"
    )
    model = played(case, Script(nothing, [ALFA], leaves_on=5), days=7)
    ended = [entry for entry in model.log if isinstance(entry, log.TalksEnded)]
    assert [(entry.day, entry.ending, entry.party) for entry in ended] == [(5, "walkout", "alfa")]


def test_whoever_is_left_out_of_the_answers_is_played_by_the_engine(compile_text: Compile) -> None:
    """Somebody who drops out while asked: the run goes on as without people."""
    case = compile_text(SWAP)
    model = played(case, Script(lambda question: {}, [ALFA, BRAVO]))
    assert [deal.package for deal in model.record().deals] == [deal.package for deal in run(case, 1).record.deals]


def test_an_event_that_is_called_comes_to_pass_the_next_day(compile_text: Compile) -> None:
    """Whatever its own day and condition."""
    case = compile_text(
        SWAP, "facts={calm: 0}", "events={call: {date: 2030-02-20, if: day > 999, sets: {facts.calm: 1}}}"
    )
    model = NegotiationModel(case, 1)
    for _ in range(3):
        model.step()
    model.events[0].called = True
    model.step()
    happened = [entry.day for entry in model.log if isinstance(entry, log.EventOccurred)]
    assert happened == [3]
