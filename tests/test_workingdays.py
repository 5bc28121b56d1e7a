"""Working days of England and Wales: known periods, whole financial years, clocks, and days that no list covers."""

import csv
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.schemas import read_schemas, read_table
from ncthelpers.workingdays import Holidays, clear_days_before, due, months_before, working_days, working_days_before


@pytest.fixture(scope="session")
def table(repository):
    folder = repository / "data" / "reference"
    schema = read_schemas((repository / "data" / "schemas" / "reference").resolve())["bank_holidays"]
    frame, faults = read_table((folder / "bank_holidays.csv").read_bytes(), schema, "bank_holidays.csv")
    assert faults == []
    return frame


@pytest.fixture(scope="session")
def holidays(table):
    return Holidays.of(table["day"])


# The list


def test_the_list_is_that_of_weekday_bank_holidays_from_2015_to_2027(table, holidays, repository):
    file = repository.parent / "shared/golden/workingdays/bank_holidays_england_wales_weekdays_2015_2027.csv"
    if not file.is_file():
        pytest.skip("the list that the table was made from is not here (shared)")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        golden = [(date.fromisoformat(row["date"]), row["name"]) for row in csv.DictReader(lines)]
    assert list(zip(table["day"], table["name"], strict=True)) == golden
    assert (holidays.first, holidays.last) == (date(2015, 1, 1), date(2027, 12, 31))


def test_the_days_that_came_once_are_bank_holidays(holidays):
    # Platinum Jubilee, State Funeral, Coronation
    once = [date(2022, 6, 2), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8)]
    assert [holidays.is_working_day(day) for day in once] == [False] * 4


def test_the_list_covers_its_first_and_its_last_day():
    year = Holidays(frozenset(), date(2021, 1, 1), date(2021, 12, 31))
    assert year.is_working_day(date(2021, 1, 1)) and year.is_working_day(date(2021, 12, 31))


# How many working days


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
    assert working_days(date.fromisoformat(start), date.fromisoformat(end), holidays) == days


@pytest.mark.parametrize(
    ("first", "days"),
    [(2017, 251), (2018, 253), (2019, 254), (2020, 253), (2021, 253), (2022, 251), (2023, 250), (2024, 254)],
)
def test_financial_years_do_not_have_the_same_number_of_working_days(holidays, first, days):
    assert working_days(date(first, 3, 31), date(first + 1, 3, 31), holidays) == days


def test_the_end_may_not_be_before_the_start(holidays):
    with pytest.raises(ValueError, match="2021-04-05 is before 2021-04-06"):
        working_days(date(2021, 4, 6), date(2021, 4, 5), holidays)


# When a clock runs out


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2021-04-01", 1, "2021-04-06"),
        ("2022-01-29", 1, "2022-01-31"),  # from a Saturday the Monday is day 1
        ("2022-01-30", 1, "2022-01-31"),
        ("2022-09-19", 1, "2022-09-20"),  # from a bank holiday the day after it
        ("2021-03-31", 45, "2021-06-08"),
        ("2021-04-02", 0, "2021-04-02"),
    ],
)
def test_known_due_dates(holidays, start, days, end):
    assert due(date.fromisoformat(start), days, holidays) == date.fromisoformat(end)


def test_no_clock_runs_backwards(holidays):
    with pytest.raises(ValueError, match="a clock of -1 working days"):
        due(date(2021, 4, 1), -1, holidays)


DAYS = st.dates(date(2015, 1, 1), date(2026, 12, 31))


@given(start=DAYS, days=st.integers(1, 120))
def test_a_clock_runs_out_on_the_first_day_that_has_all_its_working_days(holidays, start, days):
    end = due(start, days, holidays)
    assert holidays.is_working_day(end)
    assert working_days(start, end, holidays) == days
    assert working_days(start, end - timedelta(1), holidays) == days - 1


@given(dates=st.tuples(DAYS, DAYS, DAYS).map(sorted))
def test_days_of_two_periods_that_follow_each_other_add_up(holidays, dates):
    first, second, third = dates
    parts = working_days(first, second, holidays) + working_days(second, third, holidays)
    assert working_days(first, third, holidays) == parts


@given(start=DAYS, length=st.integers(0, 200))
def test_never_more_than_five_of_seven_days(holidays, start, length):
    assert 0 <= working_days(start, start + timedelta(length), holidays) <= 5 * (length // 7) + min(length % 7, 5)


# Days outside the years of the list


BEFORE, AFTER = date(2014, 12, 31), date(2028, 1, 1)


@pytest.mark.parametrize(
    "asked",
    [
        lambda holidays: holidays.is_working_day(BEFORE),
        lambda holidays: holidays.is_working_day(AFTER),
        lambda holidays: working_days(BEFORE, date(2015, 1, 5), holidays),
        lambda holidays: working_days(date(2027, 12, 30), AFTER, holidays),
        lambda holidays: working_days(AFTER, AFTER, holidays),
        lambda holidays: due(AFTER, 0, holidays),
        lambda holidays: due(date(2027, 12, 24), 5, holidays),
    ],
    ids=["before", "after", "start", "end", "no days", "no clock", "clock"],
)
def test_a_day_outside_the_years_of_the_list_is_refused(holidays, asked):
    with pytest.raises(ValueError, match="is outside the years that the bank holidays cover, 2015-01-01 to 2027-12-31"):
        asked(holidays)


def test_a_list_without_a_day_covers_no_year():
    with pytest.raises(ValueError, match="^no bank holiday is given, so no year is covered$"):
        Holidays.of([])


# Counted back from a meeting


def test_five_clear_days_before_a_meeting_over_easter(holidays):
    """Thursday 8 April 2021 back over Easter: 7 and 6 April, 1 April, 31 and 30 March are clear; it is out on the 29th."""
    assert clear_days_before(date(2021, 4, 8), 5, holidays) == date(2021, 3, 29)


@given(end=st.dates(date(2021, 3, 1), date(2021, 12, 31)), days=st.integers(1, 30))
def test_a_notice_is_as_long_as_it_is_asked_and_given_a_working_day_later_is_shorter(holidays, end, days):
    last = working_days_before(end, days, holidays)
    assert holidays.is_working_day(last) and last < end
    between = sum(holidays.is_working_day(last + timedelta(n)) for n in range((end - last).days))
    assert between == days, "the day of the notice counts, that of the meeting does not"
    assert clear_days_before(end, days, holidays) == working_days_before(last, 1, holidays)


def test_a_notice_of_no_days_or_beyond_the_list_is_refused(holidays):
    with pytest.raises(ValueError, match="cannot be given"):
        working_days_before(date(2021, 4, 8), 0, holidays)
    with pytest.raises(ValueError, match="outside the years"):
        working_days_before(holidays.first + timedelta(3), 30, holidays)


@given(day=st.dates(date(2001, 1, 1), date(2099, 12, 31)), months=st.integers(1, 36))
def test_months_back_keep_the_day_or_end_the_month(day, months):
    found = months_before(day, months)
    assert (day.year * 12 + day.month) - (found.year * 12 + found.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(1)).day == 1)
