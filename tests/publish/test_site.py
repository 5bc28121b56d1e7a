"""The pages around the years: index and about."""

import dataclasses
import re
from datetime import date
from html import unescape

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from ncthelpers import narrative, results, signoff
from ncthelpers.load import load_years
from ncthelpers.publish import pages, site, toc
from ncthelpers.yaml_files import read_yaml

# The pages around the years


def test_the_pages_around_the_years_are_those_that_the_data_gives(root_with_book, contents):
    before = contents(root_with_book / "book")
    years = load_years(root_with_book, toc.public_years(root_with_book)).years[::-1]
    around = dict(site.pages_of_data(root_with_book, years))
    around |= site.pages_of_pages(root_with_book, years, around)
    site.write_pages_around(root_with_book, around)
    after = contents(root_with_book / "book")
    assert {name for name in before | after if before.get(name) != after.get(name)} == set()
    site.write_pages_around(root_with_book, around)
    assert contents(root_with_book / "book") == after


def test_the_pages_about_the_book_are_these(repository):
    about = {path.stem for path in (repository / "book" / "about").glob("*.md")}
    assert about == {
        "method", "definitions", "assurance", "discrepancies", "coverage", "data_dictionary", "glossary", "publisher", "accessibility",
        "quality_plan", "checklist", "assumptions", "data_log", "revisions", "what_changed", "performance", "first_rerun", "commands",
        "open_data",
    }  # fmt: skip


def test_no_id_stands_twice_on_a_page_about_the_book(repository, years):
    for name, text in site.pages_of_data(repository, years.years[::-1]):
        ids = re.findall(r' id="([^"]+)"', text)
        assert ids or "<table" not in text, name
        assert len(set(ids)) == len(ids), name


def test_every_term_of_the_glossary_has_an_id_that_a_link_can_go_to(repository, review):
    page = BeautifulSoup(dict(site.pages_of_data(repository, [review]))["about/glossary.md"], "html.parser")
    assert [row.th.get_text() for row in page.tbody.find_all("tr") if not row["id"].startswith("term-")] == []
    assert page.find(id="term-kpi").td.get_text().startswith("Key performance indicator")


def test_every_caption_of_a_page_on_several_years_names_its_year(repository):
    root = repository / "examples" / "inventshire"
    years = load_years(root, toc.public_years(root)).years[::-1]
    assert sum(data.has_annual_report for data in years) > 1
    held = dict(site.pages_of_data(root, years))
    for name in ("assurance", "discrepancies", "coverage", "publisher"):
        _, *parts = re.split(
            r"^## Contract year ", held[f"about/{name}.md"].partition("## Publications")[0], flags=re.MULTILINE
        )
        assert len(parts) == len(years), name
        for part in parts:
            captions = [caption.get_text() for caption in BeautifulSoup(part, "html.parser").find_all("caption")]
            assert captions and [caption for caption in captions if caption.count(part[:7]) != 1] == [], name


def _about(repository, name):
    return (repository / "book" / "about" / f"{name}.md").read_text("utf-8")


def test_the_data_dictionary_describes_every_table_and_column(repository, review):
    page = _about(repository, "data_dictionary")
    for name, schema in review.schemas.items():
        assert page.count(f"### {name}\n") == 1
        described = page.partition(f"### {name}\n")[2].partition("\n### ")[0]
        assert [column for column in schema.names if f'<th scope="row">{column}</th>' not in described] == []


def test_the_data_dictionary_lists_what_each_year_keeps_restricted_why_and_until_when(private_book):
    root = private_book.book.root
    years = load_years(root, toc.public_years(root)).years[::-1]
    page = BeautifulSoup(dict(site.pages_of_data(root, years))["about/data_dictionary.md"], "html.parser")
    [shown] = [table for table in page.find_all("table") if "Restricted data of 2031-32" in table.caption.get_text()]
    assert [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in shown.tbody.find_all("tr")] == [
        ["budget_gaps: Gap, £m", "commercial terms", "31 March 2033"],
        ["pupil_forecasts: the whole table", "names a small school", "30 June 2033"],
        ["the commentary of 04_cost", "open negotiations", "30 September 2033"],
    ]
    assert "Restricted data of 2032-33. Nothing is kept restricted." in page.get_text()


