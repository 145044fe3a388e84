from sim.show.pages import render
from sim.terms import DISCLAIMER


def test_a_page_says_at_head_and_foot_what_it_is_not():
    """The standing line is in the header and in the footer of every page."""
    page = render("base.html", {"title": "Talks"})
    head, foot = page.split("<main", 1)
    assert DISCLAIMER in head
    assert DISCLAIMER in foot.split("<footer", 1)[1]


def test_what_is_filled_in_is_escaped():
    """A title that looks like HTML stands as text."""
    page = render("base.html", {"title": "<script>alert(1)</script>"})
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 2
