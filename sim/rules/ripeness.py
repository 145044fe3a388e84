"""Ripeness: whether the parties are ready to talk, and who brings them to the table."""

from collections.abc import Sequence

from sim.rules.chance import logistic


def hurt(weariness: Sequence[float], tolerance: Sequence[float], n: int) -> float:
    """How far the least weary party of a track is past its tolerance.

    Args:
        weariness: of the parties of the track, each in [0, 1].
        tolerance: weariness that each can bear, in [0, 1].
        n: number of parties, at least 1.

    Returns:
        A difference in [-1, 1]: negative while somebody can still bear it.

    Source: Zartman 2000 (a mutually hurting stalemate has to hurt all of them).

    >>> round(hurt([0.75, 0.5], [0.5, 0.375], 2), 12)  # .25 and .125
    0.125
    """
    least = weariness[0] - tolerance[0]
    for i in range(1, n):
        least = min(least, weariness[i] - tolerance[i])
    return least


def ripeness(base: float, per_hurt: float, hurt: float, per_way_out: float, way_out: float) -> float:
    """How ripe a conflict is for talks on a track.

    Args:
        base: log odds at no hurt and no way out.
        per_hurt: log odds for each unit of hurt.
        hurt: see `hurt`.
        per_way_out: log odds for each unit of a way out.
        way_out: that the parties see on this track; events may move it.

    Returns:
        A level in [0, 1].

    Source: Zartman 2000 (mutually hurting stalemate, way out); the logistic form is an assumption of this model.

    >>> ripeness(-1.0, 4.0, 0.125, 1.0, 0.5)  # log odds -1 + .5 + .5
    0.5
    """
    return logistic(base + per_hurt * hurt + per_way_out * way_out)


def convening(convene: float, ripe: float, access: float) -> float:
    """The probability that a mediator brings the parties of a track to the table today.

    Args:
        convene: its probability a day in a ripe conflict with full access, in [0, 1].
        ripe: see `ripeness`.
        access: its least access to any party of the track, in [0, 1].

    Returns:
        A probability in [0, 1].

    Source: Clayton et al. 2022 (mediation brings ceasefires about); the product is an assumption of this model.

    >>> convening(0.5, 0.5, 0.5)
    0.125
    """
    return convene * ripe * access


def opening_chance(direct: float, convenings: Sequence[float], n: int) -> float:
    """The probability that talks open today, directly or through any mediator.

    Args:
        direct: probability a day without a mediator, in [0, 1].
        convenings: probability for each mediator, see `convening`.
        n: number of mediators.

    Returns:
        A probability in [0, 1].

    Source: probability that at least one of independent ways succeeds.

    >>> opening_chance(0.5, [0.5, 0.5], 2)  # 1 - .5 * .5 * .5
    0.875
    """
    closed = 1.0 - direct
    for i in range(n):
        closed = closed * (1.0 - convenings[i])
    return 1.0 - closed
