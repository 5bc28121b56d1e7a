"""Tables as readers meet them: escaped, captioned, with header scope; never empty without a sentence."""

import dataclasses

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import tables
from ncthelpers.cells import Column
from ncthelpers.tables import Table

HOSTILE = [
    "<script>alert(1)</script>",
    "\"' onmouseover=x",
    "a\nb\tc",
    "</td></table>",
    "&lt;b&gt; & ]]>",
    "<!--",
    "```{code}",
]
COLUMNS = (Column("name", "text", "Name"), Column("amount", "money", "Amount, £"), Column("note", "text", "Note"))
# what HTML itself cannot hold is no matter of escaping
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t<>&'\""))


def page(table: Table) -> BeautifulSoup:
    return BeautifulSoup(table._repr_html_(), "html.parser")


def not_reported(review, name, reason="the return was not made"):
    empty = pd.DataFrame(columns=review.schemas[name].names, dtype=object)
    return dataclasses.replace(
        review, tables={**review.tables, name: empty}, contract={**review.contract, "not_reported": {name: reason}}
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_wherever_it_stands(text):
    heading = dataclasses.replace(COLUMNS[0], title=text)
    shown = page(Table(text, (heading, *COLUMNS[1:]), ((text, "1", text),)))
    assert {tag.name for tag in shown.find_all()} == {
        "div",
        "table",
        "caption",
        "span",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    }
    assert [shown.caption.text, shown.div["aria-label"], shown.thead.th.text] == [text] * 3
    assert [cell.text for cell in shown.tbody.tr.find_all(["th", "td"])] == [text, "1", text]
    assert set(shown.div.attrs) == {"class", "role", "tabindex", "aria-label"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_an_empty_table_is_shown_as_text(text):
    shown = page(Table(text, COLUMNS, (), text))
    assert {tag.name for tag in shown.find_all()} == {"p", "strong"} and shown.text.count(text) == 2


# Cells come without spaces round them; the parser that reads the page back makes one space of blank text.
CELLS = TEXTS.map(str.strip)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4))
def test_any_cells_are_read_back_as_they_were(rows):
    body = page(Table("Caption", COLUMNS, tuple(rows))).tbody
    assert [tuple(cell.text for cell in row.find_all(["th", "td"])) for row in body.find_all("tr")] == rows


def test_a_table_has_a_caption_and_every_header_its_scope():
    shown = page(Table("Grants, £", COLUMNS, (("a", "1", "x"), ("b", "2", "y"))))
    assert shown.table.find().name == "caption" and shown.caption.text == "Grants, £"
    assert [(th["scope"], th.text) for th in shown.thead.find_all("th")] == [
        ("col", column.title) for column in COLUMNS
    ]
    assert [[th["scope"] for th in row.find_all("th")] for row in shown.tbody.find_all("tr")] == [["row"], ["row"]]
    assert "number" in shown.tbody.td["class"]
    assert not shown.find_all(id=True), "an id would stand twice on a page with two tables"


def test_a_wide_table_can_be_scrolled_by_keyboard_and_is_named():
    region = page(Table("Grants", COLUMNS, (("a", "1", "x"),))).div
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("group", "0", "Grants")


def test_a_table_is_the_same_bytes_every_time(review):
    assert tables.show(review, "grants")._repr_html_() == tables.show(review, "grants")._repr_html_()
    assert repr(tables.show(review, "grants")) == repr(tables.show(review, "grants"))


def test_a_table_without_rows_is_a_sentence():
    shown = page(Table("Grants", COLUMNS, (), "The source documents give none."))
    assert shown.find("table") is None and "Grants" in shown.text and "The source documents give none." in shown.text
    assert repr(Table("Grants", COLUMNS, (), "None.")) == "Grants\nNone."


# Shown from a year


def test_a_table_of_the_year_is_shown_with_its_title_headings_and_formatted_cells(review):
    shown = tables.show(review, "outturn_variance")  # annual report section 4
    assert shown.caption == "Outturn against budget by service"
    assert [column.title for column in shown.columns][:2] == ["Service area", "Budget, £000"]
    assert shown.rows[1] == (
        "Children, Young People and Family Support Services", "5,692", "5,076", "0", "5,076", "−616", "−10.8%", "−616",
    )  # fmt: skip


