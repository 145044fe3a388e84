"""The command `parley score`: scores as tables, as a figure, and on disk."""

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter
from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.show import style
from sim.show.files import Drawing, save
from sim.show.words import counted, number
from sim.study import results
from sim.study.score import Report, Score, of_kinds, rows_of
from sim.study.versions import versions
from sim.terms import DISCLAIMER

WORDS = {
    "agreement": "first agreement",
    "ending": "its ending",
    "terms": "its terms",
    "delivered": "delivered of it",
    "renewals": "renewed",
    "days_in_force": "in force",
    "gap": "from one to the next",
}
"""What a statement is about, for a reader."""
IN_VIEW = "†"
HOW_TO_READ = (
    "Skill in bits: at 1 the model gave what was observed twice the probability of a plain guess, at -1 half.\n"
    "A plain guess learns from the other cases named: how often each ending, how soon; of terms, all alike.\n"
    "None: no run saw it; its score is a floor that falls with -n.\n"
    f"{IN_VIEW}: in view when numbers were set, so that it does not count in the mean."
)
FOR_CASES = "The interval draws whole cases again; it does not allow for files that were written with hindsight."
FOR_KINDS = "Whoever wrote a menu knew what was agreed: skill in terms is the cheapest."
FOR_BINS = "Every class of every statement but gaps. Intervals: as if all were independent; by drawing cases again."


def tables_of(report: Report) -> Iterator[Table]:
    """Every statement with its scores, the means by case, and how often what was said to be so likely came true."""
    yield _of_statements(report)
    yield _of_cases(report)
    kinds = of_kinds(report.scores)
    if kinds:
        table = _table("By what it is about", ("Statement", "Statements", "Mean skill"), FOR_KINDS)
        for kind, (n, skill) in kinds.items():
            table.add_row(WORDS[kind], number(n), _signed(skill))
        yield table
    if any(found.n for found in report.bins):
        yield _of_bins(report)
    if report.unscored:
        table = _table("Not scored", ("Case", "Track", "Why"), "")
        for each in report.unscored:
            table.add_row(each.case, each.track, each.what)
        yield table


def _of_statements(report: Report) -> Table:
    heads = ("What was observed", "Runs", "Model", "95 % interval", "Plain guess", "Skill")
    table = _table("The probability of what was observed", heads, HOW_TO_READ)
    for case, found in groupby(report.scores, key=lambda each: each.statement.case):
        table.add_row(Text(report.titles[case], style="cyan"))
        scores = list(found)
        for place, each in enumerate(scores):
            table.add_row(
                Padding(_observed(report, each), (0, 0, 0, 2)), number(each.statement.runs), _model(each),
                _range(each.low, each.high), _percent(each.plain),
                _signed(each.skill), end_section=place == len(scores) - 1,
            )  # fmt: skip
    return table


def _observed(report: Report, score: Score) -> str:
    statement = score.statement
    track = report.labels[statement.case][statement.track]
    by = f" ({statement.said_by or statement.claim})" if statement.claim else ""
    mark = f" {IN_VIEW}" if statement.fitted else ""
    return f"{track}, {WORDS[statement.kind]}: {statement.seen}{by}{mark}"


def _model(score: Score) -> str:
    statement = score.statement
    unseen = all(statement.counts[place] == 0 for place in statement.observed)
    return "none" if unseen else _percent(score.probability)


def _of_cases(report: Report) -> Table:
    heads = ("Case", "Statements", "Mean skill", f"In view {IN_VIEW}", "Mean skill")
    table = _table("By case", heads, f"{FOR_CASES}\n{_size(report)}")
    for each in report.cases:
        table.add_row(
            each.case, number(each.statements), _signed(each.skill), number(each.fitted),
            _signed(each.fitted_skill),
        )  # fmt: skip
    mean, low, high = report.skill
    interval = "" if math.isnan(low) else f" ({_signed(low)} to {_signed(high)})"
    table.add_section()
    table.add_row("Mean over cases (95 % interval)", "", f"{_signed(mean)}{interval}", "", "")
    return table


