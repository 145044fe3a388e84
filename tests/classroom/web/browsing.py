"""Debian's Chromium, driven by Playwright: its flags, and what every test of a page wants."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator:
    """A browser; the test is skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # not needed where there is no Chromium

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Window:
    """A browser window of its own: what it said on the console, and every text that came over the network."""

    def __init__(self, browser, address: str, *, width: int = 1280, scheme: str = "light", scripts: bool = True):
        self.context = browser.new_context(
            base_url=address, viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=scripts
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.said: list[str] = []
        self.received: list[str] = []
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("console", lambda message: self.said.append(message.text) if message.type == "error" else None)
        self.page.on("response", self._keep)
        self.page.on(
            "websocket", lambda socket: socket.on("framereceived", lambda text: self.received.append(str(text)))
        )

    def _keep(self, response) -> None:
        try:
            self.received.append(response.text())
        except Exception:  # a reply without a body, or one that was left before it was there
            return

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def wait(page, expression: str, seconds: float = 20.0) -> None:
    """Wait until something holds in a page; its policy lets no page evaluate a text, so it is asked from outside."""
    until = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < until, expression
        page.wait_for_timeout(50)
