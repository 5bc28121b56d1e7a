"""What a cell says: what is certain is written as the tables write it, and the rest is left to be refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.cells import Column, read_cell
from ncthelpers.exchange.canonical import written_as
from ncthelpers.exchange.sheets import Cell

AMOUNT, COUNT = Column("amount", "money", "Amount"), Column("count", "count", "Count")
SHARE, NUMBER = Column("share", "percent", "Share"), Column("number", "number", "Number")
DAY, WHEN = Column("on", "date", "On"), Column("when", "when", "When")
YES, TEXT = Column("covid", "yesno", "Covid"), Column("kind", "text", "Kind", values=("not stated", "service"))


@pytest.mark.parametrize(
    ("cell", "column", "text"),
    [
        (Cell("(1,234)"), AMOUNT, "-1234"), (Cell("£1,234.50"), AMOUNT, "1234.50"), (Cell("-£5"), AMOUNT, "-5"),
        (Cell("£(5)"), AMOUNT, "-5"), (Cell("1,234"), COUNT, "1234"), (Cell("5.00", "number"), COUNT, "5"),
        (Cell("007", "number"), COUNT, "7"), (Cell("12.50", "number"), Column("m", "money", "M", decimals=0), "12.50"),
        (Cell("12.00", "number"), Column("m", "money", "M", decimals=0), "12"), (Cell("(5)"), NUMBER, "-5"),
        (Cell("97%", "number"), SHARE, "97"), (Cell("97 %"), SHARE, "97"), (Cell("0.5%"), SHARE, "0.5%"), (Cell("97"), SHARE, "97"),
        (Cell("97.5%", "number"), NUMBER, "97.5"), (Cell("-"), AMOUNT, "-"), (Cell("1.50"), NUMBER, "1.50"),
        (Cell("31/03/2025"), DAY, "2025-03-31"), (Cell("31 March 2025"), DAY, "2025-03-31"), (Cell("31-Mar-25"), DAY, "2025-03-31"),
        (Cell("31st march 2025"), DAY, "2025-03-31"), (Cell("2025-03-31", "date", "day"), DAY, "2025-03-31"),
        (Cell("03/04/2025"), DAY, "2025-04-03"), (Cell("3.4.25"), DAY, "2025-04-03"), (Cell("Sept 3"), DAY, "Sept 3"),
        (Cell("Apr-24"), WHEN, "2024-04"), (Cell("April 2024"), WHEN, "2024-04"), (Cell("Sep 2024"), WHEN, "2024-09"),
        (Cell("04/2024"), WHEN, "2024-04"), (Cell("2024", "number"), WHEN, "2024"), (Cell("2024-04"), WHEN, "2024-04"),
        (Cell("2024-04-01", "date", "month"), WHEN, "2024-04"), (Cell("2024-04-01", "date", "day"), WHEN, "2024-04-01"),
        (Cell("2024-04-02", "date", "unknown"), WHEN, "2024-04-02"), (Cell("31/03/2025"), WHEN, "2025-03-31"),
        (Cell("Yes"), YES, "yes"), (Cell("N"), YES, "no"), (Cell("yes", "yesno"), YES, "yes"),
        (Cell("Not  Stated"), TEXT, "not stated"), (Cell("007", "number"), Column("a", "id", "A"), "007"),
    ],
)  # fmt: skip
def test_what_is_certain_is_written_as_the_tables_write_it(cell, column, text):
    assert written_as(cell, column) == text


@pytest.mark.parametrize("text", ["12k", "£1.2m", "1.234,5", "1,23", "twelve", "1 2"])
def test_a_number_that_nobody_can_be_sure_of_is_left_for_the_column_to_refuse(text):
    with pytest.raises(ValueError, match="is not"):
        read_cell(written_as(Cell(text), AMOUNT), AMOUNT)


@given(st.dates(date(2000, 1, 1), date(2069, 12, 31)))
def test_every_british_way_of_writing_a_day_is_that_day(day):
    months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    name = months[day.month - 1]
    for text in (
        f"{day.day}/{day.month}/{day.year}", f"{day.day:02}/{day.month:02}/{day.year}", f"{day.day} {name} {day.year}",
        f"{day.day}-{name[:3]}-{day.year % 100:02}", f"{day.day:02}.{day.month:02}.{day.year}",
    ):  # fmt: skip
        assert written_as(Cell(text), DAY) == str(day)


@given(st.decimals(-(10**9), 10**9, places=2, allow_nan=False))
def test_every_way_of_writing_an_amount_is_that_amount(amount):
    plain = f"{abs(amount):,.2f}"
    for text in [f"£{plain}", plain] if amount >= 0 else [f"(£{plain})", f"-£{plain}", f"({plain})", f"-{plain}"]:
        assert read_cell(written_as(Cell(text), AMOUNT), AMOUNT) == amount
