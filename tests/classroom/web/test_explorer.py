import asyncio
import json
import re
import time

import httpx
import pytest

from sim.classroom.rooms import Rooms
from sim.classroom.web import explorer, pages
from sim.classroom.web.app import Site, application
from sim.classroom.web.library import Library, shipped
from sim.classroom.web.trials import Trials
from sim.classroom.web.view import View
from sim.classroom.web.workshop import Workshop
from sim.scenario.compiling import compile_case
from sim.scenario.reading import read
from sim.study.compare import compare, sides_of
from sim.study.computing import ENGINES
from sim.study.summary import summarise
from sim.terms import DISCLAIMER

RUNS = 40


@pytest.fixture(scope="module")
def address(served, tmp_path_factory):
    """A server of the shipped cases."""
    library, rooms = Library(shipped()), Rooms(tmp_path_factory.mktemp("rooms") / "rooms.sqlite")
    with served(application(library, "march-2025", Workshop(library, replications=RUNS), rooms, Site(()))) as address:
        yield address


@pytest.fixture(scope="module")
def client(address, asking):
    """A client of it."""
    with asking(address) as client:
        yield client


def _answer_of(client: httpx.Client, query: str = "") -> dict:
    lines = [json.loads(line) for line in client.get(f"/explore/answer?{query}").text.splitlines()]
    assert lines[-1]["done"]
    return lines[-1]


def _text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


def test_the_answer_counts_what_a_batch_counts():
    """The shares, days and unlocks of the explorer are those that a summary makes of the rows of the same runs."""
    case = compile_case(read("scenarios/cases/march-2025.yaml"))
    some = ENGINES["compiled"].ready(case, 3, False)
    trials = Trials(case)
    for first in (0, 16):
        trials.add(some(first, 16))
    trials.sum_up()
    expected = summarise(some(0, 32).rows(), case.horizon)
    assert trials.sums[32].summary == expected


def test_the_differences_are_those_of_a_comparison(client, tmp_path, monkeypatch):
    """With a precondition away, the paired difference and its interval are those of `parley compare`."""
    from typer.testing import CliRunner  # noqa: PLC0415

    from sim.cli import app  # noqa: PLC0415

    path = "ceasefire.preconditions.russia.aid_and_intelligence"
    for name, sets in (("plain", []), ("away", ["--set", f"{path}=null"])):
        words = ["batch", "scenarios/cases/march-2025.yaml", "-n", str(RUNS), "--out", str(tmp_path / name), *sets]
        assert CliRunner().invoke(app, words).exit_code == 0
    folders = [next((tmp_path / name).iterdir()) for name in ("plain", "away")]
    found = compare([side for folder in folders for side in sides_of(str(folder))])
    effect = next(each for each in found.others[0].effects if each.outcome == "ceasefire.ever_agreed")
    said = _text_of(_answer_of(client, "off=ceasefire.russia.aid_and_intelligence")["html"])
    low, high = (f"{100 * end:+.1f}".replace("-", "−") for end in (effect.difference.low, effect.difference.high))
    assert f"{100 * effect.second:.1f} %" in said
    assert f"({low} to {high})" in said


def test_the_page_says_everything_without_a_script(client):
    """The page that a browser without scripts gets holds the answer, the story and a form that asks again."""
    client.get("/explore/answer")  # the engine is ready from then on
    page = client.get("/explore?off=ceasefire.russia.monitored&run=24").text
    assert f"{RUNS} runs, each paired" in page
    assert "Off: Russia&#39;s" in page
    assert "Run 24, day by day" in page
    assert re.search(r'<form id="view" [^>]*method="get" action="/explore"', page)
    assert 'value="ceasefire.russia.monitored" checked' in page
    assert page.count(DISCLAIMER) >= 2


