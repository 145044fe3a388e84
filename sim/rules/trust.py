"""Trust: earned by what is delivered, lost by what is not, and by what is alleged."""

import math


def after_delivery(trust: float, gain: float, share: float) -> float:
    """The receiver's trust in the giver after a delivery.

    Args:
        trust: before, in [0, 1].
        gain: share of the missing trust that a full delivery earns, in [0, 1].
        share: of what was agreed that was delivered, in [0, 1].

    Returns:
        Trust in [0, 1].

    Source: Axelrod 1984 (reciprocity); the form is an assumption of this model.

    >>> after_delivery(0.5, 0.5, 0.5)  # .5 + .5 * .5 * .5
    0.625
    """
    return min(1.0, max(0.0, trust + gain * (1.0 - trust) * share))


def after_gesture(trust: float, gain: float, share_of_holdings: float) -> float:
    """The receiver's trust in the giver after a gesture; a gesture earns nothing besides.

    Args:
        trust: before, in [0, 1].
        gain: share of the missing trust that giving everything would earn, in [0, 1].
        share_of_holdings: part of what the giver held of the kind, in [0, 1].

    Returns:
        Trust in [0, 1].

    Source: Osgood 1962 (GRIT).

    >>> after_gesture(0.5, 0.5, 0.25)  # .5 + .5 * .25 * .5
    0.5625
    """
    return min(1.0, max(0.0, trust + gain * share_of_holdings * (1.0 - trust)))


def after_shortfall(trust: float, loss: float, share: float) -> float:
    """The receiver's trust in the giver after a default, or a delivery that was short.

    Args:
        trust: before, in [0, 1].
        loss: share of trust that a full default costs, in [0, 1].
        share: of what was agreed that did not come, in [0, 1].

    Returns:
        Trust in [0, 1].

    Source: assumption of this model.

    >>> after_shortfall(0.5, 0.5, 0.5)  # .5 - .5 * .5 * .5
    0.375
    """
    return max(0.0, trust - loss * trust * share)


def after_allegations(trust: float, loss: float, count: int) -> float:
    """A party's trust in another after it alleges violations by it.

    Args:
        trust: before, in [0, 1].
        loss: share of trust that one alleged violation costs, in [0, 1].
        count: of violations newly alleged.

    Returns:
        Trust in [0, 1].

    Source: assumption of this model.

    >>> after_allegations(0.5, 0.5, 2)  # .5 * .5 * .5
    0.125
    """
    return max(0.0, trust * math.pow(1.0 - loss, float(count)))


def drift(trust: float, baseline: float, speed: float) -> float:
    """Trust after a day on which nothing speaks for it or against it.

    Args:
        trust: before, in [0, 1].
        baseline: that it returns to, in [0, 1].
        speed: share of the way that it goes in a day, in [0, 1].

    Returns:
        Trust in [0, 1].

    Source: assumption of this model.

    >>> drift(0.75, 0.25, 0.5)
    0.5
    """
    return min(1.0, max(0.0, trust + speed * (baseline - trust)))
