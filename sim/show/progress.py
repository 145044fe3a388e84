"""How far a batch is: a bar on a terminal, otherwise a plain line now and then."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from sim.study.batch import Progress as Standing

TENTHS = 10
SILENCE = 60.0
"""Seconds after which a plain line comes even if no tenth is full."""


@contextmanager
def progress(console: Console, write: Callable[[str], None]) -> Iterator[Callable[[Standing], None]]:
    """Something to be told how far a batch is, which shows it.

    Args:
        console: where a bar is drawn, if it is a terminal.
        write: takes a plain line, where it is not.
    """
    began = time.monotonic()
    if not console.is_terminal:
        yield _Lines(write, began).tell
        return
    with Progress(BarColumn(), TextColumn("{task.fields[words]}"), console=console, transient=True) as bar:
        task = bar.add_task("", words="")

        def tell(standing: Standing) -> None:
            words = sentence(standing, time.monotonic() - began)
            bar.update(task, completed=standing.done, total=standing.total, words=words)

        yield tell


class _Lines:
    """A line for every tenth, and for a long silence."""

    def __init__(self, write: Callable[[str], None], began: float) -> None:
        self.write, self.began, self.last, self.tenth = write, began, began, -1

    def tell(self, standing: Standing) -> None:
        tenth, now = TENTHS * standing.done // standing.total, time.monotonic()
        if not standing.fresh:
            self.tenth = tenth
            if standing.done:
                self.write(f"{standing.done:,} of {standing.total:,} runs were done before")
        elif tenth > self.tenth or now - self.last >= SILENCE:
            self.tenth, self.last = tenth, now
            self.write(sentence(standing, now - self.began))


def sentence(standing: Standing, seconds: float) -> str:
    """How many runs are done, how many a second, and how long it will take.

    >>> sentence(Standing(done=500, fresh=400, total=1000), 40.0)
    '500 of 1,000 runs, 10 a second, 50 s left'
    """
    words = f"{standing.done:,} of {standing.total:,} runs"
    if not standing.fresh or seconds <= 0:
        return words
    rate = standing.fresh / seconds
    left = (standing.total - standing.done) / rate
    spelled = f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"
    return f"{words}, {spelled} a second" + (f", {span_of(left)} left" if left else "")


def span_of(seconds: float) -> str:
    """A span of time as one reads it.

    >>> span_of(50), span_of(600), span_of(9000)
    ('50 s', '10 min', '2.5 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
