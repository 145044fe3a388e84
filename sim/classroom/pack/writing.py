"""A pack on disk: pages for the instructor, and pages for students in a folder of their own."""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.classroom.pack import key
from sim.classroom.pack.briefing import briefing_of
from sim.classroom.pack.evidence import Evidence, happened
from sim.classroom.pack.expected import Ran, blocked_of, ran_of, ranges_of, unlocks_of
from sim.classroom.pack.game import Game
from sim.classroom.pack.mechanisms import mechanisms_of
from sim.classroom.pack.plans import RUBRIC, content_note, plans_of, rules_of
from sim.classroom.pack.roles import AwaySheet, MediatorSheet, PartySheet, away_sheets, mediator_sheet, party_sheet
from sim.show.pages import render
from sim.show.words import capital, counted, date_text
from sim.study.results import MANIFEST, NotAResult, require_room, staged
from sim.terms import DISCLAIMER

Sheet = PartySheet | MediatorSheet | AwaySheet
STUDENTS = "students"


@dataclass(frozen=True, slots=True)
class Asked:
    """How a pack was asked for."""

    scenario: str
    """The file, as it was named; a placeholder under a skin."""
    sets: tuple[str, ...]
    track: str
    replications: int
    seed: int
    skin: str = ""
    left_out: str = ""

    @property
    def _changed(self) -> list[str]:
        return [word for change in self.sets for word in ("--set", change)]

    @property
    def _dressed(self) -> list[str]:
        return ["--skin", self.skin] if self.skin else []

    def command(self, track: str) -> str:
        """The command that makes the pack of a table."""
        words = ["parley", "teach", "pack", self.scenario, "--track", track, *self._changed, *self._dressed]
        return shlex.join([*words, "-n", str(self.replications), "--seed", str(self.seed)])

    @property
    def batch(self) -> str:
        """The command that makes the runs again."""
        words = ["parley", "batch", self.scenario, "-n", str(self.replications), "--seed", str(self.seed)]
        return shlex.join([*words, *self._changed, *self._dressed])

    @property
    def explain(self) -> str:
        """What to ask of their folder."""
        return f"parley explain RESULT --track {self.track} -n {self.replications}"


@dataclass(frozen=True, slots=True)
class Paper:
    """A page of the pack."""

    file: str
    name: str
    who: str
    when: str
    template: str
    values: Mapping[str, Any]


def student_papers(game: Game, evidence: Evidence, left_out: str = "") -> tuple[Paper, ...]:
    """Every page for students: the public ones, and one sheet for each party and mediator.

    A public page depends on nothing that a side keeps to itself, and a sheet on nothing that another keeps.
    """
    briefing, mechanisms = briefing_of(game, evidence), mechanisms_of(game)
    common = {"table": game.title, "case_title": game.case.title, "briefing": briefing, "left_out": capital(left_out)}
    rules = rules_of(game)
    papers = [
        Paper("briefing-short.html", "Short briefing", "everybody", "at the beginning", "briefing-short",
              {**common, "title": "Short briefing", "rules": rules}),
        Paper("briefing-long.html", "Long briefing", "everybody", "before the lesson, or in the long plan",
              "briefing-long", {**common, "title": "Long briefing"}),
        Paper("rubric.html", "Rubric", "everybody", "before the talks", "rubric",
              {**common, "title": "Rubric", "rubric": RUBRIC}),
        *(_role(kind, sheet, game, common) for kind, sheet in all_sheets(game)),
        Paper("form.html", "Negotiation form", "one for each table", "when talks begin", "form",
              {**common, "title": "Negotiation form", "mediated": _tokens(game)}),
        Paper("debrief.html", "Debrief questions", "everybody", "after the talks", "debrief",
              {**common, "title": "Debrief questions", "mechanisms": mechanisms}),
    ]  # fmt: skip
    if evidence.about:
        told = {"about": " ".join(evidence.about.split()), "happened": happened(evidence, game.labels)}
        papers.append(
            Paper("what-happened.html", "What happened", "everybody", "at the end of the debrief, not before", "after",
                  {**common, "title": "What happened", **told})
        )  # fmt: skip
    return tuple(papers)


def all_sheets(game: Game) -> tuple[tuple[str, Sheet], ...]:
    """One sheet for each party and mediator, with its kind."""
    return (
        *(("party", party_sheet(game, seat)) for seat in game.seats),
        *(("mediator", mediator_sheet(game, mediator)) for mediator in game.mediators),
        *(("away", sheet) for sheet in away_sheets(game)),
    )


def _role(kind: str, sheet: Sheet, game: Game, common: Mapping[str, Any]) -> Paper:
    values = {"kind": kind, "sheet": sheet, "mediated": _tokens(game), "title": f"Role sheet: {sheet.label}"}
    return Paper(
        f"role-{sheet.name}.html", f"Role sheet: {sheet.label}", f"{sheet.label} alone", "at the beginning", "role",
        {**common, **values},
    )  # fmt: skip


