"""What results there are."""

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.study.manifest import is_batch, read_batch_manifest, read_sittings
from sim.study.results import MANIFEST, NotAResult, read_manifest
from sim.study.store import Receipt, read_receipts

RUN, BATCH = "run", "batch"
VERBS = ("compare", "explain", "map", "survival")
"""Analyses that leave a document in the folder of a result."""


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
    answers: "tuple[Answer, ...]" = ()
    """What was asked of it since, and is kept beside it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an analysis left in the folder of a result."""

    verb: str
    """Of the command."""
    name: str
    """Of its files, without a suffix."""
    command: str
    """Which asks it again."""


def kind_of(folder: Path) -> str:
    """What kind of result a folder says that it is: RUN, BATCH or the name of an analysis; empty if it says nothing."""
    if is_batch(folder):
        return BATCH
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    return str(found.get("kind", RUN)) if isinstance(found, dict) else ""


def answers_in(folder: Path) -> Iterator[Answer]:
    """What was asked of a result and is kept beside it, by the names of the files."""
    for path in sorted(folder.glob("*.json")):
        verb = next((verb for verb in VERBS if path.stem == verb or path.stem.startswith(f"{verb}-")), None)
        if verb is not None:
            yield Answer(verb, path.stem, _command_of(path) or f"parley {verb} {folder}")
    for verb, name in (("phases", "phases.png"), ("report", "report.html")):
        if (folder / name).is_file():
            yield Answer(verb, verb, f"parley {verb} {folder}")


def _command_of(path: Path) -> str:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ""
    return str(found.get("command", "")) if isinstance(found, dict) else ""


def results_in(place: Path, deeper: int = 1) -> Iterator[Listed]:
    """The result that a folder is, or those that stand in it and in the folders in it, by name.

    What is no result is passed over; a damaged one says so.
    """
    if (place / MANIFEST).exists() or is_batch(place):
        yield _listed(place)
    elif deeper >= 0:
        for folder in sorted(path for path in place.iterdir() if path.is_dir() and not path.name.startswith(".")):
            yield from results_in(folder, deeper - 1)


def _listed(folder: Path) -> Listed:
    try:
        return _batch(folder) if is_batch(folder) else _run(folder)
    except NotAResult as why:
        done, failed, size = _sums(read_receipts(folder))
        kind, title = _as_it_says(folder)
        return Listed(folder, kind, title or str(why), done, done, failed, size or _size(folder), None, skinned=False)


def _as_it_says(folder: Path) -> tuple[str, str]:
    """What kind of result a folder says that it is; and, of one that keeps no runs, in which words it can be listed."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        found = None
    kind = str(found.get("kind", "run")) if isinstance(found, dict) else "batch" if is_batch(folder) else "run"
    if kind in ("run", "batch") or not isinstance(found, dict):
        return kind, ""
    return kind, f"{kind}: {found['title']}" if "title" in found else kind


def _batch(folder: Path) -> Listed:
    manifest, receipts = read_batch_manifest(folder), read_receipts(folder)
    done, failed, size = _sums(receipts)
    began = next((sitting.began for sitting in read_sittings(folder)), None)
    return Listed(
        folder, manifest.kind, manifest.title, manifest.runs, done, failed, size, began, bool(manifest.left_out),
        tuple(answers_in(folder)),
    )  # fmt: skip


def _sums(receipts: Sequence[Receipt]) -> tuple[int, int, int]:
    """Runs, failed runs and bytes of finished chunks."""
    runs, failed, size = (sum(getattr(receipt, what) for receipt in receipts) for what in ("runs", "failed", "bytes"))
    return runs, failed, size


def _run(folder: Path) -> Listed:
    manifest = read_manifest(folder)
    return Listed(folder, manifest.kind, manifest.title, 1, 1, 0, _size(folder), None, bool(manifest.left_out),
                  tuple(answers_in(folder)))  # fmt: skip


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def require_skin(folder: Path, skin: str | None) -> None:
    """Make sure that a result was made under a skin, if one is named: what is stored shows the names of its making.

    Raises:
        NotAResult: it was not, or there is none.
    """
    if skin is None:
        return
    kind = kind_of(folder)
    worn = kind == BATCH and read_batch_manifest(folder).left_out
    if not (worn or (kind in (RUN, "") and read_manifest(folder).left_out)):
        raise NotAResult(f"the result was made without the skin '{skin}': make it with --skin {skin}")
