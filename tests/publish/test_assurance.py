"""The logs, the plan and the checklist: their rows are true of the repository, and their pages show all of them."""

import importlib
import re
from types import MappingProxyType

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from ncthelpers.load import NO_REFERENCE, Reference
from ncthelpers.publish.assurance import assurance_pages
from ncthelpers.schemas import read_schemas, read_table

TABLES = ("assumptions", "data_log", "assurance_roles", "rap_points")
PAGES = {"about/assumptions.md", "about/data_log.md", "about/quality_plan.md", "about/checklist.md"}


@pytest.fixture(scope="module")
def schemas(repository):
    return read_schemas((repository / "data" / "schemas" / "reference").resolve())


@pytest.fixture(scope="module")
def read(repository, schemas):
    """A function that reads a table of the reference with its faults."""

    def table(name):
        file = repository / "data" / "reference" / f"{name}.csv"
        return read_table(file.read_bytes(), schemas[name], file.name)

    return table


@pytest.fixture(scope="module")
def reference(read, schemas):
    tables = {name: read(name)[0] for name in (*TABLES, "publications")}
    return Reference(MappingProxyType(tables), schemas, MappingProxyType({}))


@pytest.fixture(scope="module")
def pages(reference):
    return assurance_pages(reference)


def _records(reference, table):
    return reference.tables[table].to_dict("records")


def _shown(page):
    """What a reader of the page sees."""
    unblocked = re.sub(r"^````(\{raw\} html)?$", "", page, flags=re.MULTILINE)
    html = MarkdownIt("commonmark", {"html": True}).render(unblocked)
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def _small(schemas, **row):
    """A reference with one point of a checklist."""
    point = {"framework": "this book", "point": "A point.", "state": "unmet", "why": "It is not.", "proof": None, **row}
    return Reference({"rap_points": pd.DataFrame([point], dtype=object)}, schemas, {})


# The rows


@pytest.mark.parametrize("table", TABLES)
def test_a_table_keeps_to_its_schema(read, table):
    frame, faults = read(table)
    assert faults == []
    assert len(frame)


def _is_there(repository, place):
    """Whether a page of the book or a path of the repository exists; the pages made here count before they are published."""
    if place.startswith("about/"):
        return f"{place}.md" in PAGES or (repository / "book" / f"{place}.md").is_file()
    return (repository / place).exists() and ".." not in place


def test_every_proof_exists(reference, repository):
    proofs = {proof for point in _records(reference, "rap_points") for proof in (point["proof"] or "").split()}
    assert proofs
    assert sorted(proof for proof in proofs if not _is_there(repository, proof)) == []


def test_what_is_met_has_a_proof_and_what_is_not_says_why(reference):
    for point in _records(reference, "rap_points"):
        assert (point["proof"] is None) == (point["state"] == "unmet"), point["point"]
        assert point["why"] or point["state"] == "met", point["point"]


def test_every_framework_has_points(reference, schemas):
    held = {point["framework"] for point in _records(reference, "rap_points")}
    assert held == set(schemas["rap_points"]["framework"].values)


def test_what_nobody_has_done_is_not_said_to_be_met(reference):
    """Accounts, sign-off, users: true until a person does it, and then this test changes with the row."""
    states = {point["point"]: point["state"] for point in _records(reference, "rap_points")}
    assert states["Reconciled to audited accounts and ledgers."] == "unmet"
    assert states["An approver has signed it off."] == "unmet"
    done = {
        (role["role"], role["holder"]) for role in _records(reference, "assurance_roles") if role["state"] == "done"
    }
    assert done == {("analyst", "The makers of this book")}


def test_every_role_has_a_part_and_what_is_not_done_says_what_is_missing(reference, schemas):
    roles = _records(reference, "assurance_roles")
    assert {role["role"] for role in roles} == set(schemas["assurance_roles"]["role"].values)
    assert [role["part"] for role in roles if (role["missing"] is None) != (role["state"] == "done")] == []
    assert schemas["assumptions"]["owner"].values == schemas["assurance_roles"]["role"].values


def _resolves(repository, place):
    if "/" in place:
        return _is_there(repository, place)
    module, _, name = place.partition(".")
    return hasattr(importlib.import_module(f"ncthelpers.{module}"), name)


def test_every_assumption_is_used_where_it_says(reference, repository):
    rows = _records(reference, "assumptions")
    assert len(rows) >= 12
    places = {place for row in rows for place in row["where_used"].split("; ")}
    assert sorted(place for place in places if not _resolves(repository, place)) == []


