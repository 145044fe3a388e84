"""Bridging proposals: what a mediator puts, and what the parties answer."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from sim.engine import log
from sim.engine.agreement import Agreement
from sim.engine.record import NEVER, total
from sim.engine.seat import with_care
from sim.engine.voices import Asked, Question
from sim.rules import mediation

if TYPE_CHECKING:
    from sim.engine.mediator import Mediator
    from sim.engine.talks import Talks


def bridge(talks: "Talks") -> Agreement | None:
    """Each mediator in turn proposes a package; returns what all said yes to, if anything."""
    for mediator in talks.table.mediators:
        outcome = _bridging_proposal(talks, mediator)
        if outcome != NEVER:
            agreement = _answer_bridge(talks, mediator, outcome)
            if agreement is not None:
                return agreement
    return None


def _bridging_proposal(talks: "Talks", mediator: "Mediator") -> int:
    """The package of greatest estimated surplus for all, among those that no public precondition bars.

    A person who speaks for the mediator may propose whatever is feasible, or nothing.
    """
    table, today, estimates = talks.table, talks.today, estimate(talks, mediator)
    chosen = _proposed(talks, mediator)
    if chosen is not None:
        return next((outcome for outcome in chosen if talks.today.feasible[outcome]), NEVER)
    promise = mediator.numbers.inducement_cap if mediator.manipulates else 0.0
    biases = [mediator.bias_for(seat.party.ordinal) for seat in table.seats]
    public = table.mask_of(lambda s: s.case.public)
    best, best_product = NEVER, 0.0
    for outcome in range(today.outcomes):
        if not today.feasible[outcome] or today.failing[outcome] & public != 0:
            continue
        surpluses = [
            estimated[outcome] - reservation + promise
            for estimated, reservation in zip(estimates, today.reservations, strict=True)
        ]
        product = mediation.surplus_product(surpluses, biases, len(surpluses))
        if product > best_product:
            best, best_product = outcome, product
    return best


def _answer_bridge(talks: "Talks", mediator: "Mediator", outcome: int) -> Agreement | None:
    table, said = talks.table, talks.ask(Asked.ANSWER, talks.table.seats, (outcome,), mediator.name)
    today = talks.today
    needs = today.needs(outcome)
    promised = mediator.can_promise(needs)
    agrees = {ordinal: outcome in packages for ordinal, packages in said.items()}
    refused = [
        seat
        for seat in table.seats
        if not agrees.get(seat.party.ordinal, promised or needs[seat.index] == 0.0)
        or today.failing[outcome] & talks.own(seat) != 0
    ]
    inducements = tuple(needs) if promised else (0.0,) * len(needs)
    model = table.model
    if model.logs:
        model.tell(
            log.Bridged(
                model.day,
                table.name,
                talks.round,
                mediator.name,
                table.case.space.describe(outcome),
                tuple(seat.party.name for seat in refused),
                table.by_party(inducements),
            )
        )
    if refused:
        return None
    mediator.leverage -= total(inducements)
    return Agreement(outcome, mediator.name, inducements)


def estimate(talks: "Talks", mediator: "Mediator") -> list[list[float]]:
    """What a mediator believes packages are worth to each seat: read once in these talks."""
    table = talks.table
    if mediator.ordinal not in talks.estimates:
        estimated = [mediator.estimate(seat, table.case.space) for seat in table.seats]
        talks.estimates[mediator.ordinal] = with_care(table.case.space, table.model.drawn, estimated)
    return talks.estimates[mediator.ordinal]


def mediates(talks: "Talks", mediator: "Mediator") -> bool:
    """Whether a person speaks for the mediator now."""
    voices = talks.table.model.voices
    return voices is not None and voices.mediates(mediator.ordinal)


def _proposed(talks: "Talks", mediator: "Mediator") -> Collection[int] | None:
    """What a person who speaks for a mediator proposes; None where the engine plays it."""
    voices = talks.table.model.voices
    if voices is None or not mediates(talks, mediator):
        return None
    return voices.ask(Question(talks.table, Asked.BRIDGE, (mediator.ordinal,))).get(mediator.ordinal)
