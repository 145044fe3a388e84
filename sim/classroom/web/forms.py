"""What a form sends, as a move of a room."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from sim.classroom.rooms import Refusal

MOST_FIELDS = 200
PACKAGE = "package."
"""Before the name of an issue."""
_READ: Mapping[str, Callable[[str], Any]] = {
    "question": int,
    "seconds_per_round": int,
    "days_at_once": int,
    "level": float,
    "yes": lambda text: {"true": True, "false": False}[text],
}


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a form, each once; of one that is there twice, the last.

    Raises:
        Refusal: it is none.

    >>> fields_of(b"kind=say&to=all&text=Good+morning")
    {'kind': 'say', 'to': 'all', 'text': 'Good morning'}
    """
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except (ValueError, UnicodeDecodeError):
        raise Refusal("this is no form of these pages") from None


def move_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """The move that fields make; what was left empty is left out, and whether it makes sense is the room's to say.

    >>> move_of({"kind": "put", "track": "exchange", "package.size": "100", "id": "a1"})
    {'kind': 'put', 'track': 'exchange', 'package': {'size': '100'}}
    """
    move: dict[str, Any] = {}
    package: dict[str, str] = {}
    for name, text in fields.items():
        if name.startswith(PACKAGE):
            package[name.removeprefix(PACKAGE)] = text
        elif name not in ("id", "nothing") and text.strip():
            move[name] = _value(name, text)
    if package or fields.get("kind") == "bridge":
        move["package"] = None if "nothing" in fields else package
    return move


def _value(name: str, text: str) -> Any:
    read = _READ.get(name)
    if read is None:
        return text
    try:
        return read(text.strip())
    except (ValueError, KeyError):
        return text


def asked(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The package that the query of a link names, by issue."""
    return {name.removeprefix(PACKAGE): value for name, value in items if name.startswith(PACKAGE)}


def settings_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """The settings that a form to open a room makes."""
    found: dict[str, Any] = {}
    for name in ("seed", "seconds_per_round", "days_at_once", "grace"):
        text = fields.get(name, "").strip()
        if text:
            found[name] = int(text[:20]) if text.isascii() and text.isdigit() else text
    if fields.get("drop_out"):
        found["drop_out"] = fields["drop_out"]
    found["fictional"] = "fictional" in fields
    taken = [name.removeprefix("people.") for name in fields if name.startswith("people.")]
    found["people"] = taken
    found["strategies"] = {
        name.removeprefix("strategy."): text for name, text in fields.items() if name.startswith("strategy.") and text
    }
    return found
