"""Tables as readers meet them: escaped, captioned, with header scope; never empty without a sentence."""

import dataclasses
from decimal import Decimal

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import comparison, official, results, tables
from ncthelpers.cells import Column
from ncthelpers.load import Comparison
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
        "Children, Young People and Family Support Services", "5,692", "5,076", "0", "5,076", "−616 underspend", "−10.8%", "−616 underspend",
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
    shown = tables.sources(review, "grants", "service_costs").files
    entry = review.package["resources"]["grants.csv"]
    assert [row[1] for row in shown.rows] == ["2021-22/grants.csv", "2021-22/service_costs.csv"]
    assert shown.rows[0][-1] == entry["sha256"][:12] and all(all(row) for row in shown.rows)
    titles = {document["id"]: document["title"] for document in review.package["documents"]}
    assert titles["report"] in shown.rows[1][2] and titles["cover"] not in shown.rows[1][2]  # annual report section 4


def test_the_sources_of_a_page_list_the_publications_that_its_rows_cite(review):
    shown = tables.sources(review, "review_steps")
    publications = review["publications"].set_index("publication")
    cited = {part for source in review["review_steps"]["source"] for part in source.split() if ":" not in part}
    assert cited and {row[0] for row in shown.publications.rows} == set(publications.loc[sorted(cited), "title"])
    assert [column.title for column in shown.publications.columns][:2] == ["Publication", "Published by"]
    links = page(shown.publications).find_all("a")
    assert {link["href"] for link in links} == set(publications.loc[sorted(cited), "url"].dropna())
    both = BeautifulSoup(shown._repr_html_(), "html.parser").find_all("table")
    assert [table.caption.text for table in both] == ["Sources of this page", "Publications cited"]
    assert repr(shown) == f"{shown.files!r}\n{shown.publications!r}"


def test_a_page_that_cites_no_publication_lists_none(review):
    shown = tables.sources(review, "service_costs")
    assert (
        shown.publications.rows == ()
        and shown._repr_html_() == shown.files._repr_html_()
        and repr(shown) == repr(shown.files)
    )


def test_of_the_reference_only_the_publications_of_the_years_shown_and_before_are_listed(years):
    official = years.reference.tables["official"]
    title = years.reference.names("publications", "publication", "title")
    newest = tables.sources(years.newest, "official")
    shown = [str(data.year) for data in years.years[-2:]]  # a year is held against the one before
    cited = {title[name] for name in official.loc[official["year"].isin(shown), "publication"]}
    assert {row[0] for row in newest.publications.rows} == cited
    first = tables.sources(years.years[0], "official")
    before = official["year"] <= str(years.years[0].year)
    assert {row[0] for row in first.publications.rows} <= {title[name] for name in official.loc[before, "publication"]}
    assert [row[1] for row in newest.files.rows] == ["reference/official.csv"]
    compared = tables.sources(years, "official", "review_steps")
    assert cited <= {row[0] for row in compared.publications.rows}
    assert [row[1] for row in compared.files.rows] == [
        *(f"{data.year}/review_steps.csv" for data in years.years), "reference/official.csv",
    ]  # fmt: skip


@pytest.mark.parametrize("names", [("moons",), ("grants", "moons"), ("official_demand", "moons")])
def test_a_source_that_is_no_entered_table_is_refused(review, years, names):
    for data in (review, years):
        with pytest.raises(LookupError, match="there is no entered table named .*moons"):
            tables.sources(data, *names)


# Addresses, statuses and places row by row


URL, STATUS = Column("url", "url", "Address"), Column("status", "status", "Status")


def test_an_address_is_a_link_to_it_that_shows_its_host_and_is_called_by_its_row_too():
    address = "https://example.org/a?b=c&d=%22"
    [link] = page(Table("Addresses", (COLUMNS[0], URL), (("a", address),))).find_all("a")
    assert (link.text, link.attrs) == ("example.org", {"href": address, "aria-label": "example.org: a"})
    assert address in repr(Table("Addresses", (COLUMNS[0], URL), (("a", address),)))


