"""One run on disk: a folder, complete or absent, that says how it was made.

It holds `record.json`, `events.jsonl`, `days.csv`, `packages.json` and `manifest.json`. Figures stand beside them and
can be drawn again from them.
"""

import csv
import datetime
import errno
import json
import os
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from sim.engine import log
from sim.engine.record import Run, RunRecord
from sim.scenario.case import Case
from sim.scenario.skin import FICTIONAL, LEFT_OUT
from sim.study.versions import versions
from sim.terms import DISCLAIMER

FORMAT = 3
"""The version of the layout of a run's folder."""
MANIFEST = "manifest.json"
A_SCENARIO, A_CHANGE = "SCENARIO", "PATH=VALUE"
"""In a command that does not name them."""
Packages = Mapping[str, tuple[Mapping[str, str], ...]]
"""[track][outcome]: the terms of a package by issue."""


class NotAResult(Exception):
    """A folder that does not hold a complete result."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: with the scenario's digest, everything that a run depends on."""

    scenario: str
    """The file, as it was named."""
    sets: tuple[str, ...]
    """Changes to the file, as `path=value`, in order."""
    seed: int
    replication: int
    central: bool
    skin: str = ""
    """Under which names it is told; empty for those of the file."""

    @property
    def command(self) -> str:
        """The command that asks it."""
        words = ["parley", "run", self.scenario, "--seed", str(self.seed), "--replication", str(self.replication)]
        for change in self.sets:
            words += ["--set", change]
        words += ["--central"] if self.central else []
        return shlex.join([*words, "--skin", self.skin] if self.skin else words)


@dataclass(frozen=True, slots=True)
class Manifest:
    """How a run was made: enough to make it again, and to draw it again without the scenario."""

    question: Question
    name: str
    title: str
    digest: str
    """Hash of everything in the scenario that can change a result."""
    start: datetime.date
    horizon: int
    labels: Mapping[str, Mapping[str, str]]
    """What a reader calls the scenario's names."""
    command: str
    versions: Mapping[str, str]
    left_out: str = ""
    """What a skin keeps from the reader."""
    kind: Literal["run"] = "run"
    format: int = FORMAT
    disclaimer: str = DISCLAIMER

    @property
    def folder(self) -> str:
        """The folder's name: the same for the same question, another for any other."""
        central = "-central" if self.question.central else ""
        return f"{self.name}-{self.digest[:8]}-s{self.question.seed}-r{self.question.replication}{central}"


def unnamed(question: Question) -> Question:
    """The question without the names of files and changes: a place for each of them."""
    return replace(question, scenario=A_SCENARIO, sets=(A_CHANGE,) * len(question.sets), skin=FICTIONAL)


def manifest_of(case: Case, question: Question, labels: Mapping[str, Mapping[str, str]]) -> Manifest:
    """Say how a run is made, by which versions of what."""
    return Manifest(
        question=question,
        name=case.name,
        title=case.title,
        digest=case.digest,
        start=case.start,
        horizon=case.horizon,
        labels=labels,
        command=question.command,
        versions=versions(),
        left_out=LEFT_OUT if question.skin else "",
    )


def heading_of(title: str, command: str, digest: str, left_out: str = "") -> dict[str, str]:
    """What stands first in every JSON document about a result: what it is, how it was made, and what it is not."""
    version = versions()["parley-sim"]
    shown = {"title": title, "version": version, "command": command, "digest": digest, "disclaimer": DISCLAIMER}
    return {**shown, "left_out": left_out} if left_out else shown


def heading(manifest: Manifest) -> dict[str, str]:
    """The heading of a run's document."""
    return heading_of(manifest.title, manifest.command, manifest.digest, manifest.left_out)


def require_room(folder: Path) -> None:
    """Make sure, before anything long begins, that a result can be kept at `folder`.

    Raises:
        NotAResult: something stands there that is not a complete result.
        OSError: the place cannot be written.
    """
    if folder.exists() and not (folder / MANIFEST).is_file():
        raise NotAResult(f"'{folder}' is in the way: it is not a result that can be replaced")
    ground = next(parent for parent in folder.absolute().parents if parent.exists())
    for code, possible in ((errno.ENOTDIR, ground.is_dir()), (errno.EACCES, os.access(ground, os.W_OK))):
        if not possible:
            raise OSError(code, os.strerror(code), str(ground))


