import re
import secrets
import socket
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

import pytest

from sim.classroom.rooms import Rooms
from sim.classroom.web.app import Site, application
from sim.classroom.web.library import Library, shipped
from sim.classroom.web.workshop import Workshop

pytestmark = pytest.mark.slow
_SPEC = spec_from_file_location("browsing", Path(__file__).with_name("browsing.py"))
browsing = module_from_spec(_SPEC)
_SPEC.loader.exec_module(browsing)
Window, wait = browsing.Window, browsing.wait

CONTRAST = Path(__file__).with_name("contrast.js").read_text(encoding="utf-8")
"""Texts of a page whose contrast to what they stand on is below 4.5."""


@pytest.fixture(scope="module")
def browser():
    """Chromium."""
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(served, tmp_path_factory):
    """A server of the shipped cases, with rooms."""
    library, rooms = Library(shipped()), Rooms(tmp_path_factory.mktemp("rooms") / "rooms.sqlite")
    workshop = Workshop(library, replications=3000)
    with served(application(library, "march-2025", workshop, rooms, Site(("http://127.0.0.1/",)))) as address:
        assert workshop.ready.wait(300)  # compiling takes its time the first time
        yield address


def _answered(page) -> None:
    wait(page, "document.querySelector('#working').hidden && document.querySelector('#answer .lead')")
    page.wait_for_selector("#answer:not([aria-busy])")


@pytest.fixture
def explorer(browser, address):
    """The explorer, with its first answer."""
    window = Window(browser, address)
    window.page.goto("/explore")
    _answered(window.page)
    yield window
    assert window.said == []
    window.context.close()


def test_a_slider_and_a_switch_change_the_answer_and_the_link_keeps_it(explorer, browser, address):
    """What is moved is answered at once, and whoever opens the link sees the same view and the same numbers."""
    page = explorer.page
    page.check('input[value="ceasefire.russia.aid_and_intelligence"]')
    page.click("details[data-key='Russia'] > summary")
    page.fill('[name="hold.parties.russia.weariness"]', "0.55")
    page.wait_for_selector("text=Russia: weariness held at 0.55")
    _answered(page)
    assert "aid_and_intelligence" in page.url
    other = Window(browser, address)
    other.page.goto(page.url)
    _answered(other.page)
    assert other.page.inner_text("#answer") == page.inner_text("#answer")
    assert other.page.is_checked('input[value="ceasefire.russia.aid_and_intelligence"]')
    other.context.close()


def test_only_the_latest_question_is_answered(explorer):
    """A slider that is dragged asks often; what stands in the end is the answer to where it came to rest."""
    page = explorer.page
    page.click("details[data-key='Ukraine'] > summary")
    slider = page.locator('.range:has([name="hold.parties.ukraine.weariness"]) input[type=range]')
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(60)
    value = slider.input_value()
    page.wait_for_selector(f"text=Ukraine: weariness held at {value}")
    _answered(page)
    assert page.locator(".changes li").count() == 1


def test_a_form_that_scrolls_says_that_there_is_more(explorer):
    """On a wide screen the form scrolls by itself; a button says so until its end is in sight."""
    page = explorer.page
    page.wait_for_selector(".more:visible")
    wait(page, "document.querySelector('.more').getBoundingClientRect().bottom <= innerHeight")
    before = page.evaluate("document.querySelector('#view').scrollTop")
    page.click(".more")
    wait(page, f"document.querySelector('#view').scrollTop > {before}")
    page.evaluate("document.querySelector('#view').scrollTo(0, 1e6)")
    page.wait_for_selector(".more", state="hidden")


def test_a_run_is_played_by_keyboard(explorer):
    """Arrow keys step through the days, space plays and pauses, and later days are hidden."""
    page = explorer.page
    page.focus("#day")
    page.keyboard.press("Home")
    first = page.inner_text(".player .date")
    assert page.locator(".story > li:visible").count() == 1
    page.keyboard.press("ArrowRight")
    assert page.inner_text(".player .date") != first
    page.keyboard.press("Space")
    assert page.inner_text("[data-do=play]") == "Pause"
    wait(page, "Number(document.querySelector('#day').value) > 3")
    page.keyboard.press("Space")
    assert page.inner_text("[data-do=play]") == "Play"


def test_the_explorer_works_by_keyboard_alone(explorer):
    """Tab reaches the way past the head, the scenario and the switches, and each shows that it has the focus."""
    page = explorer.page
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.id"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", seen[-1]
    assert "scenario" in seen
    assert any(each.startswith("off ") for each in seen)
    page.keyboard.press("Space")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/explore?off=ceasefire.russia.monitored&run=24", "/", "/rooms", "/join"])
def test_pages_fit_a_phone_and_can_be_read(browser, address, scheme, path):
    """At 390 pixels nothing sticks out, and every text has a contrast of at least 4.5 to what it stands on."""
    window = Window(browser, address, width=390, scheme=scheme)
    window.page.goto(path)
    if "explore" in path:
        _answered(window.page)
    assert window.overflow() == 0
    assert window.page.evaluate(CONTRAST) == []
    window.context.close()


