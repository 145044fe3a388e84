"""The last sections of a report: how it is made again, and what it does not say."""

from collections.abc import Mapping

from sim.show.pages.blocks import Block, Grid, Points, Row, Section, Words
from sim.show.report.asking import Desk
from sim.show.words import counted
from sim.study.manifest import read_sittings
from sim.study.options import going_on
from sim.study.results import Manifest
from sim.study.versions import rules_version
from sim.terms import DISCLAIMER

LIMITS = (
    DISCLAIMER,
    "An interval tells the luck of the draws. It says nothing of whether the rules or the ranges are right.",
    "The scenario was written by somebody who knew what had happened; its start, its menus and its ranges are choices.",
    "What a side says that it asks for is modelled as it says it. Whether it means it, and what it would settle for,"
    " is assumed.",
    "An unlock is what changes in the model when a precondition is taken away. It is no advice that anybody should give"
    " it up, and no finding that it is unreasonable.",
    "No outcome is called right, and no side's ledger is preferred to the other's: alleged violations are told by who"
    " alleges them.",
    "Persons are counts. No name of a captive stands anywhere.",
    "The model is described in docs/ODD.md, with what it leaves out.",
)


def limits() -> Section:
    """What the report does not say."""
    return Section("limits", "What this does not say", [Points(LIMITS)])


def of_batch(desk: Desk) -> Section:
    """How a batch and its report are made again."""
    manifest = desk.manifest
    shown = {
        "Replications": f"{manifest.replications:,} of {counted(len(manifest.points), 'point')}",
        "Seed": f"{manifest.seed}",
        "Uncertain values": "held at their middle" if manifest.central else "drawn once a replication",
        "Engine": manifest.engine,
        "Identity of the batch": manifest.identity,
        "Hash of the rules": manifest.rules,
    }
    for entry in manifest.scenarios:
        name = ", ".join(filter(None, (entry.scenario, entry.variant)))
        shown[f"Hash of the scenario {name}"] = entry.digest
    sittings = read_sittings(desk.folder)
    if sittings:
        shown["Run on"] = f"{sittings[0].began:%Y-%m-%d}, {', '.join(str(v) for v in sittings[-1].machine.values())}"
    blocks: list[Block] = [Words([*_changed(manifest.rules)]), _grid("What it rests on", shown)]
    sources = {file: known for entry in manifest.scenarios for file, known in entry.sources.items()}
    blocks += [_grid("Files that were read, by their hashes (SHA-256)", sources)] if sources else []
    blocks += [_grid("Versions", sittings[-1].versions)] if sittings else []
    commands = [going_on(manifest.command, desk.folder), desk.asked.command]
    return Section("again", "How to make it again", blocks, commands)


def of_run(manifest: Manifest, command: str) -> Section:
    """How a run and its report are made again."""
    question = manifest.question
    shown = {
        "Seed": f"{question.seed}", "Replication": f"{question.replication}",
        "Uncertain values": "held at their middle" if question.central else "drawn",
        "Hash of the scenario": manifest.digest,
    }  # fmt: skip
    blocks = [_grid("What it rests on", shown), _grid("Versions", manifest.versions)]
    return Section("again", "How to make it again", blocks, [manifest.command, command])


def _changed(rules: str) -> list[str]:
    if rules == rules_version():
        return ["Tables and figures come from the batch, and from the same rules run again."]
    return ["The rules have changed since the batch ran: what was run again was run by those of today."]


def _grid(caption: str, shown: Mapping[str, str]) -> Grid:
    return Grid(
        caption, ("What", "Which"), (False, False), [Row(name, [value or "–"]) for name, value in shown.items()]
    )
