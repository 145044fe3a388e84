"""Pages of HTML that stand by themselves: a template of this folder and the one style, with no script and no network.

A page extends `base.html`, which has the language, the title, a way past the head, and what a result is not at head
and foot. Everything that is filled in is escaped; `Markup` says that a text is HTML already.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.terms import DISCLAIMER

HERE = Path(__file__).parent


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(template: str, values: Mapping[str, object]) -> str:
    """The text of a page, the style inside it.

    Args:
        template: name of a file of this folder that extends `base.html`.
        values: what is filled in; `title` is needed, `lang` is English if it is left out.

    Raises:
        jinja2.UndefinedError: the template asks for a value that is not there.

    >>> render("base.html", {"title": "<Talks>"}).count("&lt;Talks&gt;")
    2
    """
    style = Markup((HERE / "style.css").read_text(encoding="utf-8"))
    house = {"lang": "en", "style": style, "disclaimer": DISCLAIMER}
    return _environment().get_template(template).render({**house, **values})
