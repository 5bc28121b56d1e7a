"""The built site as a whole: how much of it a reader loads, where it may stand, what scripts add to it, how it prints."""

import gzip
import re
from functools import cache
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from ncthelpers.accessibility import browser
from ncthelpers.publish import theme

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST = 500_000  # bytes of a page with all that it loads, compressed, but for the index of the search
REFERRED = re.compile(r'<(?:script|img|link rel="stylesheet")[^>]*(?:src|href)="(?!data:)([^"#?]+)')


@cache
def compressed(path):
    return len(gzip.compress(path.read_bytes(), 6))


def loaded(html, page):
    """The files that a page loads, itself first."""
    place = html / page
    return [place, *((place.parent / name).resolve() for name in REFERRED.findall(place.read_text("utf-8")))]


def test_no_page_loads_more_than_half_a_megabyte_and_none_a_file_that_is_not_there(html, pages):
    weights = {page: sum(map(compressed, loaded(html, page))) for page in pages if page != "search.html"}
    assert max(weights.values()) < MOST
    assert sum(compressed(path) for path in loaded(html, "search.html") if path.name != "searchindex.js") < MOST
    assert {path.name for path in loaded(html, "index.html")} >= {"frame.css", "book.css", "book.js"}


def test_nothing_is_published_that_no_page_loads(html, pages):
    shown = {path for page in pages for path in loaded(html, page)}
    assert {
        path.relative_to(html).as_posix()
        for path in (html / "_static").rglob("*")
        if path.is_file() and path not in shown
    } == set()
    css = "".join(path.read_text("utf-8") for path in shown if path.suffix == ".css")
    assert re.findall(r"url\((?!\"?data:)[^)]*\)", css) == [], "and no style loads a picture or a font"


def test_the_site_works_below_any_path(chromium, html, year, tmp_path):
    below = tmp_path / "some" / "path"
    below.parent.mkdir()
    below.symlink_to(html.resolve(), target_is_directory=True)
    failed, page = [], chromium.new_page()
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    with browser.served(tmp_path) as address:
        for name in ("search.html", f"{year}/04_cost.html", "comparison/01_measures.html", "about/method.html"):
            page.goto(f"{address}/some/path/{name}", wait_until="load")
            assert page.locator("h1").count() == 1
            assert page.evaluate("getComputedStyle(document.querySelector('.site-header')).display") == "block"
        page.locator("a.site-title").click()
        page.wait_for_url("**/some/path/index.html")
        page.fill("#site-search", "reserve")
        page.keyboard.press("Enter")
        page.locator("#search-results li a").first.click()
        page.wait_for_url(re.compile(r"/some/path/\d{4}-\d{2}/|/some/path/\w+/"))
    assert failed == []
    page.close()


def test_the_search_works_from_disk(from_disk):
    page = from_disk.open("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("reserve")
    page.keyboard.press("Enter")
    page.locator("#search-results li a[href*='04_cost']").first.wait_for()
    assert page.locator("#search-said").inner_text().endswith("pages have “reserve”.")
    meaning, cost = (
        page.locator("#search-results > ul").first,
        page.locator("#search-results li", has=page.locator("mark")),
    )
    assert meaning.locator("a[href='about/glossary.html#term-reserve']").count(), "what a word means comes first"
    assert "reserve" in cost.first.inner_text(), "and what is found is shown"
    for asked, said in (("0.019", r"^\d+ pages have"), ("KPI", r"^\d+ pages have"), ("zzyzx", "^No page has the word “zzyzx”"),
                        ("<img src=x onerror=alert(1)>", r"^(No page has|One page has|\d+ pages have)")):  # fmt: skip
        page.fill("#search-words", asked)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, asked=asked: parse_qs(urlsplit(url).query).get("q") == [asked])
        expect(page.locator("#search-words")).to_have_value(asked)
        expect(page.locator("#search-said")).to_have_text(re.compile(said))
    assert from_disk.complaints == []


@pytest.mark.parametrize("width", [320, 390])
def test_the_menu_and_the_contents_of_a_page_open_on_a_phone_and_lead_away(chromium, html, year, width):
    page = chromium.new_page(viewport={"width": width, "height": 700})
    page.goto(f"{html.resolve().as_uri()}/{year}/04_cost.html")
    page.get_by_role("button", name="On this page").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("link").last.click()
    assert dialog.count() == 0 and "#" in page.url, "whoever goes to a part of the page leaves the list"
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("button", name="Menu").click()
    dialog.get_by_role("link", name="Front page").click()
    page.wait_for_url("**/index.html")
    page.close()


# Headings that sort: the script on its own


