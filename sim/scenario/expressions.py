"""Precondition and count expressions: a small language, read into small programs, never run as Python.

Numbers, `true` and `false`, names, comparisons, `and or not`, `+ - * /`, `min(...)`, `max(...)`, parentheses.
From loosest to tightest: `or`, `and`, `not`, comparison, `+ -`, `* /`, unary `-`. Comparisons do not chain.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sim.scenario.faults import nearest
from sim.scenario.menus import OPEN
from sim.scenario.names import Names, NameTable, Reference, UnknownName
from sim.terms import Op, Seen

LONGEST = 2_000
"""Characters of an expression at most."""
MOST_OPERATIONS = 200
DEEPEST_NESTING = 50
"""Each level keeps at most one value waiting, so that a program never holds more than 60 values at once."""


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled expression: operations and arguments of a stack machine, and what it looks at."""

    source: str
    ops: tuple[int, ...]
    args: tuple[float, ...]
    inputs: tuple[Reference, ...]

    @property
    def sees_piles(self) -> bool:
        """Whether, as a count, it depends on what somebody holds."""
        return any(seen.kind in (Seen.FREE, Seen.HELD, Seen.ASSETS) for seen in self.inputs)

    @property
    def sees_world(self) -> bool:
        """Whether its value depends on anything but the proposal."""
        return any(seen.kind is not Seen.PROPOSAL for seen in self.inputs)


class ExpressionFault(Exception):
    """An expression that cannot be read: what is wrong, and which characters of it are faulty."""

    def __init__(self, offset: int, length: int, message: str, suggestion: str = "", word: str = "") -> None:
        self.offset, self.length, self.message, self.suggestion = offset, length, message, suggestion
        self.word = word
        """The name, or the part of it, that is not known or not used as it can be; empty for any other fault."""
        super().__init__(message)


def compile_expression(text: str, names: Names) -> Program:
    """Read an expression into a program.

    `names` says what it may look at, and comes from a `NameTable`. Raises ExpressionFault.

    >>> import datetime
    >>> from sim.scenario.schema import Scenario
    >>> north = {"issues": {"size": [25, 50]}}
    >>> scenario = Scenario(parley=1, title="", start=datetime.date(2025, 3, 18), horizon=30,
    ...                     parties={"east": {}, "west": {}}, facts={"aid": 1}, tracks={"exchange": north})
    >>> names = NameTable(scenario).for_world()
    >>> program = compile_expression("aid <= 0.05 and day > 3", names)
    >>> [Op(op).name for op in program.ops]
    ['INPUT', 'CONSTANT', 'AT_MOST', 'INPUT', 'CONSTANT', 'GREATER', 'AND']
    >>> [seen.name for seen in program.inputs]
    ['aid', 'day']
    """
    if len(text) > LONGEST:
        raise ExpressionFault(0, len(text), f"an expression of {len(text):,} characters; at most {LONGEST:,}")
    tree = _Parser(text, _tokens(text)).parse()
    writer = _Writer(names)
    writer.write(tree)
    return Program(text, tuple(writer.ops), tuple(writer.args), tuple(writer.inputs))


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


class _Node(NamedTuple):
    """A part of an expression: a number, a name or an operation on its parts."""

    kind: str
    text: str
    offset: int
    parts: tuple["_Node", ...] = ()

    @property
    def end(self) -> int:
        return max([self.offset + len(self.text), *(part.end for part in self.parts)])


_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))"
    r"|(?P<name>[A-Za-z_]\w*(?:\.\w+)*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/()<>,]))",
    re.ASCII,
)
_INSTEAD = {
    "=": "==",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "&": "and",
    "|": "or",
    "!": "not",
    "−": "-",
    "×": "*",
    "÷": "/",
    "[": "(",
    "]": ")",
}


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if not found:
            raise _unreadable(text, at + len(text[at:]) - len(text[at:].lstrip()))
        kind = found.lastgroup or ""
        word = found.group(kind)
        kind = kind if kind != "name" or word not in ("and", "or", "not") else "sign"
        tokens.append(_Token(kind, word, found.start(found.lastgroup or "")))
        at = found.end()
    tokens.append(_Token("end", "", len(text.rstrip())))
    return tokens


