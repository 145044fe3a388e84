"""Arguments that cannot be meant, refused in one line before anything is run."""

from operator import index

MOST = 2**63 - 1
"""Of seeds, replications and days: what fits where tables and random numbers keep them."""
_MADE_BY = {"Scenario": "sim.load", "Batch": "sim.batch or sim.reopen", "Run": "sim.run or sim.reopen"}


def require_kind(what: object, *kinds: type) -> None:
    """Refuse what is of none of the kinds, such as a path in the place of the scenario that it leads to.

    Raises:
        TypeError: with the way to what was expected.

    >>> require_kind("march-2025", dict)
    Traceback (most recent call last):
    TypeError: expected a dict, found 'march-2025'
    """
    if isinstance(what, kinds):
        return
    named = [kind.__name__ for kind in kinds]
    ways = [f"{name} by {_MADE_BY[name]}" for name in named if name in _MADE_BY]
    found = repr(what) if isinstance(what, str | int | float | None) else f"a {type(what).__name__}"
    hint = f" ({', '.join(ways)})" if ways else ""
    raise TypeError(f"expected a {' or '.join(named)}{hint}, found {found}")


def require_whole(least: int, **numbers: object) -> None:
    """Refuse what is no whole number from `least` on.

    Raises:
        TypeError: it is no whole number.
        ValueError: it is too small or too great.

    >>> require_whole(0, seed=3, replication=0)
    """
    for name, number in numbers.items():
        expected = f"is not a whole number from {least} to {MOST}"
        try:
            whole = index(number)  # type: ignore[arg-type]  # what it raises is told
        except TypeError:
            raise TypeError(f"{name} {number!r} {expected}") from None
        if not least <= whole <= MOST:
            raise ValueError(f"{name} {number} {expected}")
