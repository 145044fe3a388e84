"""Menus of issues as numbers, and truces without an end: what `open` stands for where a truce's days are said."""

from collections.abc import Collection, Sequence

from sim.scenario.defaults import shipped_defaults
from sim.scenario.schema.tracks import Choice, Truce, values_of

OPEN = "open"
"""Says, in place of a number of days, that a truce has no end."""


def open_counts_as(truce: Truce | None) -> float:
    """Days that a truce without an end counts as in worth and fear."""
    given = None if truce is None else truce.open_counts_as
    return (shipped_defaults().open_counts_as if given is None else given).middle


def is_open(days: str, issues: Collection[str]) -> bool:
    """Whether the days of a truce are `open`, whatever is agreed.

    >>> is_open("open", ["size"]), is_open("days", ["days"])
    (True, False)
    """
    return days.strip() == OPEN and OPEN not in issues


def open_issue(days: str, issues: Collection[str]) -> str:
    """The issue that the days of a truce name, so that `open` may be among its values; empty where they name none.

    >>> open_issue("days", ["size", "days"]), open_issue("2 * days", ["size", "days"])
    ('days', '')
    """
    name = days.strip().removeprefix("proposal.")
    return name if name in issues else ""


def numbers_of(menu: Sequence[Choice], open_as: float | None = None) -> tuple[float, ...]:
    """The values of a menu as numbers: a word by its place, a switch as 1 or 0.

    `open_as` is what `open` counts as in the issue that a truce's days name, and None in any other.

    >>> numbers_of([Choice(value=value) for value in (7, 30, "open")], 365)
    (7.0, 30.0, 365.0)
    """
    return tuple(
        float(value)
        if isinstance(value, int | float)
        else float(open_as)
        if value == OPEN and open_as is not None
        else float(place)
        for place, value in enumerate(values_of(menu))
    )
