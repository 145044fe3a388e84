"""Small wording: names, numbers, dates and lists for a reader."""

import datetime
import re
from collections.abc import Iterable, Mapping

_ONE = ("States", "Nations", "Emirates", "Netherlands", "Philippines", "Islands", "Bosnia and Herzegovina")
"""Ends of names that look like several and are one, as names of states are."""
_MANY = {"men", "women", "children", "people"}
_AFTER_HEAD = re.compile(r"\s(?:of|in|on|at|by|for|from|under|with|who|whom|held|commanding|detained)\s")
_MARKED = re.compile(r"(\w+)~")
_SEVERAL = {"is": "are", "was": "were", "does": "do", "has": "have", "it": "they", "its": "their"}


def spaced(name: str) -> str:
    """A name as words.

    >>> spaced("rearm_cap")
    'rearm cap'
    """
    return name.replace("_", " ")


def capital(text: str) -> str:
    """The text with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]


def cut(text: str, most: int) -> str:
    """The text, or as much of it as stands in `most` characters with an ellipsis, at a word's end where that is near.

    >>> cut("Northern Provinces", 12), cut("North", 12)
    ('Northern…', 'North')
    """
    if len(text) <= most:
        return text
    kept = text[: max(most - 1, 0)]
    word = kept if text[len(kept)].isspace() else kept.rpartition(" ")[0]
    return f"{(word if len(word) > len(kept) / 2 else kept).rstrip()}…"


def possessive(label: str) -> str:
    """A label that owns something.

    >>> possessive("Ukraine"), possessive("United States")
    ("Ukraine's", "United States'")
    """
    return f"{label}'" if label.endswith("s") else f"{label}'s"


def plural(label: str) -> bool:
    """Whether a label seems to name several: by its form alone, and wrongly now and then.

    >>> [plural(label) for label in ("Houthis", "Cuba and Norway", "camps of men", "women, minors and others")]
    [True, True, True, True]
    >>> [plural(label) for label in ("Confederate States", "Hamas", "Donetsk and Luhansk side", "law of amnesty")]
    [False, False, False, False]
    """
    head = _AFTER_HEAD.split(label)[0]
    if head.endswith(_ONE):
        return False
    head = head.lower()
    if re.search(r"\sand\s\S+$", head):
        return True
    last = head.split(",")[0].split()[-1:]
    return any(word in _MANY or (word.endswith("s") and not word.endswith(("ss", "us", "as", "os"))) for word in last)


def agree(label: str, text: str) -> str:
    """What somebody does, after the label: words marked with ~ are put in the number that the label has.

    >>> agree("Russia", "drops~ its~ demand"), agree("Houthis", "drops~ its~ demand")
    ('Russia drops its demand', 'Houthis drop their demand')
    """
    many = plural(label)
    done = _MARKED.sub(lambda found: _several(found[1]) if many else found[1], text)
    return f"{label} {done}"


def _several(word: str) -> str:
    return _SEVERAL.get(word) or re.sub(r"(?<=ss|sh|ch)es$|s$", "", word)


def persons(count: float, label: str) -> str:
    """A number of persons; labels name several of them, as a rule.

    >>> persons(2, "prisoners of war"), persons(1, "prisoners of war"), persons(1, "captured soldier")
    ('2 prisoners of war', '1 of the prisoners of war', '1 captured soldier')
    """
    return f"{number(count)}{' of the' if count == 1 and plural(label) else ''} {label}"


def number(amount: float) -> str:
    """A number for a reader: whole ones with thousands marked, others to three figures.

    >>> number(6465.0), number(0.25), number(1 / 3)
    ('6,465', '0.25', '0.333')
    """
    return f"{amount:,.0f}" if amount == round(amount) else f"{amount:.3g}"


def span(low: float, high: float) -> str:
    """A number, or a range of them.

    >>> span(0.0, 0.3), span(2.0, 2.0)
    ('0 to 0.3', '2')
    """
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words in a row.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final


def counted(count: int, one: str, many: str = "") -> str:
    """A number of things.

    >>> counted(1, "day"), counted(2, "day")
    ('1 day', '2 days')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def package_text(package: Mapping[str, str]) -> str:
    """A package as its terms in a row.

    >>> package_text({"days": "30", "rearm_cap": "0.8"})
    'days 30, rearm cap 0.8'
    """
    return ", ".join(f"{spaced(issue)} {value}" for issue, value in package.items())


def date_text(date: datetime.date) -> str:
    """A date in words.

    >>> date_text(datetime.date(2025, 3, 8))
    '8 March 2025'
    """
    return f"{date.day} {date:%B %Y}"
