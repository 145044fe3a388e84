"""Checks of what can be agreed at a table: packages that the constraints allow, and amounts that follow from them."""

import itertools
import math
from collections.abc import Mapping, Sequence

from sim.scenario.desk import Desk, Location
from sim.scenario.expressions import Names
from sim.scenario.outcomes import decide
from sim.scenario.schema.kinds import MOST_OUTCOMES

MOST_COMBINATIONS = 64 * MOST_OUTCOMES
"""Combinations of values that are gone through to see which ones the constraints allow."""
Outcomes = list[tuple[float, ...]]


def packages_of(
    desk: Desk, issues: Mapping[str, Sequence[float]], constraints: Sequence[str], terms: Names, at: list[str]
) -> Outcomes:
    """Every package that the constraints allow; none where that cannot be said."""
    programs = [desk.expression(text, terms, [*at, "constraints", index]) for index, text in enumerate(constraints)]
    combinations = math.prod(len(menu) for menu in issues.values())
    if not issues or any(program is None for program in programs):
        return []
    if combinations > MOST_COMBINATIONS:
        desk.fault([*at, "issues"], f"{combinations:,} combinations of values; at most {MOST_OUTCOMES:,}", at_key=True)
        return []
    outcomes = [
        values
        for values in itertools.product(*issues.values())
        if all(decide(program, values) != 0.0 for program in programs if program is not None)
    ]
    if not outcomes:
        desk.fault([*at, "constraints"], "no outcome meets all constraints: there is nothing to agree on", at_key=True)
    elif len(outcomes) > MOST_OUTCOMES:
        desk.fault([*at, "issues"], f"{len(outcomes):,} outcomes; at most {MOST_OUTCOMES:,}", at_key=True)
        return []
    return outcomes


def check_amount(
    desk: Desk,
    text: str,
    terms: Names,
    outcomes: Outcomes,
    location: Location,
    *,
    most: float = math.inf,
    whole: bool = False,
) -> None:
    """An expression of the terms, which for every outcome must lie in its range; report it if not."""
    if tuple(location) in desk.faulted:
        return
    program = desk.expression(text, terms, location)
    if program is None or program.sees_piles:
        return
    for values in outcomes:
        found = decide(program, values)
        wrong = f"must be at least 0 and at most {most:g}" if most < math.inf else "must be at least 0"
        if not 0.0 <= found <= most or (whole and found != math.floor(found)):
            wrong = wrong if not 0.0 <= found <= most else "must be a whole number"
            shown = (
                f"'{text}' is {found:g} where {_package(terms, values)}"
                if program.inputs
                else f"{text} is out of range"
            )
            desk.fault(location, f"{shown}: {wrong}")
            return


def _package(terms: Names, values: Sequence[float]) -> str:
    """An outcome as the file spells it: `size 25, manner forced`."""
    spelled = []
    for (issue, words), value in zip((terms.issues or {}).items(), values, strict=True):
        word = next((word for word, ordinal in words.items() if ordinal == value), f"{value:g}")
        spelled.append(f"{issue} {word}")
    return ", ".join(spelled)
