"""The report of a run: every page with why, how and how long, for machines and for people; text of a page is text."""

import json

import pytest
from bs4 import BeautifulSoup

from ncthelpers.publish import report
from ncthelpers.publish.report import PageRun, PagesFailed

MADE = PageRun("2031-32/04_cost", ("data/a.csv changed", "parameters changed"), "ncthelpers", 0.123456)
FAILED = PageRun("2031-32/02_kpis", ("it has not been made",), failure="cell 5: ZeroDivisionError: division by zero")
HOSTILE = "cell 5: <script>alert(1)</script> & \"quotes\" 'and' {braces} </td></table>"


@pytest.fixture
def written(tmp_path):
    """A function that writes a report: its JSON, and its page."""

    def write(*ended):
        report.write(tmp_path, ended)
        page = (tmp_path / "_build" / "run.html").read_text("utf-8")
        return json.loads((tmp_path / "_build" / "run.json").read_text("utf-8")), page

    return write


def test_machines_get_every_page_in_order_with_reason_engine_time_and_failure(written):
    records, _ = written(MADE, FAILED)
    assert records == [
        {"page": FAILED.page, "reasons": ["it has not been made"], "engine": "", "seconds": 0.0, "failure": FAILED.failure},
        {"page": MADE.page, "reasons": list(MADE.reasons), "engine": "ncthelpers", "seconds": 0.123, "failure": ""},
    ]  # fmt: skip


def test_people_get_the_same_as_a_table(written):
    _, page = written(MADE, FAILED)
    soup = BeautifulSoup(page, "html.parser")
    assert soup.html["lang"] == "en-GB" and soup.h1 and "2" in soup.caption.get_text()
    assert [cell.get_text() for cell in soup.thead.find_all("th", scope="col")] == [
        "Page", "Why", "Engine", "Seconds", "Failure",
    ]  # fmt: skip
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in soup.tbody.find_all("tr")]
    assert rows == [
        [FAILED.page, "it has not been made", "", "0.00", FAILED.failure],
        [MADE.page, "data/a.csv changed; parameters changed", "ncthelpers", "0.12", ""],
    ]


def test_what_a_page_said_when_it_failed_is_text(written):
    records, page = written(PageRun("<i>page</i>", ("<b>why</b>",), "<u>engine</u>", failure=HOSTILE))
    assert records[0]["failure"] == HOSTILE
    soup = BeautifulSoup(page, "html.parser")
    assert soup.find(["script", "i", "b", "u"]) is None
    assert [cell.get_text() for cell in soup.tbody.find_all(["th", "td"])] == [
        "<i>page</i>", "<b>why</b>", "<u>engine</u>", "0.00", HOSTILE,
    ]  # fmt: skip


def test_a_run_that_made_no_page_has_a_report_too(written):
    records, page = written()
    assert records == [] and BeautifulSoup(page, "html.parser").tbody.find_all("tr") == []


def test_a_failure_lists_every_page_that_failed_and_no_other():
    other = PageRun("comparison/01", (), failure="it was stopped")
    failed = PagesFailed([MADE, FAILED, other])
    assert str(failed).splitlines() == [f"{FAILED.page}: {FAILED.failure}", "comparison/01: it was stopped"]
    assert failed.ended == (MADE, FAILED, other)
