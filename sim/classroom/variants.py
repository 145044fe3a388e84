"""Who gets which figures: every student a variant of one's own, the same wherever and whenever it is worked out.

A course has a secret. From it comes a key for each student, and from that key the figures of every exercise, by
HMAC-SHA256 both times. Whoever holds the secret knows the figures of all; whoever holds a student's token knows those
of that student alone.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.classroom.task_file import Figure
from sim.show.told import Refused

PUBLIC = "public"
"""In place of a course, where one studies by oneself."""
ALONE = "you"
"""A student who gave no name."""
FEWEST = 16
"""Characters that the secret of a course has at least."""
LARGEST_SEED = 999_999
PSEUDONYM = re.compile(r"[^\W_][\w .-]{0,39}")
"""What a student may be called: it is part of the names of files."""


class NoToken(Refused):
    """Words that are no token, no pseudonym, or no secret; and why."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a student needs to start the exercises of a course."""

    student: str
    course: str
    """Fingerprint of the course, which tells nothing of its secret; PUBLIC where there is none."""
    key: bytes

    def __str__(self) -> str:
        """As it is handed to a student, in one word or line."""
        return f"{self.student}:{self.course}:{self.key.hex()}"


@dataclass(frozen=True, slots=True)
class Variant:
    """The figures of one student for one exercise."""

    exercise: str
    """The word of the exercise: the name of its folder."""
    student: str
    course: str
    figures: Mapping[str, Figure]
    """By name; `seed` is always among them."""

    @property
    def seed(self) -> int:
        """Of every draw of the student's batches."""
        seed = self.figures["seed"]
        assert isinstance(seed, int), "a seed is a whole number"
        return seed


def token_of(secret: str, student: str) -> Token:
    """The token of a student in a course.

    Args:
        secret: of the course, at least FEWEST characters: whoever guesses it knows everybody's figures.
        student: a pseudonym.

    Raises:
        NoToken: the secret is too short, or the pseudonym is none.
    """
    secret = secret.strip()
    if len(secret) < FEWEST:
        raise NoToken(f"the secret has {len(secret)} characters: expected {FEWEST} or more, and nobody's guess")
    course = _hash(secret.encode(), ["course"])[:4].hex()
    return Token(pseudonym(student), course, _hash(secret.encode(), ["student", student])[:16])


def own_token(word: str, student: str = ALONE) -> Token:
    """The token of somebody who studies an exercise without a course: its secret is the exercise's own word."""
    return Token(pseudonym(student), PUBLIC, _hash(word.encode(), ["student", student])[:16])


def read_token(text: str) -> Token:
    """A token as it was handed out.

    Raises:
        NoToken: it is none.

    >>> read_token(str(own_token("01-read-a-timeline"))).student
    'you'
    """
    student, *rest = text.strip().split(":")
    if len(rest) != 2 or not re.fullmatch("[0-9a-f]{8}|public", rest[0]) or not re.fullmatch("[0-9a-f]{32}", rest[1]):
        raise NoToken(f"'{text.strip()[:80]}' is no token: expected NAME:COURSE:KEY as the teacher handed it out")
    return Token(pseudonym(student), rest[0], bytes.fromhex(rest[1]))


def pseudonym(student: str) -> str:
    """The name of a student, if it can be one. Raises NoToken."""
    if not PSEUDONYM.fullmatch(student) or student != student.strip(" ."):
        raise NoToken(
            f"'{student[:60]}' cannot be a student's name here: letters, digits, spaces, '.', '-', '_', at most 40"
        )
    return student


def variant_of(token: Token, word: str, choices: Mapping[str, Sequence[Figure]]) -> Variant:
    """A student's figures for an exercise.

    Args:
        token: the student's.
        word: of the exercise.
        choices: by the name of each figure, what it may be.
    """
    figures: dict[str, Figure] = {"seed": 1 + _number(token.key, word, "seed") % LARGEST_SEED}
    for name, values in choices.items():
        figures[name] = values[_number(token.key, word, name) % len(values)]
    return Variant(word, token.student, token.course, figures)


def _number(key: bytes, word: str, figure: str) -> int:
    return int.from_bytes(_hash(key, [word, figure]))


def _hash(key: bytes, parts: list[str]) -> bytes:
    return hmac.new(key, json.dumps(["parley", 1, *parts]).encode(), hashlib.sha256).digest()
