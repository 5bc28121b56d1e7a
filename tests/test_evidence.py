"""Evidence by name: every kind of operand, each fault once, what is missing, and how far rounding can move a figure."""

from datetime import date
from decimal import Decimal
from types import MappingProxyType

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import evidence
from ncthelpers.cells import Column
from ncthelpers.evidence import Cell
from ncthelpers.load import Reference, YearData
from ncthelpers.schemas import TableSchema
from ncthelpers.years import ContractYear

SCHEMAS = {
    schema.table: schema
    for schema in (
        TableSchema(
            "homes", "Homes", "One row a home.", ("home",),
            (
                Column("home", "id", "Home"),
                Column("cost", "money", "Cost", unit="£000", required=False),
                Column("children", "count", "Children", unit="children", required=False),
                Column("rate", "number", "Rate", unit="per 10,000 children", required=False),
                Column("share", "percent", "Share", required=False),
                Column("opened", "when", "Opened", required=False),
                Column("agreed", "date", "Agreed on", required=False),
                Column("kind", "text", "Kind", required=False),
                Column("listed", "yesno", "Listed", required=False),
            ),
        ),
        TableSchema(
            "gaps", "Gaps", "One row a council and year.", ("council", "year"),
            (Column("council", "id", "Council"), Column("year", "id", "Year"), Column("gap", "money", "Gap", unit="£m")),
        ),
        TableSchema(
            "facts", "Facts", "One row a fact.", ("fact",),
            (Column("fact", "id", "Fact"), Column("what", "text", "What it is"), Column("value", "number", "Figure"),
             Column("unit", "text", "Unit")),
        ),
        TableSchema("kpis", "KPIs", "", ("kpi",), tuple(Column(name, "text", name) for name in (
            "kpi", "unit", "polarity", "target", "tolerance"))),
        TableSchema("kpi_values", "Values", "", ("kpi", "period"), tuple(Column(name, "text", name) for name in (
            "kpi", "period", "numerator", "denominator", "value"))),
    )
}  # fmt: skip

ROWS = {
    "homes": [
        # home, cost, children, rate, share, opened, agreed, kind, listed
        ("Elm House", Decimal("1.50"), 4, Decimal("71.2"), Decimal(40), "2031-05", date(2031, 4, 2), "large", True),
        ("Oak House", Decimal(2), 6, Decimal("0.5"), Decimal("60.5"), "2031-09-01", None, "small", False),
        ("Ash House", None, None, None, None, None, None, None, None),
    ],
    "gaps": [("EAST", "2032-33", Decimal("10.5")), ("WEST", "2032-33", Decimal("7.25")), ("EAST", "2033-34", None)],
    "facts": [
        ("invoice", "An invoice", Decimal("3.25"), "£m"), ("heads", "A count", Decimal("3.2"), "children"),
        ("note", "The minute of the meeting", None, None),
    ],
    "kpis": [("A", "per cent", "higher is better", Decimal(90), Decimal(80)), ("B", "per cent", "not stated", None, None)],
    "kpi_values": [("A", "2031-05", None, None, Decimal(85)), ("A", "2031-04", Decimal(9), Decimal(10), None)],
}  # fmt: skip