@pytest.mark.parametrize(
    "text",
    [*HOSTILE, "javascript:alert(1)", "data:text/html,<b>", "no public address found", "//example.org", "HTTP://x"],
)
def test_what_is_no_web_address_is_shown_as_text_and_never_as_a_link(text):
    shown = page(Table("Addresses", (URL, URL), ((text, text),)))
    assert shown.find("a") is None and [cell.text for cell in shown.tbody.find_all(["th", "td"])] == [text, text]


@pytest.mark.parametrize(
    "text", ['https://example.org/"onclick="x', "https://example.org/<b>", "http://example.org/'&amp;"]
)
def test_an_address_with_signs_of_markup_is_escaped_whole(text):
    [link] = page(Table("Addresses", (COLUMNS[0], URL), ((text, text),))).find_all("a")
    assert (link["href"], set(link.attrs), link.find_all()) == (text, {"href", "aria-label"}, [])
    assert link["aria-label"].endswith(f": {text}")


def test_a_status_is_a_word_with_a_shape_so_that_nothing_rests_on_colour():
    words = ["Green", "Amber", "Red", "Not rated", "Not reported"]
    cells = page(Table("Statuses", (COLUMNS[0], STATUS), tuple(("a", word) for word in words))).find_all("td")
    spans = [cell.find("span", class_="status") for cell in cells]
    shapes = [span.find("span", attrs={"aria-hidden": "true"}).text for span in spans]
    assert [span.text for span in spans] == [f"{shape} {word}" for shape, word in zip(shapes, words, strict=True)]
    assert len(set(shapes[:3])) == 3 and shapes[3] == shapes[4] and shapes[3] not in shapes[:3]
    assert [span["class"] for span in spans] == [
        ["status", f"status-{kind}"] for kind in ("green", "amber", "red", "none", "none")
    ]


def test_a_row_that_adds_up_all_statuses_has_none(review):
    last = page(tables.show(review, "claim_counts")).tbody.find_all("tr")[-1]
    assert (
        last.th.text == "All claims" and last.find("span") is None
    )  # the page's script tells it from the others by its words


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_status_is_shown_as_text(text):
    [cell] = page(Table("Statuses", (COLUMNS[0], STATUS), (("a", text),))).find_all("td")
    assert {tag.name for tag in cell.find_all()} == {"span"} and cell.text.endswith(text)


def test_the_scorecard_shows_its_statuses_with_word_and_shape(review):
    column = [column.name for column in tables.show(review, "kpi_scorecard").columns].index("status")
    cells = {
        row.find_all(["th", "td"])[column].text
        for row in page(tables.show(review, "kpi_scorecard")).tbody.find_all("tr")
    }
    assert cells == {"\N{WHITE CIRCLE} Not reported"}  # no source publishes a month of any KPI


def test_places_are_taken_row_by_row_from_the_column_that_gives_them(review, monkeypatch):
    rows = [("a", Decimal("20.5288"), 1), ("b", Decimal("20.5288"), 2), ("c", Decimal("21.50"), None), ("d", None, 1)]
    frame = pd.DataFrame(rows, columns=["measure", "value", "decimals"], dtype=object)
    monkeypatch.setattr(results, "table", lambda data, name: frame)
    shown = tables.show(review, "related_measures", ["measure", "value"])
    missing = results.result_schemas()["related_measures"]["value"].missing
    assert shown.rows == (("a", "20.5"), ("b", "20.53"), ("c", "21.50"), ("d", missing))


def test_official_measures_are_shown_to_their_places(review):
    rows = {row[0]: row[1] for row in tables.show(review, "related_measures", ["measure", "value"]).rows}
    # Department for Education, characteristics of children in need, 2025 release: 2,927 of 14,258 and 230 of 819
    assert (rows["rereferrals_12m"], rows["repeat_plans"]) == ("20.5", "28.1")
    assert rows["sw_caseload"] == "17.5"  # children's social work workforce, 2025 release, as printed
    assert rows["distance_20_miles"] == results.result_schemas()["related_measures"]["value"].missing