def _size(report: Report) -> str:
    scored = sum(1 for case in report.cases if case.statements)
    small = f"n = {counted(scored, 'case')} in the mean, a small number" if scored else "No case counts in the mean"
    return f"{small}; {_runs(report)}."


def _runs(report: Report) -> str:
    return f"{counted(report.replications, 'replication')} each, seed {report.seed}"


def _of_bins(report: Report) -> Table:
    heads = ("Stated", "Statements", "Mean stated", "Came true", "Share", "95 % interval", "By cases")
    table = _table("How often what was stated came true", heads, FOR_BINS)
    for found, (low, high) in zip(report.bins, report.resampled, strict=True):
        if found.n:
            table.add_row(
                f"{100 * found.low:.0f}–{100 * found.high:.0f} %", number(found.n), _percent(found.stated),
                number(found.came_true), _percent(found.share),
                _range(found.wilson_low, found.wilson_high), _range(low, high),
            )  # fmt: skip
    return table


def _table(title: str, heads: Sequence[str], caption: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False, min_width=len(title),
        caption=caption or None, caption_justify="left",
    )  # fmt: skip
    for place, head in enumerate(heads):
        words = place == 0 or head in ("Track", "Why")
        table.add_column(head, ratio=1 if place == 0 else None, justify="left" if words else "right", no_wrap=not words)
    return table


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{100 * share:.1f} %"


def _range(low: float, high: float) -> str:
    return "" if math.isnan(low) else f"{100 * low:.1f}–{100 * high:.1f} %"


def _signed(bits: float) -> str:
    return "–" if math.isnan(bits) else f"{bits:+.2f}"


# The figure ---------------------------------------------------------------------------------------------


def figure_of(report: Report) -> Drawing:
    """Compose the picture: how often what was stated came true, and the skill of every statement by case."""
    figure = style.blank(style.PAGE, max(2.8, 1.3 + 0.24 * len(report.cases)))
    left, right = figure.subplots(1, 2, width_ratios=(1.0, 1.25))
    draw_reliability(report, left)
    draw_skill(report, right)
    rests = f"{_size(report).rstrip('.')}; 95 % intervals as if all were independent"
    style.sign(figure, rests)
    return Drawing(figure, _drawn(report), f"{_alt(report)} {rests}.")


def draw_reliability(report: Report, axes: Axes) -> Axes:
    """Draw the share that came true against the probability that was stated, with Wilson intervals."""
    axes.plot([0, 1], [0, 1], color=style.SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
    for found in report.bins:
        if found.n:
            reach = [[found.share - found.wilson_low], [found.wilson_high - found.share]]
            axes.errorbar(
                [found.stated], [found.share], yerr=reach, fmt="o", color=style.COLOURS[0], ecolor=style.INK,
                markersize=3.5, linewidth=1, capsize=2, clip_on=False,
            )  # fmt: skip
            axes.annotate(
                number(found.n), (found.stated, found.share), (5, 3), textcoords="offset points",
                fontsize=style.SMALL, color=style.SOFT,
            )  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(1, symbol=" %"))
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    return style.tidy(axes, x="stated by the model", y="came true (number: statements)")


def draw_skill(report: Report, axes: Axes) -> Axes:
    """Draw the skill of every statement as a stroke, and the mean of each case as a dot: hollow where in view."""
    axes.axvline(0, color=style.SOFT, linewidth=0.8)
    names = []
    for place, case in enumerate(report.cases):
        names.append(style.wrapped(case.case, 120, 2, style.SMALL))
        for each in report.scores:
            if each.statement.case == case.case:
                colour = style.COLOURS[4] if each.statement.fitted else style.COLOURS[0]
                axes.plot([each.skill], [place], marker="|", color=colour, markersize=6, linestyle="none")
        for skill, filled in ((case.skill, True), (case.fitted_skill, False)):
            if not math.isnan(skill):
                axes.plot(
                    [skill], [place], marker="o" if filled else "D", markersize=4.5, linestyle="none",
                    markeredgecolor=style.INK, markerfacecolor=style.COLOURS[1] if filled else "white",
                )  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="x", color=style.FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    style.tidy(axes, x="skill in bits; above 0, better than a plain guess")
    style.key(axes, _handles(), columns=2)
    axes.tick_params(axis="y", length=0)
    style.literal(axes)
    return axes


