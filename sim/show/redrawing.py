"""Drawing the figures of any stored result again; or saying which command does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.show import explaining, folders, zone
from sim.show.files import Drawing
from sim.study.listing import BATCH, RUN, answers_in, kind_of
from sim.study.manifest import read_batch_manifest
from sim.study.query import summaries
from sim.study.results import MANIFEST, NotAResult, read_manifest, read_packages, read_run


@dataclass(frozen=True, slots=True)
class Redrawn:
    """What was drawn again."""

    files: tuple[Path, ...]
    remarks: tuple[str, ...]
    """Of each figure that was not: the command that draws it."""


def redraw(folder: Path) -> Redrawn:
    """Draw the figures of a stored result again, over those that stand there.

    Raises:
        NotAResult: the folder holds no complete result, or none whose figures can be drawn from what is stored.
        Unanswerable: a table of a batch is damaged, or none is there yet.
        OSError: a figure cannot be written.
    """
    kind = kind_of(folder)
    if kind == BATCH:
        return _batch(folder)
    if kind in (RUN, ""):
        manifest = read_manifest(folder)
        files = folders.draw_run(folder, read_run(folder), manifest, read_packages(folder))
        return Redrawn(files, ())
    return Redrawn(folders.save_all(folder, _of_kind(folder, kind)), ())


def _batch(folder: Path) -> Redrawn:
    manifest = read_batch_manifest(folder)
    files = folders.draw_batch(folder, manifest, summaries(folder, manifest, folders.MOST_DRAWN))
    explained = explaining.kept_explanation(folder)
    if explained is not None:
        files += folders.save_all(folder, explaining.drawings(explained))
    others = (answer for answer in answers_in(folder) if answer.verb != "explain")
    return Redrawn(files, tuple(f"to draw {each.name} again: {each.command}" for each in others))


def _of_kind(folder: Path, kind: str) -> Iterator[tuple[str, Drawing]]:
    """The figures of what an analysis left in a folder of its own."""
    try:
        plain: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if kind == "sensitivity":
            from sim.show.sensitivities import drawn_again  # it takes Numba, and most results do not

            return iter(list(drawn_again(plain)))
        if kind == zone.KIND:
            return iter([(zone.KIND, zone.drawn_again(plain))])
        why = f"to draw it again, give the command that made it: {plain['command']}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotAResult(f"'{folder / MANIFEST}' is damaged: {error}") from None
    raise NotAResult(f"'{folder}' holds a result of the kind '{kind}', which is not drawn from what is stored; {why}")
