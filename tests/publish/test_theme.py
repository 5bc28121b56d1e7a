"""What the book's own Sphinx extension changes on a page."""

import re
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.publish import theme


def script(name, body=""):
    return SimpleNamespace(filename=name, attributes={"body": body})


# What a page loads


def kept(page="04_cost", body="", scripts=(), styles=()):
    context = {"script_files": list(scripts), "css_files": list(styles), "body": body}
    theme._keep_what_is_used(None, page, "", context, None)
    return context


def test_of_scripts_only_those_that_a_page_uses_are_kept_and_none_of_another_site_or_inline():
    ours = [script(f"_static/{name}") for name in theme._SCRIPTS]
    others = [
        script("_static/clipboard.min.js"), script("_static/scripts/fontawesome.js"), script("https://unpkg.com/x.js"),
        script("_static/translations.js"), script(None, "const THEBE_JS_URL = 1"), script(None, "let page = 1"),
    ]  # fmt: skip
    assert kept(scripts=[*others, *ours])["script_files"] == ours
    assert kept("search", scripts=others)["script_files"] == []
    assert kept()["body_scripts"][-1] == "_static/book.js"


def test_of_styles_our_own_are_kept_and_that_of_code_where_a_page_has_some():
    styles = [
        "_static/styles/pydata-sphinx-theme.css",
        "_static/pygments.css?v=1",
        "_static/frame.css?v=2",
        "_static/book.css",
    ]
    assert kept(styles=styles)["css_files"] == styles[2:]
    assert kept(styles=styles, body='<div class="highlight"><pre>')["css_files"] == styles[1:]


# The frame


PAGES = ["2032-33/18_public", "2032-33/14_inspections", "2031-32/00_summary", "2031-32/14_inspections", "about/method"]


def framed(page, **context):
    """The context of a page after its frame is completed, of a book of the pages above."""
    env = SimpleNamespace(
        toctree_includes={"index": [PAGES[0], PAGES[2], PAGES[4]], PAGES[0]: [PAGES[1]], PAGES[2]: [PAGES[3]]}
    )
    app = SimpleNamespace(env=env, config=SimpleNamespace(root_doc="index"))
    context = {"pathto": address(page), "body": "", **context}
    theme._complete_frame(app, page, "", context, None)
    return context


def test_a_year_does_not_break_at_its_hyphen_in_the_words_of_a_page():
    made = framed("about/method", body='<h1>Cost, 2021-22<a href="#cost-2021-22">#</a></h1><p>2021-22</p><code>2021-22/x</code>',
                  prev={"title": "Aims, 2021-22", "link": "2021-22"}, next=None,
                  generate_toc_html=lambda: '<li><a href="#in-2021-22">In 2021-22</a></li>')  # fmt: skip
    year = '<span class="whole">2021-22</span>'
    assert made["body"] == f'<h1>Cost, {year}<a href="#cost-2021-22">#</a></h1><p>{year}</p><code>2021-22/x</code>'
    assert made["prev"] == {"title": f"Aims, {year}", "link": "2021-22"} and made["next"] is None
    assert made["generate_toc_html"]() == f'<li><a href="#in-2021-22">In {year}</a></li>'


@given(st.text(alphabet="0123456789-/, aZ"))
def test_nothing_but_marks_is_added_to_words_and_twice_is_once(text):
    once = theme.whole(text)
    assert re.sub("</?span[^>]*>", "", once) == text
    assert theme.whole(f"<p>{once}</p>") == f"<p>{once}</p>"


def test_every_page_of_a_year_leads_to_the_same_page_of_the_others_and_to_their_first_where_there_is_none():
    years = framed("2031-32/14_inspections")["contract_years"]
    assert [(year["name"], year["address"], year["has_page"], year["current"]) for year in years] == [
        ("2031-32", "#", True, True), ("2032-33", "../2032-33/14_inspections.html", True, False),
    ]  # fmt: skip
    lone = framed("2031-32/00_summary")["contract_years"][1]
    assert (lone["address"], lone["has_page"]) == ("../2032-33/18_public.html", False), (
        "its first page, in the order of the book"
    )
    for page in ("about/method", "index", "comparison/01_measures", "search"):
        assert framed(page)["contract_years"] == []
    assert theme.contract_years("2031-32/00_summary", PAGES[2:]) == [], "a book of one year has none to go to"