# Several years, and years of which only public data is at hand


def test_a_table_over_the_years_has_the_contract_year_first(years):
    shown = tables.show(years, "review_steps")
    assert shown.columns[0].title == "Contract year"
    assert list(dict.fromkeys(row[0] for row in shown.rows)) == [str(data.year) for data in years.years]
    for data in years.years:
        of_year = tables.show(years, "review_steps", where={"contract_year": str(data.year)})
        assert len(of_year.rows) == len(data["review_steps"])


def test_rows_that_cite_a_publication_can_be_asked_for(review):
    cited = tables.show(review, "review_steps", ["step"], cites="publications").rows
    sources = review["review_steps"].set_index("step")["source"]
    assert {step for (step,) in cited} == {
        step for step, source in sources.items() if any(":" not in part for part in source.split())
    }
    assert 0 < len(cited) < len(sources)
    one = tables.show(review, "review_steps", ["step"], cites="publications:wnc_council_2022_11_03").rows
    assert one == (("wnc_council",),)


def test_publications_are_named_in_the_sources_of_a_row(review):
    shown = tables.show(review, "review_steps", where={"step": "wnc_council"})
    text = shown.rows[0][[column.name for column in shown.columns].index("source")]
    title = review["publications"].set_index("publication").at["wnc_council_2022_11_03", "title"]
    assert title in text and "wnc_council_2022_11_03" not in text


def test_an_empty_table_says_who_gives_none(review, years):
    public = next(data for data in years.years if not data.has_annual_report)
    nothing = {"where": {"step": "nothing"}}
    assert tables.show(review, "review_steps", **nothing).empty == "The source documents give none."
    for data in (public, years, Comparison(years.years[:1])):
        assert tables.show(data, "review_steps", **nothing).empty == "No public source at hand gives any."
    assert (
        tables.show(review, "review_steps", cites="publications", **nothing).empty
        == "None beyond what the tables above hold."
    )


def test_a_table_that_no_year_reports_gives_the_reason_of_the_newest(years):
    public = Comparison(tuple(data for data in years.years if not data.has_annual_report))
    assert tables.show(public, "risks").empty == f"Not reported: {public.newest.contract['not_reported']['risks']}."
    assert tables.show(years, "risks").rows


# Turned, so that the years stand side by side

SERIES = ["title", "unit", "year", "value", "country", "break_before", "decimals"]


@pytest.fixture
def turned(review, monkeypatch):
    """The table of some rows (title, year, value, country, break, places) of a measure in per cent, by year."""

    def of(*rows, value="value", **asked):
        held = [(title, "per cent", year, *rest) for title, year, *rest in rows]
        frame = pd.DataFrame(held, columns=SERIES, dtype=object)
        monkeypatch.setattr(results, "table", lambda data, name: frame)
        return tables.by_year(review, "measure_series", value, **asked)

    return of


def test_the_years_of_a_table_stand_side_by_side_oldest_first(turned):
    shown = turned(
        ("Plans", "2031-32", Decimal("29.04"), None, None, 1),
        ("Moves", "2030-31", Decimal(12), None, None, None),
        ("Plans", "2029-30", Decimal("25.06"), None, None, 1),
    )
    assert [column.title for column in shown.columns] == ["Measure", "Unit", "2029-30", "2030-31", "2031-32"]
    assert shown.rows == (
        ("Plans", "per cent", "25.1", "no figure", "29.0"),
        ("Moves", "per cent", "no figure", "12", "no figure"),
    ), "rows as first met; a year without a row says no figure"
    assert shown.caption == results.result_schemas()["measure_series"].title
    assert [column.numeric for column in shown.columns] == [False, False, True, True, True]


