"""Why something did not come about: an impasse, and talks that an event called for."""

from collections.abc import Sequence

from sim.engine import log
from sim.engine.record import TalksRecord
from sim.scenario.outcomes import zone_of_agreement
from sim.show.labels import Labels
from sim.show.words import counted, listed, number, possessive


def impasse_text(talks: TalksRecord, labels: Labels) -> str:
    """Whose reservation no package reached on the last day, or what else kept the sides apart."""
    possible = [outcome for outcome, feasible in enumerate(talks.feasible) if feasible]
    if not possible:
        return "nothing on the table could be handed over any more."
    unreached, enough = [], []
    for party, worths, reservation in zip(talks.parties, talks.worths, talks.reservations, strict=True):
        best = max(worths[outcome] for outcome in possible)
        if best < reservation:
            least = f"{number(reservation)}; the best is worth {number(best)} to it"
            unreached.append(f"{possessive(labels.party(party))} reservation ({least})")
        reached = sum(worths[outcome] >= reservation for outcome in possible)
        enough.append(f"{counted(reached, 'package')} to {labels.party(party)}")
    if unreached:
        return f"no package reaches {listed(unreached, 'nor')}."
    zone = zone_of_agreement(talks.worths, talks.reservations, talks.feasible)
    if not zone:
        together = "both" if len(talks.parties) == 2 else "all"
        return f"{listed(enough)} were worth the reservation on the last day, none of them to {together}."
    passing = sum(talks.passes[outcome] for outcome in zone)
    if not passing:
        return f"{counted(len(zone), 'package')} worth every side's reservation, none meeting every precondition."
    bar = "every side's reservation and met every precondition"
    was = "was" if passing == 1 else "were"
    return f"{counted(passing, 'package')} {was} worth {bar}, but the sides demanded more to the last round."


def unanswered_text(entries: Sequence[log.Entry], place: int, labels: Labels) -> str:
    """Which tracks did not open on the day on which an event (at a place in the log) called for it, and why."""
    event = entries[place]
    told = []
    for track in event.opens if isinstance(event, log.EventOccurred) else ():
        of_track = [
            (where, entry) for where, entry in enumerate(entries) if entry.track == track and entry.day <= event.day
        ]
        if not any(isinstance(entry, log.TalksOpened) and entry.day == event.day for _, entry in of_track):
            before = [entry for where, entry in of_track if where < place]
            why = _why_not(track, before, [entry for _, entry in of_track], labels)
            told.append(f"{labels.track(track)} does not open that day{why and f' ({why})'}")
    return f" {'; '.join(told)}." if told else ""


def _why_not(track: str, before: Sequence[log.Entry], until: Sequence[log.Entry], labels: Labels) -> str:
    """What went on there already, or what held it; nothing where the log does not tell."""
    doing = ""
    for entry in before:
        match entry:
            case log.TalksOpened():
                doing = "talks go on there already"
            case log.Agreed():
                doing = "a deal is agreed there already"
            case log.DealBegan():
                doing = "a deal is in force there"
            case log.TalksEnded() | log.DealEnded():
                doing = ""
    held = next((entry.conditions for entry in reversed(until) if isinstance(entry, log.GateHeld)), ())
    if doing or not held:
        return doing
    return f"held by {listed(labels.whose(track, f'{each.holder}.{each.name}') for each in held)}"
