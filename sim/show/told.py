"""What a command came to, ready to be printed; or why it cannot be carried out."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table


class Refused(Exception):
    """The command ends here, with an exit status, 2 where it cannot be carried out as given."""

    def __init__(self, why: str, status: int = 2) -> None:
        self.status = status
        super().__init__(why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer."""

    lines: list[str] = field(default_factory=list)
    """What it says in sentences, before the tables."""
    tables: "list[Table]"
    hints: list[str] = field(default_factory=list)
    """After the tables: how to replay examples, and what to keep in mind."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    """The tables as a CSV has them, where the command prints one."""
    as_json: dict[str, Any]
    folder: Path | None = None
    """Where it is kept, if in a folder of its own."""
    files: tuple[Path, ...] = ()
    """Where it is kept, if beside other files."""
    remarks: list[str] = field(default_factory=list)
    """For whoever waits; no part of the answer."""
    failed: int = 0
    """Runs that came to no result."""
