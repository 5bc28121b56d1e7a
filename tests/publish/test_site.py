"""The pages around the years, the list of what is public, and the HTML that is built of both."""

import dataclasses
import re
import shutil
from html import unescape
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from ncthelpers import results
from ncthelpers.load import load_years
from ncthelpers.publish import pages, site
from ncthelpers.years import ContractYear

YEAR = "2021-22"
INDEX = "# A small book\n\nOne paragraph.\n"
ABOUT = "# Method\n\nSee the [index](../index.md).\n"


def _book(root, chapters, **pages):
    """A book of the given pages; ``_toc.yml`` lists the chapters."""
    for name, text in pages.items():
        path = root / "book" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".md").write_text(text, "utf-8")
    parts = [{"caption": "A part", "chapters": [{"file": file} for file in chapters]}]
    (root / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": "index", "parts": parts}), "utf-8")
    return root


# What is public


def test_the_public_years_are_those_that_the_list_names_in_its_order(tmp_path):
    _book(tmp_path, ["2022-23/00_summary", "2022-23/01_purpose", "2021-22/00_summary", "about/method"])
    assert site.public_years(tmp_path) == [ContractYear("2022-23"), ContractYear("2021-22")]


def test_a_year_that_is_commented_out_is_not_public(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        "root: index\nparts:\n - chapters:\n    # - file: 2022-23/00_summary\n    - file: 2021-22/00_summary\n", "utf-8"
    )
    assert site.public_years(tmp_path) == [ContractYear("2021-22")]


def test_a_missing_list_is_said_to_be_missing(tmp_path):
    with pytest.raises(ValueError, match="_toc.yml is missing"):
        site.public_years(tmp_path)


def test_a_folder_that_is_no_contract_year_is_refused(tmp_path):
    _book(tmp_path, ["2021-23/00_summary"])
    with pytest.raises(ValueError, match="'2021-23' is not a contract year"):
        site.public_years(tmp_path)


def test_a_path_out_of_the_book_is_refused(tmp_path):
    _book(tmp_path, ["../2021-22/00_summary"])
    with pytest.raises(ValueError, match="not a contract year"):
        site.public_years(tmp_path)


def test_the_list_names_every_page_of_the_book_once_and_no_other(repository):
    files = ["index", *site.pages_listed(repository)]
    there = [path.relative_to(repository / "book").with_suffix("").as_posix()
             for path in (repository / "book").rglob("*") if path.suffix in {".md", ".ipynb"}]  # fmt: skip
    published = [
        page for page in there if not page.startswith(".")
    ]  # a run under way stages its pages in a hidden folder
    assert sorted(files) == sorted(published)


def test_the_years_are_listed_newest_first(repository):
    years = site.public_years(repository)
    assert years
    assert years == sorted(years, reverse=True)


# The pages around the years


def test_the_pages_around_the_years_are_those_that_the_data_gives(root_with_book, contents):
    before = contents(root_with_book / "book")
    years = load_years(root_with_book, site.public_years(root_with_book)).years[::-1]
    site.write_pages_around(root_with_book, site.pages_around(root_with_book, years))
    after = contents(root_with_book / "book")
    assert {name for name in before | after if before.get(name) != after.get(name)} == set()
    site.write_pages_around(root_with_book, site.pages_around(root_with_book, years))
    assert contents(root_with_book / "book") == after


def test_the_index_leads_to_every_year_and_the_pages_about_the_book_exist(repository):
    index = (repository / "book" / "index.md").read_text("utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", index)
    listed = site.pages_listed(repository)
    first = {
        str(year): next(page for page in listed if page.startswith(f"{year}/"))
        for year in site.public_years(repository)
    }
    assert {f"{page}.ipynb" for page in first.values()} <= set(links)
    assert len(set(first.values())) == len(first)
    assert [link for link in links if "://" not in link and not (repository / "book" / link).is_file()] == []
    about = {path.stem for path in (repository / "book" / "about").iterdir()}
    assert about == {
        "method", "definitions", "assurance", "discrepancies", "coverage", "data_dictionary", "glossary", "publisher",
        "quality_plan", "checklist", "assumptions", "data_log", "revisions", "what_changed",
    }  # fmt: skip


def _about(repository, name):
    return (repository / "book" / "about" / f"{name}.md").read_text("utf-8")


def test_the_data_dictionary_describes_every_table_and_column(repository, review):
    page = _about(repository, "data_dictionary")
    for name, schema in review.schemas.items():
        assert page.count(f"### {name}\n") == 1
        described = page.partition(f"### {name}\n")[2].partition("\n### ")[0]
        assert [column for column in schema.names if f'<th scope="row">{column}</th>' not in described] == []


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
        first = next(page for page in site.pages_listed(repository) if page.startswith(f"{data.year}/"))
        title = nbformat.read(repository / "book" / f"{first}.ipynb", as_version=4).cells[0].source
        if not data.has_annual_report:
            assert title == f"# Public data about {data.year}: not the councils' annual report"
        assert ("Public data" in title) != data.has_annual_report


def test_a_page_is_listed_for_every_template_that_its_year_has_data_for(repository, years):
    listed = set(site.pages_listed(repository))
    for data in years.years:
        made = {
            f"{data.year}/{template.stem}"
            for template in pages.templates(repository / "notebooks")
            if results.is_reported(data, pages.subject(template))
        }
        assert {page for page in listed if page.startswith(f"{data.year}/")} == made


# The HTML


@pytest.fixture(scope="module")
def built(repository, tmp_path_factory):
    """The HTML of a small book with one real page in it, and the book as it was before."""
    root = _book(tmp_path_factory.mktemp("site"), [f"{YEAR}/04_cost", "about/method"], index=INDEX, about__method=ABOUT)
    (root / "book" / YEAR).mkdir()
    shutil.copy(repository / "book" / YEAR / "04_cost.ipynb", root / "book" / YEAR)
    for folder in (YEAR, "reference", "2031-32"):
        (root / "data" / folder).mkdir(parents=True)
        (root / "data" / folder / "rows.csv").write_text(f"from\n{folder}\n", "utf-8")
    (root / "book" / "draft.md").write_text("# Not listed, so not public\n\n![nothing](nowhere.png)\n", "utf-8")
    before = {path: path.read_bytes() for path in (root / "book").rglob("*") if path.is_file()}
    html = site.build_html(root, repository / "_config.yml")
    return root, html, before


@pytest.mark.slow
def test_the_html_is_built_of_what_is_listed_and_nothing_else(built):
    root, html, _ = built
    assert html == root / "_build" / "html"
    made = {path.relative_to(html).as_posix() for path in html.rglob("*.html")}
    assert {"index.html", f"{YEAR}/04_cost.html", "about/method.html"} <= made
    assert not any("draft" in name for name in made)


@pytest.mark.slow
def test_the_entered_tables_of_what_is_public_stand_beside_the_pages(built):
    _, html, _ = built
    rows = {
        path.relative_to(html / "data").as_posix(): path.read_text("utf-8") for path in (html / "data").rglob("*.csv")
    }
    assert rows == {f"{YEAR}/rows.csv": f"from\n{YEAR}\n", "reference/rows.csv": "from\nreference\n"}


@pytest.mark.slow
def test_every_page_says_from_which_commit_it_was_built(built):
    _, html, _ = built
    for page in ("index.html", f"{YEAR}/04_cost.html"):
        assert re.search(
            r"Built from commit ([0-9a-f]{7,40}(-dirty)?|not recorded)\.", (html / page).read_text("utf-8")
        )


@pytest.mark.slow
def test_building_the_html_runs_and_changes_no_page(built):
    root, _, before = built
    assert {path: path.read_bytes() for path in (root / "book").rglob("*") if path.is_file()} == before


@pytest.mark.slow
def test_the_html_names_no_folder_of_this_machine(built):
    root, html, _ = built
    texts = {path.name: path.read_text("utf-8") for path in html.rglob("*") if path.suffix in {".html", ".js"}}
    assert [name for name, text in texts.items() if str(root) in text or str(Path.home() / "") in text] == []


@pytest.mark.slow
def test_a_warning_is_an_error_and_the_last_good_html_stays(built, repository, contents):
    root, html, _ = built
    good = contents(html)
    page = root / "book" / "about" / "method.md"
    page.write_text(ABOUT + "\n[nowhere](../nowhere.md)\n", "utf-8")
    try:
        for _ in range(2):  # what the first build remembers must not let the second one pass
            with pytest.raises(site.BuildFailed, match="nowhere"):
                site.build_html(root, repository / "_config.yml")
    finally:
        page.write_text(ABOUT, "utf-8")
    assert contents(html) == good


def test_a_page_that_is_no_longer_listed_is_no_longer_public(tmp_path, repository):
    root = _book(tmp_path, ["about/method"], index=INDEX, about__method="# Method\n\nWords.\n")
    site.build_html(root, repository / "_config.yml")
    assert (root / "_build" / "html" / "about" / "method.html").is_file()
    _book(tmp_path, ["about/other"], about__other="# Other\n\nWords.\n")
    site.build_html(root, repository / "_config.yml")
    assert not (root / "_build" / "html" / "about" / "method.html").exists()
    assert sorted(path.name for path in (root / "_build").iterdir()) == ["html"]


FOREIGN = re.compile(r"^\s*(?:[a-z]+:)?//", flags=re.IGNORECASE)


def _asked_for(html):
    """Every address that a browser fetches by itself when it opens a page, by page."""
    for path in sorted(html.rglob("*.html")):
        soup = BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for tag in soup.find_all(["script", "img", "iframe", "source", "audio", "video", "embed", "input"]):
            yield from ((path.name, tag[name]) for name in ("src", "srcset") if tag.get(name))
        yield from ((path.name, tag["data"]) for tag in soup.find_all("object", data=True))
        for tag in soup.find_all("link", href=True):
            yield path.name, tag["href"]
        for tag in [*soup.find_all("style"), *soup.find_all(style=True)]:
            yield from ((path.name, found) for found in _styled(tag.get("style") or tag.get_text()))
    for path in sorted(html.rglob("*.css")):
        yield from ((path.name, found) for found in _styled(path.read_text("utf-8")))


def _styled(css):
    return re.findall(r"(?:url\(|@import\s+)[\"']?([^\"')\s]+)", css)


@pytest.mark.slow
def test_the_html_asks_nothing_from_another_host(built):
    _, html, _ = built
    asked = list(_asked_for(html))
    assert any(address.endswith("book.css") or "book.css?" in address for _, address in asked)  # our own is seen
    assert [(page, address) for page, address in asked if FOREIGN.match(address)] == []


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://cdn.example/a.js"></script>', '<link rel="preconnect" href="//fonts.example">',
        '<img src="http://example.org/a.png">', "<style>@import 'https://example.org/a.css';</style>",
        '<p style="background: url(https://example.org/a.png)"></p>',
    ],
)  # fmt: skip
def test_what_a_page_asks_for_is_seen(tmp_path, markup):
    (tmp_path / "page.html").write_text(f"<html><body>{markup}</body></html>", "utf-8")
    assert [bool(FOREIGN.match(address)) for _, address in _asked_for(tmp_path)] == [True]