def _handles() -> list[Line2D]:
    looks = (
        ("mean of a case", "o", style.COLOURS[1], style.INK), ("the same, in view", "D", "white", style.INK),
        ("one statement", "|", "white", style.COLOURS[0]), ("one, in view", "|", "white", style.COLOURS[4]),
    )  # fmt: skip
    return [
        Line2D([], [], linestyle="none", marker=marker, markersize=4.5, label=label,
               markerfacecolor=face, markeredgecolor=edge)
        for label, marker, face, edge in looks
    ]  # fmt: skip


def _drawn(report: Report) -> list[dict[str, Any]]:
    bins = [{"panel": "reliability", **asdict(found)} for found in report.bins if found.n]
    skills = [
        {"panel": "skill", **{key: row[key] for key in ("case", "track", "statement", "version", "in_view", "skill")}}
        for row in rows_of(report)
    ]
    means = [{"panel": "cases", **asdict(case)} for case in report.cases]
    return [*bins, *skills, *means]


def _alt(report: Report) -> str:
    told = [
        f"{case.case}: "
        + ", ".join(
            f"{_signed(skill)} over {counted(n, 'statement')}{kind}"
            for skill, n, kind in ((case.skill, case.statements, ""), (case.fitted_skill, case.fitted, " in view"))
            if n
        )
        for case in report.cases
    ]
    came = [
        f"of {found.n} stated at about {_percent(found.stated)} {found.came_true}" for found in report.bins if found.n
    ]
    return f"Mean skill in bits by case. {'; '.join(told)}. What came true: {', '.join(came) or 'nothing to tell'}."


# On disk ------------------------------------------------------------------------------------------------


def document(report: Report, command: str) -> dict[str, Any]:
    """Everything as plain data for JSON."""
    heading = results.heading_of("Scores of what was observed", command, identity(report))
    plain = asdict(report)
    for entry, each in zip(plain["scores"], report.scores, strict=True):
        entry["skill"] = each.skill
    return {**heading, **plain}


def identity(report: Report) -> str:
    """Hash of what was scored: the scenarios, what was observed, how often, by which draws."""
    told = (f"{each.case} {each.track} {each.kind} {each.seen} {each.claim} {each.fitted}" for each in (
        score.statement for score in report.scores
    ))  # fmt: skip
    parts: Iterable[str] = (*report.digests.values(), *told, str(report.replications), str(report.seed))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def folder_of(report: Report) -> str:
    """The name of the folder of the scores: the same for the same question."""
    return f"scores-{identity(report)[:8]}-n{report.replications}-s{report.seed}"


def as_csv(report: Report) -> str:
    """Every score as CSV with a line of names; nothing stands where there is no number."""
    file = io.StringIO()
    rows = rows_of(report)
    writer = csv.DictWriter(file, list(rows[0]) if rows else ["case"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: "" if isinstance(value, float) and math.isnan(value) else value for key, value in row.items()}
        for row in rows
    )
    return file.getvalue()


def keep(report: Report, folder: Path, command: str) -> None:
    """Write the scores and their figure into a folder, complete or not at all.

    Raises:
        NotAResult: something stands there that is not a complete result.
        OSError: the folder cannot be written.
    """
    with results.staged(folder) as fresh:
        (fresh / "scores.csv").write_text(as_csv(report), encoding="utf-8")
        made = {"kind": "scores", "command": command, "versions": versions(), "disclaimer": DISCLAIMER}
        results.write_json(fresh / results.MANIFEST, {**made, "scenarios": report.digests})
        drawing = figure_of(report)
        save(drawing.figure, fresh / "skill", drawing.data, drawing.alt)
