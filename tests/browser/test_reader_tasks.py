"""What readers come for, counted in clicks from the front page, as they would find it in a browser."""

import re

import pytest
from bs4 import BeautifulSoup

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IN_SIGHT = """all => all.map(one => one.getBoundingClientRect()).map(box => box.height > 0 && box.top < innerHeight && box.bottom > 0)"""


class Journey:
    """What a reader clicks on from the front page on."""

    def __init__(self, visit):
        self.page, self.clicks = visit.open("index.html"), 0

    def click(self, what):
        """Click on the first of some things that can be seen."""
        self.page.locator(what).and_(self.page.locator(":visible")).first.click()
        self.clicks += 1
        self.page.wait_for_load_state()
        return self

    def sees(self, what):
        """Whether a thing stands in the window."""
        return any(self.page.locator(what).evaluate_all(IN_SIGHT))


@pytest.fixture
def journey(visit):
    return Journey(visit)


def test_the_trend_of_any_measure_takes_two_clicks(journey):
    journey.click("article a[href*='comparison/01_measures.html']")
    assert journey.sees("#table-measure_series") and journey.clicks <= 2
    rows = journey.page.locator("#table-measure_series tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('td')].filter(cell => /\\d/.test(cell.textContent)).length)"
    )
    assert len(rows) > 10 and min(rows) >= 2, "each has the figures of two years or more"
    assert journey.page.locator("[id^=chart-measure_series] img").count() >= 1


def test_the_outturn_of_each_service_takes_two_clicks(journey):
    journey.click("article a[href*='04_cost.html#']")
    assert journey.sees("#chart-outturn_variance, #table-outturn_variance")
    assert journey.clicks <= 2


def test_the_source_of_a_figure_takes_three_clicks(journey):
    journey.click("article a[href*='04_cost.html#']").click("#table-outturn_variance ~ details.sources > summary")
    said = journey.page.locator("#table-outturn_variance ~ details.sources").first
    assert journey.clicks <= 3 and "section" in said.inner_text()
    address = said.locator("a").first.get_attribute("href")
    answer = journey.page.request.get(journey.page.evaluate("address => new URL(address, location).href", address))
    assert answer.ok and address.endswith(".csv"), "the third is the file of its rows"


def test_the_same_page_of_the_year_before_takes_one_click(visit, html, pages):
    """On every page of a year that has one; else the first page of that year, which is said."""
    years = sorted({page.partition("/")[0] for page in pages if page[:4].isdigit()})
    followed = 0
    for page in (page for page in pages if page[:4].isdigit() and page.partition("/")[0] != years[0]):
        year, _, name = page.partition("/")
        before = years[years.index(year) - 1]
        found = re.search(r'<nav class="years".*?</nav>', (html / page).read_text("utf-8"), re.DOTALL)
        nav = BeautifulSoup(found[0], "html.parser")
        (address,) = (link["href"] for link in nav.select("a") if link.text.startswith(before))
        assert nav.select_one("[aria-current=page]").text == year
        if f"{before}/{name}" in pages:
            assert address == f"../{before}/{name}", page
            followed += 1
        else:
            assert "No such page in" in nav.text and address.startswith(f"../{before}/")
    assert followed > 20
    page = visit.open(f"{years[-1]}/14_inspections.html")
    page.get_by_role("navigation", name="Contract years").get_by_role("link", name=years[-2]).click()
    page.wait_for_url(f"**/{years[-2]}/14_inspections.html")
