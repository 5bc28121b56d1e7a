"""What the book's own Sphinx extension changes on a page."""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from ncthelpers.publish import theme


def script(name, body=""):
    return SimpleNamespace(filename=name, attributes={"body": body})


def test_scripts_of_other_sites_and_of_thebe_are_dropped_and_our_own_kept():
    ours, inline = script("_static/book.js"), script(None, "let page = 1")
    context = {
        "script_files": [ours, script("https://unpkg.com/x.js"), script(None, "const THEBE_JS_URL = 1"), inline],
        "css_files": ["_static/book.css", "https://example.org/x.css"],
    }
    theme._drop_foreign_scripts(None, "", "", context, None)
    assert context == {"script_files": [ours, inline], "css_files": ["_static/book.css"]}


def test_a_year_in_a_title_does_not_break_at_its_hyphen():
    context = {"body": '<h1>Cost, 2021-22<a href="#cost-2021-22">#</a></h1><p>2021-22</p>'}
    theme._keep_years_whole(None, "", "", context, None)
    assert context["body"] == (
        '<h1>Cost, <span class="whole">2021-22</span><a href="#cost-2021-22">#</a></h1><p>2021-22</p>'
    )


# The buttons that unfold a part of the sidebar


SIDEBAR = """
<ul class="nav">
<li class="toctree-l1"><a class="reference internal" href="#">Method</a></li>
<li class="toctree-l1"><a class="reference internal" href="2031-32/00_summary.html"> Review, 2031-32 &amp; more </a><ul>
  <li class="toctree-l2"><a href="2031-32/01_purpose.html">Purpose</a><ul>
    <li class="toctree-l3"><a href="2031-32/01_part.html">A part</a></li></ul></li></ul></li>
</ul>
"""


def sidebar():
    """The tree of links as the stock theme gives it its buttons."""
    toctree = pytest.importorskip(
        "pydata_sphinx_theme.toctree", reason="the theme is not installed: no button was made"
    )
    tree = BeautifulSoup(SIDEBAR, "html.parser")
    toctree.add_collapse_checkboxes(tree)
    return tree


def test_every_button_of_the_sidebar_is_named_after_the_page_whose_part_it_unfolds():
    assert [button.get("aria-label") for button in sidebar().select("summary")] == [None, None], (
        "the theme gives no name"
    )
    asked = []
    context = {"generate_toctree_html": lambda *arguments, **options: asked.append((arguments, options)) or sidebar()}
    theme._name_toggles(None, "", "", context, None)
    tree = context["generate_toctree_html"]("sidebar", show_nav_level=1, maxdepth=2)
    assert asked == [(("sidebar",), {"show_nav_level": 1, "maxdepth": 2})], "asked as the theme asks"
    assert [button["aria-label"] for button in tree.select("summary")] == [
        "Pages of Review, 2031-32 & more",
        "Pages of Purpose",
    ]
    bare = sidebar()
    for button in tree.select("summary"):
        del button["aria-label"]
    assert str(tree) == str(bare), "nothing else of the sidebar is changed"


def test_a_sidebar_without_parts_or_not_as_a_tree_is_left_as_it_is():
    plain = BeautifulSoup('<ul><li><a href="#">Method</a></li></ul>', "html.parser")
    for made in (plain, "<ul></ul>", ""):
        context = {"generate_toctree_html": lambda made=made: made}
        before = str(made)
        theme._name_toggles(None, "", "", context, None)
        assert context["generate_toctree_html"]() is made and str(made) == before


def test_a_page_without_a_sidebar_gets_none():
    context = {}
    theme._name_toggles(None, "", "", context, None)
    assert context == {}


def test_the_pages_are_changed_after_the_theme_has_made_them():
    connected, files = [], []
    app = SimpleNamespace(
        connect=lambda event, function, priority=500: connected.append((event, function, priority)),
        add_css_file=files.append,
    )
    assert theme.setup(app) == {"parallel_read_safe": True, "parallel_write_safe": True}
    of_pages = {function: priority for event, function, priority in connected if event == "html-page-context"}
    assert set(of_pages) == {theme._name_toggles, theme._drop_foreign_scripts, theme._keep_years_whole}
    assert all(priority > 501 for priority in of_pages.values()), "the theme's own come at 500 and 501"
    assert files == ["book.css"] and (theme._STATIC / "book.css").is_file()
