"""The page about Python and the tutorial hold what they promise."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import sim

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_every_public_name_is_told() -> None:
    """The page names every function and every class of the laboratory, and what can be asked of each object."""
    page = (DOCS / "python.md").read_text(encoding="utf-8")
    for name in sim.__all__:
        assert re.search(rf"`(sim\.)?{name}\b", page), name
    for kind in (sim.Run, sim.Batch, sim.Comparison, sim.Explanation, sim.Sensitivity, sim.Survival):
        for name in vars(kind):
            assert name.startswith("_") or re.search(rf"`(\w+\.)?{name}\b", page), (kind, name)


@pytest.mark.slow
def test_commands_of_the_page_run() -> None:
    """What the page shows can be typed in, one block after the other."""
    pytest.importorskip("numba")
    blocks = re.findall(r"^```python\n(.*?)^```$", (DOCS / "python.md").read_text(encoding="utf-8"), re.M | re.S)
    names: dict[str, object] = {"print": lambda *_: None}
    for block in blocks:
        exec(block, names)  # a page of our own
    assert isinstance(names["comparison"], sim.Comparison)


@pytest.mark.slow
def test_tutorial_runs(tmp_path: Path) -> None:
    """The tutorial goes from the question to a figure and a paragraph, in a folder that holds nothing."""
    pytest.importorskip("numba")
    script = [sys.executable, str(DOCS / "tutorial.py")]
    done = subprocess.run(script, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["why-no-ceasefire.png"]
    paragraph = done.stdout.splitlines()[-1]
    assert paragraph.startswith("Under the assumptions of the case, a ceasefire is agreed and in force for 30 days in")
    assert "russia.no_rearming and russia.aid_and_intelligence" in paragraph