# The same one county before the contract's two councils, a joint return for one year, and its country.
AREAS = ["north", "west", "county", "both", "country"]
OFFICIAL = [
    # measure, area, year, numerator, denominator, value, status, publication
    ("children", "north", "2031-32", Decimal(100), None, None, None, "new"),
    ("children", "west", "2031-32", Decimal(21), None, None, None, "old"),
    ("children", "west", "2031-32", Decimal(23), None, None, None, "new"),
    ("children", "county", "2030-31", None, None, Decimal(120), None, "new"),
    ("children", "north", "2032-33", Decimal(90), None, None, None, "new"),
    ("children", "west", "2032-33", None, None, None, "c", "new"),
    ("repeats", "north", "2031-32", Decimal(1), Decimal(8), Decimal("12.5"), None, "new"),
    ("repeats", "west", "2031-32", Decimal(1), Decimal(2), Decimal("50.0"), None, "new"),
    ("repeats", "country", "2031-32", Decimal(1000), Decimal(9000), Decimal("11.2"), None, "new"),
    ("repeats", "north", "2032-33", None, None, Decimal("10.0"), None, "new"),
    ("repeats", "west", "2032-33", Decimal(1), Decimal(9), Decimal("11.1"), None, "new"),
    ("vacancies", "both", "2031-32", None, None, Decimal("20.5"), None, "new"),
    ("vacancies", "north", "2031-32", None, None, None, "z", "new"),
    ("repeats", "country", "2032-33", Decimal(1000), Decimal(9000), None, None, "new"),
    ("repeats", "country", "2030-31", Decimal(1000), None, None, None, "new"),
    ("vacancies", "country", "2031-32", Decimal("6521.9"), Decimal("39023.9"), None, None, "new"),
    ("vacancies", "both", "2032-33", Decimal(216), Decimal(545), None, None, "new"),
    ("vacancies", "north", "2032-33", Decimal(3), Decimal(9), None, "c", "new"),
    ("weeks", "country", "2031-32", Decimal(1000), Decimal(9000), None, None, "new"),
]  # fmt: skip
REFERENCE = {
    "official": ("measure area year numerator denominator value status publication", OFFICIAL),
    "measures": (
        "measure title unit decimals combines",
        [("children", "Children", "children", 0, "counts"), ("vacancies", "Vacancies", "per cent", 1, "joint return"),
         ("repeats", "Repeats", "per cent", 1, "numerators and denominators"), ("weeks", "Weeks", "weeks", 1, "not added")],
    ),
    "areas": (
        "area name kind lies_in valid_from valid_to",
        [("north", "North", "local authority", None, date(2031, 4, 1), None),
         ("west", "West", "local authority", None, date(2031, 4, 1), None),
         ("county", "County", "local authority", None, None, date(2031, 3, 31)),
         ("both", "North and West", "joint return", None, None, None), ("country", "Country", "country", None, None, None)],
    ),
    "area_members": ("group member", [("both", "north"), ("both", "west")]),
    "area_changes": ("old new same_territory", [("county", "north", True), ("county", "west", True)]),
    "series_breaks": ("measure area before after certainty reason", []),
    "publications": ("publication title published", [("old", "Old", "2032"), ("new", "New", "2033")]),
    "authority_values": ("measure area year value publication", []),
}  # fmt: skip


def frame(columns, rows) -> pd.DataFrame:
    """Rows as they are read: objects, labelled by the lines of their file."""
    return pd.DataFrame(rows, columns=list(columns), index=range(2, len(rows) + 2), dtype=object)


@pytest.fixture(scope="module")
def small() -> YearData:
    official = TableSchema("official", "Official", "", ("measure", "area", "year", "publication"),
                           tuple(Column(name, "text", name) for name in REFERENCE["official"][0].split()))  # fmt: skip
    reference = {name: frame(columns.split(), rows) for name, (columns, rows) in REFERENCE.items()}
    return YearData(
        year=ContractYear("2031-32"),
        starts=date(2031, 4, 1),
        ends=date(2032, 3, 31),
        contract={"councils": [{"area": "north"}, {"area": "west"}]},
        tables=MappingProxyType({name: frame(SCHEMAS[name].names, rows) for name, rows in ROWS.items()}),
        schemas=SCHEMAS,
        commentary={},
        package={},
        reference=Reference(MappingProxyType(reference), {"official": official}, {}),
    )


def one(data, name) -> evidence.Item:
    [item] = evidence.items(data, name)
    return item


HALF = Decimal("0.5")


