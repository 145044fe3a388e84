import hashlib
import hmac
from collections import Counter

import pytest

from sim.classroom.variants import NoToken, own_token, read_token, token_of, variant_of

SECRET = "seven white herons at dawn"
CHOICES = {"size": [1, 2, 3], "menu": [[0, 1], [0, 2]]}


def by_hand(key: bytes, *parts: str) -> bytes:
    """HMAC-SHA256 over the parts as compact JSON text, spelt out."""
    message = '["parley", 1, ' + ", ".join(f'"{part}"' for part in parts) + "]"
    return hmac.new(key, message.encode(), hashlib.sha256).digest()


def test_figures_follow_from_the_secret_the_student_and_the_exercise() -> None:
    """A figure is the ordinal HMAC(HMAC(secret, student), exercise, figure) modulo the number of its choices."""
    key = by_hand(SECRET.encode(), "student", "heron")[:16]
    variant = variant_of(token_of(SECRET, "heron"), "02-the-gesture", CHOICES)
    for name, values in CHOICES.items():
        drawn = int.from_bytes(by_hand(key, "02-the-gesture", name), "big")
        assert variant.figures[name] == values[drawn % len(values)]
    assert variant.seed == 1 + int.from_bytes(by_hand(key, "02-the-gesture", "seed"), "big") % 999_999


def test_a_token_gives_what_the_secret_gives() -> None:
    """Who has a student's token has that student's figures, and needs no secret."""
    token = token_of(SECRET, "heron")
    assert variant_of(read_token(f" {token}\n"), "x", CHOICES) == variant_of(token, "x", CHOICES)


def test_a_token_tells_nothing_of_the_secret_or_of_others() -> None:
    """Keys of two students of a course have nothing in common, and no token holds the secret or its plain hash."""
    one, other = (str(token_of(SECRET, name)) for name in ("heron", "egret"))
    assert one.split(":")[2] != other.split(":")[2]
    assert SECRET not in one
    assert hashlib.sha256(SECRET.encode()).hexdigest()[:8] not in one


def test_another_figure_shifts_none() -> None:
    """A figure that is added to an exercise leaves those that were there."""
    token = token_of(SECRET, "heron")
    more = variant_of(token, "x", {"new": [1, 2], **CHOICES}).figures
    assert {name: more[name] for name in ("seed", *CHOICES)} == variant_of(token, "x", CHOICES).figures


def test_students_differ_and_every_choice_is_given() -> None:
    """Over a thousand students every choice comes about equally often, and seeds hardly ever meet."""
    variants = [variant_of(token_of(SECRET, f"student {n}"), "x", CHOICES) for n in range(1000)]
    counts = Counter(variant.figures["size"] for variant in variants)
    assert all(270 <= counts[size] <= 400 for size in (1, 2, 3))
    assert len({variant.seed for variant in variants}) > 990


def test_who_studies_alone_needs_nothing() -> None:
    """Without a course the figures follow from the exercise's own word, the same everywhere."""
    assert own_token("01-read-a-timeline") == own_token("01-read-a-timeline")
    assert own_token("01-read-a-timeline").course == "public"
    assert own_token("01-read-a-timeline").key != own_token("02-the-gesture").key


@pytest.mark.parametrize(
    "text", ["", "heron", "heron:abc:def", "heron:public:" + "0" * 31, "../x:public:" + "0" * 32, "a:b:c:d"]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    """A token that was cut off or mistyped is told as such."""
    with pytest.raises(NoToken, match=r"token|name"):
        read_token(text)


@pytest.mark.parametrize("name", ["", " ", ".hidden", "a/b", "a:b", "x" * 41, "end."])
def test_a_pseudonym_can_be_part_of_a_file_name(name: str) -> None:
    """Names with separators, or that a file cannot bear, are refused; a secret that can be guessed is too."""
    with pytest.raises(NoToken):
        token_of(SECRET, name)
    with pytest.raises(NoToken, match="16"):
        token_of("short", "heron")
