"""Weariness: how much of its will to go on fighting a party has spent."""


def tire(weariness: float, fighting: float, fatigue: float, relief: float, u: float) -> float:
    """A party's weariness after one more day.

    Args:
        weariness: in [0, 1].
        fighting: share of the fighting that goes on, in [0, 1].
        fatigue: share of what is left to tire that a day of full fighting takes, on average.
        relief: share of weariness that a day without fighting takes away.
        u: uniform draw in (0, 1).

    Returns:
        Weariness in [0, 1].

    Source: Zartman 2000 (hurting stalemate), as a state that builds up.

    >>> round(tire(0.5, 1.0, 0.02, 0.01, 0.5), 12)  # .5 + .02 * .5 * 1
    0.51
    >>> round(tire(0.5, 0.0, 0.02, 0.01, 0.5), 12)  # .5 - .01 * .5
    0.495
    """
    tired = fatigue * fighting * (1.0 - weariness) * (0.5 + u)
    rested = relief * (1.0 - fighting) * weariness
    return min(1.0, max(0.0, weariness + tired - rested))
