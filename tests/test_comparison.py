"""Tables over several contract years, on the real years: each year's rows one under the other, or made of all of them."""

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from ncthelpers import comparison, results
from ncthelpers.lineage import rows_behind
from ncthelpers.load import Comparison
from ncthelpers.rounding import half_up

STACKED = [
    "review_steps",
    "review_lateness",
    "inspections",
    "published_finance",
    "measure_changes",
    "related_measures",
    "risks",
]


@pytest.mark.parametrize("name", STACKED)
def test_a_table_of_a_year_is_that_of_every_year_one_under_the_other_oldest_first(years, name):
    whole = comparison.table(years, name)
    labels = [str(one.year) for one in years.years]
    assert labels == sorted(labels)
    held = {}
    for one, label in zip(years.years, labels, strict=True):
        rows = whole[whole["contract_year"] == label].drop(columns="contract_year").reset_index(drop=True)
        held[label] = results.table(one, name).astype(object).reset_index(drop=True)
        assert rows.to_dict("records") == held[label].to_dict("records")
    assert list(dict.fromkeys(whole["contract_year"])) == [label for label in labels if len(held[label])]
    assert all(pd.api.types.is_object_dtype(kind) for kind in whole.dtypes), "counts stay whole numbers, gaps stay none"


def test_gaps_are_none_and_not_a_number_that_is_not_one(years):
    cells = [cell for name in STACKED for cell in comparison.table(years, name).to_numpy().ravel()]
    assert not [cell for cell in cells if cell != cell or isinstance(cell, float)]


def test_a_stacked_table_has_the_contract_year_first_in_its_columns_its_key_and_what_is_shown(years):
    of_year, whole = results.table_schema(years.newest, "review_steps"), comparison.table_schema(years, "review_steps")
    assert whole.names == ["contract_year", *of_year.names]
    assert whole.key == ("contract_year", *of_year.key)
    assert whole.shown == (("contract_year", *of_year.shown) if of_year.shown else ())
    assert whole["contract_year"].title == "Contract year" and whole.title == of_year.title
    assert set(whole.names) == set(comparison.table(years, "review_steps").columns)


@pytest.mark.parametrize("name", STACKED)
def test_rows_of_different_years_are_told_apart_by_the_key(years, name):
    key = list(comparison.table_schema(years, name).key)
    assert not comparison.table(years, name).duplicated(key).any()


def test_a_schema_that_shows_every_column_goes_on_doing_so(years):
    shown = {name: comparison.table_schema(years, name).shown for name in (*years.newest.schemas, *results.RESULTS)}
    for name, columns in shown.items():
        of_year = results.table_schema(years.newest, name)
        assert columns == (("contract_year", *of_year.shown) if of_year.shown else ()) or name in comparison.ACROSS, (
            name
        )


@pytest.mark.parametrize("name", ["publications", "measures", "areas", "glossary"])
def test_a_table_of_the_reference_is_the_same_for_every_year_and_stands_once(years, name):
    pd.testing.assert_frame_equal(comparison.table(years, name), years.reference.tables[name])
    assert comparison.table_schema(years, name) is years.reference.schemas[name]
    assert all(one.reference is years.reference for one in years.years)


@pytest.mark.parametrize("name", sorted(comparison.ACROSS))
def test_a_table_made_of_all_years_has_the_columns_of_its_schema_and_its_key_once(years, name):
    table, schema = comparison.table(years, name), comparison.table_schema(years, name)
    assert len(table)
    assert set(schema.names) <= set(table.columns)
    assert not table.duplicated(list(schema.key)).any()
    assert comparison.reason_not_reported(years, name) == ""


def test_a_series_goes_back_to_before_the_first_year_of_the_book(years):
    series = comparison.table(years, "measure_series")
    assert set(series["year"]) > {str(one.year) for one in years.years}


def test_measures_of_performance_and_of_demand_are_apart(years):
    measures = years.newest["measures"].set_index("measure")["use"]
    for name, use in (("measure_series", "performance"), ("demand_series", "demand"), ("finance_series", "finance")):
        assert {measures[measure] for measure in comparison.table(years, name)["measure"]} == {use}


def test_a_table_over_the_years_is_made_once_and_each_taker_has_a_copy_of_its_own(years, monkeypatch):
    compared, made = Comparison(years.years[-1:]), []
    monkeypatch.setattr(
        comparison, "ACROSS", {"revisions": lambda of: made.append(of) or pd.DataFrame({"title": ["plans"]})}
    )
    comparison.table(compared, "revisions")["title"] = "changed"
    assert comparison.table(compared, "revisions")["title"].tolist() == ["plans"] and len(made) == 1