def _tokens(game: Game) -> bool:
    """Whether a mediator may promise something: its style is known to all."""
    return any(mediator.manipulates for mediator in game.mediators)


def text_of(paper: Paper) -> str:
    """The page as HTML."""
    return render(f"pack/{paper.template}.html", paper.values)


def write_pack(
    folder: Path, game: Game, evidence: Evidence, asked: Asked, tell: Callable[[str], None] = lambda line: None
) -> tuple[Path, ...]:
    """Write a pack.

    Args:
        folder: where; a pack that is there is replaced, anything else is in the way.
        game: the table.
        evidence: what stands behind the case.
        asked: how it was asked for.
        tell: takes a line for who waits.

    Returns:
        The files.

    Raises:
        NotAResult: something else stands at `folder`.
        OSError: the folder cannot be written.
    """
    papers = student_papers(game, evidence, asked.left_out)
    ran = ran_of(game, asked.replications, asked.seed, tell)
    texts = {f"{STUDENTS}/{paper.file}": text_of(paper) for paper in papers}
    texts["roles.html"] = render(
        "pack/roles.html",
        {"title": "All role sheets", "table": game.title, "case_title": game.case.title, "all": all_sheets(game),
         "mediated": _tokens(game)},
    )  # fmt: skip
    texts["index.html"] = render("pack/index.html", index_of(game, evidence, asked, ran, papers))
    texts[MANIFEST] = json.dumps(
        {"kind": "pack", "title": game.case.title, "track": game.track.name, "command": asked.command(asked.track),
         "digest": game.case.digest, "disclaimer": DISCLAIMER, "files": sorted(texts)}, indent=1, ensure_ascii=False,
    )  # fmt: skip
    with staged(folder) as fresh:
        (fresh / STUDENTS).mkdir()
        for name, text in texts.items():
            (fresh / name).write_text(f"{text.rstrip()}\n", encoding="utf-8", newline="\n")
    return tuple(folder / name for name in texts)


def require_room_for_pack(folder: Path) -> None:
    """Make sure, before anything long begins, that a pack can be written at `folder`, and that nothing is lost by it.

    Raises:
        NotAResult: something else stands there, or somebody has put more into the pack.
        OSError: the place cannot be written.
    """
    require_room(folder)
    if not folder.exists():
        return
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        own = {MANIFEST, *said["files"]} if said["kind"] == "pack" else set[str]()
    except (ValueError, TypeError, KeyError):
        own = set[str]()
    there = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    other = next((name for name in there if name not in own), None)
    if other is not None:
        raise NotAResult(f"'{folder / other}' would be lost: it is of no pack; name another folder with --out")


def index_of(game: Game, evidence: Evidence, asked: Asked, ran: Ran, papers: tuple[Paper, ...]) -> dict[str, Any]:
    """What the instructor's page says."""
    sheets = [party_sheet(game, seat) for seat in game.seats]
    caption, best = key.best_of(game)
    picture, alt = key.picture_of(game)
    links = [Paper(f"{STUDENTS}/{p.file}", p.name, p.who, p.when, "", {}) for p in papers]
    together = Paper("roles.html", "All role sheets in one, for printing", "you, to print and cut", "before", "", {})
    return {
        "title": "Instructor",
        "table": game.title,
        "case_title": game.case.title,
        "about": " ".join(evidence.about.split()),
        "left_out": capital(asked.left_out),
        "game_size": _size(game),
        "seats": len(game.seats) + len(game.mediators),
        "begins": date_text(game.case.start),
        "papers": [*links, together],
        "command": asked.command(asked.track),
        "others": [
            f"{game.labels.track(track.name)} ({asked.command(track.name)})"
            for track in game.case.tracks
            if track.name != asked.track
        ],
        "mechanisms": mechanisms_of(game),
        "note": content_note(game),
        "plans": plans_of(game),
        "rules": rules_of(game),
        "glance": key.glance_of(game, sheets),
        "zone_text": key.zone_text(game),
        "best_caption": caption,
        "best": best,
        "as_if": not any(game.today.feasible),
        "frontier": key.frontier_of(game),
        "picture": picture,
        "alt": alt,
        "rounding": key.rounding_text(game),
        "news": key.news_of(game, evidence),
        "rubric": RUBRIC,
        **_of_runs(game, asked, ran),
    }


def _of_runs(game: Game, asked: Asked, ran: Ran) -> dict[str, Any]:
    return {
        "n": f"{ran.n:,}",
        "seed": ran.seed,
        "ranges": ranges_of(ran),
        "blocked": blocked_of(game, ran),
        "unlocks": unlocks_of(game, ran),
        "searched": ran.unlocking is not None,
        "lesson": key.lesson_of(game, ran),
        "batch_command": asked.batch,
        "explain_command": asked.explain,
    }


def _size(game: Game) -> str:
    mediators = counted(len(game.mediators), "mediator")
    return f"{counted(len(game.seats), 'party', 'parties')}{f' and {mediators}' if game.mediators else ''}"