def test_the_index_says_which_years_are_drafts_and_so_do_the_pages_about_the_book_that_print_their_figures(
    private_book,
):
    root = private_book.book.root

    def said():
        years = load_years(root, toc.public_years(root)).years[::-1]
        held = dict(site.pages_of_data(root, years))
        held |= site.pages_of_pages(root, years, held)
        return held, {name for name, text in held.items() if "{admonition} Draft" in text}

    held, drafts = said()
    assert "\nDraft, for it has not been signed off: 2032-33, 2031-32.\n" in held["index.md"]
    assert drafts == {f"about/{name}.md" for name in ("assurance", "discrepancies", "what_changed", "revisions")}
    both = "The figures of 2032-33 and 2031-32 on this page have not been signed off"
    assert both in held["about/assurance.md"]
    for year in ("2031-32", "2032-33"):
        path = root / "data" / year / "datapackage.yml"
        package = signoff.signed(read_yaml(path.read_text("utf-8")), "Director", date(2033, 8, 10))
        path.write_text(yaml.safe_dump(package, sort_keys=False, allow_unicode=True, width=110), "utf-8")
    held, drafts = said()
    assert "Draft, for it" not in held["index.md"] and drafts == set()


def test_known_discrepancies_show_printed_and_recomputed_side_by_side(repository):
    page = BeautifulSoup(_about(repository, "discrepancies"), "html.parser").get_text(" ")
    # report 12: the gaps of 2024-25 are printed as 57.303 and add up to 57.307; report 3.1: 29 of 37 is 78.4, printed 78.3
    assert re.search(r"57\.303\s+\S+\s+Disagrees\s+The evidence gives £57\.307m", page)
    assert re.search(r"78\.3%\s+\S+\s+Disagrees\s+The evidence gives 78\.378%", page)


def test_the_coverage_page_says_that_nothing_is_left_out(repository, review):
    assert f"{len(review['paragraphs'])} paragraphs, bullets, headings and table rows; 0 not carried." in _about(
        repository, "coverage"
    )


def test_the_publisher_page_links_to_the_public_records(repository, review):
    page = unescape(_about(repository, "publisher"))
    assert review.package["records"]
    assert [record["url"] for record in review.package["records"] if record["url"] not in page] == []
    assert [
        document["title"]
        for document in review.package["documents"]
        if not all(document[key] in page for key in ("title", "publisher"))
    ] == []
    # and every publication with its address
    publications = review["publications"]
    assert [title for title in publications["title"] if title not in page] == []
    assert [url for url in publications["url"].dropna() if url not in page] == []


def test_a_year_without_an_annual_report_opens_on_a_page_titled_as_public_data(repository, years):
    for data in years.years:
        first = next(page for page in toc.pages_listed(repository) if page.startswith(f"{data.year}/"))
        title = nbformat.read(repository / "book" / f"{first}.ipynb", as_version=4).cells[0].source
        if not data.has_annual_report:
            assert title == f"# {narrative.plain(narrative.year_title(data))}"
        assert ("Public data" in title) != data.has_annual_report


def test_a_page_is_listed_for_every_template_that_its_year_has_data_for(repository, years):
    listed = set(toc.pages_listed(repository))
    for data in years.years:
        made = {
            f"{data.year}/{template.stem}"
            for template in pages.templates(repository / "notebooks")
            if results.is_reported(data, pages.subject(template))
        }
        assert {page for page in listed if page.startswith(f"{data.year}/")} == made


# Text from the data on pages that are Markdown


@pytest.mark.parametrize(
    "text", ["T <script>alert(1)</script>", "a\n````\n```{include} ../../secret\n```\n", "[x](javascript:alert(1))"]
)
def test_text_of_the_data_is_text_on_the_pages_around_the_years(root, review, text):
    hostile = dataclasses.replace(review, contract={**review.contract, "provider": {"name": text, "short": "T"}})
    glossary = root / "data" / "reference" / "glossary.csv"
    glossary.write_text('term,meaning\nKPI,"{}"\n'.format(text.replace('"', '""')), "utf-8")
    around = dict(site.pages_of_data(root, [hostile]))
    html = MarkdownIt("commonmark").render(around["index.md"])
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find("script") is None
    assert not [link for link in soup.find_all("a") if link["href"].startswith("javascript")]
    fences = re.findall(r"^`{3,}.*$", around["about/glossary.md"], flags=re.MULTILINE)
    assert fences == ["````{raw} html", "````"]
