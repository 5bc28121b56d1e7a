"""Every computed table: it computes on the real year, keeps to its schema, and changes nothing that it is given."""

import dataclasses
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from ncthelpers import finance, results, tables
from ncthelpers.comparison import ACROSS
from ncthelpers.load import NO_REFERENCE
from ncthelpers.results import RESULTS, is_reported, result_schemas

HELD = {
    "count": int, "number": (Decimal, int), "money": (Decimal, int), "percent": (Decimal, int), "date": date, "yesno": bool,
}  # fmt: skip
TABLES = sorted(path.stem for path in Path(__file__).parents[1].glob("data/schemas/*.yml"))


def without(review, name):
    """The year as it would be had it not reported one table, nor any claim that is held against it: that is a fault."""
    empty = pd.DataFrame(columns=review.schemas[name].names, dtype=object)
    claims = review["claims"]
    # a claim may take a KPI by its letter, and another claim that is then gone
    takes = rf"(?<!\w)(?:{name}|claims{'|kpi' if name == 'kpis' else ''})(?!\w)"
    taken = claims[["against", "later"]].fillna("").agg("; ".join, axis=1).str.contains(takes)
    return dataclasses.replace(
        review,
        tables={**review.tables, "claims": claims[~taken], name: empty},
        contract={**review.contract, "not_reported": {name: "the return was not made"}},
    )


def test_every_result_has_a_schema_and_every_schema_a_result(review):
    assert set(RESULTS) | set(ACROSS) == set(result_schemas())
    assert not set(RESULTS) & set(ACROSS)
    entered = set(review.schemas) | set(review.reference.schemas)
    assert not set(result_schemas()) & entered, "a computed table may not hide an entered one"


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_has_the_columns_of_its_schema_and_a_key_that_is_unique(review, name):
    frame, schema = RESULTS[name](review), result_schemas()[name]
    assert sorted(frame.columns) == sorted(schema.names)
    assert set(schema.key) <= set(schema.names) and set(schema.shown) <= set(schema.names)
    assert len(frame) or results.reason_not_reported(review, name), "an empty table says why"
    assert not frame.duplicated(list(schema.key)).any()


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_holds_what_its_schema_says(review, name):
    frame = RESULTS[name](review)
    for column in result_schemas()[name].columns:
        for value in frame[column.name].tolist():
            assert value is None or isinstance(value, HELD.get(column.type, str)), (column.name, value)
            assert column.type == "yesno" or not isinstance(value, bool), (column.name, value)
            assert value == value, f"{column.name} holds a NaN: missing is None"


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_the_same_again_and_leaves_its_tables_alone(review, name):
    before = {table: frame.copy() for table, frame in review.tables.items()}
    first, second = RESULTS[name](review), RESULTS[name](review)
    pd.testing.assert_frame_equal(first, second)
    for table, frame in before.items():
        pd.testing.assert_frame_equal(frame, review.tables[table])


@pytest.mark.parametrize("name", TABLES)
def test_no_result_fails_on_a_year_that_does_not_report_a_table(review, name):
    year, failed = without(review, name), {}
    for result, computed in RESULTS.items():
        try:
            computed(year)
        except Exception as error:  # every result that fails is worth naming
            failed[result] = repr(error)
    assert failed == {}


# Tables, cells and figures by name


def test_a_table_is_given_by_name_whether_entered_or_computed(review):
    pd.testing.assert_frame_equal(results.table(review, "grants"), review["grants"])
    assert results.table(review, "grant_totals")["received"].tolist() == [12_076_323, 2_631_000, 9_445_323]
    assert results.table_schema(review, "grants").title and results.table_schema(review, "grant_totals").title


def test_a_computed_table_is_computed_once_and_each_taker_has_a_copy_of_its_own(review, monkeypatch):
    year, made = dataclasses.replace(review), []
    counted = dataclasses.replace(
        RESULTS["grant_shares"], calculation=lambda grants: made.append(1) or finance.grant_shares(grants)
    )
    monkeypatch.setattr(results, "RESULTS", {**RESULTS, "grant_shares": counted})
    first = results.table(year, "grant_shares")
    expected = first.copy()
    first["received"] = None
    first.drop(columns="grant", inplace=True)
    pd.testing.assert_frame_equal(results.table(year, "grant_shares"), expected)
    assert len(made) == 1
    results.table(dataclasses.replace(review), "grant_shares")
    assert len(made) == 2, "another year, though of the same tables, has tables of its own"


