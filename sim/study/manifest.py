"""How a batch was made: everything that it depends on; and, beside that, who worked on it when."""

import datetime
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.scenario.skin import LEFT_OUT
from sim.study.landing import land
from sim.study.plan import FORMAT as TABLES_FORMAT
from sim.study.plan import Base, Plan
from sim.study.results import MANIFEST, NotAResult
from sim.study.store import RECEIPTS, read_receipts
from sim.study.versions import machine, rules_version, versions
from sim.terms import DISCLAIMER

KIND = "batch"
FORMAT = 2
"""The version of the layout of a batch's folder."""
SITTINGS = "sittings"
"""Where a batch's folder says who worked on it when: a file each, so that two at once do not disturb each other."""


class ManifestLost(NotAResult):
    """A manifest that is missing, or is not what was written."""


@dataclass(frozen=True, slots=True)
class ScenarioEntry:
    """A scenario of the batch, before any factor is set."""

    scenario: str
    variant: str
    file: str
    sets: tuple[str, ...]
    title: str
    digest: str
    start: datetime.date
    horizon: int
    labels: Mapping[str, Mapping[str, str]]
    sources: Mapping[str, str]
    """Every file that was read, and the hash of what was in it."""
    resolved: Mapping[str, Any]
    """Everything that the file says, complete with what it extends; defaults are those of the version."""


@dataclass(frozen=True, slots=True)
class PointEntry:
    """A scenario with every factor at a value."""

    scenario: int
    settings: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Sitting:
    """One start of the command, from its beginning to its end; without an end where it was killed."""

    began: datetime.datetime
    ended: datetime.datetime | None
    runs: int
    """Runs done in it."""
    command: str
    jobs: str
    machine: Mapping[str, str | int]
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BatchManifest:
    """How a batch was made: enough to make it again, and to read it without its scenarios."""

    name: str
    title: str
    identity: str
    scenarios: tuple[ScenarioEntry, ...]
    factors: tuple[str, ...]
    points: tuple[PointEntry, ...]
    replications: int
    seed: int
    central: bool
    engine: str
    keep: tuple[str, ...]
    chunk: int
    chunks: int
    rules: str
    """Hash of the source of everything that turns a scenario into outcomes."""
    command: str
    """The command that asks the same question, wherever its answer is kept."""
    left_out: str = ""
    """What a skin keeps from the reader."""
    tables: int = TABLES_FORMAT
    kind: str = KIND
    format: int = FORMAT
    disclaimer: str = DISCLAIMER

    @property
    def runs(self) -> int:
        """Runs of the whole batch."""
        return len(self.points) * self.replications

    def scenario_of(self, point: int) -> ScenarioEntry:
        """The scenario of a point."""
        return self.scenarios[self.points[point].scenario]

    def horizon_of(self, point: int) -> int:
        """Days of a point's runs."""
        entry = self.points[point]
        varied = dict(zip(self.factors, entry.settings, strict=True)).get("horizon")
        return self.scenarios[entry.scenario].horizon if varied is None else int(varied)


def manifest_of(plan: Plan, command: str) -> BatchManifest:
    """Say how a batch is going to be made."""
    return BatchManifest(
        name=plan.name,
        title=plan.title,
        identity=plan.identity,
        scenarios=tuple(_entry(base) for base in plan.bases),
        factors=plan.factors,
        points=tuple(PointEntry(point.base, point.settings) for point in plan.points),
        replications=plan.replications,
        seed=plan.seed,
        central=plan.central,
        engine=plan.engine,
        keep=plan.keep,
        chunk=plan.chunk,
        chunks=plan.chunks,
        rules=rules_version(),
        command=command,
        left_out=LEFT_OUT if plan.skin else "",
    )


def _entry(base: Base) -> ScenarioEntry:
    return ScenarioEntry(
        scenario=base.scenario,
        variant=base.variant,
        file=base.file,
        sets=base.sets,
        title=base.case.title,
        digest=base.case.digest,
        start=base.case.start,
        horizon=base.case.horizon,
        labels=base.labels or {},
        sources=dict(base.sources),
        resolved=base.resolved or {},
    )


