"""Symbols in the place of figures, and texts that no spreadsheet runs."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ncthelpers.access import EXEMPT
from ncthelpers.cells import Column
from ncthelpers.export.symbols import SYMBOLS, csv_line, meaning_of_missing, neutral, symbol, written
from ncthelpers.results import result_schemas
from ncthelpers.schemas import read_schemas

# What every schema says of a figure that is missing, each decided once: a new word fails here until somebody decides.
DECIDED = {
    "c": {EXEMPT, "not shown", "suppressed"},
    "z": {"as printed", "does not apply", "no budget", "no interval", "no limits", "one score only"},
    "x": {
        "N/A as printed", "cannot be computed", "cannot be counted", "cannot be made", "cannot be told", "no figure",
        "none",  # also of a year before that no source gives, so it may not say that there can be none
        "none at hand", "none costed", "none published", "not costed", "not counted", "not given", "not printed", "not published",
        "not published or printed differently", "not scored", "not stated", "not yet considered", "not yet published",
    },
}  # fmt: skip
# What a spreadsheet takes for the beginning of a formula, also in full width.
CALLS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"


def figure(**how):
    return Column("value", "number", "Value", **how)


def test_the_words_for_a_missing_figure_are_all_decided(repository):
    folder = repository / "data" / "schemas"
    schemas = [*read_schemas(folder).values(), *read_schemas(folder / "reference").values(), *result_schemas().values()]
    words = {column.missing for schema in schemas for column in schema.columns if column.numeric}
    assert words | {EXEMPT} == {word for decided in DECIDED.values() for word in decided}
    for letter, decided in DECIDED.items():
        assert {symbol(figure(missing=word), {}) for word in decided} == {letter}


def test_the_status_of_a_row_goes_before_the_words_of_a_column():
    column = figure(missing="not published")
    for letter in SYMBOLS:
        assert symbol(column, {"status": letter}) == letter
    assert [symbol(column, {"status": said}) for said in (None, "estimate", "green", float("nan"))] == ["x"] * 4


def test_a_missing_figure_is_never_an_empty_cell_and_a_missing_text_is():
    row = {"value": None, "note": None, "on": None, "gap": float("nan")}
    held = [figure(), Column("gap", "money", "Gap"), Column("note", "text", "Note"), Column("on", "date", "On")]
    assert [written(column, row) for column in held] == ["x", "x", "", ""]


def test_values_are_written_whole():
    row = {"value": Decimal("1E+3"), "on": date(2032, 9, 7), "yes": True, "cases": 12, "note": "-5"}
    held = [figure(), Column("on", "date", "On"), Column("yes", "yesno", "Yes"), Column("cases", "count", "Cases"), Column("note", "text", "N")]  # fmt: skip
    assert [written(column, row) for column in held] == ["1000", "2032-09-07", "yes", "12", "-5"]
    assert written(figure(decimals=1), {"value": Decimal(29) / 37}) == "0.78378378"
    assert written(figure(), {"value": Decimal("0.000000005")}) == "0.00000001"
    assert written(figure(), {"value": Decimal("0.12345678")}) == "0.12345678"
    with pytest.raises(TypeError, match="is a float"):
        written(figure(), {"value": 0.1})


def test_what_a_missing_value_means_is_said_of_figures_and_of_what_is_exempt():
    assert "c, which here means suppressed" in meaning_of_missing(figure(missing="suppressed"))
    assert EXEMPT in meaning_of_missing(Column("note", "text", "Note", missing=EXEMPT))
    assert meaning_of_missing(Column("note", "text", "Note", missing="none")) == ""


@pytest.mark.parametrize("call", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", '"=1', "'=1",
                                  "\ufeff=1", "\u200b=1", "\uff1d1", " \" '=1", "-grants/amount"])  # fmt: skip
def test_a_text_that_would_run_is_neutralised(call):
    assert neutral(call) == f"'{call}"


@pytest.mark.parametrize("text", ["", "-", "-5", "+1,000.5", "-12.5%", "-£5,692", "- 3", "2032-09-07", "a=b", "(1,656)", "−5", "Rent - of homes",
                                  "1 April", "£5"])  # fmt: skip
def test_a_number_a_day_and_a_plain_text_stay_as_they_are(text):
    assert neutral(text) == text


@given(st.text(max_size=12), st.sampled_from(CALLS), st.sampled_from(["", " ", '"', "'", "\n", "\ufeff", '" ']))
def test_no_text_runs_and_none_is_lost(text, call, before):
    for one in (text, f"{before}{call}{text}"):
        made = neutral(one)
        assert made in (one, f"'{one}")
        assert one == (made if made == one else made[1:])
        first = made.lstrip(" \n\"'\ufeff")[:1] if made == one else "'"
        assert first not in CALLS or not first or set(one) <= set("+-£ 0123456789,.%")


@given(st.text(max_size=8), st.text(max_size=8))
def test_two_texts_stay_two(one, other):
    assert (neutral(one) == neutral(other)) == (one == other)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
def test_a_number_is_never_neutralised(value):
    assert neutral(f"{value:f}") == f"{value:f}"


@given(
    st.lists(
        st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8), min_size=1, max_size=4
    )
)
@example(["\r"])
@example(["a\r=1+1", "b\r\nc"])  # a line's end out of quotation marks would begin a row, and its first cell would run
def test_a_row_comes_back_as_it_was_written(cells):
    made = csv_line(neutral(cell) for cell in cells)
    (read,) = csv.reader(io.StringIO(made, newline=""))
    assert [cell[1:] if cell != was else cell for cell, was in zip(read, cells, strict=True)] == cells
