"""Work shared among processes, with the same result as by one."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from sim.classroom.confining import die_with_parent


@contextmanager
def sharing(jobs: int) -> Iterator[Callable[..., Iterator[Any]]]:
    """A `map` that keeps the order: in this process, or shared among several."""
    if jobs <= 1:
        yield map
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=die_with_parent) as pool:
        yield pool.map