@pytest.mark.parametrize(
    ("name", "value", "unit", "cells", "slack"),
    [
        ("homes/Elm House/cost", Decimal("1.50"), "£000", [("homes", 2, "cost")], Decimal("0.005")),
        ("homes/Oak House/cost", Decimal(2), "£000", [("homes", 3, "cost")], HALF),
        ("homes/Oak House/children", Decimal(6), "children", [("homes", 3, "children")], 0),
        ("homes/Elm House/rate", Decimal("71.2"), "per 10,000 children", [("homes", 2, "rate")], Decimal("0.05")),
        ("homes/Elm House/share", Decimal(40), "per cent", [("homes", 2, "share")], HALF),
        ("homes/Elm House/opened", "2031-05", "", [("homes", 2, "opened")], 0),
        ("homes/Elm House/agreed", "2031-04-02", "", [("homes", 2, "agreed")], 0),
        ("homes/Elm House/kind", "large", "", [("homes", 2, "kind")], 0),
        ("homes/Oak House/listed", False, "", [("homes", 3, "listed")], 0),
        ("gaps/EAST/2032-33/gap", Decimal("10.5"), "£m", [("gaps", 2, "gap")], Decimal("0.05")),
        ("facts/invoice/value", Decimal("3.25"), "£m", [("facts", 2, "value")], Decimal("0.005")),
        ("facts/invoice/what", "An invoice", "", [("facts", 2, "what")], 0),
        ("facts/heads/value", Decimal("3.2"), "children", [("facts", 3, "value")], 0),
        ("sum:children:homes?kind=large|small", 10, "children", [("homes", 2, "children"), ("homes", 3, "children")], 0),
        ("sum:cost:homes?kind=small|large", Decimal("3.5"), "£000", [("homes", 2, "cost"), ("homes", 3, "cost")],
         Decimal("0.505")),
        ("sum:cost:homes?kind=small|large&listed=no", 2, "£000", [("homes", 3, "cost")], HALF),
        ("count:homes", 3, "", [("homes", row, "home") for row in (2, 3, 4)], 0),
        ("count:gaps", 3, "", [("gaps", row, "year") for row in (2, 3, 4)], 0),
        ("count:homes?listed=yes", 1, "", [("homes", row, "listed") for row in (2, 3, 4)], 0),
        ("count:homes?kind=huge", 0, "", [("homes", row, "kind") for row in (2, 3, 4)], 0),
        ("count:homes?kind=", 1, "", [("homes", row, "kind") for row in (2, 3, 4)], 0),
        ("contract:starts", "2031-04-01", "", [], 0),
        ("contract:ends", "2032-03-31", "", [], 0),
    ],
)  # fmt: skip
def test_what_a_name_gives(small, name, value, unit, cells, slack):
    item = one(small, name)
    assert (item.value, item.unit, item.slack, item.missing) == (value, unit, slack, "")
    assert type(item.value) is (Decimal if isinstance(value, int) and not isinstance(value, bool) else type(value))
    assert list(item.cells) == [Cell(*cell) for cell in cells]
    assert all(type(cell.row) is int for cell in item.cells)
    assert (item.name, item.sign) == (name, 1)


def test_the_cells_of_a_count_are_those_that_alone_take_a_row_out_or_bring_it_in(small):
    # of the third home neither condition holds: no cell of it alone can make it count
    assert set(one(small, "count:homes?kind=large&listed=yes|no").cells) == {
        Cell("homes", 2, "kind"), Cell("homes", 2, "listed"), Cell("homes", 3, "kind"),
    }  # fmt: skip


def test_a_figure_with_its_date(small):
    item = one(small, "point:homes/Elm House/opened/children")
    assert (item.value, item.when, item.unit) == (Decimal(4), "2031-05", "children")
    assert item.cells == (Cell("homes", 2, "opened"), Cell("homes", 2, "children"))
    assert one(small, "point:homes/Elm House/agreed/cost").when == "2031-04-02"


