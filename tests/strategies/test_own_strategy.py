"""A user's own file: what is let in, and how everything else is refused."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.strategies.asking import StrategyFailed, ask
from sim.strategies.shelf import InvalidStrategy, find, load, shelf
from sim.strategies.situation import opening

Write = Callable[[str | bytes], Path]

GOOD = '''"""Halfway: meet in the middle at once.

Source: an exercise (2026).
"""

from sim.strategies.situation import StrategyParameter

PARAMETERS = (StrategyParameter(name="share", low=0.4, middle=0.5, high=0.6, reason="about half", least=0, most=1),)
REMEMBERS = False


def demand(situation, parameters):
    return situation.reservation + parameters[0] * (situation.top - situation.reservation)
'''
PARAMETER = "from sim.strategies.situation import StrategyParameter as P\n"
DEMAND = "def demand(situation, parameters):\n    return situation.top\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a strategy file of one's own."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "mine.py"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refusal(path: Path) -> InvalidStrategy:
    """The error with which a file is refused."""
    with pytest.raises(InvalidStrategy) as caught:
        load(path)
    assert caught.value.file == str(path)
    return caught.value


def test_a_good_file_is_let_in(write: Write) -> None:
    """A file that follows the contract becomes a strategy with its own name, parameters, summary and source."""
    path = write(GOOD)
    strategy = load(path)
    assert strategy.name == "mine"
    assert [parameter.name for parameter in strategy.parameters] == ["share"]
    assert not strategy.remembers
    assert strategy.summary == "meet in the middle at once."
    assert strategy.source == "an exercise (2026)."
    assert strategy.path == path
    assert strategy.demand(opening(0.1, 0.0, 1.0, 0.5, 0.5), (0.5,)) == 0.5


def test_a_function_is_enough(write: Write) -> None:
    """A file with nothing but `demand` has no parameters and counts as one that remembers, which is always safe."""
    strategy = load(write(DEMAND))
    assert strategy.parameters == ()
    assert strategy.remembers
    assert (strategy.summary, strategy.source) == ("", "")


@pytest.mark.parametrize("name", shelf())
def test_a_copy_of_the_shelf_is_let_in(name: str, write: Write) -> None:
    """A copy of any file of the shelf is a good start for one's own: it is let in and demands the same."""
    original, copy = find(name), load(write(find(name).path.read_bytes()))
    assert (copy.parameters, copy.remembers, copy.digest) == (original.parameters, original.remembers, original.digest)
    parameters = [parameter.middle for parameter in original.parameters]
    first = opening(0.25, 0.1, 0.9, 0.6, 0.5)
    assert copy.demand(first, parameters) == original.demand(first, parameters)


def test_a_file_may_hold_helpers_and_classes(write: Write) -> None:
    """A file may define helpers, constants and dataclasses of its own."""
    text = (
        "from __future__ import annotations\nimport math\nfrom dataclasses import dataclass\n"
        "@dataclass\nclass Note:\n    text: str\nHALF = math.sqrt(0.25)\ndef half(x):\n    return HALF * x\n"
        "def demand(situation, parameters):\n    return half(situation.reservation) + half(situation.top)\n"
    )
    assert load(write(text)).demand(opening(0.1, 0.0, 1.0, 0.5, 0.5), ()) == 0.5


def test_a_strategy_may_share_its_name_with_a_module(tmp_path: Path) -> None:
    """A file called math.py does not get in the way of the real one, and two of the same name stay apart."""
    paths = []
    for folder, worth in (("one", "1.0"), ("two", "2.0")):
        (tmp_path / folder).mkdir()
        paths.append(tmp_path / folder / "math.py")
        paths[-1].write_text(f"import math\ndef demand(situation, parameters):\n    return math.sqrt(1.0) * {worth}\n")
    first = opening(0.1, 0.0, 1.0, 0.5, 0.5)
    assert [load(path).demand(first, ()) for path in paths] == [1.0, 2.0]


def test_a_changed_text_is_loaded_anew(write: Write) -> None:
    """A file that changes between two loads gives the new strategy, however fast it changed."""
    first = opening(0.1, 0.0, 1.0, 0.5, 0.5)
    demands = []
    for worth in ("1.0", "2.0", "1.0"):
        path = write(f"def demand(situation, parameters):\n    return {worth}\n")
        demands.append(load(str(path)).demand(first, ()))
    assert demands == [1.0, 2.0, 1.0]


def test_an_unchanged_text_is_run_once(write: Write) -> None:
    """Loading the same text again neither runs nor tries it again."""
    path = write(DEMAND)
    assert load(path) is load(path)


