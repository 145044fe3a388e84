"""Small wording: names, numbers, dates and lists for a reader."""

import datetime
from collections.abc import Iterable, Mapping


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
