"""How often something becomes of a track over two factors of a batch: a share for every cell of their grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.scenario.faults import nearest
from sim.study.manifest import BatchManifest, read_batch_manifest
from sim.study.query import quoted, together
from sim.study.summary import ENDINGS, Share, share_of


class NoMap(Exception):
    """A batch that is no grid of two factors, or an outcome that it does not have."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is counted of a track: that it was ever agreed, or agreed within some days, or ended in a certain way."""

    track: str
    ending: str = ""
    within: int | None = None
    """Days from the start, of which the agreement falls on one."""


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Shares of runs over two factors."""

    manifest: BatchManifest
    scenario: int
    outcome: Outcome
    across: tuple[Any, ...]
    """Values of the second factor, which varies along a row."""
    down: tuple[Any, ...]
    """Values of the first factor."""
    shares: tuple[tuple[Share, ...], ...]
    """[down][across]"""

    @property
    def factors(self) -> tuple[str, str]:
        """The paths of the factors, down and across."""
        down, across = self.manifest.factors
        return down, across


def heat_map(folder: Path, named: str, within: int | None, scenario: int) -> HeatMap:
    """Count an outcome in every cell of a grid of two factors.

    Args:
        folder: a batch.
        named: a track, of which the agreement is counted, or `<track>.<ending>`.
        within: days from the start within which the agreement has to come, if any.
        scenario: the number of the batch's scenario, from 0 in the order of its manifest.

    Raises:
        NotAResult: there is no batch.
        NoMap: it is no grid of two factors, or has no such outcome or scenario.
        Unanswerable: a table is damaged, or nothing is there yet.
    """
    manifest = read_batch_manifest(folder)
    if not 0 <= scenario < len(manifest.scenarios):
        raise NoMap(f"scenario {scenario} is none of '{folder}': expected 0 to {len(manifest.scenarios) - 1}")
    cells = _cells(folder, manifest, scenario)
    ask = together([folder])
    columns = [str(name) for name, *_ in ask("describe runs0")]
    outcome = _outcome(named, within, [name.removesuffix(".ending") for name in columns if name.endswith(".ending")])
    ending, agreed = (quoted(f"{outcome.track}.{what}") for what in ("ending", "first_agreed"))
    last = "" if outcome.within is None else f" and {agreed} < {outcome.within}"
    happened = f"{ending} = '{outcome.ending}'" if outcome.ending else f"{agreed} >= 0{last}"
    sql = f"select point, count(*) filter ({happened}), count(*) from runs0 where {ending} is not null group by 1"
    counts = {point: (count, n) for point, count, n in ask(sql)}
    down, across = (tuple(dict.fromkeys(key[place] for key in cells)) for place in range(2))
    shares = tuple(tuple(share_of(*counts.get(cells[d, a], (0, 0))) for a in across) for d in down)
    told = {_key(value): value for point in manifest.points for value in point.settings}
    return HeatMap(
        manifest, scenario, outcome, tuple(told[each] for each in across), tuple(told[each] for each in down), shares
    )


def _cells(folder: Path, manifest: BatchManifest, scenario: int) -> dict[tuple[str, str], int]:
    """The point of every cell, by what the factors are set to."""
    if len(manifest.factors) != 2:
        told = ", ".join(manifest.factors) or "none"
        raise NoMap(f"'{folder}' varies {len(manifest.factors)} factors ({told}): a map needs a grid of two")
    cells = {
        (_key(entry.settings[0]), _key(entry.settings[1])): number
        for number, entry in enumerate(manifest.points)
        if entry.scenario == scenario
    }
    if len(cells) != len({down for down, _ in cells}) * len({across for _, across in cells}):
        raise NoMap(f"'{folder}' is no grid: some combinations of {' and '.join(manifest.factors)} are missing")
    return cells


def _key(value: Any) -> str:
    return repr(value)


def _outcome(named: str, within: int | None, tracks: Sequence[str]) -> Outcome:
    track, dot, ending = named.partition(".")
    if track not in tracks:
        guess = nearest(track, tracks)
        hint = f"; did you mean '{guess}'?" if guess else f": expected {', '.join(tracks)}"
        raise NoMap(f"'{named}': there is no track '{track}'{hint}")
    if dot and ending not in ENDINGS:
        guess = nearest(ending, ENDINGS)
        hint = f"; did you mean '{track}.{guess}'?" if guess else f": expected {', '.join(ENDINGS)}"
        raise NoMap(f"'{named}': '{ending}' is no ending{hint}")
    if ending and within is not None:
        raise NoMap(f"'{named}' is an ending: --within goes with agreement alone")
    return Outcome(track, ending, within)
