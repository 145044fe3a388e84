"""The zone of agreement day by day, as each side sees it, with the Nash point and what was offered."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from pydantic import TypeAdapter

from sim.scenario.case import NOWHERE, Case
from sim.show import style
from sim.show.files import Drawing, save
from sim.show.labels import Labels, labels_of
from sim.show.words import counted
from sim.study.results import MANIFEST, Question, heading_of, staged, write_json
from sim.study.versions import versions
from sim.study.zone import ZoneTrace

KIND = "zone"
PANEL, COUNTS, EDGES = 1.25, 0.9, 1.1
"""Heights in inches of a party's panel, of that of the packages, and of what stands around them."""


def draw_zone(trace: ZoneTrace, labels: Labels, *, note: str) -> Drawing:
    """Compose the picture: for each party its worths in the zone; below, how many packages are in it.

    Args:
        trace: what was seen.
        labels: what the reader calls parties and tracks.
        note: what the figure rests on (see `style.caption`).
    """
    heights = [PANEL] * len(trace.parties) + [COUNTS]
    figure = style.blank(style.COLUMN, sum(heights) + EDGES)
    panels = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    for seat, axes in enumerate(panels[:-1]):
        draw_seat(trace, seat, axes, labels)
    draw_counts(trace, panels[-1])
    handles, _ = panels[0].get_legend_handles_labels()
    names = [str(handle.get_label()) for handle in handles]
    style.key(panels[0], handles, columns=style.columns_within(names, (style.COLUMN - 0.6) * 72))
    style.head(figure, f"{labels.track(trace.track)}: zone of agreement, preconditions aside")
    style.sign(figure, note)
    return Drawing(figure, rows_of(trace), f"{' '.join(told(trace, labels))} {note}.")


def draw_seat(trace: ZoneTrace, seat: int, axes: Axes, labels: Labels) -> Axes:
    """Draw a party's reservation, the best it could have in the zone, the Nash point, and worths of offers to it."""
    days = [day.day for day in trace.days]
    least, best = ([getattr(day, name)[seat] for day in trace.days] for name in ("reservations", "best"))
    axes.fill_between(days, least, best, color=style.FAINT, lw=0, label="zone")
    axes.plot(days, least, color=style.INK, lw=0.8, ls=":", label="reservation")
    nash = [day for day in trace.days if day.nash != NOWHERE]
    axes.plot([day.day for day in nash], [day.at_nash[seat] for day in nash], "D", ms=1.6, color=style.COLOURS[2],
              mew=0, label="Nash point")  # fmt: skip
    for place, party in enumerate(trace.parties):
        offers, look = [offer for offer in trace.offers if offer.party == party], style.stroke(place)
        axes.plot([offer.day for offer in offers], [offer.worths[seat] for offer in offers], look.marker, ms=2.8,
                  mfc="none", mec=look.colour, mew=0.7, label=f"offered by {labels.party(party)}")  # fmt: skip
    for day in trace.agreed:
        axes.axvline(day, color=style.INK, lw=0.6)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    return style.tidy(axes, y=f"worth to {labels.short(16).party(trace.parties[seat])}")


def draw_counts(trace: ZoneTrace, axes: Axes) -> Axes:
    """Draw how many packages are in the zone, and how many of them meet every precondition."""
    days = [day.day for day in trace.days]
    axes.step(days, [day.zone for day in trace.days], where="mid", color=style.COLOURS[0], lw=1.0, label="in the zone")
    axes.step(days, [day.passing for day in trace.days], where="mid", color=style.COLOURS[3], lw=1.0, ls="--",
              label="and meeting all preconditions")  # fmt: skip
    axes.set_ylim(bottom=-0.04 * max(1, *(day.zone for day in trace.days)))
    axes.set_xlim(0, len(days))
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    style.tidy(axes, x="days since the start", y="packages")
    handles, _ = axes.get_legend_handles_labels()
    style.key(axes, handles, columns=2)
    return axes


def rows_of(trace: ZoneTrace) -> list[dict[str, Any]]:
    """Everything drawn: a row for each day, then one for each offer."""
    rows: list[dict[str, Any]] = []
    for day in trace.days:
        row: dict[str, Any] = {"what": "day", "day": day.day, "phase": day.phase, "zone": day.zone, "nash": day.nash}
        row |= {"passing": day.passing}
        for seat, party in enumerate(trace.parties):
            row |= {f"reservation.{party}": day.reservations[seat], f"best.{party}": day.best[seat]}
            row |= {f"nash.{party}": day.at_nash[seat] if day.nash != NOWHERE else ""}
        rows.append(row)
    for offer in trace.offers:
        worths = {f"worth.{party}": offer.worths[seat] for seat, party in enumerate(trace.parties)}
        rows.append({"what": "offer", "day": offer.day, "by": offer.party, "package": offer.outcome, **worths})
    return rows


def told(trace: ZoneTrace, labels: Labels) -> list[str]:
    """The picture in words."""
    many = len(trace.days)
    zone, passing = (sum(getattr(day, name) > 0 for day in trace.days) for name in ("zone", "passing"))
    sentences = [
        f"{labels.track(trace.track)}: at the end of {zone:,} of {counted(many, 'day')} there was a zone of agreement,"
        f" preconditions aside; on {passing:,} of them some package in it met all preconditions.",
        f"{counted(len(trace.offers), 'offer')}; {counted(len(trace.agreed), 'agreement')}.",
    ]
    return sentences


def document(trace: ZoneTrace, case: Case, question: Question) -> dict[str, Any]:
    """Everything that was seen as plain data, enough to draw it again."""
    command = f"{question.command.replace('parley run', 'parley zone', 1)} --track {trace.track}"
    return {
        **heading_of(case.title, command, case.digest),
        "kind": KIND,
        "seed": question.seed,
        "replication": question.replication,
        "labels": asdict(labels_of(case)),
        "trace": asdict(trace),
        "versions": versions(),
    }


def drawn_again(plain: dict[str, Any]) -> Drawing:
    """The picture of a document. Raises KeyError, TypeError, ValueError: it is none."""
    trace: ZoneTrace = TypeAdapter(ZoneTrace).validate_python(plain["trace"])
    note = style.caption(1, int(plain["seed"]), int(plain["replication"]))
    return draw_zone(trace, Labels(**plain["labels"]), note=note)


def keep_zone(trace: ZoneTrace, case: Case, question: Question, out: Path) -> Path:
    """Draw what was seen into a folder of its own, with how it was made; returns the folder.

    Raises:
        NotAResult: something else stands there.
        OSError: the place cannot be written.
    """
    middle = "-central" if question.central else ""
    which = f"s{question.seed}-r{question.replication}{middle}"
    folder = out / f"{case.name}-zone-{trace.track}-{case.digest[:8]}-{which}"
    drawing = draw_zone(trace, labels_of(case), note=style.caption(1, question.seed, question.replication))
    with staged(folder) as fresh:
        write_json(fresh / MANIFEST, document(trace, case, question))
        save(drawing.figure, fresh / "zone", drawing.data, drawing.alt)
    return folder
