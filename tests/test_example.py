"""The invented trust: made as a newcomer makes it, full on every page, said to be invented everywhere, and nowhere in the public book."""

import base64
import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from ncthelpers import signoff
from ncthelpers.load import load_years
from ncthelpers.publish import html, numerals, toc

EXAMPLE = "inventshire"
# What a column says of a value that it does not have; none of it may stand on a page of a trust that is complete.
MISSING = re.compile(
    r"not published|not reported|not known|not readable|not given|none given|no published|source documents give no"
    r"|No public source|No commentary has been written",
    flags=re.IGNORECASE,
)
LISTS_WHAT_IS_MISSING = "23_missing"  # a page that a complete year does not have


@pytest.fixture(scope="module")
def example(tmp_path_factory, repository) -> Path:
    """A copy of the invented trust, its pages and its HTML made by the commands that its README gives."""
    root = tmp_path_factory.mktemp("example") / EXAMPLE
    shutil.copytree(repository / "examples" / EXAMPLE, root, ignore=shutil.ignore_patterns("book", "_build"))
    for verb in ("run", "book"):
        done = subprocess.run(
            [Path(sys.executable).with_name("ncthelpers"), "--root", root, verb],
            cwd=repository,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture(scope="module")
def pages(example) -> dict[str, str]:
    return {path.relative_to(example / "book").as_posix(): path.read_text("utf-8")
            for path in sorted((example / "book").rglob("*.ipynb"))}  # fmt: skip


def _html_of(page: str) -> BeautifulSoup:
    cells = nbformat.reads(page, 4).cells
    outputs = [
        output["data"].get("text/html", "") for cell in cells if cell.cell_type == "code" for output in cell.outputs
    ]
    return BeautifulSoup("\n".join(outputs), "html.parser")


def test_every_template_makes_a_page_for_every_year(example, pages, repository):
    templates = {path.stem for path in (repository / "notebooks").glob("[0-9][0-9]_*.ipynb")} - {LISTS_WHAT_IS_MISSING}
    for year in toc.public_years(example):
        assert {name.partition("/")[2] for name in pages if name.startswith(f"{year}/")} == {
            f"{name}.ipynb" for name in templates
        }
    listed = set(toc.pages_listed(example))
    assert {name.removesuffix(".ipynb") for name in pages} <= listed


def test_nothing_is_missing_on_any_page(pages):
    found = {}
    for name, page in pages.items():
        for text in _html_of(page).find_all(["td", "th", "p", "caption", "figcaption"]):
            said = text.get_text(" ", strip=True)
            if MISSING.search(said):
                found.setdefault(name, []).append(said[:120])
    assert found == {}


def test_the_word_stands_in_every_title_caption_image_and_alternative_text(pages):
    assert pages
    for name, page in pages.items():
        first, notice, *_ = nbformat.reads(page, 4).cells
        assert "(invented)" in first.source and "invented" in notice.source, name
        found = _html_of(page)
        for caption in found.select("caption, .chart-caption"):
            assert "(invented)" in caption.get_text(), (name, caption)
        for image in found.find_all("img"):
            assert image["alt"].startswith("Invented data. "), name
            drawing = base64.b64decode(image["src"].partition(",")[2])
            assert b"<!-- Invented data -->" in drawing, name


def test_the_word_stands_in_every_page_of_the_html_and_every_table_beside_it(example):
    site = example / "_build" / "html"
    for name in toc.pages_listed(example):
        found = BeautifulSoup((site / f"{name}.html").read_text("utf-8"), "html.parser")
        assert "invented" in found.title.get_text().lower() and "(invented)" in found.find("h1").get_text(), name
        for caption in found.select("article caption, article .chart-caption"):
            assert "(invented)" in caption.get_text(), (name, caption)
    written = sorted((site / "data").rglob("*.csv"))
    assert written
    for path in written:
        with path.open(encoding="utf-8", newline="") as file:
            assert all(row[-1] == "invented" for row in csv.reader(file)), path.name


def test_nothing_is_missing_on_any_page_of_the_html(example):
    """But where words speak of what a table says of a missing value: in the data dictionary, in the logs, and on method."""
    speak_of_it = {
        "about/data_dictionary",
        "about/method",
        "about/assurance",
        "about/checklist",
        "about/definitions",
        "about/first_rerun",
        "about/commands",
    }
    found = {}
    for name in set(toc.pages_listed(example)) - speak_of_it:
        article = BeautifulSoup((example / "_build" / "html" / f"{name}.html").read_text("utf-8"), "html.parser").find(
            "article"
        )
        said = re.findall(
            "not (?:published|reported)|no commentary has", article.get_text(" ", strip=True), flags=re.IGNORECASE
        )
        if said:
            found[name] = said
    assert found == {}


def test_every_link_of_the_front_page_leads_to_something(example):
    made = example / "_build" / "html"
    index = BeautifulSoup((made / "index.html").read_text("utf-8"), "html.parser")
    links = [link["href"].partition("#") for link in index.select("article a") if "://" not in link["href"]]
    assert sum(bool(anchor) for _, _, anchor in links) > 3
    missing = [
        f"{name}#{anchor}" for name, _, anchor in links
        if not (made / (name or "index.html")).is_file()
        or (anchor and f'id="{anchor}"' not in (made / (name or "index.html")).read_text("utf-8"))
    ]  # fmt: skip
    assert missing == []


def test_the_public_book_holds_no_word_of_it(repository):
    root = html.build_html(repository, repository / "_config.yml")
    held = [path for folder in (repository / "book", root) for path in folder.rglob("*") if path.is_file()]
    assert held
    shown_by_it = {"first_rerun", "commands", "searchindex"}  # how the commands are used, and the index of all words
    assert {path.stem for path in held if EXAMPLE.encode() in path.read_bytes().lower()} - shown_by_it == set()
    assert not any(data.is_invented for data in load_years(repository, toc.public_years(repository)).years)


def test_its_first_year_is_signed_off_and_its_newest_a_draft(example, pages):
    first, newest = load_years(example, toc.public_years(example)).years
    assert (signoff.is_signed_off(first), signoff.is_signed_off(newest)) == (True, False)
    drafts = {name.partition("/")[0] for name, page in pages.items() if "{admonition} Draft" in page}
    assert str(newest.year) in drafts and str(first.year) not in drafts


def test_one_escalation_reaches_a_rectification_plan_with_relief(example):
    newest = load_years(example, toc.public_years(example)).newest
    moves = newest["escalations"]
    planned = set(moves.loc[moves["state"] == "rectification plan", "subject"])
    relieved = set(moves.loc[moves["state"] == "relief", "subject"])
    assert planned & relieved
    assert set(moves["judged"]) == {"trust KPI", "support-service KPI", "Dependency"}
    assert (
        len(newest["kpis"]) == 21
        and newest["kpis"]["target"].notna().all()
        and newest["kpis"]["tolerance"].notna().all()
    )
    months = newest["kpi_values"].groupby("kpi")["period"].count()
    assert set(months) == {12} and len(months) == 21


def test_numbers_of_few_are_suppressed_in_one_question_and_one_month(example):
    newest = load_years(example, toc.public_years(example)).newest
    for table, keys in (("survey_answers", ["survey", "question"]), ("practice_scores", ["month"])):
        hidden = newest[table][newest[table]["status"] == "c"]
        assert len(hidden) == 2 and len(hidden[keys].drop_duplicates()) == 1, table


def test_the_terms_publish_the_triggers_and_the_stages_are_assumed(example):
    for data in load_years(example, toc.public_years(example)).years:
        given = data.contract["escalation"]
        assert {one["basis"] for one in given["triggers"]} == {"published"}
        assert {one["basis"] for one in given["stages"]} == {"assumed"}
        terms = {
            term["source"] for term in data.contract["terms"] if term["term"].startswith("What makes a performance ")
        }
        assert {one["source"] for one in given["triggers"]} == terms


def test_a_measure_of_the_last_year_is_of_rolling_months(example):
    newest = load_years(example, toc.public_years(example)).newest
    in_a_year = newest["kpis"][newest["kpis"]["name"].str.endswith(" in a year")]
    assert set(in_a_year["period_kind"]) == {"rolling 12 months"}


def test_every_numeral_of_the_newest_pages_is_explained(example):
    years = load_years(example, toc.public_years(example))
    made = [path for folder in (str(years.newest.year), toc.COMPARISON)
            for path in sorted((example / "book" / folder).glob("[0-9][0-9]_*.ipynb"))]  # fmt: skip
    assert len(made) > 20
    for path in made:
        data = years if path.parent.name == toc.COMPARISON else years.newest
        record = json.loads(path.with_suffix(".json").read_text("utf-8"))
        found = numerals.unexplained(nbformat.read(path, as_version=4), record, data)
        assert [(one.text, one.place) for one in found] == [], path.stem
