"""The command `parley compare`: results are found or made, compared, kept and told."""

import hashlib
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sim.scenario.compiling import compile_case
from sim.scenario.faults import Fault, nearest
from sim.scenario.reading import read
from sim.scenario.tree import is_file
from sim.show import batches, compare
from sim.show.files import save
from sim.show.told import Told
from sim.study.batch_file import is_batch_file
from sim.study.compare import Against, Comparison, Move, NotComparable, Side, require_common, sides_of
from sim.study.compare import compare as count
from sim.study.options import Options
from sim.study.plan import hash_of, setting_text
from sim.study.results import heading_of, write_json
from sim.study.versions import rules_version

REPLICATIONS, SEED = 1000, 1
"""Of scenarios that are run to be compared, where no result says otherwise."""
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands on the command line."""

    given: tuple[str, ...]
    """Folders of batches, `FOLDER#POINT`, scenario files; the first is what the others are compared with."""
    replications: int | None = None
    seed: int | None = None
    central: bool = False
    out: Path | None = None
    """Where the comparison is kept, if not in the first result's folder."""
    sets: tuple[str, ...] = ()
    """Changes that make one more variant of the first, as `path=value`."""

    @property
    def command(self) -> str:
        """The command that asks the same again."""
        words = ["parley", "compare", *self.given]
        for name, value in (("-n", self.replications), ("--seed", self.seed)):
            words += [name, str(value)] if value is not None else []
        for change in self.sets:
            words += ["--set", change]
        return shlex.join([*words, *(["--central"] if self.central else [])])


def compared_as_asked(
    asked: Asked, nowhere: Path | None, warn: Callable[[Iterable[Fault]], None], write: Callable[[str], None]
) -> Comparison:
    """Compare what is named; a scenario is run first, or gone on with.

    Args:
        asked: the command line.
        nowhere: a folder that will be gone, where nothing is to be kept.
        warn: told what is doubtful in a scenario.
        write: takes a line for who waits.

    Raises:
        InvalidScenario: a file is no scenario; nothing is run.
        Refused: a scenario cannot be run.
        NotAResult, NotComparable, Unanswerable: what is named cannot be compared.
        OSError: a place cannot be written.
    """
    return compared(_sides(asked, nowhere, warn, write))


def answer(
    asked: Asked, nowhere: Path | None, warn: Callable[[Iterable[Fault]], None], write: Callable[[str], None]
) -> Told:
    """Compare what is named, keep it and tell it; arguments and errors are those of `compared_as_asked`."""
    comparison = compared_as_asked(asked, nowhere, warn, write)
    sides = [comparison.first, *(against.side for against in comparison.others)]
    names = compare.names_of(sides)
    plain = _as_json(comparison, names, asked.command)
    files: tuple[Path, ...] = ()
    if nowhere is None:
        folder = asked.out or sides[0].folder
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / _file_name(sides)
        drawing = compare.draw(comparison, names)
        document = place.with_name(f"{place.name}.json")
        write_json(document, plain)
        files = (*save(drawing.figure, place, drawing.data, drawing.alt), document)
    return Told(
        tables=list(compare.tables_of(comparison, names)),
        hints=[*examples(comparison, names), compare.caveat(comparison)],
        rows=list(compare.rows_of(comparison, names)),
        as_json=plain,
        files=files,
        remarks=list(remarks_of(comparison, names)),
    )


def compared(sides: Sequence[Side]) -> Comparison:
    """Variants against the first of them, as many as can be drawn.

    Raises:
        NotComparable: there are more, or they cannot be compared.
        Unanswerable: a table is damaged.
    """
    if len(sides) > compare.MOST_OTHERS + 1:
        points = ", ".join(f"{side.folder}#{side.point}" for side in sides[:2])
        most = compare.MOST_OTHERS + 1
        raise NotComparable(f"{len(sides)} variants are more than {most}: choose points, such as {points}")
    return count(sides)


def require_there(given: Iterable[str]) -> None:
    """Raises NotComparable: something that is named is neither a result nor a scenario file."""
    for each in given:
        if not _is_result(each) and not is_file(Path(each)):
            beside = [str(path) for path in sorted(Path(each).parent.glob("*"))] if Path(each).parent.is_dir() else []
            guess = nearest(each, beside)
            hint = f"; did you mean '{guess}'?" if guess else ""
            raise NotComparable(f"'{each}' is neither a result nor a scenario file{hint}")


def _sides(
    asked: Asked, nowhere: Path | None, warn: Callable[[Iterable[Fault]], None], write: Callable[[str], None]
) -> list[Side]:
    """The variants that are named, in order; a scenario is run like the first result that is named."""
    found = {at: sides_of(each) for at, each in enumerate(asked.given) if _is_result(each)}
    require_there(asked.given)
    if len(found) > 1:
        require_common([sides[0] for sides in found.values()])
    for at, each in enumerate(asked.given):
        if at not in found and not is_batch_file(Path(each)):
            compile_case(read(each))  # a fault in the last scenario is told before the first is run
            if asked.sets and at == 0:
                compile_case(read(each, asked.sets))
    like = next((sides[0] for sides in found.values()), None)
    for at, each in enumerate(asked.given):
        if at not in found:
            place = None if nowhere is None else nowhere / str(at)
            done = batches.answer(_options(asked, Path(each), like, place), None, warn, write)
            if done.folder is not None:
                found[at] = sides_of(str(done.folder))
    if asked.sets:
        first, place = found[0][0], None if nowhere is None else nowhere / "set"
        done = batches.answer(_changed(asked, first, place), None, warn, write)
        if done.folder is not None:
            found[len(found)] = sides_of(str(done.folder))
    return [side for at in sorted(found) for side in found[at]]


