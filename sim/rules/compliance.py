"""Compliance: violations of a truce, what each side alleges, and leaving it."""

import math


def deterrence(
    per_monitoring: float, monitoring: float, per_trust: float, trust: float, per_power: float, shift: float
) -> float:
    """What holds a party back from violating a truce, or drives it to.

    Args:
        per_monitoring: log rate taken off by full monitoring.
        monitoring: of the truce, in [0, 1].
        per_trust: log rate taken off for each unit of trust above one half.
        trust: that the party has in the other, in [0, 1].
        per_power: log rate added for each unit of a shift of power.
        shift: of power against the party, see `sim.rules.worth.shift_of_power`.

    Returns:
        Change of the log rate of violations: below 0 it deters.

    Source: assumption of this model.

    >>> deterrence(1.0, 0.5, 2.0, 0.75, 4.0, 0.0625)  # -.5 - .5 + .25
    -0.75
    """
    return -per_monitoring * monitoring - per_trust * (trust - 0.5) + per_power * shift


def violation_mean(violations: float, age: int, shape: float, deterrence: float) -> float:
    """Expected violations by a party on one day of a truce.

    Args:
        violations: expected on the first day, undeterred, at least 0.
        age: days in force, from 0.
        shape: of the Weibull hazard; below 1 violations become rarer with age.
        deterrence: see `deterrence`; exp of it must not overflow.

    Returns:
        Violations a day, at least 0.

    Source: ETH/PRIO ceasefire data (hazards that fall with age); the form is an assumption of this model.

    >>> violation_mean(3.0, 3, 0.5, 0.0)  # 3 * 4 ** -.5
    1.5
    """
    return violations * math.pow(age + 1.0, shape - 1.0) * math.exp(deterrence)


def detection(low: float, high: float, monitoring: float) -> float:
    """The probability that a violation is seen by the other side.

    Args:
        low: without monitoring, in [0, 1].
        high: with full monitoring, in [0, 1].
        monitoring: of the truce, in [0, 1].

    Returns:
        A probability in [0, 1].

    Source: assumption of this model.

    >>> detection(0.25, 0.75, 0.5)
    0.5
    """
    return low + (high - low) * monitoring


def false_mean(high: float, low: float, monitoring: float) -> float:
    """Expected violations alleged in a day that did not happen.

    Args:
        high: a day without monitoring, at least 0.
        low: a day with full monitoring, at least 0.
        monitoring: of the truce, in [0, 1].

    Returns:
        Allegations a day, at least 0.

    Source: the energy moratorium of 2025, of which each side kept its own ledger; the form is an assumption of
        this model.

    >>> false_mean(0.75, 0.25, 0.5)
    0.5
    """
    return high + (low - high) * monitoring


def leaving_exponent(
    per_ledger: float, mean_ledger: float, per_condition: float, unmet: float, exit_term: float, souring: float
) -> float:
    """What moves a party's log hazard of leaving a truce.

    Args:
        per_ledger: log hazard for each violation a day alleged.
        mean_ledger: mean daily violations that its own ledger alleges over the last days (at most seven).
        per_condition: log hazard for each continuation precondition that is not met.
        unmet: how many of those there are.
        exit_term: log hazard that an exit clause adds; 0 without one.
        souring: see `sim.rules.mediation.souring`.

    Returns:
        Log hazard; 0 for a quiet truce.

    Source: Park 2023; the form is an assumption of this model.

    >>> leaving_exponent(0.5, 2.0, 0.25, 1.0, 0.5, 0.25)
    2.0
    """
    return per_ledger * mean_ledger + per_condition * unmet + exit_term + souring


def leaving_hazard(leaving: float, age: int, shape: float, exponent: float) -> float:
    """A party's hazard of leaving a truce on a day.

    Args:
        leaving: hazard on the first day of a quiet truce, at least 0.
        age: days in force, from 0; runs on through renewals.
        shape: of the Weibull hazard; below 1 a truce that has lasted is safer.
        exponent: see `leaving_exponent`; exp of it must not overflow.

    Returns:
        Hazard a day, at least 0.

    Source: Weibull hazard, fitted to the ETH/PRIO ceasefire data; Park 2023.

    >>> leaving_hazard(0.5, 3, 0.5, 0.0)  # .5 * 4 ** -.5
    0.25
    """
    return leaving * math.pow(age + 1.0, shape - 1.0) * math.exp(exponent)


def leaving_chance(hazard: float) -> float:
    """The probability of leaving on a day, from the hazard.

    Args:
        hazard: a day, at least 0.

    Returns:
        A probability in [0, 1].

    Source: definition of a hazard that is constant over the day.

    >>> round(leaving_chance(math.log(4.0)), 12)
    0.75
    """
    return -math.expm1(-hazard)


def residual_scope(scope: float, days_since: float, restraint_days: float) -> float:
    """The share of the fighting that still rests after a truce ran out.

    Args:
        scope: share that rested while it was in force, in [0, 1].
        days_since: days since it ran out, at least 0.
        restraint_days: in which the restraint falls to 1/e; at most 0 for none.

    Returns:
        A share in [0, scope].

    Source: Yemen 2022 (calm outlasted the truce); the form is an assumption of this model.

    >>> round(residual_scope(0.5, 7.0, 7.0 / math.log(2.0)), 12)
    0.25
    """
    if restraint_days <= 0.0:
        return 0.0
    return scope * math.exp(-days_since / restraint_days)
