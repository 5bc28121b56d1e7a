"""Referrals decided in time and re-referrals, assessments in time: hand-worked cases, the oracle, and laws."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.returns import referrals
from ncthelpers.returns.counts import MONTH, YEAR_TO_DATE, counts
from ncthelpers.returns.indicators import count, count_all, indicators
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")

# 2022-05-09 is a Monday; 15 and 18 April 2022 are Good Friday and Easter Monday; 2022 and the years about it are on the list
MICRO = {
    "referral_decision_1wd": """
        case                              | referred   | decided    | today      | in | of | why
        decided on the day it came        | 2022-05-10 | 2022-05-10 |            | 1  | 1  | the day it came is day 0
        decided on the next day           | 2022-05-10 | 2022-05-11 |            | 1  | 1  | one working day
        decided on the second day         | 2022-05-10 | 2022-05-12 |            | 0  | 1  | two working days
        from Friday to Monday             | 2022-05-13 | 2022-05-16 |            | 1  | 1  | the weekend has no working day
        came on a Saturday                | 2022-05-14 | 2022-05-16 |            | 1  | 1  | the Monday is day 1
                                          | 2022-05-14 | 2022-05-17 |            | 0  | 1  | the Tuesday is day 2
        over Easter                       | 2022-04-14 | 2022-04-19 |            | 1  | 1  | Good Friday to Easter Monday are no working days
        decided in the next month         | 2022-05-31 | 2022-06-06 |            | 0  | 1  | counts with May; 1 and 6 June are working days, 2 and 3 June are bank holidays
        of the year before                | 2022-03-31 | 2022-04-01 |            |    |    | it came on 31 March, whenever it was decided
        of the year, decided after it     | 2023-03-31 | 2023-04-03 | 2023-04-30 | 1  | 1  | it came on 31 March, a Friday, and was decided on the Monday
        no decision, one day gone         | 2022-05-10 |            | 2022-05-11 |    |    | left out: no decision yet, and its time had not run out by the last day of the records
        no decision, two days gone        | 2022-05-10 |            | 2022-05-12 | 0  | 1  | late, whatever is decided later
        no decision, a weekend gone       | 2022-05-12 |            | 2022-05-15 |    |    | left out: no decision yet, and its time had not run out by the last day of the records
        decided before it came            | 2022-05-10 | 2022-05-09 |            |    |    | left out: the decision is before the referral
        no day of receipt                 |            | 2022-05-09 |            |    |    | left out: no date of the referral
        a decision in a year off the list | 2022-05-10 | 2032-05-11 |            |    |    | left out: a date is outside the years of the list of bank holidays
        two referrals of one day          | 2022-05-10 | 2022-05-11 |            | 1  | 1  | each referral counts
                                          | 2022-05-10 | 2022-05-13 |            | 0  | 1  | each referral counts
    """,
    "referral_decision_2wd": """
        case                              | referred   | decided    | today      | in | of | why
        decided on the day it came        | 2022-05-10 | 2022-05-10 |            | 1  | 1  | the day it came is day 0
        decided on the second day         | 2022-05-10 | 2022-05-12 |            | 1  | 1  | two working days
        decided on the third day          | 2022-05-10 | 2022-05-13 |            | 0  | 1  | three working days
        from Friday to Tuesday            | 2022-05-13 | 2022-05-17 |            | 1  | 1  | Monday and Tuesday
        over Easter                       | 2022-04-13 | 2022-04-19 |            | 1  | 1  | Maundy Thursday and the Tuesday after Easter
        over the Jubilee                  | 2022-06-01 | 2022-06-07 |            | 1  | 1  | 2 and 3 June are bank holidays
        no decision, two days gone        | 2022-05-10 |            | 2022-05-12 |    |    | left out: no decision yet, and its time had not run out by the last day of the records
        no decision, three days gone      | 2022-05-10 |            | 2022-05-13 | 0  | 1  | late, whatever is decided later
        decided before it came            | 2022-05-10 | 2022-05-09 |            |    |    | left out: the decision is before the referral
        no day of receipt                 |            |            |            |    |    | left out: no date of the referral
        of the year before                | 2022-03-31 | 2022-04-01 |            |    |    | it came on 31 March
    """,
    "referral_decision_24h": """
        case                          | referred   | referred_at      | decided    | decided_at       | today      | in | of | why
        the next day, same hour       | 2022-05-10 | 2022-05-10 15:00 | 2022-05-11 | 2022-05-11 15:00 |            | 1  | 1  | 24 hours
        the next day, a minute more   | 2022-05-10 | 2022-05-10 15:00 | 2022-05-11 | 2022-05-11 15:01 |            | 0  | 1  | 24 hours and a minute
        from Friday to Monday         | 2022-05-13 | 2022-05-13 15:00 | 2022-05-16 | 2022-05-16 15:00 |            | 1  | 1  | nine hours of Friday and fifteen of Monday
                                      | 2022-05-13 | 2022-05-13 15:00 | 2022-05-16 | 2022-05-16 16:00 |            | 0  | 1  | an hour more
        came on a Saturday            | 2022-05-14 | 2022-05-14 09:00 | 2022-05-16 | 2022-05-16 23:59 |            | 1  | 1  | the clock starts as Monday begins
                                      | 2022-05-14 | 2022-05-14 09:00 | 2022-05-17 | 2022-05-17 00:01 |            | 0  | 1  | the whole of Monday and a minute
        came and decided on a Sunday  | 2022-05-15 | 2022-05-15 09:00 | 2022-05-15 | 2022-05-15 20:00 |            | 1  | 1  | no hour of a working day
        over Easter                   | 2022-04-14 | 2022-04-14 12:00 | 2022-04-19 | 2022-04-19 12:00 |            | 1  | 1  | Good Friday to Easter Monday do not count
        two days in the day measure   | 2022-05-10 | 2022-05-10 23:00 | 2022-05-12 | 2022-05-12 00:00 |            | 0  | 1  | 25 hours, though within two working days
        decided, hour not kept        | 2022-05-10 | 2022-05-10 15:00 | 2022-05-11 |                  |            |    |    | left out: no time of day of the referral or of the decision
        received, hour not kept       | 2022-05-10 |                  | 2022-05-11 | 2022-05-11 15:00 |            |    |    | left out: no time of day of the referral or of the decision
        decided at once               | 2022-05-10 | 2022-05-10 15:00 | 2022-05-10 | 2022-05-10 15:00 |            | 1  | 1  | no time at all
        decided before it came        | 2022-05-10 | 2022-05-10 15:00 | 2022-05-10 | 2022-05-10 14:00 |            |    |    | left out: the decision is before the referral
        no decision, in time as yet   | 2022-05-11 | 2022-05-11 00:00 |            |                  | 2022-05-11 |    |    | left out: no decision yet, and its time had not run out by the last day of the records
        no decision, time run out     | 2022-05-10 | 2022-05-10 15:00 |            |                  | 2022-05-11 | 0  | 1  | nine hours and then 24 had gone as 11 May ended
        no decision over a weekend    | 2022-05-13 | 2022-05-13 15:00 |            |                  | 2022-05-15 |    |    | left out: no decision yet, and its time had not run out by the last day of the records
        no day of receipt             |            |                  |            |                  |            |    |    | left out: no date of the referral
        a year off the list           | 2022-05-10 | 2022-05-10 15:00 | 2032-05-11 | 2032-05-11 15:00 |            |    |    | left out: a date is outside the years of the list of bank holidays
        of the year before            | 2022-03-31 | 2022-03-31 15:00 | 2022-04-01 | 2022-04-01 09:00 |            |    |    | it came on 31 March
    """,
    "rereferrals_12m": """
        case                               | child | referred   | closed     | no_further_action | in | of | why
        a first referral                   | a     | 2022-05-10 |            |                   | 0  | 1  | nothing before it
        a second in the year               | a     | 2022-05-10 | 2022-06-01 |                   | 0  | 1  | the first
                                           | a     | 2022-09-01 |            |                   | 1  | 1  | four months later, the first being closed
        three in the year                  | a     | 2022-05-10 | 2022-05-20 |                   | 0  | 1  | the first
                                           | a     | 2022-07-10 | 2022-07-20 |                   | 1  | 1  | referrals count, not children
                                           | a     | 2022-09-10 |            |                   | 1  | 1  | and count again
        exactly 12 months                  | a     | 2021-05-10 | 2021-06-01 |                   |    |    | of the year before
                                           | a     | 2022-05-10 |            |                   | 1  | 1  | the same day of the year before is within
        12 months and a day                | a     | 2021-05-09 | 2021-06-01 |                   |    |    | of the year before
                                           | a     | 2022-05-10 |            |                   | 0  | 1  | a day too long ago
        another child                      | a     | 2022-05-10 | 2022-05-20 |                   | 0  | 1  | child a
                                           | b     | 2022-06-10 |            |                   | 0  | 1  | child b has none before
        the earlier case is open           | a     | 2022-05-10 |            |                   | 0  | 1  | the first
                                           | a     | 2022-06-10 |            |                   | 0  | 1  | the same need, not a new referral of a closed case
        the earlier case closes later      | a     | 2022-05-10 | 2022-06-11 |                   | 0  | 1  | the first
                                           | a     | 2022-06-10 |            |                   | 0  | 1  | open until the day after
        closed on the day of the next      | a     | 2022-05-10 | 2022-06-10 |                   | 0  | 1  | the first
                                           | a     | 2022-06-10 |            |                   | 1  | 1  | closed by then
        closed on its own day              | a     | 2022-05-10 | 2022-05-10 |                   | 0  | 1  | it is not earlier than itself
                                           | a     | 2022-05-11 |            |                   | 1  | 1  | the day before is earlier
        an open one hides none             | a     | 2022-02-10 | 2022-03-10 |                   |    |    | of the year before, closed
                                           | a     | 2022-04-10 |            |                   | 1  | 1  | the one of February
                                           | a     | 2022-06-10 |            |                   | 1  | 1  | the one of February again, though that of April is open
        an old one closed last             | a     | 2021-05-10 | 2022-06-01 |                   |    |    | of the year before; too old for the one of June
                                           | a     | 2022-02-10 | 2022-03-10 |                   |    |    | of the year before
                                           | a     | 2022-06-10 |            |                   | 1  | 1  | the one of February, though that of 2021 was closed after it
        two of one day                     | a     | 2022-05-10 | 2022-05-20 |                   | 0  | 1  | one of the two
                                           | a     | 2022-05-10 | 2022-05-20 |                   |    |    | left out: another referral of the same child on the same day, counted once
                                           | a     | 2022-06-10 |            |                   | 1  | 1  | after both
        two of one day, one open           | a     | 2022-05-10 | 2022-05-20 |                   | 0  | 1  | one of the two
                                           | a     | 2022-05-10 |            |                   |    |    | left out: another referral of the same child on the same day, counted once
                                           | a     | 2022-06-10 |            |                   | 0  | 1  | one of the two is open still
        the earlier needed no action       | a     | 2022-05-10 |            | yes               | 0  | 1  | counts as a referral
                                           | a     | 2022-06-10 |            |                   | 1  | 1  | nothing was opened, so it is closed
        no action, but closed later        | a     | 2022-05-10 | 2022-07-01 | yes               | 0  | 1  | the day that is given holds
                                           | a     | 2022-06-10 |            |                   | 0  | 1  | not closed by then
        twelve calendar months             | a     | 2022-02-28 | 2022-03-10 |                   |    |    | of the year before
                                           | a     | 2023-02-28 |            |                   | 1  | 1  | the same day of the month
        no day of receipt                  | a     |            | 2022-05-20 |                   |    |    | left out: no date of the referral
                                           | a     | 2022-06-10 |            |                   | 0  | 1  | nobody knows that the other was earlier
        only in the year before            | a     | 2022-03-31 | 2022-03-31 | yes               |    |    | 31 March
        on the last day of the year        | a     | 2022-03-31 | 2022-03-31 | yes               |    |    | 31 March of the year before
                                           | a     | 2023-03-31 |            |                   | 1  | 1  | exactly 12 months later
    """,
    "assessments_45wd": """
        case                       | referred   | started    | authorised | in | of | why
        45 working days            | 2022-04-19 | 2022-04-25 | 2022-06-24 | 1  | 1  | 48 weekdays after the referral, less 2 May, 2 and 3 June: 46 would be 27 June
        46 working days            | 2022-04-19 | 2022-04-25 | 2022-06-27 | 0  | 1  | a day late
        its own start does not count | 2022-04-01 | 2022-06-20 | 2022-06-24 | 0 | 1 | 55 working days after the referral
        on the day of the referral | 2022-05-10 | 2022-05-10 | 2022-05-10 | 1  | 1  | day 0
        started in the year before | 2022-03-01 | 2022-03-02 | 2022-04-01 | 1  | 1  | authorised on 1 April
        not authorised             | 2022-04-19 | 2022-04-25 |            |    |    | not completed, however late
        authorised a year later    | 2022-04-19 | 2022-04-25 | 2023-04-03 |    |    | counts in the year in which it was authorised
        no referral                |            | 2022-04-25 | 2022-06-24 |    |    | left out: no date that starts the clock of the assessment
        authorised before          | 2022-06-27 | 2022-04-25 | 2022-06-24 |    |    | left out: the assessment was authorised before its clock started
        a referral off the list    | 2020-12-31 | 2022-04-25 | 2022-06-24 |    |    | left out: a date is outside the years of the list of bank holidays
    """,
    "assessments_45wd_own_start": """
        case                       | referred   | started    | authorised | in | of | why
        45 working days            | 2022-04-01 | 2022-04-19 | 2022-06-24 | 1  | 1  | counted from its own start, the referral being earlier
        46 working days            | 2022-04-01 | 2022-04-19 | 2022-06-27 | 0  | 1  | a day late
        on the day of its start    | 2022-05-02 | 2022-05-10 | 2022-05-10 | 1  | 1  | day 0
        no start                   | 2022-04-01 |            | 2022-06-24 |    |    | left out: no date that starts the clock of the assessment
        no referral                |            | 2022-04-19 | 2022-06-24 | 1  | 1  | the referral is not asked for
        not authorised             | 2022-04-01 | 2022-04-19 |            |    |    | not completed, however late
        authorised before          | 2022-04-01 | 2022-06-27 | 2022-06-24 |    |    | left out: the assessment was authorised before its clock started
        a start off the list       | 2022-04-01 | 2020-12-31 | 2022-06-24 |    |    | left out: a date is outside the years of the list of bank holidays
    """,
}


def test_hand_worked_cases(micro, holidays, oracle):
    micro.check(holidays, oracle)


# Against the oracle

DAYS = st.one_of(
    st.none(), st.dates(date(2021, 3, 25), date(2023, 4, 10)), st.dates(date(2022, 5, 9), date(2022, 5, 20))
)
LATER = st.one_of(st.none(), st.integers(-2, 3), st.integers(-10, 400))
TIMES = st.one_of(st.none(), st.integers(0, 24 * 60 - 1))


def after(day, days):
    return None if day is None or days is None else day + timedelta(days)


def moment(day, minutes):
    return (
        None if day is None or minutes is None else datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    )


@st.composite
def referral(draw):
    came = draw(DAYS)
    decided = after(came, draw(LATER))
    return {
        "child": draw(st.sampled_from("abc")),
        "referred": came,
        "referred_at": moment(came, draw(TIMES)),
        "decided": decided,
        "decided_at": moment(decided, draw(TIMES)),
        "closed": after(came, draw(LATER)),
        "no_further_action": draw(st.sampled_from([None, False, True])),
    }


def records_of(table, found, last):
    return Records({table: pl.DataFrame(found, schema=dict(TABLES[table]))}, {table: Cover(date(2021, 1, 1), last)})


LAST = st.sampled_from([date(2022, 5, 15), date(2022, 5, 16), date(2023, 3, 31), date(2023, 12, 31)])


@settings(max_examples=60, deadline=None)
@given(found=st.lists(referral(), max_size=12), last=LAST)
def test_referrals_are_those_of_the_oracle(oracle, same_members, found, last):
    records = records_of("referrals", found, last)
    one, two, _, _ = (
        same_members(oracle, name, records)["numerator"].sum()
        for name in ("referral_decision_1wd", "referral_decision_2wd", "referral_decision_24h", "rereferrals_12m")
    )
    assert one <= two


@settings(max_examples=40, deadline=None)
@given(found=st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), referral()), max_size=12))
def test_rows_by_child_give_the_same_as_rows_in_any_order(oracle, same_members, found):
    lines = [{**line, "child": child} for child, line in found]
    by_child = sorted(lines, key=lambda line: (line["child"] is not None, line["child"] or ""))
    one, other = (
        same_members(oracle, "rereferrals_12m", records_of("referrals", part, date(2023, 3, 31)))
        for part in (lines, by_child)
    )
    assert sorted(one.rows(), key=repr) == sorted(other.rows(), key=repr)


@st.composite
def assessment(draw):
    came = draw(DAYS)
    started = after(came, draw(LATER))
    authorised = after(draw(st.sampled_from([came, started])), draw(st.one_of(st.none(), st.integers(-5, 80))))
    return {"child": "a", "referred": came, "started": started, "authorised": authorised}


@settings(max_examples=40, deadline=None)
@given(found=st.lists(assessment(), max_size=12))
def test_assessments_are_those_of_the_oracle(oracle, same_members, found):
    records = records_of("assessments", found, date(2023, 3, 31))
    for name in ("assessments_45wd", "assessments_45wd_own_start"):
        same_members(oracle, name, records)


# Laws


@settings(max_examples=20, deadline=None)
@given(found=st.lists(referral(), max_size=12))
def test_the_year_is_the_sum_of_its_months_and_no_part_is_more_than_the_whole(holidays, found):
    records = records_of("referrals", found, date(2023, 4, 10))
    for name in ("referral_decision_1wd", "rereferrals_12m"):
        series = counts(getattr(referrals, name)(records, YEAR, holidays), [MONTH, YEAR_TO_DATE], YEAR)
        months, to_date = (series.filter(series["series"] == kind) for kind in (MONTH, YEAR_TO_DATE))
        for part in ("numerator", "denominator"):
            assert months[part].sum() == to_date[part][-1]
        assert (series["numerator"] <= series["denominator"]).all()


# What the records do not tell


def test_a_census_without_decisions_has_no_share_decided_in_time(holidays):
    case = {"child": "a", "referred": date(2022, 5, 10), "closed": date(2022, 6, 10)}
    census = records_of("referrals", [case], date(2023, 3, 31))
    found = count(indicators()["referral_decision_2wd"], census, YEAR, holidays).results
    assert set(found["symbol"]) == {"x"}
    assert set(found["note"]) == {"no return gives the day of the decision on a referral"}
    assert set(count_all(census, YEAR, holidays).results["indicator"]) == {"rereferrals_12m"}


def test_a_log_of_decisions_without_closed_cases_has_no_share_of_re_referrals(holidays):
    log = records_of(
        "referrals", [{"child": "a", "referred": date(2022, 5, 10), "decided": date(2022, 5, 10)}], date(2023, 3, 31)
    )
    assert set(count_all(log, YEAR, holidays).results["indicator"]) == {
        "referral_decision_1wd",
        "referral_decision_2wd",
    }


def test_re_referrals_need_the_twelve_months_before(holidays):
    rows = [{"child": "a", "referred": date(2022, 5, 10), "closed": date(2022, 6, 10)}]
    table = pl.DataFrame(rows, schema=dict(TABLES["referrals"]))
    for first, symbol in ((date(2021, 4, 1), None), (date(2021, 4, 2), "x")):
        records = Records({"referrals": table}, {"referrals": Cover(first, date(2023, 3, 31))})
        found = count(indicators()["rereferrals_12m"], records, YEAR, holidays).results
        april = found.filter((pl.col("series") == MONTH) & (pl.col("period") == "2022-04"))
        assert april["symbol"].item() == symbol


@pytest.mark.parametrize(("earlier", "again"), [(date(2023, 2, 28), 1), (date(2023, 2, 27), 0)])
def test_twelve_months_before_29_february_is_28_february(holidays, earlier, again):
    rows = [{"child": "a", "referred": earlier, "closed": earlier}, {"child": "a", "referred": date(2024, 2, 29)}]
    records = records_of("referrals", rows, date(2024, 3, 31))
    found = referrals.rereferrals_12m(records, ContractYear("2023-24"), holidays)
    assert found.select("numerator", "denominator").rows() == [(again, 1)]


def test_no_table_at_all_gives_no_member(holidays):
    for name in referrals.__all__:
        assert getattr(referrals, name)(Records({}, {}), YEAR, holidays).height == 0


@pytest.mark.parametrize("name", referrals.__all__)
def test_every_indicator_of_referrals_is_hand_worked(name):
    assert name in MICRO