@pytest.mark.parametrize(
    ("name", "missing", "cells"),
    [
        ("homes/Ash House/cost", "cost in homes", [("homes", 4, "cost")]),
        ("homes/Oak House/agreed", "agreed on in homes", [("homes", 3, "agreed")]),
        ("facts/note/value", "The minute of the meeting", [("facts", 4, "value")]),
        ("sum:cost:homes", "a part of cost", [("homes", 4, "cost")]),
        ("sum:gap:gaps?council=EAST", "a part of gap", [("gaps", 4, "gap")]),
        ("point:homes/Oak House/agreed/children", "agreed on", [("homes", 3, "agreed")]),
        ("point:homes/Ash House/opened/children", "opened and children", [("homes", 4, "opened"), ("homes", 4, "children")]),
        ("official:children/own/2032-33", "Children, 2032-33: a part is suppressed (c)",
         [("official", 7, "value"), ("official", 7, "status")]),
        ("official:children/west/2032-33", "Children, 2032-33: the figure is suppressed (c)",
         [("official", 7, "value"), ("official", 7, "status")]),
        ("official:repeats/own/2032-33", "Repeats, 2032-33: only rates are published, and rates are not averaged",
         [("official", 11, "numerator"), ("official", 11, "denominator")]),
        ("official:repeats/own/2029-30", "Repeats, 2029-30: no figure is published for the contract's areas in the year", []),
        ("official:repeats/county/2031-32", "Repeats, 2031-32: no figure is published", []),
        # of a country that prints no percentage one of the two counts is wanting
        ("official:repeats/country/2030-31", "Repeats, 2030-31: no figure is published", [("official", 16, "denominator")]),
        ("kpi:B", "monthly values of KPI B", []),
    ],
)  # fmt: skip
def test_what_is_not_at_hand_is_said_with_the_cells_that_lack_it(small, name, missing, cells):
    item = one(small, name)
    assert (item.value, item.missing) == (None, missing)
    assert item.cells == tuple(Cell(*cell) for cell in cells)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("barns/Elm House/cost", "there is no entered table named barns"),
        ("sum:cost:barns", "there is no entered table named barns"),
        ("count:barns", "there is no entered table named barns"),
        ("gap_totals/2032-33/gap", "there is no entered table named gap_totals"),  # computed tables are no evidence
        ("homes/Elm House/colour", "the table homes has no column colour"),
        ("sum:colour:homes", "the table homes has no column colour"),
        ("sum:cost:homes?colour=red", "the table homes has no column colour"),
        ("count:homes?colour=red", "the table homes has no column colour"),
        ("point:homes/Elm House/colour/cost", "the table homes has no column colour"),
        ("homes/Fir House/cost", "the table homes has 0 rows with the key Fir House"),
        ("gaps/EAST/gap", "gaps/EAST/gap is not a cell: the key of gaps is council/year"),
        ("homes/Elm House", "homes/Elm House is not a cell: the key of homes is home"),
        ("point:homes/Elm House/cost", "is not a cell"),
        ("sum:cost:homes?kind=huge", "no row of homes matches homes[?]kind=huge"),
        ("sum:kind:homes", "the column kind of homes holds no figures"),
        ("point:homes/Elm House/opened/kind", "the column kind of homes holds no figures"),
        ("official:children/own", "is not an official figure: write measure/area/year"),
        ("official:visits/own/2031-32", "there is no measure named visits"),
        ("official:children/moon/2031-32", "there is no area named moon"),
        ("contract:half", "the contract has no day named half: write starts or ends"),
        ("kpi:Z", "the table kpis has 0 rows with the key Z"),
        ("mean:cost:homes", "there is no entered table named mean:cost:homes"),
    ],
)
def test_a_name_of_nothing_entered_is_told(small, name, told):
    with pytest.raises(LookupError, match=told):
        evidence.items(small, name)


@pytest.mark.parametrize("name", ["official:children/own/2031", "official:children/north/2031-33"])
def test_an_official_figure_of_no_contract_year_is_told(small, name):
    with pytest.raises(ValueError, match="is not a contract year"):
        evidence.items(small, name)


def test_a_row_that_a_key_does_not_name_alone_is_told(small):
    twice = pd.concat([small.tables["homes"]] * 2, ignore_index=True)
    data = YearData(**{**small.__dict__, "tables": MappingProxyType({**small.tables, "homes": twice})})
    with pytest.raises(LookupError, match="has 2 rows with the key Elm House"):
        evidence.items(data, "homes/Elm House/cost")


@pytest.mark.parametrize(
    ("name", "value", "cells"),
    [
        ("official:children/north/2031-32", 100, [(2, "numerator")]),
        ("official:children/west/2031-32", 23, [(4, "numerator")]),  # the newest release
        ("official:children/own/2031-32", 123, [(2, "numerator"), (4, "numerator")]),
        ("official:children/own/2030-31", 120, [(5, "value")]),  # the county that both councils came from
        ("official:children/county/2030-31", 120, [(5, "value")]),
        # two of ten, not the mean of 12.5 and 50
        (
            "official:repeats/own/2031-32",
            20,
            [(8, "numerator"), (8, "denominator"), (9, "numerator"), (9, "denominator")],
        ),
        ("official:repeats/north/2031-32", Decimal("12.5"), [(8, "numerator"), (8, "denominator")]),
        ("official:repeats/country/2031-32", Decimal("11.2"), [(10, "value")]),  # as printed: its counts are rounded
        ("official:vacancies/own/2031-32", Decimal("20.5"), [(13, "value")]),  # one joint return
        # no percentage printed: the quotient of the rounded counts, at the places of the measure
        ("official:repeats/country/2032-33", Decimal("11.1"), [(15, "numerator"), (15, "denominator")]),
        ("official:vacancies/country/2031-32", Decimal("16.7"), [(17, "numerator"), (17, "denominator")]),
    ],
)
def test_official_figures_of_one_area_and_of_the_contract_s_areas_together(small, name, value, cells):
    item = one(small, name)
    assert (item.value, item.missing, item.slack) == (value, "", 0)
    assert item.cells == tuple(Cell("official", *cell) for cell in cells)
    measure, area, year = name.removeprefix("official:").split("/")
    assert (item.measure, item.area, item.year, item.when) == (measure, area, year, f"20{year[-2:]}-03-31")
    assert item.unit == ("children" if measure == "children" else "per cent")