def test_nothing_is_written_beside_the_file(write: Write) -> None:
    """Loading a file leaves no compiled copy beside it."""
    path = write(DEMAND)
    load(path)
    assert [entry.name for entry in path.parent.iterdir()] == ["mine.py"]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        (
            "def demand(situation, parameters)\n    return 1.0\n",
            1,
            34,
            "not valid Python: expected ':'",
        ),
        (b"def demand(situation, parameters):\n    return 1.0  # \xff\n", None, None, "not valid Python"),
        (b"\0", None, None, "not valid Python"),
        ("(" * 5000, None, None, "not valid Python"),
        ("", 0, 0, "defines no function 'demand(situation, parameters)'"),
        ("demand = 3\n", 1, 1, "'demand' must be a plain function, found int"),
        ("x = 1\nclass demand:\n    pass\n", 2, 1, "'demand' must be a plain function, found type"),
        (
            "async def demand(situation, parameters):\n    return 1.0\n",
            1,
            1,
            "'demand' must be a plain function, found an async one",
        ),
        ("def demand():\n    return 1.0\n", 1, 1, "'demand' must take (situation, parameters), found ()"),
        (
            "\ndef demand(situation):\n    return 1.0\n",
            2,
            1,
            "'demand' must take (situation, parameters), found (situation)",
        ),
        (
            "def demand(situation, parameters, more=1):\n    return 1.0\n",
            1,
            1,
            "'demand' must take (situation, parameters), found (situation, parameters, more=1)",
        ),
        (
            "def demand(*everything):\n    return 1.0\n",
            1,
            1,
            "'demand' must take (situation, parameters), found (*everything)",
        ),
        (DEMAND + "REMEMBERS = 'no'\n", 3, 1, "REMEMBERS must be True or False, found 'no'"),
        ("import nowhere_at_all\n", 1, 1, "running the file raised ModuleNotFoundError: No module named"),
        ("def f():\n    return 1 / 0\nx = f()\n", 2, 12, "running the file raised ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit('bye')\n", 2, 1, "running the file raised SystemExit: bye"),
    ],
)
def test_a_faulty_file_is_refused_with_its_place(
    text: str | bytes, line: int | None, column: int | None, message: str, write: Write
) -> None:
    """A file that cannot be read, run, or has no usable `demand` is refused with line, column and reason."""
    error = refusal(write(text))
    assert error.message.startswith(message)
    if line is not None:
        assert (error.line, error.column) == (line, column)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("3", "PARAMETERS must be a tuple of StrategyParameter, found int"),
        ("(1, 2)", "PARAMETERS must hold StrategyParameter only, found 1"),
        ("{'exponent': 3}", "PARAMETERS must be a tuple of StrategyParameter, found dict"),
        ("[P(name='a', low=2, middle=1, high=3, reason='r')]", "parameter 'a' needs low <= middle <= high"),
        ("[P(name='a', low='1', middle=1, high=3, reason='r')]", "parameter 'a' needs finite numbers"),
        ("[P(name='a', low=1, middle=1, high=float('inf'), reason='r')]", "parameter 'a' needs finite numbers"),
        ("[P(name='a', low=0, middle=1, high=1, reason='r', above=0)]", "parameter 'a' does not admit its own range"),
        ("[P(name='a', low=0, middle=1, high=1, reason='r')] * 2", "parameter 'a' is declared twice"),
        ("[P(name='The exponent', low=0, middle=1, high=1, reason='r')]", "a parameter's name must be lower-case"),
        ("[P(name='file', low=0, middle=1, high=1, reason='r')]", "a parameter's name must be lower-case"),
    ],
)
def test_malformed_parameters_are_refused(declared: str, message: str, write: Write) -> None:
    """PARAMETERS that do not hold well-formed parameters are refused at their line."""
    error = refusal(write(f"{PARAMETER}{DEMAND}PARAMETERS = {declared}\n"))
    assert error.message.startswith(message)
    assert (error.line, error.column) == (4, 1)


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("raise ValueError('no idea')", 2, "'demand' raised ValueError: no idea"),
        ("return 1 / (situation.time - 1.0)", 2, "'demand' raised ZeroDivisionError"),
        ("return demand(situation, parameters)", 2, "'demand' raised RecursionError"),
        ("raise SystemExit(3)", 2, "'demand' raised SystemExit"),
        ("return parameters[0]", 2, "'demand' raised IndexError"),
        ("situation.mood = 1.0", 2, "'demand' raised AttributeError"),
        ("parameters[0] = 1.0", 2, "'demand' raised TypeError"),
        ("pass", 1, "'demand' must return a float (0.0, not 0), returned None"),
        ("return 'much'", 1, "'demand' must return a float (0.0, not 0), returned 'much'"),
        ("return 1", 1, "'demand' must return a float (0.0, not 0), returned 1"),
        ("return True", 1, "'demand' must return a float (0.0, not 0), returned True"),
        ("yield 1.0", 1, "'demand' must return a float (0.0, not 0), returned <generator"),
        ("return float('nan')", 1, "'demand' must return a finite number, returned nan"),
        ("return float('-inf')", 1, "'demand' must return a finite number, returned -inf"),
        ("situation.top = 9.0; return 1.0", 1, "'demand' must not change the situation"),
        ("import random; return random.random()", 1, "'demand' answered"),
    ],
)
def test_a_strategy_that_does_not_behave_is_refused(body: str, line: int, message: str, write: Write) -> None:
    """A strategy that raises, returns anything but a finite float, or is not a pure function is refused."""
    error = refusal(write(f"def demand(situation, parameters):\n    {body}\n"))
    assert error.message.startswith(message)
    assert error.line == line
    assert "at time" in error.message


