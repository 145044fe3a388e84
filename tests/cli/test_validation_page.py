"""docs/validation.md: its tables are what its command prints."""

from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "validation.md"


@pytest.mark.slow
def test_the_tables_of_the_page_are_what_its_command_prints(
    parley: Callable, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every line of the command's tables stands on the page, in its order, and nothing else does.

    Where the model or a case has changed, copy what the command prints between the marks, and see whether what the
    page says of each case still holds.
    """
    page = PAGE.read_text(encoding="utf-8")
    told = page.split("```text\n")[1].split("```")[0]
    monkeypatch.chdir(ROOT)
    said = parley("score", "scenarios/cases", "-n", "2000", "--out", str(desk)).out
    printed = [line for line in said.strip("\n").splitlines() if not line.startswith("Kept in ")]
    assert told.splitlines() == printed
