"""Results of a return: values, symbols, what is hidden, joined and written, and the values of linked KPIs."""

import csv
from hashlib import sha256
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.disclosure_ratios import ratio_faults
from ncthelpers.faults import DataFaults
from ncthelpers.returns import results
from ncthelpers.returns.counts import MONTH, SNAPSHOT, YEAR_TO_DATE
from ncthelpers.returns.indicators import RESULTS, Counted, makeups
from ncthelpers.returns.layouts import layout_for
from ncthelpers.returns.readers import Raw
from ncthelpers.returns.records import LEFT_OUT, Records
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")
MONTHS = [f"{2022 + (month > 12)}-{(month - 1) % 12 + 1:02}" for month in range(4, 16)]
NOTHING_LEFT = pl.DataFrame(schema={"indicator": pl.String, "reason": pl.String, "records": pl.Int64})


def counted(*rows):
    return Counted(pl.DataFrame(rows, schema=RESULTS, orient="row"), NOTHING_LEFT)


def row_of(name="icpc_15wd", series=SNAPSHOT, period="2022-04", numerator=20, denominator=40, symbol=None, note=""):
    return (name, series, period, numerator, denominator, symbol, note)


@pytest.mark.parametrize(
    ("name", "numerator", "denominator", "value", "symbol"),
    [
        ("icpc_15wd", 17, 40, "42.5", None),
        ("icpc_15wd", 1, 16, "6.3", None),  # 6.25: half up, where half to even is 6.2
        ("icpc_15wd", 1, 800, "0.1", None),  # 0.125
        ("icpc_15wd", 0, 40, "0.0", None),
        ("icpc_15wd", 40, 40, "100.0", None),
        ("icpc_15wd", 0, 0, None, "z"),
        ("icpc_15wd", None, None, None, "x"),
        ("adoption_a2", 1234, 20, "61.7", None),
        ("sw_vacancy_rate", 7.5, 40.25, "18.6", None),
        ("stage_2_share", 2, 0, None, "z"),  # two at stage 2, none at stage 1
    ],
)
def test_a_value_is_half_up_to_one_decimal_and_none_without_a_denominator(name, numerator, denominator, value, symbol):
    said = "x" if symbol == "x" else None
    [row] = results.kpi_results(counted(row_of(name, numerator=numerator, denominator=denominator, symbol=said)), "cin")
    assert (row["value"], row["symbol"], row["return"]) == (value, symbol, "cin")


def test_a_small_number_is_hidden_with_its_value_and_cannot_be_worked_out():
    rows = [
        row_of(series=MONTH, period=month, numerator=20 if n else 3, denominator=40) for n, month in enumerate(MONTHS)
    ]
    to_date = [row_of(series=YEAR_TO_DATE, period=month, numerator=3 + 20 * n, denominator=40 + 40 * n)
               for n, month in enumerate(MONTHS)]  # fmt: skip
    kept = results.joined([], results.kpi_results(counted(*rows, *to_date), "cin"), "cin", YEAR)
    april = kept[0]
    assert (april["numerator"], april["denominator"], april["value"], april["symbol"]) == (None, 40, None, "c")
    assert list(ratio_faults("kpi_results.csv", kept, makeups())) == []
    assert [row for row in kept if row["symbol"] is None], "not everything is hidden"


def test_a_later_run_replaces_the_rows_of_its_indicators_in_its_year_and_no_others(tmp_path):
    def run(of, year, *rows):
        old = results.read_table(tmp_path / "kpi_results.csv")
        new = results.kpi_results(counted(*rows), of)
        results.write_table(tmp_path / "kpi_results.csv", results.joined(old, new, of, ContractYear(year)))

    run("cin", "2021-22", row_of(period="2021-09", numerator=19))
    run("cin", "2022-23", row_of(series=MONTH, period="2022-09"), row_of("repeat_plans"))
    run("csww", "2022-23", row_of("sw_agency_rate", numerator=12.5))
    before = (tmp_path / "kpi_results.csv").read_bytes()
    run("csww", "2022-23", row_of("sw_agency_rate", numerator=12.5))
    assert (tmp_path / "kpi_results.csv").read_bytes() == before
    run("annex-a", "2022-23", row_of(series=MONTH, period="2022-10", numerator=30))
    found = [(row["indicator"], row["period"], row["numerator"], row["return"])
             for row in results.read_table(tmp_path / "kpi_results.csv")]  # fmt: skip
    assert found == [
        ("icpc_15wd", "2022-10", 30, "annex-a"),
        ("icpc_15wd", "2021-09", 19, "cin"),
        ("repeat_plans", "2022-04", 20, "cin"),
        ("sw_agency_rate", "2022-04", 12.5, "csww"),
    ]