def test_a_row_is_named_by_the_columns_asked_for_and_the_caption_given(turned):
    rows = [("Plans", "2030-31", Decimal(25), None, None, 1), ("Plans", "2031-32", Decimal(29), None, None, 1)]
    shown = turned(*rows, keys=["title"], caption="Plans only")
    assert (shown.caption, shown.rows) == ("Plans only", (("Plans", "25.0", "29.0"),))


def test_a_row_without_any_value_is_left_out_and_one_value_keeps_it(turned):
    rows = [("Nothing", year, None, None, "suspected: new", 1) for year in ("2030-31", "2031-32")]
    kept = [("Nought", "2030-31", None, None, None, None), ("Nought", "2031-32", 0, None, None, None)]
    assert turned(*rows, *kept).rows == (("Nought", "per cent", "no figure", "0"),), "nought is a value"
    nothing = turned(*rows)
    assert nothing.rows == () and page(nothing).find("table") is None
    assert "The source documents give none." in page(nothing).text
    assert turned().rows == ()


def test_a_break_is_marked_before_the_value_of_its_year_and_only_in_the_contracts_own(turned):
    rows = [
        ("Plans", "2029-30", Decimal(24), Decimal(20), None, 1),
        ("Plans", "2030-31", Decimal(25), Decimal(21), "suspected: the councils are new", 1),
        ("Plans", "2031-32", Decimal(29), Decimal(22), None, 1),
    ]
    assert turned(*rows).rows == (("Plans", "per cent", "24.0", "break | 25.0", "29.0"),)
    assert turned(*rows, value="country").rows == (("Plans", "per cent", "20", "21", "22"),), "not in the country's"
    gone = [rows[0], ("Plans", "2030-31", None, Decimal(21), "confirmed: a new count", None), rows[2]]
    assert turned(*gone).rows == (("Plans", "per cent", "24.0", "no figure", "break | 29.0"),), (
        "at the next that has a value"
    )
    last = [rows[2], rows[0], ("Plans", "2032-33", None, None, "confirmed: a new count", None)]
    assert turned(*last).rows == (("Plans", "per cent", "24.0", "29.0", "no figure"),), "nowhere where none follows"


def test_a_break_waits_for_the_next_value_of_its_own_row_whatever_the_order_of_the_rows(turned):
    rows = [
        ("Moves", "2032-33", Decimal(4), None, None, 0),
        ("Moves", "2031-32", None, None, None, None),
        ("Moves", "2030-31", None, None, "suspected: new", None),
        ("Plans", "2031-32", Decimal(5), None, None, 0),
        ("Plans", "2029-30", Decimal(3), None, None, 0),
    ]
    assert turned(*rows).rows == (
        ("Moves", "per cent", "no figure", "no figure", "no figure", "break | 4"), ("Plans", "per cent", "3", "no figure", "5", "no figure"),
    )  # fmt: skip


BESIDE = [
    "title",
    "unit",
    "year",
    "value",
    "country",
    "country_basis",
    "country_break",
    "region",
    "break_before",
    "decimals",
]


@pytest.fixture
def beside(review, monkeypatch):
    """The same with what stands beside the value: its basis and its breaks."""

    def of(*rows, value="country", caption=""):
        frame = pd.DataFrame([("Plans", "per cent", *row) for row in rows], columns=BESIDE, dtype=object)
        monkeypatch.setattr(results, "table", lambda data, name: frame)
        return tables.by_year(review, "measure_series", value, caption=caption)

    return of


PRINTED, MADE = official.AS_PRINTED, official.QUOTIENT


