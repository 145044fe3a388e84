"""The command `parley calibrate`: a calibration is run, kept, drawn and told."""

import csv
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sim.engine.compiled import NotCompilable
from sim.scenario.tree import is_file, why_no_file
from sim.show import calibration
from sim.show.files import save
from sim.show.told import Refused, Told
from sim.study.abc_sampling import Round, TooFewParticles
from sim.study.calibrate import Calibrated, calibrate, variant_of
from sim.study.calibrate_file import Calibration, read_calibration
from sim.study.plan import hash_of
from sim.study.results import MANIFEST, NotAResult, heading_of, require_room, staged, write_json
from sim.study.versions import cores, rules_version, versions

Write = Callable[[str], None]


def answer(file: Path, out: Path, variant: Path | None, write: Write) -> Told:
    """Run a calibration file and keep what it finds.

    Args:
        file: the calibration file.
        out: where the result's own folder is made.
        variant: where the variant is written besides, if anywhere.
        write: takes a line for who waits.

    Raises:
        InvalidScenario: the file, its scenario or its data are faulty; nothing is written.
        Refused: it cannot be done as asked.
        OSError: the place cannot be written.
    """
    if not is_file(file):
        raise Refused(f"'{file}': {why_no_file(file)}")
    if variant is not None and not variant.parent.is_dir():
        raise Refused(f"'{variant}': there is no folder {variant.parent}")
    asked, doubtful = read_calibration(file)
    for line in doubtful:
        write(line)
    identity = _identity(asked)
    folder = out / f"{file.stem}-{identity[:12]}"
    try:
        require_room(folder)
        found = calibrate(asked, cores(), lambda done: write(_sentence(done)))
        with staged(folder) as fresh:
            _keep(found, fresh, folder, identity)
        if variant is not None:
            write_variant(found, variant, variant.parent)
    except (NotAResult, NotCompilable, TooFewParticles) as error:
        raise Refused(str(error)) from None
    return Told(tables=list(calibration.tables_of(found)), as_json=_as_json(found, identity), folder=folder)


def _identity(asked: Calibration) -> str:
    """Hash of everything that the result depends on."""
    told = [asked.asked.model_dump(mode="json"), asked.case.digest, asked.observed, asked.priors, rules_version()]
    return hashlib.sha256(json.dumps([*told, hash_of(asked.file)], default=asdict).encode()).hexdigest()


def _sentence(done: Round) -> str:
    close = f", {100 * done.close:.0f} % of the new ones close enough"
    return f"parley: {done.tried:,} particles tried, tolerance {done.tolerance:.3f}{close}"


def _keep(found: Calibrated, fresh: Path, folder: Path, identity: str) -> None:
    write_json(fresh / MANIFEST, _as_json(found, identity))
    write_variant(found, fresh / f"{found.asked.scenario.stem}-calibrated.yaml", folder)
    kept = found.posterior.particles
    with (fresh / "particles.csv").open("w", encoding="utf-8", newline="") as table:
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(["weight", "distance", *found.asked.paths, *found.names])
        for place, share in enumerate(kept.shares):
            numbers = [share, kept.distances[place], *kept.values[place], *kept.statistics[place]]
            rows.writerow([repr(float(number)) for number in numbers])
    for name, draw in (("posterior", calibration.draw_parameters), ("statistics", calibration.draw_statistics)):
        drawing = draw(found)
        save(drawing.figure, fresh / name, drawing.data, drawing.alt)


def write_variant(found: Calibrated, file: Path, folder: Path) -> None:
    """Write the variant with the calibrated ranges, which will stand in a folder. Raises OSError."""
    yaml = YAML()
    yaml.width = 120
    yaml.default_flow_style = None
    text = StringIO()
    yaml.dump(variant_of(found, folder), text)
    lines = (line.rstrip() for line in text.getvalue().splitlines())
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _as_json(found: Calibrated, identity: str) -> dict[str, Any]:
    asked = found.asked
    file = Path(os.path.relpath(asked.file)).as_posix()
    return {
        **heading_of(asked.asked.calibration, f"parley calibrate {file}", identity),
        "kind": "calibration",
        "asked": asked.asked.model_dump(mode="json", by_alias=True, exclude_none=True),
        "parameters": {path: found.range_of(place) for place, path in enumerate(asked.paths)},
        "statistics": list(calibration.statistics_of(found)),
        "rounds": [asdict(done) for done in found.posterior.rounds],
        "effective": found.posterior.particles.effective,
        "versions": versions(),
    }
