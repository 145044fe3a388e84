"""What is on a table in words: issues, what a deal does, conditions, and what a party can care about."""

import re
from collections.abc import Sequence

from sim.classroom.pack.game import Game
from sim.scenario.case import NOWHERE, IssueCase, PreconditionCase
from sim.show.labels import expression_text
from sim.show.words import capital, counted, date_text, listed, number, spaced, span
from sim.terms import Gate, Style

GATES = {
    Gate.ENTERS: "before it comes to the table",
    Gate.ACCEPTS: "before it signs",
    Gate.DELIVERS: "before it hands anything over",
    Gate.CONTINUES: "while the deal is in force",
    Gate.RENEWS: "before it renews",
}
STYLES = {
    Style.FACILITATION: "brings the sides together and keeps them talking",
    Style.FORMULATION: "also writes proposals of its own",
    Style.MANIPULATION: "also writes proposals, promises something for a signature, and presses",
}
YOURS = {
    Style.FACILITATION: "You bring the sides together and keep them talking. You put no proposals of your own.",
    Style.FORMULATION: "You bring the sides together, and you may put proposals of your own in writing.",
    Style.MANIPULATION: "You bring the sides together, you may put proposals of your own in writing, and you may"
    " promise something for a signature.",
}
SWITCHED = (
    (r"(?:at least|exactly) 1|(?:above|at least) 0\.\d+|above 0", "yes"),
    (r"below (?:1|0\.\d+)|(?:at most|exactly) 0", "no"),
)
"""What is asked of an issue of which 1 is yes and 0 is no."""
_FEATURES = {
    "returned": "your own captives who come back",
    "released": "captives whom you let go",
    "parity_gap": "a difference between the numbers that each side lets go",
    "gesture_given": "captives whom you let go as a gesture, for nothing",
    "gesture_received": "captives who come back to you as a gesture",
    "paid": "funds or goods that you hand over",
    "received": "funds or goods that you receive",
    "truce_days": "days of truce",
    "scope": "the share of the fighting that stops",
    "monitoring": "how closely the truce is watched (0 not at all, 1 fully)",
}


def issue_text(name: str, game: Game) -> str:
    """An issue in words, with the labels of those whom its name names: `to_germany` is “to Germany”."""
    labels = game.labels
    known = {**labels.others, **labels.mediators, **labels.parties}
    return " ".join(known.get(word) or word for word in name.split("_"))


def feature_text(name: str, game: Game) -> str:
    """What a party can have an interest in."""
    if name in [issue.name for issue in game.track.space.issues] and name not in _FEATURES:
        return issue_text(name, game)
    return _FEATURES.get(name) or game.labels.fact(name)


def is_switch(issue: IssueCase) -> bool:
    """Whether an issue says yes (1) or no (0)."""
    return set(issue.labels) == {"0", "1"}


def value_text(issue: IssueCase, choice: int) -> str:
    """A value of an issue, a switch as a word."""
    if is_switch(issue):
        return "yes" if issue.labels[choice] == "1" else "no"
    return spaced(issue.labels[choice])


def package_words(game: Game, outcome: int) -> str:
    """A package as its terms in a row."""
    space = game.track.space
    terms = zip(space.issues, space.choices[outcome], strict=True)
    return ", ".join(f"{issue_text(issue.name, game)}: {value_text(issue, choice)}" for issue, choice in terms)


def asked(condition: PreconditionCase, game: Game) -> str:
    """What a condition asks for, in words; of a switch, yes or no."""
    text = expression_text(condition.program.source, game.labels)
    for issue in game.track.space.issues:
        plain, shown = spaced(issue.name), issue_text(issue.name, game)
        if is_switch(issue):
            for pattern, answer in SWITCHED:
                parts = re.split(rf"\b{re.escape(plain)} (?:{pattern})(?![\d.])", text)
                text = f"“{shown}” is {answer}".join(parts)
        if shown != plain:
            text = text.replace(plain, shown)
    return text.replace(" exactly ", " is ")


def when_asked(condition: PreconditionCase, game: Game) -> str:
    """At which moment it is asked, and on which days."""
    text, case = GATES[condition.gate], game.case
    if condition.since > 0:
        text += f", from {date_text(case.date(condition.since))}"
    if condition.until < case.horizon - 1:
        text += f", until {date_text(case.date(condition.until))}"
    return text


def deal_text(game: Game) -> list[str]:
    """What a deal of this table does, a sentence each: who hands over what, the truce, what a mediator grants."""
    return [*_steps(game), *_truce(game), *_grants(game), *_waiting(game), *_renewal(game)]


def _steps(game: Game) -> list[str]:
    space, case = game.track.space, game.case
    told = []
    for index, step in enumerate(game.track.steps):
        goods: dict[tuple[int, int, str], list[str]] = {}
        for giver, receiver, stock in dict.fromkeys(
            (t.giver, t.receiver, t.stock) for row in space.transfers for t in row if t.step == index
        ):
            much = _handed(game, index, (giver, receiver, stock))
            goods.setdefault((giver, receiver, much), []).append(game.labels.good(_good(game, stock)))
        parts = [
            f"{case.parties[giver].label} to {case.parties[receiver].label}: {listed(names)}, {much}"
            for (giver, receiver, much), names in goods.items()
        ]
        if parts:
            told.append(f"{capital(spaced(step.name))}. {'; '.join(parts)}{_how(game, index)}.")
    return told


