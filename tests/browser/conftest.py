"""The built book in Chromium: these tests fail, and never skip, where there is no Chromium or no built book."""

from urllib.parse import urlsplit

import pytest

from ncthelpers.accessibility import browser
from ncthelpers.accessibility.scope import FIRST
from ncthelpers.publish import toc

# The theme says this once on a first visit, before it has stored which of light and dark to show. Nothing is wrong then.
THEME_SAYS = "Got invalid theme mode"


def _or_fail(wanted, *arguments):
    try:
        return wanted(*arguments)
    except browser.NoBrowser as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def root(request):
    """The root of the book that is opened."""
    return request.config.getoption("--book")


@pytest.fixture(scope="session")
def html(root):
    """The folder of the built HTML."""
    return _or_fail(browser.book_of, root)


@pytest.fixture(scope="session")
def pages(html):
    """Every page of it, as its address from there."""
    return browser.page_files(html)


@pytest.fixture(scope="session")
def year(root):
    """The newest year whose annual report is at hand: the first listed that has a page of its costs."""
    return next(page.partition("/")[0] for page in toc.pages_listed(root) if page.endswith("/04_cost"))


@pytest.fixture(scope="session")
def of_each_template(pages):
    """One page of each template, the newest made of it, the front page, the search and one page about the book."""
    newest = {
        page.rpartition("/")[2]: page
        for page in pages
        if "/" in page and not page.startswith(("about/", "comparison/"))
    }
    compared = [page for page in pages if page.startswith("comparison/")]
    return (
        "index.html",
        "search.html",
        "about/accessibility.html",
        "about/glossary.html",
        *compared,
        *sorted(newest.values()),
    )


@pytest.fixture(scope="module")
def address(html):
    """The book served on this machine."""
    with browser.served(html) as found:
        yield found


@pytest.fixture(scope="module")  # not longer: while Playwright is open, no other test can run an event loop of its own
def chromium(html):
    """Chromium, without a window."""
    _or_fail(browser.chromium)
    with browser.launched() as started:
        yield started


class Visit:
    """A tab with what it complained of and what it asked for."""

    def __init__(self, chromium, address, reader):
        self.context = chromium.new_context(**reader)
        self.page = self.context.new_page()
        self.address, self.complaints, self.requests = address, [], []
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"not loaded: {request.url}"))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _said(self, message):
        if message.type in {"error", "warning"} and THEME_SAYS not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def open(self, name):
        """Open a page of the book by its address in it."""
        self.page.goto(f"{self.address}/{name}", wait_until="load")
        return self.page

    @property
    def foreign(self):
        """What it asked of anybody but this machine."""
        here = urlsplit(self.address).netloc
        return [
            url for url in self.requests if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc != here
        ]


@pytest.fixture
def visit(chromium, address, request):
    """A tab on the served book; parametrised indirectly, the reader that it is opened for."""
    made = Visit(chromium, address, getattr(request, "param", FIRST.reader))
    yield made
    made.context.close()


@pytest.fixture
def from_disk(chromium, html):
    """A tab on the book as files of this computer."""
    made = Visit(chromium, html.resolve().as_uri(), FIRST.reader)
    yield made
    made.context.close()
