"""What the book's own Sphinx extension changes on a page."""

from types import SimpleNamespace

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
