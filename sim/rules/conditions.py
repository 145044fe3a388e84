"""Conditions: evaluate a precondition's small program, and find what would unlock a blocked day."""

from collections.abc import MutableSequence, Sequence

from sim.terms import Op

DEPTH = 64
"""Values that a program may keep on its stack at once."""

_CONSTANT = int(Op.CONSTANT)
_INPUT = int(Op.INPUT)
_ADD = int(Op.ADD)
_SUBTRACT = int(Op.SUBTRACT)
_MULTIPLY = int(Op.MULTIPLY)
_DIVIDE = int(Op.DIVIDE)
_NEGATE = int(Op.NEGATE)
_LESS = int(Op.LESS)
_AT_MOST = int(Op.AT_MOST)
_GREATER = int(Op.GREATER)
_AT_LEAST = int(Op.AT_LEAST)
_EQUAL = int(Op.EQUAL)
_UNEQUAL = int(Op.UNEQUAL)
_AND = int(Op.AND)
_OR = int(Op.OR)
_NOT = int(Op.NOT)
_MIN = int(Op.MIN)


def evaluate(
    ops: Sequence[int], args: Sequence[float], inputs: Sequence[float], stack: MutableSequence[float], n: int
) -> float:
    """The value of a small program over what it looks at.

    Args:
        ops: numbers of `sim.terms.Op`; a well-formed program that keeps at most `DEPTH` values at once.
        args: of the operations: a constant, or the ordinal of an input; otherwise not looked at.
        inputs: values of what the program looks at.
        stack: room for `DEPTH` values, to work in; what stands there before and after means nothing.
        n: number of operations, at least 1.

    Returns:
        The value: a truth is 1 or 0, and any value other than 0 counts as true. Dividing by 0 gives 0.

    Source: reverse Polish notation.

    >>> evaluate([Op.INPUT, Op.CONSTANT, Op.AT_LEAST], [0.0, 0.6, 0.0], [0.7], [0.0] * DEPTH, 3)
    1.0
    """
    top = -1
    for i in range(n):
        op = ops[i]
        if op == _CONSTANT:
            top += 1
            stack[top] = args[i]
        elif op == _INPUT:
            top += 1
            stack[top] = inputs[int(args[i])]
        elif op == _NEGATE:
            stack[top] = -stack[top]
        elif op == _NOT:
            stack[top] = 0.0 if stack[top] != 0.0 else 1.0
        else:
            top -= 1
            stack[top] = _combine(op, stack[top], stack[top + 1])
    return stack[top]


def is_subset(a: int, b: int) -> bool:
    """Whether every member of one set is in another; sets are bit masks.

    Args:
        a: mask, at least 0.
        b: mask, at least 0.

    Source: definition.

    >>> is_subset(0b010, 0b110), is_subset(0b011, 0b110)
    (True, False)
    """
    return a & b == a


def minimal_masks(masks: Sequence[int], n: int) -> list[int]:
    """The sets that contain no other of the sets: what is least to relax.

    Args:
        masks: sets of failed preconditions as bit masks of at most 62 bits.
        n: number of masks.

    Returns:
        The minimal ones, each once, ascending.

    Source: minimal elements of a family of sets under inclusion.

    >>> minimal_masks([0b110, 0b010, 0b101, 0b111], 4)
    [2, 5]
    """
    return sorted(masks[i] for i in range(n) if is_minimal(masks, i, n))


def is_minimal(masks: Sequence[int], i: int, n: int) -> bool:
    """Whether one of the sets contains no other of them, and is the first of its like.

    Args:
        masks: see `minimal_masks`.
        i: place of the one.
        n: number of masks.

    Source: minimal elements of a family of sets under inclusion.

    >>> [is_minimal([0b110, 0b010, 0b101, 0b010], i, 4) for i in range(4)]
    [False, True, True, False]
    """
    for j in range(n):  # noqa: SIM110 - a generator would not compile
        if is_subset(masks[j], masks[i]) and (masks[j] != masks[i] or j < i):
            return False
    return True


def _combine(op: int, left: float, right: float) -> float:
    """The value of an operation on two values."""
    if op <= _DIVIDE:
        return _calculate(op, left, right)
    if op <= _UNEQUAL:
        return 1.0 if _compare(op, left, right) else 0.0
    if op == _AND:
        return 1.0 if left != 0.0 and right != 0.0 else 0.0
    if op == _OR:
        return 1.0 if left != 0.0 or right != 0.0 else 0.0
    return min(left, right) if op == _MIN else max(left, right)


def _calculate(op: int, left: float, right: float) -> float:
    """The value of an arithmetic operation."""
    if op == _ADD:
        return left + right
    if op == _SUBTRACT:
        return left - right
    if op == _MULTIPLY:
        return left * right
    return left / right if right != 0.0 else 0.0


def _compare(op: int, left: float, right: float) -> bool:
    """Whether a comparison holds."""
    if op == _LESS:
        return left < right
    if op == _AT_MOST:
        return left <= right
    if op == _GREATER:
        return left > right
    if op == _AT_LEAST:
        return left >= right
    return left == right if op == _EQUAL else left != right