def test_a_memory_of_its_own_is_found_out(write: Write) -> None:
    """A strategy that keeps count of its calls answers the same question differently, and is refused."""
    text = "calls = []\ndef demand(situation, parameters):\n    calls.append(1)\n    return float(len(calls))\n"
    assert "to the same question" in refusal(write(text)).message


def test_a_change_of_mood_is_found_out(write: Write) -> None:
    """A strategy that is hard and soft in turn answers the same question differently, and is refused."""
    text = (
        "turns = []\ndef demand(situation, parameters):\n    turns.append(1)\n"
        "    return situation.top if len(turns) % 2 else situation.reservation\n"
    )
    assert "to the same question" in refusal(write(text)).message


def test_a_memory_that_is_not_declared_is_found_out(write: Write) -> None:
    """A strategy that looks at offers received but says that it does not remember is refused."""
    text = "REMEMBERS = False\ndef demand(situation, parameters):\n    return situation.received_last\n"
    assert "it needs REMEMBERS = True" in refusal(write(text)).message


def test_the_fault_is_placed_where_the_file_has_it(write: Write) -> None:
    """An error that arises deeper, in a helper or a library, is placed at the user's own last line."""
    text = (
        "import math\n\ndef root(x):\n    return math.sqrt(x)\n\n"
        "def demand(situation, parameters):\n    return root(-1.0)\n"
    )
    error = refusal(write(text))
    assert (error.line, error.column) == (4, 12)
    assert str(error).startswith(f"{error.file}:4:12: 'demand' raised ValueError")


def test_a_fault_elsewhere_has_no_place(write: Write) -> None:
    """An error that arises outside the user's file is told with the file's name and no line."""
    error = refusal(write("from sim.strategies.boulware import demand\n"))
    assert error.message.startswith("'demand' raised IndexError")
    assert (error.line, error.column) == (0, 0)


@pytest.mark.parametrize("text", [DEMAND, "raise RuntimeError('half way')\n", "demand = 3\n"])
def test_a_file_is_run_by_itself(text: str, write: Write) -> None:
    """Whether let in or refused, a file is not left among the modules that others can import."""
    before = set(sys.modules)
    try:
        load(write(text))
    except InvalidStrategy:
        assert text != DEMAND
    assert set(sys.modules) == before


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """A missing file, and a folder in its place, are refused by their path."""
    assert refusal(tmp_path / "none.py").message == "no such strategy file"
    assert refusal(tmp_path).message.startswith("cannot read the strategy file")


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "SystemExit", "GeneratorExit", "BaseException"])
@pytest.mark.parametrize("where", ["{}", "def demand(situation, parameters):\n    {}\n"])
def test_whatever_is_raised_while_a_file_is_tried_is_its_fault(raised: str, where: str, write: Write) -> None:
    """What would end a program elsewhere ends the trial of the file, with its place."""
    assert f"raised {raised}" in refusal(write(where.format(f"raise {raised}"))).message


def test_what_a_file_prints_while_it_is_tried_is_no_result(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """Stdout is for results: what is printed on loading and on being asked goes to stderr."""
    load(write("print('loaded')\ndef demand(situation, parameters):\n    print('asked')\n    return situation.top\n"))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("loaded\nasked\n")


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("if situation.time == 0.7: raise ValueError('no\\nidea')\n    return 1.0", 2, "raised ValueError: no idea"),
        ("return 1.0 / (situation.time - 0.7)", 2, "raised ZeroDivisionError: float division by zero"),
        ("if situation.time == 0.7: raise SystemExit(3)\n    return 1.0", 2, "raised SystemExit: 3"),
        ("return float('nan') if situation.time == 0.7 else 1.0", 1, "returned nan: expected a finite float"),
        ("return None if situation.time == 0.7 else 1.0", 1, "returned None: expected a finite float"),
    ],
)
def test_a_strategy_that_fails_in_a_run_is_named_with_place_and_moment(
    body: str, line: int, message: str, write: Write
) -> None:
    """What the trial did not meet is told in one line: file and line, strategy, what happened, when."""
    path = write(f"def demand(situation, parameters):\n    {body}\n")
    with pytest.raises(StrategyFailed) as caught:
        ask(load(path), opening(0.7, 0.0, 1.0, 0.5, 0.5), (), "exchange, day 3, round 2")
    assert str(caught.value) == f"{path}:{line}: the strategy 'mine' {message} (exchange, day 3, round 2)"


def test_an_interrupt_ends_the_run(write: Write) -> None:
    """Ctrl-C while a strategy is asked is nobody's fault: it goes through."""
    path = write(
        "def demand(situation, parameters):\n    if situation.time == 0.7: raise KeyboardInterrupt\n    return 1.0\n"
    )
    with pytest.raises(KeyboardInterrupt):
        ask(load(path), opening(0.7, 0.0, 1.0, 0.5, 0.5), (), "")
