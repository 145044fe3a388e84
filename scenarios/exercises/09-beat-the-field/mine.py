"""My strategy: hold out to the end. (Say in one line what yours does.)

Source: an exercise (2030).
"""

import math

# Does your answer depend on what the other side has offered? Then leave this True.
REMEMBERS = True


def demand(situation, parameters):
    """What I want now, as a worth. Whatever is worth at least that to me, I would sign."""
    best = situation.top  # what the best package on the table is worth to me
    least = situation.reservation  # what I must have: below this, no deal is better
    gone = situation.time  # share of the rounds that is over: near 0 at first, 1 in the last

    # Has the other side moved? Worth to me of its first offer and of its last; no offer yet means nothing to compare.
    moved = 0.0
    if situation.offers_received > 0.0:
        moved = situation.received_last - situation.received_first

    # How much of the way from my best to my least have I given up by now? 0 is none of it, 1 is all of it.
    # Change this line. math.pow(gone, 3.0) gives way late, math.pow(gone, 0.3) at once, and you may use `moved`.
    given_up = 0.0

    return best - given_up * (best - least)