def test_a_page_has_one_viewport_and_keeps_its_other_tags():
    tags = '<meta name="viewport" content="width=device-width" /><meta name="author" content="A" />'
    assert framed("x", metatags=tags)["metatags"] == '<meta name="author" content="A" />'


def test_a_page_says_what_it_is_about_in_its_first_paragraph_that_is_long_enough():
    notice = (
        f'<div class="attention admonition"><p class="admonition-title">Draft</p><p>{"Not signed off. " * 9}</p></div>'
    )
    said = 'The trust &amp; its <b>councils</b> met "often" in the year, and what they said to each other is told here.'
    assert framed("x", body=f"<h1>Cost</h1>{notice}<p>Short.</p><p>{said}</p><p>{'More. ' * 30}</p>")["page_says"] == (
        "The trust &amp; its councils met &quot;often&quot; in the year, and what they said to each other is told here."
    )
    assert framed("x", body=notice)["page_says"] == ""
    long = theme.description(f"<p>{'One sentence of some length stands here. ' * 20}</p>")
    assert 200 < len(long) <= 301 and long.endswith("here."), "cut where a sentence ends"
    assert theme.description(f"<p>{'word ' * 200}</p>").endswith("word …")


# Colours


def colours(name):
    """The named colours of the light or the dark page."""
    block = re.search(re.escape(name) + r" \{(.*?)\}", (theme._STATIC / "frame.css").read_text("utf-8"), re.DOTALL)[1]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def contrast(one, other):
    """As WCAG has it: of relative luminance."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_rules_of_the_field_have_it():
    assert [round(contrast("#ffffff", colour), 2) for colour in ("#000000", "#12436d", "#00703c", "#ffbf00")] == [
        21,
        10.25,
        6.21,
        1.65,
    ]


@pytest.mark.parametrize("name", [":root", 'html[data-theme="dark"]'])
def test_every_colour_of_letters_and_edges_stands_out_from_every_ground_that_it_stands_on(name):
    held = colours(name)
    plain = [held[ground] for ground in ("paper", "raised", "hover")]
    letters = dict.fromkeys(("ink", "muted", "head", "link", "green", "red", "amber"), plain)
    letters |= {"note": [held["note-ground"]], "caution": [held["caution-ground"]], "danger": [held["danger-ground"]]}
    grounds = ("note-ground", "caution-ground", "danger-ground", "mark")
    letters |= {"ink": [*plain, *(held[ground] for ground in grounds)]}
    letters |= {one: [*plain, held["note-ground"]] for one in ("head", "link")}
    weak = {(one, ground): round(contrast(held[one], ground), 2) for one, on in letters.items() for ground in on
            if contrast(held[one], ground) < 4.5}  # fmt: skip
    assert weak == {}
    assert all(contrast(held[edge], ground) >= 3 for edge in ("edge", "focus") for ground in plain)


def test_the_dark_page_has_a_colour_of_its_own_for_each_of_the_light_one():
    assert colours(":root").keys() == colours('html[data-theme="dark"]').keys()


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
    theme._shape_sidebar(None, "", "", context, None)
    tree = context["generate_toctree_html"]("sidebar", show_nav_level=1, maxdepth=2)
    assert asked == [(("sidebar",), {"show_nav_level": 1, "maxdepth": 2})], "asked as the theme asks"
    assert [button["aria-label"] for button in tree.select("summary")] == [
        "Pages of Review, 2031-32 & more",
        "Pages of Purpose",
    ]
    bare = sidebar()
    for button in tree.select("summary"):
        del button["aria-label"]
    for year in tree.select(".whole"):
        year.unwrap()
    assert str(tree) == str(bare), "nothing else of the sidebar is changed"


def test_a_page_in_the_sidebar_does_not_repeat_the_year_that_stands_above_it():
    names = [
        "Purpose, 2031-32",
        "Purpose, 2031-32 (invented)",
        "Public data about 2031-32: none",
        "Measures, 2031-32 to 2032-33",
    ]
    tree = BeautifulSoup("".join(f'<li><a href="2031-32/x.html">{name}</a></li>' for name in names), "html.parser")
    context = {"generate_toctree_html": lambda: tree}
    theme._shape_sidebar(None, "", "", context, None)
    made = context["generate_toctree_html"]()
    assert [link.text for link in made.select("a")] == ["Purpose", "Purpose", *names[2:]]
    assert [year.text for year in made.select(".whole")] == ["2031-32", "2031-32", "2032-33"]


def test_a_sidebar_without_parts_or_not_as_a_tree_is_left_as_it_is():
    plain = BeautifulSoup('<ul><li><a href="#">Method</a></li></ul>', "html.parser")
    for made in (plain, "<ul></ul>", ""):
        context = {"generate_toctree_html": lambda made=made: made}
        before = str(made)
        theme._shape_sidebar(None, "", "", context, None)
        assert context["generate_toctree_html"]() is made and str(made) == before


def test_a_page_without_a_sidebar_gets_none():
    context = {}
    theme._shape_sidebar(None, "", "", context, None)
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


def drawn_for(page):
    """The same, and the link to the page itself says so."""
    return str(stock(page)).replace('<a class="current ', '<a aria-current="page" class="current ')


@pytest.mark.parametrize("page", ["a", "b/1", "b/2", "search"])
@pytest.mark.parametrize("first", ["a", "b/1", "b/2", "search"])
def test_the_sidebar_of_a_page_can_be_had_from_that_of_any_other(first, page):
    sidebar = theme.Sidebar(stock(first), {address(first)(target): target for target in LISTED})
    assert sidebar.of(page, address(page)) == drawn_for(page)


def test_the_sidebar_is_drawn_once_for_all_pages_and_each_time_where_more_than_marks_would_differ():
    drawn, asked = {}, []
    app = SimpleNamespace(env=SimpleNamespace(found_docs=LISTED))

    def of(page, **options):
        context = {
            "generate_toctree_html": lambda kind, **options: asked.append(page) or stock(page),
            "pathto": address(page),
        }  # fmt: skip
        theme._draw_sidebar_once(drawn, app, page, "", context, None)
        return str(context["generate_toctree_html"](kind="sidebar", **options))

    pages = ["b/2", "a", "b/1", "search"]
    assert [of(page, startdepth=0) for page in pages] == [drawn_for(page) for page in pages]
    assert asked == ["b/2"]
    for options in ({"startdepth": 1}, {"startdepth": 0, "collapse": True}, {"startdepth": 0, "show_nav_level": 2}):
        asked.clear()
        assert [of(page, **options) for page in pages] == [str(stock(page)) for page in pages]
        assert asked == pages


def test_a_page_whose_theme_has_no_such_sidebar_gets_none():
    context = {}
    theme._draw_sidebar_once({}, None, "", "", context, None)
    assert context == {}


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
        add_css_file=files.append,
        add_config_value=lambda name, default, rebuild: None, extensions={"sphinx_multitoc_numbering": numbering},
    )  # fmt: skip
    assert theme.setup(app) == {"parallel_read_safe": True, "parallel_write_safe": True}
    of_pages = [(getattr(function, "func", function), priority) for event, function, priority in connected
                if event == "html-page-context"]  # fmt: skip
    assert [function for function, _ in of_pages] == [
        theme._keep_what_is_used, theme._complete_frame, theme._shape_sidebar, theme._draw_sidebar_once,
    ]  # fmt: skip
    assert all(priority > 501 for _, priority in of_pages), "the theme's own come at 500 and 501"
    assert files == ["frame.css", "book.css"] and all((theme._STATIC / name).is_file() for name in files)
    settings = SimpleNamespace(templates_path=["theirs"], html_theme_options={})
    for event, function, _ in connected:
        if event == "config-inited":
            function(app, settings)
    assert settings.templates_path == [str(theme._TEMPLATES), "theirs"], "ours come first"
    assert {path.name for path in theme._TEMPLATES.iterdir()} == {"layout.html", "search.html"}
    assert numbering.parallel_read_safe
