"""The pages of the server: templates of this folder on the base of every page, and the headers that go with them."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.show import pages
from sim.terms import DISCLAIMER

HERE = Path(__file__).parent
SCRIPT = HERE / "static" / "parley.js"
MOST_SCRIPT = 60_000
"""Bytes of all scripts."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader([HERE / "templates", pages.HERE], encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def style() -> str:
    """The style of every page, and what the server's pages add."""
    files = (pages.HERE / "style.css", HERE / "static" / "web.css")
    return "".join(file.read_text(encoding="utf-8") for file in files)


@cache
def version() -> str:
    """Of the script, so that a browser does not keep an old one."""
    return hashlib.sha256(SCRIPT.read_bytes()).hexdigest()[:12]


@cache
def policy() -> str:
    """What a page may do: its own script and style, and talk to this server alone."""
    page = render("base.html", {"title": ""})
    inside = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def render(template: str, values: Mapping[str, object]) -> str:
    """The text of a page, or of a part of one.

    Raises:
        jinja2.UndefinedError: the template asks for a value that is not there.
    """
    house = {"lang": "en", "style": Markup(style()), "disclaimer": DISCLAIMER, "script": version()}
    return _environment().get_template(template).render({**house, **values})
