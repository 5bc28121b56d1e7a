"""Demand between two dates, and the numbers of pupils that two printed figures imply."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.demand import demand_change, implied_pupils
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
