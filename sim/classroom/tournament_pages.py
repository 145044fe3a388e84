"""What a tournament leaves: tables, pictures and a page of text, the same bytes for the same tournament."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.classroom.tables import table
from sim.classroom.tournament import Tournament, mean
from sim.show.files import save
from sim.show.standings import payoffs, standings
from sim.show.words import counted
from sim.study.landing import land
from sim.terms import DISCLAIMER

STANDINGS = (
    "rank",
    "strategy",
    "score",
    "low",
    "high",
    "own",
    "theirs",
    "joint",
    "agreed",
    "kept",
    "matches",
    "disqualified",
)
MATCHES = ("scenario", "first", "second", "replications", "talks", "own_first", "own_second", "agreed", "kept")


def write(held: Tournament, folder: Path) -> list[Path]:
    """Write everything into a folder that is there; what a former tournament left there is replaced. Raises OSError."""
    page = text(held)
    files = {
        "standings.csv": standings_table(held),
        "matches.csv": table(MATCHES, _matches(held)),
        "standings.txt": page,
    }
    for name, content in files.items():
        land(folder / name, content.encode())
    note = note_of(held)
    names = [standing.name for standing in held.standings]
    pictures = {
        "figure-payoffs": payoffs(names, held.payoffs(), note),
        "figure-standings": standings(
            names,
            [standing.rank for standing in held.standings],
            [standing.score for standing in held.standings],
            [(standing.own, standing.kept) for standing in held.standings],
            note,
        ),
    }
    written = [folder / name for name in files]
    for name, drawing in pictures.items():
        written += save(drawing.figure, folder / name, drawing.data, drawing.alt)
    return written


def note_of(held: Tournament) -> str:
    """What a tournament rests on."""
    return (
        f"{counted(len(held.matches), 'match', 'matches')} in {counted(len(held.scenarios), 'scenario')}, "
        f"n = {counted(held.replications, 'replication')} each, seed {held.seed}"
    )


def text(held: Tournament) -> str:
    """The page of text."""
    head = ("rank", "strategy", "score", "interval", "own", "theirs", "agreed", "kept")
    rows = [
        (
            str(each.rank), each.name, f"{each.score.value:.3f}", f"{each.score.low:.3f}–{each.score.high:.3f}",
            f"{each.own:.3f}", f"{each.theirs:.3f}", f"{each.agreed:.3f}", f"{each.kept:.3f}",
        )
        for each in held.standings
    ]  # fmt: skip
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    lines = [f"Tournament: {', '.join(held.scenarios)}", f"{note_of(held)}.", ""]
    lines += [_line(row, widths) for row in [head, *rows]]
    lines += [
        "",
        "own     mean share of the best that there was for one's side; theirs: the same of whom one met",
        "agreed  share of talks that ended in an agreement; kept: in a deal that lived as long as it was to",
        "score   half of own and half of kept, with its 95 % interval over replications",
        "rank    one more than the number of those that did better beyond doubt (paired 95 % interval)",
    ]
    if held.disqualified:
        lines += ["", "Disqualified:", *(f"  {why}" for _, why in sorted(held.disqualified.items()))]
    return "\n".join([*lines, "", DISCLAIMER, ""])


def standings_table(held: Tournament) -> str:
    """The standings as CSV, with those who were disqualified at the end, and why."""
    return table(STANDINGS, _standings(held))


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        cell.ljust(width) if place == 1 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(cells)


def _standings(held: Tournament) -> Iterator[Sequence[object]]:
    for each in held.standings:
        numbers = (
            each.score.value,
            each.score.low,
            each.score.high,
            each.own,
            each.theirs,
            each.joint,
            each.agreed,
            each.kept,
        )
        yield [each.rank, each.name, *map(_number, numbers), each.matches, ""]
    for name, why in sorted(held.disqualified.items()):
        yield ["", name, *[""] * 8, 0, why]


def _matches(held: Tournament) -> Iterator[Sequence[object]]:
    for match in held.matches:
        n = len(match.outcomes)
        columns = [
            [outcome.own[0] for outcome in match.outcomes],
            [outcome.own[1] for outcome in match.outcomes],
            [outcome.agreed for outcome in match.outcomes],
            [outcome.kept for outcome in match.outcomes],
        ]
        talks = sum(outcome.talks for outcome in match.outcomes)
        yield [match.scenario, match.first, match.second, n, talks, *(_number(mean(column)) for column in columns)]


def _number(value: float) -> str:
    return f"{value:.6f}" if math.isfinite(value) else ""
