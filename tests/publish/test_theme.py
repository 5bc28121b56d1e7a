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


# The sidebar, drawn once


LISTED = ["a", "b/1", "b/2", "c"]
STOCK = """
<p class="caption" role="heading"><span class="caption-text">Part</span></p>
<ul{0}>
<li class="toctree-l1{a}"><a class="{c_a}reference internal" href="{a_}">A</a></li>
<li class="toctree-l1{b}"><a class="{c_b}reference internal" href="{b1}">B &amp; more</a><ul{b_list}>
<li class="toctree-l2{b2_}"><a class="{c_b2}reference internal" href="{b2}">Part of B</a></li></ul></li>
<li class="toctree-l1"><a class="reference external" href="https://example.org/x?a=1&amp;b=2">Elsewhere</a></li>
</ul>
"""


def address(page):
    """Of every page, as it is written on a page of the same name's folder."""
    return lambda target: "#" if target == page else ("../" if "/" in page else "") + f"{target}.html"


def stock(page):
    """The sidebar of a page as the stock theme gives it."""
    toctree = pytest.importorskip(
        "pydata_sphinx_theme.toctree", reason="the theme is not installed: no sidebar was made"
    )
    at = {"a": page == "a", "b": page.startswith("b"), "b2": page == "b/2"}
    marks = {True: " current active", False: ""}
    to = address(page)
    tree = BeautifulSoup(STOCK.format(
        ' class="current nav bd-sidenav"' if any(at.values()) else ' class="nav bd-sidenav"',
        a=marks[at["a"]], b=marks[at["b"]], b2_=marks[at["b2"]], b_list=' class="current"' * at["b2"],
        c_a="current " * at["a"], c_b="current " * (page == "b/1"), c_b2="current " * at["b2"],
        a_=to("a"), b1=to("b/1"), b2=to("b/2"),
    ), "html.parser")  # fmt: skip
    toctree.add_collapse_checkboxes(tree)
    return tree


@pytest.mark.parametrize("page", ["a", "b/1", "b/2", "search"])
@pytest.mark.parametrize("first", ["a", "b/1", "b/2", "search"])
def test_the_sidebar_of_a_page_can_be_had_from_that_of_any_other(first, page):
    sidebar = theme.Sidebar(stock(first), {address(first)(target): target for target in LISTED})
    assert sidebar.of(page, address(page)) == str(stock(page))


def test_the_sidebar_is_drawn_once_for_all_pages_and_each_time_where_more_than_marks_would_differ():
    drawn, asked = {}, []
    app = SimpleNamespace(env=SimpleNamespace(found_docs=LISTED))

    def of(page, **options):
        context = {
            "generate_toctree_html": lambda kind, **options: asked.append(page) or stock(page),
            "pathto": address(page), "sidebars": ["logo.html", "sbt-sidebar-nav.html"],
        }  # fmt: skip
        theme._hold_back_sidebar(app, page, "", context, None)
        assert context["sidebars"] == ["logo.html"], "the theme would draw it here"
        theme._draw_sidebar_once(drawn, app, page, "", context, None)
        assert context["sidebars"] == ["logo.html", "sbt-sidebar-nav.html"] and "held_back" not in context
        return str(context["generate_toctree_html"](kind="sidebar", **options))

    pages = ["b/2", "a", "b/1", "search"]
    assert [of(page, startdepth=0) for page in pages] == [str(stock(page)) for page in pages]
    assert asked == ["b/2"]
    for options in ({"startdepth": 1}, {"startdepth": 0, "collapse": True}, {"startdepth": 0, "show_nav_level": 2}):
        asked.clear()
        assert [of(page, **options) for page in pages] == [str(stock(page)) for page in pages]
        assert asked == pages


def test_a_page_whose_theme_has_no_such_sidebar_gets_none():
    context = {"sidebars": ["logo.html"]}
    theme._hold_back_sidebar(None, "", "", context, None)
    theme._draw_sidebar_once({}, None, "", "", context, None)
    assert context == {"sidebars": ["logo.html"]}


# How Sphinx is told


def test_a_changed_file_that_is_no_page_may_be_a_part_of_any():
    env = SimpleNamespace(found_docs={"a", "b"}, domaindata={"std": {"labels": {}, "anonlabels": {}}})
    for changed, read in ((["a"], {"a"}), (["draft"], {"a", "b"}), ([], set())):
        app = SimpleNamespace(config={theme.CHANGED: changed})
        assert theme._find_changed({}, app, env, {"a", "b"}, set(), set()) == read


def test_the_pages_are_changed_after_the_theme_has_made_them():
    pytest.importorskip("sphinx", reason="Sphinx is not installed: it was not told")
    connected, files, numbering = [], [], SimpleNamespace(parallel_read_safe=None)
    app = SimpleNamespace(
        connect=lambda event, function, priority=500: connected.append((event, function, priority)),
        add_css_file=files.append, add_search_language=lambda language: None,
        add_config_value=lambda name, default, rebuild: None, extensions={"sphinx_multitoc_numbering": numbering},
    )  # fmt: skip
    assert theme.setup(app) == {"parallel_read_safe": True, "parallel_write_safe": True}
    of_pages = [(getattr(function, "func", function), priority) for event, function, priority in connected
                if event == "html-page-context"]  # fmt: skip
    before, *after = of_pages
    assert before[0] is theme._hold_back_sidebar and before[1] < 500, "the theme's own come at 500 and 501"
    assert [function for function, _ in after] == [
        theme._drop_foreign_scripts, theme._keep_years_whole, theme._name_toggles, theme._draw_sidebar_once,
    ]  # fmt: skip
    assert all(priority > 501 for _, priority in after)
    assert files == ["book.css"] and (theme._STATIC / "book.css").is_file()
    assert numbering.parallel_read_safe
