"""The whole year as one document: every listed page in its order, nothing left out, its sources once at the end."""

import json

import pytest

from ncthelpers.export import whole_report
from ncthelpers.export.document import SOURCE, Heading, Paragraph, Picture, Table, said
from ncthelpers.load import load_year
from ncthelpers.publish import toc

YEARS = ("2021-22", "2024-25")


@pytest.fixture(scope="module", params=YEARS)
def year(request, repository):
    data = load_year(repository, request.param)
    pages = whole_report.pages_of(repository, data)
    return data, pages, whole_report.whole_report(data, pages)


def shown(page):
    return [
        record
        for cell in page["cells"]
        for output in cell.get("outputs", [])
        for record in [output["data"].get("text/html", "")]
        if record
    ]


def html_of(pages):
    return "".join("".join(html) for page in pages for html in shown(page))


def test_every_listed_page_is_there_in_the_order_of_the_book(year, repository):
    data, pages, report = year
    listed = [page for page in toc.pages_listed(repository) if page.startswith(f"{data.year}/")]
    titles = ["".join(page["cells"][0]["source"]).removeprefix("# ").strip() for page in pages]
    assert len(pages) == len(listed)
    assert [block.text for block in report.blocks if isinstance(block, Heading) and block.level == 1] == [
        *titles,
        "Sources",
    ]


def test_every_table_and_chart_of_the_pages_is_there(year):
    _, pages, report = year
    html = html_of(pages)
    at_end = html.count('id="sources-of-this-page"') + html.count('id="publications-cited"')
    held = [block for block in report.blocks if isinstance(block, Table)]
    named = [
        said(block.runs)
        for block in report.blocks
        if isinstance(block, Paragraph) and "not printed here" in said(block.runs)
    ]
    assert len(held) + len(named) == html.count("<table") - at_end + 2
    assert all(" rows, which is not printed here" in one for one in named)
    assert max(len(table.rows) for table in held[:-2]) <= 60
    assert sum(isinstance(block, Picture) for block in report.blocks) == html.count("<img ")
    assert all(block.alt for block in report.blocks if isinstance(block, Picture))
    rows = sum(len(table.rows) for table in held[:-2])
    ends = [table for table in held if table.anchor in ("sources-of-this-page", "publications-cited")]
    assert ends == held[-2:] and rows > 100


def test_sources_stand_below_and_once_at_the_end(year):
    _, pages, report = year
    folded = [block for block in report.blocks if isinstance(block, Paragraph) and block.kind == SOURCE]
    assert len(folded) == html_of(pages).count('<details class="sources">')
    files = [said(row[1]) for row in report.blocks[-2].rows]
    assert len(files) == len(set(files)) and all("/" in name for name in files)
    assert not any(isinstance(block, Heading) and block.text == "Colophon" for block in report.blocks)


def test_what_is_said_of_every_page_is_said_once(year):
    _, _, report = year
    assert [notice.title for notice in report.notices] == ["Draft"]
    texts = " ".join(said(block.runs) for block in report.blocks if isinstance(block, Paragraph))
    assert "have not been signed off" not in texts and "{" not in texts.replace("{name}", "")


def test_a_year_of_public_data_is_called_what_it_is(year):
    data, _, report = year
    assert ("Public data" in report.title) is not data.has_annual_report
    assert report.contents


def test_a_year_that_is_not_listed_is_not_exported(root_with_book, review):
    listed = root_with_book / "_toc.yml"
    listed.write_text(listed.read_text("utf-8").replace("2021-22/", "2024-25/"), "utf-8")
    with pytest.raises(ValueError, match="_toc.yml lists no page of 2021-22"):
        whole_report.pages_of(root_with_book, review)


def test_a_page_that_is_not_made_is_named(root_with_book, review):
    (root_with_book / "book" / "2021-22" / "04_cost.ipynb").unlink()
    with pytest.raises(ValueError, match="not made yet: 2021-22/04_cost"):
        whole_report.pages_of(root_with_book, review)


def test_an_output_in_plain_words_is_kept(review):
    cell = {
        "cell_type": "code",
        "metadata": {},
        "source": "1",
        "outputs": [{"output_type": "execute_result", "data": {"text/plain": "plain"}}],
    }
    hidden = {**cell, "metadata": {"tags": ["remove-cell"]}}
    page = json.loads(json.dumps({"cells": [cell, hidden]}))
    report = whole_report.whole_report(review, [page])
    assert [said(block.runs) for block in report.blocks[1:]] == ["plain"]
