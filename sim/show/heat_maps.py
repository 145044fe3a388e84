"""The command `parley map`: a map is counted, drawn, kept and told."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.show import heat_map
from sim.show.files import save
from sim.show.told import Told
from sim.study.heat_map import HeatMap
from sim.study.heat_map import heat_map as count
from sim.study.results import heading_of, write_json


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands on the command line, but for the result."""

    outcome: str
    within: int | None = None
    scenario: int = 0
    wide: float = 0.05

    def command(self, result: Path) -> str:
        """The command that asks the same again."""
        words = ["parley", "map", str(result), "--outcome", self.outcome]
        words += [] if self.within is None else ["--within", str(self.within)]
        words += ["--scenario", str(self.scenario)] if self.scenario else []
        return shlex.join([*words, "--wide", f"{self.wide:g}"])

    @property
    def name(self) -> str:
        """Of its files."""
        within = "" if self.within is None else f"-within-{self.within}"
        return f"map-{self.outcome}{within}" + (f"-{self.scenario}" if self.scenario else "")


def answer(result: Path, asked: Asked, folder: Path | None) -> Told:
    """Map an outcome of a batch; keep it in a folder, if one is given.

    Raises:
        NotAResult, NoMap, Unanswerable: it cannot be mapped.
        OSError: the place cannot be written.
    """
    found = count(result, asked.outcome, asked.within, asked.scenario)
    rows = list(heat_map.rows_of(found, asked.wide))
    plain = _as_json(found, rows, asked, result)
    files: tuple[Path, ...] = ()
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        drawing = heat_map.draw(found, asked.wide)
        document = folder / f"{asked.name}.json"
        write_json(document, plain)
        files = (*save(drawing.figure, folder / asked.name, drawing.data, drawing.alt), document)
    remarks = [*filter(None, [heat_map.lacking(found)])]
    table = heat_map.table_of(found, asked.wide)
    return Told(tables=[table], rows=rows, as_json=plain, files=files, remarks=remarks)


def _as_json(found: HeatMap, rows: list[dict[str, Any]], asked: Asked, result: Path) -> dict[str, Any]:
    manifest = found.manifest
    return {
        **heading_of(heat_map.title_of(found), asked.command(result), manifest.identity),
        "kind": "map",
        "scenario": manifest.scenarios[found.scenario].file,
        "factors": list(found.factors),
        "wide": asked.wide,
        "cells": rows,
    }
