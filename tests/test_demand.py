"""Demand between two dates, and the numbers of pupils that two printed figures imply."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import comparison, official
from ncthelpers.benchmarks import Combined
from ncthelpers.demand import demand_change, forecast_outcomes, implied_pupils
from ncthelpers.rounding import half_up


def change(first, last) -> pd.Series:
    row = ("m", "Measure", "2018-03", "2022-03", first, last, "increase", None, "actual", "report:6/7")
    names = [
        "measure",
        "title",
        "start",
        "end",
        "value_start",
        "value_end",
        "direction",
        "printed_change_pct",
        "status",
        "source",
    ]
    return demand_change(pd.DataFrame([row], columns=names, dtype=object)).iloc[0]


def test_children_in_care_rose_by_eight_point_two_per_cent(review):
    # annual report section 6: 1,094 to 1,184 over four years, "an 8% increase"
    rows = demand_change(review["demand"]).set_index(["measure", "start"])
    row = rows.loc[("children_in_care", "2018-03")]
    assert (row["value_start"], row["value_end"], row["change"]) == (1094, 1184, 90)
    assert half_up(row["change_pct"], 1) == Decimal("8.2")
    assert half_up(row["change_pct"]) == row["printed_change_pct"] == 8


def test_the_forecast_has_an_end_but_no_start_and_so_no_change(review):
    row = demand_change(review["demand"]).set_index(["measure", "start"]).loc[("children_in_care", "2022-03")]
    assert (row["value_end"], row["status"]) == (
        1211,
        "forecast",
    )  # annual report section 6: straight line to March 2024
    assert (row["value_start"], row["change"], row["change_pct"]) == (None, None, None)


def test_the_other_rises_of_section_6_are_directions_without_figures(review):
    rows = demand_change(review["demand"])
    rises = rows[rows["measure"] != "children_in_care"]
    assert rises["direction"].tolist() == ["increase"] * 4
    assert rises[["value_start", "value_end", "change", "change_pct"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("first", "last", "found"), [(None, 5, (None, None)), (5, None, (None, None)), (0, 5, (5, None)), (5, 5, (0, 0))]
)
def test_missing_ends_and_a_nil_start(first, last, found):
    row = change(first, last)
    assert (row["change"], row["change_pct"]) == found


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_start_and_growth_give_back_the_end(first, last):
    row = change(Decimal(first), Decimal(last))
    assert row["value_start"] + row["change"] == row["value_end"]
    assert half_up(first * (1 + row["change_pct"] / 100)) == last
    assert (row["change_pct"] > 0) == (last > first)


@pytest.mark.parametrize(
    ("area", "phase", "implied"),
    [
        ("West Northamptonshire", "primary", 35844),  # annual report section 9.9: 1,104 are 3.08%
        ("North Northamptonshire", "primary", 29779),  # 2,153 are 7.23%
        ("West Northamptonshire", "secondary", 28262),  # 862 are 3.05%
        ("Northamptonshire ... in the county", "secondary", 23305),  # 1,100 are 4.72%: fewer than West alone
    ],
)
def test_pupil_forecasts_imply_a_start(review, area, phase, implied):
    row = implied_pupils(review["pupil_forecasts"]).set_index(["area", "phase"]).loc[(area, phase)]
    assert half_up(row["implied_start"]) == implied


def test_a_forecast_without_a_percentage_implies_nothing():
    names = ["area", "phase", "direction", "change", "change_pct", "period_end", "source"]
    rows = [("a", "primary", "increase", 10, None, "2030", ""), ("b", "primary", "increase", 10, Decimal(0), "2030", ""),
            ("c", "primary", "increase", None, Decimal(1), "2030", "")]  # fmt: skip
    assert implied_pupils(pd.DataFrame(rows, columns=names, dtype=object))["implied_start"].tolist() == [None] * 3


# Forecasts beside what came


FORECASTS = ["contract_year", "title", "end", "value_end", "status", "official_measure", "source"]


@pytest.fixture
def outcome(monkeypatch):
    """The outcome of one invented forecast, where both official figures are given, and the years asked for."""

    def of(came, known=Combined(value=90), **changed):
        asked = []

        def figure(statistics, measure, year):
            asked.append((measure, year))
            return known if len(asked) % 2 == 0 else came

        monkeypatch.setattr(official, "figure", figure)
        row = {"contract_year": "2031-32", "title": "Children", "end": "2033-03", "value_end": 100, "status": "forecast",
               "official_measure": "children", "source": "report:6/1"} | changed  # fmt: skip
        return forecast_outcomes(pd.DataFrame([row], columns=FORECASTS, dtype=object), None), asked

    return of


def test_the_forecast_for_march_2024_was_29_above_the_figure_that_came(years):
    # facts, seed checks, C29: annual report section 6 forecast 1,211; Department for Education, children looked after at
    # 31 March 2024: 534 and 648, together 1,182; "forecast 29 (2.5%) above actual"
    [row] = comparison.table(years, "forecast_outcomes").to_dict("records")
    assert (row["contract_year"], row["end"]) == ("2021-22", "2024-03")
    assert (row["forecast"], row["came"], row["error"]) == (1211, 1182, 29)
    assert half_up(row["error_pct"], 1) == Decimal("2.5")
    assert row["basis"] == "sum of the authorities' counts"
    assert row["definition"] == "The forecast is of the trust's own count, the outcome is the official one."
    # the same release for 31 March 2022: 525 and 658, together 1,183, which no change would have left 1 above 1,182
    assert (row["last_known"], row["last_known_error"]) == (1183, 1)


@pytest.mark.parametrize(
    ("end", "year"), [("2033-03", "2032-33"), ("2033-03-31", "2032-33"), ("2033-04", "2033-34"), ("2033-04-01", "2033-34"), ("2033", "2033-34")]
)  # fmt: skip
def test_a_forecast_is_held_against_the_year_that_its_last_day_lies_in(outcome, end, year):
    _, asked = outcome(Combined(value=80), end=end)
    assert asked == [("children", year), ("children", "2031-32")], "and beside it that of the year of the forecast"


@pytest.mark.parametrize(
    ("came", "known", "error"),
    [
        (Combined(value=80), Combined(value=90), 10),  # no change would have been 10 too high
        (Combined(value=80), Combined(value=80), 0),
        (Combined(value=100), Combined(value=90), -10),
        (Combined(value=0), Combined(value=90), 90),
        (Combined(value=80), Combined(value=0), -80),
        (Combined(reason="no figure is published"), Combined(value=90), None),
        (Combined(value=80), Combined(reason="a part is suppressed (c)"), None),
        (Combined(reason="no figure is published"), Combined(reason="a part is suppressed (c)"), None),
    ],
)
def test_a_forecast_stands_beside_a_forecast_of_no_change(outcome, came, known, error):
    [row] = outcome(came, known)[0].to_dict("records")
    assert (row["last_known"], row["last_known_error"]) == (known.value, error)
    assert row["came"] == came.value and row["error"] == (None if came.value is None else 100 - came.value)


def test_the_last_known_figure_is_that_of_the_year_of_the_forecast_whatever_it_is_for(outcome):
    _, asked = outcome(Combined(value=80), contract_year="2029-30", end="2035-03")
    assert asked == [("children", "2034-35"), ("children", "2029-30")]


@pytest.mark.parametrize(
    ("came", "error", "percentage", "basis"),
    [
        (Combined(value=80, basis="one authority"), 20, 25, "one authority"),
        (Combined(value=100, basis="one authority"), 0, 0, "one authority"),
        (Combined(value=125, basis="one authority"), -25, -20, "one authority"),
        (Combined(value=0, basis="one authority"), 100, None, "one authority"),
        (Combined(reason="no figure is published"), None, None, "no figure is published"),
    ],
)
def test_the_error_is_forecast_less_outcome_and_per_cent_of_the_outcome(outcome, came, error, percentage, basis):
    [row] = outcome(came)[0].to_dict("records")
    assert (row["came"], row["error"], row["error_pct"], row["basis"]) == (came.value, error, percentage, basis)


@pytest.mark.parametrize("changed", [{"status": "actual"}, {"value_end": None}, {"official_measure": None}])
def test_only_a_forecast_with_a_figure_and_an_official_measure_has_an_outcome(outcome, changed):
    table, asked = outcome(Combined(value=80), **changed)
    assert table.empty and asked == []
    assert table.columns.tolist()[:4] == ["contract_year", "title", "end", "forecast"]