def test_what_is_missing_is_said_and_never_nil(review):
    rows = {row[:2]: row[2] for row in tables.show(review, "gaps_by_year").rows}
    assert rows["2025-26", "All councils"] == "N/A as printed"  # annual report section 12
    assert rows["2024-25", "All councils"] == "57.307"


def test_columns_rows_caption_and_order_can_be_asked_for(review):
    shown = tables.show(review, "grants", ["amount", "grant"], where={"covid": True}, caption="Covid")
    assert (shown.caption, shown.rows) == ("Covid", (("−2,631,000", "Covid funding"),))  # annual report section 12
    both = tables.show(review, "support_service_results", ["outcome"], where={"outcome": ["red", "amber"]})
    assert both.rows == (("amber",), ("red",))
    dates = tables.show(review, "inspections", ["start"], sort="start").rows
    assert dates[0] == ("April 2019",) and dates[-1] == ("17 May 2022",)


def test_rows_are_kept_by_the_section_that_they_cite(review):
    one = tables.show(review, "events", ["source"], cites="report:1").rows
    ten = tables.show(review, "events", ["source"], cites="report:10").rows
    assert ten and not set(one) & set(ten), "section 1 is not section 10"
    assert ("kpis_agreed",) in tables.show(review, "figures", ["figure"], cites="report:2").rows  # annual report 2
    third = tables.show(review, "figures", ["figure"], cites="report:3").rows
    assert ("support_services",) in third and (
        "operation_years_cover",
    ) not in third  # annual report 3.1; cover report 6.3
    assert ("operation_years_cover",) in tables.show(review, "figures", ["figure"], cites="cover").rows


def test_rows_that_are_all_left_out_make_a_sentence(review):
    shown = tables.show(review, "grants", where={"grant": "nothing"})
    assert shown.rows == () and page(shown).find("table") is None and shown.empty in page(shown).text


@pytest.mark.parametrize(
    "asked", [{"name": "nothing"}, {"columns": ["nothing"]}, {"where": {"nothing": 1}}, {"sort": "nothing"}], ids=lambda asked: next(iter(asked))
)  # fmt: skip
def test_a_table_or_column_that_is_not_there_is_refused(review, asked):
    with pytest.raises(LookupError, match="nothing"):
        tables.show(review, **{"name": "aims", **asked})


# A table that the year does not report


def test_a_table_not_reported_gives_the_reason(review):
    shown = page(tables.show(not_reported(review, "grants"), "grants"))
    assert shown.find("table") is None and "Not reported: the return was not made." in shown.text


@pytest.mark.parametrize(
    ("entered", "computed"),
    [
        ("service_costs", "outturn_variance"),
        ("service_costs", "covid_mitigation"),
        ("finance_lines", "reserve_bridge"),
        ("grants", "grant_shares"),
        ("grants", "grant_totals"),
        ("budget_gaps", "gaps_by_year"),
        ("kpis", "register_counts"),
        ("support_service_results", "support_service_rates"),
        ("audits", "audit_progress"),
        ("inspections", "latest_judgements"),
        ("demand", "demand_change"),
    ],
)
def test_a_table_computed_from_one_not_reported_gives_the_reason_and_no_noughts(review, entered, computed):
    shown = page(tables.show(not_reported(review, entered), computed))
    assert shown.find("table") is None, shown.find("tbody").text
    assert "Not reported: the return was not made." in shown.text


# Sources of a page


def test_the_sources_of_a_page_name_file_document_licence_and_checksum(review):
    shown = tables.sources(review, "grants", "service_costs")
    entry = next(entry for entry in review.package["resources"] if entry["path"] == "grants.csv")
    assert [row[1] for row in shown.rows] == ["grants.csv", "service_costs.csv"]
    assert shown.rows[0][-1] == entry["sha256"][:12] and all(all(row) for row in shown.rows)
    titles = {document["id"]: document["title"] for document in review.package["documents"]}
    assert titles["report"] in shown.rows[1][2] and titles["cover"] not in shown.rows[1][2]  # annual report section 4
