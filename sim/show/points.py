"""A batch of many points for the terminal: what became of every track at each of them."""

from collections.abc import Iterator, Mapping

from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.show.labels import Labels
from sim.show.words import number
from sim.study.manifest import BatchManifest
from sim.study.summary import Share, Summary

MOST_SHOWN = 64
"""Points shown on a terminal; all of them stand in the tables."""


def of_points(manifest: BatchManifest, found: Mapping[int, Summary]) -> Iterator[Table]:
    """For every point, in how many runs each track was ever agreed, with its interval."""
    labels = Labels(**manifest.scenarios[0].labels)
    tracks = list(dict.fromkeys(track.track for summary in found.values() for track in summary.tracks))
    title = "Ever agreed, share of runs (95 % interval)"
    table = Table(
        title=title, min_width=len(title),
        title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    for head in ("Point", "Scenario", *(name for name, shown in _further(manifest) if shown)):
        table.add_column(head, justify="right" if head == "Point" else "left", overflow="fold")
    for track in tracks:
        table.add_column(labels.track(track), justify="right")
    for point, summary in found.items():
        shares = {track.track: track.agreed for track in summary.tracks}
        cells = [
            f"{100 * shares[t].share:.1f} % ({100 * shares[t].low:.1f}–{100 * shares[t].high:.1f})"
            if t in shares
            else "–"
            for t in tracks
        ]
        table.add_row(number(point), *_settings(manifest, point), *cells)
    yield table


def _percent(share: Share) -> str:
    return f"{100 * share.share:.1f} % ({100 * share.low:.1f}–{100 * share.high:.1f})"


def _further(manifest: BatchManifest) -> list[tuple[str, bool]]:
    variants = any(entry.variant for entry in manifest.scenarios)
    return [("Variant", variants), *((path, True) for path in manifest.factors)]


def _settings(manifest: BatchManifest, point: int) -> list[str]:
    entry = manifest.scenario_of(point)
    variants = [entry.variant] if _further(manifest)[0][1] else []
    return [entry.scenario, *variants, *(spell(value) for value in manifest.points[point].settings)]


def describe(manifest: BatchManifest, point: int) -> str:
    """A point in words: its scenario, its variant, and its factors."""
    entry = manifest.scenario_of(point)
    factors = zip(manifest.factors, manifest.points[point].settings, strict=True)
    return ", ".join(filter(None, [entry.title, *(f"{path} = {spell(value)}" for path, value in factors)]))


def spell(value: object) -> str:
    """A factor's value as it is shown.

    >>> spell(0.30000000000000004), spell([7, 30]), spell(None)
    ('0.3', '[7, 30]', 'none')
    """
    if value is None:
        return "none"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
