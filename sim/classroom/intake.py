"""What is handed in, taken in without trust: a folder or a zip file, of which only small ordinary files are copied."""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from sim.classroom.started import CARD, SHIPPED
from sim.scenario.tree import MOST_BYTES

MOST_FILES = 200
MOST_TOGETHER = 16 * 1024 * 1024
"""Bytes of all files of one submission."""
DEEPEST = 8
PASSED_OVER = ("results", SHIPPED, "__MACOSX")
"""Folders that lie beside a student's work and that nothing is read from: what runs left, and what is written anew."""
_PIECE = 64 * 1024


_HAND_IN = "hand in the file that 'parley exercise submit' makes"


class Unacceptable(Exception):
    """A submission that is not taken in, and why."""


def submissions(folder: Path) -> list[Path]:
    """What was handed in, by name: whatever is in a folder and not hidden; nothing if no folder or zip file is there.

    Other files are among them, so that whoever hands in a document is told, and not forgotten.
    """
    found = [each for each in folder.iterdir() if not each.name.startswith((".", "_"))]
    return sorted(found, key=lambda each: each.name) if any(_can_be_taken(each) for each in found) else []


def _can_be_taken(each: Path) -> bool:
    return each.is_dir() or each.suffix.lower() == ".zip"


def take_in(submission: Path, workplace: Path) -> list[Path]:
    """Copy a submission into an empty workplace, and find the folders of exercises in it, by name.

    Raises:
        Unacceptable: it is no folder or zip file, it would reach out of the workplace, or it is too large.
    """
    if submission.is_symlink():
        raise Unacceptable("it is a link to somewhere else")
    if not _can_be_taken(submission):
        raise Unacceptable(f"it is no folder or zip file: {_HAND_IN}")
    try:
        if submission.is_dir():
            _copy(submission, workplace)
        else:
            _unpack(submission, workplace)
    except (EOFError, zipfile.BadZipFile, zlib.error):
        raise Unacceptable("it is no zip file, or a damaged one") from None
    except (NotImplementedError, RuntimeError):
        raise Unacceptable("it has a password, or is packed in a way that cannot be read here") from None
    except (OSError, ValueError) as error:
        raise Unacceptable(f"it cannot be read: {type(error).__name__}") from None
    found = sorted(path.parent for path in workplace.rglob(CARD))
    if not found:
        raise Unacceptable(f"it holds no {CARD}: {_HAND_IN}")
    return found


def _unpack(submission: Path, workplace: Path) -> None:
    if submission.stat().st_size > MOST_TOGETHER:
        raise Unacceptable(f"it is larger than what is taken: {MOST_TOGETHER:,} bytes")
    with zipfile.ZipFile(submission) as packed:
        entries = [(entry, _parts(entry.filename)) for entry in packed.infolist()]
        entries = [(entry, parts) for entry, parts in entries if not any(part in PASSED_OVER for part in parts)]
        if len(entries) > MOST_FILES:
            raise Unacceptable(f"it holds {len(entries)} files: at most {MOST_FILES} are taken")
        together = 0
        for entry, parts in entries:
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise Unacceptable(f"'{_short(entry.filename)}' is a link or a device")
            if entry.is_dir():
                continue
            place = workplace.joinpath(*parts)
            if place.exists():
                raise Unacceptable(f"'{_short(entry.filename)}' is in it twice")
            place.parent.mkdir(parents=True, exist_ok=True)
            with packed.open(entry) as source, place.open("xb") as target:
                together += _pour(source, target, entry.filename, together)


def _copy(folder: Path, workplace: Path) -> None:
    together = 0
    for count, (source, parts) in enumerate(_ordinary(folder, ())):
        if count >= MOST_FILES:
            raise Unacceptable(f"it holds more than {MOST_FILES} files")
        place = workplace.joinpath(*parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(handle, "rb") as file, place.open("xb") as target:
            together += _pour(file, target, parts[-1], together)


def _ordinary(folder: Path, above: tuple[str, ...]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Ordinary files below a folder; a link or a device refuses the whole."""
    if len(above) > DEEPEST:
        raise Unacceptable(f"its folders lie more than {DEEPEST} deep")
    for each in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if each.name in PASSED_OVER:
            continue
        kind = each.stat(follow_symlinks=False).st_mode
        if stat.S_ISDIR(kind):
            yield from _ordinary(Path(each.path), (*above, each.name))
        elif stat.S_ISREG(kind):
            yield Path(each.path), (*above, each.name)
        else:
            raise Unacceptable(f"'{_short(each.name)}' is a link or a device")


def _parts(name: str) -> tuple[str, ...]:
    parts = PurePosixPath(name).parts
    outside = not parts or name.startswith("/") or ".." in parts or any(c in name for c in "\\:\0") or len(name) > 240
    if outside or len(parts) > DEEPEST:
        raise Unacceptable(f"'{_short(name)}' does not stay in a folder of its own")
    return parts


def _pour(source: IO[bytes], target: IO[bytes], name: str, before: int) -> int:
    """Copy a file, counting what really comes, and not what it says of its size."""
    count = 0
    while piece := source.read(_PIECE):
        count += len(piece)
        if count > MOST_BYTES or before + count > MOST_TOGETHER:
            raise Unacceptable(f"'{_short(name)}' is larger than what is taken: {MOST_BYTES:,} bytes a file")
        target.write(piece)
    return count


def _short(name: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in name)[:80]
