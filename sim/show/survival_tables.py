"""How long deals lasted, in tables, as JSON, and as files beside a result."""

import shlex
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.show.files import save
from sim.show.survival import draw, labels_of, names_of, noun
from sim.show.words import capital, number, spaced
from sim.study.estimates import Estimate
from sim.study.results import heading_of, write_json
from sim.study.survival import by_age
from sim.study.surviving import Survivals, Variant

UNSEEN = "not seen so long"
INTERVALS = "95 % intervals by replication, since deals of one replication share its luck."
SHORT = "Short: ran out or was done with less delivered than agreed."
CLEAR = "95 % intervals over pairs of replications with the same luck; not shown: the interval holds 0."
SELECTED = "Each variant has the deals that came about under it: a difference may be one of what was signed."


def tables_of(found: Survivals) -> Iterator[Table]:
    """How long deals lasted, how they ended, and how variants differ from the first."""
    names, days, what = names_of(found), found.asked.days, noun(found)
    title = f"How long {what}s lasted: {labels_of(found).track(found.track)}"
    measures = (
        f"{capital(what)}s",
        "Runs",
        f"In force on {days} days",
        f"Days of the first {days}",
        "Half over by day",
    )
    lasted = _table(title, ("Variant",), measures, INTERVALS)
    shares = f"Shares allow for {what}s that were open at the horizon. {SHORT}"
    ended = _table("How they ended", ("Variant", "Ending"), (f"{capital(what)}s", f"Share before {days} days"), shares)
    for variant, name in zip(found.variants, names, strict=True):
        life = variant.found
        runs = f"{life.replications:,} of {variant.runs:,}"
        lasted.add_row(
            name, number(life.deals), runs, _share(life.kept(days)), _days(life.mean(days)), _median(variant)
        )
        for place, ending in enumerate(life.spells.endings):
            count = life.open.sum() if place == 0 else life.ended[:, place - 1].sum()
            share = "" if place == 0 else _share(life.lost(place, days))
            ended.add_row(name if place == 0 else "", spaced(ending), number(int(count)), share)
        if variant.never_in_force:
            ended.add_row("", "agreed, never in force", number(variant.never_in_force), "not counted")
    yield lasted
    yield ended
    if found.differences:
        yield _of_differences(found, names)


def _of_differences(found: Survivals, names: list[str]) -> Table:
    days = found.asked.days
    measures = (f"In force on {days} days, points", "Differs", f"Days of the first {days}", "Differs", "Pairs")
    table = _table(f"Difference from {names[0]}", ("Variant",), measures, f"{CLEAR} {SELECTED}")
    for difference, name in zip(found.differences, names[1:], strict=True):
        table.add_row(
            name, *_difference(difference.kept, 100), *_difference(difference.mean, 1), number(difference.shared)
        )
    return table


def _table(title: str, left: tuple[str, ...], right: tuple[str, ...], caption: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", caption=caption, caption_justify="left",
                  box=SIMPLE_HEAD, pad_edge=False)  # fmt: skip
    for name in left:
        table.add_column(name)
    for name in right:
        table.add_column(name, justify="right")
    return table


def _share(share: Estimate | None) -> str:
    if share is None:
        return UNSEEN
    return f"{100 * share.value:.1f} % ({100 * share.low:.1f}–{100 * share.high:.1f})"


def _days(days: Estimate | None) -> str:
    return UNSEEN if days is None else f"{days.value:.1f} ({days.low:.1f}–{days.high:.1f})"


def _median(variant: Variant) -> str:
    middle, low, high = variant.found.median
    if middle is None:
        return UNSEEN
    return f"{middle} ({low}–{'?' if high is None else high})"


def _difference(difference: Estimate | None, scale: float) -> tuple[str, str]:
    if difference is None:
        return UNSEEN, ""
    value, low, high = (scale * each for each in (difference.value, difference.low, difference.high))
    told = f"{value:+.1f} ({low:+.1f} to {high:+.1f})"
    return told, ("more" if value > 0 else "less") if difference.told else "not shown"


def command_of(found: Survivals) -> str:
    """The command that asks the same again."""
    folders = dict.fromkeys(str(variant.source.folder) for variant in found.variants)
    words = ["parley", "survival", *folders, "--track", found.track, "--days", str(found.asked.days)]
    words += ["--first"] if found.asked.first_only else []
    for point in found.asked.points:
        words += ["--point", str(point)]
    return shlex.join(words)


def as_json(found: Survivals) -> dict[str, Any]:
    """Everything that was found, as plain data."""
    first, names = found.variants[0].source.manifest, names_of(found)
    variants = zip(found.variants, names, strict=True)
    differences = zip(names[1:], found.differences, strict=True)
    return {
        **heading_of(first.title, command_of(found), first.identity),
        "track": found.track,
        "days": found.asked.days,
        "counted": f"{noun(found)}s",
        "variants": [_variant(variant, name, found.asked.days) for variant, name in variants],
        "differences": [{"variant": name, "from": names[0], **asdict(each)} for name, each in differences],
    }


def _variant(variant: Variant, name: str, days: int) -> dict[str, Any]:
    life, source = variant.found, variant.source
    kept, mean = life.kept(days), life.mean(days)
    return {
        "name": name,
        "result": source.folder.name,
        "identity": source.manifest.identity,
        "command": source.manifest.command,
        "point": source.point,
        "seed": source.manifest.seed,
        "runs": variant.runs,
        "deals": life.deals,
        "replications": life.replications,
        "never_in_force": variant.never_in_force,
        "confidence": life.confidence,
        "in_force_on_days": None if kept is None else asdict(kept),
        "mean_days": None if mean is None else asdict(mean),
        "half_over_by_day": dict(zip(("value", "low", "high"), life.median, strict=True)),
        "by_age": dict(by_age(life)),
    }


def keep(found: Survivals, folder: Path) -> Path:
    """Write the figure, its data and the document into a folder, which is made if it is not there. Raises OSError."""
    drawing = draw(found)
    folder.mkdir(parents=True, exist_ok=True)
    save(drawing.figure, folder / "survival", drawing.data, drawing.alt)
    write_json(folder / "survival.json", as_json(found))
    return folder
