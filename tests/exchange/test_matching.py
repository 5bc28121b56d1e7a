"""Which table, which column, and what a cell says: what is certain is read, and what is not is refused with its address."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.access import EXEMPT, MAY_NOT_ENTER
from ncthelpers.cells import Column
from ncthelpers.exchange.matching import entered, month_first, plain_name, table_of, year_said
from ncthelpers.exchange.sheets import Cell, Sheet
from ncthelpers.schemas import TableSchema, read_schemas

HOMES = TableSchema(
    "homes", "Homes and costs", "One row a home.", ("home",),
    (
        Column("home", "text", "Home", aliases=("Name of home",)), Column("cost", "money", "Cost, £000", decimals=1),
        Column("places", "count", "Places", required=False), Column("opened", "when", "Opened", required=False),
        Column("status", "text", "Status", required=False, values=("c", "z")), Column("source", "source", "Where in the source"),
    ),
)  # fmt: skip


def sheet(*rows, name="homes"):
    made = {
        row: {at: cell if isinstance(cell, Cell) else Cell(cell) for at, cell in enumerate(cells, 1) if cell != ""}
        for row, cells in enumerate(rows, 1)
    }
    return Sheet(name, {row: cells for row, cells in made.items() if cells})


def read(*rows, schema=HOMES, **how):
    found, faults = entered(sheet(*rows), schema, "a.xlsx", **how)
    return [dict(row) for _, row in found.rows] if found else None, [str(fault) for fault in faults]


# tables and columns


def test_a_sheet_is_named_after_a_table_or_its_title_whatever_its_case_and_spacing(repository):
    schemas = read_schemas(repository / "data" / "schemas")
    names = ("kpi_values", "KPI Values", "Values of the KPIs by month", "values of the kpis  BY MONTH", "Notes")
    assert [table_of(name, schemas) for name in names] == ["kpi_values"] * 4 + [None]


def test_a_title_cut_to_what_excel_allows_is_known_and_no_two_tables_share_one(repository):
    schemas = read_schemas(repository / "data" / "schemas")
    assert {table_of(schema.title[:31], schemas) for schema in schemas.values()} == set(schemas)


def test_a_sheet_that_may_be_two_tables_is_refused():
    with pytest.raises(ValueError, match="may be the table homes or other"):
        table_of("Homes and costs", {"homes": HOMES, "other": HOMES.__class__("other", "Homes and costs", "", (), ())})


@pytest.mark.parametrize(
    "headings", [["home", "cost"], ["HOME", "Cost (£000)"], ["Name of  home", " cost "], ["Home", "Cost, £000"]]
)
def test_columns_are_known_by_name_title_and_alias(headings):
    assert read(headings, ["Oak", "1.5"]) == ([{"home": "Oak", "cost": "1.5"}], [])


def test_every_table_is_known_by_its_names_its_titles_and_its_aliases(repository):
    for schema in read_schemas(repository / "data" / "schemas").values():
        other = [column.aliases[0] if column.aliases else column.title for column in schema.columns]
        for headings in (schema.names, [column.title for column in schema.columns], other):
            found, faults = entered(sheet(headings), schema, "a.xlsx")
            if len(set(headings)) < len(
                headings
            ):  # two columns share a title, so that only their names tell them apart
                assert found is None and faults
                continue
            assert (list(found.columns), faults) == (schema.names, []), schema.table


def test_titles_above_the_headings_empty_columns_and_notes_below_are_passed():
    rows, faults = read(
        ["Invented trust, outturn"], [""], ["", "Home", "", "Cost"], ["", "Oak", "", "1"], ["", "Ash", "", "2"], [""],
        ["", "Note: figures are draft."], ["", "* unaudited"],
    )  # fmt: skip
    assert (rows, faults) == ([{"home": "Oak", "cost": "1"}, {"home": "Ash", "cost": "2"}], [])


def test_a_row_that_was_begun_and_left_is_no_note():
    assert read(["home", "cost"], ["Oak", "1"], ["Ash"])[0] == [
        {"home": "Oak", "cost": "1"},
        {"home": "Ash", "cost": ""},
    ]


def test_notes_of_more_than_one_line_below_a_table_are_passed():
    assert read(["home", "cost"], ["Oak", "1"], [""], ["Note: figures are draft."], ["Made by finance"]) == (
        [{"home": "Oak", "cost": "1"}], [],
    )  # fmt: skip


def test_a_row_with_merged_cells_is_refused_and_merged_titles_and_notes_are_not():
    rows = sheet(["Outturn"], ["home", "cost", "places"], ["Oak", "1", "2"], ["Ash", "1"], [""], ["Note: draft."])
    covered = frozenset({(1, 2), (1, 3), (4, 3), (6, 2)})
    _, faults = entered(replace(rows, covered=covered), HOMES, "a.xlsx")
    assert [(fault.cell, fault.rule) for fault in faults] == [
        ("C4", "is merged with another cell: unmerge them, and fill each")
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["Homes"], ["Contract year 2031-32. To the contents"], ["home", "cost"], ["Oak", "1"]], "2031-32"),
        ([["CONTRACT YEAR 2031-32"], ["home", "cost"]], "2031-32"),
        ([["Homes of 2031-32"], ["home", "cost"], ["Contract year 2031-32"]], ""),
    ],
)
def test_the_year_that_a_sheet_says_it_is_of_stands_above_its_table(rows, said):
    assert year_said(sheet(*rows)) == said


def test_last_years_columns_are_not_read():
    assert read(["home", "cost", "", "last year: cost"], ["Oak", "1", "", "7"], ["", "", "", "8"]) == (
        [{"home": "Oak", "cost": "1"}], [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "place", "rule"),
    [
        ([["home", "cost", "colour"], ["Oak", "1", "red"]], "a.xlsx!homes!C1", "is the heading of no column"),
        ([["home", "cost", "Cost"], ["Oak", "1", "2"]], "a.xlsx!homes!C1", "is the column cost, as B1 is"),
        ([["home", "places"], ["Oak", "1"]], "a.xlsx!homes, row 1, column cost", "is a column that the table asks for"),
        ([["what", "where"], ["Oak", "1"]], "a.xlsx!homes", "has no row of headings"),
        ([["home", "cost"], ["Oak", "1"], ["home", "cost"], ["Ash", "2"]], "a.xlsx!homes, row 3", "repeats the headings of row 1"),
        ([["home", "cost"], ["Oak", "1", "7"]], "a.xlsx!homes!C2", "stands under no heading"),
        ([["home", "cost"], ["Oak", "1"], ["Total", "1"]], "a.xlsx!homes!A3", "is called a total"),
        ([["home", "cost"], ["Oak", Cell("#REF!", rule="is an error of the spreadsheet")]], "a.xlsx!homes!B2", "is an error"),
        ([["home", "cost"], ["Oak", Cell("yes", "yesno")]], "a.xlsx!homes!B2", "is a tick, not a number"),
        ([["home", "cost"], ["Oak", Cell("2031-02-01", "date")]], "a.xlsx!homes!B2", "is a date, not a number"),
        ([["home", "cost"], ["Oak", Cell("97%", "number")]], "a.xlsx!homes!B2", "is a percentage"),
        ([["home", "cost"], [Cell("2031-02-01", "date", "day"), "1"]], "a.xlsx!homes!A2", "is a date in a column of text"),
        ([["home", "cost"], [Cell("100000", "number", "scientific"), "1"]], "a.xlsx!homes!A2", "is shown as a spreadsheet makes it"),
        ([["home", "cost", "places"], ["Oak", "1", Cell("2.5", "number")]], "a.xlsx!homes!C2", "has decimals"),
        ([["home", "cost", "places"], ["Oak", "1", "£5"]], "a.xlsx!homes!C2", "is an amount of money"),
        ([["home", "cost", "opened"], ["Oak", "1", Cell("2031-04-01", "date", "unknown")]], "a.xlsx!homes!C2", "may be a day or a whole month"),
        ([["home", "cost", "opened"], ["Oak", "1", "Apr 24"]], "a.xlsx!homes!C2", "may be a day or a year of that month"),
        ([["home", "cost", "opened"], ["Oak", "1", "01/04/85"]], "a.xlsx!homes!C2", "gives its year with two digits"),
        ([["home", "cost", "opened"], ["Oak", "1", "04/25/2031"]], "a.xlsx!homes!C2", "reads only as month/day"),
        ([["home", "cost"], ["Oak", "c"]], "a.xlsx!homes!B2", "is a symbol, which this table has no status for"),
        ([["home", "cost", "places", "status"], ["Oak", "1", "[c]", "z"]], "a.xlsx!homes!C2", "is a symbol other than the status z"),
        ([["home", "cost", "places"], ["Oak", "1", "k"]], "a.xlsx!homes!C2", "is a symbol"),
    ],
)  # fmt: skip
def test_what_is_not_certain_is_refused_where_it_stands(rows, place, rule):
    _, faults = read(*rows)
    assert any(fault.startswith(place) and rule in fault for fault in faults), faults


def test_headings_that_are_names_of_some_columns_and_titles_of_others_are_refused_unless_one_reading_fits():
    schema = TableSchema("a", "A", "", (), (Column("one", "text", "two"), Column("two", "text", "one")))
    rows, faults = read(["one", "two"], ["x", "y"], schema=schema)
    assert rows is None and all("or another of that name" in fault for fault in faults) and len(faults) == 2
    schema = TableSchema("a", "A", "", (), (Column("one", "text", "No."), Column("two", "text", "one")))
    assert read(["No.", "one"], ["x", "y"], schema=schema) == ([{"one": "x", "two": "y"}], [])


def test_two_columns_that_one_heading_may_mean_are_both_named():
    schema = TableSchema("a", "A", "", (), (Column("one", "text", "Same"), Column("two", "text", "Same")))
    assert any("may be the column one or two" in fault for fault in read(["Same", "two"], ["x", "y"], schema=schema)[1])


def test_every_fault_of_a_sheet_is_told_at_once():
    rows = [
        ["home", "cost", "places"],
        ["Oak", Cell("#N/A", rule="is an error of the spreadsheet"), "x"],
        ["Total", "1", "c"],
    ]
    assert len(read(*rows)[1]) == 3


def test_a_total_that_the_table_holds_already_is_a_row():
    assert read(["home", "cost"], ["Total cost house", "1"], known=["Total cost house"])[1] == []


def test_a_restricted_value_is_not_repeated_in_a_fault():
    hidden = Column("cost", "money", "Cost", access="restricted")
    schema = TableSchema("homes", "Homes", "", (), (Column("home", "text", "Home"), hidden))
    [fault] = read(["home", "cost"], ["Oak", Cell("98765", "date")], schema=schema)[1]
    assert "98765" not in fault


def test_an_exempt_value_is_refused_and_goes_no_further():
    hidden = Column("cost", "text", "Cost", access="restricted", missing=EXEMPT, required=False)
    schema = TableSchema("homes", "Homes", "", (), (Column("home", "text", "Home"), hidden))
    rows, faults = read(["home", "cost"], ["Oak", "98765"], ["Ash", ""], ["Elm", "1", "98764"], schema=schema)
    assert rows == [{"home": "Oak", "cost": ""}, {"home": "Ash", "cost": ""}, {"home": "Elm", "cost": ""}]
    assert [MAY_NOT_ENTER in fault for fault in faults] == [False, True, True]
    assert not any("9876" in fault for fault in faults)


def test_symbols_become_the_status():
    for symbol in ("c", "[c]"):
        assert read(["home", "cost", "places"], ["Oak", "1", symbol])[0] == [
            {"home": "Oak", "cost": "1", "places": "", "status": "c"}
        ]


def test_beside_a_date_that_reads_only_as_month_day_no_date_is_certain():
    dates = sheet(
        ["home", "cost", "opened"], ["Oak", "1", "04/25/2031"], ["Ash", "1", "03/04/2031"], ["Elm", "1", "25/04/2031"]
    )
    other = sheet(["x"])
    _, faults = entered(dates, HOMES, "a.xlsx", british=not month_first([other, dates]))
    assert [fault.cell for fault in faults] == ["C2", "C3"]
    assert [fault.cell for fault in entered(dates, HOMES, "a.xlsx")[1]] == ["C2"] and not month_first([other])


@given(st.text(max_size=20))
def test_plain_names_do_not_change_when_they_are_made_plain_again(name):
    assert plain_name(plain_name(name)) == plain_name(name)