def test_every_publication_belongs_to_one_entry_of_the_data_log(reference):
    cited = [part for row in _records(reference, "data_log") for part in (row["source"] or "").split()]
    assert sorted(cited) == sorted(reference.tables["publications"]["publication"])


def test_data_enters_tables_that_there_are(reference, repository):
    schemas = {path.stem for path in (repository / "data" / "schemas").rglob("*.yml")}
    named = {name for row in _records(reference, "data_log") for name in re.findall(r"[a-z]+_[a-z_]+", row["enters"])}
    assert "authority_values" in named
    assert named - schemas == set()


# The pages


def test_there_is_a_page_for_each_table_that_there_is(pages, schemas):
    assert set(pages) == PAGES
    assert assurance_pages(NO_REFERENCE) == {}
    assert set(assurance_pages(_small(schemas))) == {"about/checklist.md"}


def test_a_page_has_one_title_and_leads_only_to_pages_of_the_book(pages, repository):
    for name, page in pages.items():
        assert len(re.findall(r"^# ", page, flags=re.MULTILINE)) == 1, name
        links = re.findall(r"\]\((\w+)\.md\)", page)
        assert [link for link in links if not _is_there(repository, f"about/{link}")] == [], name
        assert len(re.findall(r"\]\(", page)) == len(links), name


@pytest.mark.parametrize(
    ("page", "table", "column"),
    [
        ("assumptions", "assumptions", "assumed"),
        ("assumptions", "assumptions", "if_wrong"),
        ("data_log", "data_log", "title"),
        ("data_log", "data_log", "faults"),
        ("quality_plan", "assurance_roles", "assures"),
        ("quality_plan", "assurance_roles", "missing"),
        ("checklist", "rap_points", "point"),
        ("checklist", "rap_points", "why"),
    ],
)
def test_every_row_is_shown(pages, reference, page, table, column):
    shown = _shown(pages[f"about/{page}.md"])
    cells = [row[column] for row in _records(reference, table) if row[column]]
    assert [cell for cell in cells if cell not in shown] == []


def test_an_unmet_point_is_shown_unmet_with_its_reason(pages):
    page = pages["about/checklist.md"]
    assert (
        "- **Unmet:** Reconciled to audited accounts and ledgers. Why: No audited account or ledger is at hand. "
        "The figures are reconciled between the two documents only.\n"
    ) in page


def test_the_counts_of_the_checklist_are_those_of_its_points(pages, reference):
    table = BeautifulSoup(pages["about/checklist.md"], "html.parser").find("table")
    rows = {row.th.text: [int(cell.text) for cell in row.find_all("td")] for row in table.tbody.find_all("tr")}
    for framework, counts in rows.items():
        states = [row["state"] for row in _records(reference, "rap_points") if row["framework"] == framework]
        assert counts == [states.count(state) for state in ("met", "partly", "unmet")]
    assert sum(map(sum, rows.values())) == len(reference.tables["rap_points"])


def test_a_proof_is_a_link_to_a_page_or_a_path_as_code(schemas):
    page = assurance_pages(_small(schemas, state="met", proof="about/data_dictionary src/some_module.py"))[
        "about/checklist.md"
    ]
    assert "Proof: [Data dictionary](data_dictionary.md), `src/some_module.py`." in page


def test_text_of_the_data_is_read_as_no_markup(schemas, reference):
    hostile = "<script>a</script> [b](c) `d` **e**"
    page = assurance_pages(_small(schemas, state="met", point=hostile, why=hostile, proof="x`<b>y</b>` about/../z"))[
        "about/checklist.md"
    ]
    points = page.partition("## This book\n\n")[2]
    html = BeautifulSoup(MarkdownIt("commonmark", {"html": True}).render(points), "html.parser")
    assert html.get_text().count(hostile) == 2
    assert [tag.name for tag in html.find_all(["script", "a", "b"])] == []
    assert [strong.text for strong in html.find_all("strong")] == ["Met:"]
    frame = reference.tables["assumptions"].iloc[:1].assign(assumed="````\n<script>a</script>")
    page = assurance_pages(Reference({"assumptions": frame}, schemas, {}))["about/assumptions.md"]
    assert "<script>" not in page
    assert page.count("````") == 2


def test_many_publications_are_given_by_their_number_and_few_by_title(pages, reference):
    press = next(row for row in _records(reference, "data_log") if row["data_source"] == "press")
    shown = _shown(pages["about/data_log.md"])
    assert f"{len(press['source'].split())} publications" in shown
    titles = reference.names("publications", "publication", "title")
    assert titles["mhclg_ro3_2024_25"] in shown
