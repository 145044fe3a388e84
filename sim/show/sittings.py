"""One set of talks, from its opening to its end, as one sentence about offers and a few about what blocked them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sim.engine import log
from sim.show.labels import Labels, conditions_text, unlocks_text
from sim.show.sentences import inducements_text
from sim.show.words import agree, counted, listed, package_text, span

Move = log.Offered | log.Refused | log.Bridged


@dataclass(slots=True)
class Sitting:
    """What was said at one table in one set of talks."""

    track: str
    moves: list[tuple[int, Move]] = field(default_factory=list)
    """Place in the log, and the move."""
    blocked: list[tuple[int, log.DayBlocked]] = field(default_factory=list)
    known: frozenset[str] = frozenset()
    """Preconditions (`party.name`) that offers ran into in earlier talks on the track."""
    agreed: bool = False

    @property
    def shown(self) -> frozenset[str]:
        """Preconditions that offers ran into up to the end of these talks."""
        refusals = (move for _, move in self.moves if isinstance(move, log.Refused))
        return self.known | {f"{each.holder}.{each.name}" for move in refusals for each in move.conditions}


def sittings_of(entries: Sequence[log.Entry]) -> list[Sitting]:
    """Every set of talks of a log, in the order in which they began."""
    sittings: list[Sitting] = []
    at: dict[str, Sitting] = {}
    known: dict[str, frozenset[str]] = {}

    def current(track: str) -> Sitting:
        if track not in at:
            at[track] = Sitting(track, known=known.get(track, frozenset()))
            sittings.append(at[track])
        return at[track]

    for place, entry in enumerate(entries):
        match entry:
            case log.TalksOpened() if entry.track in at:
                known[entry.track] = at.pop(entry.track).shown
            case log.Offered() | log.Refused() | log.Bridged():
                current(entry.track).moves.append((place, entry))
            case log.DayBlocked():
                current(entry.track).blocked.append((place, entry))
            case log.Agreed() if entry.track in at:
                at[entry.track].agreed = True
    return sittings


def rounds_text(sitting: Sitting, labels: Labels) -> str:
    """All rounds of a set of talks: where each side began and stood at last, and what stood in the way."""
    moves = [move for _, move in sitting.moves]
    days = moves[-1].day - moves[0].day + 1
    rounds = counted(len({(move.day, move.round) for move in moves}), "round")
    parts = [f"{rounds}{f' in {days} days' if days > 1 else ''}: {_demands(sitting, moves, labels)}"]
    refused = [condition for move in moves if isinstance(move, log.Refused) for condition in move.conditions]
    if refused:
        parts.append(f"Refused over {conditions_text(sitting.track, refused, labels, sitting.known)}.")
    return " ".join([*parts, *_bridging([move for move in moves if isinstance(move, log.Bridged)], labels)])


def _demands(sitting: Sitting, moves: Sequence[Move], labels: Labels) -> str:
    offers: dict[str, list[log.Offered]] = {}
    for move in moves:
        if isinstance(move, log.Offered):
            offers.setdefault(move.party, []).append(move)
    held = [_demand(labels.party(party), own) for party, own in offers.items()]
    if len(held) > 1 and not sitting.agreed:
        held.append(f"no package satisfied {'both' if len(held) == 2 else 'all'}")
    return f"{'; '.join(held)}." if held else "no offer was made."


def _demand(party: str, own: Sequence[log.Offered]) -> str:
    made = [offer for offer in own if offer.packages > 0]
    if not made:
        demanded = span(min(offer.demanded for offer in own), max(offer.demanded for offer in own))
        return agree(party, f"makes~ no offer, as nothing that it~ could put is worth the {demanded} that it~ demands~")
    better = " or better" if made[-1].packages > 1 else ""
    first, last = made[0].package, made[-1].package
    if first == last:
        return f"{agree(party, 'holds~ out for')} {package_text(last)}{better}"
    moved = {issue: value for issue, value in last.items() if first.get(issue) != value}
    return f"{agree(party, 'moves~ from')} {package_text(first)} to {package_text(moved)}{better}"


def _bridging(proposals: Sequence[log.Bridged], labels: Labels) -> Iterator[str]:
    """What mediators proposed; where all agreed, the terms follow in the agreement."""
    by_mediator: dict[str, list[log.Bridged]] = {}
    for proposal in proposals:
        by_mediator.setdefault(proposal.mediator, []).append(proposal)
    for mediator, own in by_mediator.items():
        last, several = own[-1], len(own) > 1
        what = f"{len(own)} bridging proposals" if several else "a bridging proposal"
        puts = f"{agree(labels.mediator(mediator), 'puts~')} {what}"
        which = "the last" if several else "it"
        if not last.refused_by:
            yield f"{puts}; all accept {which}."
            continue
        terms = f"{package_text(last.package)}{inducements_text(last.inducements, labels)}"
        refused = listed(labels.party(party) for party in last.refused_by)
        yield f"{puts}{', the last' if several else ''}: {terms}; refused by {refused}."


def blocked_runs(sitting: Sitting) -> Iterator[list[tuple[int, log.DayBlocked]]]:
    """Days on end that the same sets of preconditions would have unlocked."""
    run: list[tuple[int, log.DayBlocked]] = []
    for place, today in sitting.blocked:
        if run and (run[-1][1].day + 1 != today.day or set(run[-1][1].unlocks) != set(today.unlocks)):
            yield run
            run = []
        run.append((place, today))
    if run:
        yield run


def blocked_text(sitting: Sitting, run: Sequence[log.DayBlocked], labels: Labels) -> str:
    """Blocked days on end; a precondition that the offers have not shown is spelled out."""
    last = run[-1]
    over = f" for {len(run)} days" if len(run) > 1 else ""
    zone = span(min(day.zone for day in run), max(day.zone for day in run))
    text = (
        f"Blocked{over}: {zone} package{'' if zone == '1' else 's'} worth enough to every side, none meeting every"
        f" precondition. Nearest: {package_text(last.nearest)}"
    )
    unseen = [condition for condition in last.conditions if f"{condition.holder}.{condition.name}" not in sitting.shown]
    if unseen:
        text += f"; it fails {conditions_text(sitting.track, unseen, labels)}"
    text += f". To unlock it: {unlocks_text(sitting.track, last.unlocks, labels)}." if last.unlocks else "."
    if any(day.lacking for day in run):
        gone = span(min(day.lacking for day in run), max(day.lacking for day in run))
        text += (
            f" {gone} package{'' if gone == '1' else 's'} would meet every precondition, but what they would hand over"
            " is no longer there."
        )
    if any(day.waiting for day in run):
        later = span(min(day.waiting for day in run), max(day.waiting for day in run))
        hold = "holds" if later == "1" else "hold"
        text += (
            f" {later} package{'' if later == '1' else 's'} would meet every precondition, but {hold} a value that is"
        )
        text += " not available yet."
    return text
