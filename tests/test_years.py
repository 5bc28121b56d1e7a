"""Contract years, and dates that are known to the day, the month or only the year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ncthelpers.years import ContractYear, first_day, in_words, last_day, year_of

FIRST_YEARS = st.integers(min_value=1, max_value=9998)
DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))


def label(first: int) -> str:
    return f"{first:04}-{(first + 1) % 100:02}"


@given(FIRST_YEARS)
def test_a_contract_year_is_written_back_as_it_was_read(first):
    year = ContractYear(label(first))
    assert str(year) == label(first)
    assert (year.start, year.end) == (date(first, 4, 1), date(first + 1, 3, 31))


@given(FIRST_YEARS.filter(lambda first: first < 9998))
def test_contract_years_follow_one_another_without_a_gap(first):
    year, following = ContractYear(label(first)), ContractYear(label(first + 1))
    assert year.end + timedelta(days=1) == following.start
    assert year < following


@given(st.one_of(st.text(), st.from_regex(r"\d{4}-\d{2}"), st.from_regex(r"\A[12]\d{3}-\d{2}\Z")))
def test_any_text_that_is_not_written_back_the_same_is_refused(text):
    try:
        year = ContractYear(text)
    except ValueError as refusal:
        assert "is not a contract year: write " in str(refusal)
    else:
        assert text == label(int(text[:4])) == str(year)


@pytest.mark.parametrize(
    "text",
    [
        "2021-23",
        "2021-21",
        "../x",
        "",
        "2021",
        "2021-2022",
        "2021/22",
        "21-22",
        "2021–22",
        "2021-22 ",
        "2021-22\n",
        "２０２１-22",
    ],
)
def test_what_is_not_a_contract_year_is_refused(text):
    with pytest.raises(ValueError, match="is not a contract year"):
        ContractYear(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2024/25", "2024-25"),
        ("2024-2025", "2024-25"),
        ("2024/2025", "2024-25"),
        ("24-25", "2024-25"),
        ("24/25", "2024-25"),
        ("2024\u201325", "2024-25"),
        (" 2024 - 25\n", "2024-25"),
        ("1999/2000", "1999-00"),
        ("2024", ""),
        ("2024-26", ""),
        ("2024-2026", ""),
        ("2024-12", ""),
        ("98-99", ""),
        ("99-00", ""),
    ],
)
def test_the_year_that_a_text_can_only_mean_is_suggested_and_no_other(text, meant):
    with pytest.raises(ValueError, match=f"is not a contract year: write {meant or 'it like 1999-00'}$"):
        ContractYear(text)


@pytest.mark.parametrize("text", ["0000-01", "9999-00"])
def test_a_year_without_a_first_or_last_day_in_the_calendar_is_refused(text):
    with pytest.raises(ValueError, match="is not a contract year"):
        ContractYear(text)


def test_the_contract_year_of_the_review_starts_in_april_and_ends_in_march():
    # cover report 6.1 names the contract year 2021/22; annual report section 14 puts February 2021 before it
    year = ContractYear("2021-22")
    assert (year.start, year.end) == (date(2021, 4, 1), date(2022, 3, 31))
    assert str(ContractYear("1999-00").end) == "2000-03-31"


@given(DATES)
def test_a_date_lies_between_the_first_and_last_day_of_its_own_day_month_and_year(day):
    text = day.isoformat()
    assert first_day(text) == last_day(text) == day
    assert first_day(text[:7]) <= day <= last_day(text[:7])
    assert first_day(text[:4]) <= first_day(text[:7]) and last_day(text[:7]) <= last_day(text[:4])


@given(DATES)
def test_the_day_after_a_month_or_year_is_the_first_of_the_next(day):
    text = day.isoformat()
    assert (last_day(text[:7]) + timedelta(days=1)).day == 1
    assert last_day(text[:4]) + timedelta(days=1) == date(day.year + 1, 1, 1)


@pytest.mark.parametrize(
    "text",
    ["", "2022-3", "2022-13", "2022-02-30", "2022-00", "2022-00-05", "2022-03-00", "07/09/2022", "2022-09-07 ", "2022-09-07T00:00",
     "0000", "autumn 2022", "２０２２-09"],
)  # fmt: skip
@pytest.mark.parametrize("read", [first_day, last_day, in_words])
def test_what_is_no_date_is_refused_by_name(text, read):
    with pytest.raises(ValueError, match=r"is not a (date|day of the calendar)"):
        read(text)


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("2022-07-29", "29 July 2022"),  # cover report 5.4
        ("2022-08-10", "10 August 2022"),  # cover report 5.5
        ("2022-02", "February 2022"),  # annual report section 4: the review of placements
        ("2005", "2005"),  # annual report section 3: the case system
    ],
)
def test_a_date_is_read_as_precisely_as_it_is_known(when, words):
    assert in_words(when) == words


def test_months_are_english_on_every_machine():
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
    assert [in_words(f"2022-{number:02}") for number in range(1, 13)] == [f"{month} 2022" for month in months]


@given(st.dates(min_value=date(2, 4, 1), max_value=date(9998, 12, 31)))
def test_every_day_lies_in_exactly_one_contract_year(day):
    year = year_of(day)
    assert year.start <= day <= year.end
    assert year_of(year.start) == year_of(year.end) == year
    assert year_of(year.start - timedelta(days=1)) < year < year_of(year.end + timedelta(days=1))


@given(FIRST_YEARS)
def test_the_days_of_a_contract_year_give_it_back(first):
    year = ContractYear(label(first))
    assert year_of(year.start) == year_of(year.end) == year


@given(DATES, DATES)
def test_a_later_day_never_lies_in_an_earlier_contract_year(one, other):
    assert (year_of(one) <= year_of(other)) or one > other


def test_days_of_the_review_lie_in_its_year_or_the_next():
    assert str(year_of(date(2022, 3, 31))) == "2021-22"  # the day that the annual report counts children in care
    assert str(year_of(date(2022, 7, 29))) == "2022-23"  # cover report 5.4: the report is of a year gone by
    assert str(year_of(date(2000, 1, 1))) == "1999-00"
