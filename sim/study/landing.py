"""Files that are there whole or not at all, whatever happens while they are written."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

FOLDERS_ARE_FILES = os.name == "posix"
"""Whether a folder can be opened, and so be told to write its names to the disk."""


def land(path: Path, data: bytes) -> None:
    """Write a file under a temporary name beside its place, make it last, and put it in its place.

    A reader sees the former file or the new one. Two writers of the same file do not disturb each other, even where
    one takes away what the other left (`left_over`), because by then the file is in its place.

    Raises:
        OSError: it could not be written; its file name is that of the place. What stood there stands there still.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _put(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _keep_names(path.parent)


def _put(temporary: Path, path: Path) -> None:
    try:
        os.replace(temporary, path)
    except FileNotFoundError:
        if not path.exists():
            raise


def left_over(folder: Path) -> Iterator[Path]:
    """Temporary files that nobody put in place: their writer was killed, or is at work this moment."""
    yield from sorted(folder.glob(".*.tmp"))


def _keep_names(folder: Path) -> None:
    if not FOLDERS_ARE_FILES:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
