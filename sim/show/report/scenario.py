"""The scenario of a report: who negotiates over what, what each side says that it asks for, and who says otherwise."""

from collections.abc import Iterator
from typing import Any, get_args

from sim.scenario.case import Case
from sim.scenario.schema import Scenario
from sim.scenario.schema.course import Observation, Version
from sim.scenario.schema.tracks import Choice, Precondition, Track
from sim.scenario.values import Status
from sim.show.labels import expression_text, labels_of
from sim.show.pages.blocks import Block, Entries, Entry, Grid, Heading, Row, Words
from sim.show.report.sources import Sources, spelt, status_text
from sim.show.words import capital, counted, date_text, listed, number, spaced

GATES = {
    "enters_if": "before talks open", "accepts_if": "before it agrees", "delivers_if": "before it delivers",
    "continues_if": "to stay in a deal", "renews_if": "to renew",
}  # fmt: skip


class Teller:
    """Tells a scenario, every claim with who made it."""

    def __init__(self, sources: Sources, case: Case) -> None:
        self.sources, self.case = sources, case
        self.scenario, self.labels = sources.reading.scenario, labels_of(case)

    def blocks(self) -> Iterator[Block]:
        """The scenario, in the order in which a reader needs it."""
        last = date_text(self.case.date(self.case.horizon - 1))
        period = f"Runs last {counted(self.case.horizon, 'day')}, from {date_text(self.case.start)} to {last}."
        yield Words([text for text in (" ".join(self.scenario.about.split()), period) if text])
        yield Heading("Who negotiates, and through whom")
        yield Entries(list(self._sides()))
        if self.scenario.captives:
            yield self._captives()
        yield Heading("What is on the table, and what each side asks for")
        for name, track in self.scenario.tracks.items():
            yield Entries([self._track(name, track), *self._conditions(name, track)])
        moments = list(self._moments())
        if moments:
            yield Heading("What happens besides")
            yield Entries(moments)
        if self.scenario.observed:
            yield Heading("What was observed")
            yield Entries([self._observed(each) for each in self.scenario.observed])
        yield from self._claims()

    def _sides(self) -> Iterator[Entry]:
        for name, party in self.scenario.parties.items():
            lines = [party.about] if party.about else []
            if party.army is not None:
                lines.append(f"Persons under arms: {self.sources.number(party.army)}.")
            if party.strategy is not None:
                lines.append(f"In talks it concedes by the strategy “{party.strategy.name or party.strategy.file}”.")
            yield Entry(f"{self.labels.party(name)}, party", lines)
        for name, mediator in self.scenario.mediators.items():
            where = listed(self.labels.track(track) for track in mediator.tracks)
            lines = [mediator.about] if mediator.about else []
            yield Entry(f"{self.labels.mediator(name)}, mediator", [*lines, f"By {mediator.style}, on: {where}."])
        for name, other in self.scenario.others.items():
            yield Entry(f"{self.labels.third(name)}, neither party nor mediator", [other.about] if other.about else [])

    def _captives(self) -> Grid:
        rows = []
        for relation, kinds in self.scenario.captives.items():
            holder, _, whose = relation.split(" ")
            for kind, value in kinds.items():
                words = [self.labels.party(whose), self.labels.good(kind), spelt(value)]
                rows.append(Row(self.labels.party(holder), [*words, self._behind(self.sources.number(value))]))
        heads = ("Held by", "Whose", "Kind", "How many", "Who says so, or why it is assumed")
        return Grid("Captives at the start", heads, (False, False, False, True, False), rows)

    @staticmethod
    def _behind(told: str) -> str:
        return told.partition(" (")[2].removesuffix(")")

    def _track(self, name: str, track: Track) -> Entry:
        at = listed(self.labels.party(party) for party in track.parties or self.scenario.parties)
        lines = [track.about] if track.about else []
        lines.append(f"Between {at}. On the menu: {self._menus(track)}.")
        if track.truce is not None:
            scope = expression_text(track.truce.scope, self.labels)
            lines.append(f"A deal brings a truce; the share of the fighting that stops: {scope}.")
        if not track.preconditions:
            lines.append("No preconditions are modelled on this track.")
        return Entry(self.labels.track(name), lines)

    def _conditions(self, name: str, track: Track) -> Iterator[Entry]:
        for holder, conditions in track.preconditions.items():
            for key, condition in conditions.items():
                head = f"{self.labels.party(holder)}: {self.labels.precondition(name, holder, key)}"
                lines = self._condition(condition)
                others = [*self.sources.otherwise(condition.claim)] if condition.claim else []
                lines += [f"Otherwise: {said.what}. So says {said.by}." for said in others]
                yield Entry(head, lines, "within disputed" if others else "within")

    def _menus(self, track: Track) -> str:
        return "; ".join(f"{spaced(issue)} {_values(menu)}" for issue, menu in track.issues.items())

    def _condition(self, condition: Precondition) -> list[str]:
        asked = [
            f"{when}, {expression_text(text, self.labels)}"
            for gate, when in GATES.items()
            if (text := getattr(condition, gate)) is not None
        ]
        lines = [f"Said by {self.sources.by(condition.claim)}."] if condition.claim else []
        if not condition.claim:
            lines.append("The file names nobody who said so.")
        if condition.because:
            lines.append(f"Why it is thought to hold: {condition.because}.")
        public = "Public" if condition.public else "Not public"
        words = [f"In the model it asks, {'; and '.join(asked)}. {public}."]
        if condition.cost is not None:
            cost = self.sources.number(condition.cost)
            words.append(f"It never stands in the way; at home, giving it up costs {cost}.")
        elif condition.fades is not None:
            words.append(f"Daily chance per unit of weariness to be given up: {self.sources.number(condition.fades)}.")
        else:
            words.append("It is never given up.")
        return [*lines, " ".join(words)]

    def _moments(self) -> Iterator[Entry]:
        for name, act in self.scenario.acts.items():
            label = self.labels.acts.get(name) or spaced(name)
            by = f"An act of {self.labels.party(act.by)} on {date_text(act.date)}, on its own."
            yield Entry(capital(label), [by, *self._rests(act.claim, act.because)])
        for name, event in self.scenario.events.items():
            when = f"On {date_text(event.date)}." if event.date else "At random."
            yield Entry(capital(self.labels.event(name)), [when, *self._rests(event.claim, event.because)])

    def _rests(self, claim: str | None, because: str) -> list[str]:
        lines = [f"Said by {self.sources.by(claim)}."] if claim else []
        return [*lines, f"Why it is thought so: {because}."] if because else lines

    def _observed(self, each: Observation) -> Entry:
        lines = [f"{capital(_happened(each))}."]
        lines += [
            f"Violations alleged by {self.labels.party(party)}: {self.sources.number(value)}."
            for party, value in each.alleged.items()
        ]
        lines += [f"Said by {self.sources.by(each.claim)}."] if each.claim else []
        lines += [
            f"Disputed: {self.sources.said(name).what}, says {self.sources.by(name)}." for name in each.disputed_by
        ]
        for version in each.otherwise:
            note = f" ({version.note})" if version.note else ""
            lines.append(f"Told otherwise by {self.sources.by(version.claim)}: {_happened(version)}{note}.")
        lines += [" ".join(each.note.split())] if each.note else []
        look = "disputed" if each.disputed_by or each.otherwise else ""
        return Entry(f"{self.labels.track(each.track)}, {date_text(each.date)}", lines, look)

    def _claims(self) -> Iterator[Block]:
        items = []
        for name, paths in self.sources.used.items():
            said = self.sources.said(name)
            others = [f"Said otherwise: {other.what}. So says {other.by}." for other in self.sources.otherwise(name)]
            lines = [f"So says {said.by}.", *others]
            lines += [" ".join(said.claim.note.split())] if said.claim.note else []
            lines.append(f"Cited as {name} at {', '.join(paths)}.")
            items.append(Entry(f"{said.what}.", lines, "disputed" if others else ""))
        yield Heading("Every claim that the scenario cites")
        if not items:
            yield Words(["It cites none."])
            return
        disputed = sum(1 for item in items if item.look)
        of_them = (
            f", {disputed} of which somebody disputes (marked at the side, with both versions)" if disputed else ""
        )
        yield Words(
            [f"{counted(len(items), 'claim')}{of_them}. None is decided here: a claim stands under its maker's name."]
        )
        yield Entries(items)
        yield Heading("Documents")
        yield Words([each.text for each in self.sources.all], "note")