def test_what_a_return_gives_no_longer_is_gone_and_other_years_and_returns_stay():
    first = [*results.kpi_results(counted(row_of(), row_of("repeat_plans")), "cin"),
             *results.kpi_results(counted(row_of("sw_agency_rate")), "csww"),
             *results.kpi_results(counted(row_of("repeat_plans", period="2021-09")), "cin")]  # fmt: skip
    again = results.joined(first, results.kpi_results(counted(row_of(numerator=19)), "cin"), "cin", YEAR)
    assert [(row["indicator"], row["period"], row["numerator"]) for row in again] == [
        ("icpc_15wd", "2022-04", 19), ("repeat_plans", "2021-09", 20), ("sw_agency_rate", "2022-04", 20),
    ]  # fmt: skip


def test_days_that_only_another_return_tells_of_stay_beside_the_new_ones():
    def days(*numerators):
        return [row_of("sw_agency_rate", period=f"2022-{8 + n:02}", numerator=number, symbol=None if number else "x",
                       denominator=40 if number else None) for n, number in enumerate(numerators)]  # fmt: skip

    logs = results.kpi_results(counted(*days(10, 11, 12)), "logs")
    both = results.joined(logs, results.kpi_results(counted(*days(None, 21, None)), "csww"), "csww", YEAR)
    assert [(row["period"], row["numerator"], row["return"]) for row in both] == [
        ("2022-08", 10, "logs"), ("2022-09", 21, "csww"), ("2022-10", 12, "logs"),
    ]  # fmt: skip
    again = results.joined(both, results.kpi_results(counted(*days(None, None, 30)), "csww"), "csww", YEAR)
    assert [(row["period"], row["numerator"], row["symbol"], row["return"]) for row in again] == [
        ("2022-08", 10, None, "logs"), ("2022-09", None, "x", "csww"), ("2022-10", 30, None, "csww"),
    ]  # fmt: skip


@settings(max_examples=10, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=12))
def test_nothing_hidden_can_be_worked_out_from_a_table_of_two_runs(numbers):
    def run(name):
        months = [(min(pair), max(pair)) for pair in numbers]
        to_date = [tuple(map(sum, zip(*months[: n + 1], strict=True))) for n in range(len(months))]
        return results.kpi_results(
            counted(
                *(row_of(name, kind, MONTHS[n], *map(float, pair)) for kind, pairs in ((MONTH, months), (YEAR_TO_DATE, to_date))
                  for n, pair in enumerate(pairs)),
            ),
            "cin",
        )  # fmt: skip

    first = results.joined([], run("icpc_15wd"), "cin", YEAR)
    both = results.joined(first, run("repeat_plans"), "annex-a", YEAR)
    assert list(ratio_faults("kpi_results.csv", both, makeups())) == []
    assert results.joined(both, [], "logs", YEAR) == both


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("indicator,series\n", "does not have the columns indicator, series, period"),
        ("{header}\na,month,2022-04,1\n", "another number of cells"),
        ("{header}\na,week,2022-04,1,2,3,,,cin\n", "a series that is not known: 'week'"),
        ("{header}\na,month,2022-13,1,2,3,,,cin\n", "is not a day of the calendar"),
        ("{header}\na,month,2022-04,many,2,3,,,cin\n", "is not as this command writes it"),
        ("{header}\na,month,2022-04,nan,2,3,,,cin\n", "is not as this command writes it"),
    ],
)
def test_a_table_that_no_run_wrote_is_refused(tmp_path, text, why):
    path = tmp_path / "kpi_results.csv"
    path.write_text(text.format(header=",".join(results.FILES[path.name])), "utf-8")
    with pytest.raises(DataFaults, match=why):
        results.read_table(path)


@pytest.mark.parametrize("name", results.FILES)
def test_what_is_written_is_read_again(tmp_path, name):
    kinds = {
        "numerator": 0.5,
        "denominator": 12.0,
        "records": 10,
        "rows": 20,
        "count": 70,
        "period": "2022-04",
        "series": MONTH,
    }
    row = {column: kinds.get(column, 'said, "in" words\nand lines') for column in results.FILES[name]}
    blank = {column: kinds[column] if column in {"series", "period"} else None for column in row}
    results.write_table(tmp_path / name, [row, blank])
    assert results.read_table(tmp_path / name) == [row, blank]
    assert results.read_table(tmp_path / "none" / name) == []


