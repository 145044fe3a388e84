"""How a batch was made: everything that it depends on, and who worked on it when."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.scenario.skin import LEFT_OUT
from sim.study.landing import land
from sim.study.plan import FORMAT as TABLES_FORMAT
from sim.study.plan import Base, Plan
from sim.study.results import MANIFEST, NotAResult
from sim.study.versions import machine, rules_version, versions
from sim.terms import DISCLAIMER

KIND = "batch"
FORMAT = 2
"""The version of the layout of a batch's folder."""


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
    left_out: str = ""
    """What a skin keeps from the reader."""
    sittings: tuple[Sitting, ...] = ()
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


def sit_down(folder: Path, manifest: BatchManifest, command: str, jobs: str) -> BatchManifest:
    """Note that somebody begins to work on a batch; earlier sittings stay.

    Raises:
        NotAResult: something else stands there.
        OSError: the place cannot be written.
    """
    if (folder / MANIFEST).exists():
        earlier = read_batch_manifest(folder)
        if earlier.identity != manifest.identity:
            raise NotAResult(f"'{folder}' is in the way: it holds another batch")
        manifest = replace(manifest, sittings=earlier.sittings, command=earlier.command)
    elif folder.exists() and any(folder.iterdir()):
        raise NotAResult(f"'{folder}' is in the way: it is not a result that can be gone on with")
    folder.mkdir(parents=True, exist_ok=True)
    sitting = Sitting(_now(), None, 0, command, jobs, machine(), versions())
    manifest = replace(manifest, sittings=(*manifest.sittings, sitting))
    write_batch_manifest(folder, manifest)
    return manifest


def stand_up(folder: Path, manifest: BatchManifest, runs: int) -> BatchManifest:
    """Note that the last sitting of a manifest has ended, with so many runs done in it."""
    *earlier, last = manifest.sittings
    manifest = replace(manifest, sittings=(*earlier, replace(last, ended=_now(), runs=runs)))
    write_batch_manifest(folder, manifest)
    return manifest


def write_batch_manifest(folder: Path, manifest: BatchManifest) -> None:
    """Write how the batch is made."""
    text = json.dumps(batch_manifest_as_dict(manifest), indent=1, ensure_ascii=False)
    land(folder / MANIFEST, (text + "\n").encode())


def batch_manifest_as_dict(manifest: BatchManifest) -> dict[str, Any]:
    """The manifest as plain data for JSON."""
    plain: dict[str, Any] = TypeAdapter(BatchManifest).dump_python(manifest, mode="json")
    return plain


def read_batch_manifest(folder: Path) -> BatchManifest:
    """Read how a batch was made.

    Raises:
        NotAResult: there is no manifest, or not one of a batch that this version understands.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if isinstance(found, dict) and (found.get("kind"), found.get("format")) != (KIND, FORMAT):
            kind, layout = found.get("kind", "run"), found.get("format")
            raise NotAResult(f"'{folder}' is a {kind} of layout {layout!r}; expected a {KIND} of layout {FORMAT}")
        return TypeAdapter(BatchManifest).validate_python(found)
    except FileNotFoundError:
        raise NotAResult(f"'{folder}' is not a result: it has no {MANIFEST}") from None
    except (ValidationError, ValueError, OSError) as error:
        raise NotAResult(f"'{folder / MANIFEST}' cannot be read: {error}") from None


def is_batch(folder: Path) -> bool:
    """Whether a folder says that it is a batch."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("kind") == KIND


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)