def _values(menu: list[Choice]) -> str:
    return listed((_plain(choice.value) for choice in menu), "or")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else spaced(str(value))


def _happened(each: Observation | Version) -> str:
    """What was observed, in words."""
    told = []
    for what, terms in (("agreed", each.agreed), ("delivered", each.delivered)):
        if terms:
            told.append(f"{what}: {', '.join(f'{spaced(name)} {_plain(value)}' for name, value in terms.items())}")
    told += [f"in force from {date_text(each.starts)}"] if each.starts else []
    told += [f"ended {date_text(each.ended)}"] if each.ended else []
    told += [f"ending: {spaced(each.ending)}"] if each.ending else []
    told += [f"renewed {counted(each.renewals, 'time')}"] if each.renewals is not None else []
    return "; ".join(told) or "of that day"


def described(path: str) -> str:
    """What the format says of a number, by its path; nothing where it says nothing.

    >>> described("parties.russia.weariness")
    'at the start'
    """
    part: Any = Scenario
    found = ""
    for step in path.split("."):
        fields = {field.alias or name: field for name, field in getattr(part, "model_fields", {}).items()}
        if step in fields:
            found, part = fields[step].description or "", _innermost(fields[step].annotation)
    return found


def _innermost(kind: Any) -> Any:
    """The part of a scenario that a type holds, whatever it is held in."""
    for inner in get_args(kind):
        held = _innermost(inner)
        if hasattr(held, "model_fields"):
            return held
    return kind


def assumptions(case: Case) -> Iterator[Words | Grid]:
    """Every number that the model draws or takes as it is, by who stands behind it and why."""
    values = [(parameter.path, parameter.value) for parameter in case.parameters]
    many, ranges = len(values), sum(1 for _, value in values if value.uncertain)
    statuses = [
        f"{sum(1 for _, v in values if v.status is status)} {status.value}"
        f" ({sum(1 for _, v in values if v.status is status and v.uncertain)} ranges)"
        for status in Status
        if any(v.status is status for _, v in values)
    ]
    shipped = sum(1 for _, value in values if value.shipped)
    yield Words([
        f"{counted(many, 'number')} go into a run, of which {ranges} are ranges: each replication draws once from the"
        f" triangle over low, middle and high. By who stands behind them: {listed(statuses)}."
        f" {shipped} of them are defaults of the laboratory, the same for every scenario that does not give its own."
    ])  # fmt: skip
    groups: dict[str, list[Row]] = {}
    for path, value in values:
        cells = (number(value.low), number(value.middle), number(value.high)) if value.uncertain else (
            "", number(value.middle), ""
        )  # fmt: skip
        groups.setdefault(capital(status_text(value)), []).append(Row(path, cells))
    rows = [row for reason, of_reason in groups.items() for row in (Row(f"{reason}."), *of_reason)]
    yield Grid(
        "Numbers by status and reason",
        ("Number", "Low", "Middle", "High"),
        (False, True, True, True),
        rows,
        look="narrow",
    )
