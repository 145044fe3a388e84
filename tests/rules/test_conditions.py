import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.rules import conditions
from sim.terms import Op

NUMBERS = st.integers(-4, 4).map(lambda half: half / 2)
MEANING: dict[Op, Callable[[float, float], float]] = {
    Op.ADD: operator.add,
    Op.SUBTRACT: operator.sub,
    Op.MULTIPLY: operator.mul,
    Op.DIVIDE: lambda left, right: 0.0 if right == 0 else left / right,
    Op.LESS: operator.lt,
    Op.AT_MOST: operator.le,
    Op.GREATER: operator.gt,
    Op.AT_LEAST: operator.ge,
    Op.EQUAL: operator.eq,
    Op.UNEQUAL: operator.ne,
    Op.AND: lambda left, right: bool(left) and bool(right),
    Op.OR: lambda left, right: bool(left) or bool(right),
    Op.MIN: min,
    Op.MAX: max,
}
Program = tuple[list[tuple[Op, float]], float]
"""Operations with their arguments, and the value that Python's own operators give."""


def evaluate(ops: list[int], args: list[float], inputs: list[float], n: int) -> float:
    """The value of a program, worked out where other values stood before."""
    return conditions.evaluate(ops, args, inputs, [7.0] * conditions.DEPTH, n)


def combine(op: Op, left: Program, right: Program) -> Program:
    """One program after the other, then an operation on both values."""
    return [*left[0], *right[0], (op, 0.0)], float(MEANING[op](left[1], right[1]))


def programs(inputs: list[float]) -> st.SearchStrategy[Program]:
    """Well-formed programs over some inputs."""
    leaves = NUMBERS.map(lambda number: ([(Op.CONSTANT, number)], number))
    seen = st.sampled_from(range(len(inputs))).map(lambda i: ([(Op.INPUT, float(i))], inputs[i]))
    return st.recursive(
        leaves | seen,
        lambda parts: (
            st.builds(combine, st.sampled_from(sorted(MEANING)), parts, parts)
            | parts.map(lambda part: ([*part[0], (Op.NEGATE, 0.0)], -part[1]))
            | parts.map(lambda part: ([*part[0], (Op.NOT, 0.0)], float(not part[1])))
        ),
        max_leaves=20,
    )


@given(data=st.data(), inputs=st.lists(NUMBERS, min_size=1, max_size=4))
def test_a_program_means_what_its_operators_mean(data: st.DataObject, inputs: list[float]) -> None:
    """Any program has the value that Python's own operators give, with truth as 1 and division by 0 as 0."""
    steps, expected = data.draw(programs(inputs))
    ops, args = [int(op) for op, _ in steps], [argument for _, argument in steps]
    assert evaluate(ops, args, inputs, len(ops)) == expected


@pytest.mark.parametrize(
    ("op", "below", "equal", "above"),
    [
        (Op.LESS, 1.0, 0.0, 0.0),
        (Op.AT_MOST, 1.0, 1.0, 0.0),
        (Op.GREATER, 0.0, 0.0, 1.0),
        (Op.AT_LEAST, 0.0, 1.0, 1.0),
        (Op.EQUAL, 0.0, 1.0, 0.0),
        (Op.UNEQUAL, 1.0, 0.0, 1.0),
    ],
)
def test_comparisons(op: Op, below: float, equal: float, above: float) -> None:
    """Each comparison of the left with the right value holds below, at or above it as its name says."""
    program = [Op.INPUT, Op.CONSTANT, op]
    values = [evaluate(program, [0.0, 0.5, 0.0], [level], 3) for level in (0.25, 0.5, 0.75)]
    assert values == [below, equal, above]


@pytest.mark.parametrize(
    ("op", "expected"),
    [(Op.ADD, 2.0), (Op.SUBTRACT, 1.0), (Op.MULTIPLY, 0.75), (Op.DIVIDE, 3.0), (Op.MIN, 0.5), (Op.MAX, 1.5)],
)
def test_arithmetic(op: Op, expected: float) -> None:
    """Each operation on 1.5 and then .5 gives what its name says, the first value on the left."""
    assert evaluate([Op.CONSTANT, Op.CONSTANT, op], [1.5, 0.5, 0.0], [], 3) == expected


def test_dividing_by_nothing_gives_nothing() -> None:
    """A share of nothing is 0, so that a condition on a share stays defined."""
    assert evaluate([Op.CONSTANT, Op.CONSTANT, Op.DIVIDE], [1.5, 0.0, 0.0], [], 3) == 0.0
    assert evaluate([Op.CONSTANT, Op.NEGATE], [1.5, 0.0], [], 2) == -1.5


def test_any_number_but_0_is_true() -> None:
    """In `and`, `or` and `not` a negative number or a small one counts as true."""
    assert evaluate([Op.CONSTANT, Op.CONSTANT, Op.AND], [-2.0, 0.001, 0.0], [], 3) == 1.0
    assert evaluate([Op.CONSTANT, Op.CONSTANT, Op.OR], [0.0, -0.5, 0.0], [], 3) == 1.0
    assert evaluate([Op.CONSTANT, Op.CONSTANT, Op.OR], [0.0, -0.0, 0.0], [], 3) == 0.0
    assert evaluate([Op.CONSTANT, Op.NOT], [-2.0, 0.0], [], 2) == 0.0


def test_the_two_conditions_of_a_stopped_supply() -> None:
    """`aid <= .05 and intelligence <= .05` fails while one of them flows and holds when both have stopped."""
    ops = [Op.INPUT, Op.CONSTANT, Op.AT_MOST, Op.INPUT, Op.CONSTANT, Op.AT_MOST, Op.AND]
    args = [0.0, 0.05, 0.0, 1.0, 0.05, 0.0, 0.0]
    assert evaluate(ops, args, [0.0, 1.0], 7) == 0.0
    assert evaluate(ops, args, [0.05, 0.0], 7) == 1.0


def test_only_the_given_operations_run() -> None:
    """What stands behind the given number of operations is not looked at."""
    assert evaluate([Op.CONSTANT, Op.NOT], [3.0, 0.0], [], 1) == 3.0


def test_a_program_may_use_the_whole_stack() -> None:
    """A sum that keeps as many values at once as the stack holds is worked out in full."""
    depth = conditions.DEPTH
    ops = [Op.CONSTANT] * depth + [Op.ADD] * (depth - 1)
    assert evaluate(ops, [1.0] * len(ops), [], len(ops)) == depth


@given(a=st.integers(0, 2**62 - 1), b=st.integers(0, 2**62 - 1))
def test_a_mask_is_within_its_union_with_any(a: int, b: int) -> None:
    """A set is within a union with it, and within another only where the union adds nothing to that."""
    assert conditions.is_subset(a, a | b)
    assert conditions.is_subset(a, b) is (a | b == b)


@given(masks=st.lists(st.integers(0, 127) | st.integers(0, 2**62 - 1), max_size=30))
def test_minimal_masks_are_the_minimal_sets(masks: list[int]) -> None:
    """The minimal masks are those of the sets that have no proper subset in the family, each once, ascending."""
    family = {frozenset(place for place in range(62) if mask >> place & 1) for mask in masks}
    minimal = [one for one in family if not any(other < one for other in family)]
    assert conditions.minimal_masks(masks, len(masks)) == sorted(sum(2**place for place in one) for one in minimal)


def test_a_package_that_fails_nothing_needs_no_unlock() -> None:
    """The empty set is the only minimal one wherever it occurs."""
    assert conditions.minimal_masks([0b101, 0, 0b1], 3) == [0]
    assert conditions.minimal_masks([], 0) == []
