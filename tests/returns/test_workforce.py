"""Vacancies, agency and caseloads of social workers on a day: hand-worked cases, the oracle, and laws."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.returns import workforce
from ncthelpers.returns.counts import SNAPSHOT, counts
from ncthelpers.returns.indicators import count, count_all, indicators
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")

MICRO = {
    "sw_vacancy_rate": """
        case                         | table     | worker | day        | fte | agency | qualified | in  | of  | why
        two in post, one post vacant | workers   | a      | 2022-09-30 | 1.0 | no     | yes       | 0   | 1   | in post
                                     | workers   | b      | 2022-09-30 | 0.6 | no     | yes       | 0   | 0.6 | in post, for three days a week
                                     | vacancies |        | 2022-09-30 | 1.4 |        |           | 1.4 | 1.4 | vacancies are in both
        agency covers the vacancy    | workers   | a      | 2022-09-30 | 1.0 | no     | yes       | 0   | 1   | in post
                                     | workers   | b      | 2022-09-30 | 1.0 | yes    | yes       |     |     | left out: an agency worker, whose post counts as vacant
                                     | vacancies |        | 2022-09-30 | 1.0 |        |           | 1   | 1   | gross: the cover is not taken off
        no vacancy                   | workers   | a      | 2022-09-30 | 1.0 | no     | yes       | 0   | 1   | in post
                                     | vacancies |        | 2022-09-30 | 0.0 |        |           | 0   | 0   | nil, and said so
        vacancies not told of        | workers   | a      | 2022-09-30 | 1.0 | no     | yes       | 0   | 1   | in post
                                     | vacancies |        | 2022-09-30 | 2.0 |        |           | 2   | 2   | vacancies of September
                                     | workers   | a      | 2022-10-31 | 1.0 | no     | yes       |     |     | left out: vacancies are not told of in full on that day
        workers not told of          | workers   | a      | 2022-09-30 | 1.0 | no     | yes       | 0   | 1   | in post
                                     | vacancies |        | 2022-09-30 | 2.0 |        |           | 2   | 2   | vacancies of September
                                     | vacancies |        | 2022-10-31 | 2.0 |        |           |     |     | left out: social workers are not told of on that day
        in the middle of a month     | workers   | a      | 2022-09-15 | 1.0 | no     | yes       |     |     | left out: a day that is not the last of a month
                                     | vacancies |        | 2022-09-15 | 1.0 |        |           |     |     | left out: a day that is not the last of a month
        not a social worker          | workers   | a      | 2022-09-30 | 1.0 | no     | no        |     |     | left out: not a qualified social worker
                                     | workers   | b      | 2022-09-30 | 1.0 | no     | yes       | 0   | 1   | in post
                                     | vacancies |        | 2022-09-30 | 1.0 |        |           | 1   | 1   | vacancies are in both
        vacancies without a number   | workers   | a      | 2022-09-30 | 1.0 | no     | yes       |     |     | left out: vacancies are not told of in full on that day
                                     | vacancies |        | 2022-09-30 |     |        |           |     |     | left out: no full-time equivalent
                                     | vacancies |        | 2022-09-30 | 1.0 |        |           |     |     | left out: vacancies are not told of in full on that day
        nobody in post is known      | workers   | a      | 2022-09-30 | 1.0 | no     |           |     |     | left out: not known whether a qualified social worker
                                     | vacancies |        | 2022-09-30 | 1.0 |        |           |     |     | left out: social workers are not told of on that day
        all posts covered by agency  | workers   | a      | 2022-09-30 | 1.0 | yes    | yes       |     |     | left out: an agency worker, whose post counts as vacant
                                     | vacancies |        | 2022-09-30 | 1.0 |        |           | 1   | 1   | every post is vacant
        what is not known            | workers   | a      | 2022-09-30 | 1.0 | no     |           |     |     | left out: not known whether a qualified social worker
                                     | workers   | b      | 2022-09-30 | 1.0 |        | yes       |     |     | left out: not known whether an agency worker
                                     | workers   | c      | 2022-09-30 |     | no     | yes       |     |     | left out: no full-time equivalent
                                     | workers   | d      |            | 1.0 | no     | yes       |     |     | left out: no day on which it was so
                                     | vacancies |        | 2022-09-30 |     |        |           |     |     | left out: no full-time equivalent
                                     | vacancies |        |            | 1.0 |        |           |     |     | left out: no day on which it was so
        of another year              | workers   | a      | 2022-03-31 | 1.0 | no     | yes       |     |     | 31 March
                                     | vacancies |        | 2022-03-31 | 1.0 |        |           |     |     | 31 March
    """,
    "sw_agency_rate": """
        case                      | worker | day        | fte | agency | qualified | in  | of  | why
        one in two                | a      | 2022-09-30 | 1.0 | no     | yes       | 0   | 1   | in post
                                  | b      | 2022-09-30 | 1.0 | yes    | yes       | 1   | 1   | agency
        by full-time equivalent   | a      | 2022-09-30 | 0.5 | no     | yes       | 0   | 0.5 | in post, half the week
                                  | b      | 2022-09-30 | 0.8 | yes    | yes       | 0.8 | 0.8 | agency, four days
        no agency worker          | a      | 2022-09-30 | 1.0 | no     | yes       | 0   | 1   | in post
        nobody but agency         | a      | 2022-09-30 | 0.4 | yes    | yes       | 0.4 | 0.4 | agency
        not a social worker       | a      | 2022-09-30 | 1.0 | yes    | no        |     |     | left out: not a qualified social worker
        whether agency not known  | a      | 2022-09-30 | 1.0 |        | yes       |     |     | left out: not known whether an agency worker
        hours not known           | a      | 2022-09-30 |     | yes    | yes       |     |     | left out: no full-time equivalent
        qualified not known       | a      | 2022-09-30 | 1.0 | yes    |           |     |     | left out: not known whether a qualified social worker
        in the middle of a month  | a      | 2022-09-15 | 1.0 | yes    | yes       |     |     | left out: a day that is not the last of a month
        no day                    | a      |            | 1.0 | yes    | yes       |     |     | left out: no day on which it was so
        of the years about it     | a      | 2022-03-31 | 1.0 | yes    | yes       |     |     | 31 March of the year before
                                  | a      | 2023-04-30 | 1.0 | yes    | yes       |     |     | April of the year after
    """,
    "caseload_above_target": """
        case                      | worker | day        | fte | agency | qualified | cases | target | in | of | why
        above the target          | a      | 2022-04-30 | 1.0 | no     | yes       | 19    | 18     | 1  | 1  | one more than the target
        on the target             | a      | 2022-04-30 | 1.0 | no     | yes       | 18    | 18     | 0  | 1  | as many as the target is not above it
        each by the own grade     | a      | 2022-04-30 | 1.0 | no     | yes       | 12    | 10     | 1  | 1  | newly qualified
                                  | b      | 2022-04-30 | 1.0 | no     | yes       | 12    | 18     | 0  | 1  | experienced
        part of the week          | a      | 2022-04-30 | 0.2 | no     | yes       | 19    | 18     | 1  | 1  | heads count, not hours
        agency                    | a      | 2022-04-30 | 1.0 | yes    | yes       | 19    | 18     | 1  | 1  | holds cases as any other
        whether agency not known  | a      | 2022-04-30 | 1.0 |        | yes       | 19    | 18     | 1  | 1  | is not asked
        holds no cases            | a      | 2022-04-30 | 1.0 | no     | yes       | 0     | 18     |    |    | left out: holds no cases
        cases not known           | a      | 2022-04-30 | 1.0 | no     | yes       |       | 18     |    |    | left out: no number of cases
        no target                 | a      | 2022-04-30 | 1.0 | no     | yes       | 19    |        |    |    | left out: no target for the worker's grade
        not qualified             | a      | 2022-04-30 | 1.0 | no     | no        | 19    | 18     |    |    | left out: not a qualified social worker
        qualified not known       | a      | 2022-04-30 | 1.0 | no     |           | 19    | 18     |    |    | left out: not known whether a qualified social worker
        works no hours            | a      | 2022-04-30 | 0.0 | no     | yes       | 19    | 18     |    |    | left out: no full-time equivalent
        hours not known           | a      | 2022-04-30 |     | no     | yes       | 19    | 18     |    |    | left out: no full-time equivalent
        in the middle of a month  | a      | 2022-04-29 | 1.0 | no     | yes       | 19    | 18     |    |    | left out: a day that is not the last of a month
        two months                | a      | 2022-04-30 | 1.0 | no     | yes       | 19    | 18     | 1  | 1  | April
                                  | a      | 2022-05-31 | 1.0 | no     | yes       | 17    | 18     | 0  | 1  | May
        of another year           | a      | 2022-03-31 | 1.0 | no     | yes       | 19    | 18     |    |    | 31 March
    """,
}


def test_hand_worked_cases(micro, holidays, oracle):
    micro.check(holidays, oracle)


def test_every_indicator_of_the_workforce_is_hand_worked():
    assert set(MICRO) == set(workforce.__all__)


DAYS = st.sampled_from(
    [None, date(2022, 3, 31), date(2022, 4, 30), date(2022, 9, 15), date(2022, 9, 30), date(2023, 3, 31)]
)
MAYBE = st.sampled_from([None, False, True])
FTE = st.sampled_from([None, 0.0, 0.2, 0.6, 1.0])
WORKER = st.fixed_dictionaries(
    {
        "worker": st.sampled_from("abcdef"), "day": DAYS, "agency": MAYBE, "fte": FTE, "qualified": MAYBE,
        "cases": st.sampled_from([None, 0, 12, 18, 19]), "target": st.sampled_from([None, 12, 18]),
    }
)  # fmt: skip
VACANCY = st.fixed_dictionaries({"day": DAYS, "fte": FTE})


def records_of(workers, vacancies, first=date(2022, 4, 1), last=date(2023, 3, 31)):
    tables = {"workers": workers, "vacancies": vacancies}
    return Records(
        {name: pl.DataFrame(found, schema=dict(TABLES[name])) for name, found in tables.items()},
        dict.fromkeys(tables, Cover(first, last)),
    )


@settings(max_examples=60, deadline=None)
@given(workers=st.lists(WORKER, max_size=15), vacancies=st.lists(VACANCY, max_size=4))
def test_members_are_those_of_the_oracle(oracle, same_members, workers, vacancies):
    records = records_of(workers, vacancies)
    for name in workforce.__all__:
        series = counts(same_members(oracle, name, records), [SNAPSHOT], YEAR)
        assert (series["numerator"] <= series["denominator"]).all()


# On a day, and no other


def worker(name, day, agency):
    return {"worker": name, "day": day, "agency": agency, "fte": 1.0, "qualified": True}


def test_each_last_day_of_a_month_has_a_rate_of_its_own(holidays):
    september, march = date(2022, 9, 30), date(2023, 3, 31)
    staff = [worker("a", september, False), worker("b", september, True), worker("a", march, False)]
    found = count(indicators()["sw_agency_rate"], records_of(staff, []), YEAR, holidays).results
    rows = found.select("series", "period", "numerator", "denominator").rows()
    assert rows == [(SNAPSHOT, "2022-09", 1.0, 2.0), (SNAPSHOT, "2023-03", 0.0, 1.0)]


def test_a_return_of_one_day_tells_of_that_day(holidays):
    day = date(2022, 9, 30)
    records = records_of([worker("a", day, False)], [{"day": day, "fte": 0.25}], day, day)
    found = count(indicators()["sw_vacancy_rate"], records, YEAR, holidays).results
    assert found.select("numerator", "denominator", "symbol").rows() == [(0.25, 1.25, None)]


def test_the_return_has_no_target_and_so_no_caseload_above_it(holidays):
    day = date(2022, 9, 30)
    records = records_of([worker("a", day, False) | {"cases": 30}], [{"day": day, "fte": 1.0}], day, day)
    assert set(count_all(records, YEAR, holidays).results["indicator"]) == {"sw_vacancy_rate", "sw_agency_rate"}


@pytest.mark.parametrize("name", workforce.__all__)
def test_no_table_at_all_gives_no_member(holidays, name):
    assert getattr(workforce, name)(Records({}, {}), YEAR, holidays).height == 0
