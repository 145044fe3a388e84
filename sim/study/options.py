"""A batch as options describe it, and the command that says the same."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from sim.study.results import A_CHANGE, A_SCENARIO

A_FOLDER = "FOLDER"


@dataclass(frozen=True, slots=True)
class Options:
    """What stands on the command line."""

    files: list[Path]
    """One batch file, or scenarios."""
    replications: int | None = None
    seed: int | None = None
    sets: tuple[str, ...] = ()
    central: bool = False
    factors: tuple[str, ...] = ()
    design: str | None = None
    keep: tuple[str, ...] = ()
    engine: str | None = None
    jobs: int | None = None
    cluster: str | None = None
    out: Path | None = None
    skin: str = ""
    """Under which names it is told; empty for those of the files. A command under a skin names no file."""

    def question(self, engine: str) -> str:
        """The command that asks the same question, whoever answers it and wherever the answer is kept."""
        return shlex.join(self._words(engine))

    def command(self, engine: str) -> str:
        """The command that goes on with the same work in the same place."""
        words = self._words(engine)
        out = self.out and (A_FOLDER if self.skin else str(self.out))
        for name, value in (("--jobs", self.jobs), ("--cluster", self.cluster), ("--out", out)):
            words += [name, str(value)] if value is not None else []
        return shlex.join(words)

    def _words(self, engine: str) -> list[str]:
        words = ["parley", "batch", *(A_SCENARIO if self.skin else str(file) for file in self.files)]
        for name, value in (("--seed", self.seed), ("-n", self.replications), ("--design", self.design)):
            words += [name, str(value)] if value is not None else []
        for name, values, instead in (
            ("--set", self.sets, A_CHANGE), ("--factor", self.factors, "PATH=VALUES"), ("--keep", self.keep, "PATTERN"),
        ):  # fmt: skip
            for each in values:
                words += [name, instead if self.skin else each]
        words += ["--skin", self.skin] if self.skin else []
        return [*words, *(["--central"] if self.central else []), "--engine", engine]


def going_on(command: str, result: Path) -> str:
    """The command that goes on with a result where it stands, from the one that asks its question.

    >>> going_on("parley batch a.yaml", Path("kept/a-0123"))
    'parley batch a.yaml --out kept'
    """
    place = os.path.relpath(result.absolute().parent)
    return command if place == "results" else f"{command} --out {shlex.quote(place)}"