@pytest.mark.parametrize("ask", [results.table, results.table_schema])
def test_a_table_that_is_not_there_is_named(review, ask):
    with pytest.raises(LookupError, match="there is no table named nothing"):
        ask(review, "nothing")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("outturn_variance/Corporate Parent Service/variance", 172),  # annual report section 4
        ("gaps_by_year/2024-25/All councils/gap", Decimal("57.307")),  # annual report section 12
        ("budget_gaps/NNC/2025-26/gap", None),  # annual report section 12 prints N/A
        ("demand_change/children_in_care/2018-03/change", 90),  # annual report section 6
        ("deadline_compliance/strategic_group/days_before", 21),  # cover report 5.5
    ],
)
def test_a_cell_is_found_by_its_key(review, path, value):
    assert results.cell(review, path) == value


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("nothing/a/b", "no table named nothing"),
        ("grant_totals/All grants/nothing", "no column nothing"),
        ("grant_totals/received", "the key of grant_totals is grants"),
        ("budget_gaps/NNC/gap", "the key of budget_gaps is council/year"),
        ("grant_totals/Some grants/received", "has 0 rows with the key Some grants"),
    ],
)
def test_a_cell_that_is_not_there_is_refused_by_name(review, path, problem):
    with pytest.raises(LookupError, match=problem):
        results.cell(review, path)


def test_a_figure_is_a_row_of_the_figures_or_a_line_of_the_finances(review):
    assert results.figure_value(review, "support_services") == 15  # annual report section 3.1
    assert results.figure_value(review, "reserve") == Decimal("1.089")  # cover report 7.1.3
    with pytest.raises(LookupError, match="no figure named nothing"):
        results.figure_value(review, "nothing")


def test_a_line_on_which_the_documents_disagree_has_no_value(review):
    lines = review["finance_lines"]
    lines.loc[(lines["line"] == "reserve") & (lines["document"] == "cover"), "amount"] = Decimal("1.098")
    changed = dataclasses.replace(review, tables={**review.tables, "finance_lines": lines})
    assert results.figure_value(changed, "reserve") is None


# A finance figure as it is read


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({}, "£8.5m (press, May 2033)"),
        ({"qualifier": "about"}, "about £8.5m (press, May 2033)"),
        (
            {"qualifier": "at least", "value": Decimal(120), "unit": "placements"},
            "at least 120 placements (press, May 2033)",
        ),
        ({"value": Decimal(5400), "unit": "£ per week"}, "£5,400 per week (press, May 2033)"),
        ({"as_of": "2033", "basis": "council paper"}, "£8.5m (council paper, 2033)"),
        ({"as_of": "2033-05-07"}, "£8.5m (press, 7 May 2033)"),
        ({"confidence": "medium"}, "£8.5m (press, May 2033, medium confidence)"),
        ({"confidence": "low", "qualifier": "over"}, "over £8.5m (press, May 2033, low confidence)"),
    ],
)
def test_a_published_figure_is_read_with_its_source_its_date_and_any_doubt(changed, text):
    figure = finance.Published(None, Decimal("8.5"), "£m", "2033-05", "press", "high")._replace(**changed)
    assert results._published_text(figure) == text


def test_every_doubt_of_a_figure_is_written_beside_it_and_no_figure_is_without_its_kind_of_source(years):
    doubted = 0
    for data in years.years:
        entered = data["published_finance"]
        texts = [text for texts in results.table(data, "finance_side_by_side")["figures"] for text in texts.split("; ")]
        assert len(texts) == len(entered)
        for confidence in ("medium", "low"):
            said = sum(f", {confidence} confidence)" in text for text in texts)
            assert said == (entered["confidence"] == confidence).sum()
            doubted += said
        assert not any("high confidence" in text for text in texts)
        for basis in set(entered["basis"]):
            assert sum(f" ({basis}, " in text for text in texts) == (entered["basis"] == basis).sum()
        cells = [cell for row in tables.show(data, "finance_side_by_side").rows for cell in row]
        assert set(texts) <= {part for cell in cells for part in cell.split("; ")}
    assert doubted, "there are some"


def test_a_year_says_what_it_is_before_anything_measured_in_it(years):
    facts = {str(year.year): dict(RESULTS["year_facts"](year).values.tolist()) for year in years.years}
    assert facts["2020-21"]["First and last day"] == "1 November 2020 to 31 March 2021"
    assert facts["2021-22"]["Annual report"] == "at hand"
    assert facts["2023-24"]["Annual report"].startswith("not at hand: ")


def test_a_table_of_the_reference_is_reported_only_with_a_value_for_the_year(review):
    reference = review.reference
    kept = dataclasses.replace(
        reference, tables={**reference.tables, "official": reference.tables["official"].iloc[:0]}
    )
    bare = dataclasses.replace(review, reference=kept)
    assert is_reported(review, "related_measures") and is_reported(review, "official_demand")
    assert not is_reported(bare, "related_measures") and not is_reported(bare, "official_demand")
    assert is_reported(bare, "year_facts") and is_reported(bare, "outturn_variance")


def test_a_table_of_the_reference_is_not_reported_in_a_root_that_has_none(review):
    bare = dataclasses.replace(review, reference=NO_REFERENCE)
    assert not is_reported(bare, "related_measures") and is_reported(bare, "service_costs")