def _handed(game: Game, step: int, pair: tuple[int, int, int]) -> str:
    """How much of one stock changes hands by a step."""
    rows = [
        [t for t in row if t.step == step and (t.giver, t.receiver, t.stock) == pair]
        for row in game.track.space.transfers
    ]
    settled = next((t.count.source for row in rows for t in row if t.count is not None), "")
    if not settled:
        return _amount([row[0].amount if row else 0.0 for row in rows], game, "as many")
    everyone = re.fullmatch(r"all \* \((?P<when>[^()]*)\)", settled)
    if everyone:
        return f"all, if {expression_text(everyone['when'], game.labels)}"
    return "all" if settled == "all" else "as many as what both sides hold allows"


def _good(game: Game, stock: int) -> str:
    case, found = game.case, game.case.stocks[stock]
    return case.categories[found.what] if found.of != NOWHERE else case.assets[found.what]


def _how(game: Game, index: int) -> str:
    """When a step falls due, and what secures it."""
    step, labels = game.track.steps[index], game.labels
    days = step.tranches
    told = [f"on day {days[0]}" if len(days) == 1 else f"in {len(days)} parts from day {days[0]} to day {days[-1]}"]
    told += ["as a gesture, for nothing in return"] if step.gesture else []
    told += [f"after {listed(spaced(game.track.steps[each].name) for each in step.after)}"] if step.after else []
    told += ["only while the truce holds"] if step.while_truce else []
    told += [f"only if {expression_text(step.delivers_if.source, labels)}"] if step.delivers_if else []
    told += [f"into the custody of {labels.third(step.to)}"] if step.to else []
    told += [f"kept first by {labels.third(step.escrow)}"] if step.escrow else []
    told += ["anybody may decline to go"] if step.declines != NOWHERE else []
    return f" ({'; '.join(told)})"


def _truce(game: Game) -> list[str]:
    if not game.track.has_truce:
        return []
    space = game.track.space
    kinds = [space.kinds[kind] for kind in space.kind_of]
    days = _amount([kind.days for kind in kinds], game, "as many", "without end" if kinds[0].without_end else "")
    if any(kind.without_end for kind in kinds) and not all(kind.without_end for kind in kinds):
        days += " (“open”: without an end)"
    scope = _amount([kind.scope for kind in kinds], game, "as much")
    watch = _amount([kind.monitoring for kind in kinds], game, "as much")
    leave = " A side may call itself free of it if the other violates it." if game.track.exit_clause else ""
    return [f"Truce. Days: {days}. Share of the fighting that stops (1 is all): {scope}. Monitoring: {watch}.{leave}"]


def _grants(game: Game) -> list[str]:
    space, told = game.track.space, []
    for place, (fact, _) in enumerate(space.kinds[0].grants):
        levels = [space.kinds[kind].grants[place][1] for kind in space.kind_of]
        label = game.labels.fact(game.case.facts[fact].name)
        told.append(f"While the deal is in force, {label} is at the level {_amount(levels, game, '')}.")
    return told


def _waiting(game: Game) -> list[str]:
    told = []
    for issue in game.track.space.issues:
        for choice, condition in enumerate(issue.available):
            if condition is not None:
                words = expression_text(condition.source, game.labels)
                told.append(
                    f"{capital(issue_text(issue.name, game))}: “{value_text(issue, choice)}” needs that {words}."
                )
    return told


def _renewal(game: Game) -> list[str]:
    renewal = game.track.renewal
    if renewal is None:
        return []
    silence = "renews it" if renewal.renews_on_silence else "lets it lapse"
    most = "" if renewal.most == NOWHERE else f", at most {counted(renewal.most, 'time')}"
    return [f"Renewal is asked for {counted(renewal.ask_before, 'day')} before the end{most}; silence {silence}."]


def _amount(amounts: Sequence[float], game: Game, many: str, instead: str = "") -> str:
    """How much, over all packages: one number, what an issue says, or a range.

    Read off the packages themselves, so that it holds whatever formula made them.
    """
    if len(set(amounts)) == 1:
        return instead or number(amounts[0])
    space = game.track.space
    for place, issue in enumerate(space.issues):
        values, name = [row[place] for row in space.outcomes], f"“{issue_text(issue.name, game)}”"
        if all(amount == value for amount, value in zip(amounts, values, strict=True)):
            if is_switch(issue):
                return f"1 if {name} is yes, else 0"
            return f"{many} as {name} says" if many else f"of {name}"
        if all(amount == 1.0 - value for amount, value in zip(amounts, values, strict=True)):
            return f"0 if {name} is yes, else 1" if is_switch(issue) else f"1 less {name}"
    for place, issue in enumerate(space.issues):
        by_choice: dict[int, set[float]] = {}
        for row, amount in zip(space.choices, amounts, strict=True):
            by_choice.setdefault(row[place], set()).add(amount)
        if all(len(found) == 1 for found in by_choice.values()):
            each = (f"{value_text(issue, choice)}: {number(min(by_choice[choice]))}" for choice in sorted(by_choice))
            return f"by “{issue_text(issue.name, game)}” ({'; '.join(each)})"
    return f"{span(min(amounts), max(amounts))}, by the package"
