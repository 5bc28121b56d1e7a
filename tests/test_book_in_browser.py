"""The built book as a reader meets it in a browser: nothing fails, nothing is fetched from elsewhere, all of it can be reached.

Uses the system's Chromium and the HTML that ``ncthelpers book`` or ``ncthelpers test`` built. Both may be absent; then
these tests are skipped and say what was left out.
"""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from ncthelpers.publish import toc

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDE = {"viewport": {"width": 1280, "height": 900}}
NARROW = {"viewport": {"width": 360, "height": 800}}
DARK = {**WIDE, "color_scheme": "dark"}
# The theme says this once on a first visit, before it has stored which of light and dark to show. Nothing is wrong then.
THEME_SAYS = "Got invalid theme mode"
# The theme fades into dark colours after a page has loaded: a contrast measured on the way there is nobody's.
STILL = """() => Promise.allSettled(document.getAnimations().filter(one => one instanceof CSSTransition)
    .map(one => one.finished)).then(() => true)"""
CHECKED_BY_AXE = [
    "index", "{year}/02_kpis", "{year}/04_cost", "{year}/17_cover_report", "{year}/19_official_measures",
    "{newest}/18_public_data", "comparison/01_measures",
]  # fmt: skip


@pytest.fixture(scope="module")
def html(repository):
    folder = repository / "_build" / "html"
    if not (folder / "index.html").is_file():
        pytest.skip("_build/html is not built: the book was not opened in a browser")
    return folder


@pytest.fixture(scope="module")
def year(years):
    """The newest year whose annual report is at hand."""
    return next(str(data.year) for data in reversed(years.years) if data.has_annual_report)


@pytest.fixture(scope="module")
def newest(years):
    """The newest public year."""
    return str(years.newest.year)


@pytest.fixture(scope="module")
def names(html, repository):
    """Every page of the book, in its order."""
    return ["index", *toc.pages_listed(repository)]


class _Quiet(SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/favicon.ico":  # asked for by the browser, not by the book
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address(html):
    """The book served on this machine: from a file, a browser refuses part of what it does on the web."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(html)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")  # not longer: while Playwright is open, no other test can run an event loop of its own
def chromium(html):
    program = shutil.which("chromium")
    if not program:
        pytest.skip("there is no chromium on this machine: the book was not opened in a browser")
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: the book was not opened"
    )
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


class Visit:
    """A tab with what it complained of and what it asked for."""

    def __init__(self, browser, address, reader):
        self.context = browser.new_context(**reader)
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
        answer = self.page.goto(f"{self.address}/{name}.html", wait_until="load")
        assert answer.ok, name
        return self.page


@pytest.fixture
def visit(chromium, address, request):
    made = Visit(chromium, address, getattr(request, "param", WIDE))
    yield made
    made.context.close()


def test_no_page_complains_or_asks_another_host(visit, names, address):
    for name in names:
        visit.open(name)
    assert visit.complaints == []
    here = urlsplit(address).netloc
    foreign = [
        url for url in visit.requests if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc != here
    ]
    assert visit.requests
    assert foreign == []


def test_the_index_leads_to_the_summary_and_the_cover_report(visit, year):
    for target in ("00_summary", "17_cover_report"):
        page = visit.open("index")
        page.locator(f"article a[href='{year}/{target}.html']").first.click()
        page.wait_for_url(f"**/{year}/{target}.html")
        assert page.locator("article h1").count() == 1


def test_every_page_opens_from_the_sidebar_of_its_part_and_has_one_heading_of_its_own(visit, names):
    """The sidebar shows the first page of each part, and on a page of a part all of that part's pages."""
    first = {name.partition("/")[0]: name for name in reversed(names[1:])}
    headings = []
    for name in names[1:]:
        page = visit.open("index")
        opening = first[name.partition("/")[0]]
        for target in dict.fromkeys([opening, name]):
            page.locator(".bd-sidebar-primary").get_by_role("link").and_(
                page.locator(
                    f"a[href='{target}.html'], a[href='../{target}.html'], a[href='{target.partition('/')[2]}.html']"
                )
            ).click()
            page.wait_for_url(f"**/{target}.html")
        headings += page.locator("h1:visible").all_inner_texts()  # the theme keeps a second one for print
    assert len(headings) == len(set(headings)) == len(names) - 1


def test_every_image_says_what_it_shows(visit, names):
    # a name of a file would pass a check for any text at all: the charts must carry words and figures
    said = {}
    for name in names:
        for text in visit.open(name).locator("article img").evaluate_all("images => images.map(image => image.alt)"):
            said.setdefault(name, []).append(text)
    assert sum(map(len, said.values())) >= 10
    assert {
        name: texts for name, texts in said.items() if any(len(text) < 60 or " " not in text for text in texts)
    } == {}


def test_every_table_has_a_caption_and_headers_with_their_scope(visit, names):
    faulty = """tables => tables.filter(table =>
        !table.caption || !table.caption.innerText.trim()
        || !table.querySelector('thead th') || !table.querySelector('tbody th')
        || [...table.querySelectorAll('th')].some(th => !['col', 'row'].includes(th.scope) || !th.innerText.trim())
    ).map(table => table.innerText.slice(0, 80))"""
    found, tables = {}, 0
    for name in names:
        all_of_it = visit.open(name).locator("article table")
        tables += all_of_it.count()
        found[name] = all_of_it.evaluate_all(faulty)
    assert tables > 50
    assert {name: texts for name, texts in found.items() if texts} == {}


def test_every_button_of_the_sidebar_says_what_it_unfolds(visit, names):
    unnamed = "buttons => buttons.filter(button => !/^Pages of ./.test(button.ariaLabel || '')).length"
    found, buttons = {}, 0
    for name in names:
        all_of_it = visit.open(name).locator(".bd-sidebar-primary summary")
        buttons += all_of_it.count()
        found[name] = all_of_it.evaluate_all(unnamed)
    assert buttons
    assert {name: count for name, count in found.items() if count} == {}


@pytest.mark.parametrize("visit", [NARROW], indirect=True, ids=["360 px"])
def test_no_page_is_wider_than_a_phone(visit, names):
    over = {}
    for name in names:
        page = visit.open(name)
        over[name] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert {name: pixels for name, pixels in over.items() if pixels > 0} == {}


@pytest.mark.parametrize("visit", [WIDE, NARROW, DARK], indirect=True, ids=["wide", "360 px", "dark"])
@pytest.mark.parametrize("name", CHECKED_BY_AXE)
def test_axe_finds_nothing_serious(visit, year, newest, name):
    """The whole page, the stock theme's frame included: what axe finds in that is moderate (a logo outside any landmark)."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed: no page was checked"
    )
    page = visit.open(name.format(year=year, newest=newest))
    page.evaluate(STILL)
    found = axe.Axe().run(page).response
    assert found["passes"]  # it looked at something
    bad = [
        f"{fault['id']}: {node['html'][:120]}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]
    assert bad == []
