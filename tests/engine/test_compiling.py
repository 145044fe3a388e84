"""Compiling: a user's strategy, what is said when it cannot be compiled, and where compiled code is kept."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sim.engine import compiling
from sim.engine.compiled import NotCompilable, prepare, run_chunk
from sim.engine.loop import party
from sim.engine.loop.laying_out import lay_out
from sim.engine.model import run
from sim.engine.rebuilding import Rebuilder
from sim.rules import weariness
from sim.scenario.case import Case

pytest.importorskip("numba")

Compile = Callable[..., Case]
ROOT = Path(__file__).resolve().parent.parent.parent
SWAP = Path(__file__).with_name("swap.yaml").read_text(encoding="utf-8")

OWN = '''"""Halfway: meet the other halfway.

Source: a test.
"""

import math

from sim.strategies.situation import StrategyParameter

PARAMETERS = (StrategyParameter(name="share", low=0.4, middle=0.5, high=0.6, reason="about half"),)
REMEMBERS = True


def between(low, high, share):
    return low + math.pow(share, 1.5) * (high - low)


def demand(situation, parameters):
    if situation.offers_received > 2.0 and len(parameters) == 1:
        return between(situation.received_last, situation.demanded, parameters[0])
    return between(situation.reservation, situation.top, 1.0 - situation.time * parameters[0])
'''


@pytest.fixture
def with_own(tmp_path: Path, compile_text: Compile) -> Callable[[str], Case]:
    """Compile the swap of captives with a strategy file of one's own for alfa."""

    def compiled(text: str) -> Case:
        (tmp_path / "mine.py").write_text(text, encoding="utf-8")
        return compile_text(SWAP, f"parties.alfa.strategy={{file: {tmp_path / 'mine.py'}}}")

    return compiled


def test_a_strategy_of_ones_own_runs_compiled(with_own: Callable[[str], Case]) -> None:
    """A user's file, with a helper and a parameter, demands the same on both engines."""
    case = with_own(OWN)
    rows = list(run_chunk(case, 3, 0, 6).rows())
    for row in rows:
        other = run(case, 3, row["replication"], logs=False).record.row()
        assert {name: value for name, value in row.items() if value != other.get(name, 0)} == {}
    assert any(row["exchange.deals"] > 0 for row in rows)


ASK = """
import sys
from sim.engine.compiling import compile_strategies
for file in sys.argv[1:]:
    print(*compile_strategies([(file, file)]))
"""


def ask_in_another_process(folder: Path, *files: Path) -> str:
    """Compile strategies of one's own in a process of its own, with a folder for what is kept."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, *map(str, files)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PARLEY_CACHE": str(folder)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def kept_in(folder: Path) -> dict[str, bytes]:
    """Every file that is kept."""
    return {path.name: path.read_bytes() for path in folder.rglob("*.nb?")}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a strategy of one's own, and what a process kept of it."""
    place = tmp_path_factory.mktemp("asked")
    (place / "mine.py").write_text(OWN, encoding="utf-8")
    ask_in_another_process(place / "cache", place / "mine.py")
    return place


def test_a_strategy_of_ones_own_is_compiled_once(asked: Path, tmp_path: Path) -> None:
    """A later process loads what an earlier one kept, from the same file or from one of the same text elsewhere."""
    shutil.copy(asked / "mine.py", tmp_path)
    kept = kept_in(asked / "cache")
    assert len(kept) == 2
    ask_in_another_process(asked / "cache", asked / "mine.py", tmp_path / "mine.py")
    assert kept_in(asked / "cache") == kept


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("data", [b"", b"damaged"])
def test_what_is_kept_and_cannot_be_loaded_is_compiled_anew(
    asked: Path, tmp_path: Path, kind: str, data: bytes
) -> None:
    """A damaged file of the cache is replaced by a whole one."""
    shutil.copytree(asked / "cache", tmp_path / "cache")
    (path,) = (tmp_path / "cache").rglob(f"*.{kind}")
    path.write_bytes(data)
    ask_in_another_process(tmp_path / "cache", asked / "mine.py")
    assert len(path.read_bytes()) > len(data)
    assert kept_in(tmp_path / "cache").keys() == kept_in(asked / "cache").keys()


@pytest.mark.parametrize(
    ("body", "line", "why"),
    [
        ("    return situation.top ** 2\n", 2, r"math\.pow"),
        ("    return float(str(situation.top)[:3])\n", 2, "cannot be compiled"),
        ("    table = {situation.top: [1, 'a']}\n    return float(len(table))\n", 2, "cannot be compiled"),
    ],
)
def test_what_cannot_be_compiled_is_said_with_its_line(
    with_own: Callable[[str], Case], body: str, line: int, why: str
) -> None:
    """The reason names the file, the line and the fault; the case still runs on the Mesa engine."""
    case = with_own(f"def demand(situation, parameters):\n{body}")
    with pytest.raises(NotCompilable) as caught:
        prepare(case)
    assert re.search(rf"mine\.py:{line}: .*{why}", caught.value.reason)
    assert "\n" not in caught.value.reason
    assert run(case, 3, 0, logs=False).record.replication == 0