def test_a_quotient_beside_printed_figures_is_marked_and_the_caption_says_what_the_mark_is(beside):
    rows = [("2029-30", Decimal(1), Decimal("84.5"), MADE, None, Decimal(7), None, 1),
            ("2030-31", Decimal(2), None, None, None, Decimal(8), None, 1),
            ("2031-32", Decimal(3), Decimal("85.7"), PRINTED, None, Decimal(9), None, 1)]  # fmt: skip
    shown = beside(*rows, caption="England, as printed")
    assert shown.rows == (("Plans", "per cent", "84.5 (q)", "no figure", "85.7"),)
    assert shown.caption == "England, as printed; (q): quotient of printed counts"
    assert page(shown).caption.text == shown.caption
    assert beside(*rows[1:], caption="England").caption == "England", "no mark to explain"
    for value, cells in (("value", ("1.0", "2.0", "3.0")), ("region", ("7", "8", "9"))):
        assert beside(*rows, value=value, caption="x").rows[0][2:] == cells, "nor is another column marked"
        assert beside(*rows, value=value, caption="x").caption == "x"


def test_a_break_of_the_country_marks_the_column_of_the_country_alone(beside):
    rows = [("2030-31", Decimal(1), Decimal(2), MADE, None, Decimal(7), None, 0),
            ("2031-32", Decimal(3), Decimal(4), MADE, "confirmed: new", Decimal(8), None, 0)]  # fmt: skip
    assert beside(*rows).rows[0][2:] == ("2 (q)", "break | 4 (q)")
    assert beside(*rows, value="value").rows[0][2:] == ("1", "3")
    assert beside(*rows, value="region").rows[0][2:] == ("7", "8")


def test_each_value_of_a_row_keeps_the_places_of_its_own(turned):
    value = Decimal("20.5288")
    shown = turned(
        ("Plans", "2028-29", value, value, None, 1), ("Plans", "2029-30", value, value, None, 2),
        ("Plans", "2030-31", Decimal("21.50"), value, None, None), ("Plans", "2031-32", Decimal("-0.04"), value, None, 1),
    )  # fmt: skip
    assert shown.rows == (("Plans", "per cent", "20.5", "20.53", "21.50", "0.0"),)


def test_a_year_in_a_heading_is_kept_whole_and_is_read_as_it_was(turned):
    head = page(turned(("Plans", "2031-32", Decimal(1), None, None, 1))).thead.find_all("th")
    assert [cell.text for cell in head] == ["Measure", "Unit", "2031-32"]
    assert [cell.find("span")["class"] if cell.find("span") else None for cell in head] == [None, None, ["whole"]]
    for title, whole in (
        ("Share in 2031-32, %", ["2031-32"]), ("2030-31 to 2031-32", ["2030-31", "2031-32"]),
        ("A12031-32", []), ("2031-321", []), ("2031", []), ("<b>2031-32</b>", ["2031-32"]),
    ):  # fmt: skip
        head = page(Table("Years", (dataclasses.replace(COLUMNS[0], title=title),), (("a",),))).thead.th
        assert (head.text, [span.text for span in head.find_all("span", class_="whole")]) == (title, whole)
        assert {tag.name for tag in head.find_all()} <= {"span"}


@pytest.mark.parametrize(
    "asked", [("nothing", "value"), ("measure_series", "nothing"), ("measure_series", "value", ["nothing"])]
)
def test_a_table_or_column_to_turn_that_is_not_there_is_refused(years, asked):
    with pytest.raises(LookupError, match="nothing"):
        tables.by_year(years, *asked)


BY_YEAR = [
    ("measure_series", "value", ("title", "unit")), ("measure_series", "country", ("title", "unit")),
    ("measure_series", "region", ("title", "unit")), ("demand_series", "value", ("title", "unit")),
    ("demand_series", "country", ("title", "unit")), ("performance_by_area", "value", ("title", "area", "unit")),
    ("finance_series", "value", ("title", "area", "unit")), ("implied_shares", "share_pct", ("title", "area")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "keys"), BY_YEAR, ids=lambda part: part if isinstance(part, str) else "")
