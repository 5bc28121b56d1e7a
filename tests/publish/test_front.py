"""The front page: the newest annual report in four answers, a line for each later year, and links that lead somewhere."""

import dataclasses
import json
import re

import pytest
from bs4 import BeautifulSoup

from ncthelpers import brief
from ncthelpers.load import load_years
from ncthelpers.publish import front, toc

NUMERAL = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
CARDS = ["What the report said", "What it cost", "Open actions", "What is not known"]


@pytest.fixture(scope="module")
def page(years, repository):
    """The front page of the book, as text and as HTML."""
    text = front.front_page(years.years[::-1], toc.pages_listed(repository))
    return text, BeautifulSoup(text, "html.parser")


@pytest.fixture(scope="module")
def example(repository):
    root = repository / "examples" / "inventshire"
    return load_years(root, toc.public_years(root)), toc.pages_listed(root)


def test_it_opens_on_the_newest_year_whose_annual_report_is_at_hand(page, years):
    text, html = page
    newest = max((data for data in years.years if data.has_annual_report), key=lambda data: data.year)
    first = re.search(r"^## (.+)$", text, flags=re.MULTILINE)[1]
    assert first == f"Annual review, {newest.year}"
    assert [card.h3.get_text() for card in html.select(".front-card")] == CARDS
    assert all(card.find_all("li") and card.find("a") for card in html.select(".front-card"))
    assert [card["id"] for card in html.select(".front-card")] == [
        "front-said",
        "front-cost",
        "front-actions",
        "front-unknown",
    ]


def test_it_answers_with_the_figures_of_the_documents(page):
    cards = {card.h3.get_text(): card.ul.get_text() for card in page[1].select(".front-card")}
    assert (
        "overspent their budget of £123,348,000 by £1,070,000 (0.9%)" in cards["What it cost"]
    )  # annual report section 4
    assert "29 of 37 support-service KPIs were met or exceeded" in cards["What the report said"]  # section 3.1
    assert "37 open, 34 under way and 6 outstanding" in cards["Open actions"]
    assert "21 pictures, files and marks" in cards["What is not known"]


def test_it_rates_nothing(page, example, years):
    assert "This book gives no overall rating of its own. No KPI is rated red, amber or green here" in page[0]
    invented = front.front_page(example[0].years[::-1], example[1])
    assert "This book gives no overall rating of its own." in invented and "No KPI is rated" not in invented


def test_each_later_year_has_one_line_of_figures_that_may_be_compared(page, years):
    reviewed = max(data.year for data in years.years if data.has_annual_report)
    later = [data for data in years.years[::-1] if data.year > reviewed]
    lines = page[1].select(".front-years li")
    assert [line.a.get_text() for line in lines] == [str(data.year) for data in later]
    assert [line.a["href"] for line in lines] == [f"{data.year}/18_public_data.html" for data in later]
    assert all("not compared" not in line.get_text() for line in lines)


def test_every_numeral_of_an_answer_is_a_figure_with_rows(page, years):
    reviewed = next(data for data in years.years[::-1] if data.has_annual_report)
    later = [data for data in years.years if data.year > reviewed.year]
    asked = [(reviewed, [one for _, _, some, _ in front._CARDS for one in some]), *((data, [*front._OFFICIAL, *brief.PAGES["22_governance"]]) for data in later)]  # fmt: skip
    known = {str(data.year) for data in years.years}
    for data, some in asked:
        known |= {figure.text for figure in brief.made_of(data, "x", some, most=99).shown.figures if figure.rows}
    numerals = {one for text in known for one in NUMERAL.findall(text)}
    said = [item.get_text() for item in page[1].select(".front-card li, .front-years li")]
    assert len(said) > 10
    assert [(text, one) for text in said for one in NUMERAL.findall(text) if one not in numerals] == []


def test_its_sources_stand_below_with_links_that_lead_from_the_front_page(page):
    sources = page[1].select_one("details.sources")
    links = [link["href"] for link in sources.find_all("a")]
    assert "data/2021-22/service_costs.csv" in links and all(link.startswith("data/") for link in links)


def _links(html):
    return {link["href"] for link in html.select(".front-card a, .front-years a, .front-find a")}


def test_every_link_leads_to_a_page_that_is_listed(page, example, repository):
    of_example = BeautifulSoup(front.front_page(example[0].years[::-1], example[1]), "html.parser")
    for html, listed in ((page[1], toc.pages_listed(repository)), (of_example, example[1])):
        links = _links(html)
        assert len(links) > 20
        assert {link.partition("#")[0] for link in links} <= {f"{name}.html" for name in listed}
        assert f"{listed[0].partition('/')[0]}/" in "".join(links)


def test_every_link_into_a_page_leads_to_an_id_on_it(page, repository):
    into = [link.partition(".html#") for link in _links(page[1]) if "#" in link]
    assert into
    for name, _, anchor in into:
        notebook = json.loads((repository / "book" / f"{name}.ipynb").read_text("utf-8"))
        html_of = "".join(
            "".join(one.get("data", {}).get("text/html", ""))
            for cell in notebook["cells"]
            for one in cell.get("outputs", [])
        )
        assert f' id="{anchor}"' in html_of, (name, anchor)


def test_what_readers_come_for_is_one_link_away(page, example):
    links = {link["href"] for link in page[1].select(".front-find a")}
    assert {"2021-22/04_cost.html#table-outturn_variance", "2021-22/02_kpis.html#table-kpi_register", "comparison/01_measures.html#table-measure_series",
            "about/glossary.html", "about/discrepancies.html"} <= links  # fmt: skip
    invented = BeautifulSoup(front.front_page(example[0].years[::-1], example[1]), "html.parser")
    of_months = [link["href"] for link in invented.select(".front-find a") if "25_kpi_months" in link["href"]]
    assert of_months == ["2024-25/25_kpi_months.html#table-kpi_signals"]
    assert not invented.select(".front-years")  # no year is later than the newest report


def test_a_page_that_is_not_listed_has_no_link(years):
    html = BeautifulSoup(front.front_page(years.years[::-1], ["2021-22/00_summary"]), "html.parser")
    assert {link["href"] for link in html.select(".front-card a, .front-years a, .front-find a")} == {
        "2021-22/00_summary.html"
    }
    assert [line.get_text()[:7] for line in html.select(".front-years li")] == ["2024-25", "2023-24", "2022-23"]


def test_a_book_without_an_annual_report_says_so(years):
    without = [data for data in years.years[::-1] if not data.has_annual_report]
    text = front.front_page(without, [])
    assert "No annual report is at hand for any year." in text and "front-card" not in text
    assert text.count("<li><strong>20") == len(without)


def test_text_of_the_data_is_text(review):
    hostile = {"name": "T <script>alert(1)</script>", "short": "T"}
    costs = review["service_costs"]
    costs["service"] = [f"<b>{name}</b>" for name in costs["service"]]
    data = dataclasses.replace(
        review, contract={**review.contract, "provider": hostile}, tables={**review.tables, "service_costs": costs}
    )
    text = front.front_page([data], [])
    assert "<script>" not in text.replace("\\<script\\>", "") and "<b>" not in text