TABLE = """<div class="table-scroll" role="group" tabindex="0" aria-label="T" style="width:60rem"><table class="review"><thead><tr>
<th scope="col">Name</th><th scope="col" class="number">£</th><th scope="col">When</th><th scope="col">Year</th></tr></thead><tbody>
{}</tbody></table></div>"""
ROWS = [
    ("Homes", "−1,070", "31 March 2022", "2021-22"), ("Ångström", "not published", "not stated", "2020-21"),
    ("adoption", "£12.5m", "1 April 2021", "2024-25"), ("Fostering", "9%", "March 2021", "none"),
    ("Total of all", "100 overspend", "2 April 2021", "2019-20"),
]  # fmt: skip


def sorted_table(chromium, rows):
    page = chromium.new_page()
    cells = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(f"<td{' class=number' * (not at)}>{cell}</td>" for at, cell in enumerate(others))
        + "</tr>"
        for name, *others in rows
    )
    page.set_content(TABLE.format(cells))
    page.add_style_tag(path=str(theme._STATIC / "frame.css"))
    page.add_style_tag(path=str(theme._STATIC / "book.css"))
    page.add_script_tag(path=str(theme._STATIC / "book.js"))
    return page


def column(page, at):
    return page.locator(f"tbody tr > :nth-child({at + 1})").all_inner_texts()


@pytest.mark.parametrize(
    ("at", "rising"),
    [
        (0, ["adoption", "Ångström", "Fostering", "Homes"]),
        (1, ["−1,070", "9%", "£12.5m", "not published"]),
        (2, ["March 2021", "1 April 2021", "31 March 2022", "not stated"]),
        (3, ["2020-21", "2021-22", "2024-25", "none"]),
    ],
)
def test_a_heading_sorts_up_down_and_back_with_what_is_missing_and_the_total_last(chromium, at, rising):
    page, total = sorted_table(chromium, ROWS), ROWS[-1][at]
    heading = page.locator("thead th").nth(at)
    first, widths = column(page, at), page.locator("thead th").evaluate_all("all => all.map(one => one.offsetWidth)")
    missing = [text for text in rising if text.startswith(("no",))]
    falling = [*reversed([text for text in rising if text not in missing]), *missing]
    for order, said in ((rising, "ascending"), (falling, "descending"), (first[:-1], None), (rising, "ascending")):
        heading.get_by_role("button").click()
        assert column(page, at) == [*order, total] and heading.get_attribute("aria-sort") == said
    assert page.locator("thead th").evaluate_all("all => all.map(one => one.offsetWidth)") == widths, "nothing jumps"
    other = page.locator("thead th").nth((at + 1) % 4)
    other.get_by_role("button").press("Enter")
    assert page.locator("[aria-sort]").count() == 1 and other.get_attribute("aria-sort") == "ascending"
    page.close()


def test_a_heading_keeps_its_name_and_a_table_of_two_rows_is_not_sorted(chromium):
    page = sorted_table(chromium, ROWS)
    assert page.get_by_role("columnheader").all_inner_texts() == ["Name", "£", "When", "Year"]
    assert [
        page.get_by_role("columnheader", name=name, exact=True).count() for name in ("Name", "£", "When", "Year")
    ] == [1] * 4
    assert page.locator("tr.total th").inner_text() == "Total of all"
    page.close()
    page = sorted_table(chromium, ROWS[:2])
    assert page.locator("button").count() == 0
    page.close()


def test_a_box_is_a_stop_for_the_keyboard_only_while_it_scrolls(chromium):
    page = sorted_table(chromium, ROWS)
    box = page.locator(".table-scroll")
    page.wait_for_function("document.querySelector('.table-scroll').classList.contains('fits')")
    assert box.get_attribute("tabindex") is None
    box.evaluate("one => { one.style.width = '12rem' }")
    page.wait_for_function("document.querySelector('.table-scroll').classList.contains('wide')")
    assert box.get_attribute("tabindex") == "0" and box.get_attribute("aria-label") == "T"
    page.close()


# On paper


def test_the_headings_of_a_table_stand_on_every_sheet(chromium):
    page = sorted_table(chromium, ROWS * 40)
    sheets = PdfReader(BytesIO(page.pdf(format="A4"))).pages
    assert len(sheets) > 1 and all("When" in sheet.extract_text() for sheet in sheets)
    page.close()


def test_a_page_prints_without_its_frame_and_no_table_or_chart_is_cut_off(chromium, html, year):
    page = chromium.new_page(viewport={"width": 680, "height": 1000})  # what A4 leaves between its margins
    page.goto(f"{html.resolve().as_uri()}/{year}/04_cost.html")
    page.emulate_media(media="print")
    shown = page.locator(".site-header, .bd-sidebar-primary, .prev-next, .page-head, .download").locator("visible=true")
    assert shown.count() == 0
    wide = page.locator("table.review, figure.chart img").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 90))"
    )
    assert wide == []
    assert page.locator("details.sources li").first.is_visible(), "notes are unfolded"
    paper = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    width, height = (float(side) for side in paper.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842), "A4"
    assert all(len(sheet.extract_text()) > 40 or sheet.images for sheet in paper.pages), "no sheet is left empty"
    page.close()
