"""Initial conferences in time and repeat plans: hand-worked cases, the oracle, and laws."""

from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ncthelpers.returns import protection
from ncthelpers.returns.counts import MONTH, YEAR_TO_DATE, counts
from ncthelpers.returns.records import TABLES, Cover, Records
from ncthelpers.years import ContractYear

YEAR = ContractYear("2022-23")

MICRO = {
    "icpc_15wd": """
        case                         | strategy   | conference | transfer_in | not_required | in | of | why
        15 working days              | 2022-05-09 | 2022-05-30 |             |              | 1  | 1  | three weeks to the day
        16 working days              | 2022-05-09 | 2022-05-31 |             |              | 0  | 1  | a day late
        over the Jubilee             | 2022-05-23 | 2022-06-15 |             |              | 1  | 1  | 2 and 3 June are bank holidays, so 15 and not 17
        from a Saturday              | 2022-05-07 | 2022-05-27 |             |              | 1  | 1  | the Monday is day 1
                                     | 2022-05-07 | 2022-05-30 |             |              | 0  | 1  | a day late
        held on the day of strategy  | 2022-05-09 | 2022-05-09 |             |              | 1  | 1  | day 0
        strategy in the year before  | 2022-03-25 | 2022-04-08 |             |              | 1  | 1  | counts when it was held
        held in the year before      | 2022-03-01 | 2022-03-31 |             |              |    |    | 31 March
        on the first and last day    | 2022-03-25 | 2022-04-01 |             |              | 1  | 1  | 1 April
                                     | 2023-03-01 | 2023-03-31 |             |              | 0  | 1  | 31 March, 22 working days
        no conference yet            | 2022-05-09 |            |             |              |    |    | only conferences that were held count
        none was required            | 2022-05-09 |            |             | yes          |    |    | only conferences that were held count
        moved in with a plan         | 2022-05-09 | 2022-05-20 | yes         |              |    |    | left out: a conference for a child who moved in with a plan, counted apart
        no strategy discussion       |            | 2022-05-20 |             |              |    |    | left out: no date of the strategy discussion
        held before the strategy     | 2022-05-23 | 2022-05-20 |             |              |    |    | left out: the conference is before the strategy discussion
        a strategy off the list      | 2020-12-31 | 2022-05-20 |             |              |    |    | left out: a date is outside the years of the list of bank holidays
        two conferences of a child   | 2022-05-09 | 2022-05-20 | no          | no           | 1  | 1  | conferences count, not children
                                     | 2022-09-05 | 2022-10-20 | no          | no           | 0  | 1  | 32 working days
    """,
    "repeat_plans": """
        case                       | child | started    | ended      | earlier | in | of | why
        a first plan               | a     | 2022-05-09 |            | 0       | 0  | 1  | the return says there was none before
        the return says one before | a     | 2022-05-09 |            | 1       | 1  | 1  | the second, though the first is not in the records
        four before                | a     | 2022-05-09 |            | 4       | 1  | 1  | one repeat, however many
        an old one in the records  | a     | 2021-01-04 | 2021-02-01 | 0       |    |    | of another year
                                   | a     | 2022-05-09 |            | 0       | 1  | 1  | the records hold an earlier plan, though the return says none
        however long ago           | a     | 2009-01-04 | 2009-02-01 | 0       |    |    | of another year
                                   | a     | 2022-05-09 |            |         | 1  | 1  | thirteen years are no limit
        two in the year            | a     | 2022-05-09 | 2022-08-01 | 0       | 0  | 1  | the first
                                   | a     | 2022-11-01 |            | 1       | 1  | 1  | the same child again
        another child              | a     | 2022-05-09 |            | 0       | 0  | 1  | child a
                                   | b     | 2022-06-09 |            | 0       | 0  | 1  | child b had none
        a later plan is not before | a     | 2022-05-09 | 2022-06-01 | 0       | 0  | 1  | the first
                                   | a     | 2023-04-03 |            | 1       |    |    | of the year after
        nobody knows               | a     | 2022-05-09 |            |         |    |    | left out: not known whether the child had an earlier plan
        of no known child          |       | 2022-05-09 |            | 0       | 0  | 1  | nobody's earlier plan
                                   |       | 2022-06-09 |            | 0       | 0  | 1  | nor is it the same child's
        no start                   | a     |            |            | 1       |    |    | left out: no date on which the plan started
        started in another year    | a     | 2022-03-31 |            | 2       |    |    | 31 March
        on the first and last day  | a     | 2022-04-01 | 2022-06-01 | 0       | 0  | 1  | 1 April
                                   | b     | 2023-03-31 |            | 2       | 1  | 1  | 31 March
    """,
}


def test_hand_worked_cases(micro, holidays, oracle):
    micro.check(holidays, oracle)


def test_every_indicator_of_protection_is_hand_worked():
    assert set(MICRO) == set(protection.__all__)


def records_of(table, found):
    return Records(
        {table: pl.DataFrame(found, schema=dict(TABLES[table]))}, {table: Cover(date(2021, 4, 1), date(2023, 3, 31))}
    )


DAYS = st.one_of(
    st.none(), st.dates(date(2022, 3, 1), date(2023, 4, 30)), st.dates(date(2022, 5, 9), date(2022, 5, 20))
)
MAYBE = st.sampled_from([None, False, True])


@st.composite
def enquiry(draw):
    strategy = draw(st.one_of(st.just(date(2020, 12, 31)), DAYS))
    later = draw(st.one_of(st.none(), st.integers(-3, 30)))
    conference = draw(DAYS) if strategy is None or later is None else strategy + timedelta(later)
    return {
        "child": "a", "strategy": strategy, "conference": conference, "not_required": draw(MAYBE), "transfer_in": draw(MAYBE),
    }  # fmt: skip


PLAN = st.fixed_dictionaries(
    {"child": st.sampled_from("abc"), "started": DAYS, "earlier": st.sampled_from([None, None, 0, 1, 3])}
)


@settings(max_examples=60, deadline=None)
@given(enquiries=st.lists(enquiry(), max_size=12), plans=st.lists(PLAN, max_size=12))
def test_members_are_those_of_the_oracle(oracle, same_members, enquiries, plans):
    for name, table, found in (("icpc_15wd", "section47", enquiries), ("repeat_plans", "plans", plans)):
        series = counts(same_members(oracle, name, records_of(table, found)), [MONTH, YEAR_TO_DATE], YEAR)
        months, to_date = (series.filter(series["series"] == kind) for kind in (MONTH, YEAR_TO_DATE))
        for part in ("numerator", "denominator"):
            assert months[part].sum() == to_date[part][-1]
        assert (series["numerator"] <= series["denominator"]).all()


def test_no_table_at_all_gives_no_member(holidays):
    for name in protection.__all__:
        assert getattr(protection, name)(Records({}, {}), YEAR, holidays).height == 0
