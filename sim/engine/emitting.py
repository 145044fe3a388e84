"""What compiled code does in a way of its own: it opens a book's arrays, and calls strategies by their address.

These stand in the place of the plain functions of `opening.py`. Numba's way to write them is in LLVM's terms.
"""

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy

from sim.engine.loop import opening
from sim.engine.loop.layout import RECORDS, SITUATION, Slot

try:
    import numba
    from llvmlite import ir
    from numba.core import cgutils
    from numba.core.datamodel.models import ArrayModel
    from numba.extending import intrinsic, lower_builtin, register_model
    from numba.np import arrayobj
except ImportError:  # a Python for which there is no Numba yet
    numba = None


@functools.cache
def _pages() -> Any:
    """The kind of a book's arrays. Their places count from the first alone: that spares a look at the sign of each."""

    class Page(numba.types.Array):  # type: ignore[misc]
        """An array of a book."""

        def __init__(self, kind: Any) -> None:
            super().__init__(kind, 1, "C", name=f"Page({kind})")

    register_model(Page)(ArrayModel)

    def pointer(context: Any, builder: Any, page: Any, opened: Any, place: Any) -> Any:
        return builder.gep(context.make_array(page)(context, builder, opened).data, [place])

    @lower_builtin(operator.getitem, Page, numba.types.Integer)
    def get(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        page = signature.args[0]
        return arrayobj.load_item(context, builder, page, pointer(context, builder, page, *arguments))

    @lower_builtin(operator.setitem, Page, numba.types.Integer, numba.types.Any)
    def put(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        page, _, kind = signature.args
        number = context.cast(builder, arguments[2], kind, page.dtype)
        arrayobj.store_item(context, builder, page, number, pointer(context, builder, page, *arguments[:2]))

    return Page


def _opener(kind: Any, slot: int | None) -> Any:
    """Compiled opening of an array of one kind: of the slot, or of the slot (and place) that it is called with."""
    array = _pages()(numba.from_dtype(numpy.dtype(kind)))
    size = numpy.dtype(kind).itemsize

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = cgutils.intp_t
        words = builder.inttoptr(arguments[0], whole.as_pointer())
        page = whole(2 * (slot or 0)) if len(arguments) == 1 else builder.mul(arguments[1], whole(2))
        address, length = (builder.load(builder.gep(words, [builder.add(page, whole(offset))])) for offset in (0, 1))
        for loaded in (address, length):  # a book never changes while it is in use
            loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        if len(arguments) == 3:
            address = builder.add(address, builder.mul(arguments[2], whole(size)))
            length = builder.sub(length, arguments[2])
        opened = context.make_array(array)(context, builder)
        arrayobj.populate_array(
            opened,
            data=builder.inttoptr(address, opened.data.type),
            shape=[length],
            strides=[whole(size)],
            itemsize=whole(size),
            meminfo=None,
        )
        return opened._getvalue()

    @intrinsic
    def opened(typing_context: Any, book: Any) -> Any:
        return array(numba.types.int64), generate

    @intrinsic
    def opened_at(typing_context: Any, book: Any, place: Any) -> Any:
        return array(numba.types.int64, numba.types.int64), generate

    @intrinsic
    def opened_from(typing_context: Any, book: Any, place: Any, first: Any) -> Any:
        return array(numba.types.int64, numba.types.int64, numba.types.int64), generate

    return opened, opened_at, opened_from


def _ask() -> Any:
    """Compiled call of a strategy by its address, with the addresses of the situation and of its parameters."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole, number = cgutils.intp_t, ir.DoubleType()
        book, strategy, first = arguments
        words = builder.inttoptr(book, whole.as_pointer())
        situation, numbers = (
            builder.load(builder.gep(words, [whole(2 * slot)])) for slot in (Slot.SITUATION, Slot.STRATEGY_PARAMETERS)
        )
        numbers = builder.add(numbers, builder.mul(first, whole(8)))
        function = builder.inttoptr(strategy, ir.FunctionType(number, [whole, whole]).as_pointer())
        return builder.call(function, [situation, numbers])

    @intrinsic
    def ask(typing_context: Any, book: Any, strategy: Any, first: Any) -> Any:
        whole = numba.types.int64
        return numba.types.float64(whole, whole, whole), generate

    return ask


def _pointer() -> Any:
    """An address as a pointer, for compiled code."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    @intrinsic
    def pointer(typing_context: Any, address: Any) -> Any:
        return numba.types.voidptr(numba.types.int64), generate

    return pointer


def at_address(many: int) -> tuple[Any, Any]:
    """Compiled: the situation at an address, and so many numbers at an address."""
    pointer, carray = _pointer(), numba.carray

    def situation(address: int) -> Any:
        return carray(pointer(address), 1, SITUATION)[0]

    def numbers(address: int) -> Any:
        return carray(pointer(address), many, numpy.float64)

    return numba.njit(situation), numba.njit(numbers)


def _words() -> tuple[Any, Any]:
    """Compiled: a whole number as a word without sign, and the bits of a number as one."""

    def same(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return arguments[0]

    def bitcast(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    @intrinsic
    def unsigned(typing_context: Any, number: Any) -> Any:
        taken = number if number == numba.types.uint64 else numba.types.int64
        return numba.types.uint64(taken), same

    @intrinsic
    def bits(typing_context: Any, number: Any) -> Any:
        return numba.types.uint64(numba.types.float64), bitcast

    return unsigned, bits


@functools.cache
def openers() -> dict[Callable[..., Any], Any]:
    """Compiled functions in the place of those of `opening.py`."""
    unsigned, bits = _words()
    openers = {getattr(opening, name): _opener(kind, slot)[0] for name, (slot, kind) in RECORDS.items()}
    return openers | {
        opening.floats: _opener("f8", None)[1],
        opening.ints: _opener("i8", None)[1],
        opening.words: _opener("u8", None)[1],
        opening.floats_from: _opener("f8", None)[2],
        opening.ints_from: _opener("i8", None)[2],
        opening.unsigned: unsigned,
        opening.bits: bits,
        opening.ask: _ask(),
    }