# Text from the data on pages that are Markdown


@pytest.mark.parametrize(
    "text", ["T <script>alert(1)</script>", "a\n````\n```{include} ../../secret\n```\n", "[x](javascript:alert(1))"]
)
def test_text_of_the_data_is_text_on_the_pages_around_the_years(root, review, text):
    hostile = dataclasses.replace(review, contract={**review.contract, "provider": {"name": text, "short": "T"}})
    glossary = root / "data" / "reference" / "glossary.csv"
    glossary.write_text('term,meaning\nKPI,"{}"\n'.format(text.replace('"', '""')), "utf-8")
    around = site.pages_around(root, [hostile])
    html = MarkdownIt("commonmark").render(around["index.md"])
    soup = BeautifulSoup(html, "html.parser")
    assert soup.find("script") is None
    assert not [link for link in soup.find_all("a") if link["href"].startswith("javascript")]
    fences = re.findall(r"^`{3,}.*$", around["about/glossary.md"], flags=re.MULTILINE)
    assert fences == ["````{raw} html", "````"]


def test_years_are_found_however_their_entries_are_written(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        'root: index\nparts:\n- chapters:\n  - title: Summary\n    file: "2021-22/00_summary"\n', "utf-8"
    )
    assert site.public_years(tmp_path) == [ContractYear("2021-22")]


def test_a_list_without_a_year_says_so(tmp_path):
    (tmp_path / "_toc.yml").write_text("root: index\n", "utf-8")
    with pytest.raises(ValueError, match="lists no page of a contract year"):
        site.public_years(tmp_path)
