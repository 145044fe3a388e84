"""How to teach it: time plans, rules of the exercise, content note, rubric."""

from dataclasses import dataclass

from sim.classroom.pack.game import Game
from sim.scenario.case import NOWHERE

PREDICT = "Write down: which package do you expect, and what will be in its way?"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a lesson."""

    minutes: int
    what: str
    how: str
    paper: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A lesson, its parts one after the other."""

    minutes: int
    parts: tuple[Part, ...]

    @property
    def timed(self) -> tuple[tuple[str, Part], ...]:
        """Each part with its minutes from the start."""
        told, at = [], 0
        for part in self.parts:
            told.append((f"{at}–{at + part.minutes}", part))
            at += part.minutes
        return tuple(told)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the rubric."""

    name: str
    points: int
    full: str
    half: str
    none: str


def plans_of(game: Game) -> tuple[Plan, Plan]:
    """A lesson of 50 minutes and one of 90; more seats need more of it for reading and for talking."""
    many = len(game.seats) > 3
    read, prepare = (8, 4) if many else (6, 5)
    talk = 50 - 4 - read - prepare - 3 - 9
    short = Plan(
        50,
        (
            Part(4, "Open", "Say what it is and what it is not; content note; seats by lot.", "content note"),
            Part(read, "Read", "Each alone. No sheet leaves its owner's hands.", "short briefing, role sheet"),
            Part(prepare, "Prepare and predict", PREDICT, "role sheet"),
            Part(talk, "Talk", "At half-time say so aloud: from now on some conditions may be given up.", "form"),
            Part(3, "Sign or not", "All sign one form, or none. Points are added up in silence.", "form"),
            Part(9, "Debrief", "Compare the prediction with what happened; two questions from the sheet; then the key.",
                 "debrief questions, this file"),
        ),
    )  # fmt: skip
    long = Plan(
        90,
        (
            Part(5, "Open", "Say what it is and what it is not; content note; seats by lot.", "content note"),
            Part(read + 4, "Read", "Each alone; the claims with who made them.", "long briefing, role sheet"),
            Part(6, "Prepare and predict", PREDICT, "role sheet"),
            Part(90 - 5 - (read + 4) - 6 - 3 - 16 - 5 - 18, "Talk", "Half-time is said aloud. You may bring in news"
                 " (listed below), once.", "form"),
            Part(3, "Sign or not", "All sign one form, or none. Points are added up in silence.", "form"),
            Part(16, "Once more, one thing changed", "Each table chooses one public condition and plays on without it.",
                 "a second form"),
            Part(5, "Write", "Each alone: what was in the way, and how do I know?", "debrief questions"),
            Part(18, "Debrief", "Tables compared; the picture of points; what the model's runs did; what happened.",
                 "this file, what happened"),
        ),
    )  # fmt: skip
    return short, long


def rules_of(game: Game) -> tuple[str, ...]:
    """The rules of the exercise, for everybody."""
    told = [
        "You speak for your side, within its sheet. You may say what you like about it, true or not; you may show it to"
        " nobody.",
        "A package has one value of every issue on the form. It is agreed when every party at the table has signed it.",
        "Each of you adds up the points of a package from your own sheet. Without a deal, everybody gets the points"
        " that the sheet gives for no deal.",
        "Do not sign below the least that your sheet names, nor against a condition of yours that still holds.",
        "A condition that your sheet lets you give up may be given up from half-time on, aloud, for good.",
    ]
    if game.mediators:
        told.append("Mediators sign nothing. They may see a form before it is signed, and speak with anybody alone.")
    told.append("What counts is not who has most points, but whether you can explain afterwards what stood in the way.")
    return tuple(told)


def content_note(game: Game) -> tuple[str, ...]:
    """What is hard in the material, how to bring it in, and ways out."""
    captives = any(stock.of != NOWHERE for stock in game.case.stocks)
    what = ["war, in which people are killed while the talks go on"] if game.case.war else []
    what += ["people in captivity, who are counted here and who have families"] if captives else []
    what += ["a conflict between real sides, in which somebody in the room may have a part"]
    told = [
        f"The material is about {'; '.join(what)}.",
        "Say so before you hand anything out, in a sentence or two, and say what is left out: no names of captives, no"
        " pictures, no accounts of violence.",
        "Seats go by lot, never by nationality. A role is a task; nobody is asked to believe it. No accents, no"
        " insults, no cruelty played for effect.",
        "Ways out, without giving a reason, at any time: keep the clock, take the minutes, watch one side and report,"
        " or do the questions from the long briefing alone. Each of these can earn full marks.",
        "Where the case is too near, use the same pack under invented names (--skin fictional): the numbers are the"
        " same.",
        "Numbers on the sheets that nobody reported are assumptions. No side is right here because it has more points.",
    ]
    return tuple(told)


RUBRIC = (
    Criterion(
        "Preparation", 4,
        "A prediction in writing: a package, what will be in its way, and why.",
        "A package or an obstacle, without a reason.",
        "Nothing in writing before the talks.",
    ),
    Criterion(
        "Conduct", 4,
        "Spoke for the side within its sheet; asked what others need; kept to the rules.",
        "Stated positions, asked little.",
        "Left the sheet, signed below the least without noticing, or showed it.",
    ),
    Criterion(
        "Explanation", 6,
        "Names what stood in the way, tells it from what only seemed to, and gives evidence from the talks.",
        "Names an obstacle, with an example.",
        "Says only that the others would not agree.",
    ),
    Criterion(
        "Care with claims", 4,
        "Says who claims what, gives the other side's account, and tells reported numbers from assumed ones.",
        "Attributes some claims.",
        "States one side's claim as fact.",
    ),
    Criterion(
        "Limits", 2,
        "Names one thing that the exercise leaves out and says what it could change.",
        "Names one thing that it leaves out.",
        "Takes the result for a forecast.",
    ),
)  # fmt: skip
"""20 points; none of them is for the points of a package."""
