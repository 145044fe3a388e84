"""What a report says of endings."""

import re
from pathlib import Path

from sim.show.report.endings import ENDINGS

RECORD = Path(__file__).resolve().parents[2] / "docs" / "reference" / "record.md"


def test_endings_mean_what_the_reference_says() -> None:
    """The same words, in the same order."""
    page = RECORD.read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \| (.+) \|$", page.partition("| ending | meaning |")[2].partition("\n\n")[0], re.M)
    assert told == list(ENDINGS.items())