def test_a_strategy_that_raises_leaves_its_replication_to_the_mesa_engine(with_own: Callable[[str], Case]) -> None:
    """What Python would raise is not computed on: the replication is handed back with a reason."""
    case = with_own("def demand(situation, parameters):\n    return situation.top / (situation.time - 0.125)\n")
    failures = run_chunk(case, 3, 0, 2).failures()
    assert set(failures) == {0, 1}
    assert "beyond" in failures[0]
    with pytest.raises(Exception, match="division"):
        run(case, 3, 0, logs=False)


def test_a_chunk_needs_a_replication(compile_text: Compile) -> None:
    """Fewer than one is an error that quotes what was asked."""
    with pytest.raises(ValueError, match="not 0"):
        run_chunk(compile_text(SWAP), 1, 0, 0)


def test_threads_do_not_meet(compile_text: Compile) -> None:
    """Chunks that run at the same time give what they give one after the other."""
    case = prepare(compile_text(SWAP))
    alone = [list(run_chunk(case, 1, first, 50).rows()) for first in (0, 50, 100, 150)]
    together: dict[int, list[dict[str, object]]] = {}

    def work(place: int) -> None:
        together[place] = list(run_chunk(case, 1, 50 * place, 50).rows())

    threads = [threading.Thread(target=work, args=(place,)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[place] for place in range(4)] == alone


def test_one_compiled_engine_serves_every_case(compile_text: Compile) -> None:
    """Shapes lie in data: another case compiles nothing but its strategies."""
    one, two = prepare(compile_text(SWAP)), prepare(compile_text(SWAP, "tracks.exchange.talks.protocol=alternating"))
    assert one.engine is two.engine


def test_the_cache_is_where_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$PARLEY_CACHE first, then the user's cache folder; none where nothing can be written."""
    monkeypatch.setenv("PARLEY_CACHE", str(tmp_path / "here"))
    assert compiling.cache_folder() == tmp_path / "here" / compiling.fingerprint()
    monkeypatch.delenv("PARLEY_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "shared"))
    assert compiling.cache_folder() == tmp_path / "shared" / "parley" / compiling.fingerprint()
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PARLEY_CACHE", str(tmp_path / "file"))
    assert compiling.cache_folder() is None


def test_without_a_compiler_the_reason_is_said(monkeypatch: pytest.MonkeyPatch, compile_text: Compile) -> None:
    """Where Numba is not there for a Python, the Mesa engine remains."""
    monkeypatch.setattr(compiling, "numba", None)
    with pytest.raises(NotCompilable, match="'numba'"):
        compiling.require_compiler()


def test_the_layout_has_room_for_every_track(compile_text: Compile) -> None:
    """A row: fourteen whole numbers a track, two an acceptance precondition, two a party, and a status."""
    case = compile_text(SWAP, "tracks.exchange.preconditions={alfa: {a: {accepts if: proposal.size > 10}}}")
    assert lay_out(case).integers == 14 + 2 + 2 * 2 + 1


def test_rebuilding_leaves_the_original_alone() -> None:
    """The functions that Mesa's agents call stay what they are: plain Python."""
    rebuilt = Rebuilder(lambda function: function, {}).rebuilt(party.tire)
    assert rebuilt is not party.tire
    assert rebuilt.__globals__["weariness"] is not weariness
    assert party.weariness is weariness


def test_what_nobody_used_for_a_month_is_removed(tmp_path: Path) -> None:
    """Of other versions, what was last used 31 days ago goes; what is newer, this version's, and what is not ours stay.

    Several processes may do so at once; what one of them left half removed goes too.
    """
    month = 31 * 86_400
    ages = {
        "0" * 16: month,
        "1" * 16: month - 2 * 86_400,
        "2" * 16: month,
        "3" * 16 + "-77-88": month,
        "notes": month,
        "a" * 40: month,
    }
    for name, age in ages.items():
        (tmp_path / name / "inside").mkdir(parents=True)
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(compiling.forget_unused, [tmp_path / ("2" * 16)] * 4))
    assert {path.name for path in tmp_path.iterdir()} == {"1" * 16, "2" * 16, "notes", "a" * 40}


def test_a_cache_says_when_it_was_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the folder of this version marks it as used now."""
    monkeypatch.setenv(compiling.CACHE, str(tmp_path))
    folder = tmp_path / compiling.fingerprint()
    folder.mkdir()
    os.utime(folder, (0, 0))
    before = time.time() - 60
    assert compiling.cache_folder() == folder
    assert folder.stat().st_mtime > before
