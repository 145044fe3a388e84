"""Ranges and preconditions in words: what stands beside each slider and switch."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sim.classroom.web.library import Book
from sim.classroom.web.view import View, preconditions, ranges, spelled
from sim.scenario import shape
from sim.scenario.case import Case, Parameter
from sim.scenario.schema import Scenario
from sim.scenario.schema.kinds import Part
from sim.scenario.schema.tracks import Precondition
from sim.scenario.values import Status, Value
from sim.show.labels import Labels, expression_text
from sim.show.words import capital, number, spaced
from sim.terms import Firmness, Gate

STEPS = 20
"""Fewest steps of a slider."""
GROUPS = {
    "captives": "Captives held at the start",
    "captures": "Captives taken while the fighting goes on",
    "trust": "Trust at the start",
    "rules": "Rules of the model, the same for everybody",
}
GATES = {
    Gate.ENTERS: "to open talks",
    Gate.ACCEPTS: "to accept a package",
    Gate.DELIVERS: "to deliver",
    Gate.CONTINUES: "to stay in the deal",
    Gate.RENEWS: "to renew",
}
FIRM = {
    Firmness.HARD: "hard: stands to the end",
    Firmness.FADES: "fading: may be given up as weariness grows",
    Firmness.PRICED: "priced: may be given up at a cost at home",
}


@dataclass(frozen=True, slots=True)
class Slider:
    """A range as the page shows it."""

    path: str
    label: str
    meaning: str
    low: str
    middle: str
    high: str
    step: str
    held: str
    """Empty where it is drawn."""
    shipped: bool
    status: str
    """Status, and who said so or why it is assumed."""
    note: str


@dataclass(frozen=True, slots=True)
class Group:
    """Ranges of one part of a scenario: those of the file, and those that it left to the laboratory."""

    label: str
    own: tuple[Slider, ...]
    shipped: tuple[Slider, ...]

    @property
    def held(self) -> int:
        """How many are held."""
        return sum(1 for slider in (*self.own, *self.shipped) if slider.held)


@dataclass(frozen=True, slots=True)
class Switch:
    """A precondition as the page shows it."""

    name: str
    holder: str
    label: str
    asks: str
    kind: str
    said: str
    """Whose claim it rests on, where it rests on one."""
    on: bool


def groups(book: Book, view: View) -> list[Group]:
    """Every range of a scenario, part by part in the order of a reader."""
    held = dict(view.held)
    parts: dict[str, list[Slider]] = {}
    order = ("parties", "tracks", "mediators", "trust", "captives", "captures", "facts", "acts", "events")
    found = ranges(book.case)
    places = {path: place for place, path in enumerate(found)}

    def rank(path: str) -> tuple[int, int]:
        first = path.partition(".")[0]
        return (order.index(first) if first in order else len(order), places[path])

    for path in sorted(found, key=rank):
        slider = _slider(book, found[path], spelled(held[path]) if path in held else "")
        parts.setdefault(_group(path, book.labels), []).append(slider)
    return [
        Group(label, tuple(s for s in sliders if not s.shipped), tuple(s for s in sliders if s.shipped))
        for label, sliders in parts.items()
    ]


def _slider(book: Book, parameter: Parameter, held: str) -> Slider:
    value = parameter.value
    label, meaning = words_of(parameter.path, book)
    return Slider(
        path=parameter.path,
        label=label,
        meaning=meaning,
        low=spelled(value.low),
        middle=spelled(value.middle),
        high=spelled(value.high),
        step="1" if parameter.whole else spelled(step_of(value.low, value.high)),
        held=held,
        shipped=value.shipped,
        status=_status(value),
        note=value.note,
    )


def step_of(low: float, high: float) -> float:
    """The step of a slider: 1, 2 or 5 of some power of ten that divides the range into enough equal parts.

    >>> step_of(0.3, 0.6), step_of(55, 150)
    (0.01, 1.0)
    """
    size = high - low
    for power in range(6, -10, -1):
        for digit in (5, 2, 1):
            step = digit * 10.0**power if power >= 0 else digit / 10.0**-power
            parts = size / step
            if parts >= STEPS and abs(parts - round(parts)) < 1e-6:
                return step
    return size / (2 * STEPS)


def _status(value: Value) -> str:
    if value.status is Status.REPORTED:
        return f"reported by {value.by or 'a source'}" + (f" ({value.date})" if value.date else "")
    because = {Status.CALIBRATED: "fitted to", Status.DERIVED: "from"}.get(value.status, "because")
    return f"{value.status.value}, {because} {value.reason}" if value.reason else value.status.value


def _group(path: str, labels: Labels) -> str:
    first, *rest = path.split(".")
    if first in GROUPS:
        return GROUPS[first]
    name = rest[0]
    known: Mapping[str, str] = {
        "parties": labels.party(name),
        "tracks": labels.track(name),
        "mediators": capital(labels.mediator(name)),
        "acts": capital(labels.acts.get(name) or spaced(name)),
        "events": capital(labels.event(name)),
        "facts": "Facts of the world",
        "others": capital(labels.third(name)),
    }
    return known.get(first, capital(spaced(name)))


def words_of(path: str, book: Book) -> tuple[str, str]:
    """The label of a range within its group, and what it means.

    The label is the key of the format with the names that stand under it; the meaning is that of the format's page.
    """
    steps = path.split(".")
    at, model = _field(steps)
    field = next(
        (info for name, info in model.model_fields.items() if (info.alias or name) == steps[at]),
        None,
    )
    if field is None and steps[at - 1 : at] == ["strategy"]:
        return f"Strategy, {spaced(steps[at])}", "how it concedes in talks"
    described = (field.description or "") if field else ""
    _, colon, meaning = described.removeprefix("by ").partition(": ")
    meaning = meaning if described.startswith("by ") and colon else described
    names = [_name(step, book.labels) for step in steps[at + 1 :]]
    if model is Precondition:
        _, track, _, holder, name, key = steps
        return f"{capital(book.labels.whose(track, f'{holder}.{name}'))}: {spaced(key)}", meaning
    lone = at == 0
    label = ", ".join(names) if lone and names else ", ".join([spaced(steps[at]), *names])
    if steps[0] == "facts":
        label = f"{book.labels.fact(steps[1])}, {spaced(steps[at])}"
    return capital(label), meaning


def _field(steps: Sequence[str]) -> tuple[int, type[Part]]:
    """The last key of a path that the format itself names, and the block that it stands in."""
    found: tuple[int, type[Part]] = (0, Scenario)
    for at in range(1, len(steps)):
        model = shape.model_of(shape.at(list(steps[:at])))
        if model is not None:
            found = (at, model)
    return found


def _name(step: str, labels: Labels) -> str:
    """A name under a key, in words; a relation (`a in b`, `a holds b`) by its two ends."""
    parts = step.split(" ")
    if len(parts) == 3:
        return f"{labels.party(parts[0])} {parts[1]} {labels.party(parts[2])}"
    for known in (labels.parties, labels.tracks, labels.mediators, labels.goods, labels.facts, labels.others):
        if known.get(step):
            return known[step]
    return spaced(step)


def switches(book: Book, view: View) -> Iterator[tuple[str, list[Switch]]]:
    """The preconditions of every track that has any, with its label."""
    labels, case = book.labels, book.case
    for track in case.tracks:
        found = []
        for condition in track.preconditions:
            holder = case.parties[condition.holder].name
            name = f"{track.name}.{holder}.{condition.name}"
            written = book.reading.scenario.tracks[track.name].preconditions[holder][condition.name]
            found.append(
                Switch(
                    name=name,
                    holder=labels.party(holder),
                    label=capital(labels.precondition(track.name, holder, condition.name)),
                    asks=_asks(written, labels),
                    kind=", ".join(
                        [
                            f"asked {GATES[condition.gate]}",
                            FIRM[condition.firmness],
                            "stated in public" if condition.public else "not stated in public",
                        ]
                    ),
                    said=_said(book, condition.claim),
                    on=name not in view.off,
                )
            )
        if found:
            yield labels.track(track.name), found


def _asks(written: Precondition, labels: Labels) -> str:
    keys = ("enters if", "accepts if", "delivers if", "continues if", "renews if")
    raw = {(info.alias or name): getattr(written, name) for name, info in Precondition.model_fields.items()}
    text = next((str(raw[key]) for key in keys if raw.get(key)), "")
    return expression_text(text, labels)


def _said(book: Book, name: str) -> str:
    claim = book.reading.claims.get(name)
    if claim is None:
        return f"rests on {name}" if name else "no claim is named for it: an assumption of the scenario"
    return f"rests on a claim by {claim.by}" + (f", {claim.on}" if claim.on else "")


def labelled(book: Book, view: View) -> list[str]:
    """What a view changes, a line each."""
    case, labels = book.case, book.labels
    off = [
        f"Off: {labels.whose(track, f'{holder}.{name}')} ({labels.track(track)})"
        for track, holder, name in (each.split(".") for each in preconditions(case) if each in view.off)
    ]
    return off + [_held_line(book, path, value) for path, value in view.held]


def _held_line(book: Book, path: str, value: float) -> str:
    label, _ = words_of(path, book)
    return f"{_group(path, book.labels)}: {label[:1].lower()}{label[1:]} held at {spelled(value)}"


def uncertainty(case: Case, view: View) -> str:
    """How many numbers are still drawn, and how many of these nobody reported."""
    held = dict(view.held)
    drawn = [each for path, each in ranges(case).items() if path not in held]
    bare = sum(1 for each in drawn if each.value.status not in (Status.REPORTED, Status.DISPUTED))
    share = "all" if bare == len(drawn) else number(bare)
    return (
        f"Every run draws {number(len(drawn))} numbers from their ranges, {share} of which nobody reported:"
        " they are assumed, fitted or derived. Intervals tell the luck of the draws, not whether the model is right."
    )


__all__ = ["Group", "Slider", "Switch", "groups", "labelled", "switches", "uncertainty", "words_of"]
