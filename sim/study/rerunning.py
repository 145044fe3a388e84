"""The compiled scenario behind a point of a stored batch, to run its replications again."""

from pathlib import Path

from sim.scenario.case import Case
from sim.scenario.compiling import compile_case
from sim.scenario.faults import InvalidScenario
from sim.scenario.reading import read
from sim.scenario.tree import is_file
from sim.study.manifest import BatchManifest
from sim.study.plan import setting_text
from sim.study.query import query


class CannotRerun(Exception):
    """The scenario of a batch is not there any more as it was; and why."""


def case_of(folder: Path, manifest: BatchManifest, point: int) -> Case:
    """Read the scenario of a point again, and make sure that it is the one that the batch ran.

    Raises:
        CannotRerun: its file is gone, or no longer says the same.
        Unanswerable: a table of the batch is damaged.
    """
    entry, settings = manifest.scenario_of(point), manifest.points[point].settings
    if not is_file(Path(entry.file)):
        raise CannotRerun(f"there is no file '{entry.file}' here, which the batch ran")
    sets = (*entry.sets, *(setting_text(path, value) for path, value in zip(manifest.factors, settings, strict=True)))
    try:
        case = compile_case(read(entry.file, sets))
    except InvalidScenario as invalid:
        raise CannotRerun(str(invalid.faults[0])) from None
    ran = next(iter(query(folder, f"select digest from runs where point = {int(point)} limit 1").rows))[0]
    if case.digest != ran:
        raise CannotRerun(
            f"'{entry.file}' has changed since the batch ran it ({ran[:12]} then, {case.digest[:12]} now)"
        )
    return case