def test_without_scripts_the_explorer_is_a_form(browser, address):
    """With scripts off, a number is filled in, the button asks, and the answer is on the page."""
    window = Window(browser, address, scripts=False)
    page = window.page
    page.goto("/explore?scenario=us-iran-2023")
    page.locator(".switch input").first.check()
    page.locator(".controls button").first.click()
    assert "off=" in page.url
    assert "each paired with the same draws" in page.inner_text("#answer")
    assert page.locator(".story > li:visible").count() > 1
    window.context.close()


# Rooms ------------------------------------------------------------------------------------------------------


def _open(window, scenario: str = "march-2025", **fields: str) -> str:
    """Open a room; its code."""
    window.page.goto(f"/rooms?scenario={scenario}")
    for name, value in fields.items():
        window.page.fill(f"[name={name}]", value)
    window.page.click("text=Open the room")
    return window.page.inner_text(".code")


def _join(window, code: str, pseudonym: str, seat: str) -> None:
    window.page.goto(f"/join?code={code}")
    window.page.fill("#pseudonym", pseudonym)
    window.page.check(f"input[name=seat][value='{seat}']")
    window.page.click("button:has-text('Join')")
    window.page.wait_for_selector("#room")


def _ready(window) -> bool:
    """Say ready where that is asked."""
    button = window.page.locator("#ready")
    if button.count() == 0:
        return False
    number = window.page.input_value("form:has(#ready) [name=question]")
    button.click()
    gone = "(document.querySelector('form:has(#ready) [name=question]') || {}).value !== "
    wait(window.page, f"{gone}'{number}'")
    return True


def _until(windows, done, most: int = 80) -> None:
    """Everybody goes on until something holds."""
    for _ in range(most):
        if done():
            return
        if not sum(_ready(window) for window in windows):
            windows[0].page.wait_for_timeout(100)
    raise AssertionError("it did not come to pass: " + windows[0].page.inner_text("[data-part=status]"))


def _secrets_of(window, others: str) -> list[str]:
    """The numbers that a seat alone is told: its worths and reservations, to six places."""
    data = window.page.evaluate("JSON.parse(document.querySelector('#data').textContent)")
    numbers = [n for table in data["tables"].values() for n in (*table.get("worths", ()), table.get("reservation", 0))]
    return [text for n in numbers if len(text := str(abs(n)).rstrip("0")) >= 7 and text not in others]


def test_a_role_play_of_three_browsers(browser, address):
    """Three browsers play: talks, an agreement, a reload, a drop-out that the engine stands in for, a close, a debrief.

    What one side alone may know is in no byte that the other's browser received.
    """
    teacher, heron, owl = (Window(browser, address) for _ in range(3))
    code = _open(teacher, seed="7", seconds_per_round="0", grace="8")
    _join(heron, code, "Heron <b>", "ukraine")
    _join(owl, code, "Owl", "russia")
    teacher.page.click("#start")
    exchange = "[data-part=track-exchange]"
    _until([heron, owl], lambda: heron.page.inner_text(exchange).startswith("in talks"))

    owl.page.fill("#say-text", "Fifty each? <script>alert(1)</script>")
    owl.page.click("text=Say it")
    heron.page.wait_for_selector("text=Fifty each? <script>alert(1)</script>")
    heron.page.reload()
    heron.page.wait_for_selector("text=Fifty each?")

    def agreed() -> bool:
        return "Deal 1" in heron.page.inner_text(exchange)

    for _ in range(40):
        if agreed():
            break
        for window in (heron, owl):
            accept = window.page.locator(f"{exchange} button:has-text('Accept')").first
            form = window.page.locator("form.compose[data-track=exchange]")
            asked = window.page.inner_text("[data-part=status]")
            if accept.count():
                accept.click()
            elif "Your turn: put" in asked and form.locator("button").first.is_visible():
                form.locator("select").nth(0).select_option("50")
                form.locator("select").nth(1).select_option("0")
                form.locator("button").first.click()
            window.page.wait_for_timeout(250)
            _ready(window)
    assert agreed()

    secrets_of_owl = _secrets_of(owl, "".join(heron.received[:1]))
    assert len(secrets_of_owl) > 20
    bytes_of_heron = "".join(heron.received)
    assert len(bytes_of_heron) > 50_000
    assert not [
        number for number in secrets_of_owl if re.search(rf"(?<![0-9]){re.escape(number)}(?![0-9])", bytes_of_heron)
    ]

    address_of_owl = owl.page.url
    owl.page.goto("about:blank")
    heron.page.wait_for_selector("text=engine in place of Owl", timeout=30_000)
    owl.page.goto(address_of_owl)
    wait(heron.page, "!document.querySelector('[data-part=seats]').innerText.includes('in place of Owl')")

    teacher.page.click("details[data-key=close-room] > summary")
    teacher.page.click("#close")
    heron.page.click("text=Look back")
    assert "Deal 1" in heron.page.inner_text("main")
    wait(heron.page, "[...document.images].every((each) => each.complete && each.naturalWidth > 300)", seconds=60.0)
    for window in (teacher, heron, owl):
        assert [line for line in window.said if "409" not in line] == []
        window.context.close()


