"""The command `parley report`: a result becomes one page of HTML that stands by itself."""

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from sim.scenario.case import Case
from sim.show import style
from sim.show.comparisons import require_there
from sim.show.pages import render
from sim.show.points import MOST_SHOWN, describe
from sim.show.report import closing, grounds, sections, single
from sim.show.report.asking import Asked, Desk, Warn, Write, default_target
from sim.show.told import Refused
from sim.study import blocking as stored
from sim.study.landing import land
from sim.study.manifest import BatchManifest, is_batch, read_batch_manifest
from sim.study.query import Unanswerable, summaries
from sim.study.rerunning import CannotRerun, case_of
from sim.study.store import read_receipts
from sim.study.unlocking import NoTarget, Target, target_of
from sim.study.versions import versions

NAME = "report.html"
UNDER_A_SKIN = "under a skin the scenario is not read again"


@dataclass(frozen=True, slots=True)
class Told:
    """A report that was written."""

    path: Path
    short: list[str]
    """What it answers, in a few sentences."""
    remarks: list[str]


def answer(asked: Asked, warn: Warn, write: Write) -> Told:
    """Write the report of a result.

    Args:
        asked: the command line.
        warn: told what is doubtful in a scenario that is run.
        write: takes a line for who waits.

    Raises:
        NotAResult, Unanswerable: the folder holds no result, or a damaged one.
        NotComparable, InvalidScenario: what is to be compared with it cannot be.
        Refused: it cannot be asked so.
        OSError: the place cannot be written.
    """
    folder = asked.out or asked.result
    _require_room(folder)
    require_there(asked.others)
    remarks: list[str] = []
    if is_batch(asked.result):
        desk, found = _desk(asked, warn, write)
        remarks = _remarks(desk)
        values = _values(desk, found)
    else:
        values = single.values_of(asked)
    made_by = f"Made by Parley {versions()['parley-sim']}: {asked.command}"
    page = render("report.html", {**values, "made_by": made_by})
    folder.mkdir(parents=True, exist_ok=True)
    land(folder / NAME, page.encode())
    return Told(folder / NAME, [str(line) for line in _lines(values["short"])], remarks)


def _require_room(folder: Path) -> None:
    """Make sure, before anything long begins, that a file can be put into a folder. Raises OSError."""
    ground = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    for code, possible in ((errno.ENOTDIR, ground.is_dir()), (errno.EACCES, os.access(ground, os.W_OK))):
        if not possible:
            raise OSError(code, os.strerror(code), str(ground))


def _lines(short: object) -> list[object]:
    return list(short) if isinstance(short, list) else []


def _desk(asked: Asked, warn: Warn, write: Write) -> tuple[Desk, dict[str, stored.Blocking]]:
    manifest = read_batch_manifest(asked.result)
    point = _point(asked, manifest)
    found = stored.blocking(asked.result, manifest, point)
    if not found:
        raise Refused(f"'{asked.result}': no run came to a result")
    if asked.track is not None and asked.track not in found:
        raise Refused(f"'{asked.track}' is no track: expected one of {', '.join(found)}")
    track = asked.track or stored.most_blocked(found)
    case, why_not = _case(asked, manifest, point)
    target = None if case is None else _target(asked, case, track)
    return Desk(asked, manifest, point, track, case, why_not, target, write, warn), found


def _point(asked: Asked, manifest: BatchManifest) -> int:
    if asked.point is not None and asked.point >= len(manifest.points):
        last = len(manifest.points) - 1
        raise Refused(f"there is no point {asked.point} in '{asked.result}': expected 0 to {last}")
    return asked.point or 0


def _case(asked: Asked, manifest: BatchManifest, point: int) -> tuple[Case | None, str]:
    """The scenario of the point, or why there is none; what is under a skin stays so."""
    if manifest.left_out:
        if asked.others:
            raise Refused(f"'{asked.result}' is under a skin: --with would show the names of what it is compared with")
        return None, UNDER_A_SKIN
    try:
        return case_of(asked.result, manifest, point), ""
    except CannotRerun as error:
        return None, str(error)


def _target(asked: Asked, case: Case, track: str) -> Target:
    try:
        return target_of(case, track, asked.target or default_target(case, track), None)
    except NoTarget as error:
        raise Refused(str(error)) from None


def _remarks(desk: Desk) -> list[str]:
    done = sum(receipt.runs for receipt in read_receipts(desk.folder))
    runs = desk.manifest.runs
    remarks = [f"{done:,} of {runs:,} runs are done; to go on: {desk.manifest.command}"] if done < runs else []
    return [*remarks, f"parts are left out: {desk.why_not}"] if desk.why_not else remarks


def _values(desk: Desk, found: dict[str, stored.Blocking]) -> dict[str, object]:
    manifest = desk.manifest
    summary = summaries(desk.folder, manifest, max(MOST_SHOWN, desk.point + 1))
    if desk.point not in summary:
        raise Unanswerable(f"'{desk.folder}' has no run of point {desk.point}")
    blocked, rests = sections.Blocked(desk, found), grounds.Rests(desk)
    label = desk.labels.track(desk.track)
    replications = found[desk.track].n
    told = [
        sections.scenario(desk),
        sections.outcomes(desk, summary),
        blocked.section(),
        sections.comparison(desk),
        sections.survival(desk),
        sections.over_time(desk),
        rests.section(),
        grounds.validation(desk),
        grounds.numbers(desk),
        closing.of_batch(desk),
        closing.limits(),
    ]
    return {
        "title": describe(manifest, desk.point),
        "question": desk.asked.question or f"What stands in the way of a deal on “{label}”, and what would unlock it?",
        "short": [*blocked.short(), *rests.short()],
        "based_on": " ".join(
            filter(
                None,
                [
                    f"{style.caption(replications, manifest.seed)}; intervals of 95 %.",
                    *_remarks(desk),
                    manifest.left_out,
                ],
            )
        ),
        "sections": told,
    }