def _unreadable(text: str, at: int) -> ExpressionFault:
    run = re.match(r"[\w.]+", text[at:])
    if run:
        return ExpressionFault(at, run.end(), f"'{run.group()}' is neither a number nor a name")
    return ExpressionFault(at, 1, f"unexpected character '{text[at]}'", _INSTEAD.get(text[at], ""))


_LOOSEST, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _UNARY = range(7)
_BINARY = {
    "or": (_LOOSEST, Op.OR),
    "and": (_AND, Op.AND),
    "<": (_COMPARISON, Op.LESS),
    "<=": (_COMPARISON, Op.AT_MOST),
    ">": (_COMPARISON, Op.GREATER),
    ">=": (_COMPARISON, Op.AT_LEAST),
    "==": (_COMPARISON, Op.EQUAL),
    "!=": (_COMPARISON, Op.UNEQUAL),
    "+": (_SUM, Op.ADD),
    "-": (_SUM, Op.SUBTRACT),
    "*": (_PRODUCT, Op.MULTIPLY),
    "/": (_PRODUCT, Op.DIVIDE),
}
_FUNCTIONS = {"min": Op.MIN, "max": Op.MAX}


class _Parser:
    """A Pratt parser: every operator takes what binds more tightly than itself."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text, self.tokens = text, tokens
        self.at = self.depth = self.operations = 0

    def parse(self) -> _Node:
        tree = self.expression(_LOOSEST)
        if self.next.kind != "end":
            raise self.fault("expected an operator or the end of the expression")
        return tree

    @property
    def next(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def fault(self, message: str) -> ExpressionFault:
        token = self.next
        found = f"found '{token.text}'" if token.kind != "end" else "found nothing more"
        return ExpressionFault(token.offset, len(token.text), f"{message}, {found}")

    def node(self, kind: str, token: _Token, *parts: _Node) -> _Node:
        self.operations += max(1, len(parts) - 1)
        if self.operations > MOST_OPERATIONS:
            message = f"an expression of more than {MOST_OPERATIONS} operations"
            raise ExpressionFault(0, len(self.text), message)
        return _Node(kind, token.text, token.offset, parts)

    def expression(self, binding: int) -> _Node:
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise ExpressionFault(self.next.offset, len(self.next.text), "nested too deeply")
        left = self.operand(binding)
        while self.next.text in _BINARY and _BINARY[self.next.text][0] >= binding:
            token = self.take()
            power = _BINARY[token.text][0]
            left = self.node("binary", token, left, self.expression(power + 1))
            if power == _COMPARISON and _BINARY.get(self.next.text, (None,))[0] == _COMPARISON:
                message = "comparisons cannot be chained: join two of them with 'and'"
                raise ExpressionFault(self.next.offset, len(self.next.text), message)
        self.depth -= 1
        return left

    def operand(self, binding: int) -> _Node:
        token = self.next
        if token.kind in ("number", "name"):
            self.at += 1
            if self.next.text == "(" and token.kind == "name":
                return self.call(token)
            return self.node(token.kind, token)
        if token.text == "(":
            self.at += 1
            inner = self.expression(_LOOSEST)
            self.close()
            return inner
        if token.text == "-":
            self.at += 1
            return self.node("negate", token, self.expression(_UNARY))
        if token.text == "not":
            if binding > _NOT:
                raise self.fault("put 'not ...' in brackets here: expected a number or a name")
            self.at += 1
            return self.node("not", token, self.expression(_NOT))
        raise self.fault("expected a number or a name")

    def call(self, name: _Token) -> _Node:
        self.take()
        arguments = [self.expression(_LOOSEST)]
        while self.next.text == ",":
            self.take()
            arguments.append(self.expression(_LOOSEST))
        self.close()
        if name.text in _FUNCTIONS:
            if len(arguments) == 1:
                message = f"'{name.text}' compares at least two values"
                raise ExpressionFault(name.offset, len(name.text), message)
            return self.node(name.text, name, *arguments)
        if not name.text.startswith("ledger."):
            message = f"'{name.text}(...)' is not a function"
            raise ExpressionFault(name.offset, len(name.text), message, nearest(name.text, _FUNCTIONS))
        first = arguments[0]
        if len(arguments) > 1 or first.kind != "number" or not first.text.isdigit():
            message = f"expected a whole number in the brackets after '{name.text}'"
            raise ExpressionFault(first.offset, arguments[-1].end - first.offset, message)
        return self.node("days", name, first)

    def close(self) -> None:
        if self.next.text != ")":
            raise self.fault("expected ')'")
        self.take()


class _Writer:
    """Writes the operations of a tree for the stack machine."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.ops: list[int] = []
        self.args: list[float] = []
        self.inputs: list[Reference] = []

    def write(self, node: _Node) -> None:
        if node.kind == "number":
            self.push(Op.CONSTANT, _number(node))
        elif node.kind in ("name", "days"):
            self.name(node)
        elif node.kind == "binary":
            self.binary(node)
        elif node.kind in _FUNCTIONS:
            self.write(node.parts[0])
            for part in node.parts[1:]:
                self.write(part)
                self.push(_FUNCTIONS[node.kind])
        else:
            self.write(node.parts[0])
            self.push(Op.NEGATE if node.kind == "negate" else Op.NOT)

    def push(self, op: Op, argument: float = 0.0) -> None:
        self.ops.append(int(op))
        self.args.append(argument)

    def name(self, node: _Node, *, compared: bool = False) -> None:
        if node.text in ("true", "false"):
            self.push(Op.CONSTANT, float(node.text == "true"))
            return
        constant = self.names.constant(node.text)
        if constant is not None:
            self.push(Op.CONSTANT, constant)
            return
        reference = self.look(node)
        words = self.words(node)
        if _wordy(words) and not compared:
            raise _uncompared(node, words)
        if reference not in self.inputs:
            self.inputs.append(reference)
        self.push(Op.INPUT, float(self.inputs.index(reference)))

    def look(self, node: _Node) -> Reference:
        days = int(node.parts[0].text[:6]) if node.kind == "days" else None
        try:
            return self.names.look(node.text, days)
        except UnknownName as unknown:
            raise ExpressionFault(
                node.offset, len(node.text), unknown.message, unknown.suggestion, unknown.word
            ) from None

    def binary(self, node: _Node) -> None:
        op = _BINARY[node.text][1]
        for part, other in (node.parts, node.parts[::-1]):
            words = self.words(other) if _BINARY[node.text][0] == _COMPARISON else {}
            if words and part.kind == "name" and "." not in part.text:
                self.word(part, words, op, other)
            elif part.kind == "name" and self.compared(part, node, other):
                self.name(part, compared=True)
            else:
                self.write(part)
        self.push(op)

    def compared(self, part: _Node, node: _Node, other: _Node) -> bool:
        """Whether one side of an operation is compared with a word, or with what takes the same words."""
        if _BINARY[node.text][0] != _COMPARISON or other.kind != "name":
            return False
        return "." not in other.text or (node.text in ("==", "!=") and self.words(other) == self.words(part))

    def words(self, node: _Node) -> dict[str, float]:
        """The words that a name may be compared with."""
        if node.kind != "name":
            return {}
        try:
            return dict(self.names.words(self.names.look(node.text)))
        except UnknownName:
            return {}

    def word(self, node: _Node, words: dict[str, float], op: Op, other: _Node) -> None:
        """Write a word as the number it stands for: its place among those that the other side can take."""
        if node.text not in words:
            try:
                self.write(node)
            except ExpressionFault:
                message = f"'{node.text}' is not a value of '{other.text}'"
                guess = nearest(node.text, words)
                raise ExpressionFault(node.offset, len(node.text), message, guess, node.text) from None
            if _wordy(words):
                raise _uncompared(other, words)
        elif op not in (Op.EQUAL, Op.UNEQUAL):
            message = f"'{node.text}' is a word: words have no order, compare them with == or !="
            raise ExpressionFault(node.offset, len(node.text), message)
        else:
            self.push(Op.CONSTANT, words[node.text])


def _wordy(words: Mapping[str, float]) -> bool:
    """Whether something takes words alone: `open` may stand among numbers of days, and is one."""
    return any(word != OPEN for word in words)


def _uncompared(node: _Node, words: Mapping[str, float]) -> ExpressionFault:
    message = f"the values of '{node.text}' are words: compare it with one of them"
    return ExpressionFault(node.offset, len(node.text), message, f"{node.text} == {next(iter(words))}", node.text)


def _number(node: _Node) -> float:
    value = float(node.text)
    if not math.isfinite(value):
        raise ExpressionFault(node.offset, len(node.text), f"'{node.text}' is too large a number")
    return value


__all__ = ["ExpressionFault", "NameTable", "Names", "Program", "Reference", "compile_expression"]
