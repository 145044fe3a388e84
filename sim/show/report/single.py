"""The report of one run: its story, what foundered on what, and how it is told again."""

import itertools

from sim.show import blocking_tables, explaining, folders, narrate, style, tables, timeline
from sim.show.explain import explain, refusal_rows
from sim.show.pages.blocks import Entries, Entry, Heading, Picture, Section, Words, grid_of, picture_of
from sim.show.report import closing
from sim.show.report.asking import Asked
from sim.show.told import Refused
from sim.show.words import date_text, listed
from sim.study.results import Manifest, read_manifest, read_run


def values_of(asked: Asked) -> dict[str, object]:
    """What fills the page of a run.

    Raises:
        NotAResult: the folder holds no complete run.
        Refused: what is asked can only be asked of a batch.
    """
    options = {"--track": asked.track, "--target": asked.target, "--point": asked.point, "--with": asked.others or None}
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise Refused(f"'{asked.result}' is one run: {listed(given)} can be asked of a batch")
    manifest, run = read_manifest(asked.result), read_run(asked.result)
    labels = folders.labels_of(manifest)
    chapters = explain(run.record, run.log, manifest.start, labels)
    lines = narrate.narrate(run.log, manifest.start, labels, talks=run.record.talks)
    days = [
        Entry(date_text(date), [f"{line.label}: {line.text}" if line.label else line.text for line in of_date])
        for date, of_date in itertools.groupby(lines, key=lambda line: line.date)
    ]
    drawing = timeline.timeline(run.record, run.log, manifest.start, labels, levels=folders.levels_of(run))
    rows = refusal_rows(chapters, manifest.start, labels)
    shown = rows if len(rows) <= explaining.MOST_ROWS else [row for row in rows if row["precondition"]]
    why = [block for chapter in chapters for block in (Heading(chapter.label), Words(chapter.lines))]
    story: list[Picture | Entries] = [
        picture_of(drawing, "The run day by day: each track, and each side's own ledger."), Entries(days)
    ]  # fmt: skip
    ended = [grid_of(each) for each in tables.of_run(run.record, labels)]
    sections = [
        Section("outcomes", "How it ended", ended, [manifest.command]),
        Section("story", "What happened", story, [manifest.command]),
        Section(
            "blocking", "What talks foundered on",
            [*why, *(grid_of(each) for each in blocking_tables.of_refusals(shown, labels))],
            [f"parley explain {asked.result}"],
        ),
        closing.of_run(manifest, asked.command),
        closing.limits(),
    ]  # fmt: skip
    return {
        "title": manifest.title,
        "question": asked.question or "What happened in this run, and what did its talks founder on?",
        "short": [line for chapter in chapters for line in (f"{chapter.label}: {chapter.lines[-1]}",) if chapter.lines],
        "based_on": _based_on(manifest),
        "sections": sections,
    }


def _based_on(manifest: Manifest) -> str:
    note = style.caption(1, manifest.question.seed, manifest.question.replication)
    told = f"{note}. One run is one of many that could have come about; how often is told by a batch."
    return f"{told} {manifest.left_out}".strip()
