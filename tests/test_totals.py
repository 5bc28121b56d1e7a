"""Printed totals and percentages beside recomputed ones: what agrees, what rounding explains, what differs."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers import results, totals

TOTAL = {
    "total": "t",
    "what": "Total",
    "table": "parts",
    "column": "amount",
    "rows": None,
    "unit": "£",
    "source": "report:4/11",
}


def checked(printed, parts, rows=None, **columns) -> pd.Series:
    frame = pd.DataFrame({"amount": parts, **columns}, dtype=object)
    total = pd.DataFrame([{**TOTAL, "printed": printed, "rows": rows}], dtype=object)
    return totals.printed_total_checks(total, {"parts": frame}).iloc[0]


@pytest.mark.parametrize(
    ("what", "printed", "recomputed", "result"),
    [
        # annual report section 4: six rows of whole thousands may move a total by three
        ("Budget of the services less the funding", "0", "0", totals.AGREES),
        ("Gross outturn less the funding", "3701", "3702", totals.ROUNDING),
        ("Covid funding", "-2631", "-2632", totals.ROUNDING),
        ("Forecast outturn less the funding", "1070", "1070", totals.AGREES),
        ("Outturn variance", "1070", "1070", totals.AGREES),
        # annual report section 12
        ("Government revenue grants", "-12076323", "-12076323", totals.AGREES),
        ("Parts of the grant for former looked-after children aged 18 and over", "358314", "358314", totals.AGREES),
        ("Budget gaps of both councils, 2023-24", "40.646", "40.646", totals.AGREES),
        ("Budget gaps of both councils, 2024-25", "57.303", "57.307", totals.DIFFERS),  # more than rounding can do
        # annual report sections 3.1 and 3.2
        ("Support-service KPIs", "37", "37", totals.AGREES),
        ("Support-service KPIs that missed their target", "8", "8", totals.AGREES),
        ("Buildings the trust occupies", "29", "29", totals.AGREES),
    ],
)
def test_totals_that_the_report_prints(review, what, printed, recomputed, result):
    row = results.table(review, "total_checks").set_index("what").loc[what]
    assert (row["printed"], row["recomputed"], row["result"]) == (Decimal(printed), Decimal(recomputed), result)
    assert row["difference"] == Decimal(printed) - Decimal(recomputed)


def test_a_total_that_is_not_available_stays_so(review):
    row = results.table(review, "total_checks").set_index("what").loc["Budget gaps of both councils, 2025-26"]
    assert row["result"] == totals.NOT_COMPUTABLE  # annual report section 12 prints N/A for one council and the total
    assert (row["printed"], row["recomputed"], row["difference"]) == (None, None, None)


def test_the_allowance_is_half_a_unit_of_the_last_printed_place_for_each_row():
    three = [Decimal(1)] * 3
    assert checked(Decimal("4.5"), three)["allowance"] == Decimal("0.15")
    assert checked(Decimal("4.50"), three)["allowance"] == Decimal("0.015")
    assert checked(Decimal(3), [Decimal(1)] * 6)["allowance"] == 3


@pytest.mark.parametrize(
    ("printed", "result"),
    [
        ("10", totals.AGREES),
        ("11", totals.ROUNDING),
        ("9", totals.ROUNDING),
        ("12", totals.DIFFERS),
        ("8", totals.DIFFERS),
    ],
)
def test_a_difference_on_the_edge_of_the_allowance_is_rounding_and_beyond_it_is_not(printed, result):
    assert checked(Decimal(printed), [Decimal(5), Decimal(5)])["result"] == result


def test_a_missing_part_makes_a_total_that_cannot_be_computed():
    row = checked(Decimal(5), [Decimal(5), None])
    assert (row["recomputed"], row["result"]) == (None, totals.NOT_COMPUTABLE)


@pytest.mark.parametrize(
    ("rows", "recomputed"),
    [(None, 15), ("year=a", 3), ("year=a|c", 7), ("year=b; kind=x", 8), ("covid=yes", 1), ("covid=no", 14)],
)
def test_a_total_is_of_the_rows_it_names(rows, recomputed):
    columns = {"year": ["a", "a", "c", "b"], "kind": ["x", "y", "x", "x"], "covid": [True, False, False, False]}
    row = checked(Decimal(0), [Decimal(1), Decimal(2), Decimal(4), Decimal(8)], rows, **columns)
    assert row["recomputed"] == recomputed


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, ""),
        ({"table": "nothing"}, "is not a table of this year"),
        ({"column": "nothing"}, "has no column nothing"),
        ({"rows": "nothing=a"}, "has no column nothing"),
        ({"rows": "year=z"}, "has no row where year=z"),
    ],
)
def test_a_total_that_names_no_rows_is_told(change, problem):
    tables = {"parts": pd.DataFrame({"amount": [Decimal(1)], "year": ["a"]}, dtype=object)}
    assert totals.unknown_rows({**TOTAL, **change}, tables) == problem


@given(st.lists(st.decimals(-1000, 1000, places=4), min_size=1, max_size=10), st.integers(0, 3))
def test_rounding_each_row_never_makes_a_total_differ(exact, places):
    parts = [part.quantize(Decimal(1).scaleb(-places)) for part in exact]
    printed = sum(exact).quantize(Decimal(1).scaleb(-places))
    # the printed total is itself rounded once: that may add half a unit to what the rows can do
    row = checked(printed, [*parts, Decimal(0)])
    assert row["result"] in {totals.AGREES, totals.ROUNDING}
    assert row["recomputed"] == sum(parts)


# Percentages


@pytest.mark.parametrize(
    ("what", "printed", "recomputed", "result"),
    [
        ("Support-service KPIs that met or exceeded their target", "78.3", "78.4", totals.DIFFERS),  # section 3.1
        ("Growth in children in care", "8", "8", totals.AGREES),  # section 6
        ("Young people who called their youth offending worker supportive", "83", "83", totals.AGREES),  # section 10.6
        ("Young people who said that they had not offended again", "86", "86", totals.AGREES),  # section 10.6
    ],
)
def test_percentages_that_the_report_prints(review, what, printed, recomputed, result):
    row = results.table(review, "rate_checks").set_index("what").loc[what]
    assert (str(row["printed"]), str(row["recomputed"]), row["result"]) == (printed, recomputed, result)


@pytest.mark.parametrize(
    "parts", [{"n": None, "d": Decimal(5)}, {"n": Decimal(5), "d": None}, {"n": Decimal(5), "d": Decimal(0)}]
)
def test_a_percentage_without_both_parts_cannot_be_computed(parts):
    rate = dict(rate="r", what="Rate", numerator="n", denominator="d", printed=Decimal("50.0"), source="report:4/1")
    row = totals.printed_rate_checks(pd.DataFrame([rate], dtype=object), parts.get).iloc[0]
    assert (row["recomputed"], row["unrounded"], row["result"]) == (None, None, totals.NOT_COMPUTABLE)
