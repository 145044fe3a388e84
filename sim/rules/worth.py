"""Worth: what a proposal is worth to a party today, where no deal is worth 0."""

from collections.abc import Sequence

from sim.rules.strength import prevail


def base_worth(weights: Sequence[float], scores: Sequence[float], total_weight: float, n: int) -> float:
    """What a proposal is worth to a party before distrust, fear and costs at home.

    Args:
        weights: of the features in this party's eyes, of either sign.
        scores: of the proposal on each feature, on the scale that the scenario fixes.
        total_weight: sum of the absolute weights.
        n: number of features.

    Returns:
        Worth; in [-1, 1] where scores are in [-1, 1]. 0 for a party without interests.

    Source: linear-additive utility with disagreement at 0.

    >>> base_worth([3.0, -1.0], [0.5, 0.5], 4.0, 2)  # (1.5 - .5) / 4
    0.25
    """
    if total_weight == 0.0:
        return 0.0
    total = 0.0
    for k in range(n):
        total += weights[k] * scores[k]
    return total / total_weight


def caring_worth(base: float, care: float, other: float) -> float:
    """Base worth of a party that cares for another at the table, once for each that it cares for.

    Args:
        base: its own base worth, with what it cares for in others before this one.
        care: how much of the other's base worth it takes for its own; below 0, it minds what the other likes.
        other: the other's own base worth, before anything that the other cares for.

    Returns:
        Worth; 0 where the proposal is worth nothing to either.

    Source: interdependent utility, linear; the form is an assumption of this model.

    >>> caring_worth(0.25, 0.5, 0.5)
    0.5
    """
    return base + care * other


def promised_worth(weight: float, score: float, share: float, guarantee: float, total_weight: float) -> float:
    """The part of a proposal's base worth that rests on one promise nobody guarantees.

    Args:
        weight: of the feature that the promise fills.
        score: of the proposal on that feature.
        share: of the feature that comes from this giver by this step, in [0, 1].
        guarantee: that somebody else gives for the step, in [0, 1].
        total_weight: sum of the absolute weights of the receiver.

    Returns:
        Worth; 0 where the receiver has no interests.

    Source: assumption of this model.

    >>> promised_worth(3.0, 0.5, 0.5, 0.5, 4.0)  # .375 / 4
    0.09375
    """
    if total_weight == 0.0:
        return 0.0
    return weight * score * share * (1.0 - guarantee) / total_weight


def doubt(doubt: float, trust: float, promised: float) -> float:
    """What a party takes off a proposal's worth because the other may not deliver.

    Args:
        doubt: how much it minds at no trust, at least 0.
        trust: that it has in the giver, in [0, 1].
        promised: worth that rests on this giver's promises, summed, see `promised_worth`.

    Returns:
        Worth to be subtracted, at least 0: a promise of something unwanted is not doubted.

    Source: assumption of this model.

    >>> doubt(0.5, 0.25, 0.5)  # .5 * .75 * .5
    0.1875
    >>> doubt(0.5, 0.25, -0.5)
    0.0
    """
    return doubt * (1.0 - trust) * max(0.0, promised)


def rearming_gain(days: float, scope: float, speed: float) -> float:
    """Log strength that a party would regain over a truce as proposed.

    Args:
        days: of the truce.
        scope: share of the fighting that stops, in [0, 1].
        speed: log strength a day with aid and cap as the proposal would set them, see
            `sim.rules.strength.rearming_speed`.

    Returns:
        Log strength, at least 0.

    Source: Powell 2006.

    >>> rearming_gain(30.0, 0.5, 0.002)
    0.03
    """
    return days * scope * speed


def shift_of_power(prevailing: float, log_own: float, log_other: float, own_gain: float, other_gain: float) -> float:
    """How much less likely a party would be to prevail once both have rearmed.

    Args:
        prevailing: probability that it would prevail today, see `sim.rules.strength.prevail`.
        log_own: natural logarithm of its strength.
        log_other: natural logarithm of the other's strength.
        own_gain: log strength that it would regain, see `rearming_gain`.
        other_gain: log strength that the other would regain.

    Returns:
        A loss of probability in [0, 1]; 0 where it would gain as much as the other, or more.

    Source: Powell 2006 (commitment problem); Hirshleifer 1989 (contest success).

    >>> import math
    >>> round(shift_of_power(0.5, 0.0, 0.0, 0.0, math.log(3.0)), 12)  # 1/2 - 1/4
    0.25
    """
    if own_gain >= other_gain:
        return 0.0
    return max(0.0, prevailing - prevail(log_own + own_gain, log_other + other_gain))


def fear_of_rearming(fear: float, shift: float, trust: float) -> float:
    """What a party takes off a truce's worth because the other may use it to rearm.

    Args:
        fear: worth lost for each unit of a shift of power at no trust, at least 0 (about 5-20: shifts are small).
        shift: see `shift_of_power`.
        trust: that it has in the other, in [0, 1].

    Returns:
        Worth to be subtracted, at least 0.

    Source: Powell 2006; the linear form is an assumption of this model.

    >>> fear_of_rearming(10.0, 0.25, 0.5)
    1.25
    """
    return fear * shift * (1.0 - trust)


def audience_cost(audience: float, unmet_cost: float) -> float:
    """What a party takes off a proposal's worth because it gives up what it said at home.

    Args:
        audience: how much it minds, at least 0.
        unmet_cost: summed cost of its priced preconditions that the proposal fails, at least 0.

    Returns:
        Worth to be subtracted, at least 0.

    Source: Fearon 1994.

    >>> audience_cost(0.5, 0.5)
    0.25
    """
    return audience * unmet_cost


def worth_today(base: float, doubt: float, fear: float, audience: float) -> float:
    """What a proposal is worth to a party today.

    Args:
        base: see `base_worth`.
        doubt: see `doubt`, summed over the givers.
        fear: see `fear_of_rearming`, the greatest over the other parties.
        audience: see `audience_cost`.

    Returns:
        Worth; no deal is worth 0.

    Source: assumption of this model (the four parts add up).

    >>> worth_today(0.75, 0.25, 0.125, 0.125)
    0.25
    """
    return base - doubt - fear - audience


def reservation(margin: float, urgency: float, weariness: float, weariness_at_start: float, pressure: float) -> float:
    """The least worth that a party accepts.

    Args:
        margin: worth above no deal that it asks for at the start.
        urgency: worth that it gives up for each unit of weariness gained, at least 0.
        weariness: today, in [0, 1].
        weariness_at_start: in [0, 1].
        pressure: worth that mediators press it to give up, at least 0.

    Returns:
        Worth; below 0 where a poor deal beats a war that costs more.

    Source: Fearon 1995 (costs of war widen the range of deals).

    >>> reservation(0.25, 0.5, 0.75, 0.5, 0.0625)  # .25 - .125 - .0625
    0.0625
    """
    return margin - urgency * (weariness - weariness_at_start) - pressure