def take_up(folder: Path, manifest: BatchManifest, tell: Callable[[str], None]) -> BatchManifest:
    """The manifest of a batch in its folder, new or old; written where there is none, and anew where it is damaged.

    Raises:
        NotAResult: something else stands there.
        OSError: the place cannot be written.
    """
    try:
        earlier = read_batch_manifest(folder)
    except ManifestLost:
        begun = folder.exists() and any(not path.name.startswith(".") for path in folder.iterdir())
        if begun and not _holds(folder, manifest.identity):
            raise NotAResult(f"'{folder}' is in the way: it is not a result that can be gone on with") from None
        folder.mkdir(parents=True, exist_ok=True)
        write_batch_manifest(folder, manifest)
        if begun:
            tell(f"'{folder / MANIFEST}' was missing or damaged and has been written anew")
        return manifest
    if earlier.identity != manifest.identity:
        raise NotAResult(f"'{folder}' is in the way: it holds another batch")
    return replace(manifest, command=earlier.command)


def _holds(folder: Path, identity: str) -> bool:
    """Whether a folder without a manifest is a batch's: so its receipts say, as far as there are any."""
    return (folder / RECEIPTS).is_dir() and all(receipt.batch == identity for receipt in read_receipts(folder))


def sit_down(folder: Path, command: str, jobs: str) -> tuple[Path, Sitting]:
    """Note that somebody begins to work on a batch, and in which file.

    Raises:
        OSError: the place cannot be written.
    """
    sitting = Sitting(_now(), None, 0, command, jobs, machine(), versions())
    path = folder / SITTINGS / f"{sitting.began:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}.json"
    path.parent.mkdir(exist_ok=True)
    _write(path, TypeAdapter(Sitting).dump_python(sitting, mode="json"))
    return path, sitting


def stand_up(path: Path, sitting: Sitting, runs: int) -> None:
    """Note that a sitting has ended, with so many runs done in it. Raises OSError."""
    _write(path, TypeAdapter(Sitting).dump_python(replace(sitting, ended=_now(), runs=runs), mode="json"))


def read_sittings(folder: Path) -> tuple[Sitting, ...]:
    """Who worked on a batch when, from the first on; what cannot be read is left out."""
    found = []
    for path in sorted((folder / SITTINGS).glob("*.json")):
        try:
            found.append(TypeAdapter(Sitting).validate_json(path.read_bytes()))
        except (OSError, ValueError):
            continue
    return tuple(found)


def write_batch_manifest(folder: Path, manifest: BatchManifest) -> None:
    """Write how the batch is made."""
    _write(folder / MANIFEST, batch_manifest_as_dict(manifest))


def _write(path: Path, plain: object) -> None:
    land(path, (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode())


def batch_manifest_as_dict(manifest: BatchManifest) -> dict[str, Any]:
    """The manifest as plain data for JSON."""
    plain: dict[str, Any] = TypeAdapter(BatchManifest).dump_python(manifest, mode="json")
    return plain


def read_batch_manifest(folder: Path) -> BatchManifest:
    """Read how a batch was made.

    Raises:
        ManifestLost: it is missing or damaged.
        NotAResult: it is that of something else, or of another version, or cannot be read.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        helps = ": give the batch command again" if (folder / RECEIPTS).is_dir() else ""
        raise ManifestLost(f"'{folder}' is not a result: it has no {MANIFEST}{helps}") from None
    except OSError as error:
        raise NotAResult(f"'{path}' cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise ManifestLost(f"'{path}' is damaged ({error}): give the batch command again") from None
    if isinstance(found, dict) and "format" in found and (found.get("kind"), found["format"]) != (KIND, FORMAT):
        kind, layout = found.get("kind", "run"), found["format"]
        raise NotAResult(f"'{folder}' is a {kind} of layout {layout!r}; expected a {KIND} of layout {FORMAT}")
    try:
        return TypeAdapter(BatchManifest).validate_python(found)
    except ValidationError:
        raise ManifestLost(f"'{path}' is damaged (no manifest of a batch): give the batch command again") from None


def is_batch(folder: Path) -> bool:
    """Whether a folder is that of a batch: it says so, or has its receipts."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        found = None
    return found.get("kind") == KIND if isinstance(found, dict) else (folder / RECEIPTS).is_dir()


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)