def test_a_page_says_what_to_do_and_changes_with_the_seat(browser, address):
    """Before the start, when asked, and after a seat was given away, the page says what can be done."""
    teacher, heron, owl = (Window(browser, address) for _ in range(3))
    code = _open(teacher, seed="7", seconds_per_round="0")
    _join(heron, code, "Heron", "ukraine")
    _join(owl, code, "Owl", "russia")
    assert "Until then, read your briefing" in heron.page.inner_text("[data-part=status]")
    teacher.page.click("#start")
    heron.page.wait_for_selector("text=Your turn: put a package")
    assert heron.page.locator("text=You are asked here").count() == 1
    ceasefire = heron.page.locator("[data-part=track-ceasefire]")
    assert "costs its holder at home, and bars nothing" in ceasefire.inner_text()
    assert ceasefire.locator("button:has-text('Drop it')").count() == 0
    assert "Barred by your own: the truce is monitored" in owl.page.inner_text("form[data-track=ceasefire]")
    teacher.page.click("details[data-key=inject] > summary")
    teacher.page.select_option("#seat", "russia")
    teacher.page.click("button:has-text('Reassign')")
    owl.page.wait_for_selector("text=Owl, watching")
    assert owl.page.locator("form.compose").count() == 0
    teacher.page.select_option("#to", "Owl")
    teacher.page.click("button:has-text('Reassign')")
    owl.page.wait_for_selector("text=Owl as Russia")
    for window in (teacher, heron, owl):
        assert window.said == []
        window.context.close()


def test_a_seat_is_played_by_keyboard_on_a_phone(browser, address):
    """On a phone's width, with keys alone: a package is put together and put, and ready is said."""
    teacher, one = Window(browser, address), Window(browser, address, width=390, scheme="dark")
    code = _open(teacher, seed="7", seconds_per_round="0")
    _join(one, code, "Crane", "ukraine")
    teacher.page.click("#start")
    page = one.page
    page.wait_for_selector("#ready")
    page.locator("form.compose[data-track=energy_pause] select").first.focus()
    page.keyboard.press("ArrowDown")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-part=track-energy_pause] li.mine")
    assert "Worth" in page.inner_text("form.compose[data-track=energy_pause] .own-worth")
    page.focus("#ready")
    page.keyboard.press("Enter")
    wait(page, "!document.querySelector('[data-part=status]').innerText.includes('Round 1 of')")
    assert one.overflow() == 0
    assert page.evaluate(CONTRAST) == []
    assert teacher.page.evaluate(CONTRAST) == []
    for window in (teacher, one):
        assert window.said == []
        window.context.close()


def test_without_a_live_connection_a_page_asks_for_news(browser, address):
    """Where something on the way lets no live connection through, what others do is seen all the same."""
    teacher, one = Window(browser, address), Window(browser, address)
    one.page.route_web_socket(re.compile("/live$"), lambda line: line.close())
    code = _open(teacher, seed="7", seconds_per_round="0")
    _join(one, code, "Crane", "ukraine")
    teacher.page.click("#start")
    one.page.wait_for_selector("#ready", timeout=30_000)
    teacher.page.fill("#say-text", "Can you hear me?")
    teacher.page.click("text=Say it")
    one.page.wait_for_selector("text=Can you hear me?")
    wait(one.page, "document.querySelector('#banner').hidden")
    for window in (teacher, one):
        window.context.close()


def test_a_page_comes_back_by_itself_when_the_server_does(browser, tmp_path):
    """The server is killed and started again: the page says so, comes back, and nothing that was said is lost."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "sim.cli", "serve", "scenarios/cases/march-2025.yaml", "--port", str(port)]

    def start() -> Popen:
        server = Popen([*command, "--data", str(tmp_path)], stdout=PIPE, stderr=DEVNULL, text=True)
        assert any(line.startswith("Ctrl-C") for line in server.stdout)
        return server

    def kill(server: Popen) -> None:
        server.kill()
        server.communicate()

    server = start()
    teacher, one = (Window(browser, f"http://127.0.0.1:{port}") for _ in range(2))
    try:
        teacher.page.wait_for_timeout(500)
        code = _open(teacher, seed="7", seconds_per_round="0")
        _join(one, code, "Crane", "ukraine")
        teacher.page.click("#start")
        one.page.wait_for_selector("#ready")
        words = f"Before the end {secrets.token_hex(4)}"
        one.page.fill("#say-text", words)
        one.page.click("text=Say it")
        teacher.page.wait_for_selector(f"text={words}")
        kill(server)
        one.page.wait_for_selector("#banner:visible", timeout=30_000)
        one.page.fill("#say-text", "Sent while nobody listened")
        one.page.click("text=Say it")
        server = start()
        one.page.wait_for_selector("#banner", state="hidden", timeout=40_000)
        teacher.page.wait_for_selector("text=Sent while nobody listened", timeout=40_000)
        assert teacher.page.inner_text("[data-part=messages]").count("Sent while nobody listened") == 1
        assert words in one.page.inner_text("[data-part=messages]")
    finally:
        kill(server)
        for window in (teacher, one):
            window.context.close()
