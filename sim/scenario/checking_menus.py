"""Checks of menus: values that can be agreed, and what they wait for."""

from collections.abc import Sequence

from sim.scenario import menus
from sim.scenario.desk import Desk, Location
from sim.scenario.names import RESERVED
from sim.scenario.schema.tracks import Menus, Track, values_of


def check_menus(desk: Desk, track: Track, issues: Menus, days: str, at: list[str]) -> bool:
    """Report everything wrong with the menus of a track or of its renewal; whether all are sound.

    `days` are those of the truce, or those that a renewal adds: the issue that they name may hold `open`.
    """
    _availability(desk, at[1], issues, at)
    sound = True
    for issue, choices in issues.items():
        menu = values_of(choices)
        lost = desk.lacks_something([*at[:2], "truce"])
        passing = menus.OPEN if lost or menus.open_issue(days, issues) == issue else None
        if passing in menu and not _open_once(desk, track, menu, [*at, issue]):
            sound = False
            continue
        kinds = [isinstance(value, str) and value != passing for value in menu]
        wordy = sum(kinds) > len(kinds) / 2 or (2 * sum(kinds) == len(kinds) and kinds[:1] == [True])
        for index, value in enumerate(menu):
            message = ""
            if not isinstance(value, str | int | float):
                message = "expected a number or a word"
            elif value != passing and isinstance(value, str) != wordy:
                found = f"'{value}'" if isinstance(value, str) else str(value).lower()
                rest, this = ("words", "none") if wordy else ("numbers", "a word")
                message = f"{found}: the other values of '{issue}' are {rest}, this is {this}; keep to one kind"
            elif isinstance(value, str) and (value in RESERVED or not value.isidentifier() or not value.isascii()):
                message = f"'{value}' cannot be a value: letters, digits and _ , and no word of the language"
            elif value in menu[:index]:
                message = f"'{value}' stands in the menu twice"
            if message:
                desk.fault([*at, issue, index, "value"], message)
                sound = False
    return sound


def _open_once(desk: Desk, track: Track, menu: Sequence[object], at: list[str]) -> bool:
    """Whether no other value of an issue means the same days as `open`; if one does, report it."""
    days = menus.open_counts_as(track.truce)
    if days in menu:
        message = f"{days:g} stands in the menu, and 'open' counts as {days:g}: change 'open_counts_as' of the truce"
        desk.fault([*at, menu.index(days), "value"], message)
    return days not in menu


def _availability(desk: Desk, track: str, issues: Menus, at: list[str]) -> None:
    for issue, menu in issues.items():
        for index, choice in enumerate(menu):
            if choice.available_if is not None:
                here: Location = [*at, issue, index, "available if"]
                desk.expression(choice.available_if, desk.names.for_choice(track), here)
