"""A view of a room as parts of a page: HTML by place, each sent again only when it changes."""

from collections.abc import Mapping
from typing import Any

from sim.classroom.web import pages
from sim.show.words import capital, counted, spaced

View = Mapping[str, Any]
BEST = 8
"""Packages of greatest own worth that are listed."""
PHASES = {
    "lobby": "People are taking their seats. The instructor starts it.",
    "paused": "Paused by the instructor, or until somebody is back.",
    "ended": "The time of the scenario is over.",
    "closed": "Closed. The debrief is open.",
}
GATES = {
    "enters": "before talks open",
    "accepts": "before a package is accepted",
    "delivers": "before anything is delivered",
    "continues": "for the deal to go on",
    "renews": "before the truce is prolonged",
}
TRACK_PHASES = {
    "dormant": "no talks yet",
    "talks": "in talks",
    "agreed": "agreed, not begun",
    "in_force": "a deal is in force",
    "suspended": "the deal is suspended",
    "closed": "over",
}

TODO = {
    "round": "Your turn: put a package on the table, or accept one that another side has put. Then say Ready.",
    "offer": "Your turn: put the package that you offer on the table. Then say Ready; without one, you offer none.",
    "answer": "Your turn: accept it, then say Ready. Ready without accepting is a no.",
    "bridge": "Your turn: propose a package, or nothing. Then say Ready.",
    "renewal": "Your turn: answer at the table, then say Ready.",
    "days": "Read what happened, then go on.",
}


def parts_of(view: View, briefing: View) -> tuple[dict[str, str], dict[str, Any]]:
    """The parts of a page that change, and the numbers that its composer needs, by track."""
    values = values_of(view, briefing)
    parts = {"status": pages.render("part_status.html", values), "seats": pages.render("part_seats.html", values)}
    told = {track["name"]: track for track in briefing["tracks"]}
    for track in view["tracks"]:
        here = {**values, "track": track, "told": told[track["name"]], "best": best_of(track, told[track["name"]])}
        parts[f"track-{track['name']}"] = pages.render("part_track.html", here)
    for name in ("own", "messages", "story"):
        parts[name] = pages.render(f"part_{name}.html", values)
    if view["me"]["role"] == "instructor":
        parts["host"] = pages.render("part_host.html", values)
        parts["inject"] = pages.render("part_inject.html", values)
    return parts, {track["name"]: _numbers(track) for track in view["tracks"] if "own" in track}


def values_of(view: View, briefing: View) -> dict[str, object]:
    """What every part is filled from."""
    labels = {seat["seat"]: seat["label"] for seat in view["seats"]}
    labels |= {"all": "everybody", "instructor": "Instructor"}
    return {
        "view": view,
        "briefing": briefing,
        "me": view["me"],
        "room": view["room"],
        "labels": labels,
        "phases": PHASES,
        "track_phases": TRACK_PHASES,
        "asking": asking(view, labels),
        "todo": todo(view),
        "bars": bars_of(view),
        "package_text": package_text,
        "named": lambda seats: ", ".join(labels.get(seat, seat) for seat in seats),
        "spaced": spaced,
        "capital": capital,
        "counted": counted,
        "gates": GATES,
        "number": worth_text,
        "seated": view["me"]["role"] in ("party", "mediator"),
    }


def data_of(view: View, briefing: View, tables: View) -> dict[str, Any]:
    """What the script of a page is told."""
    return {
        "tables": tables,
        "packages": {track["name"]: track["packages"] for track in briefing["tracks"]},
        "labels": {seat["seat"]: seat["label"] for seat in view["seats"]},
        "bars": bars_of(view),
        "version": view["room"]["version"],
        "seconds_left": view["clock"]["seconds_left"],
    }


def bars_of(view: View) -> dict[str, dict[str, str]]:
    """What the preconditions that are known are called, by track and then by `party.name`."""
    return {
        track["name"]: {f"{each['party']}.{each['name']}": each["label"] for each in track["preconditions"]}
        for track in view["tracks"]
    }


def package_text(package: Mapping[str, object]) -> str:
    """A package in a line.

    >>> package_text({"rearm_cap": "0.8", "days": 30})
    'rearm cap 0.8 · days 30'
    """
    return " · ".join(f"{spaced(issue)} {value}" for issue, value in package.items())


def worth_text(worth: float) -> str:
    """A worth to two places, with the minus sign of print.

    >>> worth_text(-0.126)
    '−0.13'
    """
    text = f"{worth:.2f}".replace("-", "−")
    return "0.00" if text == "−0.00" else text


def best_of(track: View, told: View) -> list[dict[str, Any]]:
    """The feasible packages of a party's track that are worth most to it, none of its own preconditions in the way."""
    own = track.get("own", {})
    if "worths" not in own:
        return []
    open_ones = [at for at, can in enumerate(own["feasible"]) if can and str(at) not in own["bars"]]
    first = sorted(open_ones, key=lambda at: -own["worths"][at])[:BEST]
    return [{"outcome": at, "package": told["packages"][at], "worth": own["worths"][at]} for at in first]


def _numbers(track: View) -> dict[str, Any]:
    keys = ("worths", "reservation", "feasible", "bars", "estimates")
    return {"open": track["phase"] == "talks", **{key: track["own"][key] for key in keys if key in track["own"]}}


def asking(view: View, labels: Mapping[str, str]) -> str:
    """What the room waits for, in a sentence."""
    question = view["question"]
    if view["room"]["phase"] != "running" or question is None:
        return PHASES.get(view["room"]["phase"], "")
    waiting = [labels.get(seat, seat) for seat in question["of"] if seat not in question["ready"]]
    track = next((each["label"] for each in view["tracks"] if each["name"] == question["track"]), "")
    what = {
        "round": "Which packages does each side stand behind?",
        "offer": f"What does {' or '.join(labels.get(seat, seat) for seat in question['of'])} offer?",
        "answer": f"{labels.get(question['by'], '')} offers {package_text(question['package'] or {})}. Yes or no?",
        "bridge": "Does the mediator propose a package that bridges?",
        "renewal": "Is the truce prolonged?",
        "days": "Days have passed.",
    }[_kind(view)]
    head = f"{track}: " if track else ""
    rounds = f" Round {question['round']} of {question['rounds']}." if question["round"] else ""
    return f"{head}{what}{rounds}" + (f" Waiting for {', '.join(waiting)}." if waiting else "")


def todo(view: View) -> str:
    """What whoever has a seat can do now, in a sentence; nothing for others."""
    phase, question, me = view["room"]["phase"], view["question"], view["me"]
    if me["seat"] is None:
        return ""
    if phase == "lobby":
        return "Until then, read your briefing, and what each package is worth to you."
    if phase != "running" or question is None:
        return ""
    if not question["mine"]:
        return "Nothing is asked of you now. You can write messages, and prepare what you want next."
    if me["seat"] in question["ready"]:
        return "You are ready. You can still change what you said, until the others are."
    return TODO[_kind(view)]


def _kind(view: View) -> str:
    """What is asked; a round in which one side offers is told from one in which all put packages."""
    question = view["question"]
    one = any(each["name"] == question["track"] and each["protocol"] == "alternating" for each in view["tracks"])
    return "offer" if question["asks"] == "round" and one else str(question["asks"])
