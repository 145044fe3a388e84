"""README.md: its picture is what its command draws, and its links lead somewhere."""

import re
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_picture_of_the_readme_is_drawn_by_a_command_of_the_readme(parley: Callable, desk: Path) -> None:
    """The words beside the picture are those of the run that the README names.

    Where the model or the case has changed, run that command and copy timeline.png and timeline.txt from its
    folder under results/ to docs/images/.
    """
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^\.venv/bin/parley (run \S+ --replication \d+)$", readme, flags=re.MULTILINE)
    verb, case, *options = command.split()
    assert parley(verb, str(ROOT / case), *options).status == 0
    (drawn,) = (desk / "results").glob("*/timeline.txt")
    assert drawn.read_text(encoding="utf-8") == (ROOT / "docs/images/timeline.txt").read_text(encoding="utf-8")
    assert (ROOT / "docs/images/timeline.png").is_file()


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    """No link of the README points at a file or folder that is not there."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", readme)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
