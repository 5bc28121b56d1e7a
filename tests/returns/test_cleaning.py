"""From text to fields: dates, codes, numbers and postcodes as exports write them, and a count of whatever is not taken."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.faults import DataFaults
from ncthelpers.returns.cleaning import LATER, TWICE, Ledger, consecutive, days, latest, shaped, typed
from ncthelpers.returns.delimited import ROW
from ncthelpers.returns.layout_files import read_layout
from ncthelpers.returns.readers import Raw
from ncthelpers.returns.records import LEFT_OUT, TABLES
from ncthelpers.years import ContractYear

COLUMNS = {
    "day": "{to: born, type: day}",
    "code": "{to: sex, type: code, codes: {male: ['1', Male], female: ['2', Female]}}",
    "whole": "{to: earlier, type: whole}",
    "number": "{to: fte, type: number}",
    "yes": "{to: agency, type: yes}",
    "own yes": "{to: inside, type: yes, codes: {yes: [IN], no: [OUT]}}",
    "postcode": "{to: home_post, type: postcode}",
    "text": "{to: urn, type: text}",
}
# kind | as written | as read | what is counted
CELLS = """
day      | 02/03/2010          | 2010-03-02 |
day      | 2/3/2010            | 2010-03-02 |
day      | 2010-03-02          | 2010-03-02 |
day      | 2010-03-02 00:00:00 | 2010-03-02 |
day      | 2010-03-02T00:00    | 2010-03-02 |
day      | 02/03/2010 00:00    | 2010-03-02 |
day      | 29/02/2011          |            | is not a date such as 31/12/1999 or 1999-12-31
day      | 13/13/2010          |            | is not a date such as 31/12/1999 or 1999-12-31
day      | 40238               |            | is not a date such as 31/12/1999 or 1999-12-31
day      | 2010-03-02 09:30    |            | is not a date such as 31/12/1999 or 1999-12-31
day      | 02/03/0010          |            | is not a date such as 31/12/1999 or 1999-12-31
day      | 1066-10-14          |            | is not a date such as 31/12/1999 or 1999-12-31
day      | 02/03/10            |            | has a year of two digits
day      | #N/A                |            | is an error of the spreadsheet
day      | =TODAY()            |            | is a formula, not a value
day      |                     |            |
code     | 1                   | male       |
code     | Male                | male       |
code     | a) Male             | male       |
code     | b) female           | female     |
code     | FEMALE              | female     |
code     | 3                   |            | is none of the codes
code     | #REF!               |            | is an error of the spreadsheet
whole    | 3                   | 3          |
whole    | 3.0                 | 3          |
whole    | 3.5                 |            | is not a whole number
whole    | three               |            | is not a whole number
whole    | 99999999999         |            | is not a whole number
number   | 0.521371            | 0.521371   |
number   | NaN                 |            | is not a number
number   | inf                 |            | is not a number
number   | 1,5                 |            | is not a number
yes      | true                | True       |
yes      | 0                   | False      |
yes      | Y                   | True       |
yes      | a) Yes              | True       |
yes      | maybe               |            | is none of the codes
own yes  | in                  | True       |
own yes  | OUT                 | False      |
own yes  | 1                   |            | is none of the codes
postcode | NN1 1ED             | NN1 1ED    |
postcode | nn11ed              | nn11ed     |
postcode | nope                |            | is not a postcode
postcode | ABC 1               |            | is not a postcode
text     | ='001'              |            | is a formula, not a value
text     | 0012                | 0012       |
"""


def raw_of(kind, *texts, year="2022-23"):
    columns = "".join(f"      {name}: {COLUMNS[name]}\n" for name in [kind])
    layout = read_layout(
        "some", "some", f'return: some\nyears: ["{year}"]\nsource: x\nmodules:\n  m:\n    file: m.csv\n    columns:\n{columns}'
    )  # fmt: skip
    rows = pl.DataFrame({kind: texts}, schema={kind: pl.String}).with_row_index(ROW, 2)
    return Raw(layout, ContractYear(year), {"m": rows}, ())


@pytest.mark.parametrize("line", CELLS.strip().splitlines())
def test_a_cell_is_read_or_counted(line):
    kind, written, expected, why = (cell.strip() for cell in line.split("|"))
    ledger = Ledger("some")
    found = typed(raw_of(kind, f" {written} " if written else ""), "m", ledger)
    (value,) = found[:, -1].to_list()
    assert ("" if value is None else str(value)) == expected
    assert ledger.left_out().rows() == ([("some", "m", f"field empty: {kind} {why}", 1)] if why else [])


def test_all_ways_to_write_a_date_may_stand_in_one_file():
    found = typed(raw_of("day", "02/03/2010", "2010-03-03", None, "4/3/2010", "5/3/10"), "m", Ledger("some"))
    assert found["born"].to_list() == [date(2010, 3, 2), date(2010, 3, 3), None, date(2010, 3, 4), None]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.dates(date(1900, 1, 1)), st.text(max_size=8))))
def test_a_date_is_read_back_however_it_is_written_and_nothing_else_is_one(cells):
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        text = pl.Series([f"{c:{form}}" if isinstance(c, date) else c for c in cells], dtype=pl.String)
        for cell, found in zip(cells, days(text), strict=True):
            if isinstance(cell, date):
                assert found == cell
            else:
                assert found is None or str(found.year) in cell


def test_a_column_that_is_not_there_is_empty():
    raw = raw_of("day", "x")
    raw = Raw(raw.layout, raw.year, {"m": raw.tables["m"].drop("day")}, ())
    assert typed(raw, "m", Ledger("some")).rows() == [("2022-23", 2, None)]


def test_a_ledger_tells_how_many_and_only_if_asked_which():
    ledger = Ledger("some")
    rows = pl.DataFrame(
        {"year": ["2022-23"] * 5, "row": [2, 3, 4, 5, 6], "child": ["a", "a", "a", "b", None], "n": [1, 1, 2, 3, 4]}
    )  # fmt: skip
    rows = ledger.leave_out("t", rows, pl.when(pl.col("child").is_null()).then(pl.lit("left out: no child")))
    rows = ledger.once("t", rows, ["child"], "left out: again")
    rows = ledger.mend("t", rows, pl.col("n") > 2, "changed: halved", n=pl.col("n") - 2)
    assert rows.select("row", "child", "n").rows() == [(4, "a", 2), (5, "b", 1)]
    counted = ledger.left_out()
    assert counted.schema == LEFT_OUT
    assert counted.select("reason", "records").rows() == [
        ("left out: no child", 1), (TWICE, 1), ("left out: again", 1), ("changed: halved", 1)
    ]  # fmt: skip
    assert ledger.detail().select("reason", "year", "row", "child").rows() == [
        ("left out: no child", "2022-23", 6, None), (TWICE, "2022-23", 3, "a"),
        ("left out: again", "2022-23", 2, "a"), ("changed: halved", "2022-23", 5, "b"),
    ]  # fmt: skip


def test_a_ledger_without_an_entry_has_the_columns():
    assert Ledger("some").left_out().schema == LEFT_OUT and Ledger("some").detail().is_empty()


def test_rows_take_the_shape_of_a_table():
    found = shaped("plans", pl.DataFrame({"child": ["a"], "more": [1]}))
    assert found.schema == TABLES["plans"] and found.rows() == [("a", None, None, None)]


def test_returns_are_used_in_the_order_of_their_years():
    raws = [raw_of("text", "a", year=year) for year in ("2021-22", "2020-21")]
    assert [str(raw.year) for raw in consecutive(raws)] == ["2020-21", "2021-22"]


def test_a_year_that_is_missing_between_two_is_named_for_what_looks_back_would_look_past_it():
    raws = [raw_of("text", "a", year=year) for year in ("2016-17", "2019-20", "2021-22", "2018-19")]
    with pytest.raises(DataFaults) as refused:
        consecutive(raws)
    assert [fault.rule.partition(";")[0] for fault in refused.value.faults] == [
        "follows on no return: that of 2017-18 is missing, and an earlier one is given, of 2016-17",
        "follows on no return: that of 2020-21 is missing, and an earlier one is given, of 2019-20",
    ]


def test_two_returns_of_one_year_are_refused(tmp_path):
    raw = raw_of("text", "a")
    both = [Raw(raw.layout, raw.year, raw.tables, (tmp_path / name,)) for name in "ab"]
    with pytest.raises(DataFaults, match="is of 2022-23, as another return is"):
        consecutive(both)


def test_of_two_returns_the_later_has_the_record():
    ledger = Ledger("some")
    parts = [pl.DataFrame({"child": c, "n": n}) for c, n in ((["a", "b"], [1, 2]), (["b", "b", "c"], [3, 4, 5]))]
    assert latest("t", parts, ["child"], ledger)["n"].to_list() == [1, 3, 4, 5]
    assert ledger.left_out()["reason"].to_list() == [LATER]
