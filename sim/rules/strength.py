"""Strength: fighting wears on it, a truce lets it recover, and returned captives add to it."""

import math

from sim.rules.chance import logistic

_ROOT_OF_12 = math.sqrt(12.0)  # a uniform draw has a standard deviation of 1/√12


def fight(log_strength: float, fighting: float, drift: float, noise: float, u: float) -> float:
    """A party's log strength after a day of fighting.

    Args:
        log_strength: natural logarithm of strength.
        fighting: share of the fighting that goes on, in [0, 1].
        drift: mean change a day of full fighting.
        noise: standard deviation a day of full fighting, at least 0.
        u: uniform draw in (0, 1).

    Returns:
        Log strength.

    Source: Powell 2006 (a distribution of power that shifts); the noise is an assumption of this model.

    >>> fight(1.0, 0.5, -0.01, 0.02, 0.5)  # 1 - .5 * .01
    0.995
    """
    return log_strength + fighting * (drift + noise * (u - 0.5) * _ROOT_OF_12)


def rearming_speed(rearm: float, aid: float, cap: float, monitoring: float) -> float:
    """How fast a party regains strength while nobody fights.

    Args:
        rearm: log strength a day that it regains with all its aid and no cap, at least 0.
        aid: mean level of the facts with the role of its aid, in [0, 1]; 1 where there are none.
        cap: level of the limit on its rearming, in [0, 1].
        monitoring: of that limit, in [0, 1].

    Returns:
        Log strength a day, at least 0.

    Source: Powell 2006; a limit counts as far as it is watched, an assumption of this model.

    >>> rearming_speed(0.004, 0.5, 0.5, 1.0)  # .004 * .5 * .5
    0.001
    """
    return rearm * aid * max(0.0, 1.0 - cap * monitoring)


def recover(log_strength: float, fighting: float, speed: float) -> float:
    """A party's log strength after a day on which some of the fighting rests.

    Args:
        log_strength: natural logarithm of strength.
        fighting: share of the fighting that goes on, in [0, 1].
        speed: log strength a day, see `rearming_speed`.

    Returns:
        Log strength.

    Source: Powell 2006.

    >>> recover(1.0, 0.25, 0.004)  # 1 + .75 * .004
    1.003
    """
    return log_strength + (1.0 - fighting) * speed


def reinforce(log_strength: float, returned: float, gain: float, army: float) -> float:
    """A party's log strength after captives who can fight again came home.

    Args:
        log_strength: natural logarithm of strength.
        returned: persons.
        gain: log strength gained as returned persons over army.
        army: persons under arms, above 0.

    Returns:
        Log strength.

    Source: assumption of this model.

    >>> reinforce(1.0, 500.0, 1.0, 500000.0)
    1.001
    """
    return log_strength + gain * returned / army


def prevail(log_own: float, log_other: float) -> float:
    """The probability that a party would prevail over another: its share of their strength.

    Args:
        log_own: natural logarithm of its strength.
        log_other: natural logarithm of the other's strength.

    Returns:
        A probability in [0, 1].

    Source: ratio form of the contest success function, Hirshleifer 1989.

    >>> round(prevail(math.log(3.0), math.log(1.0)), 12)  # 3 / (3 + 1)
    0.75
    """
    return logistic(log_own - log_other)