def test_every_reply_says_what_a_page_may_do(client):
    """A page runs its own script alone, is framed nowhere, is not kept, and tells no other site where one came from."""
    for path in ("/explore", "/explore/run", "/status", "/nowhere", "/explore?scenario=x"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_a_page_asks_for_nothing_from_elsewhere(client):
    """No address of another server stands in a page, and no script or style inside a tag."""
    page = client.get("/explore?run=1").text
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
    assert not re.search(r"<[^>]+ (?:on\w+|style)=", page)


def test_scripts_are_small():
    """All that a browser runs is under 60 kilobytes."""
    assert sum(path.stat().st_size for path in pages.HERE.rglob("*.js")) < pages.MOST_SCRIPT


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", '"><img src=x>', "../../etc/passwd", "\0", "%s"])
def test_hostile_words_stand_as_text(client, hostile):
    """Whatever a link says is shown as words, never as a page's own code."""
    for query in ({"scenario": hostile}, {"off": hostile}, {f"hold.{hostile}": "1"}, {"seed": hostile}):
        reply = client.get("/explore", params=query)
        assert reply.status_code in (200, 404)
        assert "<script>alert" not in reply.text
        assert "<img" not in reply.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (["host: localhost"], 200),
        (["host: 192.168.1.7:8765"], 200),
        (["host: [::1]:8765"], 200),
        (["host: evil.example"], 421),
        (["host: "], 421),
        (["host: localhost", "content-length: 99999999"], 413),
        (["host: localhost", "content-length: x"], 400),
    ],
)
def test_only_requests_to_this_server_are_answered(address, raw, headers, status):
    """A name that somebody else gave this machine's address is not answered, nor a request that is too large."""
    request = "\r\n".join(["GET /status HTTP/1.1", *headers, "", ""])
    assert raw(address, request) == status


def test_the_variant_is_a_file_to_keep(client):
    """The download is YAML with a name, to be saved and not shown."""
    reply = client.get("/explore/variant?off=ceasefire.russia.monitored")
    assert reply.headers["content-disposition"] == 'attachment; filename="march-2025-changed.yaml"'
    assert "monitored: null" in reply.text


def test_without_a_compiler_there_are_fewer_runs_and_the_page_says_so(served, asking, tmp_path):
    """On the slower engine the answer is the same in kind, with a sentence that says why it is smaller."""
    library = Library(shipped())
    workshop = Workshop(library, engine="mesa", replications=6)
    app = application(library, "us-iran-2023", workshop, Rooms(tmp_path / "rooms.sqlite"), Site(()))
    with served(app) as address, asking(address) as client:
        html = _text_of(_answer_of(client)["html"])
    assert "6 runs." in html
    assert "slower engine" in html


def test_a_page_comes_before_all_runs_are_counted_and_says_so(served, asking, tmp_path, monkeypatch):
    """Whoever opens a page while others are served gets the first runs with it; the page asks for the rest."""
    monkeypatch.setattr(explorer, "PATIENCE", 0.0)
    workshop = Workshop(Library(shipped()), engine="mesa", replications=30)
    app = application(workshop.library, "us-iran-2023", workshop, Rooms(tmp_path / "rooms.sqlite"), Site(()))
    with served(app) as address, asking(address) as client:
        while not client.get("/status").json()["ready"]:
            time.sleep(0.1)
        early, later = (client.get("/explore?seed=2").text for _ in range(2))
    assert "12 runs so far of 30" in _text_of(early)
    assert "More runs" in early
    assert "data-more" in early
    assert "30 runs." in _text_of(later)
    assert "More runs" not in later
    assert "data-more" not in later


def test_an_answer_that_nobody_waits_for_stops():
    """A request that is dropped leaves at most what was running: not all of its replications are run."""
    library = Library(shipped())
    workshop = Workshop(library, engine="mesa", replications=400)

    async def drop() -> int:
        book = library.book("us-iran-2023")
        task = asyncio.create_task(workshop.answer(book, View(book.name)))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (bench,) = workshop._benches.values()
        return bench.trials.n

    assert asyncio.run(drop()) < 400
    workshop.close()


@pytest.mark.endurance
def test_ten_thousand_replications_are_answered_within_a_second(served, asking, tmp_path):
    """A change is answered over 10,000 replications within a second, where nothing else is done; first over 1,000."""
    library = Library(shipped())
    app = application(library, "march-2025", Workshop(library), Rooms(tmp_path / "rooms.sqlite"), Site(()))
    with served(app) as address, asking(address) as client:
        _answer_of(client)
        took = {}
        began = time.perf_counter()
        with client.stream("GET", "/explore/answer?off=ceasefire.russia.monitored") as reply:
            for line in reply.iter_lines():
                took[json.loads(line)["runs"]] = time.perf_counter() - began
    print({runs: f"{seconds:.2f} s" for runs, seconds in took.items()})
    assert took[1_000] < 0.4
    assert took[10_000] < 1.0
