"""Clocks over columns: the same as those of single days, and empty where the list of bank holidays ends."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers import workingdays
from ncthelpers.returns.clocks import age_on, due, month_ends, months_later, working_days, working_time

DAYS = st.dates(date(2021, 1, 1), date(2023, 12, 31))


def one(expression):
    return pl.select(expression).item()


def day(value):
    return pl.lit(value, dtype=pl.Date)


# Working days


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2021-04-01", "2021-04-06", 1),  # Good Friday and Easter Monday between
        ("2021-12-24", "2021-12-29", 1),  # Christmas Day and Boxing Day, both on other days
        ("2022-06-01", "2022-06-06", 1),  # spring bank holiday and Platinum Jubilee
        ("2022-09-16", "2022-09-20", 1),  # State Funeral
        ("2021-03-31", "2021-06-08", 45),
        ("2022-01-29", "2022-02-18", 15),  # from a Saturday
        ("2021-04-06", "2021-04-06", 0),
        ("2021-04-02", "2021-04-05", 0),  # from one bank holiday to another over a weekend
    ],
)
def test_known_periods(holidays, start, end, days):
    assert one(working_days(day(date.fromisoformat(start)), day(date.fromisoformat(end)), holidays)) == days


@settings(max_examples=30, deadline=None)
@given(pairs=st.lists(st.tuples(DAYS, DAYS).map(sorted), min_size=1, max_size=30))
def test_working_days_are_those_of_single_days(holidays, pairs):
    frame = pl.DataFrame(pairs, schema={"a": pl.Date, "b": pl.Date}, orient="row")
    found = frame.select(working_days(pl.col("a"), pl.col("b"), holidays)).to_series().to_list()
    assert found == [workingdays.working_days(start, end, holidays) for start, end in pairs]


@settings(max_examples=30, deadline=None)
@given(
    starts=st.lists(st.dates(date(2021, 1, 1), date(2023, 10, 20)), min_size=1, max_size=30), days=st.integers(1, 45)
)
def test_a_clock_runs_out_as_that_of_a_single_day(holidays, starts, days):
    found = pl.Series("a", starts).to_frame().select(due(pl.col("a"), days, holidays)).to_series().to_list()
    assert found == [workingdays.due(start, days, holidays) for start in starts]


@pytest.mark.parametrize("outside", [date(2020, 12, 31), date(2024, 1, 1), None])
def test_a_day_off_the_list_is_no_guess(holidays, outside):
    inside = day(date(2022, 5, 9))
    assert one(working_days(day(outside), inside, holidays)) is None
    assert one(working_days(inside, day(outside), holidays)) is None
    assert one(due(day(outside), 10, holidays)) is None


def test_a_clock_that_leaves_the_list_has_no_day(holidays):
    assert one(due(day(date(2023, 12, 22)), 3, holidays)) == date(2023, 12, 29)
    assert one(due(day(date(2023, 12, 22)), 4, holidays)) is None


# Hours of working days

MOMENTS = st.datetimes(datetime(2022, 4, 1), datetime(2022, 6, 30))


@settings(max_examples=100, deadline=None)
@given(pair=st.tuples(MOMENTS, MOMENTS).map(sorted))
def test_working_time_is_the_time_less_the_days_that_are_none(holidays, pair):
    start, end = pair
    free = timedelta(0)
    midnight = datetime(start.year, start.month, start.day)
    while midnight < end:
        if not holidays.is_working_day(midnight.date()):
            free += min(end, midnight + timedelta(1)) - max(start, midnight)
        midnight += timedelta(1)
    assert one(working_time(pl.lit(start), pl.lit(end), holidays)) == end - start - free


def test_time_off_the_list_is_no_guess(holidays):
    inside = pl.lit(datetime(2022, 5, 9, 12))
    for outside in (pl.lit(datetime(2024, 1, 1)), pl.lit(None, dtype=pl.Datetime("us"))):
        assert one(working_time(inside, outside, holidays)) is None
        assert one(working_time(outside, inside, holidays)) is None


# The calendar


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), -12, date(2023, 2, 28)),
        (date(2023, 2, 28), 12, date(2024, 2, 28)),
        (date(2022, 3, 31), -1, date(2022, 2, 28)),
        (date(2022, 3, 31), 0, date(2022, 3, 31)),
    ],
)
def test_months_later_end_in_the_month(start, months, end):
    assert one(months_later(day(start), months)) == end


@given(start=DAYS, months=st.integers(0, 40))
@settings(max_examples=50, deadline=None)
def test_months_back_are_those_of_single_days(start, months):
    assert one(months_later(day(start), -months)) == workingdays.months_before(start, months)


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2006, 4, 1), date(2022, 3, 31), 15),
        (date(2006, 4, 1), date(2022, 4, 1), 16),
        (date(2004, 2, 29), date(2022, 2, 28), 17),
        (date(2004, 2, 29), date(2022, 3, 1), 18),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
        (date(2022, 4, 1), date(2022, 4, 1), 0),
        (date(2005, 12, 31), date(2022, 1, 1), 16),
    ],
)
def test_a_child_turns_a_year_older_on_the_birthday(born, on, age):
    assert one(age_on(day(born), day(on))) == age


def test_the_last_days_of_the_months_of_a_year():
    ends = month_ends(date(2023, 4, 1), date(2024, 3, 31))
    assert len(ends) == 12
    assert (ends[0], ends[10], ends[11]) == (date(2023, 4, 30), date(2024, 2, 29), date(2024, 3, 31))
    assert month_ends(date(2022, 4, 1), date(2022, 4, 29)) == []