@contextmanager
def _parents(folder: Path) -> Iterator[None]:
    """The folders above `folder`; those that were made for it vanish if the block fails."""
    made = [parent for parent in folder.absolute().parents if not parent.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for parent in made:
            with suppress(OSError):  # somebody else has put something there
                parent.rmdir()
        raise


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` that takes its place when the block ends, and vanishes if it fails.

    An earlier complete result of the same name is replaced only then.

    Raises:
        NotAResult: something stands at `folder` that is not a complete result.
        OSError: the folder cannot be written.
    """
    require_room(folder)
    with _parents(folder), tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as workplace:
        fresh, former = Path(workplace, "fresh"), Path(workplace, "former")
        fresh.mkdir()
        yield fresh
        if folder.exists():
            os.rename(folder, former)
        try:
            os.rename(fresh, folder)
        except OSError:
            if former.exists():
                os.rename(former, folder)
            raise


def manifest_as_dict(manifest: Manifest) -> dict[str, Any]:
    """The manifest as plain data for JSON."""
    plain: dict[str, Any] = TypeAdapter(Manifest).dump_python(manifest, mode="json")
    return plain


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write how the result was made."""
    write_json(folder / MANIFEST, manifest_as_dict(manifest))


def read_manifest(folder: Path) -> Manifest:
    """Read how a result was made.

    Raises:
        NotAResult: there is no manifest, or not one that this version understands.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(found, dict) and found.get("format") != FORMAT:
            raise NotAResult(f"'{folder}' has layout {found.get('format')!r}; this version reads {FORMAT}")
        return TypeAdapter(Manifest).validate_python(found)
    except FileNotFoundError:
        raise NotAResult(f"'{folder}' is not a result: it has no {MANIFEST}") from None
    except ValidationError:
        raise NotAResult(f"'{folder / MANIFEST}' is damaged: it does not say how a run was made") from None
    except (ValueError, RecursionError) as error:
        raise NotAResult(f"'{folder / MANIFEST}' is damaged: {error}") from None


def record_as_dict(record: RunRecord) -> dict[str, Any]:
    """The record as plain data for JSON; a set of preconditions that unlocks stands in a list of its own."""
    plain = asdict(record)
    for track in plain["tracks"]:
        track["unlocks"] = [{"conditions": list(names), "days": days} for names, days in track["unlocks"].items()]
    return plain


def record_from_dict(plain: Mapping[str, Any]) -> RunRecord:
    """The record that `record_as_dict` made plain.

    Raises:
        pydantic.ValidationError: it is not one.
    """
    tracks = [
        {**track, "unlocks": {tuple(unlock["conditions"]): unlock["days"] for unlock in track["unlocks"]}}
        for track in plain["tracks"]
    ]
    return TypeAdapter(RunRecord).validate_python({**plain, "tracks": tracks})


def packages_of(case: Case) -> Packages:
    """Every package of every track's outcome space, by number, as a reader sees it."""
    return {
        track.name: tuple(track.space.describe(outcome) for outcome in range(len(track.space.outcomes)))
        for track in case.tracks
    }


def write_run(folder: Path, run: Run, manifest: Manifest, packages: Packages) -> None:
    """Write one run into an empty folder."""
    write_json(folder / "record.json", {**heading(manifest), **record_as_dict(run.record)})
    write_json(folder / "packages.json", {**heading(manifest), "packages": packages})
    with (folder / "events.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(log.as_dict(entry), ensure_ascii=False) + "\n" for entry in run.log)
    run.days.to_csv(folder / "days.csv", index=False, lineterminator="\n")
    write_manifest(folder, manifest)


def read_run(folder: Path) -> Run:
    """Read one stored run.

    Raises:
        NotAResult: a file of it is missing or is not what was written.
    """
    try:
        record = record_from_dict(json.loads((folder / "record.json").read_text(encoding="utf-8")))
        lines = (folder / "events.jsonl").read_text(encoding="utf-8").split("\n")
        entries = tuple(_entry(json.loads(line)) for line in lines if line)
        import pandas

        return Run(record=record, log=entries, days=pandas.DataFrame(read_table(folder / "days.csv")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotAResult(f"'{folder}' is not a complete run: {error}") from None


def read_packages(folder: Path) -> Packages:
    """Every package of every track of a stored run, as a reader sees it.

    Raises:
        NotAResult: they are missing or are not what was written.
    """
    try:
        found = json.loads((folder / "packages.json").read_bytes())
        return TypeAdapter(Packages).validate_python(found["packages"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotAResult(f"'{folder}' is not a complete run: {error}") from None


def _entry(plain: dict[str, Any]) -> log.Entry:
    kind = plain.pop("kind")
    kinds = {each.__name__: each for each in log.Entry.__subclasses__()}
    entry: log.Entry = TypeAdapter(kinds[kind]).validate_python(plain)
    return entry


def write_json(path: Path, plain: Any) -> None:
    """Write plain data as readable JSON."""
    path.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_table(path: Path) -> list[dict[str, Any]]:
    """Read rows of CSV, each cell as a whole number, a number, or text, whichever it first can be."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{column: _cell(text) for column, text in row.items()} for row in csv.DictReader(file)]


def _cell(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
