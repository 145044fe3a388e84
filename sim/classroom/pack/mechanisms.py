"""What a case can teach: the mechanisms that it has, each with its aim, a common mistake and a point to discuss."""

from collections.abc import Callable
from dataclasses import dataclass

from sim.classroom.pack.game import Game
from sim.scenario.case import NOWHERE
from sim.terms import Firmness, Gate, Style


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism of the model, as a teacher speaks of it; works are named as in docs/ODD.md."""

    name: str
    present: Callable[[Game], bool]
    """Whether the table has it, by what everybody may know of it."""
    aim: str
    """“Afterwards students can …”"""
    mistake: str
    discuss: str
    work: str
    question: str
    """For the students, after the talks."""


def _accepts(game: Game) -> bool:
    return any(each.gate is Gate.ACCEPTS and each.public for each in game.track.preconditions)


def _gate(gate: Gate) -> Callable[[Game], bool]:
    return lambda game: any(each.gate is gate and each.public for each in game.track.preconditions)


def _hands_over(game: Game) -> bool:
    return any(t for row in game.track.space.transfers for t in row)


def _gesture(game: Game) -> bool:
    return any(step.gesture for step in game.track.steps)


def _captives(game: Game) -> bool:
    return any(game.case.stocks[t.stock].of != NOWHERE for row in game.track.space.transfers for t in row)


def _watched(game: Game) -> bool:
    return game.track.has_truce and len({kind.monitoring for kind in game.track.space.kinds}) > 1


def _manipulates(game: Game) -> bool:
    return any(mediator.case.style is Style.MANIPULATION for mediator in game.mediators)


def _secured(game: Game) -> bool:
    return any(step.escrow or step.guarantee != NOWHERE for step in game.track.steps)


MECHANISMS = (
    Mechanism(
        "interests and reservation", lambda game: True,
        "tell what a side wants from what it says it wants, and say from which package on it is better off with a deal",
        "Signing because it is late: a package below the least that a side asks for is worse for it than none.",
        "Who came away with a package near the least that it could accept, and did anybody else know?",
        "Fearon 1995; Raiffa 1982",
        "How far above your least was the package that you signed? What do you guess for the others?",
    ),
    Mechanism(
        "public conditions", _accepts,
        "show which stated precondition stands in the way of a deal, and which only seems to",
        "Taking every condition for a wall: some can be dropped, some only cost something at home.",
        "Which condition was said loudest, and which one in fact left no package on the table?",
        "Fearon 1994",
        "Put the publicly stated conditions in the order in which they stood in your way. How do you know?",
    ),
    Mechanism(
        "conditions of coming to the table", _gate(Gate.ENTERS),
        "tell conditions of talking from conditions of signing",
        "Arguing about terms while a condition of talking at all is unmet.",
        "Who could have opened the way to talks, and at what cost?",
        "Zartman 2000",
        "What had to hold before anybody would talk, and who could bring it about?",
    ),
    Mechanism(
        "conditions that outlive the signature", _gate(Gate.CONTINUES),
        "explain why a deal that was signed can still end",
        "Treating the signature as the end of the matter.",
        "Which condition of staying in the deal would be tested first?",
        "ETH/PRIO ceasefire data",
        "Your deal is signed. What would make a side leave it within the first week?",
    ),
    Mechanism(
        "exchange and parity", _captives,
        "weigh numbers and kinds of captives as both sides see them",
        "Counting heads only: sides differ in what one captive is worth to them, and in how many they hold.",
        "Why might a side refuse an exchange of equal numbers?",
        "assumption of the model; docs/cases.md",
        "Was the exchange that you discussed even? In whose eyes?",
    ),
    Mechanism(
        "gestures", _gesture,
        "say what a gesture buys, from whom, and when",
        "Waiting for something in return on the same day: a gesture works on trust, not on the terms.",
        "Would the gesture have worked before the talks, or only after them?",
        "Osgood 1962",
        "What did the gesture, or the lack of one, change in what you were ready to believe?",
    ),
    Mechanism(
        "promises and who secures them", _secured,
        "explain how a guarantee or a third keeper lets sides deal that do not trust each other",
        "Trusting a promise by its size rather than by who secures it.",
        "Take the guarantor away: which package would still be signed?",
        "assumption of the model",
        "Which promise did you doubt most, and what would have made you believe it?",
    ),
    Mechanism(
        "doubt", _hands_over,
        "explain why a distrusted side's promise is worth less than the thing promised",
        "Reading a low offer as ill will where it is doubt.",
        "What could be delivered first, so that the rest is believed?",
        "Axelrod 1984",
        "Who had to move first in your deal, and what did that cost?",
    ),
    Mechanism(
        "truce and the fear of rearming", lambda game: game.track.has_truce,
        "explain why a longer truce can be worth less to a side that fears what the other does with it",
        "Assuming that everybody wants the longest truce.",
        "Whom does a pause help, and which terms change that?",
        "Powell 2006",
        "Did a longer truce make agreement easier or harder at your table? Why?",
    ),
    Mechanism(
        "monitoring", _watched,
        "say what monitoring changes: violations, what is alleged, and who will sign",
        "Taking alleged violations for violations: each side keeps its own count.",
        "Two counts of the same days differ. What follows, and what does not?",
        "assumption of the model",
        "What did monitoring cost each side, and what did it buy?",
    ),
    Mechanism(
        "mediation", lambda game: bool(game.mediators),
        "tell bringing together, proposing and pressing apart, and say what each can do",
        "Leaving all writing to the mediator, or none of it.",
        "What could the mediator see that no side could?",
        "Beardsley et al. 2006",
        "What did the mediator do that the sides could not have done themselves?",
    ),
    Mechanism(
        "promises for a signature", _manipulates,
        "discuss what a signature that was paid for is worth later",
        "Spending everything on the first package that nearly fits.",
        "Would the deal outlive the one who paid for it?",
        "Beardsley 2008",
        "Who signed because of what the mediator added? What happens when that is forgotten?",
    ),
    Mechanism(
        "more than two sides", lambda game: len(game.seats) > 2,
        "show how a third side can make possible, or block, what two would agree on",
        "Settling between the two loudest and bringing the paper to the others.",
        "Whose consent was cheapest, and who noticed?",
        "Raiffa 1982",
        "Which two sides agreed early, and what did that do to the rest?",
    ),
)  # fmt: skip


def mechanisms_of(game: Game) -> tuple[Mechanism, ...]:
    """The mechanisms that a table has."""
    return tuple(each for each in MECHANISMS if each.present(game))


def firmness_text(firmness: Firmness) -> str:
    """What a condition is to its holder, as the class plays it."""
    return {
        Firmness.HARD: "you cannot sign (or go on) without it, whatever you are offered",
        Firmness.FADES: "you hold it until half-time; from then on you may give it up, once and for good, aloud",
        Firmness.PRICED: "you may break it; what that costs you at home is in your points already",
    }[firmness]
