"""Opening the arrays of a book, in plain Python; `compiling.py` puts compiled functions in the place of these.

Run as they are, they let the compiled engine's own code be run without a compiler and with bounds checked: slow, and
good for finding a fault. No place counts from an array's end.
"""

import ctypes
import struct
from collections.abc import Callable
from typing import Any

import numpy

from sim.engine.loop.layout import RECORDS, Book, Slot
from sim.strategies.module import Demand

DEMANDS: dict[int, Demand] = {}
"""Strategies by the number that stands for their address in a book that is not compiled."""


class Page:
    """An array that refuses places before its first and behind its last: compiled code would not notice."""

    __slots__ = ("_opened",)

    def __init__(self, opened: Any) -> None:
        self._opened = opened

    def __len__(self) -> int:
        return len(self._opened)

    def __getitem__(self, place: int) -> Any:
        return self._opened[self._checked(place)]

    def __setitem__(self, place: int | slice, value: Any) -> None:
        self._opened[place if isinstance(place, slice) else self._checked(place)] = value

    def _checked(self, place: int) -> int:
        if not 0 <= place < len(self._opened):
            raise IndexError(f"place {place} of an array of {len(self._opened)}")
        return place


def _array(book: Book, slot: int, kind: numpy.dtype[Any], first: int = 0) -> Page:
    address, length = (ctypes.c_int64.from_address(book + 8 * (2 * slot + word)).value for word in (0, 1))
    first = int(first)
    length = max(0, length - first)
    if length == 0:
        return Page(numpy.empty(0, kind))
    memory = (ctypes.c_char * (length * kind.itemsize)).from_address(address + first * kind.itemsize)
    opened = numpy.frombuffer(memoryview(memory), kind)
    return Page(opened if kind.names is None else opened.view(numpy.recarray))


def _opener(name: str) -> Callable[[Book], Any]:
    slot, kind = RECORDS[name]
    return lambda book: _array(book, slot, kind)


parameters = _opener("parameters")
stock_cases = _opener("stock_cases")
fact_cases = _opener("fact_cases")
programs = _opener("programs")
sights = _opener("sights")
kinds = _opener("kinds")
spaces = _opener("spaces")
promises = _opener("promises")
waits = _opener("waits")
transfers = _opener("transfers")
steps = _opener("steps")
renewals = _opener("renewals")
conditions = _opener("conditions")
seats = _opener("seats")
tracks = _opener("tracks")
changes = _opener("changes")
event_cases = _opener("event_cases")
act_cases = _opener("act_cases")
runs = _opener("runs")
parties = _opener("parties")
mediators = _opener("mediators")
tables = _opener("tables")
places = _opener("places")
truces = _opener("truces")
events = _opener("events")
acts = _opener("acts")
obligations = _opener("obligations")
dues = _opener("dues")
situations = _opener("situations")


def floats(book: Book, slot: int) -> Any:
    """An array of numbers."""
    return _array(book, slot, numpy.dtype("f8"))


def ints(book: Book, slot: int) -> Any:
    """An array of whole numbers."""
    return _array(book, slot, numpy.dtype("i8"))


def words(book: Book, slot: int) -> Any:
    """An array of words without sign."""
    return _array(book, slot, numpy.dtype("u8"))


def floats_from(book: Book, slot: int, first: int) -> Any:
    """An array of numbers, from one of them on."""
    return _array(book, slot, numpy.dtype("f8"), first)


def ints_from(book: Book, slot: int, first: int) -> Any:
    """An array of whole numbers, from one of them on."""
    return _array(book, slot, numpy.dtype("i8"), first)


def unsigned(number: int) -> int:
    """A whole number as a word without sign, as keys of draws are."""
    return int(number)


def bits(number: float) -> int:
    """The 64 bits of a number as a word."""
    return int(struct.unpack("<Q", struct.pack("<d", number))[0])


def ask(book: Book, strategy: int, numbers: int) -> float:
    """What a strategy demands in the situation that the book describes."""
    return float(DEMANDS[strategy](situations(book)[0], floats_from(book, Slot.STRATEGY_PARAMETERS, numbers)))
