"""What the ways in which a track can end mean, as docs/reference/record.md has them."""

from collections.abc import Iterable

from sim.show.words import capital, spaced

ENDINGS = {
    "never_opened": "no talks were held",
    "in_talks": "the horizon came while the parties talked",
    "impasse": "talks ended, and no package was worth every party's reservation",
    "blocked": "talks ended on a day on which such packages existed and every one failed a precondition",
    "walkout": "a party left the talks",
    "never_started": "agreed, but a party never began to carry it out",
    "superseded": "replaced by the deal of another track",
    "defaulted": "a giver failed to deliver and did not cure it",
    "broken": "a party left the deal",
    "short": "ended with less delivered than agreed",
    "expired": "the truce ran out",
    "completed": "every step was done",
    "open_at_horizon": "still in force when the scenario's horizon came",
}
"""By name, from the earliest to the latest point at which a track can stop."""


def endings_text(seen: Iterable[str]) -> str:
    """What those endings mean that were seen.

    >>> endings_text({"expired", "walkout"})
    'Walkout: a party left the talks. Expired: the truce ran out.'
    """
    names = set(seen)
    return " ".join(f"{capital(spaced(name))}: {what}." for name, what in ENDINGS.items() if name in names)