def _changed(asked: Asked, first: Side, place: Path | None) -> Options:
    """How one more variant of the first is run: like it, but for the changes."""
    options, settings = (
        _options(asked, Path(first.entry.file), first, place),
        first.manifest.points[first.point].settings,
    )
    varied = (setting_text(path, value) for path, value in zip(first.manifest.factors, settings, strict=True))
    return replace(options, sets=(*first.entry.sets, *varied, *asked.sets))


def _options(asked: Asked, file: Path, like: Side | None, place: Path | None) -> Options:
    """How a scenario is run: as asked, else like a result.

    Raises:
        NotComparable: what is asked is not what the result has.
    """
    if like is None:
        replications = asked.replications or REPLICATIONS
        seed = SEED if asked.seed is None else asked.seed
        return Options([file], replications, seed, central=asked.central, out=place)
    manifest = like.manifest
    for name, wanted, there in (
        ("seed", asked.seed, manifest.seed), ("--central", asked.central or None, manifest.central),
    ):  # fmt: skip
        if wanted is not None and wanted != there:
            told = f"{name} {wanted} is asked for, {there} in '{like.folder}'"
            raise NotComparable(f"their draws are not common: {told}")
    replications = asked.replications or manifest.replications
    return Options([file], replications, manifest.seed, central=manifest.central, out=place)


def _is_result(given: str) -> bool:
    name, mark, _ = given.rpartition("#")
    return Path(given).is_dir() or (bool(mark) and not Path(given).exists() and Path(name).is_dir())


def _file_name(sides: Sequence[Side]) -> str:
    """Of the files of a comparison: the same for the same variants, another for any other."""
    first, *others = sides
    parts = [
        (side.folder.name if side.folder != first.folder else "point")
        + (f"-{side.point}" if len(side.manifest.points) > 1 else "")
        for side in others
    ]
    own = f"-{first.point}" if len(first.manifest.points) > 1 else ""
    name = f"compare{own}-with-{'+'.join(parts)}"
    return name if len(name) <= LONGEST_NAME else f"compare-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _as_json(comparison: Comparison, names: Sequence[str], command: str) -> dict[str, Any]:
    sides = [comparison.first, *(against.side for against in comparison.others)]
    identity = hashlib.sha256("|".join(f"{s.manifest.identity}#{s.point}" for s in sides).encode()).hexdigest()
    return {
        **heading_of(comparison.first.entry.title, command, identity),
        "kind": "comparison",
        "confidence": comparison.confidence,
        "compared": comparison.compared,
        "by_chance": comparison.by_chance,
        "caveat": compare.caveat(comparison),
        "variants": [_side(side, name) for side, name in zip(sides, names, strict=True)],
        "against": [_against(comparison.first, a, name) for a, name in zip(comparison.others, names[1:], strict=True)],
    }


def _side(side: Side, name: str) -> dict[str, Any]:
    settings = side.manifest.points[side.point].settings
    return {
        "name": name, "title": side.entry.title, "file": side.entry.file, "sets": list(side.entry.sets),
        "settings": dict(zip(side.manifest.factors, settings, strict=True)), "result": side.folder.name,
        "point": side.point, "seed": side.manifest.seed, "replications": side.manifest.replications,
        "central": side.manifest.central, "digest": side.entry.digest, "rules": side.manifest.rules,
    }  # fmt: skip


def _against(first: Side, against: Against, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "pairs": against.pairs,
        "failed": against.failed,
        "effects": [{**asdict(effect), "told": effect.verdict} for effect in against.effects],
        "moves": [{**asdict(move), "replay": _replay(first, against.side, move)} for move in against.moves],
        "only_first": list(against.only_first),
        "only_second": list(against.only_second),
        "remarks": list(against.remarks),
    }


def _replay(first: Side, second: Side, move: Move) -> list[str]:
    return [shlex.join(side.replay(move.replication)) for side in (first, second)]


def examples(comparison: Comparison, names: Sequence[str]) -> list[str]:
    """For the most frequent flip of every track, how both sides of one pair are told."""
    lines = []
    for against, name in zip(comparison.others, names[1:], strict=True):
        for track in dict.fromkeys(move.track for move in against.moves):
            flip = next((move for move in against.moves if move.track == track and move.flips), None)
            if flip is not None:
                what = f"{compare.flip_text(flip, (names[0], name), comparison)}; both sides of one such pair:"
                lines += [what, *(f"  {command}" for command in _replay(comparison.first, against.side, flip))]
    return lines


def remarks_of(comparison: Comparison, names: Sequence[str]) -> list[str]:
    """What to keep in mind: failed runs, outcomes that only one has, files that were changed since."""
    remarks = []
    for against, name in zip(comparison.others, names[1:], strict=True):
        remarks += [f"{name} and {names[0]}: {remark}" for remark in against.remarks]
        if against.failed:
            remarks.append(f"{name} and {names[0]}: {against.failed:,} replications failed in one and are left out")
        for outcomes, own in ((against.only_first, names[0]), (against.only_second, name)):
            if outcomes:
                remarks.append(f"only {own} has {', '.join(outcomes)}")
    sides = [comparison.first, *(against.side for against in comparison.others)]
    changed = {file for side in sides for file, known in side.entry.sources.items() if not _stands(file, known)}
    if changed:
        remarks.append(f"changed since, so that a replay may tell another story: {', '.join(sorted(changed))}")
    if comparison.first.manifest.rules != rules_version():
        remarks.append("made by another version of the rules, so that a replay may tell another story")
    return remarks


def _stands(file: str, known: str) -> bool:
    return Path(file).is_file() and hash_of(Path(file)) == known
