"""The command `parley phases`: replications are run day by day, kept as sums, drawn and told."""

import hashlib
import json
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.engine.compiled import NotCompilable, prepare
from sim.scenario.case import Case
from sim.show.files import save
from sim.show.labels import labels_of
from sim.show.phases import draw_phases, rows_of, table_of, told
from sim.show.told import Refused, Told
from sim.study.days import days_of
from sim.study.manifest import is_batch, read_batch_manifest
from sim.study.outcome import RunsFailed
from sim.study.plan import setting_text
from sim.study.results import MANIFEST, NotAResult, heading_of, staged, write_json
from sim.study.versions import cores, rules_version, versions

KIND = "phases"


@dataclass(frozen=True, slots=True)
class Options:
    """What is run."""

    scenario: Path
    sets: tuple[str, ...]
    seed: int
    n: int
    central: bool
    digest: str = ""
    """Of the scenario that was run before; empty where any will do."""

    @property
    def command(self) -> str:
        """The command that asks it again."""
        words = ["parley", "phases", self.scenario.as_posix(), "-n", str(self.n), "--seed", str(self.seed)]
        for change in self.sets:
            words += ["--set", change]
        return shlex.join([*words, "--central"] if self.central else words)


def of_batch(folder: Path) -> Options:
    """What a batch of one point ran.

    Raises:
        Refused: the folder holds no batch, or one of several points.
    """
    try:
        manifest = read_batch_manifest(folder)
    except NotAResult as error:
        raise Refused(str(error)) from None
    if len(manifest.points) != 1:
        raise Refused(f"'{folder}' holds {len(manifest.points)} points; name the scenario of one, with --set")
    entry = manifest.scenario_of(0)
    settings = zip(manifest.factors, manifest.points[0].settings, strict=True)
    sets = (*entry.sets, *(setting_text(path, value) for path, value in settings))
    digest = "" if manifest.factors else entry.digest
    return Options(Path(entry.file), sets, manifest.seed, manifest.replications, manifest.central, digest)


def answer(case: Case, options: Options, out: Path | None) -> Told:
    """Run replications day by day and say what they are doing.

    Args:
        case: the scenario, compiled.
        options: what is run.
        out: a batch, into which the figure is put; else where the result's own folder is made; None to keep nothing.

    Raises:
        Refused: it cannot be done as asked, or the scenario is not the one that the batch ran.
        OSError: the place cannot be written.
    """
    if options.digest not in ("", case.digest):
        raise Refused(f"'{options.scenario}' was changed since the batch was run")
    try:
        days = days_of(prepare(case), options.seed, options.n, cores(), central=options.central)
        tracks, labels = [track.name for track in case.tracks], labels_of(case)
        drawing = draw_phases(days, tracks, labels, title=case.title, seed=options.seed)
        identity = _identity(case, options)
        plain = {
            **heading_of(case.title, options.command, identity),
            "kind": KIND,
            "scenario": case.digest,
            "days": rows_of(days, tracks),
            "versions": versions(),
        }
        folder = _keep(out, f"{case.name}-phases-{identity[:12]}", drawing, plain)
    except (NotAResult, NotCompilable, RunsFailed) as error:
        raise Refused(str(error)) from None
    table = table_of(days, tracks, labels, case.start)
    return Told(lines=list(told(days, tracks, labels)), tables=[table], as_json=plain, folder=folder)


def _keep(out: Path | None, name: str, drawing: Any, plain: dict[str, Any]) -> Path | None:
    if out is None:
        return None
    if is_batch(out):
        save(drawing.figure, out / KIND, drawing.data, drawing.alt)
        return out
    with staged(out / name) as fresh:
        write_json(fresh / MANIFEST, plain)
        save(drawing.figure, fresh / KIND, drawing.data, drawing.alt)
    return out / name


def _identity(case: Case, options: Options) -> str:
    """Hash of everything that the result depends on."""
    asks = {**asdict(options), "scenario": case.digest, "rules": rules_version()}
    return hashlib.sha256(json.dumps(asks, sort_keys=True).encode()).hexdigest()
