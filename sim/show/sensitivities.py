"""The command `parley sensitivity`: what an outcome rests on is found out, kept, drawn and told."""

import csv
import hashlib
import json
import shlex
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.engine.chunk import column_names
from sim.engine.compiled import NotCompilable, prepare
from sim.scenario.case import Case
from sim.show.files import Drawing, save
from sim.show.sensitivity import Teller
from sim.show.told import Refused, Told
from sim.study import paired, sensitivity, variance
from sim.study.outcome import Outcome, RunsFailed, UnknownOutcome
from sim.study.plan import hash_of
from sim.study.results import MANIFEST, NotAResult, heading_of, require_room, staged, write_json
from sim.study.sensitivity import Asked, By, Method, Sensitivity, analyse
from sim.study.versions import cores, rules_version, versions

KIND, FORMAT = "sensitivity", 1


@dataclass(frozen=True, slots=True)
class Options:
    """The command line."""

    scenario: Path
    outcome: str
    method: Method
    by: By
    n: int
    top: int
    seed: int
    sets: tuple[str, ...]

    @property
    def command(self) -> str:
        """The command that asks it again."""
        words = ["parley", "sensitivity", self.scenario.as_posix(), "--outcome", self.outcome]
        words += ["--method", self.method, "--by", self.by, "-n", str(self.n), "--top", str(self.top)]
        words += ["--seed", str(self.seed)]
        for change in self.sets:
            words += ["--set", change]
        return shlex.join(words)


def answer(case: Case, options: Options, out: Path | None, write: Callable[[str], None]) -> Told:
    """Find out what an outcome of a scenario rests on, or find it among what is kept.

    Args:
        case: the scenario, compiled.
        options: the command line.
        out: where the result's own folder is made; None to keep nothing.
        write: takes a line for who waits.

    Raises:
        Refused: it cannot be done as asked.
        OSError: the place cannot be written.
    """
    teller, identity, folder = found(case, options, out, write)
    plain = _as_json(teller, case, options, identity)
    try:
        if folder is not None:
            with staged(folder) as fresh:
                _keep(teller, plain, fresh)
    except NotAResult as error:
        raise Refused(str(error)) from None
    return Told(lines=teller.sentences(), tables=list(teller.tables()), as_json=plain, folder=folder)


def found(
    case: Case, options: Options, out: Path | None, write: Callable[[str], None]
) -> tuple[Teller, str, Path | None]:
    """Find out what an outcome rests on, or find it among what is kept: its teller, identity and folder.

    Arguments and errors are those of `answer`; nothing is written.
    """
    try:
        outcome = Outcome.read(options.outcome, column_names(case))
        asked = Asked(outcome, options.method, options.by, options.n, options.top, options.seed)
        identity = _identity(case, asked)
        folder = None if out is None else out / f"{case.name}-sensitivity-{identity[:12]}"
        known = None if folder is None else _kept(folder, identity)
        if known is not None:
            write(f"parley: found in {folder}")
        else:
            if folder is not None:
                require_room(folder)
            known = analyse(prepare(case), asked, cores())
    except (NotAResult, NotCompilable, RunsFailed, UnknownOutcome, ValueError) as error:
        raise Refused(str(error)) from None
    return Teller(known, asked, case.title), identity, folder


def _identity(case: Case, asked: Asked) -> str:
    """Hash of everything that the result depends on."""
    methods = [hash_of(Path(str(module.__file__))) for module in (sensitivity, paired, variance)]
    asks = [FORMAT, case.digest, asdict(asked), rules_version(), versions()["SALib"], methods]
    told = json.dumps(asks, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def _kept(folder: Path, identity: str) -> Sensitivity | None:
    """What was found before; nothing where none was, or not to this."""
    try:
        plain = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if plain["kind"] != KIND or plain["digest"] != identity:
            return None
        return TypeAdapter(Sensitivity).validate_python(plain["found"])
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None


def drawn_again(plain: dict[str, Any]) -> Iterator[tuple[str, Drawing]]:
    """The figures of what was found before. Raises KeyError, TypeError, ValueError: it is not that."""
    found: Sensitivity = TypeAdapter(Sensitivity).validate_python(plain["found"])
    asked: Asked = TypeAdapter(Asked).validate_python(plain["asked"])
    return Teller(found, asked, str(plain["title"])).drawings()


def _keep(teller: Teller, plain: dict[str, Any], fresh: Path) -> None:
    write_json(fresh / MANIFEST, plain)
    for name, drawing in teller.drawings():
        save(drawing.figure, fresh / name, drawing.data, drawing.alt)
    with (fresh / "screening.csv").open("w", encoding="utf-8", newline="") as table:
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(["range", "status", "mean", "mean low", "mean high", "absolute", "spread", "strength",
                       "strength low", "strength high"])  # fmt: skip
        for each in teller.found.screened:
            mean, strength = each.mean, each.strength
            rows.writerow([each.path, teller.found.ranges[each.path], mean.value, mean.low, mean.high, each.absolute,
                           each.spread, strength.value, strength.low, strength.high])  # fmt: skip


def _as_json(teller: Teller, case: Case, options: Options, identity: str) -> dict[str, Any]:
    return {
        **heading_of(case.title, options.command, identity),
        "kind": KIND,
        "scenario": case.digest,
        "asked": asdict(teller.asked),
        "sentences": teller.sentences(),
        "found": asdict(teller.found),
        "versions": versions(),
    }
