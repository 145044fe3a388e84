"""Finding a strategy by its name."""

import importlib
import pickle
from pathlib import Path

import pytest

import sim.strategies
from sim.strategies.shelf import MACHINERY, InvalidStrategy, find, shelf

ROOM = Path(sim.strategies.__path__[0])


def test_every_file_of_the_room_is_a_strategy_or_named_machinery() -> None:
    """The shelf holds exactly the files of its room that are not machinery, in alphabetical order."""
    files = sorted(path.stem for path in ROOM.glob("*.py") if path.stem != "__init__")
    assert sorted([*shelf(), *MACHINERY]) == files
    assert list(shelf()) == sorted(shelf())


@pytest.mark.parametrize("name", shelf())
def test_a_name_finds_the_function_of_its_file(name: str) -> None:
    """A strategy found by name carries the function, parameters and memory that its file declares."""
    module = importlib.import_module(f"sim.strategies.{name}")
    strategy = find(name)
    assert strategy.name == name
    assert strategy.demand is module.demand
    assert strategy.parameters == module.PARAMETERS
    assert strategy.remembers is module.REMEMBERS
    assert strategy.path == ROOM / f"{name}.py"


def test_each_file_has_its_own_digest() -> None:
    """Strategies with different texts have different digests."""
    assert len({find(name).digest for name in shelf()}) == len(shelf())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("boulwar", "unknown strategy 'boulwar'; did you mean 'boulware'?"),
        ("tit-for-tat", "unknown strategy 'tit-for-tat'; did you mean 'tit_for_tat'?"),
        ("mine.py", "unknown strategy 'mine.py'; for a file of your own write {file: mine.py}"),
        ("", f"unknown strategy ''; the shelf has {', '.join(shelf())}"),
        ("shelf", f"unknown strategy 'shelf'; the shelf has {', '.join(shelf())}"),
        ("../boulware", "unknown strategy '../boulware'; did you mean 'boulware'?"),
    ],
)
def test_an_unknown_name_gets_the_nearest_known_one(name: str, message: str) -> None:
    """A name that is not on the shelf is refused with the nearest one that is, or with the whole shelf."""
    with pytest.raises(InvalidStrategy) as caught:
        find(name)
    assert str(caught.value) == message


def test_an_error_keeps_its_place_between_processes() -> None:
    """A pickled error still knows its message, file, line and column."""
    error = pickle.loads(pickle.dumps(InvalidStrategy("wrong", "mine.py", 3, 5)))
    assert (error.message, error.file, error.line, error.column) == ("wrong", "mine.py", 3, 5)
    assert str(error) == "mine.py:3:5: wrong"
