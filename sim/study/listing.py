"""What results there are."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.study.manifest import is_batch, read_batch_manifest
from sim.study.results import NotAResult, read_manifest
from sim.study.store import read_receipts


@dataclass(frozen=True, slots=True)
class Listed:
    """A result, as far as its manifest and receipts tell."""

    folder: Path
    kind: str
    title: str
    runs: int
    done: int
    failed: int
    bytes: int
    began: datetime.datetime | None
    """When a batch was first begun; a run does not say."""
    skinned: bool
    """Whether it was made under a skin."""


def results_in(place: Path) -> Iterator[Listed]:
    """The results that stand in a folder, by name; what is no result is passed over."""
    for folder in sorted(path for path in place.iterdir() if path.is_dir() and not path.name.startswith(".")):
        try:
            yield _batch(folder) if is_batch(folder) else _run(folder)
        except NotAResult:
            continue


def _batch(folder: Path) -> Listed:
    manifest, receipts = read_batch_manifest(folder), read_receipts(folder)
    done, failed, size = (sum(getattr(receipt, what) for receipt in receipts) for what in ("runs", "failed", "bytes"))
    began = manifest.sittings[0].began if manifest.sittings else None
    return Listed(
        folder, manifest.kind, manifest.title, manifest.runs, done, failed, size, began, bool(manifest.left_out)
    )


def _run(folder: Path) -> Listed:
    manifest = read_manifest(folder)
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    return Listed(folder, manifest.kind, manifest.title, 1, 1, 0, size, None, bool(manifest.left_out))


def require_skin(folder: Path, skin: str | None) -> None:
    """Make sure that a result was made under a skin, if one is named: what is stored shows the names of its making.

    Raises:
        NotAResult: it was not, or there is none.
    """
    if skin is not None and not (read_batch_manifest if is_batch(folder) else read_manifest)(folder).left_out:
        raise NotAResult(f"the result was made without the skin '{skin}': make it with --skin {skin}")
