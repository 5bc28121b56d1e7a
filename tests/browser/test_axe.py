"""What looks at the pages can find faults: a page with one of each kind is not passed."""

import pytest

from ncthelpers.accessibility import browser
from ncthelpers.accessibility.scope import MODES

pytestmark = pytest.mark.browser

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title>Costs</title><style>
body {{ background: Canvas; color: CanvasText; color-scheme: light dark; }} button {{ padding: 0; border: 0; }} {style}</style></head>
<body><main><h1>Costs</h1>{body}</main></body></html>"""
CHANGES = [
    ("", "<p style='color: #999; background: #fff'>Pale</p>", "color-contrast"),
    (
        "p { background: linear-gradient(#fff, #fff); }",
        "<p style='color: #999'>Pale over a shade</p>",
        "color-contrast",
    ),
    ("button { width: 20px; height: 20px; }", "<p><button>a</button><button>b</button></p>", "target-size"),
    ("", "<h3>By service</h3>", "heading-order"),
    ("", "</main><p>Outside of every part</p><main hidden>", "region"),
    ("", "<img src='data:,'>", "image-alt"),
    ("div { overflow: auto; height: 20px; }", "<div><p>a</p><p>b</p><p>c</p></div>", "scrollable-region-focusable"),
]


@pytest.fixture
def page(chromium):
    """An empty tab."""
    context = chromium.new_context(**MODES[0].reader)
    yield context.new_page()
    context.close()


def test_a_page_without_a_fault_has_none_in_any_mode(page):
    for mode in MODES:
        page.emulate_media(color_scheme=mode.colours)
        page.set_viewport_size(mode.reader["viewport"])
        page.set_content(PAGE.format(style="", body="<p>Nothing wrong.</p>"))
        assert browser.axe(page) == () and page.evaluate(browser.TOO_WIDE) == 0


@pytest.mark.parametrize(
    ("style", "body", "rule"), CHANGES, ids=[f"{rule} {at}" for at, (*_, rule) in enumerate(CHANGES)]
)
def test_each_kind_of_fault_is_found_whatever_its_impact(page, style, body, rule):
    page.set_content(PAGE.format(style=style, body=body))
    assert {one.rule for one in browser.axe(page)} == {rule}


def test_of_elements_that_are_alike_only_contrast_is_left_unmeasured_and_only_where_that_is_asked_for(page):
    rows = "<tr><th scope='row'>Homes</th><td>1</td></tr>" * 3
    pale = "<tr><th scope='row'>Homes</th><td>1,070 <img src='data:,'></td></tr>"
    head = "<thead><tr><th scope='col'>Service</th><th scope='col'>Cost</th></tr></thead>"
    style = "tr:nth-child(4) td { color: #999; background: #fff }"
    page.set_content(PAGE.format(style=style, body=f"<table>{head}<tbody>{rows}{pale}</tbody></table>"))
    assert {one.rule for one in browser.axe(page)} == {"color-contrast", "image-alt"}
    assert {one.rule for one in browser.axe(page, 4)} == {"color-contrast", "image-alt"}
    assert {one.rule for one in browser.axe(page, 3)} == {"image-alt"}


@pytest.mark.parametrize("said", ["class='pale'", "style='color: #999'", "data-pale"])
def test_what_may_look_different_is_not_alike(page, said):
    style = ".pale, [data-pale] { color: #999 }"
    for pale in (f"<p {said}>1,070</p>", f"<div {said}><p>1,070</p></div>"):
        page.set_content(PAGE.format(style=style, body=f"<div>{'<p>3,701</p>' * 4}{pale}</div>"))
        assert {one.rule for one in browser.axe(page, 1)} == {"color-contrast"}


def test_a_page_wider_than_the_window_is_found(page):
    page.set_viewport_size(MODES[-1].reader["viewport"])
    page.set_content(PAGE.format(style="", body="<p style='width: 400px'>Wide</p>"))
    assert page.evaluate(browser.TOO_WIDE) > 50
