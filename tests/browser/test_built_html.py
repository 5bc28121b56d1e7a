"""The HTML of every page as it is built, without a browser: our own rules, and a way to every page from every other."""

import posixpath

import pytest
from bs4 import BeautifulSoup, SoupStrainer

from ncthelpers.accessibility.rules import broken
from ncthelpers.identifiers import scan
from ncthelpers.publish import toc

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def texts(html, pages):
    """The HTML of every page, by its address."""
    return {page: (html / page).read_text("utf-8") for page in pages}


def _leads_to(page, links):
    return {posixpath.normpath(posixpath.join(posixpath.dirname(page), link.partition("#")[0])) if link[0] != "#" else page
            for link in links}  # fmt: skip


def test_every_page_keeps_every_rule(texts):
    found = {page: list(map(str, broken(text))) for page, text in texts.items()}
    assert {page: places for page, places in found.items() if places} == {}


def test_the_rules_had_something_to_look_at(texts):
    tags = {
        name: sum(text.count(f"<{name}") for text in texts.values()) for name in ("table", "figure", "details", "a ")
    }
    assert tags["table"] > 50 and tags["figure"] >= 10 and tags["details"] > 50 and tags["a "] > 1000


def test_every_listed_page_is_built_and_every_page_leads_to_each_of_them_and_to_the_accessibility_statement(
    texts, root
):
    listed = {f"{page}.html" for page in ["index", *toc.pages_listed(root)]}
    assert listed - set(texts) == set()
    lost = {}
    for page, text in texts.items():
        parts = BeautifulSoup(text, "html.parser", parse_only=SoupStrainer(["nav", "footer"]))
        menu = {link["href"] for part in parts.find_all("nav") for link in part.find_all("a", href=True)}
        foot = {link["href"] for part in parts.find_all("footer") for link in part.find_all("a", href=True)}
        lost[page] = listed - _leads_to(page, menu) | {"about/accessibility.html"} - _leads_to(page, foot)
    assert {page: missing for page, missing in lost.items() if missing} == {}


def test_every_page_has_a_title_and_a_heading_of_its_own(texts):
    headings = {page: BeautifulSoup(text, "html.parser", parse_only=SoupStrainer("h1")).get_text(" ", strip=True)
                for page, text in texts.items()}  # fmt: skip
    titles = {page: text.partition("<title>")[2].partition("</title>")[0].strip() for page, text in texts.items()}
    for said in (headings, titles):
        assert all(said.values()) and len(set(said.values())) == len(said)


def test_nothing_that_identifies_a_child_or_a_worker_is_in_the_site_its_index_or_its_downloads(html):
    read = scan([html])
    assert read.files > 500, "pages, tables, charts, zips and the search index"
    assert (read.found, read.unread) == ((), ())