def test_every_series_of_the_book_keeps_its_values_when_it_is_turned(years, name, value, keys):
    """Each cell is what the long table shows for that row and year, and no value is lost on the way."""
    shown, frame = tables.by_year(years, name, value, keys), comparison.table(years, name)
    labels = [column.title for column in shown.columns[len(keys) :]]
    assert labels == sorted(set(frame["year"])) and not frame.duplicated([*keys, "year"]).any()
    long = tables.show(years, name, [*keys, "year", value])
    missing = comparison.table_schema(years, name)[value].missing
    expected = {row[:-1]: row[-1] for row in long.rows if row[-1] != missing}
    cells = {
        (*row[: len(keys)], label): cell
        for row in shown.rows
        for label, cell in zip(labels, row[len(keys) :], strict=True)
        if cell != "no figure"
    }
    assert (
        expected
        and {place: cell.removeprefix("break | ").removesuffix(" (q)") for place, cell in cells.items()} == expected
    )
    basis = f"{value}_basis"
    made = frame[frame[basis] == official.QUOTIENT] if basis in frame else frame[:0]
    made = {tuple(row) for row in made[[*keys, "year"]].itertuples(index=False, name=None)}
    assert {place for place, cell in cells.items() if cell.endswith(" (q)")} == made
    assert bool(made) == ("(q)" in shown.caption) == (name == "measure_series" and value != "value")
    marked = {place for place, cell in cells.items() if cell.startswith("break | ")}
    assert bool(marked) == (value == "value" and name in {"measure_series", "demand_series", "performance_by_area"})
    broken = {} if value != "value" or "break_before" not in frame else frame[frame["break_before"].notna()]
    for row in broken.to_dict("records") if len(broken) else []:
        key = tuple(row[name] for name in keys)
        with_value = sorted(label for *of, label in cells if tuple(of) == key and label >= row["year"])
        assert not with_value or (*key, with_value[0]) in marked, "its own year, or the next that has a value"
    assert len(marked) <= len(broken)
    assert not [row for row in shown.rows if set(row[len(keys) :]) == {"no figure"}]


def test_a_column_without_any_value_is_left_out_and_named_below_the_table(review):
    shown = tables.show(review, "kpi_scorecard")
    assert [column.name for column in shown.columns] == ["name", "status", "why_not", "rule_basis"]
    assert shown.shown.columns == ("name", "status", "why_not", "rule_basis")
    assert (
        shown.left_out.startswith("No row has a value for: Value, Target, Tolerance, ")
        and "(not published)" in shown.left_out
    )
    below = BeautifulSoup(shown._repr_html_(), "html.parser").find("p", class_="left-out")
    assert below.get_text() == shown.left_out
    asked = tables.show(review, "kpi_scorecard", ["name", "value"])  # by whoever asks for it: there, in so many words
    assert [row[1] for row in asked.rows] == ["not published"] * len(asked.rows) and not asked.left_out


def test_a_column_that_is_exempt_is_never_left_out(review):
    schema = review.schemas["budget_gaps"]
    exempt = tuple(
        dataclasses.replace(column, missing="exempt from publication") if column.name == "gap" else column
        for column in schema.columns
    )
    gaps = review["budget_gaps"]
    gaps["gap"] = None
    data = dataclasses.replace(review, schemas={**review.schemas, "budget_gaps": dataclasses.replace(schema, columns=exempt)},
                   tables={**review.tables, "budget_gaps": gaps})  # fmt: skip
    shown = tables.show(data, "budget_gaps")
    assert "exempt from publication" in shown.rows[0] and not shown.left_out


def test_an_amount_says_in_a_word_what_its_sign_means(review):
    html = BeautifulSoup(tables.show(review, "outturn_variance")._repr_html_(), "html.parser")
    cells = [row.find_all("td")[4] for row in html.tbody.find_all("tr")]
    assert [cell.get_text() for cell in cells][:2] == ["172 overspend", "−616 underspend"]
    assert [cell.span.get_text() for cell in cells] == [
        "overspend",
        "underspend",
        "underspend",
        "overspend",
        "",
        "overspend",
    ]
    assert "(" not in "".join(cell.get_text() for cell in cells)
