"""Complaints answered in time and stage 2 beside stage 1: hand-worked cases, the oracle, and laws."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.returns import complaints
from ncthelpers.returns.clocks import OUTSIDE
from ncthelpers.returns.counts import MONTH, YEAR_TO_DATE, counts
from ncthelpers.returns.indicators import count, indicators
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.workingdays import Holidays
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")

MICRO = {
    "complaints_10wd": """
        case                           | complaint | stage | received   | clarified  | responded  | extended | today      | in | of | why
        on the tenth working day       | 1         | 1     | 2022-05-09 |            | 2022-05-23 |          |            | 1  | 1  | two weeks to the day
        on the eleventh                | 1         | 1     | 2022-05-09 |            | 2022-05-24 |          |            | 0  | 1  | a day late
        over the Jubilee               | 1         | 1     | 2022-05-30 |            | 2022-06-15 |          |            | 1  | 1  | 2 and 3 June are bank holidays
        received on a Saturday         | 1         | 1     | 2022-05-07 |            | 2022-05-20 |          |            | 1  | 1  | the Monday is day 1
        clarified a week later         | 1         | 1     | 2022-05-09 | 2022-05-16 | 2022-05-30 |          |            | 1  | 1  | the clock starts anew
        clarified on the day it came   | 1         | 1     | 2022-05-09 | 2022-05-09 | 2022-05-23 |          |            | 1  | 1  | the clock starts that day
        answered on the day it came    | 1         | 1     | 2022-05-09 |            | 2022-05-09 |          |            | 1  | 1  | day 0
        time was extended              | 1         | 1     | 2022-05-09 |            | 2022-05-24 | yes      |            | 0  | 1  | in this measure as any other
        received in March, due in April | 1        | 1     | 2022-03-28 |            | 2022-03-30 |          |            | 1  | 1  | due on 11 April, whenever it was answered
        due in March                   | 1         | 1     | 2022-03-17 |            | 2022-04-05 |          |            |    |    | due on 31 March of the year before
        due on 1 April                 | 1         | 1     | 2022-03-18 |            | 2022-04-04 |          |            | 0  | 1  | the first day of the year; a day late
        due in the year after          | 1         | 1     | 2023-03-20 |            | 2023-03-21 |          |            |    |    | due on 3 April
        no answer, ten days gone       | 1         | 1     | 2022-05-09 |            |            |          | 2022-05-23 |    |    | left out: no answer yet, and its time had not run out by the last day of the records
        no answer, eleven days gone    | 1         | 1     | 2022-05-09 |            |            |          | 2022-05-24 | 0  | 1  | late, whenever it is answered
        stage 2                        | 1         | 2     | 2022-05-09 |            | 2022-05-10 |          |            |    |    | only stage 1 counts
        no stage                       | 1         |       | 2022-05-09 |            | 2022-05-10 |          |            |    |    | left out: no stage
        no receipt                     | 1         | 1     |            |            | 2022-05-10 |          |            |    |    | left out: no date of receipt
        only clarified                 | 1         | 1     |            | 2022-05-09 | 2022-05-10 |          |            |    |    | left out: no date of receipt
        clarified before it came       | 1         | 1     | 2022-05-09 | 2022-05-06 | 2022-05-10 |          |            |    |    | left out: clarified before it was received
        answered before it came        | 1         | 1     | 2022-05-09 |            | 2022-05-06 |          |            |    |    | left out: answered before it was received or last clarified
        answered before it was clear   | 1         | 1     | 2022-05-09 | 2022-05-16 | 2022-05-13 |          |            |    |    | left out: answered before it was received or last clarified
        an answer off the list         | 1         | 1     | 2022-05-09 |            | 2032-05-10 |          |            |    |    | left out: a date is outside the years of the list of bank holidays
    """,
    "complaints_20wd": """
        case                           | complaint | stage | received   | clarified  | responded  | extended | today      | in | of | why
        on the twentieth working day   | 1         | 1     | 2022-06-06 |            | 2022-07-04 |          |            | 1  | 1  | four weeks to the day
        on the twenty-first            | 1         | 1     | 2022-06-06 |            | 2022-07-05 |          |            | 0  | 1  | a day late
        on the eleventh                | 1         | 1     | 2022-05-09 |            | 2022-05-24 |          |            | 1  | 1  | late in ten days, in time in twenty
        not extended                   | 1         | 1     | 2022-05-09 |            | 2022-05-24 | no       |            | 1  | 1  | in this measure as any other
        clarified                      | 1         | 1     | 2022-05-30 | 2022-06-06 | 2022-07-04 |          |            | 1  | 1  | the clock starts anew
        received in March, due in April | 1        | 1     | 2022-03-14 |            | 2022-04-12 |          |            | 0  | 1  | due on 11 April
        due in March                   | 1         | 1     | 2022-03-03 |            | 2022-04-12 |          |            |    |    | due on 31 March
        no answer, twenty days gone    | 1         | 1     | 2022-06-06 |            |            |          | 2022-07-04 |    |    | left out: no answer yet, and its time had not run out by the last day of the records
        no answer, one more gone       | 1         | 1     | 2022-06-06 |            |            |          | 2022-07-05 | 0  | 1  | late, whenever it is answered
        stage 2                        | 1         | 2     | 2022-06-06 |            | 2022-06-07 |          |            |    |    | only stage 1 counts
        no receipt                     | 1         | 1     |            |            | 2022-06-07 |          |            |    |    | left out: no date of receipt
        no stage                       | 1         |       | 2022-06-06 |            | 2022-06-07 |          |            |    |    | left out: no stage
    """,
    "stage_2_share": """
        case                       | complaint | stage | received   | clarified  | in | of | why
        three at stage 1           | 1         | 1     | 2022-05-09 |            | 0  | 1  | received
                                   | 2         | 1     | 2022-05-10 |            | 0  | 1  | received
                                   | 3         | 1     | 2022-05-11 |            | 0  | 1  | received
        one of two goes on         | 1         | 1     | 2022-05-09 |            | 0  | 1  | received
                                   | 2         | 1     | 2022-05-10 |            | 0  | 1  | received
                                   | 1         | 2     | 2022-07-01 |            | 1  | 0  | its stage 2 is in the numerator only
        stage 2 of last year's     | 1         | 1     | 2022-03-01 |            |    |    | received in the year before
                                   | 1         | 2     | 2022-04-05 |            | 1  | 0  | started in this year: one for none at stage 1
        clarified in the year      | 1         | 1     | 2022-03-31 | 2022-04-05 |    |    | received on 31 March; the clarification moves the clock, not the year
        stage 3                    | 1         | 3     | 2022-05-09 |            |    |    | neither stage 1 nor stage 2
        no stage                   | 1         |       | 2022-05-09 |            |    |    | left out: no stage
        no receipt                 | 1         | 1     |            |            |    |    | left out: no date of receipt
        stage 2 not dated          | 1         | 2     |            |            |    |    | left out: no date of receipt
        on the first and last day  | 1         | 1     | 2022-04-01 |            | 0  | 1  | 1 April
                                   | 1         | 2     | 2023-03-31 |            | 1  | 0  | 31 March
        of the year after          | 1         | 1     | 2023-04-01 |            |    |    | 1 April
    """,
}


def test_hand_worked_cases(micro, holidays, oracle):
    micro.check(holidays, oracle)


def test_every_indicator_of_complaints_is_hand_worked():
    assert set(MICRO) == set(complaints.__all__)


DAYS = st.one_of(
    st.none(), st.dates(date(2022, 2, 20), date(2023, 4, 30)), st.dates(date(2022, 5, 9), date(2022, 5, 31))
)
LATER = st.one_of(st.none(), st.integers(-3, 35))


def after(day, days):
    return None if day is None or days is None else day + timedelta(days)


@st.composite
def complaint(draw):
    received = draw(st.one_of(DAYS, st.just(date(2023, 12, 20)), st.just(date(2020, 12, 31))))
    clarified = after(received, draw(st.one_of(st.none(), LATER)))
    return {
        "complaint": draw(st.sampled_from("123")), "stage": draw(st.sampled_from([None, 1, 1, 1, 2, 3])), "received": received,
        "clarified": clarified, "responded": after(clarified or received, draw(LATER)), "extended": None,
    }  # fmt: skip


def records_of(found, first=date(2022, 2, 1), last=date(2023, 3, 31)):
    table = pl.DataFrame(found, schema=dict(TABLES["complaints"]))
    return Records({"complaints": table}, {"complaints": Cover(first, last)})


LAST = st.sampled_from([date(2022, 5, 31), date(2022, 6, 6), date(2023, 3, 31), date(2024, 3, 31)])


@settings(max_examples=60, deadline=None)
@given(found=st.lists(complaint(), max_size=12), last=LAST)
def test_members_are_those_of_the_oracle(oracle, same_members, found, last):
    for name in complaints.__all__:
        members = same_members(oracle, name, records_of(found, last=last))
        series = counts(members, [MONTH, YEAR_TO_DATE], YEAR)
        months, to_date = (series.filter(series["series"] == kind) for kind in (MONTH, YEAR_TO_DATE))
        for part in ("numerator", "denominator"):
            assert months[part].sum() == to_date[part][-1]
        if name != "stage_2_share":  # its two parts are not of the same complaints
            assert (series["numerator"] <= series["denominator"]).all()


@pytest.mark.parametrize(("name", "enough", "short"), [
    ("complaints_10wd", date(2022, 3, 1), date(2022, 3, 2)), ("complaints_20wd", date(2022, 2, 1), date(2022, 2, 2)),
])  # fmt: skip
def test_the_log_must_tell_of_the_weeks_before(holidays, name, enough, short):
    rows = [{"complaint": "1", "stage": 1, "received": date(2022, 4, 1), "responded": date(2022, 4, 4)}]
    for first, symbol in ((enough, None), (short, "x")):
        found = count(indicators()[name], records_of(rows, first), YEAR, holidays).results
        april = found.filter((pl.col("series") == MONTH) & (pl.col("period") == "2022-04"))
        assert april["symbol"].item() == symbol


def test_a_clock_that_runs_off_the_list_is_left_out_and_not_lost(holidays):
    shorter = Holidays(holidays.days, holidays.first, date(2022, 12, 31))
    rows = [{"complaint": "1", "stage": 1, "received": date(2022, 12, 20), "responded": date(2022, 12, 22)}]
    found = complaints.complaints_10wd(records_of(rows), YEAR, shorter)
    assert found["left_out"].to_list() == [OUTSIDE]


def test_no_table_at_all_gives_no_member(holidays):
    for name in complaints.__all__:
        assert getattr(complaints, name)(Records({}, {}), YEAR, holidays).height == 0
