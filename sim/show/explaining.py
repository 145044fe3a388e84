"""The command `parley explain`: a batch, a run or a scenario is asked why there was no deal, and the answer kept."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from sim.engine.record import NEVER, Run
from sim.scenario.case import Case
from sim.show import blocking, blocking_tables
from sim.show.explain import explain, refusal_rows
from sim.show.files import Drawing
from sim.show.folders import save_all
from sim.show.labels import Labels, expression_text, labels_of, unlocks_text
from sim.show.told import Refused, Told
from sim.show.words import counted, date_text, listed, number, package_text
from sim.study import blocking as stored
from sim.study.computing import CannotCompile
from sim.study.contradictions import FirstDay, contradictions, first_day
from sim.study.manifest import BatchManifest, read_batch_manifest
from sim.study.plan import setting_text
from sim.study.rerunning import CannotRerun, case_of
from sim.study.results import Manifest, NotAResult, Question, heading, heading_of, write_json
from sim.study.store import read_receipts
from sim.study.unlocking import Draws, NoTarget, Unlocking, kept_unlocking, target_of, unlocking
from sim.study.versions import rules_version

EXPLAIN = "explain.json"
"""The document that is kept beside a batch or a run."""
MOST_RUNS = {"compiled": 2_000, "mesa": 50}
"""By engine: replications on which sets of preconditions are tried, if nobody says how many."""
MOST_ROWS = 24
"""Refusals that are printed; of more, those over preconditions."""
EVERY = 8
"""Sets tried between two lines for who waits."""

Write = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a batch."""

    track: str | None
    target: str
    days: int | None
    point: int | None
    replications: int | None

    @property
    def words(self) -> str:
        """As the command line has it."""
        given = {"--track": self.track, "--target": self.target, "--days": self.days, "--point": self.point}
        given["-n"] = self.replications
        return "".join(f" {option} {value}" for option, value in given.items() if value is not None)


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a track of a batch had no deal, in numbers."""

    manifest: BatchManifest
    point: int
    track: str
    """The one that is looked at."""
    found: Mapping[str, stored.Blocking]
    """By track."""
    unlocked: Unlocking | None
    """None where it could not be run; a remark says why."""
    remarks: tuple[str, ...]

    @property
    def labels(self) -> Labels:
        """What a reader calls its names."""
        return Labels(**self.manifest.scenario_of(self.point).labels)

    @property
    def horizon(self) -> int:
        """Days of its runs."""
        return self.manifest.horizon_of(self.point)


def explained(folder: Path, asked: Asked, out: Path | None, write: Write) -> Explained:
    """What blocked a track over a batch, and what would unlock it.

    Args:
        folder: the batch.
        asked: which track and target, and how.
        out: where what was run is kept, to be found again; None for nowhere.
        write: takes a line for who waits.

    Raises:
        NotAResult: the folder holds no batch.
        Unanswerable: a table of it is damaged, or none is there yet.
        Refused: it cannot be answered as asked.
        OSError: the place cannot be written.
    """
    manifest = read_batch_manifest(folder)
    point = _point(folder, manifest, asked.point)
    found = stored.blocking(folder, manifest, point)
    track = _track(folder, found, asked.track)
    remarks, unlocked = list(_remarks(folder, manifest)), None
    try:
        unlocked = _unlocking(folder, manifest, replace(asked, track=track), point, found[track], out, write)
    except (CannotRerun, CannotCompile) as error:
        remarks.append(f"what unlocks has to be run, and cannot be: {error}")
    return Explained(manifest, point, track, found, unlocked, tuple(remarks))


def explain_batch(folder: Path, asked: Asked, out: Path | None, write: Write) -> Told:
    """What `explained` finds, ready to be printed; figures and numbers are written to `out`, if it is named.

    Raises OSError (the place cannot be written) and what `explained` raises.
    """
    found = explained(folder, asked, out, write)
    told = tell(found, f"parley explain {folder}{asked.words}", out)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        save_all(out, drawings(found))
        write_json(out / EXPLAIN, told.as_json)
    return told


def tell(explained: Explained, command: str, folder: Path | None = None) -> Told:
    """Sentences, tables and a document: why there was no deal.

    Args:
        explained: the numbers.
        command: which asks the same again.
        folder: where it is kept.
    """
    found, unlocked, labels, horizon = explained.found, explained.unlocked, explained.labels, explained.horizon
    track, manifest = explained.track, explained.manifest
    lines = blocking.blocking_text(found[track], labels)
    lines += [line for name in found if name != track for line in blocking.blocking_text(found[name], labels)]
    told = list(blocking_tables.of_blocking(found[track], labels))
    if unlocked is not None:
        lines += [*blocking.unlocking_text(unlocked, horizon, labels), *_example(manifest, explained.point, unlocked)]
        told += blocking_tables.of_unlocking(unlocked, horizon, labels)
    document = {
        **heading_of(manifest.title, command, manifest.identity),
        "point": explained.point,
        "track": track,
        "text": lines,
        "blocking": {name: asdict(each) for name, each in found.items()},
        "unlocking": None if unlocked is None else asdict(unlocked),
    }
    return Told(lines=lines, tables=told, as_json=document, folder=folder, remarks=list(explained.remarks))


def kept_explanation(folder: Path) -> Explained | None:
    """What was found before of a batch and kept in its folder; None where nothing was.

    Raises:
        NotAResult: the folder holds no batch, or the explanation is damaged.
    """
    path = folder / EXPLAIN
    if not path.is_file():
        return None
    manifest = read_batch_manifest(folder)
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        found = TypeAdapter(dict[str, stored.Blocking]).validate_python(plain["blocking"])
        unlocked = TypeAdapter(Unlocking | None).validate_python(plain["unlocking"])
        point, track = int(plain["point"]), str(plain["track"])
        if not (0 <= point < len(manifest.points) and track in found):
            raise ValueError(f"no point {point} with a track '{track}'")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotAResult(f"'{path}' is damaged: to make it again: parley explain {folder}") from None
    return Explained(manifest, point, track, found, unlocked, ())


def _track(folder: Path, found: Mapping[str, stored.Blocking], named: str | None) -> str:
    if not found:
        raise Refused(f"'{folder}': no run came to a result")
    if named is not None and named not in found:
        raise Refused(f"'{named}' is no track: expected one of {', '.join(found)}")
    return named or stored.most_blocked(found)


def _example(manifest: BatchManifest, point: int, found: Unlocking) -> Iterator[str]:
    """How to see the unlock at work in one run."""
    enough, entry = found.enough, manifest.scenario_of(point)
    if enough is None or enough.example == NEVER:
        return
    settings = zip(manifest.factors, manifest.points[point].settings, strict=True)
    sets = (*entry.sets, *(setting_text(path, value) for path, value in settings))
    relaxed = (f"{found.target.track}.preconditions.{condition}=null" for condition in enough.conditions)
    question = Question(entry.file, (*sets, *relaxed), manifest.seed, enough.example, manifest.central)
    yield f"Replication {enough.example} shows it; with the set relaxed:"
    yield f"  {question.command}"


def _point(folder: Path, manifest: BatchManifest, point: int | None) -> int:
    points = len(manifest.points)
    if point is None and points > 1:
        raise Refused(f"'{folder}' holds {points} points: say which with --point, 0 to {points - 1}")
    if point is not None and point >= points:
        raise Refused(f"there is no point {point} in '{folder}': expected 0 to {points - 1}")
    return point or 0


def _remarks(folder: Path, manifest: BatchManifest) -> Iterator[str]:
    done = sum(receipt.runs for receipt in read_receipts(folder))
    if done < manifest.runs:
        yield f"{done:,} of {manifest.runs:,} runs are done; to go on: {manifest.command}"
    if manifest.rules != rules_version():
        yield "the rules have changed since the batch ran: what unlocks was run by those of today, with and without"


def _unlocking(
    folder: Path,
    manifest: BatchManifest,
    asked: Asked,
    point: int,
    found: stored.Blocking,
    out: Path | None,
    write: Write,
) -> Unlocking:
    case = case_of(folder, manifest, point)
    try:
        target = target_of(case, asked.track or "", asked.target, asked.days)
    except NoTarget as error:
        raise Refused(str(error)) from None
    runs = asked.replications or min(manifest.replications, MOST_RUNS[manifest.engine])
    draws = Draws(manifest.seed, runs, manifest.central, manifest.engine)
    sets = tuple(each.conditions for each in found.sets)

    def tell(tried: int) -> None:
        if tried and tried % EVERY == 0:
            write(f"parley: {counted(tried, 'set')} of preconditions tried on {counted(runs, 'replication')}")

    if out is None:
        return unlocking(case, target, draws, sets, tell)
    return kept_unlocking(out, case, target, draws, sets, tell)


def drawings(explained: Explained) -> Iterator[tuple[str, Drawing]]:
    """The figures, by name: `explain` where a set unlocks some day, `explain-unlocks` where one gains."""
    labels, manifest, unlocked = explained.labels, explained.manifest, explained.unlocked
    found = explained.found[explained.track]
    if found.sets:
        yield "explain", blocking.draw_blocking(found, labels, seed=manifest.seed, title=manifest.title)
    if unlocked is not None and unlocked.smallest:
        yield (
            "explain-unlocks",
            blocking.draw_unlocking(unlocked, explained.horizon, labels, title=manifest.title),
        )


def explain_run(run: Run, manifest: Manifest, out: Path | None) -> Told:
    """Why one run went as it did. Raises OSError: the place cannot be written."""
    labels = Labels(**manifest.labels)
    chapters = explain(run.record, run.log, manifest.start, labels)
    rows = refusal_rows(chapters, manifest.start, labels)
    lines = [line for chapter in chapters for line in (f"{chapter.label}", *(f"  {each}" for each in chapter.lines))]
    shown = rows if len(rows) <= MOST_ROWS else [row for row in rows if row["precondition"]]
    document = {
        **heading(manifest),
        "chapters": [{"track": each.track, "label": each.label, "lines": list(each.lines)} for each in chapters],
        "refusals": [dict(row) for row in rows],
    }
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_json(out / "explain.json", document)
        _write_rows(out / "explain.csv", rows)
    remarks = []
    if len(shown) < len(rows):
        where = " (explain.csv has them)" if out is not None else ""
        remarks.append(f"refusals for want of worth are left out of the table{where}")
    refusals = list(blocking_tables.of_refusals(shown, labels))
    return Told(lines=lines, tables=refusals, as_json=document, folder=out, remarks=remarks)


def _write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]) if rows else ["track"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def explain_static(case: Case, command: str, out: Path | None) -> Told:
    """What can be seen of a scenario before anything is run. Raises OSError: the place cannot be written."""
    labels, found, days = labels_of(case), contradictions(case), first_day(case)
    lines = []
    for each in found:
        asked = listed(expression_text(text, labels) for text in each.expressions)
        names, packages = blocking.together(each.track, each.conditions, labels), counted(each.packages, "package")
        alone = len(each.conditions) == 1
        what = f"meets {names}" if alone else f"meets {names} together: they exclude each other"
        lines.append(f"{labels.track(each.track)}: none of {packages} {what} (asked: {asked}).")
    if not found:
        lines.append("By the terms alone, no preconditions exclude each other, and each can be met.")
    lines.append(f"On day 0, {date_text(case.start)}, every uncertain value at its middle and before anything happens:")
    lines += [f"  {line}" for today in days for line in _first_day_text(today, labels)]
    document = {
        **heading_of(case.title, command, case.digest),
        "text": lines,
        "contradictions": [asdict(each) for each in found],
        "first_day": [{"state": each.state, **asdict(each)} for each in days],
    }
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_json(out / "explain-static.json", {**document, "first_day": [_finite(each) for each in days]})
    return Told(lines=lines, tables=[], as_json=document, folder=out)


def _finite(today: FirstDay) -> dict[str, Any]:
    """A side to which nothing can be given has no best package."""
    sides = [{**asdict(side), "best": None if side.best == float("-inf") else side.best} for side in today.sides]
    return {"state": today.state, **asdict(today), "sides": sides}


def _first_day_text(today: FirstDay, labels: Labels) -> Iterator[str]:
    promised = f", {today.promised} counting what a mediator could promise" if today.promised > today.zone else ""
    meeting = f"; {today.passing} of these meet every precondition" if today.promised else ""
    yield (
        f"{labels.track(today.track)}: of {counted(today.packages, 'package')} {today.feasible} can be given,"
        f" {today.zone} are worth every side's reservation{promised}{meeting}."
    )
    if today.state == "empty" and today.feasible:
        yield f"  The zone of agreement is empty: {_short(today, labels)}"
    if today.state == "blocked":
        yield f"  The zone is blocked. To unlock it: {unlocks_text(today.track, today.unlocks, labels)}."
    if today.held:
        verb = "is" if len(today.held) == 1 else "are"
        yield f"  Talks could not open that day: {blocking.together(today.track, today.held, labels)} {verb} not met."


def _short(today: FirstDay, labels: Labels) -> str:
    barred = [side for side in today.sides if not side.enough]
    if barred:
        told = (
            f"no package reaches the reservation of {labels.party(side.party)} ({number(side.reservation)}; the best is"
            f" worth {number(side.best)})" for side in barred
        )  # fmt: skip
        why = "; ".join(told)
    else:
        why = listed(f"{counted(side.enough, 'package')} for {labels.party(side.party)}" for side in today.sides)
        why = f"enough are {why}, but none for all"
    lacks = listed(f"{number(side.short)} for {labels.party(side.party)}" for side in today.sides if side.short > 0)
    return f"{why}. Nearest: {package_text(today.nearest)}, which is short of {lacks}."
