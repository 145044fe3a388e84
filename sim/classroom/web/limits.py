"""How often something may be done: so many at once, and so many a second from then on."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KNOWN = 10_000
"""Whom a limit remembers at most; who was not heard of for longest is forgotten."""


class Limit:
    """A limit by whoever is limited."""

    def __init__(self, burst: int, a_second: float, now: Callable[[], float] = time.monotonic) -> None:
        """Set it.

        Args:
            burst: how many at once.
            a_second: how many a second from then on.
            now: a clock, in seconds.
        """
        self.burst, self.a_second, self._now = burst, a_second, now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, who: str) -> bool:
        """Whether one more is within the limit; it counts if it is.

        >>> limit = Limit(2, 1.0, now=lambda: 0.0)
        >>> [limit.allows("a") for _ in range(3)]
        [True, True, False]
        """
        now = self._now()
        left, since = self._left.pop(who, (float(self.burst), now))
        left = min(self.burst, left + (now - since) * self.a_second)
        fine = left >= 1
        self._left[who] = (left - 1 if fine else left, now)
        if len(self._left) > MOST_KNOWN:
            self._left.popitem(last=False)
        return fine