def test_left_out_names_table_or_indicator(tmp_path):
    records = Records(
        {}, {}, pl.DataFrame([("cin", "plans", "left out: no child", 7)], schema=dict(LEFT_OUT), orient="row")
    )
    left = pl.DataFrame([("icpc_15wd", "no day", 3)], schema=NOTHING_LEFT.schema, orient="row")
    found = results.left_out(records, Counted(pl.DataFrame(schema=RESULTS), left), "cin", YEAR)
    assert [tuple(row[name] for name in results.FILES["left_out.csv"]) for row in found] == [
        ("2022-23", "cin", None, "plans", "left out: no child", 7, None),
        ("2022-23", "cin", "icpc_15wd", None, "no day", 3, None),
    ]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, (0, None)),
        (1, (None, "c")),
        (5, (None, "c")),
        (6, (10, None)),
        (14, (10, None)),
        (15, (20, None)),
        (None, (None, None)),
    ],
)
def test_numbers_of_records_are_to_the_nearest_ten(number, shown):
    [row] = results.hushed([{"records": number}], "records")
    assert (row["records"], row["symbol"]) == shown


def test_inputs_have_checksums_and_no_folder(tmp_path):
    (tmp_path / "a.xml").write_bytes(b"one\r\n")
    raw = Raw(
        layout_for("cin", ContractYear("2021-22")), YEAR.before, {}, (tmp_path / "a.xml",), rows={tmp_path / "a.xml": 7}
    )
    [row] = results.inputs([raw], "cin", YEAR)
    assert row == {
        "year": "2022-23", "return": "cin", "return_year": "2021-22", "file": "a.xml", "sha256": sha256(b"one\r\n").hexdigest(), "layout": "cin-2020-21", "rows": 7, "symbol": None,
    }  # fmt: skip


def test_a_linked_kpi_gets_the_values_of_its_kind_of_period():
    rows = results.kpi_results(
        counted(
            *(
                row_of(series=kind, period=period)
                for kind, period in product((MONTH, YEAR_TO_DATE), ("2022-05", "2022-04"))
            ),
            row_of(series=MONTH, period="2022-06", numerator=None, denominator=None, symbol="x"),
            row_of(series=MONTH, period="2022-07", numerator=2),
            row_of(series=MONTH, period="2022-08", numerator=0, denominator=0),
            row_of(series=MONTH, period="2021-04"),
            row_of("three_placements"),
        ),
        "cin",
    )
    rows = [row | ({"numerator": None, "value": None, "symbol": "c"} if row["numerator"] == 2 else {}) for row in rows]
    kpis = [
        {"kpi": "D", "period_kind": "month", "indicator": "icpc_15wd"},
        {"kpi": "H", "period_kind": "rolling 12 months", "indicator": "three_placements"},
        {"kpi": "Z", "period_kind": "month", "indicator": None},
    ]
    found = results.kpi_values(rows, kpis, YEAR, "report:2/1")
    assert [tuple(row.values()) for row in found] == [
        ("D", "2022-04", 20, 40, "50.0", "report:2/1"),
        ("D", "2022-05", 20, 40, "50.0", "report:2/1"),
        ("D", "2022-07", None, 40, None, "report:2/1"),
        ("D", "2022-08", 0, 0, None, "report:2/1"),
        ("H", "2022-04", 20, 40, "50.0", "report:2/1"),
    ]


def test_a_kpi_linked_to_what_is_not_counted_is_named():
    kpis = [
        {"kpi": "A", "period_kind": "month", "indicator": "none_such"},
        {"kpi": "B", "period_kind": "month", "indicator": "three_placements"},
        {"kpi": "C", "period_kind": "not stated", "indicator": "icpc_15wd"},
    ]
    with pytest.raises(
        ValueError, match="A is linked to none_such.*; B is linked to three_placements.*by month; C is linked"
    ):
        results.kpi_values([], kpis, YEAR, "")


def test_a_table_is_plain_csv(tmp_path):
    results.write_table(tmp_path / "t.csv", [{"a": 2.0, "b": None}, {"a": 0.5, "b": "x, y"}], ("a", "b"))
    assert (tmp_path / "t.csv").read_bytes() == b'a,b\n2,\n0.5,"x, y"\n'
    with (tmp_path / "t.csv").open(newline="") as file:
        assert list(csv.reader(file))[2] == ["0.5", "x, y"]