def test_a_name_that_no_table_has_is_refused(years):
    for ask in (comparison.table, comparison.table_schema):
        with pytest.raises(LookupError, match="there is no table named moons"):
            ask(years, "moons")


def test_a_reason_is_given_only_where_no_year_reports_the_table(years):
    none = Comparison(tuple(one for one in years.years if not one.has_annual_report))
    assert comparison.reason_not_reported(years, "risks") == "", "one year has its annual report"
    assert comparison.reason_not_reported(none, "risks") == none.newest.contract["not_reported"]["risks"]
    assert comparison.reason_not_reported(none, "grant_shares"), "nor what is made of a table that none reports"
    empty = comparison.table(none, "risks")
    assert empty.empty and set(none.newest.schemas["risks"].names) <= set(empty.columns)
    assert comparison.reason_not_reported(none, "review_steps") == ""


def test_one_year_compared_is_that_year(years):
    alone = Comparison(years.years[-1:])
    whole = comparison.table(alone, "review_steps")
    assert set(whole["contract_year"]) == {str(alone.newest.year)} and len(whole) == len(alone.newest["review_steps"])


def test_the_areas_are_those_of_the_newest_year(years):
    # Before April 2021 there was one county; the councils of the newest year are followed back to it
    [before, *_] = years.years
    councils = [{**council, "area": "kent"} for council in before.contract["councils"]]
    moved = replace(before, contract={**before.contract, "councils": councils})
    series = comparison.table(Comparison((moved, *years.years[1:])), "measure_series")
    row = series[(series["measure"] == "rereferrals_12m") & (series["year"] == str(before.year))].iloc[0]
    assert half_up(row["value"], 1) == Decimal("31.4")


# Forecasts


def test_the_scores_are_of_the_back_test_that_is_shown(years):
    tested, scores = (comparison.table(years, name) for name in ("forecast_backtest", "forecast_scores"))
    assert sum(scores["origins"]) == len(tested)
    for row in scores.to_dict("records"):
        held = tested[(tested["method"] == row["method"]) & (tested["horizon"] == row["horizon"])]
        assert row["mean_absolute_error"] == sum(abs(error) for error in held["error"]) / len(held)
        assert row["inside"] == sum(held["inside"])


def test_the_lines_of_a_printed_forecast_end_where_the_attempts_are(years):
    attempts, paths = (comparison.table(years, name) for name in ("forecast_attempts", "forecast_paths"))
    given = {(row["measure"], row["end"], row["method"]): row["value"] for row in attempts.to_dict("records")}
    ends = {(row["measure"], row["end"], row["method"]): row["value"]
            for row in paths.sort_values("year").to_dict("records")}  # fmt: skip
    both = given.keys() & ends.keys()
    assert {method for *_, method in both} == {"no change", "stock and flow"}
    assert {key: given[key] for key in both} == {key: ends[key] for key in both}


def test_a_forecast_rests_on_figures_up_to_its_year_and_on_what_came(years):
    row = comparison.table(years, "forecast_backtest").query("method == 'stock and flow'").to_dict("records")[0]
    measures, figures = rows_behind(years, "forecast_backtest", row)
    held = years.newest["official"].loc[list(figures.lines)]
    assert len(measures.lines) == 1 and set(held["measure"]) == {"children_looked_after", "started_care", "left_care"}
    assert {year for year in held["year"] if year > row["origin"]} == {row["year"]}
    assert set(held.loc[held["year"] == row["year"], "measure"]) == {"children_looked_after"}
    assert "england" not in set(held["area"])


def test_a_line_through_printed_counts_rests_on_them_and_no_official_figure_but_what_came(years):
    attempts = comparison.table(years, "forecast_attempts")
    [row] = attempts[attempts["method"] == "line through the two printed counts"].to_dict("records")
    demand, figures = rows_behind(years, "forecast_attempts", row)
    assert demand.file == f"{row['contract_year']}/demand.csv" and len(demand.lines) == 2
    assert set(years.newest["official"].loc[list(figures.lines), "year"]) == {row["year"]}
    paths = comparison.table(years, "forecast_paths")
    [printed] = paths[paths["method"] == "as printed"].to_dict("records")
    [behind] = rows_behind(years, "forecast_paths", printed)
    assert behind.file.endswith("/demand.csv") and len(behind.lines) == 1
