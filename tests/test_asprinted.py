"""Figures and dates beside what their row gives as printed."""

from decimal import Decimal

import pandas as pd
import pytest

from ncthelpers.asprinted import agrees_with_date, agrees_with_number, agrees_with_unit, unlike_printed
from ncthelpers.cells import Column
from ncthelpers.schemas import TableSchema


@pytest.mark.parametrize(
    ("value", "unit", "printed", "agrees"),
    [
        ("1.7", "£m", "£1.7m", True), ("17", "£m", "£1.7m", False), ("1700", "£000", "£1.7m", True), ("1.7", "£000", "£1.7m", False),
        ("500000", "£", "£500k", True), ("3701", "£000", "3,701", True), ("-616", "£000", "(616)", True), ("2", "count", "Two key actions", True),
        ("3", "count", "Two key actions", False), ("0", "count", "no Failures", True), ("1", "count", "no Failures", False),
        ("11", "parts", "3.11.", True), ("12", "parts", "3.11.", False), ("78.3", "per cent", "78.3%", True), ("7.83", "per cent", "78.3%", False),
        ("5", "children", "several children", True), ("2", "dates", "December 2021 and March 2022", True),
    ],
)  # fmt: skip
def test_a_figure_is_held_against_the_numbers_printed(value, unit, printed, agrees):
    assert agrees_with_number(Decimal(value), unit, printed) is agrees


@pytest.mark.parametrize(
    ("value", "printed", "agrees"),
    [
        ("2022-08-25", "25/08/2022", True), ("2022-08-26", "25/08/2022", False), ("2022-07-04", "4/7/22", True), ("2022-04-07", "4/7/22", False),
        ("2022-07-29", "29 July", True), ("2022-06-29", "29 July", False), ("2021-07-29", "29 July", True), ("2022-04", "Autumn 2022", False),
        ("2022-10", "Autumn 2022", True), ("2022-09-07", "at the meeting of 7th September 2022", True), ("2023", "22/23", True),
        ("2024", "22/23", False), ("2020-11", "Nov 2020 - 2022", True), ("2022", "Nov 2020 - 2022", True), ("2022-06", "June 22", True),
        ("2023-06", "June 22", True), ("2022-07", "June 22", False), ("2022-03-22", "last night (23 March 2022)", True), ("1999", "swiftly", True),
    ],
)  # fmt: skip
def test_a_date_is_held_against_the_date_printed_as_far_as_both_go(value, printed, agrees):
    assert agrees_with_date(value, printed) is agrees


@pytest.mark.parametrize(
    ("unit", "printed", "agrees"),
    [
        ("£m", "57.303", True), ("£m", "57 homes", False), ("homes", "£57", False), ("per cent", "45 percent", True),
        ("per cent", "45 homes", False), ("homes", "45%", False), ("£000", "£500k", True), ("count", "none", True),
    ],
)  # fmt: skip
def test_a_unit_is_held_against_the_sign_printed(unit, printed, agrees):
    assert agrees_with_unit(unit, printed) is agrees


def test_each_column_is_held_against_its_own_printed_text_and_the_row_s():
    columns = (Column("due", "date", "Due"), Column("due_printed", "text", "As printed"), Column("value", "number", "Value"),
               Column("unit", "text", "Unit"), Column("printed", "text", "As printed"))  # fmt: skip
    rows = [
        ("2022-07-31", "before the 31 July", Decimal(5), "homes", "five"),
        ("2022-07-13", "before the 31 July", Decimal(5), "homes", "five"),
        ("2022-07-31", "before the 31 July", Decimal(6), "homes", "five"),
        ("2022-07-31", None, None, None, None),
        ("2022-07-31", "31 July", Decimal(5), "£", "5 homes"),
    ]
    frame = pd.DataFrame(rows, columns=[one.name for one in columns], index=range(2, 7), dtype=object)
    schema = TableSchema("steps", "Steps", "One row a step.", (), columns)
    found = [(row, names) for row, names, _ in unlike_printed(frame, schema)]
    assert found == [(3, ("due",)), (4, ("value",)), (6, ("unit",))]