def test_only_a_country_s_or_region_s_share_is_a_quotient_of_rounded_counts(small):
    weeks = one(small, "official:weeks/country/2031-32")
    assert (weeks.value, weeks.missing) == (
        None,
        "Weeks, 2031-32: no figure is published",
    )  # no share of its two counts
    # an authority's counts are not rounded to ten, and nor is their quotient
    assert one(small, "official:vacancies/both/2032-33").value == Decimal(216) / Decimal(545) * 100
    assert one(small, "official:vacancies/north/2032-33").missing == "Vacancies, 2032-33: the figure is suppressed (c)"


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("homes/Elm House/cost", 2), ("homes/Oak House/cost", 0), ("homes/Elm House/rate", 1), ("homes/Elm House/children", 0),
        ("sum:cost:homes?kind=small|large", 2), ("count:homes", 0), ("official:repeats/own/2031-32", 1),
        ("official:repeats/country/2032-33", 1), ("official:children/own/2031-32", 0),
    ],
)  # fmt: skip
def test_a_figure_is_shown_to_the_places_of_its_measure_or_to_those_it_is_written_with(small, name, places):
    assert evidence.decimals(one(small, name)) == places


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("homes/Oak House/listed", "Homes, Oak House, listed"), ("homes/Ash House/agreed", "Homes, Ash House, agreed on"),
        ("gaps/EAST/2032-33/gap", "Gaps, EAST, 2032-33, gap"), ("count:homes", ""), ("official:repeats/own/2031-32", ""),
    ],
)  # fmt: skip
def test_a_cell_is_named_for_readers_by_table_row_and_column(small, name, label):
    assert one(small, name).label == label


def test_the_months_of_a_kpi_are_in_order_of_time_with_its_target(small):
    item = one(small, "kpi:A")
    assert [month["period"] for month in item.value["months"]] == ["2031-04", "2031-05"]
    assert (item.value["target"], item.value["tolerance"], item.unit) == (90, 80, "per cent")
    assert {cell.table for cell in item.cells} == {"kpi_values", "kpis"}
    assert {cell.column for cell in item.cells if cell.table == "kpis"} == {"target", "tolerance", "polarity"}


def test_a_minus_sign_subtracts_and_names_are_joined_by_semicolons(small):
    found = evidence.items(small, " homes/Elm House/cost; -gaps/EAST/2032-33/gap;-sum:children:homes?kind=large ; ")
    assert [(item.name, item.sign) for item in found] == [
        ("homes/Elm House/cost", 1), ("gaps/EAST/2032-33/gap", -1), ("sum:children:homes?kind=large", -1),
    ]  # fmt: skip


@pytest.mark.parametrize("against", [None, "", " ", ";"])
def test_no_name_gives_no_evidence(small, against):
    assert evidence.items(small, against) == ()


def test_evidence_is_of_the_year_before_it_is_of_the_reference(small):
    assert one(small, "official/children/north/2031-32/new/numerator").value == 100
    own = small.tables["facts"].assign(fact=["a", "b", "c"])
    reference = Reference(MappingProxyType({**small.reference.tables, "facts": own}), small.reference.schemas, {})
    data = YearData(**{**small.__dict__, "reference": reference})
    assert one(data, "facts/invoice/value").value == Decimal("3.25")


@given(st.lists(st.decimals(-1000, 1000, places=4), min_size=1, max_size=10), st.integers(0, 3))
def test_rounding_of_the_parts_never_moves_a_sum_further_than_is_said(small, exact, places):
    parts = [part.quantize(Decimal(1).scaleb(-places)) for part in exact]
    gaps = frame(("council", "year", "gap"), [("EAST", str(number), part) for number, part in enumerate(parts)])
    data = YearData(**{**small.__dict__, "tables": MappingProxyType({**small.tables, "gaps": gaps})})
    item = one(data, "sum:gap:gaps")
    assert (item.value, item.slack) == (sum(parts), len(parts) * Decimal("0.5").scaleb(-places))
    assert abs(item.value - sum(exact)) <= item.slack


@pytest.mark.parametrize(
    ("value", "unit"), [("57.30", "0.01"), ("12", "1"), ("1500", "1"), ("1.5E+3", "1"), ("-0.125", "0.001")]
)
def test_the_last_place_of_a_figure(value, unit):
    assert evidence.unit_of_last_place(Decimal(value)) == Decimal(unit)
